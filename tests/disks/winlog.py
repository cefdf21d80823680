# SPDX-License-Identifier: GPL-3.0-or-later
"""An NTFS volume and the records of its $LogFile, for the tools that rewind, cut and compare volumes
(rewind.py, ntfscompare.py, mklog.py). It shares no code with rescue/ntfs, so that a mistake cannot
hide by being made twice."""

import hashlib
import os
import struct
import sys

PAGE = 4096
FIRST_PAGE = {1: 4, 2: 34}  # of the ring; before it restart pages and tail copies
CHECKPOINT = 2
NO_REDO = 2
KNOWN = 8
_known = {}  # records of the logs that were parsed last: nobody changes them


def get(fmt, data, at):
    return struct.unpack_from("<" + fmt, data, at)[0]


def die(text):
    sys.exit(os.path.basename(sys.argv[0]) + ": " + text)


def unfix(page):
    """(bytes without fixups, whether they were right)"""
    page = bytearray(page)
    at, n = get("H", page, 4), get("H", page, 6)
    if n != len(page) // 512 + 1 or at + 2 * n > 510:
        return page, False
    lows, highs, words = page[510::512], page[511::512], page[at + 2:at + 2 * n]
    right = lows == page[at:at + 1] * (n - 1) and highs == page[at + 1:at + 2] * (n - 1)
    page[510::512], page[511::512] = words[::2], words[1::2]
    return page, right


def fix(page):
    page = bytearray(page)
    at, n = get("H", page, 4), get("H", page, 6)
    usn = get("H", page, at) % 65535 + 1
    struct.pack_into("<H", page, at, usn)
    page[at + 2:at + 2 * n:2], page[at + 3:at + 2 * n:2] = page[510::512], page[511::512]
    page[510::512], page[511::512] = page[at:at + 1] * (n - 1), page[at + 1:at + 2] * (n - 1)
    return bytes(page)


def runs(raw, at):
    """[(clusters, first cluster or None)] of a mapping pairs array"""
    ret, lcn = [], 0
    while raw[at]:
        n, o = raw[at] & 15, raw[at] >> 4
        length = int.from_bytes(raw[at + 1:at + 1 + n], "little")
        lcn += int.from_bytes(raw[at + 1 + n:at + 1 + n + o], "little", signed=True)
        ret.append((length, lcn if o else None))
        at += 1 + n + o
    return ret


def attributes(record):
    """(type, name, offset, length) of each attribute of an MFT record without fixups"""
    at = get("H", record, 0x14)
    while at + 8 <= len(record) and get("I", record, at) != 0xFFFFFFFF:
        length = get("I", record, at + 4)
        if length < 24 or at + length > len(record):
            return
        name = bytes(record[at + get("H", record, at + 10):][:2 * record[at + 9]])
        yield get("I", record, at), name.decode("utf-16le", "replace"), at, length
        at += length


class Record:
    """One log record; the client data are whole, over all its pages."""

    def __init__(self, lsn, place, header, data):
        self.lsn, self.place, self.data = lsn, place, data
        self.type, self.transaction = get("I", header, 0x20), get("I", header, 0x24)
        self.flags, self.length = get("H", header, 0x28), get("I", header, 0x18)
        short = self.type != 1 or len(data) < 0x20
        (self.redo, self.undo, self.redo_off, self.redo_len, self.undo_off, self.undo_len, self.attr,
         self.n_lcns, self.record_off, self.attr_off, self.sector_off) = (
             (0,) * 11 if short else struct.unpack_from("<11H", data))
        self.lcns = [] if short else list(struct.unpack_from("<%dQ" % self.n_lcns, data, 0x20))

    def start(self):
        return get("Q", self.data, 8) or self.lsn

    def is_checkpoint(self):
        return self.type == CHECKPOINT and len(self.data) >= 0x40


class Volume:
    def __init__(self, path, mode="rb"):
        self.f = open(path, mode)
        boot = self.read(0, 512)
        n = boot[13]
        self.cluster = get("H", boot, 11) * (n if n <= 128 else 1 << (256 - n))
        size = get("b", boot, 0x40)
        self.record_bytes = 1 << -size if size < 0 else size * self.cluster
        size = get("b", boot, 0x44)
        self.index_bytes = 1 << -size if size < 0 else size * self.cluster
        self.mft_at, self.mirror_at = (get("Q", boot, i) * self.cluster for i in (0x30, 0x38))
        self.bytes = get("Q", boot, 0x28) * get("H", boot, 11)
        self.mft = self.data_runs(0)[0]
        self.log_runs, self.log_bytes = self.data_runs(2)

    def read(self, at, n):
        self.f.seek(at)
        return self.f.read(n)

    def write(self, at, data):
        assert "+" in self.f.mode
        self.f.seek(at)
        self.f.write(data)

    def data_runs(self, number):
        raw, _ = unfix(self.read(self.mft_at + number * self.record_bytes, self.record_bytes))
        for kind, name, at, _ in attributes(raw):
            if kind == 0x80 and not name:
                return runs(raw, at + get("H", raw, at + 0x20)), get("Q", raw, at + 0x30)
        return die("record %u has no data" % number)

    def places(self, run_list, at, n):
        """(disk offset, bytes) pieces of a range of an attribute"""
        while n:
            vcn, inside = divmod(at, self.cluster)
            for length, lcn in run_list:
                if vcn < length:
                    break
                vcn -= length
            k = min(n, (length - vcn) * self.cluster - inside)
            yield (lcn + vcn) * self.cluster + inside, k
            at += k
            n -= k

    def log_read(self, at, n=PAGE):
        return b"".join(self.read(o, k) for o, k in self.places(self.log_runs, at, n))

    def log_write(self, at, data):
        for o, k in self.places(self.log_runs, at, len(data)):
            self.write(o, data[:k])
            data = data[k:]

    def target(self, record, n):
        """(disk offset, bytes) pieces of the block that a record names, cluster by cluster"""
        at = record.sector_off * 512
        while n:
            i, inside = divmod(at, self.cluster)
            if i >= len(record.lcns):
                return
            k = min(n, self.cluster - inside)
            yield record.lcns[i] * self.cluster + inside, k
            at += k
            n -= k


