# SPDX-License-Identifier: GPL-3.0-or-later
"""What every Windows 10 and 11 has: its own drivers with their start, error control and group, what is
loaded without a service, filters, Safe Mode's groups, and devices. Facts: shared/facts/windows.md sections
3 to 6, the table of drivers in the fixtures."""

# start error-control "group": names ("*": held back by StartOverride unless the hardware is there)
DRIVERS = """
0 3 Core: ACPI
0 3 Boot Bus Extender: acpiex pci isapnp msisadrv vdrvroot partmgr pdc intelpep WindowsTrustedRT pcw
0 3 System Bus Extender: volmgr volmgrx mountmgr spaceport pciide* intelide* CompositeBus_
0 3 SCSI miniport: storahci stornvme atapi*
0 1 SCSI miniport: 3ware* ADP80XX* amdsata* amdsbs* amdxata* arcsas* HpSAMD* iaStorAVC* iaStorV* ItSas35i* LSI_SAS* LSI_SAS2i* LSI_SAS3i* LSI_SSS* megasas* megasas2i* megasas35i* megasr* mvumis* nvraid* nvstor* percsas2i* percsas3i* SiSRaid2* SiSRaid4* SmartSAMD* stexstor* storufs* vsmraid* VSTXRAID* cht4iscsi*
0 1 SCSI Class: disk
0 1 PnP Filter: EhStorClass EhStorTcgDrv*
0 3 PnP Filter: fvevol iorate rdyboost volsnap volume
0 3 FSFilter Infrastructure: FltMgr
0 1 FSFilter Bottom: FileInfo
0 1 FSFilter Compression: Wof
0 1 FSFilter Anti-Virus: WdFilter
0 1 Early-Launch: WdBoot
0 3 Base: CLFS CNG KSecDD KSecPkg hwpolicy
0 3 NDIS Wrapper: NDIS
0 3 PNP_TDI: Tcpip
0 1 NDIS: WFPLWFS
0 1 WdfLoadGroup: Wdf01000
0 0 File system: Fs_Rec
0 1 Network: Mup
0 1 System Bus Extender: vmbus* storvsc* storflt* bttflt* sbp2port* scmbus* pcmcia* nvdimm*
1 1 PNP_TDI: AFD afunix NetBT tdx
1 1 Base: ahcache bam BasicDisplay BasicRender Beep dam GpuEnergyDrv mssmbios nsiproxy Null npsvctrig
1 1 File system: CSC Msfs Npfs NetBIOS rdbss Dfsc
1 1 SCSI CDROM Class: cdrom
1 1 Video Init: DXGKrnl
1 1 FSFilter Encryption: FileCrypt
1 1 NDIS: Psched vwififlt VfpExt
2 1 FSFilter HSM: CldFlt
2 1 FSFilter Virtualization: luafv wcifs bindflt
2 1 NDIS: lltdio rspndr MsLldp Ndu wanarp tcpipreg
2 1 Base: MMCSS PEAUTH storqosflt srv2 srvnet
3 1 Boot File System: Ntfs exfat fastfat ReFS
3 1 Extended Base: i8042prt kbdhid mouhid HidUsb hidi2c hidspi HidBth HidIr HidBatt sermouse MTConfig buttonconverter
3 1 Base: 1394ohci AcpiDev acpipagr AcpiPmi acpitime Acx01000 AmdK8 AmdPPM amdgpio2 amdi2c AppID applockerfltr AsyncMac bcmfn2 bowser BthA2dp BthEnum BthHFEnum BthLEEnum BthMini BTHMODEM BthPan BTHPORT BTHUSB circlass CmBatt condrv CompositeBus dmvsc drmkaud ErrDev fdc Filetrace flpydisk FsDepends gencounter genericusbfn GPIOClx0101 HdAudAddService HDAudBus hidinterrupt HTTP hvservice HwNClx0101 hyperkbd HyperVideo iagpio iai2c iaLPSS2i_GPIO2 iaLPSS2i_I2C iaLPSSi_GPIO iaLPSSi_I2C ibbus IndirectKmd intelpmax intelppm IpFilterDriver IPMIDRV IPNAT IPT iScsiPrt kbdclass kdnic ksthunk l2bridge mausbhost mausbip MbbCx mlx4_bus Modem monitor mouclass mpsdrv MRxDAV mrxsmb mrxsmb20 MsBridge msgpiowin32 mshidkmdf mshidumdf MSKSSRV MSPCLOCK MSPQM MSTEE NativeWifiP ndfltr NdisCap NdisImPlatform NdisTapi Ndisuio NdisVirtualBus NdisWan ndproxy NetAdapterCx netvsc P9Rdr Parport pmem PNPMEM PptpMiniport Processor QWAVEdrv RasAcd RasAgileVpn Rasl2tp RasPppoe RasSstp rdpbus RDPDR RdpVideoMiniport RFCOMM rhproxy scfilter sdbus SDFRd sdstor SerCx SerCx2 Serenum Serial sfloppy SpbCx swenum Synth3dVsc Tcpip6 terminpt TPM TsUsbFlt TsUsbGD tsusbhub tunnel UASPStor UcmCx0101 UcmTcpciCx0101 UcmUcsiAcpiClient UcmUcsiCx0101 Ucx01000 UdeCx UEFI Ufx01000 ufxsynopsys umbus UmPass UrsCx01000 UrsSynopsys usbaudio usbaudio2 usbccgp usbcir usbehci usbhub USBHUB3 usbohci usbprint usbser USBSTOR usbuhci USBXHCI vhdmp vhf Vid vpci vwifibus WacomPen wdiwifi WdNisDrv WindowsTrustedRTProxy WinMad WinNat WINUSB WinVerbs WmiAcpi WpdUpFltr WudfPf WUDFRd xboxgip xinputhid
4 1 Base: cdfs udfs VerifierExt hvcrash UevAgentDriver
"""
FILE_SYSTEMS = set("""bindflt cdfs cldflt dfsc exfat fastfat filecrypt fileinfo filetrace fltmgr fsdepends luafv mrxdav
mrxsmb mrxsmb20 msfs mup netbios npfs ntfs rdbss refs srv2 srvnet storqosflt udfs uevagentdriver wcifs wdfilter
wof""".split())
LOADED = """ntoskrnl.exe:10a000 hal.dll:6000 kd.dll:b000 mcupdate_GenuineIntel.dll:1a8000 CI.dll:e9000 PSHED.dll:1c000
BOOTVID.dll:b000 win32k.sys:9a000 win32kbase.sys:2d5000 win32kfull.sys:3b4000 cdd.dll:49000""".split()
LOADED_DRIVERS = """classpnp:70000 storport:b0000 netio:99000 msrpc:62000 tm:2a000 werkernel:12000 WppRecorder:11000
SleepStudyHelper:f000 ntosext:c000 cmimcext:e000 crashdmp:1e000 dump_diskdump:e000 dump_stornvme:2b000 dump_dumpfve:1e000
dxgmms2:e8000 watchdog:17000 hidclass:38000 hidparse:13000 usbd:f000 ks:78000 portcls:75000 drmk:22000
fwpkclnt:79000 monitor_:1b000 IntelTA:10000""".split()
ALTITUDES = {"WdFilter": "328010", "FileInfo": "40500", "Wof": "40700", "luafv": "135000", "CldFlt": "409500",
             "wcifs": "189900", "FileCrypt": "141100", "storqosflt": "244000", "bindflt": "409800"}
