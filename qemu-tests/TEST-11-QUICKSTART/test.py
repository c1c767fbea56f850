#!/usr/bin/env python3
"""A person follows docs/quickstart.md, line by line as it stands there, on a machine that DIM was never installed on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import JS20, JS21
from lib.fresh_machine import SOURCE
from lib.network import Bootnet
from lib.newcomer import Newcomer, output_of

PAGE = SOURCE / "docs/quickstart.md"
PORT = "enp2s0"  # what the page calls the bootnet port


class OwnerOfBlades(Newcomer):
    """The blades have the MAC addresses that stand in the definition."""

    def __init__(self, directory):
        super().__init__(directory, [('device="boot0"', f'device="{PORT}"')])
        bootnet = Bootnet(device=PORT, address=None)
        self.blades = [Blade(name, kind, mac, bootnet, directory, has_saved_firmware=False) for name, kind, mac, _ in (JS20, JS21)]
        self.deeds = {"Switch the blades on": lambda: self._each(Blade.power_on),
                      "Switch the blades off": lambda: self._each(Blade.power_off)}
        self.conditions = {"for blades that QEMU emulates"}

    def _each(self, deed):
        for blade in self.blades:
            deed(blade)


def check_another_prefix(newcomer):
    """The unit and the built-in paths follow the prefix, and nothing is left of it afterwards."""
    step("scripts/install --prefix, into DESTDIR")
    staged = newcomer.directory / "staged"
    newcomer.in_terminal(f"DESTDIR={staged} scripts/install --prefix /opt/dim")
    unit = (staged / "opt/dim/lib/systemd/system/dim-imageserver.service").read_text()
    expect("ExecStart=/opt/dim/sbin/imageserver\n" in unit, f"the unit starts what was installed: {unit}")
    told = output_of(staged / "opt/dim/sbin/imageserver", "--help")
    expect("/opt/dim/lib/dim/kernel-kit" in told and "/opt/dim/lib/dim/agent" in told, f"its own paths: {told}")
    newcomer.in_terminal(f"DESTDIR={staged} scripts/install --uninstall --prefix /opt/dim")
    left = [path for path in staged.rglob("*") if not path.is_dir()]
    expect(not left, f"removed as a whole: {left}")


def body(newcomer):
    newcomer.follow(PAGE)
    expect(not newcomer.machine.files_new_in("/usr"), f"left of the installation: {newcomer.machine.files_new_in('/usr')}")
    left = [path for path in newcomer.machine.files_new_in("/etc") if not path.startswith("/etc/dim/")]
    expect(not left, f"left of the installation: {left}")
    check_another_prefix(newcomer)


run_case(body, make_cluster=OwnerOfBlades)
