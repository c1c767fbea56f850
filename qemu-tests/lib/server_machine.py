"""An image server that is a machine of its own: Debian 12 for amd64 with its own kernel in QEMU, made by scripts/build-server-machine."""
import json
import os
import pathlib
import shutil
import subprocess

from .blade import Blade
from .image_server import ImageServer
from .sandbox import INSIDE

_VARIABLE = "DIM_SERVER_MACHINE"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Prints the first status that has the blade in the state.
WAIT = """import json, subprocess, sys
watch = subprocess.Popen(["dim", "--json", "status", "--watch"], stdout=subprocess.PIPE, text=True)
for line in watch.stdout:
    if any(blade["name"] == sys.argv[1] and blade["state"] == sys.argv[2] for blade in json.loads(line)["blades"]):
        break
watch.kill()
"""


def make_server_machine():
    """To be called before the sandbox, which has no way to a package archive."""
    if INSIDE not in os.environ and _VARIABLE not in os.environ:
        done = subprocess.run([SOURCE / "scripts/build-server-machine"], stdout=subprocess.PIPE, text=True, check=True)
        os.environ[_VARIABLE] = done.stdout.strip()


class ServerMachine(Blade):
    """On the bootnet as any blade, with the programs and FILES (paths by name) on a disk of their own at /srv; root works on its console."""

    STATE = "/srv/state"

    def __init__(self, bootnet, directory, definition, files):
        """DEFINITION: an ImageServer that says what its cluster.xml is."""
        super().__init__("server", "x86_64", "52:54:00:01:00:01", bootnet, directory, memory_mib=1024, has_saved_firmware=False,
                         stands_back=False)
        self._parts = pathlib.Path(os.environ[_VARIABLE])
        self._disk = directory / "srv.img"
        self._make_disk(directory / "srv", definition, files)
        self.shell = None

    def _make_disk(self, tree, definition, files):
        (tree / "bin").mkdir(parents=True)
        for program in ("imageserver", "dim", "blade-exec"):
            subprocess.run(["strip", "-o", tree / "bin" / program, definition.bin / program], check=True)
        shutil.copytree(definition.agents, tree / "agents")
        shutil.copytree(definition.kernel_kit, tree / "kernel-kit", symlinks=True)
        shutil.copy(definition.cluster_file, tree / "cluster.xml")
        (tree / "wait.py").write_text(WAIT)
        for name, path in files.items():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, tree / name, **({"symlinks": True} if path.is_dir() else {}))
        subprocess.run(["mkfs.ext4", "-q", "-d", tree, self._disk, "2G"], check=True)
        shutil.rmtree(tree)

    def _machine(self, boot_command):
        return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2",
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none", "-no-reboot",
                "-kernel", self._parts / "vmlinuz", "-initrd", self._parts / "initrd.img",
                "-append", "root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet",
                # What changes on the first disk is forgotten.
                "-drive", f"if=virtio,format=raw,snapshot=on,file={self._parts / 'root.img'}",
                "-drive", f"if=virtio,format=raw,file={self._disk}",
                "-device", f"virtio-net-pci,netdev=net0,mac={self.mac},romfile=",
                "-device", "virtio-rng-pci", "-serial", "chardev:console"]

    def start(self, timeout=600):
        """Switches it on and sets up what an administrator would have in its configuration."""
        self.power_on()
        self.shell = self.login(timeout)
        self.shell.check("mount /dev/vdb /srv && ip link set eth0 name boot0 && ip link set boot0 up && "
                         f"ip address add {ImageServer.ADDRESS}/24 dev boot0 && hostname is01", 60)
        # The DHCP server's user, as Kea's package makes it.
        self.shell.check("export PATH=/srv/bin:$PATH; useradd --system _kea", 60)

    def start_daemon(self, timeout=180):
        """As the unit does: it returns when the daemon says that it is ready."""
        self.shell.check("systemd-run -q --unit=dim-imageserver -p Type=notify -p KillMode=process -p StandardOutput=file:/srv/imageserver.log "
                         "-p StandardError=file:/srv/imageserver.log /srv/bin/imageserver --cluster /srv/cluster.xml --server is01 "
                         f"--state {self.STATE} --run /run/dim --agents /srv/agents --kernel-kit /srv/kernel-kit --blade-exec /srv/bin/blade-exec"
                         " || { cat /srv/imageserver.log; false; }", timeout)

    def dim(self, *words, timeout=600):
        return self.shell.check("dim " + " ".join(map(str, words)), timeout)

    def query(self, *words):
        return json.loads(self.dim("--json", *words))

    def wait_for_blade(self, blade, state, timeout=600):
        self.shell.check(f"timeout {timeout} python3 /srv/wait.py {blade} {state}", timeout + 30)
