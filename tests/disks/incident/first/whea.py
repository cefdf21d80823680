# SPDX-License-Identifier: GPL-3.0-or-later
"""The processor reports errors (WHEA 18) and the machine dies with 0x124, twice within a display driver's work. The
display driver was updated three days before."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": ["service:ogkmd", r"\Windows\System32\drivers\fbe1g.sys", "service:intelppm", r"\Windows\System32\drivers\intelppm.sys"],
    "certainty": "sure",
    "why": ["0x124 with parameter 1 = 0 (machine check) in all four dumps", "WHEA-Logger 18 before and between them"],
}


def make():
    m = Machine("WS-RENDER", "11-23H2", installed="2024-03-05T09:12:44Z")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    m.days("2025-08-04", "2025-09-08")
    ordinary.graphics(m, "2025-09-05T15:00:00Z", (32, 0, 101, 6078))
    m.journal_from = at("2025-09-04T00:00:00Z")
    begin = at("2025-09-08T18:00:00Z")
    for i in range(4):
        m.start(begin + i * 9 * 36 * 10**9)
        m.log.add(begin + i * 9 * 36 * 10**9 + 10**10, "Microsoft-Windows-WHEA-Logger", 18, [
            ("ErrorSource", 3), ("ApicId", 6), ("MCABank", 0), ("MciStat", 0xB200000000100151), ("ErrorType", 9),
            ("TransactionType", 256), ("Participation", 256)], level=2)
        m.crash(begin + i * 9 * 36 * 10**9 + 4 * 36 * 10**9, 0x124, [0, 0xFFFFAB801234A028, 0xB2000000, 0x100151],
                ["ntoskrnl+0x4a112", "ogkmd+0x1200"] if i % 2 else ["ntoskrnl+0x4a112", "intelppm+0x1812"])
    m.start(begin + 36 * 36 * 10**9)
    m.stop(begin + 40 * 36 * 10**9)
    return m
