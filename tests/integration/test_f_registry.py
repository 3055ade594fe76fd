# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry against a slow model (registry_model.py): random sequences of operations on a few
objects of an authority, every answer compared, and at the end of each sequence every read of the
past asked again: nothing that was visible as of a past registration may ever change.

SLUSE_SEQUENCES sets how many (2,000 in make check), SLUSE_SEED where to begin; a failure prints
the seed of its sequence.
"""

import datetime
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET

import pytest

from registry_model import DAYS, FOREVER, KINDS, MANY, NEVER, Item, Registry

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
SEQUENCES = int(os.environ.get("SLUSE_SEQUENCES", "2000"))
SEED = int(os.environ.get("SLUSE_SEED", "1"))

SD = "{urn:oio:sagdok:3.0.0}"
G = "{http://stoettesystemerne.dk/organisation/6/}"
T = "{http://stoettesystemerne.dk/organisation/organisationenhed/6/}"
OS = "{http://stoettesystemerne.dk/organisation/organisationsystem/6/}"
DAY_ONE = datetime.date(2024, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MS = datetime.timedelta(milliseconds=1)


def date_of(day):
    return (DAY_ONE + datetime.timedelta(days=day - 1)).isoformat()


def uuid_of(letter):
    return "-".join(letter * n for n in (8, 4, 4, 4, 12))


class Drive:
    """The program behind its line protocol."""

    def __init__(self, folder):
        self.process = subprocess.Popen([BUILD / "tests" / "drive" / "registry_drive", folder / "drive.db"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, now_ms, cvr, role, service, body):
        self.process.stdin.write(f"{now_ms * 1000}\t{cvr}\t{role}\t{service}\t{body}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line.startswith("<"), f"{line or 'it ended'} on {body}"
        return ET.fromstring(line)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


# ---- to XML ----

def tidspunkt(name, day, is_end):
    if day == (FOREVER if is_end else NEVER):
        return f"<s:{name}><s:GraenseIndikator>true</s:GraenseIndikator></s:{name}>"
    return f"<s:{name}><s:TidsstempelDatoTid>{date_of(day)}T00:00:00</s:TidsstempelDatoTid></s:{name}>"


def virkning(fra, til, note=None):
    if fra is None and til is None and note is None:
        return ""
    return ("<s:Virkning>" + (tidspunkt("FraTidspunkt", fra, False) if fra is not None else "") +
            (tidspunkt("TilTidspunkt", til, True) if til is not None else "") +
            (f"<s:NoteTekst>{note}</s:NoteTekst>" if note else "") + "</s:Virkning>")


def reference(name, letter, form="UUID"):
    return f"<s:{name}><s:{form}Identifikator>{uuid_of(letter)}</s:{form}Identifikator></s:{name}>"


def body_of(kind, value, meta):
    """The inside of an element, behind its Virkning."""
    if kind == "E":
        return (f"<s:BrugervendtNoegleTekst>{value[0]}</s:BrugervendtNoegleTekst>"
                f"<s:EnhedNavn>{value[1]}</s:EnhedNavn>")
    if kind == "G":
        return f"<g:GyldighedStatusKode>{value}</g:GyldighedStatusKode>"
    if kind == "Adresser":
        return (reference("ReferenceID", value[0]) + reference("Rolle", value[1]) +
                reference("Type", value[2]) + f"<s:Indeks>{meta[1]}</s:Indeks>")
    return reference("ReferenceID", value, meta[1] if kind == "Enhedstype" else "UUID")


def element(kind, inside):
    tag = {"E": "Egenskab", "G": "g:Gyldighed"}.get(kind, "s:" + kind)
    return f"<{tag}>{inside}</{tag}>"


def lists(elements):
    """AttributListe, TilstandListe, RelationListe out of (kind, inside), in schema order."""
    part = {"E": "", "G": "", "R": ""}
    for kind, _, _ in KINDS:
        for k, inside in elements:
            if k == kind:
                part[kind if kind in part else "R"] += element(kind, inside)
    return (f"<AttributListe>{part['E']}</AttributListe><TilstandListe>{part['G']}</TilstandListe>"
            f"<RelationListe>{part['R']}</RelationListe>")


def content_lists(items):
    return lists([(i.kind, virkning(i.fra, i.til, i.meta[0]) + body_of(i.kind, i.value, i.meta))
                  for i in items])


# ---- from XML ----

def day_of(node, is_end):
    inner = node[0]
    if inner.tag == SD + "GraenseIndikator":
        assert inner.text == "true"
        return FOREVER if is_end else NEVER
    date, time = inner.text[:10], inner.text[10:]
    assert time in ("T00:00:00.000+01:00", "T00:00:00.000+02:00"), inner.text
    return (datetime.date.fromisoformat(date) - DAY_ONE).days + 1


def ms_of(text):
    return round((datetime.datetime.fromisoformat(text) - EPOCH) / MS)


def letter_of(node):
    return node[0].text[0]


def item_of(node):
    v = node.find(SD + "Virkning")
    note = v.findtext(SD + "NoteTekst")
    fra, til = day_of(v.find(SD + "FraTidspunkt"), False), day_of(v.find(SD + "TilTidspunkt"), True)
    if node.tag == T + "Egenskab":
        value = (node.findtext(SD + "BrugervendtNoegleTekst"), node.findtext(SD + "EnhedNavn"))
        return Item("E", value, (note,), fra, til)
    if node.tag == G + "Gyldighed":
        return Item("G", node.findtext(G + "GyldighedStatusKode"), (note,), fra, til)
    kind, ref = node.tag[len(SD):], node.find(SD + "ReferenceID")
    if kind == "Adresser":
        value = (letter_of(ref), letter_of(node.find(SD + "Rolle")), letter_of(node.find(SD + "Type")))
        return Item(kind, value, (note, node.findtext(SD + "Indeks")), fra, til)
    if kind == "Enhedstype":
        form = "URN" if ref[0].tag == SD + "URNIdentifikator" else "UUID"
        return Item(kind, letter_of(ref), (note, form), fra, til)
    return Item(kind, letter_of(ref), (note,), fra, til)


def snapshot_of(node):
    """(uuid letter, registrations as the model shows them)."""
    out = []
    for reg in node.findall(T + "Registrering"):
        items = [item_of(n) for name in ("AttributListe", "TilstandListe", "RelationListe")
                 for n in reg.find(T + name)]
        out.append((ms_of(reg.findtext(SD + "Tidspunkt")), reg.findtext(SD + "LivscyklusKode"),
                    reg.findtext(SD + "NoteTekst"), items))
    return node.find(T + "ObjektType").findtext(SD + "UUIDIdentifikator")[0], out


def plain(shown):
    return [(at, state, note, [i.key() for i in items]) for at, state, note, items in shown]


def status(root):
    return int(root.find(SD + "StandardRetur").findtext(SD + "StatusKode"))


# ---- random sequences ----

class Sequence:
    OBJECTS = "abc"

    def __init__(self, drive, seed):
        self.drive, self.seed, self.random = drive, seed, random.Random(seed)
        self.cvr = f"{10000000 + seed % 80000000:08d}"
        self.model = Registry()
        self.day = self.random.randint(8, 14)
        self.ms = 0
        self.past = []
        self.log = []

    # noon and some milliseconds, local winter time
    def now_ms(self):
        noon = datetime.datetime.combine(datetime.date.fromisoformat(date_of(self.day)), datetime.time(11),
                                         datetime.timezone.utc)
        return round((noon - EPOCH) / MS) + self.ms

    def now(self):
        return self.day + 0.5

    def call(self, body, service="organisationenhed", role="rediger"):
        self.log.append(f"{self.day}+{self.ms}ms {role} {body}")
        return self.drive.call(self.now_ms(), self.cvr, role, service, body)

    def check(self, ok, got, want):
        if not ok:
            pytest.fail(f"SLUSE_SEED={self.seed} SLUSE_SEQUENCES=1\n" + "\n".join(self.log) +
                        f"\ngot  {got}\nwant {want}", pytrace=False)

    def days(self):
        r = self.random
        fra = r.choice([NEVER] + [r.randint(1, DAYS)] * 3 + [self.day] * 4)
        til = r.choice([FOREVER] * 5 + [r.randint(1, DAYS)] * 2 + [self.day] * 2)
        return fra, til

    def item(self, kind):
        r = self.random
        fra, til = self.days()
        if fra > til and r.random() < 0.97:
            fra, til = til, fra
        note = r.choice([None] * 4 + ["n1", "n2"])
        if kind == "E":
            return Item(kind, (r.choice("kl"), r.choice(["Et", "To", "et"])), (note,), fra, til)
        if kind == "G":
            return Item(kind, r.choice(["Aktiv", "Aktiv", "Inaktiv"]), (note,), fra, til)
        if kind == "Adresser":
            return Item(kind, (r.choice("de"), r.choice("12"), r.choice("34")), (note, r.choice("129")), fra, til)
        if kind == "Enhedstype":
            return Item(kind, r.choice("def"), (note, r.choice(["UUID", "UUID", "URN"])), fra, til)
        return Item(kind, r.choice("def"), (note,), fra, til)

    def payload(self, most):
        r = self.random
        items = []
        for kind, many, _ in KINDS:
            if r.random() < 0.45:
                continue
            count = 1 if not many and kind not in "EG" else r.randint(1, most)
            items += [self.item(kind) for _ in range(count)]
        return items

    def echo(self, uuid):
        """What clients do: send the view back, some of it ended or changed."""
        last = self.model.latest(uuid)
        if not last:
            return self.payload(2)
        r = self.random
        out = []
        for i in self.model.view(last.content, (self.now(), self.now() + 1e-9), self.now()):
            way = r.random()
            til = self.day if way < 0.3 and i.fra <= self.day else i.til
            out.append(Item(i.kind, i.value, i.meta, i.fra, til))
            if way < 0.15 and i.kind in "EG":
                out.append(self.item(i.kind))
        return out

    # ---- steps ----

    def write(self):
        r = self.random
        uuid = r.choice(self.OBJECTS)
        full, ident = uuid_of(uuid), f"<s:UUIDIdentifikator>{uuid_of(uuid)}</s:UUIDIdentifikator>"
        op = r.choice(["importer"] * 2 + ["ret"] * 7 + ["passiver", "slet"])
        note = r.choice([None, None, "r1"])
        note_xml = f"<s:NoteTekst>{note}</s:NoteTekst>" if note else ""
        if op == "importer":
            sent = self.payload(3)
            want = self.model.importer(uuid, self.now_ms(), note, sent)
            body = (f"<ImportInput{{T}}><OrganisationEnhed>{ident}<Registrering>{note_xml}"
                    f"{content_lists(sent)}</Registrering></OrganisationEnhed></ImportInput>")
        elif op == "ret":
            sent = self.echo(uuid) if r.random() < 0.5 else self.payload(3)
            want = self.model.ret(uuid, self.now_ms(), note, sent)
            body = f"<RetInput{{T}}>{ident}{note_xml}{content_lists(sent)}</RetInput>"
        else:
            state = {"passiver": "Passiveret", "slet": "Slettet"}[op]
            want = self.model.end(uuid, self.now_ms(), state)
            body = f"<{op.capitalize()}Input{{T}}>{ident}</{op.capitalize()}Input>"
        got = status(self.call(body))
        self.check(got == want, f"{op} {full}: {got}", want)

    def filters(self, history):
        """Filters of laes as XML and as the model takes them."""
        r = self.random
        valid = made = (None, None)
        if r.random() < 0.6:
            valid = r.choice([(r.randint(0, DAYS), r.randint(1, FOREVER)), (r.randint(0, DAYS), None),
                              (None, r.randint(1, FOREVER)), (NEVER, FOREVER)])
        if r.random() < 0.5:
            times = [reg.at for reg in history] or [self.now_ms()]
            pick = lambda: r.choice(times) + r.choice([0, 0, 0, -1, 1, -86400000])  # noqa: E731
            made = r.choice([(pick(), None), (None, pick()), (pick(), pick())])
            if r.random() < 0.4:
                made = (made[0], made[0]) if made[0] is not None else (made[1], made[1])
        xml = (tidspunkt("VirkningFraFilter", valid[0], False) if valid[0] is not None else "") + \
            (tidspunkt("VirkningTilFilter", valid[1], True) if valid[1] is not None else "")
        for name, at in zip(("RegistreringFraFilter", "RegistreringTilFilter"), made):
            if at is not None:
                text = (EPOCH + at * MS).isoformat(timespec="milliseconds")
                xml += f"<s:{name}><s:TidsstempelDatoTid>{text}</s:TidsstempelDatoTid></s:{name}>"
        return xml, valid, made

    def laes(self):
        uuid = self.random.choice(self.OBJECTS)
        role = self.random.choice(["rediger", "udstil"])
        xml, valid, made = self.filters(self.model.objects.get(uuid, []))
        body = (f"<LaesInput{{T}}><s:UUIDIdentifikator>{uuid_of(uuid)}</s:UUIDIdentifikator>{xml}</LaesInput>")
        want = self.model.laes(uuid, self.now(), valid, made, role == "rediger")
        root = self.call(body, role=role)
        if isinstance(want, int):
            self.check(status(root) == want and len(root) == 1, status(root), want)
            return
        got = snapshot_of(root[1])
        self.check(status(root) == 20 and got[0] == uuid and plain(got[1]) == plain(want),
                   plain(got[1]), plain(want))
        # a read of one moment of the past, with all of valid time, must stay what it is
        if made[0] is not None and made[0] == made[1] and valid == (NEVER, FOREVER) and made[0] < self.now_ms():
            self.past.append((body, role, plain(got[1])))

    def remember(self):
        """Keep a read as of now for the end."""
        for uuid, history in self.model.objects.items():
            at = (EPOCH + history[-1].at * MS).isoformat(timespec="milliseconds")
            body = (f"<LaesInput{{T}}><s:UUIDIdentifikator>{uuid_of(uuid)}</s:UUIDIdentifikator>" +
                    tidspunkt("VirkningFraFilter", NEVER, False) + tidspunkt("VirkningTilFilter", FOREVER, True) +
                    "".join(f"<s:{n}><s:TidsstempelDatoTid>{at}</s:TidsstempelDatoTid></s:{n}>"
                            for n in ("RegistreringFraFilter", "RegistreringTilFilter")) + "</LaesInput>")
            root = self.call(body)
            self.check(status(root) == 20, status(root), 20)
            shown = plain(snapshot_of(root[1])[1])
            # of a max-1 relation one period is chosen by now: leave those out
            self.past.append((body, "rediger", self.stable(shown)))

    @staticmethod
    def stable(shown):
        return [(at, state, note, [i for i in items if MANY[i[0]] or i[0] in "EG"])
                for at, state, note, items in shown]

    def soeg(self):
        r = self.random
        elements, criteria = [], []
        for kind, many, _ in KINDS:
            for _ in range(r.choice([0, 0, 0, 1, 2] if many else [0, 0, 0, 1])):
                own = r.choice([(None, None)] * 3 + [(r.randint(1, DAYS), None), (None, r.randint(1, DAYS)),
                                                     (r.randint(1, 15), r.randint(15, FOREVER))])
                test, inside = self.criterion(kind)
                criteria.append((kind, test, own))
                elements.append((kind, virkning(*own) + inside))
        soeg = r.choice([(None, None)] * 2 + [(self.day, FOREVER), (r.randint(1, 15), r.randint(15, DAYS))])
        # what no index says: tested on the content
        note = r.choice([None] * 4 + ["n1"])
        state = r.choice([None] * 5 + ["Importeret", "Passiveret", "Slettet"])
        offset, limit = r.choice([(0, None)] * 3 + [(1, None), (0, 1), (1, 1)])
        xml = (f"<s:FoersteResultatReference>{offset}</s:FoersteResultatReference>" if offset else "") + \
            (f"<s:MaksimalAntalKvantitet>{limit}</s:MaksimalAntalKvantitet>" if limit else "") + \
            (f"<s:SoegRegistrering><s:LivscyklusKode>{state}</s:LivscyklusKode></s:SoegRegistrering>"
             if state else "")
        xml += virkning(*soeg, note).replace("Virkning>", "SoegVirkning>")
        root = self.call(f"<SoegInput{{T}}>{xml}{lists(elements)}</SoegInput>", role="udstil")
        want = self.model.soeg(self.now(), criteria, soeg, note, state, offset, limit or 1000)
        got = [n.text[0] for n in root.find(SD + "IdListe")]
        self.check(status(root) == (20 if want else 44) and got == want, got, want)

    def criterion(self, kind):
        r = self.random
        if kind == "E":
            text = r.choice(["Et", "TO", "e*", "*", "x"])
            fits = (lambda name: name.lower().startswith(text[:-1].lower())) if text.endswith("*") \
                else (lambda name: name.lower() == text.lower())
            if r.random() < 0.3:
                key = r.choice("kl")
                return (lambda i: fits(i.value[1]) and i.value[0] == key), body_of("E", (key, text), None)
            return (lambda i: fits(i.value[1])), f"<s:EnhedNavn>{text}</s:EnhedNavn>"
        if kind == "G":
            value = r.choice(["Aktiv", "Inaktiv"])
            return (lambda i: i.value == value), body_of("G", value, None)
        if kind == "Adresser":
            value = (r.choice("de"), r.choice("12"), r.choice("34"))
            return (lambda i: i.value == value), body_of(kind, value, (None, "7"))
        letter = r.choice("def")
        return (lambda i: i.value == letter), reference("ReferenceID", letter, r.choice(["UUID", "URN"]))

    def list(self):
        r = self.random
        asked = [r.choice("abcf") for _ in range(r.randint(1, 5))]
        root = self.call("<ListInput{T}>" + "".join(f"<s:UUIDIdentifikator>{uuid_of(u).upper()}"
                                                    "</s:UUIDIdentifikator>" for u in asked) + "</ListInput>",
                         role="udstil")
        want = []
        for uuid in dict.fromkeys(asked):
            shown = self.model.laes(uuid, self.now())
            if not isinstance(shown, int):
                want.append((uuid, plain(shown)))
        got = [(u, plain(s)) for u, s in map(snapshot_of, root[1:])]
        self.check(status(root) == (20 if want else 44) and got == want, got, want)

    def hierarchy(self):
        r = self.random
        prefix = r.choice([None, None, "e", "T"])
        offset, limit = r.choice([(0, None), (1, None), (0, 1), (2, 2)])
        xml = (f"<s:FoersteResultatReference>{offset}</s:FoersteResultatReference>" if offset else "") + \
            (f"<s:MaksimalAntalKvantitet>{limit}</s:MaksimalAntalKvantitet>" if limit else "") + \
            (f"<OrganisationEnhedSoegEgenskab><s:EnhedNavn>{prefix}*</s:EnhedNavn>"
             "</OrganisationEnhedSoegEgenskab>" if prefix else "")
        root = self.call(f"<FremsoegObjekthierarkiInput{{T}}>{xml}</FremsoegObjekthierarkiInput>",
                         "organisationsystem", "udstil")
        want = [(u, plain(s)) for u, s in self.model.hierarchy(self.now(), prefix, offset, limit or 500)]
        got = [(u, plain(s)) for u, s in map(snapshot_of, root.find(OS + "OrganisationEnheder"))]
        self.check(status(root) == 20 and len(root) == 7 and got == want, got, want)

    def run(self):
        r = self.random
        steps = [self.write] * 8 + [self.laes] * 3 + [self.soeg] * 2 + [self.list, self.hierarchy, self.remember]
        for _ in range(r.randint(6, 14)):
            r.choice(steps)()
            if r.random() < 0.4:
                self.day, self.ms = min(self.day + r.randint(0, 3), DAYS - 1), self.ms + r.choice([0, 1, 5])
        for body, role, before in self.past:
            root = self.call(body, role=role)
            after = plain(snapshot_of(root[1])[1]) if status(root) == 20 else status(root)
            # deleted since, and read by one who may not write: gone from view, not changed
            if after == 44 and role == "udstil":
                continue
            self.check(self.stable(after) == self.stable(before), after, before)


@pytest.fixture(scope="module")
def drive():
    # in memory where there is such a place: the sequences wait for no disk
    shm = pathlib.Path("/dev/shm")
    home = shm if shm.is_dir() and os.access(shm, os.W_OK) else BUILD
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluse-registry-", dir=home))
    made = Drive(folder)
    yield made
    code = made.close()
    shutil.rmtree(folder)
    assert code == 0, "the program must end cleanly"


def test_sequences(drive):
    counted = 0
    for seed in range(SEED, SEED + SEQUENCES):
        Sequence(drive, seed).run()
        counted += 1
    assert counted == SEQUENCES > 0
