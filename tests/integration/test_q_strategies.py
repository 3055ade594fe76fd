# SPDX-License-Identifier: GPL-3.0-or-later
"""The three strategies of docs/strategier: each scenario runs on a fresh database, its page shows exactly the
commands that the scenario runs and what they print, and the end is what the page says it is."""

import csv
import datetime
import json
import os
import pathlib
import re
import subprocess

import pytest
from conftest import BINARY

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "strategier"
CVR = "11111111"
NEXT_WEEK = ("--pr", (datetime.date.today() + datetime.timedelta(days=9)).isoformat())
REGISTER = ["kilde", "register", "ejer", "objekter", "felter", "retning", "format", "opdateres"]
NAMES = sorted(p.stem for p in FOLDER.glob("*.sh") if p.stem != "faelles")


def in_parts(lines):
    """[(command, [lines that it printed])] of a transcript, or of the blocks of a page."""
    parts = []
    for line in lines:
        if line.startswith("$ "):
            parts.append((line[2:], []))
        elif parts:
            parts[-1][1].append(line)
    return parts


def shown(page):
    text = re.sub(r" \\\n +", " ", page)
    return in_parts(line for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S)
                    for line in block.splitlines())


def pattern(lines):
    """What a page shows: an ellipsis is any text, one on a line of its own any lines."""
    parts = [r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
             for line in lines]
    return "".join(parts) + r"\Z"


def faults(page, transcript):
    """What a page says and the scenario does not, or the other way round."""
    says, does = shown(page), in_parts(transcript.splitlines())
    found = [f"not in the scenario: {command}" for command, _ in says if command not in [c for c, _ in does]]
    if not found and [c for c, _ in says] != [c for c, _ in does]:
        found.append("the page leaves commands out, or has them in another order")
    if found:
        return found
    for (command, want), (_, got) in zip(says, does):
        text = "".join(line + "\n" for line in got if line and not line.startswith("# "))
        if want and not re.match(pattern(want), text):
            found.append(f"{command}\nshows\n" + "\n".join(want) + "\nprints\n" + text)
    return found


class Scenario:
    def __init__(self, name, folder):
        self.folder = folder
        done = subprocess.run(["sh", FOLDER / f"{name}.sh", folder], capture_output=True, text=True,
                              env={**os.environ, "SLUSE_BIN": str(BINARY)}, check=False, timeout=300)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        self.transcript = done.stdout
        self.page = (FOLDER / f"{name}.md").read_text()

    def ask(self, *arguments, code=0):
        done = subprocess.run([BINARY, "--config", "sluse.conf", "--json", "organisation", *arguments, "--cvr", CVR],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout

    def tree(self, *arguments):
        """{name of a unit: name of the unit above} of what is active now, or as the arguments say."""
        above, out = {}, {}
        for line in self.ask("diagram", "--tekst", *arguments).splitlines()[3:]:
            depth = (len(line) - len(line.lstrip())) // 2
            above[depth] = line.strip()
            out[line.strip()] = above.get(depth - 1, "")
        return out

    def figures(self, *arguments):
        """{(id, key): value}"""
        return {(f["id"], f.get("key", "")): f["value"]
                for f in json.loads(self.ask("noegledata", *arguments))["figures"]}

    def publications(self):
        return [(p["source"], p["objects"], p["counts"]["closed"]) for p in json.loads(self.ask("publikationer"))]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    done = {}

    def run(name):
        if name not in done:
            done[name] = Scenario(name, tmp_path_factory.mktemp(name) / "her")
        return done[name]

    return run


@pytest.mark.parametrize("name", NAMES)
def test_page_and_scenario_are_the_same(scenario, name):
    s = scenario(name)
    assert len(shown(s.page)) >= 10
    assert not faults(s.page, s.transcript), "\n".join(faults(s.page, s.transcript))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_is_wrong_is_found(scenario, name):
    s = scenario(name)
    assert faults(s.page.replace("organisation publicer ", "organisation udgiv ", 1), s.transcript)
    command, lines = next((c, o) for c, o in shown(s.page) if any(re.search(r"\d", line) for line in o))
    line = next(line for line in lines if re.search(r"\d", line))
    wrong = s.page.replace(line, re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), line), 1)
    assert wrong != s.page and faults(wrong, s.transcript), command
    block = re.search(r"^```console\n(?:(?!```).*\n)*```$", s.page, re.M)[0]
    assert faults(s.page.replace(block, "", 1), s.transcript)


