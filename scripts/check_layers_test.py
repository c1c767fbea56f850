"""The layers check itself: it must fail on what it forbids, in a tree that is otherwise as its table says."""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("check_layers", str(HERE / "check-layers"))
check_layers = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_layers", loader))
loader.exec_module(check_layers)

LAYERS = """
[server] the daemon
server/main.cpp | server/web | | starts
server/web | server/names libdim/{text,sys} | libdim/testing | answers
server/names | | | names

[libdim] the library
libdim/sys | libdim/text | | calls the kernel
libdim/text/long | libdim/text | | long texts
libdim/text | | | texts
libdim/testing | | | for tests

apart | drills | they are not C++
"""
TREE = {
    "server/main.cpp": '#include "server/web/page.hpp"\n',
    "server/web/page.hpp": '#include "libdim/text/long/long.hpp"\n#include "libdim/sys/fd.hpp"\n',
    "server/web/page.cpp": '#include "server/names/name.hpp"\n#include "generated.hpp"\n#include <vector>\n',
    "server/web/page_test.cpp": '#include "libdim/testing/temporary.hpp"\n#include <fcntl.h>\n',
    "server/web/CMakeLists.txt": "dim_library(web LINK dim_text dim_sys dim_names Elsewhere::library TEST_LINK dim_testing)\n",
    "server/names/name.hpp": "",
    "server/names/CMakeLists.txt": "dim_library(names)\n",
    "server/CMakeLists.txt": "dim_executable(server LINK dim_web)\n",
    "libdim/sys/fd.hpp": '#include "libdim/text/text.hpp"\n#include <fcntl.h>\n',
    "libdim/sys/CMakeLists.txt": "dim_library(sys LINK dim_text)\n",
    "libdim/text/text.hpp": "",
    "libdim/text/long/long.hpp": '#include "libdim/text/text.hpp"\n',
    "libdim/text/CMakeLists.txt": "dim_library(text)\n",
    "libdim/testing/temporary.hpp": "",
    "libdim/testing/CMakeLists.txt": "dim_library(testing)\n",
    "drills/drill.py": "",
    "build/made.cpp": "",
    "scripts/layers.txt": LAYERS,
}


