# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that is set to kernel dumps and keeps no small ones: MEMORY.DMP of the last crash is all there is. The address is
in Windows' own kernel; the first module on the stack that is not Windows' is a filter that came in that morning. Below
it stands an old and innocent one."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\gwdlp.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:gwdlp"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", r"\Windows\System32\drivers\fbe1g.sys", "service:fbe1g"],
    "certainty": "likely",
    "why": ["MEMORY.DMP: 0x0A in ntoskrnl.exe, gwdlp.sys is the first on the stack that is not Windows'",
            "its package came that morning, twenty minutes before the first crash"],
}


def make():
    m = Machine("ACC-0023", "10-22H2", installed="2023-02-14T09:00:00Z", bias=-120)
    ordinary.usual(m, "2023-02-14T11:00:00Z")
    m.system.set("ControlSet001\\Control\\CrashControl", "CrashDumpEnabled", 2)
    m.days("2025-01-20", "2025-02-24")
    m.journal_from = at("2025-02-22T00:00:00Z")
    m.start("2025-02-25T06:40:00Z")
    m.driver("gwdlp", (2, 0, 4, 0), "2025-02-25T07:02:31Z", "Gatewell", "Gatewell Data Guard", start=1, kind=2,
             group="FSFilter Content Screener", altitude="268450", inf="gwdlp", device="ROOT\\GWDLP\\0000", size=0x2A000)
    stack = ["ntoskrnl+0x41e2a9", "ntoskrnl+0x2f1a0", "gwdlp+0x7714", "gwdlp+0x1c20", "fltmgr+0x5c1b", "orbmon+0x2290", "fltmgr+0x4e0",
             "ntoskrnl+0x61244"]
    for crash, start in (("07:22:10", "07:23:31"), ("07:31:45", "07:33:04"), ("07:40:02", "07:41:20")):
        m.crash(f"2025-02-25T{crash}Z", 0x0A, [0x40, 2, 0, "ntoskrnl+0x2f1a0"], stack, dump="whole")
        m.start(f"2025-02-25T{start}Z")
    m.crash("2025-02-25T07:49:00Z", 0x0A, [0x40, 2, 0, "ntoskrnl+0x2f1a0"], stack, dump=None)
    return m
