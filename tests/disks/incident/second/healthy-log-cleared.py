# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy machine that somebody tidied: the System log was cleared yesterday, so that only two starts and ends in
order are told. Minidumps of May (one of 0 bytes) and MEMORY.DMP of then still lie there; it is November."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "none",
    "kinds_ok": ["none", "unsure"],
    "culprit": None,
    "acceptable": [],
    "never": ["service:mrdcam", r"\Windows\System32\drivers\mrdcam.sys", "service:bvkmdag"],
    "certainty": "likely",
    "why": ["the last crash was half a year ago", "the last ends were in order (log, bootstat.dat)"],
}


def make():
    m = Machine("SCHULUNG-4", bias=-60, installed="2024-08-20T08:00:00Z")
    others.office(m, "2024-08-20T10:00:00Z")
    m.driver("mrdcam", (1, 1, 0, 0), "2024-09-02T08:00:00Z", "Meridian Imaging", "Meridian Camera", klass="System", inf="mrdcam",
             device="USB\\VID_04A9&PID_2C11\\5&1A2B3C&0&4", size=0x2A000)
    m.days("2025-04-28", "2025-05-11")
    for t in ("12T08:10:00", "13T08:12:00"):
        m.start(at(f"2025-05-{t}Z", -600))
        m.crash(f"2025-05-{t}Z", 0x3B, [0xC0000005, "mrdcam+0x811c", 0, 0], ["mrdcam+0x811c", "ks+0x4410", "ntoskrnl+0x3f1a0"], dump="both")
        m.start(at(f"2025-05-{t}Z", 90))
        m.stop(at(f"2025-05-{t}Z", 9000))
    m.put("/Windows/Minidump/051425-8123-01.dmp", b"", "2025-05-14T08:15:00Z")
    m.days("2025-10-20", "2025-11-17")
    others.clear_log(m, "2025-11-17T17:30:00Z")
    m.journal_from = at("2025-11-16T00:00:00Z")
    m.days("2025-11-18", "2025-11-19")
    return m
