# SPDX-License-Identifier: GPL-3.0-or-later
"""New definitions took sixty programs and libraries of Windows for one trojan, kernel32.dll and services.exe among them, and
stopped only when the machine did. The antivirus had brought its own filter in a newer version an hour before: it did what it was told."""

from machine import Machine, at
import ordinary
import traces

TAKEN = """kernel32.dll advapi32.dll sechost.dll services.exe userinit.exe LogonUI.exe spoolsv.exe taskhostw.exe conhost.exe dwm.exe
shell32.dll ole32.dll rpcrt4.dll msvcrt.dll gdi32.dll netapi32.dll crypt32.dll bcrypt.dll shlwapi.dll ws2_32.dll setupapi.dll combase.dll
imm32.dll profapi.dll powrprof.dll sppsvc.exe RuntimeBroker.exe notepad.exe cmd.exe reg.exe""".split()
ROOT = "\\Windows\\System32\\"
ANSWER = {
    "kind": "file-removed",
    "culprit": ROOT + "kernel32.dll",
    "culprit_ok": [ROOT + n for n in TAKEN],
    "acceptable": [f"restore:{ROOT}{n}" for n in TAKEN],
    "may_be_empty": True,
    "tolerated": [r"\ProgramData\Orbis\Definitions\base-20250320.odb"],
    "never": [r"\Windows\System32\drivers\orbmon.sys", "service:orbmon", "service:OrbisSvc", r"\ProgramData\Orbis\Definitions\base-20250319.odb"],
    "certainty": "sure",
    "why": ["thirty of Windows' own files are gone, in one minute, by the journal and the antivirus' log", "no crash, no start since"],
}


def make():
    m = Machine("BIBLIO-2", "10-22H2", installed="2022-05-03T08:00:00Z", bias=-60)
    ordinary.usual(m, "2022-05-03T10:00:00Z")
    m.days("2025-02-17", "2025-03-19")
    m.journal_from = at("2025-03-18T00:00:00Z")
    ordinary.definitions(m, "2025-03-19T09:10:00Z", 20250319)
    m.start("2025-03-20T07:10:00Z")
    ordinary.antivirus(m, "2025-03-20T15:04:00Z", (24, 2, 0, 1))
    ordinary.definitions(m, "2025-03-20T16:01:30Z", 20250320)
    lines = []
    for i, name in enumerate(TAKEN):
        when = at("2025-03-20T16:02:10Z", i * 2.5)
        path = "/Windows/System32/" + name
        m.put(f"/ProgramData/Orbis/Quarantine/8E11{i:04X}.qrt", bytes(b ^ 0xA5 for b in m.files[path].data), when)
        m.delete(path, when)
        lines.append(f"{traces.stamp(m.local(when), '%Y-%m-%d %H:%M:%S')} [ALERT] C:\\Windows\\System32\\{name} Trojan.FalsaAlerta.5 action=quarantine result=ok\n")
    m.text("/ProgramData/Orbis/Logs/detections.log", "".join(lines), "2025-03-20T16:03:25Z")
    m.log.add(at("2025-03-20T16:04:00Z"), "Service Control Manager", 7034, [("param1", "Cola de impresi\u00f3n"), ("param2", "1")], level=2, qualifiers=49152)
    m.button("2025-03-20T16:09:00Z")
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-03-20T16:20:00Z", None, language="es", attempts=2)
    return m
