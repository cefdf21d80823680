# SPDX-License-Identifier: GPL-3.0-or-later
"""Two products were updated in one night (a sync filter and a security product), and since then the machine stops
with 0x1A and 0xC2, codes without an address, with both on every stack, now the one first, now the other. Nobody
can tell which."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "bad-file"],
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\drivers\psnfs.sys", r"\Windows\System32\drivers\ltguard.sys"],
    "acceptable": [],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:psnfs", "service:ltguard", r"\Windows\System32\drivers\psnfs.sys", r"\Windows\System32\drivers\ltguard.sys",
              "service:LtGuardSvc", "service:tswlan6e"],
    "certainty": "unsure",
    "why": ["both came in the same quarter of an hour", "both are on all stacks, in either order", "the codes name nobody"],
}


def make():
    m = Machine("KANZLEI-3", bias=-60, installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    others.endpoint(m, "2024-03-06T08:00:00Z")
    m.days("2025-02-03", "2025-03-10")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-11T06:30:00Z")
    others.cloud_files(m, "2025-03-11T22:02:00Z", (3, 9, 0, 1))
    others.endpoint(m, "2025-03-11T22:11:00Z", (11, 1, 0, 4))
    m.stop("2025-03-11T22:30:00Z", "installer")
    a, b = ["ltguard+0x1a20f", "ltguard+0x1b001"], ["psnfs+0x8812", "psnfs+0x9a40"]
    for i, (t, code, params) in enumerate((("06:41:00", 0x1A, [0x41287, 0x30, 0, 0]), ("06:52:00", 0xC2, [7, 0x126C, 0x4000012, 0xFFFFA98012A44028]),
                                           ("07:10:00", 0x1A, [0x41287, 0x30, 0, 0]), ("07:21:00", 0xC2, [7, 0x126C, 0x4000012, 0xFFFFA98012A44028]))):
        m.start(at(f"2025-03-12T{t}Z", -300))
        m.crash(f"2025-03-12T{t}Z", code, params, ["ntoskrnl+0x2a1f0", *((a + b) if i % 2 else (b + a)), "fltmgr+0x5c1b", "ntoskrnl+0x3f1a0"])
    return m
