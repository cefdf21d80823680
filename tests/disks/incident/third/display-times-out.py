# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Update brought a display driver and an audio driver in one evening; since then 0x116 a minute after every
start. A report of a display that hung and recovered, months old, is there, too."""

from machine import Machine, at
import others
import vendors

NEW = (31, 0, 21036, 1019)
DRIVER = vendors.stored("cldisp", "cldkmd", NEW)
ANSWER = {
    "kind": "bad-file",
    "culprit": DRIVER,
    "acceptable": [DRIVER, "service:cldkmd", "restore:" + DRIVER],
    "never": [r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda", r"\Windows\System32\drivers\dxgkrnl.sys",
              r"\Windows\System32\drivers\dxgmms2.sys", r"\Windows\System32\drivers\watchdog.sys", "service:DXGKrnl"],
    "certainty": "sure",
    "why": ["four 0x116, parameter 2 in cldkmd.sys", "its package came 19:22 UTC, the first start after that crashed",
            "the audio driver of the same evening is in no stack"],
}


def make():
    m = Machine("STUDIO-2", "11-24H2", installed="2024-10-15T10:00:00Z", bias=-120)
    vendors.office(m, "2024-10-15T12:00:00Z")
    m.days("2025-04-28", "2025-06-02")
    vendors.live_dump(m, "WATCHDOG", 0x117, [0xFFFFAB8011112010, 0xFFFFF80355A31C10, 0, 0x1EC4], "2025-03-03T14:22:00Z")
    m.journal_from = at("2025-06-01T00:00:00Z")
    m.start("2025-06-03T15:10:00Z")
    others.by_windows_update(m, "2025-06-03T19:18:40Z", "Timbre Semiconductor - MEDIA - 10.31.0.4")
    vendors.timbre(m, "2025-06-03T19:18:40Z", (10, 31, 0, 4))
    others.by_windows_update(m, "2025-06-03T19:22:05Z", "Calder Graphics Inc. - Display - 31.0.21036.1019")
    vendors.calder(m, "2025-06-03T19:22:05Z", NEW)
    m.stop("2025-06-03T19:40:00Z", "update")
    stack = ["watchdog+0x3c1e", "dxgkrnl+0x1f0a2", "dxgkrnl+0x20ec4", "cldkmd+0x5a3c10", "cldkmd+0x5a0f80", "dxgmms2+0x3d110", "ntoskrnl+0x61244"]
    for start, crash in (("19:41:10", "19:42:29"), ("19:43:40", "19:44:51"), ("19:46:00", "19:47:20"), ("19:48:30", "19:49:48")):
        m.start(f"2025-06-03T{start}Z")
        m.crash(f"2025-06-03T{crash}Z", 0x116, [0xFFFFAB8014563010, "cldkmd+0x5a3c10", 0xFFFFFFFFC000009A, 4], stack)
    return m
