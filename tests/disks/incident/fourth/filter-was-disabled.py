# SPDX-License-Identifier: GPL-3.0-or-later
"""After a forum's advice somebody set the start of a backup's filter to 4 ("disabled"); its name still stands in the class of volumes. 0x7B at
each start since, so that no dump can be written. The file is whole. A network driver of that day is innocent."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "unsure",
    "kinds_ok": ["unsure", "bad-file", "file-removed"],
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\drivers\kstsnap.sys"],
    "acceptable": ["filter:kstsnap"],
    "may_be_empty": True,
    "tolerated": ["registry:kstsnap"],
    "never": ["service:fbe1g", r"\Windows\System32\drivers\fbe1g.sys", "service:volsnap", "service:fvevol", "filter:volsnap", "service:stornvme", "service:orbmon"],
    "certainty": "likely",
    "why": ["UpperFilters of Volume names kstsnap, whose Start is 4: that is 0x7B", "its key changed minutes before the last stop; no start since"],
}


def make():
    m = Machine("STEUER-3", "11-23H2", installed="2024-05-06T08:00:00Z")
    ordinary.usual(m, "2024-05-06T10:00:00Z")
    ordinary.backup(m, "2024-05-07T10:00:00Z")
    m.days("2025-07-07", "2025-08-04")
    m.journal_from = at("2025-08-04T00:00:00Z")
    m.start("2025-08-05T06:30:00Z")
    ordinary.network(m, "2025-08-05T09:10:00Z", (12, 19, 4, 2))
    m.usual(6, at("2025-08-05T09:20:00Z"), at("2025-08-05T14:00:00Z"), m.rng)
    m.system.set(m.key("kstsnap"), "Start", 4, at("2025-08-05T14:51:00Z"))
    m.stop("2025-08-05T14:55:00Z", "installer")
    m.boot_ok, m.boot_attempts = False, 5
    return m
