# SPDX-License-Identifier: GPL-3.0-or-later
"""The current went while Windows configured its monthly update: pending.xml with its identifier, half of the steps
done, and since then 0x7B. That morning a VPN's driver was installed, too; it is on no stack."""

from machine import Machine, at
import others
import traces

FILES = ["/Windows/System32/drivers/storahci.sys", "/Windows/System32/ntdll.dll", "/Windows/System32/drivers/Wof.sys",
         "/Windows/System32/services.exe", "/Windows/System32/drivers/partmgr.sys"]
ANSWER = {
    "kind": "update-half-applied",
    "culprit": None,
    "acceptable": [],
    "may_be_empty": True,
    "tolerated": ["registry:Exclusive"],
    "never": [r"\Windows\WinSxS\pending.xml", "service:hrnvpn", r"\Windows\System32\drivers\hrnvpn.sys", "service:storahci", "service:partmgr",
              "restore:\\Windows\\System32\\drivers\\storahci.sys"],
    "certainty": "sure",
    "why": ["pending.xml and PendingXmlIdentifier", "SessionsPending Exclusive is not 0", "power loss between two steps of poqexec.log, then 0x7B"],
}


def make():
    m = Machine("WERKSTATT", "10-22H2", bias=-60, installed="2022-11-20T08:00:00Z", storage="storahci")
    others.office(m, "2022-11-20T10:00:00Z")
    m.days("2025-01-13", "2025-02-17")
    m.journal_from = at("2025-02-16T00:00:00Z")
    m.start("2025-02-18T06:40:00Z")
    m.driver("hrnvpn", (2, 4, 1, 0), "2025-02-18T08:05:00Z", "Heron Networks", "Heron VPN", klass="Net", group="NDIS", inf="hrnvpn",
             device="ROOT\\NET\\0001", size=0x11000)
    title = "2025-02 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5051974)"
    for t, ident in (("14:02:00", 44), ("14:10:00", 43)):
        m.log.add(at(f"2025-02-18T{t}Z"), others.UPDATES, ident, [("updateTitle", title), ("updateGuid", traces.guid("KB5051974")),
                                                              ("updateRevisionNumber", 1)], task=1)
    m.cbs.append((at("2025-02-18T14:40:00Z"), [
        "Info                  CBS    Exec: Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~19041.5487.1.10, Update: KB5051974, current: Staged, pending: Installed",
        "Info                  CBS    Session: 31161_5487 finalized. Reboot required: yes [HRESULT = 0x00000000 - S_OK]"]))
    m.text("/Windows/WinSxS/pending.xml", traces.pending_xml("KB5051974", "10.0.19041.5487", FILES), "2025-02-18T14:41:00Z", encoding="utf-8")
    pending = "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"
    m.software.set(pending, "Exclusive", 3, at("2025-02-18T14:41:00Z"))
    m.system.set("ControlSet001\\Control\\Session Manager", "SETUPEXECUTE",
                 ["\\??\\C:\\Windows\\System32\\poqexec.exe /display_progress \\SystemRoot\\WinSxS\\pending.xml"], at("2025-02-18T14:41:00Z"))
    m.stop("2025-02-18T15:02:00Z", "update")
    m.text("/Windows/WinSxS/poqexec.log", traces.poqexec(m, at("2025-02-18T15:03:10Z"), "KB5051974", FILES[:2]), "2025-02-18T15:03:10Z")
    m.program(FILES[0], (10, 0, 19041, 5487), when="2025-02-18T15:03:10Z", created="2025-02-18T14:39:00Z")
    m.power_loss("2025-02-18T15:03:12Z")
    for t in ("15:20:00", "15:22:00"):
        m.crash(f"2025-02-18T{t}Z", 0x7B, [0xFFFFF8042A006868, 0xC0000034, 0, 1], ["ntoskrnl+0x9a1f0"], dump=None, early=True)
    m.boot_ok, m.boot_attempts = False, 4
    traces.srt(m, "2025-02-18T15:26:00Z", None, good="2025-02-18T06:40:20Z")
    return m
