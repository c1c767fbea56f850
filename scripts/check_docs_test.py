"""The documents check itself: it must fail on what it forbids, in a tree that is otherwise right."""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("check_docs", str(HERE / "check-docs"))
check_docs = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_docs", loader))
sys.modules["check_docs"] = check_docs
loader.exec_module(check_docs)

FLOW = """# Map

## The flows, file by file

### A request

- [agent/main.cpp](../agent/main.cpp): starts.
  - [agent/boot.cpp](../agent/boot.cpp): one attempt.
    - [agent/network.cpp](../agent/network.cpp): an address.
    - [server/plan.cpp](../server/plan.cpp): answers
      `POST /v1/boots/{id}`.
      - [server/image.hpp](../server/image.hpp): `Image::find`: which image.

## After them

- [agent/nowhere.cpp](architecture.md) is in no flow.
"""
TREE = {
    "README.md": "See [the map](docs/architecture.md#a-request), [the web](https://example.org/x) and [below](#no-heading-but-code).\n"
                 "## No heading, but `code`\nThe agent is `agent/boot` in agent/; tests are agent/x_test.cpp, drills drills/TEST-NN-NAME/test.py.\n"
                 "```\n## not a heading\n/usr/lib/agent/none $HOME/agent/none agent/{boot,network}.cpp\n```\n",
    "CHANGELOG.md": "agent/old.cpp is gone.\n",
    "docs/decisions/0001.md": "OldName was in server/old.cpp.\n",
    "docs/architecture.md": FLOW,
    "agent/main.cpp": '#include "agent/boot.hpp"\n',
    "agent/boot.hpp": "",
    "agent/boot.cpp": '#include "agent/boot.hpp"\n#include "agent/network.hpp"\npost("/v1/boots/" + id);\n',
    "agent/boot_test.cpp": "",
    "agent/network.hpp": "",
    "agent/network.cpp": "",
    "server/plan.cpp": 'route("/v1/boots/{id}"); images.find(name);\n',
    "server/image.hpp": "Image find(Name name);\n",
    "drills/TEST-01-BOOT/test.py": "",
    "scripts/former-names.txt": "# names\nOldName -> NewName\nold_file.cpp -> server/plan.cpp\n",
}


