#!/usr/bin/env python3
"""Tests of check-config, run as people run it."""

import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CHECK = HERE / "check-config"


class CheckConfig(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run_check(self, *arguments):
        return subprocess.run([CHECK, *arguments], capture_output=True, text=True, timeout=30)

    def test_a_dropped_option_fails_and_is_named_with_fragment_and_line(self):
        fragment = self.write("net.config", "# why\n\nCONFIG_NET=y\nCONFIG_TIGON3=y\n")
        config = self.write("config", "CONFIG_NET=y\n# CONFIG_TIGON3 is not set\n")
        result = self.run_check(fragment, "--", config)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{fragment}:4: CONFIG_TIGON3=y was dropped", result.stderr)
        self.assertNotIn("CONFIG_NET=", result.stderr)

    def test_an_option_that_kconfig_does_not_know_fails(self):
        fragment = self.write("a.config", "CONFIG_GENERIC_CPU=y\n")
        result = self.run_check(fragment, "--", self.write("config", "CONFIG_NET=y\n"))
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{fragment}:1: CONFIG_GENERIC_CPU=y was dropped", result.stderr)

    def test_a_changed_value_fails(self):
        fragment = self.write("a.config", 'CONFIG_NR_CPUS=8\nCONFIG_CMDLINE=""\n')
        config = self.write("config", 'CONFIG_NR_CPUS=32\nCONFIG_CMDLINE="quiet"\n')
        result = self.run_check(fragment, "--", config)
        self.assertEqual(result.returncode, 1)
        self.assertIn(":1: CONFIG_NR_CPUS=8 was changed to 32", result.stderr)
        self.assertIn(':2: CONFIG_CMDLINE="" was changed to "quiet"', result.stderr)

    def test_an_option_that_must_not_be_set_fails_when_it_is(self):
        fragment = self.write("a.config", "# CONFIG_VT is not set\nCONFIG_SWAP=n\n")
        config = self.write("config", "CONFIG_VT=y\nCONFIG_SWAP=y\n")
        result = self.run_check(fragment, "--", config)
        self.assertEqual(result.returncode, 1)
        self.assertIn(":1: CONFIG_VT=n was changed to y", result.stderr)
        self.assertIn(":2: CONFIG_SWAP=n was changed to y", result.stderr)

    def test_all_there_is_silent(self):
        first = self.write("a.config", "CONFIG_NET=y\n# CONFIG_VT is not set\nCONFIG_INPUT=n\n")
        second = self.write("b.config", 'CONFIG_LOCALVERSION="-dim"\n')
        config = self.write("config", 'CONFIG_NET=y\n# CONFIG_VT is not set\nCONFIG_LOCALVERSION="-dim"\n')
        result = self.run_check(first, second, "--", config)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_the_later_fragment_counts(self):
        first = self.write("a.config", "CONFIG_NR_CPUS=8\n")
        second = self.write("b.config", "CONFIG_NR_CPUS=16\n")
        self.assertEqual(self.run_check(first, second, "--", self.write("config", "CONFIG_NR_CPUS=16\n")).returncode, 0)
        result = self.run_check(first, second, "--", self.write("config", "CONFIG_NR_CPUS=8\n"))
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{second}:1: CONFIG_NR_CPUS=16 was changed to 8", result.stderr)

    def test_a_line_that_is_no_option_is_named(self):
        fragment = self.write("a.config", "CONFIG_NET=y\nCONFIG-VT=y\n")
        result = self.run_check(fragment, "--", self.write("config", "CONFIG_NET=y\n"))
        self.assertEqual(result.returncode, 2)
        self.assertIn(f"{fragment}:2: neither an option nor a comment: CONFIG-VT=y", result.stderr)

    def test_wrong_use_and_missing_files(self):
        config = self.write("config", "CONFIG_NET=y\n")
        for arguments in ((), ("--",), ("--", config), (config,), (config, "--"), (config, "--", config, config)):
            with self.subTest(arguments=arguments):
                result = self.run_check(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn("usage:", result.stderr)
        missing = str(self.directory / "missing")
        result = self.run_check(missing, "--", config)
        self.assertEqual(result.returncode, 2)
        self.assertIn(missing, result.stderr)


class Fragments(unittest.TestCase):
    """DIM's own fragments and their README."""

    def options(self):
        for fragment in sorted(HERE.glob("*.config")):
            for number, line in enumerate(fragment.read_text(encoding="utf-8").splitlines(), 1):
                if line.startswith("CONFIG_"):
                    yield f"{fragment.name}:{number}", line.split("=")[0]
                elif line.startswith("# CONFIG_"):
                    yield f"{fragment.name}:{number}", line.split()[1]

    def test_every_option_has_its_reason_in_the_readme(self):
        readme = (HERE / "README.md").read_text(encoding="utf-8")
        words = set(readme.replace("`", " ").replace(",", " ").split())
        options = list(self.options())
        self.assertGreater(len(options), 100)
        unexplained = [f"{where}: {option}" for where, option in options if option.removeprefix("CONFIG_") not in words]
        self.assertEqual(unexplained, [])


if __name__ == "__main__":
    unittest.main()
