# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections of a PE file (Microsoft's PE format specification)."""

import struct


class Section:
    def __init__(self, raw, at):
        self.name = raw[at:at + 8].rstrip(b"\0").decode()
        self.virtual, self.address, self.raw_size, self.offset = struct.unpack_from("<IIII", raw, at + 8)

    @property
    def size(self):
        """Bytes of content in the file."""
        return min(self.virtual, self.raw_size)


def sections(raw):
    pe = struct.unpack_from("<I", raw, 0x3C)[0]
    count, optional = struct.unpack_from("<H", raw, pe + 6)[0], struct.unpack_from("<H", raw, pe + 20)[0]
    return [Section(raw, pe + 24 + optional + 40 * i) for i in range(count)]


def content(raw, name):
    s = next(s for s in sections(raw) if s.name == name)
    return bytes(raw[s.offset:s.offset + s.size])
