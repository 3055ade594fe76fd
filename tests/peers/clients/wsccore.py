# SPDX-License-Identifier: GPL-3.0-or-later
"""The .NET library WscCore, in OS2sync and in kosdy net6, OS2valghalla and Randers."""

import datetime
import http.client

import wss
from base import (AUTH, CLAIM, DS, WSP, WST, Client, ClientFault, Token, cut, guid, moment, reference,
                  signed, signed_info, times, verified)
from wire import fault_of
from wss import S11, S12, WSA, WSSE, WSSE11, WSU, need, q


def without_white_space(octets):
    """The tree, after every text node of white space alone was dropped."""
    root = wss.parse(octets)
    for e in root.iter():
        if e.text is not None and not e.text.strip():
            e.text = None
        if e.tail is not None and not e.tail.strip():
            e.tail = None
    return root


class WscCore(Client):
    faults = "FaultException, its reason"
    framework = False
    lifetime = None       # minutes it asks for
    to_comes_last = False  # To stands behind Security

    def __init__(self, land, system="KY"):
        super().__init__(land, system)
        self.seen_values, self.seen_ids = set(), set()

    def send(self, url, message, action):
        """Asks first whether the body is welcome: Expect: 100-continue."""
        path = "/" + url.split("/", 3)[3]
        try:
            status, answer = self.when_welcome(path, message, action)
        except (OSError, http.client.HTTPException):
            self.wire.close()
            raise
        self.wire.keep(path, status, message, answer)
        return status, answer

    def when_welcome(self, path, message, action):
        if self.wire.connection is None:
            self.wire.ask("HEAD", path)  # opens it
        connection = self.wire.connection
        connection.putrequest("POST", path)
        for name, value in {**self.headers(action), "Content-Length": len(message),
                            "Expect": "100-continue"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        said = b""
        while b"\r\n\r\n" not in said:
            said += connection.sock.recv(1) or self.lost()
        need(said.startswith(b"HTTP/1.1 100 "), f"instead of 100: {said}")
        connection.send(message)
        response = connection.getresponse()
        return response.status, response.read()

    @staticmethod
    def lost():
        raise ConnectionResetError("the server hung up")

    content = 'application/soap+xml; charset=utf-8; action="{action}"'

    def rst(self, applies_to, cvr):
        self.message_id = f"uuid:{guid()}"
        created, expires = times(self.minutes, "s")
        lifetime = ""
        if self.lifetime:
            until = (wss.now() + datetime.timedelta(minutes=self.lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ")
            lifetime = f"<trust:Lifetime><wsu:Expires>{until}</wsu:Expires></trust:Lifetime>"
        refs = [reference(i) for i in ("action", "msgid", "to", "sec-ts", "sec-binsectoken", "body")]
        return signed(
            f'<s:Envelope xmlns:a="{WSA}" xmlns:s="{S12}" xmlns:wsu="{WSU}"><s:Header>'
            f'<a:Action s:mustUnderstand="1" wsu:Id="action">{WST}/RST/Issue</a:Action>'
            f'<a:MessageID wsu:Id="msgid">{self.message_id}</a:MessageID>'
            f'<a:To wsu:Id="to">{self.sts_url}</a:To>'
            f'<Security s:mustUnderstand="1" xmlns="{WSSE}"><wsu:Timestamp wsu:Id="sec-ts">'
            f"<wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>"
            f'<BinarySecurityToken ValueType="{wss.X509V3}" EncodingType="{wss.B64}" '
            f'wsu:Id="sec-binsectoken">{self.cert}</BinarySecurityToken>'
            f'<Signature xmlns="{DS}">{signed_info(refs)}<KeyInfo><SecurityTokenReference xmlns="{WSSE}">'
            f'<Reference URI="#sec-binsectoken" ValueType="{wss.X509V3}" /></SecurityTokenReference>'
            f'</KeyInfo></Signature></Security></s:Header><s:Body wsu:Id="body">'
            f'<trust:RequestSecurityToken Context="{guid()}" xmlns:trust="{WST}">'
            f"<trust:RequestType>{WST}/Issue</trust:RequestType><trust:TokenType>{wss.SAMLV2}"
            f"</trust:TokenType><trust:KeyType>{WST}/PublicKey</trust:KeyType>"
            f'<wsp:AppliesTo xmlns:wsp="{WSP}"><wsa:EndpointReference xmlns:wsa="{WSA}"><wsa:Address>'
            f"{applies_to}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>"
            f'<trust:Claims Dialect="{AUTH}/authclaims"><auth:ClaimType Uri="{CLAIM}" Optional="false" '
            f'xmlns:auth="{AUTH}"><auth:Value>{cvr}</auth:Value></auth:ClaimType></trust:Claims>{lifetime}'
            f'<trust:UseKey><BinarySecurityToken p2:Id="uuid:{guid()}" ValueType="{wss.X509V3}" '
            f'EncodingType="{wss.B64}" xmlns="{WSSE}" xmlns:p2="{WSU}">{self.cert}</BinarySecurityToken>'
            f"</trust:UseKey><trust:Issuer><a:EndpointReference><a:Address>http://saml.example/runtime"
            f"</a:Address></a:EndpointReference></trust:Issuer></trust:RequestSecurityToken></s:Body>"
            f"</s:Envelope>", self.signer)

    def fresh(self, text, what):
        need(text.endswith("Z"), f"{what} is not in UTC")
        need(moment(text) > wss.now(), f"{what} is over")

    def check(self, answer, version, cert, required):
        fault = fault_of(answer)
        if fault:  # nothing of it is checked
            raise ClientFault(fault.reason)
        root = without_white_space(answer)
        header, security, body, _ = verified(root, cert, version, required)
        value = security.findtext(f"{q(wss.DS, 'Signature')}/{q(wss.DS, 'SignatureValue')}")
        need(value not in self.seen_values, "this signature was seen before")
        self.seen_values.add(value)
        need(header.findtext(q(WSA, "RelatesTo")) == self.message_id, "relates to another message")
        self.fresh(security.findtext(f"{q(WSU, 'Timestamp')}/{q(WSU, 'Expires')}"), "the Timestamp")
        return header, body

    def read_token(self, status, answer, cvr):
        _, body = self.check(answer, S12, self.sts_cert, ("Body", "RelatesTo", "Timestamp", "Action"))
        self.fresh(body.findtext(f".//{q(WST, 'Lifetime')}/{q(WSU, 'Expires')}"), "the token")
        assertion = body.find(f".//{q(WST, 'RequestedSecurityToken')}")[0]
        text = cut(answer)
        if self.lifetime:
            ends = moment(assertion.find(q(wss.SAML, "Conditions")).get("NotOnOrAfter"))
            need(abs(ends - wss.now() - datetime.timedelta(minutes=self.lifetime))
                 < datetime.timedelta(seconds=60), "not the life it asked for")
        return Token(text, assertion.get("ID"))

    def call(self, token, body):
        self.message_id = f"urn:uuid:{guid()}"
        s = self.version
        created, expires = times(self.minutes)
        ids = ["body", "action", "msgid", "replyto", "to", "sec-ts"] + (["lib"] if self.framework else [])
        refs = [reference(i) for i in ids] + [
            reference("sec-str", str_inside=f'<o:TransformationParameters xmlns:o="{WSSE}">'
                      f'<CanonicalizationMethod xmlns="{DS}" Algorithm="{wss.EXC}" />'
                      "</o:TransformationParameters>")]
        lib = ('<Framework s:mustUnderstand="1" p6:profile="urn:liberty:sb:profile:basic" version="2.0" '
               'xmlns:p6="urn:liberty:sb:profile" xmlns="urn:liberty:sb:2006-08" u:Id="lib" />'
               if self.framework else "")
        to = f'<a:To s:mustUnderstand="1" u:Id="to">{self.base}{self.path}</a:To>'
        named = f'<o:KeyIdentifier ValueType="{wss.SAMLID}">{token.id}</o:KeyIdentifier>'
        return signed(
            f'<s:Envelope xmlns:a="{WSA}" xmlns:u="{WSU}" xmlns:s="{s}"><s:Header>'
            f'<a:Action s:mustUnderstand="1" u:Id="action">{self.action}</a:Action>{self.request_header()}'
            f'<a:MessageID u:Id="msgid">{self.message_id}</a:MessageID><a:ReplyTo u:Id="replyto">'
            f"<a:Address>{wss.ANONYMOUS}</a:Address></a:ReplyTo>"
            f"{'' if self.to_comes_last else to}{lib}"
            f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><u:Timestamp u:Id="sec-ts"><u:Created>'
            f"{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>{token.text}"
            f'<o:SecurityTokenReference p7:TokenType="{wss.SAMLV2}" u:Id="sec-str" xmlns:p7="{WSSE11}">'
            f'{named}</o:SecurityTokenReference><Signature xmlns="{DS}">{signed_info(refs)}<KeyInfo>'
            f'<o:SecurityTokenReference TokenType="{wss.SAMLV2}" xmlns:o="{WSSE}">{named}'
            f"</o:SecurityTokenReference></KeyInfo></Signature></o:Security>"
            f"{to if self.to_comes_last else ''}</s:Header>"
            f'<s:Body u:Id="body">{body}</s:Body></s:Envelope>', self.signer)

    def read_answer(self, status, answer):
        header, body = self.check(answer, self.version, self.service_cert,
                                  ("Body", "Action", "MessageID", "RelatesTo", "Timestamp"))
        message_id = header.findtext(q(WSA, "MessageID"))
        need(message_id and message_id not in self.seen_ids, "no MessageID, or an old one")
        self.seen_ids.add(message_id)
        return body[0]


class OS2sync(WscCore):
    row = "OS2sync"
    lifetime = 120
    ending = "/"
    transaction = True

    def read_token(self, status, answer, cvr):
        token = super().read_token(status, answer, cvr)
        need(cvr in token.text, "a token for another authority")
        return token


class Net6(WscCore):
    row = "kosdy net6, OS2valghalla"
    lifetime, framework, to_comes_last = None, True, True


class Randers(WscCore):
    row = "Randers"
    lifetime, version = 60, S11

    # only its calls are SOAP 1.1
    def send(self, url, message, action):
        if url != self.sts_url:
            return super().send(url, message, action)
        self.version, self.content = S12, WscCore.content
        try:
            return super().send(url, message, action)
        finally:
            self.version, self.content = S11, None
    content = None