CLASSES = {
    # guid: name, upper, lower
    "{4d36e967-e325-11ce-bfc1-08002be10318}": ("DiskDrive", ["partmgr"], ["EhStorClass"]),
    "{71a27cdd-812a-11d0-bec7-08002be2092f}": ("Volume", ["volsnap"], ["fvevol", "iorate", "rdyboost"]),
    "{4d36e96b-e325-11ce-bfc1-08002be10318}": ("Keyboard", ["kbdclass"], []),
    "{4d36e96f-e325-11ce-bfc1-08002be10318}": ("Mouse", ["mouclass"], []),
    "{4d36e96c-e325-11ce-bfc1-08002be10318}": ("MEDIA", ["ksthunk"], []),
    "{eec5ad98-8080-425f-922a-dabf3de3f69a}": ("WPD", ["WpdUpFltr"], []),
    "{50dd5230-ba8a-11d1-bf5d-0000f805f530}": ("SmartCardReader", ["scfilter"], []),
    "{4d36e97b-e325-11ce-bfc1-08002be10318}": ("SCSIAdapter", [], []),
    "{4d36e96a-e325-11ce-bfc1-08002be10318}": ("hdc", [], []),
    "{4d36e968-e325-11ce-bfc1-08002be10318}": ("Display", [], []),
    "{4d36e972-e325-11ce-bfc1-08002be10318}": ("Net", [], []),
    "{4d36e97d-e325-11ce-bfc1-08002be10318}": ("System", [], []),
    "{36fc9e60-c465-11cf-8056-444553540000}": ("USB", [], []),
    "{745a17a0-74d3-11d0-b6fe-00a0c90f57da}": ("HIDClass", [], []),
    "{50127dc3-0f36-415e-a6cc-4cb3be910b65}": ("Processor", [], []),
}
CLASS_GUIDS = {name: guid for guid, (name, _, _) in CLASSES.items()}
DEVICES = [
    # instance below Enum, service, class
    ("ACPI_HAL\\PNP0C08\\0", "ACPI", "System"), ("ACPI\\PNP0A08\\0", "pci", "System"),
    ("ROOT\\VOLMGR\\0000", "volmgr", "System"), ("ROOT\\VDRVROOT\\0000", "vdrvroot", "System"),
    ("ROOT\\SPACEPORT\\0000", "spaceport", "SCSIAdapter"), ("ROOT\\MSSMBIOS\\0000", "mssmbios", "System"),
    ("ROOT\\BASICDISPLAY\\0000", "BasicDisplay", "System"), ("ROOT\\BASICRENDER\\0000", "BasicRender", "System"),
    ("PCI\\VEN_8086&DEV_A0ED&SUBSYS_72708086&REV_20\\3&11583659&0&A0", "USBXHCI", "USB"),
    ("PCI\\VEN_8086&DEV_A0C8&SUBSYS_72708086&REV_20\\3&11583659&0&FB", "HDAudBus", "System"),
    ("USB\\ROOT_HUB30\\4&1D2A5A0&0&0", "USBHUB3", "USB"), ("USB\\VID_046D&PID_C31C&MI_00\\6&2A1B&0&0000", "HidUsb", "HIDClass"),
    ("HID\\VID_046D&PID_C31C&MI_00\\7&1B2C&0&0000", "kbdhid", "Keyboard"),
    ("HID\\VID_046D&PID_C077\\6&3C4D&0&0000", "mouhid", "Mouse"),
    ("ACPI\\GENUINEINTEL_-_INTEL64_FAMILY_6_MODEL_140\\_0", "intelppm", "Processor"),
    ("SWD\\PRINTENUM\\PRINTQUEUES", "", "System"), ("ACPI\\MSFT0101\\1", "TPM", "System"),
]
STORAGE = {
    "stornvme": [("PCI\\VEN_144D&DEV_A80A&SUBSYS_A801144D&REV_00\\4&2283F625&0&0008", "stornvme", "SCSIAdapter"),
                 ("SCSI\\Disk&Ven_NVMe&Prod_Samsung_SSD_980\\5&2E4F7F1E&0&000000", "disk", "DiskDrive")],
    "storahci": [("PCI\\VEN_8086&DEV_A352&SUBSYS_86941043&REV_10\\3&11583659&0&B8", "storahci", "hdc"),
                 ("SCSI\\Disk&Ven_WDC&Prod_WD10EZEX-08WN4A0\\4&1F2E3D4C&0&000000", "disk", "DiskDrive")],
}
SAFE_GROUPS = ["Base", "Boot Bus Extender", "Boot file system", "File system", "Filter", "PCI Configuration",
               "PNP Filter", "Primary disk", "SCSI Class", "System Bus Extender"]
