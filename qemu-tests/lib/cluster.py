"""The cluster most tests use: one image server, a JS20 and a JS21, and the Blue Granite distribution as image `granite`."""
import os
import pathlib
import subprocess

from .blade import Blade
from .chassis import Chassis
from .image_server import ImageServer
from .network import Bootnet

JS20 = ("s01c1b01", "js20", "52:54:00:01:01:01", "10.1.0.11")
JS21 = ("s01c1b02", "js21", "52:54:00:01:01:02", "10.1.0.12")
IMAGE = "granite"
# The kernel must not call H_CEDE when idle: QEMU 7.2 can deliver an interrupt to a processor that is about to halt and then
# never wake it (found stopped at vector 0x500 with interrupts off, once in some ten boots).
EMULATION_OPTIONS = ("powersave=off",)


def unpack_distribution(directory):
    """The distribution's root directory, as an administrator would have it on the image server."""
    root = directory / "granite-root"
    root.mkdir()
    archive = pathlib.Path(os.environ["DIM_DISTRIBUTION"]) / "rootfs.tar"
    subprocess.run(["tar", "--numeric-owner", "-xpf", archive, "-C", root], check=True)
    return root


def serve_image(server, image, root, blades, options=()):
    """From the distribution in the directory ROOT to blades that boot it."""
    server.dim("image", "import", image, root, "--arch", "ppc64", "--size", "64M")
    server.dim("buildzimage", image, *[word for option in (*EMULATION_OPTIONS, *options) for word in ("--option", option)])
    server.dim("deploy", *blades, image, "--yes")


class Cluster:
    def __init__(self, directory, blades=(JS20, JS21), services=None, has_chassis=False, **blade_arguments):
        """HAS_CHASSIS: the blades are in an emulated chassis, and `dim bctool` switches them."""
        self.directory = directory
        self.bootnet = Bootnet()
        self.server = ImageServer(directory, services=services, options=("--traps", Chassis.TRAPS_TO) if has_chassis else ())
        self.blades = {}
        for name, kind, mac, address in blades:
            self.server.define_blade(name, kind, mac, address)
        self.chassis = Chassis(directory, self.server) if has_chassis else None
        for name, kind, mac, _ in blades:
            blade = (self.chassis.make_blade if has_chassis else Blade)(name, kind, mac, self.bootnet, directory, **blade_arguments)
            self.blades[name] = blade
        if has_chassis:
            self.chassis.start()

    def prepare(self, options=()):
        """The administrator's way from nothing to blades that can be switched on, command by command."""
        self.server.start()
        serve_image(self.server, IMAGE, unpack_distribution(self.directory), self.blades, options)

    def power_on(self):
        if self.chassis:
            self.server.dim("bctool", ",".join(self.blades), "power", "on")
            return
        for blade in self.blades.values():
            blade.power_on()

    def power_off(self):
        for blade in self.blades.values():
            blade.power_off()

    def boot_all(self, timeout=180):
        """Switches every blade on and waits until all of them run; returns their states by name."""
        self.power_on()
        return {name: self.server.wait_for_blade(name, "running", timeout) for name in self.blades}
