"""One whole-system test: a file that calls run_case(body)."""
import os
import pathlib
import subprocess
import sys
import time

from .cluster import Cluster
from .sandbox import run_in_sandbox


def step(text):
    """Says what the test does now, with the time since its start."""
    print(f"[{time.monotonic() - _START:6.1f} s] {text}", flush=True)


_START = time.monotonic()


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def _look_inside(directory):
    """--shell: a shell among the test's processes, with `dim` set up, before everything is ended."""
    environment = {**os.environ, "DIM_SOCKET": str(directory / "run/api.sock"),
                   "PATH": os.environ.get("DIM_BIN", "") + ":" + os.environ["PATH"]}
    print(f"The test's directory is {directory}; `dim status` works; leave with exit.", flush=True)
    subprocess.run(["bash", "-i"], env=environment, check=False)


def run_case(body, make_cluster=Cluster, **cluster_arguments):
    """Runs body(make_cluster(directory, …)) in a sandbox; the process's exit code is the verdict. --shell looks inside at the end."""
    name = pathlib.Path(sys.argv[0]).resolve().parent.name
    wants_shell = "--shell" in sys.argv[1:]

    def main(directory):
        try:
            body(make_cluster(directory, **cluster_arguments))
            step("passed")
            return 0
        finally:
            if wants_shell:
                _look_inside(directory)
            _keep_service_logs(directory)

    sys.exit(run_in_sandbox(name, main, logs_to=os.environ.get("DIM_TEST_LOGS")))


def _keep_service_logs(directory):
    """Puts what the daemons wrote beside the consoles, so that a failure can be read afterwards."""
    for server in [directory, *directory.iterdir()]:
        services = server / "state" / "services"
        if server.name == "logs" or not services.is_dir():
            continue
        for path in [found for found in services.rglob("*") if found.is_file() and found.stat().st_size < 10_000_000]:
            target = directory / "logs" / path.relative_to(directory)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
