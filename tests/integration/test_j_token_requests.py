# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check that the token service makes of a request, failing alone, and the exact bytes it is
answered with. The numbers are those of the token-service contract, 1.6; the faults are its section 4.
"""

import base64
import contextlib
import datetime
import http.client
import re
import sqlite3

import landscape
import pytest
from conftest import new_landscape
from cryptography.hazmat.primitives import hashes
from forgeries import (DS, VERSIONS, Sender, business, changed, check_fault, header, in_security,
                       last, plain, row, security, signed_again, stamp_unsigned, times, unsigned, without)

import base
import wss
from wss import S12, WSA, WSSE

MALFORMED = plain("Sender", "The message is malformed.")
LIMIT = plain("Sender", "The message exceeds a limit.")
ENVELOPE = plain("Sender", "The envelope is malformed.")
HEADER = security("wsse:InvalidSecurity", "The security header is invalid.")
STAMP = security("wsse:InvalidSecurity", "The timestamp is malformed.")
EXPIRED = security("wsse:MessageExpired", "The message is expired or not yet valid.")
WRONG = security("wsse:FailedCheck", "The signature does not verify.")
ALGORITHM = security("wsse:UnsupportedAlgorithm", "An algorithm or transform is not supported.")
NO_KEY = security("wsse:SecurityTokenUnavailable", "The referenced security token could not be retrieved.")
KIND = security("wsse:UnsupportedSecurityToken", "The kind of security token is not supported.")
UNCOVERED = security("wsse:InvalidSecurity", "A required part of the message is not signed.")
REPLAYED = security("wsse:InvalidSecurity", "The message was received before.")
MISSING = security("wsa:MessageAddressingHeaderRequired", "A required addressing header is missing.")
INVALID = security("wsa:InvalidAddressingHeader", "An addressing header is invalid.")
TWICE = security("wsa:InvalidAddressingHeader/wsa:InvalidCardinality", "An addressing header occurs twice.")
ANONYMOUS = security("wsa:InvalidAddressingHeader/wsa:OnlyAnonymousAddressSupported",
                     "Answers are sent on the connection only.")
ACTION = security("wsa:ActionNotSupported", "The action is not supported here.")
CLAIM = business(5015, "It is expected that the received STR must contain a CVR claim. "
                 "Please check to make sure it includes the CVR claim.")
RST = business(103, "The request for a security token is malformed.")
UNSUPPORTED = business(110, "What is requested is not supported.")

KY = "11111111"
SDI = "http://entityid.kombit.dk/service/sdi/sagdokumentindeks/6"
ADDRESS = f"<Address>{landscape.ORGANISATION}</Address>"
SHA1 = "http://www.w3.org/2000/09/xmldsig#"


def nested(depth):
    return "<x>" * depth + "</x>" * depth


def epr(name, more="", address=WSA + "/anonymous"):
    return f'<a:{name} {more}><a:Address>{address}</a:Address></a:{name}>'


TABLE = [
    # 2: what XML may be
    row(2, "not well-formed", MALFORMED, ("</s:Body>", "</s:Bod>"), how="damaged"),
    row(2, "a DOCTYPE", MALFORMED, ("<s:Envelope", "<!DOCTYPE x><s:Envelope"), how="damaged"),
    row(2, "an entity", MALFORMED, (KY, "&cvr;"), how="damaged"),
    row(2, "a processing instruction", MALFORMED, ("<s:Header>", "<s:Header><?x y?>"), how="damaged"),
    row(2, "a comment in Header", MALFORMED, ("<s:Header>", "<s:Header><!-- -->")),
    row(2, "a comment in the request", MALFORMED, (KY, "1111<!-- -->1111")),
    row(2, "too deep", LIMIT, ("<trust:KeyType>", nested(101) + "<trust:KeyType>")),
    row(2, "too many elements", LIMIT, ("<trust:KeyType>", "<x/>" * 20001 + "<trust:KeyType>")),
    row(2, "another encoding", MALFORMED,
        ("<s:Envelope", '<?xml version="1.0" encoding="ISO-8859-1"?><s:Envelope'), how="damaged"),
    row(2, "XML 1.1", MALFORMED, ("<s:Envelope", '<?xml version="1.1"?><s:Envelope'), how="damaged"),
    # 3: the envelope
    row(3, "no Header", ENVELOPE, lambda t: re.sub(r"<s:Header>.*</s:Header>", "", t, flags=re.S)),
    row(3, "two Bodies", ENVELOPE, ("</s:Envelope>", "<s:Body/></s:Envelope>")),
    row(3, "Body first", ENVELOPE, lambda t: re.sub(r"(<s:Header>.*</s:Header>)(<s:Body.*</s:Body>)", r"\2\1", t)),
    row(3, "an empty Body", ENVELOPE, lambda t: re.sub(r"(<s:Body[^>]*>).*(</s:Body>)", r"\1\2", t)),
    # 4
    row(4, "an unknown header that must be understood",
        plain("MustUnderstand", "A mandatory header block is not understood."),
        header('<x s:mustUnderstand="1"/>')),
    # 5: addressing
    row(5, "no Action", MISSING, without("Action")),
    row(5, "no MessageID", MISSING, without("MessageID")),
    row(5, "two Actions", TWICE, header("<a:Action>x</a:Action>")),
    row(5, "two MessageIDs", TWICE, header("<a:MessageID>x</a:MessageID>")),
    row(5, "two To", TWICE, header("<a:To>x</a:To>")),
    row(5, "two ReplyTo", TWICE, header(epr("ReplyTo"))),
    row(5, "two From", TWICE, header(epr("From") * 2)),
    row(5, "two FaultTo", TWICE, header(epr("FaultTo") * 2)),
    row(5, "a MessageID with white space", INVALID, (">urn:uuid:", ">urn:uuid: ")),
    row(5, "an empty MessageID", INVALID, lambda t: re.sub(r"(<a:MessageID[^>]*>)[^<]*", r"\1", t)),
    row(5, "a MessageID of 513 characters", INVALID, (">urn:uuid:", ">urn:uuid:" + "x" * 468)),
    row(5, "ReplyTo elsewhere", ANONYMOUS, (wss.ANONYMOUS, "http://evil.example/")),
    # 6
    row(6, "another Action", ACTION, (base.RST, base.RST + "x")),
    # 7: the Security header
    row(7, "none", HEADER, lambda t: re.sub(r"<o:Security .*</o:Security>", "", t)),
    row(7, "two", HEADER, header(f'<o:Security xmlns:o="{WSSE}"/>')),
    row(7, "for somebody else", HEADER,
        lambda t: t.replace("<o:Security ", '<o:Security s:actor="urn:x" s:role="urn:x" ', 1)),
    # 8: its children
    row(8, "no Timestamp", HEADER, without("Timestamp")),
    row(8, "two Timestamps", HEADER, in_security("<u:Timestamp/>")),
    row(8, "no Signature", HEADER, lambda t: re.sub(r"<Signature .*</Signature>", "", t), how="damaged"),
    row(8, "two Signatures", HEADER, in_security(f'<Signature xmlns="{DS}"/>')),
    row(8, "three certificates", HEADER, in_security("<o:BinarySecurityToken/>" * 2)),
    row(8, "something else", HEADER, in_security("<x/>")),
    row(8, "an encrypted token", KIND, in_security(f'<EncryptedAssertion xmlns="{wss.SAML}"/>')),
    # 9: time
    row(9, "over", EXPIRED, times(-610, -310)),
    row(9, "from the future", EXPIRED, times(310, 610)),
    row(9, "ends before it begins", EXPIRED, times(0, -1)),
    row(9, "lives for more than 15 minutes", EXPIRED, times(0, 901)),
    row(9, "no Created", STAMP, without("u:Created")),
    row(9, "no Expires", STAMP, without("u:Expires")),
    row(9, "no zone", STAMP, lambda t: re.sub(r"Z</u:Created>", "</u:Created>", t)),
    # 10: the signature
    row(10, "Body changed", WRONG, (KY, "22222222"), how="damaged"),
    row(10, "another key", WRONG, lambda t: t.replace("RequestType", "RequestType", 1) + " ", how="KSD"),
    row(10, "rsa-sha1", ALGORITHM, (wss.RSA_SHA256, SHA1 + "rsa-sha1")),
    row(10, "hmac", ALGORITHM, (wss.RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")),
    row(10, "digest sha1", ALGORITHM, (wss.SHA256, SHA1 + "sha1")),
    row(10, "another canonicalisation", ALGORITHM,
        (f'<CanonicalizationMethod Algorithm="{wss.EXC}"',
         '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"')),
    row(10, "XPath", ALGORITHM,
        (f'<Transform Algorithm="{wss.EXC}"', '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"')),
    row(10, "a key that is not there", NO_KEY, last("URI=\"#uuid-", "URI=\"#other-")),
    row(10, "a key elsewhere", NO_KEY, last("URI=\"#uuid-", "URI=\"http://evil.example/#uuid-")),
    row(10, "a SubjectKeyIdentifier of nobody", NO_KEY, lambda t: key_info(
        lambda _: key_named(wss.SKI, b"x" * 20))(t)),
    row(10, "a thumbprint of nobody", NO_KEY, lambda t: key_info(lambda _: key_named(THUMBPRINT, b"x" * 20))(t)),
    row(10, "an issuer and number of nobody", NO_KEY, lambda t: key_info(
        lambda _: "<X509Data><X509IssuerSerial><X509IssuerName>CN=x</X509IssuerName><X509SerialNumber>1"
                  "</X509SerialNumber></X509IssuerSerial></X509Data>")(t)),
    row(10, "a name alone", NO_KEY, lambda t: key_info(lambda _: "<KeyName>KY</KeyName>")(t)),
    row(10, "a place to fetch it from", NO_KEY, lambda t: key_info(
        lambda _: '<RetrievalMethod URI="http://evil.example/"/>')(t)),
    row(10, "a reference out of the message", WRONG, ('URI="#_1"', 'URI="http://evil.example/"')),
    # 11: what is covered
    row(11, "Body", UNCOVERED, unsigned("_1")),
    row(11, "Action", UNCOVERED, unsigned("_2")),
    row(11, "MessageID", UNCOVERED, unsigned("_3")),
    row(11, "ReplyTo", UNCOVERED, unsigned("_4")),
    row(11, "To", UNCOVERED, unsigned("_5")),
    row(11, "Timestamp", UNCOVERED, stamp_unsigned),
    row(11, "From", UNCOVERED, header(epr("From"))),
    row(11, "FaultTo", UNCOVERED, header(epr("FaultTo"))),
    row(11, "RelatesTo", UNCOVERED, header("<a:RelatesTo>urn:x</a:RelatesTo>")),
    row(11, "the signed Body is a header", UNCOVERED, ('<s:Body u:Id="_1">', "<s:Body>"),
        header('<s:Body u:Id="_1"/>')),
    # 15: the request
    row(15, "another element", RST, ("<trust:RequestSecurityToken ", '<trust:Other '),
        ("</trust:RequestSecurityToken>", "</trust:Other>")),
    row(15, "no RequestType", RST, without("trust:RequestType")),
    row(15, "no TokenType", RST, without("trust:TokenType")),
    row(15, "no KeyType", RST, without("trust:KeyType")),
    row(15, "two KeyTypes", RST, ("<trust:KeyType>", "<trust:KeyType>x</trust:KeyType><trust:KeyType>")),
    row(15, "another RequestType", UNSUPPORTED, ("200512/Issue</trust:R", "200512/Renew</trust:R")),
    row(15, "another TokenType", UNSUPPORTED, ("#SAMLV2.0</trust:T", "#SAMLV1.1</trust:T")),
    row(15, "a bearer token", UNSUPPORTED, ("/PublicKey<", "/Bearer<")),
    row(15, "a symmetric key", UNSUPPORTED, ("/PublicKey<", "/SymmetricKey<")),
    row(15, "no AppliesTo", RST, without("wsp:AppliesTo")),
    row(15, "another dialect", RST, ("/authclaims", "/otherclaims")),
    # 16: the claim
    row(16, "no claims", CLAIM, without("trust:Claims")),
    row(16, "another claim", CLAIM, ("CvrNumberIdentifier", "ProductionUnitIdentifier")),
    row(16, "two of it", CLAIM,
        lambda t: re.sub(r"(<i:ClaimType.*</i:ClaimType>)", r"\1\1", t)),
    row(16, "seven digits", CLAIM, (KY, "1111111")),
    row(16, "letters", CLAIM, (KY, "1111111A")),
    # 17
    row(17, "unknown service", business(5002, "Path resolution: no connection 'http://nothing.example/1' found"),
        (ADDRESS, "<Address>http://nothing.example/1</Address>")),
    row(17, "another spelling", business(5002, f"Path resolution: no connection '{landscape.ORGANISATION}x' found"),
        (ADDRESS, f"<Address>{landscape.ORGANISATION}x</Address>")),
    # 18
    row(18, "another certificate", RST,
        lambda t: re.sub(r"(<trust:UseKey>.*?>)[^<]{100,}<", r"\1MIIB<", t)),
    row(18, "another key", RST, lambda t: re.sub(
        r"<trust:UseKey>.*</trust:UseKey>", f'<trust:UseKey><KeyInfo xmlns="{DS}"><KeyValue><RSAKeyValue>'
        "<Modulus>AQ==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue></KeyInfo></trust:UseKey>", t)),
    # 19: switched off in this landscape
    row(19, "on behalf of another", UNSUPPORTED,
        ("<trust:UseKey>", "<trust:OnBehalfOf>x</trust:OnBehalfOf><trust:UseKey>")),
    row(19, "acting as another", UNSUPPORTED,
        ("<trust:UseKey>", '<ActAs xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200802"/><trust:UseKey>')),
    # 20
    row(20, "another authority", business(5015, "Usercontext doesn't exist on system"), (KY, "22222222")),
    row(20, "no authority", business(5015, "Usercontext doesn't exist on system"), (KY, "99999999")),
    # 21
    row(21, "no agreement for this service", business(5015, "ServiceAgreementNotFound"),
        (ADDRESS, f"<Address>{SDI}</Address>")),
]


@pytest.fixture(scope="module")
def senders(land):
    made = {v: Sender(land, ns) for v, ns in VERSIONS.items()}
    yield made
    for s in made.values():
        s.close()


def request(sender):
    return sender.rst(landscape.ORGANISATION, KY).decode()


def ask(sender, message):
    return sender.send(sender.sts_url, message, base.RST)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("r", TABLE, ids=lambda r: f"{r.check}: {r.name}")
def test_check(senders, r, version):
    sender = senders[version]
    text = changed(request(sender), r.changes)
    message = text.encode() if r.how == "damaged" else signed_again(text, sender.signed_by(r.how))
    status, answer = ask(sender, message)
    assert status == 500
    # what is no XML is of no version
    check_fault(answer, r.want, S12 if r.check == 2 else sender.version)
    if r.want.is_signed:
        wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
        assert b">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Fault<" in answer
    else:
        assert b"<o:Security" not in answer


@pytest.mark.parametrize("version", VERSIONS)
def test_unchanged(senders, version):
    """The twin of all rows: signed again without a change, it gets a token."""
    sender = senders[version]
    status, answer = ask(sender, signed_again(request(sender), sender.key))
    assert status == 200
    sender.read_token(status, answer, KY)


# --- what must be accepted: section 1.4, and the ways to name a key of 1.6-10 ---

def key_info(make):
    """Another KeyInfo, made of the signer's certificate."""
    def change(text):
        return re.sub(r"<KeyInfo>.*?</KeyInfo>", f"<KeyInfo>{make(change.cert)}</KeyInfo>", text)
    change.cert = None
    return change