ORDER = ["System Reserved", "EMS", "WdfLoadGroup", "Boot Bus Extender", "System Bus Extender", "SCSI miniport",
         "Port", "Primary Disk", "SCSI Class", "SCSI CDROM Class", "FSFilter Infrastructure", "FSFilter System",
         "FSFilter Bottom", "FSFilter Copy Protection", "FSFilter Security Enhancer", "FSFilter Encryption",
         "FSFilter Compression", "FSFilter Virtualization", "FSFilter HSM", "FSFilter Anti-Virus",
         "FSFilter Content Screener", "FSFilter Continuous Backup", "FSFilter Activity Monitor", "FSFilter Top",
         "Filter", "Boot File System", "Base", "Pointer Port", "Keyboard Port", "Pointer Class", "Keyboard Class",
         "Video Init", "Video", "Video Save", "File System", "Streams Drivers", "NDIS Wrapper", "COM Infrastructure",
         "Event Log", "PNP_TDI", "NDIS", "TDI", "NetBIOSGroup", "ShellSvcGroup", "SchedulerGroup",
         "NetworkProvider", "Extended Base"]
PROGRAMS = """csrsrv.dll basesrv.dll winsrv.dll winsrvext.dll sxssrv.dll win32u.dll gdi32full.dll ucrtbase.dll
combase.dll imm32.dll shlwapi.dll ws2_32.dll setupapi.dll cfgmgr32.dll apisetschema.dll profapi.dll powrprof.dll
bcryptprimitives.dll msvcp_win.dll lsm.dll wevtsvc.dll umpnpmgr.dll fontdrvhost.exe poqexec.exe consent.exe
sppsvc.exe RuntimeBroker.exe SearchIndexer.exe SecurityHealthService.exe""".split()
SERVICES = """BFE BITS Browser CryptSvc DcomLaunch Dhcp Dnscache EventLog EventSystem FontCache gpsvc IKEEXT iphlpsvc
KeyIso LanmanServer LanmanWorkstation lmhosts MpsSvc Netman netprofm NlaSvc nsi PlugPlay Power ProfSvc RpcEptMapper
RpcSs SamSs Schedule SENS ShellHWDetection Spooler SysMain Themes TrkWks UsoSvc W32Time WinDefend Winmgmt WlanSvc
wuauserv WSearch TrustedInstaller""".split()
PATHS = {"wdfilter": "/Windows/System32/drivers/wd/WdFilter.sys", "wdboot": "/Windows/System32/drivers/wd/WdBoot.sys",
         "wdnisdrv": "/Windows/System32/drivers/wd/WdNisDrv.sys"}


def drivers():
    """(name, start, error control, group, is held back) of each"""
    for line in filter(None, DRIVERS.split("\n")):
        head, _, names = line.partition(":")
        start, error, group = head.split(" ", 2)
        for name in names.split():
            if not name.endswith("_"):
                yield name.rstrip("*"), int(start), int(error), group, name.endswith("*")
