# SPDX-License-Identifier: GPL-3.0-or-later
"""lamotech/dkmunicipalorganisation: PHP, a token by REST, calls with newlines between elements."""

import re

import wss
from base import DS, ClientFault, Token, guid, reference, signed, signed_info, times
from rest import RestClient
from wss import S12, WSA, WSSE, WSSE11, WSU, need, q


class DkMunicipal(RestClient):
    row = "dkmunicipalorganisation"
    context = "Anvenderkontekst"
    ending = "/"
    content = 'application/soap+xml; charset=utf-8; action="{action}";'

    def paste(self, text):
        """It finds the id with a pattern, and knows of no declaration."""
        need(not text.startswith("<?xml"), "a declaration in the token")
        return Token(text, re.search(r'ID="([^"]+)"', text).group(1))

    def call(self, token, body):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        stamp, strid = f"uuid-{guid()}-3", f"_str{token.id}"
        inside = (f'<o:TransformationParameters xmlns:o="{WSSE}"><CanonicalizationMethod xmlns="{DS}" '
                  f'Algorithm="{wss.EXC}"/></o:TransformationParameters>')
        refs = [reference(n) for n in ("_1", "_2", "_3", "_4", "_5", stamp)] + [
            reference(strid, str_inside=inside)]
        named = f'<o:KeyIdentifier ValueType="{wss.SAMLID}">{token.id}</o:KeyIdentifier>'
        return signed(f"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="{S12}" xmlns:a="{WSA}" xmlns:u="{WSU}">
<s:Header>
<a:Action s:mustUnderstand="1" u:Id="_2">{self.action}</a:Action>
<h:RequestHeader xmlns:h="{wss.REQUEST_HEADER}" xmlns="{wss.REQUEST_HEADER}"><TransactionUUID>{guid()}</TransactionUUID></h:RequestHeader>
<a:MessageID u:Id="_3">{self.message_id}</a:MessageID>
<a:ReplyTo u:Id="_4"><a:Address>{wss.ANONYMOUS}</a:Address></a:ReplyTo>
<a:To s:mustUnderstand="1" u:Id="_5">{self.base}{self.path}</a:To>
<o:Security xmlns:o="{WSSE}" s:mustUnderstand="1">
<u:Timestamp u:Id="{stamp}">
<u:Created>{created}</u:Created>
<u:Expires>{expires}</u:Expires>
</u:Timestamp>
{token.text}
<o:SecurityTokenReference xmlns:b="{WSSE11}" b:TokenType="{wss.SAMLV2}" u:Id="{strid}">
{named}
</o:SecurityTokenReference>
<Signature xmlns="{DS}" xmlns:b="{WSSE11}">{signed_info(refs)}<KeyInfo><o:SecurityTokenReference xmlns:o="{WSSE}" xmlns:b="{WSSE11}" b:TokenType="{wss.SAMLV2}">{named}</o:SecurityTokenReference></KeyInfo></Signature></o:Security>
</s:Header>
<s:Body u:Id="_1">
{body}
</s:Body>
</s:Envelope>""", self.signer)

    def read_answer(self, status, answer):
        if status >= 400:
            raise ClientFault(f"HTTP {status}")
        output = self.output(wss.parse(answer))
        need(output is not None, "no output")
        return output
