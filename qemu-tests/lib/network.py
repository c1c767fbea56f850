"""The bootnet inside the sandbox: a bridge that is the image server's port, and a tap for every blade."""
import subprocess


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Bootnet:
    """A bridge named as cluster.xml names the server's bootnet device."""

    def __init__(self, device="boot0", address="10.1.0.1/24"):
        self.device = device
        ip("link", "set", "lo", "up")
        ip("link", "add", device, "type", "bridge", "forward_delay", "0")
        ip("address", "add", address, "dev", device)
        ip("link", "set", device, "up")
        self._taps = 0

    def add_tap(self):
        """A new port of the bridge; returns its name."""
        self._taps += 1
        name = f"tap{self._taps}"
        ip("tuntap", "add", name, "mode", "tap")
        ip("link", "set", name, "master", self.device, "up")
        return name

    def add_address(self, address):
        """One more address on the server's side, to speak from as somebody else."""
        ip("address", "add", address, "dev", self.device)
