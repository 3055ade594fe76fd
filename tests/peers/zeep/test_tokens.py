# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens for a client that is not ours: each answer is judged by lxml with cryptography, and by
the xmlsec1 command."""

import landscape
import pytest

import wss
from fagsystem import Fagsystem, Fault
from wss import S11, S12


@pytest.fixture(scope="module")
def ky(land):
    return Fagsystem(land, "KY")


def verified(octets, cert, xpath):
    """xmlsec1 accepts it as it is, and refuses it when anything signed is changed."""
    ok, said = wss.xmlsec1(octets, cert, xpath)
    assert ok, said
    changed = octets.replace(b"<Audience>h", b"<Audience>H").replace(b"EventId>5", b"EventId>6")
    assert changed != octets
    assert not wss.xmlsec1(changed, cert, xpath)[0]


@pytest.mark.parametrize("version", [S11, S12])
def test_token(ky, version):
    token = ky.token(landscape.ORGANISATION, "11111111", version)
    assert token.audience == landscape.ORGANISATION
    answer = ky.wire.last[2]
    assert wss.parse(answer).tag == wss.q(version, "Envelope")
    verified(answer, ky.sts_cert, wss.MESSAGE)
    verified(answer, ky.sts_cert, wss.TOKEN)
    verified(token.xml, ky.sts_cert, wss.TOKEN)


@pytest.mark.parametrize("version", [S11, S12])
@pytest.mark.parametrize("applies_to, cvr, code, reason", [
    ("http://nothing.example/1", "11111111", "5002", "Path resolution"),
    (landscape.ORGANISATION, "22222222", "5015", "Usercontext doesn't exist"),
    (landscape.ORGANISATION, None, "5015", "must contain a CVR claim"),
])
def test_business_fault_is_signed(ky, version, applies_to, cvr, code, reason):
    with pytest.raises(Fault) as caught:
        ky.token(applies_to, cvr, version)
    fault = caught.value
    assert fault.code.endswith(":" + code) and reason in fault.reason
    message_id = wss.parse(ky.wire.last[1])[0].findtext(wss.q(wss.WSA, "MessageID"))
    wss.check_sts_answer(fault.octets, ky.sts_cert, message_id)
    verified(fault.octets, ky.sts_cert, wss.MESSAGE)


def test_security_fault_is_not_signed(ky):
    message, _ = ky.rst(landscape.ORGANISATION, "11111111", S12)
    status, answer = ky.wire.post(ky.sts_path, message.replace(b">11111111<", b">22222222<"))
    assert status == 500 and b":FailedCheck<" in answer and b"<Signature" not in answer


def test_the_reader_is_strict(ky):
    """What this client refuses: otherwise the tests above prove nothing."""
    message, message_id = ky.rst(landscape.ORGANISATION, "11111111", S12)
    _, answer = ky.wire.post(ky.sts_path, message)
    wss.check_sts_answer(answer, ky.sts_cert, message_id)
    for change, why in (
            (lambda t: t.replace(b"<s:Body ", b"<s:Body  x='' "), "digest"),
            (lambda t: t.replace(b"RSTRC/", b"RSTRD/"), "digest"),
            (lambda t: t.replace(message_id.encode(), message_id.upper().encode()), "digest"),
            (lambda t: t.replace(b"</s:Header>", b" </s:Header>"), "white space"),
            (lambda t: t.replace(b"<SignatureValue>", b"<SignatureValue>AAAA"), "signature value"),
            (lambda t: b"<?xml version='1.0'?>" + t, "declaration"),
            (lambda t: t.replace(b' u:Id="_2"', b"").replace(b' wsu:Id="_2"', b""), "reference")):
        changed = change(answer)
        assert changed != answer, why
        with pytest.raises(wss.Refused, match=why):
            wss.check_sts_answer(changed, ky.sts_cert, message_id)
    with pytest.raises(wss.Refused, match="another message"):
        wss.check_sts_answer(answer, ky.sts_cert, wss.new_id())
    with pytest.raises(wss.Refused, match="signature value"):
        wss.check_sts_answer(answer, ky.service_cert, message_id)
