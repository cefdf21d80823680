# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the volumes of a Windows disk: names, contents and times, as a manifest for
ntfspopulate. Driver and driver package names are real ones where the fixtures are at hand; all
contents are made here (PE stubs with a version resource, or bytes from the seed)."""

import datetime
import hashlib
import os
import random
import re
import struct

import winpe

VERSIONS = {
    # name: product, edition, major, minor, build, revision, display version, type
    "11-24H2": ("Windows 11 Pro", "Professional", 10, 0, 26100, 1150, "24H2", "Client"),
    "11-23H2": ("Windows 11 Pro", "Professional", 10, 0, 22631, 3880, "23H2", "Client"),
    "10-22H2": ("Windows 10 Enterprise", "Enterprise", 10, 0, 19045, 4651, "22H2", "Client"),
    "10-1709": ("Windows 10 Pro", "Professional", 10, 0, 16299, 15, "1709", "Client"),
    "8.1": ("Windows 8.1 Pro", "Professional", 6, 3, 9600, 17415, "", "Client"),
    "7": ("Windows 7 Professional", "Professional", 6, 1, 7601, 24000, "", "Client"),
    "server-2012": ("Windows Server 2012 Standard", "ServerStandard", 6, 2, 9200, 23714, "", "Server"),
    "server-2016": ("Windows Server 2016 Standard", "ServerStandard", 10, 0, 14393, 6897, "", "Server"),
    "server-2022": ("Windows Server 2022 Standard", "ServerStandard", 10, 0, 20348, 2582, "21H2",
                    "Server"),
}
MACHINES = {"x64": 0x8664, "x86": 0x14C, "arm64": 0xAA64}
SYSTEM32 = """ntoskrnl.exe hal.dll ci.dll kdcom.dll bootvid.dll mcupdate_GenuineIntel.dll ntdll.dll
kernel32.dll KernelBase.dll user32.dll gdi32.dll win32k.sys win32kbase.sys win32kfull.sys advapi32.dll
ole32.dll rpcrt4.dll shell32.dll sechost.dll msvcrt.dll smss.exe csrss.exe wininit.exe winlogon.exe
services.exe lsass.exe lsasrv.dll svchost.exe netapi32.dll spoolsv.exe taskhostw.exe dwm.exe conhost.exe
userinit.exe LogonUI.exe cmd.exe reg.exe bcdedit.exe chkdsk.exe sfc.exe notepad.exe winload.efi winload.exe
winresume.efi winresume.exe autochk.exe drvstore.dll wbem.dll crypt32.dll bcrypt.dll tcpipcfg.dll
ReAgentc.exe manage-bde.exe wuaueng.dll""".split()
DRIVERS = """ACPI acpiex afd ahcache amdsata atapi beep cdfs cdrom CLFS cng CompositeBus crashdmp dfsc
disk dumpfve dxgkrnl fileinfo fltMgr Fs_Rec fvevol hidclass hidusb http intelppm iorate kbdclass kbdhid
ksecdd ksecpkg luafv MMCSS monitor mouclass mouhid mountmgr mpsdrv mrxsmb mrxsmb20 msfs msisadrv mssmbios
mup ndis netbt netio npfs nsiproxy ntfs null partmgr pci pcw pdc qwavedrv rdbss rdpbus serenum serial
spaceport srv2 srvnet storahci stornvme storport tcpip tdx termdd tunnel umbus usbccgp usbhub usbhub3
USBXHCI vdrvroot volmgr volmgrx volsnap volume wanarp WdFilter Wdf01000 WFPLWFS wof""".split()
FOLDERS = """/Windows/Boot/EFI /Windows/Fonts /Windows/INF /Windows/Logs/CBS /Windows/Minidump
/Windows/Panther /Windows/Prefetch /Windows/SoftwareDistribution/Download /Windows/SysWOW64
/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE} /Windows/System32/config/RegBack
/Windows/System32/config/TxR /Windows/System32/drivers/etc /Windows/System32/drivers/en-US
/Windows/System32/LogFiles/Srt /Windows/System32/Tasks/Microsoft /Windows/System32/winevt/Logs
/Windows/Temp /Windows/WinSxS/Catalogs /Windows/WinSxS/Manifests /Windows/WinSxS/Backup
/Program|Files/Common|Files /Program|Files/Windows|Defender /Program|Files|(x86)
/ProgramData/Microsoft/Windows/WER/ReportArchive /ProgramData/Microsoft/Windows/WER/ReportQueue
/Users/Default/AppData/Local /Users/Public/Documents /$Recycle.Bin /System|Volume|Information
/PerfLogs""".split()
PLAIN = re.compile(r"^[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,8}(\.[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,3})?$")


def filetime(text):
    """RFC 3339 in UTC to FILETIME."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return (int(at.timestamp()) + 11644473600) * 10**7 + int((fraction + "0000000")[:7])


