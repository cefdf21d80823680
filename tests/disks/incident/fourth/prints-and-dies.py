# SPDX-License-Identifier: GPL-3.0-or-later
"""Since the monthly update the machine dies (0x1, in win32kfull.sys) whenever somebody prints on the label printer, and works on
after each restart. Not a loop, and no file that may go: win32kfull.sys is Windows' own, the printer's driver lies in user mode."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "none"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\win32kfull.sys", "service:ogkmd", "service:orbmon", r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda",
              r"\Windows\System32\spool\drivers\x64\3\tallyui.dll", "service:Spooler", "service:fbe1g"],
    "certainty": "likely",
    "why": ["0x1 with win32kfull.sys three times on three days, hours of work between", "the update succeeded, nothing is pending",
            "the last session was stopped in order"],
}


def make():
    m = Machine("LAGER-4", "10-22H2", installed="2023-02-01T08:00:00Z")
    ordinary.usual(m, "2023-02-01T10:00:00Z")
    m.program("/Windows/System32/spool/drivers/x64/3/tallyui.dll", (3, 1, 0, 9), "Tallyman Printers", "Tallyman Label", when="2023-02-03T10:00:00Z", driver=False)
    m.days("2025-02-10", "2025-03-10")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-11T06:30:00Z")
    m.update("2025-03-11T11:00:00Z", "KB5000802", drivers=("srv2",), files=("/Windows/System32/win32kfull.sys", "/Windows/System32/win32kbase.sys"),
             title="2025-03 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5000802)")
    m.stop("2025-03-11T16:30:00Z", "update")
    for day, t in (("12", "09:14:00"), ("13", "13:02:00"), ("14", "08:40:00")):
        m.start(f"2025-03-{day}T06:30:00Z")
        m.crash(f"2025-03-{day}T{t}Z", 0x1, [0x7FFD1A2C1454, 0, 0xFFFF0000, 0xFFFF850429891EE8],
                ["ntoskrnl+0x40a2e0", "win32kfull+0x1a2f0", "win32kfull+0x60110", "win32kbase+0x21f0", "ntoskrnl+0x61244"])
        m.start(at(f"2025-03-{day}T{t}Z", 80))
        m.stop(f"2025-03-{day}T16:20:00Z")
    return m
