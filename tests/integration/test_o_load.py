# SPDX-License-Identifier: GPL-3.0-or-later
"""An organisation loaded from tables: killed at any moment, published as a whole, reported line by line;
and imported again and again, from a folder or by HTTPS, within limits."""

import csv
import hashlib
import http.server
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import ssl
import subprocess
import threading
import time
import urllib.request

import orgfiles
import pytest
from authority import openssl
from conftest import BINARY

CVR = orgfiles.CVR
OPERATOR = orgfiles.OPERATOR
KILLS = 30
PUBLISHED, UNCHANGED = "publiceret", "uaendret"


class Desk:
    """A database of its own, and the command line on it."""

    def __init__(self, folder, config=""):
        folder.mkdir(exist_ok=True)
        self.folder, self.db, self.config = folder, folder / "sluse.db", folder / "sluse.conf"
        self.settings_of_all = f'registry: {{ operator = "{OPERATOR}"; }};\n{config}'
        self.config.write_text(self.settings_of_all)
        orgfiles.found(lambda cvr, *arguments: self.run(*arguments, cvr=cvr))
        self.founded = folder / "founded.db"
        shutil.copy(self.db, self.founded)

    def begin_again(self):
        for old in self.folder.glob("sluse.db*"):
            old.unlink()
        shutil.copy(self.founded, self.db)

    def start(self, *arguments, flags=("--json",), cvr=CVR):
        return subprocess.Popen(
            [BINARY, "--config", self.config, "--db", self.db, *flags, "organisation", *map(str, arguments),
             "--cvr", cvr], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments, code=0, flags=("--json",), cvr=CVR):
        p = self.start(*arguments, flags=flags, cvr=cvr)
        out, err = p.communicate()
        assert p.returncode == code, f"{p.returncode}: {err}{out}"
        return out, err

    def load(self, source, *arguments, code=0):
        out, _ = self.run("indlaes", source, *arguments, code=code)
        return json.loads(out)

    def ask(self, sql, *values):
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as db:
            return db.execute(sql, values).fetchall()

    def state(self):
        """Every registration, but for its moment."""
        return self.ask("SELECT o.cvr, o.kind, o.uuid, r.state, r.content FROM registration r"
                        " JOIN object o ON o.id = r.object WHERE o.cvr = ? ORDER BY 1, 2, 3, r.id", CVR)

    def active_units(self):
        return self.ask("SELECT count(DISTINCT uuid) FROM object_listed WHERE kind = 2 AND active = 1"
                        " AND stop > 4000000000000000")[0][0]


@pytest.fixture()
def desk(tmp_path):
    return Desk(tmp_path / "desk")


def test_killed_at_any_moment(tmp_path, desk):
    """Thirty times, in the middle of reading, staging or publishing: the end is the same."""
    source = orgfiles.Organisation(900, 600).shuffle(3).write(tmp_path / "apos")
    other, nothing = Desk(tmp_path / "undisturbed"), desk.state()
    begun = time.monotonic()
    done = other.load(source, "--publicer")
    whole, want = time.monotonic() - begun, other.state()
    assert done["state"] == PUBLISHED and done["counts"]["created"] == len(want) - 2 > 7000

    rng, kills, places = random.Random(7), 0, set()
    while kills < KILLS:
        p = desk.start("indlaes", source, "--publicer")
        try:
            p.wait(rng.random() * whole * 0.8)
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGKILL)
            kills += 1
        p.communicate()
        assert p.returncode in (0, -signal.SIGKILL)
        assert desk.ask("PRAGMA integrity_check") == [("ok",)]
        places.update(desk.ask("SELECT state, position FROM import_run"))
        # nothing half-loaded: all of it is registered, or none
        assert desk.state() in (nothing, want)
        if p.returncode == 0:  # published: once more from the beginning
            assert desk.state() == want
            desk.begin_again()
    desk.load(source, "--publicer")
    assert desk.state() == want
    assert desk.ask("SELECT count(*) FROM draft_edit") == [(0,)]
    assert len(places) >= 3, "it was never killed in the middle"


