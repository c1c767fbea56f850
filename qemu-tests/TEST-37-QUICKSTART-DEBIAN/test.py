#!/usr/bin/env python3
"""A person follows docs/quickstart-debian.md, line by line as it stands there, up to the first login on a machine with UEFI. In the place of
debootstrap's download there is a Debian that it made before."""
import pathlib
import re
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian, master_of_debian
from lib.fresh_machine import SOURCE
from lib.network import Bootnet
from lib.newcomer import OUTPUT_SECONDS, Newcomer
from lib.page import missing_output
from lib.pc_blade import UefiBlade

PAGE = SOURCE / "docs/quickstart-debian.md"
PORT = "enp2s0"  # what the page calls the bootnet port
NAME, KIND, MAC, ADDRESS = "n01", "x86_64-uefi", "3c:ec:ef:12:34:56", "10.1.0.11"  # as the page has them
MASTER = pathlib.Path("/srv/masters/debian")
PASSWORD = "word and word"


class OwnerOfMachines(Newcomer):
    """Of one machine, whose MAC address nobody has written down."""

    def __init__(self, directory):
        super().__init__(directory, [('device="boot0"', f'device="{PORT}"'), ('last="60"', 'last="1"')])
        self.blade = UefiBlade(NAME, KIND, MAC, Bootnet(device=PORT, address=None), directory)
        self._key = directory / "key"
        self.deeds = {"Switch the first machine on": self.blade.power_on,
                      "such as your key in `/root/.ssh/authorized_keys`": self._set_up_key,
                      "otherwise switch it off and on": self._switch_off_and_on,
                      "The first login, with the password from above": self._log_in}
        self.instead = {
            "debootstrap --include=linux-image-amd64,openssh-server,systemd-timesyncd,ifupdown bookworm /srv/masters/debian":
                self._take_debian,
            "chroot /srv/masters/debian passwd root": self._type_password,
            "dim status": self._look_until_it_shows,
            "dim blade discover 'n[02-60]' --plugin dhcp-log --in-order": self._have_no_others,
            "dim deploy 'n[02-60]' debian": self._have_no_others,
            f"ssh root@{ADDRESS}": self._begin_ssh,
            "systemctl is-system-running --wait": self._ask_through_ssh,
        }

    def _take_debian(self, command):
        """One that was made with these packages, and others."""
        installed = set(re.findall(r"^Package: (\S+)$", (debian_root() / "var/lib/dpkg/status").read_text(), re.MULTILINE))
        wanted = re.search(r"--include=(\S+)", command.text).group(1).split(",")
        expect(set(wanted) <= installed, f"line {command.line}: {wanted}")
        MASTER.mkdir(parents=True)
        subprocess.run(["mount", "--bind", master_of_debian(self.directory), MASTER], check=True)

    def _type_password(self, command):
        self.type(command, f"printf '%s\\n' {shlex.quote(PASSWORD)} {shlex.quote(PASSWORD)} | {command.text}")

    def _set_up_key(self):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._key], check=True)
        ssh = MASTER / "root/.ssh"
        ssh.mkdir(mode=0o700, exist_ok=True)
        (ssh / "authorized_keys").write_text(self._key.with_suffix(".pub").read_text())

    def _look_until_it_shows(self, command):
        """As somebody does who waits for the machine."""
        deadline = time.monotonic() + OUTPUT_SECONDS
        while missing := missing_output(command, printed := self.type(command, command.text)):
            expect(time.monotonic() < deadline, f"line {command.line}: the page shows {missing!r}, but it printed:\n{printed}")
            time.sleep(1)

    def _have_no_others(self, command):
        """But the page's cluster has, by these names."""
        others = next(word for word in shlex.split(command.text) if "[" in word)
        names = self.type(command, f"dim --cluster docs/examples/pcs.xml cluster names {shlex.quote(others)}").split()
        expect((names[0], len(names)) == ("n02", 59), f"line {command.line}: {names}")

    def _switch_off_and_on(self):
        self.blade.power_off()
        self.blade.power_on()

    def _log_in(self):
        shell = self.blade.login(OUTPUT_SECONDS, password=PASSWORD)
        expect(shell.check("hostname") == NAME, "its name is its own")
        shell.leave()

    def _begin_ssh(self, command):
        """Each line behind it is one of its own there; what it would ask a person is answered."""
        self._ssh = (f"ssh -i {self._key} -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={self.directory}/known"
                     + command.text.removeprefix("ssh"))
        expect(self.type(command, f"{self._ssh} hostname").endswith(f"{NAME}\n"), "it is that machine")

    def _ask_through_ssh(self, command):
        said = self.type(command, f"{self._ssh} {command.text}")
        expect(said == "running\n", f"line {command.line}: {said}")


def body(newcomer):
    newcomer.follow(PAGE, until="6. Day 2")
    step("it ends in good order")
    newcomer.in_terminal("dim status")
    newcomer.blade.power_off()


make_debian()
run_case(body, make_cluster=OwnerOfMachines)
