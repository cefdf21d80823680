# SPDX-License-Identifier: GPL-3.0-or-later
"""The TPM's event log (TCG PC Client Platform Firmware Profile, crypto-agile) as it lies in a machine's
memory, and the PCR values that follow from it."""

import hashlib
import re
import struct

NO_ACTION = 3
SHA256 = 0x0B
SIZES = {0x04: 20, SHA256: 32, 0x0C: 48, 0x0D: 64, 0x12: 32}
MOST = 1 << 20


class Event:
    def __init__(self, pcr, kind, digest, data):
        self.pcr, self.kind, self.digest, self.data = pcr, kind, digest, data

    @property
    def text(self):
        return self.data.decode("utf-16le", errors="replace").rstrip("\0")


def parse(raw):
    """Every event of a log; what follows its end is not looked at."""
    at = 32 + struct.unpack_from("<I", raw, 28)[0]  # the first event has the old form
    ret = []
    while at + 12 <= len(raw):
        pcr, kind, count = struct.unpack_from("<III", raw, at)
        if pcr > 23 or not 0 < count < 6:
            break
        at, digest = at + 12, None
        for _ in range(count):
            algorithm = struct.unpack_from("<H", raw, at)[0]
            if algorithm not in SIZES:
                return ret
            if algorithm == SHA256:
                digest = raw[at + 2:at + 2 + SIZES[algorithm]]
            at += 2 + SIZES[algorithm]
        size = struct.unpack_from("<I", raw, at)[0]
        if size > MOST or digest is None:
            break
        ret.append(Event(pcr, kind, digest, raw[at + 4:at + 4 + size]))
        at += 4 + size
    return ret


def find(memory):
    """The longest log in a dump of a machine's memory: firmware and kernel have a copy each."""
    found = [parse(memory[m.start() - 32:m.start() - 32 + MOST])
             for m in re.finditer(rb"Spec ID Event03\0", memory) if m.start() >= 32]
    return max(found, key=len, default=[])


def extend(value, digest):
    return hashlib.sha256(value + digest).digest()


def replay(events):
    """PCR -> value"""
    ret = {}
    for e in events:
        if e.kind != NO_ACTION:
            ret[e.pcr] = extend(ret.get(e.pcr, bytes(32)), e.digest)
    return {n: v.hex() for n, v in ret.items()}
