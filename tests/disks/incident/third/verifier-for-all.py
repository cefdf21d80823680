# SPDX-License-Identifier: GPL-3.0-or-later
"""A technician told Driver Verifier to watch everything ("*") to find a noise in the audio, and the machine does not come up
since: 0xC9 and 0xC4, each time at another driver. Audio's update of that noon is what he was called for, and innocent."""

from machine import CS, Machine, at
import vendors

KEY = CS + "\\Control\\Session Manager\\Memory Management"
ANSWER = {
    "kind": "verifier",
    "culprit": None,
    "acceptable": ["registry:VerifyDrivers", "registry:VerifyDriverLevel", "registry:verif"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda", r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64",
              r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "sure",
    "why": ["VerifyDrivers is *, VerifyDriverLevel 0x9BB, set at 15:20 UTC", "all stops since then are 0xC9 and 0xC4, none was before"],
}


def make():
    m = Machine("TONSTUDIO", "11-23H2", installed="2024-02-12T09:00:00Z")
    vendors.office(m, "2024-02-12T11:00:00Z")
    m.days("2025-01-06", "2025-02-09")
    m.journal_from = at("2025-02-09T00:00:00Z")
    m.start("2025-02-10T07:10:00Z")
    vendors.timbre(m, "2025-02-10T11:02:00Z", (10, 31, 0, 1))
    m.stop("2025-02-10T11:06:00Z", "installer")
    m.start("2025-02-10T11:08:00Z")
    m.system.set(KEY, "VerifyDrivers", "*", at("2025-02-10T15:20:00Z"))
    m.system.set(KEY, "VerifyDriverLevel", 0x9BB, at("2025-02-10T15:20:00Z"))
    m.stop("2025-02-10T15:22:00Z", "installer")
    for start, crash, code, params, stack in (
            ("15:23:05", "15:23:51", 0xC9, [0x224, "cmlsync+0x3010", 0xFFFFAB8011112010, 0], ["cmlsync+0x3010", "fltmgr+0x5c1b"]),
            ("15:25:00", "15:25:44", 0xC4, [0x91, 0, 0xFFFFAB8011113080, 0], ["mrdvpn64+0x2210", "ndis+0x1f4c2"]),
            ("15:27:10", "15:27:58", 0xC4, [0x2000, "tmbrhda+0x91204", 0, 0x44414D54], ["tmbrhda+0x91204", "portcls+0x8123"])):
        m.start(f"2025-02-10T{start}Z")
        m.crash(f"2025-02-10T{crash}Z", code, params, [*stack, "ntoskrnl+0x5a1200"])
    return m
