# SPDX-License-Identifier: GPL-3.0-or-later
"""Partition tables and the EFI system partition, written byte for byte (UEFI specification 2.10,
chapter 5), because no tool at hand writes a 4096-byte table into an image file."""

import os
import random
import struct
import subprocess
import uuid
import zlib

MIB = 1 << 20
GPT_TYPES = {"esp": "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "msr": "e3c9e316-0b5c-4db8-817d-f92df00215ae",
             "data": "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
             "recovery": "de94bba4-06d1-4d40-a16a-bfd50179d6ac",
             "linux": "0fc63daf-8483-4772-8e79-3d69d8477de4"}
GPT_NAMES = {"esp": "EFI system partition", "msr": "Microsoft reserved partition",
             "data": "Basic data partition", "recovery": "", "linux": "Linux"}
MBR_TYPES = {"data": 7, "system": 7, "recovery": 0x27, "linux": 0x83}


class Part:
    def __init__(self, role, size, number=0):
        self.role, self.size, self.number = role, size, number
        self.off, self.guid, self.is_logical, self.ebr = 0, "", False, 0


def place(parts, first):
    """Put the partitions one after another on MiB borders; a logical one leaves a MiB for its record."""
    at = first
    for p in parts:
        if p.is_logical:
            p.ebr = at
            at += MIB
        p.off = at
        at += p.size
    return at


def write_gpt(path, parts, sector, size, rng):
    last = size // sector - 1
    array_sectors = 128 * 128 // sector
    array = bytearray(128 * 128)
    for i, p in enumerate(parts):
        p.number = i + 1
        p.guid = str(uuid.UUID(bytes=rng.randbytes(16), version=4))
        attributes = 1 if p.role == "recovery" else 0
        array[128 * i:128 * (i + 1)] = (
            uuid.UUID(GPT_TYPES[p.role]).bytes_le + uuid.UUID(p.guid).bytes_le +
            struct.pack("<QQQ", p.off // sector, (p.off + p.size) // sector - 1,
                        attributes | (1 << 63 if attributes else 0)) +
            GPT_NAMES[p.role].encode("utf-16le").ljust(72, b"\0"))
    disk_guid = uuid.UUID(bytes=rng.randbytes(16), version=4)

    def header(my, other, array_at):
        raw = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, my, other,
                          2 + array_sectors, last - array_sectors - 1, disk_guid.bytes_le, array_at, 128,
                          128, zlib.crc32(array))
        return raw[:16] + struct.pack("<I", zlib.crc32(raw)) + raw[20:]

    protective = bytearray(512)
    protective[446:462] = struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0xEE, 255, 255, 255, 1,
                                      min(last, 0xFFFFFFFF))
    protective[510:512] = b"\x55\xaa"
    with open(path, "r+b") as f:
        f.write(protective)
        for at, data in ((sector, header(1, last, 2)), (2 * sector, array),
                         ((last - array_sectors) * sector, array),
                         (last * sector, header(last, 1, last - array_sectors))):
            f.seek(at)
            f.write(data)
    return str(disk_guid)


def write_mbr(path, parts, sector, rng):
    ident = rng.randbytes(4)
    entry = lambda active, kind, lba, count: struct.pack(
        "<BBBBBBBBII", 0x80 if active else 0, 254, 255, 255, kind, 254, 255, 255, lba, count)
    boot = bytearray(512)
    boot[0:3] = b"\x33\xc0\x8e"  # as Windows' own code begins
    boot[440:444] = ident
    primary = [p for p in parts if not p.is_logical]
    logical = [p for p in parts if p.is_logical]
    for i, p in enumerate(primary):
        p.number = i + 1
        boot[446 + 16 * i:462 + 16 * i] = entry(i == 0, MBR_TYPES[p.role], p.off // sector, p.size // sector)
    with open(path, "r+b") as f:
        if logical:
            start, end = logical[0].ebr, logical[-1].off + logical[-1].size
            i = len(primary)
            boot[446 + 16 * i:462 + 16 * i] = entry(False, 0x0F, start // sector, (end - start) // sector)
        for i, p in enumerate(logical):
            p.number = 5 + i
            record = bytearray(512)
            record[446:462] = entry(False, MBR_TYPES[p.role], (p.off - p.ebr) // sector, p.size // sector)
            if i + 1 < len(logical):
                n = logical[i + 1]
                record[462:478] = entry(False, 5, (n.ebr - start) // sector,
                                        (n.off + n.size - n.ebr) // sector)
            record[510:512] = b"\x55\xaa"
            f.seek(p.ebr)
            f.write(record)
        boot[510:512] = b"\x55\xaa"
        f.seek(0)
        f.write(boot)
    ident = f"{struct.unpack('<I', ident)[0]:08x}"
    for p in parts:
        p.guid = f"{ident}-{p.number:02x}"
    return ident


def copy_sparse(source, target, offset):
    """Copy a file into another one at an offset, leaving its holes alone."""
    with open(source, "rb") as s, open(target, "r+b") as t:
        end, at = s.seek(0, os.SEEK_END), 0
        while at < end:
            try:
                at = os.lseek(s.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(s.fileno(), at, os.SEEK_HOLE)
            while at < hole:
                data = os.pread(s.fileno(), min(MIB, hole - at), at)
                os.pwrite(t.fileno(), data, offset + at)
                at += len(data)


def make_esp(path, size, sector, seed, files, epoch):
    """FAT32 with the tree that Windows' setup makes. @files: path -> bytes."""
    rng = random.Random(f"{seed}:esp")
    env = dict(os.environ, SOURCE_DATE_EPOCH=str(epoch), MTOOLS_SKIP_CHECK="1", TZ="UTC")
    with open(path, "wb") as f:
        f.truncate(size)
    run = lambda *a: subprocess.run(a, check=True, env=env, stdout=subprocess.DEVNULL)
    run("mkfs.fat", "--invariant", "-F", "32", "-S", str(sector), "-s", "1", "-n", "SYSTEM",
        "-i", f"{rng.getrandbits(32):08x}", path)
    made = set()
    for name, data in sorted(files.items()):
        parts = name.split("/")[:-1]
        for i in range(1, len(parts) + 1):
            folder = "/".join(parts[:i])
            if folder not in made:
                run("mmd", "-i", path, "::/" + folder)
                made.add(folder)
        part = path + ".file"
        with open(part, "wb") as f:
            f.write(data)
        os.utime(part, (epoch, epoch))
        run("mcopy", "-m", "-i", path, part, "::/" + name)
        os.unlink(part)
