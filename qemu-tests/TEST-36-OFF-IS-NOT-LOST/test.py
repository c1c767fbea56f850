#!/usr/bin/env python3
"""A blade without power is `off` and never `lost`, however it came to that: its chassis tells. A chassis that is silent proves nothing new."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import JS20, JS21

FIRST, SECOND = JS20[0], JS21[0]
SILENCE = 30  # seconds, after which a blade that has power is lost


class Recorder:
    """All that `dim status --watch` tells."""

    def __init__(self, server):
        self._process = subprocess.Popen([server.bin / "dim", "--socket", server.socket, "--json", "status", "--watch"],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._statuses = []
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._statuses.append(json.loads(line))
                self._changed.notify_all()

    def wait_for(self, condition, what, timeout=90):
        """Until what was told last fulfils the condition; returns that."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._statuses or not condition(self._statuses[-1]):
                left = deadline - time.monotonic()
                expect(left > 0, f"{what}: not within {timeout} s: {json.dumps(self._statuses[-1:], indent=1)}")
                self._changed.wait(left)
            return self._statuses[-1]

    def states_of(self, blade):
        """One after the other."""
        told = []
        with self._changed:
            for status in self._statuses:
                state = states(status)[blade]
                told += [state] if told[-1:] != [state] else []
        return told

    def end(self):
        self._process.kill()
        self._process.wait()


def states(status):
    return {each["name"]: each["state"] for each in status["blades"]}


def powers(status):
    """What the chassis said."""
    return {bay["blade"]: bay["power"] for bay in status["chassis"][0].get("bays", [])}


def story(server, blade, source):
    return [event["text"] for event in server.story_of(blade)["events"] if event["source"] == source]


def lose_power(cluster, recorder):
    server = cluster.server
    expect(server.dim("bctool", FIRST, "power", "off", "--yes") == "on → off\n", "it is switched off")
    recorder.wait_for(lambda status: states(status)[FIRST] == "off", "the first is off")
    blade = cluster.blades[SECOND]
    blade.login()
    blade.shut_down()
    recorder.wait_for(lambda status: states(status)[SECOND] == "off", "the second is off")
    for name in (FIRST, SECOND):
        expect(recorder.states_of(name) == ["running", "off"], f"{name}, nothing between: {recorder.states_of(name)}")
        told = story(server, name, "s01c1mm")
        expect("power off: Blade powered off." in told, f"the trap is in the story of {name}: {told}")
    told = server.dim("status")
    expect(re.search(r"^chassis s01c1mm: normal, 2 blades: 2 off; asked [\d.]+ s ago$", told, re.MULTILINE), told)


def pull_plug_in_silence(cluster, recorder):
    """Its trap could be anybody's, and the chassis does not confirm it."""
    server, chassis = cluster.server, cluster.chassis.emulator
    recorder.wait_for(lambda status: powers(status) == {FIRST: "on", SECOND: "off"}, "the chassis' last word")
    told_before, lines_before = len(story(server, FIRST, "s01c1mm")), chassis.line_count
    chassis.tell("silent on")
    os.kill(int(chassis.last("machine bay=1 pid=").split("=")[-1]), signal.SIGKILL)
    chassis.wait_for("power bay=1 off", 20, lines_before)
    recorder.wait_for(lambda status: len(story(server, FIRST, "s01c1mm")) > told_before, "the trap is told")
    status = recorder.wait_for(lambda status: "problem" in status["chassis"][0], "the chassis is known to be silent")
    expect("no answer" in status["chassis"][0]["problem"], f"{status['chassis']}")
    expect(powers(status) == {FIRST: "on", SECOND: "off"}, f"what it said is shown: {status['chassis']}")
    told = server.dim("status")
    expect(re.search(r"^chassis s01c1mm: normal, 2 blades: 1 off, 1 on; asked [\d.]+ \w+ ago\n  .*no answer", told, re.MULTILINE), told)


def body(cluster):
    cluster.prepare()
    server, chassis = cluster.server, cluster.chassis.emulator
    step("both run")
    cluster.boot_all()
    recorder = Recorder(server)
    recorder.wait_for(lambda status: powers(status) == {FIRST: "on", SECOND: "on"}, "the chassis says so, too")
    step("one is switched off, the other one switches itself off")
    lose_power(cluster, recorder)
    step("one is switched on again")
    told = server.dim("bctool", FIRST, "power", "on", "--wait", "running", "--time-limit", "240")
    expect(told == "off → on → running\n", told)
    step("the chassis falls silent, and a plug is pulled")
    pull_plug_in_silence(cluster, recorder)
    step("nobody says that this one is off: it is lost; the other one is off still")
    status = recorder.wait_for(lambda status: states(status) == {FIRST: "lost", SECOND: "off"}
                               and status["chassis"][0]["age_seconds"] > SILENCE, "one lost, one off", 150)
    expect(all(each["age_seconds"] > SILENCE for each in status["blades"]), f"both are silent: {status['blades']}")
    expect(recorder.states_of(FIRST)[-2:] == ["running", "lost"], f"not off by guess: {recorder.states_of(FIRST)}")
    expect(recorder.states_of(SECOND) == ["running", "off"], f"never lost: {recorder.states_of(SECOND)}")
    recorder.wait_for(lambda status: story(server, SECOND, "imageserver")[-1].startswith("off:"), "its story tells of no loss either")
    step("the chassis answers again")
    chassis.tell("silent off")
    chassis.tell("temperature 50")  # for its trap the daemon asks at once
    status = recorder.wait_for(lambda status: states(status) == {FIRST: "off", SECOND: "off"}, "both are known to be off")
    expect("problem" not in status["chassis"][0], f"{status['chassis']}")
    recorder.end()


run_case(body, has_chassis=True)
