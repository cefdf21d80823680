# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures as Windows and makers of drivers have them: certificates and keys by OpenSSL's program, the rest written here.
Sources: Microsoft, "Windows Authenticode Portable Executable Signature Format"; RFC 2315 and 5652."""

import hashlib
import os
import ssl
import struct
import subprocess

import winpe

CODE, WINDOWS, TESTED, EXTENDED = "1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.10.3.6", "1.3.6.1.4.1.311.10.3.5", "1.3.6.1.4.1.311.10.3.39"
STAMPS = "1.3.6.1.5.5.7.3.8"
INDIRECT, CTL = "1.3.6.1.4.1.311.2.1.4", "1.3.6.1.4.1.311.10.1"
DIGESTS = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}


# ---- DER ----

def tlv(tag, *inside):
    data = b"".join(inside)
    n = len(data)
    size = bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else b"\x82" + struct.pack(">H", n)
    assert n < 0x10000
    return bytes([tag]) + size + data


def seq(*inside):
    return tlv(0x30, *inside)


def octets(data):
    return tlv(4, data)


def set_of(*inside):
    return tlv(0x31, *sorted(inside))


def oid(text):
    a, b, *rest = map(int, text.split("."))
    out = b""
    for n in (40 * a + b, *rest):
        part = bytes([n & 0x7F])
        while n := n >> 7:
            part = bytes([0x80 | n & 0x7F]) + part
        out += part
    return tlv(6, out)


def head(der, at=0):
    """Of the element there: where its content begins, and how long that is"""
    n = der[at + 1]
    if n < 0x80:
        return at + 2, n
    return at + 2 + (n & 0x7F), int.from_bytes(der[at + 2:at + 2 + (n & 0x7F)], "big")


def parts(der):
    """The elements inside of the first one, each with its header"""
    at, n = head(der)
    end, out = at + n, []
    while at < end:
        inside, n = head(der, at)
        out.append(der[at:inside + n])
        at = inside + n
    return out


# ---- certificates ----

class Certificate:
    """Made in @folder. @use: purposes (OIDs); @more: lines of its extensions; @issuer None: by itself"""

    def __init__(self, folder, name, issuer=None, use=(), is_ca=True, more=("keyUsage=digitalSignature,keyCertSign,cRLSign",), days=3000):
        self.name, self.pem, self.key = name, f"{folder}/{name.replace(' ', '-')}.pem", f"{folder}/{name.replace(' ', '-')}.key"
        lines = ["basicConstraints=" + ("critical,CA:TRUE" if is_ca else "CA:FALSE"), *(more if is_ca else ())]
        if use:
            lines.append("extendedKeyUsage=" + ",".join(use))
        with open(self.pem + ".ext", "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-subj", "/CN=" + name,
                        "-out", self.pem + ".csr"], check=True, capture_output=True)
        who = ["-CA", issuer.pem, "-CAkey", issuer.key] if issuer else ["-signkey", self.key]
        subprocess.run(["openssl", "x509", "-req", "-in", self.pem + ".csr", *who, "-sha256", "-days", str(days), "-set_serial",
                        str(int.from_bytes(os.urandom(6), "big")), "-extfile", self.pem + ".ext", "-out", self.pem], check=True, capture_output=True)
        with open(self.pem, encoding="ascii") as f:
            self.der = ssl.PEM_cert_to_DER_cert(f.read())

    def signs(self, data, digest):
        return subprocess.run(["openssl", "dgst", "-" + digest, "-sign", self.key], input=data, check=True, capture_output=True).stdout


# ---- signatures ----

def signed(kind, content, signer, more=(), digest="sha256", nested=(), stamp=None):
    """PKCS #7 over @content, whose header nobody signs; @more certificates beside the signer's; @nested second signatures;
    @stamp (authority, time): when"""
    fields = parts(parts(signer.der)[0])
    serial, issuer = fields[1], fields[3]
    inner = content[head(content)[0]:]
    kinds = seq(oid(DIGESTS[digest]), b"\x05\0")
    attributes = sorted([
        seq(oid("1.2.840.113549.1.9.3"), set_of(oid(kind))),
        seq(oid("1.2.840.113549.1.9.4"), set_of(octets(hashlib.new(digest, inner).digest()))),
        seq(oid("1.3.6.1.4.1.311.2.1.12"), set_of(seq()))])
    raw = signer.signs(tlv(0x31, *attributes), digest)
    info = [b"\2\1\1", seq(issuer, serial), kinds, tlv(0xA0, *attributes), seq(oid("1.2.840.113549.1.1.1"), b"\x05\0"), octets(raw)]
    beside = [seq(oid("1.3.6.1.4.1.311.2.4.1"), set_of(*nested))] if nested else []
    if stamp:
        beside.append(seq(oid("1.3.6.1.4.1.311.3.3.1"), set_of(stamped(raw, *stamp))))
    if beside:
        info.append(tlv(0xA1, *beside))
    data = seq(b"\2\1\1", tlv(0x31, kinds), seq(oid(kind), tlv(0xA0, content)), tlv(0xA0, signer.der, *(c.der for c in more)), tlv(0x31, seq(*info)))
    return seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, data))


CLOCK_NUMBER = b"\2\1\7\x18"  # a stamp's serial number, before its time


def stamped(signature, authority, when):
    """RFC 3161: that this signature was there at that time ("20250601120000Z")"""
    imprint = seq(seq(oid(DIGESTS["sha256"]), b"\x05\0"), octets(hashlib.sha256(signature).digest()))
    said = seq(b"\2\1\1", oid("1.3.6.1.4.1.601.10.3.1"), imprint, CLOCK_NUMBER[:3], tlv(0x18, when.encode()))
    return signed("1.2.840.113549.1.9.16.1.4", octets(said), authority)


def indirect(digest, pages=b""):
    """Of a program: its digest, and those of its pages beside it"""
    moniker = tlv(0x31, seq(oid("1.3.6.1.4.1.311.2.3.2"), tlv(0x31, octets(pages or bytes(36)))))
    link = tlv(0xA1, octets(bytes.fromhex("a6b586d5b4a12466ae05a217da8e60d6")), octets(moniker))
    kind = DIGESTS["sha256" if len(digest) == 32 else "sha1"]
    return seq(seq(oid("1.3.6.1.4.1.311.2.1.15"), seq(b"\3\1\0", tlv(0xA0, link))), seq(seq(oid(kind), b"\x05\0"), octets(digest)))


def catalogue(digests):
    """The content of one that lists these files"""
    members = [seq(octets(d), set_of(seq(oid("1.3.6.1.4.1.311.12.2.3"), set_of(b"\x05\0")), seq(oid(INDIRECT), set_of(indirect(d))))) for d in digests]
    return seq(seq(oid("1.3.6.1.4.1.311.12.1.1")), octets(os.urandom(16)), tlv(0x17, b"240101000000Z"), seq(oid("1.3.6.1.4.1.311.12.1.3")), seq(*members))


# ---- programs ----

def places(data):
    """Of its checksum, of its directory's entry of a signature"""
    at = struct.unpack_from("<I", data, 60)[0] + 24
    is_32 = struct.unpack_from("<H", data, at)[0] == 0x10B
    return at + 64, at + (96 if is_32 else 112) + 32


