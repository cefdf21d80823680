# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at `unbrick tui`: the real program in a pseudo terminal, its screen by pyte, which shares nothing
with curses."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

KEYS = {"Enter": "\r", "Esc": "\x1b", "F12": "\x1b[24~", "Ctrl-Y": "\x19", "Tab": "\t", "Backspace": "\x7f",
        "Left": "\x1b[D", "Right": "\x1b[C", "Home": "\x1b[H", "End": "\x1b[F", "PgDn": "\x1b[6~", "PgUp": "\x1b[5~",
        "Delete": "\x1b[3~", "Ctrl-C": "\x03", "F11": "\x1b[23~"}
# Linux' console, xterm, PuTTY; the keypad in application mode
DIGITS = ({c: f"\x1b[[{k}" for c, k in zip("12345", "ABCDE")}, {c: f"\x1bO{k}" for c, k in zip("1234", "PQRS")},
          {c: f"\x1b[{k}~" for c, k in zip("1234567890", (11, 12, 13, 14, 15, 17, 18, 19, 20, 21))},
          {c: f"\x1bO{k}" for c, k in zip("0123456789", "pqrstuvwxy")})


class Person:
    """Sits in front of a program."""

    def __init__(self, words, columns=80, lines=24, env=None):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw, self.status = b"", None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.size(lines, columns, 0)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
                signal.signal(number, signal.SIG_DFL)  # a shell's background has them ignored
            os.execve(words[0], words, {**os.environ, "TERM": "linux", "LC_ALL": "C.UTF-8", **(env or {})})

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
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    def shown(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

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

    def slowly(self, *keys):
        """As a person does it: alone."""
        for key in keys:
            self.wait(0.4)
            self.press(key)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.status is None:
            self.read(0.05)

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
