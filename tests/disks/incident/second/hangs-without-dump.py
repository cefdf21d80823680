# SPDX-License-Identifier: GPL-3.0-or-later
"""A pattern file that makes the scanner turn for ever (as in April 2005): no bug check, the machine never gets done
starting, and people hold the button. Nothing but the times speaks of the pattern."""

from machine import Machine, at
import others

CULPRIT = r"\Program Files\Tarn Security\Client\TPT$PTN.594"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "no-driver", "unsure"],
    "culprit": CULPRIT,
    "culprit_ok": [CULPRIT, None],
    "acceptable": [CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": [r"\Program Files\Tarn Security\Client\TPT$PTN.592", "service:tarnflt", r"\Windows\System32\drivers\tarnflt.sys", "service:aeolhd"],
    "certainty": "likely",
    "why": ["held button at each start since the pattern 594 came", "no bug check: nothing proves it"],
}


def make():
    m = Machine("FILIALE-9", "10-22H2", bias=-540, installed="2023-08-08T01:00:00Z")
    others.display(m, "2023-08-08T02:00:00Z")
    others.sound(m, "2023-08-08T02:10:00Z")
    m.driver("tarnflt", (7, 5, 0, 1), "2023-08-09T02:00:00Z", "Tarn Security", "Tarn Client", start=1, kind=2, group="FSFilter Anti-Virus",
             altitude="328520", inf="tarnflt", device="ROOT\\TARNFLT\\0000", size=0x44000, texts=[r"\Program Files\Tarn Security\Client\TPT$PTN"])
    m.days("2025-04-01", "2025-04-22", begin=0, end=8)
    m.journal_from = at("2025-04-20T00:00:00Z")
    m.noise("/Program Files/Tarn Security/Client/TPT$PTN.592", 9000, "2025-04-21T01:00:00Z", head=b"TPTN")
    m.start("2025-04-23T00:05:00Z")
    m.noise("/Program Files/Tarn Security/Client/TPT$PTN.594", 9100, "2025-04-23T00:31:00Z", head=b"TPTN")
    for t in ("00:55:00", "01:10:00", "01:31:00"):
        m.button(f"2025-04-23T{t}Z")
        m.start(at(f"2025-04-23T{t}Z", 60))
    m.button("2025-04-23T01:50:00Z")
    return m
