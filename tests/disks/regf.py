#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives by their specification ("Windows registry file format specification", M. Suhanov), for tests: the
recovery of a dirty hive by Windows' rules, all keys and values, what is wrong in it, and a maker of hives. Nothing of
this is shared with the program."""
import random
import struct

NIL = 0xFFFFFFFF
SEED = 0x82EF4D887A4E55C5
PAGE = 4096
hashes = {}


def u16(b, at):
    return struct.unpack_from("<H", b, at)[0]


def u32(b, at):
    return struct.unpack_from("<I", b, at)[0]


def u64(b, at):
    return struct.unpack_from("<Q", b, at)[0]


def marvin32(data):
    """Of bytes whose number is a multiple of 4."""
    lo, hi = SEED & NIL, SEED >> 32
    for word in struct.unpack(f"<{len(data) // 4}I", data) + (0x80, 0):
        lo = (lo + word) & NIL
        hi ^= lo
        lo = ((lo << 20 | lo >> 12) + hi) & NIL
        hi = (hi << 9 | hi >> 23) & NIL ^ lo
        lo = ((lo << 27 | lo >> 5) + hi) & NIL
        hi = (hi << 19 | hi >> 13) & NIL
    return hi << 32 | lo


def hash_of(data):
    data = bytes(data)
    if data not in hashes:
        hashes[data] = marvin32(data)
    return hashes[data]


def checksum(base):
    total = 0
    for word in struct.unpack("<127I", base[:508]):
        total ^= word
    return 1 if total == 0 else 0xFFFFFFFE if total == NIL else total


class Base:
    def __init__(self, raw):
        self.is_regf = len(raw) >= 512 and raw[:4] == b"regf" and u32(raw, 20) == 1
        if not self.is_regf:
            self.is_sound = False
            return
        self.first, self.second = u32(raw, 4), u32(raw, 8)
        self.minor, self.kind, self.root, self.bins = u32(raw, 24), u32(raw, 28), u32(raw, 36), u32(raw, 40)
        self.is_sound = u32(raw, 508) == checksum(raw)
        self.is_dirty = not self.is_sound or self.first != self.second


# ---- recovery: specification, "Format of transaction log files" and "Multiple transaction log files"

def entries_of(log, sequence):
    """Entries of a log that follow each other from this number on, and are whole."""
    at = 512
    while at + 40 <= len(log) and log[at:at + 4] == b"HvLE":
        size, flags, number, bins, pages = struct.unpack_from("<5I", log, at + 4)
        if (size < 512 or size % 512 or at + size > len(log) or bins % PAGE or not bins or number != sequence
                or hash_of(log[at:at + 32]) != u64(log, at + 32)
                or hash_of(log[at + 40:at + size]) != u64(log, at + 24)):
            return
        refs = [struct.unpack_from("<II", log, at + 40 + 8 * i) for i in range(pages)]
        data, found = at + 40 + 8 * pages, []
        for off, length in refs:
            found.append((off, log[data:data + length]))
            data += length
        yield number, flags, bins, found
        at += size
        sequence = sequence + 1 & NIL


def recover(primary, *logs):
    """(bins, what it was): what Windows has in memory after it has loaded the hive."""
    base = Base(primary)
    if not base.is_regf:
        return None, "no hive"
    if not base.is_dirty:
        return bytes(primary[PAGE:PAGE + base.bins]), "clean"
    good = []
    for log in logs:
        b = Base(log or b"")
        if b.is_sound and b.kind == 6 and b.first == b.second:
            good.append((b, log))
    if base.is_sound:
        good = [g for g in good if g[0].first >= base.second]
        good.sort(key=lambda g: g[0].first)
    elif good:
        good = [max(good, key=lambda g: g[0].first)]
    if not good:
        return None, "dirty, and no log for it"
    image = bytearray(primary[PAGE:])
    size, expected = base.bins, None
    for b, log in good:
        start = b.first if expected is None else expected
        if b.first != start:
            break
        for number, _, bins, pages in entries_of(log, start):
            size = bins
            if len(image) < bins:
                image.extend(bytes(bins - len(image)))
            for off, data in pages:
                image[off:off + len(data)] = data
            expected = number + 1
    if expected is None:
        return None, "dirty, and no entry for it"
    return bytes(image[:size]), "recovered"


# ---- keys and values

class Key:
    def __init__(self, name, written):
        self.name, self.written = name, written
        self.klass, self.security = b"", b""
        self.keys, self.values = {}, {}  # by the upper case of their names

    def find(self, path):
        key = self
        for part in path.split("\\") if path else []:
            key = key.keys.get(part.upper())
            if key is None:
                return None
        return key


class Hive:
    """All of it, and the faults: parts that are damaged, shared, not in order, wrongly counted."""

    def __init__(self, bins, root=0x20, minor=5):
        self.b, self.minor, self.faults = bins, minor, []
        self.cells, self.owned, self.sk_refs = {}, {}, {}
        self.walk_bins()
        self.root = self.key(root, None, 0)
        for off, n in self.sk_refs.items():
            if u32(self.b, off + 16) != n:
                self.faults.append(f"sk {off:#x}: {u32(self.b, off + 16)} for {n} keys")
        self.check_ring()
        self.lost = {o for o, used in self.cells.items() if used and o not in self.owned}

    def walk_bins(self):
        at = 0
        while at < len(self.b):
            size = u32(self.b, at + 8)
            if self.b[at:at + 4] != b"hbin" or u32(self.b, at + 4) != at or not size or size % PAGE:
                self.faults.append(f"bin {at:#x}")
                return
            cell, was_free = at + 32, False
            while cell < at + size:
                n = struct.unpack_from("<i", self.b, cell)[0]
                if abs(n) < 8 or n % 8 or cell + abs(n) > at + size:
                    self.faults.append(f"cell {cell:#x}")
                    break
                if n > 0 and was_free:
                    self.faults.append(f"two free cells at {cell:#x}")
                was_free = n > 0
                self.cells[cell] = n < 0
                cell += abs(n)
            at += size

    def take(self, off, what, shared=False):
        if not self.cells.get(off):
            self.faults.append(f"{what} {off:#x} is no cell in use")
            return None
        if off in self.owned and not shared:
            self.faults.append(f"{what} {off:#x} belongs to {self.owned[off]}, too")
            return None
        self.owned[off] = what
        return off + 4

    def size(self, off):
        return -struct.unpack_from("<i", self.b, off)[0] - 4

    def name(self, at, length, latin):
        raw = self.b[at:at + length]
        return raw.decode("latin-1") if latin else raw.decode("utf-16-le", "surrogatepass")

    def data(self, vk):
        length, off = u32(self.b, vk + 4), u32(self.b, vk + 8)
        if length >> 31:
            return self.b[vk + 8:vk + 8 + (length & 0x7FFFFFFF)]
        if not length:
            return b""
        at = self.take(off, "data")
        if at is None:
            return None
        if self.size(off) >= length:
            return self.b[at:at + length]
        pieces, found = self.take(u32(self.b, at + 4), "pieces"), b""
        for i in range(u16(self.b, at + 2) if pieces is not None else 0):
            piece = self.take(u32(self.b, pieces + 4 * i), "piece")
            if piece is not None:
                found += self.b[piece:piece + min(16344, length - len(found))]
        return found

    def values(self, key, nk):
        n = u32(self.b, nk + 36)
        at = self.take(u32(self.b, nk + 40), "values") if n else None
        longest = widest = 0
        for i in range(n if at is not None else 0):
            vk = self.take(u32(self.b, at + 4 * i), "vk")
            if vk is None or self.b[vk:vk + 2] != b"vk":
                self.faults.append(f"value {i} of {key.name}")
                continue
            name = self.name(vk + 20, u16(self.b, vk + 2), u16(self.b, vk + 16) & 1)
            data = self.data(vk)
            key.values[name.upper()] = (name, u32(self.b, vk + 12), data)
            longest, widest = max(longest, 2 * len(name)), max(widest, len(data or b""))
        if longest > u32(self.b, nk + 60) or widest > u32(self.b, nk + 64):
            self.faults.append(f"values of {key.name} are longer than it says")
        if len(key.values) != n:
            self.faults.append(f"values of {key.name}: {len(key.values)} of {n}")

    def subs(self, off, depth=0):
        at = self.take(off, "list")
        if at is None:
            return
        kind, n = self.b[at:at + 2], u16(self.b, at + 2)
        if kind == b"ri":
            for i in range(n):
                yield from self.subs(u32(self.b, at + 4 + 4 * i), depth + 1)
        for i in range(n if kind in (b"lf", b"lh") else 0):
            yield u32(self.b, at + 4 + 8 * i), kind, self.b[at + 8 + 8 * i:at + 12 + 8 * i]
        for i in range(n if kind == b"li" else 0):
            yield u32(self.b, at + 4 + 4 * i), kind, None

    def check_hint(self, name, kind, hint):
        if kind == b"lh":
            h = 0
            for c in struct.unpack(f"<{len(name.encode('utf-16-le', 'surrogatepass')) // 2}H",
                                   name.upper().encode("utf-16-le", "surrogatepass")):
                h = h * 37 + c & NIL
            good = u32(hint, 0) == h
        else:
            good = hint.rstrip(b"\0").lower() == name[:4].encode("latin-1", "ignore").lower() or name[0] > "\xff"
        if not good:
            self.faults.append(f"hint of {name}")

    def key(self, off, parent, depth):
        nk = self.take(off, "nk")
        if nk is None or self.b[nk:nk + 2] != b"nk":
            self.faults.append(f"key {off:#x}")
            return None
        flags = u16(self.b, nk + 2)
        key = Key(self.name(nk + 76, u16(self.b, nk + 72), flags & 0x20), u64(self.b, nk + 4))
        if parent is not None and u32(self.b, nk + 16) != parent:
            self.faults.append(f"parent of {key.name}")
        if u16(self.b, nk + 74) and u32(self.b, nk + 48) != NIL:
            at = self.take(u32(self.b, nk + 48), "class")
            key.klass = self.b[at:at + u16(self.b, nk + 74)] if at is not None else b""
        sk = u32(self.b, nk + 44)
        if sk != NIL and self.take(sk, "sk", True) is not None:
            self.sk_refs[sk] = self.sk_refs.get(sk, 0) + 1
            key.security = self.b[sk + 24:sk + 24 + u32(self.b, sk + 20)]
        if not flags & 0x40:
            self.values(key, nk)
        n, last, longest = u32(self.b, nk + 20), None, 0
        for sub_off, kind, hint in self.subs(u32(self.b, nk + 28)) if n else ():
            sub = self.key(sub_off, off, depth + 1)
            if sub is None:
                continue
            if last is not None and not last < sub.name.upper():
                self.faults.append(f"order of {key.name}: {sub.name}")
            last = sub.name.upper()
            key.keys[last] = sub
            longest = max(longest, 2 * len(sub.name))
            if hint is not None:
                self.check_hint(sub.name, kind, hint)
        if longest > u16(self.b, nk + 52):
            self.faults.append(f"keys of {key.name} are longer than it says")
        if len(key.keys) != n:
            self.faults.append(f"keys of {key.name}: {len(key.keys)} of {n}")
        return key

    def check_ring(self):
        for off in self.sk_refs:
            ahead = u32(self.b, off + 8)
            if not self.cells.get(ahead) or u32(self.b, ahead + 12) != off:
                self.faults.append(f"ring of sk {off:#x}")


def same(a, b, path="", times=True):
    """The first difference between two keys with all below them, or None."""
    if (a.name, a.klass, a.security) != (b.name, b.klass, b.security) or (times and a.written != b.written):
        return f"{path}: {a.name} {a.written} {b.name} {b.written}"
    if a.values != b.values:
        return f"{path}: values {sorted(a.values.items() ^ b.values.items())[:3]}"
    if a.keys.keys() != b.keys.keys():
        return f"{path}: keys {sorted(a.keys.keys() ^ b.keys.keys())[:5]}"
    for k, sub in a.keys.items():
        found = same(sub, b.keys[k], f"{path}\\{sub.name}", times)
        if found:
            return found
    return None


# ---- a maker of hives

class Maker:
    """@kind of lists ("lf", "lh", "li"), @most entries in each of them, with free cells between the parts."""

    def __init__(self, seed=1, minor=5, kind="lh", most=500, sequence=7, gaps=True):
        self.random, self.minor, self.kind, self.most = random.Random(seed), minor, kind, most
        self.sequence, self.gaps, self.bins, self.room = sequence, gaps, bytearray(), 0
        self.sks = []

    def cell(self, data):
        size = len(data) + 4 + 7 & ~7
        gap = 8 * self.random.randrange(1, 24) if self.gaps and self.random.randrange(3) == 0 else 0
        if self.room < size + gap + 8:
            self.close()
            n = (size + gap + 40 + PAGE - 1) // PAGE * PAGE
            self.bins += struct.pack("<4sIIQQI", b"hbin", len(self.bins), n, 0, 0, 0)
            self.room = n - 32
        if gap:
            self.bins += struct.pack("<i", gap) + self.random.randbytes(gap - 4)
        off = len(self.bins)
        self.bins += struct.pack("<i", -size) + data + bytes(size - 4 - len(data))
        self.room -= size + gap
        return off

    def close(self):
        if self.room:
            self.bins += struct.pack("<i", self.room) + bytes(self.room - 4)
        self.room = 0

    def sk(self, n):
        sd = struct.pack("<BBHIIII", 1, 0, 0x8000, 20, 32, 0, 0) + bytes([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, n]) * 2
        self.sks.append(self.cell(struct.pack("<2sHIIII", b"sk", 0, 0, 0, 0, len(sd)) + sd))

    @staticmethod
    def coded(name):
        latin = all(c < "\u0100" for c in name)
        return (name.encode("latin-1"), 1) if latin else (name.encode("utf-16-le"), 0)

    def value(self, name, kind, data):
        raw, latin = self.coded(name)
        if len(data) <= 4:
            size, off = len(data) | 1 << 31, data + bytes(4 - len(data))
        elif len(data) > 16344 and self.minor > 3:
            pieces = [self.cell(data[i:i + 16344] + bytes(4)) for i in range(0, len(data), 16344)]
            at = self.cell(struct.pack(f"<{len(pieces)}I", *pieces))
            size, off = len(data), struct.pack("<I", self.cell(struct.pack("<2sHII", b"db", len(pieces), at, 0)))
        else:
            size, off = len(data), struct.pack("<I", self.cell(data))
        return self.cell(struct.pack("<2sHI4sIHH", b"vk", len(raw), size, off, kind, latin if name else 0, 0) + raw)

    def hint(self, name):
        if self.kind == "lf":
            return b"".join(bytes([ord(c)]) if c < "\u0100" else b"\0" for c in name[:4]).ljust(4, b"\0")
        h = 0
        for c in name.upper():
            h = h * 37 + ord(c) & NIL
        return struct.pack("<I", h)

    def lists(self, subs):
        leaves = []
        for i in range(0, len(subs), self.most):
            part = subs[i:i + self.most]
            body = b"".join(struct.pack("<I", off) + (b"" if self.kind == "li" else self.hint(name))
                            for name, off in part)
            leaves.append(self.cell(struct.pack("<2sH", self.kind.encode(), len(part)) + body))
        if not leaves:
            return NIL
        return leaves[0] if len(leaves) == 1 else self.cell(
            struct.pack(f"<2sH{len(leaves)}I", b"ri", len(leaves), *leaves))

    def key(self, name, tree, parent=NIL, flags=0):
        """@tree: {name: dict (a key) or (type, data)}."""
        raw, latin = self.coded(name)
        off = self.cell(bytes(76 + len(raw)))
        keys = sorted((n for n in tree if isinstance(tree[n], dict)), key=str.upper)
        values = [n for n in tree if not isinstance(tree[n], dict)]
        klass = self.cell("class".encode("utf-16-le")) if flags & 4 == 0 and self.random.randrange(8) == 0 else NIL
        vks = [self.value(n, *tree[n]) for n in values]
        vlist = self.cell(struct.pack(f"<{len(vks)}I", *vks)) if vks else NIL
        subs = [(n, self.key(n, tree[n], off)) for n in keys]
        list_off = self.lists(subs)
        sk = self.random.choice(self.sks)
        struct.pack_into("<I", self.bins, sk + 16, u32(self.bins, sk + 16) + 1)
        nk = struct.pack("<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags | 0x20 * latin, 0x01D0000000000000 + off, 0, parent,
                         len(subs), 0, list_off, NIL, len(vks), vlist, sk, klass,
                         max([2 * len(n) for n in keys] + [0]), 0, max([2 * len(n) for n in values] + [0]),
                         max([len(tree[n][1]) for n in values] + [0]), 0, len(raw), 10 if klass != NIL else 0) + raw
        self.bins[off + 4:off + 4 + len(nk)] = nk
        return off

    def hive(self, tree, slack=0):
        """The file's bytes, with @slack bytes behind the last bin."""
        for n in range(3):
            self.sk(n)
        root = self.key("ROOT", tree, NIL, 0x2C)
        self.close()
        for i, sk in enumerate(self.sks):
            struct.pack_into("<II", self.bins, sk + 8, self.sks[(i + 1) % 3], self.sks[(i - 1) % 3])
        base = bytearray(PAGE)
        struct.pack_into("<4sIIQIIIIIII", base, 0, b"regf", self.sequence, self.sequence, 0, 1, self.minor, 0, 1,
                         root, len(self.bins), 1)
        struct.pack_into("<I", base, 508, checksum(base))
        return bytes(base + self.bins + bytes(slack))


def log_of(primary, sequence, entries, size):
    """A log of the new format: @entries are lists of (offset, page), each with the bins' size."""
    base = bytearray(primary[:512])
    struct.pack_into("<II", base, 4, sequence, sequence)
    struct.pack_into("<I", base, 28, 6)
    struct.pack_into("<I", base, 508, checksum(base))
    out = bytes(base)
    for i, (bins, pages) in enumerate(entries):
        body = b"".join(struct.pack("<II", off, len(page)) for off, page in pages)
        body += b"".join(page for _, page in pages)
        full = (len(out) + 40 + len(body) + PAGE - 1) // PAGE * PAGE - len(out)
        body += bytes(full - 40 - len(body))
        head = struct.pack("<4sIIIIIQ", b"HvLE", full, u32(primary, 144) & 1, sequence + i, bins, len(pages),
                           hash_of(body))
        out += head + struct.pack("<Q", hash_of(head)) + body
    return out + bytes(max(0, size - len(out)))
