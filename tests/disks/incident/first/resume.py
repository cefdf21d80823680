# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine died once as it resumed (0xA0, 41 with SleepInProgress), was hibernated again, and now dies at every resume:
the image is still there (its resume began and never ended), and a cold start was never tried. A driver was updated before the first hibernation."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "resume-loop",
    "culprit": None,
    "culprit_ok": [None, r"\hiberfil.sys"],
    "acceptable": [r"\hiberfil.sys", "registry:hiber"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda", "service:ogkmd"],
    "certainty": "likely",
    "why": ["hiberfil.sys holds an image; the last session went to sleep and no start since was a cold one",
            "41 with SleepInProgress and 0xA0 of the day before; since then three starts that did not succeed, and no event"],
}


def make():
    m = Machine("ULTRABOOK", "11-23H2", installed="2024-03-05T09:12:44Z")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    m.days("2025-09-08", "2025-10-12")
    m.start("2025-10-13T06:40:00Z")
    ordinary.audio(m, "2025-10-13T09:00:00Z", (6, 0, 9640, 1))
    sleep = lambda when: m.log.add(at(when), "Microsoft-Windows-Kernel-Power", 42, [
        ("TargetState", 5), ("EffectiveState", 5), ("Reason", 0), ("Flags", 0), ("TransitionsToOn", 1)])
    failed = [0x10E, 0xA, 0xFFFFAB8012345010, 0xFFFFFFFFC0000001]
    sleep("2025-10-13T16:30:00Z")
    m.crash("2025-10-14T06:40:20Z", 0xA0, failed, ["ntoskrnl+0x91230"], early=True, started="2025-10-14T06:40:00Z", asleep=True)
    m.start("2025-10-14T06:44:00Z")  # that image was thrown away
    sleep("2025-10-14T16:30:00Z")
    m.noise("/hiberfil.sys", 1 << 20, "2025-10-14T16:30:10Z", head=b"RSTR" + bytes(60), attr=0x26)
    for i in range(3):
        resumed = at("2025-10-15T06:40:00Z") + i * 12 * 10**8
        m.crash(resumed + 20 * 10**7, 0xA0, failed, ["ntoskrnl+0x91230"], dump=None, started=resumed, early=True, asleep=True)
    m.boot_attempts = 3
    return m
