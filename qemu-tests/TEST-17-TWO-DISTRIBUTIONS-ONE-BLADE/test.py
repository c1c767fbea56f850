#!/usr/bin/env python3
"""One blade with UEFI is assigned Debian 12, then Debian 13, and back, twice: each comes with its own kernel, systemd and shared root,
and finds what it wrote when it was here last."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import check_what_it_runs, debian_root, make_debian, wait_until_started
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import UefiBlade

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
VERSIONS = {"bookworm": "12", "trixie": "13"}


class Site:
    """One image server and a blade with UEFI."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = UefiBlade(NAME, KIND, MAC, self.bootnet, directory)


def boot(site, suite, visits):
    """Boots the blade into SUITE, where it was VISITS times before, and leaves one more mark there."""
    site.blade.power_on()
    site.server.wait_for_blade(NAME, "running", 600, image=suite)
    shell = site.blade.login(400)
    wait_until_started(shell)
    check_what_it_runs(shell, NAME, "vmlinuz", suite)
    expect(shell.check(". /etc/os-release && echo $VERSION_ID") == VERSIONS[suite], "it is that distribution")
    expect(shell.check("cat /root/visits 2>/dev/null | wc -l") == str(visits), "it has what it wrote, and nothing of the other")
    identity = shell.check("echo here >> /root/visits && cat /etc/machine-id && cat /etc/ssh/ssh_host_ed25519_key.pub")
    site.blade.shut_down(200)
    return identity


def body(site):
    server = site.server
    server.start()
    for suite in VERSIONS:
        step(f"import {suite} and make its boot file")
        server.dim("image", "import", suite, debian_root(suite), "--arch", "x86_64", "--size", "1G", timeout=900)
        server.dim("buildzimage", suite)
        server.dim("blade", "create", NAME, suite)
    identities = {}
    for visits in range(2):
        for suite in VERSIONS:
            step(f"{suite}, visit {visits + 1}")
            server.dim("deploy", NAME, suite, "--yes")
            identity = boot(site, suite, visits)
            expect(identities.setdefault(suite, identity) == identity, "it is the same machine as the last time")
    for suite in VERSIONS:
        server.dim("image", "check", suite, timeout=600)


for each in VERSIONS:
    make_debian(suite=each)
run_case(body, make_cluster=Site)
