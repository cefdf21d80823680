# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock ran two days ahead until the time service set it back; a policy had come two minutes before that. By the times of the
files it came after all the crashes that it caused; the event of the clock tells the order."""

from machine import Machine, at
import others
import vendors

FOLDER = "/ProgramData/Heron/DLP/Policy/"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": r"\ProgramData\Heron\DLP\Policy\pol-00318-2.hpb",
    "culprit_ok": [r"\ProgramData\Heron\DLP\Policy\pol-00318-2.hpb", None],
    "acceptable": [r"\ProgramData\Heron\DLP\Policy\pol-00318-2.hpb"],
    "may_be_empty": True,
    "tolerated": ["service:hrndlp"],
    "never": [r"\Windows\System32\drivers\hrndlp.sys", r"\ProgramData\Heron\DLP\Policy\pol-00318-1.hpb", "service:HeronSvc",
              r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda"],
    "certainty": "likely",
    "why": ["0x50 in hrndlp.sys, unchanged for months", "Kernel-General 1: the clock went from 20 September 07:33 back to 18 September 07:33",
            "pol-00318-2 came at 07:31 of the clock that was ahead: two minutes before"],
}


def make():
    m = Machine("KASSE-4", "10-22H2", installed="2022-11-14T08:00:00Z", journal=False, bias=-120)
    vendors.office(m, "2022-11-14T10:00:00Z")
    m.driver("hrndlp", (3, 12, 0, 905), "2025-04-22T09:00:00Z", "Heron Data", "Heron DLP", start=1, kind=2, group="FSFilter Content Screener",
             altitude="268180", inf="hrndlp", device="ROOT\\HRNDLP\\0000", size=0x51000, texts=[r"\??\C:\ProgramData\Heron\DLP\Policy"])
    m.user_service("HeronSvc", "/Program Files/Heron/DLP/hrnsvc.exe", (3, 12, 0, 905), "2025-04-22T09:01:00Z", "Heron Data",
                   "Heron DLP Service", texts=[r"C:\ProgramData\Heron\DLP\Policy"])
    m.noise(FOLDER + "pol-00017-3.hpb", 5200, "2025-06-02T08:00:00Z", head=b"HPB2\x01\0")
    m.noise(FOLDER + "pol-00318-1.hpb", 5200, "2025-09-01T08:00:00Z", head=b"HPB2\x01\0")
    m.days("2025-08-18", "2025-09-17")
    m.start("2025-09-20T07:02:00Z")  # the clock: it is the 18th
    m.noise(FOLDER + "pol-00318-2.hpb", 5290, "2025-09-20T07:31:12Z", head=b"HPB2\x01\0")
    others.set_clock(m, "2025-09-20T07:33:10Z", "2025-09-18T07:33:10Z")
    m.session = None
    stack = ["hrndlp+0x18a40", "hrndlp+0x1a010", "fltmgr+0x5c1b", "cmlsync+0x7110", "ntoskrnl+0x61244"]
    started = "2025-09-18T07:02:00Z"
    for crash, start in (("07:33:40", "07:35:00"), ("07:35:51", "07:37:10"), ("07:38:00", "07:39:20")):
        m.crash(f"2025-09-18T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "hrndlp+0x18a40", 2], stack, started=started)
        started = f"2025-09-18T{start}Z"
        m.start(started)
    m.crash("2025-09-18T07:40:11Z", 0x50, [0xFFFFB98012A44074, 0, "hrndlp+0x18a40", 2], stack, started=started)
    return m
