# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls in the exact form of public clients, signed anew: recorded or published messages are kept
as they are but for the token, the times, the ids and the operation, and the server answers them.
The answers are judged as all others. Source: token-service contract, 5.3.
"""

import base64
import re

import landscape
import orgdata
import pytest
import recordings
from lxml import etree

import wss
from fagsystem import Fagsystem, Fault
from wss import DS, EXC, SAML, WSA, WSSE, WSU, q

recordings.need_recordings()

ACTION = "http://kombit.dk/sts/organisation/organisationenhed/laes"
PATH = "/organisation/organisationenhed/6"
HELLO = recordings.OIOIDWS / "OioIdWsSoap"
FORMS = {
    "itk-dev": lambda: recordings.recorded("itk_02"),
    "dkmunicipalorganisation": lambda: recordings.recorded("lamo_02"),
    "wsccore": lambda: recordings.compact((HELLO / "JavaHelloNoneRequest-PrettyPrint.xml").read_bytes()),
    "wsccore-framework": lambda: recordings.compact(
        (HELLO / "HelloSignRequest-PrettyPrint.xml").read_bytes()),
    "cxf": lambda: recordings.unfolded(recordings.CXF.read_bytes()),
}


@pytest.fixture(scope="module")
def ky(land):
    return Fagsystem(land, "KY")


@pytest.fixture(scope="module")
def token(ky):
    return ky.token(landscape.ORGANISATION, "11111111")


def octets_of(node, method):
    """Exclusive canonical form, with the prefixes that a method or transform lists."""
    listed = method.find(q(EXC, "InclusiveNamespaces"))
    prefixes = listed.get("PrefixList").split() if listed is not None else None
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False,
                          inclusive_ns_prefixes=prefixes)


def put_token(root, token):
    """The token, byte for byte, where the old one was; whoever named that names this. (lxml would
    take prefixes of the envelope for it.)"""
    (old,) = root.iter(q(SAML, "Assertion"))
    for e in root.iter(q(WSSE, "KeyIdentifier")):
        e.text = token.id
    for e in root.iter(q(DS, "Reference")):
        if e.get("URI") == "#" + old.get("ID"):
            e.set("URI", "#" + token.id)
    here = etree.Element("here")
    here.tail = old.tail
    old.getparent().replace(old, here)
    return wss.parse(etree.tostring(root).replace(b"<here/>", token.xml))


def put_time(security):
    for e, minutes in zip(security.find(q(WSU, "Timestamp")), (0, 5)):
        text = wss.stamp(wss.now() + wss.datetime.timedelta(minutes=minutes))
        e.text = text if "." in e.text else re.sub(r"\.\d+", "", text)


def sign_again(key, root):
    (security,) = root.iter(q(WSSE, "Security"))
    (assertion,) = security.findall(q(SAML, "Assertion"))
    (sig,) = security.findall(q(DS, "Signature"))
    info = sig.find(q(DS, "SignedInfo"))
    ids = {e.get(wss.WSU_ID): e for e in root.iter(etree.Element) if e.get(wss.WSU_ID)}
    ids.setdefault(assertion.get("ID"), assertion)
    for r in info.findall(q(DS, "Reference")):
        (transform,) = r.find(q(DS, "Transforms"))
        part = ids[r.get("URI")[1:]]
        if transform.get("Algorithm") == wss.STR_TRANSFORM:
            octets = wss.c14n(assertion)
        else:
            octets = octets_of(part, transform)
        r.find(q(DS, "DigestValue")).text = wss.digest(octets)
    value = key.sign(octets_of(info, info.find(q(DS, "CanonicalizationMethod"))))
    sig.find(q(DS, "SignatureValue")).text = base64.b64encode(value).decode()


def made_anew(form, key, token, body):
    """The message in that form: bytes, version and message id."""
    root = wss.parse(FORMS[form]())
    soap = etree.QName(root).namespace
    header, old_body = root.find(q(soap, "Header")), root.find(q(soap, "Body"))
    message_id = wss.new_id()
    header.find(q(WSA, "MessageID")).text = message_id
    header.find(q(WSA, "Action")).text = ACTION
    old_body.text = None
    for e in list(old_body):
        old_body.remove(e)
    old_body.append(wss.parse(body.encode()))
    put_time(header.find(q(WSSE, "Security")))
    root = put_token(root, token)
    sign_again(key, root)
    return etree.tostring(root), soap, message_id


@pytest.mark.parametrize("form", FORMS)
def test_form(ky, token, form):
    unit_id = orgdata.made_uuid(form)
    made, _, _ = made_anew(form, ky.key, token, orgdata.laes("OrganisationEnhed", unit_id))
    original = FORMS[form]()
    assert len(wss.parse(made)[0]) == len(wss.parse(original)[0])

    message, soap, message_id = made_anew(form, ky.key, token, orgdata.laes("OrganisationEnhed", unit_id))
    changed = message.replace(unit_id.encode(), orgdata.made_uuid("x").encode())
    status, answer = ky.wire.post(PATH, changed, soap)
    assert status == 500 and b"wsse:FailedCheck<" in answer, answer
    status, answer = ky.wire.post(PATH, message, soap)
    content = ky.judge(status, answer, message_id, framework=b"urn:liberty:sb:2006-08" in message)
    assert content.findtext(".//{urn:oio:sagdok:3.0.0}StatusKode") == "44"
    status, answer = ky.wire.post(PATH, message, soap)
    assert status == 500 and b"The message was received before" in answer, answer


@pytest.mark.parametrize("form", FORMS)
def test_form_with_another_key(ky, token, form):
    key = wss.Key(ky.key.folder.parent / "KSD")
    message, soap, _ = made_anew(form, key, token, orgdata.laes("OrganisationEnhed", orgdata.made_uuid(1)))
    status, answer = ky.wire.post(PATH, message, soap)
    assert status == 500 and b"wsse:FailedAuthentication<" in answer, answer


def test_os2mo_fkk(ky, token):
    """It signs the reference to its token, not the token."""
    def send(sign_reference=True):
        envelope = wss.envelope(wss.S12, wss.parse(orgdata.laes(
            "OrganisationEnhed", orgdata.made_uuid(2)).encode()))
        message_id = ky.sign_call(envelope, token, ACTION, ky.base + PATH,
                                  bind="reference" if sign_reference else None)
        status, answer = ky.wire.post(PATH, etree.tostring(envelope))
        return ky.judge(status, answer, message_id)
    assert send().findtext(".//{urn:oio:sagdok:3.0.0}StatusKode") == "44"
    with pytest.raises(Fault) as caught:
        send(sign_reference=False)
    assert caught.value.code == "wsse:InvalidSecurity"
