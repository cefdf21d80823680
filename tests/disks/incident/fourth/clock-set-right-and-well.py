# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock ran a year ahead, in which time a scanner's driver crashed the machine twice; it was replaced, the clock set right, and for eight
days the machine has been started and stopped in order. By the times of the log the crashes are the newest that happened, in a year that
has not come."""

from machine import Machine, at
import ordinary
import others

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": ["service:lmscan", r"\Windows\System32\drivers\lmscan.sys", "service:ogkmd", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys", "service:fbe1g"],
    "certainty": "likely",
    "why": ["in the log's order eight days of orderly starts and stops come after both crashes", "event 1: the clock was set a year back",
            "the driver of the dumps is not the one that lies there now"],
}


def make():
    m = Machine("LUMEN-2", "10-22H2", installed="2021-03-01T08:00:00Z", storage="storahci", bias=-60)
    ordinary.usual(m, "2021-03-01T10:00:00Z")
    scanner = dict(company="Lumen Imaging", product="Lumen Film Scanner", klass="System", inf="lmscan", device="USB\\VID_04B8&PID_0130\\6&2B1&0&3", size=0x22000)
    m.driver("lmscan", (3, 0, 2, 0), "2021-03-02T10:00:00Z", **scanner)
    m.days("2025-04-28", "2025-05-30")
    m.log.clock += 1
    m.start("2026-06-01T06:30:00Z")
    m.crash("2026-06-01T09:04:10Z", 0xD1, [0x30, 2, 0, "lmscan+0x81d0"], ["lmscan+0x81d0", "usbhub3+0x1a20", "ntoskrnl+0x3f1a0"])
    m.start("2026-06-01T09:05:20Z")
    m.crash("2026-06-01T09:19:00Z", 0xD1, [0x30, 2, 0, "lmscan+0x81d0"], ["lmscan+0x81d0", "usbhub3+0x1a20", "ntoskrnl+0x3f1a0"])
    m.start("2026-06-01T09:20:20Z")
    m.driver("lmscan", (3, 0, 3, 0), "2026-06-01T09:40:00Z", **scanner)
    others.set_clock(m, "2026-06-01T09:50:00Z", "2025-06-01T09:50:00Z")
    m.stop("2025-06-01T16:00:00Z")
    m.days("2025-06-02", "2025-06-09")
    return m
