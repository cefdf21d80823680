# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup's boot filter was updated, and the restart for it and every start since end in it before Windows writes a dump: what
there is lies in the page file. Its name stands in the class of disks, so that only name and service together may go."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\bsltrk.sys",
    "acceptable": ["filter:bsltrk", "service:bsltrk", r"restore:\Windows\System32\drivers\bsltrk.sys"],
    "may_be_empty": True,
    "tolerated": [r"\Windows\System32\drivers\bsltrk.sys"],
    "never": ["filter:partmgr", "filter:EhStorClass", "service:partmgr", "service:EhStorClass", r"\Windows\System32\drivers\partmgr.sys",
              r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens"],
    "certainty": "likely",
    "why": ["bsltrk: new package 20 minutes before the first start that failed, start 0, filter of DiskDrive", "0x7E in the page file; nothing else changed"],
}


def make():
    m = Machine("SRV-BACKUP", "server-2022", installed="2023-05-15T08:00:00Z", storage="storahci", hiberboot=False, bias=-120)
    vendors.rowan(m, "2023-05-15T10:00:00Z")
    vendors.corvane(m, "2024-06-03T09:00:00Z")
    vendors.basalt(m, "2023-05-16T09:00:00Z")
    for start, stop in (("2025-05-14T02:00:00Z", "2025-06-11T02:30:00Z"), ("2025-06-11T02:33:00Z", "2025-07-09T02:20:00Z")):
        m.start(start)
        m.usual(60, at(start), at(stop), m.rng)
        m.stop(stop, "update")
    m.journal_from = at("2025-07-20T00:00:00Z")
    m.start("2025-07-09T02:24:00Z")
    vendors.channel(m, 118, 477, "2025-07-20T05:20:00Z")
    vendors.basalt(m, "2025-07-22T20:02:00Z", (7, 0, 0, 1))
    m.program("/Program Files/Basalt/Image Backup/bsltui.exe", (7, 0, 0, 1), "Basalt Software", "Basalt Image Backup", when="2025-07-22T20:03:30Z", driver=False)
    m.stop("2025-07-22T20:20:00Z", "installer")
    for start, crash in (("20:22:10", "20:22:31"), ("20:24:00", "20:24:20"), ("20:26:00", "20:26:19")):
        m.crash(f"2025-07-22T{crash}Z", 0x7E, [0xFFFFFFFFC0000005, "bsltrk+0x9a14", 0xFFFFF50A11111EE8, 0xFFFFF50A11111720],
                ["bsltrk+0x9a14", "partmgr+0x2110", "ntoskrnl+0x61244"], ip="bsltrk+0x9a14", started=f"2025-07-22T{start}Z", early=True)
    m.boot_attempts = 4
    return m
