#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave a volume as a Windows that crashed would: its journal is open and holds changes of one file.

    openlog.py IMAGE PATH [--version 1.1|2.0] [--modified RFC3339] [--lost] [--zero] [--strange] [--torn]

The volume begins at the first byte; its $LogFile is one run (mkntfs), and what was in it is gone.
    --modified TIME   a finished transaction sets the file's time: it waits to be applied
    --lost            the same, already on the disk, and the transaction never ended: it is undone
    --zero            the contents of the (small) file were set and not logged: zeros after a replay
    --strange         and one operation that nobody knows
    --torn            and the page of the records was written in part
Without any of them, the journal is idle. The format is that of the facts, not of our own code."""

import argparse
import datetime
import struct
import subprocess

from ntfslog import log_place
from winlog import FIRST_PAGE, PAGE, Volume, attributes, die, fix, get, unfix

MFT_ATTR = 0x18  # the only row of the table of open attributes
TRANSACTION = 0x18
UPDATE_VALUE, FORGET, TABLE_DUMP, NO_REDO = 7, 0x1B, 0x1D, 2
SI, DATA, MODIFIED = 0x10, 0x80, 8


def filetime(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    start = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
    return (at - start) // datetime.timedelta(microseconds=1) * 10


class Page:
    """One page of records, the first of the ring."""

    def __init__(self, size, major):
        self.at = FIRST_PAGE[major] * PAGE + 0x40
        self.bits = 67 - size.bit_length()
        self.raw = bytearray(PAGE)
        self.last = self.in_transaction = 0

    def lsn(self):
        return 7 << (64 - self.bits) | self.at >> 3

    def add(self, data, kind=1, transaction=0, flags=0):
        lsn, inside = self.lsn(), self.at % PAGE
        before = self.in_transaction if transaction else 0
        head = struct.pack("<QQQIHHIIH", lsn, before, before, len(data), 0, 0, kind, transaction, flags)
        record = head.ljust(0x30, b"\0") + data
        assert inside + len(record) + 0x30 <= PAGE
        self.raw[inside:inside + len(record)] = record
        self.at += (len(record) + 7) // 8 * 8
        self.last = lsn
        self.in_transaction = lsn if transaction else self.in_transaction
        return lsn

    def operation(self, redo, undo, before=b"", after=b"", place=None, flags=0, length=0):
        """place: attribute, record offset, offset in it, sector in the cluster, VCN, LCN"""
        attr, record_off, attr_off, sector, vcn, lcn = place or (0, 0, 0, 0, 0, 0)
        after_at = 0x28
        before_at = after_at + (len(after) + 7) // 8 * 8
        data = struct.pack("<11H", redo, undo, after_at, length or len(after), before_at, len(before), attr,
                           1 if place else 0, record_off, attr_off, sector)
        data = data.ljust(0x18, b"\0") + struct.pack("<QQ", vcn, lcn)
        data = (data + after).ljust(before_at, b"\0") + before
        return self.add(data, 1, TRANSACTION, flags)

    def bytes(self):
        head = struct.pack("<4sHHQIHHHH", b"RCRD", 0x28, 9, self.last, 1, 1, 1, self.at % PAGE, 0)
        self.raw[:len(head)] = head
        struct.pack_into("<Q", self.raw, 0x20, self.last)
        return fix(self.raw)


def restart_page(page, size, major, start, checkpoint):
    area = struct.pack("<QHHHHIHHQIHHI", checkpoint, 1, 0xFFFF, 0, 0, page.bits, 0xE0, 0x40, size, 0x40, 0x30,
                       0x40, 1).ljust(0x40, b"\0")
    client = struct.pack("<QQHHHHHHI", start, checkpoint, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 8)
    client += "NTFS".encode("utf-16le")
    raw = struct.pack("<4sHHQIIHHH", b"RSTR", 0x1E, 9, 0, PAGE, PAGE, 0x30, 1 if major == 1 else 0, major)
    return fix((raw.ljust(0x30, b"\0") + area + client.ljust(0xA0, b"\0")).ljust(PAGE, b"\0"))


class File:
    """One base record, found by The Sleuth Kit."""

    def __init__(self, volume, image, path):
        out = subprocess.run(["ifind", "-f", "ntfs", "-n", path, image], capture_output=True, text=True,
                             check=False).stdout
        if not out.strip().isdigit():
            die(f"no {path}: {out}")
        self.number, self.v = int(out), volume
        at = self.number * volume.record_bytes
        [(self.at, _)] = volume.places(volume.mft, at, volume.record_bytes)
        self.raw, _ = unfix(volume.read(self.at, volume.record_bytes))
        self.vcn, inside = divmod(at, volume.cluster)
        self.lcn, self.sector = self.at // volume.cluster, inside // 512

    def attribute(self, wanted):
        for kind, name, at, _ in attributes(self.raw):
            if kind == wanted and not name:
                if self.raw[at + 8]:
                    die("not resident")
                return at
        return die(f"no attribute {wanted:#x}")

    def place(self, attr_at, inside):
        return MFT_ATTR, attr_at, inside, self.sector, self.vcn, self.lcn

    def write(self):
        self.v.write(self.at, fix(self.raw))


def set_time(page, file, when, is_lost):
    at = file.attribute(SI)
    inside = get("H", file.raw, at + 0x14) + MODIFIED
    before, after = bytes(file.raw[at + inside:at + inside + 8]), struct.pack("<Q", filetime(when))
    lsn = page.operation(UPDATE_VALUE, UPDATE_VALUE, before, after, file.place(at, inside))
    if is_lost:  # it has reached the disk
        file.raw[at + inside:at + inside + 8] = after
        struct.pack_into("<Q", file.raw, 8, lsn)
        file.write()


def zero(page, file):
    at = file.attribute(DATA)
    inside, n = get("H", file.raw, at + 0x14), get("I", file.raw, at + 0x10)
    old = bytes(file.raw[at + inside:at + inside + n])
    page.operation(UPDATE_VALUE, UPDATE_VALUE, old, b"", file.place(at, inside), NO_REDO, n)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("image")
    p.add_argument("path")
    p.add_argument("--version", choices=("1.1", "2.0"), default="2.0")
    p.add_argument("--modified")
    for flag in ("lost", "zero", "strange", "torn"):
        p.add_argument("--" + flag, action="store_true")
    o = p.parse_args()
    v, major = Volume(o.image, "r+b"), int(o.version[0])
    with open(o.image, "rb") as f:
        _, size = log_place(f)
    size -= size % PAGE
    page, file = Page(size, major), File(v, o.image, o.path)
    row = struct.pack("<IIIIQQ", 0xFFFFFFFF, 0, DATA, 0, 1 << 48, 0).ljust(0x28, b"\0")
    table = struct.pack("<HHHHIIII", 0x28, 1, 1, 0, 0, 0, 0, 0).ljust(0x18, b"\0") + row
    dump = struct.pack("<6H", TABLE_DUMP, 0, 0x28, len(table), 0, 0).ljust(0x28, b"\0") + table
    start = page.add(dump)
    checkpoint = page.add(struct.pack("<IIQQQQQIIII", 1, 0, start, start, 0, 0, 0, len(table), 0, 0, 0), 2)
    if o.modified:
        set_time(page, file, o.modified, o.lost)
    if o.zero:
        zero(page, file)
    if o.strange:
        page.operation(0x23, 0x23, b"12345678", b"12345678", file.place(file.attribute(SI), 0x18))
    if not o.lost and (o.modified or o.zero or o.strange):
        page.operation(FORGET, 1)
    v.log_write(0, b"\xff" * size)
    for at in (0, PAGE):
        v.log_write(at, restart_page(page, size, major, start, checkpoint))
    raw = page.bytes()
    v.log_write(FIRST_PAGE[major] * PAGE, raw[:-512] + b"\xff" * 512 if o.torn else raw)


if __name__ == "__main__":
    main()
