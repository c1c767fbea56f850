#!/usr/bin/env python3
"""A machine with BIOS whose network card has iPXE boots an unmodified Debian 12 for amd64, from the same boot file as one with UEFI: script,
kernel and initramfs by HTTP, agent, systemd, `running`. One that asks for the wrong thing is told."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import BiosBlade

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-bios", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"


class Site:
    """One image server and a blade with BIOS."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = BiosBlade(NAME, KIND, MAC, self.bootnet, directory)


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    server.dim("image", "import", IMAGE, debian_root(), "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    server.dim("deploy", NAME, IMAGE, "--yes")
    expect((server.state / "boot/undionly.kpxe").read_bytes() == pathlib.Path("/usr/lib/ipxe/undionly.kpxe").read_bytes(),
           "TFTP has iPXE for cards that have only PXE")

    step("power on")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    step(f"systemd says: {shell.run('systemctl is-system-running --wait', 300)[1]}")
    expect(not shell.check("systemctl list-units --failed --plain --no-legend").strip(), "no unit failed")
    expect(shell.run("test -e /sys/firmware/efi")[0] != 0, "it is a machine with BIOS")
    expect(f"BOOTIF=01-{MAC.replace(':', '-')}" in shell.check("cat /proc/cmdline"), "iPXE says which port it booted from")
    for place in ("/", "/usr"):
        expect(shell.check(f"findmnt -n -o FSTYPE {place}") == "nfs4", f"{place} comes by NFS")
    shell.check("touch /root/mine")

    step("its story says what it loaded, and how")
    story = server.dim("blade", "show", NAME)
    print(story)
    for part in ("linux", "initrd"):
        expect(f"/{part} by HTTP" in story, f"it loaded {part}")

    step("it ends in good order, and comes back as it was")
    site.blade.shut_down(120)
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    site.blade.login(300).check("test -e /root/mine")
    site.blade.shut_down(120)


make_debian()
run_case(body, make_cluster=Site)