class CheckDocs(unittest.TestCase):
    def found(self, changes, commit=None):
        """What is wrong with the tree after these changes; None removes a file. COMMIT is done in the tree before it is checked."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name, text in (TREE | changes).items():
                if text is None:
                    continue
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(text.encode("utf-8", "surrogateescape"))
            if commit:
                commit(root)
            return list(check_docs.violations(root))

    def refused(self, changes, *texts):
        found = self.found(changes)
        for text in texts:
            self.assertTrue(any(text in line for line in found), f"«{text}» is not in {found}")
        self.assertEqual(len(found), len(texts), found)

    def test_the_tree_that_all_others_change_is_right(self):
        self.assertEqual(self.found({}), [])

    # --- links and paths

    def test_a_link_that_leads_nowhere_is_refused(self):
        self.refused({"README.md": "[x](docs/none.md)\n"}, "README.md:1: the link docs/none.md leads nowhere")
        self.refused({"docs/decisions/0001.md": "[x](0002.md)\n"}, "the link 0002.md leads nowhere")

    def test_a_link_to_no_heading_is_refused(self):
        self.refused({"README.md": "[x](docs/architecture.md#none)\n"}, "docs/architecture.md has no heading #none")
        self.refused({"README.md": "[x](#not-a-heading)\n```\n## not a heading\n```\n"}, "README.md has no heading #not-a-heading")

    def test_a_path_that_is_not_there_is_refused(self):
        for text in ("`agent/none.cpp`", "agent/none/", "(server/none)", "agent/none.cpp, and", "agent/{boot,none}.cpp", "agent/None_x",
                     "drills/TEST-NN-NAME/none.py", "server/x_test.cpp", "see agent/none."):
            found = self.found({"docs/building.md": text + "\n"})
            self.assertEqual(len(found), 1, (text, found))
            self.assertIn("docs/building.md:1: there is no ", found[0])

    # --- commits

    def commit(self, root):
        git = ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
            subprocess.run([*git, *arguments], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        (root / "CONTRIBUTING.md").write_text(f"As `{head[:8]}` did.\nNot as `0123456789` did.\n")

    def test_a_commit_that_is_not_in_the_history_is_refused(self):
        self.assertEqual(self.found({}, self.commit), ["CONTRIBUTING.md:2: commit 0123456789 is not in the history"])

    def test_without_a_checkout_commits_are_not_looked_at(self):
        self.assertEqual(self.found({"CONTRIBUTING.md": "`0123456789`\n"}), [])

    # --- flows

    def flow(self, old, new):
        self.assertIn(old, FLOW)
        return {"docs/architecture.md": FLOW.replace(old, new)}

    def test_no_flows_are_refused(self):
        self.refused(self.flow("## The flows, file by file", "## Flows") | {"README.md": ""}, "has no flows below")
        self.refused(self.flow("### A request", "### An edit\n\n### A request"), "the flow «An edit» has no steps")

    def test_a_step_that_is_no_file_is_refused(self):
        self.refused({"server/image.hpp": None}, "server/image.hpp leads nowhere", "server/image.hpp is no file")

    def test_a_flow_that_goes_back_is_refused(self):
        again = "  - [agent/boot.cpp](../agent/boot.cpp): `post`.\n"
        self.refused(self.flow("\n## After them", again + "\n## After them"), "agent/boot.cpp is there a second time")

    def test_a_step_that_nothing_leads_to_is_refused(self):
        self.refused({"agent/boot.cpp": 'post("/v1/boots/" + id);\n'}, "agent/network.cpp does not follow from agent/boot.cpp")
        self.refused({"server/plan.cpp": "images.find(name);\n"}, "server/plan.cpp does not follow from agent/network.cpp or agent/boot.cpp")
        self.refused({"server/image.hpp": "Image find_image(Name name);\n"}, "server/image.hpp does not follow from server/plan.cpp")

    def test_a_step_does_not_follow_from_deeper_ones_before_those_beside_it(self):
        # image.hpp stands deeper than last.cpp and is not the step just before it.
        steps = "    - [agent/boot_test.cpp](../agent/boot_test.cpp): `post`.\n    - [agent/last.cpp](../agent/last.cpp): `Name`.\n"
        self.refused(self.flow("\n## After them", steps + "\n## After them") | {"agent/last.cpp": "Name", "agent/boot_test.cpp": "post"},
                     "agent/last.cpp does not follow from agent/boot_test.cpp or server/plan.cpp")

    def test_flows_are_counted(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name, text in TREE.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            self.assertEqual(list(check_docs.count_flows(root)), ["A request: 5 files, 6 lines"])

    # --- former names

    def test_a_former_name_is_refused(self):
        self.refused({"server/plan.cpp": TREE["server/plan.cpp"] + "class OldName;\n"}, "server/plan.cpp:2: OldName is a former name: now NewName")
        self.refused({"README.md": "old_file.cpp\n"}, "README.md:1: old_file.cpp is a former name: now server/plan.cpp")
        self.refused({"server/old_file.cpp": ""}, "server/old_file.cpp: its name is a former one: old_file.cpp is now server/plan.cpp")

    def test_a_former_name_is_a_whole_word(self):
        self.assertEqual(self.found({"server/x.cpp": "OldNames VeryOldName very_old_file.cpp old_file.cpp-more\n", "server/b.bin": "\udcff OldName"}), [])

    def test_a_line_that_names_no_new_name_is_refused(self):
        for line in ("Former", "Former ->", "Former NewName"):
            self.refused({"scripts/former-names.txt": line + "\n"}, "scripts/former-names.txt:1: is not")


if __name__ == "__main__":
    unittest.main()
