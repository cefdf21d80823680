# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody brings a disk "that does not start". The event log, the texts, the boot status and the journal are gone with a cleaner;
there is no dump. The hives are whole, a display driver is the newest package. Nothing tells whether, or why, it does not start."""

from machine import LOGS, Machine
import ordinary

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "none"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:ogkmd", "service:orbmon", r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda", "service:hwsense64"],
    "certainty": "unsure",
    "why": ["no crash is recorded anywhere, and nothing is there that could record one", "a package that came last is not at fault for that"],
}


def make():
    m = Machine("UNBEKANNT", "10-22H2", installed="2022-09-12T08:00:00Z", journal=False)
    ordinary.usual(m, "2022-09-12T10:00:00Z")
    m.days("2025-09-01", "2025-09-05")
    ordinary.graphics(m, "2025-09-05T18:00:00Z", (31, 0, 101, 5590))
    m.without += [LOGS + n for n in ("System.evtx", "Application.evtx", "Security.evtx", "Setup.evtx", "Microsoft-Windows-Kernel-PnP%4Configuration.evtx")]
    m.without += ["/Windows/INF/setupapi.dev.log", "/Windows/Logs/CBS/CBS.log", "/Windows/bootstat.dat", "/DumpStack.log", "/pagefile.sys"]
    return m
