# SPDX-License-Identifier: GPL-3.0-or-later
"""A notebook was hibernated with a dead battery near; since then every start resumes the same image and ends in 0xA0, whose
dump is still in the page file. The sensor's driver was updated three days and two good resumes before."""

from machine import Machine, at
import vendors

ANSWER = {
    "kind": "resume-loop",
    "culprit": None,
    "culprit_ok": [None, r"\hiberfil.sys"],
    "acceptable": [r"\hiberfil.sys", "registry:hiber"],
    "may_be_empty": True,
    "never": [r"\Windows\System32\drivers\cvnsens.sys", "service:cvnsens", r"\Windows\System32\drivers\Corvane\cvn-0118-0000000501.sys",
              "service:mrdvpn64"],
    "certainty": "likely",
    "why": ["hiberfil.sys holds an image, the boot status says that sleep was in progress and three starts failed",
            "0xA0 in the page file, after the hibernation of 17:05 UTC"],
}


def make():
    m = Machine("NB-0912", "11-23H2", installed="2023-12-04T09:00:00Z")
    vendors.office(m, "2023-12-04T11:00:00Z")
    vendors.corvane(m, "2024-01-15T09:00:00Z")
    m.days("2025-10-13", "2025-11-16")
    m.journal_from = at("2025-11-16T00:00:00Z")
    sleep = lambda when: m.log.add(at(when), "Microsoft-Windows-Kernel-Power", 42, [
        ("TargetState", 5), ("EffectiveState", 5), ("Reason", 0), ("Flags", 0), ("TransitionsToOn", 1)])
    wakes = lambda when: m.log.add(at(when), "Microsoft-Windows-Power-Troubleshooter", 1, [("SleepTime", "x"), ("WakeSourceType", 1)])
    m.start("2025-11-17T06:30:00Z")
    vendors.corvane(m, "2025-11-17T09:10:00Z", (6, 60, 2, 1))
    m.stop("2025-11-17T09:12:00Z", "installer")
    m.start("2025-11-17T09:13:00Z")
    vendors.channel(m, 118, 501, "2025-11-18T10:00:00Z")
    for day in (17, 18):
        sleep(f"2025-11-{day}T16:50:00Z")
        wakes(f"2025-11-{day + 1}T06:40:00Z")
    sleep("2025-11-19T17:05:00Z")
    m.noise("/hiberfil.sys", 1 << 20, "2025-11-19T17:05:20Z", head=b"HIBR" + bytes(60), attr=0x26)
    for i in range(3):
        resumed = at("2025-11-20T06:40:00Z") + i * 9 * 10**8
        m.crash(resumed + 14 * 10**7, 0xA0, [0x10E, 0xA, 0xFFFFAB8012345010, 0xFFFFFFFFC000000E], ["ntoskrnl+0x91230"],
                started=resumed, early=True, asleep=True)
    m.boot_attempts = 3
    return m
