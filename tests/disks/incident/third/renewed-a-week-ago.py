# SPDX-License-Identifier: GPL-3.0-or-later
"""A network driver crashed the machine on three days; the administrator put a newer one in, and for nine days it has been started
and stopped in order. The dumps, and the bad package in the driver store, are still there."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64", r"\Windows\System32\drivers\ndis.sys", "service:NDIS"],
    "certainty": "sure",
    "why": ["last crash 4 March; rwnlan64 10.74 came that day, nine days without a crash", "the dumps' module has another time stamp than the file now"],
}


def make():
    m = Machine("MUSEUM-2", "11-24H2", installed="2024-12-09T08:00:00Z")
    vendors.office(m, "2024-12-09T10:00:00Z")
    m.days("2025-02-03", "2025-02-28")
    m.start("2025-03-02T07:00:00Z")
    vendors.rowan(m, "2025-03-02T07:30:00Z", (10, 72, 524, 2024))
    m.stop("2025-03-02T16:00:00Z")
    for day in (3, 4):
        m.start(f"2025-03-0{day}T07:00:00Z")
        m.crash(f"2025-03-0{day}T09:41:00Z", 0x133, [1, 0x1E00, 0xFFFFF80412345678, 0], ["ntoskrnl+0x4a112", "rwnlan64+0x2c118", "ndis+0x1f4c2"])
        m.start(f"2025-03-0{day}T09:43:00Z")
        m.crash(f"2025-03-0{day}T11:20:00Z", 0xD1, [0x28, 2, 0, "rwnlan64+0x2c118"], ["rwnlan64+0x2c118", "ndis+0x1f4c2"])
        m.start(f"2025-03-0{day}T11:22:00Z")
        if day == 4:
            vendors.rowan(m, "2025-03-04T13:00:00Z", (10, 74, 112, 2025))
        m.stop(f"2025-03-0{day}T16:00:00Z")
    m.days("2025-03-05", "2025-03-13")
    m.journal_from = at("2025-03-11T00:00:00Z")
    vendors.timbre(m, "2025-03-13T17:40:00Z", (10, 31, 0, 9))
    m.days("2025-03-14", "2025-03-14")
    return m
