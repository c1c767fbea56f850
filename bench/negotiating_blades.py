"""All blades of bench/negotiations in one process: what their agents and monitors say to the image server, on one thread and epoll.

argument: a JSON file with server, name, authority and blades. Reads from standard input what to do, and answers each with a line of JSON.
"""
import heapq
import itertools
import json
import pathlib
import select
import socket
import ssl
import statistics
import sys
import time

RETRY_SECONDS = 1.0  # of an agent whose attempt failed
PATIENCE_SECONDS = 120.0  # after which a blade counts as lost
ANSWER_SECONDS = 30.0  # for one connection or one request
HEARTBEAT_SECONDS = 10.0  # of a blade; each here sends those of as many blades as it has agents
ONE_BY_ONE = 200  # at most
RESERVED_PORTS = range(1023, 511, -1)


class Loop:
    """Runs generators that yield what they wait for: (socket, epoll events, deadline), or (None, 0, time to go on)."""

    def __init__(self):
        self._epoll = select.epoll()
        self._waiting = {}  # descriptor: (task, number of its wait)
        self._timers = []  # (time, number of the wait, task, descriptor)
        self._numbers = itertools.count()
        self.running = 0

    def start(self, task):
        self.running += 1
        self._advance(task, None)

    def _advance(self, task, is_late):
        try:
            channel, events, until = task.send(is_late)
        except StopIteration:
            self.running -= 1
            return
        number = next(self._numbers)
        descriptor = None
        if channel is not None:
            descriptor = channel.fileno()
            try:
                self._epoll.modify(descriptor, events | select.EPOLLONESHOT)
            except FileNotFoundError:
                self._epoll.register(descriptor, events | select.EPOLLONESHOT)
            self._waiting[descriptor] = (task, number)
        heapq.heappush(self._timers, (until, number, task, descriptor))

    def turn(self):
        """Waits for one event or timer at most until the next timer."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, number, task, descriptor = heapq.heappop(self._timers)
            if descriptor is None:
                self._advance(task, False)
            elif self._waiting.get(descriptor, (None, None))[1] == number:
                del self._waiting[descriptor]
                self._advance(task, True)
        timeout = min(1.0, max(0.0, self._timers[0][0] - now)) if self._timers else 1.0
        for descriptor, _ in self._epoll.poll(timeout, 256):
            if descriptor in self._waiting:
                self._advance(self._waiting.pop(descriptor)[0], False)


class Failed(Exception):
    """A connection or a request did not come to its end."""


class Connection:
    """HTTP over TLS; every call is a generator for Loop."""

    def __init__(self, settings, context, address, port):
        self._settings = settings
        self._context = context
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.bind((address, port))

    def close(self):
        self._socket.close()

    def _wait(self, events, deadline):
        is_late = yield (self._socket, events, deadline)
        if is_late:
            raise Failed("late")

    def _until_done(self, call, deadline):
        while True:
            try:
                return call()
            except ssl.SSLWantReadError:
                yield from self._wait(select.EPOLLIN, deadline)
            except ssl.SSLWantWriteError:
                yield from self._wait(select.EPOLLOUT, deadline)
            except OSError as error:
                raise Failed(str(error)) from error

    def open(self):
        deadline = time.monotonic() + ANSWER_SECONDS
        self._socket.connect_ex(tuple(self._settings["server"]))
        yield from self._wait(select.EPOLLOUT, deadline)
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise Failed(f"connect: {error}")
        self._socket = self._context.wrap_socket(self._socket, do_handshake_on_connect=False, server_hostname=self._settings["name"])
        yield from self._until_done(self._socket.do_handshake, deadline)

    def post(self, path, message):
        deadline = time.monotonic() + ANSWER_SECONDS
        body = json.dumps(message)
        request = (f"POST {path} HTTP/1.1\r\nHost: {self._settings['name']}\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        yield from self._until_done(lambda: self._socket.sendall(request), deadline)
        answer = b""
        while True:
            part = yield from self._until_done(lambda: self._socket.recv(65536), deadline)
            if not part:
                raise Failed("closed")
            answer += part
            head, end, rest = answer.partition(b"\r\n\r\n")
            if not end:
                continue
            status = int(head.split(None, 2)[1])
            length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            if len(rest) < length:
                continue
            if status // 100 != 2:
                raise Failed(f"{status} {rest.decode()}")
            return json.loads(rest) if length else None


class Blades:
    def __init__(self, settings):
        self._settings = settings
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.load_verify_locations(settings["authority"])
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._loop = Loop()
        self._ports = {address: itertools.cycle(RESERVED_PORTS) for _, _, address in settings["blades"]}
        self._plans = {}
        self._lateness = []
        self._failed_heartbeats = 0
        self._is_ending = False
        self._why = {}
        self._agents = settings.get("agents", 4)

    def _connect(self, address):
        connection = Connection(self._settings, self._context, address, next(self._ports[address]))
        try:
            yield from connection.open()
        except BaseException:
            connection.close()
            raise
        return connection

    def _ask(self, mac, address, started):
        connection = yield from self._connect(address)
        try:
            now = int((time.monotonic() - started) * 1e6) + 9_000_000
            return (yield from connection.post("/v1/agent/boots", {
                "mac": mac, "architecture": "ppc64", "machine": "IBM,8842-21X", "memory_bytes": 1 << 31, "cpus": 2, "kernel": "6.1.0",
                "agent_version": "bench", "attempt": 1, "agent_started_us": 8_000_000, "stages": [], "earlier_failures": [],
                "now_us": now}))
        finally:
            connection.close()

    def _negotiate(self, blade, times, failures):
        name, mac, address = blade
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE_SECONDS:
            try:
                self._plans[name] = yield from self._ask(mac, address, begin)
                times.append(time.monotonic() - begin)
                return
            except Failed as failed:
                failures.append(name)
                self._why[str(failed)] = self._why.get(str(failed), 0) + 1
                yield (None, 0, time.monotonic() + RETRY_SECONDS)

    def _negotiate_in_turn(self, queue, times, failures):
        for blade in queue:
            yield from self._negotiate(blade, times, failures)

    def one_by_one(self):
        """Some blades, each when the one before has its plan."""
        return self._until_planned([self._settings["blades"][:ONE_BY_ONE]])

    def all_at_once(self):
        """One agent of each blade: whose plan is the last is the one whose token is good."""
        return self._until_planned([[blade] for blade in self._settings["blades"]])

    def again(self):
        """Several agents of each blade at once."""
        return self._until_planned([[blade] for blade in self._settings["blades"] * self._agents])

    def _until_planned(self, queues):
        """All queues at once; in each, one blade after the other."""
        times, failures = [], []
        others = self._loop.running
        begin = time.monotonic()
        for queue in queues:
            self._loop.start(self._negotiate_in_turn(queue, times, failures))
        while self._loop.running > others:
            self._loop.turn()
        assert times, f"nobody got a plan: {self._why}"
        return {"plans": len(times), "lost": sum(map(len, queues)) - len(times), "failed_tries": len(failures),
                "seconds": round(time.monotonic() - begin, 2), "median_s": round(statistics.median(times), 2), "longest_s": round(max(times), 2),
                "why": self._why}

    def _run(self, blade, plan, first, reported):
        """A monitor: reports that the distribution runs, then a heartbeat every interval, on one connection."""
        _, _, address = blade
        yield (None, 0, first)
        connection = None
        path = f"/v1/agent/boots/{plan['boot_id']}"
        due = first
        is_running = False
        while not self._is_ending:
            try:
                if connection is None:
                    connection = yield from self._connect(address)
                now = int((time.monotonic() - first) * 1e6) + 20_000_000
                if not is_running:
                    yield from connection.post(path + "/running", {"token": plan["token"], "init": "/sbin/init", "init_started_us": 10_000_000,
                                                                   "now_us": now})
                    is_running = True
                    reported.append(address)
                else:
                    yield from connection.post(path + "/heartbeats", {"token": plan["token"], "memory_available_bytes": 1 << 30, "processes": 40,
                                                                      "load": 0.1, "now_us": now})
                    self._lateness.append(time.monotonic() - due)
            except Failed as failed:
                self._failed_heartbeats += 1
                self._why[str(failed)] = self._why.get(str(failed), 0) + 1
                if connection is not None:
                    connection.close()
                connection = None
            due = max(due + HEARTBEAT_SECONDS / self._agents, time.monotonic())
            yield (None, 0, due)
        if connection is not None:
            connection.close()

    def run(self):
        """Every blade runs from now on; returns when all have said so."""
        reported = []
        begin = time.monotonic()
        blades = self._settings["blades"]
        for index, blade in enumerate(blades):
            self._loop.start(self._run(blade, self._plans[blade[0]], begin + HEARTBEAT_SECONDS * index / len(blades), reported))
        while len(reported) < len(blades) and time.monotonic() - begin < PATIENCE_SECONDS:
            self._loop.turn()
        return {"running": len(reported)}

    def settle(self):
        """A whole round of heartbeats; what came before does not count."""
        end = time.monotonic() + HEARTBEAT_SECONDS
        while time.monotonic() < end:
            self._loop.turn()
        self._lateness.clear()
        self._failed_heartbeats = 0
        return {}

    def end(self):
        """After one more round; what came of the heartbeats since settle()."""
        end = time.monotonic() + HEARTBEAT_SECONDS
        while time.monotonic() < end:
            self._loop.turn()
        self._is_ending = True
        return {"answered": len(self._lateness), "failed": self._failed_heartbeats, "latest_ms": round(max(self._lateness, default=0) * 1000, 1),
                "median_ms": round(statistics.median(self._lateness) * 1000, 1) if self._lateness else None, "why": self._why}


def main():
    blades = Blades(json.loads(pathlib.Path(sys.argv[1]).read_text()))
    for line in sys.stdin:
        what = line.strip()
        print(json.dumps(getattr(blades, what)()), flush=True)
        if what == "end":
            return


main()
