# SPDX-License-Identifier: GPL-3.0-or-later
"""After the monthly update a notebook loops with 0x10D: the maker's old keyboard filter does what the framework no
longer allows. Its name is in the keyboards' class: without the name taken out the keyboard would be gone with it."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\TqKbFiltr.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["filter:TqKbFiltr", "service:TqKbFiltr"],
    "may_be_empty": True,
    "tolerated": [CULPRIT],
    "never": ["service:kbdclass", "filter:kbdclass", "service:Wdf01000", r"\Windows\System32\drivers\Wdf01000.sys", "service:bvkmdag"],
    "certainty": "likely",
    "why": ["0x10D at each start, and TqKbFiltr.sys is the first foreign module on the stacks", "the update of Windows itself succeeded"],
}


def make():
    m = Machine("NB-4471", "10-22H2", bias=-60, installed="2023-02-02T08:00:00Z")
    others.office(m, "2023-02-02T10:00:00Z")
    m.driver("TqKbFiltr", (11, 0, 3, 1), "2023-02-02T10:30:00Z", "Torque Computer", "Torque Hotkey Filter", klass="Keyboard", inf="tqkbfiltr",
             group="Keyboard Port", device="ACPI\\TQK2001\\4&1DA1&0", size=0xC000)
    m.filter("Keyboard", "TqKbFiltr", first=True)
    m.days("2025-03-03", "2025-04-07")
    m.journal_from = at("2025-04-06T00:00:00Z")
    m.start("2025-04-08T06:00:00Z")
    m.update("2025-04-08T17:10:00Z", "KB5055518", drivers=["Wdf01000", "kbdhid", "i8042prt"],
             title="2025-04 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5055518)")
    m.stop("2025-04-08T17:40:00Z", "update")
    m.start("2025-04-08T17:42:00Z")
    for i, t in enumerate(("17:43:10", "17:45:30", "17:47:40")):
        m.crash(f"2025-04-08T{t}Z", 0x10D, [5, 0, 0x1202, 0xFFFFA98012A44028],
                ["Wdf01000+0x2a110", "Wdf01000+0x31c0", "TqKbFiltr+0x21a4", "TqKbFiltr+0x1a10", "kbdclass+0x3120", "ntoskrnl+0x3f1a0"])
        if i < 2:
            m.start(at(f"2025-04-08T{t}Z", 70))
    return m
