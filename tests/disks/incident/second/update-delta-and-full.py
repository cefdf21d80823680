# SPDX-License-Identifier: GPL-3.0-or-later
"""The update server gave the delta and the full package of one month (as in October 2017): both were staged, the
next start ends with 0x7B. No pending.xml is left; only SessionsPending and CBS.log tell it. A backup filter is
innocent and may never go (its name is in the class's list)."""

from machine import Machine, at
import ordinary
import others
import traces

ANSWER = {
    "kind": "update-half-applied",
    "culprit": None,
    "acceptable": ["registry:Exclusive"],
    "may_be_empty": True,
    "tolerated": [],
    "never": ["service:kstsnap", r"\Windows\System32\drivers\kstsnap.sys", "filter:kstsnap", "service:storahci"],
    "certainty": "likely",
    "why": ["SessionsPending Exclusive is not 0", "two packages of one month in one session, then 0x7B at each start"],
}


def make():
    m = Machine("SV-PC-31", "10-1709", bias=420, installed="2017-11-02T16:00:00Z", storage="storahci")
    others.office(m, "2017-11-02T18:00:00Z")
    ordinary.backup(m, "2017-11-03T16:00:00Z")
    m.days("2018-02-05", "2018-03-12", begin=15, end=23)
    m.journal_from = at("2018-03-10T00:00:00Z")
    m.start("2018-03-13T15:20:00Z")
    for kb, title in (("KB4088776", "2018-03 Delta Update for Windows 10 Version 1709 for x64-based Systems (KB4088776)"),
                      ("KB4088776", "2018-03 Cumulative Update for Windows 10 Version 1709 for x64-based Systems (KB4088776)")):
        for seconds, ident in ((0, 44), (200, 43), (900, 19)):
            m.log.add(at("2018-03-13T18:30:00Z", seconds), others.UPDATES, ident, [("updateTitle", title), ("updateGuid", traces.guid(title)),
                                                                                ("updateRevisionNumber", 1)], task=1)
    m.cbs.append((at("2018-03-13T18:44:00Z"), [
        "Info                  CBS    Exec: Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~16299.309.1.8, current: Staged, pending: Install Pending",
        "Info                  CBS    Exec: Package: Package_for_RollupFix_Wrapper~31bf3856ad364e35~amd64~~16299.309.1.8, current: Staged, pending: Install Pending",
        "Info                  CBS    Doqe: Exclusive session pending [HRESULT = 0x800f0816 - CBS_E_REBOOT_REQUIRED]"]))
    key = "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"
    m.software.set(key, "Exclusive", 1, at("2018-03-13T18:46:00Z"))
    m.software.set(key, "TotalSessionPhases", 2, at("2018-03-13T18:46:00Z"))
    m.stop("2018-03-13T23:10:00Z", "update")
    for t in ("23:12:10", "23:13:30", "23:15:00"):
        m.crash(f"2018-03-13T{t}Z", 0x7B, [0xFFFFF8042A006868, 0xC0000034, 0, 0], ["ntoskrnl+0x9a1f0"], dump=None, early=True)
    m.boot_ok, m.boot_attempts = False, 3
    return m
