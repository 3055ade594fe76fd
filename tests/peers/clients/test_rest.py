# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients that ask by REST, the exchange of tokens, and a resource server that knows the published
keys alone. At the end, the whole matrix. Source: token-service contract 6, 8.5.
"""

import base64
import json

import landscape
import pytest

import wss
from base import ClientFault, Token
from dkmunicipal import DkMunicipal
from gosts import GoSts, StsUtility
from matrix import CLIENTS, COLUMNS, REPORT, note
from rest import (EXCHANGE, ISSUE, OAUTH, REST_CLIENTS, JwtUsers, PythonServiceplatformen, ResourceServer,
                  exchange, post_json)
from wire import Wire

KY = "11111111"
ALL = (*REST_CLIENTS, DkMunicipal)


@pytest.fixture(scope="module")
def clients(land):
    made = {c: c(land) for c in (*ALL, JwtUsers, GoSts, StsUtility, PythonServiceplatformen)}
    yield made
    for c in made.values():
        c.close()


def presenting(land, client, folder):
    """The same client on a connection with another certificate, or none."""
    key = wss.Key(land.pki / folder) if folder else None
    client.wire, kept = Wire(land.ports["system"], land.pki / "tls-ca.pem", key=key), client.wire
    return kept


@pytest.mark.parametrize("c", ALL, ids=lambda c: c.row)
def test_who_asks(land, clients, c):
    """A stranger's certificate, none, and a registered one that asks for another's key."""
    client = clients[c]
    for folder, status, code in (("odd/stranger", 401, 5607), (None, 401, 5607), ("systems/KSD", 400, 103)):
        kept = presenting(land, client, folder)
        try:
            got = post_json(client, ISSUE, client.request(landscape.ORGANISATION, KY))
        finally:
            client.wire.close()
            client.wire = kept
        assert got[0] == status and got[1]["code"] == code and set(got[1]) == {"code", "message"}, got
    note(c, "wrong key", "refused")


ERRORS = [
    ("AppliesTo", {"EndpointReference": {"Address": "http://nothing.example/1"}}, 400, 5002,
     "Path resolution: no connection 'http://nothing.example/1' found"),
    ("AppliesTo", None, 400, 103, None),
    ("KeyType", "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer", 400, 110, None),
    ("UseKey", "MIIB", 400, 103, None),
    ("context", {"Cvr": "22222222"}, 400, 5015, "Usercontext doesn't exist on system"),
    ("context", {"Cvr": "1"}, 400, 5015, "It is expected that the received STR must contain a CVR claim. "
     "Please check to make sure it includes the CVR claim."),
    ("OnBehalfOf", "MIIB", 400, 110, None),
]


@pytest.mark.parametrize("c", ALL, ids=lambda c: c.row)
def test_errors(clients, c):
    client = clients[c]
    for name, value, status, code, text in ERRORS:
        request = client.request(landscape.ORGANISATION, KY)
        request[client.context if name == "context" else name] = value
        got, answer = post_json(client, ISSUE, request)
        assert (got, answer["code"]) == (status, code), (name, answer)
        assert text is None or answer["message"] == text
    note(c, "changed", "refused")


def test_unknown_members_are_ignored(clients):
    client = clients[PythonServiceplatformen]
    request = {**client.request(landscape.ORGANISATION, KY), "Andet": 1}
    assert post_json(client, ISSUE, request)[0] == 200


# --- the exchange ---

EXCHANGERS = (GoSts, StsUtility, PythonServiceplatformen)


@pytest.mark.parametrize("c", EXCHANGERS, ids=lambda c: c.row)
def test_exchange(land, clients, c):
    """The access token is believed by who knows the published keys, and by nobody for another."""
    client = clients[c]
    token = client.token(landscape.ORGANISATION, KY)
    if not client.presents_cert:
        client.wire = Wire(land.ports["system"], land.pki / "tls-ca.pem", key=client.key)
    authorization, answer = exchange(client, token, encode=c is not GoSts)
    server = ResourceServer(client, landscape.ORGANISATION)
    claims = server.check(authorization, client.key.cert)
    assert claims["cvr"] == KY and claims["iss"] == landscape.HUB
    assert {g["scope"] for g in claims["priv"]["privilegegroups"]} == {
        f"urn:dk:gov:saml:cvrNumberIdentifier:{KY}"}
    assert server.check("Bearer " + answer["access_token"], client.key.cert) == claims
    with pytest.raises(wss.Refused, match="held by another"):
        server.check(authorization, client.other.cert)
    with pytest.raises(wss.Refused, match="signature"):
        head, body, signature = authorization.split(".")
        changed = json.loads(base64.urlsafe_b64decode(body + "=="))
        changed["cvr"] = "22222222"
        body = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
        server.check(".".join((head, body, signature)), client.key.cert)
    server.audience = "http://nothing.example/1"
    with pytest.raises(wss.Refused, match="audience"):
        server.check(authorization, client.key.cert)
    note(c, "call", "exchange")
    note(c, "answer", "verified")


@pytest.mark.parametrize("c", EXCHANGERS, ids=lambda c: c.row)
def test_exchange_refused(land, clients, c):
    client = clients[c]
    kept = presenting(land, client, "systems/KY")
    token = client.token(landscape.ORGANISATION, KY)
    with pytest.raises(ClientFault, match='401 Holder-of-key error="invalid_token"'):
        exchange(client, Token(token.text.replace(KY, "22222222"), token.id))
    with pytest.raises(ClientFault, match='400 Holder-of-key error="invalid_request"'):
        exchange(client, Token("", ""))
    client.wire.close()
    client.wire = kept
    kept = presenting(land, client, "systems/KSD")
    with pytest.raises(ClientFault, match='401 Holder-of-key error="invalid_token"'):
        exchange(client, token)
    client.wire.close()
    client.wire = kept


def test_a_shorter_life(clients):
    client = clients[PythonServiceplatformen]
    token = client.token(landscape.ORGANISATION, KY)
    assert exchange(client, token, **{"should-expire-in": "60"})[1]["expires_in"] == 60


# --- JWTs ---

@pytest.mark.parametrize("place", JwtUsers.places)
def test_jwt(clients, place):
    """client_id, grant_type and scope in each of the three places."""
    client = clients[JwtUsers]
    token = client.jwt(landscape.ORGANISATION, KY, place)
    claims = ResourceServer(client, landscape.ORGANISATION).check("Bearer " + token, client.key.cert)
    assert claims["sub"] == landscape.ORGANISATION and claims["exp"] - claims["iat"] == 28800
    with pytest.raises(ClientFault, match="invalid_scope: Usercontext doesn't exist"):
        client.jwt(landscape.ORGANISATION, "22222222", place)
    with pytest.raises(ClientFault, match="invalid_scope"):
        client.jwt("http://nothing.example/1", KY, place, landscape.ORGANISATION)
    with pytest.raises(ClientFault, match="invalid_request"):
        client.jwt(landscape.ORGANISATION, KY, place, "http://nothing.example/1")
    for column, said in (("token", "ok"), ("fault", "invalid_scope"), ("changed", "refused")):
        note(JwtUsers, column, said)
    note(JwtUsers, "answer", "verified")


def test_jwt_of_whom(land, clients):
    client = clients[JwtUsers]
    for folder in ("odd/stranger", None):
        kept = presenting(land, client, folder)
        with pytest.raises(ClientFault, match="invalid_client"):
            client.jwt(landscape.ORGANISATION, KY, "form")
        client.wire.close()
        client.wire = kept
    note(JwtUsers, "wrong key", "refused")


def test_methods(land):
    for path in (ISSUE, OAUTH, EXCHANGE):
        assert land.get(path)[0] == 405


# --- the report ---

# Beskedfordeler is not there yet, and what they call is its AMQP or another's service.
NO_CALL = {"bfo Java", "rimi Beskedfordeler", "Safewhere consumer", "interface document", "itk-dev, by REST",
           "GraphQL users, os2mo scripts"}


def test_whole_report():
    """Nothing of the matrix was left out. (It is printed when all is done.)"""
    for client in CLIENTS:
        if client.row in NO_CALL:
            for column in ("call", "answer"):
                REPORT[client.row].setdefault(column, "-")
    assert set(REPORT) == {client.row for client in CLIENTS}
    missing = [(client.row, c) for client in CLIENTS for c in COLUMNS if c not in REPORT[client.row]]
    assert missing == []
