# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of the registry's transactions on a made disk, as Windows has it in System32\\config\\TxR: a base log of 64 KiB
and containers. Made from A. Ionescu's "CLFS Internals" and J. Metz's description of the format; shares nothing with the
program."""

import struct
import uuid
import zlib

SECTOR = 512
NOWHERE = 0xFFFFFFFF00000000
CHANGE, PREPARED, TAKEN_BACK, MADE = 1, 4, 8, 16
CONTAINER = 64 * 1024


def sealed(body, kind, writes, lsn=NOWHERE, sectors=None, is_meta=False):
    """A block around records: its head, and each sector's last two bytes in an array at its end."""
    n = sectors or (112 + len(body) + SECTOR + 15) // SECTOR
    while not sectors and 112 + len(body) > n * SECTOR - 2 * n - 8:
        n += 1
    saved = (n * SECTOR - 2 * n - 8) & ~7
    b = bytearray(n * SECTOR)
    struct.pack_into("<BBBBHHIIIIQQI", b, 0, 0x15, 0, writes, 0, n, n, 0, 0, 1, 0, lsn, NOWHERE, 112)
    struct.pack_into("<I", b, 104, saved)
    b[112:112 + len(body)] = body
    for i in range(n):
        end = (i + 1) * SECTOR - 2
        b[saved + 2 * i:saved + 2 * i + 2] = b[end:end + 2]
        b[end] = kind | (0x40 if i == 0 else 0) | (0x20 if i == n - 1 else 0)
        b[end + 1] = writes
    if is_meta:
        struct.pack_into("<I", b, 12, zlib.crc32(bytes(b)))
    return bytes(b)


class Log:
    def __init__(self):
        self.containers = [bytearray(CONTAINER), bytearray(CONTAINER), bytearray(CONTAINER)]
        self.next = self.first = 0
        self.begin_here()

    def record(self, kind, data):
        head = struct.pack("<QQQIIHHI", self.next, NOWHERE, NOWHERE, 40 + len(data), 0, 0, 40, kind | 4 | 0x20)
        block = sealed(head + data, 4, 1, self.next)
        lsn = self.next
        self.containers[0][lsn:lsn + len(block)] = block
        self.next += len(block)
        return lsn

    def begin_here(self):
        """A restart record: what is before it is settled."""
        self.restart = self.record(2, struct.pack("<Q", self.next))

    def say(self, what, transaction):
        data = struct.pack("<IIII", 0, 48, what, 1 if what == CHANGE else 0) + transaction.bytes_le + bytes(16)
        self.record(1, data)

    def base(self):
        control = bytearray(0x50 + 6 * 24)
        struct.pack_into("<QQB", control, 0, 1, 0xC1F5C1F500005F1C, 1)
        struct.pack_into("<H", control, 0x48, 6)
        places = ((0, 0x400), (0x400, 0x400), (0x800, 0x7A00), (0x8200, 0x7A00), (0xFC00, 0x200), (0xFE00, 0x200))
        for i, (at, size) in enumerate(places):
            struct.pack_into("<QIII", control, 0x50 + 24 * i, 0, size, at, i)
        out = bytearray(0x10000)
        out[:0x400] = sealed(control, 0x10, 1, sectors=2, is_meta=True)
        for i in (2, 3):
            record = bytearray(0x1800)
            struct.pack_into("<Q", record, 0, 30 + i)
            struct.pack_into("<I", record, 0x138, 0x1368)
            record[0x1332:0x1335] = bytes((3, 1, 1))
            struct.pack_into("<II", record, 0x1368, 0xC1FDF007, 0x88)
            struct.pack_into("<QQQQ", record, 0x1368 + 0x40, self.first, self.first, self.next, self.restart)
            at, size = places[i]
            out[at:at + size] = sealed(record, 0x10, 0x11, sectors=size // SECTOR, is_meta=True)
        return bytes(out)

    def files(self, log_id):
        """{name: bytes}"""
        name = "{%s}.TxR" % log_id
        found = {f"{name}.{i}.regtrans-ms": bytes(c) for i, c in enumerate(self.containers)}
        found[f"{name}.blf"] = self.base()
        return found


def named(hive, log_id):
    """A SYSTEM hive whose base block names this log, as Windows writes it."""
    b = bytearray(hive)
    b[112:128] = uuid.uuid1().bytes_le
    b[128:144] = log_id.bytes_le
    struct.pack_into("<I", b, 144, 1)
    b[164:168] = b"rmtm"
    total = 0
    for (word,) in struct.iter_unpack("<I", bytes(b[:508])):
        total ^= word
    struct.pack_into("<I", b, 508, {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total))
    return bytes(b)


def used():
    """As a real PC has it: transactions that all came to an end, one that was under way and not prepared."""
    log = Log()
    for i in range(4):
        transaction = uuid.uuid1()
        for what in (CHANGE, CHANGE, PREPARED, TAKEN_BACK if i == 2 else MADE):
            log.say(what, transaction)
        if i < 3:
            log.begin_here()
    log.say(CHANGE, uuid.uuid1())
    return log
