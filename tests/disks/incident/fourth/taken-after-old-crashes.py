# SPDX-License-Identifier: GPL-3.0-or-later
"""Three weeks ago the wireless driver crashed the machine on two days; nobody changed it, it has been quiet since. Yesterday the antivirus took
a backup's boot filter (ErrorControl 3), and no start since went well. The dumps, all of one driver, are history."""

from machine import DRIVERS, Machine, at
import others
import traces
import vendors

GONE = r"\Windows\System32\drivers\bsltrk.sys"
ANSWER = {
    "kind": "file-removed",
    "culprit": GONE,
    "acceptable": ["restore:" + GONE],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Sable\Antivirus\Defs\vps-251105.sdf"],
    "never": ["service:tswlan6e", "service:sblmon", r"\Windows\System32\drivers\sblmon.sys", "service:SableSvc", "service:volsnap", "service:partmgr", "service:bsltrk"],
    "certainty": "sure",
    "why": ["bsltrk: start 0, ErrorControl 3, upper filter of the disks, and no file", "the antivirus' log and the journal: taken at 16:02 UTC; no start since",
            "the dumps are three weeks and fifteen good starts old"],
}


def make():
    m = Machine("NOTAR-5", "11-23H2", installed="2024-03-04T08:00:00Z", bias=-60)
    vendors.office(m, "2024-03-04T10:00:00Z")
    others.wireless(m, "2024-03-04T10:30:00Z")
    vendors.sable(m, "2024-03-05T09:00:00Z")
    vendors.basalt(m, "2024-03-06T09:00:00Z")
    m.system.set(m.key("bsltrk"), "ErrorControl", 3)
    m.days("2025-09-29", "2025-10-12")
    for day, t in (("13", "09:10:00"), ("13", "11:40:00"), ("14", "08:20:00")):
        m.start(at(f"2025-10-{day}T{t}Z", -3000))
        m.crash(f"2025-10-{day}T{t}Z", 0xD1, [0x8, 2, 0, "tswlan6e+0x6a10"], ["tswlan6e+0x6a10", "ndis+0x1f4c2", "ntoskrnl+0x3f1a0"])
        m.start(at(f"2025-10-{day}T{t}Z", 75))
        m.stop(at(f"2025-10-{day}T{t}Z", 3000))
    m.days("2025-10-15", "2025-11-04")
    m.journal_from = at("2025-11-04T00:00:00Z")
    m.start("2025-11-05T07:30:00Z")
    vendors.sable_definitions(m, "2025-11-05T16:00:00Z", 251105)
    vendors.sable_takes(m, DRIVERS + "bsltrk.sys", "2025-11-05T16:02:10Z", "77aa01", "Rootkit.Generic.77")
    m.stop("2025-11-05T17:00:00Z")
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-11-06T07:00:00Z", "Le fichier de d\u00e9marrage critique c:\\windows\\system32\\drivers\\bsltrk.sys est manquant.", language="fr", attempts=2)
    return m
