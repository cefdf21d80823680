# SPDX-License-Identifier: GPL-3.0-or-later
"""Third parties, older Windows and mishaps of the cases in second/: other makers, other ways in which a driver
comes, what a cleared log or a clock that jumps leaves. All names are invented."""

import copy
import struct

import evtx
import machine
import traces
from machine import at

UPDATES = "Microsoft-Windows-WindowsUpdateClient"


def by_windows_update(m, when, title):
    """44, 43 before a driver comes, 19 after it: as Windows Update brings one"""
    guid = traces.guid(title)
    for seconds, ident in ((-210, 44), (-40, 43), (25, 19)):
        m.log.add(at(when, seconds), UPDATES, ident, [("updateTitle", title), ("updateGuid", guid), ("updateRevisionNumber", 1)], task=1)


def wireless(m, when, version=(22, 150, 0, 6), **keys):
    return m.driver("tswlan6e", version, when, "Tessera Wireless", "Tessera Wi-Fi 6E", klass="Net", inf="tswlan6e", group="NDIS",
                    device="PCI\\VEN_8086&DEV_51F0&SUBSYS_00948086&REV_01\\3&11583659&0&A3", in_store=True, size=0x4F0000,
                    bytes_=30000, **keys)


def display(m, when, version=(30, 0, 15, 1179)):
    return m.driver("bvkmdag", version, when, "Bravura Visual Corp.", "Bravura Display Driver", klass="Display", inf="bvdisp",
                    device="PCI\\VEN_10DE&DEV_1F99&SUBSYS_87B1103C&REV_A1\\4&2283F625&0&0008", group="Video", in_store=True,
                    size=0x2A10000, bytes_=90000)


def endpoint(m, when, version=(11, 0, 7, 219)):
    """A security product with its own folder below drivers, a service, signatures"""
    m.driver("ltguard", version, when, "Lantern Security GmbH", "Lantern Guard", start=1, kind=2, group="FSFilter Anti-Virus",
             altitude="326420", inf="ltguard", device="ROOT\\LTGUARD\\0000", size=0x71000,
             texts=[r"\SystemRoot\System32\drivers\Lantern\sig"])
    m.user_service("LtGuardSvc", "/Program Files/Lantern Guard/ltgsvc.exe", version, when, "Lantern Security GmbH", "Lantern Guard Service",
                   texts=[r"C:\Windows\System32\drivers\Lantern\sig", r"C:\ProgramData\Lantern Guard\Quarantine"])
    for i in range(5):
        m.noise(f"/Windows/System32/drivers/Lantern/sig-{i:02}.lsg", 6000 + 80 * i, at(when, 60 + i), head=b"LSG\x05")


def quarantine(m, path, when, name, threat):
    """Lantern Guard takes a file for malware: it goes, its bytes changed lie in the quarantine, the log tells it"""
    f = m.files[m.spelling(path)]
    m.put(f"/ProgramData/Lantern Guard/Quarantine/{name}.ltq", b"LTQ1" + bytes(b ^ 0xA5 for b in f.data), when)
    m.delete(path, when)
    local = traces.stamp(m.local(when), "%Y-%m-%d %H:%M:%S")
    m.text("/ProgramData/Lantern Guard/Logs/guard.log",
           f"{local} [INFO] signatures 8.14.2207 loaded\n{local} [ALERT] C:{path.replace('/', chr(92))} infected: {threat}; action: moved to quarantine ({name})\n",
           at(when, 1))


def cloud_files(m, when, version=(3, 8, 0, 12)):
    """A file system filter that is on nearly every stack, and innocent"""
    return m.driver("psnfs", version, when, "Pelican Sync Inc.", "Pelican Sync", start=2, kind=2, group="FSFilter HSM", altitude="180451",
                    inf="psnfs", device="ROOT\\PSNFS\\0000", size=0x39000)


def sound(m, when, version=(1, 6, 2, 40)):
    return m.driver("aeolhd", version, when, "Aeolian Audio", "Aeolian HD Audio", klass="MEDIA", inf="aeolhd", size=0x5B0000,
                    device="HDAUDIO\\FUNC_01&VEN_14F1&DEV_50F4&SUBSYS_103C82EA\\4&3A1C&0&0001")


