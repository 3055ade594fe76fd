# SPDX-License-Identifier: GPL-3.0-or-later
"""itk-dev, re-created: PHP's SoapClient with generated classes that looks things up for a form, one
service that it reads by hand, and the nightly dump of everything.

By hand: the colon of every prefix is dropped and the result read by these names, so that the
prefixes themselves count. The dump goes through BrugerRef and AktoerRef without a look whether they
are there. Source: contract of Organisation, 1.6, 3.6, 7; the public code of both libraries.
"""

import re

from lxml import etree

import dotnet
from dotnet import FAELLES, SD, STS
from roles import MANAGER

KINDS = dotnet.KINDS


def need(value):
    """PHP: a call to a member function on null ends the program."""
    return dotnet.need(value)


class Soap:
    """PHP's SoapClient: elements by their names, in whatever order."""

    def __init__(self, party):
        self.party, self.row = party, party.row

    def call(self, service, operation, inside):
        name = f"{operation.capitalize()}Input"
        return self.party.call(service, operation, (
            f'<ns2:{name} xmlns:ns2="{KINDS[service].ns}" xmlns:ns1="{SD}" xmlns:ns3="{FAELLES}" xmlns:ns4="{STS}">'
            f"{inside}</ns2:{name}>"))

    def laes(self, service, uuid):
        """Its registration, or None."""
        output = self.call(service, "laes", f"<ns1:UUIDIdentifikator>{uuid}</ns1:UUIDIdentifikator>")
        return output.find(f"{{*}}FiltreretOejebliksbillede/{{{KINDS[service].ns}}}Registrering")

    def list(self, service, uuids):
        """uuid -> registration"""
        output = self.call(service, "list", "".join(f"<ns1:UUIDIdentifikator>{u}</ns1:UUIDIdentifikator>" for u in uuids))
        return {e.findtext(f"{{*}}ObjektType/{{{SD}}}UUIDIdentifikator"): e.find("{*}Registrering")
                for e in output.findall("{*}FiltreretOejebliksbillede")}

    def soeg(self, service, lists="", first=None, most=None):
        """What is found; it takes for granted that there is a list, be it empty."""
        page = f"<ns1:FoersteResultatReference>{first}</ns1:FoersteResultatReference>" if first is not None else ""
        page += f"<ns1:MaksimalAntalKvantitet>{most}</ns1:MaksimalAntalKvantitet>" if most else ""
        output = self.call(service, "soeg", page + lists)
        found = need(output.find(f"{{{SD}}}IdListe"))
        return [e.text for e in found]


def egenskab(inside):
    return f"<ns2:AttributListe><ns2:Egenskab>{inside}</ns2:Egenskab></ns2:AttributListe>"


def related(*pairs):
    return "<ns2:RelationListe>" + "".join(
        f"<ns1:{name}><ns1:ReferenceID><ns1:UUIDIdentifikator>{uuid}</ns1:UUIDIdentifikator></ns1:ReferenceID>"
        f"</ns1:{name}>" for name, uuid in pairs) + "</ns2:RelationListe>"


def first(node, path):
    """The first, or the program ends."""
    return need(node.find(path))


def target(relation):
    return first(relation, f"{{{SD}}}ReferenceID/{{{SD}}}UUIDIdentifikator").text


