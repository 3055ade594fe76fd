# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that ask by REST: python-serviceplatformen, the Java sample of rimi, itk-dev's second way,
and whoever uses JWTs; and what the Go and C# clients do with their SAML token.

TLS with the registered certificate says who asks. Source: token-service contract 6, 8.5.
"""

import base64
import datetime
import hashlib
import json
import re
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

import wss
from base import WST, Client, ClientFault, Token
from wss import need

ISSUE = "/runtime/api/rest/wstrust/v1/issue"
OAUTH = "/runtime/api/rest/oauth/v1/issue"
EXCHANGE = "/service/AccessTokenService_1/token"
KEYS = "/runtime/oauth2/certs.idp"


def saml_request(client, applies_to, cvr, context, **more):
    return {"AppliesTo": {"EndpointReference": {"Address": applies_to}},
            "KeyType": WST + "/PublicKey", "RequestType": WST + "/Issue", "TokenType": wss.SAMLV2,
            context: {"Cvr": cvr}, "UseKey": client.cert, **more}


def post_json(client, path, request):
    status, headers, answer = client.wire.ask(
        "POST", path, json.dumps(request).encode(), {"Content-Type": "application/json",
                                                     "Accept": "application/json"})
    need(headers.get_content_type() == "application/json", f"media type {headers['Content-Type']}")
    return status, json.loads(answer)


class RestClient(Client):
    presents_cert = True
    verifies = False
    faults = "JSON message"
    context = "AnvenderKontekst"
    more = {}

    def request(self, applies_to, cvr):
        return saml_request(self, applies_to, cvr, self.context, **self.more)

    def token(self, applies_to, cvr):
        return self.read(*post_json(self, ISSUE, self.request(applies_to, cvr)))

    def read(self, status, answer):
        if status != 200:
            raise ClientFault(f"{answer['code']}: {answer['message']}")
        return self.paste(base64.b64decode(answer["RequestedSecurityToken"]["Assertion"],
                                           validate=True).decode())

    def paste(self, text):
        return Token(text, re.search(r'ID="([^"]+)"', text).group(1))


class ItkDevRest(RestClient):
    row = "itk-dev, by REST"
    more = {"OnBehalfOf": None}


class PythonServiceplatformen(RestClient):
    row = "python-serviceplatformen"

    def read(self, status, answer):
        token = super().read(status, answer)
        ends = datetime.datetime.strptime(answer["Lifetime"], "%m/%d/%Y %H:%M:%S").replace(
            tzinfo=datetime.timezone.utc)
        need(ends > wss.now() + datetime.timedelta(hours=7), "a life that is not its token's")
        return token


class Rimi(RestClient):
    row = "rimi Beskedfordeler"
    context = "Anvenderkontekst"

    def read(self, status, answer):
        if status == 200:  # Jackson fails on a member that it does not know
            need(set(answer) == {"AppliesTo", "KeyType", "Lifetime", "RequestedSecurityToken", "RequestType",
                                 "TokenType"}, f"members {sorted(answer)}")
            need(set(answer["AppliesTo"]) == {"EndpointReference"}
                 and set(answer["AppliesTo"]["EndpointReference"]) == {"Address"}
                 and set(answer["RequestedSecurityToken"]) == {"Assertion"}, "members inside")
        return super().read(status, answer)

    def paste(self, text):
        """It looks for elements by names without a prefix."""
        need("<Conditions " in text and "<Assertion " in text, "a prefix")
        return super().paste(text)


# --- access tokens, and who receives them ---

def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class ResourceServer:
    """Checks what a REST call brings, knowing no more than the published keys. It takes the scheme
    that the token service names, and Bearer."""

    def __init__(self, client, audience):
        status, headers, answer = client.wire.ask("GET", KEYS)
        need(status == 200, f"status {status}")
        self.keys = {k["kid"]: k for k in json.loads(answer)["keys"]}
        self.audience = audience

    def check(self, authorization, tls_cert):
        """The claims; Refused if it is to be a 401."""
        scheme, _, token = authorization.partition(" ")
        need(scheme.lower() in ("holder-of-key", "bearer"), "scheme")
        need(token.count(".") == 2, "no JWT")
        head, claims, signature = token.split(".")
        header, claims_read = json.loads(unpadded(head)), json.loads(unpadded(claims))
        need(header["alg"] == "PS256" and header["typ"] == "JWT" and header["x5t"] == header["kid"], "header")
        need(header["kid"] in self.keys, "unknown key")
        key = self.keys[header["kid"]]
        cert = x509.load_der_x509_certificate(base64.b64decode(key["x5c"][0]))
        need(unpadded(key["kid"]) == cert.fingerprint(hashes.SHA1()), "kid")
        numbers = cert.public_key().public_numbers()
        need(int.from_bytes(unpadded(key["n"]), "big") == numbers.n, "n")
        need(int.from_bytes(unpadded(key["e"]), "big") == numbers.e, "e")
        try:
            cert.public_key().verify(unpadded(signature), f"{head}.{claims}".encode(),
                                     padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        except InvalidSignature:
            raise wss.Refused("signature") from None
        now = wss.now().timestamp()
        need(claims_read["nbf"] <= now + 60 and now < claims_read["exp"] + 60, "time")
        need(claims_read["aud"] == self.audience, "audience")
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(tls_cert.der).digest()).rstrip(b"=").decode()
        need(claims_read["cnf"] == {"x5t#S256": thumbprint}, "held by another")
        need(claims_read["spec_ver"] == "1.0", "version")
        claims_read["priv"] = json.loads(base64.b64decode(claims_read["priv"], validate=True))
        return claims_read


def exchange(client, token, encode=True, **more):
    """SAML token in, access token out. OS2valghalla encodes the form, the Go client does not."""
    saml = base64.b64encode(token.text.encode()).decode()
    body = urllib.parse.urlencode({"saml-token": saml, **more}) if encode else f"saml-token={saml}"
    status, headers, answer = client.wire.ask(
        "POST", EXCHANGE, body.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = json.loads(answer)
    if status != 200:
        raise ClientFault(f"{status} {headers['WWW-Authenticate']}")
    need(headers["Cache-Control"] == "no-store", "may be stored")
    need(answer["token_type"] == "Holder-of-key" and 0 < answer["expires_in"] <= 3600, "another answer")
    return f"{answer['token_type']} {answer['access_token']}", answer


class JwtUsers(Client):
    row = "GraphQL users, os2mo scripts"
    presents_cert = True
    faults = "OAuth error"
    verifies = True
    places = ("query", "form", "json")

    def scope(self, applies_to, cvr):
        return f"entityid:{applies_to},anvenderkontekst:{cvr}"

    def jwt(self, applies_to, cvr, place, client_id=None):
        values = {"client_id": client_id or applies_to, "grant_type": "client_credentials",
                  "scope": self.scope(applies_to, cvr)}
        path, body, headers = OAUTH, None, {}
        if place == "query":
            path += "?" + urllib.parse.urlencode(values)
        elif place == "form":
            body = urllib.parse.urlencode(values)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
        else:
            body = json.dumps(values)
            headers = {"Content-Type": "application/json"}
        status, got, answer = self.wire.ask("POST", path, body, headers)
        answer = json.loads(answer)
        if status != 200:
            raise ClientFault(f"{answer['error']}: {answer['error_description']}")
        need(got["Cache-Control"] == "no-store", "may be stored")
        need(answer["token_type"] == "Holder-of-key", "JwtConsumer wants another token_type")
        need(answer["expires_in"] == 28800, "another life")
        return answer["access_token"]


REST_CLIENTS = (ItkDevRest, PythonServiceplatformen, Rimi)
