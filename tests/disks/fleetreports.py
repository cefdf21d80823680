#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of reports as a fleet would send them, for the tests of `unbrick report` and its bench.
  fleetreports.py FOLDER [MACHINES]
Writes FOLDER/put/DAY/MACHINE-ID.json (as an nginx that takes PUT keeps them), FOLDER/reports.ndjson (an nginx's log, with
retries) and FOLDER/expected.json: what the page must say. The same number of machines gives the same bytes."""
import json
import os
import random
import sys
import uuid

MODELS = (("LENOVO", "20XX"), ("Dell Inc.", "Latitude 5430"), ("HP", "EliteBook 840 G9"), ("LENOVO", "21AB"))
FOLDER = "\\Windows\\System32\\drivers"
# share of machines, result of the start, status and error of its run, state of the page
KINDS = ((60, "done", 0, "", "repaired"), (12, "nothing-to-do", 4, "", "sound"), (6, "failed", 7, "ntfs.hibernated", "refused"),
         (5, "failed", 5, "bitlocker.key-needed", "key"), (3, "failed", 10, "disk.read", "failed"), (4, "wrong", 16, "", "person"),
         (4, "found", 3, "", "to-repair"), (2, "drill", 3, "", "drill"), (4, "start", 0, "", "missing"))


def clock(minute, second=0):
    return f"2026-11-{24 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:{second:02d}Z"


def trouble(rng, result):
    """Findings or a diagnosis: most are the incident that a rule knows."""
    if result == "nothing-to-do":
        return {}
    if rng.random() < 0.95:
        path = f"{FOLDER}\\CrowdStrike\\C-00000291-00000000-{rng.randrange(10 ** 8):08d}.sys"
        return {"findings": [{"volume": 3, "source": "rule", "rule": "crowdstrike-291", "title": "CrowdStrike Falcon channel file 291",
                              "kind": "bad-file", "outcome": "matched", "why": "it fits"}],
                "plan": [{"volume": 3, "item": 1, "action": "quarantine", "path": path, "rule": "crowdstrike-291", "why": "it fits"}]}
    path = f"{FOLDER}\\acme-{rng.randrange(10 ** 6):06d}.sys"
    return {"diagnosis": {"volume": 3, "windows": "\\Windows", "kind": "bad-file", "certainty": "likely", "text": "…",
                          "candidates": [{"path": path, "product": "Acme Sensor", "score": 85}]}}


def run_of(rng, kind, started, machine):
    _, result, status, error, _ = kind
    word = {"drill": "found"}.get(result, result)
    r = {"schema_version": 1, "tool": {"name": "unbrick", "version": "0.1.0"}, "command": "fix", "started": started, "duration_ms": 800,
         "machine": machine, "disks": [{"path": "/dev/nvme0n1", "volumes": [{
             "number": 3, "name": "/dev/nvme0n1, partition 3", "content": "bitlocker", "windows": {
                 "root": "\\Windows", "product": "Windows 11 Pro", "display_version": "23H2", "build": 22631}}]}],
         "outcome": {"status": status, "result": word, "text": "1 file moved, verified" if result == "done" else word}}
    r.update(trouble(rng, result))
    if error:
        r["error"] = {"id": error, "status": status, "object": "/dev/nvme0n1", "text": error, "next": "…"}
    return r


def start_of(rng, n):
    vendor, product = MODELS[min(int(rng.expovariate(1)), len(MODELS) - 1)]
    serial = f"PF{n:06d}"
    minute = min(int(rng.expovariate(1 / 180)), 2 * 1440)
    return {"schema_version": 2, "tool": {"name": "unbrick", "version": "0.1.0"}, "command": "boot", "event": "start",
            "report_id": str(uuid.UUID(int=rng.getrandbits(128))), "started": clock(minute), "boot": {"machine": serial, "secure_boot": "yes"},
            "machine": {"vendor": vendor, "product": product, "serial": serial}}, minute


def end_of(rng, start, minute, kind):
    result = {"drill": "found"}.get(kind[1], kind[1])
    end = dict(start, event="end", started=clock(minute, 5), duration_ms=41000, outcome={
        "result": result, "text": "1 disk repaired" if result == "done" else kind[3] or result, "end": "windows"})
    end["runs"] = [{"command": "fix", "disk": "nvme0n1", "status": kind[2], "end": f"exit status {kind[2]}",
                    "report": run_of(rng, kind, start["started"], start["machine"])}]
    if kind[1] == "drill":
        end["drill"] = True
    if kind[1] in ("done", "found"):
        end["used_key_ids"] = [str(uuid.UUID(int=rng.getrandbits(128))).upper()]
    return end


def put(folder, report, name):
    day = os.path.join(folder, "put", report["started"][:10])
    os.makedirs(day, exist_ok=True)
    with open(os.path.join(day, f"{report['boot']['machine']}-{name}.json"), "w", encoding="utf-8") as f:
        json.dump(report, f)


def logged(report, minute):
    return json.dumps({"t": clock(minute, 9)[:-1] + "+00:00", "ip": "192.0.2.1", "body": json.dumps(report)}) + "\n"


def main(folder, machines):
    rng = random.Random(machines)
    states, keys, repeated = {}, 0, 0
    os.makedirs(folder)
    with open(os.path.join(folder, "reports.ndjson"), "w", encoding="utf-8") as log:
        for n in range(machines):
            kind = rng.choices(KINDS, [k[0] for k in KINDS])[0]
            start, minute = start_of(rng, n)
            states[kind[4]] = states.get(kind[4], 0) + 1
            reports = [start] if kind[1] == "start" else [start, end_of(rng, start, minute, kind)]
            keys += len(reports[-1].get("used_key_ids", []))
            again = rng.random() < 0.05
            repeated += again
            for report in reports:
                if n % 2:
                    put(folder, report, report["event"])
                else:
                    log.write(logged(report, minute))
            if again:
                log.write(logged(reports[-1], minute + 1))
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as f:
        json.dump({"machines": machines, "states": states, "keys": keys, "repeated": repeated}, f)
    os.rename(os.path.join(folder, "expected.json"), folder.rstrip("/") + ".expected")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100)
