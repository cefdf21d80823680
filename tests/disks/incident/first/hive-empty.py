# SPDX-License-Identifier: GPL-3.0-or-later
"""The SYSTEM hive has 0 bytes after a hard stop. There is an old dump of the display driver that tempts."""

from machine import Machine
import ordinary

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\config\SYSTEM"],
    "acceptable": [],
    "tolerated": [r"restore:\Windows\System32\config\SYSTEM"],
    "never": [r"\Windows\System32\config\SYSTEM", "service:ogkmd"],
    "certainty": "sure",
    "why": ["SYSTEM is empty: no start without it (0xC0000218, 0x74)", "RegBack is empty by design: nothing to put back from there"],
}


def make():
    m = Machine("NB-220", "10-22H2", installed="2023-02-11T09:00:00Z")
    ordinary.usual(m, "2023-02-11T10:00:00Z")
    m.start("2024-11-20T08:00:00Z")
    m.crash("2024-11-20T08:40:00Z", 0x116, [0xFFFFAB8012345010, "ogkmd+0x88120", 0xFFFFFFFFC000009A, 4], ["ogkmd+0x88120", "dxgkrnl+0x3120"])
    m.days("2024-11-21", "2024-12-19")
    m.start("2024-12-20T07:30:00Z")
    m.power_loss("2024-12-20T11:00:00Z")
    m.hive_damage["SYSTEM"] = lambda data: b""
    m.boot_ok = False
    return m