class Tree:
    """The entries of one volume, in the order in which they are made."""

    def __init__(self, tmp, seed, base):
        self.tmp, self.seed, self.base = tmp, seed, filetime(base)
        self.lines, self.known, self.short = [], {"/"}, {}
        self.answers = []
        self.contents = open(os.path.join(tmp, "contents"), "wb")

    def rng(self, what):
        return random.Random(f"{self.seed}:{what}")

    def dos_name(self, path):
        """The 8.3 name that Windows would give; names that are 8.3 already stay one name."""
        folder, name = os.path.split(path)
        taken = self.short.setdefault(folder.lower(), set())
        if PLAIN.match(name):
            taken.add(name.upper())
            return name
        stem, dot, ext = name.lstrip(".").rpartition(".")
        if not dot:
            stem, ext = ext, ""
        clean = lambda s: re.sub(r"[^A-Z0-9!#$%&'()\-@^_`{}~]", "",
                                 re.sub(r"[+,;=\[\]]", "_", s.upper()))
        stem, ext = clean(stem) or "_", clean(ext)[:3]
        tail = f".{ext}" if ext else ""
        for n in range(1, 5):
            short = f"{stem[:6]}~{n}{tail}"
            if short not in taken:
                break
        else:
            n, digest = 1, hashlib.md5(name.encode()).hexdigest().upper()
            while (short := f"{stem[:2]}{digest[n:n + 4]}~1{tail}") in taken:
                n += 1
        taken.add(short)
        return short

    def times(self, path, given):
        """created, modified, changed, accessed: near the installation unless given."""
        rng = self.rng("time" + path)
        created = given.get("created") or self.base + rng.randrange(36 * 10**9)
        modified = given.get("modified") or created + rng.randrange(10**9)
        changed = given.get("changed") or max(modified, created) + rng.randrange(10**7)
        accessed = given.get("accessed") or changed
        to_number = lambda t: filetime(t) if isinstance(t, str) else t
        return [("created", to_number(created)), ("modified", to_number(modified)),
                ("changed", to_number(changed)), ("accessed", to_number(accessed))]

    def add(self, verb, path, words, given=None, attr=0, dos=True):
        given = {k: filetime(v) if isinstance(v, str) else v for k, v in (given or {}).items()}
        words = list(words)
        if dos:
            words.append(("dos", self.dos_name(path)))
        if verb in ("dir", "file"):
            words += [("attr", hex(attr))] + self.times(path, given)
        self.lines.append("\t".join([verb, path] + [f"{k}={v}" for k, v in words]))

    def folder(self, path, attr=0, **given):
        if path.lower() in self.known:
            return
        parent = os.path.dirname(path)
        if parent.lower() not in self.known:
            self.folder(parent)
        self.known.add(path.lower())
        self.add("dir", path, [], given, attr)

    def on_host(self, data):
        """All contents are in one file: to make some hundred is most of the time that a disk takes."""
        at = self.contents.tell()
        self.contents.write(data)
        return [("from", self.contents.name), ("at", at), ("size", len(data))]

    def file(self, path, data=b"", attr=0x20, **given):
        """@data bytes, or a pair like ("solid", 4096) for ntfspopulate."""
        self.folder(os.path.dirname(path))
        if path.lower() in self.known:
            return
        self.known.add(path.lower())
        words = [data] if isinstance(data, tuple) else (
            self.on_host(data) if len(data) > 200 else [("hex", data.hex())])
        self.add("file", path, words, given, attr)

    def noise(self, path, low, high, **given):
        rng = self.rng("data" + path)
        self.file(path, rng.randbytes(rng.randrange(low, high)), **given)

    def tell(self, path, data, modified, why):
        """Remember what a right answer must say about this file."""
        self.answers.append({"path": path.replace("/", "\\"), "size": len(data), "modified": modified,
                             "sha256": hashlib.sha256(data).hexdigest(), "why": why})


