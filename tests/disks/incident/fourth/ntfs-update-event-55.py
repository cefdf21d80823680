# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows 7 in Brazil, April 2013: an update brought another ntfs.sys; beside a bank's plug-in every start ends in 0xC000021A, with event 55
and a check of the disk. The disk is well: who repairs its file system on this sign does harm."""

from machine import Machine, at
import ordinary
import others

ANSWER = {
    "kind": "update-half-applied",
    "kinds_ok": ["update-half-applied", "unsure"],
    "culprit": None,
    "acceptable": [],
    "tolerated": ["service:bsguard"],
    "never": [r"\Windows\System32\drivers\ntfs.sys", "service:Ntfs", "service:orbmon", "service:nlkhda", r"\Windows\System32\drivers\nlkhda.sys"],
    "certainty": "likely",
    "why": ["KB2823324 brought ntfs.sys; the next start and all since fail", "55 came with the update and never before; no 7, 11, 51 of the disk",
            "no single file is the bad one"],
}


def make():
    m = Machine("PADARIA", "7", bias=180, installed="2011-03-01T12:00:00Z", storage="storahci", hiberboot=False)
    ordinary.usual(m, "2011-03-01T14:00:00Z")
    m.driver("bsguard", (3, 2, 1, 11), "2012-06-11T15:00:00Z", "Bastion Seguran\u00e7a", "Bastion Guard", start=1, package=False, size=0x2E000)
    m.days("2013-03-11", "2013-04-09", begin=10.5, end=20)
    m.journal_from = at("2013-04-09T00:00:00Z")
    m.start("2013-04-10T10:40:00Z")
    m.update("2013-04-10T14:00:00Z", "KB2823324", drivers=("ntfs",), title="Atualiza\u00e7\u00e3o de Seguran\u00e7a para Windows 7 para sistemas baseados em x64 (KB2823324)")
    m.stop("2013-04-10T20:30:00Z", "update")
    for start, crash in (("20:32:00", "20:33:10"), ("20:36:00", "20:37:12"), ("20:40:00", "20:41:15")):
        m.start(f"2013-04-10T{start}Z")
        m.log.add(at(f"2013-04-10T{start}Z", 20), "Ntfs", 55, [(None, ""), (None, "C:")], level=2, qualifiers=49156)
        m.log.add(at(f"2013-04-10T{start}Z", 25), "Microsoft-Windows-Wininit", 1001, [(None, "Verificando o sistema de arquivos em C: ... nenhum problema")])
        m.crash(f"2013-04-10T{crash}Z", 0xC000021A, [0xFFFFF8A002345678, 0xC0000005, 0, 0], ["ntoskrnl+0x3f1a0", "ntoskrnl+0x4a110"])
    m.start("2013-04-10T20:45:00Z")
    m.crash("2013-04-10T20:46:10Z", 0xC000021A, [0xFFFFF8A002345678, 0xC0000005, 0, 0], ["ntoskrnl+0x3f1a0", "ntoskrnl+0x4a110"])
    others.windows7(m)
    return m
