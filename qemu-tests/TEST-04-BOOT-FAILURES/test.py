#!/usr/bin/env python3
"""Each way a boot can fail is seen in `dim status` with its stage and cause, and the blade recovers once the cause is gone."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21

NEWCOMER = ("s01c1b03", "js21", "52:54:00:01:01:03", "10.1.0.13")


def unknown_mac(cluster):
    """Nobody told DIM of this blade: it gets no address, and is not forgotten."""
    name, kind, mac, address = NEWCOMER
    server = cluster.server
    blade = Blade(name, kind, mac, cluster.bootnet, cluster.directory)
    blade.power_on()
    status = server.wait_for(lambda s: any(a["origin"] == mac for a in s["alerts"]), 120, f"an alert about {mac}")
    alert = next(a for a in status["alerts"] if a["origin"] == mac)
    expect(alert["kind"] == "unknown-mac" and alert.get("cure"), f"the alert says what to do: {alert}")
    server.define_blade(name, kind, mac, address)
    server.dim("cluster", "reload")
    server.dim("blade", "create", name, IMAGE)
    server.dim("nfs", "export", name, IMAGE)
    server.dim("dhcp", "assign", name, IMAGE)
    server.wait_for_blade(name, "running", 240)
    blade.power_off()


def fails_then_runs(cluster, kind, break_it, mend_it, stage, cause):
    """Breaks something, boots, sees the failure with stage and cause, mends it, sees the blade run."""
    name = (JS20 if kind == "js20" else JS21)[0]
    blade, server = cluster.blades[name], cluster.server
    blade.power_off()
    break_it()
    blade.power_on()
    status = server.wait_for_blade(name, "failed", 180, stage=stage)
    expect(cause in status["cause"], f"the cause must name {cause!r}: {status['cause']!r}")
    expect(status.get("cure"), f"a cure must be named: {status}")
    step(f"  seen: {stage}: {status['cause']}")
    mend_it()
    server.wait_for_blade(name, "running", 180)
    blade.power_off()


def wrong_ca(cluster):
    """The boot file carries the certificate of another cluster's authority."""
    server = cluster.server
    identity, kept = server.state / "identity", server.state / "identity.kept"

    def become_another_cluster():
        server.stop()
        identity.rename(kept)
        server.start()

    def come_back():
        server.stop()
        subprocess.run(["rm", "-rf", identity], check=True)
        kept.rename(identity)
        server.start()

    fails_then_runs(cluster, "js20", become_another_cluster, come_back, "tls", "certificate")


def daemon_down(cluster):
    """The daemon is away while the blade boots; dhcpd, tftpd and the NFS server go on without it."""
    name = JS21[0]
    blade, server = cluster.blades[name], cluster.server
    blade.power_off()
    server.kill()
    blade.power_on()
    blade.console.expect(r"(?i)connect.*refused", 180)
    server.start()
    server.wait_for_blade(name, "running", 180)
    texts = [e["text"] for e in server.story_of(name)["events"] if e.get("stage") == "connect"]
    expect(any("refused" in text.lower() for text in texts), f"the story tells of the failed attempt: {texts}")
    blade.power_off()


def image_missing(cluster):
    """After a restart of the image server the image's file is not where it was."""
    server = cluster.server
    image = server.blade_image_file(JS20[0], IMAGE)
    aside = image.with_suffix(".aside")

    def move_away():
        server.stop()
        server.tear_down()
        image.rename(aside)
        server.start()

    fails_then_runs(cluster, "js20", move_away, lambda: aside.rename(image), "plan", "missing")


def image_broken(cluster):
    """The image's file is there, but its file system cannot be mounted."""
    server = cluster.server
    image = server.blade_image_file(JS21[0], IMAGE)
    start = 1024  # of the ext4 superblock

    def overwrite(data):
        with open(image, "r+b") as file:
            file.seek(start)
            file.write(data)

    kept = b""

    def damage():
        nonlocal kept
        server.stop()
        server.tear_down()
        with open(image, "rb") as file:
            file.seek(start)
            kept = file.read(1024)
        overwrite(bytes(1024))
        server.start()

    fails_then_runs(cluster, "js21", damage, lambda: overwrite(kept), "plan", "damaged")


def body(cluster):
    cluster.prepare(options=("dim.retry-max-seconds=4",))
    for failure in (unknown_mac, daemon_down, image_missing, image_broken, wrong_ca):
        step(f"{failure.__name__}: {failure.__doc__}")
        failure(cluster)


run_case(body)
