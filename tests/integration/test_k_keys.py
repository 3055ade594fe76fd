# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own keys: inside a token (SoftHSM), in PKCS#12, and rolled while calls go on."""

import concurrent.futures
import datetime
import json
import os
import shutil
import subprocess
import threading
import time

import landscape
import pytest
import test_h_browser
from lxml import etree

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "5678 +&?x"


@pytest.fixture()
def hsm(own_land, monkeypatch):
    if not os.path.exists(MODULE):
        pytest.skip("softhsm2 is not installed")
    tokens = own_land.folder / "tokens"
    tokens.mkdir()
    conf = own_land.folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    util("--init-token", "--free", "--label", "sluse", "--so-pin", "87654321", "--pin", PIN)
    (own_land.folder / "pin").write_text(PIN + "\n")
    return own_land


def util(*arguments):
    return subprocess.run(["softhsm2-util", *map(str, arguments)], check=True, capture_output=True)


def move_into_token(land, folder, label, number):
    """The key leaves the disk for good."""
    key = land.pki / folder / "key.pem"
    util("--import", key, "--token", "sluse", "--label", label, "--id", number, "--pin", PIN)
    key.unlink()
    for p12 in (land.pki / folder).glob("*.p12"):
        p12.unlink()


def use_token(land, section, folder, label):
    text = land.config.read_text()
    old = f'key = "pki/{folder}/key.pem";'
    assert old in text
    new = f'key = "pkcs11:token=sluse;object={label};type=private"; key_password = "pin";'
    land.config.write_text(text.replace(old, new))
    assert section in text


def xmlsec_verifies(token, cert):
    return subprocess.run(
        ["xmlsec1", "--verify", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
         "--pubkey-cert-pem", cert, token], capture_output=True, check=False).returncode == 0


def test_tokens_by_a_key_inside_a_token(hsm):
    land = hsm
    move_into_token(land, "platform/adgangsstyring", "sts", "01")
    move_into_token(land, "platform/organisation", "services", "02")
    use_token(land, "sts", "platform/adgangsstyring", "sts")
    use_token(land, "service", "platform/organisation", "services")
    with open(land.config, "a", encoding="utf-8") as f:
        f.write(f'pkcs11: {{ module = "{MODULE}"; }};\n')
    # the key is nowhere but in the token
    listed = subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "sluse", "--login", "--pin", PIN,
                             "--list-objects", "--type", "privkey"], capture_output=True, text=True, check=True)
    assert "sts" in listed.stdout and "services" in listed.stdout
    land.start_server()
    token, done = land.token("KY", "11111111")
    assert done.returncode == 0
    assert xmlsec_verifies(token, land.pki / "platform" / "adgangsstyring" / "cert.pem")
    # an answer of a service too: whatever it says, sluse call believes only its signature
    done = land.call("KY", token, "OrganisationEnhed", "list",
                     '<ListInput xmlns="urn:x"/>', check=False)
    assert "signature" not in done.stderr.lower()
    # many at once
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: land.token("KY", "11111111", out=land.folder / f"many-{n}.xml")[1], range(24)))
    assert all(d.returncode == 0 for d in done)
    # a reload opens the token again, and calls go on
    for _ in range(3):
        land.processes["serve"].send_signal(1)
        assert land.token("KY", "11111111")[1].returncode == 0
    assert land.stop("serve") == 0
    log = (land.folder / "serve.log").read_text()
    assert PIN not in log and "reload.failed" not in log
    # the configuration that is shown names no PIN either
    assert "5678" not in land.sluse("check", "--show").stdout


