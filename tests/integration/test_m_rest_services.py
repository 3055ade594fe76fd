# SPDX-License-Identifier: GPL-3.0-or-later
"""KlassifikationListeHent by REST, over the wire: each check of a REST call (6.5 of the contract)
with its refusal and its accepting twin; tokens forged with a library that nobody here wrote; who
sees what; the same by SOAP; every answer judged by the published OpenAPI document."""

import base64
import copy
import hashlib
import http.client
import json
import secrets
import ssl
import subprocess
import time
import urllib.parse
import uuid

import jsonschema
import landscape
import pytest
from conftest import new_landscape
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto import jwk, jws
from lxml import etree

ENTITY = "http://entityid.kombit.dk/service/klassifikationlistehent/2"
KLASSIFIKATION = "http://entityid.kombit.dk/service/klassifikation/6"
OPERATOR, KORSBAEK, HAVNEBY = "44444444", "11111111", "22222222"
PATH = "/service/KlassifikationListeHentREST/KlassifikationListeHentREST"
SOAP_PATH = "/klassifikationlistehent/2"
ISSUE = "/runtime/api/rest/oauth/v1/issue"
INVALID = 'error="invalid_token", error_description="Security Token Invalid"'
OPENAPI = landscape.ROOT.parent / "shared/contract/reference/klassifikationlistehent/KlassifikationListeHentREST.json"
NS = "http://www.kombit.dk/2017/01/01/"
KX = "http://kombit.dk/xml/schemas/kontekst/2017/01/01/"

PLAN, EMNER = "a1000000-0000-4000-8000-000000000001", "f1000000-0000-4000-8000-000000000001"
K85, K8511 = "c1000000-0000-4000-8000-000000000085", "c1000000-0000-4000-8000-000000008511"
LOCAL, THEIRS = "c1000000-0000-4000-8000-00000000a001", "c1000000-0000-4000-8000-00000000b001"
HIDDEN = "c1000000-0000-4000-8000-00000000d001"

ROLE = "http://klassifikation.stoettesystemerne.dk/roles/servicesystemrole/"
AGREEMENTS = "aftaler = (" + ",".join(f"""
  {{ id = "{name}"; navn = "{name}"; begrundelse = "Test"; anvendersystem = "{system}"; dataejer = "{cvr}";
     linjer = ( {{ service = "{service}"; roller = [ "{ROLE}{role}/1" ]; }} ); }}""" for name, system, cvr, service, role in (
    ("fyld-faelles", "KSD", OPERATOR, KLASSIFIKATION, "rediger"),
    ("fyld-korsbaek", "KSD", KORSBAEK, KLASSIFIKATION, "rediger"),
    ("fyld-havneby", "KSD", HAVNEBY, KLASSIFIKATION, "rediger"),
    ("hent-havneby", "SAPA", HAVNEBY, ENTITY, "udstil"))) + ");\n"


def ref(name, target):
    return (f'<s:{name}><s:ReferenceID><s:UUIDIdentifikator>{target}</s:UUIDIdentifikator></s:ReferenceID></s:{name}>'
            if target else "")


def an_import(kind, object_id, key, relations, published="true"):
    ns = f"http://stoettesystemerne.dk/klassifikation/{kind.lower()}/6/"
    return (f'<ImportInput xmlns="{ns}" xmlns:s="urn:oio:sagdok:3.0.0"><{kind}><s:UUIDIdentifikator>{object_id}'
            f'</s:UUIDIdentifikator><Registrering><AttributListe><Egenskab><s:BrugervendtNoegleTekst>{key}'
            f'</s:BrugervendtNoegleTekst><s:TitelTekst>Titel {key}</s:TitelTekst></Egenskab></AttributListe>'
            f'<TilstandListe><PubliceretStatus><s:ErPubliceretIndikator>{published}</s:ErPubliceretIndikator>'
            f'</PubliceretStatus></TilstandListe><RelationListe>{relations}</RelationListe></Registrering></{kind}>'
            '</ImportInput>')


