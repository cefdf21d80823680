#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a disk was asked to write, as QEMU's blklogwrites records it (the format of Linux' dm-log-writes).

    blklog.py LOG                  list the entries
    blklog.py LOG COUNT DISK       carry out the first COUNT entries on DISK: the disk as it is when the
                                   power goes then
"""

import struct
import sys

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4


class Entry:
    def __init__(self, sector, count, flags, at):
        self.sector, self.count, self.flags, self.at = sector, count, flags, at

    @property
    def is_write(self):
        return self.count > 0 and not self.flags & DISCARD


def entries(log):
    """Every entry, in the order the disk got them."""
    with open(log, "rb") as f:
        magic, version, total, sector = struct.unpack("<QQQI", f.read(28))
        if magic != MAGIC or version != 1:
            raise ValueError(f"{log}: not a log of writes")
        at, ret = sector, []
        for _ in range(total):
            f.seek(at)
            where, count, flags, data_len = struct.unpack("<QQQQ", f.read(32))
            at += sector
            if data_len:
                raise ValueError(f"{log}: an entry with inline data")
            ret.append(Entry(where, count, flags, at))
            at += 0 if flags & DISCARD else count * sector
        return ret, sector


def replay(log, count, disk):
    every, sector = entries(log)
    with open(log, "rb") as f, open(disk, "r+b") as d:
        for e in every[:count]:
            if not e.is_write:
                continue
            f.seek(e.at)
            d.seek(e.sector * sector)
            d.write(f.read(e.count * sector))


def main():
    if len(sys.argv) == 4:
        replay(sys.argv[1], int(sys.argv[2]), sys.argv[3])
        return
    for i, e in enumerate(entries(sys.argv[1])[0]):
        print(i, e.sector, e.count, e.flags)


if __name__ == "__main__":
    main()
