# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed parts for the Secure Boot tests: two keys that have nothing to do with each other, the fake
Microsoft's for the fake Windows Boot Manager, and ours for unbrick.efi."""

import os

from journey import Journey
from machine import BOOTMGFW, CACHE, OwnKey, TestKey, sha256_file
from vm import BUILD

FIRST = "EFI/BOOT/BOOTX64.EFI"


class Signed:
    def __init__(self, work):
        self.microsoft, self.ours = TestKey(work), OwnKey(work)
        self.loader = self._loader()
        self.application = self.ours.sign(os.path.join(BUILD, "unbrick.efi"),
                                          os.path.join(work, "unbrick.signed"))

    def _loader(self):
        """Signed once: each signature has its time in it, and a disk is kept for each loader."""
        path = os.path.join(CACHE, f"bootmgfw-{sha256_file(BOOTMGFW)[:16]}.signed")
        if not os.path.exists(path):
            os.makedirs(CACHE, exist_ok=True)
            os.rename(self.microsoft.sign(BOOTMGFW, f"{path}.{os.getpid()}"), path)
        return path

    def journey(self, name, work, **options):
        """A machine with the fake Microsoft's key, and ours, in db; the stick's first file is ours."""
        j = Journey(name, work, kind="own", key=self.ours, loader=self.loader, **options)
        if j.stick:
            with open(self.application, "rb") as f:
                j.stick.put(FIRST, f.read())
        return j
