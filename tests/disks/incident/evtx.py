# SPDX-License-Identifier: GPL-3.0-or-later
"""Event logs (.evtx) as Windows writes them: a template of <System> for every provider, in it a template
of the provider's own data, both once in each chunk; strings in no language. Source: the format's public
description by libyal (libevtx), read beside the logs of the fixtures. No code is shared with the reader
under test.

    log = Log("System", "DESKTOP-1")
    log.add(time, "Microsoft-Windows-Kernel-Power", 41, [("BugcheckCode", 80), ...], level=1)
    data = log.bytes()

A datum: (name, value); name None: an unnamed one (all unnamed ones become one array, as classic
providers have it). A value is text, an int (written as u32 or u64), Hex(n) or Time(filetime).
user=("InstallDriver", ns): the data are elements in UserData instead. Events may be added in any order.
"""

import hashlib
import struct
import zlib

CHUNK, FIRST = 65536, 512
NS = "http://schemas.microsoft.com/win/2004/08/events/event"
GUIDS = {  # of manifest providers; others are classic ones
    "Microsoft-Windows-Kernel-Power": "331c3b3a-2005-44c2-ac5e-77220c37d6b4",
    "Microsoft-Windows-Kernel-General": "a68ca8b7-004f-d7b6-a698-07e2de0f1f5d",
    "Microsoft-Windows-Kernel-Boot": "15ca44ff-4d7a-4baa-bba5-0998955e531e",
    "Microsoft-Windows-Kernel-PnP": "9c205a39-1250-487d-abd7-e831c6290539",
    "Microsoft-Windows-WER-SystemErrorReporting": "abce23e7-de45-4366-8631-84fa6c525952",
    "Microsoft-Windows-WindowsUpdateClient": "945a8954-c147-4acd-923f-40c45405a658",
    "Microsoft-Windows-UserPnp": "96f4a050-7e31-453c-88be-9634f4e02139",
    "Microsoft-Windows-WHEA-Logger": "c26c4f3c-3f66-4e99-8f8a-39405cfed220",
    "Microsoft-Windows-Ntfs": "dd70bc80-ef44-421b-8ac3-cd31da613a4e",
    "Microsoft-Windows-Eventlog": "fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148",
    "Microsoft-Windows-FilterManager": "f3c5e28e-63f6-49c7-a204-e48a1bc4b09d",
    "Microsoft-Windows-Time-Service": "06edcfeb-0fd0-4e53-acca-a6f8bbf81bcb",
    "Microsoft-Windows-Winlogon": "dbe9b383-7cf3-4331-91cc-a3cb16a3b538",
    "Service Control Manager": "555908d1-a6d7-4695-8e1e-26931d2012f4",
    "Microsoft-Windows-Servicing": "bd12f3b8-fc40-4a61-a307-b7a013a069c1",
}
CLASSIC_NAMES = {"Service Control Manager": "Service Control Manager",
                 "Microsoft-Windows-WER-SystemErrorReporting": "BugCheck",
                 "Microsoft-Windows-Eventlog": None}


class Hex(int):
    """Written as HexInt64: 0x..."""


class Time(int):
    """A FILETIME in the data"""


class _Chunk:
    """The bytes of one chunk as it grows: names and templates stand once."""

    def __init__(self, first):
        self.raw = bytearray(FIRST)
        self.first = self.last = first
        self.n, self.names, self.templates = 0, {}, {}
        self.last_at = 0

    def name(self, out, base, text):
        """A reference to a name; its letters follow where it is the first one."""
        known = self.names.get(text)
        if known:
            return out.extend(struct.pack("<I", known))
        at = base + len(out) + 4
        out += struct.pack("<I", at)
        value = 0
        for unit in struct.unpack(f"<{len(text)}H", text.encode("utf-16le")):
            value = (value * 65599 + unit) & 0xFFFFFFFF
        bucket = 0x80 + 4 * ((value & 0xFFFF) % 64)
        before, = struct.unpack_from("<I", self.raw, bucket)
        out += struct.pack("<IHH", before, value & 0xFFFF, len(text)) + text.encode("utf-16le") + b"\0\0"
        struct.pack_into("<I", self.raw, bucket, at)
        self.names[text] = at


class _Writer:
    """Binary XML of a template's body; offsets count from the chunk's beginning."""

    def __init__(self, chunk, base):
        self.chunk, self.base, self.out = chunk, base, bytearray(b"\x0f\x01\x01\x00")

    def open(self, name, attributes=()):
        """@attributes [(name, text or (substitution, type))]; sizes are filled in by close."""
        self.out.append(0x41 if attributes else 0x01)
        self.out += struct.pack("<H", 0xFFFF)
        size_at = len(self.out)
        self.out += bytes(4)
        self.chunk.name(self.out, self.base, name)
        if attributes:
            list_at = len(self.out)
            self.out += bytes(4)
            for i, (key, value) in enumerate(attributes):
                self.out.append(0x46 if i + 1 < len(attributes) else 0x06)
                self.chunk.name(self.out, self.base, key)
                self.value(value)
            struct.pack_into("<I", self.out, list_at, len(self.out) - list_at - 4)
        return size_at

    def value(self, value):
        if isinstance(value, tuple):
            self.out += struct.pack("<BHB", 0x0E if len(value) > 2 else 0x0D, value[0], value[1])
        else:
            self.out += struct.pack("<BBH", 5, 1, len(value)) + value.encode("utf-16le")

    def close(self, size_at, empty=False):
        self.out.append(3 if empty else 4)
        struct.pack_into("<I", self.out, size_at, len(self.out) - size_at - 4)

    def element(self, name, value=None, attributes=()):
        at = self.open(name, attributes)
        if value is not None:
            self.out.append(2)
            self.value(value)
        self.close(at, value is None)

    def done(self):
        self.out.append(0)
        return self.out


