# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check-journal programs share: unclean volumes out of Windows' own (rewind.py), the replay as
a library (replayplan), and the readers that know nothing of ours: The Sleuth Kit, ntfs-3g's
programs, ntfsrecover. Lines 'ok NAME', 'FAIL NAME: why', 'skip NAME: why'; done() ends with 1 if one
failed. ONLY=PATTERN runs the cases with such names."""

import atexit
import fnmatch
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import pytsk3  # noqa: E402  python3-tsk
from ntfscompare import differing  # noqa: E402
from winlog import PAGE, Log, Volume, get  # noqa: E402

BUILD = os.path.join(TOP, os.environ.get("UNBRICK_BUILD", "build"))
TOOLS = os.path.join(TOP, os.environ.get("UNBRICK_TOOLS", os.path.join(BUILD, "tools")))
UNBRICK = os.path.join(BUILD, "unbrick")
FIXTURES = os.environ.get("UNBRICK_FIXTURES", os.path.join(os.path.dirname(TOP), "shared", "fixtures"))
WORK = tempfile.mkdtemp(prefix="unbrick-journal.", dir=os.environ.get("TMPDIR", "/tmp"))
os.environ["XDG_STATE_HOME"] = os.path.join(WORK, "state")  # plans of a replay
atexit.register(shutil.rmtree, WORK, ignore_errors=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
PLAN = os.path.join(TOOLS, "replayplan")
EVERY = os.environ.get("EVERY") == "1"
MUCH = 8 << 20  # bytes of a file that ntfscat reads only with EVERY
_state = {"failed": 0, "counts": {}}


# ---- what is said


def ok(name):
    print("ok " + name, flush=True)


def fail(name, why):
    _state["failed"] += 1
    print("FAIL %s: %s" % (name, " ".join(str(why).split())[:500]), flush=True)


def skip(name, why):
    print("skip %s: %s" % (name, why), flush=True)


def check(name, is_right, why=""):
    if is_right:
        ok(name)
    else:
        fail(name, why)
    return bool(is_right)


def count(what, n=1):
    _state["counts"][what] = _state["counts"].get(what, 0) + n


def done():
    for what, n in sorted(_state["counts"].items()):
        print("# %u %s" % (n, what))
    sys.exit(1 if _state["failed"] else 0)


def is_wanted(name):
    return fnmatch.fnmatch(name, os.environ.get("ONLY", "*"))


# ---- files and programs


def path(name):
    return os.path.join(WORK, name)


def run(*words, limit=120, **keys):
    """(status, text); 124 when it took too long"""
    try:
        done_ = subprocess.run([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=limit, check=False, **keys)
    except FileNotFoundError as e:
        return 127, str(e)
    except subprocess.TimeoutExpired:
        return 124, "more than %u seconds" % limit
    return done_.returncode, done_.stdout.decode(errors="replace")


def run_bytes(*words):
    """(status, bytes of standard output)"""
    done_ = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, timeout=120, check=False)
    return done_.returncode, done_.stdout


def copy(source, target):
    subprocess.run(["cp", "--no-preserve=mode", source, target], check=True)
    return target


def remove(*paths):
    for p in paths:
        if os.path.exists(p):
            os.unlink(p)


def sum_of(image):
    """SHA-256 of the data and where they lie; holes and zeros count alike."""
    h = hashlib.sha256()
    with open(image, "rb") as f:
        size = os.fstat(f.fileno()).st_size
        h.update(b"%d" % size)
        at = 0
        while at < size:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA) & ~0xFFFF
            except OSError:
                break
            data = os.pread(f.fileno(), 1 << 16, at)
            if data.strip(b"\0"):
                h.update(b"@%d:" % at + data)
            at += len(data)
    return h.hexdigest()


# ---- the sources: volumes that Windows wrote, with the log of that session


def _unxz(stored, target):
    tool = "xz" if stored.endswith(".xz") else "gzip"
    with open(target, "wb") as out:
        subprocess.run([tool, "-dc", stored], stdout=out, check=True)
    return target


def _index(stored, target):
    whole = _unxz(stored, target + ".disk")
    with open(whole, "rb") as f, open(target, "wb") as out:
        f.seek(128 * 512)
        out.write(f.read(59392 * 512))
    os.unlink(whole)


def _qcow(stored, target):
    subprocess.run(["qemu-img", "convert", "-O", "raw", stored, target], check=True)


def _tar(stored, target):
    folder = target + ".tar"
    os.mkdir(folder)
    subprocess.run(["tar", "-xJSf", stored, "-C", folder], check=True)
    os.rename(os.path.join(folder, "windows_repaired.img"), target)
    os.rmdir(folder)


SOURCES = {  # name: (fixture, how, options of rewind.py, its clusters)
    "index": ("ntfs/dfir-ntfs_index.raw.gz", _index, (), 2048),
    "idle": ("ntfs/vr-unclean-idle-v20.dd.xz", _unxz, (), 1024),
    "vss": ("ntfs/plaso-vsstest.qcow2", _qcow, ("--session", "2"), 4096),
    "chkdsk": ("ntfs-corrupt/lostfound_corrupted2.windows-repaired.tar.xz", _tar, (), 4096),
}


def source(name):
    """The image of that source, or None when the fixture is not there."""
    stored, how, _, _ = SOURCES[name]
    stored, target = os.path.join(FIXTURES, stored), path("source-" + name)
    if not os.path.exists(stored):
        return None
    if not os.path.exists(target):
        how(stored, target)
        sparse = copy(target, target + ".sparse")
        os.rename(sparse, target)
    return target


def fixture(name):
    """An unpacked fixture of ntfs/, or None."""
    for end in (".xz", ".gz"):
        stored = os.path.join(FIXTURES, "ntfs", name + end)
        if os.path.exists(stored):
            whole = _unxz(stored, path(name + ".whole"))
            copy(whole, path(name))
            os.unlink(whole)
            return path(name)
    return None


def rewind(command, src, target, n, *options):
    """(status, text) of rewind.py"""
    return run(sys.executable, os.path.join(HERE, "rewind.py"), command, source(src), target, n,
               *SOURCES[src][2], *options)


# ---- unclean volumes, and the right answer

# source, checkpoints back, version of the log, edits (rewind.py)
REWOUND = (
    ("index", 2, "1.1", ""), ("index", 4, "2.0", ""), ("index", 5, "1.1", "--tail-only"),
    ("index", 8, "1.1", "--own"), ("index", 9, "2.0", "--own --flush-seed 1"),
    ("index", 11, "1.1", "--own --flush-seed 2"), ("index", 13, "2.0", "--own --torn-home"),
    ("index", 14, "1.1", "--own --one-restart"), ("index", 16, "2.0", "--own --old-restart"),
    ("index", 7, "2.0", "--own --wrap"), ("index", 12, "1.1", "--own --wrap"),
    ("index", 18, "1.1", "--own"), ("index", 18, "2.0", "--own --flush-seed 3"),
    ("idle", 3, "2.0", ""), ("idle", 5, "1.1", "--own"), ("idle", 8, "2.0", "--tail-only"),
    ("idle", 12, "2.0", "--own --flush-seed 1"), ("idle", 16, "2.0", ""),
    ("idle", 16, "1.1", "--own --wrap"), ("idle", 20, "2.0", "--own --one-restart"),
    ("idle", 24, "1.1", "--own --flush-seed 2"), ("idle", 29, "2.0", "--own --torn-home"),
    ("idle", 36, "2.0", "--own --wrap"), ("idle", 41, "1.1", "--own --old-restart"),
    ("idle", 46, "2.0", "--own"), ("idle", 46, "1.1", "--own --flush-seed 4"),
    ("vss", 1, "1.1", ""), ("vss", 6, "2.0", "--own --tail-only"), ("vss", 7, "1.1", ""),
    ("vss", 11, "2.0", "--own --flush-seed 1"), ("vss", 16, "1.1", "--own --wrap"),
    ("vss", 18, "2.0", "--own"), ("vss", 22, "1.1", "--own --torn-home"), ("chkdsk", 1, "1.1", ""),
)
# source, the log ends before the end of the so-manieth last transaction, version, edits
LOSERS = (
    ("index", 0, "1.1", ""), ("index", 2, "2.0", "--own"), ("index", 5, "1.1", "--own --back 2"),
    ("index", 11, "2.0", "--own --flush-seed 3"), ("index", 16, "1.1", ""),
    ("index", 30, "2.0", "--own --back 3 --flush-seed 5"),
    ("idle", 0, "2.0", ""), ("idle", 3, "1.1", "--own"), ("idle", 8, "2.0", "--own --back 2"),
    ("idle", 14, "2.0", "--own --flush-seed 3"), ("idle", 15, "1.1", ""),
    ("vss", 0, "1.1", ""), ("vss", 6, "2.0", "--own"), ("vss", 10, "2.0", "--own --back 2"),
)


def name_of(kind, src, n, version, edits):
    return "-".join([kind, src, str(n), version] + edits.replace("--", "").split())


def made(name, kind, src, n, version, edits):
    """(unclean image, answer, options of the comparison), or None; REWOUND or LOSERS say which"""
    if not source(src):
        return skip(name, "no fixture")
    logged, answer, more = path("logged"), source(src), edits.split()
    if kind == "loser":
        answer = path("answer")
        more += ["--answer", answer]
    status, text = rewind("loser" if kind == "loser" else "make", src, logged, n, "--version", version,
                          *more)
    if not check(name + "-made", status == 0 and os.path.exists(logged), text):
        return None
    return logged, answer, ["--any-lsn"] if kind == "loser" or "--wrap" in edits else []


# ---- the replay as a library


def plan(what, image, *more):
    """(status, {word: value}, text) of replayplan"""
    status, text = run(PLAN, what, image, *more)
    facts = {}
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in ("zeroed", "changed"):
            facts[words[0]] = [int(w) for w in words[1:]]
        elif words and words[0] in ("state", "version", "afterwards"):
            facts[words[0]] = words[1]
        elif words and words[0] in ("checkpoint", "records", "transactions", "blocks"):
            facts.update((words[i], int(words[i + 1], 0)) for i in range(0, len(words) - 1, 2))
        elif line.startswith("refusal "):
            facts["refusal"] = line
    return status, facts, text


def compare(result, answer, logged, *options):
    """(equal but for what is allowed, text)"""
    status, text = run(sys.executable, os.path.join(HERE, "ntfscompare.py"), result, answer, logged,
                       *options)
    return status == 0, text


def same_image(a, b):
    with open(a, "rb") as x, open(b, "rb") as y:
        size = os.fstat(x.fileno()).st_size
        return size == os.fstat(y.fileno()).st_size and not differing(x, y, size)


# ---- other readers


def listing(image):
    """{path: 'type address'} by fls, deleted ones left out"""
    status, text = run("fls", "-f", "ntfs", "-r", "-p", "-u", image)
    ret = {}
    for line in text.splitlines():
        found = re.match(r"(\S+) (\S+):\t(.*)$", line)
        if found and found[1][0] != "-" and not found[3].startswith("$OrphanFiles"):
            ret[found[3]] = found[1] + " " + found[2]
    return status, ret


def files(names, most=40):
    """(path, MFT record) of plain files, at most so many"""
    found = []
    for name, what in names.items():
        kind, address = what.split()
        record, attribute = address.split("-")[:2]
        if kind == "r/r" and attribute == "128" and ":" not in name and not name.startswith("$"):
            found.append((name, int(record)))
    step = max(1, len(found) // most)
    return found[::step]


class Sleuthkit:
    """@image as it is now, by The Sleuth Kit's library: icat and istat would be a process a file."""

    def __init__(self, image):
        try:
            self.volume = pytsk3.FS_Info(pytsk3.Img_Info(image), type=pytsk3.TSK_FS_TYPE_NTFS)
        except OSError:
            self.volume = None

    def bytes(self, record):
        """Of its data; -1 when that record cannot be read"""
        try:
            f = self.volume.open_meta(record)  # its members live as long as it does
            return f.info.meta.size
        except (AttributeError, OSError):
            return -1

    def content(self, record):
        """Its data, or None"""
        size = self.bytes(record)
        if size < 0:
            return None
        try:
            return self.volume.open_meta(record).read_random(0, size) if size else b""
        except OSError:
            return None

    def wrong(self, record):
        """What is wrong with a record and its attributes, or ''"""
        try:
            f = self.volume.open_meta(record)
            types = [a.info.type for a in f]
            return "" if f.info.meta.addr == record and types else "record %u" % f.info.meta.addr
        except (AttributeError, OSError) as e:
            return str(e) or "unreadable"


