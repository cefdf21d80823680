# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a machine: Windows disks, sticks, firmware with or without keys, signed files.

Disks are made once (tests/disks/mkdisk) and kept in $(BUILD)/qemu/cache; a test gets a copy."""

import fcntl
import functools
import glob
import hashlib
import json
import os
import shutil
import struct
import subprocess
import uuid

from schema import check_boot_report
from varstore import BOOT, IMAGE_SECURITY, NON_VOLATILE, RUNTIME, SHIM, TIMED, VarStore, boot_entry
from vm import BUILD, MEDIA, OVMF, VM, Failure, Firmware

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CACHE = os.path.join(BUILD, "qemu", "cache")
BOOTMGFW = os.path.join(BUILD, "qemu", "bootmgfw.efi")
SNAKEOIL = "/usr/share/ovmf/PkKek-1-snakeoil"
FIRST = "EFI/BOOT/BOOTX64.EFI"  # of a stick
WINDOWS = 0  # Boot0000 of a machine that was installed


def run(*words, **keys):
    keys.setdefault("stdout", subprocess.PIPE)
    r = subprocess.run([str(w) for w in words], stderr=subprocess.PIPE, check=False, **keys)
    if r.returncode:
        raise Failure(f"{words[0]} failed: {r.stderr.decode(errors='replace').strip()[-300:]}")
    return r.stdout


def copy(source, target):
    """A copy that stays sparse."""
    run("cp", "--reflink=auto", source, target)
    return target


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sha256_file(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


# ---- FAT partitions, by mtools

def fat(tool, image, offset, *words):
    env = dict(os.environ, MTOOLS_SKIP_CHECK="1", TZ="UTC")
    return run(tool, "-i", f"{image}@@{offset}", *words, env=env, stdin=subprocess.DEVNULL)


def fat_put(image, offset, path, data):
    """Write a file, with the folders on its way."""
    folders = path.split("/")[:-1]
    for i in range(1, len(folders) + 1):
        name = "::/" + "/".join(folders[:i])
        env = dict(os.environ, MTOOLS_SKIP_CHECK="1")
        subprocess.run(["mmd", "-D", "s", "-i", f"{image}@@{offset}", name], env=env, check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    source = image + ".put"
    with open(source, "wb") as f:
        f.write(data)
    fat("mcopy", image, offset, "-o", source, "::/" + path)
    os.unlink(source)


def fat_get(image, offset, path):
    return fat("mtype", image, offset, "::/" + path)


def fat_tree(image, offset, path):
    """Every file below a folder: path -> contents. Empty if the folder is not there."""
    try:
        names = fat("mdir", image, offset, "-b", "-/", "::/" + path).decode().splitlines()
    except Failure:
        return {}
    names = [n.removeprefix("::/") for n in names if not n.endswith("/")]
    return {n: fat_get(image, offset, n) for n in names}


# ---- disks with Windows

class Windows:
    """A disk image with one or more Windows. @answers: what mkdisk knows of it."""

    def __init__(self, path, sector):
        self.path, self.sector = path, sector
        with open(path + ".json", encoding="utf-8") as f:
            self.answers = json.load(f)
        with open(path + ".keys", encoding="utf-8") as f:
            self.keys = f.read()

    @property
    def esp(self):
        return next(p for p in self.answers["partitions"] if p["role"] == "esp")

    @property
    def volumes(self):
        return [p for p in self.answers["partitions"] if p["role"] == "data"]

    @property
    def passwords(self):
        return [line.split()[1] for line in self.keys.splitlines() if line.strip()]

    def copy_to(self, folder, name="disk.img"):
        ret = object.__new__(Windows)
        ret.__dict__.update(self.__dict__, path=os.path.join(folder, name))
        copy(self.path, ret.path)
        return ret


def tools_state():
    """Changes when the makers of disks change, so that no old disk is used."""
    names = sorted(glob.glob(f"{TOP}/tests/disks/*.py") + glob.glob(f"{TOP}/tests/disks/incident/**/*.py", recursive=True)) + [f"{TOP}/tests/disks/mkdisk", BOOTMGFW]
    return "".join(sha256_file(n) for n in names if os.path.exists(n))


def windows_disk(*options, loader=None):
    """A disk of the cache, with the fake Windows Boot Manager (or @loader, a signed one)."""
    loader = loader or BOOTMGFW
    sector = 4096 if "4096" in options else 512
    name = sha256((tools_state() + sha256_file(loader) + repr(options)).encode())[:16]
    path = os.path.join(CACHE, f"windows-{name}.img")
    os.makedirs(CACHE, exist_ok=True)
    with open(path + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not os.path.exists(path):
            make_windows_disk(path, loader, options)
    return Windows(path, sector)


def make_windows_disk(path, loader, options):
    new = path + ".new"
    run(f"{TOP}/tests/disks/mkdisk", new, "--answers", path + ".json", "--keys", path + ".keys", *options)
    with open(path + ".json", encoding="utf-8") as f:
        esps = [p for p in json.load(f)["partitions"] if p["role"] == "esp"]  # none on a disk for a BIOS
    with open(loader, "rb") as f:
        data = f.read()
    for esp in esps:
        for file in ("EFI/Microsoft/Boot/bootmgfw.efi", "EFI/Boot/bootx64.efi"):
            fat_put(new, esp["offset"], file, data)
    os.rename(new, path)


# ---- sticks

def first_partition(image):
    """The first partition of a GPT, as mkdisk's answers tell one; or of a table as a BIOS has it, which sticks are sold with."""
    with open(image, "rb") as f:
        table = f.read(512)
        f.seek(1024)
        entry = f.read(128)
    if table[450] != 0xEE:
        first, count = struct.unpack_from("<II", table, 454)
        return {"number": 1, "offset": first * 512, "length": count * 512}
    first, last = struct.unpack_from("<QQ", entry, 32)
    return {"number": 1, "offset": first * 512, "length": (last + 1 - first) * 512,
            "uuid": str(uuid.UUID(bytes_le=entry[16:32]))}


