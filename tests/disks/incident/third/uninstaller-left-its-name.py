# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup was uninstalled: its driver, key and package are gone, but its name still stands among the filters of disks, so that
no disk starts: 0x7B. There is no file to put back; the name must go. A display driver of the same day is innocent."""

from machine import CS, DRIVERS, STORE, Machine, at
import traces
import vendors

ANSWER = {
    "kind": "file-removed",
    "kinds_ok": ["file-removed", "unsure"],
    "culprit": r"\Windows\System32\drivers\bsltrk.sys",
    "culprit_ok": [r"\Windows\System32\drivers\bsltrk.sys", None],
    "acceptable": ["filter:bsltrk"],
    "may_be_empty": True,
    "never": ["filter:partmgr", "filter:EhStorClass", "service:partmgr", "service:disk", "service:stornvme",
              vendors.stored("cldisp", "cldkmd", (30, 0, 15002, 92)), "service:cldkmd"],
    "certainty": "sure",
    "why": ["UpperFilters of DiskDrive: partmgr, bsltrk; there is neither a service nor a file of that name",
            "uninstalled 16:11 UTC (journal), the restart for it was the first to fail"],
}


def make():
    m = Machine("EINKAUF-2", "11-23H2", installed="2024-02-19T09:00:00Z")
    vendors.office(m, "2024-02-19T11:00:00Z")
    vendors.basalt(m, "2024-02-20T09:00:00Z")
    m.days("2025-01-13", "2025-02-16")
    m.journal_from = at("2025-02-15T00:00:00Z")
    m.start("2025-02-17T07:20:00Z")
    vendors.calder(m, "2025-02-17T10:05:00Z", (30, 0, 15002, 92))
    gone = "2025-02-17T16:11:20Z"
    m.system.drop(m.key("bsltrk"))
    m.system.drop(CS + "\\Enum\\ROOT\\BSLTRK")
    for path in [p for p in m.files if "bsltrk" in p.lower()]:
        m.delete(path, gone)
    for key in [k for k in m.system.key("DriverDatabase\\DriverPackages").keys if k.startswith("BSLTRK")]:
        m.system.drop("DriverDatabase\\DriverPackages\\" + key)
    m.loaded.remove(DRIVERS + "bsltrk.sys")
    m.stop("2025-02-17T16:14:00Z", "installer")
    for start in ("16:15:00", "16:16:30", "16:18:00"):
        m.crash(at(f"2025-02-17T{start}Z", 11), 0x7B, [0xFFFFF50A11112898, 0xFFFFFFFFC0000034, 0, 0], dump=None,
                started=f"2025-02-17T{start}Z", early=True)
    m.boot_attempts = 4
    traces.srt(m, "2025-02-17T16:31:00Z", None, language="de", attempts=1)
    return m
