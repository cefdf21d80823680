# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of the controller that this machine's disk hangs on was updated, and crashes (0xD1) at each start. It is at
fault, and yet it may neither go nor be disabled: without it there is no disk (0x7B). The older package is in the store."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\sgraid8.sys"
DISK = "PCI\\VEN_1000&DEV_10E2&SUBSYS_40001000&REV_00\\4&1F2E3D4C&0&0010"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:sgraid8", CULPRIT, "service:disk", "service:bvkmdag", "service:storport"],
    "certainty": "sure",
    "why": ["0xD1 with the instruction in sgraid8.sys", "its package came an hour before", "it is the driver of the controller of the system's disk"],
}


def make():
    m = Machine("FILESRV", "server-2022", bias=-60, installed="2023-05-05T08:00:00Z", storage="sgraid8x")
    others.windows_storage(m, DISK)
    keys = dict(start=0, error=3, group="SCSI miniport", klass="SCSIAdapter", inf="sgraid8", device=DISK, size=0x51000)
    m.driver("sgraid8", (7, 21, 2, 0), "2023-05-05T08:10:00Z", "Sagitta Storage", "Sagitta RAID 8", **keys)
    others.display(m, "2023-05-05T10:00:00Z")
    m.days("2025-03-03", "2025-04-06")
    m.journal_from = at("2025-04-05T00:00:00Z")
    m.start("2025-04-07T05:00:00Z")
    m.driver("sgraid8", (7, 24, 0, 1), "2025-04-07T19:02:00Z", "Sagitta Storage", "Sagitta RAID 8", **keys)
    m.stop("2025-04-07T19:10:00Z", "installer")
    m.start("2025-04-07T19:13:00Z")
    for t in ("19:15:10", "19:18:20", "19:22:00"):
        m.crash(f"2025-04-07T{t}Z", 0xD1, [0x38, 10, 0, "sgraid8+0x19a02"], ["sgraid8+0x19a02", "storport+0x2a10", "storport+0x1109", "ntoskrnl+0x3f1a0"])
        if t != "19:22:00":
            m.start(at(f"2025-04-07T{t}Z", 90))
    return m
