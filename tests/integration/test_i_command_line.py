# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line promises to programs: one JSON document, its names, exit codes."""

import json
import subprocess

from conftest import landscape

UNIT = "a1b2c3d4-0000-4000-8000-0000000000ff"
NOT_THERE = f'<LaesInput xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/">' \
            f'<UUIDIdentifikator xmlns="urn:oio:sagdok:3.0.0">{UNIT}</UUIDIdentifikator></LaesInput>'


def document(done):
    """The one document on standard output."""
    return json.loads(done.stdout)


def call(land, token, body, operation="laes", path="/organisation/organisationenhed/6", **more):
    return land.sluse("--json", "call",
                      *land.client_flags("KY", land.service_url(path), "organisation"),
                      "--token", token, *more.pop("flags", ()), "OrganisationEnhed", operation, "-",
                      stdin=body, check=False)


def test_check(land):
    said = document(land.sluse("--json", "check"))
    assert said["configuration"] == "ok"
    assert {c["use"] for c in said["certificates"]} == {"token service", "services", "bridge"}
    assert all(c["state"] == "ok" and c["notAfter"].endswith("Z") and c["name"]
               for c in said["certificates"])


def test_check_for_people_in_danish_time(land):
    lines = land.sluse("check").stdout.splitlines()
    assert lines[-1] == "configuration: ok" and len(lines) == 4
    assert all(line.endswith(("+01:00", "+02:00")) for line in lines[:-1])


def test_settings(land):
    said = document(land.sluse("--json", "check", "--show"))
    assert said["environment"] == "development"
    assert isinstance(said["workers"], int) and isinstance(said["trust.crl_required"], bool)
    plain = land.sluse("check", "--show").stdout
    assert {line.split(" = ")[0] for line in plain.splitlines()} == set(said)


def test_explain(land):
    assert [row["name"] for row in document(land.sluse("--json", "check", "--explain", "workers"))] == ["workers"]
    assert len(document(land.sluse("--json", "check", "--explain"))) > 40
    done = land.sluse("check", "--explain", "sts.lifetme", check=False)
    assert done.returncode == 3 and done.stdout == ""
    assert "unknown setting 'sts.lifetme'; did you mean 'sts.lifetime'?" in done.stderr


def test_call_answered(land):
    token, _ = land.token("KY", "11111111")
    done = call(land, token, NOT_THERE)
    said = document(done)
    assert done.returncode == 3  # StatusKode 44
    assert said["httpStatus"] == 200
    assert said["contentType"] == "application/soap+xml; charset=utf-8"
    assert "LaesOutput" in said["body"][:16] and ">44<" in said["body"]
    assert set(said) == {"httpStatus", "contentType", "body"}
    out = land.folder / "answer.xml"
    said = document(call(land, token, NOT_THERE, flags=["-o", out]))
    assert "body" not in said and "LaesOutput" in out.read_text()[:16]


def test_call_faulted(land):
    token, _ = land.token("KY", "11111111")
    changed = land.folder / "changed-token.xml"
    changed.write_text(token.read_text().replace(">11111111<", ">22222222<"))
    done = call(land, changed, NOT_THERE)
    said = document(done)
    assert done.returncode == 5 and said["httpStatus"] == 500
    assert said["fault"]["code"] == "Sender" and said["fault"]["subcode"] == "InvalidSecurityToken"
    assert "(ref: " in said["fault"]["reason"]
    said = document(call(land, changed, NOT_THERE, flags=["--soap11"]))
    assert said["fault"]["code"] == "InvalidSecurityToken" and "subcode" not in said["fault"]
    assert said["contentType"] == "text/xml; charset=utf-8"


def test_call_not_answered_in_soap(land):
    token, _ = land.token("KY", "11111111")
    done = call(land, token, NOT_THERE, path="/organisation/nothing/6")
    said = document(done)
    assert done.returncode != 0 and said["httpStatus"] == 404
    assert said["contentType"].startswith("text/plain") and "Nothing is served" in said["body"]


def test_requests_alone(land):
    token, _ = land.token("KY", "11111111")
    said = document(call(land, token, NOT_THERE, flags=["--request-only"]))
    assert set(said) == {"request"} and said["request"].startswith("<s:Envelope ")


def test_token(land):
    done = land.sluse("--json", "token", *land.client_flags("KY", land.sts_url, "adgangsstyring"),
                      landscape.ORGANISATION, "11111111")
    said = document(done)
    assert said["httpStatus"] == 200 and said["notOnOrAfter"].endswith("Z")
    assert f'ID="{said["id"]}"' in said["token"]
    done = land.sluse("--json", "token", *land.client_flags("KY", land.sts_url, "adgangsstyring"),
                      landscape.ORGANISATION, "22222222", check=False)
    said = document(done)
    assert done.returncode == 5 and said["fault"]["code"] == "5015"
    assert said["fault"]["reason"].startswith("Usercontext")


def test_version_names_the_libraries(land):
    said = document(land.sluse("--json", "version"))
    assert all(v[0].isdigit() for v in said["libraries"].values())
    plain = land.sluse("version").stdout
    for name, version in said["libraries"].items():
        assert f"{name} {version}\n" in plain
    assert {"OpenSSL", "libxml2", "SQLite", "lasso", "libevent", "curl"} <= set(said["libraries"])


def test_one_problem_is_one(land, tmp_path):
    bad = tmp_path / "sluse.conf"
    for text, told in (("nothing = 1;\n", "(1 problem in"), ("a = 1;\nb = 2;\n", "(2 problems in")):
        bad.write_text(text)
        done = subprocess.run([land.binary, "--config", bad, "check"], capture_output=True,
                              text=True, check=False)
        assert done.returncode == 6 and told in done.stderr


def test_help_has_no_stray_blanks(land):
    for command in ("serve", "check", "version", "cert", "audit"):
        text = land.sluse(command, "--help").stdout
        assert not [line for line in text.splitlines() if line != line.rstrip()], command