def key_named(kind, value):
    return (f'<o:SecurityTokenReference><o:KeyIdentifier ValueType="{kind}">{base64.b64encode(value).decode()}'
            "</o:KeyIdentifier></o:SecurityTokenReference>")


def issuer_serial(cert):
    parts = []
    for a in reversed(list(cert.x509.issuer)):
        name = {"commonName": "CN", "organizationName": "O", "countryName": "C"}[a.oid._name]
        parts.append(f"{name}={a.value}")
    return ("<X509Data><X509IssuerSerial><X509IssuerName>" + ", ".join(parts) + "</X509IssuerName><X509SerialNumber>"
            + str(cert.x509.serial_number) + "</X509SerialNumber></X509IssuerSerial></X509Data>")


def key_value(cert):
    n = cert.x509.public_key().public_numbers()

    def b64(number):
        return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
    return (f'<trust:UseKey><KeyInfo xmlns="{DS}"><KeyValue><RSAKeyValue><Modulus>{b64(n.n)}</Modulus><Exponent>'
            f"{b64(n.e)}</Exponent></RSAKeyValue></KeyValue></KeyInfo></trust:UseKey>")


def lifetime(minutes):
    """From the moment that the message is made."""
    def change(text):
        until = (wss.now() + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return text.replace("<trust:KeyType>", f"<trust:Lifetime><u:Expires>{until}</u:Expires></trust:Lifetime>"
                            "<trust:KeyType>", 1)
    return change


THUMBPRINT = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
WSP15 = "http://www.w3.org/ns/ws-policy"
MANY = ("<trust:Renewing Allow='false'/><trust:Entropy/><trust:SecondaryParameters/><trust:KeySize>2048"
        "</trust:KeySize><trust:EncryptWith>x</trust:EncryptWith><trust:Issuer/><x/>")

# name, changes; and what else holds of the answer: AppliesTo echoed, minutes of life
ACCEPTED = [
    ("AppliesTo with a slash", [(ADDRESS, ADDRESS.replace("</", "/</"))], {"echo": landscape.ORGANISATION + "/"}),
    ("AppliesTo with white space", [(ADDRESS, ADDRESS.replace(">http", ">\n http"))], {}),
    ("AppliesTo of the newer namespace", [(base.WSP, WSP15)], {}),
    ("a qualified dialect", [(' Dialect="', ' trust:Dialect="')], {}),
    ("a claim without Optional", [(' Optional="false"', "")], {}),
    ("a value in no namespace", [("<i:Value>", "<Value>"), ("</i:Value>", "</Value>")], {}),
    ("a value with white space", [(KY, f"\n {KY} ")], {}),
    ("another claim beside", [("<i:ClaimType", '<i:ClaimType Uri="urn:x"/><i:ClaimType')], {}),
    ("no UseKey", [lambda t: re.sub(r"<trust:UseKey>.*</trust:UseKey>", "", t)], {}),
    ("UseKey with the key alone", ["key value"], {}),
    ("no Context", [lambda t: re.sub(r' Context="[^"]*"', "", t)], {"context": None}),
    ("much that is ignored", [("<trust:KeyType>", MANY + "<trust:KeyType>")], {}),
    ("no To", [without("a:To")], {}),
    ("no ReplyTo", [without("a:ReplyTo")], {}),
    ("ReplyTo of nothing but white space around", [(wss.ANONYMOUS, f" {wss.ANONYMOUS} ")], {}),
    ("two hours", [lifetime(120)], {"minutes": 120}),
    ("nine hours", [lifetime(540)], {"minutes": 480}),
    ("half a minute", [lifetime(0.5)], {"minutes": 480}),
    ("Security for the next", [("<o:Security ", '<o:Security s:actor="http://schemas.xmlsoap.org/soap/actor/next" '
                                f's:role="{S12}/role/next" ')], {}),
    ("an unknown header", [header('<x s:mustUnderstand="0"/>')], {}),
    ("ten minutes", [times(0, 600)], {}),
    ("an offset", [lambda t: re.sub(r"(<u:Created>[^<]*)Z<", r"\1+00:00<", t)], {}),
    ("key by SubjectKeyIdentifier", [key_info(lambda c: key_named(wss.SKI, base64.b64decode(c.ski)))], {}),
    ("key by thumbprint", [key_info(lambda c: key_named(THUMBPRINT, c.x509.fingerprint(hashes.SHA1())))], {}),
    ("key by issuer and serial number", [key_info(issuer_serial)], {}),
    ("the certificate itself", [key_info(lambda c: f"<X509Data><X509Certificate>{c.base64}</X509Certificate>"
                                         "</X509Data>")], {}),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name, changes, more", ACCEPTED, ids=[a[0] for a in ACCEPTED])
def test_accepted(senders, version, name, changes, more):
    sender = senders[version]
    text = request(sender)
    for c in changes:
        if c == "key value":
            c = (re.search(r"<trust:UseKey>.*</trust:UseKey>", text).group(0), key_value(sender.key.cert))
        elif callable(c) and c.__qualname__.startswith("key_info"):
            c.cert = sender.key.cert
        text = changed(text, [c])
    status, answer = ask(sender, signed_again(text, sender.key))
    assert status == 200, answer
    content = wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
    (rstr,) = content
    assert rstr.get("Context") == more.get("context", rstr.get("Context"))
    assert ("context" in more) == (rstr.get("Context") is None)
    assert rstr[1][0][0].text.strip() == more.get("echo", landscape.ORGANISATION)
    (token,) = content.iter(wss.q(wss.SAML, "Assertion"))
    conditions = token.find(wss.q(wss.SAML, "Conditions"))
    begin, end = (base.moment(conditions.get(n)) for n in ("NotBefore", "NotOnOrAfter"))
    assert abs((end - begin).total_seconds() / 60 - more.get("minutes", 480)) < 1
    assert conditions.findtext(f".//{wss.q(wss.SAML, 'Audience')}") == landscape.ORGANISATION


@pytest.mark.parametrize("message_id", ["urn:x:a&amp;b", "uuid:1", "http://x.example/ø?a=b#c", "x" * 512])
def test_any_message_id_is_echoed(senders, message_id):
    sender = senders["1.2"]
    message_id += "" if len(message_id) == 512 else base.guid()
    text = re.sub(r"(<a:MessageID[^>]*>)[^<]*", lambda m: m.group(1) + message_id, request(sender))
    status, answer = ask(sender, signed_again(text, sender.key))
    assert status == 200
    assert f">{message_id}</a:RelatesTo>".encode() in answer


def test_every_number_has_its_rows():
    """1, 12, 13, 14, 22 and 23 are the tests below."""
    below = {1, 12, 13, 14, 22, 23}
    assert {r.check for r in TABLE} | below == set(range(1, 24))


def test_1_plain_http(land):
    """There is no message to answer: a line and a reference."""
    def raw(method, body, kind="application/soap+xml"):
        c = http.client.HTTPSConnection("localhost", land.ports["system"], timeout=60, context=land.tls())
        with contextlib.closing(c):
            c.request(method, landscape.STS_PATH, body, {"Content-Type": kind})
            r = c.getresponse()
            return r.status, r.read().decode()
    for status, text, call in ((405, "The method is not allowed here.", ("PUT", b"x")),
                               (400, "The body is missing.", ("POST", b"")),
                               (413, "The message is too large.", ("POST", b"x" * (256 * 1024 + 1))),
                               (415, "The media type is not supported.", ("POST", b"x", "text/plain"))):
        got = raw(*call)
        assert got[0] == status and re.fullmatch(re.escape(text) + r" \(ref: [0-9a-f]{16}\)\n", got[1]), got


def test_2_not_utf8(senders):
    sender = senders["1.2"]
    check_fault(ask(sender, signed_again(request(sender), sender.key).replace(KY.encode(), b"1111\xe6111"))[1],
                MALFORMED, S12)


@pytest.mark.parametrize("version", VERSIONS)
def test_3_another_soap(senders, version):
    """Told in SOAP 1.2, since nobody knows that version."""
    sender = senders[version]
    text = request(sender).replace(sender.version, "urn:soap")
    status, answer = ask(senders["1.2"], text.encode())
    assert status == 500
    check_fault(answer, plain("VersionMismatch", "The envelope is of an unknown SOAP version."), S12)


@pytest.mark.parametrize("version", VERSIONS)
def test_12_replay(senders, version):
    sender = senders[version]
    message = signed_again(request(sender), sender.key)
    assert ask(sender, message)[0] == 200
    check_fault(ask(sender, message)[1], REPLAYED, sender.version)
    # the same id in another message
    again = signed_again(changed(message.decode(), [("Z</u:Created>", "1Z</u:Created>")]), sender.key)
    check_fault(ask(sender, again)[1], REPLAYED, sender.version)


def thumbprint(key):
    return key.cert.x509.fingerprint(hashes.SHA1()).hex().upper()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("system", ["odd/stranger", "odd/expired", "systems/KY-next"])
def test_13_not_registered(land, version, system):
    sender = Sender(land, VERSIONS[version])
    sender.key = sender.signer = wss.Key(land.pki / system)
    sender.cert = sender.key.cert.base64
    status, answer = ask(sender, sender.rst(landscape.ORGANISATION, KY))
    want = business(5607, f"No mapped user exists for thumbprint &apos;{thumbprint(sender.key)}&apos;")
    check_fault(answer.replace(b"'", b"&apos;"), want, sender.version)
    wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
    sender.close()


@pytest.fixture(scope="module")
def odd():
    """A landscape that knows certificates which nobody should believe."""
    with new_landscape("odd") as made:
        made.prepare()
        rows = ", ".join(f'{{ id = "{n}"; navn = "{n}"; ejer = "33333333"; anvender = {{ certifikater = '
                         f'( {{ fil = "pki/odd/{n}/cert.pem"; }} ); anvenderkontekster = [ "{KY}" ]; }}; }}'
                         for n in ("revoked", "employee", "future"))
        file = made.folder / "odd.conf"
        kle = ", ".join(f'"{i:02}.{j:02}"' for i in range(50) for j in range(20))
        big = (f'{{ id = "big"; navn = "big"; ejer = "33333333"; anvender = {{ certifikater = '
               '( { fil = "pki/systems/KY-next/cert.pem"; } ); }; }')
        agreement = (f'{{ id = "big"; navn = "big"; type = "uden_videregivelse"; begrundelse = "x"; '
                     f'anvendersystem = "big"; dataejer = "{KY}"; linjer = ( {{ service = '
                     f'"{SDI}"; roller = [ "http://sagsogdokumentindeks.stoettesystemerne.dk/roles/'
                     'servicesystemrole/udstil/1" ]; dataafgraensninger = ( { type = '
                     f'"http://sts.kombit.dk/constraints/KLE/1"; vaerdier = [ {kle} ]; }} ); }} ); }}')
        file.write_text(f"systemer = ( {rows}, {big} ); aftaler = ( {agreement} );")
        made.sluse("apply", file)
        made.start_server()
        yield made
        assert made.stop("serve") == 0


@pytest.mark.parametrize("system", ["revoked", "employee", "future"])
def test_14_not_believed(odd, system):
    sender = Sender(odd)
    sender.key = sender.signer = wss.Key(odd.pki / "odd" / system)
    sender.cert = sender.key.cert.base64
    _, answer = ask(sender, sender.rst(landscape.ORGANISATION, KY))
    check_fault(answer, business(5607, "The certificate is expired, revoked or not issued by a trusted "
                                 "authority."), S12)
    wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
    sender.close()


def test_22_configuration(odd):
    """Roles of more values than a token may hold."""
    sender = Sender(odd)
    sender.key = sender.signer = wss.Key(odd.pki / "systems" / "KY-next")
    sender.cert = sender.key.cert.base64
    _, answer = ask(sender, sender.rst(SDI, KY))
    check_fault(answer, business(111, "Configuration error."), S12)
    wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
    sender.close()


def test_20_and_21_agreements(land):
    """A known context without an agreement, and an agreement that ended."""
    sender = Sender(land, S12, "ESDH")
    _, answer = ask(sender, sender.rst(landscape.ORGANISATION, KY))
    check_fault(answer, business(5015, "ServiceAgreementNotFound"), S12)
    sender.close()


def test_23_no_audit(own_land):
    """The record cannot be written: no token."""
    own_land.start_server()
    sender = Sender(own_land)
    assert ask(sender, sender.rst(landscape.ORGANISATION, KY))[0] == 200
    db = sqlite3.connect(own_land.folder / "sluse.db", isolation_level=None)
    db.execute("ALTER TABLE audit RENAME TO elsewhere")
    _, answer = ask(sender, sender.rst(landscape.ORGANISATION, KY))
    check_fault(answer, business(106, "The audit log could not be written."), S12)
    wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
    db.execute("ALTER TABLE elsewhere RENAME TO audit")
    db.close()
    assert ask(sender, sender.rst(landscape.ORGANISATION, KY))[0] == 200
    sender.close()
