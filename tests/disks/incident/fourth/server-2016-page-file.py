# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of 2016 that was restarted after eighty days, for an update that succeeded. In those days a tape changer's driver was updated
(two weeks ago) and a RAID monitor's (fifty days ago), both loaded for the first time at this start. Each start dies early; one kernel
dump is in the page file."""

from machine import Machine, at
import vendors

CULPRIT = r"\Windows\System32\drivers\gdtape.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:gdtape"],
    "may_be_empty": True,
    "never": ["service:rmonitr", r"\Windows\System32\drivers\rmonitr.sys", "service:bsltrk", r"\Windows\System32\drivers\bsltrk.sys", "filter:bsltrk",
              r"\Windows\System32\drivers\storport.sys", "service:rwnlan64", r"\Windows\System32\drivers\storahci.sys"],
    "certainty": "likely",
    "why": ["the dump in pagefile.sys: 0x7E with the instruction in gdtape.sys", "updated since the last start that went well, as was rmonitr.sys, which is in no stack",
            "the monthly update ended in order: nothing is pending"],
}


def make():
    m = Machine("BAND-SRV", "server-2016", installed="2019-05-06T08:00:00Z", bias=-60, storage="storahci", hiberboot=False)
    m.system.set("ControlSet001\\Control\\ProductOptions", "ProductType", "ServerNT")
    vendors.rowan(m, "2019-05-06T10:00:00Z")
    vendors.basalt(m, "2019-05-06T11:00:00Z")
    tape = dict(company="Gardner Data", product="Gardner Tape Library", klass="System", inf="gdtape", start=0, group="SCSI Class",
                device="SCSI\\Changer&Ven_GARDNER&Prod_TL400\\5&1A2B&0&000100", size=0x2A000)
    monitor = dict(company="Redmount Controllers", product="Redmount RAID Monitor", inf="rmonitr", start=1, device="ROOT\\RMONITR\\0000", size=0x11000)
    m.driver("gdtape", (6, 2, 7, 1), "2019-05-06T12:00:00Z", **tape)
    m.driver("rmonitr", (2, 1, 0, 0), "2019-05-06T12:10:00Z", **monitor)
    m.start("2025-05-20T02:10:00Z")
    m.usual(120, at("2025-05-20T04:00:00Z"), at("2025-08-11T20:00:00Z"), m.rng)
    m.driver("rmonitr", (2, 4, 0, 0), "2025-06-20T12:10:00Z", **monitor)
    m.driver("gdtape", (7, 0, 0, 3), "2025-07-29T13:40:00Z", **tape)
    m.journal_from = at("2025-08-10T00:00:00Z")
    m.update("2025-08-12T20:00:00Z", "KB5063871", drivers=("srv2", "tcpip"), title="2025-08 Cumulative Update for Windows Server 2016 for x64-based Systems (KB5063871)")
    m.stop("2025-08-12T20:30:00Z", "update")
    for start, crash in (("20:31:10", "20:31:21"), ("20:32:30", "20:32:41.3"), ("20:33:40", "20:33:51")):
        m.crash(f"2025-08-12T{crash}Z", 0x7E, [0xC0000005, "gdtape+0x71c0", 0xFFFF850429891EE8, 0xFFFF850429891720],
                ["gdtape+0x71c0", "gdtape+0x7802", "classpnp+0x2a10", "ntoskrnl+0x9a1f0"], started=f"2025-08-12T{start}Z", early=True, dump="whole",
                raw_code=0x1000007E)
    return m
