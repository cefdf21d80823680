# SPDX-License-Identifier: GPL-3.0-or-later
"""An update brought another ntfs.sys, and events 55 come; but the disk has told of bad blocks for three weeks, 55 came before the update, too,
and the crashes are 0x24 and 0x7A. It is the disk."""

from machine import Machine, at
import ordinary
import others

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\ntfs.sys", "service:Ntfs", "service:orbmon", r"\Windows\System32\drivers\storahci.sys", "service:nlkhda"],
    "certainty": "sure",
    "why": ["7 and 51 of the disk for three weeks, 55 before the update", "0x24 and 0x7A (pages that could not be read)", "the update ended in order"],
}


def make():
    m = Machine("PADARIA-2", "10-22H2", bias=180, installed="2021-03-01T12:00:00Z", storage="storahci")
    ordinary.usual(m, "2021-03-01T14:00:00Z")
    m.days("2025-03-11", "2025-04-09", begin=10.5, end=20)
    for i in range(9):
        others.quiet_disk(m, at("2025-03-19T15:00:00Z", i * 2 * 86400), 7)
        others.quiet_disk(m, at("2025-03-19T15:00:20Z", i * 2 * 86400), 51)
    m.log.add(at("2025-04-02T15:01:00Z"), "Ntfs", 55, [(None, ""), (None, "C:")], level=2, qualifiers=49156)
    m.journal_from = at("2025-04-09T00:00:00Z")
    m.start("2025-04-10T10:40:00Z")
    m.update("2025-04-10T14:00:00Z", "KB5055518", drivers=("ntfs",), title="2025-04 Atualiza\u00e7\u00e3o Cumulativa para Windows 10 Version 22H2 (KB5055518)")
    m.stop("2025-04-10T20:30:00Z", "update")
    for start, crash, code, params in (("20:32:00", "20:39:10", 0x24, [0xB500190637, 0xFFFF850429891EE8, 0xFFFF850429891720, 0]),
                                       ("20:41:00", "20:52:12", 0x7A, [0x20, 0xFFFFFFFFC000009C, 0xFFFFB98012A44074, 0]),
                                       ("20:55:00", "20:58:15", 0x7A, [0x20, 0xFFFFFFFFC000009C, 0xFFFFB98012A11074, 0])):
        m.start(f"2025-04-10T{start}Z")
        others.quiet_disk(m, at(f"2025-04-10T{start}Z", 60), 7)
        m.log.add(at(f"2025-04-10T{start}Z", 70), "Ntfs", 55, [(None, ""), (None, "C:")], level=2, qualifiers=49156)
        m.crash(f"2025-04-10T{crash}Z", code, params, ["ntfs+0x11c20", "ntoskrnl+0x3f1a0"])
    m.start("2025-04-10T21:01:00Z")
    m.crash("2025-04-10T21:06:10Z", 0x7A, [0x20, 0xFFFFFFFFC000009C, 0xFFFFB98012A11074, 0], ["ntoskrnl+0x51a2e0", "ntfs+0x11c20"])
    return m
