#!/usr/bin/env python3
"""A JS20 and a JS21 netboot at the same time, each into its own image, and the server knows how it went."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import EMULATION_OPTIONS, IMAGE

REPORTED_STAGES = ["environment", "network", "connect", "tls", "plan", "mount-root", "mount-shared", "switch-root", "exec-init",
                   "running"]


def check_story(server, name):
    stages = [event.get("stage") for event in server.story_of(name)["events"]]
    missing = [stage for stage in ["firmware", *REPORTED_STAGES] if stage not in stages]
    expect(not missing, f"{name}: the story lacks {missing}: {stages}")


def check_inside(blade, processor):
    shell = blade.login()
    expect(shell.check("hostname") == blade.name, "the host name is the blade's")
    expect(processor in shell.check("cat /proc/cpuinfo"), f"the processor is a {processor}")
    expect(shell.check("uname -m") == "ppc64", "the kernel is big-endian")
    mounts = {fields[1]: fields for fields in map(str.split, shell.check("cat /proc/mounts").splitlines())}
    expect(mounts["/"][2] == "nfs4" and mounts["/"][3].startswith("rw"), f"the blade image is the root: {mounts['/']}")
    expect(mounts["/usr"][2] == "nfs4" and mounts["/usr"][3].startswith("ro"), f"/usr is shared: {mounts['/usr']}")
    expect("busybox" in shell.check("readlink /proc/1/exe"), "process 1 is the distribution's init")
    expect(shell.check("cat /proc/1/comm") == "init", "process 1 is called init")
    expect("Blue Granite" in shell.check("cat /var/log/messages"), "the distribution's own syslog runs")


def check_old_style_ramdisk(cluster):
    """The same agent as /linuxrc of an ext2 RAM disk, as boot files of the time were made."""
    blade, server = cluster.blades["s01c1b01"], cluster.server
    step("boot the JS20 from an initrd with /linuxrc")
    server.dim("buildzimage", IMAGE, "--ramdisk", "initrd", "--option", EMULATION_OPTIONS[0])
    server.dim("dhcp", "assign", blade.name, IMAGE)
    blade.power_off()
    blade.power_on()
    shell = blade.login(180)
    expect("init=/linuxrc" in shell.check("cat /proc/cmdline"), "the kernel started /linuxrc")
    expect("busybox" in shell.check("readlink /proc/1/exe"), "process 1 is the distribution's init")
    server.wait_for_blade(blade.name, "running")


def body(cluster):
    step("prepare the image server")
    cluster.prepare()
    step("switch both blades on")
    states = cluster.boot_all()
    for name, status in states.items():
        step(f"{name} runs: {status['seconds']}")
        expect(status["image"] == "granite" and status["generation"] == 1, f"{name}: {status}")
        expect(set(status["seconds"]) == {"firmware", "kernel", "agent", "init"}, f"{name}: {status['seconds']}")
        check_story(cluster.server, name)
    check_inside(cluster.blades["s01c1b01"], "PPC970,")
    check_inside(cluster.blades["s01c1b02"], "PPC970MP")
    step("heartbeats come")
    heard = cluster.server.status_of("s01c1b01")["last_heard"]
    cluster.server.wait_for(lambda s: next(b for b in s["blades"] if b["name"] == "s01c1b01")["last_heard"] > heard, 90, "a heartbeat")
    check_old_style_ramdisk(cluster)


run_case(body, has_saved_firmware=False)