def _encode(value):
    if isinstance(value, Time):
        return 0x11, struct.pack("<Q", value)
    if isinstance(value, Hex):
        return 0x15, struct.pack("<Q", value)
    if isinstance(value, bool):
        return 0x0D, struct.pack("<I", value)
    if isinstance(value, int):
        return (0x08, struct.pack("<I", value)) if value < 1 << 32 else (0x0A, struct.pack("<Q", value))
    if isinstance(value, bytes):
        return 0x0E, value
    if isinstance(value, list):  # strings, each with its end
        return 0x81, b"".join((t + "\0").encode("utf-16le") for t in value)
    return 0x01, value.encode("utf-16le")


class Log:
    def __init__(self, channel, computer, first_record=1):
        self.channel, self.computer, self.first = channel, computer, first_record
        self.events = []
        self.is_dirty = False  # as a machine that stopped without a warning leaves it
        self.damage_chunk = None  # number of a chunk that is not readable
        self.clock = 0  # one more with each jump of the clock: records stand as they were written, not by their times

    def add(self, time, provider, ident, data=(), level=4, user=None, task=0, qualifiers=None,
            computer=None, pid=4):
        self.events.append((time, self.clock << 32 | len(self.events), provider, ident, list(data), level, user, task,
                            qualifiers, computer or self.computer, pid))

    def bytes(self):
        chunks, chunk = [], None
        number = self.first
        for event in sorted(self.events, key=lambda e: (e[1] >> 32, *e[:2])):
            record = chunk and self._record(chunk, number, event)
            if not record:
                if chunk:
                    chunks.append(self._finish(chunk))
                chunk = _Chunk(number)
                self._record(chunk, number, event)
            number += 1
        if chunk:
            chunks.append(self._finish(chunk))
        if self.damage_chunk is not None:
            broken = bytearray(chunks[self.damage_chunk])
            broken[700:40000] = bytes(39300)
            chunks[self.damage_chunk] = bytes(broken)
        n = max(len(chunks), 1)
        head = b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, n - 1, number, 128, 1, 3, 4096, n) + bytes(76)
        head += struct.pack("<II", int(self.is_dirty), zlib.crc32(head)) + bytes(3968)
        return head + b"".join(chunks)

    def _record(self, chunk, number, event):
        """Append it; nothing (and false) where it does not fit."""
        keep = len(chunk.raw), dict(chunk.names), dict(chunk.templates), bytes(chunk.raw[0x80:0x200])
        time = event[0]
        at = len(chunk.raw)
        body = self._event(chunk, at + 24, event, number)
        size = 24 + len(body) + 4
        pad = -size % 8
        size += pad
        if at + size > CHUNK:
            chunk.names, chunk.templates = keep[1], keep[2]
            chunk.raw[0x80:0x200] = keep[3]
            return False
        chunk.raw += struct.pack("<IIQQ", 0x2A2A, size, number, time) + body + bytes(pad) + struct.pack("<I", size)
        chunk.last, chunk.last_at = number, at
        chunk.n += 1
        return True

    def _event(self, chunk, base, event, number):
        time, _, provider, ident, data, level, user, task, qualifiers, computer, pid = event
        inner = _Inner(chunk, data, user)
        values = [(0x04, bytes([level])), (0x04, b"\0"), (0x06, struct.pack("<H", task)),
                  (0x06, struct.pack("<H", ident)),
                  (0x06, struct.pack("<H", qualifiers)) if qualifiers is not None else (0, b""),
                  (0x15, struct.pack("<Q", 0x8080000000000000 if provider not in GUIDS else 0x8000000000000000)),
                  (0x11, struct.pack("<Q", time)), (0, b""), (0x08, struct.pack("<I", pid)),
                  (0x08, struct.pack("<I", 8 + ident % 97 * 4)), (0x0A, struct.pack("<Q", number)), (0x04, b"\0"),
                  (0, b"")]
        out = bytearray(b"\x0f\x01\x01\x00")
        outer = ("outer", provider, self.channel, computer)
        _instance(chunk, out, base, outer, lambda w: self._system(w, provider, computer))
        # where the inner fragment will lie: behind the number, the table of sizes and the values
        fixed = b"".join(v for _, v in values)
        begin = base + len(out) + 4 + 4 * (len(values) + 1) + len(fixed)
        fragment = inner.bytes(begin)
        values.append((0x21, fragment))
        out += struct.pack("<I", len(values))
        for kind, raw in values:
            out += struct.pack("<HBB", len(raw), kind, 0)
        return bytes(out + fixed + fragment) + b"\0"

    def _system(self, w, provider, computer):
        event = w.open("Event", [("xmlns", NS)])
        w.out.append(2)
        system = w.open("System")
        w.out.append(2)
        named = [("Name", provider)]
        if provider in GUIDS:
            named.append(("Guid", "{%s}" % GUIDS[provider]))
        if CLASSIC_NAMES.get(provider):
            named.append(("EventSourceName", CLASSIC_NAMES[provider]))
        w.element("Provider", None, named)
        w.element("EventID", (3, 6), [("Qualifiers", (4, 6, True))])
        for name, index, kind in (("Version", 11, 4), ("Level", 0, 4), ("Task", 2, 6), ("Opcode", 1, 4),
                                  ("Keywords", 5, 0x15)):
            w.element(name, (index, kind))
        w.element("TimeCreated", None, [("SystemTime", (6, 0x11))])
        w.element("EventRecordID", (10, 10))
        w.element("Correlation", None, [("ActivityID", (7, 0x0F, True))])
        w.element("Execution", None, [("ProcessID", (8, 8)), ("ThreadID", (9, 8))])
        w.element("Channel", self.channel)
        w.element("Computer", computer)
        w.element("Security", None, [("UserID", (12, 0x13, True))])
        w.close(system)
        w.value((13, 0x21, True))
        w.close(event)

    def _finish(self, chunk):
        raw = chunk.raw
        free = len(raw)
        raw += bytes(CHUNK - free)
        struct.pack_into("<8sQQQQIIII", raw, 0, b"ElfChnk\0", chunk.first, chunk.last, chunk.first, chunk.last,
                         128, chunk.last_at, free, zlib.crc32(raw[FIRST:free]))
        struct.pack_into("<I", raw, 124, zlib.crc32(bytes(raw[:120]) + bytes(raw[128:512])))
        return bytes(raw)


