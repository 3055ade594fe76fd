# SPDX-License-Identifier: GPL-3.0-or-later
"""WCF of the .NET Framework: KITOS, kosdy .NET, and the Safewhere consumer on SOAP 1.1."""

import datetime
import re

import wss
from base import (ADDRESSING, AUTH, CLAIM, DS, WSP, WST, Client, ClientFault, Token, cut, guid,
                  moment, only, reference, signed, signed_info, times, verified)
from wire import fault_of
from wss import S11, WSA, WSSE, WSSE11, WSU, need, q

PARAMETERS = (f'<o:TransformationParameters xmlns:o="{WSSE}"><CanonicalizationMethod xmlns="{DS}" '
              f'Algorithm="{wss.EXC}"/></o:TransformationParameters>')


class Wcf(Client):
    faults = "FaultException by code if signed"
    content = 'application/soap+xml; charset=utf-8; action="{action}"'
    framework = False
    diagnostics = ""
    claims_reference = "_str_{}"  # wsu:Id of the reference to the token

    def addressing(self, action, to):
        s = self.version
        return (f'<a:Action s:mustUnderstand="1" u:Id="_2">{action}</a:Action>'
                f'<a:MessageID u:Id="_3">{self.message_id}</a:MessageID>{self.diagnostics}'
                f'<a:ReplyTo u:Id="_4"><a:Address>{wss.ANONYMOUS}</a:Address></a:ReplyTo>'
                f'<a:To s:mustUnderstand="1" u:Id="_5">{to}</a:To>'), s

    def rst(self, applies_to, cvr):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        unique = guid()
        refs = [reference(i) for i in ("_1", "_2", "_3", "_4", "_5", f"uuid-{unique}-1")]
        headers, s = self.addressing(WST + "/RST/Issue", self.sts_url)
        return signed(
            f'<s:Envelope xmlns:s="{s}" xmlns:a="{WSA}" xmlns:u="{WSU}"><s:Header>{headers}'
            f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><u:Timestamp u:Id="uuid-{unique}-1">'
            f"<u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>"
            f'<o:BinarySecurityToken u:Id="uuid-{unique}-2" ValueType="{wss.X509V3}" '
            f'EncodingType="{wss.B64}">{self.cert}</o:BinarySecurityToken><Signature xmlns="{DS}">'
            f"{signed_info(refs)}<KeyInfo><o:SecurityTokenReference><o:Reference "
            f'ValueType="{wss.X509V3}" URI="#uuid-{unique}-2"/></o:SecurityTokenReference></KeyInfo>'
            f'</Signature></o:Security></s:Header><s:Body u:Id="_1"><trust:RequestSecurityToken '
            f'Context="uuid-{unique}-3" xmlns:trust="{WST}"><wsp:AppliesTo xmlns:wsp="{WSP}">'
            f"<EndpointReference xmlns=\"{WSA}\"><Address>{applies_to}</Address></EndpointReference>"
            f'</wsp:AppliesTo><trust:Claims Dialect="{AUTH}/authclaims" xmlns:i="{AUTH}"><i:ClaimType '
            f'Uri="{CLAIM}" Optional="false"><i:Value>{cvr}</i:Value></i:ClaimType></trust:Claims>'
            f"<trust:KeyType>{WST}/PublicKey</trust:KeyType><trust:RequestType>{WST}/Issue"
            f"</trust:RequestType><trust:TokenType>{wss.SAMLV2}</trust:TokenType><trust:UseKey>"
            f'<o:BinarySecurityToken u:Id="uuid-{guid()}-4" ValueType="{wss.X509V3}" '
            f'EncodingType="{wss.B64}" xmlns:o="{WSSE}">{self.cert}</o:BinarySecurityToken></trust:UseKey>'
            f"</trust:RequestSecurityToken></s:Body></s:Envelope>", self.signer)

    def check(self, answer, cert):
        """A strict layout, everything signed, a clock that is one minute off at most."""
        root = wss.parse(answer)
        if root.find(f"{q(self.version, 'Header')}/{q(WSSE, 'Security')}/{q(DS, 'Signature')}") is None:
            raise ClientFault("MessageSecurityException")
        header, security, body, _ = verified(root, cert, self.version, ("Body", "Timestamp", *ADDRESSING))
        names = wss.names(security)
        need(names in (["Timestamp", "Signature"], ["BinarySecurityToken", "Timestamp", "Signature"]),
             f"not a strict layout: {names}")
        created, expires = (moment(e.text) for e in security.find(q(WSU, "Timestamp")))
        minute = datetime.timedelta(minutes=1)
        need(created - minute < wss.now() < expires + minute, "a clock that is off")
        need(header.findtext(q(WSA, "RelatesTo")) == self.message_id, "relates to another message")
        fault = fault_of(answer)
        if fault:
            raise self.typed(fault, body)
        return security, body

    def typed(self, fault, body):
        """FaultException.Code.Name is the local name of the code."""
        return ClientFault(fault.code.rpartition(":")[2])

    def read_token(self, status, answer, cvr):
        security, body = self.check(answer, self.sts_cert)
        ski = only(security.iter(q(WSSE, "KeyIdentifier")), "key identifiers")
        need(ski.get("ValueType") == wss.SKI and ski.text == self.sts_cert.ski, "another key")
        rstr = body[0][0]
        token = rstr.find(q(WST, "RequestedSecurityToken"))[0]
        for name in ("RequestedAttachedReference", "RequestedUnattachedReference"):
            named = rstr.find(f"{q(WST, name)}/{q(WSSE, 'SecurityTokenReference')}/{q(WSSE, 'KeyIdentifier')}")
            need(named is not None and named.text == token.get("ID"), f"no {name}")
        return Token(cut(answer), token.get("ID"))

    def call(self, token, body):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        stamp = f"uuid-{guid()}-12"
        named = self.claims_reference.format(token.id)
        ids = ["_1", "_2", "_3", "_4", "_5"] + (["_6"] if self.framework else []) + [stamp]
        refs = [reference(i) for i in ids] + [reference(named, str_inside=PARAMETERS)]
        headers, s = self.addressing(self.action, self.base + self.path)
        headers += self.request_header()
        framework = ('<Framework version="2.0" a:profile="urn:liberty:sb:profile:basic" u:Id="_6" '
                     'xmlns="urn:liberty:sb:2006-08" xmlns:a="urn:liberty:sb:profile"/>'
                     if self.framework else "")
        inside = f'<o:KeyIdentifier ValueType="{wss.SAMLID}">{token.id}</o:KeyIdentifier>'
        return signed(
            f'<s:Envelope xmlns:s="{s}" xmlns:a="{WSA}" xmlns:u="{WSU}"><s:Header>{framework}{headers}'
            f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><u:Timestamp u:Id="{stamp}"><u:Created>'
            f"{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>{token.text}"
            f'<o:SecurityTokenReference b:TokenType="{wss.SAMLV2}" u:Id="{named}" xmlns:b="{WSSE11}">'
            f'{inside}</o:SecurityTokenReference><Signature xmlns="{DS}">{signed_info(refs)}<KeyInfo>'
            f'<o:SecurityTokenReference b:TokenType="{wss.SAMLV2}" xmlns:b="{WSSE11}">{inside}'
            f'</o:SecurityTokenReference></KeyInfo></Signature></o:Security></s:Header><s:Body u:Id="_1" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xmlns:xsd="http://www.w3.org/2001/XMLSchema">{body}</s:Body></s:Envelope>', self.signer)

    def read_answer(self, status, answer):
        return self.check(answer, self.service_cert)[1][0]


