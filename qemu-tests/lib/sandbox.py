"""Runs a program in mount, network, PID, UTS and IPC namespaces of its own, as its process 1's only child.

When it ends, however it ends, the kernel ends every process it started and takes its mounts, loop devices, bridges and taps
with it. So a test cannot leave anything behind but files, and two tests cannot meet.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

INSIDE = "DIM_SANDBOX_DIRECTORY"
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _loop_devices_below(directory):
    """The loop devices of this machine whose file is, or was, in the directory."""
    found = []
    for backing in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            if backing.read_text().startswith(str(directory)):
                found.append(backing.parts[3])
        except OSError:
            pass  # detached while we looked
    return found


class Leftovers(Exception):
    """Something outlived the sandbox."""


def run_in_sandbox(name, main, keep_directory_on_failure=True, logs_to=None):
    """Calls main(directory) inside; returns its exit code to the caller outside. Does not return inside.

    name: of the directory, for people. logs_to: where the directory's logs/ is moved when main fails.
    """
    if INSIDE in os.environ:
        _be_process_one(main, pathlib.Path(os.environ[INSIDE]))
    root = pathlib.Path(os.environ.get("DIM_TEST_ROOT", "/var/tmp"))
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"dim-{name}-", dir=root))
    directory.chmod(0o755)  # services that are not root read their files below it
    (directory / "logs").mkdir()
    command = ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child=KILL", "--mount-proc",
               "--propagation", "private", sys.executable, *sys.argv]
    process = subprocess.Popen(command, env={**os.environ, INSIDE: str(directory)}, preexec_fn=_die_with_parent)

    def forward(number, _frame):
        process.send_signal(signal.SIGKILL if number == signal.SIGTERM else number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    code = process.wait()
    if code != 0 and keep_directory_on_failure:
        kept = _keep_logs(directory, name, logs_to)
        print(f"{name}: logs and consoles are in {kept}", file=sys.stderr)
    shutil.rmtree(directory, ignore_errors=True)
    devices = _loop_devices_below(directory)
    if devices:
        raise Leftovers(f"loop devices are still attached to files of {directory}: {', '.join(devices)}")
    return code


def _keep_logs(directory, name, logs_to):
    target = pathlib.Path(logs_to or tempfile.gettempdir()) / f"{name}-{directory.name.rsplit('-', 1)[-1]}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(directory / "logs", target, dirs_exist_ok=True, ignore_dangling_symlinks=True)
    return target


def _be_process_one(main, directory):
    """Process 1 of the namespace: starts the work, buries orphans, ends with the work."""
    worker = os.fork()
    if worker == 0:
        code = 1
        try:
            os.setsid()
            code = main(directory)
        except KeyboardInterrupt:
            code = 130
        except BaseException:  # the traceback is the verdict
            import traceback
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)
    signal.signal(signal.SIGINT, lambda *_: os.kill(worker, signal.SIGINT))
    while True:
        pid, status = os.wait()
        if pid == worker:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
