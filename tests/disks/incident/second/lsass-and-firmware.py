# SPDX-License-Identifier: GPL-3.0-or-later
"""A monthly update that does not get on with a firmware setting (as in May 2025): lsass.exe ends, the update is rolled
back (event 20), Windows restarts in order, again and again. No file is at fault, and none may go."""

from machine import Machine, at
import others
import traces

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "none", "update-half-applied", "no-driver"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:tswlan6e", "service:bvkmdag", "service:ltguard", r"\Windows\System32\lsass.exe", "restore:\\Windows\\System32\\lsass.exe"],
    "certainty": "likely",
    "why": ["1074: lsass.exe ended with -1073740791", "20: the update failed and was rolled back", "no bug check, no driver changed"],
}


def make():
    m = Machine("VPRO-11", "10-22H2", bias=-120, installed="2023-02-02T08:00:00Z")
    others.office(m, "2023-02-02T10:00:00Z")
    others.endpoint(m, "2023-02-03T10:00:00Z")
    m.days("2025-04-07", "2025-05-13")
    m.journal_from = at("2025-05-10T00:00:00Z")
    title = "2025-05 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5058379)"
    m.start("2025-05-14T05:40:00Z")
    for seconds, ident in ((0, 44), (90, 43)):
        m.log.add(at("2025-05-14T09:00:00Z", seconds), others.UPDATES, ident, [("updateTitle", title), ("updateGuid", traces.guid("KB5058379")),
                                                                             ("updateRevisionNumber", 1)], task=1)
    m.stop("2025-05-14T10:00:00Z", "update")
    for t in ("10:02:00", "10:07:00", "10:12:00"):
        m.start(f"2025-05-14T{t}Z")
        m.log.add(at(f"2025-05-14T{t}Z", 120), "User32", 1074, [
            ("param1", "C:\\Windows\\System32\\wininit.exe (VPRO-11)"), ("param2", "VPRO-11"),
            ("param3", "No title for this reason could be found"), ("param4", "0x50006"), ("param5", "restart"),
            ("param6", "The system process 'C:\\Windows\\system32\\lsass.exe' terminated unexpectedly with status code -1073740791. The system will now shut down and restart."),
            ("param7", "NT AUTHORITY\\SYSTEM")], qualifiers=32768, pid=700)
        m.stop(at(f"2025-05-14T{t}Z", 180), "update")
    m.start("2025-05-14T10:20:00Z")
    m.log.add(at("2025-05-14T10:21:00Z"), others.UPDATES, 20, [("errorCode", "0x800f0845"), ("updateTitle", title),
                                                             ("updateGuid", traces.guid("KB5058379")), ("updateRevisionNumber", 1)], level=2, task=1)
    m.stop("2025-05-14T10:25:00Z", "update")
    traces.srt(m, "2025-05-14T10:30:00Z", None, good="2025-05-14T10:20:20Z")
    return m
