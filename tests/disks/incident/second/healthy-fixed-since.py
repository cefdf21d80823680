# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy machine: a VPN's driver crashed it four times in August, the maker's next version ended that, and three
weeks of clean starts followed. The dumps still lie there. Yesterday a display driver came."""

from machine import Machine, at
import others

PATH = r"\Windows\System32\drivers\hrnvpn.sys"
ANSWER = {
    "kind": "none",
    "culprit": None,
    "acceptable": [],
    "never": ["service:hrnvpn", PATH, "service:bvkmdag", "service:tswlan6e"],
    "certainty": "sure",
    "why": ["since the last crash 18 starts and ends in order", "hrnvpn.sys of the dumps is not the one that lies there now"],
}


def make():
    m = Machine("VERTRIEB-8", "11-24H2", bias=-120, installed="2025-02-03T08:00:00Z")
    others.office(m, "2025-02-03T10:00:00Z")
    keys = dict(klass="Net", group="NDIS", inf="hrnvpn", device="ROOT\\NET\\0001", size=0x11000)
    m.driver("hrnvpn", (2, 4, 1, 0), "2025-02-04T08:05:00Z", "Heron Networks", "Heron VPN", **keys)
    m.days("2025-07-28", "2025-08-11")
    m.driver("hrnvpn", (2, 5, 0, 3), "2025-08-11T18:00:00Z", "Heron Networks", "Heron VPN", **keys)
    for t in ("12T07:20:00", "12T08:40:00", "13T06:55:00", "13T09:10:00"):
        m.start(at(f"2025-08-{t}Z", -900))
        m.crash(f"2025-08-{t}Z", 0xD1, [0x18, 2, 0, "hrnvpn+0x2c40"], ["hrnvpn+0x2c40", "ndis+0x5d21", "tcpip+0x1a10", "ntoskrnl+0x3f1a0"])
    m.start("2025-08-13T09:12:00Z")
    m.driver("hrnvpn", (2, 5, 1, 0), "2025-08-13T09:40:00Z", "Heron Networks", "Heron VPN", **keys)
    m.stop("2025-08-13T15:30:00Z")
    m.days("2025-08-14", "2025-09-02")
    m.journal_from = at("2025-08-30T00:00:00Z")
    m.start("2025-09-03T05:40:00Z")
    others.by_windows_update(m, "2025-09-03T10:10:00Z", "Bravura Visual Corp. - Display - 32.0.15.7602")
    others.display(m, "2025-09-03T10:10:00Z", (32, 0, 15, 7602))
    m.stop("2025-09-03T15:20:00Z")
    return m
