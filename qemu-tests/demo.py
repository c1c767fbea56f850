#!/usr/bin/env python3
"""Brings up one image server and a chassis, powers on a JS20 and a JS21 that netboot from it, then changes both while they run, as ./demo says."""
import argparse
import json
import os
import pathlib
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib.blade import COUNTED_TIME
from lib.case import expect
from lib.cluster import IMAGE, JS20, JS21, Cluster
from lib.master import add_lines, put
from lib.sandbox import INSIDE, run_in_sandbox

INSIDE_COMMAND = "nsenter --target $(pgrep -f -n \"demo.*py.*--keep\")"
PARTS = ("firmware", "kernel", "agent", "init")
# What the running blades get: a program in the shared root, a user in each blade's own image.
PROGRAM = "#!/bin/sh\necho \"$(hostname) has this program, and a user $(id -u postgres), without a reboot\"\n"
USER = {"etc/passwd": "postgres:x:112:118::/var/lib/postgres:/bin/false", "etc/group": "postgres:x:118:"}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./demo", description="Netboots two emulated blades from one image server.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--keep", action="store_true", help="leave the cluster up and say how to look around")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def result_of(cluster, states):
    status_fields = ("name", "type", "state", "image", "generation")
    blades = [{**{field: state[field] for field in status_fields},
               "seconds": {part: round(state["seconds"][part], 3) for part in PARTS}} for state in states.values()]
    images = cluster.server.query("image", "list")["images"]
    return {"blades": blades, "agent_bytes": (cluster.server.agents / "ppc64/initagent").stat().st_size,
            "zimage_bytes": next(image["zimage_bytes"] for image in images if image["name"] == IMAGE)}


def text_of(cluster, result, seconds):
    lines = [cluster.server.dim("status"), f"{'blade':<10} {'type':<6}" + "".join(f"{part:>10}" for part in PARTS)]
    for blade in result["blades"]:
        lines.append(f"{blade['name']:<10} {blade['type']:<6}" + "".join(f"{blade['seconds'][part]:>8.2f} s" for part in PARTS))
    lines.append("(kernel and agent: guest time by counted instructions, 2 ns each)")
    lines.append(f"\nagent: {result['agent_bytes'] / 1024:.0f} KiB, static    zImage: {result['zimage_bytes'] / 2**20:.1f} MiB    "
                 f"from power to running: {seconds:.1f} s of wall clock for both")
    lines.append("\nThe story of one boot:\n" + cluster.server.dim("blade", "show", JS21[0]))
    return "\n".join(lines)


def change_running_blades(cluster, shells):
    """Changes the master and brings that to both blades; returns what dim says, its seconds, and what each blade said right after it."""
    root = cluster.directory / "granite-root"
    put(root / "usr/bin/greeting", PROGRAM, 0o755)
    add_lines(root, USER)
    begin = time.monotonic()
    told = cluster.server.dim("syncit", IMAGE, "--yes")
    seconds = time.monotonic() - begin
    said = [shell.check("greeting") for shell in shells]
    for name, line in zip(cluster.blades, said):
        expect(line == f"{name} has this program, and a user 112, without a reboot", f"{name} sees the new generation: {line}")
    return told, seconds, said


def stay(directory, server, blades, image, more=""):
    """--keep: says how to look around and how to stop, and waits for that. MORE: what else can be tried, a line each."""
    attach = pathlib.Path(__file__).resolve().parent / "attach"
    first = next(iter(blades))
    consoles = ""
    for name, blade in blades.items():
        blade.console.relay(directory / f"{name}.tty")
        consoles += f"""  {attach} {directory}/{name}.tty
                                   its console: press Return, log in as root without password, leave with Ctrl-]
"""
    say(f"""
The cluster is up. From another terminal, as root:
  export DIM_SOCKET={server.socket} PATH={server.bin}:$PATH
  dim status                       also: dim status --watch, dim blade show {first}, dim nfs show, dim dhcp show
{consoles}  ls {server.blade_root(first, image)}
                                   is empty from outside: images are mounted in the demo's own namespace; to enter it:
  {INSIDE_COMMAND} --all
{more}Consoles and logs are kept in {directory}/logs.
To stop it and remove everything: press Ctrl-C here, or kill {os.environ['DIM_DEMO_OUTSIDE_PID']}""")
    threading.Event().wait()


def keep_on_request(name, run, arguments_of):
    """Runs RUN in a sandbox; with --keep, its end by a person is no failure. Returns the exit status."""
    keep = False
    if INSIDE not in os.environ:
        keep = arguments_of().keep
        os.environ["DIM_DEMO_OUTSIDE_PID"] = str(os.getpid())
    code = run_in_sandbox(name, run, keep_directory_on_failure=not keep)
    stopped_by_person = keep and code in (-signal.SIGKILL, 128 + signal.SIGKILL, 130)
    return 0 if stopped_by_person else code


def main(directory):
    arguments = parse_arguments()
    cluster = Cluster(directory, has_chassis=True, more_arguments=COUNTED_TIME, has_saved_firmware=False)
    say("image server: import the distribution, build the boot file, deploy it to both blades")
    cluster.prepare()
    say(f"switch on {JS20[0]} (JS20) and {JS21[0]} (JS21): dim bctool {','.join(cluster.blades)} power on")
    start = time.monotonic()
    states = cluster.boot_all()
    seconds = time.monotonic() - start
    result = result_of(cluster, states)
    if not arguments.json:
        print(text_of(cluster, result, seconds), flush=True)
    shells = [blade.login() for blade in cluster.blades.values()]
    say("change the master while both blades run: a program and a user")
    told, seconds, said = change_running_blades(cluster, shells)
    for shell in shells:
        shell.leave()
    result["sync_seconds"] = round(seconds, 3)
    lines = (f"$ dim syncit {IMAGE} --yes\n{told}", *said, f"\nfrom a new program on the master to running blades: {seconds:.1f} s")
    print(json.dumps(result) if arguments.json else "\n".join(lines), flush=True)
    if arguments.keep:
        stay(directory, cluster.server, cluster.blades, IMAGE,
             f"  {INSIDE_COMMAND} --net dim bctool {JS20[0]} power state\n"
             "                                   the chassis is in the demo's own network; also: power off, power on, reset; "
             "dim bcadmin s01c1mm inventory\n")
    cluster.power_off()
    return 0


if __name__ == "__main__":
    sys.exit(keep_on_request("demo", main, parse_arguments))
