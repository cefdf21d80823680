# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts and small files in which Windows tells how its starts and installations went. Local times are the
machine's. Wording as public logs have it; facts: shared/facts/windows.md sections 1 and 9."""

import datetime
import hashlib
import random
import struct
import uuid


def _moment(local):
    return datetime.datetime(1601, 1, 1) + datetime.timedelta(microseconds=local // 10)


def guid(seed):
    return str(uuid.UUID(hashlib.md5(str(seed).encode()).hexdigest(), version=4))


def date(local):  # of a minidump's name
    return _moment(local).strftime("%m%d%y")


def clock(local):  # as 6008 has it, in German or English form alike
    return _moment(local).strftime("%H:%M:%S")


def day(local):
    m = _moment(local)
    return f"\u200e{m.day:02}.\u200e{m.month:02}.\u200e{m.year}"


def stamp(local, pattern="%Y/%m/%d %H:%M:%S"):
    return _moment(local).strftime(pattern)


def inf(name, provider, klass, version):
    return (f"; {name}\n[Version]\nSignature=\"$WINDOWS NT$\"\nClass={klass}\nProvider=%Maker%\n"
            f"DriverVer=01/02/2025,{'.'.join(map(str, version))}\nCatalogFile={name[:-4]}.cat\n[Strings]\nMaker=\"{provider}\"\n")


# ---- setupapi.dev.log ----

def install(device, inf_name, oem, store, service, file, version, provider):
    """Lines of one installation; a line's time is put in where {t} stands."""
    target = (store + inf_name).replace("/", "\\")
    return [f">>>  [Device Install (DiInstallDriver) - {device}]", ">>>  Section start {d} {t}.120",
            f"      cmd: \"C:\\Windows\\Temp\\setup.exe\" /quiet",
            f"     ndv: INF path: C:\\Windows\\Temp\\{inf_name}", f"     inf: {{SETUP_DRIVER_STORE_IMPORT: C:\\Windows\\Temp\\{inf_name}}} {{t}}.210",
            f"     sto:      {{Stage Driver Package: C:\\Windows\\Temp\\{inf_name}}} {{t}}.260",
            f"     inf:           Provider:       {provider}", f"     inf:           Driver Version: 01/02/2025,{version}",
            f"     inf:           Catalog File:   {inf_name[:-4]}.cat",
            f"     sto:           Driver package staged to 'C:{target[:target.rindex(chr(92))]}'.",
            f"     sto:           Published driver package as '{oem}'.", "     sto:      {{Stage Driver Package: exit(0x00000000)}} {t}.900",
            f"     dvi:      {{Core Device Install}} {{t}}.950",
            f"     inf:           {{Install Inf Section [Install.NT.Services]}}",
            f"     inf:                AddService={service},0x00000002,Service_Install  ({inf_name} line 41)",
            f"     inf:                ServiceType={1}", f"     inf:                ServiceBinary=%12%\\{file}",
            f"     flq:           Copying 'C:{target[:target.rindex(chr(92))]}\\{file}' to 'C:\\Windows\\System32\\drivers\\{file}'.",
            f"     dvi:           Device Status: 0x0180200a, Problem: 0x0", "     dvi:      {{Core Device Install - exit(0x00000000)}} {t}.990",
            "<<<  Section end {d} {t}.995", "<<<  [Exit status: SUCCESS]", ""]


def _setupapi(m):
    out = ["[Device Install Log]", f"     OS Version = 10.0.{m.number[2]}", "     Service Pack = 0.0", "     Suite = 0x0100",
           "     ProductType = 1", "     Architecture = " + {"x64": "amd64"}.get(m.arch, m.arch), "",
           "[BeginLog]", "", f"[Boot Session: {stamp(m.local(m.installed))}.491]", ""]
    for when, lines in sorted(m.setupapi, key=lambda s: s[0]):
        local = m.local(when)
        out.append(f"[Boot Session: {stamp(local - 10**10)}.500]")
        out += [""] + [l.replace("{d}", stamp(local, "%Y/%m/%d")).replace("{t}", stamp(local, "%H:%M:%S"))
                       .replace("{{", "{").replace("}}", "}") for l in lines]
    return "\r\n".join(out) + "\r\n"


# ---- CBS.log, pending.xml ----

def cbs_done(kb, build, revision):
    package = f"Package_for_RollupFix~31bf3856ad364e35~amd64~~{build}.{revision}.1.7"
    return [f"Info                  CBS    Exec: Processing started. Session: 31{revision}_{build}, Package: {package}, Identifier: {kb}",
            f"Info                  CBS    Appl: Evaluating package applicability for package {package}, applicable state: Installed",
            f"Info                  CBS    Package: {package}, Update: {kb}, current: Staged, pending: Default, start: Staged, applicable: Installed, targeted: Installed, limit: Installed",
            f"Info                  CBS    Session: 31{revision}_{build} finalized. Reboot required: yes [HRESULT = 0x00000000 - S_OK]"]


def _cbs(m):
    out = []
    for i in range(60):
        out.append((m.installed + i * 36 * 10**11, ["Info                  CBS    TI: --- Initializing Trusted Installer ---",
                                                    "Info                  CBS    Starting TrustedInstaller initialization.",
                                                    "Info                  CBS    Ending TrustedInstaller initialization."]))
    out += m.cbs
    return "".join(f"{stamp(m.local(t), '%Y-%m-%d %H:%M:%S')}, {line}\r\n" for t, lines in sorted(out, key=lambda x: x[0]) for line in lines)


def pending_xml(kb, version, files):
    """A transaction of the servicing stack that was not finished"""
    out = ["<?xml version='1.0' encoding='utf-8'?>",
           f'<PendingTransaction Version="3.1" WcpVersion="{version} (WinBuild.160101.0800)" Identifier="{guid(kb)}_{kb}">',
           "\t<Transactions>", f'\t\t<TransactionIdentifier id="{kb}" />', "\t</Transactions>", "\t<POQ>"]
    for i, path in enumerate(files):
        out.append(f'\t\t<HardlinkFile source="\\SystemRoot\\WinSxS\\amd64_component-{i}_31bf3856ad364e35_{version}\\{path.rsplit("/", 1)[-1]}" '
                   f'destination="\\SystemRoot\\{path[len("/Windows/"):].replace("/", chr(92))}" />')
    return "\n".join(out + ["\t</POQ>", "</PendingTransaction>", ""])


def poqexec(m, when, kb, steps, status=0):
    """WinSxS\\poqexec.log: what was done of it; @status of the last step"""
    t = format(when, "016x")
    lines = [f"{t}: {i + 1:08x} HardlinkFile \\SystemRoot\\WinSxS\\amd64_component-{i}_31bf3856ad364e35\\{p.rsplit('/', 1)[-1]} "
             f"\\SystemRoot\\{p[len('/Windows/'):].replace('/', chr(92))}{' failed, status 0x%08x' % status if status and i + 1 == len(steps) else ''}"
             for i, p in enumerate(steps)]
    return "\r\n".join([f"{t}: {kb}"] + lines) + "\r\n"


# ---- Startup Repair ----

SRT = {
    "en": ("Startup Repair diagnosis and repair log", "Last successful boot time", "Number of repair attempts", "Session details",
           "Number of root causes", "Root cause found", "Repair action", "Result", "Failed. Error code", "Test Performed",
           "Completed successfully. Error code", "Time taken"),
    "de": ("Diagnose- und Reparaturprotokoll der Starthilfe", "Zeitpunkt des letzten erfolgreichen Startvorgangs", "Anzahl der Reparaturversuche",
           "Sitzungsdetails", "Anzahl der Problemursachen", "Gefundene Ursache", "Reparaturaktion", "Ergebnis",
           "Fehler. Fehlercode", "Durchgef\u00fchrter Test", "Erfolgreich abgeschlossen. Fehlercode", "Zeit"),
    "fr": ("Journal de diagnostic et de r\u00e9paration du d\u00e9marrage", "Heure du dernier d\u00e9marrage r\u00e9ussi",
           "Nombre de tentatives de r\u00e9paration", "D\u00e9tails de la session", "Nombre de causes racines", "Cause racine d\u00e9tect\u00e9e",
           "Action de r\u00e9paration", "R\u00e9sultat", "\u00c9chec. Code d\u2019erreur", "Test effectu\u00e9",
           "Termin\u00e9. Code d\u2019erreur", "Dur\u00e9e"),
    "es": ("Registro de diagn\u00f3stico y reparaci\u00f3n de inicio", "Hora del \u00faltimo arranque correcto", "N\u00famero de intentos de reparaci\u00f3n",
           "Detalles de la sesi\u00f3n", "N\u00famero de causas principales", "Causa principal encontrada", "Acci\u00f3n de reparaci\u00f3n",
           "Resultado", "Error. C\u00f3digo de error", "Prueba realizada", "Completado correctamente. C\u00f3digo de error", "Tiempo empleado"),
}


def srt(m, when, cause, good=None, language="en", attempts=1, action="System Restore"):
    """SrtTrail.txt; @cause one line, or None for none found"""
    w = SRT[language]
    shown = stamp(m.local(good or m.last_shutdown), "\u200e%d.\u200e%m.\u200e%Y %H:%M:%S")
    out = [w[0], "---------------------------", f"{w[1]}: {shown} (GMT)", f"{w[2]}: {attempts}", "", w[3], "---------------------------",
           "System Disk = \\Device\\Harddisk0", "Windows directory = C:\\Windows", "AutoChk Run = 0", f"{w[4]} = {int(bool(cause))}", ""]
    for test in ("Check for updates", "System disk test", "Disk failure diagnosis", "Disk metadata test", "Target OS test",
                 "Volume content check", "Boot manager diagnosis", "System boot log diagnosis", "Event log diagnosis",
                 "Internal state check", "Boot status test", "Setup state check", "Registry hives test"):
        out += [f"{w[9]}: ", "---------------------------", f"Name: {test}", f"{w[7]}: {w[10]} =  0x0", f"{w[11]} = 16 ms", ""]
    if cause:
        out += [f"{w[5]}: ", "---------------------------", cause, "", f"{w[6]}: {action}", f"{w[7]}: {w[8]} =  0x490", f"{w[11]} = 3214 ms", "",
                "---------------------------", "---------------------------", ""]
    m.text("/Windows/System32/LogFiles/Srt/SrtTrail.txt", "\n".join(out), when, encoding="utf-16le")


# ---- error reports, DumpStack.log, boot status ----

def report(m, ended, when):
    """What WER keeps of a crash"""
    code = ended["code"]
    rng = random.Random(f"{m.seed}:wer:{ended['time']}")
    folder = f"/ProgramData/Microsoft/Windows/WER/ReportQueue/Kernel_{code:x}_{rng.getrandbits(160):040x}_00000000_cab_{guid(ended['time'])}"
    lines = ["Version=1", "EventType=BlueScreen", f"EventTime={when}", "ReportType=4", "Consent=1",
             f"ReportIdentifier={guid(when)}", f"Sig[0].Name=Code", f"Sig[0].Value={code:x}"]
    for i, p in enumerate(ended["params"]):
        lines += [f"Sig[{i + 1}].Name=Parameter {i + 1}", f"Sig[{i + 1}].Value={p:x}"]
    lines += ["Sig[5].Name=OS version", f"Sig[5].Value=10_0_{m.number[2]}", "DynamicSig[1].Name=OS Version",
              f"DynamicSig[1].Value=10.0.{m.number[2]}.2.0.0.256.48", "FriendlyEventName=Shut down unexpectedly",
              "AppName=Windows", f"AppPath=C:\\Windows\\System32\\WerFault.exe"]
    m.text(folder + "/Report.wer", "\n".join(lines) + "\n", when, encoding="utf-16le")


def dumpstack(utc, local, code, params):
    text = (f"Dump stack log\r\nUTC time: {stamp(utc)}\r\nLocal time: {stamp(local)}\r\n#BugCheckCode=0x{code:08X}\r\n"
            + "".join(f"#BugCheckP{i + 1}=0x{p:016X}\r\n" for i, p in enumerate(params))
            + "Dump type: Automatic\r\nWriting dump to \\Device\\HarddiskVolume3\\pagefile.sys\r\nDump completed successfully.\r\n").encode()
    return b"DLOGFILE00010000DUMP" + struct.pack("<I", len(text)) + bytes(8) + text


def bootstat(m):
    head = bytearray(0x800)
    struct.pack_into("<II", head, 0, 0xC0, 1)
    head[8], head[9], head[10], head[11] = 1, 30, int(m.boot_ok), int(not m.ended)
    head[12] = int(bool(m.ended and m.ended.get("asleep")))
    head[48], head[49] = min(m.boot_attempts, 255), 1
    struct.pack_into("<III", head, 52, m.sessions, m.sessions - (not m.boot_ok), 0)
    log = bytearray(0x10000)
    loader = uuid.UUID("9dea862c-5cdd-4e70-acc1-f32b344d4795").bytes_le
    begin = _moment(m.local(m.now))
    data = struct.pack("<8H8xI", begin.year, begin.month, begin.day, begin.hour, begin.minute, begin.second, 0, 0, m.sessions)
    record = struct.pack("<Q16sIIII", 0x11FD, loader, 40 + len(data), 1, 3, 1) + data
    struct.pack_into("<6I", log, 0, 4, 0x18, 0x10000, 0x18 + len(record), 0x18, 0)
    log[0x18:0x18 + len(record)] = record
    return bytes(head + log)


def write(m, last):
    """What is collected until the end"""
    newest = max([m.installed] + [t for t, _ in m.setupapi])
    m.put("/Windows/INF/setupapi.dev.log", _setupapi(m).encode(), newest, created=m.installed)
    newest = max([m.installed] + [t for t, _ in m.cbs])
    m.put("/Windows/Logs/CBS/CBS.log", _cbs(m).encode(), newest, created=m.installed)
    if m.dumpstack:
        when, local, code, params = m.dumpstack
        m.put("/DumpStack.log.tmp", bytes(4096), last, created=m.installed, attr=0x26, journal=False)
        m.put("/DumpStack.log", dumpstack(when, local, code, params), when, created=m.installed, attr=0x26, journal=False)


def ntbtlog(m, starts):
    """ntbtlog.txt of a machine that starts with a boot log; @starts [(when, [loaded paths], [paths that did not])]"""
    out = []
    for when, loaded, not_loaded in starts:
        out += [f"Microsoft (R) Windows (R) Version 10.0 (Build {m.number[2]})", stamp(m.local(when), "%d %m %Y %H:%M:%S.500"), ""]
        shown = lambda p: "\\SystemRoot\\" + p[len("/Windows/"):].replace("/", "\\") if p.startswith("/Windows/") else p
        out += [f"BOOTLOG_LOADED {shown(p)}" for p in loaded] + [f"BOOTLOG_NOT_LOADED {shown(p)}" for p in not_loaded]
    m.text("/Windows/ntbtlog.txt", "\n".join(out) + "\n", starts[-1][0], encoding="utf-16le")