# ---- what an initramfs may have beside the image's

def with_shell(folder, *names):
    """A tree with Debian's busybox under these names, as SHELL_IN_IMAGE=yes has it under the first."""
    deb = run(f"{TOP}/initramfs/fetch", f"{BUILD}/debs", f"{TOP}/initramfs/packages", "shell").split()[2]
    run("dpkg-deb", "-x", deb.decode(), os.path.join(folder, "busybox"))
    top = os.path.join(folder, "top")
    os.makedirs(os.path.join(top, "bin"))
    run("cp", os.path.join(folder, "busybox", "bin", "busybox"), os.path.join(top, "bin", "busybox"))
    for name in names:
        os.symlink("busybox", os.path.join(top, "bin", name))
    return top


def archive(top):
    """The kernel takes it behind another one."""
    return run("cpio", "--quiet", "-o", "-H", "newc", input=run("find", ".", cwd=top), cwd=top)


class Stick:
    """A copy of the image that `make image` made, to be changed."""

    def __init__(self, folder, image=None):
        self.path = os.path.join(folder, "stick.img")
        copy(image or os.path.join(MEDIA, "unbrick-usb.img"), self.path)
        self.part = first_partition(self.path)
        self.offset = self.part["offset"]

    def put(self, path, data):
        fat_put(self.path, self.offset, path, data.encode() if isinstance(data, str) else data)

    def get(self, path):
        return fat_get(self.path, self.offset, path)

    def remove(self, path):
        fat("mdel", self.path, self.offset, "::/" + path)

    def application_first(self, application=os.path.join(MEDIA, "unbrick.efi")):
        """As FIRST_DOOR=application makes it."""
        with open(application, "rb") as f:
            self.put(FIRST, f.read())

    def settings(self, text):
        """What the user wrote. The countdown is left out where he says nothing of it."""
        self.put("EFI/unbrick/unbrick.conf", text if "timeout" in text else text + "timeout = 0\n")

    def names(self, path):
        """What is in a folder."""
        lines = fat("mdir", self.path, self.offset, "-b", "::/" + path).decode().splitlines()
        return [n.rstrip("/").split("/")[-1] for n in lines]

    def reports(self):
        """The JSON reports on it, oldest first, each with its text. All must be what docs/ say."""
        files = fat_tree(self.path, self.offset, "EFI/unbrick/reports")
        ret = [(json.loads(files[n]), files.get(n[:-4] + "txt", b"").decode())
               for n in sorted(files) if n.endswith("json") and "/unfinished." not in n]
        for report, _ in ret:
            check_boot_report(report, f"the report of {report.get('started')}")
        return ret