@pytest.mark.parametrize("what", ["wrong pin", "no such key", "no such token", "another's key"])
def test_tokens_that_cannot_be_used(hsm, what):
    land = hsm
    label = "sts"
    if what == "another's key":
        move_into_token(land, "platform/organisation", "sts", "01")
        shutil.copy(land.pki / "systems" / "KY" / "key.pem", land.pki / "platform" / "organisation" / "key.pem")
    else:
        move_into_token(land, "platform/adgangsstyring", "sts", "01")
    if what == "wrong pin":
        (land.folder / "pin").write_text("1234\n")
    if what == "no such key":
        label = "stz"
    use_token(land, "sts", "platform/adgangsstyring", label)
    if what == "no such token":
        land.config.write_text(land.config.read_text().replace("token=sluse", "token=other"))
    with open(land.config, "a", encoding="utf-8") as f:
        f.write(f'pkcs11: {{ module = "{MODULE}"; }};\n')
    done = land.sluse("serve", check=False, timeout=20)
    assert done.returncode == 1 and "sluse serve:" in done.stderr
    assert PIN not in done.stderr


def test_tls_by_a_key_inside_a_token(hsm):
    land = hsm
    move_into_token(land, "tls/rsa", "tls", "03")
    use_token(land, "tls", "tls/rsa", "tls")
    text = land.config.read_text().replace('cert_ec = "pki/tls/ec/cert.pem"; key_ec = "pki/tls/ec/key.pem";', "")
    land.config.write_text(text + f'pkcs11: {{ module = "{MODULE}"; }};\n')
    land.start_server()
    assert land.token("KY", "11111111")[1].returncode == 0


def test_pkcs12(own_land):
    """Key and certificate of the token service in PKCS#12, the password in a file."""
    land = own_land
    (land.folder / "secret").write_text("sluse\n")
    text = land.config.read_text()
    old = 'cert = "pki/platform/adgangsstyring/cert.pem"; key = "pki/platform/adgangsstyring/key.pem";'
    assert old in text
    land.config.write_text(text.replace(
        old, 'key = "pki/platform/adgangsstyring/modern.p12"; key_password = "secret";'))
    (land.pki / "platform" / "adgangsstyring" / "key.pem").unlink()
    land.start_server()
    token, _ = land.token("KY", "11111111")
    assert xmlsec_verifies(token, land.pki / "platform" / "adgangsstyring" / "cert.pem")
    assert '"sts-signing"' in land.sluse("--json", "cert", "list").stdout
    assert land.stop("serve") == 0
    (land.folder / "secret").write_text("other\n")
    assert land.sluse("serve", check=False, timeout=20).returncode == 1


# --- the roll ---

PLATFORM = {"sts": "platform/adgangsstyring", "service": "platform/organisation", "hub": "saml/hub"}


def issue(land, csr, out, days=1200):
    """The development PKI signs a request."""
    ca = land.pki / "ca" / "issuing"
    ext = land.folder / "ext.cnf"
    ext.write_text("subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n"
                   "keyUsage=critical,digitalSignature,keyEncipherment\n"
                   "certificatePolicies=0.4.0.2042.1.1,1.2.208.169.1.1.1.3.7.1\n")
    subprocess.run(["openssl", "x509", "-req", "-in", csr, "-CA", ca / "cert.pem", "-CAkey", ca / "key.pem",
                    "-days", str(days), "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                    "rsa_pss_saltlen:32", "-extfile", ext, "-out", out], check=True, capture_output=True)


def new_pair(land, identity):
    """As an operator does it; returns key and certificate."""
    key, csr, cert = (land.folder / f"{identity}-2.{x}" for x in ("key", "csr", "pem"))
    land.sluse("cert", "roll", identity, "--new-key", key, "--csr", csr)
    assert key.stat().st_mode & 0o777 == 0o600
    said = subprocess.run(["openssl", "req", "-in", csr, "-verify", "-noout", "-subject"],
                          capture_output=True, text=True, check=True)
    assert "verify OK" in said.stdout + said.stderr
    issue(land, csr, cert)
    return key, cert


def plan(land, identity, *more, code=0):
    done = land.sluse("--json", "cert", "roll", identity, *more, check=False)
    assert done.returncode == code, done
    return json.loads(done.stdout) if code == 0 else done.stderr


def in_seconds(n):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + n))