class Log:
    """The valid restart page with the greater LSN, and every record that is still there."""

    def __init__(self, volume):
        self.v = volume
        best = None
        for at in (0, PAGE):
            page, right = unfix(volume.log_read(at))
            if page[:4] == b"RSTR" and right:
                area = get("H", page, 0x18)
                if not best or get("Q", page, area) > best[0]:
                    best = get("Q", page, area), page, area
        if not best:
            die("the log has no valid restart page")
        self.current, self.page, area = best
        self.major, self.minor = get("H", self.page, 0x1C), get("H", self.page, 0x1A)
        self.seq_bits, self.bytes = get("I", self.page, area + 0x10), get("Q", self.page, area + 0x18)
        client = area + get("H", self.page, area + 0x16)
        self.oldest, self.restart = get("Q", self.page, client), get("Q", self.page, client + 8)
        self.is_clean = bool(get("H", self.page, area + 14) & 2) or get("H", self.page, area + 12) == 65535
        self.first = FIRST_PAGE[self.major] * PAGE
        self.raw = bytearray(volume.log_read(0, min(self.bytes, volume.log_bytes)))
        self.copied = self._tail_copies()
        self.records = dict(self._parsed())

    def _parsed(self):
        """Records by LSN. Copies of one volume have the same log: it is parsed once."""
        key = hashlib.sha256(self.raw).digest(), self.first, self.seq_bits
        self.records = _known.pop(key, {})
        if not self.records:
            for at in range(self.first, len(self.raw), PAGE):
                if self.raw[at:at + 4] == b"RCRD":
                    self._page(at)
        while len(_known) >= KNOWN:
            _known.pop(next(iter(_known)))
        _known[key] = self.records
        return self.records

    def offset(self, lsn):
        return ((lsn << self.seq_bits) & (2**64 - 1)) >> (self.seq_bits - 3)

    def sequence(self, lsn):
        return lsn >> (64 - self.seq_bits)

    def lsn_at(self, sequence, offset):
        return sequence << (64 - self.seq_bits) | offset >> 3

    def _tail_copies(self):
        """The newest page may be only where its copy is: put it where it belongs."""
        copied = []
        for at in range(2 * PAGE, self.first, PAGE):
            page, right = unfix(self.raw[at:at + PAGE])
            home = get("Q", page, 8) if self.major == 1 else get("I", page, 0x3C)
            if page[:4] != b"RCRD" or not right or home % PAGE or not self.first <= home < len(self.raw):
                continue
            now, is_valid = unfix(self.raw[home:home + PAGE])
            end = get("Q", now, 0x20) if now[:4] == b"RCRD" and is_valid else 0
            if get("Q", page, 0x20) > end:
                if self.major == 1:
                    struct.pack_into("<Q", page, 8, get("Q", page, 0x20))
                self.raw[home:home + PAGE] = fix(page)
                copied.append(home)
        return sorted(set(copied))

    def put_copies(self):
        """Write those pages to their places, so that the copies are not needed."""
        for at in self.copied:
            self.v.log_write(at, bytes(self.raw[at:at + PAGE]))

    def _page(self, at):
        page, right = unfix(self.raw[at:at + PAGE])
        if not right:
            return
        pos = 0x40
        while pos + 0x30 <= PAGE:
            lsn = get("Q", page, pos)
            # a copy before the ring does not lie where its LSN says: the page at home counts
            if not self.sequence(lsn) or lsn >> 48 or self.offset(lsn) != at + pos:
                pos += 8
                continue
            n = get("I", page, pos + 0x18)
            self.records[lsn] = Record(lsn, at + pos, bytes(page[pos:pos + 0x30]), self._data(at, pos, n))
            pos += 0x30 + (n + 7) // 8 * 8

    def _data(self, at, pos, n):
        page, _ = unfix(self.raw[at:at + PAGE])
        out = bytes(page[pos + 0x30:pos + 0x30 + n])
        while len(out) < n:
            at += PAGE
            if at >= len(self.raw):
                at = self.first
            if self.raw[at:at + 4] != b"RCRD":
                break
            page, _ = unfix(self.raw[at:at + PAGE])
            out += bytes(page[0x40:0x40 + n - len(out)])
        return out

    def session(self, sequence=None):
        """Records of the last mount (or of one with that sequence number), in order"""
        top = max(self.records) if sequence is None else sequence << (64 - self.seq_bits)
        want = self.sequence(top)
        return [r for lsn, r in sorted(self.records.items()) if self.sequence(lsn) == want]

    def last_page_at(self):
        return self.records[max(self.records)].place // PAGE * PAGE
