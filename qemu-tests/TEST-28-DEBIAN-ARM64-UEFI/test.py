#!/usr/bin/env python3
"""An unmodified Debian 12 for arm64 boots an emulated machine with UEFI: firmware, PXE, the distribution's own kernel with the agent,
TLS, blade image and shared root, systemd, `running`."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.arm_blade import ArmBlade
from lib.case import expect, run_case, step
from lib.debian import check_ssh, check_what_it_runs, debian_root, make_debian, wait_until_started
from lib.image_server import ImageServer
from lib.network import Bootnet

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "aarch64-uefi", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"
STUBS = "usr/lib/systemd/boot/efi"
BOOT = 600  # seconds, on a busy machine


class Site:
    """One image server and an ARM machine."""

    def __init__(self, directory):
        # As an administrator copies it: Debian has the stub in its package for arm64 alone.
        subprocess.run(["mount", "--bind", debian_root() / STUBS, f"/{STUBS}"], check=True)
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = ArmBlade(NAME, KIND, MAC, self.bootnet, directory)


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    server.dim("image", "import", IMAGE, debian_root(), "--arch", "aarch64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE, timeout=300)
    boot_files = list((server.state / "boot" / IMAGE).rglob("linux.efi"))
    expect(len(boot_files) == 1, f"one boot file: {boot_files}")
    size = boot_files[0].stat().st_size
    step(f"the boot file has {size / 2**20:.1f} MiB")
    expect(size <= 48 << 20, "it is not larger than promised")
    server.dim("deploy", NAME, IMAGE, "--yes")

    step("power on")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", BOOT)
    shell = site.blade.login(BOOT)
    wait_until_started(shell)

    step("what it runs from, and as what")
    check_what_it_runs(shell, NAME, "vmlinuz")
    expect(shell.check("uname -m") == "aarch64", "it is an ARM")
    step("a login by ssh")
    check_ssh(shell, server, ADDRESS)
    site.blade.shut_down(300)

    step("neither the shared root nor the master changed")
    server.dim("image", "check", IMAGE, timeout=600)


make_debian("arm64")
run_case(body, make_cluster=Site)