@pytest.fixture(scope="module")
def plan():
    """A landscape with a plan of the operator's, and a local class of each of two authorities."""
    with new_landscape("rest-services") as land:
        land.prepare()
        more = land.folder / "more.conf"
        more.write_text(AGREEMENTS)
        land.apply(more)
        land.start_server()
        tokens = {cvr: land.token("KSD", cvr, KLASSIFIKATION)[0] for cvr in (OPERATOR, KORSBAEK, HAVNEBY)}
        for cvr, kind, object_id, key, relations, published in (
                (OPERATOR, "Klassifikation", PLAN, "PLAN", "", "true"),
                (OPERATOR, "Facet", EMNER, "EMNER", ref("FacetTilhoerer", PLAN), "true"),
                (OPERATOR, "Klasse", K85, "85", ref("Facet", EMNER), "true"),
                (OPERATOR, "Klasse", K8511, "85.11", ref("Facet", EMNER) + ref("OverordnetKlasse", K85), "true"),
                (OPERATOR, "Klasse", HIDDEN, "85.12", ref("Facet", EMNER), "false"),
                (KORSBAEK, "Klasse", LOCAL, "85.11.99", ref("Facet", EMNER) + ref("OverordnetKlasse", K8511), "true"),
                (HAVNEBY, "Klasse", THEIRS, "85.11.98", ref("Facet", EMNER) + ref("OverordnetKlasse", K8511), "true")):
            land.call("KSD", tokens[cvr], kind, "importer", an_import(kind, object_id, key, relations, published),
                      path=f"/{kind.lower()}/6")
        yield land


# --- calls ---

def exchange(land, method, path, body=None, headers=(), system="KY"):
    c = http.client.HTTPSConnection("localhost", land.ports["system"], timeout=60, context=land.tls(system))
    try:
        c.putrequest(method, path)
        for name, value in [*headers, ("Content-Length", str(len(body or b"")))]:
            c.putheader(name, value)
        c.endheaders(body)
        r = c.getresponse()
        text = r.read().decode()
        return r.status, r.headers, json.loads(text) if "json" in r.headers.get("Content-Type", "") else text
    finally:
        c.close()


def get_jwt(land, system="KY", cvr=KORSBAEK):
    query = urllib.parse.urlencode({"client_id": ENTITY, "grant_type": "client_credentials",
                                    "scope": f"entityid:{ENTITY},anvenderkontekst:{cvr}"})
    status, _, got = exchange(land, "POST", f"{ISSUE}?{query}", system=system)
    assert status == 200, got
    return got["access_token"]


@pytest.fixture(scope="module")
def token(plan):
    return get_jwt(plan)


def by(**criterion):
    return {"KlassifikationKriterieListe": [{"IdentifikationKriterie": criterion}]}


WHOLE = by(BrugervendtNoegleKriterie={"KlassifikationBrugervendtNoegle": "PLAN"})


def hent(land, token, question=None, system="KY", scheme="Bearer", without=(), path=PATH, more=(), **changed):
    headers = {"Content-Type": "application/json", "Authorization": f"{scheme} {token}",
               "x-TransaktionsId": str(uuid.uuid4()), "x-TransaktionsTid": "2026-05-27T12:15:30.125+02:00"}
    headers.update({k.replace("_", "-"): v for k, v in changed.items()})
    sent = [(k, v) for k, v in headers.items() if k not in without] + list(more)
    status, answered, got = exchange(land, "POST", path, json.dumps(question or WHOLE).encode(), sent, system)
    judge(status, answered, got, headers, without)
    return status, answered, got


def schema_of(name):
    """Of the published document, with room for a UUID where it forgot that."""
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    parts = document["components"]["schemas"]
    assert parts["KlasseIdentifikation"].pop("maxLength") == 30
    return {**copy.deepcopy(parts[name]), "components": {"schemas": parts}}


