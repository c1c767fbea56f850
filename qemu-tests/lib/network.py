"""The bootnet inside the sandbox: a bridge that is the image server's port, and a tap for every blade."""
import subprocess


class Host:
    """The sandbox itself as a host of the network."""

    prefix = []  # of a command that shall run there


class AnotherHost(Host):
    """A network namespace of its own inside the sandbox, which ends with the sandbox."""

    def __init__(self):
        self._holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo made && exec cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout.readline() == "made\n"
        self.prefix = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--"]

    @property
    def process_id(self):
        """Of the process that holds the namespace, to move devices there."""
        return self._holder.pid


class Bootnet:
    """A bridge named as cluster.xml names the server's bootnet device; without ADDRESS it is a port that nobody has set up yet."""

    def __init__(self, device="boot0", address="10.1.0.1/24", host=None):
        self.device = device
        self.host = host or Host()
        self._ip("link", "set", "lo", "up")
        self._ip("link", "add", device, "type", "bridge", "forward_delay", "0")
        if address:
            self._ip("address", "add", address, "dev", device)
            self._ip("link", "set", device, "up")
        self._taps = 0

    def _ip(self, *words):
        subprocess.run([*self.host.prefix, "ip", *words], check=True)

    def add_tap(self):
        """A new port of the bridge; returns its name."""
        self._taps += 1
        name = f"tap{self._taps}"
        self._ip("tuntap", "add", name, "mode", "tap")
        self._ip("link", "set", name, "master", self.device, "up")
        return name

    def add_host(self, mac, address):
        """A host of its own on the network: the server speaks to a blade's address at its MAC alone."""
        self._taps += 1
        port, host = f"host{self._taps}", AnotherHost()
        self._ip("link", "add", port, "type", "veth", "peer", "name", "net0", "address", mac, "netns", str(host.process_id))
        self._ip("link", "set", port, "master", self.device, "up")
        for words in (("address", "add", address, "dev", "net0"), ("link", "set", "net0", "up")):
            subprocess.run([*host.prefix, "ip", *words], check=True)
        return host

    def add_address(self, address):
        """One more address on the server's side, to speak from as somebody else."""
        self._ip("address", "add", address, "dev", self.device)


class ServerNetwork:
    """What image servers have between them, and blades are not on: ADDRESSES by host."""

    DEVICE = "servers0"  # on every host

    def __init__(self, addresses):
        subprocess.run(["ip", "link", "add", self.DEVICE, "type", "bridge", "forward_delay", "0"], check=True)
        subprocess.run(["ip", "link", "set", self.DEVICE, "up"], check=True)
        for number, (host, address) in enumerate(addresses.items()):
            port = f"server{number}"
            subprocess.run(["ip", "link", "add", port, "type", "veth", "peer", "name", self.DEVICE, "netns", str(host.process_id)],
                           check=True)
            subprocess.run(["ip", "link", "set", port, "master", self.DEVICE, "up"], check=True)
            subprocess.run([*host.prefix, "ip", "address", "add", address, "dev", self.DEVICE], check=True)
            subprocess.run([*host.prefix, "ip", "link", "set", self.DEVICE, "up"], check=True)
