# SPDX-License-Identifier: GPL-3.0-or-later
"""ARM64: the antivirus took a staged file of an update out of WinSxS while it waited for the restart. The restart's transaction met a file
that is not there (0xC0000034) and stands in the middle; no start since. What was taken is nothing that ran before."""

from machine import Machine, at
import traces
import vendors

FILES = ["/Windows/System32/ntdll.dll", "/Windows/System32/csrss.exe", "/Windows/System32/kernel32.dll", "/Windows/System32/services.exe"]
STAGED = "/Windows/WinSxS/arm64_component-2_31bf3856ad364e35_10.0.22631.3880/kernel32.dll"
ANSWER = {
    "kind": "update-half-applied",
    "kinds_ok": ["update-half-applied", "file-removed"],
    "culprit": None,
    "culprit_ok": [None, STAGED.replace("/", "\\")],
    "acceptable": [],
    "tolerated": ["registry:SessionsPending", "registry:Exclusive", "registry:pending", "registry:SETUPEXECUTE", "restore:" + STAGED.replace("/", "\\")],
    "never": [r"\Windows\System32\drivers\sblmon.sys", "service:sblmon", "service:SableSvc", r"\Windows\System32\kernel32.dll", r"\Windows\WinSxS\pending.xml",
              r"\Windows\System32\ntdll.dll"],
    "certainty": "sure",
    "why": ["pending.xml, Exclusive 4, poqexec.log ends at kernel32.dll with 0xC0000034", "the antivirus' log: that staged file, 40 minutes before"],
}


def make():
    m = Machine("GRAZ-ARM", "11-23H2", installed="2024-06-10T08:00:00Z", arch="arm64", bias=-120)
    vendors.timbre(m, "2024-06-10T10:00:00Z")
    vendors.sable(m, "2024-06-11T09:00:00Z")
    m.days("2025-08-18", "2025-09-08")
    m.journal_from = at("2025-09-08T00:00:00Z")
    m.start("2025-09-09T06:30:00Z")
    vendors.sable_definitions(m, "2025-09-09T14:30:00Z", 250909)
    title = "2025-09 Cumulative Update for Windows 11 Version 23H2 for arm64-based Systems (KB5065431)"
    for seconds, ident in ((0, 44), (100, 43)):
        m.log.add(at("2025-09-09T13:50:00Z", seconds), "Microsoft-Windows-WindowsUpdateClient", ident, [
            ("updateTitle", title), ("updateGuid", traces.guid("KB5065431")), ("updateRevisionNumber", 1)])
    m.cbs.append((at("2025-09-09T14:05:00Z"), traces.cbs_done("KB5065431", 22631, 5909)))
    m.program(STAGED, (10, 0, 22631, 5909), when="2025-09-09T14:02:00Z")
    vendors.sable_takes(m, STAGED, "2025-09-09T14:31:40Z", "c41f77", "Heur.Patched.KRNL")
    m.stop("2025-09-09T15:10:00Z", "update")
    vendors.pending(m, "2025-09-09T15:10:20Z", "KB5065431", FILES, 3, 0xC0000034)
    m.boot_ok, m.boot_attempts = False, 3
    traces.srt(m, "2025-09-09T15:40:00Z", None, language="de", attempts=1)
    return m