def configure(land, identity, settings):
    """Puts the settings that the plan names into their section."""
    lines = " ".join(f'{k} = "{v}";' for k, v in settings.items())
    text = land.config.read_text()
    assert f"\n{identity}: {{" in text
    land.config.write_text(text.replace(f"\n{identity}: {{", f"\n{identity}: {{ {lines}", 1))


def reload(land):
    log = land.folder / "serve.log"
    before = log.read_text().count("event=reloaded")
    land.processes["serve"].send_signal(1)
    end = time.monotonic() + 5
    while log.read_text().count("event=reloaded") == before:
        assert time.monotonic() < end, "no reload"
        time.sleep(0.05)


class Load(threading.Thread):
    """Tokens and calls without a pause, by one system that trusts old and new certificates."""

    def __init__(self, land, peers):
        super().__init__()
        self.land, self.peers = land, peers
        self.stopping, self.count, self.failed, self.signers = False, 0, [], []

    def one(self, n):
        """A token by old or new; its request is sent once and both are tried on the answer."""
        for peer in self.peers:
            flags = [*self.land.key_of("KY"), "--url", self.land.sts_url, "--ca", self.land.pki / "tls-ca.pem",
                     "--peer-cert", peer]
            out = self.land.folder / f"load-{n % 7}.xml"
            done = self.land.sluse("token", *flags, "-o", out, "http://stoettesystemerne.dk/service/organisation/3",
                                   "11111111", check=False)
            if done.returncode == 0:
                return peer, out
            self.last = done.stderr
        return None, None

    def run(self):
        n = 0
        while not self.stopping:
            n += 1
            peer, _ = self.one(n)
            self.count += 1
            if peer is None:
                self.failed.append(self.last)
            else:
                self.signers.append(self.peers.index(peer))


def test_the_token_service_changes_its_key(own_land):
    land = own_land
    land.start_server()
    key, cert = new_pair(land, "sts")
    old = land.pki / "platform" / "adgangsstyring" / "cert.pem"
    token_before, _ = land.token("KY", "11111111", out=land.folder / "before.xml")
    load = Load(land, [old, cert])
    load.start()
    try:
        made = plan(land, "sts", "--key", key, "--cert", cert, "--from", in_seconds(4))
        assert {p["id"] for p in made["peers"]} == {"KY", "KSD", "SAPA", "ESDH"}
        assert made["next"]["thumbprintSha1"] != made["current"]["thumbprintSha1"]
        configure(land, "sts", made["settings"])
        reload(land)
        shown = [c for c in json_lines(land, "cert", "list") if c["use"] == "sts-signing"]
        assert sorted(c["state"] for c in shown) == ["aktiv", "kommende"]
        end = time.monotonic() + 15
        while 1 not in load.signers:
            assert time.monotonic() < end, "the new key never signed"
            time.sleep(0.1)
        # the token of before is good for its life, and so is one of after
        for token in (token_before, land.folder / "after.xml"):
            if token == land.folder / "after.xml":
                assert load.one(0)[0] == cert
                token = land.folder / "load-0.xml"
                assert xmlsec_verifies(token, cert)
            done = land.call("KY", token, "OrganisationEnhed", "list", '<ListInput xmlns="urn:x"/>', check=False)
            assert "Invalid" not in done.stderr and "Failed" not in done.stderr, done.stderr
        # several reloads while calls go on
        for _ in range(3):
            reload(land)
            time.sleep(0.3)
    finally:
        load.stopping = True
        load.join()
    assert load.failed == [] and load.count > 20
    assert load.signers == sorted(load.signers), "once the new key signs, the old one does not"
    state = plan(land, "sts")
    assert state["signsFrom"] and state["steps"]
    # the end: the successor in its place, the old certificate trusted for the tokens' life
    text = land.config.read_text()
    start = text.index("next_cert")
    text = text[:start] + text[text.index('";', text.index("next_from")) + 2:]
    text = text.replace('cert = "pki/platform/adgangsstyring/cert.pem"; key = "pki/platform/adgangsstyring/key.pem";',
                        f'cert = "{cert}"; key = "{key}"; trusted = "{old}";')
    land.config.write_text(text)
    reload(land)
    done = land.call("KY", token_before, "OrganisationEnhed", "list", '<ListInput xmlns="urn:x"/>', check=False)
    assert "Invalid" not in done.stderr and "Failed" not in done.stderr, done.stderr
    land.config.write_text(text.replace(f' trusted = "{old}";', ""))
    reload(land)
    done = land.call("KY", token_before, "OrganisationEnhed", "list", '<ListInput xmlns="urn:x"/>', check=False)
    assert "InvalidSecurityToken" in done.stderr, "and then no longer"


