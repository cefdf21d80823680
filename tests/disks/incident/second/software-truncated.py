# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of the SOFTWARE hive ends after two fifths (a disk was full, then the current went). Windows says
0xC0000218. RegBack holds 0 bytes, as usual today: nothing to take from there. Old dumps of a display driver tempt."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\config\SOFTWARE"],
    "acceptable": [],
    "may_be_empty": True,
    "never": [r"\Windows\System32\config\SOFTWARE", "restore:\\Windows\\System32\\config\\SOFTWARE", "service:bvkmdag"],
    "certainty": "sure",
    "why": ["SOFTWARE is shorter than its own head says", "its log holds nothing that would mend it"],
}


def make():
    m = Machine("EMPFANG", bias=-60, installed="2024-04-02T08:00:00Z")
    others.office(m, "2024-04-02T10:00:00Z")
    others.endpoint(m, "2024-04-03T08:00:00Z")
    m.start("2025-05-20T06:00:00Z")
    m.crash("2025-05-20T08:00:00Z", 0x116, [0xFFFFB98012A44074, "bvkmdag+0x11a0c", 0xC000009A, 4], ["bvkmdag+0x11a0c", "dxgkrnl+0x3a10"])
    m.start("2025-05-20T08:02:00Z")
    m.stop("2025-05-20T15:00:00Z")
    m.days("2025-06-02", "2025-07-07")
    m.journal_from = at("2025-07-06T00:00:00Z")
    m.start("2025-07-08T06:00:00Z")
    for i in range(900):
        m.software.set(f"Classes\\CLSID\\{{{i:08X}-1C2D-4E5F-8A9B-0123456789AB}}", "", f"Component {i}", at("2024-04-02T09:00:00Z"))
    m.log.add(at("2025-07-08T11:40:00Z"), "srv", 2013, [(None, "C:")], level=3)
    m.power_loss("2025-07-08T12:11:00Z")
    m.hive_damage["SOFTWARE"] = lambda data: data[:len(data) * 2 // 5 // 512 * 512]
    m.boot_ok, m.boot_attempts = False, 3
    return m
