# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's files out of the disk onto a stick with exFAT that is plugged in when all is running: at the screen, and
what is on it then, by The Sleuth Kit and exfatprogs."""

import os
import shutil

from machine import run, sha256_file
from suite import equal
from vm import Failure

NAME = "pagefile.sys"  # the last one of the root


class ExfatStick:
    def __init__(self, work):
        self.work, self.path = work, os.path.join(work, "exfat.img")
        with open(self.path, "wb") as f:
            f.truncate(32 << 20)
        run("mkfs.exfat", "-L", "HOLIDAY", self.path)

    def plug_in(self, vm):
        vm.qmp("blockdev-add", driver="file", filename=self.path, **{"node-name": "exfat"})
        vm.qmp("device_add", driver="usb-storage", bus="usb.0", drive="exfat", id="exfat", removable=True)

    def prove(self, sizes):
        """One folder of ours, with these files and no other; returns their SHA-256. Nothing of exFAT is left open."""
        run("fsck.exfat", "-n", self.path)
        tree = os.path.join(self.work, "exfat")
        run("tsk_recover", "-a", "-f", "exfat", self.path, tree)
        ret, seen = {}, {}
        for base, _, names in os.walk(tree):
            for n in names:
                path = os.path.join(base, n)
                folder, name = os.path.split(os.path.relpath(path, tree))
                if not folder and name in ("$ALLOC_BITMAP", "$UPCASE_TABLE"):  # what The Sleuth Kit calls exFAT's own
                    continue
                if not folder.startswith("copy-"):
                    raise Failure(f"{path} is in no folder of a copy")
                seen[name], ret[name] = os.path.getsize(path), sha256_file(path)
        shutil.rmtree(tree)
        equal("what was copied is on the stick", seen, sizes)
        return ret


def wait_for_stick(line, sticks):
    """At the list of disks, until so many are in it."""
    for _ in range(60):
        if line.shown().count("QEMU HARDDISK (no Windows was found on it)") >= sticks:
            return
        line.wait(1)
    raise Failure(f"the stick is not in the list:\n{line.shown()}")


def choose(line, text):
    """The line of a list that says so."""
    for _ in range(20):
        if any(words.startswith("> ") and text in words for words in line.shown().split("\n")):
            return
        line.slowly("Down")
        line.wait(0.5)
    raise Failure(f"'{text}' cannot be chosen:\n{line.shown()}")


def open_root(line):
    """From the list of disks to the last file of the volume with Windows."""
    line.slowly("l")
    line.wait_for("Enter open")
    if "Which volume?" in line.shown():
        line.slowly("Enter")
    line.wait_for("Program Files (x86)")
    line.slowly("End")
    line.wait_for(NAME)


def copy_to(line, kind):
    """What is chosen, to the stick whose line says @kind."""
    line.slowly("c")
    line.wait_for("Copy it where?")
    if "a folder of this system" in line.shown():
        raise Failure("a folder is offered that lies in memory")
    choose(line, kind)
    line.slowly("Enter")
    line.wait_for("1 of 1 files were copied to /dev/", limit=60)
