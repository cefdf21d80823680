# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody lost patience with "Working on updates" and held the power button, twice. Windows finished the update after
that and has been started and stopped in order since. The VPN's driver came that day, too."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "no-driver",
    "kinds_ok": ["no-driver", "none"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", "service:cldkmd", r"\Windows\System32\drivers\tcpip.sys"],
    "certainty": "sure",
    "why": ["two 41 with code 0 and a PowerButtonTimestamp, no bug check", "KB5055523 is installed, starts and stops in order since"],
}


def make():
    m = Machine("NB-4471", "11-24H2", installed="2024-12-02T09:00:00Z", bias=-120)
    vendors.office(m, "2024-12-02T11:00:00Z")
    m.days("2025-03-10", "2025-04-09")
    m.journal_from = at("2025-04-09T00:00:00Z")
    m.start("2025-04-10T05:40:00Z")
    vendors.meridian(m, "2025-04-10T07:02:00Z", (4, 10, 7, 61))
    m.button("2025-04-10T15:22:00Z")
    m.start("2025-04-10T15:23:10Z")
    m.button("2025-04-10T15:31:00Z")
    m.start("2025-04-10T15:32:20Z")
    m.update("2025-04-10T15:33:00Z", "KB5055523", drivers=["tcpip", "afd"],
             title="2025-04 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5055523)")
    m.stop("2025-04-10T16:05:00Z", "update")
    m.start("2025-04-10T16:07:00Z")
    m.stop("2025-04-10T16:20:00Z")
    m.days("2025-04-11", "2025-04-12")
    return m
