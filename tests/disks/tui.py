# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at `unbrick tui`: the real program in a pseudo terminal, its screen by pyte, which shares nothing
with curses."""

import ctypes
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pyte

KEYS = {"Enter": "\r", "Esc": "\x1b", "F12": "\x1b[24~", "Ctrl-Y": "\x19", "Tab": "\t", "Backspace": "\x7f",
        "Up": "\x1b[A", "Down": "\x1b[B", "Left": "\x1b[D", "Right": "\x1b[C", "Home": "\x1b[H",
        "End": "\x1b[F", "PgDn": "\x1b[6~", "PgUp": "\x1b[5~", "Delete": "\x1b[3~", "Ctrl-C": "\x03", "Ctrl-P": "\x10", "Ctrl-K": "\x0b", "F11": "\x1b[23~"}
# Linux' console, xterm, PuTTY; the keypad in application mode
DIGITS = ({c: f"\x1b[[{k}" for c, k in zip("12345", "ABCDE")}, {c: f"\x1bO{k}" for c, k in zip("1234", "PQRS")},
          {c: f"\x1b[{k}~" for c, k in zip("1234567890", (11, 12, 13, 14, 15, 17, 18, 19, 20, 21))},
          {c: f"\x1bO{k}" for c, k in zip("0123456789", "pqrstuvwxy")})


def surroundings(env):
    return {**os.environ, "TERM": "linux", "LC_ALL": "C.UTF-8", **(env or {})}


def end_with_us(libc=ctypes.CDLL(None), set_pdeathsig=1):
    """Called in a process of ours: a test that ends early leaves none behind (prctl(2))."""
    libc.prctl(set_pdeathsig, signal.SIGKILL)


class Terminal:
    """One that is looked at and typed on; @self.fd is its other end."""

    def __init__(self, columns, lines):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw, self.status, self.last, self.n_presses = b"", None, None, 0

    @staticmethod
    def size(lines, columns, fd):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, lines, columns):
        self.screen.resize(lines, columns)
        self.size(lines, columns, self.fd)

    def read(self, seconds):
        """What came within that time; False when nothing did."""
        if self.status is not None or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.status = self.end()
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    def shown(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def picture(self, file, paper=False):
        """What the eye, or a phone, sees: cells as pixels, half blocks as they are, other characters as if not there;
        light on dark, or on @paper dark on light where the program chose no colour."""
        wide, high = 4, 8
        shade = {"black": 0, "white": 170}
        rows = []
        for y in range(self.screen.lines):
            top, bottom = bytearray(), bytearray()
            for x in range(self.screen.columns):
                cell = self.screen.buffer[y][x]
                ink, ground = (shade.get(cell.fg, 0 if paper else 170), shade.get(cell.bg, 255 if paper else 0))
                if cell.reverse:
                    ink, ground = ground, ink
                top += bytes([ink if cell.data in "\u2580\u2588" else ground]) * wide
                bottom += bytes([ink if cell.data in "\u2584\u2588" else ground]) * wide
            rows += [top] * (high // 2) + [bottom] * (high // 2)
        with open(file, "wb") as f:
            f.write(b"P5 %d %d 255\n" % (self.screen.columns * wide, self.screen.lines * high))
            f.writelines(rows)

    def sees(self, text, seconds=40):
        """Wait until that is on the screen, and it is quiet: the screen is painted as a whole."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.status is None:
            if text in self.shown() and not self.read(0.03):
                return True
            self.read(0.2)
        return text in self.shown()

    def press(self, *keys):
        for key in keys:
            os.write(self.fd, KEYS.get(key, key).encode())
            self.n_presses += 1 if key in KEYS else len(key)

    def slowly(self, *keys):
        """As a person does it: alone, and what confirms twice only after it was let go."""
        for key in keys:
            self.wait(1.5 if key == self.last == "F12" else 0.4)
            self.press(key)
            self.last = key

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.status is None:
            self.read(0.05)


