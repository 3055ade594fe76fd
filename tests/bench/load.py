#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the running server bears its load: one line a figure, `bench load_NAME: key=value…`.

start   a landscape of 100 IdPs and 500 agreements: from the start of the process to the first token
idle    memory of that server when it has nothing to do
alone   one busy client that calls laes: latency as the client sees it
crowd   the same beside 5,000 connections that are kept and say nothing, and 200 clients that drip
        their request a byte at a time

Usage: tests/bench/load.py FOLDER    made anew; FOLDER/pki is used if it is there
"""

import base64
import datetime
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
for place in ("tools", "tests/peers", "tests/peers/zeep"):
    sys.path.insert(0, str(ROOT / place))
import fagsystem  # noqa: E402
import landscape  # noqa: E402
import orgdata  # noqa: E402

IDPS, AGREEMENTS = 100, 500
IDLE, SLOW, CALLS = 5000, 200, 1500
PATH = "/organisation/organisationenhed/6"
ACTION = "http://kombit.dk/sts/organisation/organisationenhed/laes"
UNIT = orgdata.made_uuid("load")


def say(name, **figures):
    print(f"bench load_{name}:", " ".join(f"{k}={v}" for k, v in figures.items()), flush=True)


def memory_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("no VmRSS")


def memory_parts_mb(pid):
    """What is resident, by what it is: the heap with its arenas and stacks, files, the journal's index."""
    parts = {"heap_mb": 0, "files_mb": 0, "index_mb": 0}
    part = None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        mapping = re.fullmatch(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)", line)
        if mapping:
            name = mapping.group(1)
            part = "index_mb" if name.endswith("-shm") else "files_mb" if name.startswith("/") else "heap_mb"
        elif line.startswith("Rss:"):
            parts[part] += int(line.split()[1])
    return {name: round(kb / 1024, 1) for name, kb in parts.items()}


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- a landscape of many ---

