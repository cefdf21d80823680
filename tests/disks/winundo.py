# SPDX-License-Identifier: GPL-3.0-or-later
"""Take log records of Windows back, newest first, one by one: for rewind.py, where ntfsrecover -u gives
up, or where a log is to be cut at a record. The state before need not be exact in every byte that the
records do not name: the records are replayed over it by the programs under test."""

import struct

from winlog import fix, get, runs, unfix

INDX_OPS = (0x0E, 0x0F, 0x10, 0x12, 0x14, 0x22)
RAW_OPS = (0x08, 0x15, 0x16)


class CannotUndo(Exception):
    pass


def align8(n):
    return (n + 7) & ~7


def put(block, at, data):
    if at < 0 or at + len(data) > len(block):
        raise CannotUndo("outside the block")
    block[at:at + len(data)] = data


def splice(block, at, old, new, used_at, base):
    """Replace @old bytes at @at by @new; what follows moves; the end is in the u32 at @used_at."""
    used = get("I", block, used_at) + base
    if at + old > used or used + len(new) - old > len(block):
        raise CannotUndo("does not fit: %#x of %#x" % (at, used))
    tail = bytes(block[at + old:used])
    block[at:at + len(new) + len(tail)] = new + tail
    struct.pack_into("<I", block, used_at, used + len(new) - old - base)


def resize_attribute(rec, a, length):
    old = get("I", rec, a + 4)
    keep = bytes(rec[a:a + min(old, length)])
    splice(rec, a, old, keep.ljust(length, b"\0"), 0x18, 0)
    struct.pack_into("<I", rec, a + 4, length)


def grow_root(rec, a, by):
    """Sizes of an index root attribute after @by bytes went in or out."""
    value = a + get("H", rec, a + 0x14)
    struct.pack_into("<I", rec, a + 4, get("I", rec, a + 4) + by)
    struct.pack_into("<I", rec, a + 0x10, get("I", rec, a + 0x10) + by)
    for at in (value + 0x14, value + 0x18):
        struct.pack_into("<I", rec, at, get("I", rec, at) + by)


def count_link(rec, a, by):
    """A record counts its names, without a record of the log for it."""
    if get("I", rec, a) == 0x30:
        struct.pack_into("<H", rec, 0x12, get("H", rec, 0x12) + by & 0xFFFF)


