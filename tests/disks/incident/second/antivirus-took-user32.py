# SPDX-License-Identifier: GPL-3.0-or-later
"""A false alarm of the security product took System32\\user32.dll; since then Windows ends with 0xC000021A before
anybody can log on. The same file lies in WinSxS and, encoded, in the quarantine."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\user32.dll"
ANSWER = {
    "kind": "file-removed",
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:ltguard", "service:LtGuardSvc", r"\Windows\System32\drivers\ltguard.sys", "service:bvkmdag",
              r"\Windows\System32\drivers\Lantern\sig-03.lsg"],
    "certainty": "sure",
    "why": ["user32.dll, which every Windows has, is not in System32", "the guard's log says that it moved it to quarantine at that minute",
            "0xC000021A at every start since"],
}


def make():
    m = Machine("KASSE-2", "10-22H2", bias=-60, installed="2022-09-01T07:00:00Z")
    others.office(m, "2022-09-01T09:00:00Z")
    others.endpoint(m, "2022-09-02T08:00:00Z")
    m.program("/Windows/WinSxS/amd64_microsoft-windows-user32_31bf3856ad364e35_10.0.19041.4651_none_bc1c1a3b2d0e4f60/user32.dll", m.number, driver=False)
    same = m.files["/Windows/System32/user32.dll"].data
    m.files["/Windows/WinSxS/amd64_microsoft-windows-user32_31bf3856ad364e35_10.0.19041.4651_none_bc1c1a3b2d0e4f60/user32.dll"].data = same
    m.days("2025-03-03", "2025-04-08")
    m.journal_from = at("2025-04-07T00:00:00Z")
    m.start("2025-04-09T06:00:00Z")
    m.noise("/Windows/System32/drivers/Lantern/sig-03.lsg", 6250, "2025-04-09T11:02:00Z", head=b"LSG\x05")
    others.quarantine(m, "/Windows/System32/user32.dll", "2025-04-09T11:03:17Z", "a41c77e0", "Trojan.Gen.Banker.4")
    m.stop("2025-04-09T15:30:00Z")
    for t in ("06:01:10", "06:02:55", "06:04:30"):
        m.crash(f"2025-04-10T{t}Z", 0xC000021A, [0xFFFFB98012A44074, 0xC0000135, 0, 0], ["ntoskrnl+0x6611f0", "ntoskrnl+0x3f1a0"],
                dump="kernel", early=True, started=at(f"2025-04-10T{t}Z", -25))
    return m
