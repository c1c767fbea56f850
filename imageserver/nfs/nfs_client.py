#!/usr/bin/env python3
"""An NFSv4.1 client (RFC 8881) that claims what its user likes: uid, source address and port, file handles. An ordinary
client lets nobody choose them; an attacker's does.

usage: nfs_client.py [--from ADDRESS] [--port reserved|any] [--uid UID] SERVER COMMAND
       versions          the minor versions of NFSv4 that the server offers
       ls PATH           the names in a directory
       cat PATH          a file's bytes
       put FILE PATH     writes a file, as a new one or over one
       link TARGET PATH  makes a symbolic link
       readlink PATH     where one leads to
       handle PATH       the file handle of PATH, in hexadecimal
       list < HANDLES    for each handle, one a line: the names in it, or "refused STATUS"

What the server refuses ends it with exit code 1 and "refused STATUS" (nfsstat4).
"""
import argparse
import os
import socket
import struct
import sys
import time

NFS_PORT = 2049
CLOSE, CREATE, GETFH, LOOKUP, OPEN, PUTFH, PUTROOTFH, READ, READDIR, READLINK, WRITE = 4, 6, 10, 15, 18, 22, 24, 25, 26, 27, 38
EXCHANGE_ID, CREATE_SESSION, DESTROY_SESSION, SEQUENCE, DESTROY_CLIENTID, RECLAIM_COMPLETE = 42, 43, 44, 53, 57, 58
NFS4ERR_DELAY, NFS4ERR_GRACE, NFS4ERR_MINOR_VERS_MISMATCH = 10008, 10013, 10021
NF4LNK = 5
ANONYMOUS = bytes(16)
PIECE = 256 * 1024


class Refused(Exception):
    def __init__(self, status):
        super().__init__(f"refused {status}")
        self.status = status


def number(value):
    return struct.pack(">I", value)


def long(value):
    return struct.pack(">Q", value)


def opaque(data):
    return number(len(data)) + data + bytes(-len(data) % 4)


def take_opaque(data):
    (size,) = struct.unpack(">I", data[:4])
    return data[4:4 + size]


