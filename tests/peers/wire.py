# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire between a client that is not ours and the server: HTTP over TLS, faults told from
answers. What goes over it is kept as bytes, and recorded for the suite that judges exchanges."""

import http.client
import ssl

import landscape

import wss
from wss import S11, S12, q


class Fault(Exception):
    def __init__(self, code, reason, octets):
        super().__init__(f"{code}: {reason}")
        self.code, self.reason, self.octets = code, reason, octets


class Wire:
    """One kept connection. Every exchange is remembered, and recorded where the run asks for it."""

    def __init__(self, port, ca, source="127.0.0.1", key=None):
        self.port, self.source = port, source
        self.context = ssl.create_default_context(cafile=str(ca))
        if key:  # a client certificate, for those that present one
            self.context.load_cert_chain(key.folder / "cert.pem", key.folder / "key.pem")
        self.connection = None
        self.last = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                "localhost", self.port, timeout=60, context=self.context,
                source_address=(self.source, 0))
        try:
            self.connection.request(method, path, body, headers or {})
            r = self.connection.getresponse()
            answer = r.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return r.status, r.headers, answer

    def post(self, path, body, version=S12, headers=None):
        kind = "text/xml" if version == S11 else "application/soap+xml"
        headers = headers or {"Content-Type": f"{kind}; charset=utf-8"}
        if version == S11:
            headers.setdefault("SOAPAction", '""')
        status, got, answer = self.ask("POST", path, body, headers)
        wss.need(got.get_content_type() == kind, f"content type {got['Content-Type']}")
        self.keep(path, status, body, answer)
        return status, answer

    def keep(self, path, status, body, answer):
        self.last = (status, body, answer)
        landscape.record(path, status, body.decode(errors="replace"), answer.decode())

    def get(self, path):
        status, _, answer = self.ask("GET", path)
        landscape.record(path, status, None, answer.decode())
        return status, answer


def fault_of(octets):
    """A fault, whatever its version; None if the message is none."""
    body = wss.parse(octets)[1]
    for soap in (S11, S12):
        f = body.find(q(soap, "Fault"))
        if f is None:
            continue
        if soap == S11:
            return Fault(f.findtext("faultcode"), f.findtext("faultstring"), octets)
        codes = [e.text for e in f.iter(q(S12, "Value"))]
        return Fault(codes[-1], f.findtext(f"{q(S12, 'Reason')}/{q(S12, 'Text')}"), octets)
    return None
