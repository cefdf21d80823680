# SPDX-License-Identifier: GPL-3.0-or-later
"""The power went while a boot driver was being updated: its file has its size, and zeros from the second page on. No dump, no
event since: Startup Repair (in French) and the file itself tell it. The driver store has the same file whole."""

from machine import DRIVERS, Machine, at
import traces
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\frtplat.sys",
    "acceptable": [r"restore:\Windows\System32\drivers\frtplat.sys"],
    "may_be_empty": True,
    "tolerated": ["service:frtplat", r"\Windows\System32\drivers\frtplat.sys"],
    "never": [r"\Windows\System32\drivers\acpi.sys", "service:ACPI", "service:cldkmd", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "sure",
    "why": ["frtplat.sys is zeros from byte 4096, its checksum does not fit; start 0", "SrtTrail.txt names it as damaged",
            "it was being replaced as the power went; the copy in the store is whole"],
}


def make():
    m = Machine("ATELIER-3", "11-23H2", installed="2024-03-18T08:00:00Z", bias=-60)
    vendors.office(m, "2024-03-18T10:00:00Z")
    platform = dict(company="Ferrite Devices", product="Ferrite Platform Driver", start=0, group="System Bus Extender", inf="frtplat",
                    device="ACPI\\FRT0401\\0", size=0x14000, bytes_=14000)
    m.driver("frtplat", (1, 2, 0, 7), "2024-03-18T10:30:00Z", **platform)
    m.days("2025-01-20", "2025-02-20")
    m.journal_from = at("2025-02-20T00:00:00Z")
    m.start("2025-02-21T07:10:00Z")
    m.driver("frtplat", (1, 3, 0, 0), "2025-02-21T10:12:03Z", **platform)
    m.power_loss("2025-02-21T10:12:19Z")
    m.zero(DRIVERS + "frtplat.sys", 4096)
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-02-21T10:31:00Z", "Le fichier critique de d\u00e9marrage c:\\windows\\system32\\drivers\\frtplat.sys est endommag\u00e9.",
               language="fr", attempts=2, action="R\u00e9paration de fichiers")
    return m
