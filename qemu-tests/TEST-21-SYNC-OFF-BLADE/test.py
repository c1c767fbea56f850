#!/usr/bin/env python3
"""Blades that are off are brought to a new generation: one that ran before keeps what it wrote then, one that never ran begins with it.

Then one of them runs, and goes to the next generation."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution
from lib.master import add_lines, put

USER = "postgres:x:112:118::/var/lib/postgres:/bin/false"
OWN_USER = "bob:x:1001:1001:Bob:/home/bob:/bin/sh"


def change_master(root, text):
    for path in ("usr/share/news", "etc/news", "etc/motd"):
        put(root / path, text + "\n")


def check_blade(shell, text):
    expect(shell.check("cat /usr/share/news /etc/news /etc/motd").split() == [text] * 3, f"shared root and blade image are of '{text}'")


def sync(server, *words):
    """States, by blade."""
    outcomes = server.query("syncit", IMAGE, "--yes", *words)["outcomes"]
    return {blade: (outcome["state"], outcome["from"]) for outcome in outcomes for blade in outcome["blades"]}


def body(cluster):
    server = cluster.server
    server.start()
    root = unpack_distribution(cluster.directory)
    change_master(root, "first")
    serve_image(server, IMAGE, root, cluster.blades)
    older, newer = (cluster.blades[blade[0]] for blade in (JS20, JS21))

    step("one blade runs, writes and is switched off; the other one has never run")
    older.power_on()
    server.wait_for_blade(older.name, "running")
    shell = older.login()
    check_blade(shell, "first")
    shell.check(f"echo 'written before' >/root/note && mkdir -p /srv/data && echo '{OWN_USER}' >>/etc/passwd && rm /etc/skel/.profile && sync")
    older.shut_down()
    server.wait_for_blade(older.name, "lost", 150)  # before that the daemon takes it for one that runs

    step("the master changes: dim syncit")
    change_master(root, "second")
    add_lines(root, {"etc/passwd": USER})
    states = sync(server)
    expect(states == {blade: ("synced", 1) for blade in cluster.blades}, f"{states}")
    for blade in cluster.blades:
        expect((server.blade_root(blade, IMAGE) / "etc/news").read_text() == "second\n", f"the image of {blade} has it while it is off")

    step("both boot into it")
    statuses = cluster.boot_all()
    expect([status["generation"] for status in statuses.values()] == [2, 2], f"{statuses}")
    shell, other = older.login(), newer.login()
    for each in (shell, other):
        check_blade(each, "second")
        expect(USER in each.check("cat /etc/passwd").splitlines(), "the new user is there")
    expect(shell.check("cat /root/note") == "written before", "what it wrote before is there")
    expect(OWN_USER in shell.check("cat /etc/passwd").splitlines(), "so is its own user")
    shell.check("[ ! -e /etc/skel/.profile ] && [ -d /srv/data ]")
    other.check("[ -e /etc/skel/.profile ] && [ ! -e /root/note ]")

    step("one of them runs on, and goes to the next generation")
    change_master(root, "third")
    states = sync(server, newer.name)
    expect(states == {newer.name: ("synced", 2)}, f"{states}")
    check_blade(other, "third")
    check_blade(shell, "second")


run_case(body)
