# SPDX-License-Identifier: GPL-3.0-or-later
"""A stick as Ventoy makes it, and what Ventoy leaves for the system that it starts. Both by its documents (rescue/format/ventoy.h):
Ventoy itself is not run."""

import json
import os
import shutil
import struct

from machine import run
from schema import check_boot_report

GUID = bytes(range(0x31, 0x41))
FIRST = 2048  # sector of its data
DATA = 32 << 20
DATE = struct.pack("<I", (2026 - 1980) << 25 | 1 << 21 | 1 << 16)


def rotated(data, skip=()):
    """exFAT's sum of a set of entries, and of a name."""
    ret = 0
    for i, byte in enumerate(data):
        if i not in skip:
            ret = ((ret << 15 | ret >> 1) + byte) & 0xFFFF
    return ret


def make_folder(path, name):
    """A folder in the root of an exFAT that is empty."""
    with open(path, "r+b") as f:
        boot = f.read(512)
        heap, root = struct.unpack_from("<I", boot, 88)[0], struct.unpack_from("<I", boot, 96)[0]
        sector = 1 << boot[108]
        cluster = sector << boot[109]

        def at(n):
            return heap * sector + (n - 2) * cluster

        f.seek(at(root))
        entries = f.read(cluster)
        end = next(i for i in range(0, cluster, 32) if entries[i] == 0)
        bitmap = next(entries[i:i + 32] for i in range(0, end, 32) if entries[i] == 0x81)
        bits_at = at(struct.unpack_from("<I", bitmap, 20)[0])
        f.seek(bits_at)
        bits = bytearray(f.read(cluster))
        free = next(n for n in range(len(bits) * 8) if not bits[n // 8] >> n % 8 & 1)
        bits[free // 8] |= 1 << free % 8
        f.seek(bits_at)
        f.write(bits)
        f.seek(at(free + 2))
        f.write(bytes(cluster))
        wide = name.encode("utf-16-le")
        entry = bytearray(b"\x85\x02\0\0\x10\0\0\0" + DATE * 3 + bytes(12))
        entry += b"\xc0\x03\0" + bytes([len(name)]) + struct.pack("<H", rotated(name.upper().encode("utf-16-le"))) + b"\0\0"
        entry += struct.pack("<QIIQ", cluster, 0, free + 2, cluster)
        entry += b"\xc1\0" + wide.ljust(30, b"\0")
        struct.pack_into("<H", entry, 2, rotated(entry, (2, 3)))
        f.seek(at(root) + end)
        f.write(entry)


class VentoyStick:
    def __init__(self, work):
        self.work, self.path = work, os.path.join(work, "ventoy.img")
        self.data = os.path.join(work, "ventoy-data.img")
        with open(self.data, "wb") as f:
            f.truncate(DATA)
        run("mkfs.exfat", "-L", "Ventoy", self.data)
        make_folder(self.data, "unbrick")
        run("fsck.exfat", "-n", self.data)
        sectors = DATA // 512
        with open(self.path, "wb") as f, open(self.data, "rb") as data:
            mbr = bytearray(512)
            mbr[384:400] = GUID
            mbr[440:444] = b"VTOY"
            struct.pack_into("<B3sB3sII", mbr, 446, 0x80, b"", 0x07, b"", FIRST, sectors)
            struct.pack_into("<B3sB3sII", mbr, 462, 0, b"", 0xEF, b"", FIRST + sectors, 2048)
            mbr[510:] = b"\x55\xaa"
            f.write(mbr)
            f.seek(FIRST * 512)
            f.write(data.read())
            f.truncate((FIRST + sectors + 2048) * 512)

    def parameters(self, image="/unbrick.iso"):
        """The 512 bytes, as a file for QEMU's -acpitable."""
        ret = bytearray(512)
        ret[:16] = b"  www.ventoy.net"
        ret[17:33] = GUID
        struct.pack_into("<QHH", ret, 33, os.path.getsize(self.path), 1, 0)
        ret[45:45 + len(image)] = image.encode()
        ret[481:485] = b"VTOY"
        ret[16] = -sum(ret) & 0xFF
        path = os.path.join(self.work, "ventoy.bin")
        with open(path, "wb") as f:
            f.write(ret)
        return path

    def reports(self):
        """Those in its folder, by another program; nothing of exFAT is left open."""
        with open(self.path, "rb") as f, open(self.data, "wb") as data:
            f.seek(FIRST * 512)
            data.write(f.read(DATA))
        run("fsck.exfat", "-n", self.data)
        tree = os.path.join(self.work, "ventoy")
        run("tsk_recover", "-a", "-f", "exfat", self.data, tree)
        ret = []
        for base, _, names in os.walk(os.path.join(tree, "unbrick", "reports")):
            for n in sorted(names):
                if n.endswith(".json"):
                    with open(os.path.join(base, n), encoding="utf-8") as f:
                        ret.append(json.load(f))
        shutil.rmtree(tree)
        for report in ret:
            check_boot_report(report, "the report on Ventoy's stick")
        return ret
