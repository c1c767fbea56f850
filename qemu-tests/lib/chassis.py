"""The emulated chassis (qemu-tests/chassis) whose bays hold the test's blades: `dim bctool` switches them, their consoles are read as ever."""
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

from .blade import BOOT_FOR_EVER, Blade
from .console import Console
from .saved_firmware import WAIT_FOR_KEY, saved_firmware


class ChassisTimeout(Exception):
    """The chassis did not do it in time."""


class Emulator:
    """The program; its lines are kept with the time at which they came. It ends with us, and its machines with it."""

    def __init__(self, log, *options):
        self.lines = []  # (time.monotonic(), line)
        self._changed = threading.Condition()
        self._log = open(log, "a", encoding="utf-8")
        program = pathlib.Path(os.environ["DIM_BIN"]) / "chassis"
        self._process = subprocess.Popen([program, "--end-with-input", *map(str, options)], text=True, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self.wait_for("ready ", 30).split()[1]

    def _read(self):
        for line in self._process.stdout:
            self._log.write(line)
            self._log.flush()
            with self._changed:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self._changed.notify_all()
        with self._changed:
            self._process = None
            self._changed.notify_all()

    def wait_for(self, text, timeout, after=0):
        """The first line that begins with TEXT, behind the first AFTER lines."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = next((line for _, line in self.lines[after:] if line.startswith(text)), None)
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or self._process is None:
                    raise ChassisTimeout(f"{text!r}: not within {timeout} s; the chassis said {[line for _, line in self.lines]}")
                self._changed.wait(left)

    @property
    def line_count(self):
        with self._changed:
            return len(self.lines)

    def last(self, text):
        """The last line that begins with TEXT, or None."""
        with self._changed:
            return next((line for _, line in reversed(self.lines) if line.startswith(text)), None)

    def times_of(self, text):
        """When each line with that beginning came."""
        with self._changed:
            return [when for when, line in self.lines if line.startswith(text)]

    def tell(self, command, timeout=20):
        """A line on its standard input, obeyed when this returns."""
        before = self.line_count
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        if self.wait_for(("ok", "wrong"), timeout, before) != "ok":
            raise ValueError(f"the chassis did not understand {command!r}")

    def catch_up(self):
        """All that it has told until now is in `lines`: what it answers comes behind it."""
        self.tell("requests")

    def end(self):
        process = self._process
        if process:
            process.stdin.close()
            process.wait(30)


class Chassis:
    """The one chassis of the test's server; `dim` knows its module by the cluster definition."""

    ADDRESS = "127.0.0.2"
    COMMUNITY = "opensesame"
    TELNET_PORT = 23
    TRAPS_TO = "127.0.0.1"  # the image server's own address there

    def __init__(self, directory, server):
        self._directory = directory
        self._server = server
        self._blades = {}
        self.emulator = None
        server.define_module(self.ADDRESS, {"credentials": self._secret("mm.key", f"community {self.COMMUNITY}\n"),
                                            "console-credentials": self._secret("mm.login", "user USERID\npassword PASSW0RD\n")})

    def _secret(self, name, text):
        path = self._directory / name
        path.touch(0o600)
        path.write_text(text)
        return path

    def make_blade(self, name, kind, mac, *arguments, **keywords):
        """One in the bay that its name ends with."""
        bay = int(name[-2:])
        self._blades[bay] = ChassisBlade(self, bay, name, kind, mac, *arguments, **keywords)
        return self._blades[bay]

    def start(self, *options):
        words = [word for blade in self._blades.values() for word in blade.options()]
        self.emulator = Emulator(self._directory / "logs" / "chassis.log", "--listen", f"{self.ADDRESS}:161", "--telnet",
                                 f"{self.ADDRESS}:{self.TELNET_PORT}", "--community", self.COMMUNITY, "--trap", f"{self.TRAPS_TO}:162",
                                 *words, *options)
        for blade in self._blades.values():
            blade.attach()

    def switch(self, blade, *words):
        return self._server.dim("bctool", blade, *words)


class ChassisBlade(Blade):
    """A blade that the chassis starts. Its console is there whether it is on or off, and is one for all its boots."""

    def __init__(self, chassis, bay, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.bay = bay
        self._chassis = chassis

    def options(self):
        """For the emulator, which reads the machine from a file."""
        machine = self._machine(WAIT_FOR_KEY + BOOT_FOR_EVER)
        state = saved_firmware(machine) if self._has_saved_firmware else None
        boot = ["-prom-env", f"boot-command={BOOT_FOR_EVER}"]
        if state:
            # What it begins with is in the past: a reset starts QEMU anew.
            boot = ["-prom-env", f"boot-command={WAIT_FOR_KEY + BOOT_FOR_EVER}", "-incoming", f"exec:cat '{state}'", "-no-reboot"]
        words = [word.replace(self.mac, "{mac}") for word in self._command(self._machine(None))]
        serial = words.index("-serial")
        del words[serial:serial + 2]  # the emulator's
        description = {"arguments": words, "boot": {"network": boot, "hd0": ["-prom-env", "boot-command=boot disk"]},
                       "types": " " if state else "", "console": str(self._console_path),
                       "log": str(self._directory / "logs" / f"{self.name}-qemu.log")}
        path = self._directory / f"{self.name}.machine"
        path.write_text(json.dumps(description))
        return ["--bay", f"{self.bay}={self.kind},mac={self.mac},name={self.name}", "--machine", f"{self.bay}={path}"]

    def attach(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._console_path))
        self.console = Console(connection, self._directory / "logs" / f"{self.name}.console", self._set_idle)

    def power_on(self):
        self._chassis.switch(self.name, "power", "on")

    def power_off(self):
        self._chassis.switch(self.name, "power", "off", "--yes")

    def shut_down(self, timeout=60):
        before = self._chassis.emulator.line_count
        self.console.send("poweroff\n")
        self._chassis.emulator.wait_for(f"power bay={self.bay} off", timeout, before)

    @property
    def is_on(self):
        return self._chassis.emulator.last(f"power bay={self.bay} ") == f"power bay={self.bay} on"

    @property
    def _process_id(self):
        return self._chassis.emulator.last(f"machine bay={self.bay} pid=").split("=")[-1] if self.is_on else None
