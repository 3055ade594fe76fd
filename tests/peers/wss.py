# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Security as a fagsystem needs it, with lxml and cryptography: a second implementation, that
shares no line with the server's. Signs requests; reads answers without trusting them.

Answers are judged from the bytes on the wire: compact, signed by the certificate that was
configured, every part covered, each digest and the value recomputed here, and if asked the same
verdict from the xmlsec1 command.
"""

import base64
import datetime
import hashlib
import subprocess
import tempfile
import uuid

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

S11 = "http://schemas.xmlsoap.org/soap/envelope/"
S12 = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = _OASIS + "wssecurity-secext-1.0.xsd"
WSU = _OASIS + "wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ENVELOPED = DS + "enveloped-signature"
STR_TRANSFORM = _OASIS + "soap-message-security-1.0#STR-Transform"
B64 = _OASIS + "soap-message-security-1.0#Base64Binary"
X509V3 = _OASIS + "x509-token-profile-1.0#X509v3"
SKI = _OASIS + "x509-token-profile-1.0#X509SubjectKeyIdentifier"
SAMLV2 = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
SAMLID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID"
REQUEST_HEADER = "http://kombit.dk/xml/schemas/RequestHeader/1/"
LIBERTY = "urn:liberty:sb:2006-08"
ANONYMOUS = WSA + "/anonymous"
WSU_ID = f"{{{WSU}}}Id"


class Refused(Exception):
    """An answer that a careful client does not believe; the text says why."""


def need(true, why):
    if not true:
        raise Refused(why)


def q(ns, name):
    return f"{{{ns}}}{name}"


def c14n(node):
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


def digest(octets):
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


def parse(octets):
    return etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True))


SHIFT = datetime.timedelta(0)  # of the clients' clocks, where the server's was set ahead


def now():
    return datetime.datetime.now(datetime.timezone.utc) + SHIFT


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Key:
    """A system's certificate and private key."""

    def __init__(self, folder):
        self.folder = folder
        self.cert = Cert(folder / "cert.pem")
        self._key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)

    def sign(self, octets):
        return self._key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


