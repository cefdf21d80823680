# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop whose owner holds the power button when the screen stays black at the dock: three times in two weeks, no
bug check. The log was cleared a month ago, and a live dump (0x141) of the display driver lies there: it recovered."""

from machine import Machine, at
import kdump
import others

ANSWER = {
    "kind": "no-driver",
    "kinds_ok": ["no-driver", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:bvkmdag", "service:ltguard"],
    "certainty": "sure",
    "why": ["each unclean end has the time at which the button was held", "no bug check, no dump; the machine starts each time"],
}


def make():
    m = Machine("LT-0815", "11-24H2", bias=-60, installed="2024-10-15T08:00:00Z")
    others.office(m, "2024-10-15T10:00:00Z")
    others.endpoint(m, "2024-10-16T10:00:00Z")
    m.days("2025-01-07", "2025-02-10")
    others.clear_log(m, "2025-02-10T18:30:00Z")
    m.days("2025-02-11", "2025-02-24")
    m.journal_from = at("2025-02-20T00:00:00Z")
    others.display(m, "2025-02-24T18:00:00Z", (32, 0, 15, 6603))
    m.put("/Windows/LiveKernelReports/WATCHDOG/WATCHDOG-20250225-0910.dmp",
          kdump.head(0x141, [0xFFFFA98012A44028, 0xFFFFF80212345678, 0, 0x1A2C], at("2025-02-25T08:10:00Z"), 10**11, kind=6), "2025-02-25T08:10:09Z")
    for day, t in (("2025-02-25", "15:20:00"), ("2025-02-28", "07:41:00"), ("2025-03-06", "11:02:00")):
        m.start(f"{day}T07:01:00Z")
        m.button(f"{day}T{t}Z")
        m.start(at(f"{day}T{t}Z", 55))
        m.stop(f"{day}T17:00:00Z")
    m.start("2025-03-10T07:00:00Z")
    m.button("2025-03-10T07:21:00Z")
    return m
