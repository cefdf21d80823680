# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives written whole, key times included, which libhivex (and so mkhive) cannot set: a service
that was installed a minute before a crash has a key of that time. Source: msuhanov's regf specification.

    h = Hive("SYSTEM", default_time)
    h.set("ControlSet001\\Services\\x", "Start", 0, time=...)   # int: DWORD; str: SZ (EXPAND_SZ with a %);
    h.set(..., "DependOnGroup", ["a", "b"])                     # list: MULTI_SZ; bytes: BINARY
    h.set(..., "InstallTime", Qword(5)); h.set(..., "", typed(0xFFFF0010, data))
"""

import struct

BIN = 4096


class Qword(int):
    pass


class typed:
    def __init__(self, kind, data):
        self.kind, self.data = kind, data


class Key:
    __slots__ = ("name", "time", "keys", "values")

    def __init__(self, name, time):
        self.name, self.time, self.keys, self.values = name, time, {}, {}


def _encode(value):
    text = lambda s: (s + "\0").encode("utf-16le")
    if isinstance(value, typed):
        return value.kind, value.data
    if isinstance(value, Qword):
        return 11, struct.pack("<Q", value)
    if isinstance(value, int):
        return 4, struct.pack("<I", value & 0xFFFFFFFF)
    if isinstance(value, list):
        return 7, b"".join(map(text, value)) + b"\0\0"
    if isinstance(value, bytes):
        return 3, value
    return 2 if "%" in value else 1, text(value)


class Hive:
    def __init__(self, name, time, root="ROOT"):
        self.name, self.time = name, time
        self.root = Key(root, time)

    def key(self, path, time=None):
        node = self.root
        for part in filter(None, path.split("\\")):
            sub = node.keys.get(part.upper())
            if not sub:
                sub = node.keys[part.upper()] = Key(part, time or self.time)
            node = sub
        if time:
            node.time = time
        return node

    def set(self, path, name, value, time=None):
        node = self.key(path, time)
        if value is None:
            node.values.pop(name.upper(), None)
        else:
            node.values[name.upper()] = (name, value)
        return node

    def drop(self, path):
        parent, _, last = path.rpartition("\\")
        self.key(parent).keys.pop(last.upper(), None)

    # ---- bytes ----

    def bytes(self, written=None):
        self.out = bytearray()
        self.bin_end = 0
        root = self._cell(0x50 + len(self.root.name))
        self.sk = self._security()
        self.n_sk = 0
        self._key(self.root, 0xFFFFFFFF, True, root)
        struct.pack_into("<I", self.out, self.sk + 4 + 12, self.n_sk)
        self._close_bin()
        base = bytearray(4096)
        struct.pack_into("<4sIIQIIIIIII", base, 0, b"regf", 42, 42, written or self.time,
                         1, 5, 0, 1, root, len(self.out), 1)
        tail = ("\\SystemRoot\\System32\\Config\\" + self.name)[-31:].encode("utf-16le")
        base[48:48 + len(tail)] = tail
        return _base(base, 42, 42) + bytes(self.out)

    def _close_bin(self):
        left = self.bin_end - len(self.out)
        if left:
            self.out += struct.pack("<i", left) + bytes(left - 4)

    def _cell(self, size):
        size = size + 4 + 7 & ~7
        left = self.bin_end - len(self.out)
        if left != size and left < size + 8:
            self._close_bin()
            at = len(self.out)
            n = 32 + size + BIN - 1 & ~(BIN - 1)
            self.out += struct.pack("<4sIIQQI", b"hbin", at, n, 0, self.time if not at else 0, 0)
            self.bin_end = at + n
        at = len(self.out)
        self.out += struct.pack("<i", -size) + bytes(size - 4)
        return at

    def _put(self, data):
        at = self._cell(len(data))
        self.out[at + 4:at + 4 + len(data)] = data
        return at

    def _security(self):
        sid = bytes((1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0))
        descriptor = struct.pack("<BBHIIII", 1, 0, 0x8000, 20, 32, 0, 0) + sid + sid
        at = self._put(struct.pack("<2sHIIII", b"sk", 0, 0, 0, 1, len(descriptor)) + descriptor)
        struct.pack_into("<II", self.out, at + 8, at, at)
        return at

    def _value(self, name, value):
        kind, data = _encode(value)
        n = len(data)
        if n <= 4:
            length, where = n | 0x80000000, int.from_bytes(data, "little")
        elif n <= 16344:
            length, where = n, self._put(data)
        else:
            pieces = [self._put(data[i:i + 16344]) for i in range(0, n, 16344)]
            table = self._put(struct.pack(f"<{len(pieces)}I", *pieces))
            length, where = n, self._put(struct.pack("<2sHII", b"db", len(pieces), table, 0))
        raw, flag = _name(name)
        return self._put(struct.pack("<2sHIIIHH", b"vk", len(raw), length, where, kind, flag if raw else 0, 0) + raw)

    def _key(self, key, parent, is_root=False, at=None):
        raw, flag = _name(key.name)
        if at is None:
            at = self._cell(0x4C + len(raw))
        self.n_sk += 1
        values = [self._value(*v) for v in key.values.values()]
        value_list = self._put(struct.pack(f"<{len(values)}I", *values)) if values else 0xFFFFFFFF
        names = sorted(key.keys)
        keys = [(self._key(key.keys[n], at), n) for n in names]
        lists = [self._lh(keys[i:i + 500]) for i in range(0, len(keys), 500)]
        if len(lists) > 1:
            lists = [self._put(struct.pack(f"<2sH{len(lists)}I", b"ri", len(lists), *lists))]
        longest = lambda things: max((2 * len(t) for t in things), default=0)
        flags = 0x2C if is_root else 0x20 * flag
        self.out[at + 4:at + 4 + 0x4C + len(raw)] = struct.pack(
            "<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags, key.time, 2, parent, len(keys), 0,
            lists[0] if lists else 0xFFFFFFFF, 0xFFFFFFFF, len(values), value_list, self.sk, 0xFFFFFFFF,
            longest(key.keys), 0, longest(key.values),
            max((len(_encode(v)[1]) for _, v in key.values.values()), default=0), 0, len(raw), 0) + raw
        return at

    def _lh(self, keys):
        out = struct.pack("<2sH", b"lh", len(keys))
        for at, name in keys:
            value = 0
            for c in name.encode("utf-16le")[::2] if name.isascii() else map(ord, name):
                value = (value * 37 + c) & 0xFFFFFFFF
            out += struct.pack("<II", at, value)
        return self._put(out)


# ---- transaction logs: what reached the disk before the hive itself did ----

def _rotate(v, n):
    return (v << n | v >> 32 - n) & 0xFFFFFFFF


def _marvin(data):
    """Marvin32 with the registry's seed (82EF4D887A4E55C5)"""
    low, high = 0x7A4E55C5, 0x82EF4D88

    def mix(low, high):
        high ^= low
        low = (_rotate(low, 20) + high) & 0xFFFFFFFF
        high = _rotate(high, 9) ^ low
        low = (_rotate(low, 27) + high) & 0xFFFFFFFF
        return low, _rotate(high, 19)

    whole = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        low, high = mix((low + word) & 0xFFFFFFFF, high)
    rest = data[whole:] + b"\x80"
    low, high = mix((low + int.from_bytes(rest, "little")) & 0xFFFFFFFF, high)
    low, high = mix(low, high)
    return struct.pack("<II", low, high)


