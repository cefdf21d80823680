# SPDX-License-Identifier: GPL-3.0-or-later
"""The power went while an update of the touchpad's driver was written: its file has its size, and zeros. Windows
starts, but 0xC0000221 names it on some starts; a log beside is zeros, too (harmless)."""

from machine import DRIVERS, Machine, at
import ordinary
import traces

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\frmtp.sys",
    "acceptable": [r"\Windows\System32\drivers\frmtp.sys", r"restore:\Windows\System32\drivers\frmtp.sys", "service:frmtp"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", r"\ProgramData\Orbis\Definitions\base-20250519.odb"],
    "certainty": "sure",
    "why": ["frmtp.sys is 0 from its first byte to its last; the same version lies whole in the driver store",
            "Startup Repair names it", "the power went 20 s after the package came"],
}


def make():
    m = Machine("HOME-PC", "10-22H2", installed="2023-06-01T17:00:00Z", bias=300)
    ordinary.usual(m, "2023-06-01T18:00:00Z")
    m.days("2025-04-01", "2025-05-18", step=2)
    m.journal_from = at("2025-05-15T00:00:00Z")
    m.start("2025-05-19T17:00:10Z")
    ordinary.definitions(m, "2025-05-19T17:05:00Z", 20250519)
    m.driver("frmtp", (19, 5, 40, 2), "2025-05-19T17:22:00Z", "Ferrum Input", "Ferrum Touchpad", start=1, klass="Mouse", inf="frmtp",
             group="Pointer Port", device="ACPI\\FRM1200\\4&1DA1&0", size=0x5C000)
    m.zero(DRIVERS + "frmtp.sys")
    m.put("/ProgramData/Orbis/scan.log", bytes(8192), "2025-05-19T17:22:10Z")
    m.power_loss("2025-05-19T17:22:20Z")
    traces.srt(m, "2025-05-19T17:40:00Z", "Boot critical file c:\\windows\\system32\\drivers\\frmtp.sys is corrupt.", attempts=2)
    m.boot_ok = False
    return m
