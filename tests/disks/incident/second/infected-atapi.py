# SPDX-License-Identifier: GPL-3.0-or-later
"""An old PC with IDE disks whose atapi.sys is not what Microsoft made (a rootkit wrote into it, its checksum does not
fit); after a monthly update it dies with 0x50 in atapi.sys at each start. It may be put back, never taken away."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\atapi.sys"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "culprit_ok": [CULPRIT, None],
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": [CULPRIT, "service:atapi", "service:disk", "service:aeolhd", "service:intelide"],
    "certainty": "likely",
    "why": ["0x50 with the instruction in atapi.sys", "its checksum does not fit its bytes, though its times are old", "the system's disk hangs on it"],
}


def make():
    m = Machine("HEIM-PC", "7", bias=-60, installed="2011-01-05T08:00:00Z", storage="atapix", hiberboot=False)
    others.windows_storage(m, "PCIIDE\\IDECHANNEL\\4&10BF2F88&0&0", service="atapi", klass="hdc", before="Disk")
    others.display(m, "2011-01-05T10:00:00Z")
    others.sound(m, "2011-01-05T10:10:00Z")
    m.days("2012-01-09", "2012-02-13")
    m.loaded.append(m.spelling("/Windows/System32/drivers/atapi.sys"))
    m.journal_from = at("2012-02-10T00:00:00Z")
    m.flip("/Windows/System32/drivers/atapi.sys", 1500, 380)
    m.start("2012-02-14T06:30:00Z")
    m.update("2012-02-14T18:40:00Z", "KB2660465", title="Security Update for Windows 7 for x64-based Systems (KB2660465)",
             files=("/Windows/System32/ntoskrnl.exe", "/Windows/System32/win32k.sys"))
    m.stop("2012-02-14T19:00:00Z", "update")
    for t in ("19:02:10", "19:04:00", "19:06:00"):
        m.start(at(f"2012-02-14T{t}Z", -30))
        m.crash(f"2012-02-14T{t}Z", 0x50, [0xFFFFF880C2017000, 8, "atapi+0x5a0c", 0], ["ntoskrnl+0x4a110", "atapi+0x5a0c", "ntoskrnl+0x3f1a0"])
    others.windows7(m)
    return m
