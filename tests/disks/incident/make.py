#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""make.py CASE OUT.img: make the volume of an incident (a bare NTFS, as a PC with Windows 10 or 11 has it).

CASE is a file like first/content-file.py. No root, no FUSE, no network; the same case gives the same bytes.
Needs mkntfs and ntfspopulate (UNBRICK_TOOLS, or build/tools of the project).

How to write a case. It is a Python file with a text that says what happened, an ANSWER, and `make()` that
tells the machine's history IN THE ORDER OF TIME (what is loaded, and in which version, is what was installed
until then) and gives the Machine:

    \"\"\"One or two sentences: what is at fault and what tempts to another answer.\"\"\"
    ANSWER = {
        "kind": "bad-file",                    # of the issue's list
        "kinds_ok": ["bad-file"],              # as right (none: the one above)
        "culprit": "\\\\Windows\\\\...\\\\x.sys",      # first place; None: nobody may be moved or disabled
        "culprit_ok": [...],                   # as right (none: the one above)
        "acceptable": ["\\\\Windows\\\\...", "service:x", "restore:\\\\Windows...", "registry:VerifyDrivers",
                       "filter:x"],            # right proposals; a bare path: move or restore; []: none may be made
        "may_be_empty": True,                  # to propose nothing is as right
        "tolerated": [...],                    # no harm, but not right
        "never": ["\\\\path", "service:x"],      # harm: the check fails
        "certainty": "likely",                 # the most that may be claimed: unsure, likely, sure
        "why": ["..."],                        # what a person would point at
    }
    from machine import Machine, at
    import ordinary
    def make():
        m = Machine("PC-17", installed="2024-03-05T09:12:44Z", bias=-60)
        m.days("2025-01-07", "2025-02-10")                      # noise: starts, stops in order, Defender, events
        m.driver("hvdflt", (7, 1, 0, 4), "2024-10-02T08:00:00Z", "Halvard AB", "Halvard Sentry", start=0, kind=2,
                 group="FSFilter Anti-Virus", altitude="328123", inf="hvdflt", texts=[r"\\ProgramData\\Halvard"])
        m.journal_from = at("2025-02-09T00:00:00Z")             # the change journal reaches back to here
        m.start("2025-02-11T06:30:00Z")
        m.noise("/ProgramData/Halvard/c-4127.hvc", 9000, "2025-02-11T06:41:08Z", head=b"HVC1")
        m.crash("2025-02-11T06:44:15Z", 0x50, [0xffffb98012a44074, 0, "hvdflt+0x2f1a3", 2],
                stack=["hvdflt+0x2f1a3", "hvdflt+0x311c0", "fltmgr+0x5c1b", "ntoskrnl+0x3f1a0"])
        m.start("2025-02-11T06:45:33Z")                         # takes the dump out of the page file: .dmp, 41, 6008, 1001
        ...
        return m

