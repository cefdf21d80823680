# SPDX-License-Identifier: GPL-3.0-or-later
"""A security product took a new content file; its driver, old and unchanged, crashes on it at every start.
An innocent display driver was updated the evening before, and one content file beside is all zeros (an
artefact of the crash: it was written when Windows died)."""

from machine import Machine, at
import ordinary

FOLDER = "/ProgramData/Vantor/Shield/Channels/"
ANSWER = {
    "kind": "bad-file",
    "culprit": r"\ProgramData\Vantor\Shield\Channels\vc-0204-00000071.vch",
    "acceptable": [r"\ProgramData\Vantor\Shield\Channels\vc-0204-00000071.vch"],
    "tolerated": ["service:vshield"],
    "never": [r"\Windows\System32\drivers\vshield.sys", r"\ProgramData\Vantor\Shield\Channels\vc-0204-00000070.vch",
              r"\ProgramData\Vantor\Shield\Channels\vc-0007-00000912.vch", "service:VantorSvc", "service:ogkmd"],
    "certainty": "likely",
    "why": ["three 0x50 in vshield.sys, which did not change for months",
            "its channel file 0204-71 came three minutes before the first crash",
            "0007-912 was written after the first crash and holds zeros: a trace of the crash, not its cause"],
}


def make():
    m = Machine("FIN-0417", installed="2024-03-05T09:12:44Z", bias=-60)
    ordinary.usual(m, "2024-03-05T11:00:00Z", with_antivirus=False)
    m.driver("vshield", (7, 4, 2, 118), "2024-09-12T08:30:00Z", "Vantor Systems", "Vantor Shield", start=1, kind=2,
             group="FSFilter Anti-Virus", altitude="328770", inf="vshield", device="ROOT\\VSHIELD\\0000", size=0x5E000,
             texts=[r"\ProgramData\Vantor\Shield\Channels"])
    m.user_service("VantorSvc", "/Program Files/Vantor/Shield/vshsvc.exe", (7, 4, 2, 118), "2024-09-12T08:30:40Z",
                   "Vantor Systems", "Vantor Shield Service", texts=[r"C:\ProgramData\Vantor\Shield\Channels\vc-%04u-%08u.vch"])
    m.days("2025-01-07", "2025-02-10")
    m.journal_from = at("2025-02-08T00:00:00Z")
    for channel, number, when in ((7, 911, "2025-02-09T10:01:00Z"), (31, 1204, "2025-02-08T12:30:00Z"),
                                  (204, 69, "2025-01-30T09:00:00Z"), (204, 70, "2025-02-06T09:12:00Z")):
        m.noise(f"{FOLDER}vc-{channel:04}-{number:08}.vch", 9000 + number, when, head=b"VCH\2")
    ordinary.graphics(m, "2025-02-10T15:40:00Z", (31, 0, 101, 4502))
    m.start("2025-02-11T06:30:00Z")
    m.noise(FOLDER + "vc-0204-00000071.vch", 9070, "2025-02-11T06:41:08Z", head=b"VCH\2")
    m.text("/ProgramData/Vantor/Shield/update.log", "2025-02-11 07:41:08 channel 0204: 70 -> 71, applied\n",
           "2025-02-11T06:41:08Z")
    stack = ["vshield+0x2f1a3", "vshield+0x311c0", "vshield+0x1d44", "fltmgr+0x5c1b", "fltmgr+0x4e0", "ogkmd+0x1a2b30",
             "ntoskrnl+0x3f1a0", "ntoskrnl+0x61244"]
    for crash, start in (("06:44:15", "06:45:31"), ("06:46:02", "06:47:20"), ("06:47:44", None)):
        m.crash(f"2025-02-11T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "vshield+0x2f1a3", 2], stack)
        if start:
            m.start(f"2025-02-11T{start}Z")
        if crash == "06:44:15":
            m.put(FOLDER + "vc-0007-00000912.vch", bytes(9912), "2025-02-11T06:45:50Z")
    return m
