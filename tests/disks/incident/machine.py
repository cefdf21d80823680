# SPDX-License-Identifier: GPL-3.0-or-later
"""A PC with Windows 10 or 11, told as its history in the order of time: see make.py for how a case uses it.
All times are texts in UTC ("2025-03-04T13:02:19Z"), or what `at` gives; all paths are those of the volume
with slashes ("/Windows/System32/drivers/x.sys").
"""

import hashlib
import os
import random
import struct

import winfiles
import winpe

import evtx
import kdump
import regf
import traces
import windows

SECOND, MINUTE, HOUR, DAY = 10**7, 60 * 10**7, 3600 * 10**7, 86400 * 10**7
DRIVERS = "/Windows/System32/drivers/"
STORE = "/Windows/System32/DriverStore/FileRepository/"
LOGS = "/Windows/System32/winevt/Logs/"
CONFIG = "/Windows/System32/config/"
CS = "ControlSet001"
CREATE, EXTEND, OVERWRITE, DELETE, OLD, NEW, CLOSE = 0x100, 2, 1, 0x200, 0x1000, 0x2000, 0x80000000
WER = "Microsoft-Windows-WER-SystemErrorReporting"
UPDATES = "Microsoft-Windows-WindowsUpdateClient"


def at(text, seconds=0.0):
    """A time, and so many seconds later"""
    return (winfiles.filetime(text) if isinstance(text, str) else text) + int(seconds * SECOND)


class Program:
    """A PE file as it lay there at a time, and as a dump's list of modules has it."""

    def __init__(self, path, data, stamp, size, checksum, module_path):
        self.path, self.data, self.stamp, self.size, self.checksum = path, data, stamp, size, checksum
        self.module_path = module_path
        self.base = 0


class File:
    def __init__(self, data, created, modified, changed, attr):
        self.data, self.created, self.modified, self.changed, self.attr = data, created, modified, changed, attr


