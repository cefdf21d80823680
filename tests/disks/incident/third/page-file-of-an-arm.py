# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor's content came two minutes before the evening's stop; since the next morning every start dies before a dump is taken
out. The page file's head has a code and an address, but no module: whose it is cannot be told from it."""

from machine import Machine, at
import ordinary
import vendors

ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": r"\Windows\System32\drivers\Corvane\cvn-0118-0000000733.sys",
    "culprit_ok": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000733.sys", None],
    "acceptable": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000733.sys"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens", "service:CvnAgent", "service:mrdvpn64",
              r"\Windows\System32\drivers\Corvane\cvn-0118-0000000732.sys", r"\Windows\System32\drivers\Corvane\cvn-0031-0000000005.sys"],
    "certainty": "likely",
    "why": ["0x50 in the page file, no start since", "cvn-0118-...733 is the only file of a driver's product since the last good start"],
}


def make():
    m = Machine("SURF-207", "11-24H2", installed="2024-08-19T08:00:00Z", arch="arm64", bias=-60)
    vendors.meridian(m, "2024-08-19T10:00:00Z")
    vendors.timbre(m, "2024-08-19T10:10:00Z")
    vendors.corvane(m, "2024-08-20T09:00:00Z")
    m.days("2025-10-20", "2025-11-23")
    m.journal_from = at("2025-11-22T00:00:00Z")
    vendors.channel(m, 31, 5, "2025-09-01T09:00:00Z")
    vendors.channel(m, 118, 732, "2025-11-21T09:00:00Z")
    m.start("2025-11-24T06:30:00Z")
    m.defender("2025-11-24T09:12:00Z")
    ordinary.browser(m, "2025-11-24T13:40:00Z", 132)
    vendors.channel(m, 118, 733, "2025-11-24T16:01:50Z")
    m.stop("2025-11-24T16:04:00Z")
    for start, crash in (("06:31:00", "06:31:29"), ("06:33:10", "06:33:38"), ("06:36:00", "06:36:28")):
        m.crash(f"2025-11-25T{crash}Z", 0x50, [0xFFFF910211112074, 0, "cvnsens+0x1a2f4", 2],
                ["cvnsens+0x1a2f4", "fltmgr+0x5c1b", "ntoskrnl+0x61244"], started=f"2025-11-25T{start}Z", early=True)
    m.boot_attempts = 4
    return m
