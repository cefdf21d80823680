# SPDX-License-Identifier: GPL-3.0-or-later
"""The power went while the SYSTEM hive was written: its first half is as it was, and behind it are zeros. Much of it can be
read, and Windows takes none of it. A driver that was updated on that day is innocent."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\config\SYSTEM"],
    "acceptable": [],
    "tolerated": [r"restore:\Windows\System32\config\SYSTEM"],
    "never": [r"\Windows\System32\config\SYSTEM", r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g"],
    "certainty": "sure",
    "why": ["SYSTEM is a hive to its middle, and holds zeros behind it"],
}


def make():
    m = Machine("KASSE-5", "10-22H2", installed="2022-09-01T07:00:00Z", storage="storahci")
    ordinary.usual(m, "2022-09-01T08:00:00Z")
    m.days("2025-08-01", "2025-08-20")
    m.start("2025-08-21T06:40:00Z")
    ordinary.network(m, "2025-08-21T07:00:00Z", (12, 19, 3, 1))
    m.power_loss("2025-08-21T15:00:00Z")
    m.hive_damage["SYSTEM"] = lambda data: data[:len(data) // 8192 * 4096] + bytes(len(data) - len(data) // 8192 * 4096)
    m.boot_ok = False
    return m
