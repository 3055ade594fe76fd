# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP's SoapClient (client.php) gets a token and reads a unit; with one byte changed on the way there or
back it gets nothing."""

import pathlib
import subprocess

import landscape
import orgdata
import pytest

CLIENT = pathlib.Path(__file__).resolve().parent / "client.php"
MEX = "/runtime/services/kombittrust/mex?wsdl"
PATH = "/organisation/organisationenhed/6"
UNIT, NAME = orgdata.made_uuid("php"), "Børn & <Unge> på Ærø"


@pytest.fixture(scope="module")
def ask(land):
    body = orgdata.importer_unit(UNIT, NAME, orgdata.made_uuid("o"), None, "2024-01-01T00:00:00+01:00")
    land.call("KY", land.token("KY", "11111111")[0], "OrganisationEnhed", "importer", body)

    def call(*more, unit=UNIT, cvr="11111111"):
        return subprocess.run(
            ["php", CLIENT, land.service_url(MEX), land.service_url(PATH) + "?wsdl", land.pki,
             land.pki / "tls-ca.pem", landscape.ORGANISATION, cvr, unit, *more],
            capture_output=True, text=True, check=False)
    return call


def test_a_unit(ask):
    done = ask()
    assert (done.returncode, done.stdout) == (0, f"20 {NAME}\n"), done.stderr


def test_no_unit(ask):
    done = ask(unit=orgdata.made_uuid("none"))
    assert (done.returncode, done.stdout) == (0, "44\n"), done.stderr


@pytest.mark.parametrize("damage, why", [
    ("request", "The signature does not verify"), ("call", "The signature does not verify"),
    ("answer", "digest of Body")])
def test_changed(ask, damage, why):
    done = ask(damage)
    assert done.returncode == 1 and why in done.stderr, done.stderr


def test_no_agreement(ask):
    done = ask(cvr="22222222")
    assert done.returncode == 1 and "s:5015: Usercontext doesn't exist" in done.stderr, done.stderr
