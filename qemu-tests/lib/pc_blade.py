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

    _machine_type = "q35"

    def _firmware(self):
        """QEMU's arguments for it, and those of the network port that depend on it."""
        raise NotImplementedError

    def _machine(self, boot_command):
        firmware, port = self._firmware()
        return ["qemu-system-x86_64", "-M", self._machine_type, *ACCELERATORS[self._accelerator], "-smp", "1",
                "-m", str(self._memory_mib), "-nodefaults", "-display", "none", *firmware,
                "-device", f"virtio-net-pci,netdev=net0,mac={self.mac},bootindex=1{port}",
                "-device", "virtio-rng-pci", "-serial", "chardev:console", *self._more_arguments]


class UefiBlade(PcBlade):
    """LOADS_BY: "pxe", or "http" alone. It may be changed while the blade is off."""

    _program = "OVMF_CODE_4M.fd"
    _first_variables = "OVMF_VARS_4M.fd"

    def __init__(self, name, kind, mac, bootnet, directory, loads_by="pxe", **arguments):
        super().__init__(name, kind, mac, bootnet, directory, **arguments)
        self.loads_by = loads_by
        self._variables = directory / f"{name}-variables.fd"
        shutil.copy(f"{FIRMWARE}/{self._first_variables}", self._variables)

    def _firmware(self):
        # What OVMF offers to boot from is said to it like this; it has both otherwise, PXE first.
        families = ("IPv4", "IPv6") if self.loads_by == "http" else ()
        return [*(word for family in families for word in ("-fw_cfg", f"name=opt/org.tianocore/{family}PXESupport,string=no")),
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}/{self._program}",
                "-drive", f"if=pflash,format=raw,unit=1,file={self._variables}"], ",romfile="


class SecureBlade(UefiBlade):
    """With Secure Boot on, and the certificate of KEY alone in db; nobody but the firmware, in SMM, writes its variables."""

    KEY = ("/usr/share/ovmf/PkKek-1-snakeoil.key", "/usr/share/ovmf/PkKek-1-snakeoil.pem")  # its passphrase is "snakeoil"
    _machine_type = "q35,smm=on"
    _program = "OVMF_CODE_4M.secboot.fd"
    _first_variables = "OVMF_VARS_4M.snakeoil.fd"

    def _firmware(self):
        firmware, port = super()._firmware()
        return [*firmware, "-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1"], port


class BiosBlade(PcBlade):
    """The port's ROM is iPXE (Debian: package ipxe-qemu), as on a card that has it."""

    def _firmware(self):
        return [], ""


class PxeBiosBlade(PcBlade):
    """As one whose card has PXE, but not iPXE. What stands in for that ROM is iPXE as well (Debian: /usr/lib/ipxe/ipxe.lkrn), with a user
    class (DHCP option 77) that does not say so: it loads what PXE is told, and offers it UNDI, the driver that `undionly.kpxe` lives on.
    The beginning of each packet is in the file .traffic."""

    _SCRIPT = "#!ipxe\necho PXE without iPXE\nset user-class PXE\nautoboot\nshell\n"

    def _firmware(self):
        script = self._directory / f"{self.name}-rom.ipxe"
        script.write_text(self._SCRIPT)
        self.traffic = self._directory / f"{self.name}.pcap"
        return ["-kernel", "/usr/lib/ipxe/ipxe.lkrn", "-initrd", str(script),
                "-object", f"filter-dump,id=traffic,netdev=net0,maxlen=600,file={self.traffic}"], ",romfile="
