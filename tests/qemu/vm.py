# SPDX-License-Identifier: GPL-3.0-or-later
"""A QEMU machine with OVMF: disks, serial console, monitor (QMP), keys, screen, power cut.

    with VM("name", firmware) as vm:
        vm.disk(path, "nvme", boot=2)
        vm.start()
        vm.wait(r"unbrick: repaired")

A test waits for a line and never for a number of seconds; the limits are only there to end a
machine that hangs. PATIENCE=N multiplies them on a slow or busy host."""

import functools
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time

BUILD = os.path.abspath(os.environ.get("UNBRICK_BUILD", "build"))
# where the media lie that are started: what `make image` made, or what somebody has downloaded (check-downloads)
MEDIA = os.path.abspath(os.environ.get("UNBRICK_MEDIA", BUILD))
LOGS = os.path.join(BUILD, "log", "qemu" if MEDIA == BUILD else "qemu-downloads")
SCREENS = os.path.abspath(os.environ.get("UNBRICK_SCREENS", os.path.join(BUILD, "screens")))
PATIENCE = float(os.environ.get("PATIENCE", "1"))
SERIAL = "PC0042"  # of every machine
UUID = "11223344-5566-7788-99aa-bbccddeeff00"
LIMIT = 240  # seconds for one line
FATAL = r"Kernel panic|Initramfs unpacking failed|No bootable option or device was found|BUG: |" \
    r"^!!!! .*Exception Type"
OVMF = "/usr/share/OVMF"
ESCAPE = re.compile(r"\x1b\[[0-9;?=]*([A-Za-z])|\x1b[()][A-Z0-9]|\x1b[=>78]|\0")
# What the translated machine is slow at is taken out: copies byte by byte (erms), one more level of page tables (la57),
# and the paths of SHA-256 that it translates badly (avx, bmi).
TCG_CPU = "max," + ",".join(f"{n}=off" for n in ("erms", "la57", "avx", "avx2", "bmi1", "bmi2"))
TPM_PLACE = 0xFED40000
CAPITALS = {"!": "1", "@": "2", "#": "3", "$": "4", "%": "5", "^": "6", "&": "7", "*": "8", "(": "9",
            ")": "0", "_": "minus", "+": "equal", ":": "semicolon", "?": "slash"}
PLAIN = {"-": "minus", "=": "equal", ";": "semicolon", "/": "slash", ".": "dot", ",": "comma",
         " ": "spc", "\n": "ret", "\\": "backslash"}


class Failure(Exception):
    """What a test found wrong, in words."""