def certificate(name):
    """Self-signed, as an AD FS makes it; in base64."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=365))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256()))
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def metadata_of(template, cvr):
    name = f"https://idp.k{cvr}.example"
    text = template.replace("https://idp.korsbaek.example", name)
    return re.sub(r"(<(?:\w+:)?X509Certificate>)[^<]*", r"\g<1>" + certificate(f"IdP {cvr}"), text)


def known(land):
    """A hundred municipalities with an IdP each, and what four systems may do for them."""
    systems = ("KY", "KSD", "SAPA", "ESDH")
    # uploaded metadata may be unsigned; a copy for another entity cannot keep the signature
    metadata = re.sub(r"<(\w+:)?Signature\b.*</(\w+:)?Signature>", "",
                      (land.folder / "idp-metadata.xml").read_text(), flags=re.DOTALL)
    cvr = [str(50000000 + i) for i in range(AGREEMENTS // len(systems))]
    role = "http://stoettesystemerne.dk/roles/servicesystemrole/"
    limits = [{"type": f"http://stoettesystemerne.dk/constraints/{x}/1", "vaerdier": ["Ja"]}
              for x in ("secpr-nummer", "senavn")]
    return {
        "myndigheder": [{"cvr": c, "navn": f"Kommune {c}", "type": "kommune",
                         "rolledomaene": f"k{c}.example"} for c in cvr],
        "idps": [{"id": f"https://idp.k{c}.example", "navn": f"IdP {c}", "ejer": c,
                  "oiosamlProfil": "OIOSAML3", "nsisNiveau": "Substantial", "kontekster": [c],
                  "metadata": {"xml": metadata_of(metadata, c)}}
                 for c in cvr[:IDPS]],
        "aftaler": [{"id": f"{s.lower()}-{c}", "navn": f"{s} for {c}", "type": "uden_videregivelse",
                     "begrundelse": "Maaling", "anvendersystem": s, "dataejer": c,
                     "linjer": [{"service": landscape.ORGANISATION,
                                 "roller": [role + "udstil/1", role + "rediger/1"],
                                 "dataafgraensninger": limits}]}
                    for c in cvr for s in systems],
    }


def start(land):
    """The time to the first token, in ms, and its client."""
    ky = fagsystem.Fagsystem(land, "KY")
    begin = time.monotonic()
    land._start("serve", "serve")
    while True:
        try:
            ky.token(landscape.ORGANISATION, "50000007")
            return (time.monotonic() - begin) * 1000
        except OSError:
            time.sleep(0.002)


# --- the busy one: a process of its own, all messages signed ahead ---

def busy(land, count):
    ky = fagsystem.Fagsystem(land, "KY")
    token = ky.token(landscape.ORGANISATION, "11111111")
    body = orgdata.laes("OrganisationEnhed", UNIT)
    messages = [ky.message(token, ACTION, PATH, body) for _ in range(count)]
    took = []
    for message, message_id in messages:
        begin = time.perf_counter()
        status, answer = ky.wire.post(PATH, message)
        took.append(time.perf_counter() - begin)
        if len(took) % 100 == 1:
            ky.judge(status, answer, message_id)
        elif status != 200:
            raise RuntimeError(answer)
    took.sort()
    print(json.dumps({"p50_us": int(took[len(took) // 2] * 1e6),
                      "p99_us": int(took[len(took) * 99 // 100] * 1e6),
                      "max_us": int(took[-1] * 1e6)}))


def run_busy(land):
    done = subprocess.run([sys.executable, __file__, "--busy", land.folder, str(CALLS)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise landscape.Failed(done.stderr)
    return json.loads(done.stdout)


# --- the crowd ---

def ask(t):
    """A small request on a connection; its whole answer is read."""
    t.sendall(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b")\n"):
        more = t.recv(4096)
        if not more:
            raise OSError("closed")
        answer += more
    if not answer.startswith(b"HTTP/1.1 404"):
        raise OSError(answer)


class Crowd:
    """Connections that are made once and kept. Each comes from an address of its own group."""

    def __init__(self, land):
        self.land = land
        self.context = land.tls()
        self.kept, self.slow = [], []
        self.failed = 0
        self.is_over = threading.Event()

    def connect(self, number):
        s = socket.socket()
        s.bind((f"127.0.1.{1 + number % 200}", 0))
        s.settimeout(60)
        s.connect(("127.0.0.1", self.land.ports["system"]))
        return self.context.wrap_socket(s, server_hostname="localhost")

    def keep(self, numbers):
        for n in numbers:
            try:
                t = self.connect(n)
                ask(t)
                self.kept.append(t)
            except OSError:
                self.failed += 1

    def gather(self):
        workers = [threading.Thread(target=self.keep, args=(range(i, IDLE, 8),)) for i in range(8)]
        for w in workers:
            w.start()
        for w in workers:
            w.join()
        for n in range(SLOW):
            t = self.connect(n)
            t.sendall(b"POST /organisation/organisationenhed/6 HTTP/1.1\r\nHost: localhost\r\n"
                      b"Content-Type: application/soap+xml\r\nContent-Length: 20000\r\n\r\n")
            self.slow.append(t)
        self.dripping = threading.Thread(target=self.drip)
        self.dripping.start()

    def drip(self):
        while not self.is_over.wait(1.0):
            for t in self.slow:
                t.sendall(b"<")

    def alive(self):
        """A hundredth of the kept ones, each of which must still answer."""
        sample = self.kept[::100]
        for t in sample:
            ask(t)
        return len(sample)

    def leave(self):
        self.is_over.set()
        self.dripping.join()
        for t in (*self.kept, *self.slow):
            t.close()


def measure(land):
    pid = land.processes["serve"].pid
    ky = fagsystem.Fagsystem(land, "KY")
    token = ky.token(landscape.ORGANISATION, "11111111")
    ky.call(token, ACTION.replace("laes", "importer"), PATH, orgdata.importer_unit(
        UNIT, "Enhed", orgdata.made_uuid("o"), None, "2024-01-01T00:00:00+01:00"))
    run_busy(land)  # warm
    alone = run_busy(land)
    say("alone", **alone, rss_mb=memory_mb(pid))
    before_mb, before_s, begin = memory_mb(pid), cpu_s(pid), time.monotonic()
    crowd = Crowd(land)
    try:
        crowd.gather()
        gathered = time.monotonic() - begin
        say("gather", connections=len(crowd.kept) + len(crowd.slow), failed=crowd.failed,
            seconds=f"{gathered:.1f}", server_cpu_s=f"{cpu_s(pid) - before_s:.1f}")
        crowded = run_busy(land)
        grown = memory_mb(pid) - before_mb
        say("crowd", **crowded, rss_mb=memory_mb(pid),
            kb_per_connection=grown * 1024 // max(1, len(crowd.kept)), still_answer=crowd.alive())
    finally:
        crowd.leave()


def main(folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 2 * IDLE:
        print(f"load: only {hard} files may be open", file=sys.stderr)
    # all of them come from one address, which gets half
    land = landscape.Landscape(folder, landscape.build_dir() / "sluse", leaf_bits=2048,
                               connections=20000,
                               log_level="error")
    for old in land.folder.glob("sluse.db*"):
        old.unlink()
    land.prepare()
    with open(land.config, "a", encoding="utf-8") as f:
        f.write('idle_timeout = "30min";\n')
    many = land.folder / "many.json"
    many.write_text(json.dumps(known(land)))
    land.apply(many)
    with land:
        say("start", to_token_ms=int(start(land)), idps=IDPS, agreements=AGREEMENTS)
        time.sleep(1)
        say("idle", rss_mb=memory_mb(land.processes["serve"].pid))
        measure(land)
        land.stop("serve", how=signal.SIGTERM)


if __name__ == "__main__":
    if sys.argv[1] == "--busy":
        there = landscape.Landscape(sys.argv[2], landscape.build_dir() / "sluse", leaf_bits=2048)
        text = (there.folder / "sluse.conf").read_text()
        there.ports["system"] = int(text.split('system = "127.0.0.1:', 1)[1].split('"')[0])
        busy(there, int(sys.argv[3]))
    else:
        try:
            main(sys.argv[1])
        except landscape.Failed as why:
            sys.exit(str(why))
