# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor's driver was renewed and crashes at every start since the restart for it. Its newest channel file had come two hours
earlier and ran under the old driver; others of the maker's files are innocent, too. Dumps of zeros and of no byte lie about."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\cvnsens.sys",
    "acceptable": [r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens", r"restore:\Windows\System32\drivers\cvnsens.sys"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000900.sys", r"\Windows\System32\drivers\Corvane\cvn-0118-0000000899.sys",
              r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", "service:FltMgr"],
    "certainty": "sure",
    "why": ["three 0x50 with the instruction in cvnsens.sys", "its package 6.60 came 13:02 UTC; the first start with it crashed",
            "cvn-0118-...900 came 11:40 UTC, and the old driver had it for two hours"],
}


def make():
    m = Machine("POLIKLINIK-3", "11-23H2", installed="2024-01-29T08:00:00Z")
    vendors.office(m, "2024-01-29T10:00:00Z")
    vendors.corvane(m, "2024-06-17T09:00:00Z")
    m.days("2025-02-03", "2025-03-09")
    m.journal_from = at("2025-03-08T00:00:00Z")
    vendors.channel(m, 118, 899, "2025-03-07T09:00:00Z")
    m.start("2025-03-10T06:40:00Z")
    vendors.channel(m, 118, 900, "2025-03-10T11:40:05Z")
    vendors.corvane(m, "2025-03-10T13:02:30Z", (6, 60, 2, 1))
    m.stop("2025-03-10T13:30:00Z", "installer")
    stack = ["cvnsens+0x1f0a8", "cvnsens+0x2010", "fltmgr+0x5c1b", "ntoskrnl+0x61244"]
    for start, crash in (("13:31:20", "13:32:01"), ("13:33:30", "13:34:10"), ("13:35:40", "13:36:21")):
        m.start(f"2025-03-10T{start}Z")
        m.crash(f"2025-03-10T{crash}Z", 0x50, [0xFFFFB98012A44010, 2, "cvnsens+0x1f0a8", 2], stack)
    m.start("2025-03-10T13:38:00Z")
    m.crash("2025-03-10T13:38:42Z", 0x50, [0xFFFFB98012A44010, 2, "cvnsens+0x1f0a8", 2], stack)
    m.put("/Windows/Minidump/031025-9981-01.dmp", b"", "2025-03-10T13:33:40Z")
    m.put("/Windows/Minidump/031025-9982-01.dmp", bytes(65536), "2025-03-10T13:35:50Z")
    return m
