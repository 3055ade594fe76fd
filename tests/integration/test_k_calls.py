# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check that a service makes of a call, failing alone, and the exact bytes it is answered with;
and every row of the table of wrapping attacks. The numbers are those of the token-service contract, 5.5.
"""

import collections
import re
import sqlite3

import landscape
import orgdata
import pytest
from conftest import new_landscape
from forgeries import (DS, VERSIONS, Sender, also_signed, changed, check_fault, header, in_security, last, plain,
                       security, signed_again, stamp_unsigned, times, token_signed_again, unsigned, without)

import base
import wss
from wss import EXC, S12, SAML, WSA, WSSE

LAES_ACTION = base.KOMBIT + "/organisation/organisationenhed/laes"
MALFORMED = plain("Sender", "The message is malformed.")
LIMIT = plain("Sender", "The message exceeds a limit.")
ENVELOPE = plain("Sender", "The envelope is malformed.")
HEADER = security("wsse:InvalidSecurity", "The security header is invalid.")
STAMP = security("wsse:InvalidSecurity", "The timestamp is malformed.")
EXPIRED = security("wsse:MessageExpired", "The message is expired or not yet valid.")
WRONG = security("wsse:FailedCheck", "The signature does not verify.")
ALGORITHM = security("wsse:UnsupportedAlgorithm", "An algorithm or transform is not supported.")
NO_KEY = security("wsse:SecurityTokenUnavailable", "The referenced security token could not be retrieved.")
KIND = security("wsse:UnsupportedSecurityToken", "The kind of security token is not supported.")
UNCOVERED = security("wsse:InvalidSecurity", "A required part of the message is not signed.")
UNBOUND = security("wsse:InvalidSecurity", "The security token is not signed with the message.")
TOKEN = security("wsse:InvalidSecurityToken", "The security token is invalid.")
OVER = security("wsse:InvalidSecurityToken", "The security token is expired or not yet valid.")
AUDIENCE = security("wsse:InvalidSecurityToken", "The security token has another audience.")
HOLDER = security("wsse:FailedAuthentication", "The message is not signed by the holder of the security token.")
CERT = security("wsse:FailedAuthentication", "The certificate is not accepted.")
REPLAYED = security("wsa:InvalidAddressingHeader/wsa:DuplicateMessageID", "The message was received before.")
INVALID = security("wsa:InvalidAddressingHeader", "An addressing header is invalid.")
MISSING = security("wsa:MessageAddressingHeaderRequired", "A required addressing header is missing.")
TWICE = security("wsa:InvalidAddressingHeader/wsa:InvalidCardinality", "An addressing header occurs twice.")
ANONYMOUS = security("wsa:InvalidAddressingHeader/wsa:OnlyAnonymousAddressSupported",
                     "Answers are sent on the connection only.")
ACTION = security("wsa:ActionNotSupported", "The action is not supported here.")
MISMATCH = security("wsa:InvalidAddressingHeader/wsa:ActionMismatch", "The action does not fit the body.")
FRAMEWORK = security("sbf:FrameworkVersionMismatch", "The framework version is not supported.")
DESTINATION = security("wsa:DestinationUnreachable", "The message is for another address.")

KY = "11111111"
UNIT = orgdata.made_uuid("a unit that is not there")
ROLE = "http://stoettesystemerne.dk/service/organisation/3"
Row = collections.namedtuple("Row", "check name want changes how token token_how")


def row(check, name, want, *changes, how="again", token=(), token_how="again"):
    """token: changes of the token before, which is then signed again by the token service, left as it
    is ("damaged"), or signed by somebody else (a folder of the PKI)."""
    return Row(check, name, want, changes, how, token, token_how)


def cvr(value):
    return ('attrname-format:basic"><AttributeValue>' + KY, 'attrname-format:basic"><AttributeValue>' + value)


def attribute(name):
    return (f"attribute:{name}", "attribute:Other")


def moved_body(before="", after=""):
    """The signed Body goes into the Header; another one takes its place."""
    def change(text):
        body = re.search(r"<s:Body .*</s:Body>", text).group(0)
        evil = body.replace('u:Id="_1"', "").replace(UNIT, orgdata.made_uuid("evil"))
        return text.replace(body, evil).replace("<o:Security ", before + body + after + "<o:Security ", 1)
    return change


def token_id(text):
    return re.search(r'<Assertion [^>]*?\bID="([^"]*)', text).group(1)


def epr(name):
    return f"<a:{name}><a:Address>{WSA}/anonymous</a:Address></a:{name}>"


def confirmed(until):
    """The end of the confirmation alone."""
    return lambda t: re.sub(r'(<SubjectConfirmationData [^>]*?NotOnOrAfter=")[^"]*', rf"\g<1>{until}", t)


def references(count):
    """So many in the message's signature: further headers are signed too, or nothing is."""
    def change(text):
        at = text.rindex("<SignedInfo>")
        found = re.findall(r"<Reference .*?</Reference>", text[at:])
        if count == 0:
            return text[:at] + text[at:].replace("".join(found), "", 1)
        for n in range(count - len(found)):
            text = changed(text, [header(f'<x u:Id="n{n}"/>'), also_signed(f"n{n}")])
        return text
    return change


