# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to services that public clients sent, byte for byte, on their day, with their twins."""

import re

import pytest
from conftest import new_landscape
from lxml import etree
from recordings import (CALLS, CXF, OIOIDWS, RECORDED, SAML, SOAP_12, STUB, STUB_AUDIENCE, Then,
                        assertion_of, compact, holder_of, issuer_of, later, need_recordings, pem,
                        recorded, swap, unfolded)

need_recordings()


@pytest.fixture(scope="module")
def stub_cert():
    """Made with one certificate; the stub that issued the tokens has it too."""
    assertions = [assertion_of(recorded(n)) for n in CALLS]
    certs = {re.sub(r"\s", "", issuer_of(a)) for a in assertions} | {holder_of(a) for a in assertions}
    assert len(certs) == 1
    return certs.pop()


@pytest.fixture(scope="module")
def then(stub_cert):
    with Then(new_landscape("calls"), RECORDED, STUB, pem(stub_cert), pem(stub_cert)) as made:
        made.write_config()
        made.know(stub_cert, STUB_AUDIENCE)
        made.start_server()
        yield made


@pytest.fixture(scope="module")
def an_hour_later(stub_cert):
    with Then(new_landscape("calls-later"), later(RECORDED), STUB, pem(stub_cert),
              pem(stub_cert)) as made:
        made.write_config()
        made.know(stub_cert, STUB_AUDIENCE)
        made.start_server()
        yield made


def told(made):
    """The last refusal, as the log has it."""
    lines = re.findall(r"event=call.refused err=(\w+) where=\w+ detail=(?:\"([^\"]*)\"|(\S+))",
                       (made.folder / "serve.log").read_text())
    return lines[-1][0], lines[-1][1] or lines[-1][2]


@pytest.mark.parametrize("name", CALLS)
def test_call(then, name):
    """The stub's tokens confirm their holder without a period, which real ones have: no call."""
    status, text = then.replay(name)
    assert status == 500 and b"wsse:InvalidSecurityToken<" in text, text
    assert told(then) == ("TOKEN_INVALID", "without beginning")


@pytest.mark.parametrize("name", CALLS)
def test_an_hour_later(an_hour_later, name):
    status, text = an_hour_later.replay(name)
    assert status == 500 and b":MessageExpired<" in text, text


PUBLISHED = {
    "wsccore-framework": (OIOIDWS / "OioIdWsSoap" / "HelloSignRequest-PrettyPrint.xml", compact,
                          "2023-04-04T08:22:30+00:00"),
    "wsccore": (OIOIDWS / "OioIdWsSoap" / "JavaHelloNoneRequest-PrettyPrint.xml", compact,
                "2022-11-28T01:37:30+00:00"),
    "cxf": (CXF, unfolded, "2020-07-02T09:43:00+00:00"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_call(name):
    """Calls to services that are not ours: the guard lets them in, there is no such operation."""
    path, prepare, moment = PUBLISHED[name]
    published = path.read_bytes()
    message = prepare(published)
    token = assertion_of(message)
    names = {"issuer": token.findtext(SAML + "Issuer"), "issuer_certs": pem(issuer_of(token)),
             "audience": next(token.iter(SAML + "Audience")).text}

    def play(moment, body, **other):
        n = {**names, **other}
        with Then(new_landscape("published"), moment, n["issuer"], "", n["issuer_certs"]) as made:
            made.write_config()
            made.know(holder_of(token), n["audience"])
            made.start_server()
            status, text = made.play("/organisation/organisationenhed/6", SOAP_12, body)
            assert status == 500
            return told(made)[0]
    assert play(moment, message) == "SOAP_OPERATION_UNKNOWN"
    assert play(later(moment), message) == "MESSAGE_EXPIRED"
    assert play(moment, published) != "SOAP_OPERATION_UNKNOWN"
    changed = re.sub(rb">(Schultz|John|Feddet kommune)<", b">Hansen<", message)
    assert changed != message and play(moment, changed) == "DIGEST_WRONG"
    assert play(moment, message, issuer_certs="") == "TOKEN_INVALID"
    assert play(moment, message, audience="http://x.example/1") == "TOKEN_AUDIENCE"
    assert play(moment, message, issuer="https://x.example") == "TOKEN_INVALID"
