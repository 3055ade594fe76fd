# SPDX-License-Identifier: GPL-3.0-or-later
"""magenta-aps/os2mo-fkk: Python; signs the reference to its token and not the token."""

import datetime

from lxml import etree

import wss
from base import (AUTH, CLAIM, DS, WSP, WST, Client, ClientFault, Token, cut, guid,
                  reference, signed, signed_info, times)
from wss import S12, WSA, WSSE, WSU, need, q


class Os2moFkk(Client):
    row = "os2mo-fkk"
    faults = "by HTTP status"
    verifies = False
    presents_cert = True
    minutes = 10

    def frame(self, action, to, security, refs, key_info, body):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes)
        return signed(f"""<s:Envelope xmlns:s="{S12}" xmlns:a="{WSA}" xmlns:u="{WSU}">
  <s:Header>
    <a:Action u:Id="action" s:mustUnderstand="1">{action}</a:Action>
    <a:MessageID u:Id="message-id">{self.message_id}</a:MessageID>
    <a:To u:Id="to" s:mustUnderstand="1">{to}</a:To>
    <o:Security xmlns:o="{WSSE}" s:mustUnderstand="1">
      <u:Timestamp u:Id="timestamp">
        <u:Created>{created}</u:Created>
        <u:Expires>{expires}</u:Expires>
      </u:Timestamp>
      {security}
    <Signature xmlns="{DS}">{signed_info([reference(r) for r in refs])}<KeyInfo>{key_info}</KeyInfo></Signature></o:Security>
  </s:Header>
  <s:Body u:Id="body">
    {body}
  </s:Body>
</s:Envelope>""", self.signer)

    def rst(self, applies_to, cvr):
        b64 = f'ValueType="{wss.X509V3}" EncodingType="{wss.B64}"'
        return self.frame(
            WST + "/RST/Issue", self.sts_url,
            f'<o:BinarySecurityToken u:Id="security-binary-security-token" {b64}>{self.cert}'
            "</o:BinarySecurityToken>", ("action", "message-id", "to", "timestamp", "body"),
            f'<o:SecurityTokenReference><o:Reference ValueType="{wss.X509V3}" '
            'URI="#security-binary-security-token"/></o:SecurityTokenReference>',
            f"""<trust:RequestSecurityToken xmlns:trust="{WST}">
      <wsp:AppliesTo xmlns:wsp="{WSP}">
        <wsa:EndpointReference xmlns:wsa="{WSA}">
          <wsa:Address>{applies_to}</wsa:Address>
        </wsa:EndpointReference>
      </wsp:AppliesTo>
      <trust:Claims xmlns:auth="{AUTH}" Dialect="{AUTH}/authclaims">
        <auth:ClaimType Uri="{CLAIM}" Optional="false">
          <auth:Value>{cvr}</auth:Value>
        </auth:ClaimType>
      </trust:Claims>
      <trust:KeyType>{WST}/PublicKey</trust:KeyType>
      <trust:RequestType>{WST}/Issue</trust:RequestType>
      <trust:TokenType>{wss.SAMLV2}</trust:TokenType>
      <trust:UseKey>
        <BinarySecurityToken xmlns="{WSSE}" u:Id="usekey-binary-security-token" {b64}>{self.cert}</BinarySecurityToken>
      </trust:UseKey>
    </trust:RequestSecurityToken>""")

    def parse_text(self, status, answer):
        """It parses text, not bytes: lxml then refuses a declaration that names an encoding."""
        if status >= 400:
            raise ClientFault(f"HTTP {status}")
        return etree.fromstring(answer.decode())

    def read_token(self, status, answer, cvr):
        root = self.parse_text(status, answer)
        ends = datetime.datetime.fromisoformat(
            root.findtext(f".//{q(WST, 'Lifetime')}/{q(WSU, 'Expires')}"))
        need(ends > wss.now(), "over")
        named = root.find(f".//{q(WST, 'RequestedAttachedReference')}/{q(WSSE, 'SecurityTokenReference')}")
        need(named is not None, "no RequestedAttachedReference")
        text = etree.tostring(named, with_tail=False).decode()
        return Token(cut(answer), named.findtext(q(WSSE, "KeyIdentifier")), text)

    def call(self, token, body):
        mine = etree.fromstring(token.reference)
        mine.set(wss.WSU_ID, "token-reference")
        return self.frame(
            self.action, self.base + self.path, token.text + "\n      " + etree.tostring(mine).decode(),
            ("action", "message-id", "to", "timestamp", "token-reference", "body"), token.reference, body)

    def read_answer(self, status, answer):
        output = self.output(self.parse_text(status, answer))
        need(output is not None, "no output")
        return output
