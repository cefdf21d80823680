# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook's maker sent a driver for the controller behind which its NVMe disk is (ErrorControl 1, as many have it) by
its updater; 0x133 and 0x7A follow, then 0xD1 in it. Without it Windows finds no disk."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\cvmdahc.sys"
DISK = "PCI\\VEN_8086&DEV_467F&SUBSYS_00000000&REV_00\\3&11583659&0&70"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:cvmdahc", CULPRIT, "service:stornvme", "service:aeolhd", "service:disk"],
    "certainty": "sure",
    "why": ["0xD1 with the instruction in cvmdahc.sys, updated in the night before", "the disk of the system is behind its controller (Enum)"],
}


def make():
    m = Machine("NB-5120", "11-24H2", bias=-60, installed="2024-10-05T09:12:44Z", storage="cvmdahcx")
    others.windows_storage(m, DISK, before="NVMe")
    keys = dict(start=0, error=1, group="SCSI miniport", klass="SCSIAdapter", inf="cvmdahc", device=DISK, size=0x92000)
    m.driver("cvmdahc", (20, 1, 0, 1), "2024-10-05T09:20:00Z", "Corvid Controllers", "Corvid VMD Controller", **keys)
    others.office(m, "2024-10-05T11:00:00Z")
    m.days("2025-03-03", "2025-04-06")
    m.journal_from = at("2025-04-05T00:00:00Z")
    m.start("2025-04-07T06:00:00Z")
    others.sound(m, "2025-04-07T15:01:00Z", (1, 9, 0, 2))
    m.driver("cvmdahc", (20, 3, 1, 6), "2025-04-07T15:20:00Z", "Corvid Controllers", "Corvid VMD Controller", **keys)
    m.stop("2025-04-07T15:40:00Z", "installer")
    m.start("2025-04-08T06:00:00Z")
    for i, (t, code, params) in enumerate((("06:04:10", 0xD1, [0x38, 10, 0, "cvmdahc+0x2c102"]), ("06:09:20", 0x133, [1, 0x1E00, 0xFFFFF80212345678, 0]),
                                           ("06:15:00", 0xD1, [0x38, 10, 0, "cvmdahc+0x2c102"]))):
        m.crash(f"2025-04-08T{t}Z", code, params, ["ntoskrnl+0x40f2a9", "cvmdahc+0x2c102", "storport+0x2a10", "storport+0x1109", "ntoskrnl+0x3f1a0"])
        if i < 2:
            m.start(at(f"2025-04-08T{t}Z", 90))
    return m
