"""Blades with 64-bit ARM: QEMU's virt machine with one network port and UEFI (AAVMF), booting from the network."""
import shutil

from .blade import Blade

FIRMWARE = "/usr/share/AAVMF"


class ArmBlade(Blade):
    """A processor that QEMU emulates."""

    def __init__(self, name, kind, mac, bootnet, directory, memory_mib=1024, **arguments):
        super().__init__(name, kind, mac, bootnet, directory, memory_mib=memory_mib, has_saved_firmware=False, **arguments)
        self._variables = directory / f"{name}-variables.fd"
        shutil.copy(f"{FIRMWARE}/AAVMF_VARS.fd", self._variables)

    def _machine(self, boot_command):
        return ["qemu-system-aarch64", "-M", "virt", "-accel", "tcg,thread=multi", "-cpu", "cortex-a57", "-smp", "1",
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none",
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}/AAVMF_CODE.fd",
                "-drive", f"if=pflash,format=raw,unit=1,file={self._variables}",
                "-device", f"virtio-net-pci,netdev=net0,mac={self.mac},bootindex=1,romfile=",
                "-device", "virtio-rng-pci", "-serial", "chardev:console", *self._more_arguments]
