# SPDX-License-Identifier: GPL-3.0-or-later
"""Three drivers of three makers came in one evening, and the machine crashes since: 0x139 in the kernel, with none of the three
on any stack. Each may be it, or none: more than that cannot be known from this disk."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "unsure",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64", r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda",
              r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "unsure",
    "why": ["three 0x139 at one place of ntoskrnl, no third party on the stacks", "rwnlan64, tmbrhda and mrdvpn64 all came within 25 minutes before"],
}


def make():
    m = Machine("PRAXIS-2", "10-22H2", installed="2022-10-03T08:00:00Z", bias=-120)
    vendors.office(m, "2022-10-03T10:00:00Z")
    m.days("2025-05-05", "2025-06-10")
    m.journal_from = at("2025-06-09T00:00:00Z")
    m.start("2025-06-11T05:50:00Z")
    vendors.rowan(m, "2025-06-11T17:04:00Z", (10, 68, 307, 2024))
    vendors.timbre(m, "2025-06-11T17:16:30Z", (10, 31, 1, 0))
    vendors.meridian(m, "2025-06-11T17:29:10Z", (5, 0, 0, 14))
    m.stop("2025-06-11T17:33:00Z", "installer")
    stack = ["ntoskrnl+0x1c040", "ntoskrnl+0x2b8110", "ntoskrnl+0x88120", "ntoskrnl+0x61244"]
    for start, crash in (("17:34:20", "17:41:10"), ("17:42:30", "17:46:02"), ("17:47:20", "17:58:44")):
        m.start(f"2025-06-11T{start}Z")
        m.crash(f"2025-06-11T{crash}Z", 0x139, [3, 0xFFFFF50A12345678, 0xFFFFF50A123455D0, 0], stack)
    m.start("2025-06-11T18:00:00Z")
    return m
