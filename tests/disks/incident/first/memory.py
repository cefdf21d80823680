# SPDX-License-Identifier: GPL-3.0-or-later
"""Seven crashes in ten days, six codes, each in another module: Windows' own, the file system, and three third-party
drivers once each. That is memory, and moving any of the drivers is wrong."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "hardware",
    "kinds_ok": ["hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\nlkhda.sys", r"\Windows\System32\drivers\fbe1g.sys", r"\Windows\System32\drivers\orbmon.sys",
              "service:nlkhda", "service:fbe1g", "service:orbmon", "service:ogkmd"],
    "certainty": "likely",
    "why": ["0x1A, 0x50, 0x139, 0x3B, 0x0A, 0x1A, 0x19 in seven different places", "nothing changed that would explain it"],
}


def make():
    m = Machine("GAMING", "11-23H2", installed="2024-06-05T09:12:44Z")
    ordinary.usual(m, "2024-06-05T11:00:00Z")
    m.days("2025-09-01", "2025-10-10")
    m.journal_from = at("2025-10-09T00:00:00Z")
    crashes = [(0x1A, [0x41792, 0xFFFFB080012A4000, 0x2000000000, 0], ["ntoskrnl+0x1a2330", "ntoskrnl+0x61244"]),
               (0x50, [0xFFFFC50812340010, 0, "nlkhda+0x22110", 2], ["nlkhda+0x22110", "portcls+0x8123", "ntoskrnl+0x61244"]),
               (0x139, [3, 0xFFFFF50A12345678, 0xFFFFF50A123455D0, 0], ["ntoskrnl+0x1c040", "ntfs+0x31234", "fltmgr+0x5c1b"]),
               (0x3B, [0xC0000005, "win32kfull+0x91230", 0xFFFFF50A12345678, 0], ["win32kfull+0x91230", "win32kbase+0x4123"]),
               (0x0A, [0x10, 2, 0, "ntoskrnl+0x88120"], ["ntoskrnl+0x88120", "fbe1g+0x4410", "ndis+0x1f4c2"]),
               (0x1A, [0x403, 0xFFFFF18000412340, 0x8000000123456867, 0xFFFFF18000412341], ["ntoskrnl+0x1a4410"]),
               (0x19, [0x20, 0xFFFFC50812340000, 0xFFFFC50812340040, 0x4040001], ["ntoskrnl+0x2a012", "orbmon+0x3110", "fltmgr+0x4e0"])]
    when = at("2025-10-11T08:00:00Z")
    for i, (code, params, stack) in enumerate(crashes):
        m.start(when)
        m.crash(when + (1 + i % 3) * 42 * 10**9, code, params, stack)
        when += 33 * 36 * 10**9
        ordinary.definitions(m, when - 36 * 10**9, 20251011 + i)
    m.start(when)
    return m
