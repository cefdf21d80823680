# SPDX-License-Identifier: GPL-3.0-or-later
"""A fan utility's installer put a driver of its own below Program Files (no package, 7045) and starts it with
Windows: it writes where nothing is. The security product and a sync filter are on every stack and innocent."""

from machine import Machine, at
import others

CULPRIT = r"\Program Files\Coldwater Labs\FanDeck\x64\cwring0.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:cwring0", CULPRIT],
    "never": ["service:ltguard", "service:LtGuardSvc", "service:psnfs", r"\Windows\System32\drivers\psnfs.sys", "service:bvkmdag"],
    "certainty": "sure",
    "why": ["0x7E, 0x3B and 0x7E again with the address in cwring0.sys", "installed (7045) twenty minutes before the first"],
}


def make():
    m = Machine("GAMEBOX", bias=300, installed="2024-06-20T18:12:00Z", storage="stornvme")
    others.office(m, "2024-06-20T19:30:00Z")
    others.endpoint(m, "2024-06-21T19:00:00Z")
    m.days("2025-02-20", "2025-03-27", begin=21, end=26)
    m.journal_from = at("2025-03-20T00:00:00Z")
    m.start("2025-03-29T00:10:00Z")
    m.program("/Program Files/Coldwater Labs/FanDeck/FanDeck.exe", (2, 9, 0, 0), "Coldwater Labs", "FanDeck", when="2025-03-29T00:41:11Z")
    m.driver("cwring0", (2, 9, 0, 0), "2025-03-29T00:41:15Z", "Coldwater Labs", "FanDeck ring 0 access", start=2, package=False,
             folder="/Program Files/Coldwater Labs/FanDeck/x64/", size=0x9000, built="2024-12-02T10:00:00Z")
    m.noise("/ProgramData/Coldwater Labs/FanDeck/curves.db", 4000, "2025-03-29T00:44:00Z", head=b"SQLite format 3\0")
    around = ["ltguard+0x1a20f", "fltmgr+0x5c1b", "psnfs+0x8812", "fltmgr+0x4e0", "ntoskrnl+0x3f1a0"]
    m.crash("2025-03-29T01:01:44Z", 0x7E, [0xC0000005, "cwring0+0x14f7", 0xFFFF850429891EE8, 0xFFFF850429891720],
            ["cwring0+0x14f7", "cwring0+0x1a03", *around], ip="cwring0+0x14f7", raw_code=0x1000007E)
    m.start("2025-03-29T01:02:50Z")
    m.crash("2025-03-29T01:03:31Z", 0x3B, [0xC0000005, "cwring0+0x14f7", 0xFFFF850429891EE8, 0],
            ["ntoskrnl+0x40f2a9", "cwring0+0x14f7", *around])
    m.start("2025-03-29T01:04:40Z")
    m.crash("2025-03-29T01:05:19Z", 0x7E, [0xC0000005, "cwring0+0x14f7", 0xFFFF850429891EE8, 0xFFFF850429891720],
            ["cwring0+0x14f7", "cwring0+0x1a03", *around], raw_code=0x1000007E)
    m.start("2025-03-29T01:06:22Z")
    m.crash("2025-03-29T01:07:10Z", 0x7E, [0xC0000005, "cwring0+0x14f7", 0xFFFF850429891EE8, 0xFFFF850429891720],
            ["cwring0+0x14f7", "cwring0+0x1a03", *around], raw_code=0x1000007E)
    return m
