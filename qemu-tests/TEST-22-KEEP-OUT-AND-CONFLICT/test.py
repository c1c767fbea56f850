#!/usr/bin/env python3
"""What stays as a blade has it: rules of the cluster definition and of the command, what both sides changed, a pinned blade's all.

A dry run shows what the command then does, and does nothing. What stayed is decided one by one; --overwrite takes the generation's side,
--generation names one, and a generation that lacks much of the one before is refused. Policies of the image hold until a command says
otherwise. The blades are off but for the last look."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution
from lib.master import put

CHANGED, PLAIN, PINNED = JS20, JS21, ("s01c1b03", "js21", "52:54:00:01:01:03", "10.1.0.13")
MOVING = ("etc/app.conf", "usr/share/news")
KEPT = ("etc/motd", "etc/site.conf", "var/lib/app/db")
RULE = ("--keep-out", "/etc/site.conf")
LOST = 200  # files, more than a tenth of all


def change_master(root, text):
    for path in (*MOVING, *KEPT):
        put(root / path, text + "\n")


def contents(server, blade):
    """All that a blade image has: text or target, mode and owner by path."""
    root = server.blade_root(blade, IMAGE)
    found = {}
    for path in root.rglob("*"):
        status = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found["/" + str(path.relative_to(root))] = (what, status.st_mode, status.st_uid, status.st_gid)
    return found


def names_of(before, after):
    """Of paths that differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def texts(server, blade):
    root = server.blade_root(blade, IMAGE)
    return {path: (root / path).read_text().strip() for path in ("etc/app.conf", *KEPT)}


def check_texts(server, blade, default, **others):
    """OTHERS: by the file's name without its end."""
    expected = {path: others.get(pathlib.Path(path).stem, default) for path in ("etc/app.conf", *KEPT)}
    found = texts(server, blade)
    expect(found == expected, f"{blade} has {found}, not {expected}")


def outcomes_of(report):
    return {tuple(outcome["blades"]): outcome for outcome in report["outcomes"]}


def generations_of(server):
    return {image["blade"]: image["generation"] for image in server.query("blade", "list")["blade_images"]}


def amounts(outcome):
    """What a dry run and the real one have in common."""
    return {name: value for name, value in outcome.items() if name != "differences"}


def check_open(server, expected):
    found = {(conflict["blade"], conflict["path"]) for conflict in server.query("sync", "conflicts", IMAGE)["conflicts"]}
    expect(found == expected, f"open are {found}, not {expected}")
    counts = sum(group["conflicts"] for group in server.query("sync", "status", IMAGE)["groups"])
    expect(counts == len(expected), f"{counts} are counted, not {len(expected)}")


def check_outcomes(outcomes, changed, plain, pinned):
    """Of a sync with RULE: what is told of each blade."""
    expect(set(outcomes) == {(changed,), (plain,), (pinned,)}, f"each came out differently: {outcomes}")
    first, second, third = (outcomes[(blade,)] for blade in (changed, plain, pinned))
    expect([kept["path"] for kept in first["conflicts"]] == ["/etc/motd"], f"what both sides changed: {first}")
    rules = {kept["path"]: kept["reason"] for kept in first["kept_out"]}
    expect(rules == {"/etc/site.conf": "keep-out '/etc/site.conf' (this command)",
                     "/var/lib/app/db": f"keep-out '- /var/lib/app/' (the cluster definition, for {changed})"}, f"{rules}")
    expect([kept["path"] for kept in second["kept_out"]] == ["/etc/site.conf"] and second["conflict_count"] == 0, f"{second}")
    expect((first["state"], second["state"], third["state"]) == ("synced", "synced", "pinned"), f"{outcomes}")


