#!/usr/bin/env python3
"""Two blades of one image: each has a name, addresses, a machine-id, ssh host keys and files of its own, and keeps its identity when its image is made anew."""
import hashlib
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution

KEY_KINDS = ("ed25519", "ecdsa", "rsa")
SECRET = "correct-horse-battery"
MASTER_ID = "0123456789abcdef0123456789abcdef"
DISKS = ("UUID=0a1b2c3d-0000-4000-8000-000000000000 / ext4 defaults 0 1", "/dev/sda2 none swap sw 0 0")
INTERFACES = "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n"


def put(file, text, mode=0o644):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def make_master(directory):
    """The distribution as a machine that ran from a disk: with an identity and disks of its own."""
    root = unpack_distribution(directory)
    put(root / "etc/machine-id", MASTER_ID + "\n", 0o444)
    put(root / "etc/ssh/sshd_config", "PermitRootLogin no\n")
    put(root / "etc/ssh/ssh_host_ed25519_key", "the master's own\n", 0o600)
    put(root / "etc/network/interfaces", INTERFACES)
    with open(root / "etc/fstab", "a") as file:
        file.writelines(line + "\n" for line in DISKS)
    return root


def make_templates(overrides):
    put(overrides / f"image/{IMAGE}/etc/motd", "{name} at {address.bootnet}, served by {server}\n")
    put(overrides / f"blade/{JS21[0]}/etc/motd", "{name} at {address.bootnet} is special\n")
    put(overrides / f"image/{IMAGE}/etc/munge/munge.key", SECRET + " of {name}\n", 0o600)


def digest_of_tree(root):
    """Of names, contents, modes, owners and times."""
    archive = subprocess.run(["tar", "--sort=name", "--numeric-owner", "--xattrs", "--pax-option=delete=atime,delete=ctime",
                              "-C", root, "-cf", "-", "."], check=True, capture_output=True)
    return hashlib.sha256(archive.stdout).hexdigest()


def public_key_of(private, directory):
    """What ssh-keygen computes from the private key."""
    file = directory / "key-of-a-blade"
    put(file, private + "\n", 0o600)
    done = subprocess.run(["ssh-keygen", "-y", "-f", file], check=True, capture_output=True, text=True)
    file.unlink()
    return done.stdout.split()[:2]


def look_inside(shell, directory):
    """Who the blade is, as its own programs see it; its host keys are whole."""
    identity = {"hostname": shell.check("hostname"), "machine-id": shell.check("cat /etc/machine-id")}
    expect(re.fullmatch("[0-9a-f]{32}", identity["machine-id"]), f"{identity}")
    for kind in KEY_KINDS:
        path = f"/etc/ssh/ssh_host_{kind}_key"
        public = shell.check(f"cat {path}.pub").split()
        expect(public_key_of(shell.check(f"cat {path}"), directory) == public[:2], f"the two parts of {path} belong together")
        expect(shell.check(f"stat -c '%a %u' {path}") == "600 0", "only root can read it")
        identity[kind] = public[1]
    return identity


def check_files(shell, blade, address, greeting):
    lines = [line.split() for line in shell.check("cat /etc/hosts").splitlines()]
    for words in ([address, blade.name], ["10.1.0.1", "is01"]):
        expect(any(line[:1] == words[:1] and words[1] in line for line in lines), f"/etc/hosts names {words}: {lines}")
    expect(["::1", "localhost", "ip6-localhost"] in lines, "the master's lines stay")
    expect(shell.check(f"ping -c 1 {blade.name} | head -n 1").find(f"({address})") > 0, "programs find the blade by its name")
    resolver = shell.check("cat /etc/resolv.conf").splitlines()
    expect("search test.cluster" in resolver and "nameserver 10.1.0.1" in resolver, f"it asks the image server for names: {resolver}")
    fstab = shell.check("cat /etc/fstab").splitlines()
    for disk in DISKS:
        expect(disk not in fstab and any(line.startswith("#") and disk in line for line in fstab), f"the master's disk is a comment: {fstab}")
    expect(any(line.startswith("devpts ") for line in fstab), f"the other lines stay: {fstab}")
    interfaces = shell.check("cat /etc/network/interfaces").splitlines()
    expect("iface lo inet loopback" in interfaces and "iface eth0 inet dhcp" not in interfaces, f"the root's interface is left alone: {interfaces}")
    expect(shell.check("cat /etc/motd") == greeting, f"{blade.name} has its own /etc/motd")
    expect(shell.check("cat /etc/munge/munge.key") == f"{SECRET} of {blade.name}", f"{blade.name} has its secret")
    expect(shell.check("stat -c '%a %u' /etc/munge/munge.key") == "600 0", "only root can read it")


