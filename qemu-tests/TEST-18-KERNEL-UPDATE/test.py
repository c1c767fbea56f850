#!/usr/bin/env python3
"""The master of a Debian gets another kernel by dpkg: `dim image update` makes the boot file with it, blades that have the generation
boot it, `dim status` says which still run the old one, and a blade that keeps the old generation keeps the old kernel."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import make_debian, make_other_kernel, master_of_debian, other_kernel
from lib.image_server import DimFailed, ImageServer
from lib.network import Bootnet
from lib.pc_blade import UefiBlade

BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
LATE_BLADE = ("s01c1b02", "x86_64-uefi", "52:54:00:01:01:02", "10.1.0.12")
NAME, LATE = BLADE[0], LATE_BLADE[0]
IMAGE = "debian"


class Site:
    """One image server and a blade with UEFI; another blade that is never switched on."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        for blade in (BLADE, LATE_BLADE):
            self.server.define_blade(*blade)
        self.blade = UefiBlade(*BLADE[:3], self.bootnet, directory)


def install(package, master):
    """As an administrator does in the master. Its own initramfs would take minutes, and no blade loads it."""
    shutil.copy(package, master / "root/kernel.deb")
    environment = {**os.environ, "INITRD": "No", "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["chroot", master, "dpkg", "-i", "/root/kernel.deb"], check=True, env=environment)
    (master / "root/kernel.deb").unlink()


def boot_file_of(server, blade):
    """What its DHCP answer names."""
    return next(host["boot_file"] for host in server.query("dhcp", "show")["hosts"] if host["blade"] == blade)


def body(site):
    server = site.server
    server.start()
    step("a Debian with its kernel, deployed to two blades")
    master = master_of_debian(server.directory)
    server.dim("image", "import", IMAGE, master, "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    for name in (NAME, LATE):
        server.dim("deploy", name, IMAGE, "--yes")
    old_file = boot_file_of(server, NAME)
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    old = shell.check("uname -r")

    step("another kernel in the master, and an update")
    install(other_kernel(), master)
    told = server.dim("image", "update", IMAGE, timeout=900)
    print(told)
    expect("built, kernel" in told, "the update says that there is another boot file")
    expect(boot_file_of(server, NAME) == boot_file_of(server, LATE) == old_file,
           "who has the old generation boots the old kernel, whose modules it has")
    expect("next_kernel" not in server.status_of(NAME), "nor is it behind")

    step("the blade gets the generation while it runs")
    try:
        server.dim("sync", "image", IMAGE, NAME, "--yes", timeout=600)
    except DimFailed as failure:
        # An emulated blade of a machine with much else to do may not mount it in the time that a blade may be silent.
        if "it tries again every minute" not in str(failure):
            raise
        server.dim("sync", "image", IMAGE, NAME, "--yes", timeout=600)
    server.wait_for(lambda _: boot_file_of(server, NAME) != old_file, 60, "another boot file")
    expect(boot_file_of(server, LATE) == old_file, "the other blade keeps the old one")
    status = server.status_of(NAME)
    expect(status["kernel"] == old and status["next_kernel"] != old, f"{status}")
    expect(f"old kernel {old}: 1 blade; {status['next_kernel']} at their next boot: {NAME}" in server.dim("status"), "said to people")
    restarts = server.query("blade", "restarts", NAME)["blades"][0]
    expect(restarts["next_kernel"] == status["next_kernel"], f"{restarts}")

    step("its next boot starts it")
    site.blade.shut_down(120)
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    expect(shell.check("uname -r") == status["next_kernel"], "the new kernel runs")
    shell.check("modprobe dummy && grep -q ^dummy /proc/modules")
    expect("next_kernel" not in server.status_of(NAME), "it is not behind any more")
    expect((server.state / "boot" / old_file).exists(), "the old boot file is there for the other blade")
    site.blade.shut_down(120)


make_debian()
make_other_kernel()
run_case(body, make_cluster=Site)
