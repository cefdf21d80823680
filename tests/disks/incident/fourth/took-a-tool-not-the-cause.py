# SPDX-License-Identifier: GPL-3.0-or-later
"""In one hour: the antivirus took a gadget's driver (demand start; 7000 at each start since, as rightly as ever) and Windows Update brought a
card reader's driver, in which the machine dies since. The file that is missing is not why."""

from machine import DRIVERS, Machine, at
import others
import vendors

CULPRIT = r"\Windows\System32\drivers\krtcard.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:krtcard"],
    "may_be_empty": True,
    "tolerated": [r"restore:\Windows\System32\drivers\ledglow.sys"],
    "never": [r"\Windows\System32\drivers\sblmon.sys", "service:sblmon", "service:SableSvc", "service:cldkmd", "service:rwnlan64",
              r"\ProgramData\Sable\Antivirus\Defs\vps-251021.sdf"],
    "certainty": "sure",
    "why": ["0xD1 with the instruction in krtcard.sys at each crash, updated 20 minutes before the first", "ledglow.sys is a demand-start driver of a lamp: no start needs it",
            "sblmon.sys is only deep in the stacks"],
}


def make():
    m = Machine("HOMEOFFICE-3", "11-24H2", installed="2024-11-04T08:00:00Z", bias=-60)
    vendors.office(m, "2024-11-04T10:00:00Z")
    vendors.sable(m, "2024-11-05T09:00:00Z")
    m.driver("ledglow", (1, 1, 0, 3), "2024-12-01T17:00:00Z", "Glowworks", "LED Glow", package=False, size=0x9000, loads=False)
    reader = dict(company="Kartell Readers", product="Kartell Card Reader", klass="System", inf="krtcard", device="PCI\\VEN_10EC&DEV_5229&SUBSYS_01\\4&2A&0&00E4", size=0x2D000)
    m.driver("krtcard", (10, 0, 22, 1), "2024-11-04T10:30:00Z", **reader)
    m.days("2025-09-22", "2025-10-20")
    m.journal_from = at("2025-10-20T00:00:00Z")
    m.start("2025-10-21T06:30:00Z")
    vendors.sable_definitions(m, "2025-10-21T09:00:00Z", 251021)
    vendors.sable_takes(m, DRIVERS + "ledglow.sys", "2025-10-21T09:01:10Z", "9a02ee", "PUA.VulnDriver.Glow")
    others.by_windows_update(m, "2025-10-21T09:32:00Z", "Kartell Readers - System - 10.0.26.4")
    m.driver("krtcard", (10, 0, 26, 4), "2025-10-21T09:32:00Z", **reader)
    stack = ["krtcard+0x6a10", "krtcard+0x7001", "storport+0x1a2c", "fltmgr+0x5c1b", "sblmon+0x2200", "ntoskrnl+0x3f1a0"]
    for crash in ("09:52:00", "10:01:30", "10:09:00"):
        m.crash(f"2025-10-21T{crash}Z", 0xD1, [0x8, 2, 0, "krtcard+0x6a10"], stack)
        m.start(at(f"2025-10-21T{crash}Z", 75))
        m.log.add(at(f"2025-10-21T{crash}Z", 99), "Service Control Manager", 7000, [("param1", "LED Glow"), ("param2", "%%2")], level=2, qualifiers=49152)
    m.crash("2025-10-21T10:14:40Z", 0xD1, [0x8, 2, 0, "krtcard+0x6a10"], stack)
    return m
