#!/usr/bin/env python3
"""Tests of the kernel kit's assembler. DIM_KERNEL_KIT names the kit: scripts/build-kernel prints it."""

import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

KIT = os.environ.get("DIM_KERNEL_KIT")
SKIPPED = 77
FIRMWARE_LIMIT = 12 << 20


def section(image, name):
    """The contents of a section of a 32-bit big-endian ELF file."""
    (table,) = struct.unpack_from(">I", image, 32)
    entry_size, count, names_index = struct.unpack_from(">HHH", image, 46)
    headers = [struct.unpack_from(">10I", image, table + i * entry_size) for i in range(count)]
    names = headers[names_index][4]
    for header in headers:
        start = names + header[0]
        if image[start : image.index(b"\0", start)].decode() == name:
            return image[header[4] : header[4] + header[5]]
    raise KeyError(name)


def notes(image):
    """The contents of the program headers of type PT_NOTE."""
    (table,) = struct.unpack_from(">I", image, 28)
    entry_size, count = struct.unpack_from(">HH", image, 42)
    headers = [struct.unpack_from(">8I", image, table + i * entry_size) for i in range(count)]
    return [image[header[1] : header[1] + header[4]] for header in headers if header[0] == 4]


class Assemble(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.output = self.directory / "zImage"
        self.initramfs = self.directory / "initramfs"
        # Neither a cpio archive nor compressed: the assembler must not look inside.
        self.initramfs.write_bytes(bytes(range(256)) * 2800 + b"odd")

    def assemble(self, *arguments, kit=KIT, **variables):
        return subprocess.run([f"{kit}/assemble", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=os.environ | variables)

    def assembled(self, *arguments, **variables):
        result = self.assemble(self.initramfs, self.output, *arguments, **variables)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        return self.output.read_bytes()

    def assert_refused(self, message, *arguments):
        self.output.write_bytes(b"what was there before")
        result = self.assemble(*arguments)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(message, result.stderr)
        self.assertEqual(self.output.read_bytes(), b"what was there before")
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()), ["initramfs", "zImage"])

    def test_a_missing_or_empty_initramfs_is_refused(self):
        missing = self.directory / "missing"
        self.assert_refused(str(missing), missing, self.output)
        self.initramfs.write_bytes(b"")
        self.assert_refused(str(self.initramfs), self.initramfs, self.output)

    def test_a_command_line_that_does_not_fit_is_refused(self):
        self.assert_refused("longer than 2047 bytes", self.initramfs, self.output, "x" * 2048)

    def test_wrong_use_is_refused(self):
        for arguments in ((), (self.initramfs,), (self.initramfs, self.output, "a", "b", "c")):
            self.assert_refused("usage:", *arguments)

    def test_a_broken_kit_is_refused(self):
        kit = self.directory / "kit"
        shutil.copytree(KIT, kit)
        (kit / "arch/powerpc/boot/wrapper.a").unlink()
        self.output.write_bytes(b"what was there before")
        result = self.assemble(self.initramfs, self.output, kit=kit)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("wrapper.a", result.stderr)
        self.assertEqual(self.output.read_bytes(), b"what was there before")

    def test_the_initramfs_is_stored_as_it_is(self):
        self.assertEqual(section(self.assembled(), ".kernel:initrd"), self.initramfs.read_bytes())

    def test_a_boot_file_fits_the_firmware(self):
        self.assertLess(len(self.assembled()), FIRMWARE_LIMIT)

    def test_the_command_line_is_in_its_section(self):
        for text in ("", "console=hvc0 quiet", "x" * 2047):
            with self.subTest(length=len(text)):
                expected = text.encode().ljust(2048, b"\0")
                self.assertEqual(section(self.assembled(text), "__builtin_cmdline"), expected)

    def test_a_command_line_keeps_the_notes_for_the_firmware(self):
        with_text = notes(self.assembled("console=hvc0"))
        self.assertEqual(with_text, notes(self.assembled()))
        self.assertEqual([b"PowerPC\0" in with_text[0], b"IBM,RPA-Client-Config\0" in with_text[1]], [True, True])

    def test_the_same_inputs_give_the_same_bytes(self):
        first = self.assembled("console=hvc0")
        copy, temporary = self.directory / "another-place", self.directory / "temporary"
        shutil.copytree(KIT, copy)
        temporary.mkdir()
        result = self.assemble(self.initramfs, self.directory / "other", "console=hvc0", kit=copy, TMPDIR=str(temporary))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.directory / "other").read_bytes(), first)
        self.assertEqual(list(temporary.iterdir()), [])


if __name__ == "__main__":
    if not KIT:
        print("assemble_test: DIM_KERNEL_KIT is not set; set it to what scripts/build-kernel prints", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main()
