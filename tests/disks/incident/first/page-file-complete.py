# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with complete dumps: the last one, with runs of physical pages, lies in pagefile.sys, without its end: the power was
taken while it was written, so its list of modules has a gap. A data file of a log agent came seven minutes before; its driver, a year old, dies
reading it."""

from machine import Machine, at
import ordinary

FOLDER = "/ProgramData/Marrowby/Agent/Profiles/"
CULPRIT = FOLDER.replace("/", "\\") + "profile-0118.mpr"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT],
    "tolerated": ["service:mbylog"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\mbylog.sys", CULPRIT.replace("118", "117"), "service:MarrowbyAgent", "service:ogkmd"],
    "certainty": "likely",
    "why": ["the complete dump in pagefile.sys: 0x50 with the instruction in mbylog.sys, which did not change",
            "its product's profile 0118 came seven minutes before the first crash"],
}


def make():
    m = Machine("SRV-LOG2", installed="2024-01-09T09:00:00Z")
    ordinary.usual(m, "2024-01-09T11:00:00Z", with_antivirus=False)
    m.driver("mbylog", (5, 5, 0, 31), "2024-03-01T10:00:00Z", "Marrowby", "Marrowby Agent", start=1, kind=2,
             group="FSFilter Activity Monitor", altitude="385120", inf="mbylog", device="ROOT\\MBYLOG\\0000", size=0x44000,
             texts=[r"\ProgramData\Marrowby\Agent\Profiles"])
    m.user_service("MarrowbyAgent", "/Program Files/Marrowby/Agent/mbyagent.exe", (5, 5, 0, 31), "2024-03-01T10:00:30Z", "Marrowby",
                   "Marrowby Agent Service", texts=[r"C:\ProgramData\Marrowby\Agent\Profiles\profile-%04u.mpr"])
    m.system.set("ControlSet001\\Control\\CrashControl", "CrashDumpEnabled", 1)
    m.days("2025-02-17", "2025-03-24")
    m.journal_from = at("2025-03-22T00:00:00Z")
    for number, when in ((116, "2025-03-10T09:00:00Z"), (117, "2025-03-17T09:00:00Z")):
        m.noise(f"{FOLDER}profile-{number:04}.mpr", 7100 + number, when, head=b"MPR5")
    m.start("2025-03-25T06:00:00Z")
    m.noise(f"{FOLDER}profile-0118.mpr", 7218, "2025-03-25T06:20:40Z", head=b"MPR5")
    stack = ["ntoskrnl+0x41e2a9", "mbylog+0x1f0aa", "mbylog+0x20c11", "fltmgr+0x5c1b", "ntoskrnl+0x3f1a0"]
    m.crash("2025-03-25T06:27:31Z", 0x50, [0xFFFFB98012A44074, 0, "mbylog+0x1f0aa", 2], stack, no_dump=161)
    m.start("2025-03-25T06:30:02Z")
    m.crash("2025-03-25T06:31:15Z", 0x50, [0xFFFFB98012A44074, 0, "mbylog+0x1f0aa", 2], stack, dump="complete", cut=0.95)
    return m
