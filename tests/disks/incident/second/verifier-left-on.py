# SPDX-License-Identifier: GPL-3.0-or-later
"""A technician looked for a stutter, switched Driver Verifier on for all foreign drivers and left it: 0xC4 in the
sound driver, then 0xC9 in the sync filter, at every start. Neither changed for months."""

from machine import Machine, at
import others

ANSWER = {
    "kind": "verifier",
    "culprit": None,
    "culprit_ok": [None, r"\Windows\System32\drivers\aeolhd.sys", r"\Windows\System32\drivers\psnfs.sys"],
    "acceptable": ["registry:VerifyDrivers"],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:aeolhd", "service:psnfs", r"\Windows\System32\drivers\aeolhd.sys", r"\Windows\System32\drivers\psnfs.sys"],
    "certainty": "sure",
    "why": ["VerifyDrivers and VerifyDriverLevel are set", "0xC4 and 0xC9 come from it, in drivers that ran well for months"],
}


def make():
    m = Machine("DAW-1", bias=-60, installed="2024-05-05T08:00:00Z")
    others.office(m, "2024-05-05T10:00:00Z")
    m.days("2025-05-05", "2025-06-09")
    m.start("2025-06-10T08:00:00Z")
    memory = "ControlSet001\\Control\\Session Manager\\Memory Management"
    m.system.set(memory, "VerifyDrivers", "aeolhd.sys psnfs.sys tswlan6e.sys bvkmdag.sys", at("2025-06-10T09:30:00Z"))
    m.system.set(memory, "VerifyDriverLevel", 0x209BB, at("2025-06-10T09:30:00Z"))
    m.stop("2025-06-10T09:31:00Z")
    for t, code, params, stack in (("09:33:00", 0xC4, [0x2000, "aeolhd+0x71c2", 0, 0x6B6E6F74], ["VerifierExt+0x1a10", "aeolhd+0x71c2", "ks+0x410"]),
                                   ("09:36:00", 0xC9, [0x21E, "psnfs+0x1e0c", 0xFFFFA98012A44028, 0], ["ntoskrnl+0x9a0e10", "psnfs+0x1e0c", "fltmgr+0x4e0"]),
                                   ("09:39:00", 0xC4, [0x2000, "aeolhd+0x71c2", 0, 0x6B6E6F74], ["VerifierExt+0x1a10", "aeolhd+0x71c2", "ks+0x410"])):
        m.start(at(f"2025-06-10T{t}Z", -50))
        m.crash(f"2025-06-10T{t}Z", code, params, stack, modules=["verifierext"])
    return m
