# SPDX-License-Identifier: GPL-3.0-or-later
"""The update made Windows stricter, and a notebook maker's old diagnostic driver dies of it (0x7E, access denied by the hypervisor) a minute
after each start. The driver has not changed for fourteen months, the update is in order; it is the driver that is at fault."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\hxdiagio.sys"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:hxdiagio"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\ntoskrnl.exe", r"\Windows\System32\hal.dll", r"\Windows\System32\CI.dll", "service:ogkmd", "service:orbmon",
              "service:TPM", "service:frmtp"],
    "certainty": "likely",
    "why": ["0x7E, c0000005, with the instruction in hxdiagio.sys in each dump", "what changed before is Windows itself: KB4568831, installed in order",
            "nothing is pending"],
}


def make():
    m = Machine("REISE-14", "10-22H2", installed="2019-06-03T08:00:00Z", bias=-120)
    ordinary.usual(m, "2019-06-03T10:00:00Z")
    m.driver("hxdiagio", (1, 0, 0, 8), "2019-06-03T12:00:00Z", "Hexagon Computers", "Hexagon Care Diagnostics", package=False, size=0xC000)
    m.user_service("HxCare", "/Program Files/Hexagon/Care/hxcare.exe", (3, 3, 0, 11), "2019-06-03T12:01:00Z", "Hexagon Computers", "Hexagon Care")
    m.days("2020-07-01", "2020-07-31")
    m.journal_from = at("2020-07-30T00:00:00Z")
    m.start("2020-08-03T06:30:00Z")
    m.update("2020-08-03T09:00:00Z", "KB4568831", drivers=("tcpip", "pci"), files=("/Windows/System32/ntoskrnl.exe", "/Windows/System32/hal.dll", "/Windows/System32/CI.dll"),
             title="2020-07 Cumulative Update Preview for Windows 10 Version 2004 for x64-based Systems (KB4568831)")
    m.stop("2020-08-03T10:10:00Z", "update")
    m.start("2020-08-03T10:13:00Z")
    for crash in ("10:14:05", "10:17:10", "10:20:22"):
        m.crash(f"2020-08-03T{crash}Z", 0x7E, [0xC0000005, "hxdiagio+0x1640", 0xFFFF850429891EE8, 0xFFFF850429891720],
                ["hxdiagio+0x1640", "hxdiagio+0x1a02", "ntoskrnl+0x61244", "ntoskrnl+0x3f1a0"], raw_code=0x1000007E)
        m.start(at(f"2020-08-03T{crash}Z", 90))
    m.crash("2020-08-03T10:23:20Z", 0x7E, [0xC0000005, "hxdiagio+0x1640", 0xFFFF850429891EE8, 0xFFFF850429891720],
            ["hxdiagio+0x1640", "hxdiagio+0x1a02", "ntoskrnl+0x61244", "ntoskrnl+0x3f1a0"], raw_code=0x1000007E)
    return m
