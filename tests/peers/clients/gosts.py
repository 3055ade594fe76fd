# SPDX-License-Identifier: GPL-3.0-or-later
"""KvalitetsIT's two: gostsclient (Go, KOMBIT mode) and kombit-sts-utility (C#). Tokens alone."""

import wss
from base import (AUTH, CLAIM, DS, RST, WSP, WST, Client, ClientFault, Token, cut, guid, only, reference,
                  signed, signed_info, times)
from lxml import etree
from wire import fault_of
from wss import S12, SAML, WSA, WSSE, WSU, need, q


class GoSts(Client):
    row = "gostsclient"
    faults = "by HTTP status"
    verifies = False
    presents_cert = True
    call = None
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'

    def headers(self, action):
        return {"Content-Type": "application/soap+xml; charset=utf-8", "Soapaction": action,
                "User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}

    def to(self):
        return self.sts_url

    def rst(self, applies_to, cvr):
        self.message_id = f"urn:uuid:{guid()}"
        created, expires = times(self.minutes, "s")
        created, expires = created.replace("Z", ".000Z"), expires.replace("Z", ".000Z")
        i = {n: f"_{guid()}" for n in ("Action", "MessageID", "To", "ReplyTo", "Body")}
        ts, bst = f"TS-{guid()}", f"X509-{guid()}"
        order = (i["Action"], i["MessageID"], i["To"], i["ReplyTo"], ts, bst, i["Body"])
        refs = [reference(n, "ds") for n in order]
        ns, wsu = f'xmlns="{WSA}" xmlns:wsu="{WSU}"', f'xmlns:wsu="{WSU}"'
        wsse = f'xmlns:wsse="{WSSE}"'
        b64 = f'EncodingType="{wss.B64}" ValueType="{wss.X509V3}"'
        return signed(
            f'{self.declaration}<soap:Envelope xmlns:soap="{S12}"><soap:Header>'
            f'<Action {ns} wsu:Id="{i["Action"]}">{RST}</Action>'
            f'<MessageID {ns} wsu:Id="{i["MessageID"]}">{self.message_id}</MessageID>'
            f'<To {ns} wsu:Id="{i["To"]}">{self.to()}</To>'
            f'<ReplyTo {ns} wsu:Id="{i["ReplyTo"]}"><Address>{wss.ANONYMOUS}</Address></ReplyTo>'
            f'<wsse:Security {wsse} {wsu} soap:mustUnderstand="1"><wsse:BinarySecurityToken {wsse} {wsu} '
            f'{b64} wsu:Id="{bst}">{self.cert}</wsse:BinarySecurityToken><wsu:Timestamp {wsu} '
            f'wsu:Id="{ts}"><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires>'
            f'</wsu:Timestamp><ds:Signature xmlns:ds="{DS}">{signed_info(refs, "ds")}<ds:KeyInfo>'
            f'<wsse:SecurityTokenReference><wsse:Reference URI="#{bst}" ValueType="{wss.X509V3}"/>'
            f'</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security></soap:Header>'
            f'<soap:Body xmlns:soap="{S12}" {wsu} wsu:Id="{i["Body"]}"><wst:RequestSecurityToken '
            f'xmlns:wst="{WST}"><wst:TokenType>{wss.SAMLV2}</wst:TokenType><wst:RequestType>{WST}/Issue'
            f'</wst:RequestType><wsp:AppliesTo xmlns:wsp="{WSP}"><adr:EndpointReference xmlns:adr="{WSA}">'
            f"<adr:Address>{applies_to}</adr:Address></adr:EndpointReference></wsp:AppliesTo>"
            f'<wst:Claims Dialect="{AUTH}/authclaims"><wsfed:ClaimType xmlns:wsfed="{AUTH}" Uri="{CLAIM}">'
            f"<wsfed:Value>{cvr}</wsfed:Value></wsfed:ClaimType></wst:Claims><wst:KeyType>{WST}/PublicKey"
            f"</wst:KeyType><wst:UseKey><wsse:BinarySecurityToken {wsse} {b64}>{self.cert}"
            f"</wsse:BinarySecurityToken></wst:UseKey></wst:RequestSecurityToken></soap:Body>"
            f"</soap:Envelope>", self.signer)

    def read_token(self, status, answer, cvr):
        if status != 200:
            raise ClientFault(f"HTTP {status}")
        body = wss.parse(answer).find(q(S12, "Body"))
        only(body, "children of Body")
        token = only(next(body.iter(q(WST, "RequestedSecurityToken"))), "tokens")
        return Token(cut(answer), token.get("ID"))


class StsUtility(GoSts):
    row = "kombit-sts-utility"
    faults = "FaultException, its reason"
    verifies = True
    presents_cert = False
    declaration = ""

    def headers(self, action):
        return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}

    def to(self):
        return "https://echo:8443/runtime/services/kombittrust/14/certificatemixed"

    def read_token(self, status, answer, cvr):
        fault = fault_of(answer)
        if fault:
            raise ClientFault(fault.reason)
        assertion = only(wss.parse(answer).iter(q(SAML, "Assertion")), "assertions")
        wss.check_assertion(etree.fromstring(cut(answer)), self.sts_cert)
        need(assertion.get("Version") == "2.0", "another version")
        return Token(cut(answer), assertion.get("ID"))
