# SPDX-License-Identifier: GPL-3.0-or-later
"""Seattle, UTC-8: setupapi.dev.log says 18:10 (local) of a barcode reader's driver, the first crash was 18:24 local,
02:24 UTC of the next day. Who takes local times for UTC sees the driver eight hours earlier, and a display driver of
10:20 UTC nearer. The code (0x133) has no address."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\qcbar.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:qcbar", CULPRIT],
    "may_be_empty": True,
    "never": ["service:bvkmdag", "service:psnfs", "service:tswlan6e"],
    "certainty": "likely",
    "why": ["qcbar.sys is innermost on every stack and came 14 minutes before the first crash",
            "the display driver of the morning ran a whole day and is only deep on the stacks"],
}


def make():
    m = Machine("POS-SEA-2", bias=480, installed="2024-05-05T18:00:00Z")
    others.office(m, "2024-05-05T20:00:00Z")
    m.days("2025-01-06", "2025-01-28", begin=15.5, end=25)
    m.journal_from = at("2025-01-29T20:00:00Z")
    m.start("2025-01-29T10:05:00Z")
    others.display(m, "2025-01-29T10:20:00Z", (32, 0, 15, 6114))
    m.stop("2025-01-29T10:40:00Z", "installer")
    m.start("2025-01-29T15:40:00Z")
    m.driver("qcbar", (1, 12, 0, 4), "2025-01-30T02:10:00Z", "Quillon Capture", "Quillon Barcode", klass="System", inf="qcbar",
             device="USB\\VID_0C2E&PID_0B61\\6&2B1&0&2", size=0x1D000)
    for t in ("02:24:00", "02:30:10", "02:36:44", "02:41:00"):
        m.crash(f"2025-01-30T{t}Z", 0x133, [0, 0x501, 0x500, 0xFFFFF80212345678],
                ["ntoskrnl+0x31a10", "ntoskrnl+0x2f0c1", "qcbar+0x9a01", "qcbar+0x71bb", "bvkmdag+0x3001", "ntoskrnl+0x3f1a0"])
        if t != "02:41:00":
            m.start(at(f"2025-01-30T{t}Z", 75))
    return m
