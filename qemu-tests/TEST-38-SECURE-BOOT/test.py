#!/usr/bin/env python3
"""UEFI Secure Boot: firmware with a key of ours in its db refuses a boot file that nobody signed, and loads the one that the image server
signed; with it the distribution's kernel, locked down, and the agent."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import SecureBlade

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"


class Site:
    """One image server, and a blade whose firmware has an enrolled key."""

    def __init__(self, directory):
        self.keys = directory / "secure-boot"
        self.bootnet = Bootnet()
        self.server = ImageServer(directory, options=("--secure-boot", self.keys))
        self.server.define_blade(*BLADE)
        self.blade = SecureBlade(NAME, KIND, MAC, self.bootnet, directory)

    def take_the_key(self):
        """As an administrator puts it there whose certificate is in the machines' db."""
        self.keys.mkdir(mode=0o700)
        key, certificate = SecureBlade.KEY
        subprocess.run(["openssl", "pkey", "-in", key, "-passin", "pass:snakeoil", "-out", self.keys / "db.key"], check=True)
        (self.keys / "db.key").chmod(0o600)
        subprocess.run(["openssl", "x509", "-in", certificate, "-out", self.keys / "db.crt"], check=True)


def body(site):
    server, blade = site.server, site.blade
    server.start()
    step("an image, and a boot file that nobody signed")
    server.dim("image", "import", IMAGE, debian_root(), "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    server.dim("deploy", NAME, IMAGE, "--yes")
    blade.power_on()
    blade.console.expect(r"BdsDxe: failed to load .*PXEv4.*: Access Denied", 300)
    status = server.status_of(NAME)
    expect((status["state"], status["stage"]) == ("firmware", "firmware"), f"it comes no further: {status}")
    status = server.wait_for_blade(NAME, "lost", 300, stage="firmware")
    step(f"dim status: {status['cause']}; {status['cure']}")
    expect("Secure Boot" in status["cure"], "it says what may be wrong")
    blade.power_off()

    step("the same, signed")
    site.take_the_key()
    server.dim("buildzimage", IMAGE)
    blade.power_on()
    blade.console.expect(r"Secure boot enabled", 300)
    server.wait_for(lambda status: any(found["name"] == NAME and found["state"] == "booting" and found["stage"] not in ("firmware", "kernel")
                                       for found in status["blades"]), 300, "the agent is heard")
    step("the agent in a kernel that is locked down comes up to the end")
    server.wait_for_blade(NAME, "running", 400)
    blade.power_off()


make_debian()
run_case(body, make_cluster=Site)
