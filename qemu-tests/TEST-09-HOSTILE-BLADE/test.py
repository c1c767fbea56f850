#!/usr/bin/env python3
"""On a blade that runs, first one of its users and then its root turn against the image server and the other blade: each
attack is refused or contained and seen in `dim status`, and the other blade notices nothing."""
import errno
import http.client
import json
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent.parent), str(HERE.parents[2] / "imageserver/nfs")]
import nfs_client
from lib import relay
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21
from lib.image_server import DimFailed

HOSTILE, HOSTILE_MAC, HOSTILE_ADDRESS = JS20[0], JS20[2], JS20[3]
OTHER, OTHER_MAC, OTHER_ADDRESS = JS21[0], JS21[2], JS21[3]
AGENT_PORT = 7443
# Each once, because one of before may linger; neither the agent nor the kernel's NFS client uses them.
RESERVED_PORTS = iter(range(511, 0, -1))
SECOND = 1_000_000
FORGED = {"token": "0" * 32, "now_us": 100 * SECOND}
RUNNING = {**FORGED, "init": "/sbin/init", "init_started_us": SECOND}
HEARTBEAT = {**FORGED, "memory_available_bytes": 1, "processes": 1, "load": 0.0}


def boot_request(mac, now_us=100 * SECOND):
    return {"mac": mac, "architecture": "ppc64", "machine": "forged", "memory_bytes": 1, "cpus": 1, "kernel": "forged",
            "agent_version": "forged", "attempt": 1, "agent_started_us": SECOND, "stages": [], "earlier_failures": [],
            "now_us": now_us}


def enrolment_request(mac):
    return {"mac": mac, "image": IMAGE, "generation": 1, "init": "/sbin/init", "init_started_us": SECOND, "now_us": 100 * SECOND}


class Attacker:
    """A user of the hostile blade, or its root, whose connections come from a reserved port."""

    def __init__(self, shell, server, user):
        self._shell = shell
        self._server = server
        self._user = user

    def connect(self, port):
        source = next(RESERVED_PORTS) if self._user == "root" else 0
        return relay.connect(self._shell, self._server.ADDRESS, port, self._user, source)

    def nfs(self):
        return nfs_client.Client(self.connect(nfs_client.NFS_PORT), uid=0)

    def post(self, target, message):
        """Status and answer of the agents' API. MESSAGE may be made when the connection is there."""
        connection = http.client.HTTPConnection(self._server.name)
        connection.sock = relay.over_tls(self.connect(AGENT_PORT))
        connection.request("POST", target, json.dumps(message() if callable(message) else message), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body) if body else {}


def alert(server, kind, origin):
    """The alert, as soon as `dim status` tells it."""
    def found(status):
        return next((a for a in status["alerts"] if a["kind"] == kind and a["origin"] == origin), None)

    return found(server.wait_for(found, 60, f"an alert {kind} of {origin}"))


def must_be_refused(call, what):
    try:
        result = call()
    except nfs_client.Refused:
        return
    raise AssertionError(f"{what} must be refused: {result}")


def claim_to_be_root_over_nfs(shell, server):
    """A user claims uid 0 to the NFS server."""
    own, shared = f"/blades/{HOSTILE}/{IMAGE}", f"/shared/{IMAGE}/1"
    alice, root = Attacker(shell, server, "alice").nfs(), Attacker(shell, server, "root").nfs()
    expect("etc" in root.names(*root.walk(own)), "the blade's root may: so a refusal is a refusal")
    handle = root.handle(own + "/etc")
    for path in (own, shared):
        must_be_refused(lambda path=path: alice.names(*alice.walk(path)), f"a user's {path}")
    by_handle = nfs_client.number(nfs_client.PUTFH) + nfs_client.opaque(handle)
    expect("passwd" in root.names(by_handle), "the handle is good")
    must_be_refused(lambda: alice.names(by_handle), "a user's file handle")
    expect(root.versions() == [1, 2], "no older version of the protocol is offered")
    must_be_refused(lambda: root.names(*root.walk(f"/blades/{OTHER}/{IMAGE}")), "another blade's image")
    root.end()
    alice.end()


