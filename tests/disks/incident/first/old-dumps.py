# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is wrong: the machine starts and stops in order every day. Five dumps from last winter (a driver that was
replaced since), a dump of a program's test, and the usual updates."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\frmtp.sys", "service:frmtp", r"\Windows\System32\drivers\orbmon.sys", "service:orbmon"],
    "certainty": "sure",
    "why": ["last crash in January, the driver was replaced in February, forty starts in order since then"],
}


def make():
    m = Machine("EMPFANG", "11-23H2", installed="2024-03-05T09:12:44Z")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    for day in range(20, 25):
        m.start(f"2025-01-{day}T07:30:00Z")
        m.crash(f"2025-01-{day}T11:0{day - 20}:00Z", 0xD1, [0x48, 2, 1, "frmtp+0x4410"], ["frmtp+0x4410", "ntoskrnl+0x3f1a0"])
    m.start("2025-01-27T07:30:00Z")
    ordinary.touchpad(m, "2025-02-03T10:00:00Z", (19, 5, 40, 2))
    m.stop("2025-02-03T16:00:00Z")
    m.days("2025-02-04", "2025-03-20")
    m.journal_from = at("2025-03-18T00:00:00Z")
    ordinary.definitions(m, "2025-03-20T09:00:00Z", 20250320)
    ordinary.audio(m, "2025-03-19T12:00:00Z", (6, 0, 9640, 1))
    m.start("2025-03-21T07:30:00Z")
    m.update("2025-03-21T09:00:00Z", "KB5053602", drivers=["tcpip", "ntfs"])
    m.stop("2025-03-21T16:00:00Z", "update")
    m.start("2025-03-21T16:02:00Z")
    m.stop("2025-03-21T16:40:00Z")
    return m
