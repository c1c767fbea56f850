#!/usr/bin/env python3
"""An unmodified Debian 12 for amd64, as debootstrap makes it, boots a machine with UEFI: firmware, PXE, the distribution's own kernel
with the agent, TLS, blade image and shared root, systemd, `running`."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.debian import debian_root, make_debian
from lib.image_server import ImageServer
from lib.network import Bootnet
from lib.uefi_blade import UefiBlade

NAME, KIND, MAC, ADDRESS = BLADE = ("s01c1b01", "x86_64-uefi", "52:54:00:01:01:01", "10.1.0.11")
IMAGE = "debian"
# A machine with this Debian on its disk has them, too, or why not. Nothing at present.
EXPECTED_FAILURES = set()


class Site:
    """One image server and a blade with UEFI."""

    def __init__(self, directory):
        self.bootnet = Bootnet()
        self.server = ImageServer(directory)
        self.server.define_blade(*BLADE)
        self.blade = UefiBlade(NAME, KIND, MAC, self.bootnet, directory)


def body(site):
    server = site.server
    server.start()
    step("import the tree, make its boot file, deploy")
    root = debian_root()
    server.dim("image", "import", IMAGE, root, "--arch", "x86_64", "--size", "1G", timeout=900)
    server.dim("buildzimage", IMAGE)
    boot_files = list((server.state / "boot" / IMAGE).rglob("linux.efi"))
    expect(len(boot_files) == 1, f"one boot file: {boot_files}")
    size = boot_files[0].stat().st_size
    step(f"the boot file has {size / 2**20:.1f} MiB")
    expect(size <= 16 << 20, "it is not larger than promised")
    server.dim("deploy", NAME, IMAGE, "--yes")

    step("power on")
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    _, state = shell.run("systemctl is-system-running --wait", 300)
    step(f"systemd says: {state}")
    units = shell.check("systemctl list-units --failed --plain --no-legend")
    failed = {line.split()[0] for line in units.splitlines() if line.strip()}
    for unit in failed:
        print(shell.run(f"systemctl status --no-pager -n 20 {unit}")[1])
    expect(failed <= EXPECTED_FAILURES, f"units that failed: {failed}")

    step("what it runs from, and as what")
    for place in ("/", "/usr"):
        expect(shell.check(f"findmnt -n -o FSTYPE {place}") == "nfs4", f"{place} comes by NFS")
    expect(shell.run("touch /usr/mine")[0] != 0, "the shared root is read-only")
    shell.check("touch /root/mine")
    expect((root / "boot" / f"vmlinuz-{shell.check('uname -r')}").exists(), "its kernel is the distribution's")
    expect(shell.check("hostname") == NAME, "its name is the blade's")
    expect(len(shell.check("cat /etc/machine-id")) == 32, "it has an identity")
    shell.check("journalctl -b -q -n 1 && systemctl is-active ssh && ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    step("a login by ssh")
    key = server.directory / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    shell.check(f"mkdir -p -m 700 /root/.ssh && echo '{public}' > /root/.ssh/authorized_keys")
    done = subprocess.run(["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={server.directory}/known",
                           f"root@{ADDRESS}", "systemctl is-system-running"], capture_output=True, text=True, timeout=60)
    expect(done.stdout.strip() == "running", f"{done.stdout} {done.stderr}")

    step("it ends in good order, and comes back as it was")
    site.blade.shut_down(120)
    site.blade.power_on()
    server.wait_for_blade(NAME, "running", 400)
    shell = site.blade.login(300)
    shell.check("test -e /root/mine")
    expect(shell.run("systemctl is-system-running --wait", 300)[1] == "running", "nothing failed at the second boot")
    site.blade.shut_down(120)

    step("neither the shared root nor the master changed")
    server.dim("image", "check", IMAGE, timeout=600)


make_debian()
run_case(body, make_cluster=Site)