def fixture(root, name):
    path = os.path.join(root, "registry", name)
    return path if os.path.exists(path) else None


def driver_names(fixtures):
    table = fixture(fixtures, "drivers-win10-1709.tsv")
    if not table:
        return [d + ".sys" for d in DRIVERS]
    names = {}
    with open(table, encoding="utf-8") as f:
        for line in f.readlines()[1:]:
            path = line.rstrip("\n").split("\t")[3].replace("/", "\\")
            folder, _, name = path.lower().rpartition("\\")
            if folder.endswith("system32\\drivers") and name.endswith(".sys"):
                names.setdefault(name, path.rpartition("\\")[2])
    return sorted(names.values(), key=str.lower)


def package_names(fixtures):
    table = fixture(fixtures, "driverstore-win10-1709.txt")
    if not table:
        return [f"{d.lower()}.inf_amd64_{hashlib.md5(d.encode()).hexdigest()[:16]}" for d in DRIVERS]
    with open(table, encoding="utf-8") as f:
        return f.read().split()


def stub(tree, path, version, machine, **given):
    rng = tree.rng("pe" + path)
    data = winpe.make(machine, version, rng.randbytes(rng.randrange(600, 9000)),
                      os.path.basename(path), is_driver=path.lower().endswith(".sys"))
    tree.file(path, data, **given)
    return data


def evtx_header():
    """An empty event log: header only, as wevtutil leaves after a clear, checksum included."""
    import zlib
    head = b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, 4096, 1) + bytes(76)
    return head + struct.pack("<II", 0, zlib.crc32(head)) + bytes(3968)


def once_more(tree, root):
    """Folders and files of /Windows in another folder, too."""
    for verb, path, *words in [line.split("\t") for line in tree.lines]:
        if verb not in ("dir", "file") or not (path + "/").startswith("/Windows/"):
            continue
        to = root + path[len("/Windows"):]
        words = [f"dos={tree.dos_name(to)}" if word.startswith("dos=") else word for word in words]
        tree.lines.append("\t".join([verb, to] + words))


def windows(tree, opts, version, hives):
    """The whole tree of one Windows installation."""
    _, _, major, minor, build, revision, _, _ = VERSIONS[version]
    machine = MACHINES[opts.arch]
    number = (major, minor, build, revision)
    for path in FOLDERS:
        hidden = path.startswith(("/$", "/ProgramData", "/System"))
        tree.folder(path.replace("|", " "), attr=6 if hidden else 0)
    for name in SYSTEM32:
        if name != opts.missing_file:
            stub(tree, "/Windows/System32/" + name, number, machine)
    for name in driver_names(opts.fixtures):
        if name.lower() != (opts.missing_file or "").lower():
            stub(tree, "/Windows/System32/drivers/" + name, number, machine)
    for package in package_names(opts.fixtures):
        folder = "/Windows/System32/DriverStore/FileRepository/" + package
        base = package.partition(".inf_")[0]
        tree.file(f"{folder}/{base}.inf", f"[Version]\r\nSignature=\"$Windows NT$\"\r\n".encode())
        stub(tree, f"{folder}/{base}.sys", number, machine)
    for name in ("SYSTEM", "SOFTWARE", "SAM", "SECURITY", "DEFAULT"):
        if name in hives:
            with open(hives[name], "rb") as f:
                tree.file("/Windows/System32/config/" + name, f.read())
            for log in (".LOG1", ".LOG2"):
                tree.file("/Windows/System32/config/" + name + log, bytes(8192), attr=0x26)
    for name in ("System", "Application", "Security", "Setup"):
        tree.file(f"/Windows/System32/winevt/Logs/{name}.evtx", evtx_header())
    for name in ("arial.ttf", "segoeui.ttf", "consola.ttf"):
        tree.noise("/Windows/Fonts/" + name, 3000, 9000)
    for i in range(3):
        tree.noise(f"/Windows/INF/oem{i}.inf", 300, 900)
        tree.noise("/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/"
                   f"oem{i}.cat", 3000, 9000)
    tree.file("/Windows/System32/drivers/etc/hosts", b"# 127.0.0.1 localhost\r\n")
    tree.file("/Windows/bootstat.dat", bytes(65536), attr=0x24)
    stub(tree, "/Windows/explorer.exe", number, machine)
    tree.noise("/Windows/Logs/CBS/CBS.log", 9000, 20000)
    tree.file("/pagefile.sys", ("solid", 4 << 20), attr=0x26)
    tree.file("/Users/Default/NTUSER.DAT", tree.rng("nt").randbytes(3000), attr=0x22)
    links(tree, number, machine)
    for i in range(opts.files):
        tree.file(f"/Windows/WinSxS/amd64_component-{i // 200:05}_31bf3856ad364e35_{build}/"
                  f"file-{i:06}.dll", struct.pack("<I", i))


