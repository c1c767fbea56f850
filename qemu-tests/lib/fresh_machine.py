"""The sandbox as a machine that DIM was never installed on: what is installed, and all that is changed, ends with the sandbox."""
import os
import pathlib
import selectors
import signal
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
INTERRUPTED = 128 + signal.SIGINT
# Each line is run in the same shell, as when a person types it: variables and the directory stay.
TYPED = """trap : INT
while IFS= read -r -d '' line <&"$1"; do eval "$line"; echo $? >&"$2"; done"""


class FreshMachine:
    """/usr, /etc, /var/lib and the source tree are layers over the real ones; /run, /srv and /var/lib/dim are new."""

    def __init__(self, directory):
        self._layers = directory / "layers"
        self._layers.mkdir()
        self._mount("-t", "tmpfs", "layers", self._layers)
        self._mount("-t", "tmpfs", "run", "/run")
        security = pathlib.Path("/sys/kernel/security")
        if security.is_dir():  # AppArmor's profiles belong to the real machine
            self._mount("-t", "tmpfs", "security", security)
        build = pathlib.Path(os.environ.get("DIM_BUILD", SOURCE / "build"))
        for path in [pathlib.Path(name) for name in ("/usr", "/etc", "/var/lib")] + [SOURCE, build]:
            self._lay_over(path)
        self._forget_earlier_installation()
        for path in ("/srv", "/var/lib/dim"):
            pathlib.Path(path).mkdir(exist_ok=True)
            real = pathlib.Path(tempfile.mkdtemp(dir=directory))  # images are large, and loop devices want a real file system
            real.chmod(0o755)
            self._mount("--bind", real, path)

    @staticmethod
    def _mount(*words):
        subprocess.run(["mount", *words], check=True)

    def _layer_of(self, path):
        return self._layers / str(path).strip("/").replace("/", "-")

    def _lay_over(self, path):
        layer = self._layer_of(path)
        for name in ("new", "work"):
            (layer / name).mkdir(parents=True)
        self._mount("-t", "overlay", "overlay", "-o", f"lowerdir={path},upperdir={layer}/new,workdir={layer}/work", path)

    @staticmethod
    def _forget_earlier_installation():
        """The real machine may be an image server; this one is not yet."""
        for pattern in ("/usr/sbin/imageserver", "/usr/bin/dim", "/usr/bin/dim_*", "/usr/lib/dim", "/usr/share/doc/dim", "/etc/dim",
                        "/usr/lib/systemd/system/dim-imageserver.service", "/etc/apparmor.d/dhcpd.d/dim", "/usr/local/*/dim*",
                        "/usr/local/sbin/imageserver"):
            subprocess.run(["bash", "-c", f"rm -rf {pattern}"], check=True)

    def files_new_in(self, path):
        """Files and links that were made below the layered directory and are still there."""
        new = self._layer_of(path) / "new"
        return sorted("/".join((path, str(found.relative_to(new)))) for found in new.rglob("*") if found.is_file() or found.is_symlink())


def heed_ctrl_c():
    """Whoever runs the tests in the background may have them ignore it, and bash cannot change what it began with."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """Root's shell in the source tree, with the transcript of all that was printed."""

    def __init__(self, transcript, **environment):
        # What ./check found out for its tests is not known to a person's shell.
        known = {name: value for name, value in os.environ.items() if not name.startswith("DIM_") or name in ("DIM_BUILD", "DIM_CACHE")}
        self._transcript = transcript
        lines_read, self._lines = os.pipe()
        self._ends, ends_write = os.pipe()
        with open(transcript, "ab") as log:
            self._shell = subprocess.Popen(
                ["bash", "-c", TYPED, "bash", str(lines_read), str(ends_write)], cwd=SOURCE, env={**known, **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lines_read, ends_write), start_new_session=True,
                preexec_fn=heed_ctrl_c)
        os.close(lines_read)
        os.close(ends_write)
        self._before = 0

    def start(self, line):
        """Types a line."""
        self._before = self._transcript.stat().st_size
        os.write(self._lines, line.encode() + b"\0")

    def printed(self):
        """What the last line has printed so far."""
        return self._transcript.read_bytes()[self._before:].decode(errors="replace")

    def wait(self, timeout):
        """Waits until the line has ended; returns its exit status, or None when it goes on after TIMEOUT seconds."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._ends, selectors.EVENT_READ)
            if not selector.select(timeout):
                return None
        end = os.read(self._ends, 16)
        return int(end) if end else self._shell.wait()

    def wait_for_output(self, is_enough, timeout):
        """Waits until is_enough(printed) while the line goes on; returns whether it was."""
        deadline = time.monotonic() + timeout
        while not is_enough(self.printed()):
            if time.monotonic() > deadline or self.wait(0.2) is not None:
                return False
        return True

    def press_ctrl_c(self):
        os.killpg(self._shell.pid, signal.SIGINT)