What a Machine can (machine.py has every argument):
  files       put(path, bytes|text|("solid", n), when, created=, modified=, changed=), noise, text(encoding=
              "utf-16le"), program (a PE: version, company, texts, size, built), delete, rename, zero(path, from),
              cut(path, bytes), flip(path, byte) (checksum does not fit), folder
  drivers     driver (file, key, package, logs, events; again with another version: an update; package=False: a
              service alone, 7045; in_store=True: runs from the driver store), package, service, filter(class, name),
              user_service, update(when, kb, drivers=[names of Windows' own]) (a monthly update that succeeds)
  history     days(first, last), usual, start, stop(why="user|update|installer"), crash (mini, kernel or no dump,
              early=True: while Windows starts), power_loss, button, defender
  event log   log.add(time, provider, id, data, level=): any event (evtx.py); log.damage_chunk = n; pnp_log; others.clear_log,
              others.set_clock (log.clock + 1: what is added from then on stands behind all before it)
  registry    system.set(key, name, value, time), system.drop(key), system.key(key, time); software the same; CS is
              "ControlSet001"; flush(): what comes after it stands only in the hive's log; hive_damage["SYSTEM"] = lambda data: b"" (or any other bytes)
  journal     has_journal, journal_from; files that come and go are in it by themselves; note(path, reason, when)
  texts       setupapi (by driver), cbs (time, lines), traces.srt(m, when, cause, language="en|de|fr|es"),
              traces.pending_xml, traces.poqexec, traces.stamp; any vendor's log by text()
  pagefile    pagefile = kdump.head(...) or other bytes; dumpstack
  second Windows  other(m2, "/Windows.old/Windows"): a second machine's Windows in another folder of the volume
  missing     without += [path]: not there in the end
  older       Machine(arch="x86") (32-bit: dumps, too), arch="arm64"; others.windows7(m) at the end for version "7"
Third parties are invented; a case should have some that are innocent (ordinary.py has a few with their usual
updates, others.py and vendors.py some of other makers), and a history of weeks.
"""

import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
DISKS = os.path.dirname(HERE)
for folder in (DISKS, HERE):
    sys.path.insert(0, folder)
os.environ["PATH"] += ":/sbin:/usr/sbin"

import machine  # noqa: E402
import ntfslog  # noqa: E402
import winfiles  # noqa: E402

TOOLS = os.environ.get("UNBRICK_TOOLS", os.path.join(DISKS, "../../build/tools"))


def load(path):
    spec = importlib.util.spec_from_file_location("case_" + os.path.basename(path)[:-3].replace("-", "_"), path)
    case = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(case)
    return case


def run(*words, **keys):
    r = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **keys)
    if r.returncode:
        sys.exit(f"make.py: {words[0]}: {r.stdout.decode(errors='replace').strip()}")


def write(m, out, first_sector=0):
    """The machine's volume as an image; @first_sector: of the partition that it will be"""
    m.finish()
    tmp = tempfile.mkdtemp(prefix="incident-")
    try:
        tree = winfiles.Tree(tmp, m.seed, "2024-01-01T00:00:00Z")
        tree.base = m.installed
        m.manifest(tree)
        if os.path.exists(out):
            os.unlink(out)
        with open(out, "wb") as f:
            f.truncate(m.mib << 20)
        run("mkntfs", "-q", "-F", "-f", "-s", 512, "-p", first_sector, "-H", 255, "-S", 63, out)
        ntfslog.write_serial(out, random.Random(m.seed).getrandbits(64), 512, m.mib << 20)
        ntfslog.write_times(out, m.installed)
        for number in [*range(12), 24, 25, 26]:
            times = [f"{k}={m.installed}" for k in ("created", "modified", "changed", "accessed")]
            tree.lines.append("\t".join([f"touch\t#{number}"] + times))
        manifest = os.path.join(tmp, "manifest")
        with open(manifest, "w", encoding="utf-8", errors="surrogatepass") as f:
            f.write("\n".join(tree.lines) + "\n")
        tree.contents.flush()
        run(os.path.join(TOOLS, "ntfspopulate"), out, manifest, env=dict(os.environ, NTFS_EPOCH="1719800000"))
    finally:
        shutil.rmtree(tmp)


def make(path, out):
    write(load(path).make(), out)


def make_large(out, files, is_alone=False):
    """The first case with a driver at fault, on a large and old machine: so many files more, logs and hives of
    20 MB; with the Windows before it in Windows.old, or without. Gives the sizes of those (for make bench)."""
    m = load(os.path.join(HERE, "first", "driver-updated.py")).make()
    rng = random.Random(7)
    first, last = m.installed, m.log.events[-1][0] - 864 * 10**10
    while len(m.log.events) < 71000:
        m.usual(2000, first, last, rng)
    for i in range(50500):
        device = f"DriverDatabase\\DeviceIds\\{('PCI', 'USB', 'HID')[i % 3]}\\VEN_{i % 977:04X}&DEV_{i:04X}&SUBSYS_{i * 7919 % 65536:04X}1043"
        m.system.set(device, f"oem{i % 90}.inf", b"\1\xff\0\0")
        m.system.set(device, f"machine{i % 40}.inf", bytes(160))
    for i in range(files):
        m.put(f"/Windows/WinSxS/amd64_component-{i // 200:05}_31bf3856ad364e35/file-{i:06}.dll", i.to_bytes(4, "little"),
              m.installed, journal=False)
    if is_alone:
        m.files = {p: f for p, f in m.files.items() if not p.startswith("/Windows.old/")}
    m.mib = 320 + files // 400
    write(m, out)
    return {"System.evtx": len(m.files[machine.LOGS + "System.evtx"].data), "SYSTEM": len(m.files[machine.CONFIG + "SYSTEM"].data)}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    make(sys.argv[1], sys.argv[2])