@functools.lru_cache(maxsize=None)
def accelerator():
    """KVM only where OVMF really boots with it: /dev/kvm alone says nothing in a nested machine."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK) or os.environ.get("UNBRICK_TCG"):
        return "tcg"
    words = base_words("kvm", "host", f"{OVMF}/OVMF_CODE_4M.fd") + ["-m", "256", "-serial", "stdio"]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as p:
        watchdog = threading.Timer(20, p.kill)
        watchdog.start()
        text = b""
        while b"BdsDxe" not in text and (chunk := p.stdout.read1(4096)):
            text += chunk
        watchdog.cancel()
        p.kill()
    return "kvm" if b"BdsDxe" in text else "tcg"


def base_words(accel, cpu, code, smm=False):
    """@code: the firmware's; None: QEMU's own BIOS (SeaBIOS)."""
    words = ["qemu-system-x86_64", "-accel", accel, "-machine", f"q35,smm={'on' if smm else 'off'}",
             "-cpu", cpu, "-smp", "1", "-nodefaults", "-no-user-config", "-display", "none"]
    if code:
        words += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}"]
    if smm:
        words += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    return words


class Serial:
    """What the machine has said, without terminal escapes; each piece with the time it came."""

    def __init__(self, stream, log, on_text=None):
        self.stream, self.log, self.on_text = stream, log, on_text
        self.text, self.marks, self.is_over = "", [], False
        self.change = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        left = ""
        with open(self.log, "ab", buffering=0) as raw:
            while chunk := self.stream.read1(65536):
                raw.write(chunk)
                left += chunk.decode("utf-8", errors="replace")
                cut = left.rfind("\x1b")  # an escape that is not yet whole waits for the rest
                if cut < 0 or ESCAPE.match(left, cut) or len(left) - cut > 32:
                    cut = len(left)
                self._add(left[:cut])
                left = left[cut:]
        self._add(left, is_over=True)

    def _add(self, text, is_over=False):
        text = ESCAPE.sub(lambda m: "\n" if m.group(1) == "H" else "", text)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        with self.change:
            self.marks.append((len(self.text), time.monotonic()))
            self.text += text
            self.is_over = self.is_over or is_over
            self.change.notify_all()
        if self.on_text:
            self.on_text(self.text)

    def time_at(self, offset):
        """When the character at @offset came (monotonic clock)."""
        return max((m for m in self.marks if m[0] <= offset), default=(0, 0.0))[1]


class Firmware:
    """An OVMF with its own copy of a variable store, which lives as long as the machine it stands for."""

    def __init__(self, variables, template, secure=False):
        self.variables, self.secure = variables, secure
        self.code = f"{OVMF}/OVMF_CODE_4M{'.secboot' if secure else ''}.fd"
        subprocess.run(["cp", template, variables], check=True)


class Tpm:
    """A swtpm with its state; it ends with the machine and is started anew for the next one."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        os.makedirs(folder, exist_ok=True)

    def start(self):
        path = os.path.join(self.folder, "sock")
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}", "--ctrl",
             f"type=unixio,path={path}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(1000):
            if os.path.exists(path):
                break
            time.sleep(0.01)
        return ["-chardev", f"socket,id=ct,path={path}", "-tpmdev", "emulator,id=t0,chardev=ct",
                "-device", "tpm-tis,tpmdev=t0"]

    def pcrs(self):
        """The SHA-256 PCRs as they are, asked of the TPM itself: only when QEMU has gone."""
        control, (ours, theirs) = socket.socket(socket.AF_UNIX), socket.socketpair()
        control.connect(os.path.join(self.folder, "sock"))
        socket.send_fds(control, [struct.pack(">I", 0x10)], [theirs.fileno()])  # CMD_SET_DATAFD
        if struct.unpack(">I", control.recv(4))[0]:
            raise Failure("swtpm takes no connection")
        ret = {}
        for n in range(24):
            choice = bytearray(3)
            choice[n // 8] = 1 << n % 8
            ours.sendall(struct.pack(">HIIIHB", 0x8001, 20, 0x17E, 1, 0x0B, 3) + choice)
            answer = ours.recv(4096)
            if struct.unpack_from(">I", answer, 6)[0]:
                raise Failure(f"swtpm does not tell PCR {n}: {answer[:10].hex()}")
            ret[n] = answer[30:62].hex()
        for s in (control, ours, theirs):
            s.close()
        return ret

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            path = os.path.join(self.folder, "sock")
            if os.path.exists(path):
                os.unlink(path)


class NoTpm:
    """Answers for the TPM that a machine has not. Where nothing is, QEMU's bus reads as 0, which OVMF takes for a chip that
    is busy, and waits for three times at each start, two seconds; on a PC such a place reads as ones. So a page of ones is
    put there before the firmware looks, a BAR of a device with memory of its own; it is gone when the firmware numbers the buses.
    Should it come too late, the firmware waits."""

    SLOT, COMMAND, BAR = 0x1E, 4, 0x18

    def __init__(self, folder):
        self.path, self.page = os.path.join(folder, "no-tpm"), os.path.join(folder, "ones")
        with open(self.page, "wb") as f:
            f.write(b"\xff" * 4096)

    def words(self):
        return ["-S", "-object", f"memory-backend-file,id=ones,mem-path={self.page},size=4096,share=on",
                "-device", f"ivshmem-plain,memdev=ones,addr={self.SLOT:x}.0",
                "-qmp", f"unix:{self.path},server=on,wait=off"]

    def start(self):
        """Before the machine's first instruction, and at each reset for as long as it lives."""
        self.monitor = Monitor(self.path)
        self._place()
        self.monitor.command("cont")
        threading.Thread(target=self._at_resets, daemon=True).start()

    def _at_resets(self):
        try:
            while True:
                self.monitor.event("RESET")
                self.monitor.command("stop")  # else the firmware's own access to a register would come in between
                self._place()
                self.monitor.command("cont")
        except (OSError, ValueError, Failure):
            self.monitor.close()

    def _place(self):
        address = int(self._human("i /4x 0xcf8").split("=")[1], 16)
        for register, value in ((self.BAR, TPM_PLACE), (self.BAR + 4, 0), (self.COMMAND, 2)):
            self._human(f"o /4 0xcf8 {1 << 31 | self.SLOT << 11 | register:#x}")
            self._human(f"o /4 0xcfc {value:#x}")
        self._human(f"o /4 0xcf8 {address:#x}")

    def _human(self, line):
        return self.monitor.command("human-monitor-command", **{"command-line": line})


class Monitor:
    """A connection to QEMU's monitor (QMP); events that come meanwhile are kept in self.events."""

    def __init__(self, path):
        self.events = []
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.02)
        self.reader = self.socket.makefile("r", encoding="utf-8")
        self.reader.readline()
        self.command("qmp_capabilities")

    def command(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self.reader.readline() or '{"error": {"desc": "QEMU is gone"}}')
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise Failure(f"QMP {command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def event(self, name):
        """Waits for an event that was not waited for before."""
        while not any(e["event"] == name for e in self.events):
            line = self.reader.readline()
            if not line:
                raise Failure("QEMU is gone")
            self.events.append(json.loads(line))
        self.events = []

    def close(self):
        self.reader.close()
        self.socket.close()


class VM:
    """@firmware None: a BIOS. @as_qemu_has_it: the processor and the bus as they are, for those who measure."""

    def __init__(self, name, firmware, memory=512, graphics=False, tpm=None, as_qemu_has_it=False):
        self.name, self.firmware, self.memory, self.graphics, self.tpm = \
            name, firmware, memory, graphics, tpm
        self.as_qemu_has_it = as_qemu_has_it
        self.words, self.count, self.position = [], 0, 0
        self.process = self.serial = self.monitor = None
        self.prefix, self.on_text = [], None
        os.makedirs(LOGS, exist_ok=True)
        self.log = os.path.join(LOGS, name + ".serial")
        self.folder = tempfile.TemporaryDirectory(prefix="unbrick-vm.")

    # ---- what the machine has

    def add(self, *words):
        self.words += [str(w) for w in words]

    def disk(self, path, bus="virtio", boot=None, sector=512, log=None):
        """A disk on @bus: virtio, nvme, ahci or usb. With @log each write is recorded (blklog.py)."""
        n = self.count
        self.count += 1
        cache = ",cache.no-flush=on" if log is None else ""
        self.add("-blockdev", f"driver=file,filename={path},node-name=file{n}{cache}")
        node = f"file{n}"
        if log:
            with open(log, "wb"):
                pass
            self.add("-blockdev", f"driver=file,filename={log},node-name=log{n}")
            self.add("-blockdev", f"driver=blklogwrites,node-name=logged{n},file=file{n},log=log{n},"
                     "log-sector-size=512")
            node = f"logged{n}"
        device = {"virtio": "virtio-blk-pci", "nvme": f"nvme,serial=nvme{n}", "ahci": f"ide-hd,bus=ide.{n}",
                  "usb": "usb-storage,bus=usb.0,removable=on"}[bus]
        if bus == "usb" and "qemu-xhci,id=usb" not in self.words:
            self.add("-device", "qemu-xhci,id=usb")
        device += f",drive={node},id=disk{n}" + (f",bootindex={boot}" if boot else "")
        if sector != 512:
            device += f",logical_block_size={sector},physical_block_size={sector}"
        self.add("-device", device)
        return f"disk{n}"

    def cd(self, path, boot=None):
        """A CD, as virtual media of servers are."""
        n = self.count
        self.count += 1
        self.add("-blockdev", f"driver=file,filename={path},node-name=file{n},read-only=on")
        self.add("-device", f"ide-cd,bus=ide.5,drive=file{n},id=disk{n}" + (f",bootindex={boot}" if boot else ""))

    # ---- its life

    def start(self):
        f = self.firmware
        accel = accelerator()
        cpu = "host" if accel == "kvm" else "max" if self.as_qemu_has_it else TCG_CPU
        words = self.prefix + (base_words(accel, cpu, f.code, f.secure) if f else base_words(accel, cpu, None))
        self.qmp_path = os.path.join(self.folder.name, "qmp")
        if f:
            words += ["-drive", f"if=pflash,format=raw,unit=1,file={f.variables}"]
        words += ["-m", str(self.memory), "-vga", "std" if self.graphics else "none", "-serial", "stdio", "-name", self.name,
                  "-smbios", f"type=1,manufacturer=QEMU,serial={SERIAL},uuid={UUID}",
                  "-qmp", f"unix:{self.qmp_path},server=on,wait=off"]
        no_tpm = None if not f or self.tpm or self.as_qemu_has_it else NoTpm(self.folder.name)
        words += self.tpm.start() if self.tpm else no_tpm.words() if no_tpm else []
        with open(self.log, "wb"):
            pass
        self.errors = open(self.log + ".qemu", "wb+")
        self.began = time.monotonic()
        self.process = subprocess.Popen(words + self.words, stdin=subprocess.PIPE, bufsize=0,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        self.serial = Serial(os.fdopen(os.dup(self.process.stdout.fileno()), "rb"), self.log,
                             self.on_text)
        self.position = 0
        if no_tpm:
            try:
                no_tpm.start()
            except (OSError, Failure) as e:
                raise self._failure(f"the monitor does not answer ({e})") from None
        return self

    def qmp(self, command, **arguments):
        """Send a command to the monitor."""
        try:
            if not self.monitor:
                self.monitor = Monitor(self.qmp_path)
                self.monitor.socket.settimeout(60 * PATIENCE)
            return self.monitor.command(command, **arguments)
        except OSError:
            raise self._failure("QEMU is gone") from None
        except Failure as e:
            raise Failure(f"{self.name}: {e}") from None

    def stop(self):
        """Power off at once: what the guest's disk has acknowledged is in the file."""
        if self.monitor:
            self.monitor.close()
            self.monitor = None
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stdin.close()
            self.errors.close()
            if not os.path.getsize(self.log + ".qemu"):
                os.unlink(self.log + ".qemu")
            self.process = None
        if self.tpm:
            self.tpm.stop()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind and self.process and self.process.poll() is None and self.graphics:
            try:
                self.screenshot(self.log.replace(".serial", ".png"))
            except (Failure, OSError):
                pass
        self.stop()
        self.folder.cleanup()

    # ---- its console

    def wait(self, *patterns, limit=LIMIT, bad=FATAL):
        """The match of the first of @patterns (regular expressions) that comes, after all that earlier
        calls have seen; a Failure when the machine says one of @bad, ends, or is silent for long."""
        want = re.compile("|".join(f"(?:{p})" for p in patterns), re.M)
        wrong = re.compile(bad, re.M) if bad else None
        end = time.monotonic() + limit * PATIENCE
        s = self.serial
        with s.change:
            while True:
                m = want.search(s.text, self.position)
                error = wrong and wrong.search(s.text, self.position, m.start() if m else len(s.text))
                if error:
                    raise self._failure(f"'{error.group(0)}' instead of '{want.pattern}'")
                if m:
                    self.position = m.end()
                    return m
                if s.is_over:
                    raise self._failure(f"the machine ended before '{want.pattern}'")
                if time.monotonic() > end:
                    raise self._failure(f"no '{want.pattern}' within {limit * PATIENCE:.0f} s")
                s.change.wait(1)

    def _failure(self, what):
        last = [l for l in self.serial.text.splitlines() if l.strip()][-3:]
        where = self.log + (" (+ .png)" if self.graphics else "")
        return Failure(f"{self.name}: {what}; last lines: {' | '.join(last)[-300:]}; see {where}")

    def has_said(self, pattern, start=0):
        return re.search(pattern, self.serial.text[start:], re.M)

    def age(self):
        """Seconds since power-on."""
        return time.monotonic() - self.began

    def time_of(self, match):
        """Seconds from power-on to a match of wait()."""
        return self.serial.time_at(match.start()) - self.began

    def wait_off(self, limit=LIMIT):
        """Until the machine powers itself off."""
        try:
            self.process.wait(limit * PATIENCE)
        except subprocess.TimeoutExpired:
            raise self._failure("it does not power off") from None
        with self.serial.change:
            while not self.serial.is_over:
                self.serial.change.wait(1)

    def type(self, text):
        """Type on the serial console."""
        os.write(self.process.stdin.fileno(), text.encode())

    def press(self, *keys):
        """Press keys of the keyboard, by QEMU's names, or a chord like 'shift-a'."""
        for key in keys:
            self.qmp("send-key", keys=[{"type": "qcode", "data": k} for k in key.split("-")])
            time.sleep(0.15)  # a keyboard's own pace: QEMU holds a key for 100 ms

    def scan(self, *keys):
        """The same as fast as the USB keyboard takes them: it is asked every 8 or 10 ms (bInterval), for one press or one
        release, and has 16 of them waiting (QEMU, hw/usb/dev-hid.c, hw/input/hid.c). False: the keyboard itself lost one, as
        the machine came too late to ask (-trace hid_kbd_queue_full)."""
        before = self.n_lost_keys()
        for key in keys:
            self.qmp("input-send-event", events=[{"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}
                                                 for down in (True, False)])
            time.sleep(0.025)
        return self.n_lost_keys() == before

    def n_lost_keys(self):
        with open(self.log + ".qemu", "rb") as f:
            return f.read().count(b"hid_kbd_queue_full")

    def press_text(self, text):
        for c in text:
            if c.isupper():
                self.press("shift-" + c.lower())
            elif c in CAPITALS:
                self.press("shift-" + CAPITALS[c])
            else:
                self.press(PLAIN.get(c, c))

    def bar(self, wanted, limit=20):
        """Height and colour of the bar on top of the technician's screen, whose letters are as high: waits for these."""
        path, seen = os.path.join(self.folder.name, "bar.ppm"), None
        end = time.monotonic() + limit * PATIENCE
        while seen != wanted and time.monotonic() < end:
            self.qmp("screendump", filename=path)
            with open(path, "rb") as f:
                f.readline()
                width, height = (int(n) for n in f.readline().split())
                f.readline()
                dots = f.read()
            column = [dots[i:i + 3] for i in range(3 * (width - 2), 3 * width * height, 3 * width)]
            seen = (next((y for y, dot in enumerate(column) if dot != column[0]), 0), column[0].hex())
            time.sleep(0.2)
        return seen

    def screenshot(self, path):
        """The graphics console as a PNG file."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.qmp("screendump", filename=path, format="png")
        return path
