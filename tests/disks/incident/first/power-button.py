# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine was switched off by the button four times (it hung at an update's 'please wait', the user was impatient);
one of them left 0x1C8. A display driver came in the days before, and a monthly update that did succeed."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "no-driver",
    "kinds_ok": ["no-driver", "none"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:ogkmd", r"\Windows\System32\drivers\tcpip.sys", r"\Windows\System32\drivers\frmtp.sys"],
    "certainty": "sure",
    "why": ["41 with PowerButtonTimestamp and LongPowerButtonPressDetected, no bug check but 0x1C8", "each next start was good"],
}


def make():
    m = Machine("FAMILIE", "11-24H2", installed="2024-11-05T09:12:44Z")
    ordinary.usual(m, "2024-11-05T11:00:00Z")
    m.days("2025-10-06", "2025-11-11")
    ordinary.graphics(m, "2025-11-10T15:00:00Z", (32, 0, 101, 6078))
    m.journal_from = at("2025-11-09T00:00:00Z")
    m.start("2025-11-12T07:00:00Z")
    m.update("2025-11-12T08:00:00Z", "KB5068861", drivers=["tcpip", "ntfs", "http"])
    m.stop("2025-11-12T16:00:00Z", "update")
    for start, end in (("16:01:00", "16:20:00"), ("16:21:00", "16:50:00"), ("17:10:00", "18:30:00")):
        m.start(f"2025-11-12T{start}Z")
        m.button(f"2025-11-12T{end}Z")
    m.start("2025-11-12T18:32:00Z")
    m.crash("2025-11-12T19:00:00Z", 0x1C8, [0x1B58, "ntoskrnl+0x20860", 0, 0], ["ntoskrnl+0x20860"], button=at("2025-11-12T18:59:53Z"))
    m.start("2025-11-12T19:02:00Z")
    m.stop("2025-11-12T21:00:00Z")
    return m