def content(image, record):
    return Sleuthkit(image).content(record)


def by_ntfs3g(image, name):
    done_ = subprocess.run(["ntfscat", "-f", image, name], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    return done_.stdout if done_.returncode == 0 else None


def sleuthkit(result, answer, zeroed, changed):
    """What The Sleuth Kit finds wrong in @result, or ''. @zeroed: records that may read as zeros"""
    status, now = listing(result)
    _, right = listing(answer)
    if status or now != right:
        odd = sorted(set(now.items()) ^ set(right.items()))
        return "fls %u: %s" % (status, odd[:4])
    ours, theirs = Sleuthkit(result), Sleuthkit(answer)
    for record in changed:
        why = ours.wrong(record)
        if why:
            return "record %u: %s" % (record, why[:100])
    for name, record in files(now):
        x, y = ours.content(record), theirs.content(record)
        if x != y and not (record in zeroed and x is not None and len(x) == len(y) and not any(x)):
            return "icat %u (%s) differs" % (record, name)
    return ""


def ntfs3g(result):
    """What ntfs-3g's readers find wrong in @result, or ''. None of them writes."""
    for words in (["ntfsinfo", "-m", result], ["ntfsls", "-a", "-s", "-R", result]):
        status, text = run(*words)
        if status:
            return "%s: status %u %s" % (words[0], status, text[:200])
    by_sleuthkit = Sleuthkit(result)
    for name, record in files(listing(result)[1], 40 if EVERY else 12):
        if not EVERY and by_sleuthkit.bytes(record) > MUCH:
            continue
        if by_ntfs3g(result, name) != by_sleuthkit.content(record):
            return "ntfscat and The Sleuth Kit do not agree on %s" % name
    return ""


def recover(logged, target):
    """ntfsrecover on a copy. (status, text)"""
    copy(logged, target)
    v = Volume(target, "r+b")  # it does not open a volume whose $MFTMirr lags: a crash leaves that
    v.write(v.mirror_at, v.read(v.mft_at, 4 * v.record_bytes))
    v.f.close()
    return run("ntfsrecover", "-k", "-v", target, limit=60)


def recover_cannot(logged, losers):
    """Why ntfsrecover is no judge of this volume, or '': its defects a, b and d of the facts; e: it
    puts SetNewAttributeSizes' valid size and data size into each other's place."""
    if losers:
        return "defect a: no undo pass"
    log = Log(Volume(logged))
    first = log.records[log.restart].start() if log.restart in log.records else 0
    grown, sizes = {}, {}
    for lsn, r in sorted(log.records.items()):
        if lsn < min(first, log.oldest) or r.type != 1:
            continue
        key = (tuple(r.lcns[:1]), r.sector_off, r.record_off)
        if r.redo in (0x0A, 0x17, 0x18, 0x19, 0x1A, 0x20, 0x21, 0x22):
            return "defect d: operation %#x at %#x" % (r.redo, lsn)
        if r.redo == 0x0B and r.redo_len >= 24:
            sizes[key] = r.data[r.redo_off + 8:r.redo_off + 24]
        if r.redo == 0x07 and r.redo_len != r.undo_len and r.lcns:
            grown[key] = grown.get(key, 0) + 1
            if grown[key] > 1:
                return "defect b: a resident value that grew twice"
    if any(both[:8] != both[8:] for both in sizes.values()):
        return "defect e: data size and valid size differ"
    return ""


def check_only_read(name, image, *commands):
    """None of these commands changes a byte of @image."""
    before = sum_of(image)
    for words in commands:
        run(*words)
    return check(name, sum_of(image) == before, "the image changed")


__all__ = [n for n in dir() if not n.startswith("_")] + ["get"]