def prefix_list(text):
    """On every transform of the message's signature."""
    at = text.rindex("<SignedInfo>")
    return text[:at] + text[at:].replace(
        f'<Transform Algorithm="{EXC}"></Transform>', f'<Transform Algorithm="{EXC}"><InclusiveNamespaces '
        f'xmlns="{EXC}" PrefixList="s a"/></Transform>')


def evil_token(text):
    """Another token, without a signature, before the signed one."""
    token = re.search(r"<Assertion .*</Assertion>", text).group(0)
    evil = re.sub(r"<Signature .*?</Signature>", "", token).replace(KY, "22222222")
    return text.replace(token, re.sub(r' ID="[^"]*"', ' ID="_evil"', evil) + token, 1)


def nested_token(text):
    """The signed token inside an evil one, whose id nobody signed."""
    token = re.search(r"<Assertion .*</Assertion>", text).group(0)
    evil = re.sub(r' ID="[^"]*"', ' ID="_evil"', re.sub(r"<Signature .*?</Signature>", "", token), count=1)
    return text.replace(token, evil.replace("<Subject>", token + "<Subject>", 1), 1)


def swapped_token(text):
    """An evil token under the name of the signed one, which hides in the evil one's signature."""
    token = re.search(r"<Assertion .*</Assertion>", text).group(0)
    signature = re.search(r"<Signature .*?</Signature>", token).group(0)
    inside = signature.replace("</Signature>", f"<Object>{token}</Object></Signature>")
    return text.replace(token, token.replace(signature, inside, 1).replace(KY, "22222222", 1), 1)


def another_reference(text):
    """A second SecurityTokenReference, for a token of another name, is what STR-Transform names."""
    m = re.search(r'<o:SecurityTokenReference [^>]*u:Id="([^"]*)"[^>]*>.*?</o:SecurityTokenReference>', text)
    other = re.sub(r'u:Id="[^"]*"', 'u:Id="other"', m.group(0)).replace("#SAMLID\">_", "#SAMLID\">_x")
    return text.replace(m.group(0), m.group(0) + other, 1).replace(f'URI="#{m.group(1)}"', 'URI="#other"', 1)


def bst(key):
    return (f'<o:BinarySecurityToken u:Id="bst" ValueType="{wss.X509V3}" EncodingType="{wss.B64}">'
            f"{key.cert.base64}</o:BinarySecurityToken>")


def key_info(xml):
    """What stands in the KeyInfo of the message's signature."""
    def change(text):
        at = text.rindex("<KeyInfo>")
        return text[:at] + re.sub(r"<KeyInfo>.*?</KeyInfo>", f"<KeyInfo>{xml}</KeyInfo>", text[at:], count=1)
    return change


def transform(algorithm):
    return last(f'<Transform Algorithm="{EXC}">', f'<Transform Algorithm="{algorithm}">')


ALG = "http://www.w3.org/2001/04/xmldsig-more#"

