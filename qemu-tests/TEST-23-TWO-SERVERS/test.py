#!/usr/bin/env python3
"""Two image servers join a management node, and are commanded from there: over a network of their own, until they are killed, leave or are taken out."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, serve_image, unpack_distribution
from lib.servers import DEFINITION, ThreeServers, join


def everywhere(server, code=0):
    """What `dim status` says of each server."""
    done = subprocess.run([server.bin / "dim", "--socket", server.socket, "--json", "status"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    expect(done.returncode == code, f"dim status ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def standing(server):
    """How the definitions of the members stand."""
    return {each["name"]: each["definition"] for each in server.query("server", "list")["servers"] if each["state"] == "member"}


def states(server):
    return {each["name"]: each["state"] for each in server.query("server", "list")["servers"]}


def dhcpd_macs(server):
    """Whom the DHCP of a server answers, and what its dhcpd has read."""
    macs = {host["mac"] for host in server.query("--here", "dhcp", "show")["hosts"]}
    text = (server.state / "services/dhcpd/dhcpd.conf").read_text()
    expect(all(mac in text for mac in macs) and text.count("hardware ethernet") == len(macs), f"{macs} are in {text}")
    return macs


def learn(cluster, definition):
    """One command on the management node, for blades of two servers whose definition has no MACs; then as before."""
    first, second, third = cluster.servers.values()
    bare, found = cluster.directory / "bare.xml", cluster.directory / "found.csv"
    bare.write_text(DEFINITION.replace(' mac="52:54:00:00:{server}:{blade}"', ""))
    first.dim("cluster", "apply", bare, "--yes")
    expect([dhcpd_macs(server) for server in cluster.servers.values()] == [set(), set(), set()], "nobody knows a MAC")
    found.write_text("s01b02,52:54:00:99:01:02\ns02b01,52:54:00:99:02:01\n")
    first.dim("blade", "discover", "s[1-2]b[1-2]", "--plugin", "csv", "--file", found, "--yes")
    macs = [dhcpd_macs(server) for server in cluster.servers.values()]
    expect(macs == [{"52:54:00:99:01:02"}, {"52:54:00:99:02:01"}, set()], f"each server's DHCP answers its own: {macs}")
    shown = first.query("--on", "s02", "dhcp", "show")["hosts"]
    expect([(host["blade"], host["mac"]) for host in shown] == [("s02b01", "52:54:00:99:02:01")], f"as the management node sees: {shown}")
    refused = first.refusal("blade", "learn", "s01b01", "52:54:00:99:02:01").message
    expect("s02b01" in refused, f"it is another server's: {refused}")
    first.dim("blade", "learn", "s02b02", "52:54:00:99:02:02")
    expect(dhcpd_macs(second) == {"52:54:00:99:02:01", "52:54:00:99:02:02"}, "one by hand, too")
    first.dim("cluster", "apply", definition, "--yes")
    expect(len(dhcpd_macs(third)) == 2, "the definition's are back")


def body(cluster):
    first, second, third = cluster.servers.values()
    root = unpack_distribution(cluster.directory)
    for server in cluster.servers.values():
        server.start()

    step("two servers join the first")
    expect("names s01 as the management node" in second.refusal("server", "token", "s03").message, "the definition says whom they join")
    expect(states(first) == {"s01": "here", "s02": "alone", "s03": "alone"}, "each is alone")
    expect("has not joined" in first.refusal("--on", "s02", "status").message, "who has not joined is not commanded")
    expect("joined s01" in join(first, second), "s02 has joined")
    join(first, third)
    expect(states(first) == {"s01": "here", "s02": "member", "s03": "member"}, "the management node knows its members")
    expect(states(second) == {"s01": "management", "s02": "here", "s03": "alone"}, "a member knows its management node")
    used = third.refusal("server", "join", "10.99.0.1", "--token", second.directory / "token").message
    expect("the token is not good" in used, "a token is good once, and for its server")

    step("what the management node asks, a member does")
    names = [blade["name"] for blade in first.query("--on", "s02", "status")["blades"]]
    expect(names == ["s02b01", "s02b02"], f"its blades: {names}")
    first.dim("--on", "s03", "image", "import", "remote", root, "--arch", "ppc64", "--size", "64M")
    expect([image["name"] for image in third.query("image", "list")["images"]] == ["remote"], "the image is there, and there alone")
    expect(first.query("image", "list")["images"] == [], "and not here")
    expect("has not joined" in second.refusal("--on", "s01", "status").message, "a member does not command its management node")

    step("one command reaches all")
    answers = [json.loads(line) for line in first.dim("--json", "--on", "all", "status").splitlines()]
    expect(sorted((a["server"], a["line"]["blades"][0]["name"]) for a in answers) == [("s01", "s01b01"), ("s02", "s02b01"), ("s03", "s03b01")],
           "each server's answer, behind its name")
    expect("would run 'dim firewall apply' on s01, s02, s03" in first.refusal("--on", "all", "firewall", "apply").message, "what changes something is asked for")
    changed = cluster.directory / "next.xml"
    changed.write_text(DEFINITION.replace('type="js20"', 'type="js21"'))
    expect("of 2 members 2 have it" in first.dim("cluster", "apply", changed), "all have the new definition")
    expect({server.query("cluster", "history")["revisions"][0]["number"] for server in cluster.servers.values()} == {2}, "as their second")
    labelled = first.refusal("--yes", "--on", "s[1-3]", "image", "label", "nothing", "1", "x").message
    expect(all(f"{name}: dim: image nothing has no generation 1" in labelled for name in ("s01", "s02", "s03")), f"all have said what they did: {labelled}")
    failed = first.refusal("--yes", "--on", "all", "image", "label", "remote", "1", "of s03 alone").message
    expect("it failed on 2 of 3 image servers" in failed, f"where it failed is told: {failed}")

    step("what one server refuses, none has")
    moved = cluster.directory / "moved.xml"
    port = '<set for="s03@kind=server"><interface network="bootnet" address="10.3.0.9"/></set>'
    moved.write_text(DEFINITION.replace("</cluster>", port + "</cluster>"))
    refused = first.refusal("cluster", "apply", moved).message
    expect("nothing was changed; s03: the bootnet interface of s03 would change" in refused, f"who refused, and why: {refused}")
    expect({server.query("cluster", "show")["number"] for server in cluster.servers.values()} == {2}, "nobody has it")
    (third.directory / "before.xml").write_text(DEFINITION)
    third.cluster_file.unlink()
    third.cluster_file.mkdir()  # it checks the definition, but cannot keep it
    refused = first.refusal("cluster", "apply", third.directory / "before.xml").message
    expect("s03 refused it, and all servers have the definition that they had" in refused, f"who refused, and why: {refused}")
    texts = [server.dim("cluster", "show", "--xml") for server in cluster.servers.values()]
    expect(all(text == changed.read_text() for text in texts), "who had it went back")
    third.cluster_file.rmdir()
    third.cluster_file.write_text(changed.read_text())
    expect(standing(first) == {"s02": "current", "s03": "current"}, "nobody is behind")

    step("a range of blades is split by server")
    wide = "s[1-2]b01"
    names = [json.loads(line) for line in first.dim("--json", "status", wide).splitlines()]
    expect(sorted((a["server"], a["line"]["blades"][0]["name"]) for a in names) == [("s01", "s01b01"), ("s02", "s02b01")], f"each its own: {names}")
    expect([b["name"] for b in first.query("status", "s02b02")["blades"]] == ["s02b02"], "blades of one other server are as with --on")
    expect(first.query("blade", "show", "s02b01")["status"]["name"] == "s02b01", "one blade, too")
    for server in (first, second):
        server.dim("image", "import", "split", root, "--arch", "ppc64", "--size", "64M")
    expect("would run 'dim blade create' on s01, s02" in first.refusal("blade", "create", wide, "split").message, "what changes something is asked for")
    first.dim("--yes", "blade", "create", "s01b02", wide, "split")
    expect([b["blade"] for b in first.query("--here", "blade", "list")["blade_images"]] == ["s01b01", "s01b02"], "the share here")
    expect([b["blade"] for b in second.query("blade", "list")["blade_images"]] == ["s02b01"], "and there")

    step("MACs are learned by the servers of their blades")
    learn(cluster, changed)

    step("a member that is killed is told, and there again when it is back")
    serve_image(second, IMAGE, root, ["s02b01"])
    expect([answer["server"] for answer in everywhere(first)] == ["s01", "s02", "s03"], "the status is the whole cluster's")
    second.kill()
    last = everywhere(first, code=1)[1]
    expect(last["problem"] and last["age_seconds"] < 60 and last["line"]["blades"][0]["name"] == "s02b01", f"who does not answer is shown as it was: {last}")
    expect(first.query("--here", "status")["server"] == "s01", "the one here alone")
    answer = {each["name"]: each for each in first.query("server", "list")["servers"]}
    expect(answer["s02"]["problem"] and "problem" not in answer["s03"], f"who does not answer is named: {answer}")
    expect(first.query("--on", "s03", "status")["server"] == "s03", "the other one is not disturbed")
    again = cluster.directory / "again.xml"
    again.write_text(DEFINITION.replace('name="three"', 'name="four"'))
    expect("get it when they answer: s02" in first.dim("cluster", "apply", again), "who is away stops nobody")
    expect(standing(first) == {"s02": "behind", "s03": "current"}, "and is behind")
    second.start()
    second.wait_for(lambda status: standing(first) == {"s02": "current", "s03": "current"}, 60, "who was away is brought the definition")
    expect(first.query("--on", "s02", "blade", "list")["blade_images"][0]["image"] == IMAGE, "nothing was joined anew")
    first.kill()
    first.start()
    expect(states(first) == {"s01": "here", "s02": "member", "s03": "member"}, "nor is when the management node was killed")
    expect(first.query("--on", "s02", "status")["server"] == "s02", "and commands as before")

    step("who leaves, or is taken out, is commanded no more")
    second.dim("--yes", "server", "leave")
    expect("may not use" in first.refusal("--on", "s02", "status").message, "it has left")
    first.dim("--yes", "server", "remove", "s03")
    expect("has not joined" in first.refusal("--on", "s03", "status").message, "it was taken out")
    expect(states(third) == {"s01": "alone", "s02": "alone", "s03": "here"}, "and was told so")
    for _ in range(10):
        join(first, second)
        expect(first.query("--on", "s02", "status")["server"] == "s02", "it can join again, and is there when that is said")
        second.dim("--yes", "server", "leave")


run_case(body, make_cluster=ThreeServers)
