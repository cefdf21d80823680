# SPDX-License-Identifier: GPL-3.0-or-later
"""A French PC: a label cutter's installer put its driver in by hand (no package, no setupapi), so that one localised 7045 and the file tell
of it. Forty minutes later, when the cutter was used, 0x1E in it, and again. A display driver came in between, with all its papers."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\dcpcut64.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:dcpcut64"],
    "may_be_empty": True,
    "never": ["service:ogkmd", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys", "service:orbmon", "service:hwsense64"],
    "certainty": "sure",
    "why": ["0x1E with the instruction in dcpcut64.sys at each crash", "7045 (pilote en mode noyau) and the file are of 40 minutes before the first",
            "the display driver is deep in one stack only"],
}


def make():
    m = Machine("ATELIER-LYON", "11-23H2", installed="2024-04-08T08:00:00Z", bias=-120)
    ordinary.usual(m, "2024-04-08T10:00:00Z")
    m.system.set("ControlSet001\\Control\\Nls\\Language", "Default", "040C")
    m.days("2025-04-14", "2025-05-12")
    m.journal_from = at("2025-05-12T00:00:00Z")
    m.start("2025-05-13T06:20:00Z")
    m.driver("dcpcut64", (1, 4, 0, 0), "2025-05-13T07:12:00Z", "Decoupe SARL", "D\u00e9coupe Pro", package=False, says=False, size=0x19000)
    m.log.add(at("2025-05-13T07:12:01Z"), "Service Control Manager", 7045, [
        ("ServiceName", "D\u00e9coupe Pro"), ("ImagePath", "\\??\\C:\\Windows\\System32\\drivers\\dcpcut64.sys"), ("ServiceType", "pilote en mode noyau"),
        ("StartType", "D\u00e9marrage \u00e0 la demande"), ("AccountName", "")], qualifiers=16384, pid=712)
    ordinary.graphics(m, "2025-05-13T07:31:00Z", (31, 0, 101, 5122))
    for crash, start, more in (("07:52:00", "07:53:10", []), ("08:20:44", "08:22:00", ["ogkmd+0x1a2b30"]), ("08:41:03", "08:42:20", []), ("09:05:00", None, [])):
        m.crash(f"2025-05-13T{crash}Z", 0x1E, [0xFFFFFFFFC0000005, "dcpcut64+0x30f8", 0, 0x18], ["dcpcut64+0x30f8", "dcpcut64+0x3a10", "ntoskrnl+0x61244", *more,
                                                                                                "ntoskrnl+0x3f1a0"])
        if start:
            m.start(f"2025-05-13T{start}Z")
    return m
