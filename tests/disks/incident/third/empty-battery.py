# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook with a battery that lasts for minutes: it dies while it sleeps and while it is carried about. No bug check ever; the
display's driver was updated on the day of the first, and two reports of a display that recovered tempt, too."""

from machine import Machine, at
import vendors

NEW = (30, 0, 14026, 6)
ANSWER = {
    "kind": "no-driver",
    "kinds_ok": ["no-driver", "none", "hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [vendors.stored("cldisp", "cldkmd", NEW), "service:cldkmd", r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda"],
    "certainty": "likely",
    "why": ["five 41 with code 0 and no button, after Kernel-Power 524 (critical battery)", "no dump but live ones, the last start is good"],
}


def make():
    m = Machine("NB-0077", "11-23H2", installed="2022-09-05T08:00:00Z", bias=-120)
    vendors.office(m, "2022-09-05T10:00:00Z")
    m.days("2025-08-04", "2025-08-31")
    m.journal_from = at("2025-08-30T00:00:00Z")
    m.start("2025-09-01T06:00:00Z")
    vendors.calder(m, "2025-09-01T07:10:00Z", NEW)
    vendors.live_dump(m, "WATCHDOG", 0x117, [0xFFFFAB8011992010, 0xFFFFF80377A31C10, 0, 0x11A0], "2025-09-01T08:20:00Z")
    for day, hour in ((1, 9), (2, 11), (3, 8), (4, 14), (5, 10)):
        if day > 1:
            m.start(f"2025-09-0{day}T06:00:00Z")
        m.log.add(at(f"2025-09-0{day}T{hour:02}:12:00Z"), "Microsoft-Windows-Kernel-Power", 524, [("BatteryCount", 1)], level=1)
        m.power_loss(f"2025-09-0{day}T{hour:02}:14:00Z")
        m.start(f"2025-09-0{day}T{hour:02}:40:00Z")
        m.stop(f"2025-09-0{day}T15:30:00Z")
    m.start("2025-09-06T06:00:00Z")
    m.stop("2025-09-06T09:00:00Z")
    return m
