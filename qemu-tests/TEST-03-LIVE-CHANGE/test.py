#!/usr/bin/env python3
"""A change made on the server is seen on the running blade, in the shared root and in its own image."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import run_case, step
from lib.cluster import IMAGE, JS21


def replace(path, text):
    """As DIM and every good tool changes a file: a new one, renamed over the old one."""
    staged = path.with_name(path.name + ".new")
    staged.write_text(text)
    staged.rename(path)


def wait_until_blade_reads(shell, path, text):
    """The blade opens the file again and again until it has the text; bounded by the console's timeout."""
    shell.check(f"until [ \"$(cat {path} 2>/dev/null)\" = '{text}' ]; do :; done", timeout=90)


def body(cluster):
    cluster.prepare()
    blade, name = cluster.blades[JS21[0]], JS21[0]
    shared = cluster.server.shared_root(IMAGE)
    (shared / "usr/share/news").write_text("old")
    blade.power_on()
    cluster.server.wait_for_blade(name, "running")
    shell = blade.login()
    step("a file of the shared root that the blade has read before")
    wait_until_blade_reads(shell, "/usr/share/news", "old")
    replace(shared / "usr/share/news", "new")
    wait_until_blade_reads(shell, "/usr/share/news", "new")
    step("a file that is new in the shared root")
    replace(shared / "usr/share/later", "came later")
    wait_until_blade_reads(shell, "/usr/share/later", "came later")
    step("a file of the blade's own image")
    shell.check("cat /etc/motd")
    replace(cluster.server.blade_root(name, IMAGE) / "etc/motd", "changed on the server")
    wait_until_blade_reads(shell, "/etc/motd", "changed on the server")
    step("a program that runs while its file is replaced goes on")
    shell.check("cp /bin/busybox /root/busybox && (/root/busybox sleep 600 & echo $! >/root/pid)")
    # Until then it is still the shell that is about to become that program.
    shell.check("until [ \"$(readlink /proc/$(cat /root/pid)/exe)\" = /root/busybox ]; do :; done")
    runner = cluster.server.blade_root(name, IMAGE) / "root/busybox"
    runner.rename(runner.with_name("busybox.old"))  # the old inode keeps a name, as DIM's rule says
    replace(runner, "not a program any more")
    wait_until_blade_reads(shell, "/root/busybox", "not a program any more")
    shell.check("kill -0 $(cat /root/pid) && kill $(cat /root/pid)")


run_case(body)
