#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a replayed volume with the state that Windows left, by sector.

    ntfscompare.py RESULT ANSWER LOGGED [--any-lsn] [--strict]

LOGGED is the unclean volume: its log says which differences are allowed:
    usn       update sequence numbers
    slack     bytes beyond bytes_in_use of an MFT record, beyond the value in an attribute, or beyond the
              end of an index block
    lsn       the LSN of a block that the log changed last by an operation that does not raise it
              (UpdateFileName in an index), or that it does not change at all
    zeros     contents and $SDS bytes that the log does not hold (NO_REDO): zeros in RESULT
    lazy      what Windows writes late and without a record: a last access time of ANSWER that is in
              no record of its log; times and sizes in an MFT record's $FILE_NAME
    log       $LogFile itself
With --any-lsn every LSN may differ, as may the next attribute's number, and the sequence number
and link count of a free MFT record (the log was moved, or a transaction was undone by other means). With --strict
only usn and log are allowed. Prints the count of each; status 1 and the places when there is any other
difference."""

import argparse
import sys

from sparse import differing
from winlog import NO_REDO, Log, Volume, attributes, get, unfix

FILE_NAME_OPS = (0x13, 0x14)


def entries(block):
    """Offsets of the entries of an index block"""
    at, end = 0x18 + get("I", block, 0x18), 0x18 + get("I", block, 0x1C)
    while at + 16 <= end <= len(block):
        yield at
        if get("H", block, at + 8) < 16:
            return
        at += get("H", block, at + 8)


def is_padding(record, first, end):
    """Between the end of a resident value and the next attribute"""
    return any(not record[at + 8] and end <= at + length and
               first >= at + get("H", record, at + 0x14) + get("I", record, at + 0x10)
               for _, _, at, length in attributes(record))


class Compare:
    def __init__(self, result, answer, logged, any_lsn):
        self.any_lsn = any_lsn
        self.a, self.b, self.v = Volume(result), Volume(answer), Volume(logged)
        self.log = Log(self.v)
        self.allowed, self.bad = {}, []
        self.blocks = {}   # disk offset of a sector -> (pieces of the block, ...)
        self.last_op = {}  # first piece of a block -> last operation on it
        self.zeroed = []   # (first byte, end) on disk that the log holds no bytes for
        self.answer_log = b""
        self._read_log()

    def _read_log(self):
        start = self.log.records[self.log.restart].start() if self.log.restart in self.log.records else 0
        for lsn, r in sorted(self.log.records.items()):
            if not r.lcns or r.type != 1:
                continue
            n = self.v.cluster * len(r.lcns) - r.sector_off * 512
            pieces = list(self.v.target(r, min(n, max(self.v.index_bytes, self.v.record_bytes))))
            if not pieces:
                continue
            if len(r.lcns) > 1 or n == self.v.index_bytes:
                for off, k in pieces:
                    for x in range(off, off + k, 512):
                        self.blocks[x] = pieces
            if lsn < start:
                continue
            self.last_op[pieces[0][0]] = r.redo
            if r.flags & NO_REDO and r.redo_len:
                at = r.record_off + r.attr_off
                for off, k in pieces:
                    lo, hi = max(at, 0), min(at + r.redo_len, k)
                    if lo < hi:
                        self.zeroed.append((off + lo, off + hi))
                    at -= k

    def allow(self, kind, n=1):
        self.allowed[kind] = self.allowed.get(kind, 0) + n

    def where(self, run_list, at):
        """Offset within an attribute of a disk offset, or None"""
        base = 0
        for length, lcn in run_list:
            if lcn is not None and 0 <= at - lcn * self.v.cluster < length * self.v.cluster:
                return base + at - lcn * self.v.cluster
            base += length * self.v.cluster
        return None

    def block_of(self, at):
        """(kind, pieces) of the structure that a sector belongs to"""
        size = self.v.record_bytes
        inside = self.where(self.b.mft, at)
        if inside is not None:
            return "FILE", list(self.v.places(self.b.mft, inside // size * size, size))
        if 0 <= at - self.v.mirror_at < 4 * max(size, self.v.cluster // 4):
            start = at - (at - self.v.mirror_at) % size
            return "FILE", [(start, size)]
        if at in self.blocks and self.b.read(self.blocks[at][0][0], 4) == b"INDX":
            return "INDX", self.blocks[at]
        for back in range(0, self.v.index_bytes, 512):
            if self.b.read(at - back, 4) == b"INDX":
                return "INDX", [(at - back, self.v.index_bytes)]
        return "raw", [(at, 512)]

    def ranges(self, x, y):
        """[first, end) of the bytes that differ"""
        ret = []
        for i, (p, q) in enumerate(zip(x, y)):
            if p != q:
                if ret and ret[-1][1] == i:
                    ret[-1][1] = i + 1
                else:
                    ret.append([i, i + 1])
        return ret

    def block(self, kind, pieces):
        x, y = (b"".join(v.read(o, k) for o, k in pieces) for v in (self.a, self.b))
        if kind == "raw":
            return self.raw(pieces[0][0], x, y)
        (x, right_x), (y, right_y) = unfix(x), unfix(y)
        if right_x != right_y or x[:4] != y[:4]:
            self.bad.append((kind, pieces[0][0], "fixups or signature"))
            return None
        usn = get("H", y, 4)
        used = get("I", y, 0x18) if kind == "FILE" else get("I", y, 0x1C) + 0x18
        if x[usn:usn + 2 * get("H", y, 6)] != y[usn:usn + 2 * get("H", y, 6)]:
            self.allow("usn")
        x[usn:usn + 2 * get("H", y, 6)] = y[usn:usn + 2 * get("H", y, 6)]
        for first, end in self.ranges(x, y):
            self.piece(kind, pieces[0][0], x, y, (first, end, used))
        return None

    def piece(self, kind, at, x, y, span):
        first, end, used = span
        if 8 <= first and end <= 16:
            op = self.last_op.get(at)
            if self.any_lsn or op is None or op in FILE_NAME_OPS:
                return self.allow("lsn")
        elif first >= used or kind == "FILE" and is_padding(y, first, end):
            return self.allow("slack", end - first)
        elif kind == "FILE" and not any(x[first:end]) and self.in_content(y, first, end):
            return self.allow("zeros", end - first)
        elif kind == "FILE" and self.any_lsn and (
                0x28 <= first and end <= 0x2A or
                0x10 <= first and end <= 0x14 and not (x[0x16] | y[0x16]) & 1):
            return self.allow("undone")
        elif self.is_lazy(kind, y, first, end):
            return self.allow("lazy")
        self.bad.append((kind, at, "bytes %#x to %#x of %#x: %s, not %s" % (
            first, end, used, x[first:end][:24].hex(), y[first:end][:24].hex())))
        return None

    def is_lazy(self, kind, block, first, end):
        if kind == "FILE":
            places = [at + get("H", block, at + 0x14) + 0x18 for t, _, at, _ in attributes(block)
                      if t == 0x10]
            names = [at + get("H", block, at + 0x14) for t, _, at, _ in attributes(block) if t == 0x30]
            if any(at + 8 <= first and end <= at + 0x38 for at in names):
                return True
        else:
            places = [at + 0x30 for at in entries(block)]
        return any(at <= first and end <= at + 8 and self.is_never_logged(block[at:at + 8])
                   for at in places)

    def is_never_logged(self, value):
        if not self.answer_log:
            self.answer_log = b"\0".join(r.data for r in Log(self.b).records.values())
        return bytes(value) not in self.answer_log

    def in_content(self, record, first, end):
        for kind, _, at, length in attributes(record):
            if at <= first and end <= at + length:
                return not record[at + 8] and first >= at + get("H", record, at + 0x14) and (
                    kind == 0x80 or kind == 0x100)
        return False

    def raw(self, at, x, y):
        for first, end in self.ranges(x, y):
            if any(lo <= at + first and at + end <= hi for lo, hi in self.zeroed) and not any(
                    x[first:end]):
                self.allow("zeros", end - first)
            else:
                self.bad.append(("raw", at + first, "%s, not %s" % (
                    x[first:end][:24].hex(), y[first:end][:24].hex())))

    def run(self):
        seen = set()
        for at in differing(self.a.f, self.b.f, self.v.bytes):
            if self.where(self.b.log_runs, at) is not None:
                self.allow("log")
                continue
            kind, pieces = self.block_of(at)
            if pieces[0][0] in seen:
                continue
            seen.add(pieces[0][0])
            self.block(kind, pieces)


def compare(images, any_lsn=False, strict=False):
    """(whether there is no other difference, the lines that say what there is)"""
    c = Compare(*images, any_lsn)
    c.run()
    lines = ["%s at %#x: %s" % bad for bad in c.bad[:40]]
    lines.append("differences %u allowed %s" % (len(c.bad), " ".join(
        "%s %u" % i for i in sorted(c.allowed.items())) or "none"))
    is_bad = c.bad or strict and any(k not in ("usn", "log") for k in c.allowed)
    return not is_bad, "\n".join(lines)


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("images", nargs=3)
    p.add_argument("--any-lsn", action="store_true")
    p.add_argument("--strict", action="store_true")
    args = p.parse_args()
    is_right, text = compare(args.images, args.any_lsn, args.strict)
    print(text)
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
