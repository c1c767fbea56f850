#!/usr/bin/env python3
"""The kernel's NFS server in NFS-Ganesha's place: a Debian 12 is the image server, and a blade boots from it; it gets its own image and
nobody else does, and it goes on when the NFS server is started anew."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import EMULATION_OPTIONS, IMAGE, unpack_distribution
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.server_machine import SOURCE, ServerMachine, make_server_machine

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "js21", "52:54:00:01:01:01", "10.1.0.11")
OTHER, _, OTHER_MAC, OTHER_ADDRESS = OTHER_BLADE = ("s01c1b02", "js21", "52:54:00:01:01:02", "10.1.0.12")
STRANGER = "10.1.0.250"
MOUNTS = ServerMachine.STATE + "/mounts"
OWN, OTHERS, SHARED = f"{MOUNTS}/blades/{NAME}/{IMAGE}", f"{MOUNTS}/blades/{OTHER}/{IMAGE}", f"{MOUNTS}/shared/{IMAGE}/1"
BY_ADMINISTRATOR = ("10.8.0.0/16", "10.9.0.0/16")
EXPORT_BY_HAND = "exportfs -o ro,no_subtree_check 10.8.0.0/16:/srv/home"  # in no file: a restart of the unit forgets it


class Client:
    """A small NFS client on a host of the bootnet."""

    def __init__(self, host):
        self._prefix = host.prefix

    def __call__(self, *words, port="reserved", text=None):
        """Whether it was answered, and what it said."""
        done = subprocess.run([*self._prefix, SOURCE / "imageserver/nfs/nfs_client.py", "--port", port, ImageServer.ADDRESS, *words],
                              capture_output=True, text=True, timeout=120, input=text)
        return done.returncode == 0, done.stdout + done.stderr


class Site:
    """The image server's machine, a blade, another blade that is a mere client, and a stranger."""

    def __init__(self, directory):
        self.directory = directory
        self.bootnet = Bootnet(address=f"{STRANGER}/24")
        self.other = Client(self.bootnet.add_host(OTHER_MAC, f"{OTHER_ADDRESS}/24"))
        self.stranger = Client(self.bootnet.host)
        definition = ImageServer(directory, services={"nfs": "nfsd"})
        for blade in (BLADE, OTHER_BLADE):
            definition.define_blade(*blade)
        files = {"granite-root": unpack_distribution(directory), "dim.conf": SOURCE / "packaging/nfs/dim.conf"}
        self.server = ServerMachine(self.bootnet, directory, definition, files)
        self.blade = Blade(NAME, KIND, MAC, self.bootnet, directory)


def set_up(server):
    step("the image server's machine starts, with exports of its administrator")
    server.start()
    shell = server.shell
    shell.check("cp /srv/dim.conf /etc/nfs.conf.d/ && mkdir -p /srv/home && echo '/srv/home 10.9.0.0/16(ro,no_subtree_check)' > /etc/exports")
    shell.check("systemctl stop nfs-server rpcbind.socket rpcbind; systemctl mask --now rpcbind.socket rpcbind rpc-statd", 120)
    step("the daemon starts the kernel's NFS server")
    server.start_daemon()
    shell.check(EXPORT_BY_HAND)
    services = {service["name"]: service["running"] for service in server.query("status")["services"]}
    expect(services.get("nfsd") and "ganesha" not in services, f"{services}")
    expect(shell.check("cat /proc/fs/nfsd/versions").split() == ["-3", "+4", "-4.0", "+4.1", "+4.2"], "only what blades need is offered")
    step("import, make a boot file, deploy")
    server.dim("image", "import", IMAGE, "/srv/granite-root", "--arch", "ppc64", "--size", "64M")
    server.dim("buildzimage", IMAGE, *[word for option in EMULATION_OPTIONS for word in ("--option", option)])
    server.dim("deploy", f"{NAME},{OTHER}", IMAGE, "--yes")
    print(shell.check("cat /etc/exports.d/dim.exports; exportfs -v; dim nfs show"))


def refuses_others(other, stranger):
    name = other("cat", OTHERS + "/etc/hostname")
    expect(name == (True, OTHER + "\n"), f"a blade reads its own image: {name}")
    for client in (other, stranger):
        for path in (OWN, OWN + "/etc/hostname"):
            expect(not client("ls", path)[0], f"{path} is refused")
    expect(not stranger("ls", OTHERS)[0], "a stranger is refused a blade's image")
    expect(not other("cat", OTHERS + "/etc/hostname", port="any")[0], "a blade's user is no root")
    expect(not other("put", "/etc/hostname", SHARED + "/usr/bin/new")[0], "the shared root is not written")
    expect(other("ls", SHARED + "/usr/bin")[0], "it is read")
    expect(stranger("ls", "/")[1].split() == ["srv"], "of the server's root it is shown the way to the shared root alone")
    expect(stranger("ls", MOUNTS)[1].split() == ["shared"], "so further down")


