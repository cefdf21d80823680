# SPDX-License-Identifier: GPL-3.0-or-later
"""A tool brought a boot-time driver of its own, without a package. Since the restart that it asked for Windows dies
while it starts: no event, no .dmp; only the page file has a dump's head. The clock was put right by an hour on the
day before (that is no change of anything), and the hive's newest part is only in its log."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\Windows\System32\drivers\bltguard.sys",
    "acceptable": [r"\Windows\System32\drivers\bltguard.sys", "service:bltguard"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\kstsnap.sys", "service:kstsnap", r"\Windows\System32\drivers\orbmon.sys", "service:orbmon"],
    "certainty": "likely",
    "why": ["last start in order ended with a restart that an installer asked for; since then no event at all",
            "one new boot-start driver: service key, file, 7045 and journal two minutes before that restart",
            "the head of the dump in the page file is newer than the last event"],
}


def make():
    m = Machine("CAD-12", "11-24H2", installed="2024-10-02T07:30:00Z", storage="storahci")
    ordinary.usual(m, "2024-10-02T09:00:00Z")
    ordinary.backup(m, "2024-10-03T09:00:00Z")
    m.days("2025-03-10", "2025-04-14")
    m.journal_from = at("2025-04-12T00:00:00Z")
    m.start("2025-04-15T07:20:00Z")
    m.log.add(at("2025-04-15T07:25:00Z"), "Microsoft-Windows-Kernel-General", 1, [
        ("NewTime", "2025-04-15T07:25:00.0000000Z"), ("OldTime", "2025-04-15T08:25:01.0000000Z"), ("Reason", 3)])
    m.stop("2025-04-15T16:20:00Z")
    m.start("2025-04-16T07:31:00Z")
    ordinary.definitions(m, "2025-04-16T07:40:00Z", 20250416)
    m.flush()
    m.driver("bltguard", (2, 3, 0, 14), "2025-04-16T11:02:33Z", "Baltner Software", "Baltner Device Guard", start=0, group="Base",
             package=False, size=0x19000)
    m.program("/Program Files/Baltner/Device Guard/bltgui.exe", (2, 3, 0, 14), "Baltner Software", when="2025-04-16T11:02:30Z", driver=False)
    m.stop("2025-04-16T11:04:50Z", "installer")
    for start, crash in (("11:05:20", "11:05:26.4"), ("11:06:10", "11:06:16.3"), ("11:07:00", "11:07:06.2")):
        m.crash(f"2025-04-16T{crash}Z", 0x7E, [0xFFFFFFFFC0000005, "bltguard+0x3c10", 0xFFFFF50A12345678, 0xFFFFF50A12344E90],
                ["bltguard+0x3c10", "bltguard+0x1184", "ntoskrnl+0x61244"], started=f"2025-04-16T{start}Z", early=True,
                raw_code=0x1000007E)
    return m
