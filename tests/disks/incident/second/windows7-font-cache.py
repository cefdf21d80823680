# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows 7: an update and a font with a full path outside Windows\\Fonts: 0x50 in win32k.sys at every start, from
what fntcache.dat holds (as in August 2014). win32k.sys must stay; the cache is made anew."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\fntcache.dat"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "culprit_ok": [CULPRIT, None],
    "acceptable": [CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": [r"\Windows\System32\win32k.sys", "service:bvkmdag", "service:psnfs", r"\Program Files\Typeworks\Fonts\Calder.otf"],
    "certainty": "likely",
    "why": ["0x50 in win32k.sys three times", "fntcache.dat was written a minute before; a font with a drive's path is registered",
            "the update succeeded: nothing is half applied"],
}


def make():
    m = Machine("ATELIER-7", "7", bias=-120, installed="2012-03-01T08:00:00Z", storage="storahci", hiberboot=False)
    for install in (others.display, others.sound):
        install(m, "2012-03-01T10:00:00Z")
    m.noise("/Program Files/Typeworks/Fonts/Calder.otf", 6000, "2013-02-02T10:00:00Z", head=b"OTTO")
    m.software.set("Microsoft\\Windows NT\\CurrentVersion\\Fonts", "Calder (OpenType)", "C:\\Program Files\\Typeworks\\Fonts\\Calder.otf")
    m.noise("/Windows/System32/fntcache.dat", 70000, "2014-07-01T08:00:00Z", created=m.installed)
    m.days("2014-07-14", "2014-08-12")
    m.journal_from = at("2014-08-10T00:00:00Z")
    m.start("2014-08-13T05:30:00Z")
    m.update("2014-08-13T14:00:00Z", "KB2982791", title="Security Update for Windows 7 for x64-based Systems (KB2982791)",
             files=("/Windows/System32/win32k.sys",))
    m.stop("2014-08-13T14:30:00Z", "update")
    m.start("2014-08-13T14:32:00Z")
    m.noise("/Windows/System32/fntcache.dat", 71000, "2014-08-13T14:32:40Z", head=b"FNTC", created=m.installed)
    for t in ("14:33:30", "14:36:00", "14:38:10"):
        m.crash(f"2014-08-13T{t}Z", 0x50, [0xFFFFF900C2017000, 0, "win32k+0x1a0c4", 0], ["ntoskrnl+0x4a110", "win32k+0x1a0c4", "win32k+0x1b001", "ntoskrnl+0x3f1a0"])
        m.start(at(f"2014-08-13T{t}Z", 70))
    m.crash("2014-08-13T14:40:00Z", 0x50, [0xFFFFF900C2017000, 0, "win32k+0x1a0c4", 0], ["ntoskrnl+0x4a110", "win32k+0x1a0c4", "ntoskrnl+0x3f1a0"])
    others.windows7(m)
    return m
