#!/usr/bin/env python3
"""A machine with BIOS whose network card has iPXE boots an unmodified Debian 12 for amd64, from the same boot file as one with UEFI: script,
kernel and initramfs by HTTP, agent, systemd, `running`; then one whose card has PXE alone, which is given iPXE first, and is of a
platform of the cluster definition, whose boot file it gets."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import BiosBlade, PxeBiosBlade

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-bios", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"


class Site:
    """One image server and a blade with BIOS."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = BiosBlade(NAME, KIND, MAC, self.bootnet, directory)
        self.blade_without_ipxe = PxeBiosBlade(NAME, KIND, MAC, self.bootnet, directory)


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

    step("it ends in good order, and becomes one of a platform of the cluster definition")
    site.blade.shut_down(120)
    server.define_platform("lab", like="x86_64-bios", console="tty0 ttyS0,115200n8", kernel_arguments="lab.row=1", drivers="dummy")
    server.define_blade(NAME, "lab", MAC, ADDRESS)
    server.dim("cluster", "reload")
    image_file, = {path.parent.name for path in (server.state / "boot" / IMAGE).rglob("linux.efi")}
    done = server.dim("buildzimage", IMAGE)
    print(done)
    expect(image_file in done, "the boot file of the image is the same as before")
    told = server.query("dhcp", "show")["hosts"][0]["boot_file"]
    expect(image_file not in told, "the blade is told another one")
    expect("with dummy" in done and server.status_of(NAME)["platform"] == "lab", "which has the driver, for the platform of the blade")

    step("it comes back as it was, by undionly.kpxe, with the console and the words of its platform")
    blade = site.blade_without_ipxe
    blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = blade.login(300)
    shell.check("test -e /root/mine")
    words = shell.check("cat /proc/cmdline").split()
    expect("lab.row=1" in words and "console=ttyS0,115200n8" in words and "console=ttyS0,115200" not in words, f"they are {words}")
    expect(f"/{told.split('/')[2]}/linux by HTTP" in server.dim("blade", "show", NAME), "its story names what it was told")
    blade.shut_down(120)
    traffic = blade.traffic.read_bytes()
    asked, said = traffic.find(b"\0\1undionly.kpxe\0"), traffic.find(b"M\4iPXE")  # RFC 1350: a read request; DHCP option 77
    expect(0 <= asked < said, "its PXE asked for undionly.kpxe, and what asked for the rest was iPXE")


make_debian()
run_case(body, make_cluster=Site)
