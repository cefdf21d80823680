# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody cleared the event log between two crashes, hoping that it would help. A network adapter's driver came that noon, from
Windows Update and into the driver store; the journal and setupapi's log still tell it. A VPN is on each stack, and innocent."""

from machine import Machine, at
import others
import vendors

NEW = (22, 190, 0, 4)
DRIVER = vendors.stored("tswlan6e", "tswlan6e", NEW)
ANSWER = {
    "kind": "bad-file",
    "culprit": DRIVER,
    "acceptable": [DRIVER, "service:tswlan6e", "restore:" + DRIVER],
    "never": [r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", r"\Windows\System32\drivers\ndis.sys", "service:NDIS",
              "service:Tcpip", "service:cldkmd"],
    "certainty": "sure",
    "why": ["three 0xD1 with the instruction in tswlan6e.sys", "its package came 11:41 UTC, the crashes began with the restart after it",
            "the log begins again at 12:20, after the second crash"],
}


def make():
    m = Machine("NB-2210", "11-23H2", installed="2024-04-08T08:00:00Z", bias=-120)
    vendors.office(m, "2024-04-08T10:00:00Z")
    others.wireless(m, "2024-04-08T10:30:00Z")
    m.days("2025-05-05", "2025-06-04")
    m.journal_from = at("2025-06-03T00:00:00Z")
    m.start("2025-06-05T05:50:00Z")
    others.by_windows_update(m, "2025-06-05T11:41:00Z", "Tessera Wireless - Net - 22.190.0.4")
    others.wireless(m, "2025-06-05T11:41:00Z", NEW)
    m.stop("2025-06-05T11:52:00Z", "user")
    stack = ["tswlan6e+0x81c20", "tswlan6e+0x80f14", "ndis+0x1f4c2", "mrdvpn64+0x2210", "ndis+0x2a010", "tcpip+0x51e0", "ntoskrnl+0x61244"]
    for start, crash in (("11:53:30", "11:58:10"), ("11:59:40", "12:14:51"), ("12:16:10", "12:31:02")):
        m.start(f"2025-06-05T{start}Z")
        if start == "12:16:10":
            others.clear_log(m, "2025-06-05T12:20:00Z")
        m.crash(f"2025-06-05T{crash}Z", 0xD1, [0x40, 2, 1, "tswlan6e+0x81c20"], stack)
    m.start("2025-06-05T12:32:30Z")
    return m
