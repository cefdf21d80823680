# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed parts for the Secure Boot tests: two keys that have nothing to do with each other, the fake
Microsoft's for the fake Windows Boot Manager, and ours for unbrick.efi."""

import os

from journey import Journey
from machine import BOOTMGFW, CACHE, TOP, OwnKey, TestKey, run, sha256_file
from pe import content, sections
from vm import BUILD, MEDIA

RULE = """[rule]
id = example-sensor
title = Example Sensor 2.0.1.7 of 2026-11-20
kind = bad-file
action = quarantine
confidence = confirmed
reference = none

[file]
path = %WINDIR%\\System32\\drivers\\ExampleSensor.sys

[bad]
version = 2.0.1.7
"""
PARTS = ("sbat", "osrel", "uname", "cmdline", "conf", "rulekey", "initrd", "linux")


class RuleKey:
    """An Ed25519 key that signs rules, made as docs/rules.md says."""

    def __init__(self, folder, name="rules"):
        self.private, self.public = (os.path.join(folder, f"{name}.{kind}") for kind in ("key", "pub"))
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", self.private)
        run("openssl", "pkey", "-in", self.private, "-pubout", "-out", self.public)

    def sign(self, text):
        path = self.private + ".text"
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.private, "-in", path)


def repacked(work, **others):
    """unbrick.efi as `make image` makes it where it is asked for something else: the same parts, but for @others."""
    with open(os.path.join(BUILD, "unbrick.efi"), "rb") as f:
        raw = f.read()
    there, words = [s.name for s in sections(raw)], []
    for part in PARTS:
        path = others.get(part, os.path.join(work, "part." + part))
        if part not in others and "." + part in there:
            with open(path, "wb") as f:
                f.write(content(raw, "." + part))
        if os.path.exists(path):
            words += ["--" + part, path]
    target = os.path.join(work, "unbrick.repacked")
    run(f"{TOP}/efi/pack", os.path.join(BUILD, "efi", "stub.efi"), target, *words)
    return target


class Signed:
    def __init__(self, work, rule_key=None):
        self.microsoft, self.ours = TestKey(work), OwnKey(work)
        self.loader = self._loader()
        self.application = self.ours.sign(os.path.join(MEDIA, "unbrick.efi"), os.path.join(work, "unbrick.signed"))
        if rule_key:  # as who has downloaded it puts a key of his own into it
            pair = [os.path.join(self.ours.folder, "unbrick." + kind) for kind in ("key", "pem")]
            run(f"{TOP}/scripts/rekey", self.application, self.application, "--rule-key", rule_key.public,
                "--key", pair[0], "--cert", pair[1])

    def _loader(self):
        """Signed once: each signature has its time in it, and a disk is kept for each loader."""
        path = os.path.join(CACHE, f"bootmgfw-{sha256_file(BOOTMGFW)[:16]}.signed")
        if not os.path.exists(path):
            os.makedirs(CACHE, exist_ok=True)
            os.rename(self.microsoft.sign(BOOTMGFW, f"{path}.{os.getpid()}"), path)
        return path

    def journey(self, name, work, **options):
        """A machine with the fake Microsoft's key, and ours, in db; the stick's first file is ours."""
        j = Journey(name, work, kind="own", key=self.ours, loader=self.loader, **options)
        if j.stick:
            j.stick.application_first(self.application)
        return j
