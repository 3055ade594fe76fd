# SPDX-License-Identifier: GPL-3.0-or-later
"""The token service by REST, over the wire: a client in another language, and two readers of JSON
Web Tokens that nobody here wrote."""

import base64
import hashlib
import http.client
import json
import re
import ssl
import time
import urllib.parse

import jwt
import landscape
import pytest
from jwcrypto import jwk
from jwcrypto import jwt as jose
from lxml import etree

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PATH_SAML = "/runtime/api/rest/wstrust/v1/issue"
PATH_JWT = "/runtime/api/rest/oauth/v1/issue"
PATH_EXCHANGE = "/service/AccessTokenService_1/token"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
LAES = ('<LaesInput xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/"><UUIDIdentifikator '
        'xmlns="urn:oio:sagdok:3.0.0">6f3b1c1e-0000-4000-8000-00000000be7c</UUIDIdentifikator></LaesInput>')
SCOPE = f"entityid:{landscape.ORGANISATION},anvenderkontekst:11111111"


def rest(land, method, path, body=None, kind=None, system="KY"):
    """One call as that it-system, or as nobody: status, headers, parsed body."""
    c = http.client.HTTPSConnection("localhost", land.ports["system"], timeout=60, context=land.tls(system))
    try:
        c.request(method, path, body=body, headers={"Content-Type": kind} if kind else {})
        r = c.getresponse()
        text = r.read().decode()
        is_json = "json" in r.headers.get("Content-Type", "")
        return r.status, r.headers, json.loads(text) if is_json else text
    finally:
        c.close()


def parameters(**other):
    return {"client_id": landscape.ORGANISATION, "grant_type": "client_credentials", "scope": SCOPE, **other}


def get_jwt(land, system="KY", scope=SCOPE):
    status, _, got = rest(land, "POST", PATH_JWT + "?" + urllib.parse.urlencode(parameters(scope=scope)),
                          system=system)
    assert status == 200, got
    return got


def request(cvr="11111111", service=landscape.ORGANISATION, **more):
    return json.dumps({"AnvenderKontekst": {"Cvr": cvr}, "AppliesTo": {"EndpointReference": {"Address": service}},
                       "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
                       "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
                       "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
                       **more})


def der_of(land, system):
    return ssl.PEM_cert_to_DER_cert((land.pki / "systems" / system / "cert.pem").read_text())


def pem_body(land, system):
    return base64.b64encode(der_of(land, system)).decode()


def keys(land):
    """As a resource server finds them: metadata, then the key set."""
    path = "/.well-known/oauth-authorization-server" + urllib.parse.urlsplit(landscape.HUB).path
    status, _, meta = rest(land, "GET", path, system=None)
    assert status == 200 and meta["issuer"] == landscape.HUB
    assert meta["tls_client_certificate_bound_access_tokens"] is True
    uri = urllib.parse.urlsplit(meta["jwks_uri"])
    assert uri.port == land.ports["system"]
    assert urllib.parse.urlsplit(meta["token_endpoint"]).path == PATH_JWT
    status, headers, found = rest(land, "GET", uri.path, system=None)
    assert status == 200 and "max-age" in headers["Cache-Control"]
    return found


def test_a_saml_token_and_a_call_with_it(land):
    status, headers, got = rest(land, "POST", PATH_SAML, request(UseKey=pem_body(land, "KY")), JSON)
    assert status == 200 and headers["Content-Type"].startswith(JSON) and headers["Cache-Control"] == "no-store"
    assert list(got) == ["AppliesTo", "KeyType", "Lifetime", "RequestedSecurityToken", "RequestType", "TokenType"]
    left = time.mktime(time.strptime(got["Lifetime"], "%m/%d/%Y %H:%M:%S")) - time.mktime(time.gmtime())
    assert 28700 < left <= 28800
    xml = base64.b64decode(got["RequestedSecurityToken"]["Assertion"], validate=True)
    assert xml.startswith(b"<Assertion ") and etree.fromstring(xml).findtext(SAML + "Issuer") == landscape.HUB
    token = land.folder / "rest-token.xml"
    token.write_bytes(xml)
    # let in, and told that there is no such unit
    assert land.call("KY", token, "OrganisationEnhed", "laes", LAES, check=False).returncode == 3


