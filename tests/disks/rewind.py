#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unclean test volumes out of clean ones that Windows wrote: its own records, and its own final state
as the answer.

    rewind.py checkpoints IMAGE [--session N]
    rewind.py make IMAGE COPY N [--version 1.1|2.0] [--session N] [EDIT...]
    rewind.py loser IMAGE COPY N --answer FILE [--version 1.1|2.0] [--session N] [--back N] [--own]
    rewind.py largest IMAGE             how many checkpoints can be rewound, for both versions

`make` undoes the records since the Nth checkpoint from the end (ntfsrecover -u; --own: winundo.py), puts the LSNs of
the blocks back to before it, and points the restart pages at it. `loser` cuts the log just before the end of the last transaction (N: of the one N before); what it
changed has reached the disk (--own: has not). The log begins at the checkpoint before that (--back:
N before). FILE is the right result: that moment, without the transactions that are open then.
EDIT:
    --flush-seed N    (with --own) some blocks have reached the disk, each at another moment
    --wrap            move the log so that it runs over the end of the ring
    --tail-only       the newest page only as a tail copy; garbage at its place
    --torn-home       the newest page is torn at its place, whole as a tail copy
    --torn            the newest page is torn, no copy: the log ends a page earlier
    --hole            a page in the middle is gone: the right answer is a refusal
    --cut LSN         the log ends before this record
    --one-restart     restart page 1 is torn
    --old-restart     restart page 2 is from the checkpoint before
"""

import argparse
import os
import random
import shutil
import struct
import subprocess
import sys

import sparse
from winlog import FIRST_PAGE, PAGE, Log, Volume, die, fix, get, unfix
from winundo import CannotUndo, block_at, undo

EMPTY = b"\xff" * PAGE


def set_restart(v, log, major, checkpoint, is_clean=False, pages=(0, PAGE), current=None):
    for at in pages:
        page, right = unfix(v.log_read(at))
        if not right or page[:4] != b"RSTR":
            page = bytearray(log.page)
        area = get("H", page, 0x18)
        client = area + get("H", page, area + 0x16)
        struct.pack_into("<hh", page, 0x1A, 0 if major == 2 else 1, major)
        struct.pack_into("<Q", page, area, current or checkpoint.lsn)
        struct.pack_into("<HH", page, area + 12, 0xFFFF if is_clean else 0, 2 if is_clean else 0)
        struct.pack_into("<I", page, area + 0x20, checkpoint.length)
        struct.pack_into("<QQ", page, client, checkpoint.start(), checkpoint.lsn)
        v.log_write(at, fix(page))


def checkpoints(records):
    return [r for r in records if r.is_checkpoint()]


def wipe_newer(v, log, sequence):
    """Pages of mounts later than @sequence are gone, so that its records are the end of the log."""
    for at in range(2 * PAGE, len(log.raw), PAGE):
        if log.raw[at:at + 4] != b"RCRD":
            continue
        page, right = unfix(log.raw[at:at + PAGE])
        newest = max(get("Q", page, 0x20), get("Q", page, 8) if at >= log.first else 0)
        if not right or at < log.first or log.sequence(newest) > sequence:
            v.log_write(at, EMPTY)


def oldest_needed(checkpoint, records):
    """Smallest LSN that a replay from this checkpoint reads."""
    ret = [checkpoint.start()]
    table = records.get(get("Q", checkpoint.data, 0x20))
    if table:
        dump = table.data[table.redo_off:]
        size, n = get("H", dump, 0), get("H", dump, 2)
        for at in range(24, 24 + size * n, size):
            if at + 0x20 <= len(dump) and get("I", dump, at) == 0xFFFFFFFF:
                ret.append(get("Q", dump, at + 0x18))
    return min(x for x in ret if x)


def tail_copy(v, log, major, home, page, slot):
    """@page (without fixups) as the copy of the page at @home, in the first or second place."""
    page = bytearray(page)
    if major == 1:
        struct.pack_into("<Q", page, 8, home)
        at = (2 + slot) * PAGE
    else:
        struct.pack_into("<I", page, 0x3C, home)
        at = (2 + 16 * slot) * PAGE
    v.log_write(at, fix(page))


def convert(v, log, major, last_page):
    """The places before the ring as this version has them: nothing but one copy of the newest page
    (ntfsrecover refuses a 2.0 log without any)."""
    if log.major == major:
        return
    for at in range(2 * PAGE, FIRST_PAGE[2] * PAGE, PAGE):
        v.log_write(at, EMPTY)
    tail_copy(v, log, major, last_page, unfix(v.log_read(last_page))[0], 0)


def rewind_lsns(v, records, first, frozen):
    """ntfsrecover's undo leaves the LSN of the blocks: without this a third of the redo is skipped."""
    for r in records:
        if r.lsn < first.lsn or not r.lcns:
            continue
        at = next(v.target(r, 16), (0, 0))[0]
        head = v.read(at, 16)
        if head[:4] in (b"FILE", b"INDX") and get("Q", head, 8) >= first.lsn:
            v.write(at + 8, struct.pack("<Q", frozen.get(at, first.lsn - 1)))


