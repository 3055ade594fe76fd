# SPDX-License-Identifier: GPL-3.0-or-later
"""sluse organisation on a database that is there: rules, figures, charts, exports."""

import json
import os
import subprocess

import pytest

from conftest import BINARY, BUILD

CVR = "11111111"
LETTER_X = "78787878-7878-7878-7878-787878787878"
ENGLISH = {"LC_ALL": "en_GB.UTF-8"}


class Place:
    """A database with an organisation, and the command on it."""

    def __init__(self, folder):
        self.folder = folder
        self.db = folder / "sluse.db"
        self.config = folder / "sluse.conf"
        self.puts = 0
        self.config.write_text('registry: { operator = "99999999"; };\n')

    def put(self, *lines, at=None):
        """Registered at that time, or an hour after the last."""
        self.puts += 1
        lines = (f"at {at or f'2024-09-{9 + self.puts // 24:02d}T{self.puts % 24:02d}:00:00'}", *lines)
        done = subprocess.run([BUILD / "tests" / "drive" / "place_drive", self.db],
                              input="\n".join(lines) + "\n", text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def sluse(self, *args, flags=(), env=None, code=0, stdin=None, text=True):
        done = subprocess.run([BINARY, "--config", self.config, "--db", self.db, *flags, "organisation",
                               *args, "--cvr", CVR], capture_output=True, text=text, input=stdin,
                              env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def lines(self, *args, **more):
        return [json.loads(line) for line in self.sluse(*args, flags=("--json",), **more).stdout.splitlines()]


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    made.put("sound")
    return made


# ---- valider ----

def test_nothing_to_find(place):
    assert place.sluse("valider").stdout.startswith("0 fejl, 0 advarsler, 0 oplysninger pr. ")
    assert place.sluse("valider", env=ENGLISH).stdout.startswith("0 errors, 0 warnings, 0 notes on ")
    assert place.sluse("valider", flags=("--quiet",)).stdout == ""
    assert place.lines("valider") == []


def test_severities_and_exit_codes(place):
    place.put("OrganisationEnhed x n:X Tilhoerer:O Overordnet:A")
    (note,) = place.lines("valider")
    assert (note["rule"], note["severity"], note["uuid"]) == ("O17", "I", LETTER_X)
    place.put("Interessefaellesskab y n:Netværk")
    assert [f["severity"] for f in place.lines("valider", code=10)] == ["W", "I"]
    place.put("OrganisationEnhed x n:X Tilhoerer:O Overordnet:x")
    found = place.lines("valider", code=6)
    assert [f["rule"] for f in found] == ["O4", "O20", "O17"]
    assert found[0] == {
        "rule": "O4", "also": "6.3", "severity": "E", "type": "organisationenhed", "uuid": LETTER_X, "name": "X",
        "drafted": False, "field": "Overordnet", "text": "Enheden X er sin egen overordnede",
        "says": "Ingen ringe, og hver enhed når en rod", "action": "Ret enhedens Overordnet"}
    said = place.sluse("valider", code=6).stdout
    assert "fejl O4 (6.3): Ingen ringe" in said and LETTER_X in said and "1 fejl, 1 advarsler, 1 oplysninger" in said
    said = place.sluse("valider", "--engelsk", code=6).stdout
    assert "error O4 (6.3): No circles" in said and "1 errors, 1 warnings" in said
    assert [f["rule"] for f in place.lines("valider", "--regel", "O20", code=10)] == ["O20"]


def test_a_planned_day(place):
    place.put("OrganisationEnhed B n:Børn_og_unge Tilhoerer:O Overordnet:A Opgaver:K Adresser:P/email "
              "TilknyttedeFunktioner:U Aktiv[2020-01-01,2099-01-01) Inaktiv[2099-01-01,inf)")
    assert place.lines("valider") == []
    assert place.lines("valider", "--pr", "2098-12-31") == []
    assert {f["rule"] for f in place.lines("valider", "--pr", "2099-01-01", code=6)} >= {"O14"}


def test_what_roles_use(place):
    place.put('know http://x.example/roles/jobrole/a/1 {"ejer":"11111111","linjer":[{"dataafgraensninger":'
              '[{"vaerdier":["42424242-4242-4242-4242-424242424242"]}]}]}')
    assert place.lines("valider", "--regel", "O22") == []
    place.put("OrganisationEnhed B n:B Tilhoerer:O Overordnet:A Inaktiv")
    (found,) = place.lines("valider", "--regel", "O22", code=10)
    assert "jobfunktionsroller" in found["text"]


def test_no_cpr_number_anywhere(place):
    place.put("Person R k:0102031234 CPR-NummerTekst=010203-1234",
              "Bruger D n:0102031234 Tilhoerer:O TilknyttedePersoner:R",
              "OrganisationEnhed x n:Sag_010203-1234 Tilhoerer:O Overordnet:A")
    for flags in ((), ("--json",)):
        said = place.sluse("valider", "--alle", flags=flags, code=6).stdout
        assert "010203" not in said and "**********" in said


def test_text_of_others_is_escaped(place):
    place.put("OrganisationEnhed x n:X\x1b(31m Tilhoerer:O Overordnet:A")
    assert "\x1b" not in place.sluse("valider").stdout


def test_long_lists_are_cut(place):
    place.put(*(f"Interessefaellesskab 00000000-0000-4000-8000-{i:012d} n:Net_{i}" for i in range(25)))
    assert "… 5 til (--alle)" in place.sluse("valider", code=10).stdout
    assert place.sluse("valider", "--alle", code=10).stdout.count("Interessefaellesskab ") == 25


def test_rules_are_listed(place):
    rules = place.lines("valider", "--regler")
    assert {f"O{i}" for i in range(1, 23)} <= {rule["rule"] for rule in rules}
    assert all(rule["severity"] in "EWI" and rule["says"] and rule["action"] and rule["source"] for rule in rules)


def test_mistakes_are_told(place):
    for args in (("--pr", "i morgen"), ("--kladde", "x"), ("--regel", "O99"), ("--ukendt",), ("mere",)):
        done = place.sluse("valider", *args, code=2)
        assert "brug: sluse organisation valider" in done.stderr
    assert place.sluse("valider", "--kladde", "7", code=None).returncode == 3
