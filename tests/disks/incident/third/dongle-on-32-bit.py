# SPDX-License-Identifier: GPL-3.0-or-later
"""A 32-bit machine at a workbench: a licence key's driver was installed by hand (no package), and whenever the program is used
the machine dies in it. A hardware monitor writes its driver anew into Temp at each start: that is its way, and innocent."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\khlkey.sys",
    "acceptable": [r"\Windows\System32\drivers\khlkey.sys", "service:khlkey"],
    "never": [r"\Users\anna\AppData\Local\Temp\tlmon32.sys", "service:tlmon32", r"\Windows\System32\drivers\usbhub3.sys",
              r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64"],
    "certainty": "sure",
    "why": ["three 0xD1 in khlkey.sys", "its service came 13:20 UTC (7045), the first crash followed at 13:52; none before"],
}


def make():
    m = Machine("WERKBANK", "10-22H2", installed="2019-05-06T08:00:00Z", arch="x86", storage="storahci", hiberboot=False)
    vendors.rowan(m, "2019-05-06T10:00:00Z")
    vendors.timbre(m, "2019-05-06T10:10:00Z")
    m.driver("tlmon32", (1, 4, 0, 0), "2024-11-02T09:00:00Z", "Thule Tools", "TLMonitor", package=False,
             folder="/Users/anna/AppData/Local/Temp/", size=0x7000)
    m.days("2025-01-27", "2025-03-02")
    m.journal_from = at("2025-03-01T00:00:00Z")
    m.start("2025-03-03T06:50:00Z")
    m.driver("tlmon32", (1, 4, 0, 0), "2025-03-03T06:51:40Z", "Thule Tools", "TLMonitor", package=False,
             folder="/Users/anna/AppData/Local/Temp/", size=0x7000)
    m.driver("khlkey", (2, 8, 0, 3), "2025-03-03T13:20:11Z", "Keyhole Licensing", "Keyhole USB Key", package=False, size=0x1A000, start=2)
    m.program("/Program Files/Graver CAM/graver.exe", (9, 1, 0, 0), "Graver", "Graver CAM", when="2025-03-03T13:24:00Z", driver=False)
    stack = ["khlkey+0x3c40", "khlkey+0x1e02", "usbhub3+0x4410", "ntoskrnl+0x61244"]
    for crash, start in (("13:52:20", "13:54:00"), ("14:20:31", "14:22:10"), ("14:31:02", "14:32:30")):
        m.crash(f"2025-03-03T{crash}Z", 0xD1, [0x1C, 2, 0, "khlkey+0x3c40"], stack)
        m.start(f"2025-03-03T{start}Z")
    return m
