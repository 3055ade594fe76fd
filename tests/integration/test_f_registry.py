# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry against a slow model (registry_model.py): random sequences of operations on a few
objects of a kind of an authority, every answer compared, and at the end of each sequence every read of the
past asked again: nothing that was visible as of a past registration may ever change.

SLUSE_SEQUENCES sets how many (2,000 in make check, 20,000 in .ci/run), SLUSE_SEED where to begin; a
failure prints the seed of its sequence. What was compared is counted and printed (-s shows it).
"""

import collections
import datetime
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET

import pytest

from registry_model import DAYS, FOREVER, KINDS, NEVER, Item, Registry

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
SEQUENCES = int(os.environ.get("SLUSE_SEQUENCES", "2000"))
SEED = int(os.environ.get("SLUSE_SEED", "1"))

SD = "{urn:oio:sagdok:3.0.0}"
G = "{http://stoettesystemerne.dk/organisation/6/}"
STS = "{urn:oio:sts:6}"
ORG, KLA = "http://stoettesystemerne.dk/organisation/", "http://stoettesystemerne.dk/klassifikation/"
DAY_ONE = datetime.date(2024, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MS = datetime.timedelta(milliseconds=1)
MIDNIGHT = round((datetime.datetime(2023, 12, 31, 23, tzinfo=datetime.timezone.utc) - EPOCH) / MS)  # DAY_ONE


def date_of(day):
    return (DAY_ONE + datetime.timedelta(days=day - 1)).isoformat()


def uuid_of(letter):
    return "-".join(letter * n for n in (8, 4, 4, 4, 12))


class Drive:
    """The program behind its line protocol."""

    def __init__(self, folder):
        self.process = subprocess.Popen([BUILD / "tests" / "drive" / "registry_drive", folder / "drive.db"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def events(self):
        """(type, key, RegistreringBesked) of each registration since the last time."""
        self.process.stdin.write("EVENTS\n")
        self.process.stdin.flush()
        lines = [line.rstrip("\n").split("\t") for line in iter(self.process.stdout.readline, "\n")]
        return [(kind, key, ET.fromstring(payload)) for kind, key, payload in lines]

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


class Shape:
    """A kind of the model as it is on the wire."""

    # the name in its Egenskab, and its list in the hierarchy
    ROWS = {
        "OrganisationEnhed": ("s:EnhedNavn", "OrganisationEnheder"),
        "Organisation": ("s:OrganisationNavn", "Organisationer"),
        "OrganisationFunktion": ("s:FunktionNavn", "OrganisationFunktioner"),
        "Bruger": ("s:BrugerNavn", "Brugere"),
        "ItSystem": ("s:ItSystemNavn", "ItSystemer"),
        "Interessefaellesskab": ("s:InteressefaellesskabNavn", "Interessefaellesskaber"),
        "Adresse": ("t:AdresseTekst", None),
        "Virksomhed": ("t:NavnTekst", None),
        "Klasse": ("s:TitelTekst", "Klasser"),
        "Facet": ("s:TitelTekst", "Facetter"),
        "Klassifikation": ("s:TitelTekst", "Klassifikationer"),
    }

    def __init__(self, kind):
        self.kind, self.service = kind, kind.name.lower()
        self.name, self.list = self.ROWS[kind.name]
        self.is_class = kind.name in ("Klasse", "Facet", "Klassifikation")
        base = KLA if self.is_class else ORG
        self.system = "klassifikationsystem" if self.is_class else "organisationsystem"
        self.ns, self.system_ns = f"{{{base}{self.service}/6/}}", f"{{{base}{self.system}/6/}}"
        self.name_tag = {"s": SD, "t": STS}[self.name[0]] + self.name[2:]

    def name_of(self, text):
        return f"<{self.name}>{text}</{self.name}>"

    def body(self, kind, value, meta):
        """The inside of an element, behind its Virkning."""
        if kind == "E":
            return f"<s:BrugervendtNoegleTekst>{value[0]}</s:BrugervendtNoegleTekst>" + self.name_of(value[1])
        if kind == "G" and self.is_class:
            said = "true" if value == "Aktiv" else "false"
            return f"<s:ErPubliceretIndikator>{said}</s:ErPubliceretIndikator>"
        if kind == "G":
            return f"<g:GyldighedStatusKode>{value}</g:GyldighedStatusKode>"
        if kind == "Adresser":
            return (reference("ReferenceID", value[0]) + reference("Rolle", value[1]) +
                    reference("Type", value[2]) + f"<s:Indeks>{meta[1]}</s:Indeks>")
        return reference("ReferenceID", value, meta[1] if kind == self.kind.typed else "UUID")

    def element(self, kind, inside):
        state = "PubliceretStatus" if self.is_class else "g:Gyldighed"
        tag = {"E": "Egenskab", "G": state}.get(kind, "s:" + kind)
        return f"<{tag}>{inside}</{tag}>"

    def lists(self, elements):
        """AttributListe, TilstandListe, RelationListe out of (kind, inside), in schema order."""
        part = {"E": "", "G": "", "R": ""}
        for kind in self.kind.elements:
            for k, inside in elements:
                if k == kind:
                    part[kind if kind in part else "R"] += self.element(kind, inside)
        return (f"<AttributListe>{part['E']}</AttributListe><TilstandListe>{part['G']}</TilstandListe>"
                f"<RelationListe>{part['R']}</RelationListe>")

    def content_lists(self, items):
        return self.lists([(i.kind, virkning(i.fra, i.til, i.meta[0]) + self.body(i.kind, i.value, i.meta))
                           for i in items])

    def item_of(self, node):
        v = node.find(SD + "Virkning")
        note = v.findtext(SD + "NoteTekst")
        fra, til = day_of(v.find(SD + "FraTidspunkt"), False), day_of(v.find(SD + "TilTidspunkt"), True)
        if node.tag == self.ns + "Egenskab":
            value = (node.findtext(SD + "BrugervendtNoegleTekst"), node.findtext(self.name_tag))
            return Item("E", value, (note,), fra, til)
        if node.tag == G + "Gyldighed":
            return Item("G", node.findtext(G + "GyldighedStatusKode"), (note,), fra, til)
        if node.tag == self.ns + "PubliceretStatus":
            said = node.findtext(SD + "ErPubliceretIndikator")
            return Item("G", {"true": "Aktiv", "false": "Inaktiv"}[said], (note,), fra, til)
        kind, ref = node.tag[len(SD):], node.find(SD + "ReferenceID")
        if kind == "Adresser":
            value = (letter_of(ref), letter_of(node.find(SD + "Rolle")), letter_of(node.find(SD + "Type")))
            return Item(kind, value, (note, node.findtext(SD + "Indeks")), fra, til)
        if kind == self.kind.typed:
            form = "URN" if ref[0].tag == SD + "URNIdentifikator" else "UUID"
            return Item(kind, letter_of(ref), (note, form), fra, til)
        return Item(kind, letter_of(ref), (note,), fra, til)

    def registrering_of(self, reg):
        items = [self.item_of(n) for name in ("AttributListe", "TilstandListe", "RelationListe")
                 for n in reg.find(self.ns + name)]
        return (ms_of(reg.findtext(SD + "Tidspunkt")), reg.findtext(SD + "LivscyklusKode"),
                reg.findtext(SD + "NoteTekst"), items)

    def snapshot_of(self, node):
        """(uuid letter, registrations as the model shows them)."""
        out = [self.registrering_of(reg) for reg in node.findall(self.ns + "Registrering")]
        return node.find(self.ns + "ObjektType").findtext(SD + "UUIDIdentifikator")[0], out


SHAPES = [Shape(k) for k in KINDS.values()]


def plain(shown):
    return [(at, state, note, [i.key() for i in items]) for at, state, note, items in shown]


def status(root):
    return int(root.find(SD + "StandardRetur").findtext(SD + "StatusKode"))


# ---- random sequences ----

COUNTED = collections.Counter()


class Sequence:
    OBJECTS = "abc"

    def __init__(self, drive, seed):
        self.drive, self.seed, self.random = drive, seed, random.Random(seed)
        # every second one is of units, which have everything
        self.shape = SHAPES[0] if seed % 2 else SHAPES[1 + seed // 2 % (len(SHAPES) - 1)]
        self.kind = self.shape.kind
        self.cvr = f"{10000000 + seed % 80000000:08d}"
        self.model = Registry(self.kind)
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

    def call(self, body, service=None, role="rediger"):
        self.log.append(f"{self.day}+{self.ms}ms {role} {body}")
        return self.drive.call(self.now_ms(), self.cvr, role, service or self.shape.service, body)

    def check(self, ok, got, want):
        COUNTED["compared"] += 1
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
            return Item(kind, r.choice(["Aktiv", "Inaktiv"]), (note,), fra, til)
        if kind == "Adresser":
            return Item(kind, (r.choice("de"), r.choice("12"), r.choice("34")), (note, r.choice("129")), fra, til)
        if kind == self.kind.typed:
            return Item(kind, r.choice("def"), (note, r.choice(["UUID", "UUID", "URN"])), fra, til)
        return Item(kind, r.choice("def"), (note,), fra, til)

    def payload(self, most):
        r = self.random
        items = []
        for kind, many in self.kind.many.items():
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
        if not self.model.latest(uuid) and r.random() < 0.6:
            op = "importer"
        note = r.choice([None, None, "r1"])
        note_xml = f"<s:NoteTekst>{note}</s:NoteTekst>" if note else ""
        if op == "importer":
            sent = self.payload(3)
            want = self.model.importer(uuid, self.now_ms(), note, sent)
            name = self.kind.name
            body = (f"<ImportInput{{T}}><{name}>{ident}<Registrering>{note_xml}"
                    f"{self.shape.content_lists(sent)}</Registrering></{name}></ImportInput>")
        elif op == "ret":
            sent = self.echo(uuid) if r.random() < 0.5 else self.payload(3)
            want = self.model.ret(uuid, self.now_ms(), note, sent)
            body = f"<RetInput{{T}}>{ident}{note_xml}{self.shape.content_lists(sent)}</RetInput>"
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
        got = self.shape.snapshot_of(root[1])
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
            shown = plain(self.shape.snapshot_of(root[1])[1])
            # of a max-1 relation one period is chosen by now: leave those out
            self.past.append((body, "rediger", self.stable(shown)))

    def as_of(self):
        """Every object as it was known at some moment, and as it held at another, whichever they are."""
        r = self.random
        for uuid, history in self.model.objects.items():
            for _ in range(2):
                known = r.randint(history[0].at - 1000, self.now_ms())
                day = r.randint(1, DAYS)
                at = (EPOCH + known * MS).isoformat(timespec="milliseconds")
                stamp = f"<s:TidsstempelDatoTid>{at}</s:TidsstempelDatoTid>"
                xml = tidspunkt("VirkningFraFilter", day, False) + tidspunkt("VirkningTilFilter", day, False) + \
                    "".join(f"<s:{n}>{stamp}</s:{n}>" for n in ("RegistreringFraFilter", "RegistreringTilFilter"))
                root = self.call(f"<LaesInput{{T}}><s:UUIDIdentifikator>{uuid_of(uuid)}</s:UUIDIdentifikator>{xml}"
                                 "</LaesInput>")
                want = self.model.laes(uuid, self.now(), (day, day), (known, known))
                COUNTED["as of"] += 1
                if isinstance(want, int):
                    self.check(status(root) == want, status(root), want)
                else:
                    got = plain(self.shape.snapshot_of(root[1])[1])
                    self.check(status(root) == 20 and got == plain(want), got, plain(want))

    def stable(self, shown):
        return [(at, state, note, [i for i in items if self.kind.many[i[0]] or i[0] in "EG"])
                for at, state, note, items in shown]

    def soeg(self):
        r = self.random
        elements, criteria = [], []
        for kind, many in self.kind.many.items():
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
        root = self.call(f"<SoegInput{{T}}>{xml}{self.shape.lists(elements)}</SoegInput>", role="udstil")
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
                return (lambda i: fits(i.value[1]) and i.value[0] == key), self.shape.body("E", (key, text), None)
            return (lambda i: fits(i.value[1])), self.shape.name_of(text)
        if kind == "G":
            value = r.choice(["Aktiv", "Inaktiv"])
            return (lambda i: i.value == value), self.shape.body("G", value, None)
        if kind == "Adresser":
            value = (r.choice("de"), r.choice("12"), r.choice("34"))
            return (lambda i: i.value == value), self.shape.body(kind, value, (None, "7"))
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
        got = [(u, plain(s)) for u, s in map(self.shape.snapshot_of, root[1:])]
        self.check(status(root) == (20 if want else 44) and got == want, got, want)

    def hierarchy(self):
        if not self.shape.list:
            return
        r = self.random
        prefix = r.choice([None, None, "e", "T"])
        offset, limit = r.choice([(0, None), (1, None), (0, 1), (2, 2)])
        xml = (f"<s:FoersteResultatReference>{offset}</s:FoersteResultatReference>" if offset else "") + \
            (f"<s:MaksimalAntalKvantitet>{limit}</s:MaksimalAntalKvantitet>" if limit else "") + \
            (f"<{self.kind.name}SoegEgenskab>{self.shape.name_of(prefix + '*')}</{self.kind.name}SoegEgenskab>"
             if prefix else "")
        root = self.call(f"<FremsoegObjekthierarkiInput{{T}}>{xml}</FremsoegObjekthierarkiInput>",
                         self.shape.system, "udstil")
        want = [(u, plain(s)) for u, s in self.model.hierarchy(self.now(), prefix, offset, limit or 500)]
        listed = root.find(self.shape.system_ns + self.shape.list)
        got = [(u, plain(s)) for u, s in map(self.shape.snapshot_of, listed)]
        lists = 3 if self.shape.is_class else 6
        self.check(status(root) == 20 and len(root) == 1 + lists and got == want, got, want)

    def events(self):
        """One event a registration, which says it as a read at its moment would."""
        got = {}
        for kind, key, besked in self.drive.events():
            self.check(kind.split(".")[0] == self.shape.service and key.startswith(self.cvr), kind, key)
            told = self.shape.registrering_of(besked.find(self.shape.ns + "Registrering"))
            got.setdefault(key[9], []).extend(plain([told]))
        want = {}
        for uuid, history in self.model.objects.items():
            for reg in history:
                now = 1 + (reg.at - MIDNIGHT) / 86400000
                shown = self.model.view(reg.content, (NEVER, FOREVER), now)
                want.setdefault(uuid, []).extend(plain([(reg.at, reg.state, reg.note, shown)]))
        self.check(got == want, got, want)

    def run(self):
        r = self.random
        steps = [self.write] * 8 + [self.laes] * 3 + [self.soeg, self.hierarchy] * 2 + [self.list, self.remember]
        count = r.randint(6, 14)
        for step in range(count):
            r.choice(steps)()
            if step == count // 2:
                self.remember()
            if r.random() < 0.4:
                self.day, self.ms = min(self.day + r.randint(0, 3), DAYS - 1), self.ms + r.choice([0, 1, 5])
        self.events()
        self.as_of()
        for body, role, before in self.past:
            COUNTED["read again"] += 1
            root = self.call(body, role=role)
            after = plain(self.shape.snapshot_of(root[1])[1]) if status(root) == 20 else status(root)
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
    print(f"{counted} sequences: {COUNTED['compared']} answers compared, {COUNTED['as of']} as of random moments,"
          f" {COUNTED['read again']} reads of the past asked again")
    assert COUNTED["as of"] > SEQUENCES / 2 and COUNTED["read again"] > SEQUENCES / 2