def body(cluster):
    server = cluster.server
    changed, plain, pinned = blades = [blade[0] for blade in (CHANGED, PLAIN, PINNED)]
    server.set_property(changed, "keep-out", "- /var/lib/app/; - /srv/")
    server.start()
    root = unpack_distribution(cluster.directory)
    change_master(root, "first")
    for number in range(LOST):
        put(root / f"etc/many/{number}", str(number))
    put(root / "etc/leaves", "soon")
    serve_image(server, IMAGE, root, cluster.blades)
    server.dim("image", "pin", pinned, IMAGE, "--generation", "1", "--yes")
    put(server.blade_root(changed, IMAGE) / "etc/motd", "own\n")
    put(server.blade_root(plain, IMAGE) / "etc/own.conf", "own\n")

    step("a dry run tells, and changes nothing")
    change_master(root, "second")
    put(root / "etc/comes", "now")
    (root / "etc/leaves").unlink()
    server.dim("image", "update", IMAGE)
    before = {blade: contents(server, blade) for blade in blades}
    shown = outcomes_of(server.query("sync", "image", IMAGE, "--dry-run", *RULE))
    check_outcomes(shown, changed, plain, pinned)
    text = server.dim("sync", "image", IMAGE, "--dry-run", *RULE)
    expect("would be synced" in text and "/etc/motd: it was changed here" in text, f"people read it, too: {text}")
    expect({blade: contents(server, blade) for blade in blades} == before, "nothing was changed")
    expect(set(generations_of(server).values()) == {1}, f"{generations_of(server)}")

    step("then it does just that")
    done = outcomes_of(server.query("sync", "image", IMAGE, "--yes", *RULE))
    check_outcomes(done, changed, plain, pinned)
    for key, outcome in done.items():
        expect(amounts(outcome) == amounts(shown[key]), f"shown: {shown[key]}\ndone: {outcome}")
        named = {difference["path"] for difference in shown[key].get("differences", ())}
        differing = {path.lstrip("/") for path in names_of(before[key[0]], contents(server, key[0]))}
        expect(differing <= {path.lstrip("/") for path in named} and (differing or key == (pinned,)), f"{key}: shown {named}, changed {differing}")
    check_texts(server, changed, "second", motd="own", site="first", db="first")
    check_texts(server, plain, "second", site="first")
    check_texts(server, pinned, "first")
    own = server.blade_root(plain, IMAGE) / "etc"
    expect((own / "comes").exists() and not (own / "leaves").exists() and (own / "own.conf").read_text() == "own\n", "files come, go and stay")
    expect(generations_of(server) == {changed: 2, plain: 2, pinned: 1}, f"{generations_of(server)}")

    step("what stayed is known until it is decided")
    check_open(server, {(changed, "/etc/motd")})
    (server.blade_root(changed, IMAGE) / "etc/motd").unlink()
    server.dim("sync", "resolve", IMAGE, changed, "/etc/motd", "--take", "generation", "--yes")
    check_texts(server, changed, "second", site="first", db="first")
    check_open(server, set())

    step("policies of the image hold for each sync of it")
    for name in ("motd", "app.conf"):
        put(server.blade_root(plain, IMAGE) / "etc" / name, "own\n")
    server.dim("image", "set", IMAGE, "--on-conflict", "keep", "--keep-out", "/etc/site.conf", "--merge", "none")
    shown = server.dim("image", "show", IMAGE)
    expect("conflicts: keep; merged: none; kept out: /etc/site.conf" in shown, f"they are shown: {shown}")
    told = server.dim("sync", "explain", IMAGE, "/etc/site.conf")
    expect(f"keep-out '/etc/site.conf' (image {IMAGE})" in told, f"the rule's place is named: {told}")
    change_master(root, "policy")
    server.dim("image", "update", IMAGE)
    outcome = server.query("sync", "image", IMAGE, plain, "--yes")["outcomes"][0]
    expect([kept["path"] for kept in outcome["conflicts"]] == ["/etc/app.conf", "/etc/motd"], f"what stays is told: {outcome}")
    expect([kept["reason"] for kept in outcome["kept_out"]] == [f"keep-out '/etc/site.conf' (image {IMAGE})"], f"{outcome}")
    check_texts(server, plain, "own", site="first", db="policy")
    check_open(server, set())
    server.dim("sync", "undo", IMAGE, "--yes")
    check_texts(server, plain, "own", site="first", db="second")
    check_open(server, set())
    server.dim("sync", "image", IMAGE, plain, "--on-conflict", "overwrite", "--yes")
    check_texts(server, plain, "policy", site="first")
    server.dim("image", "set", IMAGE, "--on-conflict", "ask", "--keep-out", "", "--merge", "all")

    step("--overwrite takes the generation's side, but for what a rule keeps out")
    change_master(root, "third")
    report = server.query("syncit", IMAGE, changed, "--overwrite", "--yes")
    expect(report["outcomes"][0]["conflict_count"] == 0, f"{report}")
    check_texts(server, changed, "third", db="first")
    check_texts(server, plain, "policy", site="first")

    step("a generation that lacks much of the one before is refused")
    change_master(root, "fourth")
    for number in range(LOST):
        (root / f"etc/many/{number}").unlink()
    told = server.refusal("syncit", IMAGE, "--yes").message
    expect("more than 10 %" in told and "--max-delete" in told, f"the cause and the cure are told: {told}")
    expect(generations_of(server) == {changed: 4, plain: 3, pinned: 1}, f"{generations_of(server)}")
    check_texts(server, changed, "third", db="first")
    server.dim("sync", "image", IMAGE, changed, "--max-delete", "100", "--overwrite", "--yes")
    check_texts(server, changed, "fourth", db="first")

    step("an older generation can be named; the blade then boots with that")
    server.dim("sync", "image", IMAGE, plain, "--generation", "4", "--overwrite", "--yes")
    check_texts(server, plain, "third")
    expect(generations_of(server) == {changed: 5, plain: 4, pinned: 1}, f"{generations_of(server)}")
    blade = cluster.blades[plain]
    blade.power_on()
    server.wait_for_blade(plain, "running", generation=4)
    shell = blade.login()
    expect(shell.check("cat /etc/app.conf /usr/share/news /etc/motd /var/lib/app/db").split() == ["third"] * 4, "it has that generation, all of it")
    shell.check("[ -e /etc/many/7 ] && [ -e /etc/own.conf ]")
    server.dim("image", "check", IMAGE)


run_case(body, blades=(CHANGED, PLAIN, PINNED))
