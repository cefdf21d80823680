# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is wrong here: a machine that crashed, with drivers of other makers of each kind that `unbrick disable` tells apart
(filters of the keyboard and of the disks, a security product with its early driver, one that encrypts, one that nothing
needs), and a hive whose log has the newest part, and room for more."""

from machine import CONFIG, Machine
import others

ANSWER = {"culprit": None}


class Used(Machine):
    """Its hive's newest part is in a log with room for more, as on a machine that crashed"""

    def finish(self):
        super().finish()
        log = CONFIG + "SYSTEM.LOG1"
        self.put(log, self.files[log].data + bytes(1 << 18), self.now, created=self.installed, attr=0x26, journal=False)


def make():
    m = Used("DIS-1", "10-22H2", installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    when = "2024-03-06T08:00:00Z"
    guard = dict(when=when, company="Lantern Security GmbH", error=1, package=False)
    m.driver("ltguard", (11, 0, 7, 219), product="Lantern Guard", start=1, altitude="321500", group="FSFilter Anti-Virus", **guard)
    m.driver("ltgelam", (11, 0, 7, 219), product="Lantern Guard Early Launch", start=0, group="Early-Launch", **guard)
    m.driver("kbfilt", (1, 2, 0, 0), when, "Keytop Input", "Keytop Filter", start=3, error=1, package=False)
    m.driver("bkfilt", (4, 0, 0, 1), when, "Basalt Backup", "Basalt Disk Tracker", start=0, error=1, package=False)
    m.driver("vault", (2, 0, 0, 0), when, "Vault Cryptography", "Vault", start=0, error=1, altitude="145100", package=False)
    m.driver("tunnel9", (5, 1, 0, 0), when, "Tundra Networks", "Tundra Tunnel", start=1, error=3, package=False)
    m.system.set(m.key("tunnel9"), "Owners", ["oem77.inf"], m.now)
    m.service("kbtwin", "\\SystemRoot\\System32\\drivers\\kbtwin.sys", DisplayName="Keytop Twin")
    m.filter("Keyboard", "kbfilt", first=True)
    m.filter("DiskDrive", "bkfilt")
    m.days("2025-03-03", "2025-03-10")
    m.flush()
    m.start("2025-03-11T07:00:00Z")
    m.system.set("ControlSet001\\Services\\tunnel9\\Parameters", "Seen", 1, m.now)
    m.stop("2025-03-11T17:00:00Z")
    return m