def links(tree, number, machine):
    """What makes a real tree awkward: a hard link into WinSxS, streams, junctions, odd names."""
    path = "/Windows/WinSxS/amd64_ntfs_31bf3856ad364e35_10.0/ntfs.sys"
    tree.folder(os.path.dirname(path))
    if "/windows/system32/drivers/ntfs.sys" in tree.known:
        tree.lines.append(f"link\t{path}\tto=" + next(
            l.split("\t")[1] for l in tree.lines if "\t/windows/system32/drivers/ntfs.sys\t"
            in l.lower() and l.startswith("file")))
    tree.file("/Users/Public/Documents/Grüße aus Zürich – Übersicht.docx", tree.rng("d").randbytes(700))
    tree.file("/Users/Public/Documents/setup.exe", tree.rng("e").randbytes(900))
    zone = b"[ZoneTransfer]\r\nZoneId=3\r\n"
    tree.lines.append("ads\t/Users/Public/Documents/setup.exe\tname=Zone.Identifier\thex=" + zone.hex())
    junction(tree, "/Documents and Settings", "C:\\Users")
    junction(tree, "/ProgramData/Application Data", "C:\\ProgramData")
    tree.lines.append("touch\t/Windows/explorer.exe\toid=" + tree.rng("oid").randbytes(16).hex())


def junction(tree, path, target):
    """IO_REPARSE_TAG_MOUNT_POINT with its two names."""
    substitute, shown = ("\\??\\" + target).encode("utf-16le"), target.encode("utf-16le")
    names = substitute + b"\0\0" + shown + b"\0\0"
    body = struct.pack("<HHHH", 0, len(substitute), len(substitute) + 2, len(shown)) + names
    tree.folder(path, attr=6)
    tree.lines.append(f"reparse\t{path}\thex=" + (
        struct.pack("<IHH", 0xA0000003, len(body), 0) + body).hex())


def recovery(tree, opts):
    tree.folder("/System Volume Information", attr=6)
    tree.noise("/Recovery/WindowsRE/Winre.wim", 100000, 120000)
    tree.noise("/Recovery/WindowsRE/boot.sdi", 3000, 4000)
    tree.noise("/Recovery/WindowsRE/ReAgent.xml", 1000, 1100)


def system_reserved(tree, opts):
    tree.folder("/System Volume Information", attr=6)
    tree.noise("/bootmgr", 300000, 400000, attr=0x27)
    tree.file("/BOOTNXT", b"1", attr=0x26)
    bcd = fixture(opts.fixtures, "BCD-windeploy-bios-mbr")
    if bcd:
        with open(bcd, "rb") as f:
            tree.file("/Boot/BCD", f.read())
    tree.noise("/Boot/memtest.exe", 30000, 40000)
    tree.file("/Boot/BOOTSTAT.DAT", bytes(65536))
