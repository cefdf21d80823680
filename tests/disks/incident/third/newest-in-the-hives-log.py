# SPDX-License-Identifier: GPL-3.0-or-later
"""The VPN's new package stands only in the SYSTEM hive's log, since Windows died before the hive was written. A monitor installs its
driver anew at each start (7045 a minute before each crash) and lies deep in each stack: innocent, as every day."""

from machine import Machine, at
import vendors

MONITOR = "/Program Files/Thule/TLMonitor/"
ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\mrdvpn64.sys",
    "acceptable": [r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", r"restore:\Windows\System32\drivers\mrdvpn64.sys"],
    "never": [r"\Program Files\Thule\TLMonitor\tlmon64.sys", "service:tlmon64", r"\Windows\System32\drivers\ndis.sys", "service:NDIS",
              r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64"],
    "certainty": "sure",
    "why": ["three 0xD1 with the instruction in mrdvpn64.sys", "its package was imported 09:05 UTC, the first start after that crashed",
            "tlmon64's 7045 comes at every start for a year"],
}


def make():
    m = Machine("ADMIN-PC", "11-24H2", installed="2024-11-18T08:00:00Z")
    vendors.office(m, "2024-11-18T10:00:00Z")
    monitor = lambda when: m.installed_event(when, "TLMonitor", "\\??\\C:" + (MONITOR + "tlmon64.sys").replace("/", "\\"), "kernel mode driver", "demand start")
    m.driver("tlmon64", (2, 0, 0, 4), "2024-12-02T09:00:00Z", "Thule Tools", "TLMonitor", package=False, folder=MONITOR, size=0x8000)
    for day in range(6, 28):
        m.days(f"2025-10-{day:02}", f"2025-10-{day:02}")
        monitor(f"2025-10-{day:02}T08:31:00Z")
    m.journal_from = at("2025-10-26T00:00:00Z")
    m.start("2025-10-28T07:30:00Z")
    monitor("2025-10-28T07:31:00Z")
    m.flush()
    vendors.meridian(m, "2025-10-28T09:05:14Z", (5, 1, 0, 8))
    m.stop("2025-10-28T09:08:00Z", "installer")
    stack = ["mrdvpn64+0x6c10", "mrdvpn64+0x7120", "ndis+0x1f4c2", "ndis+0x2a010", "tcpip+0x51e0", "ntoskrnl+0x61244", "tlmon64+0x1a10", "ntoskrnl+0x3f1a0"]
    for start, crash in (("09:09:30", "09:11:20"), ("09:12:40", "09:14:31"), ("09:15:50", "09:17:42")):
        m.start(f"2025-10-28T{start}Z")
        monitor(at(f"2025-10-28T{start}Z", 62))
        m.crash(f"2025-10-28T{crash}Z", 0xD1, [0x90, 2, 0, "mrdvpn64+0x6c10"], stack)
    m.start("2025-10-28T09:19:00Z")
    monitor("2025-10-28T09:20:02Z")
    m.crash("2025-10-28T09:20:55Z", 0xD1, [0x90, 2, 0, "mrdvpn64+0x6c10"], stack)
    return m
