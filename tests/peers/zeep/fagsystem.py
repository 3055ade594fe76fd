# SPDX-License-Identifier: GPL-3.0-or-later
"""A fagsystem: gets tokens, calls services, believes nothing that it cannot check."""

import base64
import time
import types
import urllib.parse

import zeep
import zeep.transports
from lxml import etree

import wss
from wire import Fault, Wire, fault_of  # noqa: F401
from wss import S11, S12, q

WST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
AUTH = "http://docs.oasis-open.org/wsfed/authorization/200706"
CVR = "dk:gov:saml:attribute:CvrNumberIdentifier"


class Token:
    def __init__(self, assertion):
        self.xml = etree.tostring(assertion, with_tail=False)
        self.id = assertion.get("ID")
        self.audience = assertion.find(f".//{q(wss.SAML, 'Audience')}").text


class Fagsystem:
    def __init__(self, land, system, source="127.0.0.1"):
        self.key = wss.Key(land.pki / "systems" / system)
        self.wire = Wire(land.ports["system"], land.pki / "tls-ca.pem", source)
        self.sts_cert = wss.Cert(land.pki / "platform" / "adgangsstyring" / "cert.pem")
        self.service_cert = wss.Cert(land.pki / "platform" / "organisation" / "cert.pem")
        self.sts_path = urllib.parse.urlsplit(land.sts_url).path
        self.base = f"https://localhost:{land.ports['system']}"

    # --- tokens ---

    def rst(self, applies_to, cvr, version):
        claim = "" if cvr is None else (
            f'<t:Claims Dialect="{AUTH}/authclaims"><c:ClaimType xmlns:c="{AUTH}" Uri="{CVR}">'
            f"<c:Value>{cvr}</c:Value></c:ClaimType></t:Claims>")
        body = wss.parse((
            f'<t:RequestSecurityToken xmlns:t="{WST}"><t:TokenType>{wss.SAMLV2}</t:TokenType>'
            f"<t:RequestType>{WST}/Issue</t:RequestType>"
            f'<p:AppliesTo xmlns:p="{WSP}"><a:EndpointReference xmlns:a="{wss.WSA}"><a:Address>'
            f"{applies_to}</a:Address></a:EndpointReference></p:AppliesTo>{claim}"
            f"<t:KeyType>{WST}/PublicKey</t:KeyType><t:UseKey><o:BinarySecurityToken "
            f'xmlns:o="{wss.WSSE}" ValueType="{wss.X509V3}" EncodingType="{wss.B64}">'
            f"{self.key.cert.base64}</o:BinarySecurityToken></t:UseKey>"
            "</t:RequestSecurityToken>").encode())
        envelope = wss.envelope(version, body)
        message_id = wss.new_id()
        wss.addressing(version, envelope[0], f"{WST}/RST/Issue", self.base + self.sts_path, message_id)
        security = wss.security_header(version, envelope[0], wss.now())
        wss.sign_with_certificate(self.key, envelope, security)
        return etree.tostring(envelope), message_id

    def token(self, applies_to, cvr, version=S12):
        """A token whose every signature was checked; raises Fault."""
        message, message_id = self.rst(applies_to, cvr, version)
        status, answer = self.wire.post(self.sts_path, message, version)
        fault = fault_of(answer)
        if fault:
            wss.need(status == 500, f"a fault with status {status}")
            raise fault
        wss.need(status == 200, f"status {status}")
        collection = wss.check_sts_answer(answer, self.sts_cert, message_id)
        (assertion,) = collection.iter(q(wss.SAML, "Assertion"))
        wss.check_assertion(assertion, self.sts_cert)
        (mine,) = assertion.iter(q(wss.SAML, "SubjectConfirmationData"))
        holder = mine.find(f".//{q(wss.DS, 'X509Certificate')}")
        wss.need(base64.b64decode(holder.text) == self.key.cert.der, "a token for another key")
        return Token(assertion)

    # --- calls ---

    def sign_call(self, envelope, token, action, to, transaction=None, bind="token"):
        """Headers and signature for an envelope whose Body is there. Returns the message id."""
        soap = etree.QName(envelope).namespace
        header = envelope.find(q(soap, "Header"))
        if header is None:
            header = etree.Element(q(soap, "Header"))
            envelope.insert(0, header)
        envelope.find(q(soap, "Body")).set(wss.WSU_ID, "body")
        message_id = wss.new_id()
        wss.addressing(soap, header, action, to, message_id)
        if transaction:
            h = etree.SubElement(header, q(wss.REQUEST_HEADER, "RequestHeader"),
                                 nsmap={"h": wss.REQUEST_HEADER})
            etree.SubElement(h, q(wss.REQUEST_HEADER, "TransactionUUID")).text = transaction
        security = wss.security_header(soap, header, wss.now())
        wss.sign_with_token(self.key, envelope, security, token, bind)
        return message_id

    def judge(self, status, answer, message_id, framework=False):
        """The element in the Body of an answer that holds; raises Fault."""
        fault = fault_of(answer)
        if fault is None:
            wss.need(status == 200, f"status {status}")
            return wss.check_service_answer(answer, self.service_cert, message_id, framework)
        wss.need(status == 500, f"a fault with status {status}")
        raise fault

    def message(self, token, action, path, body, version=S12):
        """A signed call around a body, given as text: bytes and message id."""
        envelope = wss.envelope(version, wss.parse(body if isinstance(body, bytes) else body.encode()))
        message_id = self.sign_call(envelope, token, action, self.base + path)
        return etree.tostring(envelope), message_id

    def call(self, token, action, path, body, version=S12):
        message, message_id = self.message(token, action, path, body, version)
        status, answer = self.wire.post(path, message, version)
        return self.judge(status, answer, message_id)

    def client(self, path, token):
        """A zeep client, made from the WSDL that is served at the path."""
        return zeep.Client(f"{self.base}{path}?wsdl", wsse=Signer(self, token),
                           transport=Transport(self.wire))


class Transport(zeep.transports.Transport):
    """zeep over our own connection: what was sent and what came are kept as bytes."""

    def __init__(self, wire):
        super().__init__()
        self.wire = wire

    def _load_remote_data(self, url):
        status, text = self.wire.get(url.split("/", 3)[3].join(("/", "")))
        wss.need(status == 200, f"{url}: status {status}")
        return text

    def post(self, address, message, headers):
        split = urllib.parse.urlsplit(address)
        wss.need(split.port == self.wire.port, f"the WSDL leads to {address}")
        version = S11 if headers["Content-Type"].startswith("text/xml") else S12
        status, answer = self.wire.post(split.path, message, version)
        return types.SimpleNamespace(status_code=status, content=answer, encoding="utf-8",
                                     headers={"Content-Type": headers["Content-Type"]})


class Signer(zeep.Plugin):
    """zeep's hook for security: signs what zeep wrote, judges what came back."""

    def __init__(self, system, token):
        self.system, self.token = system, token
        self.message_id = self.transaction = None

    def apply(self, envelope, headers):
        action = headers["Content-Type"].split('action="', 1)[1].split('"')[0]
        self.message_id = self.system.sign_call(envelope, self.token, action, "https://localhost/",
                                                self.transaction)
        return envelope, headers

    def verify(self, _):
        status, _, answer = self.system.wire.last
        self.system.judge(status, answer, self.message_id)


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("did not happen in time")
