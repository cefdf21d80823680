# SPDX-License-Identifier: GPL-3.0-or-later
"""Two crashes a week apart, 0x0A in the kernel and 0x133, with different third-party modules deep in the stack; nothing
changed for months, the machine starts. An older crash of a driver that is gone since is there, too."""

from machine import DRIVERS, Machine, at
import ordinary

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "hardware", "none"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g",
              "service:ogkmd", r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda"],
    "certainty": "likely",  # that nothing is wrong; never that something is
    "why": ["two unlike crashes, the addresses in Windows' own kernel, no common module, no change before them"],
}


def make():
    m = Machine("ARCHIV", "10-22H2", installed="2022-03-05T09:12:44Z")
    ordinary.usual(m, "2022-03-05T11:00:00Z")
    m.driver("oldscan", (1, 0, 0, 7), "2024-10-01T09:00:00Z", "Ladon Imaging", "Ladon Scanner", package=False, size=0x9000)
    m.start("2024-11-05T08:00:00Z")
    m.crash("2024-11-05T08:31:00Z", 0xD1, [0x18, 2, 0, "oldscan+0x1410"], ["oldscan+0x1410", "ntoskrnl+0x3f1a0"])
    m.start("2024-11-05T08:33:00Z")
    m.system.drop(m.key("oldscan"))
    m.loaded.remove(DRIVERS + "oldscan.sys")
    m.delete(DRIVERS + "oldscan.sys", "2024-11-05T09:00:00Z")
    m.stop("2024-11-05T16:00:00Z")
    m.days("2025-03-03", "2025-04-06")
    m.journal_from = at("2025-04-05T00:00:00Z")
    m.start("2025-04-07T07:30:00Z")
    m.crash("2025-04-07T13:11:00Z", 0x0A, [0x60, 2, 0, "ntoskrnl+0x88120"], ["ntoskrnl+0x88120", "ntoskrnl+0x91230", "ntoskrnl+0x61244",
                                                                            "nlkhda+0x22110"])
    m.start("2025-04-07T13:13:00Z")
    m.stop("2025-04-07T16:30:00Z")
    m.days("2025-04-08", "2025-04-13")
    m.start("2025-04-14T07:30:00Z")
    m.crash("2025-04-14T10:02:00Z", 0x133, [1, 0x1E00, 0xFFFFF80412345678, 0], ["ntoskrnl+0x4a112", "ntoskrnl+0x61244", "ndis+0x1f4c2",
                                                                             "fbe1g+0x4410"])
    m.start("2025-04-14T10:04:00Z")
    m.stop("2025-04-14T16:30:00Z")
    return m
