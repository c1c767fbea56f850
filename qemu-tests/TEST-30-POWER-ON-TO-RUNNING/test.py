#!/usr/bin/env python3
"""Two blades in a chassis are only switched by `dim bctool`: from off to running, reset, at their consoles, and off in each way there is."""
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.chassis import Chassis
from lib.cluster import JS20, JS21
from lib.console import Console
from lib.terminal import Terminal

BOTH = f"{JS20[0]},{JS21[0]}"


def states(cluster):
    return {row["blade"]: row["state"] for row in cluster.server.query("bctool", BOTH, "power", "state")["blades"]}


def expect_states(cluster, js20, js21):
    found = states(cluster)
    expect(found == {JS20[0]: js20, JS21[0]: js21}, f"{found}")


def power_on(cluster):
    server = cluster.server
    expect_states(cluster, "off", "off")
    told = server.dim("bctool", BOTH, "power", "on", "--wait", "running", "--time-limit", "240")
    expect(told == "".join(f"{name}: off → on → running\n" for name in cluster.blades), told)
    expect_states(cluster, "on", "on")
    for name, _, mac, _ in (JS20, JS21):
        expect(server.status_of(name)["state"] == "running", f"the daemon says so of {name}")
        expect(server.dim("bctool", name, "mac").split()[0] == mac, f"the module says the address of {name}")


def reset(cluster):
    server, name = cluster.server, JS20[0]
    before = server.status_of(name)["since"]
    told = server.dim("bctool", name, "reset", "--wait", "running", "--time-limit", "240", "--yes")
    expect(told == "on → on → running\n", f"it is on all the time: {told}")
    expect(server.status_of(name)["since"] != before, "it runs in another boot")


def serial_over_lan(cluster):
    """As a person does it, by telnet to the module."""
    server, name = cluster.server, JS20[0]
    expect(server.dim("bctool", name, "sol", "state") == "ready\n", "nobody is at the console")
    connection = socket.create_connection((Chassis.ADDRESS, Chassis.TELNET_PORT), 30)
    person = Console(connection, cluster.directory / "logs" / "sol.console")
    for prompt, answer in (("username: ", "USERID"), ("password: ", "PASSW0RD"), ("system> ", "console -T system:blade[1]"),
                           (r"blade\[1\]\n", ""), (f"{name} login: ", "root"), ("# ", "hostname; exit")):
        person.expect(prompt, 60)
        person.send(answer + "\r")
    person.expect(rf"\n{name}\n", 60)
    person.expect("login: ", 60)
    expect(server.dim("bctool", name, "sol", "state") == "active\n", "somebody is at the console")
    person.send("\x1b(")
    person.expect("system> ", 30)
    person.close()


def console(cluster):
    """`dim console` while the blade boots; it logs in, and the terminal is as before afterwards."""
    server, name = cluster.server, JS20[0]
    server.dim("bctool", name, "power", "on")
    terminal = Terminal([server.bin / "dim", "--socket", server.socket, "console", name], cluster.directory / "logs" / "dim.console")
    for shown, answer in ((f"dim: {name}: image granite", ""), (f"{name} login: ", "root\r"), ("# ", "hostname; exit\r"),
                          (rf"\n{name}\n", ""), (f"{name} login: ", "")):
        terminal.screen.expect(shown, 120)
        if answer:
            terminal.screen.send(answer)
    expect(not terminal.is_as_before, "keys go to the blade as they are typed")
    expect(server.dim("bctool", name, "sol", "state") == "active\n", "somebody is at the console")
    terminal.screen.send("\r~.")
    expect(terminal.wait() == 0 and terminal.is_as_before, "the terminal has its settings back")
    expect_states(cluster, "on", "off")


def body(cluster):
    cluster.prepare()
    server = cluster.server
    step("both are switched on, and run")
    power_on(cluster)
    step("a reset")
    reset(cluster)
    step("serial over LAN is the blade's console")
    serial_over_lan(cluster)
    step("one is asked to shut itself down, the other one does it by itself")
    cluster.blades[JS21[0]].console.expect("login: ", 120)
    told = server.dim("bctool", JS21[0], "power", "softoff", "--wait", "120", "--yes")
    expect(told == "on → off\n", told)
    cluster.blades[JS21[0]].console.expect("(?i)power down", 1)
    cluster.blades[JS20[0]].console.skip()  # others were at it
    cluster.blades[JS20[0]].login()
    cluster.blades[JS20[0]].shut_down()
    expect_states(cluster, "off", "off")
    events = server.query("bcadmin", "s01c1mm", "eventlog")["events"]
    expect("Blade powered off." in str(events[0]) and JS20[0] in str(events[0]), f"the module says so: {events[0]}")
    step("`dim console` shows it boot, and logs in")
    blade = cluster.blades[JS20[0]]
    blade.console.skip()
    console(cluster)
    step("an NMI ends in the blade's kernel, and then the plug is pulled")
    blade.console.expect("login: ", 120)
    expect(server.dim("bctool", JS20[0], "nmi", "--yes") == "sent\n", "it is sent")
    blade.console.expect("(?i)system reset", 30)
    expect_states(cluster, "on", "off")
    server.dim("bctool", JS20[0], "power", "off", "--yes")
    expect_states(cluster, "off", "off")


run_case(body, has_chassis=True)
