# SPDX-License-Identifier: GPL-3.0-or-later
"""A security product's early-launch driver crashes after its update (0x178, then 0x50 in it). Such a driver is never
taken away or disabled: its maker's copy is in ELAMBKUP."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\ltgelam.sys"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": [CULPRIT, "service:ltgelam", "service:ltguard", "service:LtGuardSvc", "service:WdBoot"],
    "certainty": "sure",
    "why": ["0x50 with the instruction in ltgelam.sys, updated half an hour before", "group Early-Launch: security, before everything else"],
}


def make():
    m = Machine("AMT-77", "10-22H2", bias=-60, installed="2022-09-01T07:00:00Z")
    others.office(m, "2022-09-01T09:00:00Z")
    others.endpoint(m, "2022-09-02T08:00:00Z")
    m.driver("ltgelam", (11, 0, 7, 219), "2022-09-02T08:00:00Z", "Lantern Security GmbH", "Lantern Guard Early Launch", start=0, error=1,
             group="Early-Launch", package=False, size=0x8000)
    m.program("/Windows/ELAMBKUP/ltgelam.sys", (11, 0, 7, 219), "Lantern Security GmbH", "Lantern Guard Early Launch", when="2022-09-02T08:00:02Z")
    m.days("2025-02-03", "2025-03-10")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-11T06:30:00Z")
    m.driver("ltgelam", (11, 2, 0, 8), "2025-03-11T10:30:00Z", "Lantern Security GmbH", "Lantern Guard Early Launch", start=0, error=1,
             group="Early-Launch", package=False, size=0x8000)
    m.stop("2025-03-11T10:50:00Z", "installer")
    for t, code, params in (("10:52:10", 0x178, [1, 0, 0, 0]), ("10:54:00", 0x50, [0xFFFFB98012A44074, 2, "ltgelam+0x1a11", 2]),
                            ("10:56:00", 0x50, [0xFFFFB98012A44074, 2, "ltgelam+0x1a11", 2])):
        m.start(at(f"2025-03-11T{t}Z", -40))
        m.crash(f"2025-03-11T{t}Z", code, params, ["ntoskrnl+0x40f2a9", "ltgelam+0x1a11", "ntoskrnl+0x3f1a0"])
    return m
