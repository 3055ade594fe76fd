#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up organisations as messages of the Organisation services, for the demo and the tests."""

import uuid
from xml.sax.saxutils import escape

SD = "urn:oio:sagdok:3.0.0"
O = "http://stoettesystemerne.dk/organisation/6/"


def ns(kind):
    return f"http://stoettesystemerne.dk/organisation/{kind.lower()}/6/"


def made_uuid(*parts):
    """The same parts give the same UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://sluse.example/demo/" + "/".join(map(str, parts))))


def moment(when):
    if when is None:
        return "<sd:GraenseIndikator>true</sd:GraenseIndikator>"
    return f"<sd:TidsstempelDatoTid>{when}</sd:TidsstempelDatoTid>"


def virkning(begin, end=None):
    return (f"<sd:Virkning><sd:FraTidspunkt>{moment(begin)}</sd:FraTidspunkt>"
            f"<sd:TilTidspunkt>{moment(end)}</sd:TilTidspunkt></sd:Virkning>")


def egenskab(key, element, name, begin, end=None):
    return (f"<Egenskab>{virkning(begin, end)}<sd:BrugervendtNoegleTekst>{escape(key)}"
            f"</sd:BrugervendtNoegleTekst><sd:{element}>{escape(name)}</sd:{element}></Egenskab>")


def gyldighed(code, begin, end=None):
    return (f"<o:Gyldighed>{virkning(begin, end)}<o:GyldighedStatusKode>{code}"
            f"</o:GyldighedStatusKode></o:Gyldighed>")


def relation(name, target, begin, end=None):
    return (f"<sd:{name}>{virkning(begin, end)}<sd:ReferenceID><sd:UUIDIdentifikator>{target}"
            f"</sd:UUIDIdentifikator></sd:ReferenceID></sd:{name}>")


def lists(attributes="", states="", relations=""):
    return (f"<AttributListe>{attributes}</AttributListe><TilstandListe>{states}</TilstandListe>"
            f"<RelationListe>{relations}</RelationListe>")


def prefixes():
    return f'xmlns:sd="{SD}" xmlns:o="{O}"'


def unit(unit_id, name, organisation, parent, begin):
    """An OrganisationEnhed in its own namespace."""
    relations = relation("Overordnet", parent, begin) if parent else ""
    relations += relation("Tilhoerer", organisation, begin)
    return (f'<OrganisationEnhed xmlns="{ns("OrganisationEnhed")}" {prefixes()}>'
            f"<sd:UUIDIdentifikator>{unit_id}</sd:UUIDIdentifikator><Registrering>"
            + lists(egenskab(name, "EnhedNavn", name, begin), gyldighed("Aktiv", begin), relations)
            + "</Registrering></OrganisationEnhed>")


def organisation(organisation_id, name, root, virksomhed, begin):
    relations = relation("Overordnet", root, begin) + relation("Virksomhed", virksomhed, begin)
    return (f'<Organisation xmlns="{ns("Organisation")}" {prefixes()}>'
            f"<sd:UUIDIdentifikator>{organisation_id}</sd:UUIDIdentifikator><Registrering>"
            + lists(egenskab(name, "OrganisationNavn", name, begin), gyldighed("Aktiv", begin), relations)
            + "</Registrering></Organisation>")


AREAS = ("Børn og Unge", "Social og Sundhed", "Teknik og Miljø", "Kultur og Fritid", "Borgerservice",
         "Økonomi", "Arbejdsmarked", "Digitalisering", "Jura og HR")
KINDS = ("Afdeling", "Team", "Kontor", "Center", "Sekretariat")


class Municipality:
    """A root, areas below it, and so many units below them."""

    def __init__(self, name, cvr, count=300, begin="2024-01-01T00:00:00.000+01:00"):
        self.name = name
        self.cvr = cvr
        self.begin = begin
        self.id = made_uuid(cvr, "organisation")
        self.root = made_uuid(cvr, "enhed", 0)
        self.virksomhed = made_uuid(cvr, "virksomhed")
        self.units = [(self.root, name, None)]
        for i, area in enumerate(AREAS, start=1):
            self.units.append((made_uuid(cvr, "enhed", i), area, self.root))
        for i in range(len(self.units), count):
            area = self.units[1 + i % len(AREAS)]
            self.units.append((made_uuid(cvr, "enhed", i),
                               f"{KINDS[i % len(KINDS)]} {i}, {area[1]}", area[0]))

    def import_message(self):
        """ImporterOrganisationSystemInput: the organisation with all its units in one call."""
        system = ns("OrganisationSystem")
        return (f'<ImporterOrganisationSystemInput xmlns="{system}">'
                + organisation(self.id, self.name, self.root, self.virksomhed, self.begin)
                + "<OrganisationEnhederInput>"
                + "".join(unit(u, n, self.id, p, self.begin) for u, n, p in self.units)
                + "</OrganisationEnhederInput></ImporterOrganisationSystemInput>")


def laes(kind, object_id, **filters):
    """LaesInput; filters: VirkningFra, VirkningTil, RegistreringFra, RegistreringTil (None: open)."""
    extra = "".join(f"<sd:{name}Filter>{moment(filters[name])}</sd:{name}Filter>"
                    for name in ("VirkningFra", "VirkningTil", "RegistreringFra", "RegistreringTil")
                    if name in filters)
    return (f'<LaesInput xmlns="{ns(kind)}" {prefixes()}><sd:UUIDIdentifikator>{object_id}'
            f"</sd:UUIDIdentifikator>{extra}</LaesInput>")


def importer_unit(*arguments):
    kind = ns("OrganisationEnhed")
    return f'<ImportInput xmlns="{kind}">' + unit(*arguments) + "</ImportInput>"


def ret_unit(unit_id, attributes="", states="", relations="", note="demo"):
    return (f'<RetInput xmlns="{ns("OrganisationEnhed")}" {prefixes()}><sd:UUIDIdentifikator>{unit_id}'
            f"</sd:UUIDIdentifikator><sd:NoteTekst>{note}</sd:NoteTekst>"
            + lists(attributes, states, relations) + "</RetInput>")


def hierarchy(offset=0, size=500):
    return (f'<FremsoegObjekthierarkiInput xmlns="{ns("OrganisationSystem")}" xmlns:sd="{SD}">'
            f"<sd:FoersteResultatReference>{offset}</sd:FoersteResultatReference>"
            f"<sd:MaksimalAntalKvantitet>{size}</sd:MaksimalAntalKvantitet></FremsoegObjekthierarkiInput>")
