# SPDX-License-Identifier: GPL-3.0-or-later
"""Attacks on browsers over the wire. The numbers are those of the context-handler contract, 9.4."""

import datetime
import html
import json
import re
import urllib.parse

import landscape
import pytest
from browser import Browser
from conftest import new_landscape
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

EVIL = """<script>alert(1)</script><img src=x onerror=alert(2)>"'&"""


def base(land):
    return f"https://localhost:{land.ports['browser']}"


def before_the_last_step(land, user):
    """The form that carries the IdP's answer to the bridge, not yet sent."""
    browser = Browser(land.tls())
    page = browser.submit(browser.get(base(land) + "/hvem"), button=("user", user))
    while "SAMLResponse" not in page.forms[0].fields:
        page = browser.submit(page)
    assert urllib.parse.urlsplit(page.forms[0].action).path == "/runtime/saml2auth/consume.idp"
    return browser, page


@pytest.mark.parametrize("victim", ["with no login", "with a login of its own"])
def test_x71_login_csrf(land, victim):
    """The attacker's answer in the victim's browser makes the victim nobody; it still works where it
    belongs."""
    attacker, page = before_the_last_step(land, "bent")
    other = Browser(land.tls())
    own = None
    if victim == "with a login of its own":
        own = other.get(base(land) + "/hvem")
    refused = other.submit(page)
    assert refused.status == 400 and "CH-21" in refused.text, refused.text
    assert not [n for n in other.cookies.get("localhost", {}) if n == "__Host-ch_sid"]
    assert "Bent" not in refused.text
    if own:
        mine = other.carry(other.submit(other.submit(own, button=("user", "agnete"))))
        assert mine.status == 200 and "Agnete" in mine.text and "Bent" not in mine.text
    done = attacker.carry(page)
    assert done.status == 200 and "Bent" in done.text


# --- X79 ---

def second_idp(folder, metadata):
    """Metadata of an IdP with a key of its own, so that there is a choice."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Anden")])
    now = datetime.datetime.now(datetime.timezone.utc)
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now)
            .not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256()))
    pem = cert.public_bytes(serialization.Encoding.PEM).decode()
    text = "".join(line for line in pem.splitlines() if "CERTIFICATE" not in line)
    changed = re.sub(r"<(\w+:)?Signature .*?</\1?Signature>", "", metadata, flags=re.S)
    changed = re.sub(r"(X509Certificate>)[^<]+<", rf"\1{text}<", changed)
    changed = changed.replace("https://idp.korsbaek.example", "https://idp.anden.example")
    (folder / "anden-metadata.xml").write_text(changed)


def known_names(folder):
    """Every name and text that somebody may give is an attack."""
    made = 0
    for file in sorted((folder / "policies").glob("*.conf")):
        text = file.read_text()
        evil = EVIL.replace("\\", "\\\\").replace('"', '\\"')
        text, n = re.subn(r'\b(navn|beskrivelse|vejledning) = "[^"]*"', rf'\1 = "{evil}"', text)
        made += n
        file.write_text(text)
    return made


@pytest.fixture(scope="module")
def evil():
    with new_landscape("evil") as land:
        land.prepare()
        assert known_names(land.folder) > 20
        parties = land.folder / "policies" / "20-parties.conf"
        text = parties.read_text()
        at = text.index("idps = (")
        row = text[at:text.index(");", at) + 2]
        second = row.removeprefix("idps = (").removesuffix(");").strip() \
            .replace("https://idp.korsbaek.example", "https://idp.anden.example") \
            .replace("../idp-metadata.xml", "../anden-metadata.xml")
        second_idp(land.folder, (land.folder / "idp-metadata.xml").read_text())
        parties.write_text(text[:at] + "idps = (" + second + "," + row[len("idps = ("):]
                           + text[at + len(row):])
        users = json.loads((landscape.ROOT / "policies" / "demo" / "idp-users.json").read_text())
        for user in users["users"]:
            user.update(name=EVIL, title=EVIL, organisation=EVIL)
        (land.folder / "users.json").write_text(json.dumps(users))
        land.sluse("apply", *sorted((land.folder / "policies").glob("*.conf")))
        land.start()
        yield land
        assert land.stop("serve") == 0


def is_harmless(page):
    """What was given is text, and the page could not run a script if it were not."""
    body = page.body
    assert "<script>alert" not in body and "<img src=x" not in body, body
    csp = page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in csp and "default-src 'none'" in csp, csp
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", body, re.S)
    assert all("alert" not in s for s in scripts)
    return html.escape(EVIL, quote=False)[:30] in body or "&lt;script&gt;" in body


def test_x79_stored_xss(evil):
    browser = Browser(evil.tls())
    page = browser.get(base(evil) + "/hvem")
    seen = [is_harmless(page)]
    for _ in range(12):
        if not page.forms:
            # a page that only leads on, by itself or by its link
            on = re.search(r'http-equiv="refresh" content="0; *url=([^"]+)"', page.body)
            if not on:
                break
            page = browser.get(urllib.parse.urljoin(page.url, html.unescape(on.group(1))))
            seen.append(is_harmless(page))
            continue
        form = page.forms[0]
        if urllib.parse.urlsplit(page.url).port == evil.ports["idp"]:
            users = [b for b in form.buttons if b[0] == "user"]
            page = browser.submit(page, button=users[0] if users else None)
        else:
            choice = [b for b in form.buttons if "korsbaek" in b[1]]
            page = browser.submit(page, button=choice[0] if choice else None)
        seen.append(is_harmless(page))
    assert page.url == base(evil) + "/hvem" and page.status == 200, page.text
    assert any(seen), "none of the names was on any page"
    # and where a login is refused
    browser = Browser(evil.tls())
    refused = browser.request("POST", base(evil) + "/runtime/saml2auth/consume.idp",
                              {"SAMLResponse": EVIL, "RelayState": EVIL})
    assert refused.status == 400
    is_harmless(refused)


# --- X84 ---

@pytest.mark.parametrize("shift", [-600, 600])
def test_x84_clock_of_the_bridge(own_land, shift):
    """Ten minutes off, while the user is away at the IdP: the login fails closed, and the log warns."""
    land = own_land
    land.start()
    browser, page = before_the_last_step(land, "agnete")
    assert land.stop("serve") == 0
    text = land.config.read_text()
    land.config.write_text(text.replace("clock_shift = 0;", f"clock_shift = {shift};"))
    land.start_server()
    page = browser.submit(page)
    assert page.status == 400 and re.search(r"CH-2[156]", page.text), page.text
    assert "Agnete" not in page.text
    log = (land.folder / "serve.log").read_text()
    assert re.search(r"level=warning event=login.refused err=SAML_(STALE|LOGIN_UNKNOWN|CONDITIONS) ", log)
    assert "event=login.ok" not in log