def office(m, since):
    """What an office's PC has"""
    for install in (display, sound, wireless, cloud_files):
        install(m, since)
    m.program("/Program Files/Quartz/Browser/Application/121/quartz.dll", (121, 0, 0, 6), "Quartz Foundation", "Quartz Browser",
              when=since, driver=False)


def clear_log(m, when):
    m.log.events = [e for e in m.log.events if e[0] > at(when)]
    m.log.add(at(when), "Microsoft-Windows-Eventlog", 104, [
        ("SubjectUserName", "anna"), ("SubjectDomainName", m.name), ("Channel", "System"), ("BackupPath", "")],
        user=("LogFileCleared", "http://manifests.microsoft.com/win/2004/08/windows/eventlog"), task=104)


def set_clock(m, old, new):
    """From here on the clock shows something else"""
    m.log.clock += 1
    m.log.add(at(new), "Microsoft-Windows-Kernel-General", 1, [("NewTime", evtx.Time(at(new))), ("OldTime", evtx.Time(at(old))),
                                                               ("Reason", 2)], task=5)


def windows7(m):
    """What was otherwise on a Windows 7; at the history's end"""
    m.system.drop("DriverDatabase")
    for key in m.system.key(machine.CS + "\\Services").keys.values():
        for word in ("BOOTFLAGS",):
            key.values.pop(word, None)
        if key.keys.pop("STARTOVERRIDE", None):
            key.values["START"] = ("Start", 3)
    database = machine.CS + "\\Control\\CriticalDeviceDatabase\\"
    for device, service in (("pci#ven_8086&dev_1c02", "storahci"), ("primary_ide_channel", "atapi"), ("gendisk", "disk"),
                            ("root#volmgr", "volmgr"), ("root#vdrvroot", "vdrvroot")):
        m.system.set(database + device, "Service", service)
        m.system.set(database + device, "ClassGUID", "{4d36e96a-e325-11ce-bfc1-08002be10318}")
    m.system.root.keys["CONTROLSET002"] = copy.deepcopy(m.system.key(machine.CS))
    m.system.key("ControlSet002").name = "ControlSet002"
    m.system.set("Select", "LastKnownGood", 2)
    key = "Microsoft\\Windows NT\\CurrentVersion"
    m.software.set(key, "CurrentVersion", "6.1")
    for word in ("CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "UBR", "DisplayVersion", "ReleaseId", "InstallTime"):
        m.software.set(key, word, None)
    m.without += ["/swapfile.sys"]


def quiet_disk(m, when, ident, provider="disk"):
    m.log.add(at(when), provider, ident, [(None, "\\Device\\Harddisk0\\DR0"), (None, "0x0")], level=2 if ident != 51 else 3, qualifiers=49156)


def whea(m, when, ident=18, source=3):
    m.log.add(at(when), "Microsoft-Windows-WHEA-Logger", ident, [
        ("ErrorSource", source), ("ApicId", 4), ("MCABank", 5), ("MciStat", evtx.Hex(0xBAA0000000030150)), ("MciAddr", evtx.Hex(0x7FFA10C0)),
        ("MciMisc", evtx.Hex(0xD01A000000000000)), ("ErrorType", 9), ("TransactionType", 256), ("Participation", 256), ("RequestType", 256),
        ("MemorIO", 256), ("MemHierarchyLvl", 1), ("Timeout", 256), ("OperationType", 256), ("Channel", 256), ("Length", 936),
        ("RawData", struct.pack("<4sI", b"CPER", 936) + bytes(300))], level=2)


def windows_storage(m, device, service=None, klass="SCSIAdapter", before="Disk"):
    """The system's disk hangs on another controller than the two that windows.py has"""
    if service:
        m._device(service, device, klass, m.installed, "", "mshdc.inf")
    m._device("disk", f"SCSI\\{before}&Ven_RAID&Prod_Volume_0\\5&2E4F7F1E&0&000000", "DiskDrive", m.installed, "", "disk.inf")
