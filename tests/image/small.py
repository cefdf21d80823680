# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests of the scripts that make media, on small trees: running them, what they refuse, a checkout of their own."""
import os
import re
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("UNBRICK_BUILD", os.path.join(TOP, "build")))
EPOCH = "1700000000"
GRUB = next((p for p in (os.path.join(BUILD, "image/unpacked/grub-pc-bin/usr/lib/grub/i386-pc"), "/usr/lib/grub/i386-pc")
             if os.path.exists(os.path.join(p, "boot.img"))), None)
failures = []


def check(name, faults):
    """One line of a test: ok, or what is wrong."""
    faults = [str(f) for f in faults]
    failures.extend([name] if faults else [])
    print(f"not ok {name}: {'; '.join(faults[:5])}" if faults else f"ok {name}", flush=True)


def run(*args, **kw):
    kw.setdefault("env", dict(os.environ, SOURCE_DATE_EPOCH=EPOCH))
    return subprocess.run(args, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **kw)


def refused(name, r, because, status=1):
    """One line of reason, and its status."""
    check(name, [] if r.returncode == status and re.search(because, r.stderr) and r.stderr.count("\n") == 1 and not r.stdout
          else [r.returncode, r.stderr, r.stdout])


def write(path, content, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    os.chmod(path, mode)
    return path


def read(path):
    with open(path, "rb") as f:
        return f.read()


def git(folder, *words):
    env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", GIT_AUTHOR_DATE=f"{EPOCH} +0000",
               GIT_COMMITTER_DATE=f"{EPOCH} +0000")
    r = run("git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", *words, env=env)
    if r.returncode:
        raise RuntimeError(f"git {words}: {r.stderr}")
    return r.stdout.strip()


def checkout(folder, *names):
    """A repository of its own with these files of the tree."""
    for name in names:
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        (shutil.copytree if os.path.isdir(os.path.join(TOP, name)) else shutil.copy2)(os.path.join(TOP, name), target)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "c")
    return folder
