# SPDX-License-Identifier: GPL-3.0-or-later
"""How generated .NET code reads and writes the messages of Organisation.

Reading: elements in the order of the schema; what stands elsewhere, or under another name, is
dropped without a word, and so is a second one where one may be. What code then asks of a missing
element is a NullReference. Writing: each element declares its namespace where it differs from that
around it; times with the local offset, or none where code made them without one.
Source: contract of Organisation, R2, R4, 1.2-1.6 and 2.3.
"""

import datetime
from xml.sax.saxutils import escape

from story import COPENHAGEN

SD = "urn:oio:sagdok:3.0.0"
FAELLES = "http://stoettesystemerne.dk/organisation/6/"
STS = "urn:oio:sts:6"


class NullReference(Exception):
    """Code went through an element that was not there."""


class Kind:
    """Of an object: its Egenskab's fields and its relations in schema order; in these, * may
    repeat, + may repeat and has Rolle, Type and Indeks."""

    def __init__(self, name, fields, relations=None):
        self.name, self.service = name, name.lower()
        self.ns = f"http://stoettesystemerne.dk/organisation/{self.service}/6/"
        prefix = {"sd": SD, "sts": STS, "own": self.ns}
        self.fields = [("BrugervendtNoegleTekst", SD)]
        for f in fields.split():
            where, _, local = f.partition(":")
            self.fields.append((local, prefix[where]))
        self.has_state = relations is not None
        self.relations = [r.rstrip("*+") for r in (relations or "").split()]
        self.many = {r.rstrip("*+"): r[-1] in "*+" for r in (relations or "").split()}
        self.dynamic = {r.rstrip("+") for r in (relations or "").split() if r.endswith("+")}


KINDS = {k.service: k for k in (
    Kind("Organisation", "sd:OrganisationNavn",
         "Adresser+ Ansatte* Branche Organisationstype Myndighed Myndighedstype TilknyttedeOpgaver* Overordnet "
         "Produktionsenhed Skatteenhed Tilhoerer TilknyttedeBrugere* TilknyttedeEnheder* TilknyttedeFunktioner* "
         "TilknyttedeInteressefaellesskaber* TilknyttedeOrganisationer* TilknyttedePersoner* "
         "TilknyttedeItSystemer* Virksomhed Virksomhedstype"),
    Kind("OrganisationEnhed", "sd:EnhedNavn",
         "Adresser+ Ansatte* Branche Enhedstype Opgaver+ Overordnet Produktionsenhed Skatteenhed Tilhoerer "
         "TilknyttedeBrugere* TilknyttedeEnheder* TilknyttedeFunktioner* TilknyttedeInteressefaellesskaber* "
         "TilknyttedeOrganisationer* TilknyttedePersoner* TilknyttedeItSystemer*"),
    Kind("OrganisationFunktion", "sd:FunktionNavn",
         "Adresser+ Funktionstype TilknyttedeOpgaver* TilknyttedeBrugere* TilknyttedeEnheder* "
         "TilknyttedeInteressefaellesskaber* TilknyttedeOrganisationer* TilknyttedePersoner* "
         "TilknyttedeItSystemer*"),
    Kind("Bruger", "sd:BrugerNavn sd:BrugerTypeTekst",
         "Adresser+ BrugerTyper* TilknyttedeOpgaver* Tilhoerer TilknyttedeEnheder* TilknyttedeFunktioner* "
         "TilknyttedeInteressefaellesskaber* TilknyttedeOrganisationer* TilknyttedePersoner* "
         "TilknyttedeItSystemer*"),
    Kind("Person", "sts:CPR-NummerTekst own:NavnTekst"),
    Kind("Adresse", "sts:AdresseTekst"),
    Kind("Virksomhed", "sts:CVR-NummerTekst sts:SE-NummerTekst sts:P-NummerTekst sts:NavnTekst"),
)}


# --- reading ---

def members(node, spec):
    """The children as they fall into members [(tag, may repeat)], by tag; the rest is dropped."""
    out, at = {}, 0
    for child in node:
        for i in range(at, len(spec)):
            tag, many = spec[i]
            if child.tag == tag:
                out.setdefault(tag, []).append(child)
                at = i if many else i + 1
                break
    return out


def one(found, tag):
    return found[tag][0] if tag in found else None


def sd(local):
    return f"{{{SD}}}{local}"


def need(value):
    if value is None:
        raise NullReference
    return value


def moment(text):
    """A dateTime as .NET has it: in local time."""
    return datetime.datetime.fromisoformat(text).astimezone(COPENHAGEN)


def tidspunkt(node):
    """A time, or True: open. None if the element is not there."""
    if node is None:
        return None
    found = members(node, [(sd("TidsstempelDatoTid"), False), (sd("GraenseIndikator"), False)])
    stamp = one(found, sd("TidsstempelDatoTid"))
    return moment(stamp.text) if stamp is not None else need(one(found, sd("GraenseIndikator"))).text == "true"


