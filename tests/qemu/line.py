# SPDX-License-Identifier: GPL-3.0-or-later
"""The serial line of a machine, as a person at a terminal sees it: its screen by pyte (tests/disks/tui.py), of what comes
after the line is taken up."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../disks"))

from tui import KEYS, Terminal  # noqa: E402
from vm import LIMIT, PATIENCE, Failure  # noqa: E402


class SerialLine(Terminal):
    def __init__(self, vm):
        super().__init__(80, 24)
        self.vm, self.at = vm, os.path.getsize(vm.log)

    def read(self, seconds):
        """What came of it within that time; False when nothing did."""
        end = time.monotonic() + seconds
        while True:
            with open(self.vm.log, "rb") as f:
                f.seek(self.at)
                data = f.read()
            if data:
                self.at += len(data)
                self.raw += data
                self.stream.feed(data)
                return True
            if time.monotonic() > end:
                return False
            time.sleep(0.01)

    def press(self, *keys):
        for key in keys:
            self.vm.type(KEYS.get(key, key))

    def wait_for(self, text, limit=LIMIT):
        if not self.sees(text, limit * PATIENCE):
            raise Failure(f"{self.vm.name}: '{text}' is not on the screen of the serial line:\n{self.shown()}")
        self.wait(0.5 * PATIENCE)  # what is typed before all lines have shown the screen is for nobody
