#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo landscape: a development PKI, a configuration, what is known, and the running programs.

Used by tools/demo and by the tests; needs Python's standard library alone. Everything lies in one
folder and is made again only where it is missing.
"""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

HUB = "https://saml.adgangsstyring.sluse.localhost/runtime"
ORGANISATION = "http://stoettesystemerne.dk/service/organisation/3"
STS_PATH = "/runtime/services/kombittrust/14/certificatemixed"
DEMO_PORTS = {"system": 8443, "browser": 8444, "idp": 8445, "operations": 9443}


class Failed(Exception):
    """Something did not come up; the text says what and where to look."""


def free_ports():
    """Four ports that nobody listens on now."""
    held = {}
    with contextlib.ExitStack() as stack:
        for name in DEMO_PORTS:
            s = stack.enter_context(socket.socket())
            s.bind(("127.0.0.1", 0))
            held[name] = s.getsockname()[1]
    return held


CONFIG = """\
# Made by tools/landscape.py for development; see sluse.conf(5).
environment = "development";
database = "sluse.db";
wsdl_dir = "{root}/wsdl";
clock_shift = {clock_shift};
connections = {connections};
listen: {{
    system = "127.0.0.1:{system}";
    browser = "127.0.0.1:{browser}";
    operations = "127.0.0.1:{operations}";
}};
tls: {{
    cert = "pki/tls/rsa/cert.pem";  key = "pki/tls/rsa/key.pem";
    cert_ec = "pki/tls/ec/cert.pem"; key_ec = "pki/tls/ec/key.pem";
}};
url: {{ system = "https://localhost:{system}"; browser = "https://localhost:{browser}"; }};
trust: {{ anchors = "pki/anchors.pem"; intermediates = "pki/intermediates.pem"; {trust} }};
sts: {{
    entity_id = "{hub}"; on_behalf_of = {on_behalf_of};
    cert = "pki/platform/adgangsstyring/cert.pem"; key = "pki/platform/adgangsstyring/key.pem";
}};
service: {{ cert = "pki/platform/organisation/cert.pem"; key = "pki/platform/organisation/key.pem"; }};
hub: {{
    entity_id = "{hub}"; organisation = "Sluse (udvikling)";
    cert = "pki/saml/hub/cert.pem"; key = "pki/saml/hub/key.pem";
}};
hvem: {{
    entity_id = "https://hvem.sluse.example";
    cert = "pki/saml/hvem/cert.pem"; key = "pki/saml/hvem/key.pem";
}};
idp: {{
    entity_id = "https://idp.korsbaek.example";
    cert = "pki/saml/idp/cert.pem"; key = "pki/saml/idp/key.pem";
    users = "{root}/policies/demo/idp-users.json";
}};
registry: {{ operator = "44444444"; fysiskslet = true; }};
log: {{ level = "{log_level}"; }};
"""


def exchanges():
    """Where this run keeps its SOAP exchanges for the suite that judges them all; or None."""
    folder = os.environ.get("SLUSE_EXCHANGES")
    return pathlib.Path(folder) / f"{os.getpid()}.jsonl" if folder else None


_recording = threading.Lock()


def record(url, status, request, answer):
    """The line that `sluse call --record` writes too."""
    to = exchanges()
    if to:
        line = json.dumps({"url": url, "status": status, "request": request, "answer": answer})
        with _recording, open(to, "a", encoding="utf-8") as f:
            f.write(line + "\n")


class Landscape:
    """One folder, one server, one test IdP."""

    def __init__(self, folder, binary, ports=None, leaf_bits=3072, **options):
        self.folder = pathlib.Path(folder).resolve()
        self.binary = pathlib.Path(binary).resolve()
        self.ports = ports or free_ports()
        self.leaf_bits = leaf_bits
        self.options = {"clock_shift": 0, "connections": 10000, "log_level": "info",
                        "trust": 'crls = "pki/crls.pem"; fetch = "none";', "on_behalf_of": "false", **options}
        self.processes = {}
        self.config = self.folder / "sluse.conf"
        self.pki = self.folder / "pki"
        self.pki_url = None  # where certificates say that lists and the responder are

    # --- set-up ---

    def sluse(self, *arguments, check=True, stdin=None, **kwargs):
        """Runs a subcommand; returns the finished process with its output as text."""
        done = subprocess.run(
            [self.binary, "--config", self.config, *map(str, arguments)],
            input=stdin, capture_output=True, text=True, check=False, **kwargs)
        if check and done.returncode != 0:
            raise Failed(f"sluse {arguments[0]} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
        return done

    def make_pki(self):
        said = subprocess.run(
            ["bash", ROOT / "certs" / "dev-pki", "--leaf-bits", str(self.leaf_bits),
             *(["--url", self.pki_url] if self.pki_url else []), self.pki],
            capture_output=True, text=True, check=False)
        if said.returncode != 0:
            raise Failed(f"certs/dev-pki failed:\n{said.stderr}{said.stdout}")

    def write_config(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(root=ROOT, hub=HUB, **self.ports, **self.options)
        if not self.config.exists() or self.config.read_text() != text:
            self.config.write_text(text)

    def make_metadata(self):
        """Of the test IdP and of the system at /hvem: files that the policies name."""
        self.sluse("idp", "--listen", f"127.0.0.1:{self.ports['idp']}", "--metadata",
                   self.folder / "idp-metadata.xml")
        self.sluse("idp", "--hvem-metadata", self.folder / "hvem-metadata.xml")

    def apply(self, *files):
        """Makes the demo landscape known, or the given files."""
        policies = self.folder / "policies"
        if not files:
            policies.mkdir(exist_ok=True)
            for f in sorted((ROOT / "policies" / "demo").glob("*")):
                shutil.copy(f, policies / f.name)
            files = sorted(policies.glob("*.conf"))
        return self.sluse("apply", *files)

    def prepare(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_config()
        self.make_pki()
        self.make_metadata()
        self.apply()

    # --- running ---

    def _start(self, name, *arguments):
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(
            [self.binary, "--config", self.config, *map(str, arguments)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()

    def _await(self, name, ready, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.processes[name].poll() is not None:
                tail = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
                raise Failed(f"{name} ended with {self.processes[name].returncode}:\n{tail}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ready():
                    return
            time.sleep(0.02)
        raise Failed(f"{name} did not come up in {seconds} s; see {self.folder / (name + '.log')}")

    def operations(self, path):
        """GET on the operations listener: status and text."""
        c = http.client.HTTPConnection("127.0.0.1", self.ports["operations"], timeout=10)
        try:
            c.request("GET", path)
            r = c.getresponse()
            return r.status, r.read().decode()
        finally:
            c.close()

    def _is_listening(self, name):
        with socket.create_connection(("127.0.0.1", self.ports[name]), timeout=5):
            return True

    def _is_up(self):
        """Ready, but for what is known: that may be applied while it runs."""
        checks = json.loads(self.operations("/readyz")[1])["checks"]
        return all(c["ok"] for c in checks if c["name"] != "known")

    def start_server(self):
        self._start("serve", "serve")
        self._await("serve", self._is_up)

    def start_idp(self):
        self._start("idp", "idp", "--listen", f"127.0.0.1:{self.ports['idp']}")
        self._await("idp", lambda: self._is_listening("idp"))

    def start(self):
        self.start_server()
        self.start_idp()

    def stop(self, name=None, how=signal.SIGTERM, seconds=40):
        """Ends one program, or all; returns the last exit code."""
        code = None
        for n in [name] if name else list(self.processes):
            p = self.processes.pop(n, None)
            if p is None:
                continue
            if p.poll() is None:
                p.send_signal(how)
            code = p.wait(timeout=seconds)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- playing a fagsystem ---

    @property
    def sts_url(self):
        return f"https://localhost:{self.ports['system']}{STS_PATH}"

    def service_url(self, path):
        return f"https://localhost:{self.ports['system']}{path}"

    def key_of(self, system):
        folder = self.pki / "systems" / system
        if not folder.exists():
            folder = self.pki / "odd" / system
        return ["--cert", folder / "cert.pem", "--key", folder / "key.pem"]

    def client_flags(self, system, url, peer):
        to = exchanges()
        return [*self.key_of(system), "--url", url, "--ca", self.pki / "tls-ca.pem",
                "--peer-cert", self.pki / "platform" / peer / "cert.pem",
                *(["--record", to] if to else [])]

    def token(self, system, cvr, service=ORGANISATION, out=None, check=True, more=()):
        """Asks for a token; returns the file it is in and the finished process."""
        out = out or self.folder / f"token-{system}-{cvr}.xml"
        done = self.sluse("token", *self.client_flags(system, self.sts_url, "adgangsstyring"), *more,
                          "-o", out, service, cvr, check=check)
        return out, done

    def call(self, system, token, service, operation, body, path=None, check=True, more=()):
        """Calls a service with a body as text; returns the finished process (answer in stdout)."""
        path = path or f"/organisation/{service.lower()}/6"
        return self.sluse("call", *self.client_flags(system, self.service_url(path), "organisation"),
                          "--token", token, *more, service, operation, "-", stdin=body, check=check)

    def tls(self, system=None):
        context = ssl.create_default_context(cafile=str(self.pki / "tls-ca.pem"))
        if system:
            _, cert, _, key = self.key_of(system)
            context.load_cert_chain(cert, key)
        return context

    def post(self, path, body, content_type="application/soap+xml; charset=utf-8", listener="system"):
        """A raw POST: status and text."""
        c = http.client.HTTPSConnection("localhost", self.ports[listener], timeout=60, context=self.tls())
        try:
            c.request("POST", path, body=body.encode() if isinstance(body, str) else body,
                      headers={"Content-Type": content_type})
            r = c.getresponse()
            status, answer = r.status, r.read().decode()
            record(path, status, body if isinstance(body, str) else body.decode(), answer)
            return status, answer
        finally:
            c.close()

    def get(self, path, listener="system"):
        c = http.client.HTTPSConnection("localhost", self.ports[listener], timeout=60, context=self.tls())
        try:
            c.request("GET", path)
            r = c.getresponse()
            return r.status, r.read().decode()
        finally:
            c.close()

    def audit(self, *filters):
        return [json.loads(line) for line in
                self.sluse("--json", "audit", *filters).stdout.splitlines()]


def build_dir():
    return ROOT / "build" / os.environ.get("VARIANT", "release")