def identity(node, more=()):
    """(form, text, label) of a UnikId or UuidLabel."""
    found = members(node, [(sd("UUIDIdentifikator"), False), (sd("URNIdentifikator"), False),
                           *((sd(m), False) for m in more)])
    label = one(found, sd("Label"))
    for form in ("UUIDIdentifikator", "URNIdentifikator"):
        e = one(found, sd(form))
        if e is not None:
            return form, e.text, label.text if label is not None else None
    raise NullReference


class Virkning:
    def __init__(self, fra, til, actor=None, actor_type=None, note=None):
        self.fra, self._til, self.actor, self.actor_type, self.note = fra, til, actor, actor_type, note

    @property
    def til(self):
        """Asked without a look: the service always says it."""
        return need(self._til)

    @til.setter
    def til(self, value):
        self._til = value

    @classmethod
    def read(cls, node):
        names = ("FraTidspunkt", "TilTidspunkt", "AktoerRef", "AktoerTypeKode", "NoteTekst")
        found = members(need(node), [(sd(n), False) for n in names])
        fra, til, actor, kind, note = (one(found, sd(n)) for n in names)
        return cls(need(tidspunkt(fra)), tidspunkt(til), identity(actor) if actor is not None else None,
                   kind.text if kind is not None else None, note.text if note is not None else None)


class Element:
    """An Egenskab (values), a Gyldighed (code) or a relation (ref, and if dynamic the rest)."""

    def __init__(self, virkning, values=None, code=None, ref=None, role=None, kind=None, index=None):
        self.virkning, self.values, self.code, self.ref = virkning, values, code, ref
        self.role, self.kind, self.index = role, kind, index

    @property
    def uuid(self):
        return need(self.ref)[1]


def uuid_ref(uuid):
    return "UUIDIdentifikator", uuid, None


class Registration:
    def __init__(self, kind):
        self.kind = kind
        self.at = self.code = self.note = self.user = None
        self.egenskab, self.gyldighed = [], []
        self.relations = {r: [] for r in kind.relations}

    @classmethod
    def read(cls, kind, node):
        made = cls(kind)
        lists = ("AttributListe", "TilstandListe", "RelationListe")
        heads = ("NoteTekst", "Tidspunkt", "LivscyklusKode", "BrugerRef")
        found = members(node, [*((sd(h), False) for h in heads), *((f"{{{kind.ns}}}{n}", False) for n in lists)])
        note, at, code, user = (one(found, sd(h)) for h in heads)
        made.note = note.text if note is not None else None
        made.at, made.code = moment(need(at).text), need(code).text
        made.user = identity(user) if user is not None else None
        attributes, states, relations = (need(one(found, f"{{{kind.ns}}}{n}")) for n in lists)
        made.read_attributes(attributes)
        state = f"{{{FAELLES}}}Gyldighed"
        for e in members(states, [(state, True)]).get(state, ()) if kind.has_state else ():
            parts = members(e, [(sd("Virkning"), False), (f"{{{FAELLES}}}GyldighedStatusKode", False)])
            made.gyldighed.append(Element(Virkning.read(one(parts, sd("Virkning"))),
                                          code=need(one(parts, f"{{{FAELLES}}}GyldighedStatusKode")).text))
        for tag, nodes in members(relations, [(sd(r), kind.many[r]) for r in kind.relations]).items():
            name = tag[len(SD) + 2:]
            made.relations[name] = [cls.read_relation(e, name in kind.dynamic) for e in nodes]
        return made

    def read_attributes(self, node):
        tag = f"{{{self.kind.ns}}}Egenskab"
        for e in members(node, [(tag, True)]).get(tag, ()):
            spec = [(sd("Virkning"), False), *((f"{{{ns}}}{local}", False) for local, ns in self.kind.fields)]
            parts = members(e, spec)
            values = {local: one(parts, f"{{{ns}}}{local}").text or "" for local, ns in self.kind.fields
                      if f"{{{ns}}}{local}" in parts}
            self.egenskab.append(Element(Virkning.read(one(parts, sd("Virkning"))), values))

    @staticmethod
    def read_relation(node, is_dynamic):
        names = ["Virkning", "ReferenceID", *(("Rolle", "Type", "Indeks") if is_dynamic else ())]
        parts = members(node, [(sd(n), False) for n in names])
        made = Element(Virkning.read(one(parts, sd("Virkning"))))
        made.ref = identity(need(one(parts, sd("ReferenceID"))))
        if is_dynamic:
            made.role = identity(need(one(parts, sd("Rolle"))), ["Label"])
            made.kind = identity(need(one(parts, sd("Type"))), ["Label"])
            made.index = need(one(parts, sd("Indeks"))).text
        return made

    def relation(self, name):
        """The one of a kind that may be there once, or None."""
        return self.relations[name][0] if self.relations[name] else None

    def targets(self, name):
        return [e.uuid for e in self.relations[name]]


