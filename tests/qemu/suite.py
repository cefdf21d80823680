# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check-* programs share: cases, and the lines that tests/run counts."""

import importlib.util
import os
import sys
import tempfile
import time
import traceback

from machine import BOOTMGFW, have
from vm import MEDIA, Failure

NEEDED = ("qemu-system-x86_64", "mcopy", "tsk_recover", "ntfsls")


class Skip(Exception):
    """Why a case cannot be run here."""


def ok(name):
    print(f"ok {name}", flush=True)


def equal(name, value, wanted):
    if value != wanted:
        raise Failure(f"{name}: '{value}' instead of '{wanted}'")


def need_image():
    for path in (os.path.join(MEDIA, "unbrick.efi"), os.path.join(MEDIA, "unbrick-usb.img"), BOOTMGFW):
        if not os.path.exists(path):
            raise Failure(f"{path} is not there: 'make image' and 'make check-qemu' build it")


def one(name, case):
    began = time.monotonic()
    try:
        missing = have(*NEEDED) or (None if importlib.util.find_spec("jsonschema") else "python3-jsonschema")
        if missing:
            raise Skip(f"not installed: {missing}")
        with tempfile.TemporaryDirectory(prefix="unbrick-qemu.") as work:
            case(work)
    except Skip as e:
        print(f"skip {name}: {e}", flush=True)
        return 0
    except Failure as e:
        print(f"FAIL {name}: {e}", flush=True)
        return 1
    except Exception as e:  # a bug of the test: it counts, and the next case is run
        traceback.print_exc()
        print(f"FAIL {name}: {type(e).__name__}: {e}", flush=True)
        return 1
    print(f"# {name}: {time.monotonic() - began:.0f} s", flush=True)
    return 0


def main(**cases):
    """Run the cases, or those that the command line names. A case gets an empty folder."""
    sys.stdout.reconfigure(line_buffering=True)
    wanted = sys.argv[1:] or os.environ.get("CASES", "").split() or list(cases)
    failures = sum(one(n.replace("_", "-"), cases[n.replace("-", "_")]) for n in wanted)
    sys.exit(1 if failures else 0)
