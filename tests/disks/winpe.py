# SPDX-License-Identifier: GPL-3.0-or-later
"""Portable executables that hold nothing but a version resource and noise.
Source: Microsoft's PE format specification; VS_VERSIONINFO as documented for Win32."""

import struct


def _block(key, value, children=b"", is_text=False):
    head = key.encode("utf-16le") + b"\0\0"
    pad = -(6 + len(head)) % 4
    body = head + bytes(pad) + value
    if children:
        body += bytes(-(6 + len(body)) % 4) + children
    length = len(value) // 2 if is_text else len(value)
    return struct.pack("<HHH", 6 + len(body), length, 1 if is_text else 0) + body


def checksum(data):
    """What the header's CheckSum must be: the sum of all words but its own, and the length"""
    at = struct.unpack_from("<I", data, 60)[0] + 88
    data = data[:at] + bytes(4) + data[at + 4:] + bytes(len(data) % 2)
    total = sum(struct.unpack(f"<{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total + len(data)


def _version_info(version, name, texts):
    high, low = version[0] << 16 | version[1], version[2] << 16 | version[3]
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, high, low, high, low, 0x3F, 0, 0x40004, 3, 7, 0, 0)
    strings = b""
    texts = {"CompanyName": "Test Corporation", "OriginalFilename": name,
             "FileVersion": ".".join(map(str, version)), **texts}
    for key, text in texts.items():
        strings += bytes(-len(strings) % 4) + _block(key, (text + "\0").encode("utf-16le"), b"", True)
    table = _block("040904B0", b"", strings, True)
    return _block("VS_VERSION_INFO", fixed, _block("StringFileInfo", b"", table, True))


def _resources(rva, version, name, texts):
    """Three levels of directories (type 16, name 1, language 0x409), an entry, the data."""
    data = _version_info(version, name, texts)
    folder = lambda ident, off, sub: struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1) + struct.pack(
        "<II", ident, off | (0x80000000 if sub else 0))
    out = folder(16, 24, True) + folder(1, 48, True) + folder(0x409, 72, False)
    return out + struct.pack("<IIII", rva + 88, len(data), 0, 0) + data


def make(machine, version, payload, name, is_driver=True, texts=None, stamp=0x5F000000, image=0, is_summed=False):
    """A PE32+ (PE32 for x86) with .text and .rsrc; @version four numbers. @texts of its version resource;
    @image: SizeOfImage, as a dump's list of modules has it, if that is more than it needs; @is_summed: with
    the checksum that a driver has."""
    is_32 = machine == 0x14C
    text = payload + bytes(-len(payload) % 512)
    rsrc_rva = 0x1000 + (len(text) + 0xFFF & ~0xFFF)
    rsrc_rva = max(rsrc_rva, image - 0x1000 & ~0xFFF)
    rsrc = _resources(rsrc_rva, version, name, texts or {})
    rsrc_raw = rsrc + bytes(-len(rsrc) % 512)
    text_size = rsrc_rva - 0x1000 if image else len(text)
    image = rsrc_rva + (len(rsrc_raw) + 0xFFF & ~0xFFF)
    optional = struct.pack("<HBBIIIII", 0x10B if is_32 else 0x20B, 14, 30, len(text), len(rsrc_raw), 0,
                           0x1000, 0x1000)
    optional += struct.pack("<II", 0, 0x10000) if is_32 else struct.pack("<Q", 0x140000000)
    optional += struct.pack("<IIHHHHHHIIIIHH", 0x1000, 512, 10, 0, 10, 0, 10, 0, 0, image, 1024, 0,
                            1 if is_driver else 3, 0x4160)
    optional += struct.pack("<4I" if is_32 else "<4Q", 0x40000, 0x1000, 0x100000, 0x1000)
    optional += struct.pack("<II", 0, 16)
    for i in range(16):
        optional += struct.pack("<II", rsrc_rva, len(rsrc)) if i == 2 else bytes(8)
    section = lambda n, size, rva, raw, at, flags: struct.pack(
        "<8sIIIIIIHHI", n, size, rva, raw, at, 0, 0, 0, 0, flags)
    out = b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0"
    out += struct.pack("<HHIIIHH", machine, 2, stamp, 0, 0, len(optional), 0x102 if is_32 else 0x22)
    out += optional + section(b".text", text_size, 0x1000, len(text), 1024, 0x68000020)
    out += section(b".rsrc", len(rsrc), rsrc_rva, len(rsrc_raw), 1024 + len(text), 0x42000040)
    out += bytes(1024 - len(out)) + text + rsrc_raw
    if is_summed:
        out = out[:128 + 88] + struct.pack("<I", checksum(out)) + out[128 + 92:]
    return out
