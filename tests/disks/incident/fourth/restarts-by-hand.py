# SPDX-License-Identifier: GPL-3.0-or-later
"""A technician set a PC up: seven restarts within twenty minutes, each asked for by an installer or by shutdown.exe, sessions of one or two
minutes, drivers and programs between them. Nothing is wrong; the last session was stopped in order."""

from machine import Machine, at
import ordinary
import vendors

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": ["service:ogkmd", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys", "service:mrdvpn64", r"\Windows\System32\drivers\mrdvpn64.sys", "service:fbe1g",
              "service:bsltrk"],
    "certainty": "likely",
    "why": ["each restart was asked for by a person or an installer (1074), each stop is in order", "no crash, no failed start, nothing missing"],
}


def make():
    m = Machine("NEU-77", "11-24H2", installed="2025-10-06T07:00:00Z", bias=-120)
    ordinary.usual(m, "2025-10-06T07:30:00Z")
    m.days("2025-10-07", "2025-10-14")
    m.journal_from = at("2025-10-14T00:00:00Z")
    when = at("2025-10-15T08:00:00Z")
    for i, step in enumerate((lambda t: vendors.meridian(m, t), lambda t: ordinary.audio(m, t, (6, 0, 9800, 1)), lambda t: vendors.basalt(m, t), lambda t: None,
                              lambda t: ordinary.graphics(m, t, (31, 0, 101, 6000)), lambda t: None, lambda t: ordinary.network(m, t, (12, 19, 5, 0)))):
        m.start(when)
        step(at(when, 45))
        if i % 2:
            m.stop(at(when, 85), "installer")
        else:
            m.log.add(at(when, 79), "User32", 1074, [
                ("param1", "C:\\Windows\\system32\\shutdown.exe (NEU-77)"), ("param2", m.name), ("param3", "No title for this reason could be found"),
                ("param4", "0x800000ff"), ("param5", "restart"), ("param6", ""), ("param7", "NEU-77\\technik")], qualifiers=32768, pid=1100)
            m.log.add(at(when, 83), "EventLog", 6006, [], qualifiers=32768, pid=0)
            m.log.add(at(when, 85), "Microsoft-Windows-Kernel-General", 13, [("StopTime", at(when, 85))], task=2)
            m.session, m.ended, m.last_shutdown = None, None, at(when, 85)
        when = at(when, 170)
    m.start(when)
    m.stop(at(when, 600))
    return m
