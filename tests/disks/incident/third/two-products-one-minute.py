# SPDX-License-Identifier: GPL-3.0-or-later
"""Two products took content within ninety seconds, and the machine died ten seconds after the second. The dumps are in the first
one's driver: what came nearer in time is innocent."""

from machine import Machine, at
import vendors

FOLDER = "/ProgramData/Heron/DLP/Policy/"
ANSWER = {
    "kind": "bad-file",
    "culprit": r"\ProgramData\Heron\DLP\Policy\pol-00412-9.hpb",
    "acceptable": [r"\ProgramData\Heron\DLP\Policy\pol-00412-9.hpb"],
    "tolerated": ["service:hrndlp"],
    "never": [r"\Windows\System32\drivers\hrndlp.sys", r"\ProgramData\Heron\DLP\Policy\pol-00412-8.hpb", "service:HeronSvc",
              r"\Windows\System32\drivers\Corvane\cvn-0118-0000000640.sys", r"\Windows\System32\drivers\Corvane\cvn-0118-0000000639.sys",
              r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens", "service:CvnAgent"],
    "certainty": "likely",
    "why": ["0x50 with the instruction in hrndlp.sys each time; cvnsens.sys only deeper in the stack", "pol-00412-9 came 92 s before the first crash"],
}


def make():
    m = Machine("BANK-T14", "10-22H2", installed="2022-01-10T08:00:00Z", bias=-60)
    vendors.office(m, "2022-01-10T10:00:00Z")
    vendors.corvane(m, "2025-01-13T09:00:00Z")
    m.driver("hrndlp", (3, 12, 0, 905), "2025-04-22T09:00:00Z", "Heron Data", "Heron DLP", start=1, kind=2, group="FSFilter Content Screener",
             altitude="268180", inf="hrndlp", device="ROOT\\HRNDLP\\0000", size=0x51000, texts=[r"\??\C:\ProgramData\Heron\DLP\Policy"])
    m.user_service("HeronSvc", "/Program Files/Heron/DLP/hrnsvc.exe", (3, 12, 0, 905), "2025-04-22T09:01:00Z", "Heron Data",
                   "Heron DLP Service", texts=[r"C:\ProgramData\Heron\DLP\Policy"])
    m.days("2025-10-13", "2025-11-11")
    m.journal_from = at("2025-11-10T00:00:00Z")
    m.noise(FOLDER + "pol-00017-3.hpb", 5200, "2025-06-02T08:00:00Z", head=b"HPB2\x01\0")
    m.noise(FOLDER + "pol-00412-8.hpb", 5200, "2025-11-03T08:00:00Z", head=b"HPB2\x01\0")
    vendors.channel(m, 118, 639, "2025-11-11T09:00:00Z")
    m.start("2025-11-12T06:30:00Z")
    m.noise(FOLDER + "pol-00412-9.hpb", 5233, "2025-11-12T09:58:00Z", head=b"HPB2\x01\0")
    vendors.channel(m, 118, 640, "2025-11-12T09:59:22Z")
    stack = ["hrndlp+0x18a40", "hrndlp+0x1a010", "fltmgr+0x5c1b", "cvnsens+0x2010", "fltmgr+0x4e0", "ntoskrnl+0x61244"]
    for crash, start in (("09:59:32", "10:01:00"), ("10:01:40", "10:03:00"), ("10:03:41", "10:05:00")):
        m.crash(f"2025-11-12T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "hrndlp+0x18a40", 2], stack)
        m.start(f"2025-11-12T{start}Z")
    m.crash("2025-11-12T10:05:42Z", 0x50, [0xFFFFB98012A44074, 0, "hrndlp+0x18a40", 2], stack)
    return m
