#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a DHCP server what it would have a machine start: its own network (a namespace), a tap device for the wire, and the
questions that firmware asks. Prints a line for each question: its name, and the file, option 60 and TFTP server of the offer.
    unshare -n tests/dhcp.py FOLDER dnsmasq|kea CONFIG        CONFIG names the interface eth0
"""
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time

SERVER, CLIENT = "192.168.77.1", "192.168.77.50"
MAC = b"\x52\x54\0\x77\0"
COOKIE = b"\x63\x82\x53\x63"
# name: architecture (RFC 4578, and 16 of its registry), vendor class, user class
QUESTIONS = {
    "bios": (0, "PXEClient:Arch:00000:UNDI:002001", None),
    "uefi": (7, "PXEClient:Arch:00007:UNDI:003000", None),
    "uefi-bc": (9, "PXEClient:Arch:00009:UNDI:003000", None),
    "ipxe": (7, "PXEClient:Arch:00007:UNDI:003010", "iPXE"),
    "http": (16, "HTTPClient:Arch:00016:UNDI:003001", None),
}


def wire():
    """The other end of the server's eth0: a file that gives and takes Ethernet frames."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22s", b"eth0", 0x0002 | 0x1000, b""))  # TUNSETIFF: tap, no header
    for words in (["link", "set", "lo", "up"], ["link", "set", "eth0", "up"],
                  ["addr", "add", SERVER + "/24", "dev", "eth0"]):
        subprocess.run(["ip", *words], check=True)
    # whom a proxy answers: nobody is asked for the address
    subprocess.run(["ip", "neigh", "replace", CLIENT, "lladdr", (MAC + b"\1").hex(":"), "dev", "eth0"], check=True)
    return tap


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def question_frame(number, arch, vendor, user, proxy=False):
    """DHCPDISCOVER as a frame (RFC 2131, 2132), with a wish for an answer by broadcast; @proxy: the second question, to the
    server that offered only files (PXE 2.1), for the first one on its list."""
    mac = MAC + bytes([number])
    options = [(53, b"\3" if proxy else b"\1"), (55, bytes([1, 3, 60, 66, 67, 43])), (60, vendor.encode()), (93, struct.pack("!H", arch)),
               (94, b"\1\3\x10"), (97, b"\0" + bytes(16))]
    if proxy and arch == 0:
        options.append((43, b"\x47\4\x80\0\0\0\xff"))
    if user:
        options.append((77, user.encode()))
    me = socket.inet_aton(CLIENT) if proxy else bytes(4)
    bootp = struct.pack("!4BIHH4s12x", 1, 1, 6, 0, number, 0, 0 if proxy else 0x8000, me) + mac + bytes(10 + 64 + 128) + COOKIE
    bootp += b"".join(bytes([code, len(value)]) + value for code, value in options) + b"\xff"
    bootp = bootp.ljust(300, b"\0")
    udp = struct.pack("!4H", 68, 4011 if proxy else 67, 8 + len(bootp), 0) + bootp
    ip = struct.pack("!2B3H2BH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, me,
                     socket.inet_aton(SERVER) if proxy else b"\xff" * 4)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    to = b"\xff" * 6
    if proxy:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:  # SIOCGIFHWADDR
            to = fcntl.ioctl(s, 0x8927, struct.pack("16s24x", b"eth0"))[18:24]
    return to + mac + b"\x08\0" + ip + udp


def offer(frame, number):
    """(file, option 60, TFTP server) of a frame that answers this question, or None."""
    if len(frame) < 282 or frame[12:14] != b"\x08\0" or frame[23] != 17:
        return None
    bootp = frame[14 + (frame[14] & 15) * 4 + 8:]
    if bootp[0] != 2 or struct.unpack("!I", bootp[4:8])[0] != number:
        return None
    options, at = {}, 240
    while at + 1 < len(bootp) and bootp[at] != 255:
        if bootp[at]:
            options[bootp[at]] = bootp[at + 2:at + 2 + bootp[at + 1]]
            at += 1 + bootp[at + 1]
        at += 1
    name = options.get(67, b"").rstrip(b"\0") or bootp[108:236].split(b"\0")[0]
    return name.decode(), options.get(60, b"-").decode(), socket.inet_ntoa(bootp[20:24])


def ask(tap, number, question, proxy=False):
    """The first offer to a question that is asked once a second, for 3 s; a server takes its time to start."""
    until, again = time.monotonic() + 3, 0
    while time.monotonic() < until:
        if time.monotonic() >= again:
            os.write(tap, question_frame(number, *question, proxy))
            again = time.monotonic() + 1
        try:
            answer = offer(os.read(tap, 2048), number)
        except BlockingIOError:
            time.sleep(0.01)
            continue
        if answer:
            return answer
    return "no answer", "-", "-"


def server(folder, program, config):
    """Start it. Its configuration is as the page has it, but for folders that are not here."""
    with open(config, encoding="utf-8") as f:
        text = f.read()
    env = dict(os.environ, KEA_PIDFILE_DIR=folder, KEA_LOCKFILE_DIR="none")
    if program == "kea":
        settings = json.loads(text)
        settings["Dhcp4"]["lease-database"]["persist"] = False
        text = json.dumps(settings)
        words = ["kea-dhcp4", "-c"]
    else:
        text = text.replace("/srv/unbrick", folder)
        words = ["dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file=", "--log-facility=-", "--no-ping",
                 f"--dhcp-leasefile={folder}/leases", "-C"]
    used = os.path.join(folder, "used.conf")
    with open(used, "w", encoding="utf-8") as f:
        f.write(text)
    out = open(os.path.join(folder, "server.log"), "wb")  # pylint: disable=consider-using-with
    return subprocess.Popen([*words, used], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)


def main():
    folder, program, config = sys.argv[1:]
    tap = wire()
    running = server(folder, program, config)
    try:
        for number, (name, question) in enumerate(QUESTIONS.items(), 1):
            answer = ask(tap, number, question)
            if answer[0] == "" and answer[1] == "PXEClient":
                answer = ask(tap, number, question, proxy=True)
            print(name, *answer)
    finally:
        running.terminate()
        running.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
