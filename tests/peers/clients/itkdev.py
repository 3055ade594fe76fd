# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP that builds its messages by hand: itk-dev's two libraries, and Mynde's, their ancestor."""

import datetime

from lxml import etree

import wss
from base import (AUTH, CLAIM, DS, WSP, WST, Client, ClientFault, Token, cut, guid,
                  moment, only, part_of, reference, signed, signed_info, times)
from wss import S12, SAML, WSA, WSSE, WSSE11, WSU, need, q

# what it finds by local name in the whole message, taking the first
BY_LOCAL_NAME = ("Timestamp", "Action", "To", "Body", "MessageID", "ReplyTo", "SecurityTokenReference")


def first_of_its_name(root, uri, transform):
    """It knows parts by their local name: the first in the document."""
    if transform.get("Algorithm") == wss.STR_TRANSFORM:
        return next(root.iter(q(SAML, "Assertion")))
    name = etree.QName(part_of(root, uri, transform)).localname
    return next(e for e in root.iter(etree.Element) if etree.QName(e).localname == name)


class ItkDev(Client):
    row = "itk-dev (2 libraries)"
    faults = "SAMLTokenException, no text"
    verifies = False
    ending = "/"
    declaration = '<?xml version="1.0"?>\n'

    def to(self, applies_to):
        return applies_to

    def rst(self, applies_to, cvr):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes, "s")
        i = {n: f"_{guid()}" for n in ("Action", "MessageID", "To", "ReplyTo", "Body")}
        ts, bst = f"TS-{guid()}", f"X509-{guid()}"
        order = (ts, i["Body"], i["To"], i["ReplyTo"], i["MessageID"], i["Action"], bst)
        refs = "\n".join(reference(n, "ds") for n in order)
        ns = f'xmlns="{WSA}" xmlns:wsu="{WSU}"'
        b64 = f'EncodingType="{wss.B64}" ValueType="{wss.X509V3}"'
        return signed(f"""{self.declaration}<soap:Envelope xmlns:soap="{S12}">
    <soap:Header>
        <Action {ns} wsu:Id="{i['Action']}">{WST}/RST/Issue</Action>
        <MessageID {ns} wsu:Id="{i['MessageID']}">{self.message_id}</MessageID>
        <To {ns} wsu:Id="{i['To']}">{self.to(applies_to)}</To>
        <ReplyTo {ns} wsu:Id="{i['ReplyTo']}">
            <Address>{wss.ANONYMOUS}</Address>
        </ReplyTo>
        <wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" soap:mustUnderstand="true">
            <wsu:Timestamp wsu:Id="{ts}">
                <wsu:Created>{created}</wsu:Created>
                <wsu:Expires>{expires}</wsu:Expires>
            </wsu:Timestamp>
            <wsse:BinarySecurityToken xmlns:wsse="{WSSE}" {b64} wsu:Id="{bst}">{self.cert}</wsse:BinarySecurityToken>
            <ds:Signature xmlns:ds="{DS}" Id="SIG-{guid()}">
                {signed_info([refs], "ds")}
                <ds:KeyInfo Id="KI-{guid()}">
                    <wsse:SecurityTokenReference xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" wsu:Id="STR-{guid()}">
                        <wsse:Reference URI="#{bst}" ValueType="{wss.X509V3}"/>
                    </wsse:SecurityTokenReference>
                </ds:KeyInfo>
            </ds:Signature>
        </wsse:Security>
    </soap:Header>
    <soap:Body xmlns:wsu="{WSU}" wsu:Id="{i['Body']}">
        <wst:RequestSecurityToken xmlns:wst="{WST}">
            <wst:RequestType>{WST}/Issue</wst:RequestType>
            <wsp:AppliesTo xmlns:wsp="{WSP}">
                <wsa:EndpointReference xmlns:wsa="{WSA}">
                    <wsa:Address>{applies_to}</wsa:Address>
                </wsa:EndpointReference>
            </wsp:AppliesTo>
            <Claims xmlns="{WST}" Dialect="{AUTH}/authclaims">
                <ClaimType xmlns="{AUTH}" Uri="{CLAIM}">
                    <Value xmlns="{AUTH}">{cvr}</Value>
                </ClaimType>
            </Claims>
            <wst:TokenType>{wss.SAMLV2}</wst:TokenType>
            <wst:KeyType>{WST}/PublicKey</wst:KeyType>
            <wst:UseKey>
                <wsse:BinarySecurityToken xmlns:wsse="{WSSE}" {b64}>{self.cert}</wsse:BinarySecurityToken>
            </wst:UseKey>
        </wst:RequestSecurityToken>
    </soap:Body>
</soap:Envelope>
""", self.signer, first_of_its_name)

    def read_token(self, status, answer, cvr):
        root = wss.parse(answer)
        steps = [q(S12, "Body"), q(WST, "RequestSecurityTokenResponseCollection"),
                 q(WST, "RequestSecurityTokenResponse"), q(WST, "RequestedSecurityToken"),
                 q(SAML, "Assertion")]
        assertion = root.find("/".join(steps))
        if assertion is None:
            raise ClientFault("SAMLTokenException")
        ends = moment(assertion.find(q(SAML, "Conditions")).get("NotOnOrAfter"))
        need(ends > wss.now() + datetime.timedelta(minutes=15), "a fresh token that it refreshes for ever")
        only(assertion.iter(q(DS, "Signature")), "signatures in the token")
        for e in assertion.iter(etree.Element):
            need(etree.QName(e).localname not in BY_LOCAL_NAME, f"a {e.tag} in the token")
        # it goes through a document without white space, and out again
        text = etree.tostring(etree.fromstring(cut(answer), etree.XMLParser(remove_blank_text=True)))
        return Token(text.decode(), assertion.get("ID"))

    def signature(self, refs, named):
        return (f"<xmlsdig:Signature>{signed_info(refs, 'xmlsdig')}<xmlsdig:KeyInfo>"
                f'<o:SecurityTokenReference b:TokenType="{wss.SAMLV2}">{named}</o:SecurityTokenReference>'
                "</xmlsdig:KeyInfo></xmlsdig:Signature>")
    prefix = "xmlsdig"

    def call(self, token, body):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes, "s")
        stamp, strid = f"uuid-{guid()}", f"_str{token.id}"
        p = self.prefix + ":" if self.prefix else ""
        refs = [reference(n, self.prefix) for n in ("_1", "_2", "_3", "_4", "_5", stamp)] + [
            reference(strid, self.prefix, str_inside=f"<o:TransformationParameters>"
                      f'<{p}CanonicalizationMethod Algorithm="{wss.EXC}"/></o:TransformationParameters>')]
        named = f'<o:KeyIdentifier ValueType="{wss.SAMLID}">{token.id}</o:KeyIdentifier>'
        a, s, u = f'xmlns:a="{WSA}"', f'xmlns:s="{S12}"', f'xmlns:u="{WSU}"'
        return signed(
            f'<env:Envelope xmlns:env="{S12}" xmlns:ns1="urn:oio:sagdok:3.0.0"><env:Header>'
            f'<sbf:Framework xmlns:sbf="urn:liberty:sb:2006-08" xmlns:profile="urn:liberty:sb:profile" '
            f'version="2.0" profile:profile="urn:liberty:sb:profile:basic"/>'
            f'<a:Action {a} {s} {u} s:mustUnderstand="1" u:Id="_2">{self.action}</a:Action>'
            f'<h:RequestHeader xmlns:h="{wss.REQUEST_HEADER}"><h:TransactionUUID>{guid()}'
            f'</h:TransactionUUID></h:RequestHeader><a:MessageID {a} {u} u:Id="_3">{self.message_id}'
            f'</a:MessageID><a:ReplyTo {a} {u} u:Id="_4"><a:Address>{wss.ANONYMOUS}</a:Address></a:ReplyTo>'
            f'<a:To {a} {s} {u} s:mustUnderstand="1" u:Id="_5">{self.base}{self.path}</a:To>'
            f'<o:Security xmlns:o="{WSSE}" {s} {u} xmlns:assertion="{SAML}" xmlns:b="{WSSE11}" '
            f'xmlns:xmlsdig="{DS}" s:mustUnderstand="1"><u:Timestamp u:Id="{stamp}"><u:Created>{created}'
            f"</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>{token.text}"
            f'<o:SecurityTokenReference u:Id="{strid}" b:TokenType="{wss.SAMLV2}">{named}'
            f"</o:SecurityTokenReference>{self.signature(refs, named)}</o:Security></env:Header>"
            f'<env:Body {u} u:Id="_1">{body}</env:Body></env:Envelope>', self.signer, first_of_its_name)

    content = 'application/soap+xml; charset=utf-8; action="{action}"'

    def headers(self, action):
        if action == self.action:
            return super().headers(action)
        return {"Content-Type": "application/soap+xml; charset=utf-8", "Accept": "*/*"}

    def read_answer(self, status, answer):
        root = wss.parse(answer)
        output = self.output(root)
        if output is None:
            raise ClientFault("SoapFault")
        return output


class Mynde(ItkDev):
    row = "Mynde"
    declaration = ""
    prefix = ""

    def to(self, applies_to):
        return self.sts_url

    def signature(self, refs, named):
        return (f'<Signature xmlns="{DS}">{signed_info(refs)}<KeyInfo><o:SecurityTokenReference '
                f'b:TokenType="{wss.SAMLV2}">{named}</o:SecurityTokenReference></KeyInfo></Signature>')
