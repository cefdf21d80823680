# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel dumps as Windows leaves them: small ones (triage, x64, ARM64 and 32-bit, with modules, unloaded modules,
stack and context), whole kernel and complete dumps of x64 with their memory (tables of pages, modules, stack), and the
head of one, all that reached the disk; as they lie in MEMORY.DMP or, not taken out yet, at the start of pagefile.sys.
Layout: shared/fixtures/README.md section 5, Microsoft's DUMP_HEADER64 and DUMP_HEADER32, SUMMARY_DUMP64, Intel's SDM.

    triage(code, params, when, uptime, modules, ...), memory(...) and head(...) give bytes.
A module: object or dict with path, base, size, stamp, checksum.
"""

import random
import struct

MACHINES = {"x64": 0x8664, "arm64": 0xAA64}
PLACE = {"x64": (0x98, 0xF8), "arm64": (0x100, 0x108)}  # of the stack pointer and of the next instruction
STRIDE = 0x90


def _header(arch, build, cpus, code, params, when, uptime, kind, size):
    raw = bytearray(b"PAGE" * (0x2000 // 4))  # what is not filled in holds these letters
    struct.pack_into("<4s4sIIQQQQIII", raw, 0, b"PAGE", b"DU64", 15, build, 0x1AD000, 0xFFFFAB8000000000,
                     0xFFFFF80320C2A2D0, 0xFFFFF80320C1E130, MACHINES[arch], cpus, code)
    struct.pack_into("<4Q", raw, 0x40, *params)
    raw[0x60:0x80] = bytes(32)
    struct.pack_into("<Q", raw, 0x80, 0xFFFFF80320C00B20)
    raw[0x348:0xF00] = bytes(0xF00 - 0x348)
    # the exception record is that of KeBugCheck's own breakpoint
    raw[0xF00:0xF98] = bytes(0x98)
    struct.pack_into("<IIQQ", raw, 0xF00, 0x80000003, 1, 0, 0xFFFFF803203F5A80)
    struct.pack_into("<I", raw, 0xF98, kind)
    struct.pack_into("<QQ", raw, 0xFA0, size, when)
    struct.pack_into("<Q", raw, 0x1030, uptime)
    struct.pack_into("<II", raw, 0x1038, 0x1041, 0)
    struct.pack_into("<II", raw, 0x1040, 1, 0x110)  # product type: workstation
    return raw


def _context(raw, at, arch, ip, sp):
    place = PLACE[arch]
    struct.pack_into("<I", raw, at + (0x30 if arch == "x64" else 0), 0x10005F if arch == "x64" else 0x400007)
    struct.pack_into("<Q", raw, at + place[0], sp)
    struct.pack_into("<Q", raw, at + place[1], ip)


def _header32(build, cpus, code, params, when, uptime, kind, size):
    raw = bytearray(b"PAGE" * (0x1000 // 4))
    struct.pack_into("<4s4s9I", raw, 0, b"PAGE", b"DUMP", 15, build, 0x185000, 0x83FF0000, 0x82B6E850, 0x82B66F18,
                     0x14C, cpus, code & 0xFFFFFFFF)
    struct.pack_into("<4I", raw, 0x2C, *(p & 0xFFFFFFFF for p in params))
    raw[0x3C:0x5C] = bytes(32)
    raw[0x5C] = 1  # PAE
    struct.pack_into("<I", raw, 0x60, 0x82B4DC28)
    raw[0x320:0xF88] = bytes(0xF88 - 0x320)
    struct.pack_into("<III", raw, 0x7D0, 0x80000003, 1, 0)
    struct.pack_into("<IIIII", raw, 0xF88, kind, 0x1041, 0, 1, 0x110)
    struct.pack_into("<Q", raw, 0xFA0, size)
    struct.pack_into("<QQ", raw, 0xFB8, uptime, when)
    return raw


def _context32(raw, at, ip, sp):
    struct.pack_into("<I", raw, at, 0x1003F)
    struct.pack_into("<I", raw, at + 0xB8, ip)
    struct.pack_into("<I", raw, at + 0xC4, sp)


def _triage32(code, params, when, uptime, modules, stack, unloaded, ip, build, cpus, seed, cut):
    """The same of a 32-bit Windows: TRIAGE_DUMP32 at 0x1000, a driver's entry is LDR_DATA_TABLE_ENTRY32 behind
    the offset of its name"""
    rng = random.Random(f"dump:{seed}:{when}")
    raw = _header32(build, cpus, code, params, when, uptime, 4, 0)
    sp, t = 0x8BF3A9C0, 0x1000
    _context32(raw, 0x320, ip, sp)
    raw += bytes(0x100)

    def place(data):
        raw.extend(bytes(-len(raw) % 8))
        raw.extend(data)
        return len(raw) - len(data)

    context = bytearray(0x2CC)
    _context32(context, 0, ip, sp)
    context_at, exception_at = place(bytes(context)), place(bytes(raw[0x7D0:0x820]))
    gone = struct.pack("<I", len(unloaded))
    for name, begin, end in unloaded:
        letters = name[:12].encode("utf-16le")
        gone += struct.pack("<HHI", len(letters), len(letters), 0x86001000) + letters.ljust(24, b"\0") + struct.pack("<II", begin, end)
    unloaded_at = place(gone)
    prcb_at, process_at, thread_at = place(bytes(0x400)), place(bytes(0x300)), place(bytes(0x200))
    words = []
    for a in [*stack, None]:
        words += [rng.choice((0, rng.randrange(4096), 0x85000000 + rng.randrange(1 << 20) * 8, sp + 4 * rng.randrange(300)))
                  for _ in range(4 + rng.randrange(9))] + ([a] if a else [])
    stack_raw = struct.pack(f"<{len(words)}I", *words)
    stack_at = place(stack_raw)
    table, pool = bytearray(), bytearray()
    drivers_at = len(raw) + -len(raw) % 8
    pool_at = drivers_at + 0x4C * len(modules)
    for m in modules:
        entry = bytearray(0x4C)
        struct.pack_into("<I", entry, 0, pool_at + len(pool))
        struct.pack_into("<III", entry, 0x1C, m.base, m.base + 0x1000, m.size)
        struct.pack_into("<II", entry, 0x44, m.checksum, m.stamp)
        table += entry
        letters = m.module_path.encode("utf-16le")
        pool += struct.pack("<I", len(letters) // 2) + letters + b"\0\0"
        pool += bytes(-len(pool) % 4)
    place(bytes(table))
    raw.extend(pool)
    debugger_at = place(b"KDBG" + bytes(0x334))
    valid_at = place(b"TRGD")
    raw.extend(bytes(-len(raw) % 4096 or 4096))
    struct.pack_into("<III", raw, t, 0, len(raw), valid_at)
    struct.pack_into("<13I", raw, t + 0x0C, context_at, exception_at, 0, unloaded_at, prcb_at, process_at, thread_at,
                     stack_at, len(stack_raw), drivers_at, len(modules), pool_at, len(pool))
    struct.pack_into("<III", raw, t + 0x40, 0, 0xFFFFFFFF, sp)
    struct.pack_into("<II", raw, t + 0x60, debugger_at, 0x338)
    struct.pack_into("<Q", raw, 0xFA0, len(raw))
    return bytes(raw[:cut] if cut else raw)


def head(code, params, when, uptime, kind=5, build=22631, cpus=8, arch="x64", ip=0, size=0x3A7C0000):
    """The first two pages of a dump that is not a small one: 1 full, 2 kernel, 5 or 6 with a bitmap."""
    if arch == "x86":
        raw = _header32(build, cpus, code, params, when, uptime, kind, size)
        _context32(raw, 0x320, ip, 0x8BF3A9C0)
        return bytes(raw)
    raw = _header(arch, build, cpus, code, params, when, uptime, kind, size)
    _context(raw, 0x348, arch, ip, 0xFFFF850429890F00)
    if kind in (5, 6):
        raw += bytes(0x1000)  # the summary is written last
    return bytes(raw)


def triage(code, params, when, uptime, modules, stack=(), unloaded=(), ip=0, build=22631, cpus=8, arch="x64",
           seed="", stack_noise=40, stack_top=0xFFFF850429890F00, cut=None):
    """@stack: addresses (return addresses, innermost first) that lie there among other values; @unloaded
    [(name, base, end)]; @ip of the saved context. @cut: only so many bytes reached the disk."""
    if arch == "x86":
        return _triage32(code, params, when, uptime, modules, stack, unloaded, ip, build, cpus, seed, cut)
    rng = random.Random(f"dump:{seed}:{when}")
    raw = _header(arch, build, cpus, code, params, when, uptime, 4, 0)
    sp = stack_top - stack_top % 16
    _context(raw, 0x348, arch, ip, sp)
    t = 0x2000
    raw += bytes(0x100)
    pool_items = bytearray()

    def place(data, align=8):
        raw.extend(bytes(-len(raw) % align))
        at = len(raw)
        raw.extend(data)
        return at

    context = bytearray(0x4D0 if arch == "x64" else 0x390)
    _context(context, 0, arch, ip, sp)
    context_at = place(bytes(context), 16)
    exception_at = place(bytes(raw[0xF00:0xF98]))
    gone = struct.pack("<Q", len(unloaded))
    for name, base, end in unloaded:
        letters = name[:12].encode("utf-16le")
        gone += struct.pack("<HHIQ", len(letters), len(letters), 0, 0xFFFFA00000001000) + letters.ljust(24, b"\0")
        gone += struct.pack("<QQ", base, end)
    unloaded_at = place(gone)
    blank = lambda n: rng.choice((b"\0", b"\xcc")) * n
    prcb_at, process_at, thread_at = place(blank(0x400)), place(blank(0x600)), place(blank(0x400))
    stack_at, stack_raw = len(raw) + -len(raw) % 16, _stack(rng, stack, stack_noise, sp, modules)
    place(stack_raw, 16)
    drivers_at = len(raw) + -len(raw) % 8
    pool_at = drivers_at + STRIDE * len(modules)
    table = bytearray()
    for m in modules:
        entry = bytearray(STRIDE)
        struct.pack_into("<I", entry, 0, pool_at + len(pool_items))
        struct.pack_into("<QQI", entry, 0x38, m.base, m.base + 0x1000 if m.size else 0, m.size)
        struct.pack_into("<I", entry, 0x80, m.checksum)
        struct.pack_into("<I", entry, 0x88, m.stamp)
        table += entry
        letters = m.module_path.encode("utf-16le")
        pool_items += struct.pack("<I", len(letters) // 2) + letters + b"\0\0"
        pool_items += bytes(-len(pool_items) % 8)
    place(bytes(table))
    place(bytes(pool_items))
    raw.extend(bytes(-len(raw) % 8))
    debugger_at = place(b"KDBG" + bytes(0x334))
    valid_at = place(b"TRGD", 4)
    raw.extend(bytes(-len(raw) % 4096 or 4096))
    struct.pack_into("<III", raw, t, 0, len(raw), valid_at)
    struct.pack_into("<13I", raw, t + 0x0C, context_at, exception_at, 0, unloaded_at, prcb_at, process_at, thread_at,
                     stack_at, len(stack_raw), drivers_at, len(modules), pool_at, len(pool_items))
    struct.pack_into("<IIQ", raw, t + 0x40, 0, 0xFFFFFFFF, sp)
    struct.pack_into("<II", raw, t + 0x60, debugger_at, 0x338)
    struct.pack_into("<Q", raw, 0xFA0, len(raw))
    return bytes(raw[:cut] if cut else raw)


class Memory:
    """Physical pages, and tables of them for virtual addresses"""

    def __init__(self, rng, below):
        self.rng, self.below, self.pages, self.map = rng, below, {}, {}
        self.root = self.page(True)

    def page(self, is_table=False):
        """A new one, anywhere; tables below, as they came first"""
        while True:
            pfn = self.rng.randrange(0xE00, 0xF00) if is_table else self.rng.randrange(0x1000, self.below)
            if pfn not in self.pages:
                self.pages[pfn] = bytearray(4096)
                return pfn

    def _entry(self, address, level):
        table = self.root
        for above in range(3, level, -1):
            at = (address >> 12 + 9 * above & 511) * 8
            entry, = struct.unpack_from("<Q", self.pages[table], at)
            if not entry:
                entry = self.page(True) << 12 | 0x63
                struct.pack_into("<Q", self.pages[table], at, entry)
            table = entry >> 12 & 0xFFFFFFFFFF
        return table, (address >> 12 + 9 * level & 511) * 8

    def large(self, address):
        """A page of 2 MiB, of which only what is written is in the dump"""
        first = 0x200 * (1 + len(self.map)) if self.below < 0x40000 else 0x40000 + 512 * len(self.map)
        self.map[address >> 21] = first
        table, at = self._entry(address, 1)
        struct.pack_into("<Q", self.pages[table], at, first << 12 | 0xE3)

    def frame(self, address):
        if address >> 21 in self.map:
            pfn = self.map[address >> 21] + (address >> 12 & 511)
            self.pages.setdefault(pfn, bytearray(4096))
            return pfn
        table, at = self._entry(address, 0)
        entry, = struct.unpack_from("<Q", self.pages[table], at)
        if not entry:
            entry = self.page() << 12 | 0x8000000000000063
            struct.pack_into("<Q", self.pages[table], at, entry)
        return entry >> 12 & 0xFFFFFFFFFF

    def write(self, address, data):
        while data:
            n = min(len(data), 4096 - address % 4096)
            self.pages[self.frame(address)][address % 4096:address % 4096 + n] = data[:n]
            address, data = address + n, data[n:]

    def leave_out(self, address):
        del self.pages[self.frame(address)]

    def text(self, address, letters_at, text):
        letters = text.encode("utf-16le")
        self.write(address, struct.pack("<HHIQ", len(letters), len(letters) + 2, 0, letters_at))
        self.write(letters_at, letters)


def _image_head(m):
    head = bytearray(0x200)
    head[:2] = b"MZ"
    struct.pack_into("<I", head, 0x3C, 0xE8)
    struct.pack_into("<4sHHI", head, 0xE8, b"PE\0\0", 0x8664, 6, m.stamp)
    struct.pack_into("<I", head, 0xE8 + 0x50, m.size)
    struct.pack_into("<I", head, 0xE8 + 0x58, m.checksum)
    return bytes(head)


def _fill(mem, modules, unloaded, stack_raw, sp):
    """What a crash analysis looks at: the lists, the debugger's block, headers, the stack. Gives where the list
    and the block are."""
    base = modules[0].base
    mem.large(base)
    head, block, gone = base + 0x1F3D10, base + 0x1E8A40, base + 0x1F41C0
    pool, paged = 0xFFFFAB8000000000 + mem.rng.randrange(1 << 20) * 4096, 0xFFFFD00000000000 + mem.rng.randrange(1 << 20) * 4096
    entries = []
    for _ in modules:
        entries.append(pool + mem.rng.randrange(16) * 16)
        pool += 0x400 + mem.rng.randrange(4) * 0x400
    for i, m in enumerate(modules):
        before, after = entries[i - 1] if i else head, entries[i + 1] if i + 1 < len(entries) else head
        entry = bytearray(0xA0)
        struct.pack_into("<QQ", entry, 0, after, before)
        struct.pack_into("<QQI", entry, 0x30, m.base, m.base + 0x1000, m.size)
        struct.pack_into("<I", entry, 0x78, m.checksum)
        mem.write(entries[i], bytes(entry))
        mem.text(entries[i] + 0x48, paged, m.module_path)
        mem.text(entries[i] + 0x58, entries[i] + 0xA0, m.module_path.rsplit("\\", 1)[-1])
        paged += 0x200
        mem.write(m.base, _image_head(m))
    mem.write(head, struct.pack("<QQ", entries[0], entries[-1]))
    mem.leave_out(paged - 0x200)  # paged out: these have their short names only
    ring = pool + 0x2000
    for i, (name, begin, end) in enumerate(unloaded):
        mem.text(ring + 0x28 * i, ring + 0x1000 + 0x80 * i, name)
        mem.write(ring + 0x28 * i + 0x10, struct.pack("<QQ", begin, end))
    mem.write(gone, struct.pack("<QQ", ring, len(unloaded)))
    data = bytearray(0x360)
    struct.pack_into("<4sIQ", data, 0x10, b"KDBG", len(data), base)
    struct.pack_into("<Q", data, 0x48, head)
    struct.pack_into("<QQ", data, 0x220, gone, gone + 8)
    mem.write(block, bytes(data))
    mem.write(sp, stack_raw)
    return head, block


def memory(code, params, when, uptime, modules, stack=(), unloaded=(), ip=0, build=22631, cpus=8, kind=6, seed="",
           pages=90, cut=None):
    """A whole one, with its memory: @kind 1 complete with runs (so its pages lie close), 5 complete and 6 kernel, with a
    bitmap. @pages: so many more that nobody reads. @cut: only that part of it (0.5: half) reached the disk."""
    rng = random.Random(f"memory:{seed}:{when}")
    mem, sp = Memory(rng, 0x1200 if kind == 1 else 0x40000), 0xFFFF850429890E80
    head, block = _fill(mem, modules, unloaded, _stack(rng, stack, 400, sp, modules), sp)
    for _ in range(pages):
        mem.pages[mem.page()][:8] = rng.randbytes(8)
    raw = _header("x64", build, cpus, code, params, when, uptime, kind, 0)
    _context(raw, 0x348, "x64", ip, sp)
    struct.pack_into("<Q", raw, 0x10, mem.root << 12)
    struct.pack_into("<Q", raw, 0x20, head)
    struct.pack_into("<Q", raw, 0x80, block)
    order = sorted(mem.pages)
    if kind == 1:
        first = [order[0]] + [b for a, b in zip(order, order[1:]) if b - a > 0x80]  # a gap begins a new run
        runs = [(a, [p for p in order if a <= p < b][-1] + 1 - a) for a, b in zip(first, first[1:] + [1 << 40])]
        struct.pack_into("<IIQ", raw, 0x88, len(runs), 0, sum(n for _, n in runs))
        for i, run in enumerate(runs):
            struct.pack_into("<QQ", raw, 0x98 + 16 * i, *run)
        order = [p for a, n in runs for p in range(a, a + n)]
    else:
        bits = order[-1] + 1
        bitmap = bytearray((bits + 7) // 8)
        for p in order:
            bitmap[p // 8] |= 1 << p % 8
        first = (0x2038 + len(bitmap) + 4095) // 4096 * 4096
        raw += (b"FDMP" if kind == 5 else b"SDMP") + b"DUMP" + bytes(24) + struct.pack("<QQQ", first, len(order), bits)
        raw += bitmap
        raw.extend(bytes(first - len(raw)))
    empty = bytes(4096)
    struct.pack_into("<Q", raw, 0xFA0, len(raw) + 4096 * len(order))
    raw += b"".join(bytes(mem.pages.get(p, empty)) for p in order)
    return bytes(raw[:int(len(raw) * cut)] if cut else raw)


def _stack(rng, addresses, noise, sp, modules):
    """Return addresses between locals: pointers into the pool and the stack, small numbers, flags."""
    out = []

    def some(n):
        for _ in range(n):
            out.append(rng.choice((0, rng.randrange(4096), 0xFFFFAB8000000000 + rng.randrange(1 << 32) * 16,
                                   sp + 8 * rng.randrange(400), 0xFFFFD00000000000 + rng.randrange(1 << 30) * 8)))

    for a in addresses:
        some(2 + rng.randrange(max(noise // (len(addresses) or 1), 1) + 1))
        out.append(a)
    some(60)
    return struct.pack(f"<{len(out)}Q", *out)
