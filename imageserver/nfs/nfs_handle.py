#!/usr/bin/env python3
"""An NFSv4.0 client (RFC 7530) for file handles, which no ordinary client lets one choose.

usage: nfs_handle.py SERVER get PATH        prints the file handle of PATH
       nfs_handle.py SERVER list < HANDLES  for each handle, one a line: the names in it, or "refused STATUS"
"""
import socket
import struct
import sys

PUTROOTFH, LOOKUP, GETFH, PUTFH, READDIR = 24, 15, 10, 22, 26


def number(value):
    return struct.pack(">I", value)


def opaque(data):
    return number(len(data)) + data + bytes(-len(data) % 4)


class Client:
    def __init__(self, server):
        self.socket = socket.create_connection((server, 2049), timeout=10)

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                sys.exit("the server closed the connection")
            data += piece
        return data

    def compound(self, *operations):
        """The status, and the last operation's result after its own status."""
        credentials = number(1) + opaque(number(0) + opaque(b"test") + number(0) + number(0) + number(0))
        call = b"".join(map(number, (1, 0, 2, 100003, 4, 1))) + credentials + number(0) + number(0)
        call += opaque(b"") + number(0) + number(len(operations)) + b"".join(operations)
        self.socket.sendall(number(0x80000000 | len(call)) + call)
        (size,) = struct.unpack(">I", self.read(4))
        reply = self.read(size & 0x7FFFFFFF)
        if reply[4:24] != number(1) + bytes(16):
            sys.exit("the server refuses the call: " + reply.hex())
        (status,) = struct.unpack(">I", reply[24:28])
        # No tag; of all results but the last there is nothing but operation and status.
        return status, reply[36 + 8 * len(operations):]


def get(client, path):
    lookups = [number(LOOKUP) + opaque(name.encode()) for name in path.strip("/").split("/")]
    status, result = client.compound(number(PUTROOTFH), *lookups, number(GETFH))
    if status:
        sys.exit(f"refused {status}")
    (size,) = struct.unpack(">I", result[:4])
    print(result[4:4 + size].hex())


def names(client, handle):
    arguments = bytes(16) + number(8192) + number(65536) + number(0)
    status, result = client.compound(number(PUTFH) + opaque(handle), number(READDIR) + arguments)
    if status:
        return f"refused {status}"
    found, rest = [], result[8:]
    while rest[:4] == number(1):
        (size,) = struct.unpack(">I", rest[12:16])
        found.append(rest[16:16 + size].decode(errors="replace"))
        # The name is followed by an empty attribute mask and empty attributes.
        rest = rest[16 + size + -size % 4:]
        (words,) = struct.unpack(">I", rest[:4])
        rest = rest[4 + 4 * words:]
        (size,) = struct.unpack(">I", rest[:4])
        rest = rest[4 + size:]
    return " ".join(sorted(found))


def main():
    client = Client(sys.argv[1])
    if sys.argv[2] == "get":
        get(client, sys.argv[3])
    for line in sys.stdin if sys.argv[2] == "list" else ():
        print(names(client, bytes.fromhex(line)))


main()
