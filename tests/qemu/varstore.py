#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of an OVMF_VARS_4M.fd file (UEFI PI specification, authenticated variables).

    varstore.py VARS.fd            list them
"""

import struct
import sys
import uuid

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
IMAGE_SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
SHIM = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
OWNER = uuid.UUID("8a5f1c2e-0000-4000-8000-000000000001")
NON_VOLATILE, BOOT, RUNTIME, TIMED = 1, 2, 4, 0x20
HEADER = struct.Struct("<HBBIQ16sIII16s")  # id, state, -, attributes, count, time, key, sizes, vendor
IN_USE = 0x3F


class Variable:
    def __init__(self, at, raw):
        (_, self.state, _, self.attributes, _, _, _, name_len, data_len, vendor) = \
            HEADER.unpack_from(raw, at)
        begin = at + HEADER.size
        self.at, self.end = at, (begin + name_len + data_len + 3) & ~3
        self.name = raw[begin:begin + name_len].decode("utf-16le").rstrip("\0")
        self.data = bytes(raw[begin + name_len:begin + name_len + data_len])
        self.vendor = uuid.UUID(bytes_le=vendor)


class VarStore:
    """The file is read at once; save() writes it back."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.raw = bytearray(f.read())
        self.start = struct.unpack_from("<H", self.raw, 0x30)[0]
        self.size = struct.unpack_from("<I", self.raw, self.start + 16)[0]

    def _walk(self):
        at = self.start + 28
        while struct.unpack_from("<H", self.raw, at)[0] == 0x55AA:
            v = Variable(at, self.raw)
            yield v
            at = v.end

    def __iter__(self):
        return (v for v in self._walk() if v.state == IN_USE)

    def get(self, name, vendor=GLOBAL):
        return next((v.data for v in self if v.name == name and v.vendor == vendor), None)

    def set(self, name, data, vendor=GLOBAL, attributes=NON_VOLATILE | BOOT | RUNTIME):
        self.delete(name, vendor)
        end = max((v.end for v in self._walk()), default=self.start + 28)
        word = name.encode("utf-16le") + b"\0\0"
        new = HEADER.pack(0x55AA, IN_USE, 0, attributes, 0, bytes(16), 0, len(word), len(data),
                          vendor.bytes_le) + word + data
        if end + len(new) > self.start + self.size or set(self.raw[end:end + len(new)]) != {0xFF}:
            raise ValueError(f"{self.path}: no room for {name}")
        self.raw[end:end + len(new)] = new

    def delete(self, name, vendor=GLOBAL):
        for v in self:
            if v.name == name and v.vendor == vendor:
                self.raw[v.at + 2] &= 0xFD

    def save(self):
        with open(self.path, "wb") as f:
            f.write(self.raw)

    # ---- what tests ask of it

    def boot_entries(self):
        """BootOrder and every Boot####, as the firmware holds them."""
        return {v.name: v.data for v in self if v.vendor == GLOBAL and v.name.startswith("Boot")
                and v.name != "BootNext"}

    def set_order(self, *numbers):
        self.set("BootOrder", struct.pack(f"<{len(numbers)}H", *numbers))

    def order(self):
        raw = self.get("BootOrder") or b""
        return list(struct.unpack(f"<{len(raw) // 2}H", raw))

    def add_certificate(self, name, vendor, der, attributes):
        """Append a certificate to a list of them (db, MokList ...)."""
        entry = X509.bytes_le + struct.pack("<III", 28 + 16 + len(der), 0, 16 + len(der)) + \
            OWNER.bytes_le + der
        self.set(name, (self.get(name, vendor) or b"") + entry, vendor, attributes)


def boot_entry(description, part, path, sector=512):
    """The value of a Boot#### that names a file on a GPT partition (short form); @part as in mkdisk's
    answers."""
    file = path.encode("utf-16le") + b"\0\0"
    nodes = struct.pack("<BBHIQQ16sBB", 4, 1, 42, part["number"], part["offset"] // sector,
                        part["length"] // sector, uuid.UUID(part["uuid"]).bytes_le, 2, 2)
    nodes += struct.pack("<BBH", 4, 4, 4 + len(file)) + file + b"\x7f\xff\x04\0"
    return struct.pack("<IH", 1, len(nodes)) + description.encode("utf-16le") + b"\0\0" + nodes


def main():
    for v in VarStore(sys.argv[1]):
        print(f"{v.at:06x} {v.attributes:08x} {v.name:<24} {v.vendor} {v.data[:32].hex()} {len(v.data)}")


if __name__ == "__main__":
    main()
