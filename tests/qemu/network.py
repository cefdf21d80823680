# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of its own for the machines of one test: a namespace with a tap device, DHCP and TFTP by
dnsmasq, HTTP by nginx. Nothing leaves it."""

import os
import re
import subprocess
import sys
import time

from machine import TOP, have, run
from suite import Skip, equal
from vm import Failure

INSIDE = "UNBRICK_NETWORK_NAMESPACE"
SERVER = "192.168.77.1"
MAC = "52:54:00:12:34:56"  # of QEMU's first card
NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{ access_log {folder}/access.log; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ application/efi efi; }}
  server {{ listen {server}:80; root {files}; }} }}
"""


def enter():
    """Run this program again in a network namespace; returns only in there, or says why not."""
    if os.environ.get(INSIDE):
        return None
    missing = have("unshare", "ip", "dnsmasq", "nginx")
    if missing:
        return f"not installed: {missing}"
    words = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    probe = subprocess.run(words + ["ip", "tuntap", "add", "tap0", "mode", "tap"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, check=False)
    if probe.returncode:
        return "no network namespace with a tap device here: " + probe.stdout.decode().strip()
    sys.stdout.flush()
    os.execvpe("unshare", words + [sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "1"}))


def of_the_page():
    """docs/network.md's settings of dnsmasq."""
    with open(os.path.join(TOP, "docs", "network.md"), encoding="utf-8") as f:
        return re.search(r"^```conf file unbrick-dnsmasq.conf\n(.*?)^```$", f.read(), re.M | re.S).group(1)


def loaded_by(journey, how, url):
    """/init says where it came from as it was: by which way, of which file, on the machine's one card."""
    with open(journey.log, encoding="utf-8", errors="replace") as f:
        said = re.findall(r"^unbrick: loaded by (\S+) from (\S+), card (\S+) at (\S+?)\r?$", f.read(), re.M)
    if not said:
        raise Failure("where it was loaded from is not said")
    equal("how, and what was loaded", said[0][:2], (how, url))
    equal("the card", said[0][2], MAC)
    if not re.fullmatch(r"0000:00:[01][0-9a-f]\.0", said[0][3]):
        raise Failure(f"where the card is: {said[0][3]}")


class Network:
    """DHCP, TFTP and HTTP of the files in @files: what is offered say @extra, options of dnsmasq, or instead of a range and of
    them @settings, its configuration as docs/network.md has it."""

    def __init__(self, folder, files, extra=(), settings=None):
        self.folder, self.files, self.servers = folder, files, []
        if settings is None:
            self.offers = ["--conf-file=/dev/null", "--port=0", "--interface=tap0", "--bind-dynamic",
                           "--dhcp-range=192.168.77.50,192.168.77.99", "--enable-tftp", f"--tftp-root={files}", *extra]
            return
        config = os.path.join(folder, "dnsmasq.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write(settings.replace("interface=eth0", "interface=tap0").replace("/srv/unbrick", files))
        self.offers = [f"--conf-file={config}"]

    def __enter__(self):
        if not os.environ.get(INSIDE):
            raise Skip("no network namespace")
        run("ip", "link", "set", "lo", "up")
        run("ip", "tuntap", "add", "tap0", "mode", "tap")
        run("ip", "addr", "add", SERVER + "/24", "dev", "tap0")
        run("ip", "link", "set", "tap0", "up")
        self._serve("dnsmasq", "--keep-in-foreground", "--user=root", "--dhcp-authoritative",
                    f"--dhcp-leasefile={self.folder}/leases", "--log-dhcp", f"--log-facility={self.folder}/dnsmasq.log",
                    *self.offers)
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w", encoding="ascii") as f:
            f.write(NGINX.format(folder=self.folder, files=self.files, server=SERVER))
        self._serve("nginx", "-e", f"{self.folder}/nginx.log", "-c", config)
        return self

    def _serve(self, program, *words):
        env = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
        with open(os.path.join(self.folder, program + ".out"), "wb") as out:
            p = subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        self.servers.append(p)
        time.sleep(0.2)
        if p.poll() is not None:
            with open(os.path.join(self.folder, program + ".out"), encoding="utf-8") as f:
                raise Failure(f"{program}: {f.read().strip()[-300:]}")

    def __exit__(self, *_):
        for p in self.servers:
            p.terminate()
            p.wait()
        run("ip", "link", "del", "tap0")

    def card(self):
        """QEMU's words for a network card that the firmware boots from first."""
        return ("-netdev", "tap,id=net0,ifname=tap0,script=no,downscript=no", "-device",
                "virtio-net-pci,netdev=net0,bootindex=1")

    def served(self, word):
        """Was a file asked for? By the servers' own logs."""
        for name in ("access.log", "dnsmasq.log"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    if any(word in line for line in f):
                        return True
        return False


def ipxe_chain(first, script):
    """@first by TFTP to the firmware, @script (a URL) to iPXE."""
    return ["--dhcp-userclass=set:ipxe,iPXE", f"--dhcp-boot=tag:!ipxe,{first}",
            f"--dhcp-boot=tag:ipxe,{script}"]
