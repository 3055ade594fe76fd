# SPDX-License-Identifier: GPL-3.0-or-later
"""sluse organisation on a database that is there: rules, figures, charts, exports."""

import csv
import io
import json
import os
import struct
import subprocess

import pytest
from lxml import etree

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


# ---- what is mistaken ----

def test_times_as_they_are_shown(place):
    """What a table shows may be given back; what is yet to come is no way back."""
    for when in ("2024-09-09", "2024-09-09 02:00", "2024-09-09T02:00", "2024-09-09 02:00:00"):
        place.sluse("noegledata", "--registreret", when)
    for when in ("2024-09-09 2:00", "2024-09-09x02:00", "2024-09-09 25:00", "kl. 12"):
        place.sluse("noegledata", "--registreret", when, code=2)
    assert "er ikke kommet endnu" in place.sluse("tilbagerul", "2999-01-01", code=2).stderr


def test_verbs_without_what_they_need(place):
    for verb in ("flyt", "leder", "nedlaeg", "fortryd", "adresse"):
        said = place.sluse("ret", verb, "a", "b", code=2).stderr
        assert f"efter »{verb}« mangler noget" in said


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


# ---- noegledata and diagram ----

SVG = "{http://www.w3.org/2000/svg}"


def drawn(folder, svg):
    """Judged by others: well-formed, no script, nothing from outside, and it can be drawn. Its size in pixels."""
    assert subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=svg.encode()).returncode == 0
    root = etree.fromstring(svg.encode())
    assert root.tag == SVG + "svg" and root.get("role") == "img"
    ids = {root.find(SVG + "title").get("id"), root.find(SVG + "desc").get("id")}
    assert set(root.get("aria-labelledby").split()) == ids and all(root.find(SVG + t).text for t in ("title", "desc"))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "style", "g", "rect", "path", "line",
                                                 "polyline", "text"}
        assert not [name for name in element.keys() if "href" in name or name.startswith("on")]
    assert "url(" not in svg and "@import" not in svg
    png = folder / "drawn.png"
    subprocess.run(["rsvg-convert", "-o", png], input=svg.encode(), check=True)
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    assert (width, height) == (int(root.get("width")), int(root.get("height")))
    return width, height


def test_figures_in_three_forms(place):
    figures = json.loads(place.sluse("noegledata", flags=("--json",)).stdout)
    values = {(f["id"], f.get("key")): f["value"] for f in figures["figures"]}
    assert values["aktive", "organisationenhed"] == 3 and values["ledelsesspaend", None] == 1.0
    assert figures["growth"][0]["step"] == "2024-09" and figures["growth"][0]["units"] == 3
    said = place.sluse("noegledata", "--csv", text=False).stdout.decode()
    rows = list(csv.reader(io.StringIO(said, newline=""), delimiter=";"))
    assert rows[0] == ["id", "noegle", "vaerdi", "tekst"] and all(len(row) == 4 for row in rows)
    assert ["dybde", "", "2", "Dybeste niveau"] in rows and len(rows) - 1 == len(figures["figures"])
    said = place.sluse("noegledata").stdout
    assert "Enheder uden opgaver (KLE)" in said and "\n2024-09" not in said.splitlines()[0]
    assert "Units without KLE" in place.sluse("noegledata", env=ENGLISH).stdout
    assert {f["text"] for f in json.loads(place.sluse("noegledata", "--engelsk", flags=("--json",)).stdout)["figures"]} \
        >= {"Leaders"}


def test_figures_of_the_past(place):
    place.put("OrganisationEnhed x n:X Tilhoerer:O Overordnet:A", at="2025-03-01T12:00:00")
    def units(*args):
        said = json.loads(place.sluse("noegledata", *args, flags=("--json",)).stdout)
        return next(f["value"] for f in said["figures"] if (f["id"], f.get("key")) == ("aktive", "organisationenhed")), \
            said["growth"][-1]
    assert units()[0] == 4
    before, last = units("--registreret", "2025-03-01")
    assert before == 3 and last == {"step": "2025-03", "registrations": 0, "objects": 15, "units": 3}
    growth = place.sluse("noegledata", "--udvikling", "--csv", "--trin", "aar").stdout.splitlines()
    assert growth[:3] == ["trin;registreringer;objekter;enheder", "2024;15;15;3", "2025;1;16;4"]


