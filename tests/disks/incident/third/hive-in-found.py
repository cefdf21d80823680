# SPDX-License-Identifier: GPL-3.0-or-later
"""After a power loss the disk was checked, and the check took the SYSTEM hive's record for an orphan: its bytes lie in
found.000, its place is empty. A driver of the day before tempts."""

from machine import CONFIG, Machine, at
import traces
import vendors

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "acceptable": [],
    "tolerated": [r"restore:\Windows\System32\config\SYSTEM"],
    "never": [r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda", "service:cldkmd", r"\Windows\System32\config\SYSTEM"],
    "certainty": "sure",
    "why": ["there is no config\\SYSTEM; found.000\\file0000.chk is a hive", "no start since the power loss; RegBack is empty as it is by design"],
}


def make():
    m = Machine("LAGER-3", "10-22H2", installed="2023-02-06T08:00:00Z", storage="storahci")
    vendors.office(m, "2023-02-06T10:00:00Z")
    m.days("2025-01-20", "2025-02-24")
    m.start("2025-02-25T06:40:00Z")
    vendors.timbre(m, "2025-02-25T10:30:00Z", (10, 30, 2, 5))
    m.stop("2025-02-25T16:10:00Z")
    m.start("2025-02-26T06:40:00Z")
    m.power_loss("2025-02-26T11:19:00Z")
    m.put("/found.000/file0000.chk", m.system.bytes(m.now), "2025-02-26T11:31:00Z", attr=0x6)
    m.noise("/found.000/file0001.chk", 4096, "2025-02-26T11:31:00Z", attr=0x6)
    m.without += [CONFIG + "SYSTEM"]
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-02-26T11:40:00Z", "Die Registrierung ist besch\u00e4digt.", language="de", attempts=2, action="Reparatur der Registrierung")
    return m
