# SPDX-License-Identifier: GPL-3.0-or-later
"""A 32-bit Windows 10: a bank's plug-in replaced its driver (System32\\drivers, no package), and 0xD1 comes whenever the
network starts. The 32-bit dumps name it. A dump of the sound driver of 2023 is history."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\gpkernel.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["service:gpkernel", CULPRIT],
    "never": ["service:aeolhd", "service:ltguard", "service:Tcpip", r"\Windows\System32\drivers\aeolhd.sys"],
    "certainty": "sure",
    "why": ["0xD1 with the instruction in gpkernel.sys, three times", "its file is new since eleven minutes before the first"],
}


def make():
    m = Machine("CAIXA-02", "10-22H2", arch="x86", bias=180, installed="2020-10-10T12:00:00Z", storage="storahci")
    others.sound(m, "2020-10-10T14:00:00Z")
    others.endpoint(m, "2020-10-11T12:00:00Z")
    m.driver("gpkernel", (4, 7, 0, 2), "2021-01-10T12:00:00Z", "Guarida Protecao", "Guarida Plug-in", start=1, package=False, size=0x1F000)
    m.user_service("GpService", "/Program Files/Guarida/gpsvc.exe", (4, 7, 0, 2), "2021-01-10T12:00:30Z", "Guarida Protecao", "Guarida Service")
    m.start("2023-05-05T12:00:00Z")
    m.crash("2023-05-05T13:00:00Z", 0x50, [0xA1B2C3D4, 0, "aeolhd+0x2a10", 2], ["aeolhd+0x2a10", "portcls+0x3a1"])
    m.start("2023-05-05T13:02:00Z")
    m.stop("2023-05-05T20:00:00Z")
    m.days("2025-07-01", "2025-07-30", begin=11, end=20)
    m.journal_from = at("2025-07-28T00:00:00Z")
    m.start("2025-07-31T11:10:00Z")
    m.driver("gpkernel", (4, 8, 1, 0), "2025-07-31T12:01:00Z", "Guarida Protecao", "Guarida Plug-in", start=1, package=False, size=0x21000,
             built="2025-07-22T12:00:00Z")
    m.program("/Program Files/Guarida/gpsvc.exe", (4, 8, 1, 0), "Guarida Protecao", "Guarida Service", when="2025-07-31T12:01:03Z")
    for t in ("12:12:00", "12:15:30", "12:18:00"):
        m.crash(f"2025-07-31T{t}Z", 0xD1, [0x1C, 2, 0, "gpkernel+0x91f2"], ["gpkernel+0x91f2", "gpkernel+0x7110", "ltguard+0x1a20", "tcpip+0x3a2f0", "ntoskrnl+0x6a111"])
        if t != "12:18:00":
            m.start(at(f"2025-07-31T{t}Z", 80))
    return m
