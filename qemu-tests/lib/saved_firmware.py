"""A blade's firmware as it is just before it asks the network, so that not each of the tests' many boots waits ten seconds for it.

Made with the real firmware on the same machine, once, and kept beside what else is built once. Tests that are about the firmware do
without."""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from .console import Console

# What the firmware says, and then waits for a key, in front of its own boot command.
READY = "state can be saved"
WAIT_FOR_KEY = f'." {READY}" cr key drop '
FIRMWARE = pathlib.Path("/usr/share/qemu/slof.bin")


def saved_firmware(machine):
    """The file with the state of the QEMU that has the arguments MACHINE; None when there is no place to keep it."""
    place = os.environ.get("DIM_FIRMWARE_STATES")
    if not place:
        return None
    emulator = pathlib.Path(shutil.which(machine[0]))
    what = [machine, emulator.stat().st_size, emulator.stat().st_mtime_ns, FIRMWARE.stat().st_size, FIRMWARE.stat().st_mtime_ns]
    path = pathlib.Path(place) / hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.parent / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not path.exists():
            _save(machine, path)
    return path


def _save(machine, path):
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as consoles, Monitor(pathlib.Path(name), "saved") as monitor:
        directory = pathlib.Path(name)
        consoles.bind(str(directory / "console"))
        consoles.listen(1)
        consoles.settimeout(30)
        command = [*machine, *monitor.arguments, "-netdev", "hubport,id=net0,hubid=0",
                   "-chardev", f"socket,id=console,path={directory}/console"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as emulator:
            try:
                console = Console(consoles.accept()[0], directory / "log")
                console.expect(READY, 120)
                monitor.migrate("migrate", f"exec:cat >'{directory}/state'")
            finally:
                emulator.kill()
        staged = path.with_suffix(".new")
        shutil.copyfile(directory / "state", staged)
        staged.rename(path)


class Monitor:
    """QEMU's own socket (docs/interop/qmp-spec.txt of QEMU), a JSON object in a line each way."""

    def __init__(self, directory, name):
        path = directory / f"{name}.monitor"
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(30)
        self.arguments = ["-chardev", f"socket,id=monitor,path={path}", "-mon", "chardev=monitor,mode=control"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def migrate(self, execute, uri):
        """Saves the machine's state, or brings it back; returns when that is done."""
        connection, _ = self._listener.accept()
        connection.settimeout(120)
        with connection, connection.makefile("rw") as lines:
            for command, arguments in (("qmp_capabilities", {}),
                                       ("migrate-set-capabilities", {"capabilities": [{"capability": "events", "state": True}]}),
                                       (execute, {"uri": uri})):
                lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            lines.flush()
            for line in lines:
                message = json.loads(line)
                if "error" in message:
                    raise RuntimeError(f"QEMU: {message['error']['desc']}")
                status = message["data"]["status"] if message.get("event") == "MIGRATION" else None
                if status == "completed":
                    return
                if status == "failed":
                    raise RuntimeError(f"QEMU: {execute} {uri} failed")
        raise RuntimeError(f"QEMU ended before {execute} {uri} was done")
