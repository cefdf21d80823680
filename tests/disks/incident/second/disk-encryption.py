# SPDX-License-Identifier: GPL-3.0-or-later
"""An encryption product's filter of volumes was updated and crashes at each start. Who takes it away takes the data away:
(here that of the second volume): nothing may be done to it without its maker's own medium. It filters volumes, disks
and dumps, as such products do. An innocent keyboard tool came in the same hour."""

from machine import Machine, at
import others

CULPRIT = r"\Windows\System32\drivers\kvlcrypt.sys"
ANSWER = {
    "kind": "bad-file",
    "kinds_ok": ["bad-file", "unsure"],
    "culprit": CULPRIT,
    "culprit_ok": [CULPRIT],
    "acceptable": [],
    "may_be_empty": True,
    "tolerated": ["restore:" + CULPRIT],
    "never": ["service:kvlcrypt", CULPRIT, "filter:kvlcrypt", "service:wdgkeys", "service:fvevol"],
    "certainty": "sure",
    "why": ["0x50 with the instruction in kvlcrypt.sys, updated an hour before", "it is a filter of volumes, disks and dumps (CrashControl) of an encryption product: to be told, never to be touched"],
}


def make():
    m = Machine("VORSTAND-1", bias=-60, installed="2024-03-05T09:12:44Z")
    others.office(m, "2024-03-05T11:00:00Z")
    keys = dict(start=0, error=3, group="PnP Filter", klass="Volume", inf="kvlcrypt", device="ROOT\\KVLCRYPT\\0000", size=0x66000)
    m.driver("kvlcrypt", (9, 1, 0, 33), "2024-03-06T08:00:00Z", "Kavalier Crypto", "Kavalier Disk Encryption", **keys)
    m.filter("Volume", "kvlcrypt")
    m.filter("DiskDrive", "kvlcrypt")
    m.system.set("ControlSet001\\Control\\CrashControl", "DumpFilters", ["dumpfve.sys", "kvlcrypt.sys"])
    m.days("2025-02-03", "2025-03-10")
    m.journal_from = at("2025-03-08T00:00:00Z")
    m.start("2025-03-11T06:30:00Z")
    m.driver("wdgkeys", (2, 2, 0, 0), "2025-03-11T14:30:00Z", "Widget Works", "Widget Keys", package=False, start=2, folder="/Program Files/Widget Keys/", size=0x7000)
    m.driver("kvlcrypt", (9, 2, 0, 2), "2025-03-11T14:52:00Z", "Kavalier Crypto", "Kavalier Disk Encryption", **keys)
    m.stop("2025-03-11T15:30:00Z", "installer")
    for i, t in enumerate(("15:32:10", "15:34:00", "15:36:00")):
        m.start(at(f"2025-03-11T{t}Z", -40))
        m.crash(f"2025-03-11T{t}Z", 0x50, [0xFFFFB98012A44074, 0, "kvlcrypt+0x8a11", 2],
                ["ntoskrnl+0x40f2a9", "kvlcrypt+0x8a11", "kvlcrypt+0x7120", "volsnap+0x3a10", "wdgkeys+0x1100", "ntoskrnl+0x3f1a0"])
    return m
