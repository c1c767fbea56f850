"""An emulated JS20, JS21 or POWER machine: QEMU's pseries machine with the blade's processor and one network port, booting from the
network."""
import contextlib
import os
import pathlib
import socket
import subprocess

from .console import Console, Shell
from .saved_firmware import WAIT_FOR_KEY, Monitor, saved_firmware

PROCESSORS = {"js20": "970", "js21": "970mp", "pseries": "power9"}
# SLOF gives up after ten DHCP requests; a blade's own firmware asks for ever, so this one is told to, too.
BOOT_FOR_EVER = ": netboot begin s\" boot\" ['] evaluate catch drop clear d# 2000 ms again ; netboot"
# The mitigations that pseries offers by default do not exist on a PowerPC 970, nor in an emulation.
MACHINE = "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken"

# Guest time by counted instructions, 2 ns each: what a program takes does not depend on how busy the host is, nor on how long
# QEMU translates what it sees for the first time. (A PowerPC 970 does 500 million instructions a second with ease.)
COUNTED_TIME = ("-icount", "shift=1")


class Blade:
    def __init__(self, name, kind, mac, bootnet, directory, memory_mib=256, more_arguments=(), has_saved_firmware=True,
                 stands_back=True):
        """HAS_SAVED_FIRMWARE: may begin where the firmware asks the network (saved_firmware.py). STANDS_BACK: has a low
        priority when nobody speaks to it; not for one that works by itself then, such as a relay."""
        self.name = name
        self.kind = kind
        self.mac = mac
        self.console = None
        self._tap = bootnet.add_tap()
        self._prefix = bootnet.host.prefix
        self._directory = directory
        self._memory_mib = memory_mib
        self._more_arguments = more_arguments  # for QEMU
        self._has_saved_firmware = has_saved_firmware
        self._stands_back = stands_back
        self._starts = 0
        self._process = None

    def _machine(self, boot_command):
        """QEMU's arguments; without BOOT_COMMAND those that do not depend on it."""
        boot = ["-prom-env", f"boot-command={boot_command}"] if boot_command else []
        return ["qemu-system-ppc64", "-M", MACHINE, "-cpu", PROCESSORS[self.kind],
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none", *boot,
                "-device", f"spapr-vlan,netdev=net0,mac={self.mac},bootindex=1",
                "-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "spapr-rng,rng=rng0", "-serial", "chardev:console",
                *self._more_arguments]

    def _command(self, machine):
        """On its port of the bootnet; the serial line's other end is not in it."""
        return [*self._prefix, *machine, "-name", self.name, *self._network()]

    def _network(self):
        """QEMU's words for net0, what its port is plugged into."""
        return ["-netdev", f"tap,id=net0,ifname={self._tap},script=no,downscript=no"]

    @property
    def _console_arguments(self):
        return ["-chardev", f"socket,id=console,path={self._console_path}"]

    def power_on(self):
        """Starts the blade; it netboots by itself. Its console is self.console from now on."""
        assert not self.is_on, f"{self.name} is on already"
        self._starts += 1
        machine = self._machine(WAIT_FOR_KEY + BOOT_FOR_EVER)
        state = saved_firmware(machine) if self._has_saved_firmware else None
        if not state:
            self._start([*self._command(self._machine(BOOT_FOR_EVER)), *self._console_arguments])
            return
        with Monitor(self._directory, self.name) as monitor:
            self._start([*self._command(machine), *self._console_arguments, *monitor.arguments, "-incoming", "defer"])
            monitor.migrate("migrate-incoming", f"exec:cat '{state}'")
        self.console.send(" ")  # the key that the firmware waits for

    @property
    def _console_path(self):
        return self._directory / f"{self.name}.console"

    def _start(self, command):
        self._console_path.unlink(missing_ok=True)
        logs = self._directory / "logs"
        # We listen and QEMU connects: no moment at which its socket is not there yet.
        with socket.socket(socket.AF_UNIX) as listener, open(logs / f"{self.name}-qemu.log", "ab") as log:
            listener.bind(str(self._console_path))
            listener.listen(1)
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            listener.settimeout(30)
            connection, _ = listener.accept()
        connection.settimeout(None)
        self.console = Console(connection, logs / f"{self.name}-boot{self._starts}.console", self._set_idle)

    def _set_idle(self, is_idle):
        """An idle blade costs a whole processor (EMULATION_OPTIONS in cluster.py), so it stands back behind those that boot."""
        if not self._stands_back or not self._process_id:
            return
        with contextlib.suppress(FileNotFoundError):  # QEMU has just ended
            for thread in list(pathlib.Path(f"/proc/{self._process_id}/task").iterdir()):
                with contextlib.suppress(ProcessLookupError):  # it alone has
                    os.setpriority(os.PRIO_PROCESS, int(thread.name), 10 if is_idle else 0)

    @property
    def _process_id(self):
        return self._process.pid if self._process else None

    def power_off(self):
        """Pulls the plug."""
        if self.is_on:
            self._process.kill()
            self._process.wait()
        if self.console:
            self.console.close()

    def shut_down(self, timeout=60):
        """Lets the distribution shut itself down, and waits until the blade is off."""
        self.console.send("poweroff\n")
        self._process.wait(timeout)
        self.console.close()

    @property
    def is_on(self):
        return self._process is not None and self._process.poll() is None

    def login(self, timeout=120, password=None):
        return Shell(self.console, timeout, password)
