# SPDX-License-Identifier: GPL-3.0-or-later
"""A VPN's driver was updated in the night and crashes minutes after the next start. In the same night the
audio driver came in a new version, too (innocent), and Windows.old keeps the dumps of another driver from before
the upgrade."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\plsvpn.sys",
    "acceptable": [r"\Windows\System32\drivers\plsvpn.sys", "service:plsvpn"],
    "never": [r"\Windows\System32\drivers\nlkhda.sys", r"\Windows\System32\drivers\ndis.sys", "service:nlkhda", "service:NDIS",
              "service:Tcpip", r"\Windows\System32\drivers\frmtp.sys", "service:frmtp"],
    "certainty": "sure",
    "why": ["two 0xD1 with the instruction in plsvpn.sys", "its package was imported 02:41 UTC, the day's first start crashed",
            "nlkhda.sys came in that night, too, and is in no stack", "the dumps in Windows.old are of another Windows"],
}


def make():
    old = Machine("LT-0093", "10-22H2", installed="2022-05-10T08:00:00Z", seed="LT-0093-old")
    ordinary.usual(old, "2022-05-10T09:00:00Z")
    old.start("2024-02-20T08:00:00Z")
    old.crash("2024-02-20T09:10:00Z", 0xD1, [0x48, 2, 0, "frmtp+0x4410"], ["frmtp+0x4410", "ntoskrnl+0x3f1a0"])
    old.start("2024-02-20T09:12:00Z")
    old.stop("2024-02-20T17:00:00Z")
    m = Machine("LT-0093", "11-23H2", installed="2024-03-05T09:12:44Z")
    m.other(old, "/Windows.old/Windows")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    vpn = dict(company="Pallas Secure Networks", product="Pallas VPN", klass="Net", inf="plsvpn", group="NDIS", size=0x2E000,
               device="ROOT\\NET\\0000")
    m.driver("plsvpn", (5, 0, 2, 0), "2024-04-11T10:20:00Z", **vpn)
    m.days("2025-01-13", "2025-03-03")
    m.journal_from = at("2025-03-01T00:00:00Z")
    m.start("2025-03-04T02:30:00Z")
    ordinary.definitions(m, "2025-03-04T02:35:00Z", 20250304)
    m.driver("plsvpn", (5, 1, 0, 0), "2025-03-04T02:41:19Z", **vpn)
    ordinary.audio(m, "2025-03-04T02:52:07Z", (6, 0, 9640, 1))
    m.stop("2025-03-04T03:10:00Z", "update")
    stack = ["plsvpn+0x8e34", "plsvpn+0x91c0", "ndis+0x1f4c2", "ndis+0x2a010", "tcpip+0x51e0", "ntoskrnl+0x3f1a0"]
    for start, crash in (("07:41:10", "07:42:13"), ("07:43:30", "07:44:29")):
        m.start(f"2025-03-04T{start}Z")
        m.crash(f"2025-03-04T{crash}Z", 0xD1, [0x28, 2, 0, "plsvpn+0x8e34"], stack)
    m.start("2025-03-04T07:45:40Z")
    m.crash("2025-03-04T07:46:41Z", 0xD1, [0x28, 2, 0, "plsvpn+0x8e34"], stack)
    return m
