# SPDX-License-Identifier: GPL-3.0-or-later
"""Two minutes after a new pattern of the antivirus the machine stood still, and again after each start, until the button was
held. No dump, no bug check. It looks like the pattern; nothing on the disk proves it."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "no-driver", "bad-file"],
    "culprit": None,
    "culprit_ok": [None, r"\ProgramData\Sable\Antivirus\Defs\vps-25042301.sdf"],
    "acceptable": [r"\ProgramData\Sable\Antivirus\Defs\vps-25042301.sdf"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\sblmon.sys", "service:sblmon", r"\ProgramData\Sable\Antivirus\Defs\vps-25042201.sdf",
              r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync", "service:cldkmd"],
    "certainty": "likely",
    "why": ["four 41 with code 0 and PowerButtonTimestamp: somebody held the button", "vps-25042301.sdf came 2 minutes before the first; no dump, no code"],
}


def make():
    m = Machine("STADTBUS", "10-22H2", installed="2022-04-11T08:00:00Z", bias=-120)
    vendors.office(m, "2022-04-11T10:00:00Z")
    vendors.sable(m, "2022-04-12T09:00:00Z")
    m.days("2025-03-17", "2025-04-22")
    m.journal_from = at("2025-04-21T00:00:00Z")
    vendors.sable_definitions(m, "2025-04-22T07:30:00Z", 25042201)
    m.start("2025-04-23T05:50:00Z")
    vendors.sable_definitions(m, "2025-04-23T07:30:20Z", 25042301)
    for button, start in (("07:41:00", "07:42:10"), ("07:52:00", "07:53:10"), ("08:04:00", "08:05:30")):
        m.button(f"2025-04-23T{button}Z")
        m.start(f"2025-04-23T{start}Z")
    m.button("2025-04-23T08:20:00Z")
    return m
