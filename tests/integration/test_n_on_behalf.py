# SPDX-License-Identifier: GPL-3.0-or-later
"""On behalf of a system and of a user, over the wire: a login, the bootstrap token that came with
it, the token it is exchanged for, and a call with that."""

import base64
import json
import re
import shutil

import landscape
import pytest
from browser import Browser
from conftest import new_landscape
from forgeries import VERSIONS, Sender, business, changed, check_fault
from lxml import etree

import base
import wss

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
BOOTSTRAP = "https://data.gov.dk/model/core/eid/bootstrapToken"
LAES = ('<LaesInput xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/"><UUIDIdentifikator '
        'xmlns="urn:oio:sagdok:3.0.0">6f3b1c1e-0000-4000-8000-00000000be7c</UUIDIdentifikator></LaesInput>')


@pytest.fixture(scope="module")
def behalf_land():
    """The demo landscape with it switched on; hvem calls services too, with a certificate of its own."""
    with new_landscape("behalf", on_behalf_of="true") as land:
        land.prepare()
        shutil.copytree(land.pki / "saml" / "hvem", land.pki / "systems" / "hvem")
        known = json.loads(land.sluse("export").stdout)
        hvem = next(s for s in known["systemer"] if s["id"] == "hvem")
        hvem["brugervendt"]["bootstrapToken"] = True
        hvem["anvender"] = {"certifikater": [{"pem": (land.pki / "systems" / "hvem" / "cert.pem").read_text()}]}
        agreement = next(a for a in known["aftaler"] if a["id"] == "ksd-korsbaek")
        more = land.folder / "behalf.json"
        more.write_text(json.dumps({"systemer": [hvem], "aftaler": [
            {**agreement, "id": "hvem-korsbaek", "anvendersystem": "hvem"}]}))
        land.sluse("apply", more)
        land.start()
        yield land
        assert land.stop("serve") == 0


def ask(land, system, on_behalf_of, name, check=True):
    return land.token(system, "11111111", out=land.folder / name, more=["--on-behalf-of", on_behalf_of], check=check)


def subject(path):
    a = etree.fromstring(path.read_bytes())
    confirmation = a.find(f"{SAML}Subject/{SAML}SubjectConfirmation")
    return a.findtext(f"{SAML}Subject/{SAML}NameID"), confirmation.findtext(f"{SAML}NameID")


def login(land, user):
    """What the bridge sends hvem: the attributes of the assertion."""
    base = f"https://localhost:{land.ports['browser']}"
    browser = Browser(land.tls())
    page = browser.submit(browser.get(base + "/hvem"), button=("user", user))
    while "SAMLResponse" not in page.forms[0].fields or not page.forms[0].action.endswith("/hvem/acs"):
        page = browser.submit(page)
    response = etree.fromstring(base64.b64decode(page.forms[0].fields["SAMLResponse"]))
    return {x.get("Name"): x.findtext(SAML + "AttributeValue") for x in response.iter(SAML + "Attribute")}


def test_a_platform_for_another_system(behalf_land):
    land = behalf_land
    path, done = ask(land, "ESDH", land.pki / "systems" / "KSD" / "cert.pem", "proxy.xml")
    assert done.returncode == 0
    named, by = subject(path)
    assert "CN=KSD_DEV_1" in named and "CN=ESDH_DEV_1" in by
    # let in, and told that there is no such unit
    assert land.call("ESDH", path, "OrganisationEnhed", "laes", LAES, check=False).returncode == 3
    # the key of the system represented opens nothing
    done = land.call("KSD", path, "OrganisationEnhed", "laes", LAES, check=False)
    assert done.returncode == 5 and "FailedAuthentication" in done.stderr


@pytest.mark.parametrize("by,of,want", [
    ("KY", "KSD", "fault 101: The caller may not act on behalf of this subject."),
    ("ESDH", "KY", "fault 101: The caller may not act on behalf of this subject."),
    # with a list of those it may represent it is not told who is registered
    ("ESDH", "KY-next", "fault 101: The caller may not act on behalf of this subject."),
])
def test_who_may_not(behalf_land, by, of, want):
    done = ask(behalf_land, by, behalf_land.pki / "systems" / of / "cert.pem", "none.xml", check=False)[1]
    assert done.returncode == 5 and want in done.stderr


