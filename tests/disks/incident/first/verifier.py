# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody turned Driver Verifier on for two innocent drivers after reading a forum; since then 0xC4 at every start. The
driver that it catches ran for a year. The one crash before it (the reason for all this) was another one."""

from machine import CS, Machine, at
import ordinary

KEY = CS + "\\Control\\Session Manager\\Memory Management"
ANSWER = {
    "kind": "verifier",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\drivers\fbe1g.sys"],
    "acceptable": ["registry:VerifyDrivers", "registry:VerifyDriverLevel", "registry:verif"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g", r"\Windows\System32\drivers\frmtp.sys", "service:frmtp"],
    "certainty": "sure",
    "why": ["VerifyDrivers names fbe1g.sys and frmtp.sys; all crashes since are 0xC4", "turn it off first, then judge"],
}


def make():
    m = Machine("FORUM", "11-23H2", installed="2024-03-05T09:12:44Z")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    m.days("2025-06-02", "2025-07-06")
    m.journal_from = at("2025-07-05T00:00:00Z")
    m.start("2025-07-07T07:00:00Z")
    m.crash("2025-07-07T08:10:00Z", 0xD1, [0x10, 2, 0, "ndis+0x1f4c2"], ["ndis+0x1f4c2", "tcpip+0x51e0"])
    m.start("2025-07-07T08:12:00Z")
    m.system.set(KEY, "VerifyDrivers", "fbe1g.sys frmtp.sys", at("2025-07-07T18:00:00Z"))
    m.system.set(KEY, "VerifyDriverLevel", 0x209BB)
    m.stop("2025-07-07T18:01:00Z", "installer")
    for i in range(3):
        m.crash(at("2025-07-07T18:02:00Z") + i * 6 * 10**8, 0xC4, [0x62, 0xFFFFAB8012345010, 0xFFFFAB8012345E10, 0x21],
                ["fbe1g+0x4410", "ntoskrnl+0x5a1200", "ndis+0x1f4c2"], early=True, started=at("2025-07-07T18:01:40Z") + i * 6 * 10**8)
    return m