def connect(server, address, port):
    """port: "any", "reserved", or a number. A connection is closed by a reset, so that its port is free at once."""
    for candidate in {"any": [0], "reserved": range(1023, 511, -1)}.get(port) or [int(port)]:
        connection = socket.socket()
        connection.settimeout(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            connection.bind((address, candidate))
            connection.connect((server, NFS_PORT))
            return connection
        except OSError as error:
            connection.close()
            last = error
    raise last


class Client:
    """On a connection to the server, wherever that comes from."""

    def __init__(self, connection, uid=0):
        self.connection, self.uid, self.session, self.sequence = connection, uid, None, 0

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.connection.recv(size - len(data))
            if not piece:
                raise ConnectionError("the server closed the connection")
            data += piece
        return data

    def compound(self, *operations, minor=1):
        """Status and results of a COMPOUND, the first result at its own operation number."""
        credentials = number(1) + opaque(number(0) + opaque(b"test") + number(self.uid) + number(self.uid) + number(0))
        call = b"".join(map(number, (1, 0, 2, 100003, 4, 1))) + credentials + number(0) + number(0)
        call += opaque(b"") + number(minor) + number(len(operations)) + b"".join(operations)
        self.connection.sendall(number(0x80000000 | len(call)) + call)
        (size,) = struct.unpack(">I", self.read(4))
        reply = self.read(size & 0x7FFFFFFF)
        if reply[4:24] != number(1) + bytes(16):
            raise ConnectionError("the server refuses the call: " + reply.hex())
        (status,) = struct.unpack(">I", reply[24:28])
        return status, reply[36:]

    def only(self, operation):
        """The result of the one operation that needs no session."""
        status, results = self.compound(operation)
        if status:
            raise Refused(status)
        return results[8:]

    def call(self, *operations):
        """The last operation's result; those before it have none of their own. What the server asks to repeat is repeated."""
        if self.session is None:
            self.begin_session()
        patience = time.monotonic() + 15
        while True:
            self.sequence += 1
            sequence = number(SEQUENCE) + self.session + number(self.sequence) + number(0) + number(0) + number(0)
            status, results = self.compound(sequence, *operations)
            if status == 0:
                return results[44 + 8 * len(operations):]
            if status not in (NFS4ERR_DELAY, NFS4ERR_GRACE) or time.monotonic() > patience:
                raise Refused(status)
            time.sleep(0.1)

    def begin_session(self):
        owner = os.urandom(8) + opaque(b"test " + os.urandom(8).hex().encode())
        answer = self.only(number(EXCHANGE_ID) + owner + number(0) + number(0) + number(0))
        self.client_id, (sequence,) = answer[:8], struct.unpack(">I", answer[8:12])
        channel = b"".join(map(number, (0, 2 * PIECE, 2 * PIECE, 4096, 32, 1, 0)))
        answer = self.only(number(CREATE_SESSION) + self.client_id + number(sequence) + number(0) + channel + channel +
                           number(0x40000000) + number(1) + number(0))
        self.session = answer[:16]
        self.call(number(RECLAIM_COMPLETE) + number(0))

    def end(self):
        """Leaves nothing for which the server would wait after a restart."""
        if self.session is not None:
            self.only(number(DESTROY_SESSION) + self.session)
            self.only(number(DESTROY_CLIENTID) + self.client_id)
        self.connection.close()

    def versions(self):
        return [minor for minor in range(4)
                if self.compound(number(PUTROOTFH), minor=minor)[0] != NFS4ERR_MINOR_VERS_MISMATCH]

    @staticmethod
    def walk(path):
        names = [name for name in path.split("/") if name]
        return [number(PUTROOTFH)] + [number(LOOKUP) + opaque(name.encode()) for name in names]

    def handle(self, path):
        return take_opaque(self.call(*self.walk(path), number(GETFH)))

    def names(self, *position):
        """What a directory holds; POSITION makes it the current one."""
        found, cookie, verifier, is_end = [], 0, bytes(8), False
        while not is_end:
            result = self.call(*position, number(READDIR) + long(cookie) + verifier + number(8192) + number(65536) + number(0))
            verifier, rest = result[:8], result[8:]
            while rest[:4] == number(1):
                (cookie,) = struct.unpack(">Q", rest[4:12])
                name = take_opaque(rest[12:])
                found.append(name.decode(errors="replace"))
                # The name is followed by an empty attribute mask and empty attributes.
                rest = rest[16 + len(name) + -len(name) % 4:]
                (words,) = struct.unpack(">I", rest[:4])
                rest = rest[4 + 4 * words:]
                (size,) = struct.unpack(">I", rest[:4])
                rest = rest[4 + size:]
            is_end = rest[4:8] != number(0)
        return sorted(found)

    def pieces(self, path):
        handle, offset, is_end = self.handle(path), 0, False
        while not is_end:
            result = self.call(number(PUTFH) + opaque(handle), number(READ) + ANONYMOUS + long(offset) + number(PIECE))
            is_end, data = result[:4] != number(0), take_opaque(result[4:])
            offset += len(data)
            yield data

    def put(self, path, data):
        directory, _, name = path.rpartition("/")
        # Write, deny nothing; create unchecked, size 0 and mode 0644; by its name in the directory.
        attributes = number(2) + number(1 << 4) + number(1 << (33 - 32)) + opaque(long(0) + number(0o644))
        stateid = self.call(*self.walk(directory),
                            number(OPEN) + number(0) + number(2) + number(0) + self.client_id + opaque(b"test") +
                            number(1) + number(0) + attributes + number(0) + opaque(name.encode()))[:16]
        current = number(PUTFH) + opaque(self.handle(path))
        for offset in range(0, len(data), PIECE):
            self.call(current, number(WRITE) + stateid + long(offset) + number(2) + opaque(data[offset:offset + PIECE]))
        self.call(current, number(CLOSE) + number(0) + stateid)


    def link(self, target, path):
        directory, _, name = path.rpartition("/")
        self.call(*self.walk(directory),
                  number(CREATE) + number(NF4LNK) + opaque(target.encode()) + opaque(name.encode()) + number(0) + number(0))

    def read_link(self, path):
        return take_opaque(self.call(*self.walk(path), number(READLINK))).decode()


def listing(client, handle):
    try:
        return " ".join(client.names(number(PUTFH) + opaque(handle)))
    except Refused as refused:
        return str(refused)


def run(client, command, arguments):
    match command, arguments:
        case "versions", []:
            print(*client.versions())
        case "ls", [path]:
            print(*client.names(*client.walk(path)), sep="\n")
        case "cat", [path]:
            for piece in client.pieces(path):
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
        case "put", [file, path]:
            with open(file, "rb") as source:
                client.call(number(PUTROOTFH))
                client.put(path, source.read())
        case "link", [target, path]:
            client.link(target, path)
        case "readlink", [path]:
            print(client.read_link(path))
        case "handle", [path]:
            print(client.handle(path).hex())
        case "list", []:
            for line in sys.stdin:
                print(listing(client, bytes.fromhex(line)))
        case _:
            sys.exit(__doc__)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--from", dest="address", default="")
    parser.add_argument("--port", default="reserved")
    parser.add_argument("--uid", type=int, default=0)
    parser.add_argument("server")
    parser.add_argument("command")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    client = Client(connect(options.server, options.address, options.port), options.uid)
    try:
        run(client, options.command, options.arguments)
    except Refused as refused:
        sys.exit(str(refused))
    finally:
        client.end()


if __name__ == "__main__":
    main()
