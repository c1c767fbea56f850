#!/usr/bin/env python3
"""Two blades of other hardware, one with a BMC and one at a power strip that a program of the site switches: both by one `dim power`, to running and off."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.bmc import Bmc, Switchboard
from lib.case import expect, run_case, step
from lib.cluster import JS20, JS21

BOTH = f"{JS20[0]},{JS21[0]}"


def rows(cluster, *words):
    return {row["blade"]: row for row in cluster.server.query("power", *words)["blades"]}


def expect_states(cluster, js20, js21):
    found = {name: row["state"] for name, row in rows(cluster, "state", BOTH).items()}
    expect(found == {JS20[0]: js20, JS21[0]: js21}, f"{found}")


def body(cluster):
    server = cluster.server
    switchboard = Switchboard(cluster.directory, cluster.blades)
    bmc = Bmc(cluster.directory, server, JS20[0], "127.0.0.3", switchboard)
    server.set_property(JS21[0], "power", "exec")
    server.set_property(JS21[0], "power-command", str(switchboard.program(JS21[0])))
    cluster.prepare()
    step("both are switched on by one command, which ends when they run")
    expect_states(cluster, "off", "off")
    told = rows(cluster, "on", BOTH, "--wait", "running", "--time-limit", "240")
    for name in (JS20[0], JS21[0]):
        expect((told[name]["before"], told[name]["after"], told[name]["state"]) == ("off", "on", "running"), f"{told}")
        expect(server.status_of(name)["state"] == "running", f"the daemon says so of {name}")
    expect(sorted(switchboard.orders) == [(JS20[0], "set power 1"), (JS21[0], "on")], f"each was told once: {switchboard.orders}")
    step("it runs, and is waited for until it runs in another boot")
    first = server.status_of(JS20[0])["since"]
    told = server.dim("power", "cycle", JS20[0], "--wait", "running", "--time-limit", "240", "--yes")
    expect(told == "on → on → running\n", told)
    expect(server.status_of(JS20[0])["since"] > first, "another boot")
    step("a wrong password switches nothing; neither does what the program cannot do")
    (cluster.directory / f"{JS20[0]}.key").write_text("user dim\npassword opensesami\n")
    refused = server.refusal("power", "off", BOTH, "--yes")
    expect(refused.code == 1 and "1 of 2 blades failed" in refused.message, f"{refused.message}")
    (cluster.directory / f"{JS20[0]}.key").write_text("user dim\npassword opensesame\n")
    expect_states(cluster, "on", "off")
    expect("no softoff here" in server.refusal("power", "softoff", JS21[0], "--yes").message, "the program says why")
    step("off")
    expect(server.dim("power", "off", BOTH, "--yes").count("\n") == 2, "an answer for each")
    expect_states(cluster, "off", "off")
    bmc.end()


run_case(body)
