# SPDX-License-Identifier: GPL-3.0-or-later
"""What the re-created clients have in common: text with holes for digests, one key, one wire.

Each client's module writes its messages as that client does and reads answers as that client
reads them, no stricter: what a client ignores its module ignores too. Nothing here is code of
theirs. Source: token-service contract 1.5, 1.8, 5.3, 5.8, 8.5.
"""

import base64
import datetime
import re
import uuid

from lxml import etree

import wss
from wire import Wire
from wss import DS, S11, S12, SAML, WSA, WSSE, WSU, need, q

WST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
AUTH = "http://docs.oasis-open.org/wsfed/authorization/200706"
CLAIM = "dk:gov:saml:attribute:CvrNumberIdentifier"
RST = WST + "/RST/Issue"
SAGDOK = "urn:oio:sagdok:3.0.0"
ENHED = "http://stoettesystemerne.dk/organisation/organisationenhed/6/"
PATH = "/organisation/organisationenhed/6"
KOMBIT = "http://kombit.dk/sts"
ACTION = KOMBIT + "/organisation/organisationenhed/laes"
CLASSIFIED = ("klassifikation", "facet", "klasse")

DIGEST, VALUE = "@digest@", "@value@"


class ClientFault(Exception):
    """What a client makes of a fault: the text is what its user is shown."""


def guid():
    return str(uuid.uuid4())


def times(minutes, form="ms"):
    """Created and Expires of a Timestamp."""
    for m in (0, minutes):
        moment = wss.now() + datetime.timedelta(minutes=m)
        yield wss.stamp(moment) if form == "ms" else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def reference(uri, prefix="", inclusive=None, str_inside=None):
    """A Reference whose digest is to be filled in. `inclusive`: a PrefixList; `str_inside`: the
    parameters of an STR-Transform."""
    p = prefix + ":" if prefix else ""
    inside, algorithm = "", wss.EXC
    if str_inside is not None:
        inside, algorithm = str_inside, wss.STR_TRANSFORM
    elif inclusive:
        inside = f'<ec:InclusiveNamespaces xmlns:ec="{wss.EXC}" PrefixList="{inclusive}"/>'
    return (f'<{p}Reference URI="#{uri}"><{p}Transforms><{p}Transform Algorithm="{algorithm}">{inside}'
            f'</{p}Transform></{p}Transforms><{p}DigestMethod Algorithm="{wss.SHA256}"/>'
            f"<{p}DigestValue>{DIGEST}</{p}DigestValue></{p}Reference>")


def str_parameters(prefix="", o="o"):
    p = prefix + ":" if prefix else ""
    return (f"<{o}:TransformationParameters><{p}CanonicalizationMethod "
            f'Algorithm="{wss.EXC}"/></{o}:TransformationParameters>')


def signed_info(references, prefix="", inclusive=None):
    p = prefix + ":" if prefix else ""
    inside = f'<ec:InclusiveNamespaces xmlns:ec="{wss.EXC}" PrefixList="{inclusive}"/>' if inclusive else ""
    return (f'<{p}SignedInfo><{p}CanonicalizationMethod Algorithm="{wss.EXC}">{inside}'
            f'</{p}CanonicalizationMethod><{p}SignatureMethod Algorithm="{wss.RSA_SHA256}"/>'
            f'{"".join(references)}</{p}SignedInfo><{p}SignatureValue>{VALUE}</{p}SignatureValue>')


def canonical(node, method):
    listed = method.find(q(wss.EXC, "InclusiveNamespaces"))
    prefixes = listed.get("PrefixList").split() if listed is not None else None
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False,
                          inclusive_ns_prefixes=prefixes)


def part_of(root, uri, transform):
    """The element a reference means: for STR-Transform the token that is named."""
    found = [e for e in root.iter(etree.Element) if e.get(wss.WSU_ID) == uri]
    if transform.get("Algorithm") == wss.STR_TRANSFORM:
        named = found[0].findtext(q(WSSE, "KeyIdentifier")).strip()
        return next(a for a in root.iter(q(SAML, "Assertion")) if a.get("ID") == named)
    return found[0] if found else next(
        a for a in root.iter(q(SAML, "Assertion")) if a.get("ID") == uri)


def signed(text, key, find=part_of):
    """The text with its holes filled, byte for byte otherwise as it was written."""
    root = wss.parse(text.encode())
    (hole,) = [e for e in root.iter(q(DS, "SignatureValue")) if e.text == VALUE]
    for r in hole.getparent().iter(q(DS, "Reference")):
        (transform,) = r.find(q(DS, "Transforms"))
        part = find(root, r.get("URI")[1:], transform)
        octets = canonical(part, transform)
        text = text.replace(DIGEST, wss.digest(octets), 1)
    root = wss.parse(text.encode())
    (hole,) = [e for e in root.iter(q(DS, "SignatureValue")) if e.text == VALUE]
    info = hole.getprevious()
    value = key.sign(canonical(info, info.find(q(DS, "CanonicalizationMethod"))))
    return text.replace(VALUE, base64.b64encode(value).decode()).encode()


def only(nodes, what):
    nodes = list(nodes)
    need(len(nodes) == 1, f"{len(nodes)} {what}")
    return nodes[0]


class Token:
    """A token as its client keeps it: a text to be pasted, and what it takes from around it."""

    def __init__(self, text, token_id, reference=None):
        self.text, self.id, self.reference = text, token_id, reference


def cut(answer):
    """The assertion as it stands in the answer, cut out of the text."""
    return re.search(rb"<Assertion .*</Assertion>", answer, re.S).group(0).decode()


