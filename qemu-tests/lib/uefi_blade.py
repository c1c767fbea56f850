"""A blade with UEFI: QEMU's q35 machine with OVMF, one network port, booting from the network."""
import shutil

from .blade import Blade

FIRMWARE = "/usr/share/OVMF"


class UefiBlade(Blade):
    """As Blade; by the processor that QEMU emulates, since not every machine that tests run on can lend its own."""

    def __init__(self, name, kind, mac, bootnet, directory, memory_mib=1024, **arguments):
        assert kind == "x86_64-uefi"
        super().__init__(name, kind, mac, bootnet, directory, memory_mib=memory_mib, has_saved_firmware=False, **arguments)
        self._variables = directory / f"{name}-variables.fd"
        shutil.copy(f"{FIRMWARE}/OVMF_VARS_4M.fd", self._variables)

    def _machine(self, boot_command):
        return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "1",
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none",
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}/OVMF_CODE_4M.fd",
                "-drive", f"if=pflash,format=raw,unit=1,file={self._variables}",
                "-device", f"virtio-net-pci,netdev=net0,mac={self.mac},bootindex=1,romfile=",
                "-device", "virtio-rng-pci", "-serial", "chardev:console", *self._more_arguments]
