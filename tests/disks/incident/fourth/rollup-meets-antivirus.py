# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows 8.1, April 2019: after the monthly rollup the machine freezes a minute after each start while the antivirus' service scans; three
times somebody held the power button. No bug check. The antivirus did not change; to take its driver away is not asked for."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "update-half-applied", "no-driver"],
    "culprit": None,
    "acceptable": ["service:OrbisSvc"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", "service:ogkmd", r"\Windows\System32\drivers\tcpip.sys",
              r"\ProgramData\Orbis\Definitions\base-20190409.odb"],
    "certainty": "likely",
    "why": ["KB4493446 was installed in order before the first freeze", "four sessions of minutes that ended with the button; none with a bug check",
            "definitions come every day and ran on the day before"],
}


def make():
    m = Machine("KANZLEI-2", "8.1", installed="2015-02-02T08:00:00Z", bias=-120, storage="storahci")
    ordinary.usual(m, "2015-02-02T10:00:00Z")
    m.days("2019-03-11", "2019-04-08")
    m.journal_from = at("2019-04-08T00:00:00Z")
    ordinary.definitions(m, "2019-04-08T09:00:00Z", 20190408)
    m.start("2019-04-09T06:30:00Z")
    ordinary.definitions(m, "2019-04-09T09:00:00Z", 20190409)
    m.update("2019-04-09T15:00:00Z", "KB4493446", drivers=("tcpip", "afd", "srv2"), files=("/Windows/System32/ntdll.dll", "/Windows/System32/kernel32.dll"),
             title="2019-04 Monatliches Sicherheitsqualit\u00e4tsrollup f\u00fcr Windows 8.1 f\u00fcr x64-basierte Systeme (KB4493446)")
    m.stop("2019-04-09T16:10:00Z", "update")
    for start, pressed in (("16:13:00", "16:31:00"), ("16:33:00", "16:49:00"), ("16:51:00", "17:02:00"), ("17:04:00", "17:15:00")):
        m.start(f"2019-04-09T{start}Z")
        m.log.add(at(f"2019-04-09T{start}Z", 90), "Service Control Manager", 7011, [("param1", "30000"), ("param2", "OrbisSvc")], level=2, qualifiers=49152)
        m.button(f"2019-04-09T{pressed}Z")
    return m
