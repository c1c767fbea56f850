"""The include check itself: it must fail on what it forbids."""
import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("check_layers", str(HERE / "check-layers"))
check_layers = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_layers", loader))
loader.exec_module(check_layers)


class CheckLayers(unittest.TestCase):
    def found(self, name, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return list(check_layers.violations(pathlib.Path(directory)))

    def test_forbidden_includes_are_found(self):
        self.assertEqual(len(self.found("libdim/base/x.cpp", '#include "libdim/model/ipv4.hpp"\n')), 1)
        self.assertEqual(len(self.found("tools/x.cpp", '#include "imageserver/daemon.hpp"\n')), 1)
        self.assertEqual(len(self.found("imageserver/dhcp/x.cpp", '#include "imageserver/nfs/x.hpp"\n')), 1)
        self.assertEqual(len(self.found("initagent/x.cpp", "#include <sys/mount.h>\n")), 1)

    def test_allowed_includes_pass(self):
        self.assertEqual(self.found("libdim/model/x.cpp", '#include "libdim/base/text.hpp"\n'), [])
        self.assertEqual(self.found("libdim/sys/x.cpp", "#include <sys/mount.h>\n"), [])
        self.assertEqual(self.found("libdim/sys/x_test.cpp", '#include "libdim/testing/temp.hpp"\n'), [])


if __name__ == "__main__":
    unittest.main()
