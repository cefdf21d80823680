# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a disk after a run, told by programs that know nothing of Unbrick: The Sleuth Kit,
ntfs-3g's tools, dislocker. Everything that the repair was not to touch must be as it was."""

import hashlib
import json
import os
import re
import shutil
import sys

from machine import TOP, run, sha256_file
from vm import Failure

sys.path.append(os.path.join(TOP, "tests", "disks"))
from sparse import copy_part  # noqa: E402

CHUNK = 1 << 20


def partition(image, part, target):
    """Copy one partition into a file of its own; holes stay holes."""
    return copy_part(image, part["offset"], part["length"], target)


def plain_volume(image, part, folder, password=None):
    """The NTFS of a partition as a file; what BitLocker covers is decrypted by dislocker."""
    path = partition(image, part, os.path.join(folder, f"part{part['number']}"))
    if not password:
        return path
    if os.path.exists(path + ".ntfs"):
        os.unlink(path + ".ntfs")  # dislocker does not write over a file
    run("dislocker-file", "-V", path, "-p" + password, "--", path + ".ntfs")
    os.unlink(path)
    return path + ".ntfs"


def files_of(volume, sector, folder):
    """Every file of an NTFS and its SHA-256, by The Sleuth Kit."""
    tree = os.path.join(folder, "tree")
    run("tsk_recover", "-a", "-f", "ntfs", "-b", sector, volume, tree)
    ret = {}
    for base, _, names in os.walk(tree):
        for n in names:
            path = os.path.join(base, n)
            ret[os.path.relpath(path, tree)] = sha256_file(path)
    shutil.rmtree(tree)
    return ret


def names_by_ntfs3g(volume, folder):
    """A folder's names, as ntfs-3g reads its index."""
    return run("ntfsls", "-f", "-s", "-a", "-p", folder, volume).decode().split("\n")


def state(disk, folder, look=None):
    """What is to be compared: the files of each volume. @look(index, path) sees each plain volume, too."""
    volumes = []
    for i, part in enumerate(disk.volumes):
        password = disk.passwords[i] if disk.passwords else None
        path = plain_volume(disk.path, part, folder, password)
        volumes.append(files_of(path, disk.sector, folder))
        if look:
            look(i, path)
        os.unlink(path)
    return volumes


def outside(disk):
    """Hash of all bytes that are in no Windows volume: tables, ESP, recovery."""
    sum_, skip = hashlib.sha256(), [(p["offset"], p["offset"] + p["length"]) for p in disk.volumes]
    size = os.path.getsize(disk.path)
    with open(disk.path, "rb") as f:
        at = 0
        for begin, end in skip + [(size, size)]:
            f.seek(at)
            while at < begin:
                data = f.read(min(CHUNK, begin - at))
                sum_.update(data)
                at += len(data)
            at = end
    return sum_.hexdigest()


def moved(before, after, bad):
    """None if exactly the files @bad (path -> SHA-256) are in a quarantine and nothing else changed, or
    what is wrong."""
    ours = re.compile(r"Unbrick/\d{8}T\d{6}Z(-\d+)?/")
    added = {n: s for n, s in after.items() if n not in before}
    for name, digest in before.items():
        if name in bad:
            if name in after:
                return f"{name} is still there"
        elif after.get(name) != digest:
            return f"{name} {'changed' if name in after else 'is gone'}"
    strange = [n for n in added if not ours.match(n)]
    if strange:
        return f"new: {strange[0]}"
    for name, digest in bad.items():
        if not any(n.endswith("/" + name.split("/")[-1]) and s == digest for n, s in added.items()):
            return f"{name} is not in the quarantine"
    return None


class Proof:
    """Compares a disk with the one it was made from."""

    def __init__(self, pristine, folder):
        self.pristine, self.folder = pristine, folder
        self.before, self.outside = self._first_state()

    def _first_state(self):
        """Of the disk in the cache: looked at once."""
        path = self.pristine.path + ".state"
        if not os.path.exists(path):
            new = f"{path}.new{os.getpid()}"  # another test may make the same one
            with open(new, "w", encoding="utf-8") as f:
                json.dump([state(self.pristine, self.folder), outside(self.pristine)], f)
            os.rename(new, path)
        with open(path, encoding="utf-8") as f:
            return json.load(f)

    def bad_files(self, index):
        return {f["path"].strip("\\").replace("\\", "/"): f["sha256"]
                for f in self.pristine.volumes[index]["files"] if f["why"] == "bad"}

    def is_repaired(self, disk, volumes=None):
        """A Failure unless the bad files of @volumes (all) are in quarantine and all else is as before."""
        ntfs3g = []
        after = state(disk, self.folder, lambda i, path: ntfs3g.append(self.by_ntfs3g(i, path)))  # told last
        for i, files in enumerate(after):
            bad = self.bad_files(i) if volumes is None or i in volumes else {}
            if not bad and (volumes is None or i in volumes) and i == 0:
                raise Failure("the test disk has no bad file")
            wrong = moved(self.before[i], files, bad)
            if wrong:
                raise Failure(f"{os.path.basename(disk.path)} volume {i + 1}: {wrong}")
        self.is_untouched_outside(disk)
        for wrong in ntfs3g:
            if wrong:
                raise Failure(wrong)

    def is_untouched(self, disk):
        if sha256_file(disk.path) != sha256_file(self.pristine.path):
            raise Failure(f"{disk.path} changed")

    def is_untouched_outside(self, disk):
        if outside(disk) != self.outside:
            raise Failure("bytes outside of the Windows volumes changed")

    def by_ntfs3g(self, index, path):
        """None if ntfs-3g opens the volume, finds no reason to repair it, and sees the same folders, or what is wrong."""
        try:
            run("ntfsfix", "--no-action", path)
            bad = self.bad_files(index)
            for name in bad:
                folder, base = "/" + os.path.dirname(name), os.path.basename(name)
                if base in names_by_ntfs3g(path, folder):
                    return f"ntfs-3g still sees {name}"
            if bad and "Unbrick" not in names_by_ntfs3g(path, "/"):
                return "ntfs-3g does not see the quarantine"
        except Failure as e:
            return str(e)
        return None