def dirty(old, new):
    """(the hive as it was when it was written last, its LOG1 that makes the newer one of it)"""
    pages = [at for at in range(4096, len(new), 4096) if new[at:at + 4096] != old[at:at + 4096]]
    entry = bytearray(struct.pack("<4sIIIII16x", b"HvLE", 0, 0, 42, len(new) - 4096, len(pages)))
    for at in pages:
        entry += struct.pack("<II", at - 4096, 4096)
    entry += b"".join(new[at:at + 4096] for at in pages)
    entry += bytes(-len(entry) % 512)
    struct.pack_into("<I", entry, 4, len(entry))
    entry[24:32] = _marvin(bytes(entry[40:]))
    entry[32:40] = _marvin(bytes(entry[:32]))
    return _base(old, 43, 42) + old[4096:], _base(new, 42, 42, 6)[:512] + bytes(entry)


def _base(hive, first, second, kind=0):
    base = bytearray(hive[:4096])
    struct.pack_into("<II", base, 4, first, second)
    struct.pack_into("<I", base, 28, kind)
    check = 0
    for (word,) in struct.iter_unpack("<I", base[:508]):
        check ^= word
    struct.pack_into("<I", base, 508, {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(check, check))
    return bytes(base)


def _name(name):
    try:
        return name.encode("latin-1"), 1
    except UnicodeEncodeError:
        return name.encode("utf-16le"), 0
