"""A program on a terminal of its own, as a person has it."""
import os
import subprocess
import termios

from .console import Console


class _Controller:
    """The other side of a terminal, as a connection."""

    def __init__(self, descriptor):
        self._descriptor = descriptor

    def recv(self, size):
        return os.read(self._descriptor, size)

    def sendall(self, data):
        while data:
            data = data[os.write(self._descriptor, data):]

    def close(self):
        os.close(self._descriptor)


class Terminal:
    """What the program shows is read at .screen."""

    def __init__(self, words, log_path):
        controller, self._terminal = os.openpty()
        self._before = termios.tcgetattr(self._terminal)
        self._process = subprocess.Popen([str(word) for word in words], stdin=self._terminal, stdout=self._terminal, stderr=self._terminal,
                                         start_new_session=True)
        self.screen = Console(_Controller(controller), log_path)

    def wait(self, timeout=60):
        """The program's exit code."""
        return self._process.wait(timeout)

    def end(self):
        self._process.kill()
        self._process.wait()

    @property
    def is_as_before(self):
        """Whether the terminal has the settings that the program found."""
        return termios.tcgetattr(self._terminal) == self._before
