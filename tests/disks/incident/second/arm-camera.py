# SPDX-License-Identifier: GPL-3.0-or-later
"""A tablet with an ARM64 processor: the camera's driver (it runs from the driver store) came by Windows Update, and 0x1E
follows at each logon. Among the content files of the security product one is all zeros: it was open when Windows
died."""

import hashlib

from machine import Machine, at
import others

CULPRIT = "\\Windows\\System32\\DriverStore\\FileRepository\\mrdisp8.inf_arm64_%s\\mrdisp8.sys" % hashlib.md5(
    b"mrdisp8(1, 0, 4120, 7)").hexdigest()[:16]
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:mrdisp8"],
    "tolerated": [CULPRIT],
    "never": ["service:ltguard", r"\Windows\System32\drivers\Lantern\sig-02.lsg", "service:LtGuardSvc", "service:psnfs"],
    "certainty": "sure",
    "why": ["0x1E with the address in mrdisp8.sys in three ARM64 dumps", "its package came the evening before", "sig-02 was written after the first crash"],
}


def make():
    m = Machine("SURF-22", "11-24H2", arch="arm64", cpu="Qualcomm", bias=-60, installed="2025-01-10T08:00:00Z")
    others.cloud_files(m, "2025-01-10T10:00:00Z")
    others.endpoint(m, "2025-01-10T11:00:00Z")
    keys = dict(klass="System", inf="mrdisp8", device="ACPI\\MRD0C11\\0", in_store=True, size=0x1B0000, bytes_=20000)
    m.driver("mrdisp8", (1, 0, 3990, 2), "2025-01-10T12:00:00Z", "Meridian Imaging", "Meridian ISP Camera", **keys)
    m.days("2025-05-05", "2025-06-09")
    m.journal_from = at("2025-06-08T00:00:00Z")
    m.start("2025-06-10T06:00:00Z")
    others.by_windows_update(m, "2025-06-10T18:44:00Z", "Meridian Imaging - Camera - 1.0.4120.7")
    m.driver("mrdisp8", (1, 0, 4120, 7), "2025-06-10T18:44:00Z", "Meridian Imaging", "Meridian ISP Camera", **keys)
    m.stop("2025-06-10T19:00:00Z", "update")
    m.start("2025-06-11T06:02:00Z")
    for crash, start in (("06:03:10", "06:04:20"), ("06:05:30", "06:06:44"), ("06:07:50", None)):
        m.crash(f"2025-06-11T{crash}Z", 0x1E, [0xC0000005, "mrdisp8+0x4a1f8", 0, 0x18],
                ["ntoskrnl+0x40f2a8", "mrdisp8+0x4a1f8", "mrdisp8+0x3c120", "ltguard+0x1a208", "fltmgr+0x5c18", "ntoskrnl+0x3f1a0"])
        if start:
            m.start(f"2025-06-11T{start}Z")
        if crash == "06:03:10":
            m.put("/Windows/System32/drivers/Lantern/sig-02.lsg", bytes(6160), "2025-06-11T06:04:40Z")
    return m
