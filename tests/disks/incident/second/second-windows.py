# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten days after the upgrade to Windows 11 a label printer's service took a new font table, and its driver dies on it
(0x50) at every start. In Windows.old lie dumps of the display driver, and a damaged file: another Windows' history."""

from machine import Machine, at
import others

FOLDER = "/Program Files (x86)/Etikon/LabelWorks/fonts/"
CULPRIT = r"\Program Files (x86)\Etikon\LabelWorks\fonts\etk-table-0088.eft"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT],
    "may_be_empty": True,
    "tolerated": ["service:etklabel"],
    "never": ["service:bvkmdag", r"\Windows.old\Windows\System32\drivers\psnfs.sys", "service:psnfs",
              r"\Program Files (x86)\Etikon\LabelWorks\fonts\etk-table-0087.eft", r"\Windows\System32\drivers\etklabel.sys"],
    "certainty": "likely",
    "why": ["three 0x50 in etklabel.sys, which did not change since the upgrade", "its table 0088 came five minutes before",
            "the dumps below Windows.old are of the Windows before"],
}


def make():
    old = Machine("VERSAND-1", "10-22H2", bias=-60, installed="2021-02-01T08:00:00Z")
    others.office(old, "2021-02-01T10:00:00Z")
    old.start("2025-01-20T06:00:00Z")
    for t in ("08:10:00", "09:40:00"):
        old.crash(f"2025-01-20T{t}Z", 0x116, [0xFFFFB98012A44074, "bvkmdag+0x11a0c", 0xC000009A, 4], ["bvkmdag+0x11a0c", "dxgkrnl+0x3a10"])
        old.start(at(f"2025-01-20T{t}Z", 80))
    old.stop("2025-01-31T16:00:00Z")
    old.zero("/Windows/System32/drivers/psnfs.sys", 1024)
    m = Machine("VERSAND-1", bias=-60, installed="2025-02-01T09:00:00Z", mib=128)
    others.office(m, "2025-02-01T10:00:00Z")
    m.driver("etklabel", (3, 3, 1, 0), "2025-02-01T10:30:00Z", "Etikon Labels", "Etikon LabelWorks", start=2, inf="etklabel",
             device="ROOT\\ETKLABEL\\0000", size=0x33000, texts=[r"\??\C:\Program Files (x86)\Etikon\LabelWorks\fonts"])
    m.user_service("EtkSpool", "/Program Files (x86)/Etikon/LabelWorks/etkspool.exe", (3, 3, 1, 0), "2025-02-01T10:30:20Z",
                   "Etikon Labels", "Etikon Spooler", texts=[r"C:\Program Files (x86)\Etikon\LabelWorks\fonts\etk-table-%04u.eft"])
    for n in range(84, 88):
        m.noise(f"{FOLDER}etk-table-{n:04}.eft", 7000 + n, at("2025-02-01T10:31:00Z", n * 10), head=b"EFT1")
    m.days("2025-02-02", "2025-02-10")
    m.journal_from = at("2025-02-01T09:00:00Z")
    m.start("2025-02-11T06:30:00Z")
    m.noise(FOLDER + "etk-table-0088.eft", 7088, "2025-02-11T09:00:12Z", head=b"EFT1")
    for crash, start in (("09:05:15", "09:06:31"), ("09:07:20", "09:08:30"), ("09:09:14", None)):
        m.crash(f"2025-02-11T{crash}Z", 0x50, [0xFFFFB98012A44074, 0, "etklabel+0xa3f1", 2],
                ["ntoskrnl+0x40f2a9", "etklabel+0xa3f1", "etklabel+0xb120", "psnfs+0x8812", "ntoskrnl+0x3f1a0"])
        if start:
            m.start(f"2025-02-11T{start}Z")
    m.other(old, "/Windows.old/Windows")
    return m
