#!/usr/bin/env python3
"""Boots the distribution alone, as an initramfs fetched by the emulated blade's firmware, and uses it over its console.

usage: boot_test.py DIRECTORY KERNEL-KIT    what scripts/build-distribution and scripts/build-kernel printed, or
                                            $DIM_DISTRIBUTION and $DIM_KERNEL_KIT
"""

import gzip
import os
import pathlib
import re
import select
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

MACHINES = {
    "970": ["-M", "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken", "-cpu", "970"],
    "970mp": ["-M", "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken", "-cpu", "970mp"],
}
BOOT_SECONDS = 240
COMMAND_SECONDS = 60
PROMPT = "localhost:~# "
COLUMNS = 80
S_IFDIR, S_IFREG, S_IFLNK, S_IFCHR = 0o040000, 0o100000, 0o120000, 0o020000


def cpio_entry(number, name, mode, content=b"", owner=(0, 0), device=(0, 0)):
    """One entry of a "newc" archive."""
    fields = (number, mode, *owner, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def make_initramfs(rootfs, output):
    """The distribution as an initramfs: its init as /init, and the console the kernel opens before it."""
    entries = [("init", S_IFLNK | 0o777, b"sbin/init", (0, 0), (0, 0))]
    with tarfile.open(rootfs) as archive:
        for member in archive:
            name, owner = member.name.removeprefix("./"), (member.uid, member.gid)
            if member.isdir():
                entries.append((name, S_IFDIR | member.mode, b"", owner, (0, 0)))
            elif member.issym():
                entries.append((name, S_IFLNK | 0o777, member.linkname.encode(), owner, (0, 0)))
            else:
                entries.append((name, S_IFREG | member.mode, archive.extractfile(member).read(), owner, (0, 0)))
            if name == "dev":
                entries.append(("dev/console", S_IFCHR | 0o600, b"", (0, 0), (5, 1)))
    with gzip.open(output, "wb", compresslevel=6) as file:
        for number, (name, mode, content, owner, device) in enumerate(entries, start=1):
            file.write(cpio_entry(number, name, mode, content, owner, device))
        file.write(cpio_entry(0, "TRAILER!!!", 0))


class Blade:
    """One emulated blade that netboots ZIMAGE, and its console."""

    def __init__(self, machine, zimage):
        network = f"user,id=net,restrict=on,tftp={zimage.parent},bootfile={zimage.name}"
        self.process = subprocess.Popen(
            ["qemu-system-ppc64", *machine, "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
             "-boot", "n", "-netdev", network, "-device", "spapr-vlan,netdev=net"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.console = ""
        self.seen = 0

    def read_until(self, pattern, seconds):
        """The console up to and including PATTERN, from where the last call ended. Errors: AssertionError with the console."""
        deadline = time.monotonic() + seconds
        while not (match := re.compile(pattern).search(self.console, self.seen)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                why = "QEMU ended" if ready else f"{seconds} s passed"
                raise AssertionError(f"{why} without {pattern!r} on the console:\n{self.console[-6000:]}")
            self.console += data.decode(errors="replace").replace("\r", "")
        text, self.seen = self.console[self.seen : match.end()], match.end()
        return text

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def command(self, line):
        """What LINE, at most one line of the terminal with its prompt, prints when typed at root's prompt."""
        assert len(PROMPT) + len(line) < COLUMNS, line
        self.type(line)
        self.read_until(re.escape(line) + "\n", COMMAND_SECONDS)
        return self.read_until(re.escape(PROMPT), COMMAND_SECONDS).removesuffix(PROMPT)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class BootTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        distribution, kit = (os.environ.get(name) for name in ("DIM_DISTRIBUTION", "DIM_KERNEL_KIT"))
        if not distribution or not kit:
            sys.exit("boot_test.py: give the directories that scripts/build-distribution and scripts/build-kernel print")
        scratch = tempfile.TemporaryDirectory(prefix="distribution-boot-")
        cls.addClassCleanup(scratch.cleanup)
        cls.zimage = pathlib.Path(scratch.name) / "zImage"
        initramfs = pathlib.Path(scratch.name) / "initramfs.gz"
        make_initramfs(pathlib.Path(distribution) / "rootfs.tar", initramfs)
        subprocess.run([f"{kit}/assemble", initramfs, cls.zimage], check=True, stdout=subprocess.DEVNULL)

    def boot(self, name):
        blade = Blade(MACHINES[name], self.zimage)
        self.addCleanup(blade.end)
        blade.read_until(r"rcS: Blue Granite Linux \S+ up\n", BOOT_SECONDS)
        blade.read_until("localhost login: ", COMMAND_SECONDS)
        return blade

    def log_in(self, blade):
        blade.type("root")
        blade.read_until("Welcome to Blue Granite Linux", COMMAND_SECONDS)
        blade.read_until(re.escape(PROMPT), COMMAND_SECONDS)

    def check_running_system(self, blade):
        self.assertRegex(blade.command("cat /proc/cpuinfo"), r"cpu\s+: PPC970")
        self.assertIn("arithmetic: 3 2 12.182494 0.598472\n", blade.command("hello"))
        self.assertEqual(blade.command("hostname; readlink /proc/1/exe"), "localhost\n/usr/bin/busybox\n")
        self.assertEqual(blade.command("su -l alice -c 'id -un; pwd; touch /etc/passwd'"),
                         "alice\n/home/alice\ntouch: /etc/passwd: Permission denied\n")
        for daemon in ("syslogd", "klogd", "crond"):
            self.assertRegex(blade.command(f"pidof {daemon}"), r"^\d+\n$", daemon)
        for directory in ("/proc", "/sys", "/dev", "/dev/pts", "/dev/shm", "/run"):
            self.assertEqual(blade.command(f"mountpoint {directory}; grep -c ' {directory} ' /etc/mtab"),
                             f"{directory} is a mountpoint\n1\n")
        log = blade.command("cat /var/log/messages")
        self.assertRegex(log, r"daemon\.notice rcS: Blue Granite Linux \S+ up\n")
        self.assertRegex(log, r"kernel: .*Linux version")
        self.assertEqual(blade.command("ip -o link show up | cut -d: -f2"), " lo\n", "the network is not init's to configure")

    def test_up_use_and_power_off(self):
        for name in MACHINES:
            with self.subTest(processor=name):
                blade = self.boot(name)
                self.log_in(blade)
                self.check_running_system(blade)
                blade.type("poweroff")
                blade.read_until(r"Blue Granite Linux \S+ down\n", COMMAND_SECONDS)
                blade.read_until(r"reboot: Power down", COMMAND_SECONDS)
                self.assertEqual(blade.process.wait(COMMAND_SECONDS), 0)

    def test_reboot_and_wrong_log_in(self):
        blade = self.boot("970mp")
        blade.type("daemon")
        blade.read_until("Login incorrect\n(.*\n)*?localhost login: ", COMMAND_SECONDS)
        self.log_in(blade)
        blade.type("reboot")
        blade.read_until(r"reboot: Restarting system", COMMAND_SECONDS)
        self.assertEqual(blade.process.wait(COMMAND_SECONDS), 0)


if __name__ == "__main__":
    for variable in ("DIM_DISTRIBUTION", "DIM_KERNEL_KIT"):
        if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
            os.environ[variable] = sys.argv.pop(1)
    unittest.main()
