# SPDX-License-Identifier: GPL-3.0-or-later
"""Driver Verifier has been on for a touchpad's driver since last week, and nobody turned it off. What kills the machine is the disk: bad
blocks, paging errors, 0x7A and 0xF4. No crash has a code of the verifier."""

from machine import CS, Machine, at
import ordinary
import others

KEY = CS + "\\Control\\Session Manager\\Memory Management"
ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "tolerated": ["registry:VerifyDrivers", "registry:VerifyDriverLevel", "registry:verif"],
    "never": [r"\Windows\System32\drivers\frmtp.sys", "service:frmtp", "service:orbmon", r"\Windows\System32\drivers\storahci.sys", "service:ogkmd"],
    "certainty": "sure",
    "why": ["events 7, 51 and 153 of the disk before each crash", "0x7A with 0xC000000E, 0xF4: pages that could not be read", "no 0xC4 anywhere"],
}


def make():
    m = Machine("EMPFANG", "10-22H2", installed="2021-06-07T08:00:00Z", storage="storahci")
    ordinary.usual(m, "2021-06-07T10:00:00Z")
    m.days("2025-05-05", "2025-06-02")
    m.system.set(KEY, "VerifyDrivers", "frmtp.sys", at("2025-06-02T15:00:00Z"))
    m.system.set(KEY, "VerifyDriverLevel", 0x209BB)
    m.days("2025-06-03", "2025-06-09")
    m.journal_from = at("2025-06-08T00:00:00Z")
    m.start("2025-06-10T06:30:00Z")
    for crash, code, params in (("09:12:00", 0x7A, [0x20, 0xFFFFFFFFC000000E, 0xFFFFB98012A44074, 0]), ("09:58:00", 0xF4, [3, 0xFFFFB98012A44080, 0xFFFFB98012A443C0, 0]),
                                ("10:40:00", 0x7A, [0x20, 0xFFFFFFFFC000009C, 0xFFFFB98012A11074, 0]), ("11:05:00", 0x7A, [4, 0xFFFFFFFFC000009C, 0xFFFFB98012B11074, 0])):
        when = at(f"2025-06-10T{crash}Z")
        for seconds, ident in ((-400, 153), (-300, 7), (-200, 7), (-90, 51), (-40, 7)):
            others.quiet_disk(m, at(when, seconds), ident)
        m.crash(when, code, params, ["ntoskrnl+0x51a2e0", "ntoskrnl+0x3f1a0", "ntfs+0x11c20"])
        m.start(at(when, 120))
    m.crash("2025-06-10T11:30:00Z", 0xF4, [3, 0xFFFFB98012A44080, 0xFFFFB98012A443C0, 0], ["ntoskrnl+0x51a2e0", "ntoskrnl+0x3f1a0"], no_dump=161)
    m.start("2025-06-10T11:33:00Z")
    m.crash("2025-06-10T11:50:00Z", 0x7A, [0x20, 0xFFFFFFFFC000009C, 0xFFFFB98012A11074, 0], ["ntoskrnl+0x51a2e0", "ntfs+0x11c20"])
    return m
