# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own keys: inside a token (SoftHSM), in PKCS#12, and rolled while calls go on."""

import os
import shutil
import subprocess

import pytest

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
