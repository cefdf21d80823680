# SPDX-License-Identifier: GPL-3.0-or-later
"""A branch's server lost its power three times in a night of thunderstorms, and runs since. The network's driver had been
updated that evening; a dump of last year (a code of memory) lies there."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "no-driver",
    "kinds_ok": ["no-driver", "none", "hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64", r"\Windows\System32\drivers\bsltrk.sys", "service:bsltrk"],
    "certainty": "likely",
    "why": ["three 41 with code 0, no button, no dump, no error of volmgr", "it runs since, and the dump is ten months old"],
}


def make():
    m = Machine("FILIALE-SRV", "server-2022", installed="2022-08-01T08:00:00Z", storage="storahci", hiberboot=False, bias=-120)
    vendors.rowan(m, "2022-08-01T10:00:00Z")
    vendors.basalt(m, "2022-08-02T09:00:00Z")
    m.start("2024-09-11T02:00:00Z")
    m.crash("2024-09-14T03:12:00Z", 0x1A, [0x41792, 0xFFFFB080012A4000, 0x2000000000, 0], ["ntoskrnl+0x1a2330"])
    m.start("2024-09-14T03:15:00Z")
    m.stop("2025-06-11T02:10:00Z", "update")
    m.start("2025-06-11T02:14:00Z")
    m.usual(90, at("2025-06-11T03:00:00Z"), at("2025-07-16T02:00:00Z"), m.rng)
    m.stop("2025-07-16T18:31:00Z", "installer")
    m.start("2025-07-16T18:34:00Z")
    vendors.rowan(m, "2025-07-16T19:02:00Z", (10, 72, 524, 2024))
    m.power_loss("2025-07-16T22:41:00Z")
    m.start("2025-07-16T22:58:00Z")
    m.power_loss("2025-07-16T23:10:00Z")
    m.start("2025-07-16T23:44:00Z")
    m.power_loss("2025-07-17T00:31:00Z")
    m.start("2025-07-17T05:12:00Z")
    m.usual(20, at("2025-07-17T06:00:00Z"), at("2025-07-18T18:00:00Z"), m.rng)
    m.stop("2025-07-18T18:20:00Z", "installer")
    return m
