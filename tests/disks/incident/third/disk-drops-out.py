# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that drops out of its controller: 0x7A, 0xF4 and 0x154, with errors of the disk before each. The backup's
filter, updated two days before, lies on every stack, as a filter does."""

from machine import Machine, at
import others
import vendors

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\bsltrk.sys", "service:bsltrk", "filter:bsltrk", r"\Windows\System32\drivers\cmlsync.sys",
              "service:cmlsync", r"\Windows\System32\drivers\storahci.sys", "service:storahci"],
    "certainty": "likely",
    "why": ["events 129, 153, 51, 7 minutes before each crash", "0x7A with 0xC000000E, 0xF4, 0x154: reading pages failed",
            "bsltrk.sys worked for two days after its update, and passes every request"],
}


def make():
    m = Machine("CAD-05", "10-22H2", installed="2021-09-13T08:00:00Z", storage="storahci")
    vendors.office(m, "2021-09-13T10:00:00Z")
    vendors.basalt(m, "2021-09-14T09:00:00Z")
    m.days("2025-10-06", "2025-11-10")
    m.journal_from = at("2025-11-09T00:00:00Z")
    m.start("2025-11-11T06:40:00Z")
    vendors.basalt(m, "2025-11-11T09:12:00Z", (6, 6, 0, 2))
    m.stop("2025-11-11T09:30:00Z", "installer")
    m.start("2025-11-11T09:32:00Z")
    m.stop("2025-11-11T16:30:00Z")
    m.days("2025-11-12", "2025-11-12")
    when = at("2025-11-13T06:40:00Z")
    crashes = [(0x7A, [0xFFFFF6FC40012AB8, 0xFFFFFFFFC000000E, 0x10A44860, 0xFFFFF88002557000], ["ntoskrnl+0x2a1210", "ntoskrnl+0x61244"]),
               (0xF4, [3, 0xFFFFC50811223080, 0xFFFFC508112235D8, 0xFFFFF80312345678], ["ntoskrnl+0x3a0a10"]),
               (0x154, [0xFFFFC50811224000, 0xFFFFF50A122245D0, 2, 0], ["ntoskrnl+0x2f0118", "bsltrk+0x4410", "partmgr+0x2110", "ntoskrnl+0x61244"]),
               (0x7A, [1, 0xFFFFFFFFC0000185, 0x2210C880, 0xFFFFF80F11223000], ["ntoskrnl+0x2a1210", "bsltrk+0x4410", "storport+0x8100"])]
    for i, (code, params, stack) in enumerate(crashes):
        m.start(when)
        end = when + (2 + i % 2) * 36 * 10**9 + 17 * 10**8
        others.quiet_disk(m, end - 9 * 10**9, 129, "storahci")
        others.quiet_disk(m, end - 7 * 10**9, 153)
        others.quiet_disk(m, end - 3 * 10**9, 51)
        others.quiet_disk(m, end - 10**9, 7)
        m.crash(end, code, params, stack, dump="mini" if i != 1 else None)
        when = end + 2 * 36 * 10**9
    m.start(when)
    m.log.add(at(when, 20), "Ntfs", 55, [(None, "C:"), (None, "\\Device\\HarddiskVolume3")], level=2, qualifiers=49156)
    return m
