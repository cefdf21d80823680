# SPDX-License-Identifier: GPL-3.0-or-later
"""A site as scripts/netboot makes it, with real servers in a network namespace of its own: nothing leaves it, and what
the servers keep below /run and /var is theirs alone (a mount namespace)."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
NETBOOT = os.path.join(TOP, "scripts", "netboot")
INSIDE = "UNBRICK_SITE_NAMESPACE"
ADDRESS, OUTSIDE = "192.168.77.1", "10.99.9.9"  # the server, and a client of another network
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
FILES = ("unbrick.efi", "unbrick.pxe", "bios/grub.cfg", "vmlinuz", "initramfs", "network", "settings.cpio", "shimx64.efi", "grubx64.efi", "grub/grub.cfg")


class Fault(Exception):
    """What a test found wrong, in words."""


def enter(*programs):
    """Run this program again in namespaces of its own; returns only in there, or says why not."""
    if os.environ.get(INSIDE):
        for name in ("/run", "/var/log/nginx", "/var/lib/nginx", "/var/lib/misc"):
            if os.path.isdir(name):
                subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", name], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    missing = [n for n in ("unshare", "ip", "dnsmasq", "nginx", "curl", "openssl", *programs) if not shutil.which(n, path=PATH)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if os.geteuid():
        return "needs root: nginx gives up its rights, and namespaces are made"
    probe = subprocess.run(["unshare", "-nm", "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "asks"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if probe.returncode:
        return "no network namespace here: " + probe.stdout.decode().strip()
    sys.stdout.flush()
    os.execvpe("unshare", ["unshare", "-nm", sys.executable, "-B", *sys.argv], dict(os.environ, PATH=PATH, **{INSIDE: "1"}))


def run(*words, wanted=0, **options):
    r = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                       check=False, **options)
    if wanted is not None and r.returncode != wanted:
        raise Fault(f"{' '.join(map(str, words))[:200]}: {r.returncode} instead of {wanted}: {r.stdout.strip()[-600:]}")
    return r.stdout


def plug(name):
    """An interface of the namespace whose cable ends in the switch that the server's interface is."""
    run("ip", "link", "add", name, "type", "veth", "peer", "name", name + "-port")
    run("ip", "link", "set", name + "-port", "master", "eth0", "up")
    run("ip", "link", "set", name, "up")


def cable():
    """The server's interface eth0, a switch; a cable from it (`asks`); a client's address of another network."""
    run("ip", "link", "add", "eth0", "type", "bridge")
    for words in (["addr", "add", ADDRESS + "/24", "dev", "eth0"], ["link", "set", "eth0", "up"], ["addr", "add", OUTSIDE + "/32", "dev", "lo"], ["addr", "add", "fd77::1/64", "dev", "eth0", "nodad"]):
        run("ip", *words)
    plug("asks")


class Site:
    """A folder with the netboot set (small stand-ins, or @boot: files of a build), its settings, and the servers."""

    def __init__(self, boot=None, name="site"):
        self.keeper = tempfile.TemporaryDirectory(prefix="unbrick-site.")
        self.top, self.servers = os.path.join(self.keeper.name, name), {}
        os.chmod(self.keeper.name, 0o755)
        self.files, self.reports, self.keys, self.out = (os.path.join(self.top, n) for n in ("files", "reports", "keys", "out"))
        for path in (self.files, self.reports, self.keys):
            os.makedirs(path)
        shutil.chown(self.reports, "www-data", "www-data")
        shutil.chown(self.keys, "root", "www-data")
        os.chmod(self.keys, 0o750)
        for n in FILES:
            if boot and os.path.exists(os.path.join(boot, n)):
                os.makedirs(os.path.dirname(os.path.join(self.files, n)), exist_ok=True)
                shutil.copy(os.path.join(boot, n), os.path.join(self.files, n))
            elif not boot:
                self.put(os.path.join(self.files, n), f"stand-in of {n}\n" * 5000)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.keeper.cleanup()

    @staticmethod
    def put(path, text, mode=0o644):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)

    def key(self, key_id, password):
        path = os.path.join(self.keys, key_id)
        self.put(path, password + "\n", 0o640)
        shutil.chown(path, "root", "www-data")

    def write(self, *words, wanted=0, dhcp=("--range", "192.168.77.100-192.168.77.200"), address=ADDRESS + "/24"):
        return run(NETBOOT, "write", self.out, "--interface", "eth0", "--address", address, "--files", self.files, *dhcp, *words,
                   wanted=wanted)

    def check(self, *words, wanted=0):
        return run(NETBOOT, "check", self.out, *words, wanted=wanted)

    def start(self, *names):
        """The generated configuration, as it is."""
        for name in names:
            words = {"dnsmasq": ["dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file=", "--log-facility=-", "--log-dhcp", "--no-ping",
                                 "-C", self.out + "/dnsmasq.conf"],
                     "nginx": ["nginx", "-g", "daemon off;", "-c", self.out + "/nginx.conf"],
                     # as Debian's unit has it: the words of OPTIONS, split at blanks
                     "atftpd": ["sh", "-c", '. "$1"; exec atftpd --daemon --no-fork --logfile /dev/stderr $OPTIONS', "-", self.out + "/atftpd"]}[name]
            with open(os.path.join(self.top, name + ".log"), "ab") as log:
                p = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self.servers[name] = p
            time.sleep(0.4)
            if p.poll() is not None:
                raise Fault(f"{name}: {self.log(name)[-400:]}")

    def log(self, name):
        """What a server said; `access` is what nginx was asked for."""
        path = "/var/log/nginx/unbrick-access.log" if name == "access" else os.path.join(self.top, name + ".log")
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().strip()

    def stop(self, *names):
        for name in names or list(self.servers):
            p = self.servers.pop(name)
            p.terminate()
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()

    def curl(self, path, *words, scheme="https"):
        """(status, body)."""
        ca = ["--cacert", self.out + "/tls/ca.pem"] if scheme == "https" else []
        out = run("curl", "-gsS", "--path-as-is", "--max-time", "20", *ca, "-w", "\n%{http_code}", *words, f"{scheme}://{ADDRESS}{path}")
        body, _, status = out.rpartition("\n")
        return int(status), body


def main(why_not, **cases):
    """Run the cases, or those that the command line names; lines for tests/run."""
    failures = 0
    for name in [n.replace("-", "_") for n in sys.argv[1:]] or list(cases):
        label = name.replace("_", "-")
        if why_not:
            print(f"skip {label}: {why_not}")
            continue
        began = time.monotonic()
        try:
            cases[name]()
            print(f"ok {label} ({time.monotonic() - began:.1f} s)", flush=True)
        except (Fault, OSError, ValueError, KeyError, subprocess.SubprocessError) as e:
            print(f"FAIL {label}: {type(e).__name__}: {e}", flush=True)
            failures += 1
    sys.exit(failures > 0)
