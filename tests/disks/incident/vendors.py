# SPDX-License-Identifier: GPL-3.0-or-later
"""Products of third parties for the second blind set (third/), innocent where a case does not say otherwise, and
what their mishaps leave. All names are invented."""

import hashlib

import machine
import regf
import traces
from machine import at

CBS = "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
CONTENT = "/Windows/System32/drivers/Corvane/"


def stored(inf, name, version, arch="amd64"):
    """Where machine.driver(in_store=True) puts it, as an answer has it"""
    digest = hashlib.md5(f"{name}{version}".encode()).hexdigest()[:16]
    return f"{machine.STORE}{inf}.inf_{arch}_{digest}/{name}.sys".replace("/", "\\")


def calder(m, when, version=(27, 20, 14501, 28009)):
    """Graphics, from the driver store"""
    return m.driver("cldkmd", version, when, "Calder Graphics Inc.", "Calder Display Driver", klass="Display", inf="cldisp",
                    device="PCI\\VEN_1002&DEV_1638&SUBSYS_8A4F103C&REV_C5\\4&1A671D0C&0&0041", group="Video", in_store=True,
                    size=0x4B60000, bytes_=80000)


def timbre(m, when, version=(10, 29, 0, 12)):
    return m.driver("tmbrhda", version, when, "Timbre Semiconductor", "Timbre High Definition Audio", klass="MEDIA", inf="tmbrhda",
                    device="HDAUDIO\\FUNC_01&VEN_10EC&DEV_0295&SUBSYS_103C8A4F\\4&2B1C&0&0001", size=0x5D0000, bytes_=30000)


def rowan(m, when, version=(10, 63, 1215, 2023)):
    return m.driver("rwnlan64", version, when, "Rowan Networks", "Rowan PCIe GbE Controller", klass="Net", inf="rwnlan", group="NDIS",
                    device="PCI\\VEN_10EC&DEV_8168&SUBSYS_8A4F103C&REV_15\\4&3B1CD&0&00E0", size=0x11F000)


def meridian(m, when, version=(4, 10, 6, 79)):
    """A VPN"""
    return m.driver("mrdvpn64", version, when, "Meridian Networks", "Meridian Connect", klass="Net", inf="mrdvpn64", group="NDIS",
                    device="ROOT\\NET\\0001", size=0x1D000)


def cumulus(m, when, version=(2, 2, 0, 310)):
    """Files from a cloud: a filter on nearly every stack"""
    return m.driver("cmlsync", version, when, "Cumulus Storage", "Cumulus Drive", start=2, kind=2, group="FSFilter HSM", altitude="182300",
                    inf="cmlsync", device="ROOT\\CMLSYNC\\0000", size=0x2C000)


def basalt(m, when, version=(6, 5, 1, 30)):
    """Backup: an upper filter of the class of disks"""
    is_first = "BSLTRK" not in m.system.key(machine.CS + "\\Services").keys
    path = m.driver("bsltrk", version, when, "Basalt Software", "Basalt Image Backup", start=0, error=1, group="PnP Filter", inf="bsltrk",
                    device="ROOT\\BSLTRK\\0000", size=0x36000)
    if is_first:
        m.filter("DiskDrive", "bsltrk")
    return path


def corvane(m, when, version=(6, 58, 17, 4)):
    """A sensor of a security product, with content below drivers that is called .sys and is none"""
    m.driver("cvnsens", version, when, "Corvane Inc.", "Corvane Sentinel", start=1, kind=2, group="FSFilter Anti-Virus", altitude="326310",
             inf="cvnsens", device="ROOT\\CVNSENS\\0000", size=0x2B4000, bytes_=20000, texts=[r"\SystemRoot\System32\drivers\Corvane"])
    m.user_service("CvnAgent", "/Program Files/Corvane/cvnagent.exe", version, when, "Corvane Inc.", "Corvane Sentinel Agent",
                   texts=[r"\Device\CvnSens"])


def channel(m, number, serial, when, size=0):
    """One of its channel files; gives its path"""
    path = f"{CONTENT}cvn-{number:04}-{serial:010}.sys"
    m.noise(path, size or 7000 + 37 * number % 5000, when, head=b"\xaa\x55CVN\x03\0\0" + number.to_bytes(4, "little"))
    return path


