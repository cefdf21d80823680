# SPDX-License-Identifier: GPL-3.0-or-later
"""New definitions took lsasrv.dll for a trojan; lsass ended, Windows restarted and has not come up since. An update of
the VPN an hour before is innocent, and the antivirus' own driver did only what it was told."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "file-removed",
    "culprit": r"\Windows\System32\lsasrv.dll",
    "acceptable": [r"restore:\Windows\System32\lsasrv.dll"],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Sable\Antivirus\Defs\vps-25081403.sdf"],
    "never": [r"\Windows\System32\drivers\sblmon.sys", r"\Windows\System32\drivers\mrdvpn64.sys", "service:mrdvpn64", "service:sblmon",
              r"\Windows\System32\lsass.exe", r"\ProgramData\Sable\Antivirus\Defs\vps-25081302.sdf"],
    "certainty": "sure",
    "why": ["lsasrv.dll is not in System32", "Sable's log and the journal: taken 13:07:44 UTC, 79 s after new definitions",
            "1074 of lsass a minute later; no start since got far", "WinSxS has the same file"],
}


def make():
    m = Machine("KANZLEI-07", "10-22H2", installed="2022-06-01T08:00:00Z", bias=-120)
    vendors.office(m, "2022-06-01T10:00:00Z")
    vendors.sable(m, "2022-06-02T09:00:00Z")
    lsasrv = "/Windows/System32/lsasrv.dll"
    m.put("/Windows/WinSxS/amd64_microsoft-windows-lsa-minwin_31bf3856ad364e35_10.0.19041.4651_none_5c1f0b7d2a2b1c11/lsasrv.dll",
          m.files[lsasrv].data, m.installed, journal=False)
    m.days("2025-07-10", "2025-08-13")
    m.journal_from = at("2025-08-11T00:00:00Z")
    vendors.sable_definitions(m, "2025-08-13T09:10:00Z", 25081302)
    m.start("2025-08-14T06:20:00Z")
    vendors.meridian(m, "2025-08-14T11:58:30Z", (4, 10, 8, 2))
    vendors.sable_definitions(m, "2025-08-14T13:06:25Z", 25081403)
    vendors.sable_takes(m, lsasrv, "2025-08-14T13:07:44Z", "8c1de2", "Win32:Haxdoor-KR [Trj]")
    m.log.add(at("2025-08-14T13:08:50Z"), "User32", 1074, [
        ("param1", "C:\\Windows\\system32\\wininit.exe (KANZLEI-07)"), ("param2", "KANZLEI-07"), ("param3", "No title for this reason could be found"),
        ("param4", "0x50006"), ("param5", "restart"), ("param6", "The system process 'C:\\Windows\\system32\\lsass.exe' terminated unexpectedly with status code -1073741515."),
        ("param7", "NT AUTHORITY\\SYSTEM")], qualifiers=32768, pid=620)
    m.stop("2025-08-14T13:09:50Z", "installer")
    for start, crash in (("13:10:40", "13:11:02"), ("13:12:10", "13:12:31")):
        m.crash(f"2025-08-14T{crash}Z", 0xC000021A, [0xFFFFC50811112220, 0xC0000135, 0, 0], dump=None, started=f"2025-08-14T{start}Z", early=True)
    m.boot_attempts = 3
    return m
