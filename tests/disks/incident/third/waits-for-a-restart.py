# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy machine with work left for its next start, as thousands have it: RebootPending, renames of a browser's installer. It
starts and stops in order; two dumps of last year are of a driver that was replaced since."""

from machine import CS, Machine, at
import vendors

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\rwnlan64.sys", "service:rwnlan64", "registry:PendingFileRenameOperations", "registry:RebootPending",
              "service:cldkmd", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync"],
    "certainty": "sure",
    "why": ["no crash for a year, thirty starts in order", "RebootPending without a transaction, and two renames of an installer's old files: ordinary"],
}


def make():
    m = Machine("BIBLIOTHEK", "11-24H2", installed="2024-07-01T08:00:00Z", bias=-120)
    vendors.office(m, "2024-07-01T10:00:00Z")
    for day in (9, 10):
        m.start(f"2024-09-{day:02}T06:00:00Z")
        m.crash(f"2024-09-{day:02}T09:10:00Z", 0xD1, [0x48, 2, 0, "rwnlan64+0x4410"], ["rwnlan64+0x4410", "ndis+0x1f4c2"])
    m.start("2024-09-10T09:12:00Z")
    vendors.rowan(m, "2024-09-10T12:00:00Z", (10, 68, 307, 2024))
    m.stop("2024-09-10T15:00:00Z")
    m.days("2025-08-11", "2025-09-15")
    m.journal_from = at("2025-09-14T00:00:00Z")
    m.start("2025-09-16T06:10:00Z")
    m.update("2025-09-16T08:00:00Z", "KB5065426", drivers=["tcpip", "srv2"],
             title="2025-09 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5065426)")
    m.stop("2025-09-16T15:20:00Z", "update")
    m.start("2025-09-16T15:22:00Z")
    m.software.set(vendors.CBS + "\\RebootPending", "", "", at("2025-09-16T15:40:00Z"))
    m.system.set(CS + "\\Control\\Session Manager", "PendingFileRenameOperations", [
        "\\??\\C:\\Program Files\\Quartz\\Browser\\Application\\old_quartz.exe", "", "\\??\\C:\\Windows\\Temp\\{9A1F}.tmp", ""])
    m.stop("2025-09-16T16:00:00Z")
    m.days("2025-09-17", "2025-09-18")
    return m
