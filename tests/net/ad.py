#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real domain controller of Active Directory (Samba's) for one test: in the network namespace
and the UTS namespace that the caller made, on loopback only.

    unshare -u -m tests/net/ad.py FOLDER ID=KEY...   (as root)

FOLDER gets the domain, ca.pem, and `ready` once LDAPS answers. Each ID=KEY is a recovery
password that the computer PC1 stored as Windows does. UNBRICK_AD="ADDRESS INTERFACE": there
and not on loopback. Accounts, all with the password
"Passw0rd.1": `all` may read recovery passwords, `rows` may see that there are some and not read
them (the confidential attribute's right is missing), `plain` sees nothing. Ends when its standard
input does."""
import os
import pathlib
import select
import socket
import subprocess
import sys
import time
import uuid

PASSWORD = "Passw0rd.1"
CLASS = "ea715d30-8f53-40d0-bd1e-6109186d782c"  # msFVE-RecoveryInformation
ATTRIBUTE = "43061ac1-c8ad-4ccc-b785-2bfac20fc60a"  # msFVE-RecoveryPassword
ADDRESS, INTERFACE = os.environ.get("UNBRICK_AD", "127.0.0.1 lo").split()
THERE = ["--option=bind interfaces only=yes", f"--option=interfaces={INTERFACE}"]


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def provision(top):
    socket.sethostname("dc1")
    run("samba-tool", "domain", "provision", "--realm=CORP.TEST", "--domain=CORP",
        "--server-role=dc", "--dns-backend=NONE", f"--adminpass={PASSWORD}",
        f"--targetdir={top}", f"--host-ip={ADDRESS}", *THERE)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=dc1.corp.test", "-addext", f"subjectAltName=IP:{ADDRESS},DNS:dc1.corp.test",
        "-keyout", f"{top}/key.pem", "-out", f"{top}/ca.pem")
    os.chmod(f"{top}/key.pem", 0o600)


def fill(top, keys):
    """What Windows would have written, and who may read it."""
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    lp = LoadParm()
    lp.load(f"{top}/etc/smb.conf")
    sam = SamDB(url=f"{top}/private/sam.ldb", session_info=system_session(), lp=lp)
    base = str(sam.domain_dn())
    computer = f"CN=PC1,CN=Computers,{base}"
    sam.add({"dn": computer, "objectClass": "computer", "sAMAccountName": "PC1$"})
    for number, (key_id, key) in enumerate(keys):
        guid = uuid.UUID(key_id)
        name = f"2026-11-24T10:20:3{number}-00:00{{{key_id.upper()}}}"
        sam.add({"dn": f"CN={name},{computer}", "objectClass": "msFVE-RecoveryInformation",
                 "msFVE-RecoveryPassword": key, "msFVE-RecoveryGuid": guid.bytes_le})
    for user in ("all", "rows", "plain"):
        sam.newuser(user, PASSWORD)
    for user, rights in (("rows", ["(OA;CIIO;RPLCLORC;;%s;%s)"]),
                         ("all", ["(OA;CIIO;RPLCLORC;;%s;%s)", "(OA;CIIO;CR;%s;%s;%s)"])):
        found = sam.search(base, expression=f"(sAMAccountName={user})", attrs=["objectSid"])
        sid = sam.schema_format_value("objectSID", found[0]["objectSid"][0]).decode()
        for right in rights:
            parts = (CLASS, sid) if right.count("%s") == 2 else (ATTRIBUTE, CLASS, sid)
            run("samba-tool", "dsacl", "set", f"--configfile={top}/etc/smb.conf",
                f"-H{top}/private/sam.ldb", f"--objectdn={base}", f"--sddl={right % parts}")


def answers():
    with socket.socket() as s:
        return s.connect_ex((ADDRESS, 636)) == 0


def main():
    top = pathlib.Path(sys.argv[1]).resolve()
    provision(top)
    fill(top, [text.split("=", 1) for text in sys.argv[2:]])
    with open(top / "samba.log", "wb") as log:
        server = subprocess.Popen(
            ["samba", "-i", "-M", "single", "-s", f"{top}/etc/smb.conf", *THERE,
             "--option=server services=ldap", f"--option=tls keyfile={top}/key.pem",
             f"--option=tls certfile={top}/ca.pem", f"--option=tls cafile={top}/ca.pem"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while not answers():
            if server.poll() is not None or time.monotonic() > end:
                sys.exit(f"ad.py: Samba does not answer: see {top}/samba.log")
            time.sleep(0.1)
        (top / "ready").touch()
        while server.poll() is None:
            if select.select([sys.stdin], [], [], 1)[0] and not sys.stdin.buffer.read1(1):
                break
    finally:
        server.terminate()
        server.wait()


main()