class Kitos(Wcf):
    row = "KITOS"
    minutes = 10
    transaction = True
    content = 'application/soap+xml; charset=utf-8; action="{action}";'

    def typed(self, fault, body):
        """It knows one code."""
        known = super().typed(fault, body)
        return ClientFault("no service agreement" if str(known) == "5015" else "unknown")


class KosdyNet(Wcf):
    row = "kosdy .NET"
    framework = True
    diagnostics = ('<ActivityId CorrelationId="6c8d0f1e-3d5a-4c0e-9a43-1f7d7a0b5c11" '
                   'xmlns="http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics">'
                   "00000000-0000-0000-0000-000000000000</ActivityId>")


class Safewhere(Wcf):
    row = "Safewhere consumer"
    faults = "StsFaultDetail if signed"
    version = S11
    content = None
    minutes = 10

    def typed(self, fault, body):
        detail = body.find(".//{https://sts.kombit.dk/fault}StsFaultDetail")
        need(detail is not None, "a fault without its detail")
        event, message = detail
        need(event.text == fault.code.rpartition(":")[2] and message.text == fault.reason, "another detail")
        return ClientFault(f"{event.text}: {message.text}")

    call = None


class Document(Safewhere):
    """The published interface document: the certificate itself in KeyInfo."""
    row = "interface document"

    def rst(self, applies_to, cvr):
        text = super().rst(applies_to, cvr).decode()
        # the same request, its key named in the other way, signed anew
        text = re.sub(r"<o:BinarySecurityToken u:Id=\"uuid-[^\"]*-2\".*?</o:BinarySecurityToken>", "", text)
        text = re.sub(r"<KeyInfo><o:Sec.*?</KeyInfo>", "<KeyInfo><X509Data><X509Certificate>"
                      f"{self.cert}</X509Certificate></X509Data></KeyInfo>", text)
        text = re.sub(r"<SignatureValue>[^<]*<", "<SignatureValue>@value@<", text)
        return signed(text, self.signer)


