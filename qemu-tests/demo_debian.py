#!/usr/bin/env python3
"""Brings up one image server and a machine with UEFI, which boots an unmodified Debian from it, then changes it while it runs, as
./demo --debian says."""
import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from demo import PARTS, keep_on_request, say, stay
from lib.case import expect
from lib.debian import make_debian, master_of_debian
from lib.image_server import ImageServer, StateTimeout
from lib.master import put
from lib.network import Bootnet
from lib.pc_blade import UefiBlade, has_kvm

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"
PROGRAM = "#!/bin/sh\necho \"$(hostname) has this program without a reboot\"\n"


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./demo --debian", description="Netboots an unmodified Debian on an emulated machine with UEFI.")
    parser.add_argument("--debian", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--keep", action="store_true", help="leave it up and say how to look around")
    return parser.parse_args()


def power_on(server, bootnet, directory):
    """By the processor of this machine where that works, otherwise emulated; returns the blade and which it was."""
    if has_kvm():
        blade = UefiBlade(NAME, KIND, MAC, bootnet, directory, accelerator="kvm")
        blade.power_on()
        try:
            server.wait_for_blade(NAME, "firmware", 45)
            return blade, "KVM"
        except StateTimeout:
            say("KVM is here, but its guest says nothing: the machine is emulated")
            blade.power_off()
    blade = UefiBlade(NAME, KIND, MAC, bootnet, directory)
    blade.power_on()
    return blade, "TCG"


def main(directory):
    arguments = parse_arguments()
    bootnet = Bootnet()
    server = ImageServer(directory)
    server.define_blade(*BLADE)
    server.start()
    say("image server: import the Debian that debootstrap made, make its boot file, deploy it")
    master = master_of_debian(directory)
    server.dim("image", "import", IMAGE, master, "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    server.dim("deploy", NAME, IMAGE, "--yes")
    say(f"switch on {NAME}: UEFI, PXE, the distribution's own kernel with the agent, systemd")
    start = time.monotonic()
    blade, accelerator = power_on(server, bootnet, directory)
    state = server.wait_for_blade(NAME, "running", 600)
    shell = blade.login(400)
    systemd = shell.run("systemctl is-system-running --wait", 400)[1]
    seconds = time.monotonic() - start
    expect(systemd == "running", f"systemd says: {systemd}")
    said = shell.check(". /etc/os-release && echo \"$PRETTY_NAME, kernel $(uname -r), / and /usr by $(findmnt -n -o FSTYPE /usr)\"")

    say("change the master while it runs: a program")
    put(master / "usr/bin/greeting", PROGRAM, 0o755)
    begin = time.monotonic()
    server.dim("syncit", IMAGE, "--yes", timeout=600)
    sync_seconds = time.monotonic() - begin
    greeting = shell.check("greeting")
    expect(greeting == f"{NAME} has this program without a reboot", greeting)
    shell.leave()

    result = {"blade": NAME, "accelerator": accelerator, "system": said, "systemd": systemd,
              "seconds": {part: round(state["seconds"][part], 3) for part in PARTS if state["seconds"].get(part) is not None},
              "power_to_running_seconds": round(seconds, 1), "sync_seconds": round(sync_seconds, 3)}
    if arguments.json:
        print(json.dumps(result), flush=True)
    else:
        print(f"{server.dim('status')}\n{NAME}: {said}; systemd: {systemd}\n"
              f"from power to `running`: {seconds:.0f} s ({accelerator})\n\nThe story of its boot:\n{server.dim('blade', 'show', NAME)}\n"
              f"$ dim syncit {IMAGE} --yes      {sync_seconds:.1f} s\n{greeting}", flush=True)
    if arguments.keep:
        stay(directory, server, {NAME: blade}, IMAGE)
    blade.power_off()
    return 0


if __name__ == "__main__":
    make_debian()
    sys.exit(keep_on_request("demo-debian", main, parse_arguments))
