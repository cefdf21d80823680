# SPDX-License-Identifier: GPL-3.0-or-later
"""A new boot driver crashes before Windows gets far enough to store a dump: nothing in Minidump, and the System log
was deleted with the whole folder by a clean-up tool. The small dump lies in the page file only."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\oslkbd.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:oslkbd"],
    "may_be_empty": True,
    "tolerated": [CULPRIT],
    "never": ["service:bvkmdag", "service:tswlan6e", "service:psnfs", "service:aeolhd"],
    "certainty": "likely",
    "why": ["the dump in pagefile.sys: 0x50 with the instruction in oslkbd.sys", "its package came six minutes before"],
}


def make():
    m = Machine("KIOSK-12", "10-22H2", bias=-540, installed="2023-07-07T01:00:00Z", storage="storahci")
    others.office(m, "2023-07-07T02:00:00Z")
    m.days("2025-05-12", "2025-06-15", begin=0, end=8)
    m.journal_from = at("2025-06-10T00:00:00Z")
    m.start("2025-06-16T00:10:00Z")
    m.driver("oslkbd", (5, 2, 0, 18), "2025-06-16T03:20:00Z", "Osler Kiosk Systems", "Osler Input Lock", start=0, group="Base",
             klass="System", inf="oslkbd", device="ROOT\\OSLKBD\\0000", size=0xE000)
    m.stop("2025-06-16T03:25:00Z", "installer")
    m.system.set("ControlSet001\\Control\\CrashControl", "CrashDumpEnabled", 3)
    for t in ("03:26:20", "03:27:10", "03:28:00"):
        m.crash(f"2025-06-16T{t}Z", 0x50, [0xFFFFB98012A44074, 0, "oslkbd+0x21d4", 2],
                ["ntoskrnl+0x40f2a9", "oslkbd+0x21d4", "oslkbd+0x1180", "ntoskrnl+0x9a1f0"], early=True, started=at(f"2025-06-16T{t}Z", -12))
    m.pagefile = m.ended["bytes"] + bytes(1 << 20)
    m.without += ["/Windows/System32/winevt/Logs/" + n for n in (
        "System.evtx", "Application.evtx", "Setup.evtx", "Microsoft-Windows-Kernel-PnP%4Configuration.evtx")]
    m.without += ["/DumpStack.log", "/DumpStack.log.tmp"]
    return m
