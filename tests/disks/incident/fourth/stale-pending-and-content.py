# SPDX-License-Identifier: GPL-3.0-or-later
"""ARM64: five months ago an update's restart was broken off; its pending.xml and a flag lie there since, and Windows has worked every day
after that. Now a sensor took a channel file, and its driver dies on it at each start."""

from machine import Machine, at
import traces
import vendors

CULPRIT = r"\Windows\System32\drivers\Corvane\cvn-0231-0000000078.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT],
    "tolerated": ["service:cvnsens"],
    "never": [r"\Windows\System32\drivers\cvnsens.sys", "service:CvnAgent", r"\Windows\System32\drivers\Corvane\cvn-0231-0000000077.sys",
              r"\Windows\System32\drivers\Corvane\cvn-0007-0000000411.sys", r"\Windows\WinSxS\pending.xml", r"\Windows\System32\ntdll.dll"],
    "certainty": "likely",
    "why": ["four 0x50 in cvnsens.sys, unchanged for months; 0231-78 came 100 s before the first", "pending.xml is of February: five months of orderly starts since",
            "0007-411 came the day before and was read in good starts"],
}


def make():
    m = Machine("VIENNA-ARM", "11-23H2", installed="2024-06-10T08:00:00Z", arch="arm64", bias=-120)
    vendors.timbre(m, "2024-06-10T10:00:00Z")
    vendors.cumulus(m, "2024-06-10T10:10:00Z")
    vendors.corvane(m, "2025-01-20T09:00:00Z")
    m.days("2025-02-03", "2025-02-11")
    m.put("/Windows/WinSxS/pending.xml", traces.pending_xml("KB5051989", "10.0.22631.4890", ["/Windows/System32/ntdll.dll", "/Windows/System32/lsass.exe"]).encode(),
          "2025-02-12T06:01:00Z")
    m.software.set(vendors.CBS + "\\RebootPending", "", "", at("2025-02-12T06:01:00Z"))
    m.days("2025-02-12", "2025-07-14", step=3)
    m.journal_from = at("2025-07-12T00:00:00Z")
    vendors.channel(m, 231, 77, "2025-07-10T10:00:00Z")
    vendors.channel(m, 7, 411, "2025-07-14T10:00:00Z")
    m.days("2025-07-15", "2025-07-15")
    m.start("2025-07-16T06:10:00Z")
    vendors.channel(m, 231, 78, "2025-07-16T06:40:20Z")
    stack = ["cvnsens+0x1a04c", "cvnsens+0x1b330", "fltmgr+0x5c1b", "cmlsync+0x2010", "ntoskrnl+0x61244"]
    for crash in ("06:42:00", "06:44:30", "06:47:02"):
        m.crash(f"2025-07-16T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "cvnsens+0x1a04c", 2], stack)
        m.start(at(f"2025-07-16T{crash}Z", 75))
    m.crash("2025-07-16T06:49:33Z", 0x50, [0xFFFFB98012A44074, 0, "cvnsens+0x1a04c", 2], stack)
    return m