def judge(status, headers, got, sent, without):
    if not OPENAPI.exists() or not isinstance(got, dict):
        return
    jsonschema.validate(got, schema_of("KlassifikationListeHentREST_post_response" if status == 200 else
                                       "error_response"))
    assert headers["x-TransaktionsId"] and headers["x-TransaktionsTid"] and headers["Cache-Control"] == "no-store"
    if status == 200:
        assert headers["x-TransaktionsId"] == sent["x-TransaktionsId"]
        assert headers["x-TransaktionsTid"] == sent["x-TransaktionsTid"]
    # nothing that was published is missing, and nothing stands in an answer that was not
    if status == 200 and "KlassifikationListeHent_O" in got:
        known = set(json.loads(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]["KlasseStruktur"]["properties"])
        for klasse in klasser(got):
            assert set(klasse) <= known


def klasser(got):
    for k in got.get("KlassifikationListeHent_O", {}).get("KlassifikationListe", ()):
        for f in k["KlassifikationStruktur"]["FacetListe"]:
            yield from (c["KlasseStruktur"] for c in f["FacetStruktur"]["KlasseListe"])


def keys(got):
    return [c["KlasseBrugervendtNoegle"] for c in klasser(got)]


def fejl(got):
    (item,) = got["HovedoplysningerSvarREST"]
    return item["SvarReaktion"]["Fejl"]


def refused(answer, status, text, challenge=None):
    got_status, headers, got = answer
    assert got_status == status, got
    assert fejl(got)["FejlTekst"].startswith(text) and fejl(got)["status"] == str(status)
    if challenge is not None:
        assert headers["WWW-Authenticate"] == challenge


# --- the checks of 6.5 ---

def test_1_certificate_of_the_connection(plan, token):
    refused(hent(plan, token, system=None), 401, "A client certificate is needed.")
    assert hent(plan, token)[0] == 200


@pytest.mark.parametrize("scheme,ok", [("Bearer", True), ("bearer", True), ("Holder-of-key", True),
                                       ("HOLDER-OF-KEY", True), ("Basic", False), ("DPoP", False)])
def test_2_scheme(plan, token, scheme, ok):
    if ok:
        assert hent(plan, token, scheme=scheme)[0] == 200
    else:
        refused(hent(plan, token, scheme=scheme), 401, "Security Token Missing", "Holder-of-key")


def test_2_no_authorization(plan, token):
    refused(hent(plan, token, without=["Authorization"]), 401, "Security Token Missing", "Holder-of-key")
    # a DPoP header is nobody's affair
    assert hent(plan, token, more=[("DPoP", "x")])[0] == 200


def test_2_two_callers(plan, token):
    status, _, got = exchange(plan, "POST", PATH, b"{}", [("Authorization", f"Bearer {token}"),
                                                          ("Authorization", f"Bearer {token}")])
    assert status == 400 and "malformed" in got


