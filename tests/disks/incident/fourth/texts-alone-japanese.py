# SPDX-License-Identifier: GPL-3.0-or-later
"""A Japanese PC whose only witnesses are texts: Startup Repair's log (in Japanese) names a boot driver that is damaged, setupapi's log has
its update of that evening. The event log is gone, no dump was ever written; the other update of the evening is whole, and innocent."""

from machine import LOGS, Machine, at
import ordinary

CULPRIT = r"\Windows\System32\drivers\hkrstor.sys"
ANSWER = {
    "kind": "bad-file",
    "culprit": CULPRIT,
    "acceptable": [CULPRIT, "restore:" + CULPRIT, "service:hkrstor"],
    "may_be_empty": True,
    "never": ["service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys", "service:fbe1g", "service:stornvme", "service:ogkmd"],
    "certainty": "sure",
    "why": ["SrtTrail.txt: the boot-critical file hkrstor.sys is damaged", "the file's checksum does not fit, from its middle on",
            "setupapi.dev.log: its update was the last before the restart"],
}


def make():
    m = Machine("KYOTO-08", "11-23H2", installed="2024-02-05T01:00:00Z", bias=-540)
    ordinary.usual(m, "2024-02-05T03:00:00Z")
    cache = dict(company="Hikari Storage", product="Hikari Cache", klass="System", inf="hkrstor", group="Base", start=0, error=3,
                 device="ROOT\\HKRSTOR\\0000", size=0x42000, bytes_=12000)
    m.driver("hkrstor", (4, 0, 1, 0), "2024-02-06T01:00:00Z", **cache)
    m.system.set("ControlSet001\\Control\\Nls\\Language", "Default", "0411")
    m.days("2025-05-12", "2025-05-19", begin=0, end=9)
    m.start("2025-05-20T00:05:00Z")
    ordinary.audio(m, "2025-05-20T08:20:00Z", (6, 0, 9700, 1))
    m.driver("hkrstor", (4, 1, 0, 0), "2025-05-20T08:31:00Z", **cache)
    m.stop("2025-05-20T08:33:00Z", "installer")
    m.flip("/Windows/System32/drivers/hkrstor.sys", 5000, 4096)
    m.boot_ok, m.boot_attempts = False, 3
    lines = ["\u30b9\u30bf\u30fc\u30c8\u30a2\u30c3\u30d7\u4fee\u5fa9\u306e\u8a3a\u65ad\u3068\u4fee\u5fa9\u306e\u30ed\u30b0", "---------------------------",
             "\u524d\u56de\u6b63\u5e38\u306b\u8d77\u52d5\u3057\u305f\u6642\u523b: \u200e2025/\u200e05/\u200e20 00:05:00 (GMT)", "\u4fee\u5fa9\u306e\u8a66\u884c\u56de\u6570: 2", "",
             "\u30bb\u30c3\u30b7\u30e7\u30f3\u306e\u8a73\u7d30", "---------------------------", "\u30b7\u30b9\u30c6\u30e0 \u30c7\u30a3\u30b9\u30af = \\Device\\Harddisk0",
             "Windows \u30c7\u30a3\u30ec\u30af\u30c8\u30ea = C:\\Windows", "\u81ea\u52d5\u30c1\u30a7\u30c3\u30af\u306e\u5b9f\u884c = 0", "\u6839\u672c\u539f\u56e0\u306e\u6570 = 1", "",
             "\u6839\u672c\u539f\u56e0\u304c\u898b\u3064\u304b\u308a\u307e\u3057\u305f: ", "---------------------------",
             "\u30d6\u30fc\u30c8\u306b\u91cd\u8981\u306a\u30d5\u30a1\u30a4\u30eb c:\\windows\\system32\\drivers\\hkrstor.sys \u304c\u7834\u640d\u3057\u3066\u3044\u307e\u3059\u3002", "",
             "\u4fee\u5fa9\u64cd\u4f5c: \u30d5\u30a1\u30a4\u30eb\u306e\u4fee\u5fa9", "\u7d50\u679c: \u5931\u6557\u3002\u30a8\u30e9\u30fc \u30b3\u30fc\u30c9 =  0x490", "\u6642\u9593 = 2141 ms", ""]
    m.text("/Windows/System32/LogFiles/Srt/SrtTrail.txt", "\n".join(lines), "2025-05-20T08:40:00Z", encoding="utf-16le")
    m.without += [LOGS + n for n in ("System.evtx", "Application.evtx", "Security.evtx", "Setup.evtx", "Microsoft-Windows-Kernel-PnP%4Configuration.evtx")]
    m.journal = []
    return m
