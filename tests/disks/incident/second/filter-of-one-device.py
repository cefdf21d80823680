# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache product's driver is an upper filter of the one disk (the device's own list below Enum, not its class's);
its new version crashes. With its file away and its name left there, the disk does not start: 0x7B."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\swcache.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["filter:swcache"],
    "may_be_empty": True,
    "tolerated": ["restore:" + CULPRIT],
    "never": [CULPRIT, "service:swcache", "service:disk", "service:psnfs", "service:partmgr"],
    "certainty": "sure",
    "why": ["0x50 with the instruction in swcache.sys, updated twenty minutes before", "it filters the system's disk: its name must go from the list first"],
}


def make():
    m = Machine("SCHNITT-2", bias=-60, installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    keys = dict(start=0, error=1, group="PnP Filter", klass="System", inf="swcache", device="ROOT\\SWCACHE\\0000", size=0x28000)
    m.driver("swcache", (3, 1, 0, 0), "2024-03-06T08:00:00Z", "Swift Storage Labs", "Swift Disk Cache", **keys)
    m.system.set("ControlSet001\\Enum\\SCSI\\Disk&Ven_NVMe&Prod_Samsung_SSD_980\\5&2E4F7F1E&0&000000", "UpperFilters", ["swcache"], at("2024-03-06T08:00:00Z"))
    m.days("2025-02-03", "2025-03-10")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-11T06:30:00Z")
    m.driver("swcache", (3, 2, 0, 5), "2025-03-11T14:40:00Z", "Swift Storage Labs", "Swift Disk Cache", **keys)
    m.stop("2025-03-11T14:58:00Z", "installer")
    for i, t in enumerate(("15:00:10", "15:02:00", "15:04:00")):
        m.start(at(f"2025-03-11T{t}Z", -40))
        m.crash(f"2025-03-11T{t}Z", 0x50, [0xFFFFB98012A44074, 2, "swcache+0x7a11", 2], ["ntoskrnl+0x40f2a9", "swcache+0x7a11", "partmgr+0x3a10", "ntoskrnl+0x3f1a0"])
    return m