class Forge:
    """What jwcrypto makes of a good token, by the token service's own key or by another."""

    def __init__(self, land, token):
        pki = land.pki
        self.sts = jwk.JWK.from_pem((pki / "platform/adgangsstyring/key.pem").read_bytes())
        self.cert = (pki / "platform/adgangsstyring/cert.pem").read_bytes()
        self.service = jwk.JWK.from_pem((pki / "platform/organisation/key.pem").read_bytes())
        self.service_cert = (pki / "platform/organisation/cert.pem").read_bytes()
        self.mine = jwk.JWK.from_pyca(rsa.generate_private_key(public_exponent=65537, key_size=2048))
        head, payload, _ = token.split(".")
        self.header = json.loads(jws.base64url_decode(head))
        self.claims = json.loads(jws.base64url_decode(payload))
        self.holder = lambda system: base64.urlsafe_b64encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(
            (pki / "systems" / system / "cert.pem").read_text())).digest()).rstrip(b"=").decode()

    def kid(self, pem):
        return base64.urlsafe_b64encode(hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem.decode())).digest()).rstrip(
            b"=").decode()

    def sign(self, claims=None, header=None, key=None, payload=None):
        made = jws.JWS(payload or json.dumps({**self.claims, **(claims or {})}))
        made.allowed_algs = [*jws.default_allowed_algs, "PS256", "RS256", "HS256"]
        whole = {k: v for k, v in {**self.header, **(header or {})}.items() if v is not None}
        made.add_signature(key or self.sts, whole["alg"], json.dumps(whole))
        return made.serialize(compact=True)

    def unsigned(self):
        head = jws.base64url_encode(json.dumps({**self.header, "alg": "none"}))
        return f"{head}.{jws.base64url_encode(json.dumps(self.claims))}."

    def by_public_key(self, pem):
        secret = jwk.JWK(kty="oct", k=jws.base64url_encode(pem))
        return self.sign(header={"alg": "HS256"}, key=secret)

    def public_pem(self):
        return x509.load_pem_x509_certificate(self.cert).public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def twice(self, name, value):
        return self.sign(payload=json.dumps(self.claims)[:-1] + f', "{name}": {json.dumps(value)}}}')


NOW = int(time.time())
GOOD = {
    "as it is": lambda f: f.sign(),
    "a header jwk beside a good signature is not followed": lambda f: f.sign(
        header={"jwk": json.loads(f.mine.export_public())}),
    "ended within the skew": lambda f: f.sign({"iat": NOW - 100, "nbf": NOW - 100, "exp": int(time.time()) - 20}),
    "begins within the skew": lambda f: f.sign({"nbf": int(time.time()) + 30}),
}
FORGED = {
    "alg none": lambda f: f.unsigned(),
    "HS256 with the public key": lambda f: f.by_public_key(f.public_pem()),
    "HS256 with the certificate": lambda f: f.by_public_key(f.cert),
    "RS256": lambda f: f.sign(header={"alg": "RS256"}),
    "typ at+jwt": lambda f: f.sign(header={"typ": "at+jwt"}),
    "no typ": lambda f: f.sign(header={"typ": None}),
    "another audience": lambda f: f.sign({"aud": landscape.ORGANISATION}),
    "several audiences": lambda f: f.sign({"aud": [ENTITY, landscape.ORGANISATION]}),
    "another issuer": lambda f: f.sign({"iss": "https://elsewhere.example"}),
    "expired": lambda f: f.sign({"iat": NOW - 9000, "nbf": NOW - 9000, "exp": NOW - 3600}),
    "not yet": lambda f: f.sign({"nbf": NOW + 3600}),
    "issued in the future": lambda f: f.sign({"iat": NOW + 3600}),
    "no exp": lambda f: f.sign(payload=json.dumps({k: v for k, v in f.claims.items() if k != "exp"})),
    "cvr twice": lambda f: f.twice("cvr", HAVNEBY),
    "aud twice": lambda f: f.twice("aud", ENTITY),
    "crit": lambda f: crit(f),
    "my key, its kid": lambda f: f.sign(key=f.mine),
    "my key, my kid": lambda f: f.sign(key=f.mine, header={"kid": f.mine.thumbprint(), "x5t": f.mine.thumbprint()}),
    "jwk injected": lambda f: f.sign(key=f.mine, header={"jwk": json.loads(f.mine.export_public())}),
    "jku injected": lambda f: f.sign(key=f.mine, header={"jku": "https://localhost:1/keys"}),
    "x5u injected": lambda f: f.sign(key=f.mine, header={"x5u": "https://localhost:1/cert"}),
    "x5c injected": lambda f: f.sign(key=f.service, header={"x5c": [base64.b64encode(
        ssl.PEM_cert_to_DER_cert(f.service_cert.decode())).decode()]}),
    "kid of another key of ours": lambda f: f.sign(key=f.service, header={"kid": f.kid(f.service_cert)}),
    "no kid": lambda f: f.sign(header={"kid": None}),
    "no cnf": lambda f: f.sign(payload=json.dumps({k: v for k, v in f.claims.items() if k != "cnf"})),
    "another cnf": lambda f: f.sign({"cnf": {"x5t#S256": f.holder("SAPA")}}),
    "cnf by SHA-1": lambda f: f.sign({"cnf": {"x5t": f.holder("KY")}}),
    "payload changed": lambda f: ".".join([*(p := f.sign().split("."))[:1], jws.base64url_encode(json.dumps(
        {**f.claims, "cvr": HAVNEBY})), p[2]]),
    "a SAML token": lambda f: base64.b64encode(b"<Assertion/>").decode(),
    "empty": lambda f: ".",
}


