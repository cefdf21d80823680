# SPDX-License-Identifier: GPL-3.0-or-later
"""A dying disk: events 7, 51, 153 and Ntfs 55 over days, then 0x7A and 0xF4. The backup's filter of volumes lies on the
stack of all (its place) and was updated a week before."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "hardware",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\kstsnap.sys", "service:kstsnap", "filter:kstsnap", "service:storahci", "service:disk"],
    "certainty": "sure",
    "why": ["0x7A with status 0xC000009C (bad blocks), 0xF4 after it", "events 7, 51, 153 of disk, Ntfs 55 for three days before"],
}


def make():
    m = Machine("BUCHHALTUNG", "10-22H2", installed="2021-03-05T09:12:44Z", storage="storahci")
    ordinary.usual(m, "2021-03-05T11:00:00Z")
    ordinary.backup(m, "2021-04-01T09:00:00Z")
    m.days("2025-10-01", "2025-11-02")
    m.driver("kstsnap", (8, 2, 2, 40), "2025-10-28T12:00:00Z", "Kestrel Backup Ltd.", "Kestrel Backup", start=0, group="PnP Filter",
             klass="Volume", inf="kstsnap", device="ROOT\\KSTSNAP\\0000", size=0x4B000)
    m.journal_from = at("2025-10-28T00:00:00Z")
    disk = [(None, "\\Device\\Harddisk0\\DR0")]
    for i in range(3):
        day = at("2025-11-03T07:00:00Z") + i * 864 * 10**9
        m.start(day)
        for minute in range(4 + 3 * i):
            m.log.add(day + (20 + 17 * minute) * 6 * 10**8, "disk", (7, 51, 153)[minute % 3], disk, level=2 + (minute % 3 > 0),
                      qualifiers=49156 if minute % 3 == 0 else 32772)
        m.log.add(day + 90 * 6 * 10**8, "Ntfs", 55, [("DriveName", "C:"), ("DeviceName", "\\Device\\HarddiskVolume2"),
                                                     ("CorruptionState", "0x0"), ("HeaderFlags", "0x0")], level=2)
        m.crash(day + 6 * 36 * 10**9, (0x7A, 0xF4, 0x7A)[i], (
            [4, 0xFFFFFFFFC000009C, 0xFFFFC50812340010, 0xFFFFB080012A4000], [3, 0xFFFFAB8012345080, 0xFFFFAB8012345640, 0xFFFFF80412345678],
            [0x20, 0xFFFFFFFFC000009D, 0xFFFFC50812340010, 0xFFFFB080012A4000])[i],
            ["ntoskrnl+0x1a2330", "kstsnap+0x2110", "volsnap+0x1888", "partmgr+0x2d10", "classpnp+0x1230"])
    m.start("2025-11-05T14:00:00Z")
    return m
