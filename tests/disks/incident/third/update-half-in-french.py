# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's update was cut off by a restart from the hosting panel in the middle of its transaction; smss meets files of two
versions. No dump, the log ends with the stop. The backup's filter was updated an hour before, and is innocent."""

from machine import Machine, at
import traces
import vendors

FILES = ["/Windows/System32/ntdll.dll", "/Windows/System32/csrss.exe", "/Windows/System32/winsrv.dll", "/Windows/System32/drivers/afd.sys",
         "/Windows/System32/kernel32.dll"]
ANSWER = {
    "kind": "update-half-applied",
    "culprit": None,
    "acceptable": [],
    "tolerated": ["registry:SessionsPending", "registry:Exclusive", "registry:pending", "registry:SETUPEXECUTE"],
    "never": [r"\Windows\System32\drivers\bsltrk.sys", "service:bsltrk", "filter:bsltrk", r"\Windows\System32\ntdll.dll",
              r"\Windows\WinSxS\pending.xml", r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64"],
    "certainty": "sure",
    "why": ["pending.xml, Exclusive 4, SETUPEXECUTE names poqexec.exe; poqexec.log ends after two of five steps", "ntdll.dll is of the new version, kernel32.dll of the old"],
}


def make():
    m = Machine("PARIS-WEB1", "server-2022", installed="2023-09-04T08:00:00Z", hiberboot=False, bias=-60)
    vendors.rowan(m, "2023-09-04T10:00:00Z")
    vendors.basalt(m, "2023-09-05T09:00:00Z")
    m.start("2025-10-15T02:10:00Z")
    m.usual(80, at("2025-10-15T03:00:00Z"), at("2025-11-11T20:00:00Z"), m.rng)
    m.journal_from = at("2025-11-09T00:00:00Z")
    vendors.basalt(m, "2025-11-11T21:10:00Z", (7, 0, 1, 0))
    title = "2025-11 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems (KB5068787)"
    for seconds, ident in ((0, 44), (100, 43)):
        m.log.add(at("2025-11-11T21:50:00Z", seconds), "Microsoft-Windows-WindowsUpdateClient", ident, [
            ("updateTitle", title), ("updateGuid", traces.guid("KB5068787")), ("updateRevisionNumber", 1)])
    m.cbs.append((at("2025-11-11T22:05:00Z"), traces.cbs_done("KB5068787", 20348, 4405)))
    m.stop("2025-11-11T22:11:00Z", "update")
    vendors.pending(m, "2025-11-11T22:11:20Z", "KB5068787", FILES, 2, 0, identifier=False)
    m.program("/Windows/System32/ntdll.dll", (10, 0, 20348, 4405), when="2025-11-11T22:12:28Z")
    m.program("/Windows/System32/csrss.exe", (10, 0, 20348, 4405), when="2025-11-11T22:12:30Z")
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-11-11T22:30:00Z", None, language="fr", attempts=2)
    return m
