#!/usr/bin/env python3
"""Six blades of a chassis are switched on one after the other, so that they do not all ask the server at once, and all of them run."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step

STAGGER = 3  # seconds
BLADES = tuple((f"s01c1b{bay:02}", "js20" if bay % 2 else "js21", f"52:54:00:01:01:{bay:02}", f"10.1.0.{10 + bay}") for bay in range(1, 7))


def body(cluster):
    cluster.prepare()
    server, chassis = cluster.server, cluster.chassis.emulator
    step(f"all six are switched on, {STAGGER} s apart")
    told = server.dim("bctool", "s01c1", "power", "on", "--stagger", STAGGER)
    expect(told == "".join(f"{name}: off → on\n" for name in cluster.blades), told)
    chassis.catch_up()
    times = chassis.times_of("power bay=")
    order = [line for _, line in chassis.lines if line.startswith("power bay=")]
    expect(order == [f"power bay={bay} on" for bay in range(1, 7)], f"each once, in the order of their bays: {order}")
    gaps = [after - before for before, after in zip(times, times[1:])]
    # Not to the microsecond: we read the lines a little later than they were written.
    expect(min(gaps) > STAGGER - 0.5, f"seconds between them: {gaps}")
    step("all six run")
    for name in cluster.blades:
        server.wait_for_blade(name, "running", 300)
    step("all six are switched off")
    told = server.dim("bctool", "s01c1", "power", "off", "--yes")
    expect(told == "".join(f"{name}: on → off\n" for name in cluster.blades), told)


run_case(body, blades=BLADES, has_chassis=True)
