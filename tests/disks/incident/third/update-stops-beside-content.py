# SPDX-License-Identifier: GPL-3.0-or-later
"""A cumulative update stopped in the middle of its transaction; every start since ends in 0x7B. In the same evening a
sensor took a channel file, which ran for half an hour before the restart, and the backup's filter is a year old."""

from machine import Machine, at
import traces
import vendors

FILES = ["/Windows/System32/drivers/storport.sys", "/Windows/System32/drivers/partmgr.sys", "/Windows/System32/ntdll.dll",
         "/Windows/System32/drivers/disk.sys", "/Windows/System32/smss.exe"]
ANSWER = {
    "kind": "update-half-applied",
    "culprit": None,
    "acceptable": [],
    "tolerated": ["registry:SessionsPending", "registry:Exclusive", "registry:pending", "registry:SETUPEXECUTE"],
    "never": [r"\Windows\System32\drivers\Corvane\cvn-0118-0000000455.sys", r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens",
              r"\Windows\System32\drivers\bsltrk.sys", "service:bsltrk", "filter:bsltrk", r"\Windows\WinSxS\pending.xml",
              r"\Windows\System32\drivers\storport.sys"],
    "certainty": "sure",
    "why": ["pending.xml and COMPONENTS' PendingXmlIdentifier, SessionsPending\\Exclusive 4, SETUPEXECUTE names poqexec.exe",
            "the restart for KB5065426 ended in 0x7B; no dump", "the channel file came 31 minutes before that restart and did nothing"],
}


def make():
    m = Machine("VERSAND-11", "11-24H2", installed="2024-11-04T09:00:00Z", bias=-120)
    vendors.office(m, "2024-11-04T11:00:00Z")
    vendors.corvane(m, "2024-11-05T09:00:00Z")
    vendors.basalt(m, "2024-11-05T09:30:00Z")
    m.days("2025-08-04", "2025-09-08")
    m.journal_from = at("2025-09-08T00:00:00Z")
    vendors.channel(m, 118, 454, "2025-09-05T07:10:00Z")
    m.start("2025-09-09T05:50:00Z")
    title = "2025-09 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5065426)"
    for seconds, ident in ((0, 44), (140, 43)):
        m.log.add(at("2025-09-09T17:20:00Z", seconds), "Microsoft-Windows-WindowsUpdateClient", ident, [
            ("updateTitle", title), ("updateGuid", traces.guid("KB5065426")), ("updateRevisionNumber", 1)])
    vendors.channel(m, 118, 455, "2025-09-09T17:31:10Z")
    m.cbs.append((at("2025-09-09T17:50:00Z"), traces.cbs_done("KB5065426", 26100, 6584)))
    m.stop("2025-09-09T18:02:30Z", "update")
    vendors.pending(m, "2025-09-09T18:02:40Z", "KB5065426", FILES, 3, 0xC0000056)
    for start, crash in (("18:03:40", "18:04:10"), ("18:05:00", "18:05:18"), ("18:06:10", "18:06:27")):
        m.crash(f"2025-09-09T{crash}Z", 0x7B, [0xFFFFF50A11112898, 0xFFFFFFFFC0000034, 0, 0], dump=None, started=f"2025-09-09T{start}Z", early=True)
    m.boot_attempts = 4
    traces.srt(m, "2025-09-09T18:14:00Z", None, attempts=1)
    return m
