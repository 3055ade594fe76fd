# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens over the wire: who gets one, what it says, what is refused and how."""

import base64
import re
import subprocess

import landscape
from lxml import etree

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def assertion(path):
    return etree.fromstring(path.read_bytes())


def attributes(a):
    return {x.get("Name"): x.findtext(SAML + "AttributeValue") for x in a.iter(SAML + "Attribute")}


def test_token_says_what_the_agreement_says(land):
    path, done = land.token("KY", "11111111")
    a = assertion(path)
    values = attributes(a)
    assert done.returncode == 0
    assert a.findtext(SAML + "Issuer") == landscape.HUB
    assert a.find(f".//{SAML}Audience").text == landscape.ORGANISATION
    assert values["dk:gov:saml:attribute:CvrNumberIdentifier"] == "11111111"
    assert values["dk:gov:saml:attribute:AssuranceLevel"] == "3"
    privileges = etree.fromstring(base64.b64decode(values["dk:gov:saml:attribute:Privileges_intermediate"]))
    assert {g.get("Scope") for g in privileges} == {"urn:dk:gov:saml:cvrNumberIdentifier:11111111"}
    assert len(privileges) >= 2  # read and write


def test_read_only_system_gets_fewer_roles(land):
    def roles(system):
        values = attributes(assertion(land.token(system, "11111111")[0]))
        text = base64.b64decode(values["dk:gov:saml:attribute:Privileges_intermediate"]).decode()
        return set(re.findall(r"<Privilege>([^<]*)</Privilege>", text))

    assert roles("KSD") < roles("KY")


def test_soap_11(land):
    path, done = land.token("KY", "11111111", more=["--soap11"], out=land.folder / "token-11.xml")
    assert done.returncode == 0 and b'Version="2.0"' in path.read_bytes()


def test_lifetime(land):
    path, _ = land.token("KY", "11111111", more=["--lifetime", "90m"], out=land.folder / "token-90.xml")
    c = assertion(path).find(SAML + "Conditions")
    begin, end = c.get("NotBefore"), c.get("NotOnOrAfter")
    assert begin.endswith("Z") and end.endswith("Z") and begin < end


def refused(land, system, cvr, **more):
    done = land.token(system, cvr, out=land.folder / "none.xml", check=False, **more)[1]
    assert done.returncode == 5, done
    return done.stderr.strip()


def test_no_agreement(land):
    assert refused(land, "ESDH", "11111111").endswith("fault 5015: ServiceAgreementNotFound")


def test_other_municipality(land):
    assert "fault 5015: Usercontext doesn't exist" in refused(land, "KY", "22222222")


def test_unknown_service(land):
    assert "fault 5002: Path resolution: no connection 'http://nothing.example/1' found" in refused(
        land, "KY", "11111111", service="http://nothing.example/1")


def test_unregistered_certificates(land):
    for system in ("stranger", "KY-next", "expired", "employee"):
        assert "fault 5607: No mapped user exists for thumbprint '" in refused(land, system, "11111111")


def test_signature_by_foreign_software(land):
    """xmlsec1 verifies the token that we issued."""
    path, _ = land.token("KY", "11111111", out=land.folder / "token-xmlsec.xml")
    done = subprocess.run(
        ["xmlsec1", "--verify", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
         "--pubkey-cert-pem", land.pki / "platform" / "adgangsstyring" / "cert.pem", path],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path.write_bytes(path.read_bytes().replace(b"11111111<", b"22222222<"))
    done = subprocess.run(
        ["xmlsec1", "--verify", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
         "--pubkey-cert-pem", land.pki / "platform" / "adgangsstyring" / "cert.pem", path],
        capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_answers_are_compact_and_undeclared(land):
    request = land.folder / "request.xml"
    land.sluse("token", *land.client_flags("KY", land.sts_url, "adgangsstyring"), "--request-only",
               "-o", request, landscape.ORGANISATION, "11111111")
    status, text = land.post(landscape.STS_PATH, request.read_text())
    assert status == 200
    assert text.startswith("<s:Envelope") and "\n" not in text and "> <" not in text


def test_replay(land):
    request = land.folder / "replay.xml"
    land.sluse("token", *land.client_flags("KY", land.sts_url, "adgangsstyring"), "--request-only",
               "-o", request, landscape.ORGANISATION, "11111111")
    assert land.post(landscape.STS_PATH, request.read_text())[0] == 200
    status, text = land.post(landscape.STS_PATH, request.read_text())
    assert status == 500 and "InvalidSecurity" in text


def test_replay_after_a_restart(own_land):
    own_land.start_server()
    request = own_land.folder / "replay.xml"
    own_land.sluse("token", *own_land.client_flags("KY", own_land.sts_url, "adgangsstyring"),
                   "--request-only", "-o", request, landscape.ORGANISATION, "11111111")
    assert own_land.post(landscape.STS_PATH, request.read_text())[0] == 200
    assert own_land.stop("serve") == 0
    own_land.start_server()
    status, text = own_land.post(landscape.STS_PATH, request.read_text())
    assert status == 500 and "InvalidSecurity" in text


def test_audit_of_what_was_given_and_refused(own_land):
    own_land.start_server()
    own_land.token("KY", "11111111")
    own_land.token("ESDH", "11111111", check=False)
    rows = own_land.audit("--action", "token.*")
    assert [(r["actor"], r["result"]) for r in rows] == [
        ("KY", "ok"), ("ESDH", "SERVICE_AGREEMENT_NOT_FOUND")]
    assert own_land.audit("--action", "token.*", "--actor", "KSD") == []
