# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in a core file: dumpkeys.py SECRETS PASSWORD asked|stretching COMMAND...

SECRETS is what `mkbitlocker --secrets` wrote: "NAME HEX" lines. The command runs on a pseudo-terminal, is
given PASSWORD when it asks for a key, and is dumped by gdb's gcore at its next question (everything
is open then), or in the middle of the stretching. The core file must hold no key, in no order of
bytes, no round key of AES (encryption, decryption) and no digits that were typed. One line for each
that is found; 'clean' if none is; 'dd and lo' when what the process keeps out of dumps is locked."""

import hashlib
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from typeahead import Terminal, has_echo  # noqa: E402


def sbox():
    ret, p, q = [0] * 256, 1, 1
    while True:
        p ^= (p << 1) & 255 ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q = (q ^ q << 4) & 255
        q ^= 9 if q & 0x80 else 0
        r = q
        for k in range(1, 5):
            r ^= (q << k | q >> 8 - k) & 255
        ret[p] = r ^ 0x63
        if p == 1:
            ret[0] = 0x63
            return ret


S = sbox()
assert S[0x53] == 0xED and S[0] == 0x63 and sorted(S) == list(range(256))  # FIPS 197


def times(a, b):
    r = 0
    while b:
        r ^= a if b & 1 else 0
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return r


def expand(key):
    """FIPS 197, 5.2: the round keys."""
    nk, words, rcon = len(key) // 4, [key[i:i + 4] for i in range(0, len(key), 4)], 1
    while len(words) < 4 * (nk + 7):
        t = words[-1]
        if len(words) % nk == 0:
            t = bytes(S[t[(k + 1) % 4]] ^ (rcon if k == 0 else 0) for k in range(4))
            rcon = times(rcon, 2)
        elif nk > 6 and len(words) % nk == 4:
            t = bytes(S[b] for b in t)
        words.append(bytes(a ^ b for a, b in zip(words[-nk], t)))
    return [b"".join(words[i:i + 4]) for i in range(0, len(words), 4)]


def inverse(round_key):
    """InvMixColumns: the round keys that the equivalent inverse cipher uses."""
    ret = b""
    for c in range(0, 16, 4):
        col = round_key[c:c + 4]
        ret += bytes(times(col[r], 14) ^ times(col[(r + 1) % 4], 11) ^ times(col[(r + 2) % 4], 13)
                     ^ times(col[(r + 3) % 4], 9) for r in range(4))
    return ret


assert expand(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))[10].hex() == "d014f9a8c9ee2589e13f0cc8b6630ca6"


def needles(name, secret):
    """What must not be there, with words for it."""
    yield name, secret
    for n in (16, 32):
        for at in range(0, len(secret), 16):
            key = secret[at:at + n]
            if len(key) < n or not any(key):
                continue
            for i, k in enumerate(expand(key)):
                yield f"round key {i} of {name}+{at} (AES-{8 * n})", k
                yield f"decryption round key {i} of {name}+{at} (AES-{8 * n})", inverse(k)


def swapped(b, n):
    return b"".join(b[i:i + n][::-1] for i in range(0, len(b), n))


def sixteen(password):
    return b"".join(struct.pack("<H", int(g) // 11) for g in re.findall("[0-9]{6}", password))


def search(core, secrets, password, others):
    found, wanted = set(), {}
    for name, secret in secrets:
        for what, value in needles(name, secret):
            for form in (value, swapped(value, 4), swapped(value, 8)):
                wanted.setdefault(form[:16], what)
                if len(value) > 16 and form in core:  # wherever it begins
                    found.add(what)
    for at in range(0, len(core) - 15, 4):  # schedules are aligned
        if core[at:at + 16] in wanted:
            found.add(wanted[core[at:at + 16]])
    for text in others:
        h0 = hashlib.sha256(sixteen(text)).digest()
        if h0 in core or swapped(h0, 4) in core:
            found.add("the hash of a password that is tried")
    groups = re.findall("[0-9]{6}", password)
    for between in ("-", "", " "):
        for i in range(len(groups) - 1):
            text = between.join(groups[i:i + 2])
            for form in (text.encode(), text.encode("utf-16-le")):
                if form in core:
                    found.add(f"typed groups {i + 1} and {i + 2}")
    numbers = sixteen(password)
    for what, value in (("the 16 bytes of the password", numbers),
                        ("the hash of the password", hashlib.sha256(numbers).digest())):
        if value in core or swapped(value, 4) in core:
            found.add(what)
    return sorted(found)


def memory(core):
    """What was in memory (ELF: PT_LOAD). The notes are the registers of a moment, which hold what is worked on
    in any program: half a round of SHA-256 has the hash of a password in two that lie side by side."""
    at, size, n = struct.unpack_from("<Q", core, 32)[0], *struct.unpack_from("<HH", core, 54)
    rows = [struct.unpack_from("<IIQQQQ", core, at + i * size) for i in range(n)]
    return b"".join(core[row[2]:row[2] + row[5]] for row in rows if row[0] == 1)


def locked_areas(pid):
    """Areas that are left out of dumps, and those of them that are not locked, too. Devices' do not count."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as f:
        flags = [set(line.split()[1:]) for line in f if line.startswith("VmFlags:")]
    out = [f for f in flags if "dd" in f and not f & {"io", "pf"} and "mr" in f and ("rd" in f or "wr" in f)]
    return len(out), sum("lo" not in f for f in out)


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        secrets = [(line.split()[0], bytes.fromhex(line.split()[1])) for line in f]
    password, moment, words = sys.argv[2], sys.argv[3], sys.argv[4:]
    t = Terminal(words)
    t.until(rb"attempt 1 of 3\): ")
    if not has_echo(t.fd):
        t.type(password + "\n")
    t.until(rb"attempt 1 of 3\): \s*\r\n" if moment == "stretching" else rb"\[yes/no\] ")
    others = []
    if moment == "stretching":  # those of the file are tried again before the one that was typed
        with open(words[words.index("--keys") + 1], encoding="ascii") as f:
            others = f.read().split()
        t.read(0.1)
        os.kill(t.pid, signal.SIGSTOP)
    n_out, n_unlocked = locked_areas(t.pid)
    with tempfile.TemporaryDirectory() as folder:
        r = subprocess.run(["gcore", "-o", folder + "/core", str(t.pid)], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, check=False)
        path = f"{folder}/core.{t.pid}"
        if not os.path.exists(path):
            print("no core:", r.stdout.decode(errors="replace")[-300:])
            return 1
        with open(path, "rb") as f:
            core = memory(f.read())
        assert os.path.basename(words[-1]).encode() in core  # what it was started with is there
    is_at_work = moment == "stretching" and b"yes/no" not in t.seen
    os.kill(t.pid, signal.SIGCONT)
    t.type("\x03")
    while not t.is_over:
        t.read(10)
    os.waitpid(t.pid, 0)
    found = search(core, secrets, password, others)
    print(f"{len(core)} bytes, {n_out} areas left out, {n_unlocked} of them not locked"
          + (", at work" if is_at_work else ""))
    for what in found:
        print("found:", what)
    if b"memory cannot be locked" in t.seen:
        print("memory cannot be locked")
    if not found:
        print("clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
