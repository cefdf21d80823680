# SPDX-License-Identifier: GPL-3.0-or-later
"""0x24 in ntfs.sys, event 55 over and over, a check at each start: an old disk whose file system breaks. Cumulus' filter, updated
the day before, is on each stack since it lies above ntfs; it is innocent."""

from machine import Machine, at
import others
import vendors

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync", r"\Windows\System32\drivers\ntfs.sys", "service:Ntfs",
              r"\Windows\System32\drivers\sblmon.sys", "service:sblmon"],
    "certainty": "sure",
    "why": ["three 0x24, nine events 55, events 7 and 51 of the disk before", "the filter ran for a day, and every file request passes through it"],
}


def make():
    m = Machine("WERKSTATT", "10-22H2", installed="2020-02-03T08:00:00Z", storage="storahci")
    vendors.office(m, "2020-02-03T10:00:00Z")
    vendors.sable(m, "2020-02-04T09:00:00Z")
    m.days("2025-01-13", "2025-02-11")
    m.journal_from = at("2025-02-10T00:00:00Z")
    vendors.cumulus(m, "2025-02-11T12:00:00Z", (2, 3, 1, 18))
    m.days("2025-02-12", "2025-02-12")
    stack = ["ntfs+0x1a2c10", "ntfs+0x31234", "fltmgr+0x5c1b", "cmlsync+0x7110", "fltmgr+0x4e0", "sblmon+0x3110", "ntoskrnl+0x61244"]
    when = at("2025-02-13T06:40:00Z")
    for i in range(3):
        m.start(when)
        for k in range(3):
            end = when + (20 + 9 * k) * 6 * 10**8
            others.quiet_disk(m, end - 6 * 10**8, (7, 51, 7)[k])
            m.log.add(end, "Ntfs", 55, [(None, "C:"), (None, "\\Device\\HarddiskVolume3")], level=2, qualifiers=49156)
        m.crash(when + 45 * 6 * 10**8, 0x24, [0xB500190645, 0xFFFFF50A11111EE8, 0xFFFFF50A11111720, "ntfs+0x1a2c10"], stack)
        when += 50 * 6 * 10**8
    m.start(when)
    return m