def test_killed_while_it_publishes(tmp_path, desk):
    source, nothing = orgfiles.Organisation(800, 500).write(tmp_path / "apos"), desk.state()
    desk.load(source)
    shutil.copy(desk.db, desk.founded)
    begun = time.monotonic()
    desk.load(source, "--publicer")
    whole, want = time.monotonic() - begun, desk.state()
    rng, unpublished = random.Random(11), 0
    for _ in range(10):
        desk.begin_again()
        p = desk.start("indlaes", source, "--publicer")
        try:
            p.wait(whole * rng.random())
        except subprocess.TimeoutExpired:
            p.kill()
        p.communicate()
        state = desk.state()
        assert state in (nothing, want)
        unpublished += state == nothing
        done = desk.load(source, "--publicer")
        assert done["state"] in (PUBLISHED, UNCHANGED)
        assert desk.state() == want
        assert desk.ask("SELECT max(number) FROM publication WHERE cvr = ?", CVR) == [(2,)]
    assert unpublished > 0, "it was never killed before it had published"


def test_interrupted_politely(tmp_path, desk):
    source = orgfiles.Organisation(3000, 2000).write(tmp_path / "apos")
    p = desk.start("indlaes", source, flags=())
    time.sleep(0.15)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate()
    assert p.returncode == 130 and "fortsætter den" in err, err  # LOAD_INTERRUPTED
    (source / "enheder.csv").rename(source / "gemt")
    done = desk.run("indlaes", source, "--fortsaet", code=6)
    (source / "gemt").rename(source / "enheder.csv")
    assert "enheder.csv" in done[1] or done[0]
    again = desk.load(source, "--fortsaet")
    assert again["continued"] and again["state"] == "indlaest"
    changed = orgfiles.Organisation(3001, 2000).write(tmp_path / "apos")
    _, err = desk.run("indlaes", changed, code=4)
    assert "begyndte med" in err and "SHA-256" in err and "--forfra" in err  # LOAD_OTHER_SOURCE
    fresh = desk.load(changed, "--forfra")
    assert not fresh["continued"] and fresh["state"] == "indlaest"


def test_report(tmp_path, desk):
    organisation = orgfiles.Organisation(30, 20)
    organisation.units[25]["ean"] = "x" * 300
    organisation.units[26]["uuid"] = "=1+2"
    organisation.users[2]["person_navn"], organisation.mode = "", "delta"
    source = organisation.write(tmp_path / "apos")
    for ending in ("txt", "csv", "jsonl"):
        report = tmp_path / f"report.{ending}"
        done = desk.load(source, "--proev", "--rapport", report, code=10)
        assert done["counts"]["refused"] == 3 and done["state"] == "proevet"
    text = (tmp_path / "report.txt").read_text().splitlines()
    assert len(text) == 3 and all(line.startswith("afvist") for line in text)
    assert any("enheder.csv:27" in line and "ean" in line for line in text)
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["art", "fil", "linje", "kolonne", "grund"] and len(rows) == 4
    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert [(line["file"], line["line"]) for line in lines] == [
        ("enheder.csv", 27), ("enheder.csv", 28), ("brugere.csv", 4)]
    assert all(line["kind"] == "afvist" and line["reason"] for line in lines)
    # a trial leaves nothing but the record of itself
    assert len(desk.state()) == 1 and desk.ask("SELECT count(*) FROM draft_edit") == [(0,)]
    # with refused lines nothing is published by itself
    done = desk.load(source, "--publicer", code=10)
    assert done["state"] == "indlaest" and len(desk.state()) == 1
    desk.run("publicer", done["draft"], "--accepter-advarsler")
    assert desk.active_units() == 28
    _, err = desk.run("indlaes", tmp_path / "nowhere", code=3)
    assert "nowhere" in err


