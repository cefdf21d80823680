# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart pages for $LogFile as a Windows leaves them, and the little that no library call sets. mkntfs
leaves the log filled with 0xFF; only the two restart pages are made here, the pages of records stay
empty."""

import struct
import time

PAGE = 4096


def _runs(raw, at):
    """First run of a mapping pairs array: length, cluster."""
    head = raw[at]
    n, o = head & 15, head >> 4
    length = int.from_bytes(raw[at + 1:at + 1 + n], "little")
    return length, int.from_bytes(raw[at + 1 + n:at + 1 + n + o], "little", signed=True)


def _geometry(f):
    """Cluster size, record size, byte offset of $MFT."""
    boot = f.read(512)
    cluster = struct.unpack_from("<H", boot, 11)[0] * boot[13]
    shift = struct.unpack_from("<b", boot, 64)[0]
    record_bytes = cluster * shift if shift > 0 else 1 << -shift
    return cluster, record_bytes, struct.unpack_from("<Q", boot, 48)[0] * cluster


def write_times(path, filetime):
    """Put @filetime for every time within two hours of now in mkntfs' own records: some of them (12 to
    23, the quota entries in 24) no path leads to."""
    now = (int(time.time()) + 11644473600) * 10**7
    with open(path, "r+b") as f:
        _, record_bytes, mft = _geometry(f)
        f.seek(mft)
        records = bytearray(f.read(27 * record_bytes))
        for at in range(8 * record_bytes, len(records) - 8, 4):  # $MFTMirr holds the first ones
            if abs(struct.unpack_from("<Q", records, at)[0] - now) < 7200 * 10**7:
                struct.pack_into("<Q", records, at, filetime)
        f.seek(mft)
        f.write(records)


def log_place(f):
    """Byte offset and size of $LogFile, which mkntfs makes of one run."""
    cluster, record_bytes, mft = _geometry(f)
    f.seek(mft + 2 * record_bytes)
    record = f.read(record_bytes)
    at = struct.unpack_from("<H", record, 20)[0]
    while struct.unpack_from("<I", record, at)[0] != 0x80:
        at += struct.unpack_from("<I", record, at + 4)[0]
    length, lcn = _runs(record, at + struct.unpack_from("<H", record, at + 32)[0])
    size = struct.unpack_from("<Q", record, at + 48)[0]
    assert length * cluster >= size
    return lcn * cluster, size


def _restart_page(size, major, is_clean):
    lsn = 0x00200000
    bits = 67 - size.bit_length()
    in_use, free, flags = (0xFFFF, 0, 2) if is_clean else (0, 0xFFFF, 0)
    area = struct.pack("<QHHHHIHHQIHHI", lsn, 1, free, in_use, flags, bits, 0xE0, 0x40, size, 0x50, 0x30,
                       0x40, 0x1234).ljust(0x40, b"\0")
    client = struct.pack("<QQHHHHHHI", lsn, lsn, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 8) + "NTFS".encode("utf-16le")
    page = bytearray(struct.pack("<4sHHQIIHHH", b"RSTR", 0x1E, 9, 0, PAGE, PAGE, 0x30, 1 if major == 1
                                 else 0, major).ljust(0x30, b"\0") + area + client.ljust(0xA0, b"\0"))
    page += bytes(PAGE - len(page))
    struct.pack_into("<H", page, 0x1E, 1)
    for i in range(8):
        page[0x20 + 2 * i:0x22 + 2 * i] = page[512 * i + 510:512 * i + 512]
        struct.pack_into("<H", page, 512 * i + 510, 1)
    return bytes(page)


def write_log(path, major, is_clean):
    with open(path, "r+b") as f:
        offset, size = log_place(f)
        f.seek(offset)
        f.write(2 * _restart_page(size - size % PAGE, major, is_clean))


def write_serial(path, serial, sector, size):
    """The serial number in the boot sector and in its copy at the end."""
    with open(path, "r+b") as f:
        for at in (0, size - sector):
            f.seek(at + 72)
            f.write(struct.pack("<Q", serial))
