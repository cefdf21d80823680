# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor's channel file made the machine crash four times; in the fifth start the maker's newer one came in time. Two days of
work since. The bad one still lies there beside the good one, and needs nobody."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000602.sys", r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens",
              "service:CvnAgent", r"\Windows\System32\drivers\Corvane\cvn-0007-0000000010.sys"],
    "certainty": "sure",
    "why": ["the last crash was 21 July 05:24; cvn-0118-...602 came at 05:27", "started and stopped in order three times since, with hours between"],
}


def make():
    m = Machine("GATE-B12", "10-22H2", installed="2023-03-06T08:00:00Z", bias=-120)
    vendors.office(m, "2023-03-06T10:00:00Z")
    vendors.corvane(m, "2025-03-11T09:00:00Z")
    m.days("2025-06-16", "2025-07-18")
    m.journal_from = at("2025-07-20T00:00:00Z")
    vendors.channel(m, 7, 10, "2025-05-05T09:00:00Z")
    vendors.channel(m, 118, 600, "2025-07-17T09:00:00Z")
    m.start("2025-07-21T03:58:00Z")
    vendors.channel(m, 118, 601, "2025-07-21T04:09:30Z")
    stack = ["cvnsens+0x1a2f4", "cvnsens+0x1b011", "fltmgr+0x5c1b", "ntoskrnl+0x61244"]
    for crash, start in (("04:10:20", "04:11:40"), ("04:12:31", "04:50:00"), ("04:50:52", "05:23:10"), ("05:24:01", "05:26:20")):
        m.crash(f"2025-07-21T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "cvnsens+0x1a2f4", 2], stack)
        m.start(f"2025-07-21T{start}Z")
    vendors.channel(m, 118, 602, "2025-07-21T05:27:03Z")
    m.usual(20, at("2025-07-21T06:00:00Z"), at("2025-07-21T15:00:00Z"), m.rng)
    m.stop("2025-07-21T16:02:00Z")
    m.days("2025-07-22", "2025-07-23")
    return m
