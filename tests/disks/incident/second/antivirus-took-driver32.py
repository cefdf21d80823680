# SPDX-License-Identifier: GPL-3.0-or-later
"""A 32-bit Windows 10 whose antivirus took the driver of an encrypted container (boot start, ErrorControl 3). An old
32-bit dump of that driver lies there from last summer: it is no reason to take it away."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\slvault.sys"
ANSWER = {
    "kind": "file-removed",
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:slvault", "service:ltguard", "filter:slvault", "service:LtGuardSvc"],
    "certainty": "sure",
    "why": ["the service slvault (boot start, ErrorControl 3) has no file", "the guard took it the evening before", "slvault is a filter of volumes"],
}


def make():
    m = Machine("ARCHIV32", "10-22H2", arch="x86", bias=-60, installed="2021-05-03T08:00:00Z", storage="storahci")
    others.sound(m, "2021-05-03T10:00:00Z")
    others.endpoint(m, "2021-05-04T08:00:00Z")
    m.driver("slvault", (3, 0, 8, 1), "2021-06-01T08:00:00Z", "Silverlock Software", "Silverlock Vault", start=0, error=3, group="PnP Filter",
             klass="Volume", inf="slvault", device="ROOT\\SLVAULT\\0000", size=0x2C000)
    m.filter("Volume", "slvault")
    m.start("2024-07-16T06:00:00Z")
    m.crash("2024-07-16T09:30:00Z", 0xD1, [0x10, 2, 1, "slvault+0x51aa"], ["slvault+0x51aa", "volmgr+0x31a0", "ntoskrnl+0x6a111"])
    m.start("2024-07-16T09:32:00Z")
    m.stop("2024-07-16T15:00:00Z")
    m.days("2025-02-03", "2025-03-11")
    m.journal_from = at("2025-03-10T00:00:00Z")
    m.start("2025-03-12T06:10:00Z")
    others.quarantine(m, "/Windows/System32/drivers/slvault.sys", "2025-03-12T13:45:09Z", "0c5512fe", "Ransom.Suspicious.Crypt")
    m.stop("2025-03-12T15:10:00Z")
    m.boot_ok, m.boot_attempts = False, 4
    return m
