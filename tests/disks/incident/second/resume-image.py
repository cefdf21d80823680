# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop that was put to sleep with the lid: its hibernation image cannot be resumed (the dock was taken away), it
resets while it resumes, again and again. No driver changed for two months. A dump of last autumn tempts."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "resume-loop",
    "culprit": None,
    "culprit_ok": [None, r"\hiberfil.sys"],
    "acceptable": [],
    "may_be_empty": True,
    "tolerated": [r"\hiberfil.sys", "registry:HiberbootEnabled"],
    "never": ["service:bvkmdag", "service:tswlan6e", r"\Windows\System32\drivers\psnfs.sys"],
    "certainty": "likely",
    "why": ["hiberfil.sys holds an image that is to be resumed", "each unclean end was in sleep", "nothing changed"],
}


def make():
    m = Machine("LT-3310", bias=-60, installed="2024-03-01T08:00:00Z")
    others.office(m, "2024-03-01T10:00:00Z")
    m.start("2024-10-02T06:00:00Z")
    m.crash("2024-10-02T09:00:00Z", 0x9F, [3, 0xFFFFA98012A44028, 0xFFFFF80212345678, 0xFFFFA98012A44408], ["ntoskrnl+0x9a11", "tswlan6e+0x1a21"])
    m.start("2024-10-02T09:02:00Z")
    m.stop("2024-10-02T16:00:00Z")
    others.wireless(m, "2024-12-01T10:00:00Z", (22, 230, 0, 8))
    m.days("2025-01-07", "2025-02-12")
    m.journal_from = at("2025-02-10T00:00:00Z")
    m.start("2025-02-13T06:30:00Z")
    m.log.add(at("2025-02-13T16:10:00Z"), "Microsoft-Windows-Kernel-Power", 42, [
        ("TargetState", 5), ("EffectiveState", 5), ("Reason", 0), ("Flags", 4), ("TransitionsToOn", 3)], task=64)
    m.put("/hiberfil.sys", b"HIBR" + bytes(range(256)) * 4096, "2025-02-13T16:10:05Z", created=m.installed, attr=0x26, journal=False)
    m.crash("2025-02-13T16:10:20Z", 0xA0, [0x10E, 10, 0xFFFFA98012A44028, 0], ["ntoskrnl+0x9a11", "ntoskrnl+0x1a99"], dump=None, asleep=True,
            no_dump=161)
    m.boot_ok, m.boot_attempts = False, 4
    return m
