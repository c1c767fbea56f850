"""A person who follows a page of the documentation, line by line as it stands there, on a machine that DIM was never installed on."""
import os
import pathlib
import re
import shutil
import subprocess

from .case import expect, step
from .fresh_machine import INTERRUPTED, FreshMachine, Terminal
from .page import Command, missing_output, read_page

INSTALL = "scripts/install"
SECOND_TERMINAL = re.compile(r"without systemd, in a second terminal(?:, until it says \"(.*)\")?")
LINE_SECONDS = 600
OUTPUT_SECONDS = 600


class Newcomer:
    """Reads the page and does what it says.

    .deeds: words of its prose, and what is done when they are read; each must be there.
    .instead: a line that cannot be typed here as it stands, and what does the same, called with its Command.
    .conditions: those of the page ("# or CONDITION: OTHER") that hold here: both lines are typed."""

    def __init__(self, directory, definition_edits):
        """DEFINITION_EDITS: pairs of what stands in the cluster definition and what a person writes in its place."""
        self.directory = directory
        self.machine = FreshMachine(directory)
        self._terminal = Terminal(directory / "logs/terminal", EDITOR=str(self._editor(definition_edits)))
        self._second_terminal = Terminal(directory / "logs/second-terminal")
        self.deeds, self.instead, self.conditions = {}, {}, set()

    def _editor(self, edits):
        editor = self.directory / "editor"
        lines = [f"grep -q '{old}' \"$1\"\nsed -i 's|{old}|{new}|' \"$1\"\n" for old, new in edits]
        editor.write_text("#!/bin/sh\nset -e\n" + "".join(lines))
        editor.chmod(0o755)
        return editor

    def follow(self, page, until=None):
        """Up to the heading UNTIL, or to the end."""
        text, end, _ = page.read_text().partition(f"\n## {until}\n") if until else (page.read_text(), "end", "")
        expect(end, f"{page} has no heading {until!r}")
        parts = read_page(text)
        expect(any(isinstance(part, Command) and part.text == INSTALL for part in parts), f"the page installs by {INSTALL}")
        for part in parts:
            if isinstance(part, Command):
                step(f"line {part.line}: {part.text}")
                self._obey(part)
            else:
                self._read(part.text)
        expect(not self.deeds, f"the page does not say any more: {list(self.deeds)}")
        expect(not self.instead, f"the page has no line any more: {list(self.instead)}")

    def _read(self, prose):
        for words in [words for words in self.deeds if words in prose]:
            step(words)
            self.deeds.pop(words)()

    def _obey(self, command):
        if command.text in self.instead:
            return self.instead.pop(command.text)(command)
        if command.until_ctrl_c:
            return self._watch(command)
        if not command.condition:
            self.run(command, command.text)
            return check_installed() if command.text == INSTALL else None
        if command.condition in self.conditions:
            self.run(command, command.text)
            return self.run(command, command.alternative)
        match = SECOND_TERMINAL.fullmatch(command.condition)
        expect(match, f"line {command.line}: nobody here knows when it is {command.condition!r}")
        if shutil.which("systemctl"):
            # What can be done where systemd does not run: it makes and removes links, but starts and stops nothing.
            self.run(command, "SYSTEMD_OFFLINE=1 " + command.text.replace(" --now ", " "))
        if command.alternative == "Ctrl-C":
            return self._end_second_terminal(command)
        self._second_terminal.start(command.alternative)
        expect(self._second_terminal.wait_for_output(lambda printed: match.group(1) in printed, OUTPUT_SECONDS),
               f"line {command.line}: {command.alternative} does not say {match.group(1)!r}: {self._second_terminal.printed()}")

    def _end_second_terminal(self, command):
        self._second_terminal.press_ctrl_c()
        ended = self._second_terminal.wait(LINE_SECONDS)
        expect(ended in (0, INTERRUPTED), f"line {command.line}: it ended with {ended}: {self._second_terminal.printed()}")

    def type(self, command, text):
        """TEXT for the command of the page; returns what it printed."""
        self._terminal.start(text)
        ended = self._terminal.wait(LINE_SECONDS)
        printed = self._terminal.printed()
        expect(ended == 0, f"line {command.line}: {text}: {'does not end' if ended is None else f'ended with {ended}'}:\n{printed}")
        return printed

    def run(self, command, text):
        """The same, which must print what the page shows."""
        printed = self.type(command, text)
        missing = missing_output(command, printed)
        expect(missing is None, f"line {command.line}: {text}: the page shows {missing!r}, but it printed:\n{printed}")
        return printed

    def _watch(self, command):
        self._terminal.start(command.text)
        seen = self._terminal.wait_for_output(lambda printed: missing_output(command, printed) is None, OUTPUT_SECONDS)
        printed = self._terminal.printed()
        expect(seen, f"line {command.line}: {command.text}: never showed {missing_output(command, printed)!r}; its end:\n{printed[-3000:]}")
        self._terminal.press_ctrl_c()
        expect(self._terminal.wait(LINE_SECONDS) is not None, f"line {command.line}: Ctrl-C does not end {command.text}")

    def in_terminal(self, text):
        """Something the page does not say; returns what it printed."""
        return self.run(Command(0, text), text)


def output_of(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def check_installed():
    """What an administrator does not see at once."""
    for program in ("/usr/sbin/imageserver", "/usr/bin/dim"):
        expect(os.access(program, os.X_OK), f"{program} is installed")
        sections = output_of("readelf", "--section-headers", "--wide", program)
        expect(".debug_info" not in sections and ".symtab" not in sections, f"{program} is stripped")
        step(f"{program}: {os.stat(program).st_size} bytes")
    for name in ("dhcp", "image", "nfs", "buildzimage"):
        expect(f"dim {name}" in output_of(f"/usr/bin/dim_{name}", "--help"), f"dim_{name} is dim {name}")
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
