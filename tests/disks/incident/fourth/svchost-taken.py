# SPDX-License-Identifier: GPL-3.0-or-later
"""A 32-bit Windows 7: the antivirus took svchost.exe; Windows restarts a minute after each start, since a service that it needs
ended (1074 by wininit). It starts, stops in order, and is of no use. The network's driver was updated that noon."""

from machine import Machine, at
import ordinary
import others

GONE = r"\Windows\System32\svchost.exe"
ANSWER = {
    "kind": "file-removed",
    "culprit": GONE,
    "acceptable": ["restore:" + GONE],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Orbis\Definitions\base-5958.odb"],
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", "service:OrbisSvc", r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g",
              r"\ProgramData\Orbis\Definitions\base-5957.odb", "service:DcomLaunch"],
    "certainty": "sure",
    "why": ["svchost.exe is gone, a copy lies in WinSxS", "the antivirus' log and the journal have the minute", "1074 by wininit after each start; no crash"],
}


def make():
    m = Machine("KASSE-11", "7", installed="2010-01-12T08:00:00Z", arch="x86", storage="storahci", hiberboot=False, bias=-120)
    ordinary.usual(m, "2010-01-12T10:00:00Z")
    m.put("/Windows/WinSxS/x86_microsoft-windows-services-svchost_31bf3856ad364e35_6.1.7600.16385_none_b591afc466a15356/svchost.exe",
          m.files["/Windows/System32/svchost.exe"].data, "2010-01-12T08:00:00Z")
    m.days("2010-03-22", "2010-04-20")
    m.journal_from = at("2010-04-19T00:00:00Z")
    ordinary.definitions(m, "2010-04-20T09:10:00Z", 5957)
    m.start("2010-04-21T06:30:00Z")
    ordinary.network(m, "2010-04-21T10:31:00Z", (12, 19, 3, 1))
    ordinary.definitions(m, "2010-04-21T13:20:00Z", 5958)
    m.put("/ProgramData/Orbis/Quarantine/7DA41500-0001.qrt", bytes(b ^ 0xA5 for b in m.files["/Windows/System32/svchost.exe"].data), "2010-04-21T13:26:12Z")
    m.delete("/Windows/System32/svchost.exe", "2010-04-21T13:26:12Z")
    m.text("/ProgramData/Orbis/Logs/detections.log",
           "2010-04-21 15:26:12 [ALERT] C:\\Windows\\System32\\svchost.exe W32/Wecor.a action=quarantine result=ok\n", "2010-04-21T13:26:12Z")

    def ends(when):
        m.log.add(at(when), "Service Control Manager", 7031, [("param1", "DCOM-Server-Prozessstart"), ("param2", "1"), ("param3", "60000"), ("param4", "2"),
                                                            ("param5", "Neustart des Computers")], level=2, qualifiers=49152)
        m.log.add(at(when, 1), "User32", 1074, [
            ("param1", "C:\\Windows\\system32\\wininit.exe"), ("param2", m.name), ("param3", "Kein Titel"), ("param4", "0x50006"), ("param5", "Neustart"),
            ("param6", "Der Dienst \"DCOM-Server-Prozessstart\" wurde unerwartet beendet."), ("param7", "NT-AUTORIT\u00c4T\\SYSTEM")], qualifiers=32768)
        m.log.add(at(when, 58), "EventLog", 6006, [], qualifiers=32768, pid=0)
        m.log.add(at(when, 60), "Microsoft-Windows-Kernel-General", 13, [("StopTime", at(when, 60))], task=2)
        m.session, m.ended, m.last_shutdown = None, None, at(when, 60)
    ends("2010-04-21T13:26:40Z")
    for start in ("13:29:00", "13:32:10", "13:35:30"):
        m.start(f"2010-04-21T{start}Z")
        ends(at(f"2010-04-21T{start}Z", 70))
    others.windows7(m)
    return m
