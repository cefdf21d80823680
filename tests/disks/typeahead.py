# SPDX-License-Identifier: GPL-3.0-or-later
"""A recovery password typed when nobody asked for it: typeahead.py PASSWORD WRONG COMMAND...

Runs the command on a pseudo-terminal. The password is typed while a key from a file is tried, and more than once while
the wrong one, the first answer, is. The program is stopped for that: whatever else the machine does, it has not asked
yet. Neither is an answer: the question comes all the same, twice. What is typed once a question is seen is one. Prints
what the terminal showed, and 'status N' at the end."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time


TRIES = 20  # a key is tried in less time than a busy machine may give us none

TIOCGPTN = 0x80045430  # Linux: asm-generic/ioctls.h


def has_echo(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def number(fd, request):
    return struct.unpack("i", fcntl.ioctl(fd, request, bytes(4)))[0]


class Terminal:
    def __init__(self, words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(words[0], words)
        self.seen, self.is_over = b"", False

    def read(self, seconds):
        """What has come; empty after that many seconds, or at the end."""
        if self.is_over or not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.is_over = not data
        self.seen += data
        return data

    def until(self, pattern):
        end = time.monotonic() + 120
        while not re.search(pattern, self.seen) and not self.is_over and time.monotonic() < end:
            self.read(1)
        return re.search(pattern, self.seen)

    def type(self, text):
        os.write(self.fd, text.encode())

    def is_question(self):
        """Lines are read for an answer only."""
        return bool(termios.tcgetattr(self.fd)[3] & termios.ICANON)

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)

    def type_while_stopped(self, text):
        self.type(text)
        far = os.open(f"/dev/pts/{number(self.fd, TIOCGPTN)}", os.O_RDWR | os.O_NOCTTY)
        while number(far, termios.FIONREAD) < len(text):  # or it would get there after the question
            time.sleep(0.001)
        os.close(far)

    def type_early(self, text, asked):
        """While it works; False: the question @asked was there before us."""
        end = time.monotonic() + 120
        while not re.search(asked, self.seen) and not self.is_over and time.monotonic() < end:
            self.read(0)
            if self.is_question():
                continue
            self.stop()
            is_early = not self.is_question()
            if is_early:
                self.type_while_stopped(text)
            os.kill(self.pid, signal.SIGCONT)
            if is_early:
                return True
        return False

    def end(self):
        if not self.is_over:
            os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def begin(password, wrong, words):
    """Up to the first answer, and what is typed early twice; None: too late for one of them."""
    t = Terminal(words)
    if t.type_early(password + "\n", rb"attempt 1 of 3"):
        t.until(rb"attempt 1 of 3\): |\[yes/no\] ")
        t.type(wrong + "\n")
        if t.type_early(f"{password}\n\n{password}\n", rb"attempt 2 of 3") or b"[yes/no] " in t.seen:
            return t
    t.end()
    return None


def main():
    password, wrong, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    t = next(filter(None, (begin(password, wrong, words) for _ in range(TRIES))), None)
    if not t:
        sys.exit("never at work when looked at")
    t.until(rb"attempt 2 of 3\): |\[yes/no\] ")  # the latter: what was typed early was an answer
    t.type(password + "\n")
    end = time.monotonic() + 120
    while not t.is_over and time.monotonic() < end:
        t.read(1)
        if b"[yes/no] " in t.seen:
            t.type("no\n")
            t.seen = t.seen.replace(b"[yes/no] ", b"[yes or no] ")
    print(t.seen.decode(errors="replace"))
    print("status", t.end())


if __name__ == "__main__":
    main()
