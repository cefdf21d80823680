# SPDX-License-Identifier: GPL-3.0-or-later
"""A driver whose version resource says "Microsoft Corporation" and that never was part of Windows (7045 yesterday, in a
user's folder), is at fault; a chunk of the log is damaged, and a genuine driver of Microsoft is deep on the stacks."""

from machine import Machine, at
import others

CULPRIT = r"\Users\Public\Libraries\winrt32.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:winrt32"],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:Ndu", r"\Windows\System32\drivers\Ndu.sys", "service:psnfs", "service:bvkmdag", "service:Tcpip"],
    "certainty": "sure",
    "why": ["0x3B and 0xD1 with the address in winrt32.sys", "its service came fifty minutes before the first crash", "no part of Windows lies in a user's folder"],
}


def make():
    m = Machine("BUCHHALTUNG", bias=-60, installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    m.days("2024-12-02", "2025-02-10")
    m.log.damage_chunk = 1
    m.journal_from = at("2025-02-10T00:00:00Z")
    m.start("2025-02-11T06:30:00Z")
    m.driver("winrt32", (10, 0, 22621, 1), "2025-02-11T08:00:00Z", "Microsoft Corporation", "Microsoft Windows Operating System", start=1,
             package=False, folder="/Users/Public/Libraries/", size=0xD000, built="2019-12-07T09:00:00Z")
    for t, code, params in (("08:50:00", 0x3B, [0xC0000005, "winrt32+0x2c10", 0, 0]), ("08:53:20", 0xD1, [8, 2, 1, "winrt32+0x30f4"]),
                            ("08:56:10", 0x3B, [0xC0000005, "winrt32+0x2c10", 0, 0])):
        where = params[1] if code == 0x3B else params[3]
        m.crash(f"2025-02-11T{t}Z", code, params, ["ntoskrnl+0x40f2a9", where, "Ndu+0x3a10", "netio+0x5120", "psnfs+0x8812"])
        if t != "08:56:10":
            m.start(at(f"2025-02-11T{t}Z", 80))
    return m
