# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of certificates over the wire: several at once, last used, blocked, ending."""

import json
import time

import pytest

BODY = '<LaesInput xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/"/>'


def listed(land, *arguments, code=0):
    done = land.sluse("--json", "cert", "list", *arguments, check=False)
    assert done.returncode == code, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def give_second_certificate(land):
    """KY gets its successor's certificate beside the one that it has."""
    file = land.folder / "policies" / "20-parties.conf"
    one = '{ fil = "../pki/systems/KY/cert.pem"; }'
    text = file.read_text()
    assert one in text
    file.write_text(text.replace(one, one + ', { fil = "../pki/systems/KY-next/cert.pem"; }'))
    land.sluse("apply", *sorted((land.folder / "policies").glob("*.conf")))


def gets_token(land, system):
    done = land.token(system, "11111111", out=land.folder / f"try-{system}.xml", check=False)[1]
    return done.returncode == 0, done.stderr


def within(seconds, wanted, ask):
    end = time.monotonic() + seconds
    while ask() != wanted:
        assert time.monotonic() < end, f"not {wanted} within {seconds} s"
        time.sleep(0.05)


def test_rollover_of_a_system(own_land):
    land = own_land
    land.start_server()
    assert gets_token(land, "KY")[0]
    assert not gets_token(land, "KY-next")[0]
    give_second_certificate(land)
    within(2, True, lambda: gets_token(land, "KY-next")[0])
    assert gets_token(land, "KY")[0], "both, while the vendor changes over"
    assert land.stop("serve") == 0
    used = {c["thumbprintSha1"]: c for c in listed(land) if c["owner"] == "KY" and c["use"] == "anvender"}
    assert len(used) == 2
    assert all(c.get("lastUsed", "").startswith("20") for c in used.values()), used
    unused = [c for c in listed(land) if c["owner"] == "SAPA" and c["use"] == "anvender"]
    assert unused and "lastUsed" not in unused[0]


def test_blocked_at_once(own_land):
    """Also for a token that was issued before, and on a connection that is open."""
    land = own_land
    land.start_server()
    token, _ = land.token("KY", "11111111")
    cert = land.pki / "systems" / "KY" / "cert.pem"
    laes = lambda: land.call("KY", token, "OrganisationEnhed", "laes", BODY, check=False)  # noqa: E731
    assert "FailedAuthentication" not in laes().stderr
    land.sluse("cert", "block", cert)
    within(1, False, lambda: gets_token(land, "KY")[0])
    assert "fault 5607" in gets_token(land, "KY")[1]
    assert "FailedAuthentication" in laes().stderr
    state = [c["state"] for c in listed(land) if c["owner"] == "KY" and c["use"] == "anvender"]
    assert state == ["spaerret"]
    # by thumbprint as well, and the audit trail has both
    thumbprint = json.loads(land.sluse("--json", "cert", "show", cert).stdout)["thumbprintSha256"]
    land.sluse("cert", "unblock", thumbprint)
    within(1, True, lambda: gets_token(land, "KY")[0])
    assert "FailedAuthentication" not in laes().stderr
    assert land.sluse("cert", "block", "00" * 20, check=False).returncode == 3
    assert len([a for a in land.audit("--object", "system/KY") if a["actor"].startswith("cli:")]) >= 3


def test_list_shows_all_owners(land):
    rows = listed(land)
    uses = {(c["owner"], c["use"]) for c in rows}
    assert {("KY", "anvender"), ("hvem", "saml-signing"), ("https://idp.korsbaek.example", "saml-signing"),
            ("platform", "sts-signing"), ("platform", "service-signing"), ("platform", "saml-signing"),
            ("platform", "tls"), ("platform", "tls-ec"), ("platform", "anchor"),
            ("platform", "intermediate")} <= uses
    ends = [c["notAfter"] for c in rows]
    assert ends == sorted(ends), "the soonest end first"
    text = land.sluse("cert", "list").stdout
    assert "last used" in text and "KY_DEV_1" in text


@pytest.mark.parametrize("years, within_days, code", [(0, 30, 0), (0, 2000, 10), (4, 30, 11)])
def test_exit_code_for_monitoring(own_land, years, within_days, code):
    land = own_land
    land.options["clock_shift"] = years * 366 * 86400
    land.write_config()
    rows = listed(land, "--expiring", f"{within_days}d", code=code)
    assert bool(rows) == (code != 0)
    if code == 11:
        assert {"udloebet"} <= {c["state"] for c in rows}


def test_a_blocked_one_worries_nobody(own_land):
    land = own_land
    land.sluse("cert", "block", land.pki / "systems" / "KY" / "cert.pem")
    rows = listed(land, "--expiring", "2000d", code=10)
    assert not [c for c in rows if c["owner"] == "KY" and c["use"] == "anvender"]
    assert [c for c in rows if c["owner"] == "KSD"]