def snapshot(kind, node):
    """(uuid, registrations) of a FiltreretOejebliksbillede."""
    found = members(node, [(f"{{{kind.ns}}}ObjektType", False), (f"{{{kind.ns}}}Registrering", True)])
    ident = members(need(one(found, f"{{{kind.ns}}}ObjektType")), [(sd("UUIDIdentifikator"), False)])
    return need(one(ident, sd("UUIDIdentifikator"))).text, [
        Registration.read(kind, r) for r in found.get(f"{{{kind.ns}}}Registrering", ())]


def retur(output):
    """StatusKode and text: the first of the output."""
    found = members(need(one(members(output, [(sd("StandardRetur"), False)]), sd("StandardRetur"))),
                    [(sd("StatusKode"), False), (sd("FejlbeskedTekst"), False)])
    text = one(found, sd("FejlbeskedTekst"))
    return int(need(one(found, sd("StatusKode"))).text), text.text if text is not None else None


# --- writing ---

def x(ns, name, *inside):
    return ns, name, inside


def text(tree, around=None):
    """A tree of x() as XML; None among the inside is left out, a str is text."""
    ns, name, inside = tree
    inner = "".join(escape(i) if isinstance(i, str) else text(i, ns) for i in inside if i is not None)
    declared = f' xmlns="{ns}"' if ns != around else ""
    return f"<{name}{declared}>{inner}</{name}>" if inner else f"<{name}{declared} />"


def stamp(when):
    """As .NET writes it: no fraction of zero; no offset if the time has none."""
    whole = when.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{when.microsecond:06d}".rstrip("0") if when.microsecond else ""
    offset = when.strftime("%z")
    return f"{whole}{fraction}{offset[:3] + ':' + offset[3:] if offset else ''}"


def put_time(name, when):
    if when is None:
        return None
    inside = x(SD, "GraenseIndikator", "true") if when is True else x(SD, "TidsstempelDatoTid", stamp(when))
    return x(SD, name, inside)


def put_id(name, ref, label=False):
    if ref is None:
        return None
    return x(SD, name, x(SD, ref[0], ref[1]), x(SD, "Label", ref[2]) if label and ref[2] is not None else None)


def put_virkning(v, name="Virkning"):
    if v is None:
        return None
    return x(SD, name, put_time("FraTidspunkt", v.fra), put_time("TilTidspunkt", v._til),
             put_id("AktoerRef", v.actor), x(SD, "AktoerTypeKode", v.actor_type) if v.actor_type else None,
             x(SD, "NoteTekst", v.note) if v.note else None)


def put_relation(name, e):
    return x(SD, name, put_virkning(e.virkning), put_id("ReferenceID", e.ref), put_id("Rolle", e.role, True),
             put_id("Type", e.kind, True), x(SD, "Indeks", e.index) if e.index is not None else None)


def put_lists(reg):
    """AttributListe, TilstandListe, RelationListe."""
    k = reg.kind
    return (x(k.ns, "AttributListe", *(
        x(k.ns, "Egenskab", put_virkning(e.virkning), *(x(ns, local, e.values[local]) for local, ns in k.fields
                                                        if local in e.values)) for e in reg.egenskab)),
            x(k.ns, "TilstandListe", *(
                x(FAELLES, "Gyldighed", put_virkning(e.virkning), x(FAELLES, "GyldighedStatusKode", e.code))
                for e in reg.gyldighed)),
            x(k.ns, "RelationListe", *(put_relation(r, e) for r in k.relations for e in reg.relations[r])))


def put_object(uuid, reg):
    k = reg.kind
    return x(k.ns, k.name, x(SD, "UUIDIdentifikator", uuid), x(
        k.ns, "Registrering", x(SD, "NoteTekst", reg.note) if reg.note else None,
        x(SD, "Tidspunkt", stamp(reg.at)), x(SD, "LivscyklusKode", reg.code), put_id("BrugerRef", reg.user),
        *put_lists(reg)))


def put_soeg(template, first=None, most=None, window=None):
    return x(template.kind.ns, "SoegInput", x(SD, "FoersteResultatReference", str(first)) if first is not None else None,
             x(SD, "MaksimalAntalKvantitet", str(most)) if most else None,
             put_virkning(window, "SoegVirkning"), *put_lists(template))


def put_laes(kind, uuid):
    return x(kind.ns, "LaesInput", x(SD, "UUIDIdentifikator", uuid))