class Machine:
    def __init__(self, name="DESKTOP-1", windows_version="11-23H2", bias=-60, installed="2024-03-05T09:12:44Z",
                 storage="stornvme", cpu="Intel", arch="x64", mib=96, seed=None, hiberboot=True, journal=True):
        self.name, self.bias, self.mib, self.arch, self.storage = name, bias, mib, arch, storage
        self.cpu = cpu
        self.seed = seed or name
        self.version = winfiles.VERSIONS[windows_version]
        self.number = self.version[2:6]
        self.installed = at(installed)
        self.files, self.programs, self.loaded = {}, {}, []
        self.folders, self.spelled = {}, {}
        self.has_journal, self.journal_from, self.journal, self.n_gone = journal, None, [], 0
        self.log = evtx.Log("System", name)
        self.pnp_log = evtx.Log("Microsoft-Windows-Kernel-PnP/Configuration", name)
        self.sessions = 0
        self.session = None  # when it began
        self.ended = None  # how the last one did: None (in order) or a dict
        self.pagefile = b""
        self.now = self.installed
        self.setupapi, self.cbs, self.dumpstack = [], [], None
        self.oem = 0
        self.hive_damage, self.flushed = {}, None
        self.without = []  # paths that are not there in the end (a log that was deleted)
        self.boot_ok, self.boot_attempts = True, 1
        self.last_shutdown = self.installed
        self.system, self.software = regf.Hive("SYSTEM", self.installed), regf.Hive("SOFTWARE", self.installed)
        self.rng = random.Random(f"machine:{self.seed}")
        self._windows(hiberboot)

    # ---- times ----

    def local(self, when):
        """FILETIME of the machine's own clock on the wall"""
        return at(when) - self.bias * MINUTE

    def _passes(self, when):
        when = at(when)
        self.now = max(self.now, when)
        return when

    # ---- files ----

    def put(self, path, data=b"", when=None, created=None, modified=None, changed=None, attr=0x20, journal=True):
        """A file as it is from @when on; @data bytes, text (UTF-8) or ("solid", BYTES). Another file of that
        name is replaced: it is a new file, but @created may say that it is the old one, written to."""
        when = self._passes(when or self.now)
        data = data.encode() if isinstance(data, str) else data
        path = self.spelling(path)
        before = self.files.get(path)
        f = File(data, at(created or when), at(modified or when), at(changed or when), attr)
        self.files[path] = f
        if journal:
            is_same = before and before.created == f.created
            self.note(path, OVERWRITE | EXTEND | CLOSE if is_same else CREATE | EXTEND | CLOSE, when)
        return f

    def spelling(self, path):
        """As the file that is there is written; the case of letters does not count"""
        return self.spelled.setdefault(path.lower(), path)

    def noise(self, path, size, when=None, head=b"", **keys):
        """A file of @size bytes that mean nothing"""
        data = head + random.Random(f"{self.seed}:{path}").randbytes(max(size - len(head), 0))
        return self.put(path, data, when, **keys)

    def text(self, path, text, when=None, encoding="utf-8", **keys):
        data = text.replace("\n", "\r\n").encode(encoding)
        mark = b"\xff\xfe" if encoding == "utf-16le" else b""
        return self.put(path, mark + data, when, **keys)

    def folder(self, path, when=None, attr=0):
        self.folders[path] = (at(when or self.installed), attr)

    def delete(self, path, when):
        """It is gone; the journal says so."""
        when = self._passes(when)
        path = self.spelling(path)
        self.files.pop(path, None)
        self.n_gone += 1
        self.note(path, DELETE | CLOSE, when, gone=self.n_gone)

    def rename(self, path, to, when):
        when = self._passes(when)
        path, to = self.spelling(path), self.spelling(to)
        f = self.files.pop(path)
        f.changed = when
        self.files[to] = f
        self.note(path, OLD, when, of=to)
        self.note(to, NEW | CLOSE, when)

    def zero(self, path, from_byte=0):
        """As a disk or a stop of power leaves it: its size, but zeros"""
        f = self.files[self.spelling(path)]
        f.data = f.data[:from_byte] + bytes(len(f.data) - from_byte)

    def cut(self, path, size):
        f = self.files[self.spelling(path)]
        f.data = f.data[:size]

    def flip(self, path, byte, n=16):
        """Other bytes in its middle: the checksum does not fit any more"""
        f = self.files[self.spelling(path)]
        f.data = f.data[:byte] + bytes(b ^ 0x5A for b in f.data[byte:byte + n]) + f.data[byte + n:]

    def note(self, path, reason, when, gone=0, of=None):
        """A record of the change journal, where there is one at that time"""
        if self.has_journal and self.journal_from is not None and at(when) >= self.journal_from:
            self.journal.append((at(when), path, reason, gone, of))

    # ---- programs ----

    def program(self, path, version, company="Microsoft Corporation", product=None, about=None, when=None, size=0,
                bytes_=3000, texts=(), created=None, built=None, driver=None, module_path=None, stamp=None, **keys):
        """A PE file with its version resource and checksum. @size: SizeOfImage; @texts: strings in it
        (paths of its product's files, say); @built: when its maker wrote it (the time of change that an
        installer keeps). Gives its Program."""
        name = os.path.basename(path)
        when = at(when or self.installed)
        rng = random.Random(f"{self.seed}:{path}:{version}")
        built = at(built or when - rng.randrange(20, 200) * DAY)
        stamp = stamp or (built - 116444736000000000) // SECOND & 0xFFFFFFFF
        inside = b"".join(t.encode("utf-16le") + b"\0\0" for t in texts)
        payload = rng.randbytes(max(bytes_ - len(inside), 64)) + inside
        is_driver = driver if driver is not None else path.lower().endswith(".sys")
        about = about or name
        dotted = ".".join(map(str, version))
        fields = {"CompanyName": company, "FileDescription": about, "FileVersion": dotted,
                  "InternalName": name, "LegalCopyright": "(c) " + company, "OriginalFilename": name,
                  "ProductName": product or ("Microsoft\u00ae Windows\u00ae Operating System"
                                             if company.startswith("Microsoft") else about),
                  "ProductVersion": dotted}
        data = winpe.make(winfiles.MACHINES[self.arch], version, payload, name, is_driver, fields, stamp,
                          size or rng.randrange(4, 40) << 12, True)
        image, = struct.unpack_from("<I", data, 128 + 24 + 56)
        checksum, = struct.unpack_from("<I", data, 128 + 88)
        self.put(path, data, when, created=created, modified=built, **keys)
        module_path = module_path or "\\SystemRoot\\" + path[len("/Windows/"):].replace("/", "\\") \
            if path.startswith("/Windows/") else module_path or "\\??\\C:" + path.replace("/", "\\")
        p = self.programs[path.lower()] = Program(path, data, stamp, image, checksum, module_path)
        return p

    # ---- services, drivers, packages ----

    def key(self, service):
        return f"{CS}\\Services\\{service}"

    def flush(self):
        """The SYSTEM hive reaches the disk; what changes from here on is only in its log, as Windows died before
        it was written again."""
        self.flushed = self.system.bytes(self.now)

    def service(self, name, image=None, start=3, kind=1, error=1, group=None, when=None, altitude=None, **values):
        """Its key in the registry. @image as it stands there; @values more of them"""
        when = at(when or self.installed)
        path = self.key(name)
        for word, value in (("Type", kind), ("Start", start), ("ErrorControl", error), ("ImagePath", image),
                            ("Group", group), *values.items()):
            if value is not None:
                self.system.set(path, word, value, when)
        if altitude:
            instances = path + "\\Instances"
            self.system.set(instances, "DefaultInstance", name + " Instance", when)
            self.system.set(f"{instances}\\{name} Instance", "Altitude", altitude, when)
            self.system.set(f"{instances}\\{name} Instance", "Flags", 0, when)

    def driver(self, name, version, when, company, product=None, about=None, start=3, kind=1, error=1, group=None,
               altitude=None, klass="System", device=None, inf=None, signer="Microsoft Windows Hardware Compatibility Publisher",
               package=True, in_store=False, file=None, folder=None, built=None, size=0, bytes_=3000, texts=(),
               loads=True, says=True, order=None):
        """A driver of somebody else is installed, or comes in another version: its file, its service, the
        package with its ImportDate, INF\\oemN.inf, setupapi.dev.log, events 20001 and 20003 (a device) or 7045.
        @in_store: it runs from the driver store. @says False: neither logs nor events (they were cleared).
        Gives its path. @order: only what a sloppy installer does: "file" (no package, no key)."""
        when = self._passes(when)
        file = file or name + ".sys"
        number, digest = ".".join(map(str, version)), hashlib.md5(f"{name}{version}".encode()).hexdigest()[:16]
        inf = (inf or name.lower()) + ".inf"
        store = f"{STORE}{inf}_{ {'x64': 'amd64'}.get(self.arch, self.arch)}_{digest}/"
        path = store + file if in_store else (folder or DRIVERS) + file
        common = dict(company=company, product=product, about=about, built=built, size=size, bytes_=bytes_, texts=texts)
        if package and not in_store:
            stored = self.program(store + file, version, when=when, **common)
            common["stamp"] = stored.stamp
        p = self.program(path, version, when=at(when, 1.4), **common)
        if package and not in_store:
            p.data = self.files[self.spelling(path)].data = self.files[self.spelling(store + file)].data  # one file, twice
        if order == "file":
            return path
        image = ("System32\\" + path[len("/Windows/System32/"):] if path.startswith("/Windows/System32/")
                 else "C:" + path if False else "\\??\\C:" + path).replace("/", "\\")
        if image.startswith("System32\\drivers"):
            image = "\\SystemRoot\\" + image if start else image
        is_new = name.upper() not in self.system.key(CS + "\\Services").keys
        self.service(name, image, start, kind, error, group, at(when, 1.6), altitude, DisplayName=product or about or name)
        if loads and path.lower() not in [x.lower() for x in self.loaded]:
            self.loaded = [x for x in self.loaded if os.path.basename(x).lower() != file.lower()] + [path]
        if package:
            oem = self.package(inf, version, when, company, klass, signer, store)
            self.system.set(self.key(name), "Owners", [oem])
            self._device(name, device, klass, when, store, oem)
            if says:
                self.setupapi.append((when, traces.install(device or f"ROOT\\{name.upper()}\\0000", inf, oem, store,
                                                           name, file, number, company)))
                self._pnp(when, name, device or f"ROOT\\{name.upper()}\\0000", oem, number, company, image, store, is_new)
        elif says and is_new:
            self.installed_event(at(when, 1.6), product or name, image, "kernel mode driver" if kind == 1 else
                                 "file system driver", ["boot start", "system start", "auto start", "demand start",
                                                        "disabled"][start])
        return path

    def installed_event(self, when, name, image, kind="user mode service", start="auto start"):
        """7045"""
        self.log.add(at(when), "Service Control Manager", 7045, [
            ("ServiceName", name), ("ImagePath", image), ("ServiceType", kind), ("StartType", start),
            ("AccountName", "" if "driver" in kind else "LocalSystem")], qualifiers=16384, pid=712)

    def package(self, inf, version, imported, provider, klass="System", signer=None, store=None):
        """DriverDatabase and INF\\oemN.inf; gives that name. @imported None: came with Windows."""
        folder = os.path.basename((store or f"{STORE}{inf}_amd64_{hashlib.md5(inf.encode()).hexdigest()[:16]}").rstrip("/"))
        oem = inf
        when = at(imported or self.installed)
        if imported:
            oem = f"oem{self.oem}.inf"
            self.oem += 1
        guid = bytes.fromhex(windows.CLASS_GUIDS.get(klass, windows.CLASS_GUIDS["System"])[1:-1].replace("-", ""))
        guid = guid[3::-1] + guid[5:3:-1] + guid[7:5:-1] + guid[8:]
        a, b, c, d = version
        raw = struct.pack("<II", 0xFF0009, 0) + guid + struct.pack("<Q4HQ", when - 30 * DAY - when % DAY, d, c, b, a, 0)
        key = "DriverDatabase\\DriverPackages\\" + folder
        for word, value in (("", oem), ("Version", raw), ("Provider", provider), ("InfName", inf),
                            ("SignerScore", 0x0D000005 if imported else 0x0D000003),
                            ("SignerName", signer if imported else None), ("StatusFlags", 0x12 if imported else 0x2),
                            ("Catalog", inf[:-4] + ".cat" if imported else None),
                            ("OemPath", "C:\\Windows\\Temp\\" + folder[:8] if imported else None),
                            ("ImportDate", struct.pack("<Q", when) if imported else None)):
            if value is not None:
                self.system.set(key, word, value, when)
        self.system.set("DriverDatabase\\DriverInfFiles\\" + oem, "", [folder], when)
        self.system.set("DriverDatabase\\DriverInfFiles\\" + oem, "Active", folder, when)
        text = traces.inf(inf, provider, klass, version)
        if imported:
            self.text("/Windows/INF/" + oem, text, when, encoding="utf-16le")
            self.text(f"{STORE}{folder}/{inf}", text, when, encoding="utf-16le")
        return oem

    def _device(self, service, device, klass, when, store, oem):
        if not device:
            return
        guid = windows.CLASS_GUIDS.get(klass, windows.CLASS_GUIDS["System"])
        key = f"{CS}\\Enum\\{device}"
        for word, value in (("ClassGUID", guid), ("Class", klass), ("Service", service), ("ConfigFlags", 0),
                            ("Driver", f"{guid}\\{len(device) % 10:04}"), ("DeviceDesc", f"@{oem},%desc%;{service}")):
            self.system.set(key, word, value, when)

    def _pnp(self, when, name, device, oem, number, company, image, store, is_new):
        folder = os.path.basename(store.rstrip("/"))
        ns = "http://manifests.microsoft.com/win/2004/08/windows/userpnp"
        self.log.add(at(when, 2.1), "Microsoft-Windows-UserPnp", 20001, [
            ("DriverName", folder.partition(".inf")[0] + ".inf"), ("DriverVersion", number), ("DriverProvider", company),
            ("DeviceInstanceID", device), ("SetupClass", "{4d36e97d-e325-11ce-bfc1-08002be10318}"),
            ("RebootOption", "false"), ("UpgradeDevice", "false" if is_new else "true"), ("IsDriverOEM", "true"),
            ("InstallStatus", "0x0"), ("DriverDescription", name)], user=("InstallDeviceID", ns), task=7005, pid=3120)
        if is_new:
            self.log.add(at(when, 1.8), "Microsoft-Windows-UserPnp", 20003, [
                ("ServiceName", name), ("DriverFileName", image), ("DeviceInstanceID", device),
                ("PrimaryService", "true"), ("AddServiceStatus", "0x0")], user=("AddServiceID", ns), task=7005, pid=3120)
        self.pnp_log.add(at(when, 2.0), "Microsoft-Windows-Kernel-PnP", 400, [
            ("DeviceInstanceId", device), ("DriverName", oem), ("ClassGuid", "{4d36e97d-e325-11ce-bfc1-08002be10318}"),
            ("DriverDate", "01/02/2025"), ("DriverVersion", number), ("DriverProvider", company),
            ("DriverInbox", False), ("DriverSection", "Install.NT"), ("DriverRank", "0xff0000"),
            ("MatchingDeviceId", device), ("OutrankedDrivers", ""), ("DeviceUpdated", not is_new), ("Status", "0x0"),
            ("ParentDeviceInstanceId", "HTREE\\ROOT\\0")])

    def filter(self, klass, name, is_upper=True, first=False):
        """A name more in a class's list of filters"""
        key = f"{CS}\\Control\\Class\\{windows.CLASS_GUIDS[klass]}"
        word = "UpperFilters" if is_upper else "LowerFilters"
        now = self.system.key(key).values.get(word.upper(), (word, []))[1]
        self.system.set(key, word, [name, *now] if first else [*now, name], self.now)

    def user_service(self, name, path, version, when, company, product=None, start=2, says=True, arguments="", **keys):
        """A program that runs as a service"""
        when = self._passes(when)
        self.program(path, version, company, product, when=when, driver=False, **keys)
        image = '"C:' + path.replace("/", "\\") + '"' + arguments
        self.service(name, image, start, 0x10, 1, when=when, DisplayName=product or name, ObjectName="LocalSystem")
        if says:
            self.installed_event(at(when, 0.4), product or name, image)

    # ---- starts and stops ----

    def start(self, when):
        """Windows starts and runs. How the last session ended is told in the log now."""
        when = self._passes(when)
        ended, self.ended = self.ended, None
        self.session = when
        self.sessions += 1
        add = self.log.add
        major, minor, build = self.number[:3]
        add(when, "Microsoft-Windows-Kernel-General", 12, [
            ("MajorVersion", major), ("MinorVersion", minor), ("BuildVersion", build), ("QfeVersion", self.number[3]),
            ("ServiceVersion", 0), ("BootMode", 0), ("StartTime", evtx.Time(when))], task=1)
        add(at(when, .01), "Microsoft-Windows-Kernel-Boot", 20, [
            ("LastShutdownGood", not ended), ("LastBootGood", self.boot_ok), ("LastBootId", self.sessions),
            ("BootStatusPolicy", 2)], task=31)
        add(at(when, .02), "Microsoft-Windows-Kernel-Boot", 27, [("BootType", 0), ("LoadOptions", " NOEXECUTE=OPTIN")], task=33)
        if ended:
            self._told(ended, when)
        add(at(when, 9), "EventLog", 6009, [(None, f"{major}.{minor:02}."), (None, str(build)), (None, ""), (None, "Multiprocessor Free"),
                                            (None, "0")], qualifiers=32768, pid=0)
        add(at(when, 9), "EventLog", 6005, [], qualifiers=32768, pid=0)
        add(at(when, 9.02), "EventLog", 6013, [(None, ""), (None, ""), (None, ""), (None, ""), (None, str(9 + self.sessions % 7)),
                                            (None, "60"), (None, f"{self.bias} ")], qualifiers=32768, pid=0)
        for name in ("WdFilter", "FileInfo", "luafv"):
            add(at(when, 3), "Microsoft-Windows-FilterManager", 6, [
                ("FinalStatus", "0x0"), ("DeviceVersionMajor", 10), ("DeviceVersionMinor", 0), ("DeviceNameLength", len(name)),
                ("DeviceName", name), ("DeviceTime", evtx.Time(self.installed))])
        add(at(when, 14), "Microsoft-Windows-Winlogon", 7001, [("TSId", 1), ("UserSid", "S-1-5-21-1-2-3-1001")], task=1101)
        for name in ("Windows Update", "Windows Search", "Background Intelligent Transfer Service"):
            add(at(when, 20), "Service Control Manager", 7036, [("param1", name), ("param2", "running")], qualifiers=16384)
        self.boot_ok, self.boot_attempts = True, 1
        self.put("/Windows/bootstat.dat", b"", when, created=self.installed, attr=0x24)
        self._store_dump(ended, when)

    def _told(self, ended, when):
        """41, 6008, 1001 and what else of an end that was none in order"""
        code, params = ended.get("code", 0), ended.get("params", [0] * 4)
        add = self.log.add
        pressed = ended.get("button", 0)
        add(at(when, 3.2), "Microsoft-Windows-Kernel-Power", 41, [
            ("BugcheckCode", 0 if ended.get("untold") else code), *(
                (f"BugcheckParameter{i + 1}", evtx.Hex(0 if ended.get("untold") else p)) for i, p in enumerate(params)),
            ("SleepInProgress", 4 if ended.get("asleep") else 0), ("PowerButtonTimestamp", pressed), ("BootAppStatus", 0),
            ("Checkpoint", 0), ("ConnectedStandbyInProgress", False), ("SystemSleepTransitionsToOn", 0),
            ("CsEntryScenarioInstanceId", 0), ("BugcheckInfoFromEFI", False), ("CheckpointStatus", 0),
            ("LongPowerButtonPressDetected", bool(pressed)), ("LidReliability", False), ("InputSuppressionState", 0)],
            level=1, task=63)
        clock, day = traces.clock(self.local(ended["alive"])), traces.day(self.local(ended["alive"]))
        add(at(when, 9), "EventLog", 6008, [(None, clock), (None, day), (None, ""), (None, ""), (None, "1234"), (None, ""),
                                            (None, "")], level=2, qualifiers=32768, pid=0)
        if ended.get("no_dump"):
            add(at(when, 2.5), "volmgr", ended["no_dump"], [(None, "\\Device\\HarddiskVolume3")], level=2, qualifiers=49156)

    def _store_dump(self, ended, when):
        """What a start takes out of the page file"""
        if not ended or not code_of(ended) or ended.get("no_dump") or not ended.get("dump"):
            return
        kind, path = ended["dump"], ended["path"]
        stored = at(when, 11)
        if kind in ("mini", "both"):
            self.put(path, ended["bytes"], stored, attr=0x20)
        if kind in ("kernel", "both", "whole", "complete"):
            self.put("/Windows/MEMORY.DMP", ended["head"], stored, attr=0x20)
        self.pagefile = b""
        if ended.get("reported", True):
            listed = ", ".join(f"0x{p:016x}" for p in ended["params"])
            told = path if kind == "mini" else "/Windows/MEMORY.DMP"
            self.log.add(at(when, 16), WER, 1001, [
                ("param1", f"0x{ended['code']:08x} ({listed})"), ("param2", "C:" + told.replace("/", "\\")),
                ("param3", traces.guid(f"{self.seed}{ended['time']}"))], level=2, qualifiers=16384, pid=0)
            traces.report(self, ended, at(when, 40))

    def stop(self, when, why="user"):
        """In order; @why: user, update, installer (a restart that somebody asked for)"""
        when = self._passes(when)
        program, reason = {"user": ("C:\\Windows\\System32\\RuntimeBroker.exe", "Other (Unplanned)"),
                           "update": ("C:\\Windows\\servicing\\TrustedInstaller.exe", "Operating System: Upgrade (Planned)"),
                           "installer": ("C:\\Windows\\System32\\msiexec.exe", "No title for this reason could be found"),
                           }[why]
        self.log.add(at(when, -6), "User32", 1074, [
            ("param1", f"{program} ({self.name})"), ("param2", self.name), ("param3", reason), ("param4", "0x0"),
            ("param5", "power off" if why == "user" else "restart"), ("param6", ""), ("param7", f"{self.name}\\anna")],
            qualifiers=32768, pid=1100)
        self.log.add(at(when, -2), "EventLog", 6006, [], qualifiers=32768, pid=0)
        self.log.add(when, "Microsoft-Windows-Kernel-General", 13, [("StopTime", evtx.Time(when))], task=2)
        self.log.add(at(when, -1), "Microsoft-Windows-Kernel-Power", 109, [
            ("ShutdownActionType", 6), ("ShutdownEventCode", 0), ("ShutdownReason", 5)], task=103)
        self.session, self.ended, self.last_shutdown = None, None, when
        return when

    def _ends(self, when, **how):
        when = self._passes(when)
        how.setdefault("alive", max(self.session or 0, when - 3 * MINUTE))
        how["time"] = when
        self.ended, self.session = how, None

    def power_loss(self, when):
        self._ends(when)

    def button(self, when):
        """Somebody held the power button (no bug check: the machine hung, or so it seemed)."""
        self._ends(when, button=at(when) - 5 * SECOND)

    def crash(self, when, code, params, stack=(), ip="ntoskrnl+0x3f5a80", dump="mini", started=None, early=False,
              modules=None, unloaded=(), raw_code=None, **how):
        """A bug check. @params and @stack: numbers or "module+0x1234" (its file's name without the end). @dump:
        mini, kernel, both (of these the large one has its head only), whole (a kernel dump with all of its memory),
        complete (with runs), or None; what a start has to take out is in the page file until one does. @early: while
        Windows starts (@started: when that began): only boot and system drivers are there, and no start is in
        the log. @modules: names of more that are loaded. @raw_code as the dump's header has it (0x1000007E).
        @how: untold=True (41 has code 0), no_dump=46 or 161 (event of volmgr), asleep=True, reported=False
        (no 1001)."""
        when = self._passes(when)
        began = at(started) if started else self.session or when - 40 * SECOND
        loaded = self._layout(f"{when}", early, modules or ())
        number = lambda v: v if isinstance(v, int) else _address(loaded, v)
        params = [number(p) for p in params] + [0] * (4 - len(params))
        uptime = when - began
        gone = 0xF8200000 if self.arch == "x86" else 0xFFFFF80200000000  # where what is unloaded was
        text = traces.date(self.local(when))
        path = how.pop("path", f"/Windows/Minidump/{text}-{4000 + self.rng.randrange(9000)}-01.dmp")
        common = dict(build=self.number[2], arch=self.arch, ip=number(ip))
        data = kdump.triage(raw_code or code, params, when, uptime, list(loaded.values()),
                            [number(s) for s in stack], [(n, gone + i * 0x100000, gone + 0x10000 + i * 0x100000)
                                                         for i, n in enumerate(unloaded or ("dam.sys", "WdBoot.sys", "hwpolicy.sys"))],
                            seed=self.seed, **common) if dump else b""
        top = kdump.head(code, params, when, uptime, kind=6 if dump == "kernel" else 5, **common) if dump else b""
        if dump in ("whole", "complete"):
            common.pop("arch")
            top = kdump.memory(raw_code or code, params, when, uptime, list(loaded.values()), [number(s) for s in stack],
                               [(n, gone, gone + 0x10000) for n in unloaded or ("dam.sys",)], kind=1 if dump == "complete" else 6,
                               seed=self.seed, cut=how.pop("cut", None), **common)
        if dump and not how.get("no_dump"):
            self.pagefile = top + bytes(max((8 << 20) - len(top), 0) if dump in ("whole", "complete") else 0)
            self.dumpstack = (when, self.local(when), code, params)
        self._ends(when, code=code, params=params, dump=dump, bytes=data, head=top, path=path,
                   alive=max(began, when - 2 * MINUTE), **how)
        if early:
            self.boot_ok = False
            self.boot_attempts += 1

    def _layout(self, seed, early, more):
        """Where every module lay at that start"""
        rng = random.Random(f"{self.seed}:layout:{seed}")
        base = 0x81000000 + rng.randrange(64) * 0x10000 if self.arch == "x86" else \
            0xFFFFF80200000000 + rng.randrange(1 << 14) * 0x200000
        loaded = {}
        for path in self.loaded + [p for p in self.programs if os.path.basename(p).rsplit(".", 1)[0] in more]:
            p = self.programs.get(path.lower())
            if not p or (early and not self._is_early(path)):
                continue
            q = Program(p.path, b"", p.stamp, p.size, p.checksum, p.module_path)
            q.base = base
            base += (p.size + 0xFFFF & ~0xFFFF) + rng.randrange(8) * 0x10000
            loaded[os.path.basename(path).rsplit(".", 1)[0].lower()] = q
        return loaded

    def _is_early(self, path):
        name = os.path.basename(path).rsplit(".", 1)[0]
        key = self.system.key(CS + "\\Services").keys.get(name.upper())
        return not key or key.values.get("START", ("", 3))[1] < 2 or "OWNERS" in key.values or name.lower() in (
            "usbxhci", "hdaudbus", "intelppm")

    # ---- a usual day ----

    def days(self, first, last, step=1, begin=7.5, end=16.5):
        """Days of work from @first to @last ("2025-01-07"): a start in the morning, a stop in order in the
        evening (UTC hours), new definitions for Defender, services that come and go."""
        day, end_day = at(first + "T00:00:00Z"), at(last + "T00:00:00Z")
        while day <= end_day:
            rng = random.Random(f"{self.seed}:day:{day}")
            self.start(day + int((begin + rng.random() / 2) * HOUR))
            self.usual(rng.randrange(2, 9), day + int((begin + 1) * HOUR), day + int((end - 1) * HOUR), rng)
            self.defender(day + int((begin + 1 + 4 * rng.random()) * HOUR))
            self.stop(day + int((end + rng.random()) * HOUR))
            day += step * DAY

    def usual(self, n, first, last, rng):
        """Events that mean nothing"""
        for _ in range(n):
            when = first + rng.randrange(max(last - first, 1))
            kind = rng.randrange(5)
            if kind == 0:
                self.log.add(when, "Microsoft-Windows-Kernel-General", 16, [
                    ("HiveNameLength", 40), ("HiveName", "\\??\\C:\\ProgramData\\Microsoft\\x.dat"),
                    ("KeysUpdated", rng.randrange(900)), ("DirtyPages", rng.randrange(90))])
            elif kind == 1:
                self.log.add(when, "Microsoft-Windows-Time-Service", 37, [("TimeSource", "time.windows.com,0x9")])
            elif kind == 2:
                self.log.add(when, "Microsoft-Windows-DistributedCOM", 10016, [
                    ("param1", "application-specific"), ("param2", "Local"), ("param3", "Activation")], level=3)
            elif kind == 3:
                self.log.add(when, "Service Control Manager", 7040, [
                    ("param1", "Background Intelligent Transfer Service"), ("param2", "demand start"),
                    ("param3", "auto start"), ("param4", "BITS")], qualifiers=16384)
            else:
                self.log.add(when, "Service Control Manager", 7036, [
                    ("param1", rng.choice(("WMI Performance Adapter", "Windows Modules Installer", "Print Spooler"))),
                    ("param2", rng.choice(("running", "stopped")))], qualifiers=16384)

    def defender(self, when):
        """New definitions, as every day: events 44, 43, 19 and files that come and go"""
        when = self._passes(when)
        title = f"Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.4{when // DAY % 100}.{when // HOUR % 1000}.0)"
        guid = traces.guid(f"{when}")
        for i, ident in enumerate((44, 43, 19)):
            self.log.add(at(when, i * 20), UPDATES, ident, [
                ("updateTitle", title), ("updateGuid", guid), ("updateRevisionNumber", 200),
                *([("serviceGuid", guid)] if ident == 19 else [])], task=1)
        root = "/ProgramData/Microsoft/Windows Defender/Definition Updates/"
        for path in [p for p in self.files if p.startswith(root)]:
            self.delete(path, at(when, 55))
        folder = f"{root}{guid.upper()}/"
        for name, size in (("mpavbase.vdm", 9000), ("mpavdlta.vdm", 3000), ("mpasbase.vdm", 7000), ("mpasdlta.vdm", 2000)):
            self.noise(folder + name, size, at(when, 42), head=b"MZ\x90\0")

    def update(self, when, kb, drivers=(), title=None, restart=True, files=()):
        """A monthly update that succeeds: parts of Windows come in a newer version (@drivers: names of its own
        drivers, @files: paths), 44, 43, 19, CBS.log."""
        when = self._passes(when)
        title = title or f"2025-0{1 + when // DAY % 9} Cumulative Update for Windows 11 for x64-based Systems ({kb})"
        major, minor, build, revision = self.number
        self.number = (major, minor, build, revision + 90)
        for name in drivers:
            path = windows.PATHS.get(name.lower(), f"{DRIVERS}{name}.sys")
            self.program(path, self.number, when=at(when, 300), built=at(when) - 25 * DAY)
        for path in files:
            self.program(path, self.number, when=at(when, 300), built=at(when) - 25 * DAY)
        guid = traces.guid(kb)
        for seconds, ident in ((0, 44), (90, 43), (900, 19)):
            self.log.add(at(when, seconds), UPDATES, ident, [
                ("updateTitle", title), ("updateGuid", guid), ("updateRevisionNumber", 1)], task=1)
        self.cbs.append((at(when, 300), traces.cbs_done(kb, build, revision + 90)))

    # ---- what the machine has from its first day ----

    def _windows(self, hiberboot):
        for path in winfiles.FOLDERS:
            hidden = path.startswith(("/$", "/ProgramData", "/System"))
            self.folder(path.replace("|", " "), attr=6 if hidden else 0)
        for path in ("/Windows/LiveKernelReports", "/Windows/ELAMBKUP", "/Users/anna/Documents", "/Recovery"):
            self.folder(path)
        for name in winfiles.SYSTEM32 + windows.PROGRAMS:
            self.program("/Windows/System32/" + name, self.number, driver=name.endswith(".sys") or name.startswith("ntos"),
                         module_path="\\SystemRoot\\system32\\" + name)
        for item in windows.LOADED:
            name, size = item.split(":")
            path = "/Windows/System32/" + name
            self.program(path, self.number, size=int(size, 16) + (0xF00000 if name == "ntoskrnl.exe" else 0), driver=True,
                         module_path="\\SystemRoot\\system32\\" + name)
            self.loaded.append(path)
        self._own_drivers()
        for item in windows.LOADED_DRIVERS:
            name, size = item.split(":")
            path = f"{DRIVERS}{name.rstrip('_')}.sys"
            if not name.startswith("dump_"):
                self.program(path, self.number, size=int(size, 16))
            else:  # a copy in memory of what lies there under another name
                p = self.programs[DRIVERS.lower() + "storport.sys"]
                self.programs[path.lower()] = Program(path, b"", p.stamp, int(size, 16), 0, f"\\SystemRoot\\System32\\Drivers\\{name}.sys")
            self.loaded.append(path)
        self._registry(hiberboot)
        self._software()
        for i in range(60):
            self.noise(f"/Windows/Prefetch/APP{i:02}.EXE-{hashlib.md5(str(i).encode()).hexdigest()[:8].upper()}.pf", 900,
                       self.installed + i * DAY // 3)
        for name in ("arial.ttf", "segoeui.ttf", "consola.ttf"):
            self.noise("/Windows/Fonts/" + name, 3000)
        self.text("/Windows/System32/drivers/etc/hosts", "# 127.0.0.1 localhost\n")
        self.program("/Windows/explorer.exe", self.number)
        for i in range(25):
            self.noise(f"/Users/anna/Documents/Bericht {i:02}.docx", 1200, self.installed + i * 9 * DAY)
        self.now = self.installed

    def _own_drivers(self):
        rng = random.Random(f"{self.seed}:own")
        for name, start, error, group, is_held in windows.drivers():
            path = windows.PATHS.get(name.lower(), f"{DRIVERS}{name}.sys")
            big = {"ntfs": 0x2E0000, "tcpip": 0x310000, "dxgkrnl": 0x3C0000, "ndis": 0x170000, "usbxhci": 0x9A000}
            self.program(path, self.number, size=big.get(name.lower(), 0), bytes_=2600)
            rest = path[len("/Windows/System32/"):].replace("/", "\\")
            image = "System32\\" + rest if start == 0 else "\\SystemRoot\\System32\\" + rest
            kind = 8 if name == "Fs_Rec" else 2 if name.lower() in windows.FILE_SYSTEMS else 1
            self.service(name, image, start, kind, error, group, altitude=windows.ALTITUDES.get(name))
            if is_held and name not in (self.storage,):
                self.system.set(self.key(name) + "\\StartOverride", "0", 3)
            if name in ("Tcpip", "WFPLWFS"):
                self.system.set(self.key(name), "BootFlags", 1)
            if not is_held and name != "WdBoot" and start < 3 or start == 3 and rng.random() < .3 or name == "Ntfs":
                self.loaded.append(path)
        for _, service, _ in windows.DEVICES:
            if service and f"{DRIVERS}{service}.sys" not in self.loaded:
                self.loaded.append(f"{DRIVERS}{service}.sys")

    def _registry(self, hiberboot):
        s = self.system.set
        for word in ("Current", "Default", "LastKnownGood"):
            s("Select", word, 1)
        s("Select", "Failed", 0)
        control = CS + "\\Control"
        s(control + "\\ComputerName\\ComputerName", "", "mnmsrvc")
        s(control + "\\ComputerName\\ComputerName", "ComputerName", self.name)
        zone = control + "\\TimeZoneInformation"
        for word in ("Bias", "ActiveTimeBias"):
            s(zone, word, self.bias)
        s(zone, "TimeZoneKeyName", "W. Europe Standard Time")
        s(zone, "DaylightBias", 0)
        s(control + "\\ProductOptions", "ProductType", "WinNT")
        s(control + "\\Nls\\Language", "Default", "0407")
        s(control, "SystemStartOptions", " NOEXECUTE=OPTIN")
        crash = control + "\\CrashControl"
        for word, value in (("CrashDumpEnabled", 7), ("AutoReboot", 1), ("Overwrite", 1), ("LogEvent", 1),
                            ("MinidumpsCount", 5), ("DumpFile", "%SystemRoot%\\MEMORY.DMP"),
                            ("MinidumpDir", "%SystemRoot%\\Minidump"), ("DumpFilters", ["dumpfve.sys"])):
            s(crash, word, value)
        manager = control + "\\Session Manager"
        s(manager, "BootExecute", ["autocheck autochk *"])
        s(manager, "SETUPEXECUTE", [])
        s(manager + "\\Environment", "PROCESSOR_ARCHITECTURE", {"x64": "AMD64"}.get(self.arch, self.arch.upper()))
        s(manager + "\\Power", "HiberbootEnabled", int(hiberboot))
        s(manager + "\\Memory Management", "PagingFiles", ["?:\\pagefile.sys"])
        s(control + "\\ServiceGroupOrder", "List", windows.ORDER)
        for word, value in (("SystemSetupInProgress", 0), ("SetupType", 0), ("OOBEInProgress", 0), ("Upgrade", 0), ("CmdLine", "")):
            s("Setup", word, value)
        s("MountedDevices", "\\DosDevices\\C:", b"DMIO:ID:" + hashlib.md5(self.seed.encode()).digest())
        for group in windows.SAFE_GROUPS:
            for mode in ("Minimal", "Network"):
                s(f"{control}\\SafeBoot\\{mode}\\{group}", "", "Driver Group")
        for mode, more in (("Minimal", ()), ("Network", ("NDIS", "TDI", "PNP_TDI", "Streams Drivers"))):
            for group in more:
                s(f"{control}\\SafeBoot\\{mode}\\{group}", "", "Driver Group")
            for name in ("vga.sys", "sermouse.sys", "volmgr.sys", "volmgrx.sys"):
                s(f"{control}\\SafeBoot\\{mode}\\{name}", "", "Driver")
        for guid, (name, upper, lower) in windows.CLASSES.items():
            key = f"{control}\\Class\\{guid}"
            s(key, "Class", name)
            if upper:
                s(key, "UpperFilters", upper)
            if lower:
                s(key, "LowerFilters", lower)
        for device, service, klass in windows.DEVICES + windows.STORAGE.get(self.storage, []):
            self._device(service, device, klass, self.installed, "", "machine.inf")
        for i in range(4):
            self._device("volume", f"STORAGE\\Volume\\{{1b2c3d4e-0000-0000-0000-100000000000}}#{i:016X}", "Volume",
                         self.installed, "", "volume.inf")
        for name in windows.SERVICES:
            s(self.key(name), "Type", 0x20)
            s(self.key(name), "Start", 2)
            s(self.key(name), "ErrorControl", 1)
            s(self.key(name), "ImagePath", f"%SystemRoot%\\System32\\svchost.exe -k netsvcs -p")
        for name, *_ in list(windows.drivers())[::2]:
            self.package(name.lower() + ".inf", (10, 0, self.number[2], 1), None, "Microsoft")

    def _software(self):
        product, edition, major, _, build, revision, display, kind = self.version
        key = "Microsoft\\Windows NT\\CurrentVersion"
        unix = (self.installed - 116444736000000000) // SECOND
        for word, value in (("ProductName", product), ("EditionID", edition), ("InstallationType", kind),
                            ("CurrentBuild", str(build)), ("CurrentBuildNumber", str(build)), ("CurrentVersion", "6.3"),
                            ("CurrentMajorVersionNumber", major), ("CurrentMinorVersionNumber", 0), ("UBR", revision),
                            ("DisplayVersion", display), ("ReleaseId", "2009"), ("SystemRoot", "C:\\Windows"),
                            ("PathName", "C:\\Windows"), ("InstallDate", unix), ("InstallTime", regf.Qword(self.installed))):
            self.software.set(key, word, value)
        self.software.key("Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending")
        self.software.set("Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending", "Exclusive", 0)
        self.software.key("Classes")

    def other(self, m, folder):
        """The Windows of another machine (its history told to the end) lies in @folder, too."""
        m.finish()
        for path, f in m.files.items():
            if path.startswith("/Windows/") and f.data is not None:
                self.files[folder + path[len("/Windows"):]] = f

    # ---- the end ----

    def finish(self):
        """What lies there when the machine stands before the technician: hives, logs, page file."""
        s = self.system.set
        s(CS + "\\Control\\Windows", "ShutdownTime", struct.pack("<Q", self.last_shutdown), self.last_shutdown)
        last = self.now
        hives = {"SYSTEM": self.system.bytes(last), "SOFTWARE": self.software.bytes(last)}
        for name in ("SAM", "SECURITY", "DEFAULT", "COMPONENTS", "DRIVERS"):
            hives[name] = regf.Hive(name, self.installed).bytes()
        for name, data in hives.items():
            first_log = bytes(8192)
            if name == "SYSTEM" and self.flushed:
                data, first_log = regf.dirty(self.flushed, data)
            data = self.hive_damage[name](data) if name in self.hive_damage else data
            self.put(CONFIG + name, data, last, created=self.installed, journal=False)
            for log, content in ((".LOG1", first_log), (".LOG2", bytes(8192))):
                self.put(CONFIG + name + log, content, last, created=self.installed, attr=0x26, journal=False)
        for name in ("SYSTEM", "SOFTWARE", "SAM", "SECURITY", "DEFAULT"):
            self.put(CONFIG + "RegBack/" + name, b"", self.installed, journal=False)
        self.log.is_dirty = bool(self.ended)
        self.put(LOGS + "System.evtx", self.log.bytes(), last, created=self.installed, journal=False)
        self.put(LOGS + "Microsoft-Windows-Kernel-PnP%4Configuration.evtx", self.pnp_log.bytes(), last,
                 created=self.installed, journal=False)
        for name in ("Application", "Security", "Setup"):
            self.put(f"{LOGS}{name}.evtx", evtx.Log(name, self.name).bytes(), last, created=self.installed, journal=False)
        traces.write(self, last)
        self.put("/Windows/bootstat.dat", traces.bootstat(self), last, created=self.installed, attr=0x24, journal=False)
        self.put("/pagefile.sys", self.pagefile or ("solid", 4 << 20), last, created=self.installed, attr=0x26, journal=False)
        self.put("/swapfile.sys", ("solid", 1 << 20), last, created=self.installed, attr=0x26, journal=False)
        if "/hiberfil.sys" not in self.files:
            self.put("/hiberfil.sys", bytes(65536), self.installed, attr=0x26, journal=False)
        for path in self.without:
            self.files.pop(self.spelling(path), None)

    def _folder_times(self):
        """path: ((created, changed), attributes): a folder is as old as the oldest thing in it, and changed
        when the last one came"""
        times = {path: ([when, when], attr) for path, (when, attr) in self.folders.items()}
        for path, f in self.files.items():
            folder = os.path.dirname(path)
            while folder != "/":
                first, last = times.setdefault(folder, ([f.created, f.created], 0))[0]
                is_parent = folder == os.path.dirname(path)
                times[folder][0][:] = min(first, f.created), max(last, f.created) if is_parent else last
                folder = os.path.dirname(folder)
        return {path: times[path] for path in sorted(times, key=lambda p: (p.count("/"), p))}

    def manifest(self, tree):
        """Lines for ntfspopulate"""
        for path, (when, attr) in self._folder_times().items():
            tree.folder(path, attr=attr, created=when[0], modified=when[1], changed=when[1], accessed=when[1])
        for path, f in self.files.items():
            tree.file(path, f.data, attr=f.attr, created=f.created, modified=f.modified, changed=f.changed,
                      accessed=f.changed)
        if self.journal:
            tree.file("/$Extend/$UsnJrnl", attr=6, created=self.installed, modified=self.installed, changed=self.now)
            head = struct.pack("<QQQQ", 32 << 20, 8 << 20, self.installed, 0)
            tree.lines.append("ads\t/$Extend/$UsnJrnl\tname=$Max\thex=" + head.hex())
        for when, path, reason, gone, of in sorted(self.journal, key=lambda r: r[0]):
            if not gone and (of or path) not in self.files:
                continue  # it went later
            words = [f"ref={0x4000 + gone | 3 << 48}" if gone else f"of={of or path}"]
            folder = os.path.dirname(path)
            if folder.lower() not in tree.known:  # it went, too
                words.append(f"parent={0x8000 + len(folder) | 2 << 48}")
            tree.lines.append("\t".join([f"usn\t{path}\ttime={when}\treason={reason}", *words]))


def code_of(ended):
    return ended.get("code", 0)


def _address(loaded, text):
    name, _, offset = text.partition("+")
    if name.lower() not in loaded:
        raise KeyError(f"{name} is not loaded at that time")
    return loaded[name.lower()].base + int(offset or "0", 0)
