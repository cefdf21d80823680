# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk with bad places: the SYSTEM hive's bins hold other bytes from their second page on, and the log has read
errors of the disk before it. No driver is at fault, though one was updated on that day."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "registry-unreadable",
    "kinds_ok": ["registry-unreadable", "hardware"],
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\config\SYSTEM"],
    "acceptable": [],
    "tolerated": [r"restore:\Windows\System32\config\SYSTEM"],
    "never": [r"\Windows\System32\config\SYSTEM", r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g"],
    "certainty": "sure",
    "why": ["SYSTEM begins as a hive and is noise after its first page: 0x74 or 0xC0000218 at every start",
            "event 7 of disk in the hours before"],
}


def make():
    m = Machine("KASSE-2", "10-22H2", installed="2022-09-01T07:00:00Z", storage="storahci")
    ordinary.usual(m, "2022-09-01T08:00:00Z")
    m.days("2025-08-01", "2025-08-20")
    m.start("2025-08-21T06:40:00Z")
    ordinary.network(m, "2025-08-21T07:00:00Z", (12, 19, 3, 1))
    for minute in (12, 13, 31, 40):
        m.log.add(at(f"2025-08-21T09:{minute}:00Z"), "disk", 7, [(None, "\\Device\\Harddisk0\\DR0")], level=2, qualifiers=49156)
    m.stop("2025-08-21T15:00:00Z")
    m.hive_damage["SYSTEM"] = lambda data: data[:8192] + bytes((i * 73 + 11) & 255 for i in range(len(data) - 8192))
    m.boot_ok = False
    return m
