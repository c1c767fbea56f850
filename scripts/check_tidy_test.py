"""The cache of scripts/check-tidy: a finding fails, a clean result is used again, and whatever could change it is looked at again.

A program that stands for clang-tidy counts its runs and finds the word BAD, in a source and in the headers it includes.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CLANG_TIDY = r"""#!/usr/bin/env python3
import pathlib, re, sys
if "--version" in sys.argv:
    print("version", pathlib.Path(__file__).with_name("version").read_text())
    sys.exit(0)
root = pathlib.Path(__file__).parent
with (root / "runs").open("a") as runs:
    print(sys.argv[-1], file=runs)
def look(path):
    text = path.read_text()
    found = [(path, n + 1) for n, line in enumerate(text.splitlines()) if "BAD" in line]
    for name in re.findall(r'#include "(.*)"', text):
        found += look(root / name)
    return found
found = look(pathlib.Path(sys.argv[-1]))
for path, line in found:
    print(f"{path}:{line}:1: error: this is bad [bugprone-bad,-warnings-as-errors]\n    BAD")
sys.exit(1 if found else 0)
"""


class CheckTidy(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        for name, text in {"clang-tidy": CLANG_TIDY, "version": "19", "runs": "", ".clang-tidy": "Checks: a",
                           ".clang-tidy-tests": "Checks: b", "libdim/a.cpp": '#include "libdim/a.hpp"\n',
                           "libdim/b.cpp": '#include "libdim/a.hpp"\n', "libdim/a.hpp": '#include "libdim/deep.hpp"\n',
                           "libdim/deep.hpp": "int deep;\n", "libdim/a_test.cpp": "int test;\n"}.items():
            self.write(name, text)
        (self.root / "clang-tidy").chmod(0o755)
        self.compiled_with("-O2")

    def write(self, name, text):
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(text)

    def compiled_with(self, option):
        self.write("build/compile_commands.json", json.dumps(
            [{"file": f"{self.root}/libdim/{name}", "directory": f"{self.root}/build",
              "command": f"clang++ {option} -I{self.root} -c {self.root}/libdim/{name}"}
             for name in ("a.cpp", "b.cpp", "a_test.cpp")]))

    def run_script(self, *names):
        return subprocess.run([sys.executable, HERE / "check-tidy", "build", *names], cwd=self.root, capture_output=True, text=True,
                              env={**os.environ, "DIM_SOURCE": str(self.root), "DIM_CACHE": f"{self.root}/cache",
                                   "CLANG_TIDY": f"{self.root}/clang-tidy"})

    def check(self, *names):
        """Exit status, what was printed, and the names of the sources that clang-tidy looked at."""
        self.write("runs", "")
        ran = self.run_script(*names)
        self.assertEqual(ran.stderr, "")
        looked_at = [pathlib.Path(line.split()[0]).name for line in (self.root / "runs").read_text().splitlines()]
        return ran.returncode, ran.stdout, sorted(looked_at)

    def test_a_finding_fails_each_time(self):
        self.write("libdim/a.cpp", "BAD\n")
        for _ in range(2):
            status, said, looked_at = self.check("libdim/a.cpp")
            self.assertEqual((status, looked_at), (1, ["a.cpp"]))
            self.assertIn("libdim/a.cpp:1:1: error: this is bad", said)

    def test_a_clean_source_is_not_looked_at_again(self):
        self.assertEqual(self.check("libdim"), (0, "", ["a.cpp", "a_test.cpp", "b.cpp"]))
        self.assertEqual(self.check("libdim"), (0, "", []))

    def test_a_finding_in_a_changed_source_fails(self):
        self.check("libdim")
        self.write("libdim/b.cpp", "BAD\n")
        status, _, looked_at = self.check("libdim")
        self.assertEqual((status, looked_at), (1, ["b.cpp"]))

    def test_a_changed_header_is_looked_at_again_and_reported_once(self):
        self.check("libdim")
        self.write("libdim/deep.hpp", "BAD\n")
        status, said, looked_at = self.check("libdim")
        self.assertEqual((status, looked_at), (1, ["a.cpp", "b.cpp"]))
        self.assertEqual(said.count("this is bad"), 1)

    def test_what_could_change_the_result_is_part_of_the_key(self):
        self.check("libdim")
        for change in (lambda: self.write(".clang-tidy", "Checks: more"), lambda: self.write("version", "20"),
                       lambda: self.compiled_with("-O1")):
            change()
            self.assertIn("a.cpp", self.check("libdim")[2])
            self.assertEqual(self.check("libdim")[2], [])

    def test_tests_have_a_configuration_of_their_own(self):
        self.check("libdim")
        self.write(".clang-tidy-tests", "Checks: more")
        self.assertEqual(self.check("libdim")[2], ["a_test.cpp"])

    def test_the_sources_of_a_unity_source_are_looked_at_together(self):
        for name in ("a", "b"):
            self.write(f"libdim/{name}.cpp", f"int {name};\n")
        self.write("build/unity.cxx", f'#include "{self.root}/libdim/a.cpp"\n#include "{self.root}/libdim/b.cpp"\n')
        self.write("build/compile_commands.json", json.dumps([
            {"file": f"{self.root}/build/unity.cxx", "directory": f"{self.root}/build", "command": f"clang++ -c {self.root}/build/unity.cxx"},
            {"file": f"{self.root}/build/precompiled.cpp", "directory": f"{self.root}/build", "command": "clang++ -c precompiled.cpp"}]))
        self.write("build/precompiled.cpp", "")
        self.assertEqual(self.check("libdim/b.cpp"), (0, "", ["unity.cxx"]))
        self.assertEqual(self.check(), (0, "", []))
        self.write("libdim/a.cpp", "BAD\n")
        self.assertEqual(self.check("libdim/b.cpp")[0], 1)

    def test_a_source_that_is_not_built_is_an_error(self):
        ran = self.run_script("libdim/gone.cpp")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("libdim/gone.cpp", ran.stderr)


if __name__ == "__main__":
    unittest.main()
