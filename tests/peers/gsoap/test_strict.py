# SPDX-License-Identifier: GPL-3.0-or-later
"""A client made from the served WSDLs (client.c) gets a token and reads a unit; with one byte
changed on the way there or back it gets nothing."""

import pathlib
import re
import shutil
import subprocess

import landscape
import landscapes
import orgdata
import pytest

HERE = pathlib.Path(__file__).resolve().parent
GSOAP = pathlib.Path("/usr/share/gsoap")
PLUGINS = [GSOAP / "plugin" / f"{n}.c" for n in ("wsseapi", "wsaapi", "smdevp", "mecevp", "threads")]
MEX = "/runtime/services/kombittrust/mex?wsdl"
PATH = "/organisation/organisationenhed/6"
UNIT, NAME = orgdata.made_uuid("gsoap"), "Børn & <Unge> på Ærø"


def run(*command, cwd=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def client(land):
    """wsdl2h reads what is served, soapcpp2 makes C of it, and that is compiled."""
    folder = landscapes.BUILD / "gen" / "gsoap-client"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    said = run("wsdl2h", "-c", "-d", "-P", "-L", "-t", HERE / "typemap.dat", "-o", folder / "all.h",
               land.service_url(MEX), land.service_url(PATH) + "?wsdl")
    assert not re.search(r"(?im)^\W*(error|cannot)", said), said
    # its own idea of WS-Trust would come in beside that of the WSDL
    header = re.sub(r'(?m)^#import "wst.h"$', "", (folder / "all.h").read_text())
    (folder / "all.h").write_text(header)
    run("soapcpp2", "-2", "-c", "-C", "-L", "-x", "-w", "-d", folder, folder / "all.h")
    flags = run("pkg-config", "--cflags", "gsoapssl").split()
    libs = run("pkg-config", "--libs", "--static", "gsoapssl").split()
    run("gcc", "-O0", "-w", *flags, "-I", folder, "-I", GSOAP / "plugin", "-I", GSOAP / "custom",
        "-o", folder / "client", HERE / "client.c", folder / "soapC.c", folder / "soapClient.c",
        *PLUGINS, GSOAP / "custom" / "struct_timeval.c", *libs, "-lpthread")
    return folder / "client"


@pytest.fixture(scope="module")
def ask(land, client):
    # the certificates of answers have to lead somewhere too
    trusted = land.folder / "trusted.pem"
    trusted.write_text("".join((land.pki / n).read_text()
                               for n in ("tls-ca.pem", "anchors.pem", "intermediates.pem")))
    body = orgdata.importer_unit(UNIT, NAME, orgdata.made_uuid("o"), None, "2024-01-01T00:00:00+01:00")
    land.call("KY", land.token("KY", "11111111")[0], "OrganisationEnhed", "importer", body)

    def call(*more, unit=UNIT, cvr="11111111"):
        return subprocess.run(
            [client, land.sts_url, land.service_url(PATH), land.pki, trusted, landscape.ORGANISATION, cvr,
             unit, *more], capture_output=True, text=True, check=False)
    return call


def test_a_unit(ask):
    done = ask()
    assert (done.returncode, done.stdout) == (0, f"20 {NAME}\n"), done.stderr


def test_no_unit(ask):
    done = ask(unit=orgdata.made_uuid("none"))
    assert (done.returncode, done.stdout) == (0, "44\n"), done.stderr


def told(land):
    return re.findall(r"event=(?:call|token).refused.* err=(\w+)", (land.folder / "serve.log").read_text())[-1]


@pytest.mark.parametrize("damage, why", [("body", "DIGEST_WRONG"), ("token", "TOKEN_INVALID")])
def test_a_changed_call(land, ask, damage, why):
    done = ask(damage)
    assert done.returncode == 1 and done.stderr.startswith("call: refused"), done.stderr
    assert told(land) == why


def test_a_changed_answer(ask):
    """gSOAP refuses it: otherwise its acceptance proves nothing."""
    assert ask(unit=orgdata.made_uuid("none")).returncode == 0
    done = ask("answer", unit=orgdata.made_uuid("none"))
    assert done.returncode == 1 and "wsse:FailedCheck" in done.stderr, done.stderr


def test_no_agreement(ask):
    """A signed fault, whose reason reaches the user."""
    done = ask(cvr="22222222")
    assert done.returncode == 1 and "Usercontext doesn't exist" in done.stderr, done.stderr