class Client:
    """One row of the matrix. Subclasses write and read; `system` owns the registered certificate."""

    row = None            # its name in the report
    version = S12
    content = None        # its media type, with what stands behind it
    minutes = 5           # life of its Timestamps
    presents_cert = False  # in TLS
    faults = "none"       # what it sees of a refusal, for the report
    verifies = True       # signatures of answers
    ending = ""           # of the address that it calls
    transaction = False   # does it send a RequestHeader?

    # what it calls, until told otherwise
    service, operation, element = "organisationenhed", "laes", "LaesOutput"

    def __init__(self, land, system="KY"):
        self.key = self.signer = wss.Key(land.pki / "systems" / system)
        self.other = wss.Key(land.pki / "systems" / ("KSD" if system == "KY" else "KY"))
        self.sts_cert = wss.Cert(land.pki / "platform" / "adgangsstyring" / "cert.pem")
        self.service_cert = wss.Cert(land.pki / "platform" / "organisation" / "cert.pem")
        self.wire = Wire(land.ports["system"], land.pki / "tls-ca.pem",
                         key=self.key if self.presents_cert else None)
        self.base = f"https://localhost:{land.ports['system']}"
        self.sts_url = land.sts_url
        self.message_id = f"urn:uuid:{guid()}"
        self.cert = self.key.cert.base64

    def close(self):
        self.wire.close()

    # --- what it calls ---

    def aim(self, service, operation, element=None):
        """The service, its operation, and the element that is to come in the Body."""
        self.service, self.operation = service, operation
        self.element = element or f"{operation.capitalize()}Output"

    @property
    def path(self):
        return f"{'' if self.service in CLASSIFIED else '/organisation'}/{self.service}/6{self.ending}"

    @property
    def action(self):
        """Spelt with an s too many for one service, by all."""
        group = "klassifikation" if self.service in CLASSIFIED else "organisation"
        name = self.service.replace("organisationsystem", "organisationssystem")
        return f"{KOMBIT}/{group}/{name}/{self.operation}"

    @property
    def namespace(self):
        group = "klassifikation" if self.service in CLASSIFIED else "organisation"
        return f"http://stoettesystemerne.dk/{group}/{self.service}/6/"

    def request_header(self):
        """As a .NET message header is written; unsigned."""
        if not self.transaction:
            return ""
        return (f'<h:RequestHeader xmlns:h="{wss.REQUEST_HEADER}" xmlns="{wss.REQUEST_HEADER}">'
                f"<TransactionUUID>{guid()}</TransactionUUID></h:RequestHeader>")

    def output(self, root):
        """Where the client looks for the answer: anywhere, by its name."""
        return root.find(f".//{q(self.namespace, self.element)}")

    # --- HTTP ---

    def headers(self, action):
        """As its HTTP library writes them."""
        kind = "text/xml" if self.version == S11 else "application/soap+xml"
        headers = {"Content-Type": (self.content or f"{kind}; charset=utf-8").format(action=action)}
        if self.version == S11:
            headers["SOAPAction"] = f'"{action}"'
        return headers

    def send(self, url, message, action):
        path = "/" + url.split("/", 3)[3]
        return self.wire.post(path, message, self.version, self.headers(action))

    # --- what each writes and reads ---

    # rst(applies_to, cvr), read_token(status, answer, cvr), call(token, body),
    # read_answer(status, answer); None where it has no such message
    rst = call = None

    # --- what all do ---

    def token(self, applies_to, cvr):
        message = self.rst(applies_to, cvr)
        return self.read_token(*self.send(self.sts_url, message, RST), cvr)

    def ask(self, token, body):
        message = self.call(token, body)
        return self.read_answer(*self.send(self.base + self.path, message, self.action))

    def laes(self, unit):
        """The Body's content, in its own way of writing namespaces."""
        return (f'<LaesInput xmlns="{ENHED}"><UUIDIdentifikator xmlns="{SAGDOK}">{unit}'
                "</UUIDIdentifikator></LaesInput>")


# --- how careful clients read ---

def verified(root, cert, version, required):
    """The first signature in the Security header, by the configured certificate. `required` names
    what must be among its references, where it is present."""
    header, body = root.find(q(version, "Header")), root.find(q(version, "Body"))
    need(header is not None and body is not None, "another version of SOAP")
    security = header.find(q(WSSE, "Security"))
    need(security is not None, "no Security header")
    sig = security.find(q(DS, "Signature"))
    need(sig is not None, "no signature")
    ids = {e.get(wss.WSU_ID): e for e in [*header, *security, body] if e.get(wss.WSU_ID)}

    def find(uri):
        need(uri.startswith("#") and uri[1:] in ids, f"reference to {uri}")
        return ids[uri[1:]]
    covered = wss.check_references(sig, find, cert)
    timestamp = security.find(q(WSU, "Timestamp"))
    need(timestamp is not None, "no Timestamp")
    parts = {"Body": body, "Timestamp": timestamp,
             "BinarySecurityToken": security.find(q(WSSE, "BinarySecurityToken")),
             **{n: header.find(q(WSA, n)) for n in ("Action", "MessageID", "RelatesTo", "To", "ReplyTo",
                                                    "From", "FaultTo")}}
    for name in required:
        need(parts[name] is None or parts[name] in covered, f"{name} is not signed")
    return header, security, body, covered


ADDRESSING = ("Action", "MessageID", "RelatesTo", "To", "ReplyTo", "From", "FaultTo")


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def retur(output):
    """StatusKode, and the unit's name if it was read."""
    code = output.findtext(f".//{{{SAGDOK}}}StatusKode")
    need(code is not None, "no StandardRetur")
    return code, output.findtext(f".//{{{SAGDOK}}}EnhedNavn")