def test_nobody_sees_it_before(own_land, tmp_path):
    """Beside the running server: readers see nothing of a draft, and everything once it is published."""
    land = own_land
    land.start_server()
    source = orgfiles.Organisation(20, 10).write(tmp_path / "apos")

    def organisation(*arguments, cvr=CVR):
        return json.loads(land.sluse("--json", "organisation", *arguments, "--cvr", cvr).stdout)

    def listed():
        with sqlite3.connect(f"file:{land.folder / 'sluse.db'}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM object_listed WHERE kind = 2").fetchone()[0]

    orgfiles.found(lambda cvr, *arguments: organisation(*arguments, cvr=cvr))

    done = organisation("indlaes", source)
    assert done["state"] == "indlaest" and listed() == 1
    done = organisation("indlaes", source, "--publicer")
    assert done["state"] == PUBLISHED and done["publication"] == 2 and listed() == 20
    url = f"http://127.0.0.1:{land.ports['operations']}/metrics"
    with urllib.request.urlopen(url) as answer:
        metrics = answer.read().decode()
    name = 'sluse_import_last_success_timestamp_seconds{cvr="11111111",source="apos"} '
    told = next(line for line in metrics.splitlines() if line.startswith(name))
    assert abs(int(told.removeprefix(name)) - time.time()) < 60
    assert 'sluse_import_failed{cvr="11111111",source="apos"} 0' in metrics


# --- periodic imports ---

@pytest.fixture()
def drop(tmp_path):
    """A folder that a source drops into, and its settings."""
    folder = tmp_path / "drop"
    folder.mkdir()
    sources = tmp_path / "kilder"
    sources.mkdir()
    desk = Desk(tmp_path / "import", f'import: {{ kilder = "{sources}"; }};\n')

    def settings(text="", name="apos", where=f'sti = "{folder}";'):
        (sources / f"{name}.conf").write_text(
            f'cvr = "{CVR}";\n{where}\n{text}\n')

    settings()
    desk.drop, desk.settings, desk.sources = folder, settings, sources
    return desk


def importer(desk, *arguments, code=0):
    out, err = desk.run("importer", *arguments, code=code)
    return [json.loads(line) for line in out.splitlines()], err


def test_import_with_its_limits(drop):
    organisation = orgfiles.Organisation(200, 100)
    organisation.write(drop.drop)
    (first,), _ = importer(drop, "apos")
    assert first["state"] == PUBLISHED and first["publication"] == 2
    (again,), _ = importer(drop, "apos")
    assert again["state"] == UNCHANGED and "publication" not in again

    # a renamed unit and a moved one
    organisation.units[10]["navn"] = "Nyt navn"
    organisation.units[20]["overordnet_uuid"] = organisation.units[1]["uuid"]
    organisation.write(drop.drop)
    (shown,), _ = importer(drop, "apos", "--toerkoer")
    assert shown["state"] == "proevet" and shown["counts"]["changed"] == 2
    assert drop.ask("SELECT count(*) FROM publication WHERE cvr = ?", CVR) == [(2,)]
    out, _ = drop.run("importer", "apos", "--toerkoer", flags=())
    assert "omdøbt" in out and "flyttet" in out
    (done,), _ = importer(drop, "apos")
    assert done["state"] == PUBLISHED and done["counts"]["changed"] == 2

    # a third of it is gone: somebody must say that it is right
    gone = {u["uuid"] for u in organisation.units[140:]}
    organisation.units = organisation.units[:140]
    organisation.posts = [p for p in organisation.posts if p["enhed_uuid"] not in gone]
    organisation.write(drop.drop)
    (stopped,), _ = importer(drop, "apos", code=4)
    assert stopped["state"] == "standset" and stopped["counts"]["missing"] > 60
    assert drop.active_units() == 200
    (shown,), _ = importer(drop, "apos", "--toerkoer", code=10)
    out, _ = drop.run("importer", "apos", code=4, flags=())
    assert "--accepter-fjernelser" in out
    (done,), _ = importer(drop, "apos", "--accepter-fjernelser")
    assert done["state"] == PUBLISHED and drop.active_units() == 140
    (again,), _ = importer(drop, "apos")
    assert again["state"] == UNCHANGED

    runs = json.loads(drop.run("importer", "--koersler")[0])
    states = [run["state"] for run in runs]
    assert states == [UNCHANGED, "proevet", PUBLISHED, PUBLISHED, "proevet", "proevet", UNCHANGED, PUBLISHED]
    report, _ = drop.run("importer", "--koersel", runs[2]["run"])
    assert report.count("mangler") == done["counts"]["missing"]
    drop.run("importer", "--koersel", 4711, code=3)  # IMPORT_UNKNOWN
    drop.run("importer", "ukendt", code=3)


