# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of every service of Organisation once, with every row of every table filled in:
what goes in and what comes out is valid by the XSDs in wsdl/, and by the published package where
that is at hand; what was put in is what comes out."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from lxml import etree

from test_e_tables import KINDS, services

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
OURS = ROOT / "wsdl" / "organisation-6"
PUBLISHED = ROOT.parent / "shared" / "contract" / "reference" / "organisation-6" / "xsd" / "6.0.STS-0"
SD = "urn:oio:sagdok:3.0.0"
FAELLES = "http://stoettesystemerne.dk/organisation/6/"
NOW_US = 1725955200 * 1000000
UUID = "4f1d0c6a-90ab-4d57-8a55-6a1c7b0e9d21"
SERVED = [k for k in KINDS if k["name"] in services()]
TEXTS = {"8-digits": "12345678", "10-digits": "0101010000", "3-or-4-digits": "101", "1-to-100": "7"}


class Drive:
    def __init__(self):
        # in memory where there is such a place
        home = "/dev/shm" if os.access("/dev/shm", os.W_OK) else BUILD
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluse-messages-", dir=home))
        self.process = subprocess.Popen([BUILD / "tests" / "drive" / "registry_drive", self.folder / "m.db"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, service, body, role="rediger"):
        text = etree.tostring(body, encoding="unicode")
        self.process.stdin.write(f"{NOW_US}\t11111111\t{role}\t{service}\t{text}\n")
        self.process.stdin.flush()
        return etree.fromstring(self.process.stdout.readline())

    def events(self):
        """(type, key, RegistreringBesked) of each registration since the last time."""
        self.process.stdin.write("EVENTS\n")
        self.process.stdin.flush()
        lines = iter(self.process.stdout.readline, "\n")
        return [(kind, key, etree.fromstring(payload))
                for kind, key, payload in (line.rstrip("\n").split("\t") for line in lines)]

    def close(self):
        self.process.stdin.close()
        code = self.process.wait()
        shutil.rmtree(self.folder)
        return code


@pytest.fixture(scope="module")
def drive():
    made = Drive()
    yield made
    assert made.close() == 0


def schema_files():
    """(name, ns -> file) of each package."""
    packages = [("ours", OURS, "{}.xsd", str.lower)]
    if PUBLISHED.is_dir():
        packages.append(("published", PUBLISHED, "{}.xsd", str))
    elif os.environ.get("CI") == "true":
        raise RuntimeError(f"{PUBLISHED} is missing: in CI answers are held to it")
    return packages


SCHEMAS = {}


def validate(root, service_name, published="Operationer"):
    """published: the suffix of the published file; ours are in one."""
    for package, folder, pattern, case in schema_files():
        file = case(service_name) + (published if package == "published" else "")
        key = package, file
        if key not in SCHEMAS:
            SCHEMAS[key] = etree.XMLSchema(etree.parse(str(folder / pattern.format(file))))
        SCHEMAS[key].assertValid(root)


def sd(parent, name, text=None):
    node = etree.SubElement(parent, f"{{{SD}}}{name}")
    node.text = text
    return node


def ref(parent, name, form="UUID"):
    node = sd(parent, name)
    sd(node, form + "Identifikator", UUID[:-1] + "0" if form == "UUID" else "urn:x")
    return node


def virkning(parent, is_template=False):
    v = sd(parent, "Virkning")
    sd(sd(v, "FraTidspunkt"), "TidsstempelDatoTid", "2024-01-01T00:00:00.000+01:00")
    if not is_template:
        sd(sd(v, "TilTidspunkt"), "GraenseIndikator", "true")
        ref(v, "AktoerRef")
        sd(v, "AktoerTypeKode", "Organisation")
        sd(v, "NoteTekst", "note")


def fill_lists(parent, kind, is_template=False):
    """All three lists with one element of every row (two of those that may repeat)."""
    ns = kind["ns"]
    attributes = etree.SubElement(parent, f"{{{ns}}}AttributListe")
    egenskab = etree.SubElement(attributes, f"{{{ns}}}Egenskab")
    virkning(egenskab, is_template)
    states = etree.SubElement(parent, f"{{{ns}}}TilstandListe")
    relations = etree.SubElement(parent, f"{{{ns}}}RelationListe")
    for row in kind["rows"]:
        many = row["max"] == "n" and not is_template
        for _ in range(2 if many else 1):
            if row["part"] == "attribut":
                # the longest that may be
                text = TEXTS.get(row["pattern"], "ø" * min(int(row["chars"]), 40))
                node = etree.SubElement(egenskab, f"{{{row['ns']}}}{row['name']}")
                if row["value"] == "soegeord":
                    for name in ("SoegeordIdentifikator", "BeskrivelseTekst", "SoegeordKategoriTekst"):
                        sd(node, name, "ord")
                else:
                    node.text = text
            elif row["part"] == "tilstand":
                node = etree.SubElement(states, f"{{{row['ns']}}}{row['name']}")
                virkning(node, is_template)
                if row["value"] == "publiceret":
                    sd(node, "ErPubliceretIndikator", "true")
                else:
                    etree.SubElement(node, f"{{{FAELLES}}}GyldighedStatusKode").text = "Aktiv"
            else:
                node = etree.SubElement(relations, f"{{{row['ns']}}}{row['name']}")
                virkning(node, is_template)
                ref(node, "ReferenceID", "URN" if many and len(node.getparent()) % 2 else "UUID")
                if row["value"] == "role-ref":
                    sd(ref(node, "Rolle"), "Label", "label")
                    ref(node, "Type", "URN")
                    sd(node, "Indeks", str(len(node.getparent())))


def request(kind, name):
    return etree.Element(f"{{{kind['ns']}}}{name}", nsmap={None: kind["ns"], "s": SD})


def exchange(drive, kind, body, want, role="rediger"):
    service = kind["name"]
    validate(body, service)
    answer = drive.call(service.lower(), body, role)
    validate(answer, service)
    got = answer.findtext(f"{{{SD}}}StandardRetur/{{{SD}}}StatusKode")
    assert got == str(want), etree.tostring(answer, encoding="unicode")
    return answer


def plain(node):
    """Elements, order and texts, whatever the prefixes."""
    return (node.tag, (node.text or "").strip(), [plain(c) for c in node])


BY_REFERENCE = ("Organisation", "OrganisationEnhed", "Adresse")  # their events say ObjektID


def check_events(drive, kind, want):
    """One event a registration, in the shape of the contract, with nothing that not all may see."""
    ns = kind["ns"]
    events = drive.events()
    assert [t for t, _, _ in events] == [f"{kind['name'].lower()}.{operation}" for operation, _ in want]
    for (_, key, besked), (_, state) in zip(events, want):
        validate(besked, kind["name"], "Besked")
        assert besked.tag == f"{{{ns}}}RegistreringBesked"
        place = f"{{{ns}}}ObjektID/" if kind["name"] in BY_REFERENCE else ""
        assert key == "11111111/" + besked.findtext(f"{place}{{{SD}}}UUIDIdentifikator")
        registrering = besked.find(f"{{{ns}}}Registrering")
        assert registrering.findtext(f"{{{SD}}}LivscyklusKode") == state
        assert (len(registrering.find(f"{{{ns}}}AttributListe")) > 0) == (state != "Slettet")
        assert TEXTS["10-digits"] not in "".join(besked.itertext()) or kind["name"] == "Virksomhed"


@pytest.mark.parametrize("kind", SERVED, ids=lambda k: k["name"])
def test_kind(drive, kind):
    ns, name = kind["ns"], kind["name"]
    drive.events()
    body = request(kind, "ImportInput")
    obj = etree.SubElement(body, f"{{{ns}}}{name}")
    sd(obj, "UUIDIdentifikator", UUID)
    registrering = etree.SubElement(obj, f"{{{ns}}}Registrering")
    sd(registrering, "NoteTekst", "note")
    sd(registrering, "Tidspunkt", "2024-09-10T09:00:00.000+02:00")
    sd(registrering, "LivscyklusKode", "Importeret")
    ref(registrering, "BrugerRef")
    fill_lists(registrering, kind)
    exchange(drive, kind, body, 20)
    exchange(drive, kind, body, 49)

    def on_uuid(op, uuid=UUID):
        node = request(kind, op + "Input")
        sd(node, "UUIDIdentifikator", uuid)
        return node

    # what was put in comes out: all but what only some may see
    answer = exchange(drive, kind, on_uuid("Laes"), 20, "udstil")
    shown = answer.find(f".//{{{ns}}}Registrering")
    for part in ("AttributListe", "TilstandListe", "RelationListe"):
        sent, got = registrering.find(f"{{{ns}}}{part}"), shown.find(f"{{{ns}}}{part}")
        hidden = {"CPR-NummerTekst", "NavnTekst"} if name == "Person" else set()
        for node in list(sent.iter()):
            if etree.QName(node).localname in hidden:
                node.getparent().remove(node)
        got, want = plain(got), plain(sent)
        if part == "RelationListe":
            got[2].sort(key=repr)
            want[2].sort(key=repr)
        assert got == want
    exchange(drive, kind, on_uuid("Laes", UUID[:-1] + "2"), 44)
    exchange(drive, kind, on_uuid("List"), 20)
    exchange(drive, kind, on_uuid("List", UUID[:-1] + "2"), 44)

    # a search for all of it at once, and for nothing
    soeg = request(kind, "SoegInput")
    sd(soeg, "FoersteResultatReference", "0")
    sd(soeg, "MaksimalAntalKvantitet", "500")
    sd(sd(soeg, "SoegRegistrering"), "LivscyklusKode", "Importeret")
    sd(sd(sd(soeg, "SoegVirkning"), "FraTidspunkt"), "GraenseIndikator", "true")
    fill_lists(soeg, kind, True)
    answer = exchange(drive, kind, soeg, 41 if name == "Person" else 20)
    if name != "Person":
        assert answer.findtext(f"{{{SD}}}IdListe/{{{SD}}}UUIDIdentifikator") == UUID
    soeg = request(kind, "SoegInput")
    sd(soeg, "FoersteResultatReference", "99")
    for part in ("AttributListe", "TilstandListe", "RelationListe"):
        etree.SubElement(soeg, f"{{{ns}}}{part}")
    exchange(drive, kind, soeg, 44)

    ret = on_uuid("Ret")
    sd(ret, "NoteTekst", "rettet")
    fill_lists(ret, kind)
    exchange(drive, kind, ret, 20)
    exchange(drive, kind, ret, 41, "udstil")
    exchange(drive, kind, on_uuid("Passiver"), 20)
    exchange(drive, kind, on_uuid("Slet"), 20)
    exchange(drive, kind, on_uuid("Slet"), 49)
    opret = request(kind, "OpretInput")
    fill_lists(opret, kind)
    exchange(drive, kind, opret, 20)
    # the ret said what was there already: no registration, no event
    check_events(drive, kind, [("importer", "Importeret"), ("passiver", "Passiveret"),
                               ("slet", "Slettet"), ("opret", "Opstaaet")])


def test_organisationsystem(drive):
    ns = services()["OrganisationSystem"]["ns"]
    by_name = {k["name"]: k for k in SERVED}

    def system(body, want):
        validate(body, "OrganisationSystem")
        answer = drive.call("organisationsystem", body)
        validate(answer, "OrganisationSystem")
        got = answer.findtext(f"{{{SD}}}StandardRetur/{{{SD}}}StatusKode")
        assert got == want, etree.tostring(answer, encoding="unicode")
        return answer

    def element(name):
        return etree.Element(f"{{{ns}}}{name}", nsmap={"s": SD})

    def add_object(parent, kind, last):
        obj = etree.SubElement(parent, f"{{{kind['ns']}}}{kind['name']}")
        sd(obj, "UUIDIdentifikator", UUID[:-1] + last)
        fill_lists(etree.SubElement(obj, f"{{{kind['ns']}}}Registrering"), kind)

    body = element("ImporterOrganisationSystemInput")
    add_object(body, by_name["Organisation"], "5")
    units = etree.SubElement(body, f"{{{ns}}}OrganisationEnhederInput")
    add_object(units, by_name["OrganisationEnhed"], "6")
    add_object(units, by_name["OrganisationEnhed"], "6")
    answer = system(body, None)
    assert [n.findtext(f"{{{SD}}}StatusKode") for n in answer] == ["20", "20", "49"]

    body = element("FremsoegObjekthierarkiInput")
    sd(body, "FoersteResultatReference", "0")
    sd(body, "MaksimalAntalKvantitet", "500")
    answer = system(body, "20")
    assert len(answer) == 7 and len(answer[1]) > 0 and len(answer[2]) > 0
    # past the end all six lists are there and empty
    body[0].text = "1000"
    answer = system(body, "20")
    assert [len(n) for n in answer[1:]] == [0] * 6

    body = element("AnonymiserInput")
    etree.SubElement(body, f"{{{ns}}}PersonUUID").text = UUID
    system(body, "41")


def test_klassifikationsystem(drive):
    ns = services()["KlassifikationSystem"]["ns"]
    by_name = {k["name"]: k for k in SERVED}

    def system(body):
        validate(body, "KlassifikationSystem")
        answer = drive.call("klassifikationsystem", body)
        validate(answer, "KlassifikationSystem")
        return answer

    def add_object(parent, kind, last):
        obj = etree.SubElement(parent, f"{{{kind['ns']}}}{kind['name']}")
        sd(obj, "UUIDIdentifikator", UUID[:-1] + last)
        fill_lists(etree.SubElement(obj, f"{{{kind['ns']}}}Registrering"), kind)

    body = etree.Element(f"{{{ns}}}ImporterKlassifikationSystemInput", nsmap={"s": SD})
    add_object(body, by_name["Klassifikation"], "5")
    for wrapper, kind, lasts in (("FacetterInput", "Facet", "67"), ("KlasserInput", "Klasse", "889")):
        part = etree.SubElement(body, f"{{{ns}}}{wrapper}")
        for last in lasts:
            add_object(part, by_name[kind], last)
    answer = system(body)
    assert [n.findtext(f"{{{SD}}}StatusKode") for n in answer] == ["20", "20", "20", "20", "49", "20"]
    body = etree.Element(f"{{{ns}}}FremsoegObjekthierarkiInput", nsmap={"s": SD})
    sd(body, "MaksimalAntalKvantitet", "1")
    # each list is paged for itself; opret above left one more of each kind
    assert [len(n) for n in system(body)[1:]] == [1, 1, 1]
    body[0].text = "500"
    assert [len(n) for n in system(body)[1:]] == [2, 3, 3]
