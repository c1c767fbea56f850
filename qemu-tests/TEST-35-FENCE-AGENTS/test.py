#!/usr/bin/env python3
"""Programs of others see and switch the emulated chassis as they do real ones: fence_ibmblade, fence_bladecenter, snmpwalk, snmpset."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, step
from lib.chassis import Emulator
from lib.sandbox import run_in_sandbox

ADDRESS = "127.0.0.2"
COMMUNITY = "opensesame"
POWER_STATES = "1.3.6.1.4.1.2.3.51.2.22.1.5.1.1.4"
POWER_ON_OFF = "1.3.6.1.4.1.2.3.51.2.22.1.6.1.1.7"
ON, OFF = 0, 2  # what an agent for a cluster ends with when it is asked for the status
# A machine that does nothing, so that it costs nothing: its processors never start.
MACHINE = {"arguments": ["qemu-system-ppc64", "-M", "pseries", "-S", "-nodefaults", "-display", "none", "-netdev", "hubport,id=net0,hubid=0",
                         "-device", "spapr-vlan,netdev=net0,mac={mac}"]}


def run(*words, code=0):
    """Its output; it must end with CODE."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False)
    expect(done.returncode == code, f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def snmp(program, *words):
    return run(program, "-v", "1", "-c", COMMUNITY, "-Onq", "-m", "", ADDRESS, *words).splitlines()


def by_snmp(*words, code=0):
    return run("fence_ibmblade", "--ip", ADDRESS, "--community", COMMUNITY, "--power-wait", 0, *words, code=code)


def by_telnet(*words, code=0):
    return run("fence_bladecenter", "--ip", ADDRESS, "--username", "USERID", "--password", "PASSW0RD", "--power-wait", 0, *words, code=code)


def check_agent(fence, chassis, bay):
    """On, off, reboot, status and list."""
    plug = ("--plug", bay)
    fence("--action", "status", *plug, code=OFF)
    fence("--action", "on", *plug)
    fence("--action", "status", *plug)
    chassis.catch_up()
    machine = chassis.last(f"machine bay={bay} ")
    fence("--action", "reboot", *plug)
    chassis.catch_up()
    expect(chassis.last(f"power bay={bay} ") == f"power bay={bay} on", "it is on again")
    expect(chassis.last(f"machine bay={bay} ") != machine, "it was off")
    expect(f"{bay}," in fence("--action", "list"), "it is listed")
    fence("--action", "off", *plug)
    fence("--action", "status", *plug, code=OFF)
    chassis.catch_up()
    expect(chassis.last(f"power bay={bay} ") == f"power bay={bay} off", "it is off")


def check_snmp_programs(chassis):
    def states():
        return [int(line.split()[1]) for line in snmp("snmpwalk", POWER_STATES)]

    expect(states() == [1] + 13 * [0], f"{states()}")
    expect(snmp("snmpset", f"{POWER_ON_OFF}.3", "i", "1") == [f".{POWER_ON_OFF}.3 1"], "it is taken")
    chassis.wait_for("power bay=3 on", 20)
    expect(states() == [1, 0, 1] + 11 * [0], f"{states()}")
    snmp("snmpset", f"{POWER_ON_OFF}.3", "i", "0")
    expect(states() == [1] + 13 * [0], f"{states()}")


def main(directory):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    machine = directory / "machine.json"
    machine.write_text(json.dumps(MACHINE))
    chassis = Emulator(directory / "logs" / "chassis.log", "--listen", f"{ADDRESS}:161", "--telnet", f"{ADDRESS}:23", "--community", COMMUNITY,
                       "--bay", "1=js20,on", "--bay", "3=js21,name=db", "--machine", f"3={machine}")
    step("snmpwalk and snmpset")
    check_snmp_programs(chassis)
    step("fence_ibmblade, by SNMP")
    check_agent(by_snmp, chassis, 3)
    step("fence_bladecenter, by telnet")
    check_agent(by_telnet, chassis, 3)
    chassis.end()
    step("passed")
    return 0


sys.exit(run_in_sandbox("TEST-35-FENCE-AGENTS", main, logs_to=os.environ.get("DIM_TEST_LOGS")))
