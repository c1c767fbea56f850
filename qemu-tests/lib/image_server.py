"""The image server under test: the real daemon with a cluster definition, and `dim` as an administrator would use it."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
from xml.sax.saxutils import quoteattr

from .network import Host


def _environment_path(name):
    if name not in os.environ:
        raise SystemExit(f"{name} is not set: run this through ./check or ./demo")
    return pathlib.Path(os.environ[name])


class DimFailed(Exception):
    """`dim` ended with an error; .code and .message say which."""

    def __init__(self, words, code, message):
        super().__init__(f"dim {' '.join(words)} ended with {code}: {message}")
        self.code = code
        self.message = message


class StateTimeout(Exception):
    """A blade did not reach the state in time."""


class ImageServer:
    ADDRESS = "10.1.0.1"

    def __init__(self, directory, name="is01", services=None, host=None, options=()):
        """SERVICES: which daemons do the standard jobs, such as {"dhcp": "kea", "dns": "bind"}; DIM's choice unless given. OPTIONS: more
        words for imageserver."""
        self._prefix = (host or Host()).prefix
        self.directory = directory
        self.name = name
        self.bin = _environment_path("DIM_BIN")
        self.agents = _environment_path("DIM_AGENTS")
        self.kernel_kit = _environment_path("DIM_KERNEL_KIT")
        self.state = directory / "state"
        self.run = directory / "run"
        self.cluster_file = directory / "cluster.xml"
        self.overrides = directory / "overrides"  # need not be there
        self.socket = self.run / "api.sock"
        self._services = services or {}
        self._options = options
        self._blades = {}
        self._properties = {}
        self._module = None
        self._platforms = {}
        self._time_servers = []
        self._process = None
        self._starts = 0

    # -- the cluster definition

    def define_blade(self, name, kind, mac, address):
        """Without a MAC when that is None."""
        self._blades[name] = (kind, mac, address)
        self._write_cluster()

    def forget_blade(self, name):
        del self._blades[name]
        self._write_cluster()

    def set_property(self, blade, name, value):
        """What the definition says of a blade; a daemon that runs already is told by `dim cluster reload`."""
        self._properties.setdefault(blade, {})[name] = value
        self._write_cluster()

    def define_platform(self, name, **attributes):
        """A row of the platform table; a daemon that runs already is told by `dim cluster reload`."""
        self._platforms[name] = attributes
        self._write_cluster()

    def define_time_server(self, address):
        self._time_servers.append(address)
        self._write_cluster()

    def define_module(self, address, properties):
        """The management module of the blades' chassis, and its properties."""
        self._module = (address, properties)
        self._write_cluster()

    def _module_texts(self):
        """In front of the levels, in the chassis, behind the levels."""
        if not self._module:
            return "", "", ""
        address, properties = self._module
        values = "".join(f"<property name={quoteattr(key)} value={quoteattr(str(value))}/>" for key, value in properties.items())
        return ("  <network name=\"mmnet\" role=\"management\" address=\"127.0.0.0/24\"/>\n",
                "      <component name=\"mm\" role=\"management-module\" pattern=\"s{server}c{chassis}mm\">\n"
                f"        <interface network=\"mmnet\" address={quoteattr(address)}/>\n      </component>\n",
                f"  <set for=\"kind=mm\">{values}</set>\n")

    def _write_cluster(self):
        """One chassis of one server; every bay that holds no defined blade is absent."""
        bays = [f"s01c1b{bay:02}" for bay in range(1, 15)]
        absent = ",".join(bay for bay in bays if bay not in self._blades)
        blades = "".join(
            f"  <set for={quoteattr(name)} type={quoteattr(kind)}{f' mac={quoteattr(mac)}' if mac else ''}>\n"
            f"    <interface network=\"bootnet\" address={quoteattr(address)}/>\n"
            + "".join(f"    <property name={quoteattr(key)} value={quoteattr(value)}/>\n" for key, value in self._properties.get(name, {}).items())
            + "  </set>\n"
            for name, (kind, mac, address) in self._blades.items())
        platforms = "".join(
            f"  <platform name={quoteattr(name)}"
            + "".join(f" {key.replace('_', '-')}={quoteattr(value)}" for key, value in attributes.items()) + "/>\n"
            for name, attributes in self._platforms.items())
        services = "".join(f" {job}={quoteattr(daemon)}" for job, daemon in self._services.items())
        time_servers = "".join(f"<time-server address={quoteattr(address)}/>" for address in self._time_servers)
        network, module, module_properties = self._module_texts()
        text = f"""<cluster xmlns="urn:dim:cluster:1" name="test">
  <services{services}/>
{platforms}  <network name="bootnet" role="bootnet" address="10.1.0.0/24">{time_servers}</network>
{network}  <level name="server" symbol="s" width="2" last="1">
    <component name="server" role="server" pattern="is{{server}}" linear="is">
      <interface network="bootnet" device="boot0" address="{self.ADDRESS}"/>
    </component>
    <level name="chassis" symbol="c" last="1">
{module}      <level name="blade" symbol="b" width="2" last="14">
        <component name="blade" role="blade"/>
      </level>
    </level>
  </level>
  <absent for="{absent}"/>
{blades}{module_properties}</cluster>
"""
        staged = self.cluster_file.with_suffix(".new")
        staged.write_text(text)
        staged.rename(self.cluster_file)

    # -- the daemon

    def start(self, timeout=60):
        """Starts the daemon and waits until it says that it is ready (sd_notify)."""
        self._starts += 1
        self.run.mkdir(exist_ok=True)
        notify_path = self.directory / "notify"
        notify_path.unlink(missing_ok=True)
        log = open(self.directory / "logs" / f"imageserver-{self._starts}.log", "wb")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(notify_path))
            self._process = subprocess.Popen(
                [*self._prefix, self.bin / "imageserver", "--cluster", self.cluster_file, "--server", self.name, "--state", self.state,
                 "--run", self.run, "--agents", self.agents, "--kernel-kit", self.kernel_kit,
                 "--blade-exec", self.bin / "blade-exec", "--overrides", self.overrides,
                 *self._options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "NOTIFY_SOCKET": str(notify_path)})
            self._wait_ready(notify, timeout)

    def _wait_ready(self, notify, timeout):
        deadline = time.monotonic() + timeout
        notify.settimeout(0.2)
        while True:
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                pass
            if self._process.poll() is not None:
                log = (self.directory / "logs" / f"imageserver-{self._starts}.log").read_text(errors="replace")
                raise RuntimeError(f"imageserver ended with {self._process.returncode}:\n{log[-3000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"imageserver was not ready within {timeout} s")

    def kill(self):
        """kill -9: no chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def stop(self, timeout=30):
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout)

    def tear_down(self):
        """Ends the services and mounts that an ended daemon left, as before a reboot of the server."""
        subprocess.run([self.bin / "imageserver", "--state", self.state, "--run", self.run, "--teardown"], check=True,
                       stdout=subprocess.DEVNULL)

    @property
    def process_id(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    # -- the administrator

    def dim(self, *words, timeout=300):
        """Runs `dim`; returns its standard output. Raises DimFailed."""
        done = subprocess.run([self.bin / "dim", "--socket", self.socket, *map(str, words)], capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise DimFailed(list(map(str, words)), done.returncode, done.stderr.strip())
        return done.stdout

    def refusal(self, *words):
        """How `dim` is refused: a DimFailed with .code and .message."""
        try:
            self.dim(*words)
        except DimFailed as refused:
            return refused
        raise AssertionError(f"dim {' '.join(map(str, words))} was not refused")

    def start_dim(self, *words):
        """Starts `dim` and does not wait for it."""
        return subprocess.Popen([self.bin / "dim", "--socket", self.socket, *map(str, words)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def query(self, *words):
        return json.loads(self.dim("--json", *words))

    def status_of(self, blade):
        return next(b for b in self.query("status")["blades"] if b["name"] == blade)

    def story_of(self, blade):
        return self.query("blade", "show", blade)

    def wait_for(self, condition, timeout, what):
        """Waits until condition(status) is true for a status the daemon sends; returns that status."""
        process = subprocess.Popen([self.bin / "dim", "--socket", self.socket, "--json", "status", "--watch"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        alarm = threading.Timer(timeout, process.kill)
        alarm.start()
        last = None
        try:
            for line in process.stdout:
                last = json.loads(line)
                if condition(last):
                    return last
            raise StateTimeout(f"{what}: not within {timeout} s; last status: {json.dumps(last, indent=1)}\n"
                               f"{process.stderr.read()}")
        finally:
            alarm.cancel()
            process.kill()
            process.wait()

    def wait_for_blade(self, blade, state, timeout=180, **attributes):
        """Waits until the blade has the state, and the attributes; returns its status."""
        def matches(status):
            found = next((b for b in status["blades"] if b["name"] == blade), None)
            return found is not None and found["state"] == state and all(found.get(k) == v for k, v in attributes.items())

        status = self.wait_for(matches, timeout, f"{blade} {state} {attributes or ''}")
        return next(b for b in status["blades"] if b["name"] == blade)

    # -- paths an administrator may look at

    def blade_image_file(self, blade, image):
        return self.state / "blades" / blade / f"{image}.img"

    def blade_root(self, blade, image):
        return self.state / "mounts" / "blades" / blade / image

    def shared_root(self, image, generation=1):
        return self.state / "images" / image / "shared" / str(generation)
