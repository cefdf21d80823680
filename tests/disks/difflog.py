#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave a volume as a Windows that crashed between two states would: the first state on the disk, what leads
to the second in its journal, and contents of files (which no journal holds) on the disk already.

    difflog.py IMAGE AFTER [--version 1.1|2.0] [--wrap] [--flushed RECORD,...] [--each N]

IMAGE and AFTER are one volume at two moments. A changed MFT record becomes InitializeFileRecordSegment, an
index block UpdateNonresidentValue of the whole block (over two pages of the log), bits of $Bitmap and of
$MFT's bitmap Set/ClearBits. What was in $LogFile is gone.
    --wrap         the records run over the end of the ring
    --flushed N    these MFT records have reached the disk, with the LSN of their change
    --each N       a transaction ends after so many changes (all are one)
Right answer of a replay: AFTER, but for LSNs. The format is that of the facts, not of our own code."""

import argparse
import struct

from rewind import tail_copy
from sparse import differing
from winlog import FIRST_PAGE, PAGE, Log, Volume, attributes, fix, get, runs, unfix

SEQUENCE = 9
TABLE, NAMES, FORGET = 0x1D, 0x1E, 0x1B
INIT, UPDATE, SET, CLEAR, NOOP, COMPENSATION = 0x02, 0x08, 0x15, 0x16, 0x00, 0x01
DATA, INDEX, BITMAP = 0x80, 0xA0, 0xB0


class Writer:
    """Records one after the other, over pages and over the end of the ring."""

    def __init__(self, size, major, begin):
        self.size, self.major = size, major
        self.bits = 67 - size.bit_length()
        self.sequence, self.home, self.at = SEQUENCE, begin, 0x40
        self.pages, self.order, self.prev = {}, [], 0
        self._page()

    def _page(self):
        self.pages[self.home] = bytearray(PAGE)
        struct.pack_into("<4sHH", self.pages[self.home], 0, b"RCRD", 0x28, 9)
        struct.pack_into("<HH", self.pages[self.home], 0x14, 1, 1)
        self.order.append(self.home)

    def _next_page(self):
        self.home, self.at = self.home + PAGE, 0x40
        if self.home >= self.size:
            self.home, self.sequence = FIRST_PAGE[self.major] * PAGE, self.sequence + 1
        assert self.home not in self.pages, "the log is too small"
        self._page()

    def lsn(self):
        return self.sequence << (64 - self.bits) | (self.home + self.at) >> 3

    def add(self, data, kind=1, transaction=0, flags=0):
        if PAGE - self.at < 0x30:
            self._next_page()
        data = data.ljust((len(data) + 7) // 8 * 8, b"\0")
        lsn, prev = self.lsn(), self.prev if transaction else 0
        if 0x30 + len(data) > PAGE - self.at:
            flags |= 1
        left = struct.pack("<QQQIHHIIH", lsn, prev, prev, len(data), 0, 0, kind, transaction, flags)
        left = left.ljust(0x30, b"\0") + data
        begin = self.at  # in Windows' logs this is where the next record's place is told, if it goes on
        while left:
            page, n = self.pages[self.home], min(len(left), PAGE - self.at)
            page[self.at:self.at + n] = left[:n]
            left, self.at = left[n:], self.at + n
            struct.pack_into("<Q", page, 8, lsn)
            if left:
                struct.pack_into("<H", page, 0x18, begin)
                begin = PAGE
                self._next_page()
        self.at = (self.at + 7) // 8 * 8
        struct.pack_into("<I", self.pages[self.home], 0x10, 1)
        struct.pack_into("<H", self.pages[self.home], 0x18, min(self.at, PAGE))
        struct.pack_into("<Q", self.pages[self.home], 0x20, lsn)
        if transaction:
            self.prev = lsn
        return lsn

    def operation(self, redo, undo, after, before, where, transaction=0x18):
        attr, sector, vcn, lcns = where
        after_at = 0x20 + 8 * max(1, len(lcns))
        before_at = after_at + (len(after) + 7) // 8 * 8
        data = struct.pack("<11H", redo, undo, after_at, len(after), before_at, len(before), attr, len(lcns),
                           0, 0, sector).ljust(0x18, b"\0") + struct.pack("<Q", vcn)
        data += b"".join(struct.pack("<Q", x) for x in lcns)
        return self.add((data.ljust(after_at, b"\0") + after).ljust(before_at, b"\0") + before, 1, transaction)

    def dump(self, operation, table):
        head = struct.pack("<6H", operation, NOOP, 0x28, len(table), 0, 0).ljust(0x28, b"\0")
        return self.add(head + table)

    def end_transaction(self):
        self.operation(FORGET, COMPENSATION, b"", b"", (0x18, 0, 0, []))
        self.prev = 0


class Attribute:
    """A non-resident attribute that the journal names: its row in the table of open ones"""

    def __init__(self, number, reference, kind, name, run_list):
        self.row = 0x18 + 0x28 * number
        self.reference, self.kind, self.name, self.runs = reference, kind, name, run_list

    def table_row(self, index_bytes):
        return struct.pack("<IIIIQQ", 0xFFFFFFFF, index_bytes if self.kind == INDEX else 0, self.kind, 0,
                           self.reference, 0).ljust(0x28, b"\0")

    def table_name(self):
        name = self.name.encode("utf-16le")
        return struct.pack("<HH", self.row, len(name)) + name + b"\0\0" if name else b""

    def inside(self, v, at):
        """Offset in the attribute of a disk offset, or None"""
        base = 0
        for length, lcn in self.runs:
            if lcn is not None and 0 <= at - lcn * v.cluster < length * v.cluster:
                return base + at - lcn * v.cluster
            base += length * v.cluster
        return None

    def where(self, v, at, size):
        """(row, sector in the cluster, VCN, LCNs) of a block at this offset of the attribute"""
        vcn, inside = divmod(at, v.cluster)
        lcns = [o // v.cluster for i in range((inside + size + v.cluster - 1) // v.cluster)
                for o, _ in v.places(self.runs, (vcn + i) * v.cluster, 1)]
        return self.row, inside // 512, vcn, lcns


def read_at(v, attribute, at, size):
    return b"".join(v.read(o, k) for o, k in v.places(attribute.runs, at, size))


def named_attributes(v):
    """$MFT, its bitmap, $Bitmap, and the index of every folder"""
    ret = []
    [(whole, _)] = v.mft[:1]
    n = sum(length for length, _ in v.mft) * v.cluster // v.record_bytes
    assert whole
    for number in range(n):
        raw, right = unfix(b"".join(v.read(o, k) for o, k in v.places(
            v.mft, number * v.record_bytes, v.record_bytes)))
        if raw[:4] != b"FILE" or not right or not get("H", raw, 0x16) & 1:
            continue
        for kind, name, at, _ in attributes(raw):
            is_known = (kind, number) in ((DATA, 0), (BITMAP, 0), (DATA, 6)) and not name
            if raw[at + 8] and (is_known or kind == INDEX and name == "$I30"):
                ret.append(Attribute(len(ret), get("H", raw, 0x10) << 48 | number, kind, name,
                                     runs(raw, at + get("H", raw, at + 0x20))))
    return ret


class Change:
    """One block of the volume at both moments"""

    def __init__(self, attribute, at, size):
        self.attribute, self.at, self.size = attribute, at, size

    def key(self):
        return self.attribute.row, self.at


def find_changes(before, after, attrs):
    """(blocks that the journal will hold, disk sectors that it does not hold)"""
    blocks, loose = {}, []
    for at in differing(before.f, after.f, after.bytes):
        mirror = before.mirror_at <= at < before.mirror_at + 4 * before.record_bytes
        if mirror or any(lcn * after.cluster <= at < (lcn + n) * after.cluster for n, lcn in after.log_runs):
            continue
        for a in attrs:
            inside = a.inside(after, at)
            if inside is None:
                continue
            size = {DATA: after.record_bytes, INDEX: after.index_bytes}[a.kind] if (
                a.kind == INDEX or a.row == attrs[0].row) else PAGE
            change = Change(a, inside // size * size, size)
            blocks[change.key()] = change
            break
        else:
            loose.append(at)
    return [blocks[k] for k in sorted(blocks)], loose


def bit_runs(old, new):
    """[(first, count, is set)] of the bits that differ"""
    ret = []
    for bit in range(8 * len(new)):
        now = new[bit // 8] >> bit % 8 & 1
        if now == old[bit // 8] >> bit % 8 & 1:
            continue
        if ret and ret[-1][0] + ret[-1][1] == bit and ret[-1][2] == now:
            ret[-1][1] += 1
        else:
            ret.append([bit, 1, now])
    return ret


def log_change(w, before, after, change, mft):
    """The records of one block; returns the LSN of the last"""
    a = change.attribute
    size = min(change.size, sum(n for n, _ in a.runs) * after.cluster - change.at)
    where = a.where(after, change.at, size)
    new, old = (read_at(v, a, change.at, size) for v in (after, before))
    if a is mft:
        new, _ = unfix(new)
        return w.operation(INIT, NOOP, bytes(new[:get("I", new, 0x18)]), b"", where)
    if a.kind == INDEX:
        return w.operation(UPDATE, NOOP, bytes(unfix(new)[0]), b"", where)
    lsn = 0
    for first, n, is_set in bit_runs(old, new):
        data = struct.pack("<II", first, n)
        lsn = w.operation(*((SET, CLEAR) if is_set else (CLEAR, SET)), data, data, where)
    return lsn


def restart_page(w, start, checkpoint, length):
    area = struct.pack("<QHHHHIHHQIHHI", checkpoint, 1, 0xFFFF, 0, 0, w.bits, 0xE0, 0x40, w.size, length, 0x30,
                       0x40, 1).ljust(0x40, b"\0")
    client = struct.pack("<QQHHHHHHI", start, checkpoint, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 8)
    client += "NTFS".encode("utf-16le")
    raw = struct.pack("<4sHHQIIHHH", b"RSTR", 0x1E, 9, 0, PAGE, PAGE, 0x30, 1 if w.major == 1 else 0, w.major)
    return fix((raw.ljust(0x30, b"\0") + area + client.ljust(0xA0, b"\0")).ljust(PAGE, b"\0"))


def flush(before, after, change, lsn):
    """The block as it reached the disk"""
    block, _ = unfix(read_at(after, change.attribute, change.at, change.size))
    struct.pack_into("<Q", block, 8, lsn)
    block = fix(block)
    for o, k in after.places(change.attribute.runs, change.at, change.size):
        before.write(o, block[:k])
        block = block[k:]


def main(words=None):
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("image")
    p.add_argument("after")
    p.add_argument("--version", choices=("1.1", "2.0"), default="2.0")
    p.add_argument("--wrap", action="store_true")
    p.add_argument("--flushed", default="")
    p.add_argument("--each", type=int, default=1 << 30)
    o = p.parse_args(words)
    before, after, major = Volume(o.image, "r+b"), Volume(o.after), int(o.version[0])
    size = before.log_bytes // PAGE * PAGE
    attrs = named_attributes(after)
    blocks, loose = find_changes(before, after, attrs)
    w = Writer(size, major, size - 3 * PAGE if o.wrap else FIRST_PAGE[major] * PAGE)
    table = struct.pack("<HHHHIIII", 0x28, len(attrs), len(attrs), 0, 0, 0, 0, 0)
    table = table.ljust(0x18, b"\0") + b"".join(a.table_row(after.index_bytes) for a in attrs)
    names = b"".join(a.table_name() for a in attrs) + bytes(4)
    while len(w.pages) < 4:  # older records: ntfsrecover looks at the page before the first that counts
        w.operation(FORGET, COMPENSATION, b"", b"", (0x18, 0, 0, []), 0x40)
    w.prev = 0
    start = w.dump(TABLE, table)
    named = w.dump(NAMES, names)
    data = struct.pack("<IIQQQQQIIII", 1, 0, start, start, named, 0, 0, len(table), len(names), 0, 0)
    checkpoint = w.add(data.ljust(0x40, b"\0"), 2)
    flushed = [int(n) for n in o.flushed.split(",") if n]
    for i, change in enumerate(blocks, 1):
        lsn = log_change(w, before, after, change, attrs[0])
        if change.attribute is attrs[0] and change.at // after.record_bytes in flushed:
            flush(before, after, change, lsn)
        if i % o.each == 0 or i == len(blocks):
            w.end_transaction()
    for at in loose:
        before.write(at, after.read(at, 512))
    before.log_write(0, b"\xff" * size)
    for at in (0, PAGE):
        before.log_write(at, restart_page(w, start, checkpoint, len(data)))
    for at, page in w.pages.items():
        before.log_write(at, fix(page))
    log = Log(before)
    tail_copy(before, log, major, w.order[-1], w.pages[w.order[-1]], 0)
    before.f.close()
    print("blocks %u not logged %u pages %u first %#x last %#x" % (
        len(blocks), len(loose), len(w.pages), start, w.prev or max(log.records)))


if __name__ == "__main__":
    main()
