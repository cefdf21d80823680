# SPDX-License-Identifier: GPL-3.0-or-later
"""A month ago somebody had Driver Verifier on and met two 0xC4; he turned it off, and the machine has been well since. Nothing is
to be done, although the dumps name a driver and the settings' key was written."""

from machine import CS, Machine, at
import vendors

KEY = CS + "\\Control\\Session Manager\\Memory Management"
ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "sure",
    "why": ["no VerifyDrivers, VerifyDriverLevel 0", "last crash five weeks ago, started and stopped in order every day since"],
}


def make():
    m = Machine("TESTPLATZ", "11-24H2", installed="2024-11-11T08:00:00Z")
    vendors.office(m, "2024-11-11T10:00:00Z")
    m.days("2025-01-06", "2025-01-17")
    for start, crash in (("08:00:00", "08:01:10"), ("08:03:00", "08:04:02")):
        m.start(f"2025-01-18T{start}Z")
        m.crash(f"2025-01-18T{crash}Z", 0xC4, [0x91, 0, 0xFFFFAB8011113080, 0], ["mrdvpn64+0x2210", "ndis+0x1f4c2", "ntoskrnl+0x5a1200"])
    m.start("2025-01-18T08:20:00Z")
    m.system.set(KEY, "VerifyDriverLevel", 0, at("2025-01-18T08:22:00Z"))
    m.stop("2025-01-18T08:23:00Z", "installer")
    m.days("2025-01-19", "2025-02-23")
    m.journal_from = at("2025-02-22T00:00:00Z")
    vendors.cumulus(m, "2025-02-23T17:30:00Z", (2, 3, 1, 18))
    m.days("2025-02-24", "2025-02-24")
    return m
