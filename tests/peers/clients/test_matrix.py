# SPDX-License-Identifier: GPL-3.0-or-later
"""Every client of the matrix before the same server: its request gets a token that satisfies its own
checks, its call an answer that does; with one byte changed, or another key, it gets neither; and it
makes of a refusal what its users know. Source: token-service contract 1.5, 1.8, 4.4, 5.3, 5.8, 8.5.
"""

import landscape
import orgdata
import pytest

import wss
from base import ENHED, PATH, RST, ClientFault, retur
from matrix import CLIENTS, note
from rest import JwtUsers
from wire import fault_of

UNIT, NAME = orgdata.made_uuid("clients"), "Børn & <Unge> på Ærø"
SAML = [c for c in CLIENTS if c is not JwtUsers]
SOAP = [c for c in CLIENTS if c.rst]
CALLERS = [c for c in CLIENTS if c.call]
KY = "11111111"


@pytest.fixture(scope="module", autouse=True)
def unit(land):
    """Something to read, with letters that are not ASCII."""
    file = land.token("KY", KY)[0]
    body = orgdata.importer_unit(UNIT, NAME, orgdata.made_uuid("o"), None, "2024-01-01T00:00:00+01:00")
    land.call("KY", file, "OrganisationEnhed", "importer", body)


@pytest.fixture(scope="module")
def clients(land):
    made = {c: c(land) for c in CLIENTS}
    yield made
    for c in made.values():
        c.close()


@pytest.fixture(scope="module")
def tokens(clients):
    """One a client: the token service is asked once, the service often."""
    return {c: clients[c].token(landscape.ORGANISATION, KY) for c in SAML}


def named(c):
    return c.row


@pytest.mark.parametrize("c", SAML, ids=named)
def test_token(clients, tokens, c):
    assert tokens[c].id in tokens[c].text
    note(c, "token")


@pytest.mark.parametrize("c", CALLERS, ids=named)
def test_call(clients, tokens, c):
    client = clients[c]
    for _ in range(2):  # the second finds what the first remembered
        output = client.ask(tokens[c], client.laes(UNIT))
        assert output.tag == f"{{{ENHED}}}LaesOutput"
        assert retur(output) == ("20", NAME)
    assert retur(client.ask(tokens[c], client.laes(orgdata.made_uuid("none"))))[0] == "44"
    note(c, "call")
    note(c, "answer", "verified" if c.verifies else "read")


@pytest.mark.parametrize("c", sorted({*SOAP, *CALLERS}, key=named), ids=named)
def test_one_byte_changed(clients, tokens, c):
    client = clients[c]
    if c.rst:
        message = client.rst(landscape.ORGANISATION, KY)
        assert message.count(KY.encode()) == 1
        _, answer = client.send(client.sts_url, message.replace(KY.encode(), b"22222222"), RST)
        assert fault_of(answer).code == "wsse:FailedCheck"
    if c.call:
        message = client.call(tokens[c], client.laes(UNIT))
        changed = message.replace(UNIT.encode(), orgdata.made_uuid("x").encode())
        assert changed != message
        _, answer = client.send(client.base + PATH, changed, "x")
        assert fault_of(answer).code == "wsse:FailedCheck"
    note(c, "changed", "refused")


@pytest.mark.parametrize("c", sorted({*SOAP, *CALLERS}, key=named), ids=named)
def test_another_key(clients, tokens, c):
    """Another system's key, with this one's certificate and token."""
    client = clients[c]
    client.signer = client.other
    try:
        if c.rst:
            _, answer = client.send(client.sts_url, client.rst(landscape.ORGANISATION, KY), RST)
            assert fault_of(answer).code == "wsse:FailedCheck"
        if c.call:
            message = client.call(tokens[c], client.laes(UNIT))
            _, answer = client.send(client.base + PATH, message, "x")
            assert fault_of(answer).code == "wsse:FailedAuthentication"
    finally:
        client.signer = client.key
    note(c, "wrong key", "refused")


# what users of each see when there is no agreement with this authority
REFUSED = {
    "FaultException, its reason": "Usercontext doesn't exist",
    "SOAPFaultException, its reason": "Usercontext doesn't exist",
    "FaultException by code if signed": "5015",
    "StsFaultDetail if signed": "5015: Usercontext doesn't exist",
    "SAMLTokenException, no text": "SAMLTokenException",
    "by HTTP status": "HTTP 500",
    "JSON message": "5015: Usercontext doesn't exist",
}


@pytest.mark.parametrize("c", SAML, ids=named)
def test_what_it_makes_of_a_refusal(clients, c):
    with pytest.raises(ClientFault) as caught:
        clients[c].token(landscape.ORGANISATION, "22222222")
    want = "no service agreement" if c.row == "KITOS" else REFUSED[c.faults]
    assert str(caught.value).startswith(want)
    note(c, "fault", str(caught.value)[:14])


@pytest.mark.parametrize("c", [c for c in SOAP if c.faults.endswith("if signed")], ids=named)
def test_security_faults_are_not_typed(clients, c):
    """WCF shows a fault without a signature as a MessageSecurityException."""
    client = clients[c]
    message = client.rst(landscape.ORGANISATION, KY).replace(KY.encode(), b"22222222")
    status, answer = client.send(client.sts_url, message, RST)
    with pytest.raises(ClientFault, match="MessageSecurityException"):
        client.read_token(status, answer, KY)


@pytest.mark.parametrize("c", [c for c in SOAP if c.verifies], ids=named)
def test_its_reader_is_strict(clients, tokens, c):
    """What a client that verifies refuses: otherwise its acceptance proves nothing."""
    client = clients[c]
    status, answer = client.send(client.sts_url, client.rst(landscape.ORGANISATION, KY), RST)
    for old, new in ((b"<Audience>h", b"<Audience>H"), (b"<SignatureValue>", b"<SignatureValue>AAAA")):
        changed = answer.replace(old, new)
        assert changed != answer
        with pytest.raises(wss.Refused):
            client.read_token(status, changed, KY)
    if c.call:
        message = client.call(tokens[c], client.laes(UNIT))
        status, answer = client.send(client.base + PATH, message, "x")
        for old, new in ((b">20<", b">21<"), (client.message_id.encode(), b"urn:uuid:other")):
            changed = answer.replace(old, new)
            assert changed != answer
            with pytest.raises(wss.Refused):
                client.read_answer(status, changed)
        client.service_cert, kept = client.sts_cert, client.service_cert
        try:
            with pytest.raises(wss.Refused):
                client.read_answer(status, answer)
        finally:
            client.service_cert = kept


def test_default_wcf_gives_two_elements_one_id(clients, tokens):
    """The id of the token on the reference to it too: no id may occur twice, whoever sends it."""
    from wcf import KosdyNet
    client = clients[KosdyNet]
    client.claims_reference = "{}"
    try:
        message = client.call(tokens[KosdyNet], client.laes(UNIT))
        _, answer = client.send(client.base + PATH, message, "x")
    finally:
        del client.claims_reference
    assert fault_of(answer).code == "wsse:InvalidSecurity"
