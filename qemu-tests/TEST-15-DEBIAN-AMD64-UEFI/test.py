#!/usr/bin/env python3
"""An unmodified Debian 12 for amd64, as debootstrap makes it, boots a machine with UEFI: firmware, PXE, the distribution's own kernel
with the agent, TLS, blade image and shared root, systemd, `running`; then once more with HTTP in the place of PXE."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import (check_clean_journal, check_housekeeping, check_ssh, check_what_it_runs, debian_root, make_debian, wait_for_time,
                        wait_until_started)
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import UefiBlade
from lib.time_server import TimeServer

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
NEIGHBOUR = ("s01c1b02", KIND, "52:54:00:01:01:02", "10.1.0.12")  # stays off
IMAGE = "debian"
# A machine with this Debian on its disk has them, too, or why not. Nothing at present.
EXPECTED_FAILURES = set()


class Site:
    """One image server and a blade with UEFI."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory, services={"dns": "bind"})
        self.server.define_blade(*BLADE)
        self.server.define_blade(*NEIGHBOUR)
        self.server.define_time_server(ImageServer.ADDRESS)
        # No clock of this machine tells the same; behind it, since the journal takes no time to come at the next start.
        self.time_server = TimeServer(ImageServer.ADDRESS, offset=-5)
        self.blade = UefiBlade(NAME, KIND, MAC, self.bootnet, directory)


def size_of_section(file, name):
    """Of a PE file (Microsoft PE Format, section table)."""
    data = file.read_bytes()
    header, = struct.unpack_from("<I", data, 0x3c)
    count, = struct.unpack_from("<H", data, header + 6)
    optional, = struct.unpack_from("<H", data, header + 20)
    sections = (struct.unpack_from("<8sI", data, header + 24 + optional + 40 * each) for each in range(count))
    return next(size for section, size in sections if section.rstrip(b"\0") == name)


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    root = debian_root()
    server.dim("image", "import", IMAGE, root, "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    boot_files = list((server.state / "boot" / IMAGE).rglob("linux.efi"))
    expect(len(boot_files) == 1, f"one boot file: {boot_files}")
    size = boot_files[0].stat().st_size
    step(f"the boot file has {size / 2**20:.1f} MiB")
    expect(size <= 16 << 20, "it is not larger than promised")
    size = size_of_section(boot_files[0], b".initrd")
    step(f"its initramfs has {size / 2**20:.1f} MiB")
    expect(1 << 20 <= size <= 5 << 20, "nor is that")
    server.dim("deploy", NAME, IMAGE, "--yes")

    step("power on")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    wait_until_started(shell, EXPECTED_FAILURES)

    step("what it runs from, and as what")
    check_what_it_runs(shell, NAME, "vmlinuz")
    step("it finds a blade by its name")
    expect(shell.check(f"getent hosts {NEIGHBOUR[0]}").split()[0] == NEIGHBOUR[3], "the image server tells")
    step("a login by ssh")
    check_ssh(shell, server, ADDRESS)

    step("what it does for itself, and its clock")
    check_housekeeping(shell)
    wait_for_time(shell, site.time_server)
    identity = shell.check("cat /etc/machine-id")

    step("it reboots")
    site.blade.console.send("systemctl reboot\n")
    site.blade.console.expect("BdsDxe: starting", 120)
    step("the firmware has it again")
    site.blade.power_off()

    step("it comes back as it was, now loading by HTTP")
    expect("by HTTP" not in server.dim("blade", "show", NAME), "the first time it loaded by TFTP")
    site.blade.loads_by = "http"
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    shell.check("test -e /root/mine")
    expect(shell.check("cat /etc/machine-id") == identity, "it is the same machine")
    check_clean_journal(shell, boots=1)
    expect("/linux.efi by HTTP" in server.dim("blade", "show", NAME), "its story says so")
    wait_until_started(shell, EXPECTED_FAILURES)
    step("it is told to power off")
    site.blade.shut_down(120)
    step("it is off")

    step("neither the shared root nor the master changed")
    server.dim("image", "check", IMAGE, timeout=600)
    expect("nothing changed" in server.dim("image", "update", IMAGE, timeout=600), "a generation of the master would be the same")


make_debian()
run_case(body, make_cluster=Site)
