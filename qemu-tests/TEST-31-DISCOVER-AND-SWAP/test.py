#!/usr/bin/env python3
"""Blades whose definition has no MACs: their chassis tells them. A board that is replaced, and two that are exchanged, are recognised;
the blade in a bay keeps name, address, image and what it wrote. One that the chassis does not tell is learned from its alert."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.blade import Blade
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image

FIRST, SECOND, THIRD = JS20[0], JS21[0], "s01c1b03"
BOARD, OTHER_BOARD, SPARE_BOARD, THIRD_BOARD = JS20[2], JS21[2], "52:54:00:01:01:99", "52:54:00:01:01:03"
OTHER_IMAGE = "basalt"
IMAGES = {FIRST: IMAGE, SECOND: OTHER_IMAGE}
COMMUNITY = "private"


class Chassis:
    """The emulated management module: states only, and what is in its bays."""

    def __init__(self, directory):
        log = open(directory / "logs" / "chassis.log", "wb")
        self._process = subprocess.Popen(
            [pathlib.Path(os.environ["DIM_BIN"]) / "chassis", "--community", COMMUNITY, "--end-with-input"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.port = int(self._process.stdout.readline().strip().rpartition(":")[2])

    def put(self, bay, kind, mac=None):
        """A blade whose first port has MAC, or "empty"."""
        self._process.stdin.write(f"bay {bay}={kind}{f',mac={mac}' if mac else ''}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:  # events of the bay may come first
            if line.strip() == "ok":
                return
            expect(line.strip() != "wrong", f"bay {bay} refused")
        raise AssertionError("the chassis ended")

    def end(self):
        self._process.stdin.close()
        self._process.wait(30)


def define(server, port, credentials):
    """Two blades without a MAC, and the module that knows theirs."""
    server.cluster_file.write_text(f"""<cluster xmlns="urn:dim:cluster:1" name="test">
  <network name="bootnet" role="bootnet" address="10.1.0.0/24"/>
  <network name="mmnet" role="management" address="127.0.0.0/8"/>
  <level name="server" symbol="s" width="2" last="1">
    <component name="server" role="server" pattern="is{{server}}" linear="is">
      <interface network="bootnet" device="boot0" address="{server.ADDRESS}"/>
    </component>
    <level name="chassis" symbol="c" last="1">
      <component name="mm" role="management-module" pattern="s{{server}}c{{chassis}}mm">
        <interface network="mmnet" address="127.0.0.1"/>
      </component>
      <level name="blade" symbol="b" width="2" last="3">
        <component name="blade" role="blade" type="js20">
          <interface network="bootnet" address="10.1.0.{{blade+10}}"/>
        </component>
      </level>
    </level>
  </level>
  <set for="{SECOND}" type="js21"/>
  <set for="kind=mm">
    <property name="snmp-port" value="{port}"/>
    <property name="credentials" value="{credentials}"/>
  </set>
