#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""answer.py ANSWER[,ANSWER...] -- COMMAND...: a person at a terminal, who answers each '[yes/no]' with the
next ANSWER; "USR1": the signal that says that nobody is there any more. --prompt TEXT before it: that is
answered in place of '[yes/no]'. Prints what was shown, ends as the command does."""
import os
import pty
import signal
import sys


def main():
    words, prompt = sys.argv[1:], b"[yes/no]"
    if words[0] == "--prompt":
        words, prompt = words[2:], words[1].encode()
    answers, command = words[0].split(","), words[2:]
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    seen, asked = b"", 0
    try:
        while data := os.read(fd, 4096):
            seen += data
            while seen.count(prompt) > asked:
                answer = answers[min(asked, len(answers) - 1)]
                asked += 1
                if answer == "USR1":
                    os.kill(pid, signal.SIGUSR1)
                else:
                    os.write(fd, answer.encode() + b"\n")
    except OSError:
        pass  # the other end is closed
    print(seen.decode(errors="replace"))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main())
