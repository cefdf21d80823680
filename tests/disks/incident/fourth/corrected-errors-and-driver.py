# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation that has told of corrected PCIe errors (WHEA 17) twice a day for a year and worked all the time. A capture card's driver
was updated; since then 0xD1 in it. The errors are the same as ever: they are not why it dies."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\vwcapt.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:vwcapt"],
    "may_be_empty": True,
    "never": ["service:ogkmd", "service:fbe1g", r"\Windows\System32\drivers\fbe1g.sys", "service:orbmon"],
    "certainty": "sure",
    "why": ["0xD1 with the instruction in vwcapt.sys at each crash", "its package came 9 minutes before the first one",
            "WHEA 17 (corrected) came as often in the weeks without a crash"],
}


def make():
    m = Machine("SCHNITT-2", "11-23H2", installed="2024-03-05T09:12:44Z", cpu="AMD")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    capture = dict(company="Viewmark Video", product="Viewmark Capture 4K", klass="MEDIA", inf="vwcapt",
                   device="PCI\\VEN_1CD7&DEV_0010&SUBSYS_00101CD7&REV_00\\4&1A&0&0019", size=0x7A000)
    m.driver("vwcapt", (2, 5, 0, 31), "2024-04-02T09:00:00Z", **capture)
    m.days("2025-08-04", "2025-09-08")

    def corrected(when):
        m.log.add(at(when), "Microsoft-Windows-WHEA-Logger", 17, [
            ("ErrorSource", 4), ("FRUId", "{00000000-0000-0000-0000-000000000000}"), ("FRUText", ""), ("PrimaryBusNumber", 0), ("PrimaryDeviceNumber", 1),
            ("PrimaryFunctionNumber", 1), ("PrimaryDeviceName", "PCI\\VEN_1022&DEV_1453"), ("PortType", 4)], level=3)
    for i in range(36):
        corrected(at("2025-08-04T09:10:00Z", i * 86400))
        corrected(at("2025-08-04T13:45:00Z", i * 86400))
    m.journal_from = at("2025-09-08T00:00:00Z")
    m.start("2025-09-09T06:30:00Z")
    m.driver("vwcapt", (2, 6, 0, 2), "2025-09-09T08:01:10Z", **capture)
    corrected("2025-09-09T08:09:00Z")
    for crash in ("08:10:20", "08:15:02", "08:21:40"):
        m.crash(f"2025-09-09T{crash}Z", 0xD1, [0x28, 2, 0, "vwcapt+0x1c40a"], ["vwcapt+0x1c40a", "vwcapt+0x1d221", "ks+0x4a10", "ntoskrnl+0x3f1a0"])
        m.start(at(f"2025-09-09T{crash}Z", 70))
        corrected(at(f"2025-09-09T{crash}Z", 100))
    m.crash("2025-09-09T08:26:00Z", 0xD1, [0x28, 2, 0, "vwcapt+0x1c40a"], ["vwcapt+0x1c40a", "vwcapt+0x1d221", "ks+0x4a10", "ntoskrnl+0x3f1a0"])
    return m