class Cert:
    def __init__(self, path):
        self.path = path
        self.x509 = x509.load_pem_x509_certificate(path.read_bytes())
        self.der = self.x509.public_bytes(serialization.Encoding.DER)
        self.base64 = base64.b64encode(self.der).decode()
        ski = self.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        self.ski = base64.b64encode(ski.value.digest).decode()

    def verify(self, signature, octets):
        try:
            self.x509.public_key().verify(signature, octets, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


# --- signing ---

def reference(uri, octets, str_transform=False):
    inner = ""
    algorithm = EXC
    if str_transform:
        algorithm = STR_TRANSFORM
        inner = (f'<o:TransformationParameters xmlns:o="{WSSE}"><CanonicalizationMethod '
                 f'Algorithm="{EXC}"/></o:TransformationParameters>')
    return (f'<Reference URI="#{uri}"><Transforms><Transform Algorithm="{algorithm}">{inner}</Transform>'
            f'</Transforms><DigestMethod Algorithm="{SHA256}"/>'
            f"<DigestValue>{digest(octets)}</DigestValue></Reference>")


def signature(key, security, references, key_info):
    """Appends a signature with these references to the Security header."""
    node = parse((f'<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{EXC}"/>'
                  f'<SignatureMethod Algorithm="{RSA_SHA256}"/>{"".join(references)}</SignedInfo>'
                  f"<SignatureValue/><KeyInfo>{key_info}</KeyInfo></Signature>").encode())
    security.append(node)
    node[1].text = base64.b64encode(key.sign(c14n(node[0]))).decode()


def addressing(soap, header, action, to, message_id):
    """Adds the wsa headers, each with an id to be signed by."""
    for n, (name, text) in enumerate((("Action", action), ("MessageID", message_id), ("To", to))):
        e = etree.SubElement(header, q(WSA, name), {WSU_ID: f"h{n}"}, nsmap={"a": WSA, "u": WSU})
        e.text = text
        if name != "MessageID":
            e.set(q(soap, "mustUnderstand"), "1")
    reply = etree.SubElement(header, q(WSA, "ReplyTo"), {WSU_ID: "h3"}, nsmap={"a": WSA, "u": WSU})
    etree.SubElement(reply, q(WSA, "Address")).text = ANONYMOUS


def security_header(soap, header, at):
    s = etree.SubElement(header, q(WSSE, "Security"), {q(soap, "mustUnderstand"): "1"},
                         nsmap={"o": WSSE, "u": WSU})
    t = etree.SubElement(s, q(WSU, "Timestamp"), {WSU_ID: "ts"})
    etree.SubElement(t, q(WSU, "Created")).text = stamp(at)
    etree.SubElement(t, q(WSU, "Expires")).text = stamp(at + datetime.timedelta(minutes=5))
    return s


def signed_parts(envelope):
    """Everything with a wsu:Id at a place where it may be signed."""
    header, body = envelope
    (security,) = header.findall(q(WSSE, "Security"))
    parts = [*header, *security, body]
    return [p for p in parts if p.get(WSU_ID) and p.tag != q(WSSE, "SecurityTokenReference")]


def sign_with_certificate(key, envelope, security):
    """A token request: the certificate goes along and is signed too."""
    bst = etree.Element(q(WSSE, "BinarySecurityToken"),
                        {WSU_ID: "x509", "ValueType": X509V3, "EncodingType": B64})
    bst.text = key.cert.base64
    security.append(bst)
    references = [reference(p.get(WSU_ID), c14n(p)) for p in signed_parts(envelope)]
    signature(key, security, references,
              f'<o:SecurityTokenReference xmlns:o="{WSSE}"><o:Reference URI="#x509" '
              f'ValueType="{X509V3}"/></o:SecurityTokenReference>')


def sign_with_token(key, envelope, security, token, bind="token"):
    """A call: the token goes along; the key is the one it names. What binds it: "token", its digest
    by STR-Transform; "reference", the digest of the reference to it; None, nothing."""
    assertion = parse(token.xml)
    security.append(assertion)
    name = (f'xmlns:o="{WSSE}" xmlns:k="{WSSE11}" k:TokenType="{SAMLV2}"><o:KeyIdentifier '
            f'ValueType="{SAMLID}">{token.id}</o:KeyIdentifier></o:SecurityTokenReference>')
    named = parse(f'<o:SecurityTokenReference xmlns:u="{WSU}" u:Id="str" {name}'.encode())
    security.append(named)
    references = [reference(p.get(WSU_ID), c14n(p)) for p in signed_parts(envelope)]
    if bind == "token":
        references.append(reference("str", c14n(assertion), str_transform=True))
    elif bind == "reference":
        references.append(reference("str", c14n(named)))
    signature(key, security, references, f"<o:SecurityTokenReference {name}")


def envelope(soap, body):
    """An envelope around a body element; its body can be signed."""
    e = etree.Element(q(soap, "Envelope"), nsmap={"s": soap, "u": WSU})
    etree.SubElement(e, q(soap, "Header"))
    etree.SubElement(e, q(soap, "Body"), {WSU_ID: "body"}).append(body)
    return e


def new_id():
    return f"urn:uuid:{uuid.uuid4()}"


# --- reading ---

def check_compact(octets):
    need(not octets.startswith(b"<?xml") and not octets.startswith(b"\xef\xbb\xbf"),
         "begins with a declaration or a mark")
    need(b"\r" not in octets, "has a carriage return")
    for e in parse(octets).iter():
        for text in (e.text, e.tail):
            need(text is None or text.strip(), f"white space alone, at {e.tag}")


def check_references(sig, find, cert):
    """Recomputes a signature; returns the elements it covers."""
    info, value, key_info = sig
    need(info.find(q(DS, "CanonicalizationMethod")).get("Algorithm") == EXC, "canonicalisation")
    need(info.find(q(DS, "SignatureMethod")).get("Algorithm") == RSA_SHA256, "signature method")
    need(cert.verify(base64.b64decode(value.text, validate=True), c14n(info)), "signature value")
    covered = []
    for r in info.findall(q(DS, "Reference")):
        part = find(r.get("URI"))
        transforms = [t.get("Algorithm") for t in r.find(q(DS, "Transforms"))]
        need(r.find(q(DS, "DigestMethod")).get("Algorithm") == SHA256, "digest method")
        octets = c14n(part)
        if transforms == [ENVELOPED, EXC]:
            copy = parse(octets)
            copy.remove(copy.find(q(DS, "Signature")))
            octets = c14n(copy)
        else:
            need(transforms == [EXC], f"transforms {transforms}")
        need(digest(octets) == r.findtext(q(DS, "DigestValue")), f"digest of {part.tag}")
        covered.append(part)
    need(len(set(covered)) == len(covered) > 0, "references")
    return covered


def check_assertion(assertion, cert):
    """A token's own signature, by the configured certificate of the token service."""
    (sig,) = assertion.findall(q(DS, "Signature"))

    def find(uri):
        need(uri == "#" + assertion.get("ID"), "the assertion signs something else")
        return assertion
    check_references(sig, find, cert)
    need(sig.findtext(f"{q(DS, 'KeyInfo')}/{q(DS, 'X509Data')}/{q(DS, 'X509Certificate')}") == cert.base64,
         "certificate in the token")


def check_message(octets, cert):
    """A signed answer: returns its envelope and its header blocks by tag."""
    check_compact(octets)
    root = parse(octets)
    header, body = root
    (security,) = header.findall(q(WSSE, "Security"))
    ids = {}
    for e in [*header, *security, body]:
        if e.get(WSU_ID):
            need(e.get(WSU_ID) not in ids, "an id twice")
            ids[e.get(WSU_ID)] = e
    (sig,) = security.findall(q(DS, "Signature"))
    need(security[-1] is sig, "the signature stands last")

    def find(uri):
        need(uri.startswith("#") and uri[1:] in ids, f"reference to {uri}")
        return ids[uri[1:]]
    covered = check_references(sig, find, cert)
    for part in [body, security.find(q(WSU, "Timestamp")),
                 *(e for e in header if e.tag.startswith((f"{{{WSA}}}", f"{{{LIBERTY}}}"))),
                 *security.findall(q(WSSE, "BinarySecurityToken"))]:
        need(part in covered, f"{part.tag} is not signed")
    return root


def check_fresh(root):
    t = root[0].find(f"{q(WSSE, 'Security')}/{q(WSU, 'Timestamp')}")
    created, expires = (datetime.datetime.fromisoformat(e.text.replace("Z", "+00:00")) for e in t)
    need(all(e.text.endswith("Z") and len(e.text) == 24 for e in t), "form of the timestamp")
    need(abs(now() - created) < datetime.timedelta(seconds=60), "created")
    need(expires - created == datetime.timedelta(minutes=5), "expires")


def names(node):
    return [etree.QName(e).localname for e in node]


def check_service_answer(octets, cert, message_id, framework=False):
    """All that a service's answer has to be. Returns the element in its Body. A Framework header
    is there if the request had one, and signed."""
    root = check_message(octets, cert)
    header, body = root
    (security,) = header.findall(q(WSSE, "Security"))
    order = [*(["Framework"] if framework else []), "Action", "MessageID", "To", "RelatesTo", "Security"]
    need(names(header)[:len(order)] == order, f"header order {names(header)}")
    need(names(security) == ["BinarySecurityToken", "Timestamp", "Signature"], "security order")
    need(security[0].text == cert.base64, "certificate of the answer")
    need(header.findtext(q(WSA, "RelatesTo")) == message_id, "relates to another message")
    need(header.findtext(q(WSA, "To")) == ANONYMOUS, "to somebody else")
    need(header.findtext(q(WSA, "MessageID")).startswith("urn:uuid:"), "message id")
    (ref,) = security[2].iter(q(WSSE, "Reference"))
    need(ref.get("URI") == "#" + security[0].get(WSU_ID) and ref.get("ValueType") == X509V3, "key info")
    check_fresh(root)
    (content,) = body
    return content


def check_sts_answer(octets, cert, message_id):
    """All that the token service's answer has to be. Returns the element in its Body."""
    root = check_message(octets, cert)
    header, body = root
    (security,) = header.findall(q(WSSE, "Security"))
    need(names(header) == ["Action", "RelatesTo", "Security"], "header order")
    need(names(security) == ["Timestamp", "Signature"], "security order")
    need(header.findtext(q(WSA, "RelatesTo")) == message_id, "relates to another message")
    (ski,) = security[1].iter(q(WSSE, "KeyIdentifier"))
    need(ski.get("ValueType") == SKI and ski.text == cert.ski, "key info")
    check_fresh(root)
    (content,) = body
    return content


# --- a third opinion ---

def xmlsec1(octets, cert, xpath):
    """What the xmlsec1 command says of the signature at that place."""
    ids = [f"{S11}:Body", f"{S12}:Body", f"{WSU}:Timestamp", f"{WSSE}:BinarySecurityToken",
           *(f"{WSA}:{n}" for n in ("Action", "MessageID", "To", "RelatesTo", "ReplyTo"))]
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", cert.path, "--node-xpath", xpath,
               "--id-attr:ID", f"{SAML}:Assertion"]
    for name in ids:
        command += ["--id-attr:Id", name]
    with tempfile.NamedTemporaryFile(suffix=".xml") as f:
        f.write(octets)
        f.flush()
        done = subprocess.run([*command, f.name], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def local(*steps):
    return "".join(f"/*[local-name()='{s}']" for s in steps)


MESSAGE = local("Envelope", "Header", "Security", "Signature")
TOKEN = "//*[local-name()='Assertion']" + local("Signature")
