# SPDX-License-Identifier: GPL-3.0-or-later
"""Images with holes: copied and compared without reading what is not there."""

import errno
import os

CHUNK = 1 << 20
BLOCK = 1 << 16
ZEROS = bytes(CHUNK)


def data(fd, at, end):
    """(first byte, end) of each piece that is no hole, within these bounds"""
    while at < end:
        try:
            at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError as e:
            if e.errno != errno.ENXIO:
                raise
            return  # a hole up to the end
        if at < end:
            hole = min(os.lseek(fd, at, os.SEEK_HOLE), end)
            yield at, hole
            at = hole


def is_zero(piece):
    return piece == (ZEROS if len(piece) == CHUNK else ZEROS[:len(piece)])


def copy_part(source, at, n, target):
    """@target becomes these @n bytes of @source; holes stay holes. Its permissions are a new file's."""
    if os.path.exists(target):
        os.unlink(target)  # ext4 writes out at once what takes the place of a file that was truncated
    with open(source, "rb") as f, open(target, "wb") as out:
        for begin, end in data(f.fileno(), at, at + n):
            os.lseek(out.fileno(), begin - at, os.SEEK_SET)
            while begin < end:
                k = os.sendfile(out.fileno(), f.fileno(), begin, end - begin)  # also to another file system
                if not k:
                    raise OSError("%s ends at %u" % (source, begin))
                begin += k
        out.truncate(n)
    return target


def put_part(source, target, to):
    """All of @source into @target at that offset, where it differs from what lies there"""
    with open(source, "rb") as f, open(target, "r+b") as out:
        size, at = os.fstat(f.fileno()).st_size, 0
        while at < size:
            n = min(CHUNK, size - at)
            piece = os.pread(f.fileno(), n, at)
            if piece != os.pread(out.fileno(), n, to + at):
                os.pwrite(out.fileno(), piece, to + at)
            at += n


def copy(source, target):
    return copy_part(source, 0, os.path.getsize(source), target)


def dig(image):
    """Zeros in @image become holes: what is read or copied of it later is less."""
    dug = image + ".dug"
    with open(image, "rb") as f, open(dug, "wb") as out:
        size = os.fstat(f.fileno()).st_size
        for begin, end in data(f.fileno(), 0, size):
            for at in range(begin, end, BLOCK):
                piece = os.pread(f.fileno(), min(BLOCK, end - at), at)
                if not is_zero(piece):
                    os.pwrite(out.fileno(), piece, at)
        out.truncate(size)
    os.rename(dug, image)
    return image


def differing(a, b, size):
    """Offsets of the 512-byte sectors in which two open files differ; holes in both are skipped."""
    ret, at = [], 0
    while at < size:
        starts = []
        for f in (a, b):
            try:
                starts.append(os.lseek(f.fileno(), at, os.SEEK_DATA))
            except OSError:
                starts.append(size)
        at = max(at, min(starts) // CHUNK * CHUNK)
        if at >= size:
            break
        n = min(CHUNK, size - at)
        x, y = os.pread(a.fileno(), n, at), os.pread(b.fileno(), n, at)
        if x != y:
            ret += [at + i for i in range(0, n, 512) if x[i:i + 512] != y[i:i + 512]]
        at += n
    return ret


def is_same(a, b):
    with open(a, "rb") as x, open(b, "rb") as y:
        size = os.fstat(x.fileno()).st_size
        return size == os.fstat(y.fileno()).st_size and not differing(x, y, size)
