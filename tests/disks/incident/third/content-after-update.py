# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows was updated and restarted in the night, ran for two hours, then a sensor took a new channel file and the
machine died within a minute, and at every start since. Another channel came an hour before and did no harm."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\Corvane\cvn-0118-0000000391.sys",
    "acceptable": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000391.sys"],
    "tolerated": ["service:cvnsens"],
    "never": [r"\Windows\System32\drivers\cvnsens.sys", r"\Windows\System32\drivers\Corvane\cvn-0044-0000000077.sys",
              r"\Windows\System32\drivers\Corvane\cvn-0118-0000000390.sys", "service:CvnAgent", r"\Windows\System32\drivers\cmlsync.sys",
              "service:cmlsync", "service:Tcpip"],
    "certainty": "likely",
    "why": ["three 0x7E with the instruction in cvnsens.sys, which did not change since January",
            "cvn-0118-...391 came 51 s before the first crash; the start after the update ran for two hours before"],
}


def make():
    m = Machine("HOTEL-RZ-4", "10-22H2", installed="2023-11-07T07:40:12Z", bias=-120)
    vendors.office(m, "2023-11-07T09:00:00Z")
    vendors.corvane(m, "2025-01-20T10:12:00Z")
    m.days("2025-04-07", "2025-05-12")
    m.journal_from = at("2025-05-11T00:00:00Z")
    for number, serial, when in ((1, 3, "2025-01-20T10:14:00Z"), (44, 76, "2025-05-02T08:00:00Z"), (118, 389, "2025-05-09T07:31:00Z"),
                                 (118, 390, "2025-05-12T11:20:40Z"), (203, 12, "2025-03-30T09:44:00Z")):
        vendors.channel(m, number, serial, when)
    m.start("2025-05-13T06:10:00Z")
    m.update("2025-05-14T01:04:00Z", "KB5058379", drivers=["tcpip", "ntfs", "afd"], files=["/Windows/System32/ntoskrnl.exe"],
             title="2025-05 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5058379)")
    m.stop("2025-05-14T01:41:00Z", "update")
    m.start("2025-05-14T01:43:20Z")
    vendors.channel(m, 44, 77, "2025-05-14T03:08:33Z")
    vendors.channel(m, 118, 391, "2025-05-14T04:02:11Z")
    at_fault = "cvnsens+0x1a2f4"
    stack = [at_fault, "cvnsens+0x1b011", "cvnsens+0x3390", "fltmgr+0x5c1b", "fltmgr+0x4e0", "cmlsync+0x7110", "ntoskrnl+0x61244"]
    for crash, start in (("04:03:02", "04:04:10"), ("04:04:58", "04:06:05"), ("04:06:51", None)):
        m.crash(f"2025-05-14T{crash}Z", 0x7E, [0xFFFFFFFFC0000005, at_fault, 0xFFFFF50A11111EE8, 0xFFFFF50A11111720], stack,
                ip=at_fault, raw_code=0x1000007E)
        if start:
            m.start(f"2025-05-14T{start}Z")
    return m