def json_lines(land, *arguments):
    return [json.loads(x) for x in land.sluse("--json", *arguments).stdout.splitlines()]


def certs_in_metadata(land, path):
    root = etree.fromstring(land.get(path, "browser")[1].encode())
    md, ds = "{urn:oasis:names:tc:SAML:2.0:metadata}", "{http://www.w3.org/2000/09/xmldsig#}"
    return [(k.get("use"), "".join(k.find(f".//{ds}X509Certificate").text.split()))
            for k in root.iter(md + "KeyDescriptor")]


def base64_of(path):
    return "".join(path.read_text().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0].split())


@pytest.mark.parametrize("encrypt", [False, True])
def test_the_bridge_changes_its_key(own_land, encrypt):
    """Both certificates in both metadata documents, and logins before, at and after the switch."""
    land = own_land
    key, cert = new_pair(land, "hub")
    old = land.pki / "saml" / "hub" / "cert.pem"
    made = plan(land, "hub", "--key", key, "--cert", cert, "--from", in_seconds(6))
    assert {p["kind"] for p in made["peers"]} == {"system", "idp"}
    configure(land, "hub", made["settings"])
    land.start_server()
    land._start("idp", "idp", "--listen", f"127.0.0.1:{land.ports['idp']}", *(["--encrypt"] if encrypt else []))
    land._await("idp", lambda: land._is_listening("idp"))
    both = [base64_of(old), base64_of(cert)]

    def published():
        found = [certs_in_metadata(land, p) for p in ("/runtime/saml2/metadata.idp", "/runtime/saml2auth/metadata.idp")]
        assert found[0] == found[1]
        return [both.index(c) for use, c in found[0] if use == "signing"], \
            [both.index(c) for use, c in found[0] if use == "encryption"]

    assert published() == ([0, 1], [0])
    log_in(land)
    end = time.monotonic() + 15
    while published() == ([0, 1], [0]):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert published() == ([1, 0], [1])
    log_in(land)  # the IdP still encrypts to the old one


def log_in(land):
    browser, page = test_h_browser.at_idp(land)
    page = browser.carry(browser.submit(page, button=("user", "agnete")))
    assert page.status == 200 and "Agnete" in page.text, page.text


@pytest.mark.parametrize("what, word", [
    ("same key", "has the key of the old one"), ("past", "moment has passed"),
    ("another's key", "does not fit"), ("no ski", "no SubjectKeyIdentifier"), ("expired", "not valid then"),
    ("no such identity", "sts, service or hub"), ("file is there", "File exists")])
