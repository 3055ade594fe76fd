# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority of the development PKI on the wire: its lists, and a responder that is the openssl
command. A test says what it does wrong."""

import http.server
import pathlib
import subprocess
import tempfile
import threading
import time

LISTS = {"/oces/issuing/1/crl/issuing.crl": "issuing", "/oces/root/crl/root.crl": "root"}


def openssl(*arguments, **kwargs):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **kwargs)


def stamp(moment):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(moment))


class Authority:
    """Starts at once; `pki` is set when there is one."""

    def __init__(self):
        self.pki = None
        self.lists = {}  # name -> DER
        self.override = {}  # path -> (status, headers, body)
        self.is_down = False
        self.hits = []
        self.serials = {}
        self.revoked = {}  # folder below pki -> moment
        self.unknown = set()
        self.responder = "ca/ocsp"
        self.issuer = "ca/issuing"
        self.minutes = 60
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.answer(self, b"")

            def do_POST(self):
                owner.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request, body):
        self.hits.append(request.path)
        if self.is_down:
            request.close_connection = True
            return
        if request.path in self.override:
            status, headers, text = self.override[request.path]
        elif request.path in LISTS and LISTS[request.path] in self.lists:
            status, headers, text = 200, {}, self.lists[LISTS[request.path]]
        elif request.path == "/ocsp":
            status, headers, text = 200, {"Content-Type": "application/ocsp-response"}, self.respond(body)
        else:
            status, headers, text = 404, {}, b"nothing"
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def reset(self):
        self.override, self.hits, self.revoked = {}, [], {}
        self.unknown, self.responder, self.minutes, self.is_down = set(), "ca/ocsp", 60, False

    # --- lists ---

    def publish(self, name, *revoked, life=3600, age=3600, signer=None, only=None):
        """A list of an authority, DER; `signer` signs in its place; `only`: about these certificates."""
        folder = self.pki / "ca" / (signer or name)
        with tempfile.TemporaryDirectory() as tmp:
            tmp = pathlib.Path(tmp)
            rows = "".join(self.row("R", self.pki / r / "cert.pem") for r in revoked)
            (tmp / "index.txt").write_text(rows)
            (tmp / "crlnumber").write_text("%012X\n" % int(time.time() * 1000))
            (tmp / "c.cnf").write_text(
                "[ca]\ndefault_ca=x\n[x]\ndatabase=%s/index.txt\ncrlnumber=%s/crlnumber\n"
                "crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n%s"
                % (tmp, tmp, f"issuingDistributionPoint=critical,@i\n[i]\n{only}=TRUE\n" if only else ""))
            openssl("ca", "-config", tmp / "c.cnf", "-gencrl", "-keyfile", folder / "key.pem",
                    "-cert", folder / "cert.pem", "-md", "sha256", "-sigopt", "rsa_padding_mode:pss",
                    "-sigopt", "rsa_pss_saltlen:32", "-crl_lastupdate", stamp(time.time() - age),
                    "-crl_nextupdate", stamp(time.time() + life), "-out", tmp / "crl.pem")
            self.lists[name] = openssl("crl", "-in", tmp / "crl.pem", "-outform", "DER").stdout

    # --- the responder ---

    def row(self, state, cert):
        if cert not in self.serials:
            text = openssl("x509", "-in", cert, "-noout", "-serial").stdout.decode()
            self.serials[cert] = text.split("serial=")[1].split()[0]
        serial = self.serials[cert]
        revoked = time.strftime("%y%m%d%H%M%SZ,keyCompromise", time.gmtime(time.time() - 60))
        return f"{state}\t491231235959Z\t{revoked if state == 'R' else ''}\t{serial}\tunknown\t/CN={serial}\n"

    def respond(self, question):
        with tempfile.TemporaryDirectory() as tmp:
            tmp = pathlib.Path(tmp)
            rows = []
            for cert in sorted(self.pki.glob("*/*/cert.pem")):
                folder = str(cert.parent.relative_to(self.pki))
                if folder not in self.unknown:
                    rows.append(self.row("R" if folder in self.revoked else "V", cert))
            (tmp / "index.txt").write_text("".join(rows))
            (tmp / "q").write_bytes(question)
            signer = self.pki / self.responder
            openssl("ocsp", "-index", tmp / "index.txt", "-CA", self.pki / self.issuer / "cert.pem",
                    "-rsigner", signer / "cert.pem", "-rkey", signer / "key.pem", "-reqin", tmp / "q",
                    "-respout", tmp / "a", "-nmin", self.minutes)
            return (tmp / "a").read_bytes()
