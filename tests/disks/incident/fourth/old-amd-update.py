# SPDX-License-Identifier: GPL-3.0-or-later
"""An old AMD machine and the update of January 2018: installed in order, nothing is pending, and Windows has hung at its logo since, or shown
0xC4 although no verifier is on. No dump. The display's driver of the day before tempts."""

from machine import Machine, at
import ordinary
import traces

ANSWER = {
    "kind": "update-half-applied",
    "kinds_ok": ["update-half-applied", "unsure"],
    "culprit": None,
    "acceptable": [],
    "tolerated": [],
    "never": ["service:ogkmd", r"\Windows\System32\ntoskrnl.exe", "service:orbmon", r"\Windows\System32\drivers\orbmon.sys", "registry:VerifyDrivers"],
    "certainty": "likely",
    "why": ["KB4056892 was installed and asked for the restart after which no start went well", "Startup Repair: a newly installed update may prevent the start; no dump of any driver",
            "the display driver ran a day and a good start"],
}


def make():
    m = Machine("ATHLON", "10-1709", installed="2017-11-20T08:00:00Z", bias=-60, cpu="AMD", storage="storahci")
    ordinary.usual(m, "2017-11-20T10:00:00Z")
    m.system.set("ControlSet001\\Enum\\ACPI\\AUTHENTICAMD_-_AMD64_FAMILY_15_MODEL_75\\_0", "Service", "AmdK8")
    m.days("2017-12-04", "2018-01-03")
    m.journal_from = at("2018-01-02T00:00:00Z")
    m.start("2018-01-04T07:00:00Z")
    ordinary.graphics(m, "2018-01-04T09:10:00Z", (31, 0, 101, 4502))
    m.stop("2018-01-04T09:20:00Z", "installer")
    m.start("2018-01-04T09:22:00Z")
    m.stop("2018-01-04T17:00:00Z")
    m.start("2018-01-05T07:00:00Z")
    m.update("2018-01-05T16:00:00Z", "KB4056892", drivers=("tcpip", "srv2", "ntfs"), files=("/Windows/System32/ntoskrnl.exe", "/Windows/System32/hal.dll"),
             title="2018-01 Cumulative Update for Windows 10 Version 1709 for x64-based Systems (KB4056892)")
    m.stop("2018-01-05T16:40:00Z", "update")
    m.crash("2018-01-05T16:41:20Z", 0xC4, [0x91, 0, 0xFFFF850429891080, 0], ["ntoskrnl+0x3f1a0"], started="2018-01-05T16:41:10Z", early=True, dump=None)
    m.button("2018-01-05T16:52:00Z")
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2018-01-05T17:10:00Z", "Ein k\u00fcrzlich installiertes Treiber- oder Softwareupdate verhindert m\u00f6glicherweise den Systemstart.",
               good=at("2018-01-05T07:00:00Z"), language="de", attempts=2)
    return m
