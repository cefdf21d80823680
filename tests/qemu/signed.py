# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed parts for the Secure Boot tests: two keys that have nothing to do with each other, the fake
Microsoft's for the fake Windows Boot Manager, and ours for unbrick.efi."""

import os

from journey import Journey
from machine import BOOTMGFW, CACHE, Key
from vm import BUILD

FIRST = "EFI/BOOT/BOOTX64.EFI"


class Signed:
    def __init__(self, work):
        os.makedirs(CACHE, exist_ok=True)
        self.microsoft, self.ours = Key(work), Key(work, "unbrick-test")
        self.loader = self.microsoft.sign(BOOTMGFW, os.path.join(work, "bootmgfw.signed"))
        self.application = self.ours.sign(os.path.join(BUILD, "unbrick.efi"),
                                          os.path.join(work, "unbrick.signed"))

    def journey(self, name, work, **options):
        """A machine with the fake Microsoft's key, and ours, in db; the stick's first file is ours."""
        j = Journey(name, work, kind="own", key=self.ours, loader=self.loader, **options)
        if j.stick:
            with open(self.application, "rb") as f:
                j.stick.put(FIRST, f.read())
        return j
