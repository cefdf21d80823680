# SPDX-License-Identifier: GPL-3.0-or-later
"""A firmware update changed the controller's mode, so that Windows does not find its disk any more: no dump can be written,
no log tells it, Startup Repair found nothing. On the disk nothing is wrong that could be named; a VPN's update is a week old."""

from machine import Machine, at
import ordinary
import traces
import vendors

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "hardware"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", r"\Windows\System32\drivers\stornvme.sys", "service:stornvme",
              "service:storahci", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "unsure",
    "why": ["failed starts (boot status, SrtTrail.txt) after a stop in order", "no dump, no crash in the log, nothing missing, nothing new since the last good start"],
}


def make():
    m = Machine("BUERO-17", "11-23H2", installed="2024-02-26T09:00:00Z")
    vendors.office(m, "2024-02-26T11:00:00Z")
    m.days("2025-10-06", "2025-11-03")
    m.journal_from = at("2025-11-02T00:00:00Z")
    m.start("2025-11-04T06:30:00Z")
    vendors.meridian(m, "2025-11-04T09:00:00Z", (5, 0, 1, 2))
    m.stop("2025-11-04T16:10:00Z")
    m.days("2025-11-05", "2025-11-10")
    ordinary.browser(m, "2025-11-10T10:00:00Z", 131)
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-11-11T06:52:00Z", None, language="es", attempts=2)
    return m