def test_formulas_are_no_formulas(place):
    """What a sender calls itself may not run in a spreadsheet. Sources come out of the audit trail."""
    said = place.sluse("noegledata", "--csv").stdout
    assert not [row for row in csv.reader(io.StringIO(said), delimiter=";") for f in row if f[:1] in "=+-@" and f]


def test_chart(place):
    place.put('OrganisationEnhed x n:<b>&"X"\x07 k:x Tilhoerer:O Overordnet:B')
    svg = place.sluse("diagram").stdout
    assert drawn(place.folder, svg) == (620, 110 + 2 * 24 + 20)
    texts = [e.text for e in etree.fromstring(svg.encode()).iter(SVG + "text")]
    assert {"Korsbæk Kommune", "Børn og unge", "Løn", '<b>&"X"\ufffd'} <= set(texts)
    assert svg == place.sluse("diagram").stdout  # the same bytes
    part = place.sluse("diagram", "--enhed", "42424242-4242-4242-4242-424242424242").stdout
    assert "Løn" not in part and drawn(place.folder, part)
    assert "(+1)" in place.sluse("diagram", "--dybde", "2", "--tekst").stdout
    assert "Børn og unge – Bo Holm" in place.sluse("diagram", "--ledere", "--tekst").stdout
    assert place.sluse("diagram", "--enhed", LETTER_X.replace("78", "00"), code=3).stdout == ""
    target = place.folder / "chart.svg"
    assert place.sluse("diagram", "-o", str(target)).stdout == "" and drawn(place.folder, target.read_text())


def test_plot(place):
    svg = place.sluse("diagram", "--udvikling", "--trin", "dag").stdout
    assert drawn(place.folder, svg) == (960, 440)
    assert "Udvikling for CVR 11111111" in svg
    assert drawn(place.folder, place.sluse("diagram", "--udvikling", "--registreret", "2000-01-01").stdout)


@pytest.mark.parametrize("units", [21, 400, 15000])
def test_charts_of_all_sizes(tmp_path, units):
    place = Place(tmp_path)
    subprocess.run([BUILD / "tests" / "bench" / "bench_organisation", str(units), place.db], check=True,
                   capture_output=True)
    folded = place.sluse("diagram").stdout
    width, height = drawn(tmp_path, folded)
    assert width < 4000 and height < 3000
    assert len(etree.fromstring(folded.encode()).findall(SVG + "g")) < 450
    whole = place.sluse("diagram", "--alle", "--ledere").stdout
    root = etree.fromstring(whole.encode())
    assert f"{units} enheder på" in root.find(SVG + "desc").text and f"{units} vises, 0 er foldet" in whole
    assert len([g for g in root.findall(SVG + "g") if not g.find(SVG + "text").text.startswith("…")]) == units
    width, height = drawn(tmp_path, whole)
    assert width < 32767 and height < 32767  # what drawing programs can do
    assert place.sluse("diagram", "--tekst", "--alle").stdout.count("\n") == units + 3


# ---- eksport and sammenlign ----

def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_export_is_the_same_each_time(place):
    for form, name in (("csv", None), ("jsonl", "o.jsonl"), ("os2sync", "o.json")):
        made = []
        for i in range(2):
            target = place.folder / f"{form}{i}" if name is None else place.folder / f"{i}{name}"
            place.sluse("eksport", "--format", form, "-o", str(target))
            made.append(files(target) if name is None else target.read_bytes())
            mode = (next(iter(target.iterdir())) if name is None else target).stat().st_mode
            assert mode & 0o077 == 0
        assert made[0] == made[1] and made[0]
    assert set(files(place.folder / "csv0")) >= {"enheder.csv", "brugere.csv", "tilknytninger.csv", "manifest.json"}
    assert place.sluse("eksport", "--format", "jsonl").stdout.encode() == (place.folder / "0o.jsonl").read_bytes()
    units = [row["uuid"] for row in csv.DictReader(io.StringIO(files(place.folder / "csv0")["enheder.csv"].decode("utf-8-sig")),
                                                    delimiter=";")]
    assert units == sorted(units) and len(units) == 3


