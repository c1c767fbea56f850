#!/usr/bin/env python3
"""An unmodified Debian 12 for ppc64el boots an emulated POWER9: Open Firmware, DHCP, TFTP, a zImage of the distribution's own kernel and
the agent, TLS, blade image and shared root, systemd, `running`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.debian import check_housekeeping, check_ssh, check_what_it_runs, debian_root, make_debian, wait_for_time, wait_until_started
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.time_server import TimeServer

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "pseries", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"
# A machine with this Debian on its disk has them, too, or why not. Nothing at present.
EXPECTED_FAILURES = set()
BOOT = 600  # seconds, on a busy machine


class Site:
    """One image server and a POWER machine."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.server.define_time_server(ImageServer.ADDRESS)
        # No clock of this machine tells the same.
        self.time_server = TimeServer(ImageServer.ADDRESS, offset=-5)
        self.blade = Blade(NAME, KIND, MAC, self.bootnet, directory, memory_mib=1024, has_saved_firmware=False)


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    server.dim("image", "import", IMAGE, debian_root(), "--arch", "ppc64le", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE, timeout=300)
    boot_files = list((server.state / "boot" / IMAGE).rglob("zImage"))
    expect(len(boot_files) == 1, f"one boot file: {boot_files}")
    size = boot_files[0].stat().st_size
    step(f"the boot file has {size / 2**20:.1f} MiB")
    expect(size <= 24 << 20, "it is not larger than promised")
    server.dim("deploy", NAME, IMAGE, "--yes")

    step("power on")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", BOOT)
    shell = site.blade.login(BOOT)
    wait_until_started(shell, EXPECTED_FAILURES)

    step("what it runs from, and as what")
    check_what_it_runs(shell, NAME, "vmlinux")
    expect(shell.check("uname -m") == "ppc64le", "it is little-endian")
    step("a login by ssh")
    check_ssh(shell, server, ADDRESS)

    step("what it does for itself, and its clock")
    check_housekeeping(shell)
    wait_for_time(shell, site.time_server)

    step("it starts anew by itself, as it was")
    site.blade.console.skip()
    site.blade.console.send("systemctl reboot\n")
    site.blade.console.expect(r"login: ", BOOT)
    shell = site.blade.login(BOOT)
    shell.check("test -e /root/mine")
    wait_until_started(shell, EXPECTED_FAILURES)
    site.blade.shut_down(300)

    step("neither the shared root nor the master changed")
    server.dim("image", "check", IMAGE, timeout=600)
    expect("nothing changed" in server.dim("image", "update", IMAGE, timeout=600), "a generation of the master would be the same")


make_debian("ppc64el")
run_case(body, make_cluster=Site)