def crit(f):
    """jwcrypto refuses to make it; so by hand, signed as the standard says."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    head = jws.base64url_encode(json.dumps({**f.header, "crit": ["sluse"], "sluse": True}))
    text = f"{head}.{jws.base64url_encode(json.dumps(f.claims))}"
    key = f.sts.get_op_key("sign")
    value = key.sign(text.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    return f"{text}.{jws.base64url_encode(value)}"


@pytest.mark.parametrize("name", GOOD)
def test_3_good_twin(plan, token, name):
    assert hent(plan, GOOD[name](Forge(plan, token)))[0] == 200


@pytest.mark.parametrize("name", FORGED)
def test_3_forged(plan, token, name):
    refused(hent(plan, FORGED[name](Forge(plan, token))), 401, "Security Token Invalid", "Bearer " + INVALID)


def test_3_the_forgeries_are_what_they_say(plan, token):
    """Those that differ in one claim are signed as the good one is; those of another key are not."""
    f = Forge(plan, token)
    for name in ("another audience", "expired", "crit", "another cnf", "cvr twice"):
        head, payload, value = FORGED[name](f).split(".")
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        x509.load_pem_x509_certificate(f.cert).public_key().verify(
            jws.base64url_decode(value), f"{head}.{payload}".encode(),
            padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO), hashes.SHA256())


def test_4_holder(plan, token):
    for system in ("SAPA", "KSD", "stranger"):
        refused(hent(plan, token, system=system), 401, "Security Token Invalid", "Bearer " + INVALID)
    assert hent(plan, token, system="KY")[0] == 200


def test_4_certificate_blocked_and_known(own_land):
    own_land.start_server()
    token = get_jwt(own_land)
    assert hent(own_land, token)[0] == 200
    own_land.sluse("cert", "block", own_land.pki / "systems/KY/cert.pem")
    until(lambda: hent(own_land, token)[0] == 401)
    refused(hent(own_land, token), 401, "Security Token Invalid")
    own_land.sluse("cert", "unblock", own_land.pki / "systems/KY/cert.pem")
    until(lambda: hent(own_land, token)[0] == 200)


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_5_privileges(plan, token):
    f = Forge(plan, token)
    denied = [
        f.sign(payload=json.dumps({k: v for k, v in f.claims.items() if k != "priv"})),
        f.sign({"cvr": HAVNEBY}),
        f.sign({"priv": group(ROLE + "udstil/1", HAVNEBY)}),
        f.sign({"priv": group(ROLE + "laes/1", KORSBAEK)}),
        f.sign({"priv": group(ROLE + "udstil/1", KORSBAEK, ("http://sts.kombit.dk/constraints/KLE/1", "27.*"))}),
    ]
    for made in denied:
        refused(hent(plan, made), 403, "Access denied.",
                'Bearer error="insufficient_scope", error_description="Access denied."')
    assert hent(plan, f.sign({"priv": group(ROLE + "udstil/1", KORSBAEK)}))[0] == 200


def group(role, cvr, *constraints):
    return base64.b64encode(json.dumps({"privilegegroups": [{
        "privilege": role, "scope": f"urn:dk:gov:saml:cvrNumberIdentifier:{cvr}",
        "constraints": [{"name": n, "value": v} for n, v in constraints]}]}).encode()).decode()


def test_5_the_agreement_ends(own_land):
    own_land.start_server()
    token = get_jwt(own_land)
    assert hent(own_land, token)[0] == 200
    more = own_land.folder / "more.conf"
    text = (own_land.folder / "policies/30-agreements.conf").read_text()
    more.write_text(text.replace('id = "ky-korsbaek";', 'id = "ky-korsbaek"; tilstand = "suspenderet";'))
    own_land.apply(more)
    until(lambda: hent(own_land, token)[0] == 403)
    refused(hent(own_land, token), 403, "Access denied.")


HEADERS = {
    "none": ({}, ["x-TransaktionsId", "x-TransaktionsTid"]),
    "no id": ({}, ["x-TransaktionsId"]),
    "no time": ({}, ["x-TransaktionsTid"]),
    "no UUID": ({"x_TransaktionsId": "1"}, []),
    "no time at all": ({"x_TransaktionsTid": "i dag"}, []),
    "a bad request id": ({"x_RequestId": "1"}, []),
}


@pytest.mark.parametrize("name", HEADERS)
def test_6_headers(plan, token, name):
    changed, without = HEADERS[name]
    refused(hent(plan, token, without=without, **changed), 400, "A header x-TransaktionsId")


def test_6_headers_that_are_good(plan, token):
    for changed in ({"x_TransaktionsId": "6F3B1C1E-0000-1000-8000-00000000BE7C.1.2"},
                    {"x_TransaktionsTid": "2026-05-27T12:15:30.125+02:00[Europe/Berlin]"},
                    {"x_RequestId": "6f3b1c1e-0000-4000-8000-00000000be7c"}):
        status, headers, _ = hent(plan, token, **changed)
        assert status == 200
        for name, value in changed.items():
            assert headers[name.replace("_", "-")] == value


# --- around it ---

def test_a_token_from_the_exchange(plan):
    """6.4: a SAML token for the service, exchanged; the same answer."""
    path, _ = plan.token("KY", KORSBAEK, ENTITY, out=plan.folder / "hent.xml")
    form = urllib.parse.urlencode({"saml-token": base64.b64encode(path.read_bytes()).decode()}).encode()
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    status, _, got = exchange(plan, "POST", "/service/AccessTokenService_1/token", form, kind)
    assert status == 200 and got["token_type"] == "Holder-of-key"
    assert keys(hent(plan, got["access_token"], scheme="Holder-of-key")[2]) == ["85", "85.11", "85.11.99"]
    # 6.4: a token for another service opens this one neither before nor after
    other, _ = plan.token("KY", KORSBAEK, out=plan.folder / "other.xml")
    form = urllib.parse.urlencode({"saml-token": base64.b64encode(other.read_bytes()).decode()}).encode()
    _, _, got = exchange(plan, "POST", "/service/AccessTokenService_1/token", form, kind)
    refused(hent(plan, got["access_token"]), 401, "Security Token Invalid")


def test_what_is_no_call(plan, token):
    sent = [("Authorization", f"Bearer {token}"), ("Content-Type", "text/plain")]
    assert exchange(plan, "POST", PATH, b"{}", sent)[0] == 415
    status, headers, _ = exchange(plan, "GET", PATH, None, sent)
    assert status == 405 and headers["Allow"] == "POST"
    assert exchange(plan, "POST", PATH + "/x", b"{}", sent)[0] == 404
    assert hent(plan, token, path="/service/klassifikationlistehentrest/")[0] == 200


def test_bad_questions(plan, token):
    for question in ({"x": 1}, by(FacetIdentifikation="x"), {"KlassifikationKriterieListe": []}):
        status, _, got = hent(plan, token, question)
        assert status == 400 and fejl(got)["FejlId"] == "40" and fejl(got)["status"] == "400"
    assert hent(plan, token, {"KlassifikationListeHent_I": WHOLE})[0] == 200


# --- who sees what ---

SEEN = [
    ("KY", KORSBAEK, WHOLE, ["85", "85.11", "85.11.99"]),
    ("SAPA", HAVNEBY, WHOLE, ["85", "85.11", "85.11.98"]),
    ("KY", KORSBAEK, {**WHOLE, "KunFaelleskommunaleKlasser": True}, ["85", "85.11"]),
    ("KY", KORSBAEK, {**WHOLE, "KunAktuelle": False}, ["85", "85.11", "85.11.99", "85.12"]),
    ("KY", KORSBAEK, by(KlasseIdentifikation=LOCAL), ["85.11.99"]),
    ("SAPA", HAVNEBY, by(KlasseIdentifikation=LOCAL), []),
    ("KY", KORSBAEK, by(KlasseIdentifikation=HIDDEN), []),
    ("KY", KORSBAEK, by(KlasseIdentifikation=K8511), ["85.11", "85.11.99"]),
    ("SAPA", HAVNEBY, by(BrugervendtNoegleKriterie={"KlassifikationBrugervendtNoegle": "PLAN",
                                                    "KlasseBrugervendtNoegle": "85.11.9*"}), ["85.11.98"]),
]


@pytest.mark.parametrize("row", range(len(SEEN)))
def test_who_sees_what(plan, row):
    system, cvr, question, want = SEEN[row]
    status, _, got = hent(plan, get_jwt(plan, system, cvr), question, system=system)
    assert status == 200 and keys(got) == want
    if not want:
        (item,) = got["HovedoplysningerSvarREST"]
        assert item["SvarReaktion"]["Advis"]["AdvisId"] == "44" and "KlassifikationListeHent_O" not in got
    else:
        assert got["HovedoplysningerSvarREST"] == []
        (top,) = got["KlassifikationListeHent_O"]["KlassifikationListe"]
        assert top["KlassifikationStruktur"]["KlassifikationEjer"] == "Fællesdrift"


# --- by SOAP ---

def soap_question(criterion, more="", context=""):
    return (f'<KlassifikationListeHent_I xmlns="{NS}"><kx:HovedOplysninger xmlns:kx="{KX}"><kx:TransaktionsId>t-1'
            f'</kx:TransaktionsId><kx:TransaktionsTid>2026-05-27T12:15:30.125+02:00</kx:TransaktionsTid>{context}'
            f'</kx:HovedOplysninger><KlassifikationKriterieListe><IdentifikationKriterie>{criterion}'
            f'</IdentifikationKriterie></KlassifikationKriterieListe>{more}</KlassifikationListeHent_I>')


def test_the_same_by_soap(plan, token):
    path, _ = plan.token("KY", KORSBAEK, ENTITY, out=plan.folder / "hent.xml")
    question = soap_question(f"<KlassifikationIdentifikation>{PLAN}</KlassifikationIdentifikation>")
    done = plan.call("KY", path, "KlassifikationListeHent", "hent", question, path=SOAP_PATH)
    root = etree.fromstring(done.stdout.encode())
    assert root.tag == f"{{{NS}}}KlassifikationListeHent_O"
    assert root.findtext(f"{{{KX}}}HovedOplysningerSvar/{{{KX}}}TransaktionsId") == "t-1"
    by_soap = [(e.findtext(f"{{{NS}}}KlasseIdentifikation"), e.findtext(f"{{{NS}}}KlasseBrugervendtNøgle"),
                e.findtext(f"{{{NS}}}KlasseSidstÆndretTidspunkt")) for e in root.iter(f"{{{NS}}}KlasseStruktur")]
    by_rest = [(c["KlasseIdentifikation"], c["KlasseBrugervendtNoegle"], c["KlasseSidstAEndretTidspunkt"])
               for c in klasser(hent(plan, token)[2])]
    assert by_soap == by_rest and len(by_soap) == 3
    nothing = plan.call("KY", path, "KlassifikationListeHent", "hent", soap_question(
        f"<KlasseIdentifikation>{THEIRS}</KlasseIdentifikation>"), path=SOAP_PATH)
    assert "<kx:AdvisId>44</kx:AdvisId>" in nothing.stdout and "KlassifikationListe>" not in nothing.stdout


def test_records_and_counts(plan, token):
    made = secrets.token_hex(8)
    transaction = f"6f3b1c1e-0000-4000-8000-{int(made[:12], 16):012x}"
    hent(plan, token, x_TransaktionsId=transaction)
    hent(plan, Forge(plan, token).sign({"aud": "urn:x"}), x_TransaktionsId=transaction)
    rows = [r for r in plan.audit("--action", "klassifikationlistehent.hent")
            if r["detail"].get("transaction") == transaction and r["detail"].get("interface") == "rest"]
    assert [(r["actor"], r["cvr"], r["result"]) for r in rows if r["result"] == "ok"] == [("KY", KORSBAEK, "ok")]
    refusals = plan.audit("--action", "klassifikationlistehent.hent", "--result", "JWT_AUDIENCE")
    assert refusals and refusals[0]["actor"] == "KY" and refusals[0]["service"] == ENTITY
    text = plan.operations("/metrics")[1]
    assert 'sluse_calls_refused_total{reason="JWT_AUDIENCE"}' in text
    # no token in any log
    log = (plan.folder / "serve.log").read_text()
    assert token.split(".")[1] not in log and "JWT_AUDIENCE" in log
    why = plan.sluse("--json", "audit", "why", "KY", ENTITY, KORSBAEK, check=False)
    assert why.returncode == 0, why.stdout + why.stderr


def test_a_known_client_shape_with_curl(plan, token):
    """As any program would: curl with certificate, token and JSON."""
    _, cert, _, key = plan.key_of("KY")
    done = subprocess.run(
        ["curl", "-sS", "--fail-with-body", "--cert", cert, "--key", key, "--cacert", plan.pki / "tls-ca.pem",
         "-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json",
         "-H", f"x-TransaktionsId: {uuid.uuid4()}", "-H", "x-TransaktionsTid: 2026-05-27T12:15:30Z",
         "-d", json.dumps(WHOLE), plan.service_url(PATH)], capture_output=True, text=True, check=True)
    assert keys(json.loads(done.stdout)) == ["85", "85.11", "85.11.99"]


def test_the_command_line_calls_it(plan, token):
    held = plan.folder / "hent.jwt"
    held.write_text(token + "\n")

    def call(question, *more, system="KY"):
        return plan.sluse("call", "--jwt", *plan.key_of(system), "--ca", plan.pki / "tls-ca.pem", "--token", held,
                          "--url", plan.service_url(PATH), *more, "KlassifikationListeHent", "hent", "-",
                          stdin=json.dumps(question), check=False)

    done = call(WHOLE)
    assert done.returncode == 0 and keys(json.loads(done.stdout)) == ["85", "85.11", "85.11.99"]
    assert call(by(KlasseIdentifikation=THEIRS)).returncode == 3
    done = call(by(KlasseIdentifikation="x"))
    assert done.returncode == 6 and "fault 40: KlasseIdentifikation mangler eller er ugyldig" in done.stderr
    done = call(WHOLE, system="SAPA")
    assert done.returncode == 5 and "fault 401: Security Token Invalid" in done.stderr
    assert call(WHOLE, "--soap11").returncode == 2
    assert plan.sluse("help", "call").stdout.count("--jwt") == 1