def test_a_login_a_token_and_a_call(behalf_land):
    land = behalf_land
    attributes = login(land, "agnete")
    bootstrap = land.folder / "bootstrap.xml"
    bootstrap.write_bytes(base64.b64decode(attributes[BOOTSTRAP], validate=True))
    a = etree.fromstring(bootstrap.read_bytes())
    assert a.findtext(f".//{SAML}Audience") == landscape.HUB
    assert not [x for x in a.iter(SAML + "Attribute") if "rivilege" in x.get("Name")]

    path, done = ask(land, "hvem", bootstrap, "user.xml")
    named, by = subject(path)
    assert named == a.findtext(f"{SAML}Subject/{SAML}NameID") and "Agnete" in named
    assert "CN=HVEM_DEV_1" in by
    # no later than the login's
    ends = [etree.fromstring(p.read_bytes()).find(SAML + "Conditions").get("NotOnOrAfter") for p in (bootstrap, path)]
    assert ends[1] <= ends[0]
    assert land.call("hvem", path, "OrganisationEnhed", "laes", LAES, check=False).returncode == 3

    done = ask(land, "KSD", bootstrap, "stolen.xml", check=False)[1]
    assert done.returncode == 5 and "fault 101" in done.stderr
    bootstrap.write_bytes(bootstrap.read_bytes().replace(b"Agnete", b"Bent  "))
    done = ask(land, "hvem", bootstrap, "forged.xml", check=False)[1]
    assert done.returncode == 5 and "fault 103: The token to act on behalf of is not valid." in done.stderr

    # the records lead from the call to the login, and name nobody
    row = land.audit("--action", "token.issue", "--actor", "hvem")[0]
    entry = land.audit("--action", "login")[-1]
    assert row["detail"]["on_behalf_by"] == entry["detail"]["bootstrap"] == a.get("ID")
    assert "Agnete" not in json.dumps([row, entry])

HOLES = {"DigestValue": base.DIGEST, "SignatureValue": base.VALUE}
ACT_AS = '<ActAs xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200802">{}</ActAs>'


def send(land, system, extra):
    """A request with these elements in it; whatever comes back."""
    sender = Sender(land, system=system)
    try:
        # the token of a user has a signature of its own, which stays: the holes are made before it comes
        with_holes = re.sub(r"<(DigestValue|SignatureValue)>[^<]*<", lambda m: f"<{m[1]}>{HOLES[m[1]]}<",
                            sender.rst(landscape.ORGANISATION, "11111111").decode())
        text = changed(with_holes, [("<trust:UseKey>", extra + "<trust:UseKey>")])
        status, answer = sender.send(sender.sts_url, base.signed(text, sender.key), base.RST)
        if status == 200:
            wss.check_sts_answer(answer, sender.sts_cert, sender.message_id)
        return status, answer
    finally:
        sender.close()


def issued(answer):
    return etree.fromstring(answer).find(f".//{SAML}Assertion")


def test_acting_as(behalf_land):
    """ActAs of WS-Trust 1.4, 9.3: beside OnBehalfOf it says the same, alone it holds a user's token."""
    land = behalf_land
    ksd, ky = (wss.Key(land.pki / "systems" / s).cert.base64 for s in ("KSD", "KY"))
    behalf = f"<trust:OnBehalfOf>{ksd}</trust:OnBehalfOf>"

    status, answer = send(land, "ESDH", behalf + ACT_AS.format(ksd))
    assert status == 200
    assert "CN=KSD_DEV_1" in issued(answer).findtext(f"{SAML}Subject/{SAML}NameID")
    for extra in (behalf + ACT_AS.format(ky), ACT_AS.format(ksd), ACT_AS.format("")):
        status, answer = send(land, "ESDH", extra)
        assert status == 500
        check_fault(answer, business(103, "The request for a security token is malformed."), VERSIONS["1.2"])

    bootstrap = base64.b64decode(login(land, "agnete")[BOOTSTRAP], validate=True).decode()
    status, answer = send(land, "hvem", ACT_AS.format(bootstrap))
    assert status == 200
    a = issued(answer)
    assert "Agnete" in a.findtext(f"{SAML}Subject/{SAML}NameID")
    assert "CN=HVEM_DEV_1" in a.findtext(f"{SAML}Subject/{SAML}SubjectConfirmation/{SAML}NameID")
    status, answer = send(land, "hvem", ACT_AS.format(bootstrap.replace("Agnete", "Bent  ")))
    assert status == 500
    check_fault(answer, business(103, "The token to act on behalf of is not valid."), VERSIONS["1.2"])
    status, answer = send(land, "KSD", ACT_AS.format(bootstrap))
    assert status == 500 and b"101" in answer
