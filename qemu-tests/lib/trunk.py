"""A switch port that carries one VLAN, tagged, and nothing else, as IEEE 802.1Q has it: what a machine behind it sends without that tag
is dropped. The switch itself (the bridge of network.py) knows no VLAN; the kernel that the tests run on may know none either, so this
is a program of its own: frames to and from QEMU are datagrams of a Unix socket."""
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys

_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
_TAG_TYPE = b"\x81\x00"
_ADDRESSES = 12  # bytes of a frame: destination and source
_FRAME = 65536


class TrunkPort:
    """Beside BOOTNET: all that comes from there has the tag VLAN for the machine."""

    def __init__(self, bootnet, directory, name, vlan):
        self._switch_end, self._machine_end = directory / f"{name}.switch", directory / f"{name}.machine"
        command = [*bootnet.host.prefix, sys.executable, __file__, bootnet.add_tap(), str(vlan), self._switch_end, self._machine_end]
        with open(directory / "logs" / f"{name}.log", "ab") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self._process.stdout.readline() == b"ready\n", f"the switch port {name} did not start"

    def netdev(self, name):
        """QEMU's words for its end."""
        return ["-netdev", f"dgram,id={name},local.type=unix,local.path={self._machine_end},"
                           f"remote.type=unix,remote.path={self._switch_end}"]


def tagged(frame, vlan):
    return frame[:_ADDRESSES] + _TAG_TYPE + struct.pack("!H", vlan) + frame[_ADDRESSES:]


def without_tag(frame, vlan):
    """Nothing for a frame that is of no VLAN or of another one; the priority does not matter."""
    tag = frame[_ADDRESSES:_ADDRESSES + 4]
    if len(tag) < 4 or tag[:2] != _TAG_TYPE or struct.unpack("!H", tag[2:])[0] & 0xFFF != vlan:
        return None
    return frame[:_ADDRESSES] + frame[_ADDRESSES + 4:]


def _open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    return tap


def main(tap_name, vlan, switch_end, machine_end):
    tap, vlan = _open_tap(tap_name), int(vlan)
    machine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    machine.bind(switch_end)
    machine.setblocking(False)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([tap, machine], [], [])
        try:
            if machine in ready:
                frame = without_tag(machine.recv(_FRAME), vlan)
                if frame:
                    os.write(tap, frame)
            if tap in ready:
                machine.sendto(tagged(os.read(tap, _FRAME), vlan), machine_end)
        except (BlockingIOError, ConnectionRefusedError, FileNotFoundError):
            pass  # a switch drops what nobody takes: the machine is slow, or off


if __name__ == "__main__":
    main(*sys.argv[1:])
