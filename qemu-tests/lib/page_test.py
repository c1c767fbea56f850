#!/usr/bin/env python3
"""Tests page.py: nothing that a page shows may be lost."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.page import Command, PageError, Prose, missing_output, read_page


class ReadPage(unittest.TestCase):
    def test_commands_and_prose_come_in_order(self):
        parts = read_page("# Title\n\nSay\nthis.\n\n    first -x 'a  b'\n    second\n\nThen.\n\n    third\n")
        self.assertEqual(parts, [Prose(1, "# Title Say this."), Command(6, "first -x 'a  b'"), Command(7, "second"),
                                 Prose(9, "Then."), Command(11, "third")])

    def test_deeper_blocks_of_lists_are_commands_too(self):
        parts = read_page("1. Do:\n\n       one\n       two\n")
        self.assertEqual([part.text for part in parts[1:]], ["one", "two"])

    def test_output_belongs_to_its_command(self):
        parts = read_page("    $ one\n    1  x\n    $ two\n    $ three\n    3\n")
        self.assertEqual([(part.text, part.output) for part in parts], [("one", ["1  x"]), ("two", []), ("three", ["3"])])

    def test_remarks(self):
        parts = read_page("    start x  # or without y, z: run x # 1\n    $ watch     # until Ctrl-C\n".replace("$ ", ""))
        self.assertEqual((parts[0].text, parts[0].condition, parts[0].alternative), ("start x", "without y, z", "run x # 1"))
        self.assertTrue(parts[1].until_ctrl_c)

    def test_what_is_not_understood_is_refused(self):
        for page in ("```\none\n```\n", "    one  # perhaps not\n", "    out\n    $ one\n", "\tone\n", "only prose\n", ""):
            with self.subTest(page), self.assertRaises(PageError):
                read_page(page)


class MissingOutput(unittest.TestCase):
    def missing(self, output, printed):
        return missing_output(Command(1, "x", output=output), printed)

    def test_widths_and_gaps_may_differ(self):
        self.assertIsNone(self.missing(["A   B", "a … c …"], "A B\na 17 s ago c (x)\n"))
        self.assertIsNone(self.missing(["since …:", "…"], "since 12: 30:\nx\n"))

    def test_lines_may_be_left_out_but_not_change_places(self):
        self.assertIsNone(self.missing(["a", "c"], "a\nb\nc\n"))
        self.assertEqual(self.missing(["c", "a"], "a\nb\nc\n"), "a")

    def test_what_was_not_printed_is_told(self):
        self.assertEqual(self.missing(["a", "running"], "a\nnot running\n"), "running")
        self.assertEqual(self.missing(["a.c"], "abc\n"), "a.c")
        self.assertEqual(self.missing(["a"], ""), "a")


if __name__ == "__main__":
    unittest.main()
