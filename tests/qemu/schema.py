# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of a start against docs/boot-report.schema.json, and those of the programs in it against
docs/report.schema.json."""

import functools
import json
import os

from vm import Failure

DOCS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../docs")


@functools.lru_cache(maxsize=None)
def validator(name):
    import jsonschema  # not in Python itself: suite.py asks for it
    with open(os.path.join(DOCS, name), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def check(name, report, where):
    for e in validator(name).iter_errors(report):
        place = "/".join(map(str, e.absolute_path)) or "the whole"
        raise Failure(f"{where}: not what docs/{name} says: {place}: {e.message[:200]}")


def check_boot_report(report, where):
    check("boot-report.schema.json", report, where)
    for i, r in enumerate(report["runs"]):
        if "report" in r:
            check("report.schema.json", r["report"], f"{where}, run {i + 1}")
