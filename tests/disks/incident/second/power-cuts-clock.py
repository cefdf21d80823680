# SPDX-License-Identifier: GPL-3.0-or-later
"""A till whose current is switched off at the wall each night, and whose clock battery is flat: it starts in 2019 and
the network sets it right. A driver was installed while the clock was wrong; nothing ever crashed."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "none",
    "kinds_ok": ["none", "no-driver"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:crtdisp", r"\Windows\System32\drivers\crtdisp.sys", "service:bvkmdag"],
    "certainty": "sure",
    "why": ["41 with code 0 and no button: power loss, each night", "no dump, no bug check", "the clock was set by years at each start"],
}


def make():
    m = Machine("KASSE-5", "10-22H2", bias=-60, installed="2018-11-05T08:00:00Z", storage="storahci")
    m.sessions = 40
    others.sound(m, "2018-11-05T10:00:00Z")
    others.display(m, "2018-11-05T10:00:00Z")
    m.days("2025-03-03", "2025-03-21")
    m.journal_from = at("2018-12-01T00:00:00Z")
    for i, day in enumerate(range(24, 29)):
        m.start(f"2019-01-01T00:00:{20 + i}Z")
        if i == 3:
            m.driver("crtdisp", (1, 0, 9, 0), "2019-01-01T00:02:00Z", "Carat Kassensysteme", "Carat Kundendisplay", klass="System", inf="crtdisp",
                     device="USB\\VID_0D3A&PID_0207\\6&11&0&1", size=0x9000)
        others.set_clock(m, "2019-01-01T00:03:00Z", f"2025-03-{day}T06:33:00Z")
        m.usual(6, at(f"2025-03-{day}T07:00:00Z"), at(f"2025-03-{day}T15:00:00Z"), m.rng)
        m.power_loss(f"2025-03-{day}T17:05:00Z")
        m.log.clock += 1
    return m
