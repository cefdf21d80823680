# SPDX-License-Identifier: GPL-3.0-or-later
"""Products of third parties as an ordinary PC has them, with their usual updates: innocent in every case of
which they are not the subject. All names are invented."""


def graphics(m, when, version=(31, 0, 101, 4146)):
    return m.driver("ogkmd", version, when, "Orlane Graphics Inc.", "Orlane Display Driver", klass="Display", inf="ogdispi",
                    device="PCI\\VEN_8086&DEV_9A49&SUBSYS_72708086&REV_01\\3&11583659&0&10", group="Video", in_store=True,
                    size=0x1C8D000, bytes_=90000)


def audio(m, when, version=(6, 0, 9411, 1)):
    return m.driver("nlkhda", version, when, "Northlake Semiconductor", "Northlake HD Audio", klass="MEDIA", inf="nlkhdau",
                    device="HDAUDIO\\FUNC_01&VEN_10EC&DEV_0256&SUBSYS_10280A29\\4&2A1B&0&0001", size=0x640000, bytes_=40000)


def network(m, when, version=(12, 19, 2, 45)):
    return m.driver("fbe1g", version, when, "Fairbanks Networks", "Fairbanks Gigabit Adapter", klass="Net", inf="fbe1g68",
                    group="NDIS", device="PCI\\VEN_8086&DEV_15FB&SUBSYS_00008086&REV_20\\3&11583659&0&FE", size=0xA4000)


def touchpad(m, when, version=(19, 5, 35, 90)):
    return m.driver("frmtp", version, when, "Ferrum Input", "Ferrum Touchpad", klass="Mouse", inf="frmtp", group="Pointer Port",
                    device="ACPI\\FRM1200\\4&1DA1&0", size=0x5A000)


def backup(m, when, version=(8, 2, 1, 910)):
    """A snapshot filter of volumes: its name is in the class's list, so it must stay"""
    path = m.driver("kstsnap", version, when, "Kestrel Backup Ltd.", "Kestrel Backup", start=0, error=1, group="PnP Filter",
                    klass="Volume", inf="kstsnap", device="ROOT\\KSTSNAP\\0000", size=0x4B000)
    m.filter("Volume", "kstsnap")
    for i in range(4):
        m.noise(f"/ProgramData/Kestrel/Catalog/set-{i:03}.kcat", 2500, when)
    return path


def monitor(m, when, version=(5, 0, 3, 0)):
    """A hardware monitor's driver without a package, as many have it"""
    return m.driver("hwsense64", version, when, "Brightfield Tools", "HWSense", package=False, folder="/Program Files/HWSense/",
                    size=0xB000)


def antivirus(m, when, version=(24, 1, 6, 0)):
    """A security product: filter in the antivirus range, a service, definitions"""
    m.driver("orbmon", version, when, "Orbis Security", "Orbis Endpoint", start=1, kind=2, group="FSFilter Anti-Virus",
             altitude="325990", inf="orbmon", klass="System", device="ROOT\\ORBMON\\0000", size=0x3C000,
             texts=[r"\ProgramData\Orbis\Definitions"])
    m.user_service("OrbisSvc", "/Program Files/Orbis/Endpoint/orbsvc.exe", version, when, "Orbis Security", "Orbis Endpoint Service",
                   texts=[r"C:\ProgramData\Orbis\Definitions"])


def definitions(m, when, number, size=14000):
    """What the antivirus above takes every day; older ones stay one more day"""
    folder = "/ProgramData/Orbis/Definitions/"
    m.noise(f"{folder}base-{number}.odb", size, when, head=b"ODB3\1\0\0\0")
    for path in sorted(p for p in m.files if p.startswith(folder))[:-2]:
        m.delete(path, when)


def browser(m, when, number):
    """An updater that changes programs whenever it likes"""
    m.program(f"/Program Files/Quartz/Browser/Application/{number}/quartz.dll", (number, 0, 0, 88), "Quartz Foundation", "Quartz Browser",
              when=when, driver=False)


def usual(m, since, with_antivirus=True):
    """Most of them, installed soon after Windows"""
    graphics(m, since)
    audio(m, since)
    network(m, since)
    touchpad(m, since)
    browser(m, since, 118)
    monitor(m, since)
    if with_antivirus:
        antivirus(m, since)
