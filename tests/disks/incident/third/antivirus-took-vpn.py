# SPDX-License-Identifier: GPL-3.0-or-later
"""The antivirus took the VPN's driver. Windows starts as ever, only that service fails at each start (7000): nothing crashes, and
nothing but that file has to come back. Its package lies whole in the driver store."""

from machine import DRIVERS, Machine, at
import vendors

ANSWER = {
    "kind": "file-removed",
    "culprit": r"\Windows\System32\drivers\mrdvpn64.sys",
    "acceptable": [r"restore:\Windows\System32\drivers\mrdvpn64.sys"],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Sable\Antivirus\Defs\vps-25052001.sdf"],
    "never": [r"\Windows\System32\drivers\sblmon.sys", "service:sblmon", "service:SableSvc", r"\ProgramData\Sable\Antivirus\Defs\vps-25051901.sdf",
              "service:NDIS", r"\Windows\System32\drivers\ndis.sys"],
    "certainty": "sure",
    "why": ["mrdvpn64 has a service and a device, and no file", "Sable's log and the journal: taken 20 May 08:31:40 UTC, a minute after new definitions",
            "7000 for it at each of the three starts since"],
}


def make():
    m = Machine("AUSSENDIENST", "11-23H2", installed="2024-03-04T08:00:00Z", bias=-120)
    vendors.office(m, "2024-03-04T10:00:00Z")
    vendors.sable(m, "2024-03-05T09:00:00Z")
    m.system.set(m.key("mrdvpn64"), "Start", 1)
    m.days("2025-04-14", "2025-05-19")
    m.journal_from = at("2025-05-18T00:00:00Z")
    vendors.sable_definitions(m, "2025-05-19T08:30:00Z", 25051901)
    m.start("2025-05-20T05:50:00Z")
    vendors.sable_definitions(m, "2025-05-20T08:30:30Z", 25052001)
    vendors.sable_takes(m, DRIVERS + "mrdvpn64.sys", "2025-05-20T08:31:40Z", "11f0aa", "Win64:Malware-gen")
    m.loaded.remove(DRIVERS + "mrdvpn64.sys")
    m.stop("2025-05-20T15:10:00Z")
    for day in (21, 22, 23):
        m.days(f"2025-05-{day}", f"2025-05-{day}")
        m.log.add(at(f"2025-05-{day}T08:01:00Z"), "Service Control Manager", 7000, [
            ("param1", "Meridian Connect"), ("param2", "%%2")], level=2, qualifiers=49152)
    return m
