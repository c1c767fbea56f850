"""The Debian 12 that emulated blades boot, made by scripts/build-debian when the cache of slow builds does not have it, and what is
expected of a blade that runs it."""
import os
import pathlib
import subprocess

from .case import expect, step
from .sandbox import INSIDE

_KERNEL_VARIABLE = "DIM_DEBIAN_KERNEL"
_SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def _make(variable, *command):
    """To be called before the sandbox, which has no way to a package archive."""
    if INSIDE not in os.environ and variable not in os.environ:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        os.environ[variable] = done.stdout.strip()


def _variable(suite):
    return f"DIM_DEBIAN_{suite.upper()}"


def make_debian(architecture="amd64", suite="bookworm"):
    """Before the sandbox; one architecture of a suite in a test."""
    _make(_variable(suite), _SCRIPTS / "build-debian", "--arch", architecture, "--suite", suite)


def debian_root(suite="bookworm"):
    """Its root directory, to be read only."""
    return pathlib.Path(os.environ[_variable(suite)]) / "root"


def master_of_debian(directory):
    """The same as a master to write to, below DIRECTORY: what is not changed in it takes no space."""
    for name in ("upper", "work", "master"):
        (directory / name).mkdir()
    options = f"lowerdir={debian_root()},upperdir={directory}/upper,workdir={directory}/work"
    subprocess.run(["mount", "-t", "overlay", "master", "-o", options, directory / "master"], check=True)
    return directory / "master"


def make_other_kernel():
    """The same for a package with another kernel."""
    _make(_KERNEL_VARIABLE, _SCRIPTS / "fetch-debian-kernel")


def other_kernel():
    """Its package, of a greater release than the kernel of debian_root()."""
    return pathlib.Path(os.environ[_KERNEL_VARIABLE]) / "kernel.deb"


def wait_until_started(shell, expected_failures=frozenset()):
    """All that systemd starts has started, and nothing failed but EXPECTED_FAILURES."""
    _, state = shell.run("systemctl is-system-running --wait", 600)
    step(f"systemd says: {state}")
    units = shell.check("systemctl list-units --failed --plain --no-legend")
    failed = {line.split()[0] for line in units.splitlines() if line.strip()}
    for unit in failed:
        print(shell.run(f"systemctl status --no-pager -n 20 {unit}")[1])
    expect(failed <= expected_failures, f"units that failed: {failed}")


def check_what_it_runs(shell, name, kernel_file, suite="bookworm"):
    """KERNEL_FILE: "vmlinuz"; its release is behind that in /boot."""
    for place in ("/", "/usr"):
        expect(shell.check(f"findmnt -n -o FSTYPE {place}") == "nfs4", f"{place} comes by NFS")
    expect(shell.run("touch /usr/mine")[0] != 0, "the shared root is read-only")
    shell.check("touch /root/mine")
    kernel = debian_root(suite) / "boot" / f"{kernel_file}-{shell.check('uname -r')}"
    expect(kernel.exists(), "its kernel is the distribution's")
    expect(shell.check("hostname") == name, "its name is the blade's")
    expect(len(shell.check("cat /etc/machine-id")) == 32, "it has an identity")
    shell.check("journalctl -b -q -n 1 && systemctl is-active ssh && ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", 120)


def check_housekeeping(shell):
    """What the distribution does for itself goes on as on a disk: tmpfiles, logrotate, the random seed, AppArmor."""
    shell.check("systemd-tmpfiles --create --clean", 120)
    shell.check("systemctl start logrotate.service && test -s /var/lib/logrotate/status", 120)
    shell.check("systemctl is-active systemd-random-seed && test -s /var/lib/systemd/random-seed")
    shell.check("aa-enabled -q && systemctl is-active apparmor && grep -q . /sys/kernel/security/apparmor/profiles")


def check_clean_journal(shell, boots):
    """The journal is kept, and was closed in good order before each of the BOOTS before this one ended."""
    expect(int(shell.check("journalctl --list-boots -q | wc -l", 120)) == boots + 1, f"the journal has {boots} boots before this one")
    shell.check("! journalctl -b -q | grep 'corrupted or uncleanly'", 120)


def wait_for_time(shell, time_server):
    """timesyncd has the clock from TIME_SERVER."""
    shell.check("until timedatectl show -p NTPSynchronized --value | grep -q yes; do sleep 1; done", 120)
    expect(time_server.asked.is_set(), "it was asked")
    before = time_server.now
    told = float(shell.check("date +%s.%N"))
    expect(before - 1 <= told <= time_server.now + 1, f"the blade's clock is at {told}, the time server's after {before}")


def check_ssh(shell, server, address):
    """From SERVER's machine."""
    key = server.directory / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    shell.check(f"mkdir -p -m 700 /root/.ssh && echo '{public}' > /root/.ssh/authorized_keys")
    done = subprocess.run(["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={server.directory}/known",
                           f"root@{address}", "systemctl is-system-running"], capture_output=True, text=True, timeout=120)
    expect(done.stdout.strip() == "running", f"{done.stdout} {done.stderr}")
