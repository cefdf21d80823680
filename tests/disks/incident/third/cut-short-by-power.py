# SPDX-License-Identifier: GPL-3.0-or-later
"""The power went while a fan control wrote its table: zeros from byte 512 on, written before the first crash and so no artefact of
one. Its driver reads it at each start and dies. A display driver of the evening before is innocent."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "bad-file",
    "culprit": r"\ProgramData\Tarn\Control\curves.ttb",
    "acceptable": [r"\ProgramData\Tarn\Control\curves.ttb", r"restore:\ProgramData\Tarn\Control\curves.ttb"],
    "tolerated": ["service:tarnec", r"\Windows\System32\drivers\tarnec.sys"],
    "never": [r"\ProgramData\Tarn\Control\profile.ttb", r"\ProgramData\Tarn\Control\sensors.ttb", "service:cldkmd",
              vendors.stored("cldisp", "cldkmd", (28, 20, 1, 30)), r"\Windows\System32\drivers\acpi.sys"],
    "certainty": "likely",
    "why": ["0x3B with the instruction in tarnec.sys, two years old", "curves.ttb: zeros from byte 512, written 9 s before the power went; its siblings are whole",
            "the crashes began with the first start after the power loss"],
}


def make():
    m = Machine("TOWER", "11-23H2", installed="2023-12-18T09:00:00Z")
    vendors.office(m, "2023-12-18T11:00:00Z")
    m.driver("tarnec", (2, 0, 4, 1), "2023-12-19T18:00:00Z", "Tarn Cooling", "Tarn Control", package=False, start=1, size=0x12000,
             texts=[r"\??\C:\ProgramData\Tarn\Control\curves.ttb", r"\??\C:\ProgramData\Tarn\Control\sensors.ttb"])
    m.user_service("TarnCtl", "/Program Files/Tarn/Control/tarnctl.exe", (2, 0, 4, 1), "2023-12-19T18:01:00Z", "Tarn Cooling", "Tarn Control Service",
                   texts=[r"C:\ProgramData\Tarn\Control"])
    folder = "/ProgramData/Tarn/Control/"
    for name, when in (("profile", "2024-03-02T18:00:00Z"), ("sensors", "2023-12-19T18:02:00Z")):
        m.noise(f"{folder}{name}.ttb", 6000, when, head=b"TTB\x02")
    m.days("2025-01-13", "2025-02-12")
    m.journal_from = at("2025-02-11T00:00:00Z")
    m.start("2025-02-13T17:00:00Z")
    vendors.calder(m, "2025-02-13T18:20:00Z", (28, 20, 1, 30))
    m.stop("2025-02-13T22:10:00Z")
    m.start("2025-02-14T17:05:00Z")
    m.noise(folder + "curves.ttb", 6400, "2025-02-14T19:12:31Z", head=b"TTB\x02", created=at("2023-12-19T18:02:00Z"))
    m.power_loss("2025-02-14T19:12:40Z")
    m.zero(folder + "curves.ttb", 512)
    stack = ["tarnec+0x2c18", "tarnec+0x1140", "ntoskrnl+0x88120", "ntoskrnl+0x61244"]
    for start, crash in (("19:30:00", "19:30:41"), ("19:32:00", "19:32:40"), ("19:34:00", "19:34:42")):
        m.start(f"2025-02-14T{start}Z")
        m.crash(f"2025-02-14T{crash}Z", 0x3B, [0xC0000005, "tarnec+0x2c18", 0xFFFFF50A12345678, 0], stack)
    return m
