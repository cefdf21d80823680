# SPDX-License-Identifier: GPL-3.0-or-later
"""The antivirus took drivers\\tcpip.sys at noon, and the machine does not start any more (boot start). In the same
morning a display driver came; no dump was ever written. WinSxS has the file."""

from machine import Machine, at
import others
import traces

CULPRIT = r"\Windows\System32\drivers\tcpip.sys"
COPY = "/Windows/WinSxS/amd64_microsoft-windows-tcpip-driver_31bf3856ad364e35_10.0.22621.3880_none_2f1b7c0d9e8a6b54/tcpip.sys"
ANSWER = {
    "kind": "file-removed",
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:bvkmdag", "service:ltguard", "service:LtGuardSvc", "service:Tcpip", r"\Windows\System32\drivers\ltguard.sys"],
    "certainty": "sure",
    "why": ["tcpip.sys is gone, and the journal tells the minute", "the guard's log names it", "Startup Repair names it, too"],
}


def make():
    m = Machine("HR-114", bias=-60, installed="2024-02-12T08:00:00Z")
    others.office(m, "2024-02-12T10:00:00Z")
    others.endpoint(m, "2024-02-12T11:00:00Z")
    m.program(COPY, m.number)
    m.files[COPY].data = m.files[m.spelling("/Windows/System32/drivers/tcpip.sys")].data
    m.days("2025-09-01", "2025-10-06")
    m.journal_from = at("2025-10-05T00:00:00Z")
    m.start("2025-10-07T05:50:00Z")
    others.by_windows_update(m, "2025-10-07T08:20:00Z", "Bravura Visual Corp. - Display - 32.0.15.7680")
    others.display(m, "2025-10-07T08:20:00Z", (32, 0, 15, 7680))
    others.quarantine(m, "/Windows/System32/drivers/tcpip.sys", "2025-10-07T10:04:40Z", "77d0be12", "Rootkit.Heur.Net.2")
    m.stop("2025-10-07T14:20:00Z")
    m.boot_ok, m.boot_attempts = False, 3
    traces.srt(m, "2025-10-08T05:55:00Z", "Die startkritische Datei \"C:\\Windows\\System32\\drivers\\tcpip.sys\" ist besch\u00e4digt.",
               good="2025-10-07T05:50:20Z", language="de", action="Dateireparatur")
    return m
