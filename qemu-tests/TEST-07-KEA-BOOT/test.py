#!/usr/bin/env python3
"""The two blades boot with Kea in dhcpd's place, and BIND knows them by name; a stranger is given nothing before it is learned."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21

STRANGER = "52:54:00:66:66:66"
THIRD = "s01c1b03"  # whose MAC nobody knows


def lookup(server, *question):
    """What named answers, as dig prints it in short."""
    done = subprocess.run(["dig", "+short", "+time=2", "+tries=3", f"@{server.ADDRESS}", *question], capture_output=True, text=True,
                          check=True)
    return done.stdout.split()


def body(cluster):
    server = cluster.server
    step("prepare, and switch both blades on")
    server.define_blade(THIRD, "js20", None, "10.1.0.13")
    cluster.prepare()
    services = {service["name"]: service["running"] for service in server.query("status")["services"]}
    expect(services.get("kea-dhcp4") and services.get("named"), f"Kea and BIND run: {services}")
    expect("dhcpd" not in services, f"and dhcpd does not: {services}")
    cluster.boot_all()
    for name, _, _, address in (JS20, JS21):
        events = [event["text"] for event in server.story_of(name)["events"]]
        expect(any(address in text for text in events), f"the story tells the address that Kea gave: {events}")
        expect(server.status_of(name)["image"] == IMAGE, f"{name} booted its image")

    step("names")
    expect(lookup(server, "s01c1b02.test.cluster") == [JS21[3]], "the blade's name")
    expect(lookup(server, "b2.test.cluster") == ["s01c1b02.test.cluster.", JS21[3]], "its linear name")
    expect(lookup(server, "-x", JS20[3]) == ["s01c1b01.test.cluster."], "its address")
    shell = cluster.blades[JS20[0]].login()
    shell.check(f"nslookup b2.test.cluster {server.ADDRESS} | grep -q {JS21[3]}")

    step("a machine that is no blade asks and gets nothing; it boots as soon as its MAC is learned")
    server.dim("deploy", THIRD, IMAGE, "--yes")
    stranger = Blade("stranger", "js20", STRANGER, cluster.bootnet, cluster.directory)
    stranger.power_on()
    try:
        server.wait_for(lambda status: any(alert["kind"] == "unknown-mac" and alert["origin"] == STRANGER for alert in status["alerts"]),
                        120, "the alert about the stranger")
        expect(server.status_of(THIRD)["state"] == "unseen", "it is no blade yet")
        server.dim("blade", "learn", THIRD, STRANGER)
        status = server.wait_for_blade(THIRD, "running", mac=STRANGER)
        expect(status["address"] == "10.1.0.13" and status["image"] == IMAGE, f"it boots as its bay: {status}")
    finally:
        stranger.power_off()

    step("a blade leaves the definition and comes back; Kea is told each time")
    blade = cluster.blades[JS21[0]]
    blade.login()
    blade.shut_down()
    server.dim("dhcp", "unassign", "b2")
    expect("boot_file" not in next(h for h in server.query("dhcp", "show")["hosts"] if h["blade"] == blade.name), "no boot file")
    server.dim("dhcp", "assign", "b2", IMAGE)
    blade.power_on()
    server.wait_for_blade(blade.name, "running")


run_case(body, services={"dhcp": "kea", "dns": "bind"})