def digest_of(data):
    """Authenticode's, of a program that is not signed"""
    checksum, entry = places(data)
    return hashlib.sha256(data[:checksum] + data[checksum + 4:entry] + data[entry + 8:]).digest()


def pages_of(data, size=4096):
    """Digests of its headers and of each page of its sections, each filled up with zeros; where they end"""
    checksum, entry = places(data)
    at = struct.unpack_from("<I", data, 60)[0]
    sections, = struct.unpack_from("<H", data, at + 6)
    table = at + 24 + struct.unpack_from("<H", data, at + 20)[0]
    headers, = struct.unpack_from("<I", data, at + 24 + 60)
    head = data[:checksum] + data[checksum + 4:entry] + data[entry + 8:headers]
    out, end = struct.pack("<I", 0) + hashlib.sha256(head + bytes(size - headers)).digest(), 0
    for i in range(sections):
        n, begin = struct.unpack_from("<II", data, table + 40 * i + 16)
        for page in range(begin, begin + n, size):
            part = data[page:min(page + size, begin + n)]
            out += struct.pack("<I", page) + hashlib.sha256(part + bytes(size - len(part))).digest()
        end = begin + n
    return out + struct.pack("<I", end) + bytes(32)


def with_signature(data, der):
    checksum, entry = places(data)
    der += bytes(-len(der) % 8)
    out = bytearray(data + struct.pack("<IHH", len(der) + 8, 0x200, 2) + der)
    struct.pack_into("<II", out, entry, len(data), len(der) + 8)
    struct.pack_into("<I", out, checksum, winpe.checksum(bytes(out)))
    return bytes(out)


def sign(data, signer, more=(), digest=None, **keys):
    """The program, signed over its digest, or over another one"""
    return with_signature(data, signed(INDIRECT, indirect(digest or digest_of(data), pages_of(data)), signer, more, **keys))
