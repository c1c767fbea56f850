"""A failure or an owner that nobody looks at must not compile, and must compile when somebody does.

usage: discarded_test.py BUILD-DIRECTORY   (a configured one: its compile_commands.json has the flags that everything is built with)
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

HEADERS = """
#include "imageserver/state/database.hpp"
#include "imageserver/state/statement.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/temporary_directory.hpp"
using namespace dim;
Result<void> nothing();
Result<int> number();
Result<int, std::string> with_its_own_error();
Error error();
sys::Fd descriptor();
sys::LoopDevice loop_device();
sys::Process process();
server::Statement statement();
server::Database database();
"""
DISCARDED = ["nothing()", "number()", "with_its_own_error()", "[] { return number(); }()", "sys::dup(descriptor())", "error()",
             "fail(error()).error().with_context(\"x\")", "descriptor()", "sys::Fd(0)", "descriptor().release()",
             "loop_device()", "process()", "statement()", "database()", "testing::TemporaryDirectory()"]
LOOKED_AT = ["if (!nothing()) {}", "DIM_CHECK(nothing())", "DIM_TRY(int value, number()); static_cast<void>(value)",
             "const auto own = with_its_own_error(); static_cast<void>(own)", "const sys::Fd fd = descriptor()",
             "static_cast<void>(nothing())"]


class Discarded(unittest.TestCase):
    build = ""

    def compile(self, statements):
        """The compiler's exit status, and the lines of STATEMENTS (from 0) that it refuses."""
        entry = next(e for e in json.loads(pathlib.Path(self.build, "compile_commands.json").read_text())
                     if e["file"].endswith(("/libdim/base/error.cpp", "/dim_base.unity.cpp")))
        with tempfile.TemporaryDirectory() as directory:
            source = pathlib.Path(directory, "case.cpp")
            source.write_text(HEADERS + "Result<void> use() {\n#line 1 \"statements\"\n" +
                              "".join(f"{s};\n" for s in statements) + "return {};\n}\n")
            command = [str(source) if a == entry["file"] else a for a in shlex.split(entry["command"])]
            command[command.index("-o") + 1] = f"{directory}/case.o"
            ran = subprocess.run(command + ["-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True)
        refused = {int(line) - 1 for line in re.findall(r"^statements:(\d+):\d+: error: .*(?:nodiscard|unused-result)",
                                                        ran.stderr, re.M)}
        self.assertNotRegex(ran.stderr, r"case\.cpp:\d+:\d+: error", "the test's own declarations are wrong")
        return ran.returncode, refused, ran.stderr

    def test_discarding_is_refused(self):
        status, refused, said = self.compile(DISCARDED)
        self.assertNotEqual(status, 0)
        self.assertEqual([DISCARDED[n] for n in range(len(DISCARDED)) if n not in refused], [], said)

    def test_looking_compiles(self):
        status, _, said = self.compile(LOOKED_AT)
        self.assertEqual(status, 0, said)


if __name__ == "__main__":
    Discarded.build = sys.argv.pop(1)
    unittest.main()