def test_a_roll_that_cannot_be(own_land, what, word):
    land = own_land
    own = land.pki / "platform" / "adgangsstyring"
    ky = land.pki / "systems" / "KY"
    expired = land.pki / "odd" / "expired"
    at = in_seconds(60)
    arguments = {
        "same key": ["sts", "--key", own / "key.pem", "--cert", own / "cert.pem", "--from", at],
        "past": ["sts", "--key", ky / "key.pem", "--cert", ky / "cert.pem", "--from", in_seconds(-60)],
        "another's key": ["sts", "--key", ky / "key.pem", "--cert", own / "cert.pem", "--from", at],
        "no ski": ["sts", "--key", ky / "key.pem", "--cert", land.folder / "noski.pem", "--from", at],
        "expired": ["sts", "--key", expired / "key.pem", "--cert", expired / "cert.pem", "--from", at],
        "no such identity": ["nobody"],
        "file is there": ["sts", "--new-key", own / "key.pem", "--csr", land.folder / "x.csr"],
    }[what]
    if what == "no ski":
        subprocess.run(["openssl", "req", "-new", "-x509", "-key", ky / "key.pem", "-subj", "/CN=x", "-days", "9",
                        "-config", "/dev/stdin", "-out", land.folder / "noski.pem"], check=True, capture_output=True,
                       input=b"[req]\ndistinguished_name=d\n[d]\n")
    done = land.sluse("cert", "roll", *arguments, check=False)
    assert done.returncode != 0 and word in done.stderr, done
    if what == "file is there":
        assert "PRIVATE KEY" in (own / "key.pem").read_text()


# --- the configuration file, written ---

def written(land, *arguments, code=0):
    before = land.config.read_text()
    done = land.sluse("--json", "cert", "roll", *arguments, "--write", check=False)
    assert done.returncode == code, done
    if code:
        # what is refused has touched nothing and left nothing
        assert land.config.read_text() == before
        assert not list(land.folder.glob("*.conf.*")), "something was left beside it"
        return done.stderr
    return json.loads(done.stdout)


def test_a_roll_that_writes(own_land):
    """From the plan to the end: the file is changed where it says, and nowhere else; calls go on."""
    land = own_land
    key, cert = new_pair(land, "sts")
    old = land.pki / "platform" / "adgangsstyring" / "cert.pem"
    # a file of somebody's own, with comments, behind a link
    whole = "# kept by hand\n" + land.config.read_text().replace("\nsts: {", "\nsts: { # the token service\n", 1)
    real = land.folder / "real.conf"
    real.write_text(whole)
    land.config.unlink()
    land.config.symlink_to(real)
    os.chmod(real, 0o640)
    os.chown(real, 12345, 12346)
    before = os.stat(real)
    land.start_server()
    token_before, _ = land.token("KY", "11111111", out=land.folder / "before.xml")
    assert "no successor" in written(land, "sts", "--finish", code=6)
    made = written(land, "sts", "--key", key, "--cert", cert, "--from", in_seconds(5))
    assert made["written"] == str(real)
    assert [x["what"][:15] for x in made["calendar"]] == [
        "the new key sig", "the last token ", "the old certifi", "the new certifi"]
    assert [x["at"] for x in made["calendar"]] == sorted(x["at"] for x in made["calendar"])
    assert any("systemctl reload sluse" in s for s in made["steps"])
    # its own lines, and no other
    lines, now = whole.splitlines(), real.read_text().splitlines()
    assert "sts: { # the token service" in now
    assert [x for x in now if x not in lines] == [f'\t{k} = "{v}";' for k, v in made["settings"].items()]
    assert [x for x in now if x in lines] == lines
    after = os.stat(real)
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, 12345, 12346)
    assert land.config.is_symlink() and not list(land.folder.glob("*.conf.*"))
    reload(land)
    assert sorted(c["state"] for c in json_lines(land, "cert", "list") if c["use"] == "sts-signing") == \
        ["aktiv", "kommende"]
    # planned anew: the same lines get other values
    made = written(land, "sts", "--key", key, "--cert", cert, "--from", in_seconds(6))
    assert len(real.read_text().splitlines()) == len(now) and made["signsFrom"] in real.read_text()
    assert "does not sign yet" in written(land, "sts", "--finish", code=6)
    reload(land)
    load = Load(land, [old, cert])
    load.start()
    try:
        end = time.monotonic() + 20
        while 1 not in load.signers:
            assert time.monotonic() < end, "the new key never signed"
            time.sleep(0.1)
        shown = land.sluse("--json", "cert", "roll", "sts", "--finish").stdout
        assert "written" not in json.loads(shown) and "next_cert" in real.read_text()
        made = written(land, "sts", "--finish")
        reload(land)
        time.sleep(0.3)
    finally:
        load.stopping = True
        load.join()
    assert load.failed == [] and load.signers == sorted(load.signers)
    text = real.read_text()
    assert "next_" not in text and text.startswith("# kept by hand\n") and "# the token service" in text
    assert f'cert = "{cert}"' in text and f'key = "{key}"' in text
    assert 'trusted = "pki/platform/adgangsstyring/cert.pem"' in text
    assert set(made["removed"]) >= {"next_cert", "next_key", "next_from"}
    # the old one is believed still
    done = land.call("KY", token_before, "OrganisationEnhed", "list", '<ListInput xmlns="urn:x"/>', check=False)
    assert "Invalid" not in done.stderr and "Failed" not in done.stderr, done.stderr


