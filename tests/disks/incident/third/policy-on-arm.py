# SPDX-License-Identifier: GPL-3.0-or-later
"""ARM64, no change journal, and a chunk of the event log is damaged. The driver of a data loss prevention crashes at every
start on the policy that it took that morning; an audio driver came the evening before."""

from machine import Machine, at
import vendors

FOLDER = "/ProgramData/Heron/DLP/Policy/"
ANSWER = {
    "kind": "bad-file",
    "culprit": r"\ProgramData\Heron\DLP\Policy\pol-00231-7.hpb",
    "acceptable": [r"\ProgramData\Heron\DLP\Policy\pol-00231-7.hpb"],
    "tolerated": ["service:hrndlp"],
    "never": [r"\Windows\System32\drivers\hrndlp.sys", r"\ProgramData\Heron\DLP\Policy\pol-00231-6.hpb",
              r"\ProgramData\Heron\DLP\Policy\pol-00017-3.hpb", "service:HeronSvc", r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda"],
    "certainty": "likely",
    "why": ["three 0x50 with the instruction in hrndlp.sys, half a year old", "pol-00231-7 came 100 s before the first of them"],
}


def make():
    m = Machine("SURF-118", "11-24H2", installed="2024-09-02T08:00:00Z", arch="arm64", journal=False, bias=-60)
    vendors.timbre(m, "2024-09-02T10:00:00Z")
    vendors.cumulus(m, "2024-09-02T10:05:00Z")
    vendors.meridian(m, "2024-09-02T10:10:00Z")
    m.driver("hrndlp", (3, 12, 0, 905), "2025-04-22T09:00:00Z", "Heron Data", "Heron DLP", start=1, kind=2, group="FSFilter Content Screener",
             altitude="268180", inf="hrndlp", device="ROOT\\HRNDLP\\0000", size=0x51000, texts=[r"\??\C:\ProgramData\Heron\DLP\Policy"])
    m.user_service("HeronSvc", "/Program Files/Heron/DLP/hrnsvc.exe", (3, 12, 0, 905), "2025-04-22T09:01:00Z", "Heron Data",
                   "Heron DLP Service", texts=[r"C:\ProgramData\Heron\DLP\Policy"])
    m.days("2025-10-06", "2025-11-04")
    for name, when in (("pol-00017-3", "2025-06-02T08:00:00Z"), ("pol-00140-1", "2025-08-11T08:00:00Z"), ("pol-00231-6", "2025-10-28T08:31:00Z")):
        m.noise(FOLDER + name + ".hpb", 5200, when, head=b"HPB2\x01\0")
    m.start("2025-11-05T06:30:00Z")
    vendors.timbre(m, "2025-11-05T15:12:00Z", (10, 31, 0, 4))
    m.stop("2025-11-05T16:10:00Z")
    m.start("2025-11-06T06:41:00Z")
    m.noise(FOLDER + "pol-00231-7.hpb", 5310, "2025-11-06T06:44:20Z", head=b"HPB2\x01\0")
    m.text("/ProgramData/Heron/DLP/Log/agent.log", "2025-11-06T07:44:18 sync: 1 changed\n2025-11-06T07:44:20 pol-00231 rev 7 stored\n"
           "2025-11-06T07:44:21 notify driver\n", "2025-11-06T06:44:21Z")
    stack = ["hrndlp+0x18a40", "hrndlp+0x1a010", "fltmgr+0x5c1b", "fltmgr+0x4e0", "ntoskrnl+0x61244"]
    for crash, start in (("06:46:00", "06:47:30"), ("06:48:21", "06:49:40"), ("06:50:28", "06:52:00")):
        m.crash(f"2025-11-06T{crash}Z", 0x50, [0xFFFF910211112074, 0, "hrndlp+0x18a40", 2], stack)
        m.start(f"2025-11-06T{start}Z")
    m.crash("2025-11-06T06:52:50Z", 0x50, [0xFFFF910211112074, 0, "hrndlp+0x18a40", 2], stack)
    m.log.damage_chunk = 1
    return m
