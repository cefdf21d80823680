# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of two 0x1E lies in Microsoft's own WdFilter.sys, and Defender took new definitions minutes before, as it
does every day: too little to say more. Nothing of Defender may be taken away. A wireless driver came last week."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "unsure",
    "culprit": None,
    "culprit_ok": [None],
    "acceptable": [],
    "never": ["service:WdFilter", r"\Windows\System32\drivers\wd\WdFilter.sys", "service:WinDefend", "service:tswlan6e", "service:psnfs"],
    "certainty": "unsure",
    "why": ["only Windows' own modules are named", "definitions come each day; the driver of last week ran for days"],
}


def make():
    m = Machine("PLANUNG-6", "11-24H2", bias=-60, installed="2024-11-05T09:12:44Z")
    others.office(m, "2024-11-05T11:00:00Z")
    m.days("2025-05-05", "2025-06-02")
    others.wireless(m, "2025-06-02T18:00:00Z", (23, 70, 0, 1))
    m.days("2025-06-03", "2025-06-09")
    m.journal_from = at("2025-06-08T00:00:00Z")
    m.start("2025-06-10T06:00:00Z")
    m.defender("2025-06-10T06:20:00Z")
    for t in ("06:31:00", "06:44:00"):
        m.crash(f"2025-06-10T{t}Z", 0x1E, [0xC0000005, "WdFilter+0x2a10c", 0, 0], ["ntoskrnl+0x40f2a9", "WdFilter+0x2a10c", "fltmgr+0x5c1b", "ntoskrnl+0x3f1a0"])
        m.start(at(f"2025-06-10T{t}Z", 70))
    return m
