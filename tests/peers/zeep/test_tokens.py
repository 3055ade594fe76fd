# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens for a client that is not ours: each answer is judged by lxml with cryptography, and by
the xmlsec1 command."""

import landscape
import pytest
import zeep
from landscape import STS_PATH
from lxml import etree

import wss
from fagsystem import WST, Fagsystem, Fault, Transport, fault_of
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


class RequestSigner(zeep.Plugin):
    """zeep's hook for security, for requests for tokens."""

    def __init__(self, system):
        self.system, self.message_id = system, None

    def apply(self, envelope, headers):
        soap = etree.QName(envelope).namespace
        for own in envelope.findall(wss.q(soap, "Header")):  # addressing of zeep's, without ids
            envelope.remove(own)
        header = etree.Element(wss.q(soap, "Header"))
        envelope.insert(0, header)
        envelope.find(wss.q(soap, "Body")).set(wss.WSU_ID, "body")
        self.message_id = wss.new_id()
        wss.addressing(soap, header, f"{WST}/RST/Issue", self.system.base, self.message_id)
        security = wss.security_header(soap, header, wss.now())
        wss.sign_with_certificate(self.system.key, envelope, security)
        return envelope, headers

    def verify(self, _):
        octets = self.system.wire.last[2]
        fault = fault_of(octets)
        if fault:
            raise fault
        wss.check_sts_answer(octets, self.system.sts_cert, self.message_id)


@pytest.mark.parametrize("path", [STS_PATH, "/runtime/services/kombittrust/MEX"])
def test_a_client_made_from_the_served_wsdl(ky, path):
    """By the names of service, ports and operation that other generators look up too."""
    client = zeep.Client(f"{ky.base}{path}?wsdl", wsse=RequestSigner(ky), transport=Transport(ky.wire))
    certificate = {e.text for e in wss.parse(ky.wire.get(path + "?wsdl")[1]).iter(
        wss.q(wss.DS, "X509Certificate"))}
    assert certificate == {ky.sts_cert.base64}
    for port, version in (("CertificateWSTrustBinding_IWSTrust13Sync", S12),
                          ("LibertySimpleSoapBinding_IWSTrust13Sync", S11)):
        service = client.bind("SecurityTokenService", port)

        def ask(cvr):
            elements = wss.parse(ky.rst(landscape.ORGANISATION, cvr, S12)[0])[1][0]
            return service.Trust13Issue(_value_1=[{"_value_1": [e]} for e in elements], Context="c")
        (answer,) = ask("11111111").RequestSecurityTokenResponse
        assert answer.Context == "c"
        names = [etree.QName(e).localname for part in answer._value_1 for e in part]
        assert names[:3] == ["Lifetime", "AppliesTo", "RequestedSecurityToken"]
        with pytest.raises(Fault, match="Usercontext doesn't exist"):
            ask("22222222")
