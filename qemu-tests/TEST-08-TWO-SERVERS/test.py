#!/usr/bin/env python3
"""Two image servers with one cluster definition: each serves its own blades, and a change touches the server it concerns."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, serve_image, unpack_distribution
from lib.image_server import ImageServer
from lib.network import AnotherHost, Bootnet

DEFINITION = """<cluster xmlns="urn:dim:cluster:1" name="two">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="boot0" address="10.{server}.0.1"/>
    </component>
    <level name="chassis" symbol="c" last="1">
      <level name="blade" symbol="b" width="2" last="2">
        <component name="blade" role="blade" type="js20" mac="52:54:00:{server}:{chassis}:{blade}">
          <interface network="bootnet" address="10.{server}.1.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>
</cluster>
"""
NEW_MAC = '<set for="s02c1b02" mac="52:54:00:99:99:99"/>'
MOVE = '<set for="s01c1b02" server="s02"><interface network="bootnet" address="10.2.1.99"/></set>'


class TwoServers:
    """Each with a bootnet and a blade on it, on hosts that do not see each other."""

    def __init__(self, directory):
        self.directory = directory
        self.servers, self.blades = {}, {}
        for number in (1, 2):
            name, host = f"s{number:02}", AnotherHost()
            own = directory / name
            own.mkdir()
            (directory / "logs" / name).mkdir()
            (own / "logs").symlink_to(directory / "logs" / name)
            bootnet = Bootnet(address=f"10.{number}.0.1/16", host=host)
            self.servers[name] = ImageServer(own, name=name, host=host)
            self.servers[name].cluster_file.write_text(DEFINITION)
            self.blades[name] = Blade(f"{name}c1b01", "js20", f"52:54:00:{number:02}:01:01", bootnet, own)

    def definition_with(self, *elements):
        path = self.directory / "next.xml"
        path.write_text(DEFINITION.replace("</cluster>", "\n".join(elements) + "\n</cluster>"))
        return path


def pids(server):
    return {service["name"]: service["pid"] for service in server.query("status")["services"]}


def apply_everywhere(cluster, file):
    """As an administrator does it: each server is told. Returns which services have another process since, by server."""
    changed = {}
    for name, server in cluster.servers.items():
        before = pids(server)
        server.dim("--yes", "cluster", "apply", file)
        after = pids(server)
        changed[name] = sorted(service for service in after if after[service] != before.get(service))
    return changed


def body(cluster):
    first, second = cluster.servers["s01"], cluster.servers["s02"]
    root = unpack_distribution(cluster.directory)
    step("one definition, two servers")
    for name, server in cluster.servers.items():
        server.start()
        serve_image(server, IMAGE, root, [name])
        expect([blade["name"] for blade in server.query("status")["blades"]] == [f"{name}c1b01", f"{name}c1b02"],
               f"{name} knows its own blades")
    expect("served by s02" in first.refusal("dhcp", "assign", "s02", IMAGE).message, "another server's blades are refused, and whose they are")
    step("a blade of each boots")
    for blade in cluster.blades.values():
        blade.power_on()
    for name, blade in cluster.blades.items():
        cluster.servers[name].wait_for_blade(blade.name, "running")

    step("a change of one server's blade touches that server")
    edited = cluster.definition_with(NEW_MAC)
    difference = first.query("cluster", "diff", edited)
    expect(difference["servers"] == ["s02"] and difference["reloads"] == [], f"only s02 is concerned: {difference}")
    expect([r["service"] for r in second.query("cluster", "diff", edited)["reloads"]] == ["dhcpd"], "and there only dhcpd")
    changed = apply_everywhere(cluster, edited)
    expect(changed == {"s01": [], "s02": ["dhcpd"]}, f"one dhcpd was restarted: {changed}")

    step("a blade moves from one server to the other")
    moved = cluster.definition_with(NEW_MAC, MOVE)
    expect(first.query("cluster", "diff", moved)["servers"] == ["s01", "s02"], "both are concerned")
    apply_everywhere(cluster, moved)
    expect("served by s02" in first.refusal("blade", "show", "s01c1b02").message, "its former server says where it is now")
    expect([blade["address"] for blade in second.query("status", "s01c1b02")["blades"]] == ["10.2.1.99"], "its new server has it")

    step("and back; the blades that run were never disturbed")
    for server in cluster.servers.values():
        server.dim("--yes", "cluster", "rollback")
    expect(first.status_of("s01c1b02")["address"] == "10.1.1.12", "the former server has it again")
    for name, blade in cluster.blades.items():
        story = cluster.servers[name].story_of(blade.name)
        expect(story["status"]["state"] == "running", f"{blade.name} still runs")
        expect(len({event["boot_id"] for event in story["events"] if event.get("boot_id")}) == 1, f"{blade.name} booted once")


run_case(body, make_cluster=TwoServers)
