# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Update brought two drivers in one night: Wi-Fi (guilty) and graphics (innocent, on two stacks). The
next morning every start ends in 0xD1 a minute after the logon. The older Wi-Fi package is still in the store."""

from machine import Machine, at
import others

STORE = r"\Windows\System32\DriverStore\FileRepository"
CULPRIT = STORE + r"\tswlan6e.inf_amd64_7fbb271c75305891\tswlan6e.sys"


def make():
    m = Machine("LT-2291", "11-24H2", bias=-120, installed="2024-11-05T10:02:00Z")
    others.office(m, "2024-11-05T12:00:00Z")
    others.endpoint(m, "2024-11-06T08:00:00Z")
    m.days("2025-04-28", "2025-06-03")
    m.journal_from = at("2025-06-01T00:00:00Z")
    m.start("2025-06-04T05:31:00Z")
    others.by_windows_update(m, "2025-06-04T21:12:30Z", "Tessera Wireless - Net - 23.60.1.4")
    others.wireless(m, "2025-06-04T21:12:30Z", (23, 60, 1, 4))
    others.by_windows_update(m, "2025-06-04T21:18:02Z", "Bravura Visual Corp. - Display - 32.0.15.6094")
    others.display(m, "2025-06-04T21:18:02Z", (32, 0, 15, 6094))
    m.stop("2025-06-04T21:40:00Z", "update")
    m.start("2025-06-05T05:40:10Z")
    for crash, start, more in (("05:42:31", "05:43:40", ["bvkmdag+0x4120ff"]), ("05:45:02", "05:46:11", []),
                               ("05:47:50", "05:49:01", ["bvkmdag+0x9917a"])):
        m.crash(f"2025-06-05T{crash}Z", 0xD1, [0x28, 2, 0, "tswlan6e+0x8b3c4"],
                ["ntoskrnl+0x40f2a9", "ntoskrnl+0x40b5c7", "tswlan6e+0x8b3c4", "tswlan6e+0x7a110", "ndis+0x5d21", "ndis+0x61f0", *more,
                 "ntoskrnl+0x2f1ab"])
        m.start(f"2025-06-05T{start}Z")
    m.crash("2025-06-05T05:51:20Z", 0xD1, [0x28, 2, 0, "tswlan6e+0x8b3c4"],
            ["ntoskrnl+0x40f2a9", "tswlan6e+0x8b3c4", "tswlan6e+0x7a110", "ndis+0x5d21", "ntoskrnl+0x2f1ab"])
    return m


ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:tswlan6e"],
    "tolerated": [CULPRIT, "restore:" + CULPRIT],
    "never": ["service:bvkmdag", "service:ltguard", "service:LtGuardSvc", "service:psnfs", r"\Windows\System32\drivers\ltguard.sys"],
    "certainty": "sure",
    "why": ["four 0xD1 whose instruction lies in tswlan6e.sys", "its package came by Windows Update the evening before",
            "the display driver of the same night is only deep on two of the stacks"],
}
