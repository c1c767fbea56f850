#!/usr/bin/env python3
"""What a blade writes survives its power; it can neither change the shared root nor reach another blade's image."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21


def check_borders(shell, server):
    status, output = shell.run("touch /usr/bin/intruder")
    expect(status != 0 and "Read-only" in output, f"/usr must not be writable: {status} {output}")
    own, other, address = JS20[0], JS21[0], JS20[3]
    shell.check("mkdir -p /mnt/border")
    mount = f"mount -t nfs4 -o vers=4.1,addr={server.ADDRESS},clientaddr={address}"
    # The same command with the blade's own image works, so a refusal is a refusal.
    shell.check(f"{mount} {server.ADDRESS}:/blades/{own}/{IMAGE} /mnt/border && umount /mnt/border")
    status, output = shell.run(f"{mount} {server.ADDRESS}:/blades/{other}/{IMAGE} /mnt/border")
    expect(status != 0, f"the other blade's image must be refused: {output}")
    status, output = shell.run(f"{mount},rw {server.ADDRESS}:/shared/{IMAGE}/1 /mnt/border && touch /mnt/border/usr/intruder")
    expect(status != 0, f"the shared root must be read-only for the server, too: {output}")
    shell.run("umount /mnt/border")


def body(cluster):
    cluster.prepare()
    blade, name = cluster.blades[JS20[0]], JS20[0]
    step("first boot")
    blade.power_on()
    cluster.server.wait_for_blade(name, "running")
    shell = blade.login()
    check_borders(shell, cluster.server)
    step("write, synchronise, shut down")
    shell.check("echo 'written on the blade' >/root/note && mkdir -p /srv/data && dd if=/dev/urandom of=/srv/data/blob bs=64k count=8 2>/dev/null")
    digest = shell.check("sha256sum </srv/data/blob")
    blade.shut_down()
    step("what the blade wrote is in its image on the server while it is off")
    note = cluster.server.blade_root(name, IMAGE) / "root/note"
    expect(note.read_text() == "written on the blade\n", "the server reads the blade's file")
    step("second boot")
    blade.power_on()
    cluster.server.wait_for_blade(name, "running")
    shell = blade.login()
    expect(shell.check("cat /root/note") == "written on the blade", "the note is still there")
    expect(shell.check("sha256sum </srv/data/blob") == digest, "the data is the same")
    step("pull the plug after a sync; nothing that was synchronised is lost")
    shell.check("echo 'before the plug' >/root/plug && sync")
    blade.power_off()
    blade.power_on()
    cluster.server.wait_for(lambda s: next(b for b in s["blades"] if b["name"] == name)["state"] != "running", 120, "the new boot")
    cluster.server.wait_for_blade(name, "running")
    expect(blade.login().check("cat /root/plug") == "before the plug", "what was synchronised is there")


run_case(body, blades=(JS20, JS21))
