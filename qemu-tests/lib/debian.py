"""The Debian 12 for amd64 that UEFI blades boot, made by scripts/build-debian when the cache of slow builds does not have it."""
import os
import pathlib
import subprocess

from .sandbox import INSIDE

_VARIABLE = "DIM_DEBIAN"


def make_debian():
    """To be called before the sandbox, which has no way to a package archive."""
    if INSIDE not in os.environ and _VARIABLE not in os.environ:
        script = pathlib.Path(__file__).resolve().parents[2] / "scripts/build-debian"
        done = subprocess.run([script], stdout=subprocess.PIPE, text=True, check=True)
        os.environ[_VARIABLE] = done.stdout.strip()


def debian_root():
    """Its root directory, to be read only."""
    return pathlib.Path(os.environ[_VARIABLE]) / "root"
