# SPDX-License-Identifier: GPL-3.0-or-later
"""A tool that "cleans" has taken the event log, setupapi's log, and there is no journal. What is left: three dumps of 0x133 (a
code without an address) with the network's driver on each stack, and the date on which its package was imported."""

from machine import LOGS, Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\rwnlan64.sys",
    "acceptable": [r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64", r"restore:\Windows\System32\drivers\rwnlan64.sys"],
    "never": [r"\Windows\System32\drivers\ndis.sys", "service:NDIS", "service:Tcpip", r"\Windows\System32\drivers\mrdvpn64.sys",
              "service:mrdvpn64", "service:cldkmd"],
    "certainty": "likely",
    "why": ["rwnlan64.sys is the first third party on three stacks of 0x133", "ImportDate of its package: 40 minutes before the first; nothing else came for months"],
}


def make():
    m = Machine("HEIM-PC", "11-23H2", installed="2024-01-08T18:00:00Z", journal=False)
    vendors.office(m, "2024-01-08T19:00:00Z")
    m.days("2025-08-04", "2025-09-05")
    m.start("2025-09-06T08:00:00Z")
    vendors.rowan(m, "2025-09-06T09:01:10Z", (10, 72, 524, 2024))
    m.stop("2025-09-06T09:05:00Z", "installer")
    for start, crash in (("09:06:30", "09:41:12"), ("09:43:00", "10:20:50"), ("10:22:30", "10:31:04")):
        m.start(f"2025-09-06T{start}Z")
        m.crash(f"2025-09-06T{crash}Z", 0x133, [1, 0x1E00, 0xFFFFF80412345678, 0], [
            "ntoskrnl+0x4a112", "ntoskrnl+0x2a0210", "rwnlan64+0x2c118", "rwnlan64+0x2d400", "ndis+0x1f4c2", "ntoskrnl+0x61244"])
    m.start("2025-09-06T10:33:00Z")
    m.without += [LOGS + "System.evtx", LOGS + "Microsoft-Windows-Kernel-PnP%4Configuration.evtx", "/Windows/INF/setupapi.dev.log"]
    return m