def speak_as_the_agent(shell, server):
    """A user asks for a boot of its blade, to report in its name."""
    alice = Attacker(shell, server, "alice")
    attempts = {"/v1/agent/boots": boot_request(HOSTILE_MAC), "/v1/agent/enrolments": enrolment_request(HOSTILE_MAC),
                f"/v1/agent/boots/{HOSTILE}-1/running": RUNNING, f"/v1/agent/boots/{HOSTILE}-1/heartbeats": HEARTBEAT}
    for target, message in attempts.items():
        status, answer = alice.post(target, message)
        expect(status == 403 and "any user" in answer["detail"], f"a user's {target}: {status} {answer}")
    seen = alert(server, "user-port", HOSTILE_ADDRESS)
    expect(seen["count"] == len(attempts) and seen.get("cure"), f"each is counted: {seen}")


def speak_for_another_blade(shell, server):
    """The blade's root asks and reports in the name of the other one, and with tokens it made up."""
    root = Attacker(shell, server, "root")
    for target, message in {"/v1/agent/boots": boot_request(OTHER_MAC),
                            "/v1/agent/enrolments": enrolment_request(OTHER_MAC)}.items():
        status, answer = root.post(target, message)
        expect(status == 403, f"{target} with the other's MAC: {status} {answer}")
    alert(server, "unknown-address", HOSTILE_ADDRESS)
    codes = {}
    for number in range(1, 9):  # its own boot and the other's are among them
        for name in (HOSTILE, OTHER):
            codes[f"{name}-{number}"], _ = root.post(f"/v1/agent/boots/{name}-{number}/heartbeats", HEARTBEAT)
    expect(set(codes.values()) == {403, 404}, f"no forged token is taken: {codes}")
    expect(all(codes[name] == 404 for name in codes if name.startswith(OTHER)), f"the other's boots are not even there: {codes}")
    alert(server, "wrong-token", HOSTILE_ADDRESS)


def take_the_others_address(shell, server):
    """The blade's root gives itself the address of the other one."""
    shell.check(f"ping -c 1 -W 10 {server.ADDRESS}")
    device = shell.check(f"ip -4 -o address | grep {HOSTILE_ADDRESS}/").split()[1]
    shell.check(f"ip address add {OTHER_ADDRESS}/24 dev {device}")
    # To find the server anew it announces the address as its own. The echo goes out; its answer goes to the other's MAC.
    shell.check(f"ip neigh flush dev {device}")
    status, output = shell.run(f"ping -c 3 -W 3 -I {OTHER_ADDRESS} {server.ADDRESS}")
    shell.check(f"ip address del {OTHER_ADDRESS}/24 dev {device}")
    expect(status != 0 and "0 packets received" in output, f"an address alone is no blade: {output}")


def take_the_monitors_place(shell, server):
    """The blade's root begins a new boot of its own blade: its monitor's token is worth nothing, until it enrols again."""
    uptime, then = float(shell.check("cat /proc/uptime").split()[0]), time.monotonic()
    # The server takes it for the boot that runs only while the clock is true when it is told.
    status, plan = Attacker(shell, server, "root").post(
        "/v1/agent/boots", lambda: boot_request(HOSTILE_MAC, int((uptime + time.monotonic() - then) * SECOND)))
    expect(status == 200, f"root is the blade: {status} {plan}")
    server.wait_for(lambda _: any("known again" in e["text"] for e in server.story_of(HOSTILE)["events"]), 60,
                    "the monitor enrols again")
    server.wait_for_blade(HOSTILE, "running", 60)


def flood(shell, server):
    """A user holds as many connections as the server gives, and says nothing; and sends rubbish."""
    shell.check(f"(su alice -c 'for i in $(seq 40); do nc {server.ADDRESS} {AGENT_PORT} </dev/zero >/dev/null 2>&1 & done; "
                f"for i in $(seq 20); do sleep 60 | nc {server.ADDRESS} {AGENT_PORT} & done; wait' >/dev/null 2>&1 &)")
    kinds = {"too-many", "tls"}
    server.wait_for(lambda status: kinds <= {a["kind"] for a in status["alerts"] if a["origin"] == HOSTILE_ADDRESS}, 120,
                    f"alerts {kinds} of {HOSTILE_ADDRESS}")
    server.dim("status", timeout=20)