class Person(Terminal):
    """Sits in front of a program."""

    def __init__(self, words, columns=80, lines=24, env=None):
        super().__init__(columns, lines)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            end_with_us()
            self.size(lines, columns, 0)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
                signal.signal(number, signal.SIG_DFL)  # a shell's background has them ignored
            os.execve(words[0], words, surroundings(env))

    def give_up(self):
        self.leave()

    def end(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def hang_up(self):
        """The window is closed; the exit status, or None: it goes on."""
        os.close(self.fd)
        end = time.monotonic() + 20
        while self.status is None and time.monotonic() < end:
            time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        return self.status

    def leave(self):
        """Ctrl-C until it ends; its exit status."""
        end = time.monotonic() + 30
        if self.status is None:
            self.press("Ctrl-C")
        while self.status is None and time.monotonic() < end:
            self.read(0.5)
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.status = -signal.SIGKILL
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        return self.status


class Line(Terminal):
    """A serial line, or what looks like one: a program that others started too may be shown on it (tui --console)."""

    def __init__(self, columns=80, lines=24, name=None):
        """@name: of an adapter, which can be pulled out and come back."""
        super().__init__(columns, lines)
        self.name = name
        self.plug_in()

    def plug_in(self):
        """Another device under the same name; nothing of what was shown is there."""
        self.raw, self.status = b"", None
        self.screen.reset()
        self.fd, self.far = pty.openpty()
        self.size(self.screen.lines, self.screen.columns, self.far)
        if not self.name:
            self.name = os.ttyname(self.far)
        elif not self.name.startswith("/dev/"):
            os.symlink(os.ttyname(self.far), self.name)

    def come_back(self, seconds=20):
        """Until it is taken up again; False: it is not."""
        self.plug_in()
        end = time.monotonic() + seconds
        while self.has_echo() and time.monotonic() < end:
            self.read(0.05)
        return not self.has_echo()

    def has_echo(self):
        return bool(termios.tcgetattr(self.far)[3] & termios.ECHO)

    def end(self):
        return 0  # nobody has it open any more

    def give_up(self):
        if self.status is None:
            self.hang_up()  # the last one ends the program

    def hang_up(self):
        """It is cut; its number may be another one's in a moment."""
        if not self.name.startswith("/dev/"):
            os.remove(self.name)
        for fd in (self.fd, self.far):
            os.close(fd)
        self.status = 0


class Room:
    """A program that is shown on several lines at once."""

    def __init__(self, words, lines, env=None, fds=()):
        self.lines = lines
        for line in lines:
            words = [*words, "--console", line.name + ",vt220"]
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(words, preexec_fn=end_with_us, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env=surroundings(env), pass_fds=fds)
        self.pid = self.process.pid
        end = time.monotonic() + 20
        while any(line.has_echo() for line in lines) and time.monotonic() < end:
            self.wait(0.05)  # a busy machine takes its time; what is typed before is for nobody

    def wait(self, seconds):
        """All that comes meanwhile is looked at."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.lines:
                line.read(0.02)

    def end(self):
        """Its exit status, or None: it goes on."""
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None


class Supervisor:
    """What /init is for the screen: a word a packet (docs/boot.md, section 4). @self.said is what the screen has said."""

    def __init__(self, words, lines):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.room = Room([*words, "--supervisor", str(theirs.fileno())], lines, fds=(theirs.fileno(),))
        theirs.close()
        self.said, self.reports = [], []

    def tell(self, *packets):
        for packet in packets:
            self.socket.send(packet if isinstance(packet, bytes) else packet.encode())

    def hears(self, word, seconds=20):
        """Wait until it says that, once more than before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if word in self.said:
                del self.said[:self.said.index(word) + 1]
                return True
            self.room.wait(0.02)
            self.listen()
        return False

    def listen(self):
        while select.select([self.socket], [], [], 0)[0]:
            packet, fds, _, _ = socket.recv_fds(self.socket, 1024, 4)
            if not packet:
                return
            self.said.append(packet.decode())
            for fd in fds:
                with open(fd, "rb") as f:
                    self.reports.append(f.read())
