# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority's own work beside a running server: what systems see of it, by SOAP, before and after."""

import json
import re
import signal
import subprocess
import threading
import time

import pytest
from lxml import etree

from conftest import BINARY, new_landscape

CVR, OPERATOR = "11111111", "44444444"
ORG = "0a000000-0000-4000-8000-0000000000f1"
TOP, A, B = (f"0b000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
UNITS = [f"0c000000-0000-4000-8000-0000000000{n:02d}" for n in range(12)]
NS = {"sd": "urn:oio:sagdok:3.0.0", "e": "http://stoettesystemerne.dk/organisation/organisationenhed/6/"}
ENHED = 'xmlns="http://stoettesystemerne.dk/organisation/organisationenhed/6/" xmlns:s="urn:oio:sagdok:3.0.0"'


class Work:
    """The commands of one authority, and the reader that a system is."""

    def __init__(self, land):
        self.land = land
        self.token, _ = land.token("KY", CVR)

    def do(self, *args, cvr=CVR, code=0):
        done = self.land.sluse("--json", "organisation", *args, "--cvr", cvr, check=False)
        assert code is None or done.returncode == code, (args, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def draft(self, *args):
        return self.do(*args)["draft"]

    def call(self, operation, body):
        return self.land.call("KY", self.token, "OrganisationEnhed", operation, body, check=False).stdout

    def hierarchy(self):
        """Unit -> (name, parent), as one answer says it."""
        said = self.land.call(
            "KY", self.token, "OrganisationSystem", "fremsoegobjekthierarki",
            '<FremsoegObjekthierarkiInput xmlns="http://stoettesystemerne.dk/organisation/organisationsystem/6/"/>'
        ).stdout
        seen = {}
        for o in etree.fromstring(said.encode()).iter("{*}OrganisationEnheder"):
            for shown in o:
                name = shown.find(".//sd:EnhedNavn", NS).text
                parent = shown.find(".//sd:Overordnet/sd:ReferenceID/sd:UUIDIdentifikator", NS)
                seen[shown.find(".//sd:UUIDIdentifikator", NS).text] = (
                    name, parent.text if parent is not None else None)
        return seen

    def name_on(self, uuid, day=None):
        window = "".join(
            f"<s:Virkning{end}Filter><s:TidsstempelDatoTid>{day}T12:00:00</s:TidsstempelDatoTid></s:Virkning{end}Filter>"
            for end in ("Fra", "Til")) if day else ""
        said = self.call("laes", f"<LaesInput {ENHED}><s:UUIDIdentifikator>{uuid}</s:UUIDIdentifikator>"
                                 f"{window}</LaesInput>")
        return re.search(r"EnhedNavn[^>]*>([^<]*)<", said).group(1)


@pytest.fixture(scope="module")
def work():
    with new_landscape("own-work") as land:
        land.prepare()
        land.start_server()
        work = Work(land)
        work.do("opret", "organisation", "--for", CVR, "--navn", "Korsbæk", "--organisation", ORG, "--publicer",
                cvr=OPERATOR)
        work.do("opret", "rod", "--organisation", ORG, "--navn", "Korsbæk Kommune", "--enhed", TOP, "--publicer")
        yield work


def new_unit(work, uuid, name, parent, draft=None):
    return work.draft("ret", "enhed", "ny", uuid, f"EnhedNavn={name}", f"Overordnet={parent}", f"Tilhoerer={ORG}",
                      *(("--kladde", draft) if draft else ("--titel", "Ny struktur")))


def test_a_draft_is_seen_by_nobody(work):
    assert work.hierarchy() == {TOP: ("Korsbæk Kommune", None)}
    draft = new_unit(work, A, "Forvaltning A", TOP)
    new_unit(work, B, "Forvaltning B", TOP, draft)
    for n, uuid in enumerate(UNITS):
        new_unit(work, uuid, f"Afdeling {n}", A, draft)
    assert work.hierarchy() == {TOP: ("Korsbæk Kommune", None)}
    shown = work.do("publicer", draft, "--vis")
    assert shown["counts"]["created"] == 2 + len(UNITS) and shown["objects"] == 2 + len(UNITS)
    assert work.hierarchy() == {TOP: ("Korsbæk Kommune", None)}
    work.do("publicer", draft, code=6)  # names that are all but the same: a warning
    assert work.hierarchy() == {TOP: ("Korsbæk Kommune", None)}
    receipt = work.do("publicer", draft, "--accepter-advarsler")
    assert receipt["publication"] == 2 and len(receipt["hash"]) == 64
    seen = work.hierarchy()
    assert len(seen) == 3 + len(UNITS) and all(seen[u][1] == A for u in UNITS)
    assert work.do("publicer", draft, code=4) is None  # it has been


def moved(work, to):
    draft = work.draft("ret", "flyt", UNITS[0], to, "--titel", f"Flyt til {to[-1]}")
    for uuid in UNITS[1:]:
        work.do("ret", "flyt", uuid, to, "--kladde", draft)
    return draft


def test_no_reader_sees_a_half_moved_tree(work):
    draft, looks, done = moved(work, B), [], threading.Event()

    def watch():
        while not done.is_set():
            seen = work.hierarchy()
            looks.append({seen[u][1] for u in UNITS})

    reader = threading.Thread(target=watch)
    reader.start()
    while not looks:
        time.sleep(0.05)
    shown = work.do("publicer", draft)
    assert shown["counts"]["moved"] == len(UNITS)
    before = len(looks)
    while len(looks) < before + 2:
        time.sleep(0.05)
    done.set()
    reader.join()
    assert looks[0] == {A} and looks[-1] == {B} and all(len(look) == 1 for look in looks)


def test_the_way_back_and_back_again(work):
    number = work.do("publikationer")[-1]["publication"]
    back = work.do("tilbagerul", number, "--som-aldrig")
    assert back["objects"] == len(UNITS) and back["publication"] == number + 1
    assert {work.hierarchy()[u][1] for u in UNITS} == {A}
    work.do("tilbagerul", back["publication"], "--som-aldrig")
    assert {work.hierarchy()[u][1] for u in UNITS} == {B}
    listed = work.do("publikationer")
    assert [p["state"] for p in listed][-2:] == ["historisk", "publiceret"]
    assert listed[-2]["undone"] == number


def test_a_day_to_come(work):
    draft = work.draft("ret", "enhed", A, "EnhedNavn=Det nye A")
    receipt = work.do("publicer", draft, "--fra", "2099-01-01")
    assert receipt["effective"] == "2099-01-01T00:00:00.000+01:00"
    assert work.name_on(A) == "Forvaltning A"
    assert work.name_on(A, "2098-12-31") == "Forvaltning A" and work.name_on(A, "2099-01-01") == "Det nye A"
    assert work.do("publikationer")[-1]["state"] == "planlagt"
    work.do("tilbagerul", receipt["publication"], "--som-aldrig")  # annullér
    assert work.name_on(A, "2099-01-01") == "Forvaltning A"


def test_changed_by_a_system_meanwhile(work):
    draft = work.draft("ret", "enhed", A, "EnhedNavn=Vores navn")
    said = work.call("ret", f"<RetInput {ENHED}><s:UUIDIdentifikator>{A}</s:UUIDIdentifikator><AttributListe><Egenskab>"
                            "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst><s:EnhedNavn>Deres navn"
                            "</s:EnhedNavn></Egenskab></AttributListe><TilstandListe/><RelationListe/></RetInput>")
    assert ">20<" in said
    shown = work.do("publicer", draft, "--vis", code=4)
    (conflict,) = [c for c in shown["changes"] if c.get("conflict")]
    assert (conflict["base"]["name"], conflict["before"]["name"], conflict["after"]["name"]) == (
        "Forvaltning A", "Deres navn", "Vores navn")
    work.do("publicer", draft, code=4)
    assert work.name_on(A) == "Deres navn"
    receipt = work.do("publicer", draft, "--accepter-aendrede")
    assert work.name_on(A) == "Vores navn"
    # and on the way back the newest stays
    work.call("ret", f"<RetInput {ENHED}><s:UUIDIdentifikator>{A}</s:UUIDIdentifikator><AttributListe><Egenskab>"
                     "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst><s:EnhedNavn>Nyere"
                     "</s:EnhedNavn></Egenskab></AttributListe><TilstandListe/><RelationListe/></RetInput>")
    back = work.do("tilbagerul", receipt["publication"], "--som-aldrig", code=4)
    assert (back["conflicts"], back["left"], "publication" in back) == (1, 1, False)
    assert work.name_on(A) == "Nyere"
    work.do("tilbagerul", receipt["publication"], "--som-aldrig", "--ogsaa-aendrede")
    assert work.name_on(A) == "Deres navn"


def test_refusals_in_danish(work):
    drafts = len(work.do("kladde", "list"))
    for args, words in ((("ret", "enhed", A, "EnhedNavn=" + "x" * 201), "højst 200"),
                        (("ret", "enhed", A, f"Overordnet={A}"), "må ikke pege på objektet selv"),
                        (("ret", "flyt", A, "ingenting"), "hverken en UUID"),
                        (("ret", "enhed", A, "Farve=rød"), "intet felt Farve"),
                        (("ret", "nedlaeg", "enhed", B), "enheder under sig")):
        assert words in work.do(*args, code=6)["refused"]
    listed = work.do("kladde", "list")
    assert [d["state"] for d in listed[drafts:]] == ["forkastet"] * 5
    assert work.do("ret", "person", "ny", "CPR-NummerTekst=0000000000", code=2) is None  # not on a command line
    # an error of the rules stops a publication: two roots
    draft = work.draft("ret", "enhed", A, "Overordnet=")
    work.do("publicer", draft, code=6)
    assert work.hierarchy()[A][1] == TOP


def test_killed(work):
    """Wherever it is killed: all of it or nothing, and it can be done again."""
    to, was = A, B
    for wait in (0.0, 0.01, 0.03, 0.06, 0.1):
        draft = moved(work, to)
        process = subprocess.Popen([BINARY, "--config", work.land.config, "organisation", "publicer", str(draft),
                                    "--cvr", CVR], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        (parent,) = {work.hierarchy()[u][1] for u in UNITS}
        assert parent in (to, was)
        if parent == was:
            work.do("publicer", draft)
        assert {work.hierarchy()[u][1] for u in UNITS} == {to}
        to, was = was, to


def test_what_is_left_behind(work):
    listed = work.do("publikationer")
    for row in listed:
        shown = work.do("publikationer", row["publication"])
        assert shown["intact"] is True and len(shown["changes"]) == shown["objects"]
        assert {"type", "uuid", "owner", "change", "before", "after"} == set(shown["changes"][0])
    assert work.do("publikationer", len(listed) + 1, code=3) is None
    assert work.do("publikationer", cvr="22222222") == []
    published = work.land.audit("--action", "publikation.*", "--cvr", CVR)
    assert [r["object"] for r in published] == [f"publikation/{row['publication']}" for row in listed]
    assert all(json.loads(r["detail"])["hash"] == row["hash"] if isinstance(r["detail"], str)
               else r["detail"]["hash"] == row["hash"] for r, row in zip(published, listed))
    assert all(r["actor"].startswith("cli:") for r in published)
    text = json.dumps(work.land.audit("--cvr", CVR))
    assert "Forvaltning" not in text and "kladde.opret" in text and "kladde.kasser" in text
