# SPDX-License-Identifier: GPL-3.0-or-later
"""The board's battery is empty: since the mains were off over night every start is on New Year 2019. In that "past" the machine dies in a
scanner's driver that was updated on the last real day. By its times each crash is six years older than the driver; a dump that loads the
file of today cannot be."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\lmscan.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:lmscan"],
    "may_be_empty": True,
    "never": ["service:ogkmd", "service:orbmon", r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda", "service:fbe1g"],
    "certainty": "likely",
    "why": ["in the log's order the crashes come after the update, and are the last that stands there", "0xD1 with the instruction in lmscan.sys in each dump",
            "the dumps' module has the time stamp of the file that came in 2025"],
}


def make():
    m = Machine("LUMEN-SCAN", "10-22H2", installed="2021-03-01T08:00:00Z", storage="storahci", bias=-60)
    ordinary.usual(m, "2021-03-01T10:00:00Z")
    scanner = dict(company="Lumen Imaging", product="Lumen Film Scanner", klass="System", inf="lmscan", device="USB\\VID_04B8&PID_0130\\6&2B1&0&3", size=0x22000)
    m.driver("lmscan", (3, 0, 2, 0), "2021-03-02T10:00:00Z", **scanner)
    m.days("2025-05-12", "2025-06-08")
    m.start("2025-06-09T06:30:00Z")
    m.driver("lmscan", (3, 1, 0, 0), "2025-06-09T15:40:00Z", **scanner)
    m.stop("2025-06-09T15:48:00Z")
    m.log.clock += 1
    m.start("2019-01-01T00:00:30Z")
    for crash, start in (("00:04:10", "00:05:20"), ("00:09:00", "00:10:10"), ("00:13:31", "00:14:40"), ("00:18:02", None)):
        m.crash(f"2019-01-01T{crash}Z", 0xD1, [0x30, 2, 0, "lmscan+0x81d0"], ["lmscan+0x81d0", "lmscan+0x8a44", "usbhub3+0x1a20", "ntoskrnl+0x3f1a0"])
        if start:
            m.start(f"2019-01-01T{start}Z")
    return m