def test_an_import_that_breaks_a_rule_waits(drop):
    organisation = orgfiles.Organisation(20, 10)
    organisation.units[5]["overordnet_uuid"] = ""  # a second root
    organisation.write(drop.drop)
    _, err = drop.run("importer", "apos", code=6, flags=())
    assert "valider --kladde" in err
    (run,) = json.loads(drop.run("importer", "--koersler")[0])
    assert run["state"] == "indlaest" and len(drop.state()) == 1
    out, _ = drop.run("valider", "--kladde", run["draft"], code=6, flags=())
    assert "O1" in out
    # the next file takes its place
    organisation.units[5]["overordnet_uuid"] = organisation.units[0]["uuid"]
    organisation.write(drop.drop)
    (done,), _ = importer(drop, "apos")
    assert done["state"] == PUBLISHED and drop.active_units() == 20
    states = [r["state"] for r in json.loads(drop.run("importer", "--koersler")[0])]
    assert states == [PUBLISHED, "forkastet"]


def test_import_that_does_not_fit_its_manifest(drop):
    orgfiles.Organisation(20, 10).write(drop.drop)
    with open(drop.drop / "enheder.csv", "a", encoding="utf-8") as f:
        f.write("\r\n")
    _, err = importer(drop, "apos", code=6)
    assert "SOURCE_INVALID" in err
    (run,) = json.loads(drop.run("importer", "--koersler")[0])
    assert run["state"] == "fejlet" and len(drop.state()) == 1
    report, _ = drop.run("importer", "--koersel", run["run"])
    assert "enheder.csv" in report


def test_a_file_and_its_digest(drop, tmp_path):
    table = orgfiles.Organisation(20, 0).write(tmp_path / "made") / "enheder.csv"
    shutil.copy(table, drop.drop / "enheder.csv")
    _, err = importer(drop, "apos", code=3)
    assert "enheder.csv.sha256" in err
    (drop.drop / "enheder.csv.sha256").write_text("0" * 64 + "  enheder.csv\n")
    importer(drop, "apos", code=6)
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    (drop.drop / "enheder.csv.sha256").write_text(digest + "  enheder.csv\n")
    (done,), _ = importer(drop, "apos")
    assert done["state"] == PUBLISHED and drop.active_units() == 20


def test_owners(drop):
    organisation = orgfiles.Organisation(20, 10)
    organisation.write(drop.drop)
    importer(drop, "apos")
    drop.settings('ejer = ["struktur", "brugere", "leder"];')
    organisation.units[3]["navn"] = "Ikke kildens"
    organisation.units[4]["overordnet_uuid"] = organisation.units[1]["uuid"]
    organisation.write(drop.drop)
    (done,), _ = importer(drop, "apos", code=10)
    assert done["counts"]["ignored"] == 1 and done["counts"]["changed"] == 1
    drop.settings('ejer = ["navne", "leder"];', name="ad")
    _, err = importer(drop, "apos", code=6)
    assert "owns one of them too" in err
    drop.settings('ejer = ["farver"];', name="ad")
    _, err = importer(drop, "apos", code=6)
    assert "there is no group 'farver'" in err


def test_what_is_due(drop):
    orgfiles.Organisation(20, 10).write(drop.drop)
    drop.settings('plan = "0 5 * * *";')
    drop.settings('plan = "0 5 * * *"; pause = true;', name="pauset")
    drop.settings(name="manuel")
    drop.settings('plan = "15 4 * * *";', name="nav")  # before the other one, though its name is not

    def due(shift=0):
        drop.config.write_text(f'{drop.settings_of_all}clock_shift = {shift};\nenvironment = "development";\n')
        p = subprocess.run([BINARY, "--config", drop.config, "--db", drop.db, "--json", "organisation",
                            "importer", "--alle-forfaldne"], capture_output=True, text=True, check=False)
        assert p.returncode == 0, p.stderr
        return [json.loads(line)["source"] for line in p.stdout.splitlines()]

    assert due() == ["nav", "apos"], "never run: at once"
    assert due() == []
    assert due(2 * 86400) == ["nav", "apos"], "as their plans say"
    listed = {s["source"]: s for s in json.loads(drop.run("importer", "--kilder")[0])}
    assert listed["pauset"]["paused"] and listed["apos"]["next"].endswith("05:00")
    assert "next" not in listed["manuel"]


