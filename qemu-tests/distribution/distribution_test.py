#!/usr/bin/env python3
"""Checks the finished distribution without booting it: layout, ELF files, links, and its programs under qemu-user.

usage: distribution_test.py [DIRECTORY]     the directory that scripts/build-distribution printed, or $DIM_DISTRIBUTION
"""

import hashlib
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROCESSORS = ("970_v2.2", "970mp_v1.1")
SECONDS_PER_PROGRAM = 60
LIBRARIES = "usr/lib/powerpc64-linux-gnu"
EM_PPC64, PT_DYNAMIC, PT_INTERP, DT_NEEDED, DT_STRTAB = 21, 2, 3, 1, 5
PRODUCT = re.compile(rb"\bDIM\b|initagent|imageserver|[Dd]istributed [Ii]mage|\bdim[_.-](dhcp|image|nfs|sync|agent)")
APPLETS = """ash awk cat chmod chown cp crond crontab date dd df dmesg du env find getty grep halt head hexdump hostname id init
    ip kill killall5 klogd ln logger login ls md5sum mkdir mknod mount mountpoint mv nc netstat ping poweroff ps reboot rm sed
    sh sha256sum sleep sort stat su sync sysctl syslogd tail tar telnet telnetd top touch umount uname vi wget""".split()
DIRECTORIES = "boot dev etc home media mnt opt proc root run srv sys tmp usr var".split()
EMPTY = "dev mnt proc run srv sys tmp var/tmp".split()


def directory_under_test():
    """What the command line or the environment names."""
    if not os.environ.get("DIM_DISTRIBUTION"):
        sys.exit("distribution_test.py: no distribution: give the directory that scripts/build-distribution prints")
    return pathlib.Path(os.environ["DIM_DISTRIBUTION"]).resolve()


class Elf:
    """The little of a 64-bit big-endian ELF file that says who loads it and what it needs."""

    def __init__(self, path):
        self.image = path.read_bytes()
        self.is_big_endian_64 = self.image[4:6] == b"\x02\x02"
        (self.machine,) = struct.unpack_from(">H", self.image, 18)
        (table,) = struct.unpack_from(">Q", self.image, 32)
        size, count = struct.unpack_from(">HH", self.image, 54)
        self.segments = [struct.unpack_from(">IIQQQQQQ", self.image, table + index * size) for index in range(count)]

    def text(self, offset):
        return self.image[offset : self.image.index(0, offset)].decode()

    def offset(self, address):
        return next(address - s[3] + s[2] for s in self.segments if s[0] == 1 and s[3] <= address < s[3] + s[5])

    def interpreter(self):
        return next((self.text(s[2]) for s in self.segments if s[0] == PT_INTERP), None)

    def needed(self):
        """The names of DT_NEEDED, in order."""
        entries = []
        for segment in self.segments:
            if segment[0] == PT_DYNAMIC:
                entries = [struct.unpack_from(">QQ", self.image, segment[2] + at) for at in range(0, segment[5], 16)]
        strings = next((self.offset(value) for tag, value in entries if tag == DT_STRTAB), 0)
        return [self.text(strings + value) for tag, value in entries if tag == DT_NEEDED]


class DistributionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = directory_under_test()
        cls.scratch = tempfile.TemporaryDirectory(prefix="distribution-test-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.root = pathlib.Path(cls.scratch.name) / "root"
        with tarfile.open(cls.directory / "rootfs.tar") as archive:
            cls.members = {member.name.removeprefix("./"): member for member in archive}
            archive.extractall(cls.root, filter="fully_trusted" if hasattr(tarfile, "fully_trusted_filter") else None)
        cls.files = {name: cls.root / name for name, member in cls.members.items() if member.isreg()}
        cls.elves = {name: Elf(path) for name, path in cls.files.items() if path.read_bytes()[:4] == b"\x7fELF"}

    def inside(self, name):
        """What NAME is in the tree once its links are followed as the booted system would; None when it is not there."""
        place, pending, hops = pathlib.PurePosixPath(), list(pathlib.PurePosixPath(name).parts), 0
        while pending:
            part = pending.pop(0)
            if part in ("/", ".."):
                place = place.parent if part == ".." else pathlib.PurePosixPath()
                continue
            member = self.members.get(str(place / part))
            if member is None or hops > 40:
                return None
            if member.issym():
                hops += 1
                pending = list(pathlib.PurePosixPath(member.linkname).parts) + pending
            else:
                place = place / part
        return self.members.get(str(place))

    def run_program(self, processor, *arguments, expect=0):
        command = ["qemu-ppc64-static", "-cpu", processor, "-L", str(self.root), str(self.root / arguments[0]), *arguments[1:]]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=SECONDS_PER_PROGRAM, check=False)
        self.assertEqual(done.returncode, expect, f"{command}\n{done.stdout}")
        return done.stdout

    def test_archive_is_reproducible_and_plain(self):
        names = list(self.members)
        self.assertEqual(len({member.mtime for member in self.members.values()}), 1, "one moment for all files")
        alice = [name for name in names if name.startswith("home/alice")]
        rest = [name for name in names if name not in alice]
        self.assertEqual([names[:-len(alice)], names[-len(alice):]], [rest, alice], "alice's home comes last")
        for name, member in self.members.items():
            self.assertTrue(member.isreg() or member.isdir() or member.issym(), f"{name}: a device, pipe or hard link")
            self.assertEqual((member.uid, member.gid), (1000, 1000) if name in alice else (0, 0), name)
            self.assertEqual((member.uname, member.gname), ("", ""), name)

    def test_layout_is_that_of_any_distribution(self):
        for name in DIRECTORIES:
            self.assertTrue(self.members[name].isdir(), name)
        for name in ("bin", "sbin", "lib", "lib64"):
            self.assertEqual(self.members[name].linkname, f"usr/{name}")
        for name in EMPTY:
            self.assertEqual([other for other in self.members if other.startswith(f"{name}/")], [], name)
        self.assertTrue(any(name.startswith("opt/") and name in self.files for name in self.members), "/opt has a file")

    def test_modes(self):
        for name, mode in {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o700, "etc/shadow": 0o600, "etc/passwd": 0o644,
                           "etc/init.d/rcS": 0o755, "etc/init.d/rcK": 0o755, "usr/bin/busybox": 0o4755}.items():
            self.assertEqual(oct(self.members[name].mode), oct(mode), name)
        for name, member in self.members.items():
            writable_by_all = member.mode & stat.S_IWOTH and not member.issym()
            self.assertEqual(bool(writable_by_all), name in ("tmp", "var/tmp"), name)

    def test_accounts(self):
        passwd = dict(line.split(":", 1) for line in (self.root / "etc/passwd").read_text().splitlines())
        shadow = dict(line.split(":", 1) for line in (self.root / "etc/shadow").read_text().splitlines())
        self.assertEqual(passwd["root"], "x:0:0:root:/root:/bin/sh")
        self.assertEqual(passwd["alice"], "x:1000:1000:Alice:/home/alice:/bin/sh")
        self.assertEqual(set(passwd), set(shadow))
        for name in passwd:
            self.assertEqual(shadow[name].split(":")[0], "" if name in ("root", "alice") else "*", name)

    def test_names_itself_and_its_version(self):
        version = (HERE / "version").read_text().strip()
        self.assertEqual((self.directory / "version").read_text().strip(), version)
        release = (self.root / "usr/lib/os-release").read_text()
        self.assertIn("ID=bluegranite\n", release)
        self.assertIn(f'VERSION_ID="{version}"\n', release)
        self.assertEqual([name for name, path in self.files.items() if b"@VERSION@" in path.read_bytes()], [])

    def test_nothing_of_the_product_is_inside(self):
        found = {name: match[0] for name, path in self.files.items() if (match := PRODUCT.search(path.read_bytes()))}
        self.assertEqual(found, {})
        self.assertEqual([name for name in self.members if "dim" in re.split(r"[/._-]", name.lower())], [])

    def test_nothing_of_the_builder_is_inside(self):
        builder = re.compile(rb"/tmp/tmp\.|/var/cache/|/busybox-tree")
        self.assertEqual({name for name, path in self.files.items() if builder.search(path.read_bytes())}, set())

    def test_every_link_resolves(self):
        for name, member in self.members.items():
            if member.issym() and name not in ("etc/mtab", "var/lock"):
                self.assertIsNotNone(self.inside(name), f"{name} -> {member.linkname}")
        self.assertEqual(self.members["etc/mtab"].linkname, "../proc/self/mounts")
        self.assertEqual(self.members["var/lock"].linkname, "../run/lock")

    def test_every_elf_file_is_for_the_processor(self):
        self.assertGreaterEqual(set(self.elves), {"usr/bin/busybox", "usr/bin/hello", f"{LIBRARIES}/libc.so.6"})
        for name, elf in self.elves.items():
            self.assertTrue(elf.is_big_endian_64, name)
            self.assertEqual(elf.machine, EM_PPC64, name)

    def test_every_needed_library_is_there(self):
        for name, elf in self.elves.items():
            for library in elf.needed():
                self.assertIn(f"{LIBRARIES}/{library}", self.elves, f"{name} needs {library}")

    def test_programs_are_dynamic(self):
        for name in ("usr/bin/busybox", "usr/bin/hello"):
            self.assertIn("libc.so.6", self.elves[name].needed(), name)
            self.assertEqual(self.elves[name].interpreter(), "/lib64/ld64.so.1", name)
            self.assertIsNotNone(self.inside(self.elves[name].interpreter()), name)

    def test_applets(self):
        missing = [name for name in APPLETS if not any(self.inside(f"{place}/{name}") for place in ("bin", "sbin"))]
        self.assertEqual(missing, [])
        self.assertIs(self.inside("sbin/init"), self.members["usr/bin/busybox"])

    def test_scripts_call_only_what_is_there(self):
        for name in (n for n in self.files if n.startswith("etc/init.d/")):
            self.run_program(PROCESSORS[0], "usr/bin/busybox", "sh", "-n", str(self.files[name]))
            for program in re.findall(r"(?<![\w.])/(?:usr/)?s?bin/[\w.-]+", self.files[name].read_text()):
                self.assertIsNotNone(self.inside(program), f"{name}: {program}")
        for line in (self.root / "etc/inittab").read_text().splitlines():
            if not line.startswith("#"):
                self.assertIsNotNone(self.inside(line.split(":")[3].split()[0]), line)

    def test_hello_runs(self):
        for processor in PROCESSORS:
            with self.subTest(processor=processor):
                lines = self.run_program(processor, "usr/bin/hello").splitlines()
                self.assertEqual(lines[0], f"distribution: Blue Granite Linux {(HERE / 'version').read_text().strip()}")
                self.assertRegex(lines[1], r"^kernel: Linux \S+ ppc64$")
                self.assertEqual(lines[3:], ["service nfs: known", "arithmetic: 3 2 12.182494 0.598472"])

    def test_busybox_runs(self):
        passwd = self.root / "etc/passwd"
        digest = hashlib.sha256(passwd.read_bytes()).hexdigest()
        for processor in PROCESSORS:
            with self.subTest(processor=processor):
                run = lambda *arguments: self.run_program(processor, "usr/bin/busybox", *arguments)
                self.assertEqual(run("sha256sum", str(passwd)), f"{digest}  {passwd}\n")
                self.assertEqual(run("sh", "-c", 'set -- a b; echo $# $((6 * 7)); printf "%.3f\\n" 2.5'), "2 42\n2.500\n")
                self.assertEqual(run("awk", "-F:", '$3 == 1000 { print $1, $3 / 8 }', str(passwd)), "alice 125\n")
                self.assertEqual(run("readlink", str(self.root / "bin")), "usr/bin\n")

    def test_busybox_refuses_what_it_does_not_know(self):
        self.assertIn("applet not found", self.run_program(PROCESSORS[0], "usr/bin/busybox", "frobnicate", expect=127))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["DIM_DISTRIBUTION"] = sys.argv.pop(1)
    unittest.main()