@pytest.mark.parametrize("place", ["query", "form", "json", "both"])
def test_a_jwt_is_read_by_others(land, place):
    body = kind = None
    path = PATH_JWT
    if place == "query":
        path += "?" + urllib.parse.urlencode(parameters())
    elif place == "form":
        body, kind = urllib.parse.urlencode(parameters()), FORM
    elif place == "json":
        body, kind = json.dumps(parameters()), JSON
    else:
        path += "?" + urllib.parse.urlencode(parameters(scope="entityid:urn:other,anvenderkontekst:11111111"))
        body, kind = urllib.parse.urlencode({"scope": SCOPE}), FORM
    status, headers, got = rest(land, "POST", path, body, kind)
    assert status == 200, got
    assert headers["Cache-Control"] == "no-store"
    assert got["token_type"] == "Holder-of-key" and got["expires_in"] == 28800
    token = got["access_token"]

    found = keys(land)
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "PS256" and header["typ"] == "JWT" and header["kid"] == header["x5t"]
    key = {k.key_id: k for k in jwt.PyJWKSet.from_dict(
        {"keys": [{**k, "alg": "PS256"} for k in found["keys"]]}).keys}[header["kid"]]
    claims = jwt.decode(token, key.key, algorithms=["PS256"], audience=landscape.ORGANISATION,
                        issuer=landscape.HUB, options={"require": ["exp", "nbf", "iat", "iss", "aud", "jti", "sub"]})
    assert claims["cvr"] == "11111111" and claims["spec_ver"] == "1.0" and claims["sub"] == landscape.ORGANISATION
    assert claims["exp"] - claims["iat"] == 28800
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der_of(land, "KY")).digest()).rstrip(b"=").decode()
    assert claims["cnf"] == {"x5t#S256": thumbprint}
    groups = json.loads(base64.b64decode(claims["priv"], validate=True))["privilegegroups"]
    assert {g["scope"] for g in groups} == {"urn:dk:gov:saml:cvrNumberIdentifier:11111111"}
    assert len(groups) == 2 and any(g["constraints"] for g in groups)
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, key.key, algorithms=["PS256"], audience="urn:other", issuer=landscape.HUB)
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, key.key, algorithms=["RS256"], audience=landscape.ORGANISATION)

    read = jose.JWT(jwt=token, key=jwk.JWKSet.from_json(json.dumps(found)), algs=["PS256"])
    assert json.loads(read.claims) == claims
    head, payload, value = token.split(".")
    with pytest.raises(Exception, match="(?i)verif|signature|invalid"):
        jose.JWT(jwt=".".join([head, payload, value[::-1]]), key=jwk.JWKSet.from_json(json.dumps(found)),
                 algs=["PS256"])


def test_the_key_set_is_the_certificate(land):
    found = keys(land)["keys"]
    assert len(found) == 1
    cert = ssl.PEM_cert_to_DER_cert((land.pki / "platform" / "adgangsstyring" / "cert.pem").read_text())
    assert base64.b64decode(found[0]["x5c"][0]) == cert and found[0]["use"] == "sig"
    assert found[0]["kid"] == base64.urlsafe_b64encode(hashlib.sha1(cert).digest()).rstrip(b"=").decode()
    # the numbers are those of the certificate
    from cryptography import x509
    numbers = x509.load_der_x509_certificate(cert).public_key().public_numbers()
    number = int.from_bytes(base64.urlsafe_b64decode(found[0]["n"] + "=="), "big")
    assert number == numbers.n and found[0]["e"] == "AQAB"


REFUSED = [
    ("nobody", None, request(), 401, 5607, "client certificate"),
    ("a stranger", "stranger", request(), 401, 5607, "No mapped user exists for thumbprint '"),
    ("no JSON", "KY", "x", 400, 103, "malformed"),
    ("no context", "KY", json.dumps({"AppliesTo": {"EndpointReference": {"Address": landscape.ORGANISATION}}}),
     400, 5015, "It is expected that the received STR must contain a CVR claim."),
    ("unknown service", "KY", request(service="urn:x"), 400, 5002, "Path resolution: no connection 'urn:x' found"),
    ("another authority", "KY", request(cvr="22222222"), 400, 5015, "Usercontext doesn't exist"),
    ("no agreement", "ESDH", request(), 400, 5015, "ServiceAgreementNotFound"),
    ("on behalf, switched off", "KY", request(OnBehalfOf="MAA="), 400, 110, "not supported"),
]


@pytest.mark.parametrize("name,system,body,status,code,message", REFUSED, ids=[r[0] for r in REFUSED])
def test_refused_with_a_number(land, name, system, body, status, code, message):
    # TLS lets a stranger through: who it is decides the handler
    got_status, headers, got = rest(land, "POST", PATH_SAML, body, JSON, system=system)
    assert (got_status, got["code"]) == (status, code), got
    assert message in got["message"] and set(got) == {"code", "message"}
    assert headers["Content-Type"].startswith(JSON)