# ---- keys and firmware

class TestKey:
    """The test key of OVMF's package."""

    def __init__(self, folder):
        self.key = os.path.join(folder, "snakeoil.key")
        run("openssl", "rsa", "-in", SNAKEOIL + ".key", "-passin", "pass:snakeoil", "-out", self.key)

    @property
    def der(self):
        return run("openssl", "x509", "-in", SNAKEOIL + ".pem", "-outform", "DER")

    def sign(self, source, target):
        run("sbsign", "--key", self.key, "--cert", SNAKEOIL + ".pem", "--output", target, source)
        return target


class OwnKey:
    """A key as a user gets one: scripts/sign makes it and signs with it."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "keys")

    @property
    def der(self):
        with open(os.path.join(self.folder, "unbrick.cer"), "rb") as f:
            return f.read()

    def sign(self, source, target):
        run(f"{TOP}/scripts/sign", "--keys", self.folder, source, target)
        return target


def used_variables(template, secure):
    """A variable store of OVMF's package as a first start without disks leaves it, but for the boot entries: what a
    firmware writes then takes two seconds of each machine. Kept in the cache."""
    fresh = f"{OVMF}/{template}"
    path = os.path.join(CACHE, "used-" + template)
    os.makedirs(CACHE, exist_ok=True)
    with open(path + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fw = Firmware(path + ".new", fresh, secure)
        path = f"{path}.{sha256((sha256_file(fresh) + sha256_file(fw.code)).encode())[:16]}"
        if not os.path.exists(path):
            with VM("first-start-" + template[:-3], fw) as vm:
                vm.start()
                vm.wait("BdsDxe: starting|No bootable option or device was found", bad=None)  # OVMF's shell, or none
            store = VarStore(fw.variables)
            for name in store.boot_entries():
                store.delete(name)
            store.save()
            os.rename(fw.variables, path)
    return path


def firmware(folder, kind="plain", key=None, mok=None, used=False):
    """plain: Secure Boot off; own: on, with the test key and @key; microsoft: on, Microsoft's keys,
    @mok enrolled for shim. @used: not the first start."""
    template = {"plain": "OVMF_VARS_4M.fd", "own": "OVMF_VARS_4M.snakeoil.fd",
                "microsoft": "OVMF_VARS_4M.ms.fd"}[kind]
    secure = kind != "plain"
    source = used_variables(template, secure) if used else f"{OVMF}/{template}"
    ret = Firmware(os.path.join(folder, "vars.fd"), source, secure)
    store = VarStore(ret.variables)
    if key:
        store.add_certificate("db", IMAGE_SECURITY, key.der, NON_VOLATILE | BOOT | RUNTIME | TIMED)
    if mok:
        store.add_certificate("MokList", SHIM, mok.der, NON_VOLATILE | BOOT)
    store.save()
    return ret


def install_windows(fw, disk, number=WINDOWS):
    """The Boot#### that Windows' setup makes, first in the order."""
    store = VarStore(fw.variables)
    store.set(f"Boot{number:04X}", boot_entry("Windows Boot Manager", disk.esp,
                                              "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", disk.sector))
    store.set_order(number)
    store.save()
    return fw


@functools.lru_cache(maxsize=None)
def have(*programs):
    """None if all are there, else what is missing."""
    missing = [p for p in programs if not shutil.which(p, path=os.environ["PATH"] + ":/sbin:/usr/sbin")]
    return ", ".join(missing) or None
