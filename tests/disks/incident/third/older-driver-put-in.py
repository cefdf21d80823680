# SPDX-License-Identifier: GPL-3.0-or-later
"""The maker's tool put an OLDER audio driver in place of a newer one (its date is years back, as installers keep it), and the
machine crashes since. Only the package's import, the creation time and the logs say that it is what came last."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\tmbrhda.sys",
    "acceptable": [r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda", r"restore:\Windows\System32\drivers\tmbrhda.sys"],
    "never": [r"\Windows\System32\drivers\portcls.sys", r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", "service:HDAudBus",
              r"\Windows\System32\drivers\ks.sys"],
    "certainty": "sure",
    "why": ["0x1E and 0xD1 with the instruction in tmbrhda.sys", "tmbrhda 6.0 of 2019 was imported 15:31 UTC over 10.29; the next start crashed"],
}


def make():
    m = Machine("KONFERENZ", "11-23H2", installed="2024-05-06T08:00:00Z", bias=-120)
    vendors.office(m, "2024-05-06T10:00:00Z")
    m.days("2025-06-16", "2025-07-15")
    m.journal_from = at("2025-07-14T00:00:00Z")
    vendors.meridian(m, "2025-07-15T12:00:00Z", (4, 10, 8, 2))
    m.start("2025-07-16T06:00:00Z")
    m.driver("tmbrhda", (6, 0, 8710, 1), "2025-07-16T15:31:00Z", "Timbre Semiconductor", "Timbre High Definition Audio", klass="MEDIA", inf="tmbrhda",
             device="HDAUDIO\\FUNC_01&VEN_10EC&DEV_0295&SUBSYS_103C8A4F\\4&2B1C&0&0001", size=0x5A0000, bytes_=30000, built=at("2019-05-14T00:00:00Z"))
    m.stop("2025-07-16T15:36:00Z", "installer")
    fault = "tmbrhda+0x41a08"
    stack = [fault, "tmbrhda+0x40010", "portcls+0x8123", "ks+0x3110", "ntoskrnl+0x61244"]
    for i, (start, crash) in enumerate((("15:37:20", "15:38:01"), ("15:39:30", "15:40:12"), ("15:41:40", "15:42:20"))):
        m.start(f"2025-07-16T{start}Z")
        if i == 1:
            m.crash(f"2025-07-16T{crash}Z", 0xD1, [0x8, 2, 0, fault], stack)
        else:
            m.crash(f"2025-07-16T{crash}Z", 0x1E, [0xFFFFFFFFC0000005, fault, 0, 8], stack)
    m.start("2025-07-16T15:44:00Z")
    return m