class Itk(Soap):
    """itk-dev/serviceplatformen: what a form asks about whoever is logged in."""

    def person_name(self, user):
        reg = need(self.laes("bruger", user))
        person = target(first(reg, "{*}RelationListe/{*}TilknyttedePersoner"))
        return first(need(self.laes("person", person)), "{*}AttributListe/{*}Egenskab/{*}NavnTekst").text

    def user_name(self, user):
        return first(need(self.laes("bruger", user)), "{*}AttributListe/{*}Egenskab/{*}BrugerNavn").text

    def address(self, user, label):
        """By what the service says the role is called."""
        reg = need(self.laes("bruger", user))
        for a in reg.findall("{*}RelationListe/{*}Adresser"):
            if a.findtext("{*}Rolle/{*}Label") == label:
                return first(need(self.laes("adresse", target(a))), "{*}AttributListe/{*}Egenskab/{*}AdresseTekst").text
        return ""

    def functions(self, user=None, unit=None, kind=None):
        pairs = [(n, u) for n, u in (("Funktionstype", kind), ("TilknyttedeBrugere", user), ("TilknyttedeEnheder", unit))
                 if u]
        return self.soeg("organisationfunktion", "<ns2:AttributListe/>" + related(*pairs))

    def unit_of(self, function):
        reg = need(self.laes("organisationfunktion", function))
        return target(first(reg, "{*}RelationListe/{*}TilknyttedeEnheder"))

    def unit_by_hand(self, uuid):
        """(name, parent or None, addresses): out of the text, by names with their prefixes."""
        self.call("organisationenhed", "laes", f"<ns1:UUIDIdentifikator>{uuid}</ns1:UUIDIdentifikator>")
        answer = self.party.client().wire.last[2].decode()
        root = etree.fromstring(re.sub(r"(</?)(\w+):([^>]*>)", r"\1\2\3", answer), etree.XMLParser(recover=True))
        body = root.find(".//soapBody")
        self.row.check(body is not None, "a Body whose prefix is soap", answer[:200])
        reg = body.find("ns3LaesOutput/ns3FiltreretOejebliksbillede/ns3Registrering")
        self.row.check(reg is not None, "a registration whose prefix is ns3", answer[-1500:])
        return (reg.findtext("ns3AttributListe/ns3Egenskab/ns2EnhedNavn"),
                reg.findtext("ns3RelationListe/ns2Overordnet/ns2ReferenceID/ns2UUIDIdentifikator"),
                [(a.findtext("ns2Rolle/ns2Label"), a.findtext("ns2ReferenceID/ns2UUIDIdentifikator"))
                 for a in reg.findall("ns3RelationListe/ns2Adresser")])

    def post_address(self, unit):
        for label, uuid in self.unit_by_hand(unit)[2]:
            if label == "Postadresse":
                return first(need(self.laes("adresse", uuid)), "{*}AttributListe/{*}Egenskab/{*}AdresseTekst").text
        return ""

    def magistrat(self, unit):
        """The name of the last but one on the way up."""
        name, above, _ = self.unit_by_hand(unit)
        while above:
            below = name
            name, above, _ = self.unit_by_hand(above)
            if above is None:
                return below
        return name

    def managers(self, function):
        """Of a post: those of its unit, or of the nearest above that has any; of a leader, from above."""
        unit = self.unit_of(function)
        kind = target(first(need(self.laes("organisationfunktion", function)), "{*}RelationListe/{*}Funktionstype"))
        if kind == MANAGER:
            unit = self.unit_by_hand(unit)[1]
        while unit:
            found = self.functions(unit=unit, kind=MANAGER)
            if found:
                return [target(first(need(self.laes("organisationfunktion", f)), "{*}RelationListe/{*}TilknyttedeBrugere"))
                        for f in found]
            unit = self.unit_by_hand(unit)[1]
        return []

    def find_users(self, name=None, persons=()):
        """Several persons: any of them."""
        inside = f"<ns1:BrugerNavn>{name}</ns1:BrugerNavn>" if name else ""
        lists = egenskab(inside) if inside else "<ns2:AttributListe/>"
        found = self.soeg("bruger", lists + related(*(("TilknyttedePersoner", p) for p in persons)), 0, 1000)
        return self.list("bruger", found) if found else {}

    def find_persons(self, name):
        return self.soeg("person", egenskab(f"<ns2:NavnTekst>{name}</ns2:NavnTekst>"), 0, 1000)


class Unhandled(Exception):
    """What the dump throws for a kind of relation that nobody taught it."""


TAUGHT = {
    "bruger": {"Adresser", "Tilhoerer", "TilknyttedePersoner"},
    "organisationenhed": {"Adresser", "Enhedstype", "Opgaver", "Overordnet", "Tilhoerer"},
    "organisationfunktion": {"Funktionstype", "TilknyttedeBrugere", "TilknyttedeEnheder", "TilknyttedeOrganisationer"},
    "person": set(), "adresse": set(),
}


class ItkApi(Soap):
    """itk-dev/serviceplatformen_organisation_api: every object of five types, every night."""

    def dump(self, service, page=1000, most=100000):
        """uuid -> (values of the Egenskab, {relation: targets}); and how many pages."""
        active = ("<ns2:TilstandListe><ns3:Gyldighed><ns3:GyldighedStatusKode>Aktiv</ns3:GyldighedStatusKode>"
                  "</ns3:Gyldighed></ns2:TilstandListe>") if KINDS[service].has_state else ""
        out, total, pages = {}, 0, 0
        while True:
            ids = self.soeg(service, active, total, min(page, most - total))
            pages += 1
            if not ids:
                return out, pages
            found = self.list(service, ids)
            self.row.check(set(found) == set(ids), "all that was found is listed", set(ids) ^ set(found))
            for uuid, reg in found.items():
                self.row.check(uuid not in out, "an object comes once", uuid)
                out[uuid] = self.keep(service, reg)
            total += len(ids)
            if total >= most:
                return out, pages

    def ref(self, node, name):
        """It asks the reference for both forms; one is there."""
        ref = node.find(f"{{{SD}}}{name}")
        self.row.check(ref is not None and len(ref) > 0, f"a {name} to go through", etree.tostring(node)[:900])
        return ref[0].text

    def virkning(self, node):
        v = need(node.find(f"{{{SD}}}Virkning"))
        for name in ("FraTidspunkt", "TilTidspunkt"):
            need(v.find(f"{{{SD}}}{name}"))
        self.ref(v, "AktoerRef")

    def keep(self, service, reg):
        need(reg.findtext(f"{{{SD}}}Tidspunkt"))
        self.ref(reg, "BrugerRef")
        values, relations = {}, {}
        for e in reg.find("{*}AttributListe"):
            self.virkning(e)
            values.update({etree.QName(c).localname: c.text or "" for c in e[1:]})
        for e in reg.find("{*}TilstandListe"):
            self.virkning(e)
        for e in reg.find("{*}RelationListe"):
            name = etree.QName(e).localname
            if name not in TAUGHT[service]:
                raise Unhandled(f"{service} {name}")
            self.virkning(e)
            relations.setdefault(name, set()).add(self.ref(e, "ReferenceID"))
            for part in ("Rolle", "Type") if name in ("Adresser", "Opgaver") else ():
                self.ref(e, part)
        return values, relations