@pytest.mark.parametrize("what, word", [
    ("included", "section service is not in the file itself"), ("twice", "is there twice"),
    ("broken elsewhere", "problem"), ("same key", "has the key of the old one"),
    ("nothing to write", "--write is for"), ("csr", "--write is for")])
def test_a_file_that_cannot_be_written(own_land, what, word):
    land = own_land
    key, cert = new_pair(land, "service")
    arguments = ["service", "--key", key, "--cert", cert]
    text = land.config.read_text()
    code = 6
    if what == "included":
        start = text.index("\nservice: {")
        stop = text.index("};", start) + 2
        (land.folder / "service.inc").write_text(text[start:stop] + "\n")
        land.config.write_text(text[:start] + '\n@include "service.inc"\n' + text[stop:])
    elif what == "twice":
        # libconfig itself refuses that, so it is told before anything is planned
        land.config.write_text(text + "\nservice: { };\n")
        word = "problem"
    elif what == "broken elsewhere":
        land.config.write_text(text + "\nnothing = 1;\n")
    elif what == "same key":
        own = land.pki / "platform" / "organisation"
        arguments = ["service", "--key", own / "key.pem", "--cert", own / "cert.pem"]
    elif what == "nothing to write":
        arguments, code = ["service"], 2
    elif what == "csr":
        arguments, code = ["service", "--key", key, "--csr", land.folder / "x.csr"], 2
    assert word in written(land, *arguments, code=code)


def test_finish_keeps_the_old_certificate(own_land):
    """Where sts.trusted is somebody's own file, it is his to put the old certificate into it."""
    land = own_land
    key, cert = new_pair(land, "sts")
    old = land.pki / "platform" / "adgangsstyring" / "cert.pem"
    trusted = land.folder / "trusted.pem"
    trusted.write_text((land.pki / "platform" / "organisation" / "cert.pem").read_text())
    configure(land, "sts", {"trusted": trusted})
    made = written(land, "sts", "--key", key, "--cert", cert, "--from", in_seconds(1))
    end = time.monotonic() + 5
    while "does not sign yet" in (said := land.sluse("cert", "roll", "sts", "--finish", check=False).stderr):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert "put the old certificate into it first" in said
    assert "put the old certificate into it first" in written(land, "sts", "--finish", code=6)
    with open(trusted, "a", encoding="utf-8") as f:
        f.write(old.read_text())
    made = written(land, "sts", "--finish")
    assert "trusted" not in made["settings"] and "next_" not in land.config.read_text()
    assert land.sluse("check", check=False).returncode == 0