def test_two_never_run_at_once(drop, tmp_path):
    source = orgfiles.Organisation(4000, 2000).write(tmp_path / "apos")
    orgfiles.Organisation(20, 10).write(drop.drop)
    p = drop.start("indlaes", source)
    deadline = time.monotonic() + 20
    while not list(drop.folder.glob("sluse.db.indlaes-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    _, err = importer(drop, "apos", code=4)
    assert "IMPORT_BUSY" in err
    p.communicate()
    assert p.returncode == 0


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture()
def https(tmp_path):
    """A server that asks for a client certificate of its own authority."""
    folder = tmp_path / "https"
    folder.mkdir()
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out",
            folder / "ca.pem", "-subj", "/CN=ca", "-days", "30")
    for name in ("localhost", "kunde"):
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out",
                folder / f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey",
                folder / "ca.key", "-CAcreateserial", "-days", "30", "-extfile", folder / f"{name}.ext",
                "-out", folder / f"{name}.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "localhost.pem", folder / "localhost.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    served = tmp_path / "served"
    served.mkdir()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *a: Quiet(*a, directory=str(served)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served, f"https://localhost:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_import_by_https(drop, https):
    served, url, pki = https
    orgfiles.Organisation(50, 20).write(served)
    keys = f'klient_certifikat = "{pki}/kunde.pem"; klient_noegle = "{pki}/kunde.key";'
    drop.settings(keys, where=f'url = "{url}/manifest.json"; ca = "{pki}/ca.pem";')
    (done,), _ = importer(drop, "apos")
    assert done["state"] == PUBLISHED and drop.active_units() == 50
    # without the certificate; from a server that nobody vouches for; what is not there
    for where, more in ((f'url = "{url}/manifest.json"; ca = "{pki}/ca.pem";', ""),
                        (f'url = "{url}/manifest.json"; ca = "{pki}/kunde.pem";', keys),
                        (f'url = "{url}/andet.jsonl"; ca = "{pki}/ca.pem";', keys)):
        drop.settings(more, where=where)
        _, err = importer(drop, "apos", code=7)
        assert "FETCH_FAILED" in err
    runs = json.loads(drop.run("importer", "--koersler")[0])
    assert [run["state"] for run in runs] == ["fejlet"] * 3 + [PUBLISHED]
    # a file that changed on the way
    orgfiles.Organisation(51, 20).write(served)
    (served / "enheder.csv").write_bytes((served / "enheder.csv").read_bytes() + b"\r\n")
    drop.settings(keys, where=f'url = "{url}/manifest.json"; ca = "{pki}/ca.pem";')
    importer(drop, "apos", code=6)
    assert drop.active_units() == 50


def test_readme_as_written(tmp_path):
    readme = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
    part = readme.split("## An organisation from tables\n")[1].split("\n## ")[0]
    script = "\n".join(line[4:] for line in part.splitlines() if line.startswith("    "))
    assert "build/release/sluse" in script
    again = script.splitlines()[1] + "\n" + script.splitlines()[-1]
    for lines, told in ((script, "Publiceret som nummer 2."), (again, "Intet at ændre.")):
        done = subprocess.run(["bash", "-e", "-c", lines.replace("build/release/sluse", str(BINARY))],
                              cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and told in done.stdout, done.stdout + done.stderr


def test_help_names_every_flag():
    done = subprocess.run([BINARY, "help", "organisation"], capture_output=True, text=True, check=True)
    for flag in ("--fortsaet", "--forfra", "--proev", "--rapport", "--accepter-forslag", "--toerkoer",
                 "--alle-forfaldne", "--koersler", "--kilder"):
        assert flag in done.stdout


def test_units_of_the_timer():
    folder = pathlib.Path(__file__).resolve().parents[2] / "packaging"
    service = (folder / "sluse-import.service").read_text()
    assert "organisation importer --alle-forfaldne" in service
    assert "OnCalendar" in (folder / "sluse-import.timer").read_text()
