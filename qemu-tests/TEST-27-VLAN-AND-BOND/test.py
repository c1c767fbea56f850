#!/usr/bin/env python3
"""A bootnet that is a tagged VLAN: the firmware (UEFI) asks on it, and so does the agent. First on one port, as the firmware says; then
on a bond of two, one of which goes while the distribution runs. What is not tagged is dropped by the switch."""
import json
import pathlib
import re
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian, wait_until_started
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.pc_blade import UefiBlade
from lib.trunk import TrunkPort
from lib.uefi_variables import set_vlan

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
OTHER_MAC = "52:54:00:01:01:02"  # of the second port: no server knows it
VLAN = 30
IMAGE = "debian"


class TrunkBlade(UefiBlade):
    """Two ports on switch ports that carry the VLAN alone; the set-up of its firmware has the first one on it."""

    def __init__(self, name, kind, mac, bootnet, directory):
        self._ports = [TrunkPort(bootnet, directory, f"port{number}", VLAN) for number in range(2)]
        self._monitor = directory / f"{name}.qmp"
        second = ["-device", f"virtio-net-pci,netdev=net1,mac={OTHER_MAC},romfile=", *self._ports[1].netdev("net1")]
        super().__init__(name, kind, mac, bootnet, directory,
                         more_arguments=[*second, "-qmp", f"unix:{self._monitor},server=on,wait=off"])
        set_vlan(self._variables, mac, VLAN)

    def _network(self):
        return self._ports[0].netdev("net0")

    def set_link(self, number, is_on):
        """Puts the cable of a port in or pulls it out."""
        with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rw") as lines:
            connection.connect(str(self._monitor))
            for command in ({"execute": "qmp_capabilities"}, {"execute": "set_link", "arguments": {"name": f"net{number}", "up": is_on}}):
                lines.write(json.dumps(command) + "\n")
            lines.flush()
            answers = 0
            while answers < 2:
                message = json.loads(lines.readline())
                expect("error" not in message, f"QEMU: {message}")
                answers += "return" in message


class Site:
    """One image server and a blade."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = TrunkBlade(NAME, KIND, MAC, self.bootnet, directory)


def boot(site):
    site.blade.power_on()
    site.server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    wait_until_started(shell)
    return shell


def check_root_interface(shell, name):
    """It has the blade's address and MAC address still, when all that configures a network has run; nothing else has one."""
    addresses = shell.check("ip -4 -brief address show scope global")
    expect(addresses.split()[0].split("@")[0] == name and f"{ADDRESS}/24" in addresses, f"the address is on {name}: {addresses}")
    expect(len(addresses.splitlines()) == 1, f"nothing else has an address: {addresses}")
    expect(shell.check(f"cat /sys/class/net/{name}/address") == MAC, "it is known by the port that it booted from")


def names_of_ports(shell):
    """What the blade calls the bond's ports, by MAC address."""
    status = shell.check("cat /proc/net/bonding/bond0")
    return {mac: name for name, mac in re.findall(r"(?s)Slave Interface: (\S+).*?Permanent HW addr: (\S+)", status)}


def wait_until_in_use(shell, port):
    shell.check(f"until test \"$(cat /sys/class/net/bond0/bonding/active_slave)\" = {port}; do sleep 0.1; done")


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    server.dim("image", "import", IMAGE, debian_root(), "--arch", "x86_64", "--size", "1G", timeout=900)
    refused = server.refusal("buildzimage", IMAGE, "--option", "dim.vlan=4095")
    expect("dim.vlan=4095" in refused.message, f"a number that no VLAN has is refused: {refused.message}")
    server.dim("buildzimage", IMAGE)
    server.dim("deploy", NAME, IMAGE, "--yes")

    step("power on: one port, on the VLAN that the firmware is on")
    shell = boot(site)
    interfaces = shell.check("ls /sys/class/net").split()
    vlan = next((name for name in interfaces if name.endswith(f".{VLAN}")), None)
    expect(vlan, f"there is a VLAN: {interfaces}")
    check_root_interface(shell, vlan)
    site.blade.shut_down(120)

    step("now on a bond of all ports with a link")
    server.dim("buildzimage", IMAGE, "--option", "dim.bond=active-backup", "--option", f"dim.vlan={VLAN}")
    shell = boot(site)
    check_root_interface(shell, f"bond0.{VLAN}")
    ports = names_of_ports(shell)
    expect(set(ports) == {MAC, OTHER_MAC}, f"it has both ports: {ports}")

    step("the cable of the port in use is pulled out, and nothing happens; then the other's")
    for number, (pulled, left) in enumerate(((MAC, OTHER_MAC), (OTHER_MAC, MAC))):
        site.blade.set_link(number, True)
        wait_until_in_use(shell, ports[pulled])
        site.blade.set_link(number, False)
        wait_until_in_use(shell, ports[left])
        shell.check(f"echo 3 > /proc/sys/vm/drop_caches; cat /usr/share/common-licenses/* > /dev/null && touch /root/mine{number} && sync", 120)
        expect(server.status_of(NAME)["state"] == "running", "the server hears it")
        site.blade.set_link(number, True)
    check_root_interface(shell, f"bond0.{VLAN}")
    site.blade.shut_down(120)


make_debian()
run_case(body, make_cluster=Site)
