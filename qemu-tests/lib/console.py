"""The serial console of an emulated blade: everything it prints is kept, and whoever waits for a text is woken by it."""
import re
import socket
import threading
import time


class ConsoleTimeout(Exception):
    """The text did not come in time."""


class Console:
    def __init__(self, connection, log_path, set_idle=lambda is_idle: None):
        """set_idle() is told when the blade waits for somebody to say something, and when somebody does."""
        self._socket = connection
        self._set_idle = set_idle
        self._log = open(log_path, "ab", buffering=0)
        self._text = ""
        self._seen = 0  # up to here expect() has consumed
        self._closed = False
        self._person = None  # attached through relay()
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            with self._changed:
                if not data:
                    self._closed = True
                    self._changed.notify_all()
                    return
                self._log.write(data)
                self._show(data)
                self._text += data.decode("latin-1").replace("\r", "")
                if self._text.endswith("login: "):
                    self._set_idle(True)
                self._changed.notify_all()

    def _show(self, data):
        person = self._person
        if person:
            try:
                person.sendall(data)
            except OSError:
                pass  # just left

    def expect(self, pattern, timeout):
        """Waits for the regular expression in what has not been consumed yet; returns the match."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                match = re.compile(pattern).search(self._text, self._seen)
                if match:
                    self._seen = match.end()
                    return match
                left = deadline - time.monotonic()
                if left <= 0 or self._closed:
                    why = "the console closed" if self._closed else f"not within {timeout} s"
                    raise ConsoleTimeout(f"{pattern!r}: {why}; the console's end:\n{self._text[-1500:]}")
                self._changed.wait(left)

    def skip(self):
        """What came until now is consumed."""
        with self._changed:
            self._seen = len(self._text)

    def relay(self, path):
        """Lets people attach at a Unix socket: what the blade prints goes to whoever is attached, what they type to it."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(1)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener):
        while True:
            person, _ = listener.accept()
            self._person = person
            try:
                while data := person.recv(4096):
                    self._socket.sendall(data)
            except OSError:
                pass
            self._person = None
            person.close()

    def send(self, text):
        self._set_idle(False)
        self._socket.sendall(text.encode())

    def rest(self):
        """What was said is done."""
        self._set_idle(True)

    @property
    def text(self):
        with self._changed:
            return self._text

    def close(self):
        self._socket.close()


class Shell:
    """A root shell on the console, for the distribution's own login; without PASSWORD root has none."""

    def __init__(self, console, timeout=120, password=None):
        self._console = console
        self._count = 0
        console.send("\n")
        console.expect(r"login: ", timeout)
        console.send("root\n")
        if password is not None:
            console.expect(r"Password: ", timeout)
            console.send(f"{password}\n")
        console.expect(r"[#$] ", timeout)
        # The kernel speaks on the same line: what it warns of would stand amid the output of a command.
        # bash would put marks for pasting around what it is told.
        self.run("stty -echo; PS1=; bind 'set enable-bracketed-paste off' 2>/dev/null; echo 1 >/proc/sys/kernel/printk", timeout)

    def run(self, command, timeout=60):
        """Runs a command; returns (exit status, output)."""
        self._count += 1
        # The marker is put together on the blade, so that an echo of the command is not taken for it.
        mark = f"dim{self._count}"
        self._console.send(f"{command}\necho {mark}'='$?'='\n")
        match = self._console.expect(rf"(?s)(.*?){mark}=(\d+)=\n", timeout)
        self._console.rest()
        return int(match.group(2)), match.group(1).strip("\n")

    def check(self, command, timeout=60):
        """Runs a command that must succeed; returns its output."""
        status, output = self.run(command, timeout)
        if status != 0:
            raise AssertionError(f"on the blade, {command!r} ended with {status}: {output}")
        return output

    def leave(self, timeout=60):
        """Logs out; the console is as before the login."""
        self._console.send("stty echo; exit\n")
        self._console.expect(r"login: $", timeout)
