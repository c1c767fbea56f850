#!/usr/bin/env python3
"""Tests plain_mffs.py on a library made of exactly the instructions in question."""

import contextlib
import io
import pathlib
import struct
import subprocess
import tempfile
import unittest

import plain_mffs

CROSS = "powerpc64-linux-gnu-"
SOURCE = """
    .machine power9
    .text
    .globl sample
sample:
    mffscrni 0,1
    mffscrn 7,3
    mffsl 31
    mffsce 2
    mffs 5
    mffs. 6
    mtfsf 255,1
    blr
"""
EXPECTED = ["mffs    f0", "mffs    f7", "mffs    f31", "mffs    f2", "mffs    f5", "mffs.   f6", "mtfsf   255,f1", "blr"]


class PlainMffsTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="plain-mffs-test-")
        self.addCleanup(scratch.cleanup)
        self.library = pathlib.Path(scratch.name) / "sample.so"

    def build(self):
        subprocess.run([f"{CROSS}gcc", "-nostdlib", "-shared", "-x", "assembler", "-", "-o", self.library], input=SOURCE,
                       text=True, check=True)

    def run_main(self, *arguments):
        with contextlib.redirect_stderr(io.StringIO()) as errors, contextlib.redirect_stdout(io.StringIO()):
            return plain_mffs.main([str(argument) for argument in arguments]), errors.getvalue()

    def test_usage(self):
        self.assertEqual(self.run_main("objdump"), (2, "plain_mffs.py OBJDUMP FILE [FILE...]     changes the files in place, "
                                                       "prints how many instructions were replaced\n"))

    def test_missing_file(self):
        status, errors = self.run_main(f"{CROSS}objdump", self.library)
        self.assertEqual(status, 1)
        self.assertIn("No such file", errors)

    def test_foreign_files_are_refused_and_left_alone(self):
        for content in (b"", b"#!/bin/sh\n", b"\x7fELF\x02\x01" + bytes(58), b"\x7fELF\x01\x02" + bytes(58)):
            self.library.write_bytes(content)
            status, errors = self.run_main(f"{CROSS}objdump", self.library)
            self.assertEqual((status, self.library.read_bytes()), (1, content))
            self.assertIn("not a 64-bit big-endian ELF file", errors)

    def test_truncated_file_is_refused(self):
        self.library.write_bytes(b"\x7fELF\x02\x02" + struct.pack(">26xQ14xHH", 64, 56, 3))
        self.assertEqual(self.run_main(f"{CROSS}objdump", self.library)[0], 1)

    def test_replaces_the_relatives_of_mffs_and_nothing_else(self):
        self.build()
        before = self.library.read_bytes()
        self.assertEqual(plain_mffs.replace(f"{CROSS}objdump", str(self.library)), 4)
        listing = subprocess.run([f"{CROSS}objdump", "-d", "-Mpower9", self.library], check=True, capture_output=True, text=True)
        instructions = [line.split("\t")[2].strip() for line in listing.stdout.splitlines() if line.count("\t") == 2]
        self.assertEqual(instructions[: len(EXPECTED)], EXPECTED)
        after = self.library.read_bytes()
        self.assertLessEqual(sum(old != new for old, new in zip(before, after)), 4 * 2)
        self.assertEqual(plain_mffs.replace(f"{CROSS}objdump", str(self.library)), 0)
        self.assertEqual(self.library.read_bytes(), after)


if __name__ == "__main__":
    unittest.main()
