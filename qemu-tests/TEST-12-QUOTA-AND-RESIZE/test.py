#!/usr/bin/env python3
"""A blade fills its image and nobody else's; the image grows, what failed succeeds, and later it shrinks again: nothing is lost."""
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import EMULATION_OPTIONS, IMAGE, JS20, JS21

THIRD = ("s01c1b03", "js21", "52:54:00:01:01:03", "10.1.0.13")
MIB = 1 << 20
SIZE, LARGER, SMALLER = 64 * MIB, 160 * MIB, 96 * MIB
XFS_IMAGE, XFS_SIZE = "granite-xfs", 320 * MIB
CAP_SYS_RESOURCE = 24


def may_grow_in_use(server):
    """Whether the kernel lets the daemon make a file system larger that is in use."""
    status = pathlib.Path(f"/proc/{server.process_id}/status").read_text()
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective, 16) >> CAP_SYS_RESOURCE & 1)


def write(shell, name, mebibytes):
    """All the way to the server's disk; (status, output)."""
    return shell.run(f"dd if=/dev/urandom of=/srv/{name} bs=64k count={mebibytes * 16} conv=fsync", timeout=240)


def digest(shell, name):
    """Whatever else the console says meanwhile."""
    return next(word for word in shell.check(f"sha256sum </srv/{name}", timeout=120).split() if len(word) == 64)


def space_of(shell):
    """Bytes of its root file system, as the blade sees them."""
    return int(shell.check("df -P -k /").splitlines()[-1].split()[1]) * 1024


def size_of(server, blade):
    return next(image["size_bytes"] for image in server.query("blade", "list")["blade_images"] if image["blade"] == blade.name)


def expect_size(server, blade, size):
    file = server.blade_image_file(blade.name, IMAGE)
    expect(size_of(server, blade) == size == file.stat().st_size, f"{blade.name} has an image of {size} bytes: {size_of(server, blade)}")


def while_it_is_off(server, blade, shell, work):
    """Switches the blade off, takes back its export, WORK, and the blade runs again; its shell."""
    shell.check("sync")
    blade.shut_down()
    server.wait_for_blade(blade.name, "lost", 200)
    server.dim("nfs", "unexport", blade.name, IMAGE)
    work()
    server.dim("nfs", "export", blade.name, IMAGE)
    blade.power_on()
    server.wait_for_blade(blade.name, "running", 240)
    return blade.login()


def grow_with_xfs(cluster, blade):
    """Whoever the daemon is, an image with xfs grows while its blade runs."""
    server = cluster.server
    step("an image with xfs grows while its blade runs")
    server.dim("undeploy", blade.name, IMAGE, "--yes", "--delete")
    server.dim("image", "import", XFS_IMAGE, cluster.directory / "granite-root", "--arch", "ppc64", "--file-system", "xfs", "--size", XFS_SIZE)
    server.dim("buildzimage", XFS_IMAGE, *[word for option in EMULATION_OPTIONS for word in ("--option", option)])
    server.dim("deploy", blade.name, XFS_IMAGE)
    blade.power_on()
    server.wait_for_blade(blade.name, "running")
    shell = blade.login()
    shell.check("mkdir -p /srv")
    expect(write(shell, "precious", 4)[0] == 0, "there is room")
    before, kept = space_of(shell), digest(shell, "precious")
    server.dim("blade", "resize", blade.name, XFS_IMAGE, "--size", 2 * XFS_SIZE)
    after = space_of(shell)
    expect(after > before + XFS_SIZE * 3 // 4, f"the blade sees the space: {before}, then {after} bytes")
    expect(digest(shell, "precious") == kept, "nothing is lost")
    told = server.refusal("blade", "resize", blade.name, XFS_IMAGE, "--size", XFS_SIZE).message
    expect("is running from" in told, f"it does not shrink while it runs: {told}")
    blade.power_off()


def body(cluster):
    server = cluster.server
    cluster.prepare()
    greedy, other, third = (cluster.blades[blade[0]] for blade in (JS20, JS21, THIRD))
    grow_with_xfs(cluster, third)
    for blade in (greedy, other):
        blade.power_on()
    for blade in (greedy, other):
        server.wait_for_blade(blade.name, "running")
    shell, other_shell = greedy.login(), other.login()
    for each in (shell, other_shell):
        each.check("mkdir -p /srv")

    step("one blade fills its image")
    status, output = write(shell, "precious", 4)
    expect(status == 0, f"there is room at first: {output}")
    kept = {"precious": digest(shell, "precious")}
    status, output = shell.run("dd if=/dev/zero of=/srv/everything bs=64k conv=fsync", timeout=240)
    expect(status != 0 and "No space left" in output, f"the size of its image is its quota: {output}")
    status, output = write(shell, "wanted", 24)
    expect(status != 0 and "No space left" in output, f"nor is there room for more: {output}")

    step("the other blade writes on")
    status, output = write(other_shell, "data", 8)
    expect(status == 0, f"it has a quota of its own: {output}")
    others = digest(other_shell, "data")

    before = space_of(shell)
    resize = ("blade", "resize", greedy.name, IMAGE, "--size")
    told = server.refusal(*resize, "32M").message
    expect("is running from" in told and "power the blade off" in told, f"while it runs its image cannot shrink: {told}")
    if may_grow_in_use(server):
        step("its image grows while it runs")
        server.dim(*resize, LARGER)
    else:
        step("without CAP_SYS_RESOURCE its image cannot grow while it runs, and is as it was")
        told = server.refusal(*resize, LARGER).message
        expect("CAP_SYS_RESOURCE" in told and f"dim nfs unexport {greedy.name} {IMAGE}" in told, f"the cause and the cure are told: {told}")
        expect_size(server, greedy, SIZE)
        expect(digest(shell, "precious") == kept["precious"], "the blade runs on")

        step("it grows while the blade is off")
        shell = while_it_is_off(server, greedy, shell, lambda: server.dim(*resize, LARGER))
    expect_size(server, greedy, LARGER)
    after = space_of(shell)
    expect(after > before + (LARGER - SIZE) * 3 // 4, f"the blade sees the space: {before}, then {after} bytes")

    step("what failed succeeds now, and nothing is lost")
    status, output = write(shell, "wanted", 24)
    expect(status == 0, f"there is room: {output}")
    kept["wanted"] = digest(shell, "wanted")
    expect(digest(shell, "precious") == kept["precious"], "what it wrote before is there")

    step("switched off, its image shrinks, but not below what it holds, while another is made of the same image")
    def shrink():
        told = server.refusal(*resize, "32M").message
        expect("what it holds needs" in told, f"what is there does not fit into 32 MiB: {told}")
        expect_size(server, greedy, LARGER)
        with ThreadPoolExecutor(2) as both:
            done = [both.submit(server.dim, *words) for words in ((*resize, SMALLER), ("blade", "create", third.name, IMAGE))]
        for each in done:
            each.result()
        expect_size(server, third, SIZE)

    shell.check("rm /srv/everything")
    shell = while_it_is_off(server, greedy, shell, shrink)
    expect_size(server, greedy, SMALLER)
    expect(space_of(shell) < SMALLER, f"the blade sees {space_of(shell)} bytes")
    for name, written in kept.items():
        expect(digest(shell, name) == written, f"{name} is as it was written")
    expect(digest(other_shell, "data") == others, "the other blade noticed nothing")
    expect(server.status_of(other.name)["state"] == "running", "it still runs")


run_case(body, blades=(JS20, JS21, THIRD))
