# SPDX-License-Identifier: GPL-3.0-or-later
"""A graphics card that dies: 0x116 and 0x119 under load in two weeks, reports of displays that hung, corrected errors of its PCIe
link. Its driver has been the same for fifteen months: to take it away repairs nothing."""

from machine import Machine, at
import others
import vendors

DRIVER = vendors.stored("cldisp", "cldkmd", (27, 20, 14501, 28009))
ANSWER = {
    "kind": "hardware",
    "kinds_ok": ["hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [DRIVER, "service:cldkmd", r"\Windows\System32\drivers\dxgkrnl.sys", r"\Windows\System32\drivers\dxgmms2.sys",
              "service:tmbrhda", r"\Windows\System32\drivers\tmbrhda.sys"],
    "certainty": "likely",
    "why": ["the display driver is unchanged since installation, more than a year", "WHEA 17 of the PCIe link before three of four crashes",
            "no crash in the first fifteen months, then four and three live reports in two weeks"],
}


def make():
    m = Machine("RENDER-1", "11-23H2", installed="2024-05-13T09:00:00Z", bias=-120)
    vendors.office(m, "2024-05-13T11:00:00Z")
    m.days("2025-07-14", "2025-08-17")
    m.journal_from = at("2025-08-14T00:00:00Z")
    stack = ["watchdog+0x3c1e", "dxgkrnl+0x1f0a2", "dxgkrnl+0x20ec4", "cldkmd+0x2b1140", "dxgmms2+0x3d110", "ntoskrnl+0x61244"]
    when = at("2025-08-18T06:10:00Z")
    for i, code in enumerate((0x116, 0x119, 0x116, 0x116)):
        m.start(when)
        end = when + (3 + i) * 36 * 10**9 + 7 * 10**9
        vendors.live_dump(m, "WATCHDOG", 0x141, [0xFFFFAB8011112010 + i * 4096, 0xFFFFF80355A31C10, 0, 0x1EC4 + 88 * i], end - 2 * 36 * 10**9)
        if i != 2:
            others.whea(m, end - 4 * 10**9, 17, 4)
        params = [0xFFFFAB8014563010, "cldkmd+0x2b1140", 0xFFFFFFFFC000009A, 4] if code == 0x116 else [1, 0x3A1C, 0x3A1E, 0x3A1B]
        m.crash(end, code, params, stack if code == 0x116 else ["dxgmms2+0x3d110", "watchdog+0x3c1e", "dxgkrnl+0x1f0a2", "ntoskrnl+0x61244"])
        m.start(end + 9 * 10**8)
        if i < 3:
            m.stop(end + 36 * 10**9)
        when += 3 * 864 * 10**9 + 10**9
    return m
