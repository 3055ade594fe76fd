# SPDX-License-Identifier: GPL-3.0-or-later
"""The xmlsec1 command verifies what we sign outside of SOAP answers: metadata, what the bridge
tells a system, what the development IdP answers; and the messages that the command line
writes for an it-system. Each check has its twins: changed by a byte, and another's key."""

import base64
import pathlib
import re
import subprocess
import sys

import pytest
from browser import Browser
from lxml import etree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
import wss  # noqa: E402

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
METADATA = {"/runtime/saml2/metadata.idp": ("IDPSSODescriptor", "hub", "hvem"),
            "/runtime/saml2auth/metadata.idp": ("SPSSODescriptor", "hub", "hvem"),
            "/hvem/metadata": ("SPSSODescriptor", "hvem", "hub"),
            "sluse idp --metadata": ("IDPSSODescriptor", "idp", "hub")}
OF_ROOT = "/*/*[local-name()='Signature']"
OF_ASSERTION = "//*[local-name()='Assertion']/*[local-name()='Signature']"


def xmlsec1(land, signer, path, text, xpath):
    path.write_bytes(text)
    done = subprocess.run(
        ["xmlsec1", "--verify", "--pubkey-cert-pem", land.pki / "saml" / signer / "cert.pem",
         "--node-xpath", xpath, "--id-attr:ID", MD[1:-1] + ":EntityDescriptor",
         "--id-attr:ID", SAMLP[1:-1] + ":Response", "--id-attr:ID", SAML[1:-1] + ":Assertion", path],
        capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def check_signed(land, folder, signer, other, octets, at, change=(b'IssueInstant="2', b'IssueInstant="3')):
    ok, said = xmlsec1(land, signer, folder / "s.xml", octets, at)
    assert ok, said
    changed = octets.replace(*change)
    assert changed != octets and not xmlsec1(land, signer, folder / "s.xml", changed, at)[0]
    assert not xmlsec1(land, other, folder / "s.xml", octets, at)[0]


@pytest.mark.parametrize("where", METADATA)
def test_metadata(land, tmp_path, where):
    role, signer, other = METADATA[where]
    if where.startswith("/"):
        status, text = land.get(where, listener="browser")
        assert status == 200
        octets = text.encode()
    else:
        octets = (land.folder / "idp-metadata.xml").read_bytes()
    assert etree.fromstring(octets).find(MD + role) is not None
    check_signed(land, tmp_path, signer, other, octets, OF_ROOT,
                 (b'Location="https://localhost', b'Location="https://localhosT'))


class Listener(Browser):
    """Keeps the messages that forms carry."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.carried = []

    def request(self, method, url, fields=None, origin=None):
        if fields and "SAMLResponse" in fields:
            self.carried.append((url, base64.b64decode(fields["SAMLResponse"])))
        return super().request(method, url, fields, origin)


def log_in(land, button=None):
    """A login at /hvem; what was carried on the way."""
    b = Listener(land.tls())
    page = b.carry(b.get(f"https://localhost:{land.ports['browser']}/hvem"))
    b.carry(b.submit(page, button=button or next(x for x in page.forms[0].buttons if x[0] == "user")))
    return b.carried


def signatures(octets):
    """What is signed, by name."""
    root = etree.fromstring(octets)
    return {etree.QName(e.getparent()).localname: OF_ROOT if e.getparent() is root else OF_ASSERTION
            for e in root.iter(SIGNATURE)}


def check_carried(land, folder, carried, want):
    """want: who signed what of the message to which place, in order."""
    assert len(carried) == len(want), [url for url, _ in carried]
    for (url, octets), (where, signer, parts) in zip(carried, want):
        assert where in url
        found = signatures(octets)
        assert set(found) == set(parts), (url, found)
        for at in found.values():
            check_signed(land, folder, signer, "idp" if signer == "hub" else "hub", octets, at)


def test_login(land, tmp_path):
    check_carried(land, tmp_path, log_in(land), [
        ("consume.idp", "idp", {"Assertion"}), ("/hvem/acs", "hub", {"Assertion"})])


def test_oiosaml2(own_land, tmp_path):
    """A signed Response around a signed Assertion, from the development IdP and from the bridge."""
    file = own_land.folder / "policies" / "20-parties.conf"
    text = file.read_text()
    for level, old in (("Low", 2), ("Substantial", 3)):
        text, n = re.subn(rf'oiosamlProfil = "OIOSAML3";\s+nsisNiveau = "{level}";',
                          f'oiosamlProfil = "OIOSAML2"; niveau = {old};', text)
        assert n == 1
    file.write_text(text)
    own_land.apply(*sorted(file.parent.glob("*.conf")))
    own_land.start_server()
    own_land._start("idp", "idp", "--oiosaml2", "--listen", f"127.0.0.1:{own_land.ports['idp']}")
    own_land._await("idp", lambda: own_land._is_listening("idp"))
    both = {"Response", "Assertion"}
    carried = log_in(own_land)
    assert set(signatures(carried[-1][1])) == both, carried[-1]
    check_carried(own_land, tmp_path, carried[-1:], [("/hvem/acs", "hub", both)])
    check_carried(own_land, tmp_path, carried[:1],
                  [("consume.idp", "idp", set(signatures(carried[0][1])))])


def test_error_response(land, tmp_path):
    """The user refuses: the IdP says so, and the bridge tells the system."""
    b = Listener(land.tls())
    page = b.carry(b.get(f"https://localhost:{land.ports['browser']}/hvem"))
    # to the page that says so, and from there back to the system
    b.carry(b.submit(page, button=("refuse", "1")))
    url, octets = b.carried[-1]
    assert "/hvem/acs" in url and b"status:AuthnFailed" in octets
    assert set(signatures(octets)) == {"Response"}
    check_signed(land, tmp_path, "hub", "idp", octets, OF_ROOT)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_requests_of_the_command_line(land, version):
    """sluse token and sluse call with --request-only. STR-Transform, by which a call signs its token,
    xmlsec1 lacks: of a call it judges the token in it, and tests/unit/test_sign all, by its library."""
    ky, ksd, sts = (wss.Cert(land.pki / part / "cert.pem")
                    for part in ("systems/KY", "systems/KSD", "platform/adgangsstyring"))
    more = ["--request-only", *(["--soap11"] if version == "1.1" else [])]
    token, _ = land.token("KY", "11111111")
    request, _ = land.token("KY", "11111111", out=land.folder / "request.xml", more=more)
    octets = request.read_bytes()
    ok, said = wss.xmlsec1(octets, ky, wss.MESSAGE)
    assert ok, said
    assert not wss.xmlsec1(octets, ksd, wss.MESSAGE)[0]
    changed = octets.replace(b">11111111<", b">22222222<")
    assert changed != octets and not wss.xmlsec1(changed, ky, wss.MESSAGE)[0]
    body = '<LaesInput xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/"/>'
    octets = land.call("KY", token, "OrganisationEnhed", "laes", body, more=more).stdout.encode()
    ok, said = wss.xmlsec1(octets, sts, wss.TOKEN)
    assert ok, said
    assert not wss.xmlsec1(octets, ky, wss.TOKEN)[0]
    changed = octets.replace(b">11111111<", b">22222222<")
    assert changed != octets and not wss.xmlsec1(changed, sts, wss.TOKEN)[0]
