"""What is set in the set-up of an emulated machine with UEFI (OVMF), written into the file of its variables as edk2's authenticated
variable store has them (MdeModulePkg/Include/Guid/VariableFormat.h)."""
import struct
import uuid

_VLANS = uuid.UUID("9e23d768-d2f3-4366-9fc3-3a7aba864374")  # gEfiVlanConfigProtocolGuid
_STORE_BEGIN = 0x48  # behind the header of the firmware volume
_STORE_HEADER = 28
_VARIABLE = 0x55AA
_ADDED = 0x3F
_NON_VOLATILE_BOOT_SERVICES = 3


def _set_variable(path, vendor, name, value):
    """Adds one that is not there."""
    content = bytearray(path.read_bytes())
    at = _STORE_BEGIN + _STORE_HEADER
    while struct.unpack_from("<H", content, at)[0] == _VARIABLE:
        sizes = struct.unpack_from("<II", content, at + 36)
        at = (at + 60 + sum(sizes) + 3) & ~3
    text = (name + "\0").encode("utf-16-le")
    header = struct.pack("<HBBIQ16xIII", _VARIABLE, _ADDED, 0, _NON_VOLATILE_BOOT_SERVICES, 0, 0, len(text), len(value))
    variable = header + vendor.bytes_le + text + value
    assert set(content[at:at + len(variable)]) == {0xFF}, f"{path}: no free place at {at:#x}"
    content[at:at + len(variable)] = variable
    path.write_bytes(content)


def set_vlan(path, mac, vlan):
    """The network port MAC is on VLAN, tagged: the form "VLAN Configuration" of the set-up."""
    _set_variable(path, _VLANS, mac.replace(":", "").upper(), struct.pack("<H", vlan))