def _instance(chunk, out, base, shape, body):
    """A template instance's head; its definition follows where this chunk has none yet."""
    guid = hashlib.md5(repr(shape).encode()).digest()
    known = chunk.templates.get(shape)
    out += struct.pack("<BB", 0x0C, 1) + guid[:4]
    at = known or base + len(out) + 4
    out += struct.pack("<I", at)
    if known:
        return
    bucket = 0x180 + 4 * (struct.unpack("<I", guid[:4])[0] % 32)
    before, = struct.unpack_from("<I", chunk.raw, bucket)
    w = _Writer(chunk, at + 24)
    body(w)
    definition = w.done()
    out += struct.pack("<I16sI", before, guid, len(definition)) + definition
    struct.pack_into("<I", chunk.raw, bucket, at)
    chunk.templates[shape] = at


class _Inner:
    """<EventData> or <UserData> of one event: a template instance of its own."""

    def __init__(self, chunk, data, user):
        self.chunk, self.user = chunk, user
        unnamed = [str(v) for name, v in data if name is None]
        named = [(n, v) for n, v in data if n is not None]
        binary = [(n, v) for n, v in named if isinstance(v, bytes)]
        self.names = [n for n, v in named if not isinstance(v, bytes)]
        self.values = [_encode(v) for n, v in named if not isinstance(v, bytes)]
        self.has_list = bool(unnamed)
        if unnamed:
            self.values.append(_encode(unnamed))
        self.binary = [n for n, _ in binary]
        self.values += [_encode(v) for _, v in binary]

    def bytes(self, base):
        out = bytearray(b"\x0f\x01\x01\x00")
        kinds = tuple(kind for kind, _ in self.values)
        shape = ("inner", tuple(self.names), kinds, self.has_list, tuple(self.binary), self.user)
        _instance(self.chunk, out, base, shape, lambda w: self._body(w, kinds))
        out += struct.pack("<I", len(self.values))
        for kind, raw in self.values:
            out += struct.pack("<HBB", len(raw), kind, 0)
        return bytes(out + b"".join(raw for _, raw in self.values)) + b"\0"

    def _body(self, w, kinds):
        """<EventData> with its Data, or <UserData> with elements in an element"""
        outer = w.open("UserData" if self.user else "EventData")
        if not (self.names or self.has_list or self.binary or self.user):
            return w.close(outer, True)
        w.out.append(2)
        if self.user:
            inside = w.open(self.user[0], [("xmlns", self.user[1])])
            w.out.append(2)
        for i, name in enumerate(self.names):
            if self.user:
                w.element(name, (i, kinds[i]))
            else:
                w.element("Data", (i, kinds[i]), [("Name", name)])
        at = len(self.names)
        if self.has_list:
            w.element("Data", (at, 0x81))
            at += 1
        for i, name in enumerate(self.binary):
            w.element(name or "Binary", (at + i, 0x0E))
        if self.user:
            w.close(inside)
        return w.close(outer)
