# SPDX-License-Identifier: GPL-3.0-or-later
"""A processor that fails: 0x124 with WHEA-Logger 18 after each, and two 0x101. A display driver came the evening
before the first one and is on a stack, as it always is."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": ["service:bvkmdag", "service:psnfs", "service:aeolhd"],
    "certainty": "sure",
    "why": ["0x124 four times, and WHEA-Logger 18 tells a machine check", "0x101: a processor did not answer"],
}


def make():
    m = Machine("RENDER-9", "11-24H2", bias=-60, installed="2025-01-15T08:00:00Z")
    others.office(m, "2025-01-15T10:00:00Z")
    m.days("2025-10-01", "2025-11-09")
    m.journal_from = at("2025-11-08T00:00:00Z")
    m.start("2025-11-10T07:00:00Z")
    others.by_windows_update(m, "2025-11-10T16:40:00Z", "Bravura Visual Corp. - Display - 32.0.16.1047")
    others.display(m, "2025-11-10T16:40:00Z", (32, 0, 16, 1047))
    m.stop("2025-11-10T17:30:00Z")
    m.start("2025-11-11T07:02:00Z")
    for when, code, params, stack in (
            ("2025-11-11T09:12:00Z", 0x124, [0, 0xFFFFA98012A44028, 0xBAA00000, 0x30150], ["PSHED+0x1511", "ntoskrnl+0x8a110"]),
            ("2025-11-11T13:40:00Z", 0x101, [0xC, 0, 0xFFFFD18012A44028, 6], ["bvkmdag+0x51d0", "dxgkrnl+0x1f3a", "ntoskrnl+0x8a110"]),
            ("2025-11-12T08:05:00Z", 0x124, [0, 0xFFFFA98012A44028, 0xBAA00000, 0x30150], ["PSHED+0x1511", "ntoskrnl+0x8a110"]),
            ("2025-11-12T10:55:00Z", 0x124, [0, 0xFFFFA98012A44028, 0xBAA00000, 0x30150], ["PSHED+0x1511", "ntoskrnl+0x8a110"])):
        m.crash(when, code, params, stack)
        m.start(at(when, 80))
        if code == 0x124:
            others.whea(m, at(when, 95))
    m.crash("2025-11-12T11:20:00Z", 0x124, [0, 0xFFFFA98012A44028, 0xBAA00000, 0x30150], ["PSHED+0x1511", "ntoskrnl+0x8a110"])
    return m