@pytest.mark.parametrize("name", NAMES)
def test_register_of_sources(name):
    with open(FOLDER / name / "kilderegister.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    assert list(rows[0]) == REGISTER and len(rows) >= 4
    for row in rows:
        assert all(row[column] for column in REGISTER), row
        assert row["retning"].split(" ")[0] in ("ind", "ud", "ingen"), row


def test_readme_leads_to_them():
    readme = (FOLDER / "README.md").read_text()
    for name in NAMES:
        assert f"({name}.md)" in readme and f"({name}.sh)" in readme
    assert "docs/strategier/" in (FOLDER.parents[1] / "README.md").read_text()
    for page in FOLDER.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (FOLDER / target).exists(), f"{page.name}: {target}"


def test_only_what_the_break_needs(scenario):
    s = scenario("kun-monopolbruddet")
    assert s.publications() == [("manuel", 2, 0), ("Løn", 58, 0), ("manuel", 4, 1)]
    assert s.tree() == {
        "Korsbæk Kommune": "", "Borgerservice": "Korsbæk Kommune", "Ydelser": "Borgerservice",
        "Teknik og Miljø": "Korsbæk Kommune", "Genbrug": "Teknik og Miljø", "Vej og Park": "Teknik og Miljø"}
    figures = s.figures()
    assert figures["aktive", "organisationenhed"] == 6 and figures["inaktive", "organisationenhed"] == 1
    assert figures["aktive", "bruger"] == 7 and figures["aktive", "organisationfunktion"] == 13
    s.ask("valider")
    assert (s.folder / "korsbaek.svg").read_text().count("<svg") == 1


def conf_of(name):
    """{source: its groups} as the files of import.kilder say."""
    out = {}
    for path in sorted((FOLDER / name / "kilder").glob("*.conf")):
        groups = re.search(r"^ejer = \[(.*)\];$", path.read_text(), re.M)[1]
        out[path.stem] = {group.strip(' "') for group in groups.split(",")}
    return out


def register_of(name):
    with open(FOLDER / name / "kilderegister.csv", encoding="utf-8", newline="") as f:
        return {row["kilde"]: row for row in csv.DictReader(f, delimiter=";")}


def test_everyone_owns_its_own(scenario):
    s = scenario("foederering")
    register, owners = register_of("foederering"), conf_of("foederering")
    assert set(owners) == {"ad", "mo"}
    for source, groups in owners.items():
        assert set(register[source]["felter"].split(", ")) == groups
    runs = [(r["source"], r["state"]) for r in json.loads(s.ask("importer", "--koersler"))]
    assert runs[::-1] == [
        ("mo", "publiceret"), ("ad", "proevet"), ("ad", "publiceret"), ("mo", "publiceret"), ("ad", "publiceret"),
        ("mo", "uaendret"), ("ad", "forkastet"), ("mo", "uaendret"), ("ad", "uaendret")]
    tree = s.tree(*NEXT_WEEK)
    assert len(tree) == 7 and tree["Genbrug"] == "Teknik, Miljø og Klima"
    # what the directory says of the hub's telephone number is nowhere; nobody's opening hours are kept
    exported = s.folder / "ud"
    s.ask("eksport", "--format", "csv", "-o", str(exported), *NEXT_WEEK)
    with open(exported / "enheder.csv", encoding="utf-8-sig", newline="") as f:
        units = {row["navn"]: row for row in csv.DictReader(f, delimiter=";")}
    assert units["Ydelser"]["telefon"] == "+45 70100011"
    assert units["Borgerservice"]["aabningstid_henvendelse"] == "Mandag-fredag 10-14"
    with open(exported / "brugere.csv", encoding="utf-8-sig", newline="") as f:
        assert {row["brugernavn"] for row in csv.DictReader(f, delimiter=";")} == {
            "bamlir", "fentod", "gispal", "hulvam", "kadmir", "nebsor", "polgid"}


def test_organisation_is_the_master(scenario):
    s = scenario("centralisering")
    assert s.publications() == [("manuel", 2, 0), ("APOS", 23, 0), ("Løn", 36, 0), ("manuel", 1, 0),
                                ("manuel", 4, 0), ("manuel", 2, 2), ("tilbagerulning", 2, 0)]
    now = s.tree()
    assert now["Vej og Park"] == "Teknik og Miljø" and now["Folkeregister"] == "Borgerservice" and len(now) == 6
    year = int(re.search(r"Omlægning, virkning fra (\d+)-01-01", s.transcript)[1])
    then = s.tree("--pr", f"{year}-01-01")
    assert then["Vej og Park"] == "Plan og Klima" and then["Teknik"] == "Korsbæk Kommune" and len(then) == 7
    assert s.tree("--pr", f"{year - 1}-12-31") == now
    # another one reads what was exported
    given = json.loads((s.folder / "til-ad.json").read_text())
    assert len(given["orgUnits"]) == 6 and len(given["users"]) == 8
    # what is to be retired is a source that delivers, and forty days later nothing comes from it
    with open(FOLDER / "centralisering" / "afviklingsplan.csv", encoding="utf-8", newline="") as f:
        plan = {row["kilde"] for row in csv.DictReader(f, delimiter=";")}
    register = register_of("centralisering")
    assert plan == {"APOS", "Løn"} and all(register[source]["retning"] == "ind" for source in plan)
    later = dict((c, o) for c, o in in_parts(s.transcript.splitlines()) if "noegledata" in c)
    for source in plan:
        today, after = ("\n".join(o) for o in later.values())
        assert f"(30 dage) fra kilde: publikation: {source}" in today
        assert f"Ændringer fra kilde: publikation: {source}" in after
        assert f"(30 dage) fra kilde: publikation: {source}" not in after
