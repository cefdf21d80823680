# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check-journal programs share: unclean volumes out of Windows' own (rewind.py), the replay as
a library (replayplan), and the readers that know nothing of ours: The Sleuth Kit, ntfs-3g's
programs, ntfsrecover. Lines 'ok NAME', 'FAIL NAME: why', 'skip NAME: why'; done() ends with 1 if one
failed. ONLY=PATTERN runs the cases with such names."""

import atexit
import contextlib
import fnmatch
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import difflog  # noqa: E402
import ntfscompare  # noqa: E402
import pytsk3  # noqa: E402  python3-tsk
import rewind as rewinder  # noqa: E402
from sparse import copy, copy_part, dig, is_same as same_image, put_part  # noqa: E402
from winlog import PAGE, Log, Volume, get  # noqa: E402

BUILD = os.path.join(TOP, os.environ.get("UNBRICK_BUILD", "build"))
TOOLS = os.path.join(TOP, os.environ.get("UNBRICK_TOOLS", os.path.join(BUILD, "tools")))
UNBRICK = os.path.join(BUILD, "unbrick")
FIXTURES = os.environ.get("UNBRICK_FIXTURES", os.path.join(os.path.dirname(TOP), "shared", "fixtures"))
ROOMY = 8 << 30  # bytes: more than one check here ever needs


def _folder():
    """For the images: where nothing waits for a disk, if there is much memory"""
    try:
        memory = os.statvfs("/dev/shm")
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if min(memory.f_bavail * memory.f_frsize, free) > ROOMY and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    except OSError:
        pass
    return "/tmp"


WORK = tempfile.mkdtemp(prefix="unbrick-journal.", dir=os.environ.get("TMPDIR") or _folder())
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


def by_ourselves(main, *words):
    """(status, text) of a program beside this one; in a process of its own it would parse the same log again"""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            main([str(w) for w in words])
        status, why = 0, ""
    except SystemExit as e:
        status, why = (e.code, "") if isinstance(e.code, int) else (1 if e.code else 0, e.code or "")
    except Exception:  # as if it were a process
        status, why = 1, traceback.format_exc()
    return status, said.getvalue() + why


def sum_of(image):
    """What tells whether a byte of it changed; holes and zeros count alike"""
    status, text = run(os.path.join(TOOLS, "imagesum"), image)
    if status:
        raise OSError(text)
    return text


def remove(*paths):
    for p in paths:
        if os.path.exists(p):
            os.unlink(p)


# ---- the sources: volumes that Windows wrote, with the log of that session


def _unxz(stored, target):
    tool = "xz" if stored.endswith(".xz") else "gzip"
    with open(target, "wb") as out:
        subprocess.run([tool, "-dc", stored], stdout=out, check=True)
    return target


def _index(stored, target):
    whole = _unxz(stored, target + ".disk")
    copy_part(whole, 128 * 512, 59392 * 512, target)
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
        dig(target)
    return target


def fixture(name):
    """An unpacked fixture of ntfs/, or None."""
    for end in (".xz", ".gz"):
        stored = os.path.join(FIXTURES, "ntfs", name + end)
        if os.path.exists(stored):
            return dig(_unxz(stored, path(name)))
    return None


def rewind(command, src, target, n, *options):
    """(status, text) of rewind.py"""
    return by_ourselves(rewinder.main, command, source(src), target, n, *SOURCES[src][2], *options)


def crash(first, second, *options):
    """(status, text) of difflog.py"""
    return by_ourselves(difflog.main, first, second, *options)


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
    try:
        return ntfscompare.compare((result, answer, logged), any_lsn="--any-lsn" in options)
    except (Exception, SystemExit):  # as if it were a process
        return False, traceback.format_exc()


# ---- other readers


def listing(image):
    """(status, {path: 'type address'}) as fls -r tells it, deleted ones left out"""
    volume = Sleuthkit(image)
    return (0 if volume.names else 1), volume.names


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


REGULAR, DIRECTORY = (int(t) for t in (pytsk3.TSK_FS_NAME_TYPE_REG, pytsk3.TSK_FS_NAME_TYPE_DIR))
FOLDER = int(pytsk3.TSK_FS_META_TYPE_DIR)
ALLOCATED = int(pytsk3.TSK_FS_NAME_FLAG_ALLOC)
TYPES = {REGULAR: "r", DIRECTORY: "d"}


class Sleuthkit:
    """@image as it is now, by The Sleuth Kit's library: fls, icat and istat would be a process each time."""

    def __init__(self, image):
        self._names, self._sums = {}, {}
        try:
            self.volume = pytsk3.FS_Info(pytsk3.Img_Info(image), type=pytsk3.TSK_FS_TYPE_NTFS)
        except OSError:
            self.volume = None

    @property
    def names(self):
        """{path: 'type address'} of what is not deleted; empty when the root cannot be read"""
        if not self._names and self.volume:
            try:
                self._folder(self.volume.open_dir("/"), "", {self.volume.info.root_inum})
            except OSError:
                self._names = {}
        return self._names

    def _folder(self, folder, path, seen):
        for f in folder:
            name, meta = f.info.name, f.info.meta
            if name.name in (b".", b"..") or not int(name.flags) & ALLOCATED:
                continue
            whole = path + name.name.decode(errors="replace")
            if whole == "$OrphanFiles" or not int(name.type):  # the latter in no folder, by its record only
                continue
            if meta is None:
                raise OSError("%s: its record cannot be read" % whole)
            is_folder = int(meta.type) == FOLDER
            for a in f:
                kind, stream = int(a.info.type), (a.info.name or b"").decode(errors="replace")
                if kind in (0x80, 0x90):
                    self._names[whole + (":" + stream if stream not in ("", "$I30") else "")] = "%s/%s %u-%u-%u" % (
                        TYPES.get(int(name.type), "?"), "d" if is_folder and kind == 0x90 else "r", meta.addr, kind,
                        a.info.id)
            if int(name.type) == DIRECTORY and meta.addr not in seen:
                self._folder(f.as_directory(), whole + "/", seen | {meta.addr})

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

    def sum(self, record):
        """(bytes, SHA-256) of its data, or None; without EVERY of what is much its ends only"""
        if record not in self._sums:
            self._sums[record] = self._sum(record)
        return self._sums[record]

    def _sum(self, record):
        size = self.bytes(record)
        if size <= MUCH or EVERY:
            data = self.content(record)
            return data if data is None else (size, hashlib.sha256(data).digest())
        try:
            f = self.volume.open_meta(record)
            data = f.read_random(0, MUCH // 2) + f.read_random(size - MUCH // 2, MUCH // 2)
        except OSError:
            return None
        return size, hashlib.sha256(data).digest()

    def wrong(self, record):
        """What is wrong with a record and its attributes, or ''"""
        try:
            f = self.volume.open_meta(record)
            types = [a.info.type for a in f]
            return "" if f.info.meta.addr == record and types else "record %u" % f.info.meta.addr
        except (AttributeError, OSError) as e:
            return str(e) or "unreadable"


_sources = {}  # what is known of those: nobody writes to them


def as_it_is(image):
    """Sleuthkit of an image that may be a source"""
    if not image.startswith(path("source-")):
        return Sleuthkit(image)
    if image not in _sources:
        _sources[image] = Sleuthkit(image)
    return _sources[image]


def content(image, record):
    return Sleuthkit(image).content(record)


def by_ntfs3g(image, name):
    done_ = subprocess.run(["ntfscat", "-f", image, name], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    return done_.stdout if done_.returncode == 0 else None


def sleuthkit(ours, answer, zeroed, changed):
    """What The Sleuth Kit finds wrong in the result (ours: Sleuthkit), or ''. @zeroed: records that may
    read as zeros"""
    theirs = as_it_is(answer)
    if not ours.names or ours.names != theirs.names:
        return "names: %s" % sorted(set(ours.names.items()) ^ set(theirs.names.items()))[:4]
    for record in changed:
        why = ours.wrong(record)
        if why:
            return "record %u: %s" % (record, why[:100])
    for name, record in files(ours.names):
        if ours.sum(record) == theirs.sum(record):
            continue
        x, y = ours.content(record), theirs.content(record)
        if not (record in zeroed and x is not None and y is not None and len(x) == len(y) and not any(x)):
            return "record %u (%s) differs" % (record, name)
    return ""


def ntfs3g(ours, result):
    """What ntfs-3g's readers find wrong in @result, or ''. None of them writes."""
    for words in (["ntfsinfo", "-m", result], ["ntfsls", "-a", "-s", "-R", result]):
        status, text = run(*words)
        if status:
            return "%s: status %u %s" % (words[0], status, text[:200])
    for name, record in files(ours.names, 40 if EVERY else 12):
        if not EVERY and ours.bytes(record) > MUCH:
            continue
        data = by_ntfs3g(result, name)
        if (data if data is None else (len(data), hashlib.sha256(data).digest())) != ours.sum(record):
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
