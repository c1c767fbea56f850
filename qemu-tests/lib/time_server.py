"""A time server of the network, which tells this machine's time or one that is off by a known amount."""
import socket
import struct
import threading
import time

_EPOCH = 2_208_988_800  # of NTP, in seconds before that of Unix
_PACKET = "!BBbbII4sQQQQ"  # RFC 5905, section 7.3


class TimeServer:
    """Answers NTP clients (RFC 5905, mode 3) at ADDRESS with the time OFFSET seconds from now, as a server that has a clock of its own."""

    def __init__(self, address, offset=0.0):
        self._offset = offset
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 123))
        self.asked = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def now(self):
        """What it tells, in seconds since 1970."""
        return time.time() + self._offset

    def _stamp(self):
        return int((self.now + _EPOCH) * 2**32)

    def _serve(self):
        while True:
            packet, client = self._socket.recvfrom(512)
            received = self._stamp()
            if len(packet) < 48 or packet[0] & 7 != 3:
                continue
            originate = struct.unpack("!Q", packet[40:48])[0]
            version = packet[0] & 0x38
            self._socket.sendto(struct.pack(_PACKET, version | 4, 1, 6, -20, 0, 0, b"LOCL", received, originate, received, self._stamp()), client)
            self.asked.set()
