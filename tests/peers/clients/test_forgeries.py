# SPDX-License-Identifier: GPL-3.0-or-later
"""Forgeries of every client's messages, over the wire: each is refused, or answered for what was signed
and nothing else. Source: token-service contract 5.4, 5.5 (wrapping attacks).
"""

import base64
import collections

import landscape
import orgdata
import pytest

import wss
from base import PATH, RST, retur
from forge import Forge
from matrix import CLIENTS
from wss import SAML, q

SEED = 20261124
KY, HAVNEBY = "11111111", "22222222"
UNIT, NAME = orgdata.made_uuid("signed"), "Den underskrevne"
EVIL, EVIL_NAME = orgdata.made_uuid("evil"), "Den ønskede"
SOAP = [c for c in CLIENTS if c.rst]
CALLERS = [c for c in CLIENTS if c.call]
REQUESTS, CALLS = 30, 45  # a client
seen = collections.Counter()


@pytest.fixture(scope="module", autouse=True)
def units(land):
    file = land.token("KY", KY)[0]
    for unit, name in ((UNIT, NAME), (EVIL, EVIL_NAME)):
        land.call("KY", file, "OrganisationEnhed", "importer", orgdata.importer_unit(
            unit, name, orgdata.made_uuid("o"), None, "2024-01-01T00:00:00+01:00"))


@pytest.mark.parametrize("c", SOAP, ids=lambda c: c.row)
def test_requests(land, c):
    client = c(land)
    forge = Forge(SEED, [(KY, HAVNEBY)])
    for n in range(REQUESTS):
        kind, forged = forge.one(client.rst(landscape.ORGANISATION, KY), n)
        status, _, answer = client.wire.ask("POST", landscape.STS_PATH, forged, client.headers(RST))
        seen[kind, status] += 1
        assert status in (200, 500), (kind, forged)
        if status == 200:
            (token,) = wss.parse(answer).iter(q(SAML, "Assertion"))
            values = [e.text for e in token.iter(q(SAML, "AttributeValue"))]
            holder = token.find(f".//{q(SAML, 'SubjectConfirmationData')}//{q(wss.DS, 'X509Certificate')}")
            assert values[0] == KY and base64.b64decode(holder.text) == client.key.cert.der, (kind, forged)
    client.close()


@pytest.mark.parametrize("c", CALLERS, ids=lambda c: c.row)
def test_calls(land, c):
    client = c(land)
    token = client.token(landscape.ORGANISATION, KY)
    forge = Forge(SEED + 1, [(UNIT, EVIL), (KY, HAVNEBY)])
    for n in range(CALLS):
        kind, forged = forge.one(client.call(token, client.laes(UNIT)), n)
        status, _, answer = client.wire.ask("POST", PATH, forged, client.headers("x"))
        seen[kind, status] += 1
        assert status in (200, 500), (kind, forged)
        if status == 200:
            assert retur(wss.parse(answer)) == ("20", NAME), (kind, forged)
    client.close()


def test_enough_of_every_kind():
    """What nobody minds shows that the others are refused for what they are."""
    total = sum(seen.values())
    assert total == len(SOAP) * REQUESTS + len(CALLERS) * CALLS >= 800
    kinds = {kind.__name__ for kind in Forge.KINDS}
    assert {k for (k, status), n in seen.items() if status == 500 and n >= 20} == kinds
    accepted = sum(n for (_, status), n in seen.items() if status == 200)
    assert total // 100 < accepted < total // 4, accepted