TABLE = [
    # 2 and 3: XML and the envelope
    row(2, "not well-formed", MALFORMED, ("</s:Body>", "</s:Bod>"), how="damaged"),
    row(2, "a DOCTYPE", MALFORMED, ("<s:Envelope", "<!DOCTYPE x><s:Envelope"), how="damaged"),
    row(2, "a processing instruction", MALFORMED, ("<s:Header>", "<s:Header><?x y?>"), how="damaged"),
    row(2, "too deep", LIMIT, ("</LaesInput>", "<x>" * 101 + "</x>" * 101 + "</LaesInput>")),
    row(2, "another encoding", MALFORMED,
        ("<s:Envelope", '<?xml version="1.0" encoding="ISO-8859-1"?><s:Envelope'), how="damaged"),
    row(2, "too many elements", LIMIT, ("</LaesInput>", "<x/>" * 2000001 + "</LaesInput>"), how="damaged"),
    row(3, "a comment in Header", MALFORMED, ("<s:Header>", "<s:Header><!-- -->")),
    row(3, "no Header", ENVELOPE, lambda t: re.sub(r"<s:Header>.*</s:Header>", "", t)),
    row(3, "two Bodies", ENVELOPE, ("</s:Envelope>", "<s:Body/></s:Envelope>")),
    row(3, "two Headers", ENVELOPE, ("<s:Header>", "<s:Header/><s:Header>")),
    row(4, "an unknown header that must be understood",
        plain("MustUnderstand", "A mandatory header block is not understood."),
        header('<x s:mustUnderstand="1"/>')),
    # 5: the Security header
    row(5, "none", HEADER, lambda t: re.sub(r"<o:Security .*</o:Security>", "", t), how="damaged"),
    row(5, "two", HEADER, header(f'<o:Security xmlns:o="{WSSE}"/>')),
    row(5, "no Timestamp", HEADER, without("Timestamp")),
    row(5, "no token", HEADER, lambda t: re.sub(r"<Assertion .*</Assertion>", "", t), how="damaged"),
    row(5, "two tokens", HEADER, in_security(f'<Assertion xmlns="{SAML}"/>')),
    row(5, "a token in another header", HEADER, header(f'<x><Assertion xmlns="{SAML}"/></x>')),
    row(5, "an encrypted token", KIND, lambda t: re.sub(
        r"<Assertion .*</Assertion>", f'<EncryptedAssertion xmlns="{SAML}"/>', t), how="damaged"),
    row(5, "two references", HEADER, in_security("<o:SecurityTokenReference/>")),
    row(5, "three certificates", HEADER, in_security("<o:BinarySecurityToken/>" * 3)),
    row(5, "something else", HEADER, in_security("<x/>")),
    row(5, "no Signature", HEADER, lambda t: re.sub(
        r"(</o:SecurityTokenReference>)<Signature .*</Signature>(</o:Security>)", r"\1\2", t), how="damaged"),
    # 6: addressing
    row(6, "no Action", MISSING, without("Action")),
    row(6, "no MessageID", MISSING, without("MessageID")),
    row(6, "two Actions", TWICE, header("<a:Action>x</a:Action>")),
    row(6, "two MessageIDs", TWICE, header("<a:MessageID>x</a:MessageID>")),
    row(6, "two To", TWICE, header("<a:To>x</a:To>")),
    row(6, "two ReplyTo", TWICE, header(epr("ReplyTo"))),
    row(6, "two From", TWICE, header(epr("From") * 2)),
    row(6, "two FaultTo", TWICE, header(epr("FaultTo") * 2)),
    row(6, "a MessageID with white space", INVALID, (">urn:uuid:", ">urn:uuid: ")),
    row(6, "an empty MessageID", INVALID, lambda t: re.sub(r"(<a:MessageID[^>]*>)[^<]*", r"\1", t)),
    row(6, "a MessageID of 513 characters", INVALID, (">urn:uuid:", ">urn:uuid:" + "x" * 468)),
    row(6, "ReplyTo to nobody", ANONYMOUS, (wss.ANONYMOUS, WSA + "/none")),
    row(6, "ReplyTo elsewhere", ANONYMOUS, (wss.ANONYMOUS, "http://evil.example/")),
    row(6, "FaultTo elsewhere", ANONYMOUS, header("<a:FaultTo><a:Address>urn:x</a:Address></a:FaultTo>")),
    row(6, "another framework", FRAMEWORK, header(f'<Framework xmlns="{wss.LIBERTY}" version="1.0"/>')),
    # 7: time
    row(7, "over", EXPIRED, times(-610, -310)),
    row(7, "from the future", EXPIRED, times(310, 610)),
    row(7, "lives for more than 15 minutes", EXPIRED, times(0, 901)),
    row(7, "ends before it begins", EXPIRED, times(0, -1)),
    row(7, "no Expires", STAMP, without("u:Expires")),
    row(7, "no Created", STAMP, without("u:Created")),
    row(7, "no zone", STAMP, lambda t: re.sub(r"Z</u:Created>", "</u:Created>", t)),
    # 8: the token
    # a reference that named it would be found out first
    row(8, "no ID", TOKEN, lambda t: re.sub(r'(<Assertion [^>]*?) ID="[^"]*"', r"\1", t),
        lambda t: re.sub(r"</Assertion><o:SecurityTokenReference .*?</o:SecurityTokenReference>", "</Assertion>", t),
        how="damaged"),
    row(8, "an ID that is no name", TOKEN, lambda t: t.replace(token_id(t), "-" + token_id(t)[1:]), how="damaged"),
    row(8, "two signatures", TOKEN, token=[("<Subject>", f'<Signature xmlns="{DS}"/><Subject>')]),
    row(8, "no Subject", TOKEN, token=[lambda t: re.sub(r"<Subject>.*</Subject>", "", t)]),
    row(8, "two Subjects", TOKEN, token=[("<Conditions ", "<Subject/><Conditions ")]),
    row(8, "no Conditions", TOKEN, token=[lambda t: re.sub(r"<Conditions .*</Conditions>", "", t)]),
    row(8, "another version", TOKEN, token=[('Version="2.0"', 'Version="1.1"')]),
    row(8, "two Conditions", TOKEN, token=[("<AttributeStatement>", "<Conditions/><AttributeStatement>")]),
    row(8, "no attributes", TOKEN,
        token=[lambda t: re.sub(r"<AttributeStatement>.*</AttributeStatement>", "", t)]),
    row(8, "something encrypted", TOKEN,
        token=[("<AttributeStatement>", "<AttributeStatement><EncryptedAttribute/>")]),
    # 9: its signature
    row(9, "changed", TOKEN, token=[cvr("22222222")], token_how="damaged"),
    row(9, "of another key", TOKEN, token=[cvr("22222222")], token_how="systems/KY"),
    row(9, "of the service", TOKEN, token=[cvr("22222222")], token_how="platform/organisation"),
    row(9, "none", TOKEN, token=[lambda t: re.sub(r"<Signature .*?</Signature>", "", t)], token_how="damaged"),
    row(9, "of another element", TOKEN,
        token=[lambda t: re.sub(r'URI="#_', 'URI="#_x', t)], token_how="again"),
    row(9, "enveloped alone", TOKEN, token=[(f'<Transform Algorithm="{EXC}"></Transform></Transforms>',
                                             "</Transforms>")]),
    row(9, "two references", TOKEN, token=[
        ("</SignedInfo>", base.reference("x") + "</SignedInfo>")]),
    row(9, "transforms in another order", TOKEN, token=[lambda t: re.sub(
        r'(<Transform Algorithm="[^"]*enveloped-signature"></Transform>)(<Transform Algorithm="[^"]*"></Transform>)',
        r"\2\1", t, count=1)]),
    row(9, "digest sha1", TOKEN, token=[(wss.SHA256, DS + "sha1")]),
    row(9, "rsa-sha1", TOKEN, token=[(wss.RSA_SHA256, DS + "rsa-sha1")]),
    # 10 and 11
    row(10, "another issuer", TOKEN, token=[("/runtime</Issuer>", "/other</Issuer>")]),
    row(11, "another audience", AUDIENCE, token=[("<Audience>", "<Audience>urn:x")]),
    row(11, "no audience", AUDIENCE, token=[lambda t: re.sub(r"<AudienceRestriction>.*</AudienceRestriction>", "", t)]),
    row(11, "over", OVER, token=[
        lambda t: re.sub(r'(<Conditions NotBefore=")[^"]*(" NotOnOrAfter=")[^"]*',
                         r"\g<1>2024-01-01T00:00:00.000Z\g<2>2024-01-01T08:00:00.000Z", t)]),
    row(11, "not yet", OVER, token=[
        lambda t: re.sub(r'(<Conditions NotBefore=")[^"]*(" NotOnOrAfter=")[^"]*',
                         r"\g<1>2099-01-01T00:00:00.000Z\g<2>2099-01-01T08:00:00.000Z", t)]),
    row(11, "an unknown condition", TOKEN, token=[("<AudienceRestriction>", "<Condition/><AudienceRestriction>")]),
    # 12: its holder
    row(12, "bearer", TOKEN, token=[("cm:holder-of-key", "cm:bearer")]),
    row(12, "another recipient", AUDIENCE, token=[('Recipient="', 'Recipient="urn:x')]),
    row(12, "over", OVER, token=[confirmed("2024-01-01T00:00:00.000Z")]),
    row(12, "no end", TOKEN, token=[
        lambda t: re.sub(r'(<SubjectConfirmationData [^>]*?)NotOnOrAfter="[^"]*" ?', r"\1", t)]),
    row(12, "two certificates", TOKEN, token=[lambda t: re.sub(
        r"(<SubjectConfirmationData .*?)(<X509Certificate>.*?</X509Certificate>)", r"\1\2\2", t, count=1)]),
    row(12, "no confirmation", TOKEN, token=[
        lambda t: re.sub(r"<SubjectConfirmation .*</SubjectConfirmation>", "", t)]),
    row(12, "no certificate", TOKEN, token=[
        lambda t: re.sub(r"(<SubjectConfirmationData [^>]*>).*?</SubjectConfirmationData>",
                         r"\1</SubjectConfirmationData>", t)]),
    # 13: the shape of the signature
    row(13, "an Object", HEADER, last("</Signature></o:Security>", "<Object/></Signature></o:Security>")),
    row(13, "a Manifest", HEADER,
        last("</Signature></o:Security>", "<Object><Manifest/></Object></Signature></o:Security>")),
    row(13, "two KeyInfos", HEADER, last("</KeyInfo>", "</KeyInfo><KeyInfo/>")),
    row(13, "no value", HEADER, lambda t: re.sub(
        r"<SignatureValue>[^<]*</SignatureValue>(?=<KeyInfo>(?:(?!<SignatureValue>).)*$)", "", t), how="damaged"),
    row(13, "no KeyInfo", HEADER, lambda t: t[:t.rindex("<KeyInfo>")] + "</Signature></o:Security>"
        + t.split("</o:Security>")[1]),
    row(13, "two values", HEADER, last("<KeyInfo>", "<SignatureValue/><KeyInfo>"), how="damaged"),
    # 14: its key
    row(14, "of another token", NO_KEY, last('#SAMLID">_', '#SAMLID">_x')),
    row(14, "a bare certificate", NO_KEY, key_info("<X509Data><X509Certificate>MIIB</X509Certificate></X509Data>")),
    # 15: algorithms
    row(15, "rsa-sha1", ALGORITHM, last(wss.RSA_SHA256, DS + "rsa-sha1")),
    row(15, "digest sha1", ALGORITHM, last(wss.SHA256, DS + "sha1")),
    row(15, "another canonicalisation", ALGORITHM,
        last(f'<CanonicalizationMethod Algorithm="{EXC}"',
             '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"')),
    row(15, "dsa", ALGORITHM, last(wss.RSA_SHA256, DS + "dsa-sha1")),
    # 16: the holder's signature
    row(16, "of another system", HOLDER, ("<u:Created>", "<u:Created> "), how="KSD"),
    row(16, "of a stranger", WRONG, ("<u:Created>", "<u:Created> "), how="stranger"),
    # 17: references
    row(17, "Body changed", WRONG, (UNIT, orgdata.made_uuid("x")), how="damaged"),
    row(17, "to nothing", WRONG, ('<Reference URI="#_1"', '<Reference URI="#nothing"')),
    row(17, "out of the message", WRONG, ('<Reference URI="#_1"', '<Reference URI="http://evil.example/"')),
    row(17, "to everything", WRONG, ('<Reference URI="#_1"', '<Reference URI=""')),
    row(17, "one reference too many", HEADER, references(21)),
    row(17, "none", HEADER, references(0)),
    # 18: what is covered
    row(18, "Body", UNCOVERED, unsigned("_1")),
    row(18, "Action", UNCOVERED, unsigned("_2")),
    row(18, "MessageID", UNCOVERED, unsigned("_3")),
    row(18, "ReplyTo", UNCOVERED, unsigned("_4")),
    row(18, "To", UNCOVERED, unsigned("_5")),
    row(18, "Timestamp", UNCOVERED, stamp_unsigned),
    row(18, "From", UNCOVERED, header(f"<a:From><a:Address>{WSA}/anonymous</a:Address></a:From>")),
    row(18, "FaultTo", UNCOVERED, header(f"<a:FaultTo><a:Address>{WSA}/anonymous</a:Address></a:FaultTo>")),
    row(18, "RelatesTo", UNCOVERED, header("<a:RelatesTo>urn:x</a:RelatesTo>")),
    # 19: what binds the token
    row(19, "nothing", UNBOUND, lambda t: re.sub(r'<Reference URI="#_str_.*?</Reference>', "", t)),
    # 23: the operation
    row(23, "unknown Action", ACTION, (LAES_ACTION + "<", LAES_ACTION + "x<")),
    row(23, "the Action of another operation", MISMATCH, (LAES_ACTION + "<", LAES_ACTION[:-4] + "slet<")),
    row(23, "unknown operation", plain("Sender", "The operation is not known at this address."),
        lambda t: t.replace("LaesInput", "GaetInput")),
    # 24: attributes
    row(24, "no CVR", TOKEN, token=[attribute("CvrNumberIdentifier")]),
    row(24, "two CVRs", TOKEN, token=[(f">{KY}</AttributeValue>",
                                       f">{KY}</AttributeValue><AttributeValue>22222222</AttributeValue>")]),
    row(24, "a CVR of seven digits", TOKEN, token=[cvr("1111111")]),
    row(24, "another profile", TOKEN, token=[("DK-SAML-2.0", "DK-SAML-3.0")]),
    row(24, "no level", TOKEN, token=[attribute("AssuranceLevel")]),
    row(24, "level 2", TOKEN, token=[("<AttributeValue>3<", "<AttributeValue>2<")]),
    row(24, "privileges unreadable", TOKEN, token=[
        lambda t: re.sub(r'(Privileges_intermediate"[^>]*><AttributeValue>)', r"\1AAAA", t)]),
    # the table of wrapping attacks, row by row
    row("w1", "the signed Body as a header", UNCOVERED, moved_body()),
    row("w1", "the signed Body in a header", WRONG, moved_body("<w>", "</w>")),
    row("w1", "the signed Body in a header, as it was signed", WRONG, moved_body("<w>", "</w>"), how="damaged"),
    row("w2", "a second Security, signed", HEADER, header(f'<o:Security xmlns:o="{WSSE}" u:Id="x"/>'),
        also_signed("x")),
    row("w2", "a second Body, signed", ENVELOPE, ("</s:Envelope>", '<s:Body u:Id="x"/></s:Envelope>'),
        also_signed("x")),
    row("w3", "another token beside", HEADER, evil_token),
    row("w4", "the token inside another", HEADER, nested_token),
    row("w4", "the token in the signature of another", HEADER, swapped_token),
    row("w5", "an id twice", HEADER, header('<x u:Id="_1"/>')),
    row("w5", "an id twice, in the Body", HEADER, ("<UUID", '<x xmlns="" u:Id="_2"/><UUID')),
    row("w5", "an ID twice", HEADER, lambda t: t.replace(
        "<UUID", f'<Assertion xmlns="{SAML}" ID="{token_id(t)}"/><UUID', 1)),
    row("w6", "STR-Transform of another reference", HEADER, another_reference),
    row("w7", "XPath", ALGORITHM, transform("http://www.w3.org/TR/1999/REC-xpath-19991116")),
    row("w7", "XSLT", ALGORITHM, transform("http://www.w3.org/TR/1999/REC-xslt-19991116")),
    row("w7", "base64", ALGORITHM, transform(DS + "base64")),
    row("w7", "enveloped-signature", ALGORITHM, transform(DS + "enveloped-signature")),
    row("w7", "decryption", ALGORITHM, transform("http://www.w3.org/2002/07/decrypt#XML")),
    row("w7", "RetrievalMethod", NO_KEY, key_info('<RetrievalMethod URI="http://evil.example/"/>')),
    row("w8", "hmac with the public key", ALGORITHM, last(wss.RSA_SHA256, ALG + "hmac-sha256")),
    row("w9", "a comment in the CVR", MALFORMED,
        ("<Audience>", "<Audience><!-- -->"), how="damaged"),
    row("w9", "a comment in the CVR, signed by the token service", MALFORMED, token=[cvr("1111<!-- -->1111")]),
    row("w11", "a PrefixList that nobody digested", WRONG, prefix_list, how="damaged"),
    row("w11", "a prefix that means something else", WRONG,
        lambda t: t.replace("<a:To ", f'<a:To xmlns:s="urn:x" xmlns:t="{wss.S12}" ').replace(
            f'xmlns:t="{wss.S12}" s:must', f'xmlns:t="{wss.S12}" t:must'), how="damaged"),
    row("w12", "entities of entities", MALFORMED,
        ("<s:Envelope", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><s:Envelope'), how="damaged"),
    row("w13", "a token for another service", AUDIENCE,
        token=[lambda t: t.replace(ROLE, "http://entityid.kombit.dk/service/klassifikation/7")]),
    row("w14", "a stolen token", HOLDER, ("<u:Created>", "<u:Created> "), how="SAPA"),
    row("w15", "the certificate in the token's KeyInfo is its signer's", TOKEN, token=[cvr("22222222")],
        token_how="odd/stranger"),
]


@pytest.fixture(scope="module")
def senders(land):
    made = {v: Sender(land, ns) for v, ns in VERSIONS.items()}
    yield made
    for s in made.values():
        s.close()


@pytest.fixture(scope="module")
def token(land, senders):
    return senders["1.2"].token(landscape.ORGANISATION, KY)


def with_token(sender, token, r):
    text = changed(token.text, r.token)
    if r.token_how == "damaged" or not r.token:
        return base.Token(text, token.id)
    if r.token_how == "again":
        return base.Token(token_signed_again(text, sender.sts_key), token.id)
    key = wss.Key(sender.land.pki / r.token_how)
    head, tail = text.split("<X509Certificate>", 1)
    text = head + "<X509Certificate>" + key.cert.base64 + tail[tail.index("<"):]
    return base.Token(token_signed_again(text, key), token.id)


def call(sender, token, unit=UNIT):
    return sender.call(token, sender.laes(unit)).decode()


def ask(sender, message, path=base.PATH):
    return sender.send(sender.base + path, message, LAES_ACTION)


def refused(sender, answer, want, version):
    """An unsigned fault, with what clients stumble over if it is missing: ids, and a Timestamp."""
    check_fault(answer, want, version)
    top = wss.parse(answer)[0]
    names = wss.names(top)
    assert names[:2] == ["Action", "MessageID"] and "Security" in names, names
    (sec,) = top.findall(wss.q(WSSE, "Security"))
    assert wss.names(sec) == ["Timestamp"]
    assert top.findtext(wss.q(WSA, "Action")).startswith(WSA)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("r", TABLE, ids=lambda r: f"{r.check}: {r.name}")
def test_check(senders, token, r, version):
    sender = senders[version]
    text = call(sender, with_token(sender, token, r))
    if r.changes:
        text = changed(text, r.changes)
    if r.how == "damaged":
        message = text.encode()
    else:
        message = signed_again(text, sender.signed_by(r.how))
    status, answer = ask(sender, message)
    assert status == 500
    # what is no XML is of no version
    refused(sender, answer, r.want, S12 if r.check in (2, "w12") else sender.version)


def answered(sender, message, code="44"):
    status, answer = ask(sender, message)
    assert status == 200, answer
    assert base.retur(sender.read_answer(status, answer))[0] == code


@pytest.mark.parametrize("version", VERSIONS)
def test_unchanged(senders, token, version):
    """The twin of all rows: token and message signed again without a change."""
    sender = senders[version]
    again = base.Token(token_signed_again(token.text, sender.sts_key), token.id)
    answered(sender, signed_again(call(sender, again), sender.key))


ACCEPTED = {
    "2: a comment in Body": [("</UUIDIdentifikator>", "<!-- --></UUIDIdentifikator>")],
    "5: the certificate too": [lambda t: t],
    "6: faults to nobody": [header(f'<a:FaultTo u:Id="x"><a:Address>{WSA}/none</a:Address></a:FaultTo>'),
                            also_signed("x")],
    "17: twenty references": [references(20)],
    "19: the token itself is digested": [
        lambda t: re.sub(r'<Reference URI="#_str_.*?</Reference>', "", t),
        lambda t: also_signed(token_id(t))(t)],
    "19: the reference itself is digested": [
        lambda t: re.sub(r'<Reference URI="#_str_(.*?)"><Transforms>.*?</Transforms>',
                         rf'<Reference URI="#_str_\1"><Transforms><Transform Algorithm="{EXC}"/></Transforms>', t)],
    "w10: the type of the confirmation is not read": [],
    "w11: a PrefixList that was digested": [prefix_list],
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_twins(senders, token, name):
    sender = senders["1.2"]
    if name.startswith("w10"):
        text = token.text.replace('a:type="KeyInfoConfirmationDataType"', 'a:type="q:Other"')
        token = base.Token(token_signed_again(text, sender.sts_key), token.id)
    text = call(sender, token)
    if name.startswith("5"):
        text = text.replace("<u:Timestamp ", bst(sender.key) + "<u:Timestamp ", 1)
    elif ACCEPTED[name]:
        text = changed(text, ACCEPTED[name])
    answered(sender, signed_again(text, sender.key))


def test_1_plain_http(senders):
    """There is no message to answer: a line and a reference."""
    wire = senders["1.2"].wire
    soap = {"Content-Type": "application/soap+xml"}
    for want, text, call in ((405, "The method is not allowed here.", ("PUT", base.PATH, b"x", soap)),
                             (405, "The method is not allowed here.", ("GET", base.PATH)),
                             (400, "The body is missing.", ("POST", base.PATH, b"", soap)),
                             (415, "The media type is not supported.",
                              ("POST", base.PATH, b"x", {"Content-Type": "text/plain"}))):
        status, _, answer = wire.ask(*call)
        assert status == want and re.fullmatch(re.escape(text) + r" \(ref: [0-9a-f]{16}\)\n", answer.decode())


@pytest.mark.parametrize("version", VERSIONS)
def test_3_another_soap(senders, token, version):
    """Told in SOAP 1.2, since nobody knows that version."""
    sender = senders[version]
    text = call(sender, token).replace(sender.version, "urn:soap")
    status, answer = ask(senders["1.2"], text.encode())
    assert status == 500
    check_fault(answer, plain("VersionMismatch", "The envelope is of an unknown SOAP version."), S12)


def test_2_not_utf8(senders, token):
    sender = senders["1.2"]
    message = call(sender, token).encode().replace(UNIT.encode(), b"\xe6" + UNIT.encode()[1:], 1)
    refused(sender, ask(sender, message)[1], MALFORMED, S12)


@pytest.mark.parametrize("key, want", [("KY", None), ("KSD", NO_KEY)])
def test_14_a_certificate_that_comes_along(senders, token, key, want):
    """It may name the key, if it is the holder's."""
    sender = senders["1.2"]
    text = call(sender, token).replace("<u:Timestamp ", bst(sender.signed_by(key)) + "<u:Timestamp ", 1)
    text = key_info(f'<o:SecurityTokenReference><o:Reference URI="#bst" ValueType="{wss.X509V3}"/>'
                    "</o:SecurityTokenReference>")(text)
    message = signed_again(text, sender.signed_by(key))
    if want is None:
        answered(sender, message)
    else:
        refused(sender, ask(sender, message)[1], want, S12)


@pytest.mark.parametrize("version", VERSIONS)
def test_21_replay(senders, token, version):
    sender = senders[version]
    message = signed_again(call(sender, token), sender.key)
    answered(sender, message)
    refused(sender, ask(sender, message)[1], REPLAYED, sender.version)
    # w13: at another service of this installation
    refused(sender, ask(sender, message, "/organisation/bruger/6")[1], REPLAYED, sender.version)


def test_21_a_refused_message_burns_no_id(senders, token):
    sender = senders["1.2"]
    text = call(sender, token)
    bad = text.replace(UNIT, orgdata.made_uuid("x")).encode()
    refused(sender, ask(sender, bad)[1], WRONG, S12)
    answered(sender, text.encode())


@pytest.mark.parametrize("version", VERSIONS)
def test_25_and_26_rights(land, version):
    """Told in the operation's own answer: no role, another authority's object."""
    reader = Sender(land, VERSIONS[version], "KSD")
    token = reader.token(landscape.ORGANISATION, KY) if version == "1.2" else Sender(land, S12, "KSD").token(
        landscape.ORGANISATION, KY)
    body = orgdata.importer_unit(orgdata.made_uuid("k"), "E", orgdata.made_uuid("o"), None, None)
    text = reader.call(token, body).decode().replace(LAES_ACTION, LAES_ACTION[:-4] + "importer")
    status, answer = ask(reader, signed_again(text, reader.key))
    assert status == 200 and b">41<" in answer
    wss.check_service_answer(answer, reader.service_cert, reader.message_id)
    reader.close()


@pytest.fixture(scope="module")
def strict():
    """A landscape with what may be set stricter."""
    with new_landscape("strict") as made:
        made.prepare()
        made.config.write_text(made.config.read_text()
                               + 'guard: { binding = "strict"; hosts = "localhost"; level = 4; };\n')
        made.start_server()
        yield made
        assert made.stop("serve") == 0


STRICT = {
    "19: the reference itself is digested": (ACCEPTED["19: the reference itself is digested"], UNBOUND),
    "22: another host": ([("https://localhost", "https://elsewhere")], DESTINATION),
    "22: another path": ([("enhed/6<", "enhed/7<")], DESTINATION),
    "22: a trailing slash": ([("enhed/6<", "enhed/6/<")], None),
    "24: level 3": ("level", TOKEN),
}


@pytest.mark.parametrize("name", STRICT)
def test_stricter(strict, name):
    changes, want = STRICT[name]
    sender = Sender(strict)
    token = sender.token(landscape.ORGANISATION, KY)
    if changes != "level":
        text = token.text.replace("<AttributeValue>3<", "<AttributeValue>4<")
        token = base.Token(token_signed_again(text, sender.sts_key), token.id)
    text = call(sender, token)
    message = signed_again(text if changes == "level" else changed(text, changes), sender.key)
    if want is None:
        answered(sender, message)
    else:
        refused(sender, ask(sender, message)[1], want, S12)
    sender.close()


def test_20_and_27(own_land):
    """No record, no answer; a blocked certificate opens nothing, whatever its token says."""
    own_land.start_server()
    sender = Sender(own_land)
    token = sender.token(landscape.ORGANISATION, KY)
    answered(sender, call(sender, token).encode())
    db = sqlite3.connect(own_land.folder / "sluse.db", isolation_level=None)
    db.execute("ALTER TABLE audit RENAME TO elsewhere")
    status, answer = ask(sender, call(sender, token).encode())
    assert status == 500
    refused(sender, answer, plain("Receiver", "Internal error."), S12)
    db.execute("ALTER TABLE elsewhere RENAME TO audit")
    db.close()
    answered(sender, call(sender, token).encode())
    own_land.sluse("cert", "block", own_land.pki / "systems" / "KY" / "cert.pem")
    answer = b""
    for _ in range(200):
        status, answer = ask(sender, call(sender, token).encode())
        if status == 500:
            break
    refused(sender, answer, CERT, S12)
    sender.close()


def test_every_number_has_its_rows():
    """Those without a row are tests above."""
    above = {1, 20, 21, 22, 25, 26, 27, "w10"}
    assert {r.check for r in TABLE} | above == set(range(1, 28)) | {f"w{n}" for n in range(1, 16)}
