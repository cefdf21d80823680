# SPDX-License-Identifier: GPL-3.0-or-later
"""A hard disk that dies: disk 7, 51, 153 and Ntfs 55, then 0xF4 and 0x7A; the dumps are files of 0 bytes or zeros,
and one driver file of the scanner's maker has bad bytes in it. A sync filter came the day before."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "culprit_ok": [None],
    "acceptable": [],
    "never": ["service:psnfs", r"\Windows\System32\drivers\psnfs.sys", "service:storahci", "service:disk", r"\Windows\System32\drivers\mrdscan.sys"],
    "certainty": "sure",
    "why": ["the disk told bad blocks and repeated requests for days", "0xF4, 0x7A with a status of the disk", "mrdscan.sys is damaged by it and starts only on demand"],
}


def make():
    m = Machine("BUERO-ALT", "10-22H2", bias=-60, installed="2019-09-10T08:00:00Z", storage="storahci")
    others.display(m, "2019-09-10T10:00:00Z")
    others.sound(m, "2019-09-10T10:20:00Z")
    m.driver("mrdscan", (2, 0, 1, 5), "2020-02-03T09:00:00Z", "Meridian Imaging", "Meridian Scan", klass="System", inf="mrdscan",
             device="USB\\VID_04A9&PID_190E\\5&1A2B3C&0&3", size=0x14000, loads=False)
    m.days("2025-03-03", "2025-04-13")
    m.journal_from = at("2025-04-10T00:00:00Z")
    for day in range(7, 15):
        for t, ident in (("09:10:00", 7), ("09:10:04", 7), ("11:31:00", 51), ("13:02:00", 153)):
            others.quiet_disk(m, f"2025-04-{day:02}T{t}Z", ident)
    m.start("2025-04-14T06:10:00Z")
    others.cloud_files(m, "2025-04-14T13:00:00Z", (4, 0, 1, 2))
    m.log.add(at("2025-04-14T13:40:00Z"), "Ntfs", 55, [(None, ""), (None, "C:")], level=2, qualifiers=49156)
    m.stop("2025-04-14T16:00:00Z")
    m.flip("/Windows/System32/drivers/mrdscan.sys", 1900, 64)
    m.start("2025-04-15T06:12:00Z")
    for when, code, params in (("2025-04-15T06:31:00Z", 0xF4, [3, 0xFFFFA98012A44028, 0xFFFFA98012A44408, 0xFFFFF80203A11F20]),
                               ("2025-04-15T07:02:00Z", 0x7A, [0xFFFFF6FC4000A010, 0xC000009C, 0x1A2B3C80, 0xFFFFF88014002000]),
                               ("2025-04-15T07:40:00Z", 0xF4, [3, 0xFFFFA98012A44028, 0xFFFFA98012A44408, 0xFFFFF80203A11F20])):
        others.quiet_disk(m, at(when, -30), 7)
        m.crash(when, code, params, ["ntoskrnl+0x6a110", "psnfs+0x9a1", "fltmgr+0x4e0"], no_dump=161)
        m.start(at(when, 120))
        m.put(f"/Windows/Minidump/041525-{9000 + at(when) % 977}-01.dmp", b"" if code == 0x7A else bytes(65536), at(when, 130))
        others.quiet_disk(m, at(when, 200), 153)
    return m