def plant_links(shell, server):
    """The blade's root plants links to a file of the server, where an administrator writes into its image."""
    kept = server.directory / "kept"
    kept.write_text("the server's own\n")
    links = {"absolute": kept, "relative": "../" * 30 + str(kept).lstrip("/")}
    for name, target in links.items():
        shell.check(f"ln -s {target} /etc/{name}.conf")
    shell.check("mkdir /srv/real && ln -s real /srv/linked && echo mine >/srv/linked/file && ln -s ../etc/passwd /srv/passwd && sync")
    expect("root:" in shell.check("cat /srv/passwd"), "the blade follows its own links")
    root = server.blade_root(HOSTILE, IMAGE)
    for path in [f"etc/{name}.conf" for name in links] + ["srv/linked/file"]:
        try:
            (root / path).write_text("an administrator's\n")
        except OSError as error:
            expect(error.errno == errno.ELOOP, f"a link is not followed: {path}: {error}")
        else:
            raise AssertionError(f"a link of the blade was followed: {path}")
    for name in links:
        try:
            server.dim("blade", "exec", "--yes", HOSTILE, "--", "sh", "-c", f"echo changed >/etc/{name}.conf")
        except DimFailed as refused:
            expect("exit code 1" in refused.message, f"in the blade's root there is no such file: {refused}")
    expect(kept.read_text() == "the server's own\n", "the server's file is as it was")
    server.dim("blade", "exec", "--yes", HOSTILE, "--", "sh", "-c", "echo administrator >/srv/linked/file")
    expect("administrator" in shell.check("cat /srv/real/file"), "the safe way reaches what the link means on the blade")


def fill_its_image(shell, server):
    """The blade's root fills its image."""
    status, output = shell.run("dd if=/dev/zero of=/srv/everything bs=64k conv=fsync", timeout=240)
    expect(status != 0 and "No space left" in output, f"the size of its image is its quota: {output}")
    images = server.query("blade", "list")["blade_images"]
    expect(all(image["mounted"] and "cause" not in image for image in images), f"no image was damaged: {images}")
    shell.check("rm /srv/everything && sync", 60)


class Bystander:
    """The other blade, which must notice nothing."""

    def __init__(self, blade, server):
        self._shell = blade.login()
        self._server = server
        self._heard = server.status_of(OTHER)["last_heard"]
        self._story = len(server.story_of(OTHER)["events"])

    def check(self):
        self._shell.check("dd if=/dev/urandom of=/root/work bs=64k count=16 2>/dev/null && sync && sha256sum /root/work", 60)
        status = self._server.wait_for(lambda s: self._status(s)["last_heard"] > self._heard, 60, f"a heartbeat of {OTHER}")
        self._heard = self._status(status)["last_heard"]
        expect(self._status(status)["state"] == "running", f"the other blade runs: {self._status(status)}")
        new = self._server.story_of(OTHER)["events"][self._story:]
        expect(not new, f"nothing happened to the other blade: {new}")
        expect(not [a for a in status["alerts"] if a["origin"] == OTHER_ADDRESS], f"nobody blames it: {status['alerts']}")

    @staticmethod
    def _status(status):
        return next(b for b in status["blades"] if b["name"] == OTHER)


ATTACKS = (claim_to_be_root_over_nfs, speak_as_the_agent, speak_for_another_blade, take_the_others_address, plant_links,
           fill_its_image, take_the_monitors_place, flood)


def body(cluster):
    cluster.prepare()
    cluster.boot_all()
    shell = cluster.blades[HOSTILE].login()
    relay.install(cluster.server.blade_root(HOSTILE, IMAGE))
    bystander = Bystander(cluster.blades[OTHER], cluster.server)
    for attack in ATTACKS:
        step(f"{attack.__name__}: {attack.__doc__}")
        attack(shell, cluster.server)
        bystander.check()
    cluster.power_off()


run_case(body, stands_back=False)
