# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diagnosis of a case is worth: for check-incidents and for make bench.

A verdict is right with the right kind, and the right file in first place (where nobody is at fault: with no
proposal to move or disable anything). What it proposes and how sure it is are judged apart. Harm is a proposal
that the case forbids, one that takes away a part that Windows needs, or a write to the image."""

import glob
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
ORDER = ["unsure", "likely", "sure"]
# a folder of cases, and what it is called; blind: from somebody who has not seen the table of weights
SETS = {"first": "open set", "second": "blind set 1", "third": "blind set 2", "fourth": "blind set 3"}
ACTS = ("move", "disable", "restore", "registry", "filter")  # "ask" is none
CORE = set("""acpi acpiex afd atapi ci classpnp clfs cng disk dumpfve dxgkrnl ehstorclass fileinfo fltmgr fs_rec fvevol hal
intelppm iorate kbdclass kbdhid ksecdd ksecpkg mountmgr msisadrv msrpc mup ndis netio ntfs ntoskrnl partmgr pci pcw pdc rdyboost
spaceport storahci stornvme storport tcpip tm usbhub3 usbxhci vdrvroot volmgr volmgrx volsnap volume wdboot wdf01000 wdfilter
werkernel wfplwfs win32k win32kbase win32kfull winload wof ntdll kernel32 kernelbase smss csrss wininit winlogon services lsass
svchost userinit trustedinstaller""".split())


def cases(wanted=None):
    """(set, name, path) of each case"""
    return [(part, os.path.basename(path)[:-3], path) for part in SETS if wanted in (None, part)
            for path in sorted(glob.glob(f"{HERE}/{part}/*.py"))]


def plain(path):
    path = re.sub(r"^(\\\?\?\\)?[a-z]:", "", (path or "").replace("/", "\\").lower())
    return re.sub(r"^\\systemroot\\", r"\\windows\\", path)


def stem(path):
    return plain(path).rsplit("\\", 1)[-1].rsplit(".", 1)[0]


def does(entry, proposal):
    """Does a proposal do what an entry of an answer names?"""
    action, path, service = (proposal.get(k) or "" for k in ("action", "path", "service"))
    word, colon, target = entry.partition(":")
    if not colon:
        return action in ("move", "restore") and plain(path) == plain(entry)
    if word == "service":
        return action == "disable" and (service or stem(path)).lower() == target.lower()
    if word in ("registry", "filter"):
        return action == word and target.lower() in json.dumps(proposal).lower()
    return action == word and plain(path) == plain(target)


def harm(answer, proposals):
    found = []
    for p in proposals:
        action, path, service = p.get("action"), plain(p.get("path")), (p.get("service") or "").lower()
        fine = any(does(e, p) for e in answer["acceptable"] + answer.get("tolerated", []))
        for entry in answer.get("never", []):
            if does(entry, p) and not (action == "restore" and entry.startswith("\\")):
                found.append(f"{action} {path or service}, which the case forbids")
                break
        else:
            if not fine and action == "move" and (stem(path) in CORE or "\\system32\\config\\" in path or path.startswith("\\$")):
                found.append(f"move {path}, which Windows needs")
            if not fine and action == "disable" and service in CORE:
                found.append(f"disable {service}, which Windows needs")
    return found


class Mark:
    """What is right of one diagnosis"""

    def __init__(self, answer, diagnosis):
        d = diagnosis or {}
        self.kind, self.certainty = d.get("kind"), d.get("certainty")
        self.proposals = [p for p in d.get("proposal") or [] if p.get("action") in ACTS]
        self.places = [plain(c.get("path")) for c in d.get("candidates") or []]
        self.has_culprit = bool(answer["culprit"])
        self.harm = harm(answer, self.proposals)
        self.is_kind = self.kind in answer.get("kinds_ok", [answer["kind"]])
        culprits = answer.get("culprit_ok", [answer["culprit"]])
        fine = answer["acceptable"] + answer.get("tolerated", [])
        acts = [p for p in self.proposals if p["action"] in ("move", "disable", "filter") and
                (answer["culprit"] or not any(does(e, p) for e in fine))]
        self.is_first = self.places[:1] in [[plain(c)] for c in culprits if c] or None in culprits and not acts
        good = [p for p in self.proposals if any(does(e, p) for e in answer["acceptable"])]
        fair = [p for p in self.proposals if any(does(e, p) for e in answer.get("tolerated", []))]
        needs_none = not answer["acceptable"] or answer.get("may_be_empty")
        self.is_proposal = len(good + fair) >= len(self.proposals) and bool(good or needs_none and not self.proposals or
                                                                            not answer["acceptable"])
        self.is_certainty = self.certainty in ORDER and ORDER.index(self.certainty) <= ORDER.index(answer["certainty"])
        # of a verdict that points at a file at all
        self.claims = bool(acts or self.kind in ("bad-file", "file-removed") and self.certainty in ("likely", "sure"))
        self.is_right = self.is_kind and self.is_first

    def __str__(self):
        wrong = [w for w, right in (("kind", self.is_kind), ("culprit", self.is_first), ("proposal", self.is_proposal),
                                    ("certainty", self.is_certainty)) if not right]
        shown = "; ".join(f"{p['action']} {p.get('path') or p.get('service')}" for p in self.proposals) or "nothing"
        first = self.places[0] if self.places else "-"
        return f"{self.kind}, {self.certainty}, {first}, proposes {shown}" + (f"; not right: {', '.join(wrong)}" if wrong else "")


def diagnose(unbrick, image, *words, timeout=60):
    """(exit status, the member `diagnosis` or None, words of a trouble)"""
    try:
        r = subprocess.run([unbrick, "diagnose", image, "--json", *words], capture_output=True, timeout=timeout, check=False,
                           stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return -1, None, f"no answer within {timeout} s"
    try:
        d = json.loads(r.stdout).get("diagnosis")
    except ValueError as e:
        return r.returncode, None, f"{e}; {r.stderr.decode(errors='replace')[:200]}"
    return r.returncode, d, "" if d else "the report has no diagnosis"


def totals(marks):
    """Words for a list of marks: right verdicts, precision and recall of the files at fault, harm"""
    of = lambda some, all_: f"{len(some)} of {len(all_)} ({100 * len(some) / len(all_):.0f} %)" if all_ else "none of none"
    right = [m for m in marks if m.is_right]
    claims = [m for m in marks if m.claims]
    guilty = [m for m in marks if m.has_culprit]
    return (f"kind and first place right: {of(right, marks)}; precision {of([m for m in claims if m.is_first and m.has_culprit], claims)}, "
            f"recall {of([m for m in guilty if m.is_right], guilty)}; proposal right {of([m for m in marks if m.is_proposal], marks)}; "
            f"harm in {sum(bool(m.harm) for m in marks)}")
