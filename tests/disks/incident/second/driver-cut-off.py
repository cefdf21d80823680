# SPDX-License-Identifier: GPL-3.0-or-later
"""The current went while a RAID tool's boot driver was replaced: half of its file is there, and Windows does not
start without it (ErrorControl 3). No dump, no event; Startup Repair names the file. A good copy lies in the driver
store. A fresh sound driver tempts."""

from machine import Machine, at
import others
import traces

CULPRIT = r"\Windows\System32\drivers\gnmirror.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": ["restore:" + CULPRIT],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:aeolhd", "service:stornvme", "service:disk", r"\Windows\System32\drivers\aeolhd.sys"],
    "certainty": "sure",
    "why": ["gnmirror.sys ends in the middle of a section", "Startup Repair: boot critical file gnmirror.sys is corrupt",
            "power loss while its update ran; the driver store has the whole file"],
}


def make():
    m = Machine("CAD-03", "10-22H2", bias=-60, installed="2023-04-11T08:00:00Z", storage="storahci")
    others.office(m, "2023-04-11T10:00:00Z")
    keys = dict(start=0, error=3, group="SCSI Class", klass="System", inf="gnmirror", device="ROOT\\GNMIRROR\\0000", size=0x42000, bytes_=60000)
    m.driver("gnmirror", (4, 1, 0, 77), "2023-05-02T08:00:00Z", "Granit Datentechnik", "Granit Mirror", **keys)
    m.days("2025-01-20", "2025-02-25")
    m.journal_from = at("2025-02-24T00:00:00Z")
    others.sound(m, "2025-02-25T18:10:00Z", (1, 7, 0, 3))
    m.start("2025-02-26T06:58:00Z")
    m.driver("gnmirror", (4, 2, 0, 12), "2025-02-26T09:14:50Z", "Granit Datentechnik", "Granit Mirror", **keys)
    m.cut("/Windows/System32/drivers/gnmirror.sys", 28672)
    m.power_loss("2025-02-26T09:14:52Z")
    m.boot_ok, m.boot_attempts = False, 3
    traces.srt(m, "2025-02-26T09:24:00Z", "Boot critical file C:\\Windows\\System32\\drivers\\gnmirror.sys is corrupt.",
               good="2025-02-26T06:58:20Z", action="File repair")
    return m