class CheckLayers(unittest.TestCase):
    def found(self, changes, redraw=True):
        """What is wrong with the tree after these changes; None removes a file. A rule is tested against a right drawing."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            tree = {name: text for name, text in (TREE | changes).items() if text is not None}
            table, _ = check_layers.parse(tree["scripts/layers.txt"])
            if redraw:
                marks = f"# Map\n{check_layers.BEGIN}\n{check_layers.END}\nThe end.\n"
                tree["docs/architecture.md"] = check_layers.drawn(marks, table)
            for name, text in tree.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_layers.violations(root))

    def refused(self, changes, *texts, redraw=True):
        found = self.found(changes, redraw)
        for text in texts:
            self.assertTrue(any(text in line for line in found), f"«{text}» is not in {found}")
        self.assertEqual(len(found), len(texts), found)

    def with_layers(self, old, new):
        self.assertIn(old, LAYERS)
        return {"scripts/layers.txt": LAYERS.replace(old, new)}

    def test_the_tree_that_all_others_change_is_right(self):
        self.assertEqual(self.found({}), [])

    # --- includes

    def test_an_include_upwards_is_refused(self):
        self.refused({"libdim/text/text.cpp": '#include "libdim/sys/fd.hpp"\n'}, "libdim/text/text.cpp:1: libdim/text must not include libdim/sys")
        self.refused({"server/names/name.hpp": '#include "server/web/page.hpp"\n'}, "server/names must not include server/web")

    def test_a_room_is_a_module_of_its_own(self):
        self.refused({"libdim/text/text.hpp": '#include "libdim/text/long/long.hpp"\n'}, "libdim/text must not include libdim/text/long")
        self.refused({"libdim/text/long/x.cpp": '#include "libdim/sys/fd.hpp"\n'}, "libdim/text/long must not include libdim/sys")

    def test_a_file_with_a_line_of_its_own_is_not_its_directory(self):
        self.refused({"server/web/page_test.cpp": None, "server/main.cpp": TREE["server/main.cpp"] + '#include "libdim/sys/fd.hpp"\n'}
                     | self.with_layers("| libdim/testing | answers", "| | answers")
                     | {"server/web/CMakeLists.txt": TREE["server/web/CMakeLists.txt"].replace("TEST_LINK dim_testing", "")},
                     "server/main.cpp must not include libdim/sys")

    def test_what_tests_use_is_not_for_product_code(self):
        self.refused({"server/web/page.cpp": TREE["server/web/page.cpp"] + '#include "libdim/testing/temporary.hpp"\n'},
                     "server/web must not include libdim/testing", "product code must not include libdim/testing/temporary.hpp")
        self.refused({"server/names/fake_name.hpp": "", "server/web/page.cpp": '#include "server/names/fake_name.hpp"\n'},
                     "server/web/page.cpp:1: product code must not include server/names/fake_name.hpp")

    def test_tests_use_only_what_their_line_says(self):
        self.refused({"server/names/name_test.cpp": '#include "libdim/testing/temporary.hpp"\n'},
                     "server/names/name_test.cpp:1: server/names must not include libdim/testing")

    def test_an_include_of_no_module_is_refused(self):
        self.refused({"server/names/name.cpp": '#include "drills/drill.hpp"\n#include "../web/page.hpp"\n'},
                     "name.cpp:1: drills/drill.hpp belongs to no module", "name.cpp:2: ../web/page.hpp belongs to no module")

    def test_system_calls_belong_in_sys(self):
        for header in ("sys/mount", "sys/epoll", "linux/loop", "fcntl", "spawn"):
            self.refused({"server/names/name.cpp": f"#include <{header}.h>\n"}, f"name.cpp:1: <{header}.h> belongs in libdim/sys")
        self.assertEqual(self.found({"libdim/sys/x.cpp": "#include <sys/mount.h>\n", "server/names/x_test.cpp": "#include <spawn.h>\n"}), [])

    # --- the table against the tree

    def test_an_edge_that_nothing_uses_is_refused(self):
        self.refused(self.with_layers("server/names | | |", "server/names | libdim/text | |"),
                     "server/names may use libdim/text, but no include of its product code does")

    def test_a_test_does_not_use_an_edge_of_product_code(self):
        self.refused(self.with_layers("server/names | | |", "server/names | libdim/text | |")
                     | {"server/names/name_test.cpp": '#include "libdim/text/text.hpp"\n'}, "may use libdim/text, but no include of its product code")

    def test_an_edge_of_tests_that_nothing_uses_is_refused(self):
        self.refused({"server/web/page_test.cpp": ""}, "server/web: its tests may use libdim/testing, but no include of them does")

    def test_a_source_of_no_module_is_refused(self):
        for name in ("loose.py", "server/loose.cpp", "other/loose.hpp", "other/loose.c", "other/text.hpp.in"):
            self.refused({name: ""}, f"{name}: belongs to no module")

    def test_an_apart_directory_without_sources_is_refused(self):
        self.refused({"drills/drill.py": None}, "drills has no source that belongs to no module")

    def test_a_directory_that_is_not_there_is_refused(self):
        self.refused(self.with_layers("server/names | | | names\n", "server/names | | | names\nserver/gone | | | was there\n"),
                     "server/gone does not exist")

    def test_a_circle_is_refused(self):
        self.refused(self.with_layers("server/names | | |", "server/names | server/web | |")
                     | {"server/names/name.hpp": '#include "server/web/page.hpp"\n'},
                     "server/web is used by what it uses", "server/names is used by what it uses")

    # --- the table's own lines

    def test_lines_that_say_nothing_are_refused(self):
        for line in ("server/web", "server/more | | |", "apart | server", "apart | server |", "server/names | | | a second time"):
            self.refused({"scripts/layers.txt": LAYERS + line + "\n"}, "is neither")

    def test_names_that_are_no_module_are_refused(self):
        self.refused(self.with_layers("libdim/text | | |", "libdim/text | | libdim/nothing |"),
                     "libdim/text names libdim/nothing, which is no other module", "its tests may use libdim/nothing")

    def test_a_module_is_named_once(self):
        self.refused(self.with_layers("| libdim/testing | answers", "| libdim/{testing,sys} | answers")
                     | {"server/web/page_test.cpp": TREE["server/web/page_test.cpp"] + '#include "libdim/sys/fd.hpp"\n'},
                     "server/web names libdim/sys twice")

    # --- CMake

    def test_a_link_beyond_the_table_is_refused(self):
        self.refused({"libdim/text/CMakeLists.txt": "dim_library(text LINK dim_sys)\n"}, "text must not link dim_sys")
        self.refused({"server/CMakeLists.txt": "dim_executable(server LINK dim_web\n    dim_names)\n"}, "server must not link dim_names")
        self.refused({"server/names/CMakeLists.txt": "dim_library(names)\ntarget_link_libraries(dim_names PRIVATE dim_sys)\n"},
                     "dim_names must not link dim_sys")

    def test_a_library_of_rooms_is_all_of_them(self):
        rooms = {"libdim/CMakeLists.txt": "add_library(dim_all INTERFACE)\ntarget_link_libraries(dim_all INTERFACE dim_sys dim_text)\n"}
        self.assertEqual(self.found(rooms), [])
        self.refused(rooms | {"server/names/CMakeLists.txt": "dim_library(names LINK dim_all)\n"}, "names must not link dim_all")
        self.refused(rooms | {"server/web/CMakeLists.txt": "dim_library(web LINK dim_all)\n"}, "web must not link dim_all")
        self.refused({"libdim/CMakeLists.txt": "add_library(dim_all INTERFACE)\ntarget_link_libraries(dim_all INTERFACE dim_web)\n"},
                     "dim_all must not link dim_web")

    def test_a_link_for_tests_does_not_serve_product_code(self):
        self.refused({"server/web/CMakeLists.txt": "dim_library(web LINK dim_testing)\n"}, "web must not link dim_testing")

    # --- the command line

    def test_help_prints_the_usage(self):
        done = subprocess.run([HERE / "check-layers", "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("usage: scripts/check-layers [DIRECTORY]", done.stdout)
        self.assertNotIn("layers ok", done.stdout)

    # --- the drawing

    def test_a_document_that_differs_is_refused(self):
        marks = f"{check_layers.BEGIN}\n{check_layers.END}\n"
        self.refused({"docs/architecture.md": marks}, "its drawing is not the table", redraw=False)
        self.refused({"docs/architecture.md": "# Map\n"}, "has no drawing between", redraw=False)
        self.refused({}, "has no drawing between", redraw=False)

    def test_the_drawing_keeps_the_text_around_it(self):
        table, _ = check_layers.parse(LAYERS)
        text = check_layers.drawn(f"before\n{check_layers.BEGIN}\nold\n{check_layers.END}\nafter\n", table)
        self.assertTrue(text.startswith(f"before\n{check_layers.BEGIN}\n```\nserver: the daemon\n"), text)
        self.assertTrue(text.endswith(f"```\n{check_layers.END}\nafter\n"), text)
        self.assertEqual(check_layers.drawn(text, table), text)

    def test_floors_go_down_and_what_follows_is_left_out(self):
        table, _ = check_layers.parse(LAYERS)
        rows = [line[2:].split("→")[-1].split() for line in check_layers.drawing(table).splitlines() if "→" in line]
        # sys is above text, so web's row need not name text; main.cpp is over web, web over names.
        self.assertEqual(rows, [["web"], ["names;", "libdim:", "sys"], ["nothing"], ["text"], ["text"], ["nothing"], ["nothing"]])


if __name__ == "__main__":
    unittest.main()
