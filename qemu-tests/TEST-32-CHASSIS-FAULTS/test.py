#!/usr/bin/env python3
"""Four chassis of which some misbehave, in each version of SNMP: what a fault costs is told of its own blades, and costs others nothing.
A redundant module stands in for one that is silent."""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, step
from lib.chassis import Emulator
from lib.sandbox import run_in_sandbox

CHASSIS = (1, 2, 3, 4)
BAYS = 14
TIMEOUT = 1.0  # of each request, in seconds
RETRIES = 1
PATIENCE = TIMEOUT * (RETRIES + 1)  # what a silent chassis costs
CREDENTIALS = {"v1": "community opensesame\n", "v3": "user dim\nauth sha passphrase one\nprivacy des passphrase two\n"}
WRONG = {"v1": "community guess\n", "v3": "user dim\nauth sha passphrase six\nprivacy des passphrase two\n"}
PARTNER = "s01c1mb"  # of the first chassis, in one of the tests
USER = "dim SHA \"passphrase one\" DES \"passphrase two\""


class Site:
    """The chassis, what the definition says of them, and `dim` without a daemon."""

    def __init__(self, directory, version):
        self._directory = directory
        self.version = version
        self.chassis = {number: self._emulate(number) for number in CHASSIS}
        self._cluster = directory / f"{version}.xml"
        self._partner = None
        self.give_credentials(CREDENTIALS[version])

    def _emulate(self, number):
        bays = [word for bay in range(1, BAYS + 1) for word in ("--bay", f"{bay}=js20,on")]
        return Emulator(self._directory / "logs" / f"{self.version}-{number}.log", "--listen", f"127.0.0.{10 + number}:161",
                        "--community", "opensesame", "--user", USER, "--reset-time", 500, *bays)

    def add_partner(self):
        """The other module of the first chassis. Its blades are others: nothing is switched but by it."""
        self._partner = self._emulate(11)
        self.give_credentials(CREDENTIALS[self.version])
        return self._partner

    def remove_partner(self):
        self._partner.end()
        self._partner = None
        self.give_credentials(CREDENTIALS[self.version])

    def give_credentials(self, text, number=None):
        """To one chassis, or to all."""
        for each in [number] if number else CHASSIS:
            file = self._directory / f"{self.version}-{each}.key"
            file.touch(0o600)
            file.write_text(text)
        credentials = "".join(
            f"  <set for=\"s01c{each}mm\"><property name=\"credentials\" value=\"{self._directory}/{self.version}-{each}.key\"/></set>\n"
            for each in CHASSIS)
        if self._partner:
            credentials += (f"  <set for=\"s01c1mm\"><property name=\"partner\" value=\"{PARTNER}\"/></set>\n"
                            f"  <set for=\"{PARTNER}\"><property name=\"credentials\" value=\"{self._directory}/{self.version}-1.key\"/></set>\n")
        absent = "s01c[2-4]mb" if self._partner else "s01c[1-4]mb"
        self._cluster.write_text(f"""<cluster xmlns="urn:dim:cluster:1" name="site">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="mmnet" role="management" address="127.0.0.0/24"/>
  <level name="server" symbol="s" width="2" last="1">
    <component name="server" role="server"><interface network="bootnet" device="boot0" address="10.1.0.1"/></component>
    <level name="chassis" symbol="c" last="{len(CHASSIS)}">
      <component name="mm" role="management-module" pattern="s{{server}}c{{chassis}}mm">
        <interface network="mmnet" address="127.0.0.{{chassis+10}}"/>
      </component>
      <component name="mb" role="management-module" pattern="s{{server}}c{{chassis}}mb">
        <interface network="mmnet" address="127.0.0.{{chassis+20}}"/>
      </component>
      <level name="blade" symbol="b" width="2" last="{BAYS}">
        <component name="blade" role="blade" type="js20"><interface network="bootnet" address="10.1.{{chassis}}.{{blade}}"/></component>
      </level>
    </level>
  </level>
  <absent for="{absent}"/>
{credentials}</cluster>
""")

    def bctool(self, *words, retries=RETRIES):
        """Exit code, answers by blade, and seconds."""
        begin = time.monotonic()
        done = subprocess.run([pathlib.Path(os.environ["DIM_BIN"]) / "dim", "bctool", "--cluster", self._cluster, "--json", "--timeout",
                               str(int(TIMEOUT * 1000)), "--retries", str(retries), *words],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        rows = json.loads(done.stdout)["blades"]
        return done.returncode, {row["blade"]: row for row in rows}, time.monotonic() - begin

    def end(self):
        for emulator in self.chassis.values():
            emulator.end()


def of(number):
    return {f"s01c{number}b{bay:02}" for bay in range(1, BAYS + 1)}


def summary(rows):
    """What is said, by chassis."""
    said = {}
    for name, row in rows.items():
        said.setdefault(name[:5], set()).add(row.get("error", row.get("state")))
    return said


def expect_all_on(site, *words):
    code, rows, seconds = site.bctool("all", "power", "state", *words)
    expect(code == 0 and {row.get("state") for row in rows.values()} == {"on"}, f"{code} {summary(rows)}")
    expect(len(rows) == len(CHASSIS) * BAYS, f"{len(rows)} blades")
    return seconds


def expect_failed(site, broken, why, at_most):
    """The blades of the chassis BROKEN fail for the reason WHY; the others do not."""
    code, rows, seconds = site.bctool("all", "power", "state")
    failed = {name for name, row in rows.items() if why in row.get("error", "")}
    expect(code == 1 and failed == set().union(*map(of, broken)), f"{code} {summary(rows)}")
    expect(all(row["state"] == "on" for name, row in rows.items() if name not in failed), f"the others answer: {summary(rows)}")
    expect(seconds < at_most, f"{len(broken)} broken chassis cost {seconds:.1f} s")


def silent(site):
    """Three chassis answer nothing: all three together cost what one costs."""
    for number in (1, 2, 4):
        site.chassis[number].tell("silent on")
    expect_failed(site, (1, 2, 4), "no answer to 2 requests", 2 * PATIENCE)
    for number in (1, 2, 4):
        site.chassis[number].tell("silent off")


def slow(site):
    """A chassis answers later than a request waits: with the request that is sent again it is in time."""
    site.chassis[2].tell(f"slow {int(TIMEOUT * 1300)}")
    if site.version == "v1":  # version 3 asks for the module's time first, which is one more request
        seconds = expect_all_on(site)
        expect(seconds > TIMEOUT, f"it was slow: {seconds:.1f} s")
    site.chassis[2].tell(f"slow {int(PATIENCE * 2000)}")
    expect_failed(site, (2,), "no answer", 2 * PATIENCE)
    site.chassis[2].tell("slow 0")


def wrong_credentials(site):
    """One chassis knows other words than we do; the error does not say which."""
    site.give_credentials(WRONG[site.version], 3)
    expect_failed(site, (3,), "no answer" if site.version == "v1" else "refuses the user", 2 * PATIENCE)
    _, rows, _ = site.bctool("s01c3b01", "power", "state")
    expect("guess" not in str(rows) and "passphrase" not in str(rows), f"{rows}")
    site.give_credentials(CREDENTIALS[site.version], 3)


def too_big(site):
    """A chassis refuses more than three objects in a request: it is asked for fewer."""
    site.chassis[4].tell("too-big 3")
    expect_all_on(site)
    site.chassis[4].tell("too-big 0")


def reset_within_a_command(site):
    """The module of a chassis restarts behind each request of a command in turn: the command is done, or says that it is not."""
    chassis, blade = site.chassis[1], "s01c1b05"
    done = 0
    for request in range(1, 6):
        before = chassis.line_count
        chassis.tell(f"reset-after {request}")
        code, rows, _ = site.bctool(blade, "power", "off", "--yes")
        chassis.tell("reset-after 0")  # answered behind all that it tells of the command
        was_sent = chassis.last("power bay=5 ") == "power bay=5 off"
        expect(code == (0 if "after" in rows[blade] else 1), f"{code} {rows}")
        expect(code != 0 or was_sent, f"it was not switched off: {rows}")
        expect(set(rows) == {blade}, f"{rows}")
        done += code == 0
        if any(line == "module restarts" for _, line in chassis.lines[before:]):
            chassis.wait_for("module is back", 20, before)
        _, rows, _ = site.bctool(blade, "power", "on")
        expect(rows[blade]["after"] == "on", f"it is found again: {rows}")
    expect(done == 5, f"a restart of {0.5} s is shorter than our patience, but only {done} of 5 commands were done")
    expect_all_on(site)


def restart_is_sent_once(site):
    """A command that does something each time it comes is not repeated when its answer is lost."""
    chassis = site.chassis[1]
    chassis.tell("mute on")
    code, rows, _ = site.bctool("s01c1b06", "reset", "--yes", retries=6)
    chassis.tell("mute off")  # answered behind all that it tells of the command
    expect(code == 1 and "may have been carried out" in rows["s01c1b06"]["error"], f"{rows}")
    expect_all_on(site)
    restarts = [line for _, line in chassis.lines if line == "restart bay=6"]
    expect(len(restarts) == 1, f"{restarts}")


def fail_over(site):
    """The first module of a chassis is silent: its partner is asked and commanded. When both are silent, both are named."""
    first, partner = site.chassis[1], site.add_partner()
    blade = "s01c1b03"
    _, rows, _ = site.bctool(blade, "power", "state")
    expect(rows[blade]["state"] == "on" and PARTNER not in str(rows), f"the first one answers: {rows}")
    commands = first.line_count
    first.tell("silent on")
    code, rows, _ = site.bctool("s01c1", "power", "state")
    expect(code == 0 and set(rows) == of(1) and {row["state"] for row in rows.values()} == {"on"}, f"{code} {summary(rows)}")
    expect(PARTNER in str(rows[blade]), f"who answered is told: {rows}")
    code, rows, _ = site.bctool(blade, "power", "off", "--yes")
    expect(code == 0 and rows[blade]["before"] == "on" and rows[blade]["after"] == "off", f"{code} {rows}")
    partner.tell("silent on")  # answered behind all that it tells of the command
    expect(partner.last("power bay=") == "power bay=3 off", "it went to the partner")
    code, rows, seconds = site.bctool(blade, "power", "on")
    expect(code == 1 and f"neither it nor its partner {PARTNER} answers: 127.0.0.11" in rows[blade]["error"], f"{code} {rows}")
    expect(seconds < 4 * PATIENCE, f"{seconds:.1f} s")
    first.tell("silent off")
    expect(not any(line.startswith("power") for _, line in first.lines[commands:]), "and not to the first one")
    site.remove_partner()
    expect_all_on(site)


def main(directory):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for version in CREDENTIALS:
        site = Site(directory, version)
        expect_all_on(site)
        for fault in (silent, slow, wrong_credentials, too_big, reset_within_a_command, restart_is_sent_once, fail_over):
            step(f"{version}: {fault.__name__}: {fault.__doc__}")
            fault(site)
        site.end()
    step("passed")
    return 0


sys.exit(run_in_sandbox("TEST-32-CHASSIS-FAULTS", main, logs_to=os.environ.get("DIM_TEST_LOGS")))
