# SPDX-License-Identifier: GPL-3.0-or-later
"""A firewall's bad rule set of 13:05 crashed the machine twice; the set of 13:41, which its maker sent in between, is
there, and since then it has run for five days. The bad set is gone already, the dumps are not."""

from machine import Machine, at
import others

FOLDER = "/ProgramData/Morane/Firewall/sets/"
ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": ["service:mrnwall", r"\Windows\System32\drivers\mrnwall.sys", r"\ProgramData\Morane\Firewall\sets\set-7712.mfs",
              r"\ProgramData\Morane\Firewall\sets\set-7713.mfs", "service:MrnWallSvc"],
    "certainty": "sure",
    "why": ["five days of starts and ends in order since the last crash", "the set that came before the crashes was replaced"],
}


def make():
    m = Machine("APOTHEKE", bias=-60, installed="2024-05-06T08:00:00Z")
    others.office(m, "2024-05-06T10:00:00Z")
    m.driver("mrnwall", (5, 0, 4, 4), "2024-05-07T08:00:00Z", "Morane Networks", "Morane Firewall", start=1, group="NDIS", klass="Net",
             inf="mrnwall", device="ROOT\\MRNWALL\\0000", size=0x3D000, texts=[r"\ProgramData\Morane\Firewall\sets"])
    m.user_service("MrnWallSvc", "/Program Files/Morane/Firewall/mrnwsvc.exe", (5, 0, 4, 4), "2024-05-07T08:00:20Z", "Morane Networks",
                   "Morane Firewall Service", texts=[r"C:\ProgramData\Morane\Firewall\sets"])
    m.days("2025-01-27", "2025-03-02")
    m.journal_from = at("2025-03-01T00:00:00Z")
    m.noise(FOLDER + "set-7711.mfs", 5100, "2025-03-01T10:00:00Z", head=b"MFS2")
    m.start("2025-03-03T06:30:00Z")
    m.noise(FOLDER + "set-7712.mfs", 5200, "2025-03-03T13:05:10Z", head=b"MFS2")
    for t in ("13:07:40", "13:12:10"):
        m.crash(f"2025-03-03T{t}Z", 0x7E, [0xC0000005, "mrnwall+0x1a0f2", 0, 0], ["mrnwall+0x1a0f2", "ndis+0x5d21", "ntoskrnl+0x3f1a0"])
        m.start(at(f"2025-03-03T{t}Z", 100))
    m.noise(FOLDER + "set-7713.mfs", 5150, "2025-03-03T13:41:00Z", head=b"MFS2")
    m.delete(FOLDER + "set-7712.mfs", "2025-03-03T13:41:02Z")
    m.stop("2025-03-03T16:30:00Z")
    m.days("2025-03-04", "2025-03-08")
    return m
