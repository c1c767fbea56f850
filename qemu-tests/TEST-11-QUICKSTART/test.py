#!/usr/bin/env python3
"""A person follows docs/quickstart.md, line by line as it stands there, on a machine that DIM was never installed on."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import JS20, JS21
from lib.fresh_machine import INTERRUPTED, SOURCE, FreshMachine, Terminal
from lib.network import Bootnet
from lib.page import Command, missing_output, read_page

PAGE = SOURCE / "docs/quickstart.md"
PORT = "enp2s0"  # what the page calls the bootnet port
SECOND_TERMINAL = re.compile(r"without systemd, in a second terminal(?:, until it says \"(.*)\")?")
INSTALL = "scripts/install"
LINE_SECONDS = 600
OUTPUT_SECONDS = 600


class Newcomer:
    """Reads the page and does what it says."""

    def __init__(self, directory):
        self.directory = directory
        self.machine = FreshMachine(directory)
        bootnet = Bootnet(device=PORT, address=None)
        self.blades = [Blade(name, kind, mac, bootnet, directory, has_saved_firmware=False) for name, kind, mac, _ in (JS20, JS21)]
        self._terminal = Terminal(directory / "logs/terminal", EDITOR=str(self._editor()))
        self._second_terminal = Terminal(directory / "logs/second-terminal")
        self._deeds = {"Switch the blades on": Blade.power_on, "Switch the blades off": Blade.power_off}

    def _editor(self):
        """What a person changes in the definition: the port's name. The blades have the MAC addresses that stand there."""
        editor = self.directory / "editor"
        editor.write_text("#!/bin/sh\nset -e\n"
                          "grep -q 'device=\"boot0\"' \"$1\"\n"
                          f"sed -i 's/device=\"boot0\"/device=\"{PORT}\"/' \"$1\"\n")
        editor.chmod(0o755)
        return editor

    def follow(self, parts):
        for part in parts:
            if isinstance(part, Command):
                step(f"line {part.line}: {part.text}")
                self._obey(part)
            else:
                self._read(part.text)
        expect(not self._deeds, f"the page does not say any more: {list(self._deeds)}")

    def _read(self, prose):
        for words in [words for words in self._deeds if words in prose]:
            step(words)
            deed = self._deeds.pop(words)
            for blade in self.blades:
                deed(blade)

    def _obey(self, command):
        if command.until_ctrl_c:
            return self._watch(command)
        if not command.condition:
            self._run(command, command.text)
            return check_installed() if command.text == INSTALL else None
        if command.condition == "for blades that QEMU emulates":
            self._run(command, command.text)
            return self._run(command, command.alternative)
        match = SECOND_TERMINAL.fullmatch(command.condition)
        expect(match, f"line {command.line}: nobody here knows when it is {command.condition!r}")
        if shutil.which("systemctl"):
            # What can be done where systemd does not run: it makes and removes links, but starts and stops nothing.
            self._run(command, "SYSTEMD_OFFLINE=1 " + command.text.replace(" --now ", " "))
        if command.alternative == "Ctrl-C":
            self._second_terminal.press_ctrl_c()
            ended = self._second_terminal.wait(LINE_SECONDS)
            return expect(ended in (0, INTERRUPTED), f"line {command.line}: it ended with {ended}: {self._second_terminal.printed()}")
        self._second_terminal.start(command.alternative)
        expect(self._second_terminal.wait_for_output(lambda printed: match.group(1) in printed, OUTPUT_SECONDS),
               f"line {command.line}: {command.alternative} does not say {match.group(1)!r}: {self._second_terminal.printed()}")

    def _run(self, command, text):
        self._terminal.start(text)
        ended = self._terminal.wait(LINE_SECONDS)
        printed = self._terminal.printed()
        expect(ended == 0, f"line {command.line}: {text}: {'does not end' if ended is None else f'ended with {ended}'}:\n{printed}")
        missing = missing_output(command, printed)
        expect(missing is None, f"line {command.line}: {text}: the page shows {missing!r}, but it printed:\n{printed}")

    def _watch(self, command):
        self._terminal.start(command.text)
        seen = self._terminal.wait_for_output(lambda printed: missing_output(command, printed) is None, OUTPUT_SECONDS)
        printed = self._terminal.printed()
        expect(seen, f"line {command.line}: {command.text}: never showed {missing_output(command, printed)!r}; its end:\n{printed[-3000:]}")
        self._terminal.press_ctrl_c()
        expect(self._terminal.wait(LINE_SECONDS) is not None, f"line {command.line}: Ctrl-C does not end {command.text}")

    def in_terminal(self, text):
        """Something the page does not say; returns what it printed."""
        self._run(Command(0, text), text)
        return self._terminal.printed()


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def check_installed():
    """What an administrator does not see at once."""
    for program in ("/usr/sbin/imageserver", "/usr/bin/dim"):
        expect(os.access(program, os.X_OK), f"{program} is installed")
        sections = run("readelf", "--section-headers", "--wide", program)
        expect(".debug_info" not in sections and ".symtab" not in sections, f"{program} is stripped")
        step(f"{program}: {os.stat(program).st_size} bytes")
    for name in ("dhcp", "image", "nfs", "buildzimage"):
        expect(f"dim {name}" in run(f"/usr/bin/dim_{name}", "--help"), f"dim_{name} is dim {name}")
        expect(pathlib.Path(f"/usr/share/man/man1/dim_{name}.1").is_file(), f"dim_{name} has a manual page")
    for path in ("man/man1/dim.1", "man/man8/imageserver.8", "doc/dim/LICENSE", "doc/dim/docs/operations.md"):
        expect((pathlib.Path("/usr/share") / path).is_file(), f"/usr/share/{path} is there")
    expect(pathlib.Path("/etc/apparmor.d/dhcpd.d/dim").is_file(), "dhcpd's profile is told about DIM's files")
    unit = pathlib.Path("/usr/lib/systemd/system/dim-imageserver.service").read_text()
    started = re.search(r"^ExecStart=(\S+)", unit, re.MULTILINE).group(1)
    expect(os.access(started, os.X_OK), f"the unit starts {started}, which is not there")
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", "dim-imageserver.service"], capture_output=True, text=True, check=False)
        complaints = [line for line in done.stderr.splitlines() if "dim-imageserver" in line]
        expect(done.returncode == 0 and not complaints, f"systemd-analyze verify: {done.returncode}: {done.stderr}")


