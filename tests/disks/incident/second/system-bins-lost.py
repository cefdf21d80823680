# SPDX-License-Identifier: GPL-3.0-or-later
"""The SYSTEM hive has its first page, and zeros behind it: a disk that lied about what it had written. A driver came
an hour before and never crashed."""

from machine import Machine, at
import others
import traces

ANSWER = {
    "kind": "registry-unreadable",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\config\SYSTEM"],
    "acceptable": [],
    "may_be_empty": True,
    "never": [r"\Windows\System32\config\SYSTEM", "restore:\\Windows\\System32\\config\\SYSTEM", "service:tswlan6e"],
    "certainty": "sure",
    "why": ["no bin of SYSTEM can be read", "its logs and RegBack are empty"],
}


def make():
    m = Machine("LAGER-7", "10-22H2", bias=-120, installed="2023-06-06T08:00:00Z", storage="storahci")
    others.office(m, "2023-06-06T10:00:00Z")
    m.days("2025-06-30", "2025-08-04")
    m.journal_from = at("2025-08-03T00:00:00Z")
    m.start("2025-08-05T05:00:00Z")
    others.wireless(m, "2025-08-05T11:20:00Z", (23, 100, 0, 2))
    m.power_loss("2025-08-05T12:31:00Z")
    m.hive_damage["SYSTEM"] = lambda data: data[:4096] + bytes(len(data) - 4096)
    m.boot_ok, m.boot_attempts = False, 2
    traces.srt(m, "2025-08-05T12:40:00Z", "Die Registrierung ist besch\u00e4digt.", good="2025-08-05T05:00:20Z", language="de")
    return m
