# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad memory: nine crashes in three weeks, six codes, each time something else is at the address. The sound driver
was updated in the middle, when it had been going on for ten days. No WHEA."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "hardware",
    "kinds_ok": ["hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:aeolhd", "service:bvkmdag", "service:psnfs", "service:tswlan6e", r"\Windows\System32\drivers\aeolhd.sys"],
    "certainty": "likely",
    "why": ["codes and places differ each time, most in Windows' own memory code", "it began when nothing had changed for weeks"],
}


def make():
    m = Machine("STUDIO-B", bias=-60, installed="2023-12-01T08:00:00Z")
    others.office(m, "2023-12-01T10:00:00Z")
    m.days("2025-01-06", "2025-02-28")
    m.journal_from = at("2025-02-01T00:00:00Z")
    for when, code, params, stack in (
            ("2025-03-03T09:10:00Z", 0x1A, [0x41792, 0xFFFF8A8012345678, 0x2000000000000, 0], ["ntoskrnl+0x2a1f0", "ntoskrnl+0x2b0c0"]),
            ("2025-03-05T14:02:00Z", 0x3B, [0xC0000005, "win32kfull+0x4a1c2", 0, 0], ["win32kfull+0x4a1c2", "win32kbase+0x810"]),
            ("2025-03-06T07:45:00Z", 0x50, [0xFFFFA00012345678, 0, "ntfs+0x1a22f", 2], ["ntfs+0x1a22f", "fltmgr+0x5c1b", "psnfs+0x210c"]),
            ("2025-03-10T11:30:00Z", 0x139, [3, 0xFFFF850429891EE8, 0, 0], ["ntoskrnl+0x411d69", "ntoskrnl+0x12a9c"]),
            ("2025-03-14T16:20:00Z", 0x0A, [0xFFFF000012345678, 2, 1, "ntoskrnl+0x2c9f1"], ["ntoskrnl+0x2c9f1", "bvkmdag+0x3001"]),
            ("2025-03-17T08:55:00Z", 0x1A, [0x61941, 0x7FFA12345678, 0xD, 0xFFFF850429891EE8], ["ntoskrnl+0x2a1f0"]),
            ("2025-03-19T13:13:00Z", 0x4E, [0x99, 0x12345, 2, 0x60000], ["ntoskrnl+0x2a990", "dxgmms2+0x711"]),
            ("2025-03-21T10:01:00Z", 0x1E, [0xC0000096, "aeolhd+0x9120", 0, 0], ["aeolhd+0x9120", "portcls+0x2a01", "ntoskrnl+0x12a9c"]),
            ("2025-03-24T15:47:00Z", 0x50, [0xFFFFC20012345678, 0, "tcpip+0x3a2f0", 2], ["tcpip+0x3a2f0", "tswlan6e+0x81a0"])):
        m.start(at(when, -5000))
        m.crash(when, code, params, stack)
        m.start(at(when, 70))
        m.stop(at(when, 3600))
        if when.startswith("2025-03-14"):
            others.sound(m, "2025-03-14T17:10:00Z", (1, 8, 0, 0))
    m.start("2025-03-25T07:00:00Z")
    m.crash("2025-03-25T07:44:00Z", 0x1A, [0x41792, 0xFFFF8A8012345671, 0x40000000000, 0], ["ntoskrnl+0x2a1f0", "ntoskrnl+0x2b0c0"])
    return m
