# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows before died in a driver and in a half update; somebody installed anew a month ago. All that is left in Windows.old (a dump,
a transaction, missing files), and empty dumps of the new one's first hour. The new Windows is started and stopped in order."""

import kdump
from machine import HOUR, Machine, at
import ordinary
import traces

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows.old\Windows\System32\drivers\kstsnap.sys", "service:ogkmd", "service:orbmon", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys",
              r"\Windows.old\Windows\WinSxS\pending.xml"],
    "certainty": "sure",
    "why": ["twenty days of orderly starts and stops", "dumps and transaction are below Windows.old: another Windows' history", "two dumps of 0 bytes and zeros, a month old"],
}


def make():
    old = Machine("REZEPTION", "10-22H2", installed="2021-02-01T08:00:00Z")
    ordinary.usual(old, "2021-02-01T10:00:00Z")
    ordinary.backup(old, "2021-02-02T10:00:00Z")
    old.start("2025-08-20T06:00:00Z")
    for t in ("08:10:00", "08:20:00", "08:31:00"):
        old.crash(f"2025-08-20T{t}Z", 0xD1, [0x40, 2, 1, "kstsnap+0x1a0c"], ["kstsnap+0x1a0c", "volsnap+0x3a10", "ntoskrnl+0x3f1a0"], dump="both")
        old.start(at(f"2025-08-20T{t}Z", 80))
    old.put("/Windows/WinSxS/pending.xml", traces.pending_xml("KB5063709", "10.0.19045.6216", ["/Windows/System32/ntdll.dll", "/Windows/System32/lsass.exe"]).encode(),
            "2025-08-20T12:00:00Z")
    old.crash("2025-08-20T12:05:00Z", 0xC000021A, [0xFFFFAB8012345678, 0xC0000139, 0, 0], ["ntoskrnl+0x3f1a0"])
    traces.srt(old, "2025-08-20T12:20:00Z", "Boot critical file c:\\windows\\system32\\drivers\\kstsnap.sys is corrupt.", language="en", attempts=2)
    old.without += ["/Windows/System32/lsass.exe", "/Windows/System32/drivers/orbmon.sys"]
    m = Machine("REZEPTION", "11-23H2", installed="2025-08-21T09:00:00Z", mib=160)
    ordinary.usual(m, "2025-08-21T10:00:00Z")
    for n, data in ((1, b""), (2, bytes(131072))):
        m.put(f"/Windows/Minidump/082125-{7000 + n}-01.dmp", data, "2025-08-21T10:20:00Z")
    m.put("/Windows/LiveKernelReports/WATCHDOG/WATCHDOG-20250821-1225.dmp",
          kdump.head(0x141, [0xFFFFAB8011112010, 0xFFFFF80355A31C10, 0, 0x2D14], at("2025-08-21T10:25:00Z"), HOUR, kind=6), "2025-08-21T10:25:00Z")
    m.text("/$WINDOWS.~BT/Sources/Panther/setuperr.log", "2025-08-21 10:50:11, Error                 SP     pSPRemoveUpdateDrivers: SP_ERROR 0xC1900101\n", "2025-08-21T08:50:00Z")
    m.days("2025-08-22", "2025-09-18")
    m.other(old, "/Windows.old/Windows")
    return m
