# SPDX-License-Identifier: GPL-3.0-or-later
"""An antivirus with new definitions took a storage filter's file (start 0, ErrorControl 3, in the class's list). Since
then Windows does not start; no dump. To move anything more would be wrong; the copy in the driver store is whole."""

from machine import DRIVERS, Machine, at
import ordinary
import traces

ANSWER = {
    "kind": "file-removed",
    "culprit": r"\Windows\System32\drivers\kstsnap.sys",
    "acceptable": [r"restore:\Windows\System32\drivers\kstsnap.sys"],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Orbis\Definitions\base-20250702.odb"],
    "never": [r"\Windows\System32\drivers\orbmon.sys", r"\ProgramData\Orbis\Definitions\base-20250630.odb", "service:orbmon",
              "service:volsnap", "service:partmgr", "service:kstsnap"],
    "certainty": "sure",
    "why": ["kstsnap: start 0, ErrorControl 3, upper filter of Volume, and no file",
            "Orbis' log and the journal: taken 09:16:05 UTC, after new definitions", "the first start after that failed"],
}


def make():
    m = Machine("SRV-LAB", "11-23H2", installed="2024-01-15T10:00:00Z")
    ordinary.usual(m, "2024-01-15T11:00:00Z")
    ordinary.backup(m, "2024-02-02T09:00:00Z")
    m.system.set(m.key("kstsnap"), "ErrorControl", 3)
    m.days("2025-06-02", "2025-07-01")
    m.journal_from = at("2025-06-28T00:00:00Z")
    m.start("2025-07-02T07:20:00Z")
    ordinary.definitions(m, "2025-06-30T09:10:00Z", 20250630)
    ordinary.definitions(m, "2025-07-02T09:14:40Z", 20250702)
    taken = m.files[DRIVERS + "kstsnap.sys"].data
    m.put("/ProgramData/Orbis/Quarantine/5F21C0DE-0001.qrt", bytes(b ^ 0xA5 for b in taken), "2025-07-02T09:16:05Z")
    m.delete(DRIVERS + "kstsnap.sys", "2025-07-02T09:16:05Z")
    m.text("/ProgramData/Orbis/Logs/detections.log",
           "2025-07-02 10:16:05 [ALERT] C:\\Windows\\System32\\drivers\\kstsnap.sys Gen:Variant.Rootkit.41 action=quarantine result=ok\n",
           "2025-07-02T09:16:05Z")
    m.stop("2025-07-02T16:40:00Z")
    m.boot_ok, m.boot_attempts = False, 3
    traces.srt(m, "2025-07-03T06:31:00Z", "Eine f\u00fcr den Start kritische Datei c:\\windows\\system32\\drivers\\kstsnap.sys fehlt.",
               language="de", attempts=2)
    return m
