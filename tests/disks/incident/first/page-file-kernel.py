# SPDX-License-Identifier: GPL-3.0-or-later
"""Every start dies before Windows can take its dump out of the page file: an automatic (kernel) dump with all of its
memory lies in pagefile.sys, and there is no other. The fault is the storage cache's driver that came in the evening;
the audio driver, updated in that evening, too, is loaded later and in no stack."""

from machine import Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\tvcache.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "service:tvcache"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\nlkhda.sys", "service:nlkhda", r"\Windows\System32\drivers\orbmon.sys", "service:orbmon",
              "service:kstsnap", r"\Windows\System32\drivers\kstsnap.sys"],
    "certainty": "sure",
    "why": ["the kernel dump in pagefile.sys: 0xD1 with the instruction in tvcache.sys",
            "its package came an hour before; since then no start went well"],
}


def make():
    m = Machine("ENG-0551", "11-23H2", installed="2024-04-02T08:00:00Z", bias=-60)
    ordinary.usual(m, "2024-04-02T10:00:00Z")
    ordinary.backup(m, "2024-04-03T09:00:00Z")
    cache = dict(company="Trellvale Data", product="Trellvale Cache", klass="System", inf="tvcache", group="Base", start=0, error=1,
                 device="ROOT\\TVCACHE\\0000", size=0x36000)
    m.driver("tvcache", (3, 1, 0, 8), "2024-05-20T14:00:00Z", **cache)
    m.days("2025-03-03", "2025-04-21")
    m.journal_from = at("2025-04-20T00:00:00Z")
    m.start("2025-04-22T06:30:00Z")
    ordinary.audio(m, "2025-04-22T16:10:40Z", (6, 0, 9650, 1))
    m.driver("tvcache", (3, 2, 0, 1), "2025-04-22T16:40:12Z", **cache)
    m.stop("2025-04-22T17:42:00Z", "installer")
    for start, crash in (("17:42:40", "17:42:49.1"), ("17:43:30", "17:43:39.4"), ("17:44:20", "17:44:28.9")):
        m.crash(f"2025-04-22T{crash}Z", 0xD1, [0x18, 2, 1, "tvcache+0x5c20"],
                ["ntoskrnl+0x41e2a9", "tvcache+0x5c20", "tvcache+0x61f4", "storport+0x1a2c", "ntoskrnl+0x9a1f0"],
                started=f"2025-04-22T{start}Z", early=True, dump="whole")
    return m
