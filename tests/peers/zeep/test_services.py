# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of every service, with typed objects that zeep makes from the WSDL that is
served. Each answer is judged by lxml with cryptography, and by the xmlsec1 command."""

import json
import uuid

import landscape
import orgdata
import pytest
from lxml import etree
from zeep import exceptions

import wss
from fagsystem import Fagsystem, Fault, until
from wss import S11, S12

BASE = "http://stoettesystemerne.dk/organisation/"
KLASSIFIKATION = "http://stoettesystemerne.dk/klassifikation/"
SAGDOK = "urn:oio:sagdok:3.0.0"
SHARED = BASE + "6/"
BEGIN = "2024-01-01T00:00:00+01:00"

# name of the object, and what its Egenskab holds beside BrugervendtNoegleTekst
KINDS = {
    "organisation": ("Organisation", {"OrganisationNavn": "Korsbæk Kommune"}),
    "organisationenhed": ("OrganisationEnhed", {"EnhedNavn": "Børn & <Unge>"}),
    "organisationfunktion": ("OrganisationFunktion", {"FunktionNavn": "Leder"}),
    "bruger": ("Bruger", {"BrugerNavn": "agnete", "BrugerTypeTekst": "medarbejder"}),
    "person": ("Person", {"CPR-NummerTekst": "0000000000", "NavnTekst": "Agnete Opdigtet"}),
    "adresse": ("Adresse", {"AdresseTekst": "Strandvejen 1, 9999 Korsbæk"}),
    "itsystem": ("ItSystem", {"ItSystemNavn": "KY", "KonfigurationReference": ["a", "b"]}),
    "interessefaellesskab": ("Interessefaellesskab", {"InteressefaellesskabNavn": "Banken"}),
    "myndighed": ("Myndighed", {"MyndighedsKode": "999", "NavnTekst": "Korsbæk"}),
    "virksomhed": ("Virksomhed", {"CVR-NummerTekst": "11111111", "NavnTekst": "Korsbæk"}),
    "klassifikation": ("Klassifikation", {"TitelTekst": "Opgaver", "KaldenavnTekst": "opg"}),
    "facet": ("Facet", {"TitelTekst": "Emner", "PlanIdentifikator": "7"}),
    "klasse": ("Klasse", {"TitelTekst": "Børn", "Soegeord": [{"SoegeordIdentifikator": "unge"}]}),
}
BARE = ("person", "adresse", "myndighed", "virksomhed")  # neither states nor relations
LISTE_HENT = "/klassifikationlistehent/2"
KONTEKST = "http://kombit.dk/xml/schemas/kontekst/2017/01/01/"
CLASSIFIED = ("klassifikation", "facet", "klasse", "klassifikationsystem")
SPECIAL = ("organisationsystem", "klassifikationsystem", "organisationadministration")
NAME = {k: next(reversed(fields)) for k, (_, fields) in KINDS.items()} | {
    "itsystem": "ItSystemNavn", "bruger": "BrugerNavn"} | dict.fromkeys(CLASSIFIED, "TitelTekst")


def path(kind):
    return f"/{kind}/6" if kind in CLASSIFIED else f"/organisation/{kind}/6"


@pytest.fixture(scope="module")
def ky(land):
    return Fagsystem(land, "KY")


@pytest.fixture(scope="module")
def token(ky):
    return ky.token(landscape.ORGANISATION, "11111111")


class Service:
    """A service as zeep sees it, and its objects as zeep types them."""

    def __init__(self, system, kind, token):
        self.kind, self.system = kind, system
        self.client = system.client(path(kind), token)
        base = KLASSIFIKATION if kind in CLASSIFIED else BASE
        self.own = self.client.type_factory(f"{base}{kind}/6/")
        self.sd = self.client.type_factory(SAGDOK)
        self.shared = None if kind in (*BARE, *CLASSIFIED, *SPECIAL) else self.client.type_factory(SHARED)

    def call(self, operation, *args, **kwargs):
        """The answer, believed by three: this client's reader, zeep's types, xmlsec1."""
        signer = self.client.wsse
        signer.transaction = str(uuid.uuid4())
        answer = getattr(self.client.service, operation)(*args, **kwargs)
        octets = self.system.wire.last[2]
        ok, said = wss.xmlsec1(octets, self.system.service_cert, wss.MESSAGE)
        assert ok, said
        (echo,) = wss.parse(octets)[0].findall(wss.q(wss.REQUEST_HEADER, "RequestHeader"))
        assert echo[0].text == signer.transaction
        # zeep puts header and body side by side where the answer has a header part
        return answer.body if hasattr(answer, "body") else answer

    def virkning(self, begin=BEGIN):
        return self.sd.VirkningType(
            FraTidspunkt=self.sd.TidspunktType(TidsstempelDatoTid=begin),
            TilTidspunkt=self.sd.TidspunktType(GraenseIndikator=True))

    def attributes(self, key, **changes):
        fields = {**KINDS[self.kind][1], **changes}
        return self.own.AttributListeType(Egenskab=[self.own.EgenskabType(
            Virkning=self.virkning(), BrugervendtNoegleTekst=key, **fields)])

    def states(self):
        if self.kind in BARE:
            return self.own.TilstandListeType()
        if self.kind in CLASSIFIED:
            return self.own.TilstandListeType(PubliceretStatus=[self.own.PubliceretStatusType(
                Virkning=self.virkning(), ErPubliceretIndikator=True)])
        return self.own.TilstandListeType(Gyldighed=[self.shared.GyldighedType(
            Virkning=self.virkning(), GyldighedStatusKode="Aktiv")])

    def relations(self, **relations):
        """Each relation: one UUID, at most one such relation by the schema."""
        return self.own.RelationListeType(**{
            name: {"Virkning": self.virkning(), "ReferenceID": {"UUIDIdentifikator": target}}
            for name, target in relations.items()})

    def object(self, object_id, key, **relations):
        name = KINDS[self.kind][0]
        return getattr(self.own, name + "Type")(
            UUIDIdentifikator=object_id, Registrering=[self.own.RegistreringType(
                AttributListe=self.attributes(key), TilstandListe=self.states(),
                RelationListe=self.relations(**relations))])


def code(answer):
    retur = answer if hasattr(answer, "StatusKode") else answer.StandardRetur
    return int(retur.StatusKode)


def egenskab(snapshot):
    (registrering,) = snapshot.Registrering
    return registrering.AttributListe.Egenskab[0]


def new_id():
    return str(uuid.uuid4())


@pytest.mark.parametrize("kind", KINDS)
def test_the_eight_operations(ky, token, kind):
    s = Service(ky, kind, token)
    name, fields = KINDS[kind]
    key, object_id = "k" + uuid.uuid4().hex[:20], new_id()
    relations = {"Overordnet": new_id()} if kind in ("organisation", "organisationenhed") else {}

    assert code(s.call("laes", UUIDIdentifikator=object_id)) == 44
    assert code(s.call("importer", **{name: s.object(object_id, key, **relations)})) == 20
    assert code(s.call("importer", **{name: s.object(object_id, key, **relations)})) == 49
    got = s.call("laes", UUIDIdentifikator=object_id)
    assert code(got) == 20
    seen = egenskab(got.FiltreretOejebliksbillede)
    assert seen.BrugervendtNoegleTekst == key
    for field, value in fields.items():
        if field == "Soegeord":
            assert [w.SoegeordIdentifikator for w in seen.Soegeord] == ["unge"]
        else:
            assert seen[field] == value, field
    if relations:
        (r,) = got.FiltreretOejebliksbillede.Registrering
        assert r.RelationListe.Overordnet.ReferenceID.UUIDIdentifikator == relations["Overordnet"]

    made = s.call("opret", NoteTekst="oprettet", AttributListe=s.attributes(key),
                  TilstandListe=s.states(), RelationListe=s.relations())
    assert code(made) == 20
    both = {object_id, made.UUIDIdentifikator}
    listed = s.call("list", UUIDIdentifikator=sorted(both))
    assert code(listed) == 20
    assert {x.ObjektType.UUIDIdentifikator for x in listed.FiltreretOejebliksbillede} == both
    found = s.call("soeg", MaksimalAntalKvantitet=10,
                   AttributListe=s.own.AttributListeType(
                       Egenskab=[s.own.EgenskabType(BrugervendtNoegleTekst=key)]),
                   TilstandListe=s.own.TilstandListeType(), RelationListe=s.own.RelationListeType())
    assert code(found) == 20 and set(found.IdListe.UUIDIdentifikator) == both

    new = "998" if kind == "myndighed" and NAME[kind] == "MyndighedsKode" else "Et andet navn"
    assert code(s.call("ret", UUIDIdentifikator=object_id, NoteTekst="nyt navn",
                       AttributListe=s.attributes(key, **{NAME[kind]: new}))) == 20
    got = s.call("laes", UUIDIdentifikator=object_id)
    assert egenskab(got.FiltreretOejebliksbillede)[NAME[kind]] == new
    assert code(s.call("passiver", UUIDIdentifikator=made.UUIDIdentifikator, NoteTekst="hviler")) == 20
    assert code(s.call("passiver", UUIDIdentifikator=made.UUIDIdentifikator)) == 49
    assert code(s.call("slet", UUIDIdentifikator=object_id, NoteTekst="væk")) == 20
    assert code(s.call("laes", UUIDIdentifikator=object_id)) == 44


def test_organisation_system(ky, token):
    s = Service(ky, "organisationsystem", token)
    organisation, root, child = Service(ky, "organisation", token), new_id(), new_id()
    enhed, organisation_id = Service(ky, "organisationenhed", token), new_id()
    o = organisation.object(organisation_id, "org", Overordnet=root, Virksomhed=new_id())
    units = [enhed.object(root, "rod", Tilhoerer=organisation_id),
             enhed.object(child, "barn", Overordnet=root, Tilhoerer=organisation_id)]
    answer = s.call("import", Organisation=o, OrganisationEnhederInput={"OrganisationEnhed": units})
    assert [(int(r.StatusKode), r.UUIDIdentifikator) for r in answer.UnikRetur] == [
        (20, organisation_id), (20, root), (20, child)]
    page = s.call("fremsoegobjekthierarki", MaksimalAntalKvantitet=500)
    assert code(page) == 20
    seen = {x.ObjektType.UUIDIdentifikator
            for x in page.OrganisationEnheder.FiltreretOejebliksbillede}
    assert {root, child} <= seen

    person = Service(ky, "person", token)
    person_id = new_id()
    assert code(person.call("importer", Person=person.object(person_id, "p"))) == 20
    assert code(s.call("anonymiser", PersonUUID=person_id)) == 20
    assert b"Agnete" not in etree.tostring(wss.parse(ky.wire.last[2]))
    person.call("laes", UUIDIdentifikator=person_id)
    assert "Agnete Opdigtet" not in ky.wire.last[2].decode()


def test_organisation_administration(ky, token):
    s, enhed = Service(ky, "organisationadministration", token), Service(ky, "organisationenhed", token)
    organisation, unit = new_id(), new_id()
    whole = enhed.object(unit, "til sletning", Tilhoerer=organisation)
    assert code(enhed.call("importer", OrganisationEnhed=whole)) == 20
    assert code(s.call("fysiskslet", OrganisationUUID=new_id(), OrganisationEnhedUUID=unit)) == 40
    assert code(s.call("fysiskslet", OrganisationUUID=organisation, OrganisationEnhedUUID=unit)) == 20
    assert code(s.call("fysiskslet", OrganisationUUID=organisation, OrganisationEnhedUUID=unit)) == 44
    always = {"GraenseIndikator": True}
    assert code(enhed.call("laes", UUIDIdentifikator=unit, RegistreringFraFilter=always)) == 44


def test_klassifikation_system(land, ky, token):
    s = Service(ky, "klassifikationsystem", token)
    scheme, facet, klasse = (Service(ky, k, token) for k in CLASSIFIED[:3])
    ids = [new_id() for _ in range(3)]
    answer = s.call("import", Klassifikation=scheme.object(ids[0], "skema"),
                    FacetterInput={"Facet": [facet.object(ids[1], "f", FacetTilhoerer=ids[0])]},
                    KlasserInput={"Klasse": [klasse.object(ids[2], "k", Facet=ids[1])]})
    assert [(int(r.StatusKode), r.Type, r.UUIDIdentifikator) for r in answer.UnikRetur] == [
        (20, "Klassifikation", ids[0]), (20, "Facet", ids[1]), (20, "Klasse", ids[2])]
    page = s.call("fremsoegobjekthierarki", MaksimalAntalKvantitet=500,
                  KlasseSoegEgenskab={"BrugervendtNoegleTekst": "k"})
    assert code(page) == 20
    assert ids[2] in {x.ObjektType.UUIDIdentifikator for x in page.Klasser.FiltreretOejebliksbillede}
    # what one authority made the next does not see
    sapa = Fagsystem(land, "SAPA")
    theirs = Service(sapa, "klasse", sapa.token(landscape.ORGANISATION, "22222222"))
    assert code(theirs.call("laes", UUIDIdentifikator=ids[2])) == 44


def test_klassifikation_liste_hent(ky, token):
    """Names with Danish letters, choices within choices, attributes nobody needs: as zeep reads them."""
    scheme, facet, klasse = (Service(ky, k, token) for k in CLASSIFIED[:3])
    ids = [new_id() for _ in range(4)]
    key = ids[0][:8]
    assert code(scheme.call("importer", Klassifikation=scheme.object(ids[0], key))) == 20
    assert code(facet.call("importer", Facet=facet.object(ids[1], "emner", FacetTilhoerer=ids[0]))) == 20
    assert code(klasse.call("importer", Klasse=klasse.object(ids[2], "01", Facet=ids[1]))) == 20
    assert code(klasse.call("importer", Klasse=klasse.object(
        ids[3], "01.02", Facet=ids[1], Mapninger=ids[2], OverordnetKlasse=ids[2]))) == 20

    client = ky.client(LISTE_HENT, ky.token(
        "http://entityid.kombit.dk/service/klassifikationlistehent/2", "11111111"))
    context = client.type_factory(KONTEKST).HovedOplysningerType(
        TransaktionsId=new_id(), TransaktionsTid="2026-05-27T12:15:30.125+02:00",
        AuthorityContext={"MunicipalityCVR": "11111111"})

    def hent(**criterion):
        answer = client.service.KlassifikationListeHent(
            HovedOplysninger=context, KlassifikationKriterieListe={"IdentifikationKriterie": [criterion]},
            KunAktuelle=True)
        ok, said = wss.xmlsec1(ky.wire.last[2], ky.service_cert, wss.MESSAGE)
        assert ok, said
        answer = answer.body if hasattr(answer, "body") else answer
        assert answer.HovedOplysningerSvar.TransaktionsId == context.TransaktionsId
        return answer

    answer = hent(BrugervendtNøgleKriterie={"KlassifikationBrugervendtNøgle": key})
    (top,) = answer.KlassifikationListe.KlassifikationStruktur
    assert top.KlassifikationIdentifikation == ids[0] and top.KlassifikationEjer == "Korsbæk Kommune"
    (part,) = top.FacetListe.FacetStruktur
    first, second = part.KlasseListe.KlasseStruktur
    assert (first.KlasseIdentifikation, first.KlasseBrugervendtNøgle) == (ids[2], "01")
    assert str(first.KlassePubliceretListe.KlassePubliceret[0].KlassePubliceretFraDato) == BEGIN[:10]
    assert first.ForældreKlasse is None
    assert first.KlasseSøgeordListe.KlasseSøgeord[0].SøgeordTitel == "unge"
    assert second.ForældreKlasse.KlasseIdentifikation == ids[2]
    (mapning,) = second.KlasseMapningListe.KlasseMapning
    assert mapning.KlasseIdentifiktionValg.KlasseIdenitifkationStruktur.FacetIdentifikation == ids[1]
    answer = hent(KlasseIdentifikation=new_id())
    (reaction,) = answer.HovedOplysningerSvar.SvarReaktion
    assert reaction.Advis.AdvisId == "44" and reaction.Fejl is None and answer.KlassifikationListe is None


def test_every_served_wsdl_has_a_test(ky):
    """A service that comes without a row above fails here, and in the suite of exchanges."""
    known = {*map(path, KINDS), *map(path, SPECIAL), landscape.STS_PATH, LISTE_HENT}
    served = set()
    for file in sorted((landscape.ROOT / "wsdl").rglob("*.wsdl")):
        (address,) = etree.parse(str(file)).getroot().iter(
            "{http://schemas.xmlsoap.org/wsdl/soap12/}address")
        where = address.get("location").removeprefix("https://localhost:8443")
        status, _ = ky.wire.get(where + "?wsdl")
        assert status in (200, 404)
        if status == 200:
            served.add(where)
    assert served == known


@pytest.mark.parametrize("version", [S11, S12])
def test_both_versions(ky, token, version):
    body = orgdata.laes("OrganisationEnhed", new_id())
    action = "http://kombit.dk/sts/organisation/organisationenhed/laes"
    got = ky.call(token, action, path("organisationenhed"), body, version)
    assert got.findtext(f".//{{{SAGDOK}}}StatusKode") == "44"
    answer = ky.wire.last[2]
    assert wss.parse(answer).tag == wss.q(version, "Envelope")
    ok, said = wss.xmlsec1(answer, ky.service_cert, wss.MESSAGE)
    assert ok, said
    assert not wss.xmlsec1(answer.replace(b">44<", b">20<"), ky.service_cert, wss.MESSAGE)[0]


def test_a_reader_may_not_write(land):
    ksd = Fagsystem(land, "KSD")
    s = Service(ksd, "organisationenhed", ksd.token(landscape.ORGANISATION, "11111111"))
    unit_id = new_id()
    assert code(s.call("importer", OrganisationEnhed=s.object(unit_id, "e"))) == 41
    assert code(s.call("laes", UUIDIdentifikator=unit_id)) == 44


def test_another_authority_sees_nothing(land, ky, token):
    mine = Service(ky, "organisationenhed", token)
    unit_id = new_id()
    assert code(mine.call("importer", OrganisationEnhed=mine.object(unit_id, "e"))) == 20
    sapa = Fagsystem(land, "SAPA")
    theirs = Service(sapa, "organisationenhed", sapa.token(landscape.ORGANISATION, "22222222"))
    assert code(theirs.call("laes", UUIDIdentifikator=unit_id)) == 44
    assert code(mine.call("laes", UUIDIdentifikator=unit_id)) == 20


def test_security_fault_reaches_zeep_unsigned(ky, token):
    s = Service(ky, "organisationenhed", token)
    key = ky.key
    try:
        ky.key = wss.Key(key.folder.parent / "KSD")  # not the key that the token names
        with pytest.raises(Fault) as caught:
            s.client.service.laes(UUIDIdentifikator=new_id())
    finally:
        ky.key = key
    assert caught.value.code == "wsse:FailedAuthentication"
    assert b"<Signature" not in caught.value.octets
    with pytest.raises(exceptions.Fault):
        raise exceptions.Fault(str(caught.value))


def test_business_fault_is_signed(land):
    """The agreement is suspended while a token of it still lives."""
    sapa = Fagsystem(land, "SAPA")
    token = sapa.token(landscape.ORGANISATION, "22222222")
    everything = json.loads(land.sluse("export").stdout)
    (agreement,) = [a for a in everything["aftaler"] if a["id"] == "sapa-havneby"]
    file = land.folder / "suspended.json"
    file.write_text(json.dumps({"aftaler": [{**agreement, "tilstand": "suspenderet"}]}))
    land.sluse("apply", file)
    action = "http://kombit.dk/sts/organisation/organisationenhed/laes"

    def ask(version):
        with pytest.raises(Fault) as caught:
            sapa.call(token, action, path("organisationenhed"),
                      orgdata.laes("OrganisationEnhed", new_id()), version)
        return caught.value

    def is_seen():
        try:
            sapa.call(token, action, path("organisationenhed"),
                      orgdata.laes("OrganisationEnhed", new_id()))
        except Fault:
            return True
        return False
    until(is_seen)
    for version in (S11, S12):
        fault = ask(version)
        assert fault.code.endswith(":5015") and "ServiceAgreement" in fault.reason
        message_id = wss.parse(sapa.wire.last[1])[0].findtext(wss.q(wss.WSA, "MessageID"))
        wss.check_service_answer(fault.octets, sapa.service_cert, message_id)
        ok, said = wss.xmlsec1(fault.octets, sapa.service_cert, wss.MESSAGE)
        assert ok, said
    file.write_text(json.dumps({"aftaler": [agreement]}))
    land.sluse("apply", file)