# ---- edits of the log


class Newest:
    """The newest page of the log, and what may be done to it."""

    def __init__(self, v, log, records):
        self.v, self.log, self.records = v, log, records
        self.at = records[-1].place // PAGE * PAGE
        self.page, _ = unfix(v.log_read(self.at))

    def no_copies(self):
        used = {r.place // PAGE * PAGE for r in self.records}
        for at in range(2 * PAGE, FIRST_PAGE[2] * PAGE, PAGE):
            # in a ring of version 1.1, too, lie copies that version 2.0 left
            if at < self.log.first or at not in used:
                self.v.log_write(at, EMPTY)

    def tear(self):
        raw = bytearray(self.v.log_read(self.at))
        raw[PAGE // 2:] = EMPTY[PAGE // 2:]
        self.v.log_write(self.at, bytes(raw))

    def cut(self, record):
        """@record and all after it never were."""
        at, pos = divmod(record.place, PAGE)
        at *= PAGE
        keep = [r for r in self.records if r.lsn < record.lsn]
        page, _ = unfix(self.v.log_read(at))
        ending = [r for r in keep if end_page(self.log, r) == at]
        last = keep[-1].lsn
        page[pos:] = bytes(PAGE - pos)
        struct.pack_into("<Q", page, 8, last)
        struct.pack_into("<I", page, 0x10, 1 if ending else 0)
        struct.pack_into("<H", page, 0x18, pos)
        struct.pack_into("<Q", page, 0x20, last if ending else 0)
        for x in range(at, len(self.log.raw), PAGE):
            self.v.log_write(x, EMPTY)
        self.no_copies()
        self.v.log_write(at, fix(page))
        self.records, self.at, self.page = keep, at, page
        tail_copy(self.v, self.log, self.log.major, at, page, 0)


def end_page(log, record):
    left = record.length - (PAGE - record.place % PAGE - 0x30)
    pages = 0 if left <= 0 else -(-left // (PAGE - 0x40))
    at = record.place // PAGE * PAGE + pages * PAGE
    return at if at < len(log.raw) else log.first + at - len(log.raw)


class Mover:
    """Move the session within the ring, so that it runs over its end: every LSN in it changes."""

    def __init__(self, v, log, records, checkpoint):
        self.v, self.log, self.records, self.checkpoint = v, log, records, checkpoint
        self.sequence = log.sequence(checkpoint.lsn)
        last = end_page(log, records[-1])
        middle = (checkpoint.place // PAGE * PAGE + last) // 2 // PAGE * PAGE
        self.shift = len(log.raw) - PAGE - middle
        self.last = last

    def lsn(self, lsn):
        if self.log.sequence(lsn) != self.sequence:
            return lsn
        page, pos = divmod(self.log.offset(lsn), PAGE)
        at, wraps = self.page(page * PAGE)
        return self.log.lsn_at(self.sequence + wraps, at + pos)

    def page(self, at):
        at += self.shift
        return (at, 0) if at < len(self.log.raw) else (self.log.first + at - len(self.log.raw), 1)

    def patch(self, image, at, sizes):
        """New LSN at a place of the log, whatever page it is on. @image: {page: bytes}"""
        for offset in sizes:
            home, pos = divmod(at + offset, PAGE)
            page = image[home * PAGE]
            struct.pack_into("<Q", page, pos, self.lsn(get("Q", page, pos)))

    def _data_place(self, record, offset):
        """Place in the log of a byte of a record's client data (records of several pages too)"""
        at = record.place + 0x30
        page_end = (at // PAGE + 1) * PAGE
        while at + offset >= page_end:
            offset -= page_end - at
            at = page_end + 0x40
            page_end += PAGE
        return at + offset

    def _tables(self, image, r):
        if r.redo not in (0x1D, 0x1F, 0x20, 0x1C) or r.type != 1:
            return
        if r.redo == 0x1C:
            at = {0x28: 0x18, 0x2C: 0x18}.get(r.redo_len)
            if at and self.log.sequence(get("Q", r.data, r.redo_off + at)) == self.sequence:
                self.patch(image, self._data_place(r, r.redo_off + at), [0])
            return
        dump = r.data[r.redo_off:]
        size, n = get("H", dump, 0), get("H", dump, 2)
        where = {0x1D: [0x18], 0x1F: [0x18], 0x20: [8, 0x10, 0x18]}[r.redo]
        for at in range(24, 24 + size * n, size):
            if at + size <= len(dump) and get("I", dump, at) == 0xFFFFFFFF:
                for w in where:
                    self.patch(image, self._data_place(r, r.redo_off + at + w), [0])

    def _blocks(self):
        """Blocks that the session wrote keep their place among the records."""
        for at in sorted({block_at(self.v, r) for r in self.records if r.lcns}):
            head = self.v.read(at, 16)
            if head[:4] in (b"FILE", b"INDX"):
                self.v.write(at + 8, struct.pack("<Q", self.lsn(get("Q", head, 8))))

    def run(self):
        v, log = self.v, self.log
        image = {}
        for at in range(self.records[0].place // PAGE * PAGE, self.last + PAGE, PAGE):
            image[at] = unfix(v.log_read(at))[0]
        for r in self.records:
            self.patch(image, r.place, [0, 8, 0x10])
            if r.is_checkpoint():
                for at in (8, 0x10, 0x18, 0x20, 0x28):
                    self.patch(image, self._data_place(r, at), [0])
            self._tables(image, r)
        for at, page in image.items():
            self.patch(image, at, [8, 0x20])
        self._blocks()
        for at in range(2 * PAGE, len(log.raw), PAGE):
            v.log_write(at, EMPTY)
        for at, page in image.items():
            v.log_write(self.page(at)[0], fix(page))
        last = self.page(self.last)[0]
        tail_copy(v, log, log.major, last, unfix(v.log_read(last))[0], 0)
        return self.lsn(self.checkpoint.lsn)


def is_edited(args):
    return any((args.cut, args.wrap, args.tail_only, args.torn_home, args.torn, args.hole))


def edit(v, log, records, args, checkpoint):
    newest = Newest(v, log, records)
    if args.cut:
        newest.cut(next(r for r in records if r.lsn >= args.cut))
    if args.tail_only or args.torn_home:
        newest.no_copies()
        tail_copy(v, log, log.major, newest.at, newest.page, 0)
        if args.tail_only:
            v.log_write(newest.at, EMPTY)
    if args.torn:
        newest.no_copies()
    if args.torn or args.torn_home:
        newest.tear()
    if args.hole:
        pages = sorted({r.place // PAGE * PAGE for r in records if r.lsn > checkpoint.lsn})
        if len(pages) < 3:
            die("the log is too short for a hole")
        v.log_write(pages[len(pages) // 2], EMPTY)
    if args.one_restart:
        v.log_write(512, b"\0" * 512)
    if args.old_restart:
        before = [r for r in checkpoints(records) if r.lsn < checkpoint.lsn]
        if not before:
            die("no checkpoint before")
        set_restart(v, log, log.major, before[-1], pages=(PAGE,))


# ---- the commands


def the_session(log, args):
    sequence = args.session or log.sequence(max(log.records))
    records = log.session(sequence)
    if not records or not checkpoints(records):
        die("no session in the log")
    return sequence, records


def prepare(args):
    """The copy, with only that session in its log and clean at its end."""
    sparse.copy(args.image, args.copy)
    v = Volume(args.copy, "r+b")
    log = Log(v)
    sequence, records = the_session(log, args)
    newer = sequence < log.sequence(max(log.records))
    if newer:
        wipe_newer(v, log, sequence)
        last = checkpoints(records)[-1]
        if log.major == 1:
            set_restart(v, log, 1, last, is_clean=True, current=records[-1].lsn)
        page = end_page(log, records[-1])
        tail_copy(v, log, log.major, page, unfix(v.log_read(page))[0], 0)
        v.f.flush()
        log = Log(v)
        records = log.session(sequence)
    return v, log, records


def ntfsrecover_undo(v, log, args):
    command = ["timeout", "60", "ntfsrecover"] + ["-k"] * (log.major == 2)
    done = subprocess.run(command + ["-u", str(args.n), args.copy], capture_output=True, check=False)
    if done.returncode:
        die("ntfsrecover -u %u: status %d %s" % (args.n, done.returncode, done.stderr.decode()[-300:]))
    v.f.close()
    return Volume(args.copy, "r+b")


def flushed_blocks(v, records, checkpoint, args):
    """With --flush-seed: a third of the blocks reached the disk, each at a moment of its own."""
    if args.flush_seed is None:
        return lambda at: 0
    chance = random.Random(args.flush_seed)
    lsns = [r.lsn for r in records if r.lsn >= checkpoint.lsn]
    ret = dict((at, chance.choice(lsns)) for at in sorted({
        block_at(v, r) for r in records if r.lsn >= checkpoint.lsn and r.lcns})
        if chance.random() < 0.34)
    return lambda at: ret.get(at, 0)


def cmd_make(args):
    v, log, records = prepare(args)
    marks = checkpoints(records)
    if args.n > len(marks):
        die("%u checkpoints only" % len(marks))
    checkpoint = marks[-args.n]
    major = int(args.version[0]) if args.version else log.major
    oldest = oldest_needed(checkpoint, log.records)
    if log.offset(oldest) < FIRST_PAGE[major] * PAGE or oldest < records[0].lsn:
        die("the records from %#x on are not all there" % oldest)
    v.f.flush()
    frozen = {}
    if args.own:
        frozen = undo(v, records, checkpoint.lsn, flushed_blocks(v, records, checkpoint, args))
    else:
        v = log.v = ntfsrecover_undo(v, log, args)
    rewind_lsns(v, records, checkpoint, frozen)
    if is_edited(args) or major != log.major:
        log.put_copies()
    convert(v, log, major, end_page(log, records[-1]))
    set_restart(v, log, major, checkpoint)
    log.major = major
    log.first = FIRST_PAGE[major] * PAGE
    lsn = checkpoint.lsn
    if args.wrap:
        lsn = Mover(v, log, records, checkpoint).run()
        v.f.flush()
        moved = Volume(args.copy, "r+b")
        again = Log(moved)
        again.major = major
        set_restart(moved, log, major, again.records[lsn])
        moved.f.close()
    else:
        edit(v, log, records, args, checkpoint)
    v.f.close()
    after = [r for r in records if r.lsn >= checkpoint.lsn]
    print("checkpoint %#x oldest %#x records %u last %#x version %u.%u multi-page %u" % (
        lsn, oldest, len(after), after[-1].lsn, major, 0 if major == 2 else 1,
        sum(r.flags & 1 for r in after)))


def open_transactions(records, end):
    """{transaction: its records with a block, oldest first} of those not ended before @end"""
    ret = {}
    for r in records:
        if r.lsn >= end.lsn:
            break
        if r.type != 1:
            continue
        if r.redo == 0x1B:
            ret.pop(r.transaction, None)
        elif r.lcns:
            ret.setdefault(r.transaction, []).append(r)
    return ret


def write_answer(args, lost, before_end):
    """The state at the cut, without the transactions that lose."""
    sparse.copy(args.copy, args.answer)
    v = Volume(args.answer, "r+b")
    blocks = {block_at(v, r) for r in lost}
    lsns = {r.lsn for r in lost}
    if any(block_at(v, r) in blocks and r.lsn > min(lsns) and r.lsn not in lsns
           for r in before_end if r.lcns):
        print("conflict: another transaction changed a block of these later")
    if undo(v, lost, 0, lambda at: 0):
        raise CannotUndo("all of what loses")
    v.f.close()


def lsns_before(v, records, end):
    """Blocks that were taken back to the moment before @end get the LSN that they had then."""
    last = {}
    for r in records:
        if r.lcns:
            at = block_at(v, r)
            if r.lsn < end.lsn and r.redo not in (0x13, 0x14):
                last[at] = r.lsn
            head = v.read(at, 16)
            if r.lsn >= end.lsn and head[:4] in (b"FILE", b"INDX") and get("Q", head, 8) >= end.lsn:
                v.write(at + 8, struct.pack("<Q", last.get(at, records[0].lsn)))


def cmd_loser(args):
    v, log, records = prepare(args)
    major = int(args.version[0]) if args.version else log.major
    changes = {r.transaction for r in records if r.lcns and r.undo not in (0, 1)}
    ends = [r for r in records if r.type == 1 and r.redo == 0x1B and r.transaction in changes]
    end = ends[-1 - args.n] if args.n < len(ends) else die("no such transaction")
    before = [r for r in checkpoints(records) if r.lsn < end.lsn]
    if len(before) < args.back:
        die("no checkpoint before the end of that transaction")
    checkpoint = before[-args.back]
    if log.offset(oldest_needed(checkpoint, log.records)) < FIRST_PAGE[major] * PAGE:
        die("records before the ring")
    before_end = [r for r in records if r.lsn < end.lsn]
    lost = [r for t in open_transactions(records, end).values() for r in t]
    if not lost:
        die("nothing to lose")
    older = {block_at(v, r) for r in before_end if r.lcns}
    if undo(v, records, end.lsn, lambda at: 0) or any(
            r.redo == 0x02 and block_at(v, r) in older for r in records if r.lsn >= end.lsn):
        raise CannotUndo("to %#x: an MFT record was used again later" % end.lsn)
    v.f.flush()
    write_answer(args, lost, before_end)
    if args.own:
        frozen = undo(v, before_end, checkpoint.lsn, flushed_blocks(v, before_end, checkpoint, args))
        rewind_lsns(v, records, checkpoint, frozen)
    else:
        lsns_before(v, records, end)
    log.put_copies()
    convert(v, log, major, end_page(log, records[-1]))
    log.major, log.first = major, FIRST_PAGE[major] * PAGE
    set_restart(v, log, major, checkpoint)
    Newest(v, log, records).cut(end)
    v.f.close()
    print("checkpoint %#x cut before %#x losers %u" % (
        checkpoint.lsn, end.lsn, len({r.transaction for r in lost})))
    for r in lost:
        print("loses %#x redo %02x undo %02x" % (r.lsn, r.redo, r.undo))


def cmd_checkpoints(args):
    log = Log(Volume(args.image))
    _, records = the_session(log, args)
    for i, r in enumerate(reversed(checkpoints(records))):
        print("%u %#x start %#x oldest %#x" % (i + 1, r.lsn, r.start(), oldest_needed(r, log.records)))


def cmd_largest(args):
    log = Log(Volume(args.image))
    _, records = the_session(log, args)
    marks = list(reversed(checkpoints(records)))
    for major in (1, 2):
        n = 0
        for r in marks:
            oldest = oldest_needed(r, log.records)
            if log.offset(oldest) < FIRST_PAGE[major] * PAGE or oldest < records[0].lsn:
                break
            n += 1
        print("%u" % n, end=" " if major == 1 else "\n")


def main(words=None):
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("command", choices=["checkpoints", "make", "loser", "largest"])
    p.add_argument("image")
    p.add_argument("copy", nargs="?")
    p.add_argument("n", nargs="?", type=int, default=0)
    p.add_argument("--answer")
    p.add_argument("--back", type=int, default=1)
    p.add_argument("--flush-seed", type=int)
    p.add_argument("--version", choices=["1.1", "2.0"])
    p.add_argument("--session", type=int)
    p.add_argument("--cut", type=lambda t: int(t, 0))
    for name in ("own", "wrap", "tail-only", "torn-home", "torn", "hole", "one-restart", "old-restart"):
        p.add_argument("--" + name, action="store_true")
    args = p.parse_args(words)
    if args.command in ("make", "loser") and (not args.copy or not shutil.which("ntfsrecover")):
        die("needs a place for the copy, and ntfsrecover")
    if args.command == "loser" and not args.answer:
        die("loser needs --answer")
    if args.command == "make" and args.n < 1:
        die("how many checkpoints?")
    done = False
    try:
        {"checkpoints": cmd_checkpoints, "make": cmd_make, "loser": cmd_loser,
         "largest": cmd_largest}[args.command](args)
        done = True
    except CannotUndo as e:
        die("cannot undo " + str(e))
    finally:
        if not done and args.copy and os.path.exists(args.copy):
            os.unlink(args.copy)


if __name__ == "__main__":
    sys.exit(main())
