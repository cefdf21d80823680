# SPDX-License-Identifier: GPL-3.0-or-later
"""A USB token's driver leaves a timer behind when it is unloaded: 0xCE, its parameter lies where it was. It is in no
list of loaded modules, only among the unloaded ones. The token's software was updated yesterday."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\olstoken.sys"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "acceptable": ["service:olstoken"],
    "may_be_empty": True,
    "tolerated": [CULPRIT],
    "never": ["service:psnfs", "service:bvkmdag", "service:USBHUB3", "service:tswlan6e"],
    "certainty": "likely",
    "why": ["0xCE three times, parameter 3 lies in the unloaded olstoken.sys", "it was updated the afternoon before"],
}


def make():
    m = Machine("NOTAR-2", bias=-60, installed="2024-04-04T08:00:00Z")
    others.office(m, "2024-04-04T10:00:00Z")
    keys = dict(klass="System", inf="olstoken", device="USB\\VID_0529&PID_0620\\6&31&0&1", size=0x10000)
    m.driver("olstoken", (8, 0, 2, 0), "2024-04-05T10:00:00Z", "Olsen Identity", "Olsen Token", **keys)
    m.days("2025-02-03", "2025-03-09")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-10T07:00:00Z")
    m.driver("olstoken", (8, 2, 0, 0), "2025-03-10T13:20:00Z", "Olsen Identity", "Olsen Token", **keys)
    m.stop("2025-03-10T16:00:00Z")
    m.start("2025-03-11T07:01:00Z")
    m.loaded = [p for p in m.loaded if not p.endswith("olstoken.sys")]
    at_fault = 0xFFFFF80200000000 + 0x300000 + 0x41A0
    for i, t in enumerate(("07:30:00", "08:12:00", "09:05:00")):
        m.crash(f"2025-03-11T{t}Z", 0xCE, [at_fault, 0x10, at_fault, 0], [at_fault, "ntoskrnl+0x2e1c0", "ntoskrnl+0x3f1a0"],
                unloaded=["dam.sys", "WdBoot.sys", "hwpolicy.sys", "olstoken.sys"])
        if i < 2:
            m.start(at(f"2025-03-11T{t}Z", 70))
    return m