def check_nobody_tells_the_secret(server):
    """Neither `dim`, whatever it is asked, nor any log."""
    questions = (("override", "list", "all"), ("override", "show", "all", "/etc/munge/munge.key"), ("override", "apply", "all", "--dry-run"),
                 ("override", "apply", "all"), ("blade", "list"), ("image", "show", IMAGE), ("image", "check", IMAGE), ("status",),
                 *(("blade", "show", blade) for blade in (JS20[0], JS21[0])))
    outputs = {}
    for words in questions:
        outputs[" ".join(words)] = server.dim(*words)
        outputs[" ".join(("--json", *words))] = server.dim("--json", *words)
    expect("/etc/munge/munge.key" in outputs["override list all"], "the file itself is told")
    for file in [*(server.directory / "logs").rglob("*"), *server.state.glob("dim.db*")]:
        if file.is_file() and not file.name.endswith(".console"):
            outputs[str(file)] = file.read_bytes().decode("latin-1")
    for where, text in outputs.items():
        expect(SECRET not in text, f"the secret is told by {where}")
        expect("PRIVATE KEY" not in text, f"a private key is told by {where}")


def body(cluster):
    server = cluster.server
    make_templates(server.overrides)
    root = make_master(cluster.directory)
    master = digest_of_tree(root)
    server.start()
    serve_image(server, IMAGE, root, cluster.blades)
    first, second = (cluster.blades[blade[0]] for blade in (JS20, JS21))

    step("two blades of one image")
    states = cluster.boot_all()
    expect(states[first.name]["generation"] == states[second.name]["generation"] == 1, "they have the same generation")
    first_shell, second_shell = first.login(), second.login()
    identities = {blade.name: look_inside(shell, cluster.directory) for blade, shell in ((first, first_shell), (second, second_shell))}
    for blade in (first, second):
        expect(identities[blade.name]["hostname"] == blade.name, f"its name: {identities}")
    for what in ("machine-id", *KEY_KINDS):
        values = {identity[what] for identity in identities.values()}
        expect(len(values) == 2 and MASTER_ID not in values, f"each has a {what} of its own: {identities}")
    greetings = {first.name: f"{first.name} at {JS20[3]}, served by is01", second.name: f"{second.name} at {JS21[3]} is special"}
    check_files(first_shell, first, JS20[3], greetings[first.name])
    check_files(second_shell, second, JS21[3], greetings[second.name])

    step("nobody tells the secret")
    check_nobody_tells_the_secret(server)
    outsider = first_shell.run("su -l alice -c 'cat /etc/munge/munge.key /etc/ssh/ssh_host_rsa_key'")
    expect(outsider[0] != 0 and "Permission denied" in outsider[1] and SECRET not in outsider[1], f"nor can a user of the blade: {outsider}")

    step("a template changes under a running blade")
    put(server.overrides / f"image/{IMAGE}/etc/motd", "{name} is in maintenance\n")
    listed = {(image["blade"], file["path"]): file["state"] for image in server.query("override", "list", "all")["images"] for file in image["files"]}
    expect(listed[first.name, "/etc/motd"] == "outdated" and listed[second.name, "/etc/motd"] == "current", f"{listed}")
    server.dim("override", "apply", "all")
    greetings[first.name] = f"{first.name} is in maintenance"
    # Again and again, until it comes; bounded by the console's timeout.
    first_shell.check(f"until [ \"$(cat /etc/motd)\" = '{greetings[first.name]}' ]; do :; done", timeout=90)
    expect(second_shell.check("cat /etc/motd") == greetings[second.name], "the template of one blade wins")

    step("the image of a blade is made anew: it is the same blade")
    first_shell.check("echo old >/root/note && sync")
    first.shut_down()
    server.wait_for_blade(first.name, "lost", 200)
    server.dim("undeploy", first.name, IMAGE, "--delete", "--yes")
    server.dim("deploy", first.name, IMAGE, "--yes")
    first.power_on()
    server.wait_for_blade(first.name, "running", 240)
    shell = first.login()
    expect(shell.run("cat /root/note")[0] != 0, "its image is a new one")
    expect(look_inside(shell, cluster.directory) == identities[first.name], "machine-id and host keys are what they were")
    check_files(shell, first, JS20[3], greetings[first.name])

    expect(digest_of_tree(root) == master, "the master is as it was")
    server.dim("image", "check", IMAGE)
    check_nobody_tells_the_secret(server)


run_case(body, services={"dns": "bind"})
