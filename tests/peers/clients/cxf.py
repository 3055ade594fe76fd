# SPDX-License-Identifier: GPL-3.0-or-later
"""Apache CXF with WSS4J: kosdy Java and Ydelse Java, and the Java sample of Beskedfordeler."""

import datetime
import subprocess

import wss
from base import (ADDRESSING, AUTH, CLAIM, DS, WSP, WST, Client, ClientFault, Token, cut, guid,
                  moment, reference, signed, signed_info, str_parameters, times, verified)
from lxml import etree
from wire import fault_of
from wss import S12, WSA, WSSE, WSSE11, WSU, need, q

REFERENCE = f"{q(WST, 'RequestedAttachedReference')}/{q(WSSE, 'SecurityTokenReference')}"


class Cxf(Client):
    row = "kosdy Java, Ydelse Java"
    faults = "SOAPFaultException, its reason"
    content = 'application/soap+xml; charset=UTF-8; action="{action}"'
    value = "<Value>{}</Value>"  # made without a namespace
    framework = renewing = ""

    def __init__(self, land, system="KY"):
        super().__init__(land, system)
        self.pki = land.pki
        self.trusted = {}

    def header(self, name, text, i):
        return f'<{name} xmlns="{WSA}" xmlns:wsu="{WSU}" wsu:Id="{i}">{text}</{name}>'

    def rst(self, applies_to, cvr):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        i = {n: f"_{guid()}" for n in ("Action", "MessageID", "To", "ReplyTo", "Body")}
        bst, ts = f"X509-{guid()}", f"TS-{guid()}"
        refs = [reference(n, "ds") for n in (ts, i["Body"], i["Action"], i["MessageID"], i["To"],
                                             i["ReplyTo"], bst)]
        wsse = f'xmlns:wsse="{WSSE}"'
        return signed(
            f'<soap:Envelope xmlns:soap="{S12}"><soap:Header>'
            f'{self.header("Action", WST + "/RST/Issue", i["Action"])}'
            f'{self.header("MessageID", self.message_id, i["MessageID"])}'
            f'{self.header("To", self.sts_url, i["To"])}'
            f'{self.header("ReplyTo", f"<Address>{wss.ANONYMOUS}</Address>", i["ReplyTo"])}{self.framework}'
            f'<wsse:Security {wsse} xmlns:wsu="{WSU}" soap:mustUnderstand="true"><wsse:BinarySecurityToken '
            f'EncodingType="{wss.B64}" ValueType="{wss.X509V3}" wsu:Id="{bst}">{self.cert}'
            f'</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id="{ts}"><wsu:Created>{created}</wsu:Created>'
            f'<wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp><ds:Signature xmlns:ds="{DS}" '
            f'Id="SIG-{guid()}">{signed_info(refs, "ds")}<ds:KeyInfo Id="KI-{guid()}">'
            f'<wsse:SecurityTokenReference wsu:Id="STR-{guid()}"><wsse:Reference URI="#{bst}" '
            f'ValueType="{wss.X509V3}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>'
            f'</wsse:Security></soap:Header><soap:Body xmlns:wsu="{WSU}" wsu:Id="{i["Body"]}">'
            f'<wst:RequestSecurityToken xmlns:wst="{WST}"><wst:TokenType>{wss.SAMLV2}</wst:TokenType>'
            f'<wst:RequestType>{WST}/Issue</wst:RequestType><wsp:AppliesTo xmlns:wsp="{WSP}">'
            f'<wsa:EndpointReference xmlns:wsa="{WSA}"><wsa:Address>{applies_to}</wsa:Address>'
            f'</wsa:EndpointReference></wsp:AppliesTo><wst:Claims Dialect="{AUTH}/authclaims">'
            f'<ic:ClaimType xmlns:ic="{AUTH}" Uri="{CLAIM}">{self.value.format(cvr)}</ic:ClaimType>'
            f"</wst:Claims>{self.renewing}<wst:KeyType>{WST}/PublicKey</wst:KeyType><wst:UseKey>"
            f'<wsse:BinarySecurityToken {wsse} EncodingType="{wss.B64}" ValueType="{wss.X509V3}">'
            f"{self.cert}</wsse:BinarySecurityToken></wst:UseKey></wst:RequestSecurityToken></soap:Body>"
            f"</soap:Envelope>", self.signer)

    def check_trust(self, cert):
        """The certificate leads to one in the trust store."""
        if cert.path not in self.trusted:
            done = subprocess.run(
                ["openssl", "verify", "-CAfile", self.pki / "anchors.pem", "-untrusted",
                 self.pki / "intermediates.pem", cert.path], capture_output=True, check=False)
            self.trusted[cert.path] = done.returncode == 0
        need(self.trusted[cert.path], "a certificate that the trust store does not lead to")

    def check(self, answer, cert, bst):
        fault = fault_of(answer)
        if fault:
            raise ClientFault(fault.reason)
        root = wss.parse(answer)
        parts = ("Body", "Timestamp", *ADDRESSING, *(["BinarySecurityToken"] if bst else []))
        header, security, body, _ = verified(root, cert, S12, parts)
        self.check_trust(cert)
        if bst:  # the key is in the message, and protected like the rest
            need(security.findtext(q(WSSE, "BinarySecurityToken")) == cert.base64, "another key")
        need(security.find(q(WSSE11, "SignatureConfirmation")) is None, "a SignatureConfirmation")
        created, expires = (moment(e.text) for e in security.find(q(WSU, "Timestamp")))
        need(created < wss.now() + datetime.timedelta(seconds=60) and wss.now() < expires, "Timestamp")
        for r in security.iter(q(DS, "Reference")):
            last = r.find(q(DS, "Transforms"))[-1].get("Algorithm")
            need(last in (wss.EXC, wss.STR_TRANSFORM), "the Basic Security Profile")
        for k in security.iter(q(WSSE, "KeyIdentifier")):
            need(k.get("ValueType") == wss.SKI, "a kind of key identifier that it does not know")
        need(header.findtext(q(WSA, "RelatesTo")) == self.message_id, "relates to another message")
        return body

    def read_token(self, status, answer, cvr):
        rstr = self.check(answer, self.sts_cert, False)[0][0]
        need(rstr.find(f"{q(WST, 'Lifetime')}/{q(WSU, 'Expires')}") is not None, "no Lifetime")
        named = rstr.find(REFERENCE)
        need(named is not None, "no RequestedAttachedReference")
        token = rstr.find(q(WST, "RequestedSecurityToken"))[0]
        return Token(cut(answer), token.get("ID"), etree.tostring(named, with_tail=False).decode())

    def call(self, token, body):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        i = {n: f"_{guid()}" for n in ("Action", "MessageID", "To", "ReplyTo", "Body")}
        ts, named = f"TS-{guid()}", f"STR-{guid()}"
        refs = [reference(ts, "ds", "wsse soap"),
                reference(named, "ds", str_inside=str_parameters("ds", "wsse")), reference(i["Body"], "ds"),
                *(reference(i[n], "ds", "soap") for n in ("Action", "MessageID", "To", "ReplyTo")),
                reference(token.id, "ds", "wsse wsu soap")]
        return signed(
            f'<soap:Envelope xmlns:soap="{S12}"><soap:Header>'
            f'{self.header("Action", self.action, i["Action"])}'
            f'{self.header("MessageID", self.message_id, i["MessageID"])}'
            f'{self.header("To", self.base + "/organisation/organisationenhed/6", i["To"])}'
            f'{self.header("ReplyTo", f"<Address>{wss.ANONYMOUS}</Address>", i["ReplyTo"])}'
            f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" soap:mustUnderstand="true">'
            f'<wsu:Timestamp wsu:Id="{ts}"><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}'
            f"</wsu:Expires></wsu:Timestamp>{token.text}<wsse:SecurityTokenReference "
            f'xmlns:wsse11="{WSSE11}" wsse11:TokenType="{wss.SAMLV2}" wsu:Id="{named}"><wsse:KeyIdentifier '
            f'ValueType="{wss.SAMLID}">{token.id}</wsse:KeyIdentifier></wsse:SecurityTokenReference>'
            f'<ds:Signature xmlns:ds="{DS}" Id="SIG-{guid()}">{signed_info(refs, "ds", "soap")}'
            f'<ds:KeyInfo Id="KI-{guid()}">{token.reference}</ds:KeyInfo></ds:Signature></wsse:Security>'
            f'</soap:Header><soap:Body xmlns:wsu="{WSU}" wsu:Id="{i["Body"]}">{body}</soap:Body>'
            f"</soap:Envelope>", self.signer)

    def read_answer(self, status, answer):
        return self.check(answer, self.service_cert, True)[0]


class Bfo(Cxf):
    row = "bfo Java"
    value = '<Value xmlns="">{}</Value>'
    renewing = '<wst:Renewing Allow="false"/>'
    framework = ('<sbf:Framework xmlns:sbf="urn:liberty:sb:2006-08" xmlns:sbfp="urn:liberty:sb:profile" '
                 'version="2.0" sbfp:profile="urn:liberty:sb:profile:basic"/>')
    call = None  # its calls are AMQP
