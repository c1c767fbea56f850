"""Blades with hardware of another kind: a simulated BMC (OpenIPMI's ipmi_sim) and a power strip that a program of the site reaches. Both have
the test's blades for machines."""
import pathlib
import socket
import subprocess
import sys
import threading

# Asks the test, which has the machines: WORDS of a blade in a line, what is to be printed as answer.
ASK = """#!{python}
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect({path!r})
connection.sendall((" ".join([{name!r}, *sys.argv[1:]]) + "\\n").encode())
answer = connection.makefile().read()
sys.stdout.write(answer)
sys.exit(1 if answer.startswith("no ") else 0)
"""


class Switchboard:
    """Switches blades for programs, which ask at a Unix socket: state, on, off, reset; or as ipmi_sim does, get power, set power 1."""

    def __init__(self, directory, blades):
        self._blades = blades
        self._directory = directory
        self._path = directory / "switchboard.sock"
        self.orders = []  # (blade, words), but questions
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen(16)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def program(self, name):
        """A program that switches the blade NAME."""
        path = self._directory / f"{name}.switch"
        path.write_text(ASK.format(python=sys.executable, path=str(self._path), name=name))
        path.chmod(0o755)
        return path

    def _serve(self, listener):
        while True:
            connection, _ = listener.accept()
            with connection:
                name, *words = connection.makefile().readline().split()
                connection.sendall(self._answer(self._blades[name], name, words).encode())

    def _answer(self, blade, name, words):
        state = "on" if blade.is_on else "off"
        if words == ["state"]:
            return state + "\n"
        if words[0] == "get":
            return "".join(f"{word}:{int(blade.is_on) if word == 'power' else 0}\n" for word in words[1:])
        self.orders.append((name, " ".join(words)))
        order = {"set power 1": "on", "set power 0": "off", "set reset 1": "reset"}.get(" ".join(words), " ".join(words))
        if order not in ("on", "off", "reset"):
            return f"no {order} here\n"
        if order != "on" and blade.is_on:
            blade.power_off()
        if order != "off" and not blade.is_on:
            blade.power_on()
        return ""


class Bmc:
    """Of one blade; `dim` knows it by the cluster definition."""

    def __init__(self, directory, server, name, address, switchboard):
        conf, emulation, state = directory / f"{name}.lan.conf", directory / f"{name}.emu", directory / f"{name}.bmc"
        state.mkdir()
        conf.write_text(f"""name "{name}"
set_working_mc 0x20
startlan 1
  addr {address} 623
  priv_limit admin
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
chassis_control "{switchboard.program(name)}"
user 2 true "dim" "opensesame" admin 10 none md2 md5 straight
""")
        emulation.write_text("mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n")
        credentials = directory / f"{name}.key"
        credentials.touch(0o600)
        credentials.write_text("user dim\npassword opensesame\n")
        for key, value in {"power": "ipmi", "power-address": address, "ipmi-cipher-suite": "3", "credentials": credentials}.items():
            server.set_property(name, key, str(value))
        self._log = open(pathlib.Path(directory) / "logs" / f"{name}-bmc.log", "ab")
        self._process = subprocess.Popen(["ipmi_sim", "-n", "-c", conf, "-f", emulation, "-s", state], stdin=subprocess.DEVNULL,
                                         stdout=self._log, stderr=self._log)

    def end(self):
        self._process.kill()
        self._process.wait()
        self._log.close()
