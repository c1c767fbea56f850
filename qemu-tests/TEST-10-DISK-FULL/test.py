#!/usr/bin/env python3
"""One blade fills its image, then the server's disk is filled: another blade writes on, a third one boots, and `dim status` tells."""
import errno
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21
from lib.image_server import DimFailed

THIRD = ("s01c1b03", "js21", "52:54:00:01:01:03", "10.1.0.13")
MIB = 1 << 20
# Three blade images of 64 MiB, the shared root, a boot file, the database, and what is kept free; but no second image.
DISK_BYTES = 400 * MIB
LITTLE = MIB


def mount_small_disk(directory, state):
    disk = directory / "disk"
    disk.touch()
    os.truncate(disk, DISK_BYTES)
    state.mkdir()
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", disk], check=True)
    subprocess.run(["mount", "-o", "loop", disk, state], check=True)


def fill(path):
    """Writes the file until the disk is full."""
    with open(path, "wb", buffering=0) as file:
        for size in (MIB, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        os.fsync(file.fileno())


def write_some(shell, name):
    """8 MiB on the blade, all the way to the server's disk; their digest."""
    shell.check(f"dd if=/dev/urandom of=/srv/{name} bs=64k count=128 conv=fsync 2>/dev/null", timeout=120)
    return digest(shell, name)


def digest(shell, name):
    """Whatever else the console says meanwhile."""
    return next(word for word in shell.check(f"sha256sum </srv/{name}", timeout=60).split() if len(word) == 64)


def has_alert(kind):
    return lambda status: any(alert["kind"] == kind for alert in status["alerts"])


def body(cluster):
    server = cluster.server
    mount_small_disk(cluster.directory, server.state)
    cluster.prepare()
    greedy, other, third = (cluster.blades[blade[0]] for blade in (JS20, JS21, THIRD))
    disk = server.wait_for(lambda status: status.get("disk", {}).get("committed_bytes") == 3 * 64 * MIB, 30, "what was promised")["disk"]
    expect(disk["provisioning"] == "reserved", f"the default: {disk}")
    for blade in (greedy, other):
        blade.power_on()
    for blade in (greedy, other):
        server.wait_for_blade(blade.name, "running")
    greedy_shell, other_shell = greedy.login(), other.login()

    step("one blade fills its image")
    greedy_shell.check("mkdir -p /srv")
    other_shell.check("mkdir -p /srv")
    status, output = greedy_shell.run("dd if=/dev/zero of=/srv/everything bs=64k conv=fsync", timeout=240)
    expect(status != 0 and "No space left" in output, f"the size of its image is its quota: {output}")
    before = write_some(other_shell, "before")

    step("the server's disk is filled")
    fill(server.state / "filler")
    server.wait_for(lambda status: has_alert("disk-space")(status) and status["disk"]["free_bytes"] < LITTLE, 60, "the alert")
    expect("disk-space" in server.dim("status") and "free; blade images (reserved)" in server.dim("status"), "people are told")

    step("the other blade writes on")
    during = write_some(other_shell, "during")
    expect(server.status_of(other.name)["state"] == "running", "it still runs")
    on_server = subprocess.run(["sha256sum"], stdin=open(server.blade_root(other.name, IMAGE) / "srv/during", "rb"),
                               capture_output=True, text=True, check=True)
    expect(on_server.stdout.split()[0] == during, "what it wrote is on the server")
    images = {image["blade"]: image for image in server.query("blade", "list")["blade_images"]}
    expect(all(image["mounted"] and "cause" not in image for image in images.values()), f"no image was damaged: {images}")

    step("a third blade boots")
    third.power_on()
    server.wait_for_blade(third.name, "running", 240)
    third.login().check("echo 'there is room for me' >/root/note && sync")
    story = [event["text"] for event in server.story_of(third.name)["events"]]
    expect(story, "its story is told")

    step("what needs more space is refused, with the cause")
    try:
        root = cluster.directory / "granite-root"
        server.dim("image", "import", "second", root, "--arch", "ppc64", "--size", "64M")
        raise AssertionError("a second image was imported on a full disk")
    except DimFailed as refused:
        expect("no space left (need" in refused.message, refused.message)

    step("the daemon is killed and started on the full disk")
    server.kill()
    server.start()
    server.wait_for_blade(third.name, "running", 60)
    server.wait_for(has_alert("disk-space"), 60, "the alert")

    step("there is room again")
    (server.state / "filler").unlink()
    # The alert may stay: at the rate of the last minutes so small a disk is soon full again.
    server.wait_for(lambda status: status["disk"]["free_bytes"] > LITTLE, 60, "the room")
    for name, written in (("before", before), ("during", during)):
        expect(digest(other_shell, name) == written, f"{name} is as it was written")


run_case(body, blades=(JS20, JS21, THIRD))