def sable(m, when, version=(19, 4, 0, 77)):
    """An antivirus that keeps what it takes below ProgramData"""
    m.driver("sblmon", version, when, "Sable Security Ltd.", "Sable Antivirus", start=1, kind=2, group="FSFilter Anti-Virus",
             altitude="324470", inf="sblmon", device="ROOT\\SBLMON\\0000", size=0x44000, texts=[r"\ProgramData\Sable\Antivirus\Defs"])
    m.user_service("SableSvc", "/Program Files/Sable/Antivirus/sablesvc.exe", version, when, "Sable Security Ltd.", "Sable Antivirus Service",
                   texts=[r"C:\ProgramData\Sable\Antivirus\Defs", r"C:\ProgramData\Sable\Antivirus\Vault"])


def sable_definitions(m, when, number):
    path = f"/ProgramData/Sable/Antivirus/Defs/vps-{number}.sdf"
    m.noise(path, 21000, when, head=b"SDF\0\x19")
    return path


def sable_takes(m, path, when, name, threat):
    """It takes a file for malware: the file goes into the vault under another name, and its log tells it"""
    m.put(f"/ProgramData/Sable/Antivirus/Vault/{name}.dat", b"SVLT" + bytes(b ^ 0x3C for b in m.files[m.spelling(path)].data), when)
    m.delete(path, when)
    local = traces.stamp(m.local(when), "%d.%m.%Y %H:%M:%S")
    m.text("/ProgramData/Sable/Antivirus/Log/FileShield.txt",
           f"{local}\tC:{path.replace('/', chr(92))}\t{threat}\tMoved to chest [{name}]\n", at(when, 1))


def office(m, since):
    """What an ordinary PC of an office has"""
    for install in (calder, timbre, rowan, meridian, cumulus):
        install(m, since)
    m.program("/Program Files (x86)/Umbra Reader/UmbraReader.exe", (23, 6, 0, 20), "Umbra Documents", "Umbra Reader", when=since, driver=False)


def pending(m, when, kb, files, done, status, identifier=True):
    """A transaction of the servicing stack that stops in the middle: @done files were linked, then @status"""
    m.put("/Windows/WinSxS/pending.xml", traces.pending_xml(kb, ".".join(map(str, m.number)), files).encode(), when)
    m.put("/Windows/WinSxS/poqexec.log", traces.poqexec(m, at(when, 70), kb, files[:done], status).encode("utf-16le"), at(when, 72))
    m.software.set(CBS + "\\SessionsPending", "Exclusive", 4)
    m.software.set(CBS + "\\RebootPending", "", "")
    m.system.set("ControlSet001\\Control\\Session Manager", "SETUPEXECUTE", [
        "C:\\Windows\\System32\\poqexec.exe /display_progress \\SystemRoot\\WinSxS\\pending.xml"])
    if identifier:
        components = regf.Hive("COMPONENTS", m.installed)
        components.set("", "PendingXmlIdentifier", traces.guid(kb).encode("utf-16le"), at(when))
        components.set("DerivedData\\VersionedIndex", "Index", 1)
        m.hive_damage["COMPONENTS"] = lambda data: components.bytes()


def live_dump(m, folder, code, params, when):
    """A report of something that Windows survived"""
    import kdump
    name = traces.stamp(m.local(when), f"{folder}-%Y%m%d-%H%M.dmp")
    m.put(f"/Windows/LiveKernelReports/{folder}/{name}", kdump.head(code, params, at(when), 5 * machine.HOUR, kind=6,
                                                                     build=m.number[2], arch=m.arch), when)
    lines = ["Version=1", "EventType=LiveKernelEvent", f"EventTime={at(when, 30)}", "ReportType=1", f"Sig[0].Name=Code", f"Sig[0].Value={code:x}"]
    lines += [l for i, p in enumerate(params) for l in (f"Sig[{i + 1}].Name=Parameter {i + 1}", f"Sig[{i + 1}].Value={p:x}")]
    m.text(f"/ProgramData/Microsoft/Windows/WER/ReportArchive/Kernel_{code:x}_{hashlib.sha1(name.encode()).hexdigest()}_00000000_{traces.guid(name)}/Report.wer",
           "\n".join(lines) + "\n", at(when, 30), encoding="utf-16le")
