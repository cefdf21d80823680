# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal server of 2012 with a long history: twelve dumps of last year in a print filter that was replaced then. Now it dies in a
redirector's driver on a small log that has wrapped: it reaches back forty minutes, and no event tells of the driver's update."""

from machine import Machine, at
import vendors

CULPRIT = r"\Windows\System32\drivers\tsredir.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:tsredir"],
    "may_be_empty": True,
    "never": ["service:prnflt", r"\Windows\System32\drivers\prnflt.sys", "service:rwnlan64", "service:cmlsync", r"\Windows\System32\drivers\rdbss.sys"],
    "certainty": "sure",
    "why": ["the newest four dumps: 0x3B with the instruction in tsredir.sys", "its package and file came 25 minutes before the first of them",
            "the twelve dumps in prnflt.sys are of last year; that file was replaced after them"],
}


def make():
    m = Machine("TS-03", "server-2012", installed="2014-03-03T08:00:00Z", bias=-120, storage="storahci", hiberboot=False, journal=False)
    vendors.rowan(m, "2014-03-03T10:00:00Z")
    vendors.cumulus(m, "2014-03-03T11:00:00Z")
    printer = dict(company="Tallyman Printers", product="Tallyman Print Filter", inf="prnflt", device="ROOT\\PRNFLT\\0000", size=0x17000)
    redirector = dict(company="Sundial Remote", product="Sundial Device Redirector", inf="tsredir", start=1, kind=1, device="ROOT\\TSREDIR\\0000", size=0x33000)
    m.driver("prnflt", (1, 0, 0, 2), "2014-04-01T10:00:00Z", **printer)
    m.driver("tsredir", (5, 1, 0, 40), "2014-04-01T11:00:00Z", **redirector)
    for i in range(12):
        day = at("2023-03-06T06:00:00Z", i * 9 * 86400)
        m.start(day)
        m.crash(at(day, 9000 + 700 * i), 0xD1, [0x40, 2, 1, "prnflt+0x2210"], ["prnflt+0x2210", "prnflt+0x2a00", "ntoskrnl+0x3f1a0"])
        m.start(at(day, 9200 + 700 * i))
        m.stop(at(day, 40000))
    m.start("2023-07-01T06:00:00Z")
    m.driver("prnflt", (1, 2, 0, 0), "2023-07-01T07:00:00Z", **printer)
    m.stop("2023-07-01T08:00:00Z", "installer")
    m.start("2024-07-22T03:00:00Z")
    m.driver("tsredir", (5, 3, 0, 2), "2024-09-04T12:05:00Z", **redirector)
    m.stop("2024-09-04T12:10:00Z", "installer")
    m.start("2024-09-04T12:13:00Z")
    for crash in ("12:30:00", "12:38:30", "12:47:10", "12:55:00"):
        m.crash(f"2024-09-04T{crash}Z", 0x3B, [0xC0000005, "tsredir+0x10ae4", 0xFFFF850429891720, 0],
                ["tsredir+0x10ae4", "tsredir+0x11940", "rdbss+0x4410", "ntoskrnl+0x61244"])
        m.start(at(f"2024-09-04T{crash}Z", 120))
    m.crash("2024-09-04T13:02:00Z", 0x3B, [0xC0000005, "tsredir+0x10ae4", 0xFFFF850429891720, 0],
            ["tsredir+0x10ae4", "tsredir+0x11940", "rdbss+0x4410", "ntoskrnl+0x61244"])
    m.log.first = 88211
    m.log.events = [e for e in m.log.events if e[0] > at("2024-09-04T12:20:00Z")]
    m.setupapi = [s for s in m.setupapi if s[0] < at("2024-01-01T00:00:00Z")]
    return m
