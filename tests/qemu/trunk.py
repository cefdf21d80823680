# SPDX-License-Identifier: GPL-3.0-or-later
"""The switch's port of one machine, as a trunk (IEEE 802.1Q): without a tag it leads to the site, as the firmware has it, until the
first frame with a tag; from then on only one VLAN leads there. Linux need not know VLANs on the host: tags are taken off and put on here,
between QEMU's datagrams and a tap device of the site's switch."""

import fcntl
import os
import select
import socket
import struct
import subprocess
import threading

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
TAG, IPV4, ARP = b"\x81\x00", b"\x08\x00", b"\x08\x06"
PORTS = 29177, 29178  # ours, QEMU's: on the namespace's own loopback
ROOM = 8 << 20


class Trunk(threading.Thread):
    """@number: the VLAN that leads to the site, whose switch is the interface @switch."""

    def __init__(self, number, switch="eth0", name="trunk"):
        super().__init__(daemon=True)
        self.number = number
        self.site = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.site, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        subprocess.run(["ip", "link", "set", name, "master", switch, "up"], check=True)
        self.machine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.machine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        self.machine.bind(("127.0.0.1", PORTS[0]))
        self.machine.setblocking(False)
        self.restart()

    def restart(self):
        """The machine is switched on: no frame had a tag yet."""
        self.is_tagged, self.asked, self.stray = False, set(), []

    @staticmethod
    def words(mac):
        """QEMU's, for the machine's one card, which the firmware starts from."""
        return ("-netdev", f"socket,id=net0,udp=127.0.0.1:{PORTS[0]},localaddr=127.0.0.1:{PORTS[1]}", "-device",
                f"virtio-net-pci,netdev=net0,bootindex=1,mac={mac},romfile=", "-device", "virtio-rng-pci")

    def run(self):
        while True:
            ready = select.select([self.site, self.machine], [], [])[0]
            try:
                if self.machine in ready:
                    self.to_site(self.machine.recv(65536))
                if self.site in ready:
                    self.to_machine(os.read(self.site, 65536))
            except OSError:
                pass  # the machine is off, or the wire full: the frame is lost, as on a wire

    def to_site(self, frame):
        if frame[12:14] == TAG:
            self.is_tagged = True
            if int.from_bytes(frame[14:16], "big") & 0xFFF != self.number:
                return
            frame = frame[:12] + frame[16:]
            self.note(frame)
        elif self.is_tagged:
            if frame[12:14] in (IPV4, ARP):
                self.stray.append(frame[:64].hex())
            return
        os.write(self.site, frame)

    def note(self, frame):
        """(protocol, port) of what is asked of the site."""
        at = 14 + (frame[14] & 15) * 4
        if frame[12:14] == IPV4 and len(frame) >= at + 4:
            self.asked.add((frame[23], int.from_bytes(frame[at + 2:at + 4], "big")))

    def to_machine(self, frame):
        if self.is_tagged:
            frame = frame[:12] + TAG + struct.pack("!H", self.number) + frame[12:]
        self.machine.sendto(frame, ("127.0.0.1", PORTS[1]))
