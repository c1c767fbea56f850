#!/usr/bin/env python3
"""The master of an image gets a package, a user and a new C library, and `dim syncit` brings them to two blades that run, without a reboot.

When the command ends, one look is enough: each blade sees the new shared root and the new files of its own image, although it looked at
all of those paths again and again until then. A program whose files were replaced under it goes on with those it began with, and
`dim blade restarts` names it as long as it runs. What a blade wrote is kept: a user of its own beside the new one, and its own /etc/motd, which
is told. To sync again changes nothing, and a blade that boots again has the same."""
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution
from lib.master import add_lines, copy_program, edit, put

LIBRARY = "/usr/lib/powerpc64-linux-gnu/libc.so.6"
PROGRAM = "/usr/lib/granite/busybox"  # of its own name, so that it alone is replaced
# Answers each line with one of a file of the shared root, which it opens anew from the descriptor that it has.
TELLER = """exec 3</usr/share/granite/release
while read -r word; do
    read -r text </proc/self/fd/3
    echo "$word $text"
done
"""
USER = {"etc/passwd": "postgres:x:112:118:PostgreSQL:/var/lib/postgres:/bin/false", "etc/group": "postgres:x:118:",
        "etc/shadow": "postgres:*:19800:0:99999:7:::"}
OWN_USER = {"etc/passwd": "bob:x:1001:1001:Bob:/home/bob:/bin/sh", "etc/group": "bob:x:1001:alice", "etc/shadow": "bob:*:19801:0:99999:7:::"}
# Directories of which nothing else is used come first: only a cache that has become too old shows what is new in them.
PACKAGE = ("/var/lib/postgres/version", "/home/postgres/.profile", "/etc/postgres.conf", "/usr/share/granite/release", "/usr/bin/postmaster")
ACTIMEO = 6  # seconds: longer than all that the command has to do besides
# All that is new, in one command.
LOOK = (f"cat {' '.join(PACKAGE)} && grep -h -e ^postgres: -e ^alice: /etc/passwd && grep -h ^postgres: /etc/group /etc/shadow && id -u postgres && "
        f"/usr/bin/postmaster && {PROGRAM} && tail -c 10 {LIBRARY}")
SEEN = "\n".join(("15", "export PGDATA=/var/lib/postgres", "port = 5432", "second", "#!/bin/sh", "echo postmaster", "alice:x:1000:1000:Alice:/home/alice:/bin/ash", USER["etc/passwd"],
                  USER["etc/group"], USER["etc/shadow"], "112", "postmaster", "replaced", "of second"))


def make_master(root):
    put(root / "usr/share/granite/release", "first\n")
    put(root / "usr/share/granite/teller", TELLER)
    copy_program(root / "usr/bin/busybox", root / PROGRAM.lstrip("/"))


def change_master(root):
    put(root / "usr/share/granite/release", "second\n")
    put(root / PROGRAM.lstrip("/"), "#!/bin/sh\necho replaced\n", 0o755)
    library = root / LIBRARY.lstrip("/")
    put(library, library.read_bytes() + b"\nof second\n", 0o755)
    put(root / "usr/bin/postmaster", "#!/bin/sh\necho postmaster\n", 0o755)
    put(root / "etc/postgres.conf", "port = 5432\n")
    put(root / "var/lib/postgres/version", "15\n")
    put(root / "home/postgres/.profile", "export PGDATA=/var/lib/postgres\n")
    put(root / "etc/motd", "the master's second\n")
    add_lines(root, USER)
    edit(root / "etc/passwd", lambda text: text.replace("/home/alice:/bin/sh", "/home/alice:/bin/ash"))


def start_teller(shell):
    shell.check("mkfifo /run/ask /run/answer")
    shell.check(f"({PROGRAM} sh /usr/share/granite/teller <>/run/ask 1<>/run/answer 2>/root/teller.errors & echo $! >/root/teller)")
    expect(ask(shell, "before") == "before first", "the program runs")
    return shell.check("sha256sum </proc/$(cat /root/teller)/exe")


def ask(shell, word):
    return shell.check(f"echo {word} >/run/ask && read -r answer </run/answer && echo \"$answer\"")


def check_teller(shell, digest):
    """It runs, and the files that it has open or mapped are whole, also when they have to be read from the server anew."""
    shell.check("sync && echo 3 >/proc/sys/vm/drop_caches")
    expect(ask(shell, "after") == "after first", "it reads the file that it has open")
    expect(shell.check("sha256sum </proc/$(cat /root/teller)/exe") == digest, "its program is what it was")
    shell.check("cat /proc/$(cat /root/teller)/map_files/* >/dev/null")
    expect(shell.check("cat /root/teller.errors") == "", "it has no complaints")


def programs_to_restart(server, blade):
    """The replaced programs that run on, as `dim blade restarts` tells."""
    found = server.query("blade", "restarts", blade)["blades"][0]
    expect("next_kernel" not in found, f"the kernel is the same: {found}")
    return [process["file"] for process in found.get("found", {}).get("processes", [])]


def check_restarts(server, blade, shell):
    """The program is named, and no more once it has ended; each report of the blade is a change of the status."""
    server.wait_for(lambda _: PROGRAM in programs_to_restart(server, blade), 60, "the replaced program is named")
    process = shell.check("cat /root/teller")
    words = server.dim("blade", "restarts", "all")
    expect(any(process in line and PROGRAM in line for line in words.splitlines()), f"process {process} and its file: {words}")
    shell.check(f"kill {process}")
    server.wait_for(lambda _: PROGRAM not in programs_to_restart(server, blade), 60, "the program that ended is not named any more")


