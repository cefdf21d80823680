# SPDX-License-Identifier: GPL-3.0-or-later
"""The SECURITY hive is all zeros since a power loss: every start ends in 0xC0000218. A sensor's content of that morning and an
audio driver of the day before had run well until then."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "acceptable": [],
    "tolerated": [r"restore:\Windows\System32\config\SECURITY"],
    "never": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000812.sys", r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens",
              r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda", r"\Windows\System32\config\SECURITY"],
    "certainty": "sure",
    "why": ["config\\SECURITY has no regf: zeros only", "0xC0000218 in the page file, all starts since the power loss failed"],
}


def make():
    m = Machine("MEISTEREI", "10-22H2", installed="2021-03-15T08:00:00Z", storage="storahci")
    vendors.office(m, "2021-03-15T10:00:00Z")
    vendors.corvane(m, "2024-09-16T09:00:00Z")
    m.days("2025-11-03", "2025-12-07")
    m.journal_from = at("2025-12-07T00:00:00Z")
    m.start("2025-12-08T06:30:00Z")
    vendors.timbre(m, "2025-12-08T10:00:00Z", (10, 31, 2, 2))
    m.stop("2025-12-08T16:00:00Z")
    m.start("2025-12-09T06:30:00Z")
    vendors.channel(m, 118, 812, "2025-12-09T07:44:00Z")
    m.power_loss("2025-12-09T11:20:00Z")
    m.hive_damage["SECURITY"] = lambda data: bytes(len(data))
    for start in ("11:41:00", "11:43:00", "11:45:00"):
        m.crash(at(f"2025-12-09T{start}Z", 15), 0xC0000218, [0xFFFFC50811112220, 0, 0, 0], ["ntoskrnl+0x3f1a0"], early=True,
                started=f"2025-12-09T{start}Z")
    m.boot_attempts = 4
    return m
