#!/usr/bin/env python3
"""Replaces mffscrn, mffscrni, mffsl and their relatives by mffs in a big-endian 64-bit PowerPC ELF file.

Processors before ISA 3.0, the PowerPC 970 among them, ignore the bits that tell these instructions from mffs and execute
mffs; glibc's libm relies on that and sets the rounding mode itself afterwards. QEMU 7.2 raises an illegal instruction
instead. The file behaves as before on every such processor; it is no longer meant for a POWER9.

usage: plain_mffs.py OBJDUMP FILE [FILE...]     changes the files in place, prints how many instructions were replaced
"""

import re
import struct
import subprocess
import sys

LISTED = re.compile(r"^\s*([0-9a-f]+):\s+(?:[0-9a-f]{2} ){4}\s*mffs[a-z]+\s")
OPCODE_AND_FUNCTION = 0xFC0007FE
MFFS_FAMILY = 0xFC00048E
TARGET_REGISTER = 0x03E00000
PROGRAM_HEADER = struct.Struct(">IIQQQQQQ")
PT_LOAD = 1


def segments(image):
    """The (address, file offset, size) of what is loaded. Errors: ValueError when this is no 64-bit MSB ELF file."""
    if image[:6] != b"\x7fELF\x02\x02":
        raise ValueError("not a 64-bit big-endian ELF file")
    (table,) = struct.unpack_from(">Q", image, 32)
    size, count = struct.unpack_from(">HH", image, 54)
    headers = (PROGRAM_HEADER.unpack_from(image, table + index * size) for index in range(count))
    return [(address, offset, length) for kind, _, offset, address, _, length, _, _ in headers if kind == PT_LOAD]


def addresses(objdump, path):
    """Where the disassembler sees a relative of mffs."""
    listing = subprocess.run([objdump, "-d", "-Mpower9", path], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [int(match[1], 16) for match in map(LISTED.match, listing.splitlines()) if match]


def replace(objdump, path):
    """Rewrites one file; returns the number of instructions replaced."""
    with open(path, "rb") as file:
        image = bytearray(file.read())
    loaded = segments(image)
    found = addresses(objdump, path)
    for address in found:
        offset = next(address - start + place for start, place, length in loaded if start <= address < start + length)
        (word,) = struct.unpack_from(">I", image, offset)
        if word & OPCODE_AND_FUNCTION != MFFS_FAMILY:
            raise ValueError(f"unexpected instruction {word:#010x} at {address:#x}")
        struct.pack_into(">I", image, offset, MFFS_FAMILY | word & TARGET_REGISTER)
    with open(path, "r+b") as file:
        file.write(image)
    if addresses(objdump, path):
        raise ValueError("instructions that are not plain mffs remain")
    return len(found)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.rsplit("usage: ", 1)[1].strip(), file=sys.stderr)
        return 2
    for path in arguments[1:]:
        try:
            print(f"{path}: {replace(arguments[0], path)} instructions replaced by mffs")
        except (OSError, ValueError, struct.error, subprocess.CalledProcessError) as error:
            print(f"plain_mffs.py: {path}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
