# SPDX-License-Identifier: GPL-3.0-or-later
"""An old PC whose clock battery is empty: the mains fails at night, the clock jumps back to 2021 and forward again. No
crash at all. Times of files of that day lie in 2021; a driver 'from the future' is only the order of the clock."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "none",
    "kinds_ok": ["none", "no-driver", "hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g", r"\Windows\System32\drivers\hwsense64.sys"],
    "certainty": "likely",
    "why": ["41 with code 0 and no button, no dump, no bug check: the power went", "Kernel-General 1: the clock jumped by four years"],
}


def make():
    m = Machine("WERKBANK", "10-22H2", installed="2020-03-05T09:12:44Z", storage="storahci", hiberboot=False)
    ordinary.usual(m, "2020-03-05T11:00:00Z", with_antivirus=False)
    m.days("2025-02-03", "2025-03-09")
    jump = lambda new, old: m.log.add(at(new), "Microsoft-Windows-Kernel-General", 1, [
        ("NewTime", new), ("OldTime", old), ("Reason", 2)])
    for i in range(3):
        day = f"2025-03-{10 + i}"
        m.start("2021-01-01T00:00:3%dZ" % i)
        jump(day + "T07:10:00Z", "2021-01-01T00:04:00Z")
        m.usual(5, at(day + "T07:20:00Z"), at(day + "T15:00:00Z"), m.rng)
        if i == 1:
            ordinary.network(m, day + "T10:00:00Z", (12, 19, 3, 1))
        m.power_loss(day + "T17:55:00Z")
    m.start("2025-03-13T07:00:00Z")
    return m