def forged_handles(shell, other, stranger):
    """Each byte of the first blade's handle, one and several at a time, in the other's own."""
    own = other("handle", OTHERS + "/etc")[1].strip()
    # A stranger is given the first one's image for a moment.
    shell.check(f"exportfs -i -o $(grep '^{OWN} ' /etc/exports.d/dim.exports | sed 's/.*(//; s/)//') {STRANGER}:{OWN}")
    answered, first = stranger("handle", OWN + "/etc")
    expect(answered, f"the handle to forge with: {first}")
    first = first.strip()
    shell.check(f"exportfs -u {STRANGER}:{OWN}; touch {OWN}/etc/secret")
    expect(len(own) == len(first), f"both handles are alike: {own} {first}")
    handles = [own, first] + [own[:begin] + first[begin:end] + own[end:]
                              for begin in range(0, len(own), 2) for end in range(begin + 2, len(own) + 1, 2)]
    answered, listings = other("list", text="".join(handle + "\n" for handle in handles))
    expect(answered and "hostname" in listings.splitlines()[0], f"its own handle is good: {listings[:300]}")
    expect("secret" not in listings, "no handle opens the first blade's image")
    expect(listings.splitlines()[1].startswith("refused"), "the first blade's handle is refused")


def body(site):
    server = site.server
    set_up(server)
    shell = server.shell
    step("who may what")
    refuses_others(site.other, site.stranger)
    step("forged file handles")
    forged_handles(shell, site.other, site.stranger)

    step("the blade boots")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 600)
    blade = site.blade.login()
    print(blade.check("grep nfs /proc/mounts"))
    blade.check("echo mine >/root/note && sync")
    expect(shell.check(f"cat {OWN}/root/note") == "mine", "its writes arrive")
    expect(blade.run("touch /usr/mine")[0] != 0, "the shared root is read-only")
    mount = f"mount -t nfs4 -o vers=4.1,addr={ImageServer.ADDRESS},clientaddr={ADDRESS} {ImageServer.ADDRESS}:"
    blade.check(f"{mount}{OWN} /mnt && umount /mnt")
    expect(blade.run(f"{mount}{OTHERS} /mnt")[0] != 0, "it cannot mount another blade's image")

    step("a file that the server changes is seen")
    directory = f"{ServerMachine.STATE}/images/{IMAGE}/shared/1/usr"
    shell.check(f"echo old > {directory}/note")
    blade.check("until grep -q old /usr/note; do sleep 1; done", 60)
    shell.check(f"echo new > {directory}/note.new && mv {directory}/note.new {directory}/note")
    blade.check("until grep -q new /usr/note; do sleep 1; done", 60)

    step("the NFS server is started anew under the running blade")
    blade.check("exec 3<>/root/open; echo before >&3")
    expect(all(network in shell.check("exportfs -v") for network in BY_ADMINISTRATOR), "the administrator's exports are as they were")
    shell.check(f"systemctl restart nfs-server && {EXPORT_BY_HAND}", 120)
    blade.check("echo after >&3; sync; grep -q mine /root/note; ls /usr/bin >/dev/null", 180)
    expect(shell.check(f"cat {OWN}/root/open") == "before\nafter", "a file that it had open is the same")
    step("so is the daemon, by kill -9")
    shell.check("systemctl kill -s KILL dim-imageserver; systemctl reset-failed dim-imageserver; true")
    server.start_daemon()
    blade.check("echo later >>/root/note && sync", 120)

    step("a blade loses its power with a file open; the kernel would keep its image for a day, but it can be deleted")
    site.blade.power_off()
    server.wait_for_blade(NAME, "lost", 300)
    server.dim("undeploy", NAME, IMAGE, "--delete", "--yes")
    expect(OWN not in shell.check("exportfs -v; findmnt; cat /etc/exports.d/dim.exports"), "nothing of it is left")
    expect(site.other("cat", OTHERS + "/etc/hostname")[0], "the other image is served")
    exports = shell.check("exportfs -v")
    expect(all(network in exports for network in BY_ADMINISTRATOR), f"the administrator's exports are as they were: {exports}")
    step("teardown")
    shell.check("systemctl stop dim-imageserver; imageserver --state " + ServerMachine.STATE + " --run /run/dim --teardown", 180)
    left = shell.check("exportfs -v; findmnt; ls /etc/exports.d")
    expect(all(network in left for network in BY_ADMINISTRATOR), f"the administrator's exports stay after a teardown, too: {left}")
    expect(MOUNTS not in left and "dim.exports" not in left, f"nothing of DIM's is left: {left}")


make_server_machine()
run_case(body, make_cluster=Site)
