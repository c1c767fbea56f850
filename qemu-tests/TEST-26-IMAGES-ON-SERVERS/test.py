#!/usr/bin/env python3
"""The management node brings generations of an image to two image servers: one is killed amid it, one was away for two generations; what they have is the
master to the byte, and only what changed was sent."""
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, unpack_distribution
from lib.servers import ThreeServers, join

BLOB = 96 << 20  # of what cannot be compressed: it takes a moment to send


def await_file(path, deadline_seconds=60):
    """Until PATH has bytes. Nobody tells when another machine's file begins to grow."""
    deadline = time.monotonic() + deadline_seconds
    while time.monotonic() < deadline:
        try:
            if os.stat(path).st_size > 0:
                return os.stat(path).st_size
        except FileNotFoundError:
            pass
        time.sleep(0.001)
    raise TimeoutError(f"{path} did not grow")


def outcomes(report):
    return {each["server"]: each for each in report["outcomes"]}


def numbers(server):
    return [each["generation"] for each in server.query("image", "generations", IMAGE)["generations"]]


def differences(master, tree):
    return subprocess.run(["rsync", "-aHAXn", "--numeric-ids", "--delete", "--checksum", "--itemize-changes", f"{master}/", f"{tree}/"],
                          check=True, capture_output=True, text=True).stdout


def expect_is_master(server, root, generation):
    """What its blades are shown, by rsync."""
    found = differences(root / "usr", server.state / "mounts" / "shared" / IMAGE / str(generation) / "usr")
    expect(found == "", f"/usr of generation {generation} on {server.name} is the master's: {found}")


def body(cluster):
    first, second, third = cluster.servers.values()
    root = unpack_distribution(cluster.directory)
    (root / "usr" / "blob").write_bytes(os.urandom(BLOB))
    for server in cluster.servers.values():
        server.start()
    for member in (second, third):
        join(first, member)
    first.dim("image", "import", IMAGE, root, "--arch", "ppc64", "--size", "64M")

    step("who does not have the image is told, and filled when it is named")
    report = first.query("sync", "server", IMAGE)
    expect({name: each["state"] for name, each in outcomes(report).items()} == {"s02": "absent", "s03": "absent"}, f"nobody has it: {report}")
    filled = outcomes(first.query("sync", "server", IMAGE, "s03"))
    expect(filled["s03"]["state"] == "synced" and filled["s03"]["bytes"] > BLOB, f"s03 is filled: {filled}")
    expect_is_master(third, root, 1)

    step("a server that is killed amid it goes on where it was")
    sync = first.start_dim("sync", "server", IMAGE, "s02")
    try:
        received = second.state / "images" / f".{IMAGE}.incoming" / "changeset"
        await_file(received)
        second.kill()
        kept = received.stat().st_size
        expect(0 < kept < BLOB, f"it was killed amid it, with {kept} bytes")
        second.start()
        expect(sync.wait(120) == 0, "the same command has brought it there")
    finally:
        if sync.poll() is None:
            sync.kill()
            sync.wait()
    expect_is_master(second, root, 1)

    step("of a change only that is sent")
    second.dim("blade", "create", "s02b01", IMAGE)
    (root / "usr" / "bin" / "new-tool").write_text("#!/bin/sh\necho new\n")
    (root / "etc" / "motd").write_text("the second generation\n")
    third.kill()
    first.dim("image", "update", IMAGE)
    refused = first.refusal("--json", "sync", "server", IMAGE)
    expect("1 of 2 servers do not have generation 2" in refused.message and "s03" in refused.message, f"who is away is named: {refused.message}")
    expect(numbers(second) == [1, 2], "the other one has it")
    expect_is_master(second, root, 2)

    step("who was away catches up from what it has")
    (root / "usr" / "bin" / "new-tool").write_text("#!/bin/sh\necho newer\n")
    first.dim("image", "update", IMAGE)
    third.start()
    brought = outcomes(first.query("sync", "server", IMAGE))
    expect(brought["s03"] | {"bytes": 0} == {"server": "s03", "state": "synced", "from": 1, "bytes": 0}, f"from 1 to 3: {brought}")
    expect(brought["s02"]["from"] == 2, f"from 2 to 3: {brought}")
    expect(max(each["bytes"] for each in brought.values()) < 1 << 20, f"the blob was not sent again: {brought}")
    expect(numbers(third) == [1, 3] and numbers(second) == [1, 2, 3], "the numbers are those of the management node")
    for server in (second, third):
        expect_is_master(server, root, 3)
    again = outcomes(first.query("sync", "server", IMAGE, "all"))
    expect({each["state"] for each in again.values()} == {"current"}, f"nothing is left to do: {again}")

    step("blades of all servers are brought up to date from the management node")
    first.dim("blade", "create", "s01b01", IMAGE)
    motds = {name: server.state / "mounts" / "blades" / name / IMAGE / "etc" / "motd" for server, name in ((first, "s01b01"), (second, "s02b01"))}
    synced = first.query("--yes", "sync", "image", IMAGE)
    states = {blade: each["state"] for each in synced["outcomes"] for blade in each["blades"]}
    expect(states == {"s01b01": "current", "s02b01": "synced"}, f"each by its server: {synced}")
    expect(motds["s02b01"].read_text() == "the second generation\n", "its blade image has the change")

    step("one command does all three: a generation, the servers, the blades")
    (root / "etc" / "motd").write_text("by one command\n")
    first.dim("--yes", "syncit", IMAGE)
    expect({name: motd.read_text() for name, motd in motds.items()} == dict.fromkeys(motds, "by one command\n"), "all blade images have it")
    expect(numbers(third)[-1] == 4, "and the server that has no blade of it yet has the generation")
    (root / "etc" / "motd").write_text("in waves\n")
    waves = first.dim("--yes", "syncit", IMAGE, "--canary", "s02b01", "--wave", "server", "--settle", "0").splitlines()
    expect([line for line in waves if line.startswith("==")] == ["== the canary", "== the server of s01b01"], f"over the servers: {waves}")
    expect({motd.read_text() for motd in motds.values()} == {"in waves\n"}, "all blade images have that, too")
    second.kill()
    (root / "etc" / "motd").write_text("without s02\n")
    refused = first.refusal("--yes", "syncit", IMAGE).message
    expect("s02" in refused and motds["s01b01"].read_text() == "without s02\n", f"who is away is told, and stops nobody: {refused}")
    second.start()
    first.dim("--yes", "syncit", IMAGE)
    expect(motds["s02b01"].read_text() == "without s02\n", "and has it when it is back")
    newest = [first.query(*on, "image", "generations", IMAGE)["generations"][-1] for on in ((), ("--on", "s02"), ("--on", "s03"))]
    expect(len({(each["shared_digest"], each["golden_digest"]) for each in newest}) == 1, "both parts are the same everywhere, to the byte")

    step("who has made generations of its own is not overwritten")
    copy = cluster.directory / "copy"
    subprocess.run(["cp", "-a", root, copy], check=True)
    (copy / "etc" / "motd").write_text("made there\n")
    third.dim("image", "update", IMAGE, copy)
    message = first.refusal("--json", "sync", "server", IMAGE).message
    expect("it has generation 7" in message, f"it is told: {message}")
    expect(numbers(third)[-1] == 7, "and has its own still")


run_case(body, make_cluster=ThreeServers)
