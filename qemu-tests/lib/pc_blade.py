"""Blades that are PCs: QEMU's q35 machine with one network port, booting from the network, with UEFI (OVMF) or BIOS (SeaBIOS and iPXE)."""
import os
import shutil

from .blade import Blade

FIRMWARE = "/usr/share/OVMF"
ACCELERATORS = {"tcg": ("-accel", "tcg,thread=multi", "-cpu", "Nehalem"), "kvm": ("-accel", "kvm", "-cpu", "host,-arch-capabilities")}


def has_kvm():
    """Whether there is KVM to be tried; whether a guest gets far with it, only a try can tell."""
    return os.access("/dev/kvm", os.R_OK | os.W_OK)


class PcBlade(Blade):
    """As Blade. ACCELERATOR: "tcg", a processor that QEMU emulates, since not every machine that tests run on can lend its own, or "kvm"."""

    def __init__(self, name, kind, mac, bootnet, directory, memory_mib=1024, accelerator="tcg", **arguments):
        self._accelerator = accelerator
        super().__init__(name, kind, mac, bootnet, directory, memory_mib=memory_mib, has_saved_firmware=False, **arguments)

    def _firmware(self):
        """QEMU's arguments for it, and those of the network port that depend on it."""
        raise NotImplementedError

    def _machine(self, boot_command):
        firmware, port = self._firmware()
        return ["qemu-system-x86_64", "-M", "q35", *ACCELERATORS[self._accelerator], "-smp", "1",
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none", *firmware,
                "-device", f"virtio-net-pci,netdev=net0,mac={self.mac},bootindex=1{port}",
                "-device", "virtio-rng-pci", "-serial", "chardev:console", *self._more_arguments]


class UefiBlade(PcBlade):
    """LOADS_BY: "pxe", or "http" alone. It may be changed while the blade is off."""

    def __init__(self, name, kind, mac, bootnet, directory, loads_by="pxe", **arguments):
        super().__init__(name, kind, mac, bootnet, directory, **arguments)
        self.loads_by = loads_by
        self._variables = directory / f"{name}-variables.fd"
        shutil.copy(f"{FIRMWARE}/OVMF_VARS_4M.fd", self._variables)

    def _firmware(self):
        # What OVMF offers to boot from is said to it like this; it has both otherwise, PXE first.
        families = ("IPv4", "IPv6") if self.loads_by == "http" else ()
        return [*(word for family in families for word in ("-fw_cfg", f"name=opt/org.tianocore/{family}PXESupport,string=no")),
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}/OVMF_CODE_4M.fd",
                "-drive", f"if=pflash,format=raw,unit=1,file={self._variables}"], ",romfile="


class BiosBlade(PcBlade):
    """The port's ROM is iPXE (Debian: package ipxe-qemu), as on a card that has it."""

    def _firmware(self):
        return [], ""
