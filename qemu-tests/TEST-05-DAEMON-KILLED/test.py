#!/usr/bin/env python3
"""kill -9 of the daemon while one blade runs and one boots: both go on, and after a restart nothing is lost."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21


def service_pids(server):
    return {service["name"]: service["pid"] for service in server.query("status")["services"]}


def facts(server):
    """What must be the same before and after."""
    status = server.query("status")
    images = server.query("blade", "list")["blade_images"]
    return ([(b["name"], b.get("image")) for b in status["blades"]],
            [(i["blade"], i["image"], i["mounted"], i["exported"]) for i in images],
            server.query("nfs", "show")["exports"], server.query("dhcp", "show")["hosts"])


def body(cluster):
    server = cluster.server
    cluster.prepare()
    running, booting = cluster.blades[JS20[0]], cluster.blades[JS21[0]]
    running.power_on()
    server.wait_for_blade(running.name, "running")
    shell = running.login()
    before, pids = facts(server), service_pids(server)
    events = [e["text"] for e in server.story_of(running.name)["events"]]

    step("kill the daemon while the second blade's firmware loads its boot file")
    booting.power_on()
    server.wait_for_blade(booting.name, "firmware")
    server.kill()
    step("the running blade keeps working")
    shell.check("echo 'the daemon is away' >/root/note && sync")
    shell.check("grep -q away /root/note && ls /usr/bin >/dev/null")
    expect((server.blade_root(running.name, IMAGE) / "root/note").read_text() == "the daemon is away\n", "its writes arrive")
    step("the booting blade waits for the daemon")
    booting.console.expect(r"(?i)connect.*refused", 180)
    server.start()
    server.wait_for_blade(booting.name, "running", 180)
    step("the state after the restart is the state before")
    after = facts(server)
    expect(after == before, f"before: {before}\nafter: {after}")
    expect(service_pids(server) == pids, f"the services were adopted, not started again: {pids} {service_pids(server)}")
    expect(server.status_of(running.name)["state"] == "running", "the running blade is still known to run")
    story = [e["text"] for e in server.story_of(running.name)["events"]]
    expect(story[:len(events)] == events, "no event is lost")
    heard = server.status_of(running.name)["last_heard"]
    server.wait_for(lambda s: next(b for b in s["blades"] if b["name"] == running.name)["last_heard"] > heard, 120, "a heartbeat")

    step("kill it again in the middle of the second blade's agent")
    booting.power_off()
    booting.power_on()
    server.wait_for_blade(booting.name, "booting")
    server.kill()
    server.start()
    server.wait_for_blade(booting.name, "running", 180)
    step("kill it in the middle of creating an image, and finish the work")
    server.dim("dhcp", "unassign", booting.name)
    booting.power_off()
    server.wait_for_blade(booting.name, "lost", 150)  # before that the daemon protects the image of a running blade
    server.dim("nfs", "unexport", booting.name, IMAGE)
    server.dim("blade", "delete", booting.name, IMAGE, "--yes")
    creating = server.start_dim("blade", "create", booting.name, IMAGE)
    server.kill()
    creating.wait(30)
    server.start()
    images = {i["blade"]: i for i in server.query("blade", "list")["blade_images"]}
    if booting.name not in images:
        server.dim("blade", "create", booting.name, IMAGE)
    server.dim("nfs", "export", booting.name, IMAGE)
    server.dim("dhcp", "assign", booting.name, IMAGE)
    booting.power_on()
    server.wait_for_blade(booting.name, "running", 180)
    shell.check("grep -q away /root/note")


run_case(body)
