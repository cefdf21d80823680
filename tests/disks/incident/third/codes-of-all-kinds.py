# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory above its rated speed: eight crashes in nine days with six codes, none of them with a third party where it happened, one
dump cut off, one of zeros. Sensor content and a display driver come and go in that time, as everywhere."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "hardware",
    "kinds_ok": ["hardware", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens", r"\Windows\System32\drivers\Corvane\cvn-0118-0000001002.sys",
              vendors.stored("cldisp", "cldkmd", (31, 0, 1, 8)), "service:cldkmd", r"\Windows\System32\drivers\cmlsync.sys", "service:cmlsync",
              r"\Windows\System32\drivers\tmbrhda.sys", "service:tmbrhda"],
    "certainty": "likely",
    "why": ["0x1A, 0x18, 0x109, 0x139, 0x0A, 0x50 in different places of Windows' own parts", "no driver is common to the stacks"],
}


def make():
    m = Machine("LAN-PARTY", "11-24H2", installed="2025-01-20T18:00:00Z", bias=-120)
    vendors.office(m, "2025-01-20T19:00:00Z")
    vendors.corvane(m, "2025-01-21T18:00:00Z")
    m.days("2025-05-05", "2025-06-08")
    m.journal_from = at("2025-06-08T00:00:00Z")
    crashes = [(0x1A, [0x41792, 0xFFFFB080012A4000, 0x2000000000, 0], ["ntoskrnl+0x1a2330", "ntoskrnl+0x61244"]),
               (0x18, [0xFFFFAB8011111010, 0xFFFFC50811112220, 2, 0xFFFFFFFFFFFFFFFF], ["ntoskrnl+0x2a410", "ntoskrnl+0x88120"]),
               (0x109, [0xA39FC5DB12A45582, 0xB3B6D2616522D4A4, 0xFFFFF80312345678, 1], []),
               (0x139, [3, 0xFFFFF50A12345678, 0xFFFFF50A123455D0, 0], ["ntoskrnl+0x1c040", "ntfs+0x31234", "fltmgr+0x5c1b", "cmlsync+0x7110"]),
               (0x0A, [0x10, 2, 0, "ntoskrnl+0x88120"], ["ntoskrnl+0x88120", "tcpip+0x51e0"]),
               (0x50, [0xFFFFC50812340010, 0, "win32kbase+0x9a110", 2], ["win32kbase+0x9a110", "win32kfull+0x4123"]),
               (0x1A, [0x61941, 0x12345678, 9, 0xFFFFF50A12345678], ["ntoskrnl+0x1a4410"]),
               (0x109, [0xA39FC5DB12A45111, 0xB3B6D26165221111, 0xFFFFF80312399678, 1], [])]
    when = at("2025-06-09T16:00:00Z")
    for i, (code, params, stack) in enumerate(crashes):
        m.start(when)
        if i == 2:
            vendors.channel(m, 118, 1002, when + 12 * 10**9)
        if i == 5:
            vendors.calder(m, when + 15 * 10**9, (31, 0, 1, 8))
        end = when + (2 + i % 3) * 30 * 10**9
        m.crash(end, code, params, stack)
        when = end + (12 * 10**8 if i % 2 else 2 * 864 * 10**9 + 3 * 10**9)
    m.start(when)
    dumps = sorted(p for p in m.files if p.startswith("/Windows/Minidump/"))
    m.cut(dumps[1], 40960)
    m.zero(dumps[3])
    return m
