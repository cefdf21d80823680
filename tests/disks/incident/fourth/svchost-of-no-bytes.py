# SPDX-License-Identifier: GPL-3.0-or-later
"""The antivirus emptied svchost.exe where it could not move it: the file is there with 0 bytes. Windows starts without a service, restarts a
minute later, and again. A VPN's update of that morning is innocent."""

from machine import Machine, at
import traces
import vendors

HURT = r"\Windows\System32\svchost.exe"
ANSWER = {
    "kind": "file-removed",
    "kinds_ok": ["file-removed", "bad-file"],
    "culprit": HURT,
    "acceptable": ["restore:" + HURT],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Sable\Antivirus\Defs\vps-250618.sdf"],
    "never": ["service:mrdvpn64", r"\Windows\System32\drivers\mrdvpn64.sys", "service:sblmon", r"\Windows\System32\drivers\sblmon.sys", "service:SableSvc", "service:DcomLaunch"],
    "certainty": "sure",
    "why": ["svchost.exe has 0 bytes since 14:10:20", "the antivirus' log names it at that second", "1074 by wininit a minute after each start"],
}


def make():
    m = Machine("PRAXIS-8", "10-22H2", installed="2022-02-07T08:00:00Z", bias=-120)
    vendors.office(m, "2022-02-07T10:00:00Z")
    vendors.sable(m, "2022-02-08T09:00:00Z")
    m.put("/Windows/WinSxS/amd64_microsoft-windows-services-svchost_31bf3856ad364e35_10.0.19041.4355_none_5d6c8a1f2b3c4d5e/svchost.exe",
          m.files["/Windows/System32/svchost.exe"].data, "2024-07-10T08:00:00Z")
    m.days("2025-05-19", "2025-06-17")
    m.journal_from = at("2025-06-17T00:00:00Z")
    m.start("2025-06-18T06:30:00Z")
    vendors.meridian(m, "2025-06-18T08:00:00Z", (4, 11, 0, 2))
    vendors.sable_definitions(m, "2025-06-18T14:08:00Z", 250618)
    m.put("/Windows/System32/svchost.exe", b"", "2025-06-18T14:10:20Z", created=m.installed)
    m.text("/ProgramData/Sable/Antivirus/Log/FileShield.txt",
           f"{traces.stamp(m.local(at('2025-06-18T14:10:20Z')), '%d.%m.%Y %H:%M:%S')}\tC:\\Windows\\System32\\svchost.exe\tW32.Wecor.A\tCleaned (file truncated)\n",
           "2025-06-18T14:10:21Z")

    def ends(when):
        m.log.add(at(when), "User32", 1074, [
            ("param1", "C:\\Windows\\system32\\wininit.exe"), ("param2", m.name), ("param3", "No title for this reason could be found"), ("param4", "0x50006"),
            ("param5", "restart"), ("param6", "The DCOM Server Process Launcher service terminated unexpectedly"), ("param7", "NT AUTHORITY\\SYSTEM")], qualifiers=32768)
        m.log.add(at(when, 58), "EventLog", 6006, [], qualifiers=32768, pid=0)
        m.log.add(at(when, 60), "Microsoft-Windows-Kernel-General", 13, [("StopTime", at(when, 60))], task=2)
        m.session, m.ended, m.last_shutdown = None, None, at(when, 60)
    ends("2025-06-18T14:11:00Z")
    for start in ("14:13:30", "14:16:40", "14:20:00"):
        m.start(f"2025-06-18T{start}Z")
        ends(at(f"2025-06-18T{start}Z", 70))
    return m
