# SPDX-License-Identifier: GPL-3.0-or-later
"""Two disks as Intel's RST firmware has them after a crash: a mirror with a Windows on it that is marked as
being written. mdadm makes it, in a machine of its own that starts the image's kernel with a shell."""

import os
import subprocess

from machine import archive, run, with_shell
from vm import BUILD, PATIENCE, Failure

MODULES = ("ahci", "sd_mod", "md-mod", "raid1")
SPARE = 16 << 20  # the metadata is at the end of each disk
MAKE = """#!/bin/sh
mount -t devtmpfs d /dev
mount -t proc p /proc
mount -t sysfs s /sys
mkdir -p /run/mdadm /dev/md
for m in $(cat /maker/order); do insmod /maker/$m || echo "FAILED $m"; done
disk() { # port; disks appear in any order
	for d in /sys/block/sd*; do
		case $(readlink -f $d) in */ata$1/*) echo /dev/${d##*/} ;; esac
	done
}
while [ ! "$(disk 1)" ] || [ ! "$(disk 2)" ] || [ ! "$(disk 3)" ]; do sleep 1; done
export IMSM_NO_PLATFORM=1
{
	mdadm --create /dev/md/imsm --metadata=imsm --raid-devices=2 --run $(disk 2) $(disk 3)
	mdadm --create /dev/md/win --level=1 --raid-devices=2 --size=%d --run /dev/md/imsm
	dd if=$(disk 1) of=/dev/md/win bs=1M && sync && mdadm --wait /dev/md/win && mdadm --wait-clean --scan
	dd if=$(disk 1) of=/dev/md/win bs=1M count=1 conv=fsync && cat /proc/mdstat
	mdadm --examine $(disk 2) && echo MADE
} 2>&1
echo b > /proc/sysrq-trigger
"""


def _archive(folder, kib):
    """What the maker has beside the image: a shell, its modules in order, its script."""
    root, release = os.path.join(BUILD, "image", "root"), os.listdir(f"{BUILD}/image/root/lib/modules")[0]
    top = with_shell(folder, "sh", "mount", "mkdir", "insmod", "sleep", "dd", "sync", "cat", "readlink")
    os.makedirs(os.path.join(top, "maker"))
    order = []
    for name in MODULES:
        lines = run("modprobe", "-C", "/dev/null", "-d", root, "-S", release, "--show-depends", name)
        for line in lines.decode().splitlines():
            words = line.split()
            if words[0] == "insmod" and words[1] not in order:
                order.append(words[1])
    for path in order:
        with open(os.path.join(top, "maker", os.path.basename(path)[:-3]), "wb") as f:
            f.write(run("xz", "-dc", path))
    with open(os.path.join(top, "maker", "order"), "w", encoding="ascii") as f:
        f.write(" ".join(os.path.basename(p)[:-3] for p in order))
    with open(os.path.join(top, "make"), "w", encoding="ascii") as f:
        f.write(MAKE % kib)
    os.chmod(os.path.join(top, "make"), 0o755)
    return archive(top)


def ahci(number, path):
    """The words for one member; its serial number is in the metadata."""
    return ["-blockdev", f"driver=file,filename={path},node-name=member{number},cache.no-flush=on",
            "-device", f"ide-hd,bus=ide.{number},drive=member{number},serial=MEMBER{number}"]


def make_mirror(source, folder):
    """Paths of two disks that mirror the disk image @source."""
    size = os.path.getsize(source)
    if size % (1 << 20):
        raise Failure(f"{source}: {size} bytes are no whole MiB")
    members = [os.path.join(folder, f"member{i}.img") for i in (1, 2)]
    for m in members:
        with open(m, "wb") as f:
            f.truncate(size + SPARE)
    initrd = os.path.join(folder, "maker.initrd")
    with open(initrd, "wb") as f, open(os.path.join(BUILD, "initramfs"), "rb") as image:
        f.write(image.read() + _archive(folder, size >> 10))
    words = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-cpu", "max", "-m", "768", "-smp", "1",
             "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
             "-kernel", os.path.join(BUILD, "vmlinuz"), "-initrd", initrd,
             "-append", "console=ttyS0 quiet rdinit=/make"]
    words += ahci(0, source) + ahci(1, members[0]) + ahci(2, members[1])
    text = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=400 * PATIENCE, check=False).stdout.decode(errors="replace")
    if "\nMADE" not in text.replace("\r", "") or "Dirty State : dirty" not in text:
        raise Failure(f"the mirror was not made: {text[-3000:]}")
    os.unlink(initrd)
    return members