def on_record(rec, r, data, other_len):
    a, o, op = r.record_off, r.attr_off, r.undo
    if op == 0x02:
        put(rec, 0, data)
    elif op == 0x03:
        struct.pack_into("<H", rec, 0x16, get("H", rec, 0x16) & ~1)
    elif op == 0x05:
        splice(rec, a, 0, data, 0x18, 0)
        count_link(rec, a, 1)
    elif op == 0x06:
        count_link(rec, a, -1)
        splice(rec, a, get("I", rec, a + 4), b"", 0x18, 0)
    elif op == 0x07:
        if len(data) != other_len:
            resize_attribute(rec, a, align8(o + len(data)))
            struct.pack_into("<I", rec, a + 0x10, o + len(data) - get("H", rec, a + 0x14))
        put(rec, a + o, data)
    elif op == 0x09:
        resize_attribute(rec, a, align8(o + len(data)))
        put(rec, a + o, data)
        n = sum(k for k, _ in runs(rec, a + get("H", rec, a + 0x20)))
        struct.pack_into("<Q", rec, a + 0x18, get("Q", rec, a + 0x10) + n - 1 & 2**64 - 1)
    elif op == 0x0B:
        for i, at in enumerate((0x28, 0x38, 0x30, 0x40)[:len(data) // 8]):
            put(rec, a + at, data[8 * i:8 * i + 8])
    elif op == 0x0C:
        splice(rec, a + o, 0, data, 0x18, 0)
        grow_root(rec, a, len(data))
    elif op == 0x0D:
        n = get("H", rec, a + o + 8)
        splice(rec, a + o, n, b"", 0x18, 0)
        grow_root(rec, a, -n)
    elif op == 0x11:
        put(rec, a + o + get("H", rec, a + o + 8) - 8, data)
    elif op == 0x13:
        put(rec, a + o + 0x18, data)
    elif op == 0x21:
        put(rec, a + o + get("H", rec, a + o), data)
    elif op == 0x25:
        put(rec, a + o, data)
    else:
        raise CannotUndo("operation %#x" % op)


def on_index(blk, r, data):
    at, op = r.record_off + r.attr_off, r.undo
    if op == 0x08:
        put(blk, at, data)
    elif op == 0x0E:
        splice(blk, at, 0, data, 0x1C, 0x18)
    elif op == 0x0F:
        splice(blk, at, get("H", blk, at + 8), b"", 0x1C, 0x18)
    elif op == 0x10:
        put(blk, at, data)
        struct.pack_into("<I", blk, 0x1C, at + len(data) - 0x18)
    elif op == 0x12:
        put(blk, at + get("H", blk, at + 8) - 8, data)
    elif op == 0x14:
        put(blk, at + 0x18, data)
    elif op == 0x22:
        put(blk, at + get("H", blk, at), data)
    else:
        raise CannotUndo("operation %#x" % op)


def on_bits(page, r, data):
    first, n = struct.unpack_from("<II", data)
    for bit in range(first, first + n):
        if bit // 8 >= len(page):
            raise CannotUndo("bit outside the page")
        if r.undo == 0x15:
            page[bit // 8] |= 1 << bit % 8
        else:
            page[bit // 8] &= ~(1 << bit % 8)


def undo_one(v, r):
    if not r.lcns or r.undo in (0x00, 0x01):
        return
    data = r.data[r.undo_off:r.undo_off + r.undo_len]
    head = v.read(next(v.target(r, 4))[0], 4)
    is_index = r.undo in INDX_OPS or r.undo in RAW_OPS[:1] and head == b"INDX"
    is_raw = r.undo in RAW_OPS and not is_index
    size = v.index_bytes if is_index else v.record_bytes
    if is_raw:
        size = len(r.lcns) * v.cluster - r.sector_off * 512
    pieces = list(v.target(r, size))
    block = bytearray(b"".join(v.read(o, k) for o, k in pieces))
    if not is_raw:
        block, right = unfix(block)
        if not right or head != (b"INDX" if is_index else b"FILE"):
            if r.undo in (0x03, 0x08):
                return  # nothing there yet to be taken back
            raise CannotUndo("no %s there" % ("INDX" if is_index else "FILE"))
    if is_index:
        on_index(block, r, data)
    elif not is_raw:
        on_record(block, r, data, r.redo_len)
    elif r.undo == 0x08:
        put(block, r.record_off + r.attr_off, data)
    else:
        on_bits(block, r, data)
    block = block if is_raw else fix(block)
    for off, k in pieces:
        v.write(off, bytes(block[:k]))
        block = block[k:]


def block_at(v, r):
    """Where a record's block begins: its name in what undo returns"""
    return next(v.target(r, 1), (None, 0))[0]


def undo(v, records, first, flushed):
    """Every record from @first on, but for blocks that reached the disk: @flushed(disk offset) is the
    LSN of the last change that did, or 0. A block whose older body is lost (its MFT record was used
    again) counts as flushed, too. Returns {disk offset: LSN} of those."""
    frozen = {}
    for r in sorted(records, key=lambda x: -x.lsn):
        if r.lsn < first:
            break
        at = block_at(v, r)
        if at is None or at in frozen:
            continue
        if r.lsn <= flushed(at) and r.undo not in RAW_OPS:
            frozen[at] = r.lsn
            continue
        try:
            undo_one(v, r)
        except CannotUndo as e:
            if r.undo in RAW_OPS:
                raise CannotUndo("%#x redo %#x undo %#x: %s" % (r.lsn, r.redo, r.undo, e)) from e
            frozen[at] = r.lsn
    return frozen
