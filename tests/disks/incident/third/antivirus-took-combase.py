# SPDX-License-Identifier: GPL-3.0-or-later
"""The antivirus took combase.dll. Its own log is gone and there is no second copy on the disk: the journal, a new file in the
vault and the definitions of a minute before remain. A sensor of somebody else runs beside it and did nothing."""

from machine import Machine, at
import traces
import vendors

ANSWER = {
    "kind": "file-removed",
    "culprit": r"\Windows\System32\combase.dll",
    "acceptable": [r"restore:\Windows\System32\combase.dll"],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Sable\Antivirus\Defs\vps-25091102.sdf"],
    "never": [r"\Windows\System32\drivers\sblmon.sys", "service:sblmon", r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens",
              r"\Windows\System32\drivers\Corvane\cvn-0118-0000000550.sys", r"\ProgramData\Sable\Antivirus\Vault\c0ffee.dat"],
    "certainty": "sure",
    "why": ["combase.dll is not in System32 and the journal has its deletion 08:12:50 UTC, with a new file in the vault in that second",
            "new definitions 70 s before", "the next start was the first to fail"],
}


def make():
    m = Machine("SCHALTER-6", "11-23H2", installed="2023-10-09T08:00:00Z", bias=-120)
    vendors.office(m, "2023-10-09T10:00:00Z")
    vendors.sable(m, "2023-10-10T09:00:00Z")
    vendors.corvane(m, "2025-02-03T09:00:00Z")
    m.days("2025-08-11", "2025-09-10")
    m.journal_from = at("2025-09-09T00:00:00Z")
    m.start("2025-09-11T05:40:00Z")
    vendors.channel(m, 118, 550, "2025-09-11T06:20:00Z")
    vendors.sable_definitions(m, "2025-09-11T08:11:40Z", 25091102)
    vendors.sable_takes(m, "/Windows/System32/combase.dll", "2025-09-11T08:12:50Z", "c0ffee", "Win64:Trojan-gen")
    m.delete("/ProgramData/Sable/Antivirus/Log/FileShield.txt", "2025-09-11T08:14:00Z")
    m.stop("2025-09-11T08:40:00Z")
    m.boot_ok, m.boot_attempts = False, 3
    traces.srt(m, "2025-09-11T08:55:00Z", None, language="fr", attempts=1)
    return m
