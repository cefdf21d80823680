# SPDX-License-Identifier: GPL-3.0-or-later
"""A game's anti-cheat keeps its driver in the Windows folder itself; its new version corrupts lists: 0x139 (a code
that has no address), but it is the first foreign module on every stack. Its crash of last year had another cause
and another driver (sound), which was updated since."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\pxguard7.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:pxguard7", CULPRIT],
    "never": ["service:aeolhd", "service:bvkmdag", "service:psnfs", r"\Windows\System32\drivers\aeolhd.sys"],
    "certainty": "likely",
    "why": ["0x139 has no address, but pxguard7.sys is innermost on all three stacks", "it was replaced by the game's updater half an hour before"],
}


def make():
    m = Machine("NINA-PC", bias=-60, installed="2024-01-10T15:00:00Z")
    others.office(m, "2024-01-10T17:00:00Z")
    m.driver("pxguard7", (7, 0, 41, 2), "2024-02-02T19:00:00Z", "Paragrid Entertainment", "Paragrid Guard", start=2, package=False,
             folder="/Windows/", size=0x120000)
    m.start("2024-11-19T18:00:00Z")
    m.crash("2024-11-19T18:40:00Z", 0x1E, [0xC0000005, "aeolhd+0x3310", 0, 0], ["ntoskrnl+0x40f2a9", "aeolhd+0x3310", "portcls+0x81a0"])
    m.start("2024-11-19T18:42:00Z")
    m.stop("2024-11-19T22:00:00Z")
    others.sound(m, "2024-11-25T18:00:00Z", (1, 6, 9, 11))
    m.days("2025-01-02", "2025-02-13", begin=17, end=22)
    m.journal_from = at("2025-02-10T00:00:00Z")
    m.start("2025-02-14T17:20:00Z")
    m.program("/Program Files (x86)/Paragrid/Skyfall Arena/Skyfall.exe", (1, 88, 0, 0), "Paragrid Entertainment", "Skyfall Arena",
              when="2025-02-14T17:41:00Z")
    m.driver("pxguard7", (7, 2, 0, 9), "2025-02-14T17:43:10Z", "Paragrid Entertainment", "Paragrid Guard", start=2, package=False,
             folder="/Windows/", size=0x128000, built="2025-02-12T08:00:00Z")
    for crash, start in (("18:12:05", "18:13:20"), ("18:15:44", "18:16:51"), ("18:19:08", "18:20:30")):
        m.crash(f"2025-02-14T{crash}Z", 0x139, [3, 0xFFFF850429891EE8, 0xFFFF850429891E40, 0],
                ["ntoskrnl+0x411d69", "ntoskrnl+0x412134", "pxguard7+0x3c1e8", "pxguard7+0x38810", "bvkmdag+0x112c", "ntoskrnl+0x2e1c0"])
        m.start(f"2025-02-14T{start}Z")
    m.crash("2025-02-14T18:22:40Z", 0x139, [3, 0xFFFF850429891EE8, 0xFFFF850429891E40, 0],
            ["ntoskrnl+0x411d69", "pxguard7+0x3c1e8", "pxguard7+0x38810", "ntoskrnl+0x2e1c0"])
    return m
