# SPDX-License-Identifier: GPL-3.0-or-later
"""A feature upgrade stopped in the middle: Setup says that it is under way (SystemSetupInProgress, Upgrade), the current
went. The crash dump of a month ago belongs to the display driver that has been updated since."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "update-half-applied",
    "kinds_ok": ["update-half-applied", "unsure"],
    "culprit": None,
    "acceptable": [],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:bvkmdag", "service:psnfs", "service:tswlan6e", "registry:SetupType"],
    "certainty": "likely",
    "why": ["Setup: an upgrade is under way", "power loss during it", "the dump is older than weeks of good starts"],
}


def make():
    m = Machine("SEKRETARIAT", "11-23H2", bias=-60, installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    m.start("2025-04-02T06:00:00Z")
    m.crash("2025-04-02T07:10:00Z", 0x116, [0xFFFFB98012A44074, "bvkmdag+0x11a0c", 0xC000009A, 4], ["bvkmdag+0x11a0c", "dxgkrnl+0x3a10"])
    m.start("2025-04-02T07:12:00Z")
    m.stop("2025-04-02T15:00:00Z")
    others.display(m, "2025-04-03T15:10:00Z", (32, 0, 15, 7270))
    m.days("2025-04-04", "2025-05-05")
    m.journal_from = at("2025-05-04T00:00:00Z")
    m.start("2025-05-06T06:00:00Z")
    m.text("/$WINDOWS.~BT/Sources/Panther/setupact.log",
           "2025-05-06 12:20:11, Info                  MOUPG  SetupHost: Upgrade started\n2025-05-06 13:02:40, Info                  SP     Executing operation: Set SafeOS boot mode\n",
           "2025-05-06T11:02:40Z", encoding="utf-16le")
    m.stop("2025-05-06T11:03:00Z", "update")
    for word, value in (("SystemSetupInProgress", 1), ("SetupType", 4), ("Upgrade", 1), ("CmdLine", "C:\\$WINDOWS.~BT\\Sources\\SetupPlatform.exe /postoobe")):
        m.system.set("Setup", word, value, at("2025-05-06T11:03:00Z"))
    m.power_loss("2025-05-06T11:21:00Z")
    m.boot_ok, m.boot_attempts = False, 2
    return m
