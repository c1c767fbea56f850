#!/usr/bin/env python3
"""A blade moves from one distribution to another and back, each time with one command; what it wrote into each is kept."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image

OTHER = "slate"


def import_other_distribution(cluster):
    """A second personality: the same distribution, told apart by a file in each of its two parts."""
    root = cluster.directory / f"{OTHER}-root"
    shutil.copytree(cluster.directory / "granite-root", root, symlinks=True)
    (root / "etc/personality").write_text(OTHER)
    (root / "usr/share/personality").write_text(OTHER)
    serve_image(cluster.server, OTHER, root, ["b2"])
    cluster.server.dim("dhcp", "assign", "b2", IMAGE)


def boot_and_login(cluster, blade, image):
    blade.power_on()
    cluster.server.wait_for_blade(blade.name, "running", image=image)
    return blade.login()


def told_file(server, name):
    return next(host["boot_file"] for host in server.query("dhcp", "show")["hosts"] if host["blade"] == name)


def body(cluster):
    server = cluster.server
    cluster.prepare()
    import_other_distribution(cluster)
    moving, staying = cluster.blades[JS21[0]], cluster.blades[JS20[0]]
    staying.power_on()
    step("the blade boots the first distribution and writes into it")
    shell = boot_and_login(cluster, moving, IMAGE)
    shell.check("test ! -e /etc/personality && echo 'a day on granite' >/root/diary && sync")

    step("one command moves it; what runs is not disturbed")
    server.wait_for_blade(staying.name, "running")
    heard_boots = [e["boot_id"] for e in server.story_of(staying.name)["events"] if e.get("boot_id")]
    server.dim("dhcp", "assign", moving.name, OTHER)
    expect(told_file(server, moving.name).startswith(f"{OTHER}/"), "its firmware is told the other boot file")
    expect(told_file(server, staying.name).startswith(f"{IMAGE}/"), "the other blade is told the same as before")
    shell.check("test ! -e /etc/personality && grep -q granite /root/diary")
    expect(server.status_of(moving.name)["image"] == IMAGE, "until it boots, it runs the image it booted")
    moving.shut_down()

    step("its next boot is the other distribution")
    shell = boot_and_login(cluster, moving, OTHER)
    expect(shell.check("cat /etc/personality") == OTHER, "its own part is the other one")
    expect(shell.check("cat /usr/share/personality") == OTHER, "the shared root is the other one")
    shell.check("test ! -e /root/diary && echo 'a day on slate' >/root/diary && sync")
    names = {found["name"] for found in server.query("cluster", "names", f"image={OTHER}")["names"]}
    expect(names == {moving.name}, f"the range image={OTHER} is that blade: {names}")
    moving.shut_down()

    step("and back: what it wrote is there again")
    server.dim("dhcp", "assign", f"image={OTHER}", IMAGE)
    shell = boot_and_login(cluster, moving, IMAGE)
    expect(shell.check("cat /root/diary") == "a day on granite", "the first distribution's state was kept")
    shell.check("test ! -e /etc/personality")
    expect((server.blade_root(moving.name, OTHER) / "root/diary").read_text() == "a day on slate\n",
           "the other distribution's state is kept as well")
    after = [e["boot_id"] for e in server.story_of(staying.name)["events"] if e.get("boot_id")]
    expect(set(after) == set(heard_boots), "the blade that was not moved never booted again")
    expect(server.status_of(staying.name)["state"] == "running", "and still runs")


run_case(body)
