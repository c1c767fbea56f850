#!/usr/bin/env python3
"""An image is updated: a blade that has it keeps its generation, a new one gets the next, a pinned one its own, and others the one that was rolled back to."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, EMULATION_OPTIONS, unpack_distribution


def serve(server, blade):
    server.dim("deploy", blade, IMAGE)


def change_master(root, text):
    """One file of each part is new, one of the shared root is replaced."""
    (root / "usr/share/news").write_text(text)
    (root / "etc/news").write_text(text)
    program = root / "usr/bin/greeting"
    staged = program.with_name("greeting.new")
    staged.write_text(f"#!/bin/sh\necho {text}\n")
    staged.chmod(0o755)
    staged.rename(program)


def check_generation(blade, shell, text):
    for path in ("/usr/share/news", "/etc/news"):
        expect(shell.check(f"cat {path}") == text, f"{blade.name}: {path} is of '{text}'")
    expect(shell.check("/usr/bin/greeting") == text, f"{blade.name} runs the program of '{text}'")


def boot(cluster, blade, generation):
    blade.power_on()
    status = cluster.server.wait_for_blade(blade.name, "running")
    expect(status["generation"] == generation, f"{blade.name} runs generation {generation}: {status}")
    return blade.login()


def body(cluster):
    server, older, newer = cluster.server, cluster.blades[JS20[0]], cluster.blades[JS21[0]]
    server.start()
    root = unpack_distribution(cluster.directory)
    change_master(root, "first")
    server.dim("image", "import", IMAGE, root, "--arch", "ppc64", "--size", "64M")
    server.dim("buildzimage", IMAGE, *[word for option in EMULATION_OPTIONS for word in ("--option", option)])
    serve(server, older.name)
    step("a blade runs the first generation")
    shell = boot(cluster, older, 1)
    check_generation(older, shell, "first")
    shell.check("(exec sh -c 'while :; do /bin/sleep 1; done') & echo $! >/root/pid")

    step("the master changes, and the image gets a generation")
    change_master(root, "second")
    server.dim("image", "update", IMAGE, "--label", "with the second greeting")
    generations = server.query("image", "generations", IMAGE)["generations"]
    expect([(g["generation"], g["blade_images"]) for g in generations] == [(1, 1), (2, 0)], f"{generations}")
    named = {d["path"] for d in server.query("image", "diff", IMAGE, "1")["differences"] if d["kind"] == "content"}
    expect(named == {"etc/news", "usr/bin/greeting", "usr/share/news"}, f"what changed is named: {named}")

    step("the blade that runs keeps its generation, also when it boots again")
    check_generation(older, shell, "first")
    shell.check("kill -0 $(cat /root/pid)")
    older.shut_down()
    shell = boot(cluster, older, 1)
    check_generation(older, shell, "first")

    step("a blade that is new gets the new one, beside it")
    serve(server, newer.name)
    new_shell = boot(cluster, newer, 2)
    check_generation(newer, new_shell, "second")
    check_generation(older, shell, "first")
    status, output = new_shell.run("touch /usr/share/intruder")
    expect(status != 0 and "Read-only" in output, f"the shared root is read-only: {output}")
    server.dim("image", "check", IMAGE)

    step("a rollback is the next generation; who has the second keeps it")
    server.dim("image", "rollback", IMAGE, "1")
    check_generation(newer, new_shell, "second")
    newer.shut_down()
    server.wait_for_blade(newer.name, "lost", 150)  # before that the daemon protects the image of a running blade
    server.dim("image", "pin", newer.name, IMAGE, "--generation", "2")
    server.dim("undeploy", newer.name, IMAGE, "--delete", "--yes")
    server.dim("blade", "create", newer.name, IMAGE)
    for path in ("/etc/news", "/usr/share/news"):
        expect(server.dim("blade", "cat", newer.name, path, "--image", IMAGE).strip() == "second", f"{path} of a pinned blade is made anew as it was")
    server.dim("image", "unpin", newer.name, IMAGE)
    server.dim("blade", "delete", newer.name, IMAGE, "--yes")
    serve(server, newer.name)
    check_generation(newer, boot(cluster, newer, 3), "first")
    check_generation(older, shell, "first")
    digests = {g["generation"]: g["shared_digest"] for g in server.query("image", "generations", IMAGE)["generations"]}
    expect(digests[1] == digests[3] != digests[2], f"the third is what the first was: {digests}")

    step("what no blade has is collected, and nothing else")
    server.dim("blade", "purge", newer.name, IMAGE, "--yes")
    server.dim("image", "collect", IMAGE, "--labelled", "--yes")
    left = [g["generation"] for g in server.query("image", "generations", IMAGE)["generations"]]
    expect(left == [1, 3], f"blades have these: {left}")
    check_generation(older, shell, "first")


run_case(body)