def watch(shell):
    """The blade looks at everything again and again, so its caches are never older than they may be; the package is not there yet."""
    shell.check(f"(while :; do cat {' '.join(PACKAGE)} /etc/passwd /etc/group /etc/motd {PROGRAM} {LIBRARY}; usleep 100000; done "
                ">/dev/null 2>/run/watch.errors & echo $! >/run/watch)")
    status, output = shell.run("ls /usr/bin/postmaster /etc/postgres.conf; id postgres")
    expect(status != 0 and "postmaster: No such file" in output, f"it is not there: {output}")


def look(shell):
    """Once, as soon as the command has ended."""
    return shell.run(LOOK)


def check_own_changes(shell):
    """Of the blade that has some."""
    for path, line in OWN_USER.items():
        expect(line in shell.check(f"cat /{path}").splitlines(), f"the blade's own user is in /{path}")
    expect(shell.check("cat /etc/motd") == "the blade's own", "the blade's own /etc/motd stays")


def check_report(report, plain, changed):
    """What became of the blade without changes of its own, and of that with some."""
    outcomes = {tuple(outcome["blades"]): outcome for outcome in report["outcomes"]}
    expect(set(outcomes) == {(plain,), (changed,)} and report["generation"] == 2, f"{report}")
    for outcome in outcomes.values():
        expect(outcome["state"] == "synced" and outcome["from"] == 1 and "problem" not in outcome, f"{outcome}")
    own = outcomes[(changed,)]
    expect([kept["path"] for kept in own["conflicts"]] == ["/etc/motd"], f"what both sides changed is told: {own}")
    expect(own["merged"] == ["/etc/group", "/etc/passwd", "/etc/shadow"], f"accounts are merged: {own}")
    expect(outcomes[(plain,)]["conflict_count"] == 0, f"{outcomes}")


def body(cluster):
    server = cluster.server
    server.start()
    root = unpack_distribution(cluster.directory)
    make_master(root)
    serve_image(server, IMAGE, root, cluster.blades)
    server.dim("image", "set", IMAGE, "--actimeo", ACTIMEO)
    cluster.boot_all()
    plain, changed = (cluster.blades[blade[0]] for blade in (JS20, JS21))
    shell, changed_shell = shells = plain.login(), changed.login()

    step("one blade runs a program of the shared root, the other one has changes of its own")
    digest = start_teller(shell)
    for path, line in OWN_USER.items():
        changed_shell.check(f"echo '{line}' >>/{path}")
    changed_shell.check("echo \"the blade's own\" >/etc/motd && sync")
    for each in shells:
        watch(each)

    step("the master changes: dim syncit")
    change_master(root)
    with ThreadPoolExecutor(2) as both:
        begin = time.monotonic()
        report = server.query("syncit", IMAGE, "--yes")
        took = time.monotonic() - begin
        seen = list(both.map(look, shells))
    step(f"it took {took:.1f} s, and one look is enough")
    for blade, found in zip((plain, changed), seen):
        expect(found == (0, SEEN), f"{blade.name} sees all of it at once: {found}")
    check_report(report, plain.name, changed.name)
    expect(shell.check("cat /etc/motd") == "the master's second", "what the blade did not change is the master's")
    check_own_changes(changed_shell)
    check_teller(shell, digest)
    check_restarts(server, plain.name, shell)
    for each in shells:
        errors = each.check("kill $(cat /run/watch) && cat /run/watch.errors")
        expect("tale" not in errors and "rror" not in errors, f"nothing but files that were not there yet: {errors}")
        status, output = each.run("touch /usr/bin/intruder")
        expect(status != 0 and "Read-only" in output, f"the shared root is read-only: {output}")

    step("status and story tell")
    for blade in (plain, changed):
        status = server.status_of(blade.name)
        expect((status["state"], status["generation"]) == ("running", 2), f"{status}")
        story = [event["text"] for event in server.story_of(blade.name)["events"]]
        expect("shared root of generation 2 in use" in story, f"the story of {blade.name}: {story}")

    step("to sync again changes nothing")
    for words in (("sync", "image", IMAGE, "--yes"), ("syncit", IMAGE, "--yes")):
        outcomes = server.query(*words)["outcomes"]
        expect([(outcome["state"], sorted(outcome["blades"])) for outcome in outcomes] == [("current", sorted(cluster.blades))], f"{outcomes}")
    expect([g["generation"] for g in server.query("image", "generations", IMAGE)["generations"]] == [1, 2], "there is no further generation")
    server.dim("image", "check", IMAGE)

    step("a blade boots again, into the same")
    shell.check("sync")
    plain.shut_down()
    plain.power_on()
    server.wait_for(lambda s: next(b for b in s["blades"] if b["name"] == plain.name)["state"] != "running", 120, "the new boot")
    server.wait_for_blade(plain.name, "running", generation=2)
    expect(look(plain.login()) == (0, SEEN), "it has the generation from the beginning")
    expect(look(changed_shell) == (0, SEEN), "the other blade still has it")
    expect(programs_to_restart(server, plain.name) == [], "nothing that runs since then was replaced")
    check_own_changes(changed_shell)


run_case(body)