def test_an_ec_key_and_jwts(own_land):
    """JWTs need RSA: told by the plan, by the check and at start, and not by the first call."""
    land = own_land
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=ec", "-days", "90", "-addext", "subjectKeyIdentifier=hash",
                    "-keyout", land.folder / "ec.key", "-out", land.folder / "ec.pem"], check=True, capture_output=True)
    pair = ["--key", land.folder / "ec.key", "--cert", land.folder / "ec.pem", "--from", in_seconds(60)]
    assert "no RSA key" in plan(land, "sts", *pair, code=6)
    settings = {"next_key": land.folder / "ec.key", "next_cert": land.folder / "ec.pem"}
    whole = land.config.read_text()
    configure(land, "sts", settings)
    for command in ("check", "serve"):
        done = land.sluse(command, check=False)
        assert done.returncode == 6 and "sts.next_key is no RSA key" in done.stderr, done
    land.config.write_text(whole)
    configure(land, "sts", {"jwt": "false"})
    land.config.write_text(land.config.read_text().replace('jwt = "false"', "jwt = false"))
    assert plan(land, "sts", *pair)["warnings"]
    configure(land, "sts", settings)
    assert land.sluse("check", check=False).returncode == 0
    land.start_server()
    assert land.token("KY", "11111111")[1].returncode == 0
    for path in ("/runtime/oauth2/certs.idp", "/.well-known/oauth-authorization-server"):
        assert land.get(path)[0] == 404


def test_production_gives_peers_time(own_land):
    """The proposal is 30 days; 48 hours is the least."""
    land = own_land
    key, cert = new_pair(land, "service")
    made = plan(land, "service", "--key", key, "--cert", cert)
    then = datetime.datetime.fromisoformat(made["signsFrom"]).timestamp() - time.time()
    assert 29.9 * 86400 < then < 30.1 * 86400
    assert "warnings" in made and not made["warnings"], made
    assert "[" not in land.sluse("cert", "roll", "service").stdout
    assert "Settings of section service" in land.sluse("cert", "roll", "service", "--key", key, "--cert", cert).stdout
    # in production, where the development PKI is no anchor
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A root",
                    "-days", "99", "-keyout", land.folder / "root.key", "-out", land.folder / "root.pem"],
                   check=True, capture_output=True)
    text = land.config.read_text().replace('environment = "development"', 'environment = "production"')
    land.config.write_text(text.replace('"pki/anchors.pem"', '"root.pem"'))
    ask = ["service", "--key", key, "--cert", cert, "--from"]
    assert "peers need 48 hours" in plan(land, *ask, in_seconds(47 * 3600), code=6)
    made = plan(land, *ask, in_seconds(49 * 3600))
    assert any("does not chain" in w for w in made["warnings"])


def test_a_request_for_a_key_inside_a_token(hsm):
    land = hsm
    with open(land.config, "a", encoding="utf-8") as f:
        f.write(f'pkcs11: {{ module = "{MODULE}"; }};\n')
    subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "sluse", "--login", "--pin", PIN,
                    "--keypairgen", "--key-type", "rsa:3072", "--label", "next", "--id", "09"],
                   check=True, capture_output=True)
    uri = "pkcs11:token=sluse;object=next;type=private"
    csr, cert = land.folder / "t.csr", land.folder / "t.pem"
    land.sluse("cert", "roll", "sts", "--key", uri, "--key-password", land.folder / "pin", "--csr", csr)
    issue(land, csr, cert)
    made = plan(land, "sts", "--key", uri, "--key-password", land.folder / "pin", "--cert", cert,
                "--from", in_seconds(3))
    assert made["settings"]["next_key"] == uri
    configure(land, "sts", made["settings"])
    land.start_server()
    end = time.monotonic() + 10
    while not signed_by(land, cert):
        assert time.monotonic() < end
        time.sleep(0.2)


def signed_by(land, cert):
    flags = [*land.key_of("KY"), "--url", land.sts_url, "--ca", land.pki / "tls-ca.pem", "--peer-cert", cert]
    return land.sluse("token", *flags, "-o", land.folder / "s.xml", landscape.ORGANISATION, "11111111",
                      check=False).returncode == 0