WORDS = [
    ("nobody", None, parameters(), 401, "invalid_client"),
    ("no client_id", "KY", parameters(client_id=""), 400, "invalid_request"),
    ("its own name", "KY", parameters(client_id="KY"), 400, "invalid_request"),
    ("a password", "KY", parameters(grant_type="password"), 400, "unsupported_grant_type"),
    ("no scope", "KY", parameters(scope=""), 400, "invalid_request"),
    ("half a scope", "KY", parameters(scope="entityid:" + landscape.ORGANISATION), 400, "invalid_request"),
    ("no agreement", "ESDH", parameters(), 400, "invalid_scope"),
]


@pytest.mark.parametrize("name,system,body,status,word", WORDS, ids=[w[0] for w in WORDS])
def test_refused_with_a_word(land, name, system, body, status, word):
    got_status, _, got = rest(land, "POST", PATH_JWT, urllib.parse.urlencode(body), FORM, system=system)
    assert (got_status, got["error"]) == (status, word), got
    assert set(got) == {"error", "error_description"}
    assert re.fullmatch(r"[\x20-\x7e]+", got["error_description"])


def test_a_token_is_exchanged(land):
    path, _ = land.token("KY", "11111111", out=land.folder / "to-exchange.xml")
    saml = base64.b64encode(path.read_bytes()).decode()
    # one client escapes, another does not
    for form in (urllib.parse.urlencode({"saml-token": saml}), "saml-token=" + saml):
        status, headers, got = rest(land, "POST", PATH_EXCHANGE, form, FORM)
        assert status == 200 and got["token_type"] == "Holder-of-key" and got["expires_in"] == 3600
        assert headers["Cache-Control"] == "no-store"
        claims = jwt.decode(got["access_token"], options={"verify_signature": False})
        assert claims["aud"] == landscape.ORGANISATION and "act" not in claims
    for system in (None, "SAPA"):
        status, headers, got = rest(land, "POST", PATH_EXCHANGE, urllib.parse.urlencode({"saml-token": saml}), FORM,
                                    system=system)
        assert status == 401 and got["error"] == "invalid_token"
        assert headers["WWW-Authenticate"].startswith('Holder-of-key error="invalid_token", error_description="')


def test_methods_and_media_types(land):
    for path, allow in ((PATH_SAML, "POST"), (PATH_JWT, "POST"), (PATH_EXCHANGE, "POST")):
        status, headers, _ = rest(land, "GET", path)
        assert status == 405 and headers["Allow"] == allow
    assert rest(land, "POST", "/runtime/oauth2/certs.idp", "x", JSON)[0] == 405
    assert rest(land, "POST", PATH_SAML, request(), "text/xml")[0] == 415
    assert rest(land, "POST", PATH_SAML.upper().replace("/RUNTIME", "/Runtime") + "/", request(), JSON)[0] == 200


def test_the_command_line_asks_so_too(land):
    def sluse(kind, path, out, *more, system="KY", check=True):
        flags = [*land.key_of(system), "--url", f"https://localhost:{land.ports['system']}{path}",
                 "--ca", land.pki / "tls-ca.pem",
                 "--peer-cert", land.pki / "platform" / "adgangsstyring" / "cert.pem"]
        return land.sluse("token", *flags, kind, *more, "-o", land.folder / out, landscape.ORGANISATION, "11111111",
                          check=check)

    assert "valid until" in sluse("--rest", PATH_SAML, "cli.xml").stderr
    assert (land.folder / "cli.xml").read_bytes().startswith(b"<Assertion ")
    sluse("--jwt", PATH_JWT, "cli.jwt")
    assert jwt.get_unverified_header((land.folder / "cli.jwt").read_text().strip())["alg"] == "PS256"
    done = sluse("--jwt", PATH_JWT, "none.jwt", system="ESDH", check=False)
    assert done.returncode == 5 and "fault invalid_scope: ServiceAgreementNotFound" in done.stderr
    done = sluse("--rest", PATH_SAML, "none.xml", system="ESDH", check=False)
    assert done.returncode == 5 and "fault 5015: ServiceAgreementNotFound" in done.stderr
    assert sluse("--rest", PATH_SAML, "none.xml", "--soap11", check=False).returncode == 2


def test_records_name_the_interface(own_land):
    own_land.start_server()
    get_jwt(own_land)
    rest(own_land, "POST", PATH_SAML, request(), JSON)
    rest(own_land, "POST", PATH_SAML, request(), JSON, system="ESDH")
    rest(own_land, "POST", PATH_SAML, request(), JSON, system=None)
    rows = own_land.audit("--action", "token.issue")
    told = [(r["actor"], r["result"], r["detail"]["interface"]) for r in rows if "interface" in r.get("detail", {})]
    assert told == [("KY", "ok", "oauth"), ("KY", "ok", "rest"), ("ESDH", "SERVICE_AGREEMENT_NOT_FOUND", "rest")]
