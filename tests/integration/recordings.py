# SPDX-License-Identifier: GPL-3.0-or-later
"""What others recorded, and a landscape that lives on the day of a recording.

The recordings stand beside this project in ../shared and are no part of it. What their clients'
own code sent is played unchanged: only the clock of the server is set, their self-made certificate
is registered, and the agreement made. Published messages are played without the white space that
was added when they were published; their signatures do not hold with it.
"""

import datetime
import http.client
import os
import re

import landscape
import pytest
from lxml import etree

REFERENCE = landscape.ROOT.parent / "shared" / "contract" / "reference"
CAPTURES = REFERENCE / "captures"
OIOIDWS = REFERENCE / "adgangsstyring" / "kombit-tokenservice_oioidws-net" / "Misc" / "SOAP examples"
CXF = (REFERENCE / "adgangsstyring" / "kombit-kosdy_infrastructureSamples-java"
       / "src" / "main" / "java" / "dk" / "kombit" / "samples" / "example.xml")
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SOAP_12 = {"Content-Type": "application/soap+xml; charset=utf-8"}

# a moment at which all recordings are fresh; the server may take minutes from here
RECORDED = "2026-11-24T03:28:30+00:00"
STUB = "https://sts.bench.invalid/runtime"
STUB_AUDIENCE = "http://stoettesystemerne.invalid/service/organisation/3"
CVR = "29189000"
KLASSIFIKATION = "http://entityid.kombit.dk/service/klassifikation/7"
FORMER = "http://organisation.serviceplatformen.dk/service/organisation/5"
REQUESTS = {"itk_01": landscape.ORGANISATION, "fkk_01": KLASSIFIKATION,
            "gosts_01": FORMER, "mynde_01": FORMER}
CALLS = {"itk_02": "LaesOutput", "lamo_02": "FremsoegObjekthierarkiOutput"}


def need_recordings():
    """Skips a module without them; in CI they must be there."""
    if CAPTURES.is_dir():
        return
    if os.environ.get("CI") == "true":
        raise RuntimeError(f"{CAPTURES} is missing: in CI the recordings must be played")
    pytest.skip(f"{CAPTURES} is missing: no recording is played", allow_module_level=True)


def later(moment):
    """An hour later: what was fresh is not."""
    return (datetime.datetime.fromisoformat(moment) + datetime.timedelta(hours=1)).isoformat()


def pem(der_base64):
    text = re.sub(r"\s", "", der_base64)
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def recorded(name):
    return (CAPTURES / f"{name}.body").read_bytes()


def signer_of(message):
    """The certificate of a request for a token, in base64."""
    return re.search(rb"BinarySecurityToken[^>]*>([^<]+)<", message).group(1).decode()


def assertion_of(message):
    return next(etree.fromstring(message).iter(SAML + "Assertion"))


def issuer_of(assertion):
    """The certificate that a token was signed with, in base64."""
    return assertion.findtext(f"{DS}Signature/{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")


def holder_of(assertion):
    text = assertion.find(f".//{SAML}SubjectConfirmationData//{DS}X509Certificate").text
    return re.sub(r"\s", "", text)


def swap(old, new):
    def change(body):
        assert old in body
        return body.replace(old, new, 1)
    return change


def compact(message):
    return re.sub(rb">\s+<", b"><", message).strip()


BASE64 = ("DigestValue", "SignatureValue", "X509Certificate", "BinarySecurityToken")


def unfolded(message):
    """An editor folded lines inside text: a fold was one space, inside base64 nothing."""
    root = etree.fromstring(message, etree.XMLParser(remove_blank_text=True))
    for e in root.iter():
        if e.text:
            joint = "" if etree.QName(e).localname in BASE64 else " "
            e.text = re.sub(r"\s*\n\s*", joint, e.text.strip())
    return etree.tostring(root)


class Then(landscape.Landscape):
    """A landscape whose clock is set, with the token service of that day."""

    def __init__(self, land, moment, issuer, anchors="", issuer_certs=""):
        then = datetime.datetime.fromisoformat(moment)
        now = datetime.datetime.now(datetime.timezone.utc)
        super().__init__(land.folder, land.binary, leaf_bits=2048,
                         clock_shift=int((then - now).total_seconds()))
        self.issuer, self.anchors, self.issuer_certs = issuer, anchors, issuer_certs

    def write_config(self):
        super().write_config()
        text = self.config.read_text()
        more = self.folder / "anchors.pem"
        more.write_text((self.pki / "anchors.pem").read_text() + self.anchors)
        text = text.replace("pki/anchors.pem", "anchors.pem", 1)
        sts = f'sts: {{\n    entity_id = "{landscape.HUB}";'
        assert sts in text
        trusted = ""
        if self.issuer_certs:
            (self.folder / "trusted.pem").write_text(self.issuer_certs)
            trusted = ' trusted = "trusted.pem";'
        text = text.replace(sts, f'sts: {{\n    entity_id = "{self.issuer}";{trusted}', 1)
        self.config.write_text(text)

    def know(self, certificate, audience, *others):
        """Registers a certificate with an agreement. Organisation gets one more name."""
        services = {landscape.ORGANISATION: f'"{audience}"', **{o: "" for o in others}}
        role = "http://service{}.example/roles/servicesystemrole/udstil/1"
        rows = ", ".join(
            f"""{{ id = "{s}"; navn = "Service {i}"; identifikatorer = [ {names} ];
                roller = ( {{ id = "{role.format(i)}"; navn = "Udstil"; }} ); }}"""
            for i, (s, names) in enumerate(services.items()))
        lines = ", ".join(f"""{{ service = "{s}"; roller = [ "{role.format(i)}" ]; }}"""
                          for i, s in enumerate(services))
        known = self.folder / "known.conf"
        known.write_text(f"""
            services = ( {rows} );
            myndigheder = ( {{ cvr = "{CVR}"; navn = "Optaget Kommune"; type = "test"; }} );
            leverandoerer = ( {{ cvr = "33333333"; navn = "Opdigtet"; }} );
            systemer = ( {{ id = "optaget"; navn = "Optaget"; ejer = "33333333";
                anvender = {{ certifikater = ( {{ pem = "{certificate}"; }} ); }}; }} );
            aftaler = ( {{ id = "optaget"; navn = "Optaget"; type = "uden_videregivelse";
                begrundelse = "Afspilning"; anvendersystem = "optaget"; dataejer = "{CVR}";
                linjer = ( {lines} ); }} );""")
        return self.apply(known)

    def play(self, path, headers, body):
        c = http.client.HTTPSConnection("localhost", self.ports["system"], timeout=60,
                                        context=self.tls())
        try:
            c.request("POST", path, body=body, headers=headers)
            r = c.getresponse()
            return r.status, r.read()
        finally:
            c.close()

    def replay(self, name, change=lambda body: body):
        """Plays a recording with the path and the headers it was sent with."""
        path, headers = landscape.STS_PATH, SOAP_12
        written = CAPTURES / f"{name}.hdr"
        if written.exists():
            first, _, *lines = written.read_text().strip().splitlines()
            path = first.split()[1]
            sent = dict(line.split(": ", 1) for line in lines)
            headers = {k: v for k, v in sent.items() if k.lower() in
                       ("content-type", "soapaction", "accept", "user-agent", "accept-encoding")}
        return self.play(path, headers, change(recorded(name)))