def check_another_prefix(newcomer):
    """The unit and the built-in paths follow the prefix, and nothing is left of it afterwards."""
    step("scripts/install --prefix, into DESTDIR")
    staged = newcomer.directory / "staged"
    newcomer.in_terminal(f"DESTDIR={staged} scripts/install --prefix /opt/dim")
    unit = (staged / "opt/dim/lib/systemd/system/dim-imageserver.service").read_text()
    expect("ExecStart=/opt/dim/sbin/imageserver\n" in unit, f"the unit starts what was installed: {unit}")
    told = run(staged / "opt/dim/sbin/imageserver", "--help")
    expect("/opt/dim/lib/dim/kernel-kit" in told and "/opt/dim/lib/dim/agent" in told, f"its own paths: {told}")
    newcomer.in_terminal(f"DESTDIR={staged} scripts/install --uninstall --prefix /opt/dim")
    left = [path for path in staged.rglob("*") if not path.is_dir()]
    expect(not left, f"removed as a whole: {left}")


def body(newcomer):
    parts = read_page(PAGE.read_text())
    expect(any(isinstance(part, Command) and part.text == INSTALL for part in parts), f"the page installs by {INSTALL}")
    newcomer.follow(parts)
    expect(not newcomer.machine.files_new_in("/usr"), f"left of the installation: {newcomer.machine.files_new_in('/usr')}")
    left = [path for path in newcomer.machine.files_new_in("/etc") if not path.startswith("/etc/dim/")]
    expect(not left, f"left of the installation: {left}")
    check_another_prefix(newcomer)


run_case(body, make_cluster=Newcomer)
