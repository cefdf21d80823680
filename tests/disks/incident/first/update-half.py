# SPDX-License-Identifier: GPL-3.0-or-later
"""A monthly update was half applied: its transaction is still there, the restart for it ended in 0xC000021A. The
update of a backup product two days before is innocent."""

from machine import Machine, at
import ordinary
import regf
import traces

CBS = "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
FILES = ["/Windows/System32/ntdll.dll", "/Windows/System32/win32k.sys", "/Windows/System32/drivers/tcpip.sys", "/Windows/System32/lsass.exe"]
ANSWER = {
    "kind": "update-half-applied",
    "culprit": None,
    "acceptable": [],
    "tolerated": ["registry:SessionsPending", "registry:Exclusive", "registry:pending"],
    "never": [r"\Windows\System32\drivers\kstsnap.sys", "service:kstsnap", r"\Windows\System32\drivers\tcpip.sys",
              r"\Windows\System32\ntdll.dll"],
    "certainty": "sure",
    "why": ["pending.xml with its transaction, SessionsPending\\Exclusive 4, SETUPEXECUTE names poqexec.exe",
            "KB5061234 was installed to the restart; the start after it ended in 0xC000021A"],
}


def make():
    m = Machine("OFFICE-31", "11-23H2", installed="2024-03-05T09:12:44Z")
    ordinary.usual(m, "2024-03-05T11:00:00Z")
    ordinary.backup(m, "2024-03-06T09:00:00Z")
    m.days("2025-05-05", "2025-06-09")
    m.journal_from = at("2025-06-08T00:00:00Z")
    m.driver("kstsnap", (8, 2, 2, 40), "2025-06-08T12:00:00Z", "Kestrel Backup Ltd.", "Kestrel Backup", start=0, group="PnP Filter",
             klass="Volume", inf="kstsnap", device="ROOT\\KSTSNAP\\0000", size=0x4B000)
    m.start("2025-06-10T17:00:00Z")
    title = "2025-06 Cumulative Update for Windows 11 Version 23H2 for x64-based Systems (KB5061234)"
    guid = traces.guid("KB5061234")
    for seconds, ident in ((0, 44), (120, 43)):
        m.log.add(at("2025-06-10T17:10:00Z", seconds), "Microsoft-Windows-WindowsUpdateClient", ident, [
            ("updateTitle", title), ("updateGuid", guid), ("updateRevisionNumber", 1)])
    m.cbs.append((at("2025-06-10T17:30:00Z"), traces.cbs_done("KB5061234", 22631, 5472)))
    m.stop("2025-06-10T17:41:00Z", "update")
    m.put("/Windows/WinSxS/pending.xml", traces.pending_xml("KB5061234", "10.0.22631.5472", FILES).encode(), "2025-06-10T17:41:20Z")
    m.put("/Windows/WinSxS/poqexec.log", traces.poqexec(m, at("2025-06-10T17:42:00Z"), "KB5061234", FILES[:2], 0xC0000034).encode("utf-16le"),
          "2025-06-10T17:42:05Z")
    m.software.set(CBS + "\\SessionsPending", "Exclusive", 4)
    m.software.set(CBS + "\\RebootPending", "", "")
    m.software.set(CBS + "\\PackagesPending\\Package_for_RollupFix~31bf3856ad364e35~amd64~~22631.5472.1.7", "31_1", 5)
    m.system.set("ControlSet001\\Control\\Session Manager", "SETUPEXECUTE", [
        "C:\\Windows\\System32\\poqexec.exe /display_progress \\SystemRoot\\WinSxS\\pending.xml"])
    for start, crash in (("17:42:10", "17:42:30"), ("17:43:20", "17:43:41")):
        m.crash(f"2025-06-10T{crash}Z", 0xC000021A, [0xFFFFAB8012345678, 0xC0000139, 0, 0], ["ntoskrnl+0x3f1a0"], dump=None,
                started=f"2025-06-10T{start}Z", early=True)
    m.boot_attempts = 3
    traces.srt(m, "2025-06-10T17:50:00Z", None)
    return m
