# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule of Defender deleted the shortcuts of the start menu and put a few programs into quarantine. People call it broken; Windows starts,
stops in order, and has no crash. Nothing of a start is missing."""

from machine import Machine, at
import ordinary

ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": [r"\Windows\System32\drivers\wd\WdFilter.sys", "service:WdFilter", "service:WinDefend", "service:ogkmd", "service:nlkhda",
              r"\Windows\System32\drivers\nlkhda.sys"],
    "certainty": "sure",
    "why": ["no crash, no start that failed; the last session ended in order", "what was deleted are links below ProgramData and a user's folder"],
}


def make():
    m = Machine("VERTRIEB-21", "11-23H2", installed="2022-10-03T08:00:00Z", bias=-60)
    ordinary.usual(m, "2022-10-03T10:00:00Z", with_antivirus=False)
    names = [f"Programm {i:02}" for i in range(40)]
    folder = "/ProgramData/Microsoft/Windows/Start Menu/Programs/"
    for name in names:
        m.noise(f"{folder}{name}.lnk", 700, "2022-10-03T12:00:00Z", head=b"L\0\0\0\x01\x14\2\0")
    m.program("/Program Files/Umbra Reader/UmbraReader.exe", (23, 6, 0, 20), "Umbra Documents", "Umbra Reader", when="2022-11-01T10:00:00Z", driver=False)
    m.days("2022-12-12", "2023-01-12")
    m.journal_from = at("2023-01-12T00:00:00Z")
    m.start("2023-01-13T07:10:00Z")
    m.defender("2023-01-13T08:01:00Z")
    ordinary.audio(m, "2023-01-13T08:03:00Z", (6, 0, 9510, 1))
    for i, name in enumerate(names):
        when = at("2023-01-13T08:05:00Z", i * .8)
        m.put(f"/ProgramData/Microsoft/Windows Defender/Quarantine/ResourceData/{i:02X}/{i:040X}", b"\x0b\xad\0" + bytes(300), when)
        m.delete(f"{folder}{name}.lnk", when)
    m.delete("/Program Files/Umbra Reader/UmbraReader.exe", "2023-01-13T08:05:50Z")
    m.stop("2023-01-13T09:00:00Z")
    m.start("2023-01-13T09:04:00Z")
    m.stop("2023-01-13T15:30:00Z")
    m.start("2023-01-14T08:00:00Z")
    m.stop("2023-01-14T08:30:00Z")
    return m
