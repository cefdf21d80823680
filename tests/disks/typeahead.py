# SPDX-License-Identifier: GPL-3.0-or-later
"""A recovery password typed when nobody asked for it: typeahead.py PASSWORD WRONG COMMAND...

Runs the command on a pseudo-terminal. As soon as the terminal has no echo (a key from a file is tried then) the password is typed, as
often while the wrong one, the first answer, is stretched. Neither is an answer: the question comes
all the same, twice. Prints what the terminal showed, and 'status N' at the end."""

import os
import pty
import re
import select
import signal
import sys
import termios
import time


def has_echo(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


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


def main():
    password, wrong, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    t = Terminal(words)
    while has_echo(t.fd) and not t.is_over:
        t.read(0.01)
    t.type(password + "\n")
    t.until(rb"attempt 1 of 3\): ")
    t.type(wrong + "\n")
    t.until(rb"attempt 1 of 3\): \s*\r\n")  # the answer was read: now it is stretched
    for piece in re.findall("[0-9]+-?", password) + ["\n", password, "\n"]:
        t.type(piece)
        t.read(0.02)
    t.until(rb"attempt 2 of 3\): |\[yes/no\] ")  # the latter: what was typed early was an answer
    t.type(password + "\n")
    end = time.monotonic() + 120
    while not t.is_over and time.monotonic() < end:
        t.read(1)
        if b"[yes/no] " in t.seen:
            t.type("no\n")
            t.seen = t.seen.replace(b"[yes/no] ", b"[yes or no] ")
    if not t.is_over:
        os.kill(t.pid, signal.SIGKILL)
    print(t.seen.decode(errors="replace"))
    print("status", os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]))


if __name__ == "__main__":
    main()
