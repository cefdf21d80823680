# SPDX-License-Identifier: GPL-3.0-or-later
"""No crash at all: reports of things that Windows survived (a display that hung for a moment, a USB controller that was
reset), the newest an hour after a display driver's update. The machine is started and stopped in order."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [vendors.stored("cldisp", "cldkmd", (30, 0, 14026, 6)), "service:cldkmd", r"\Windows\System32\drivers\usbxhci.sys",
              r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda"],
    "certainty": "sure",
    "why": ["no 41, no 1001, no dump but live ones", "twenty starts and stops in order, the last one after the newest report"],
}


def make():
    m = Machine("SCHULUNG-9", "11-23H2", installed="2024-01-22T09:00:00Z")
    vendors.office(m, "2024-01-22T11:00:00Z")
    m.days("2025-09-15", "2025-10-19")
    m.journal_from = at("2025-10-18T00:00:00Z")
    vendors.live_dump(m, "WATCHDOG", 0x141, [0xFFFFAB8011112010, 0xFFFFF80355A31C10, 0, 0x2D14], "2025-08-19T09:10:00Z")
    vendors.live_dump(m, "USBXHCI", 0x144, [0x3003, 0xFFFFF50A11112218, 0x40010001, 0], "2025-09-30T12:41:00Z")
    m.start("2025-10-20T06:30:00Z")
    vendors.calder(m, "2025-10-20T08:14:00Z", (30, 0, 14026, 6))
    vendors.live_dump(m, "WATCHDOG", 0x117, [0xFFFFAB8011992010, 0xFFFFF80377A31C10, 0, 0x11A0], "2025-10-20T09:20:00Z")
    m.stop("2025-10-20T16:00:00Z")
    m.days("2025-10-21", "2025-10-23")
    return m
