# SPDX-License-Identifier: GPL-3.0-or-later
"""The xmlsec1 command verifies what the bridge signs: its metadata, and what it tells a system."""

import base64
import subprocess

import pytest
from browser import Browser
from lxml import etree

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
METADATA = {"/runtime/saml2/metadata.idp": "IDPSSODescriptor",
            "/runtime/saml2auth/metadata.idp": "SPSSODescriptor"}


def xmlsec1(land, signer, path, text, xpath):
    path.write_bytes(text)
    done = subprocess.run(
        ["xmlsec1", "--verify", "--pubkey-cert-pem", land.pki / "saml" / signer / "cert.pem",
         "--node-xpath", xpath, "--id-attr:ID", MD[1:-1] + ":EntityDescriptor",
         "--id-attr:ID", SAMLP[1:-1] + ":Response", "--id-attr:ID", SAML[1:-1] + ":Assertion", path],
        capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize("where", METADATA)
def test_metadata(land, tmp_path, where):
    status, text = land.get(where, listener="browser")
    assert status == 200
    octets = text.encode()
    assert etree.fromstring(octets).find(MD + METADATA[where]) is not None
    at = "/*/*[local-name()='Signature']"
    ok, said = xmlsec1(land, "hub", tmp_path / "m.xml", octets, at)
    assert ok, said
    changed = octets.replace(b'Location="https://localhost', b'Location="https://localhosT')
    assert changed != octets
    assert not xmlsec1(land, "hub", tmp_path / "m.xml", changed, at)[0]
    assert not xmlsec1(land, "hvem", tmp_path / "m.xml", octets, at)[0]


class Listener(Browser):
    """Keeps the messages that forms carry."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.carried = []

    def request(self, method, url, fields=None, origin=None):
        if fields and "SAMLResponse" in fields:
            self.carried.append((url, base64.b64decode(fields["SAMLResponse"])))
        return super().request(method, url, fields, origin)


def test_response_to_a_system(land, tmp_path):
    b = Listener(land.tls())
    page = b.carry(b.get(f"https://localhost:{land.ports['browser']}/hvem"))
    button = next(x for x in page.forms[0].buttons if x[0] == "user")
    b.carry(b.submit(page, button=button))
    signer = {"idp": 0, "hub": 0}
    for url, octets in b.carried:
        who = "hub" if "/hvem" in url else "idp"
        root = etree.fromstring(octets)
        signed = [e.getparent() for e in root.iter(SIGNATURE)]
        for e in signed:
            at = "/*/*[local-name()='Signature']" if e is root else \
                "//*[local-name()='Assertion']/*[local-name()='Signature']"
            ok, said = xmlsec1(land, who, tmp_path / "r.xml", octets, at)
            assert ok, (url, said)
            other = "idp" if who == "hub" else "hub"
            assert not xmlsec1(land, other, tmp_path / "r.xml", octets, at)[0]
            changed = octets.replace(b"IssueInstant=\"2", b"IssueInstant=\"3")
            assert changed != octets and not xmlsec1(land, who, tmp_path / "r.xml", changed, at)[0]
            signer[who] += 1
    assert all(signer.values()), (signer, [u for u, _ in b.carried])
