"""Connections that a program of a blade makes for a test: what the test writes leaves the blade, and so comes from its address,
from a port that the program's user may have. An attack can so be written here and still be the blade's."""
import pathlib
import socket
import ssl
import subprocess

TESTER_PORT = 7001
PROGRAM = "var/tmp/relay"  # on the blade
CROSS = "powerpc64-linux-gnu-"


def build_for_blade(source, target):
    """A C program that the test's blades run."""
    subprocess.run([CROSS + "gcc", "-mcpu=970", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu11", "-s", "-o", target, source], check=True)


def install(blade_root):
    """Puts the program on the blade whose root directory it is."""
    build_for_blade(pathlib.Path(__file__).with_name("relay.c"), blade_root / PROGRAM)


def connect(shell, server, port, user="root", source_port=0):
    """A socket whose other end is a connection that USER of the blade makes to SERVER's PORT."""
    with socket.create_server((server, TESTER_PORT)) as listener:
        listener.settimeout(30)
        shell.check(f"(su -s /bin/sh {user} -c '/{PROGRAM} {server} {port} {TESTER_PORT} {source_port}' >/dev/console 2>&1 &)")
        connection, _ = listener.accept()
    connection.settimeout(30)
    return connection


def over_tls(connection):
    """The same through TLS; an attacker does not care whose certificate it is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection)