def test_export_refuses(place):
    place.sluse("eksport", code=2)
    place.sluse("eksport", "--format", "xml", "-o", "x", code=2)
    (place.folder / "there").mkdir()
    place.sluse("eksport", "-o", str(place.folder / "there"), code=1)
    (place.folder / "f.jsonl").write_text("mine")
    place.sluse("eksport", "--format", "jsonl", "-o", str(place.folder / "f.jsonl"), code=1)
    assert (place.folder / "f.jsonl").read_text() == "mine"


def test_export_of_the_past(place):
    before = place.sluse("eksport", "--format", "jsonl").stdout
    place.put("OrganisationEnhed C n:Løn_og_personale Tilhoerer:O Overordnet:A", at="2025-03-01T12:00:00")
    assert place.sluse("eksport", "--format", "jsonl").stdout != before
    assert place.sluse("eksport", "--format", "jsonl", "--registreret", "2025-03-01").stdout == before


@pytest.mark.parametrize("form, suffix", [("csv", ""), ("jsonl", ".jsonl"), ("os2sync", ".json")])
def test_an_export_compared_with_what_is_here(place, form, suffix):
    target = place.folder / f"export{suffix}"
    place.sluse("eksport", "--format", form, "-o", str(target))
    assert place.lines("sammenlign", str(target)) == []
    place.put("OrganisationEnhed B n:Familie Tilhoerer:O Overordnet:C Opgaver:K Adresser:P/email TilknyttedeFunktioner:U",
              "OrganisationEnhed x n:Ny Tilhoerer:O Overordnet:A")
    found = place.lines("sammenlign", str(target), code=10)
    b, c = "42" * 4 + "-4242" * 3 + "-" + "42" * 6, "43" * 4 + "-4343" * 3 + "-" + "43" * 6
    changes = {(f["change"], f["uuid"], f.get("field")): (f.get("before"), f.get("after")) for f in found}
    assert changes["omdoebt", b, "EnhedNavn"] == ("Børn og unge", "Familie")
    assert changes["flyttet", b, "Overordnet"][1] == c
    assert ("oprettet", LETTER_X, None) in changes
    assert {f["uuid"] for f in found if f["type"] == "organisationenhed"} == {b, LETTER_X}
    later = place.folder / f"later{suffix}"
    place.sluse("eksport", "--format", form, "-o", str(later))
    assert place.lines("sammenlign", str(target), str(later), code=10) == found
    assert place.lines("sammenlign", str(later)) == []


def test_two_moments(place):
    place.put("OrganisationEnhed C n:Løn Tilhoerer:O Overordnet:A Adresser:S/los_kaldenavn TilknyttedeFunktioner:H Inaktiv",
              "Person R k:person-1 n:Ida_010203-1234", at="2025-03-01T12:00:00")
    said = place.sluse("sammenlign", "--foer-registreret", "2025-03-01", code=10, text=False).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(said, newline=""), delimiter=";"))
    assert [(r["aendring"], r["type"], r["felt"], r["foer"], r["efter"]) for r in rows] == [
        ("nedlagt", "organisationenhed", "Gyldighed", "Aktiv", "Inaktiv"),
        ("aendret", "person", "NavnTekst", "Ida Sørensen", "Ida ***********")]
    assert place.sluse("sammenlign", "--foer-registreret", "2025-03-02").stdout == ""
    place.put("OrganisationEnhed B n:Børn_og_unge[2020-01-01,2099-01-01) n:Familie[2099-01-01,inf) Tilhoerer:O "
              "Overordnet:A Opgaver:K Adresser:P/email TilknyttedeFunktioner:U")
    found = place.lines("sammenlign", "--foer-pr", "2098-12-31", "--pr", "2099-01-01", code=10)
    assert ("omdoebt", "EnhedNavn") in {(f["change"], f["field"]) for f in found}
    assert len({f["uuid"] for f in found}) == 1


def test_comparing_needs_something(place):
    place.sluse("sammenlign", code=2)
    place.sluse("sammenlign", "a", "b", "c", code=2)
    place.sluse("sammenlign", "a", "--foer-pr", "2024-01-01", code=2)
    assert place.sluse("sammenlign", str(place.folder / "nothing"), code=None).returncode == 3
    spoiled = place.folder / "spoiled.jsonl"
    spoiled.write_text('{"this is": "no object"}\n')
    assert place.sluse("sammenlign", str(spoiled), code=None).returncode == 6
    assert not [name for name in os.listdir("/tmp") if name.startswith("sluse-") and len(name) == 12]