</cluster>
""")


def findings(server, *words):
    """What `dim blade discover` finds: (change, MAC, other) by blade."""
    answer = server.query("blade", "discover", *words)
    return answer["applied"], {row["blade"]: (row["change"], row.get("mac"), row.get("other")) for row in answer["blades"]}


def hosts(server):
    """What DHCP tells whom."""
    return {host["blade"]: host["mac"] for host in server.query("dhcp", "show")["hosts"]}


def check_new(cluster, chassis):
    server = cluster.server
    expect(hosts(server) == {}, "without a MAC there is no blade for DHCP")
    chassis.put(1, "js20", BOARD)
    chassis.put(2, "js21", OTHER_BOARD)
    applied, found = findings(server, "all", "--dry-run")
    expect(not applied and hosts(server) == {}, "a dry run changes nothing")
    expect(found[FIRST] == ("new", BOARD, None) and found[SECOND][0] == "new", f"new ones: {found}")
    expect(found[THIRD][0] == "empty", f"no blade in bay 3: {found}")
    refused = server.refusal("blade", "discover")
    expect(refused.code == 4 and "change the MACs of 2 blades" in refused.message, f"it asks first: {refused}")
    findings(server, "--yes")
    expect(hosts(server) == {FIRST: BOARD, SECOND: OTHER_BOARD}, f"learned: {hosts(server)}")
    expect("learned: bladecenter-snmp" in server.dim("blade", "show", FIRST), "it is told where the MAC comes from")
    expect("s01c1mm, bay 1" in server.dim("cluster", "explain", FIRST), "and where it was seen")


def prepare_images(cluster):
    """Each bay its own image, which says which one it is."""
    cluster.prepare()
    root = cluster.directory / "granite-root"
    (root / "etc/stone").write_text(OTHER_IMAGE + "\n")
    serve_image(cluster.server, OTHER_IMAGE, root, [SECOND])


def insert(cluster, kind, mac):
    """A board, in some bay, that is switched on."""
    board = Blade(f"board-{mac[-2:]}", kind, mac, cluster.bootnet, cluster.directory)
    board.power_on()
    return board


def write_notes(cluster):
    """One blade does it itself; that of the other one is written on the server."""
    board = insert(cluster, "js20", BOARD)
    cluster.server.wait_for_blade(FIRST, "running", mac=BOARD)
    board.login().check(f"echo 'of {FIRST}' >/root/note && sync")
    board.power_off()
    (cluster.server.blade_root(SECOND, OTHER_IMAGE) / "root/note").write_text(f"of {SECOND}\n")


def wait_for_bay(server, name, mac, board):
    """The blade with the board has all that its bay had."""
    status = server.wait_for_blade(name, "running", mac=mac)
    expect(status["address"] == f"10.1.0.{int(name[-2:]) + 10}", f"the address is the bay's: {status}")
    expect(status["image"] == IMAGES[name], f"the image is the bay's: {status}")
    shell = board.login()
    expect(shell.check("hostname; cat /root/note") == f"{name}\nof {name}", "and so are name and what was written")
    expect((shell.run("grep -q basalt /etc/stone")[0] == 0) == (IMAGES[name] == OTHER_IMAGE), "it runs that image")


def wait_for_alert(server, mac):
    server.wait_for(lambda s: any(a["kind"] == "unknown-mac" and a["origin"] == mac for a in s["alerts"]), 120, "the alert")


def alerts(server):
    return [alert["origin"] for alert in server.query("status")["alerts"] if alert["kind"] == "unknown-mac"]


def check_replaced(cluster, chassis):
    server = cluster.server
    chassis.put(1, "js20", SPARE_BOARD)
    spare = insert(cluster, "js20", SPARE_BOARD)
    wait_for_alert(server, SPARE_BOARD)
    applied, found = findings(server, "--yes")
    expect(applied and found[FIRST] == ("changed", SPARE_BOARD, None) and found[SECOND][0] == "same", f"replaced: {found}")
    expect(alerts(server) == [], "the alert is gone")
    wait_for_bay(server, FIRST, SPARE_BOARD, spare)
    spare.power_off()


def check_exchanged(cluster, chassis):
    server = cluster.server
    chassis.put(1, "js21", OTHER_BOARD)
    chassis.put(2, "js20", SPARE_BOARD)
    expect("is that of" in server.refusal("blade", "discover", FIRST, "--yes").message, "half an exchange is refused")
    expect(server.refusal("blade", "learn", FIRST, OTHER_BOARD).message.count(SECOND) > 0, "by hand, too")
    expect(hosts(server) == {FIRST: SPARE_BOARD, SECOND: OTHER_BOARD}, "and changes nothing")
    applied, found = findings(server, "--yes")
    expect(applied and found[FIRST] == ("exchanged", OTHER_BOARD, SECOND), f"exchanged: {found}")
    expect(found[SECOND] == ("exchanged", SPARE_BOARD, FIRST), f"exchanged: {found}")
    expect(hosts(server) == {FIRST: OTHER_BOARD, SECOND: SPARE_BOARD}, f"as one: {hosts(server)}")
    boards = {FIRST: insert(cluster, "js21", OTHER_BOARD), SECOND: insert(cluster, "js20", SPARE_BOARD)}
    for name, mac in ((FIRST, OTHER_BOARD), (SECOND, SPARE_BOARD)):
        wait_for_bay(server, name, mac, boards[name])


def learn_from_alert(server):
    """Its board asks already."""
    wait_for_alert(server, THIRD_BOARD)
    server.dim("blade", "learn", THIRD, THIRD_BOARD)
    expect(alerts(server) == [], "the alert is gone")
    status = server.wait_for_blade(THIRD, "running", mac=THIRD_BOARD)
    expect(status["address"] == "10.1.0.13" and status["image"] == IMAGE, f"it boots as its bay: {status}")


def body(cluster):
    credentials = cluster.directory / "mm.key"
    credentials.write_text(f"community {COMMUNITY}\n")
    credentials.chmod(0o600)
    chassis = Chassis(cluster.directory)
    try:
        define(cluster.server, chassis.port, credentials)
        step("a definition without MACs")
        prepare_images(cluster)
        step("the chassis tells them")
        check_new(cluster, chassis)
        step("a blade boots, and writes something down")
        write_notes(cluster)
        step("the board of one is replaced, and asks for an address in vain")
        check_replaced(cluster, chassis)
        step("two are exchanged: each boots what its bay boots; a third asks for an address in vain")
        cluster.server.dim("deploy", THIRD, IMAGE, "--yes")
        insert(cluster, "js20", THIRD_BOARD)
        check_exchanged(cluster, chassis)
        step("the third is learned from its alert, and boots")
        learn_from_alert(cluster.server)
        step("what was learned outlives the daemon")
        cluster.server.kill()
        cluster.server.start()
        expect(hosts(cluster.server) == {FIRST: OTHER_BOARD, SECOND: SPARE_BOARD, THIRD: THIRD_BOARD}, "after kill -9")
    finally:
        chassis.end()


run_case(body)
