# SPDX-License-Identifier: GPL-3.0-or-later
"""What each incident leaves on the disk. Times and names are those of the public reports; contents
are made here, for no bad file was ever published."""

import winfiles

CHANNELS = "/Windows/System32/drivers/CrowdStrike"
REAL = "/ProgramData/CrowdStrike Link Target"
UNLISTED = "/Windows/System32/drivers/ExampleSensor.sys"  # of no shipped rule


def crowdstrike(tree, opts, number, machine):
    folder = CHANNELS
    if opts.junction_drivers:
        folder = REAL
        winfiles.junction(tree, CHANNELS, "C:" + REAL.replace("/", "\\"))
    tree.folder(folder)
    for name in ("csagent.sys", "csboot.sys", "csdevicecontrol.sys"):
        winfiles.stub(tree, f"{folder}/{name}", (7, 11, 18110, 0), machine,
                      created="2024-06-20T08:00:00Z", modified="2024-06-20T08:00:00Z")
    winfiles.stub(tree, f"{folder}/CSKernel.sys", (7, 11, 18110, 0), machine)
    channel(tree, folder, "C-00000285-00000000-00000031.sys", "2024-07-18T21:03:11Z")
    channel(tree, folder, "C-00000290-00000000-00000007.sys", "2024-07-19T04:12:40Z")
    channel(tree, folder, "C-00000001-00000000-00000014.sys", "2024-05-02T10:00:00Z")
    name = f"C-00000291-00000000-{opts.tail}.sys"
    if opts.repaired != "alone":
        when = "2024-07-18T16:31:02Z" if opts.old else "2024-07-19T04:09:27.1234567Z"
        data = channel(tree, folder, name, when, opts.zero)
        tree.tell(f"{folder}/{name}", data, when, "old" if opts.old else "zero" if opts.zero else "bad")
        for i in range(1, opts.bad_count):
            more = f"C-00000291-00000000-{int(opts.tail) + 100 + i:08}.sys"
            when = f"2024-07-19T04:{9 + i:02}:00Z"
            tree.tell(f"{folder}/{more}", channel(tree, folder, more, when), when, "bad")
    if opts.repaired:
        name = f"C-00000291-00000000-{int(opts.tail) + 1:08}.sys"
        when = "2024-07-19T05:27:03.7654321Z"
        tree.tell(f"{folder}/{name}", channel(tree, folder, name, when), when, "repaired")


def channel(tree, folder, name, when, is_zero=False):
    rng = tree.rng(name)
    size = rng.randrange(35000, 45000)
    data = bytes(size) if is_zero else b"\xaa\xaa\xaa\xaa" + rng.randbytes(size - 4)
    tree.file(f"{folder}/{name}", data, created=when, modified=when, changed=when, accessed=when)
    return data


def content_file(path, when):
    def make(tree, opts, number, machine):
        data = tree.rng(path).randbytes(20000)
        tree.file(path, data, created=when, modified=when)
        tree.tell(path, data, when, "bad")
    return make


def driver(path, version, when):
    def make(tree, opts, number, machine):
        data = winfiles.stub(tree, path, version, machine, created=when, modified=when)
        tree.tell(path, data, when, "bad")
    return make


def sophos(tree, opts, number, machine):
    folder = "/Program Files (x86)/Sophos/Sophos Anti-Virus"
    content_file(f"{folder}/agen-xuv.ide", "2012-09-19T17:10:00Z")(tree, opts, number, machine)
    for name in ("agen-aaa.ide", "zbot-xyz.ide"):
        tree.noise(f"{folder}/{name}", 3000, 9000)


def trend(tree, opts, number, machine):
    folder = "/Program Files/Trend Micro/OfficeScan Client"
    content_file(f"{folder}/LPT$VPN.594", "2005-04-22T22:41:00Z")(tree, opts, number, machine)
    for name in ("LPT$VPN.592", "LPT$VPN.596"):
        tree.noise(f"{folder}/{name}", 3000, 9000)


def two_faults(tree, opts, number, machine):
    crowdstrike(tree, opts, number, machine)
    driver(UNLISTED, (2, 0, 1, 7), "2026-11-20T09:00:00Z")(tree, opts, number, machine)


def update(tree, opts, number, machine):
    tree.file("/Windows/WinSxS/pending.xml", b"<?xml version='1.0' encoding='utf-8'?>\r\n<PendingTransaction/>")


def nothing(tree, opts, number, machine):
    pass


# name: what to put there, file that is missing, commands of hivexsh for the SOFTWARE hive
INCIDENTS = {
    "none": (nothing, None, ""),
    "crowdstrike": (crowdstrike, None, ""),
    "trend": (trend, None, ""),
    "sophos": (sophos, None, ""),
    "hp": (driver("/Windows/System32/drivers/HpqKbFiltr.sys", (11, 0, 3, 1), "2018-10-05T09:00:00Z"),
           None, ""),
    "hp-repaired": (driver("/Windows/System32/drivers/HpqKbFiltr.sys", (11, 0, 7, 1),
                           "2018-10-15T09:00:00Z"), None, ""),
    "sprotect": (driver("/Windows/System32/drivers/sprotect.sys", (1, 0, 2, 372),
                        "2025-03-30T09:00:00Z"), None, ""),
    "unlisted": (driver(UNLISTED, (2, 0, 1, 7), "2026-11-20T09:00:00Z"), None, ""),
    "two-faults": (two_faults, None, ""),
    "ms14-045": (content_file("/Windows/System32/fntcache.dat", "2014-08-13T07:00:00Z"), None,
                 "cd \\Microsoft\\Windows NT\\CurrentVersion\nadd Fonts\ncd Fonts\nsetval 1\n"
                 "Corporate Sans (OpenType)\nstring:C:\\Fonts\\corporate.otf\ncommit\n"),
    "mcafee": (nothing, "svchost.exe", ""),
    "avg-user32": (nothing, "user32.dll", ""),
    "tcpip": (nothing, "tcpip.sys", ""),
    "update": (update, None, ""),
}
