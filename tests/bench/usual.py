# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual way, from Debian's parts: initramfs-tools, a shell script, dislocker, ntfs-3g, mv, in one
PE file with systemd-boot's stub. The same kernel as ours."""

import os
import shutil
import struct
import subprocess
import textwrap

STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
CONFIG = "MODULES=most\nBUSYBOX=auto\nKEYMAP=n\nCOMPRESS=zstd\nDEVICE=\nNFSROOT=auto\nRUNSIZE=10%\nFSTYPE=auto\n"
HOOK = """\
#!/bin/sh
[ "${1:-}" = prereqs ] && exit 0
. /usr/share/initramfs-tools/hook-functions
copy_exec /usr/bin/dislocker-fuse /bin
copy_exec /usr/bin/ntfs-3g /bin
for f in /usr/lib/*/libgcc_s.so.1; do copy_exec "$f"; done
manual_add_modules fuse
"""
# The script a technician would write: it knows disk, partition and key, and checks nothing.
SCRIPT = """\
#!/bin/sh
[ "${{1:-}}" = prereqs ] && exit 0
echo "usual: script"
modprobe fuse
mkdir -p /bl /win
while [ ! -b {device} ]; do sleep 0.1; done
{unlock}
mkdir -p /win/quarantine
mv /win/Windows/System32/drivers/CrowdStrike/C-00000291-*.sys /win/quarantine/ || echo "usual: failed"
sync
umount /win
{lock}
sync
echo "usual: repaired"
reboot -f
"""


def make_initramfs(kernel_root, release, script, out, work):
    """mkinitramfs reads /lib/modules and /boot of the running system: give it a mount namespace where
    they are those of the kernel's package."""
    conf = os.path.join(work, "conf")
    for folder in ("hooks", "scripts/init-premount", "conf.d", "modules.d"):
        os.makedirs(os.path.join(conf, folder), exist_ok=True)
    for name, text, mode in (("initramfs.conf", CONFIG, 0o644), ("modules", "", 0o644),
                             ("hooks/usual", HOOK, 0o755), ("scripts/init-premount/usual", script, 0o755)):
        path = os.path.join(conf, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
    for folder in ("up", "work"):
        os.makedirs(os.path.join(work, folder), exist_ok=True)
    modules = next(p for p in (f"{kernel_root}/lib/modules", f"{kernel_root}/usr/lib/modules")
                   if os.path.isdir(f"{p}/{release}"))
    commands = textwrap.dedent(f"""\
        set -e
        mount -t tmpfs tmpfs {work}/up
        mkdir {work}/up/up {work}/up/work
        mount -t overlay overlay -o lowerdir=/usr/lib,upperdir={work}/up/up,workdir={work}/up/work /usr/lib
        mkdir -p /usr/lib/modules/{release}
        mount --bind {modules}/{release} /usr/lib/modules/{release}
        mount -t tmpfs tmpfs /boot
        cp {kernel_root}/boot/config-{release} /boot/
        mkinitramfs -d {conf} -o {out} {release}
        """)
    words = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    r = subprocess.run(words + ["sh", "-c", commands], capture_output=True, check=False)
    if r.returncode:
        raise RuntimeError("the usual image: " + r.stderr.decode(errors="replace")[-500:])
    return out


def make_pe(vmlinuz, initramfs, cmdline, out, work):
    """A unified kernel image, as systemd's documentation makes one with objcopy."""
    line = os.path.join(work, "cmdline")
    with open(line, "w", encoding="ascii") as f:
        f.write(cmdline)
    with open(STUB, "rb") as f:
        raw = f.read()
    pe = struct.unpack_from("<I", raw, 0x3C)[0]
    sections, optional = struct.unpack_from("<H", raw, pe + 6)[0], struct.unpack_from("<H", raw, pe + 20)[0]
    ends = [sum(struct.unpack_from("<II", raw, pe + 24 + optional + 40 * i + 8)) for i in range(sections)]
    at, words = (max(ends) + 4095) & ~4095, []
    for name, path in ((".cmdline", line), (".initrd", initramfs), (".linux", vmlinuz)):
        words += ["--add-section", f"{name}={path}", "--change-section-vma", f"{name}={at:#x}"]
        at = (at + os.path.getsize(path) + 4095) & ~4095
    subprocess.run(["objcopy", *words, STUB, out], check=True, capture_output=True)
    return out


def make(kernel_root, release, device, password, cmdline, work):
    """The PE file; @password None for a volume without BitLocker. @device as the script names it."""
    unlock = f"ntfs-3g {device} /win"
    lock = ""
    if password:
        unlock = f"dislocker-fuse -V {device} -p{password} -- /bl\nntfs-3g /bl/dislocker-file /win"
        lock = "umount /bl"
    script = SCRIPT.format(device=device, unlock=unlock, lock=lock)
    initramfs = make_initramfs(kernel_root, release, script, os.path.join(work, "usual.initrd"), work)
    vmlinuz = os.path.join(work, "vmlinuz")
    shutil.copy(f"{kernel_root}/boot/vmlinuz-{release}", vmlinuz)
    return make_pe(vmlinuz, initramfs, cmdline, os.path.join(work, "usual.efi"), work)
