# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine from power-on to the fake Windows Boot Manager, and what must be true on the way."""

import os
import re

from evidence import Proof
from machine import Stick, firmware, install_windows, sha256_file, windows_disk
from suite import equal, need_image
from varstore import VarStore
from vm import FATAL, VM, Failure, Tpm

BROKEN = ("--incident", "crowdstrike")
LOCKED = BROKEN + ("--bitlocker", "xts128")
STARTED = r"^unbrick: started \(version (\S+), kernel (\S+), door (\w+), secure boot (\w+)\)"
REPAIRED = r"^unbrick: repaired /dev/(\w+): .*"
STARTS_WINDOWS = r"^unbrick: starting Windows \(Boot([0-9A-F]{4})\)"
STAYS = r"^unbrick: staying: (.*?)\r?\n"  # the whole line, not what has come so far
PROBLEM = r"^unbrick: (?:not repaired|a person is asked|no disk found|no Windows found|nothing to repair|staying).*|" \
    r"^unbrick: (?:not enough memory|fault).*|" + FATAL
ASKED = r"^unbrick: a recovery key is asked for: press a key here to type it"


class Journey:
    """One machine: disk(s), stick, firmware, TPM. Later starts find what earlier ones left. @as_made: the stick as
    `make image` makes it, else without shim and GRUB before the application and without its countdown."""

    def __init__(self, name, work, disks=(BROKEN,), bus="nvme", kind="plain", stick=True, loader=None,
                 key=None, mok=None, as_made=False, **machine):
        need_image()
        self.name, self.work, self.bus, self.machine, self.runs = name, work, bus, machine, 0
        self.pristine = [windows_disk(*options, loader=loader) for options in disks]
        self.disks = [d.copy_to(work, f"disk{i}.img") for i, d in enumerate(self.pristine)]
        self.stick = Stick(work) if stick else None
        if stick and not as_made:
            self.stick.application_first()
            self.stick.settings("")
        self.firmware = firmware(work, kind, key=key, mok=mok, used=True)
        if self.disks:
            install_windows(self.firmware, self.disks[0])
        self.tpm, self.card, self.cd, self.log = None, (), None, None
        self.at_start = None  # the firmware's variables when our first process started

    def with_tpm(self):
        self.tpm = Tpm(os.path.join(self.work, "tpm"))
        return self

    def vm(self, stick=True, log=None, bootindex=True, **options):
        """A power-on: the stick first in the boot order, then the disks, as a person would choose it."""
        self.runs += 1
        name = self.name if self.runs == 1 else f"{self.name}-{self.runs}"
        vm = VM(name, self.firmware, tpm=self.tpm, **dict(self.machine, **options))
        if stick and self.stick:
            self.stick_device = vm.disk(self.stick.path, "usb", boot=1 if bootindex else None)
        vm.add(*self.card)
        if self.cd:
            vm.cd(self.cd, boot=1)
        self.log = vm.log
        for i, d in enumerate(self.disks):
            vm.disk(d.path, self.bus, boot=2 + i if bootindex else None, sector=d.sector, log=log)
        return vm

    def started(self, vm, door="application", secure="no", bad=PROBLEM):
        m = vm.wait(STARTED, bad=bad)
        equal("door", m.group(3), door)
        equal("secure boot", m.group(4), secure)
        if not self.at_start:
            vm.qmp("stop")
            self.at_start = VarStore(self.firmware.variables).boot_entries()
            vm.qmp("cont")
        return m

    def repaired(self, vm, count=None, bad=PROBLEM):
        """Each disk repaired, once."""
        count = count or len(self.disks)
        names = [vm.wait(REPAIRED, bad=bad).group(1) for _ in range(count)]
        equal("disks repaired", len(set(names)), count)
        return names

    def windows(self, vm, bad=PROBLEM):
        """BootNext, reset, the fake Windows Boot Manager by the machine's own entry, power off."""
        number = vm.wait(STARTS_WINDOWS, bad=bad).group(1)
        vm.wait(r"WINDOWS BOOT MANAGER \(fake\) started")
        equal("BootCurrent", vm.wait(r"^fake: BootCurrent (\w+)\s*\n").group(1), number)
        vm.wait(r"^fake: BootNext not set")
        pcrs = self.pcrs(vm)
        vm.wait_off()
        return number, pcrs

    def pcrs(self, vm):
        end = vm.wait(r"^fake: end").start()
        at = vm.serial.text.rindex("WINDOWS BOOT MANAGER (fake) started", 0, end)
        return {int(n): v for n, v in re.findall(r"^fake: PCR (\d+) ([0-9a-f]{64})", vm.serial.text[at:end], re.M)}

    def run(self, talk=None, door="application", secure="no", same_entries=True, **options):
        """Power-on to the fake Windows; @talk(vm) types keys in between. @same_entries False: the
        firmware has a reason of its own to change its boot entries."""
        with self.vm(**options) as vm:
            vm.start()
            self.started(vm, door, secure)
            if talk:
                talk(vm)
            self.repaired(vm)
            number, pcrs = self.windows(vm)
        equal("the machine's own entry was used", number, "0000")
        if same_entries:
            self.boot_entries_are_as_before()
        return pcrs

    def boot_entries_are_as_before(self):
        now = VarStore(self.firmware.variables).boot_entries()
        for name, data in self.at_start.items():
            if now.get(name) != data:
                raise Failure(f"{self.name}: the run changed the firmware's {name}")

    def direct(self):
        """Windows without us: the PCRs that its start has."""
        with self.vm(stick=False) as vm:
            vm.start()
            vm.wait(r"WINDOWS BOOT MANAGER \(fake\) started")
            ret = self.pcrs(vm)
            vm.wait_off()
        return ret

    def prove(self, volumes=None):
        """The disks by other programs; the report on the stick."""
        for pristine, disk in zip(self.pristine, self.disks):
            Proof(pristine, self.work).is_repaired(disk, volumes)
        self.prove_reports()

    def prove_untouched(self):
        for pristine, disk in zip(self.pristine, self.disks):
            if sha256_file(disk.path) != sha256_file(pristine.path):
                raise Failure(f"{self.name}: {disk.path} changed")
        self.prove_reports()

    def prove_reports(self):
        """Whatever was written to the stick is what its schema says."""
        if self.stick:
            self.stick.reports()

    def report(self, last=True):
        reports = self.stick.reports()
        if not reports:
            raise Failure(f"{self.name}: no report on the stick")
        return reports[-1 if last else 0]
