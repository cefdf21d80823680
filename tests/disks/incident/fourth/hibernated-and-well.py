# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook whose lid was closed: hibernated, as every evening, with an image in hiberfil.sys. In its page file the head of a dump of two
months ago was never written over, DumpStack.log tells of it, too. Thirty good days since; an audio driver is two days old."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\hiberfil.sys", "registry:hiber", r"\pagefile.sys", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys", "service:ogkmd", "service:fbe1g"],
    "certainty": "likely",
    "why": ["each resume of the last month went well, the newest is of this morning", "the crash of the page file is the one of the minidump, two months and forty starts ago"],
}


def make():
    m = Machine("MOBIL-6", "11-23H2", installed="2023-10-02T08:00:00Z", hiberboot=True)
    ordinary.usual(m, "2023-10-02T10:00:00Z")
    m.days("2025-06-02", "2025-07-07")
    m.start("2025-07-08T06:30:00Z")
    m.crash("2025-07-08T11:12:00Z", 0xD1, [0x20, 2, 0, "fbe1g+0x4410"], ["fbe1g+0x4410", "ndis+0x1f4c2", "ntoskrnl+0x3f1a0"])
    left = m.pagefile
    m.start("2025-07-08T11:14:00Z")
    m.stop("2025-07-08T16:00:00Z")
    m.days("2025-07-09", "2025-08-08")
    m.start("2025-08-11T06:20:00Z")

    def sleeps(when, woken):
        m.log.add(at(when), "Microsoft-Windows-Kernel-Power", 42, [("TargetState", 5), ("EffectiveState", 5), ("Reason", 0), ("Flags", 0),
                                                                ("TransitionsToOn", 1)], task=64)
        if woken:
            m.log.add(at(woken), "Microsoft-Windows-Kernel-Power", 107, [("TargetState", 5), ("EffectiveState", 5), ("WakeFromState", 5),
                                                                        ("ProgrammedWakeTimeAc", 0)], task=102)
            m.log.add(at(woken, 3), "Microsoft-Windows-Power-Troubleshooter", 1, [("WakeSourceType", 1), ("WakeSourceText", "")])
    for i in range(24):
        evening = at("2025-08-11T16:30:00Z", i * 86400)
        sleeps(evening, at(evening, 14 * 3600))
        m.usual(4, at(evening, 15 * 3600), at(evening, 23 * 3600), m.rng)
    m.journal_from = at("2025-09-01T00:00:00Z")
    ordinary.audio(m, "2025-09-02T10:00:00Z", (6, 0, 9720, 1))
    sleeps("2025-09-04T16:31:00Z", None)
    m.noise("/hiberfil.sys", 1 << 20, "2025-09-04T16:31:05Z", head=b"HIBR" + bytes(60), attr=0x26)
    m.pagefile = left
    return m
