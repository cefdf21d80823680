# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgraded to 24H2 in the evening. A licence product's driver of 2022, carried over by the upgrade, dies in the new Windows at each
start. To the file system everything is as new as everything else, and a fresh audio driver came after the upgrade."""

from machine import Machine, at
import traces
import vendors

CULPRIT = r"\Windows\System32\drivers\qlsprot.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:qlsprot"],
    "may_be_empty": True,
    "never": ["service:tmbrhda", r"\Windows\System32\drivers\tmbrhda.sys", "service:cldkmd", "service:rwnlan64", "service:cmlsync"],
    "certainty": "likely",
    "why": ["0x7E three times with the instruction in qlsprot.sys, built 2022, before this Windows", "starts have failed since the upgrade",
            "the audio driver came later and is in no stack"],
}


def make():
    m = Machine("CAD-07", "11-24H2", installed="2025-04-08T18:20:00Z", bias=-120)
    vendors.office(m, "2025-04-08T18:24:00Z")
    m.driver("qlsprot", (1, 0, 2, 372), "2025-04-08T18:25:10Z", "Quern Licensing", "Quern SProtect", start=1, inf="qlsprot", says=False,
             device="ROOT\\QLSPROT\\0000", size=0x1C8000, built="2022-03-11T03:00:00Z")
    m.text("/Windows/Panther/setupact.log", "2025-04-08 20:24:55, Info                  MIG    Gather: migrating driver qlsprot.inf\n"
           "2025-04-08 20:31:10, Info                  SP     Upgrade from 10.0.22631 to 10.0.26100: success\n", "2025-04-08T18:31:10Z")
    m.system.set("Setup", "UninstallSourceVersion", "10.0.22631")
    m.put("/Windows.old/Windows/System32/config/SYSTEM", bytes(4096), "2025-04-08T17:00:00Z")
    m.journal_from = at("2025-04-08T18:00:00Z")
    m.start("2025-04-08T18:33:00Z")
    vendors.timbre(m, "2025-04-08T18:36:30Z", (10, 29, 0, 40))
    for crash, start in (("18:39:12", "18:40:30"), ("18:43:01", "18:44:20"), ("18:47:15", None)):
        m.crash(f"2025-04-08T{crash}Z", 0x7E, [0xC0000005, "qlsprot+0x4f1c2", 0xFFFF850429891EE8, 0xFFFF850429891720],
                ["qlsprot+0x4f1c2", "qlsprot+0x50011", "ntoskrnl+0x3f1a0", "ntoskrnl+0x61244"], raw_code=0x1000007E)
        if start:
            m.start(f"2025-04-08T{start}Z")
    traces.srt(m, "2025-04-08T18:55:00Z", None, language="de", attempts=1)
    return m
