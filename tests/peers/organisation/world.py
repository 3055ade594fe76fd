# SPDX-License-Identifier: GPL-3.0-or-later
"""The days of two invented authorities before one server, and what the registry then holds."""

import copy
import datetime

import orgdata

import wss
from invented import Authority
from os2sync import Os2Sync
from roles import (CONTACT, MANAGER, PAYOUT, POSITION, ROBOT, TASK_TYPE, UNIT_ADDRESS, UNIT_TYPE,
                   USER_ADDRESS)
from story import Party, local_now, midnight
from truth import Truth
from wsccore import OS2sync as Signer

# SAPA may write for Havneby; that is all that is added to the demo landscape
POLICY = """\
aftaler = ( { id = "sapa-havneby"; navn = "SAPA for Havneby Kommune"; type = "uden_videregivelse";
  begrundelse = "Vedligeholder enheder og medarbejdere"; anvendersystem = "SAPA"; dataejer = "22222222";
  gyldigFra = "2025-01-01";
  linjer = ( { service = "http://stoettesystemerne.dk/service/organisation/3";
    roller = [ "http://stoettesystemerne.dk/roles/servicesystemrole/udstil/1",
               "http://stoettesystemerne.dk/roles/servicesystemrole/rediger/1" ];
    dataafgraensninger = (
      { type = "http://stoettesystemerne.dk/constraints/secpr-nummer/1"; vaerdier = [ "Ja" ]; },
      { type = "http://stoettesystemerne.dk/constraints/senavn/1"; vaerdier = [ "Ja" ]; } ); } ); } );
"""

# what an operator makes the classes say that roles of addresses name
LABELS = {USER_ADDRESS["email"]: "Email_bruger", USER_ADDRESS["phone"]: "Mobiltelefon_bruger",
          USER_ADDRESS["location"]: "Lokation_bruger", UNIT_ADDRESS["post"]: "Postadresse", TASK_TYPE: "Klasse"}


def apply_policy(land):
    file = land.folder / "policies" / "90-havneby.conf"
    file.write_text(POLICY)
    land.apply(file)


class Side:
    """An authority, the OS2sync that writes for it, and the truth about it."""

    def __init__(self, land, authority, system, name):
        self.authority, self.system = authority, system
        self.party = Party(land, Signer, name, system, authority.cvr)
        self.os2sync = Os2Sync(self.party, authority.id)
        self.truth = Truth(land, system, authority.cvr)
        self.days = []  # (date, when it was over, picture)

    def close(self):
        self.party.close()
        self.truth.close()

    def prepare(self):
        """The organisation itself, and the classes: made by whoever sets things up."""
        a, begin = self.authority, midnight(-30).isoformat(timespec="milliseconds")
        virkning = orgdata.virkning(begin)
        self.set_up("virksomhed", (
            f"<Virksomhed><s:UUIDIdentifikator>{a.virksomhed}</s:UUIDIdentifikator><Registrering><AttributListe>"
            f"<Egenskab>{virkning}<s:BrugervendtNoegleTekst>{a.cvr}</s:BrugervendtNoegleTekst>"
            f'<n:CVR-NummerTekst xmlns:n="urn:oio:sts:6">{a.cvr}</n:CVR-NummerTekst></Egenskab></AttributListe>'
            "<TilstandListe/><RelationListe/></Registrering></Virksomhed>").replace("<sd:", "<s:").replace("</sd:", "</s:"))
        organisation = orgdata.organisation(a.id, a.name, a.root.uuid, a.virksomhed, begin)
        # the top unit will be named by who loads it
        self.set_up("organisation", organisation.replace(orgdata.relation("Overordnet", a.root.uuid, begin), ""))

    def set_up(self, service, inside):
        assert self.truth.call(service, "importer", inside)[0][0].text == "20"

    def compare(self, valid, known, want, what):
        """The picture in the registry, at a moment as known at a moment, against the belief."""
        got = self.picture(valid, known)
        for part in ("units", "users", "managers"):
            self.party.row.same(got[part], want[part], f"{what}: {part}")

    def picture(self, valid=None, known=None):
        a, made, t = self.authority, self.os2sync.made, self.truth
        units = t.read("organisationenhed", a.units, valid, known)
        users = t.read("bruger", a.users, valid, known)
        functions = t.read("organisationfunktion", made["organisationfunktion"], valid, known)
        texts = {u: v.get("AdresseTekst") for u, v in t.read("adresse", made["adresse"], valid, known).items()}
        persons = t.read("person", made["person"], valid, known)
        live = {u: f for u, f in functions.items() if f["state"] == "Aktiv"}
        posts, managers = {}, {}
        for f in live.values():
            kind = next(iter(f.get("Funktionstype", ())), None)
            for unit in f.get("TilknyttedeEnheder", ()):
                for user in f.get("TilknyttedeBrugere", ()):
                    if kind == POSITION:
                        posts.setdefault(user, set()).add((unit, f["FunktionNavn"]))
                    elif kind == MANAGER and units.get(unit, {}).get("state") == "Aktiv":
                        managers[unit] = user
        kinds = {v: k for k, v in UNIT_TYPE.items()}

        def reached(v, roles):
            names = {r: n for n, r in roles.items()}
            return frozenset((names[r], texts.get(at)) for r, at in v.get("Adresser", ()))

        def uses(v, kind):
            used = [live[f] for f in v.get("TilknyttedeFunktioner", ()) if f in live]
            return [next(iter(f["TilknyttedeEnheder"])) for f in used if kind in f["Funktionstype"]]
        return {
            "units": {u: (v.get("EnhedNavn"), v.get("BrugervendtNoegleTekst"), next(iter(v.get("Overordnet", ())), None),
                          kinds.get(next(iter(v.get("Enhedstype", ())), None)), reached(v, UNIT_ADDRESS),
                          frozenset(at for _, at in v.get("Opgaver", ())),
                          frozenset(v.get("TilknyttedeItSystemer", ())),
                          next(iter(uses(v, PAYOUT)), None), frozenset(uses(v, CONTACT)))
                      for u, v in units.items() if v["state"] == "Aktiv"},
            "users": {u: (v.get("BrugerNavn"), v.get("BrugervendtNoegleTekst"),
                          *(persons[next(iter(v["TilknyttedePersoner"]))].get(n)
                            for n in ("NavnTekst", "CPR-NummerTekst")),
                          reached(v, USER_ADDRESS), ROBOT in v.get("BrugerTyper", ()),
                          frozenset(posts.get(u, ())))
                      for u, v in users.items() if v["state"] == "Aktiv"},
            "managers": managers,
        }


class World:
    def __init__(self, land, units=110, users=120):
        self.land = land
        self.korsbaek = Side(land, Authority("Korsbæk Kommune", "11111111", units, users, 4), "KY", "OS2sync, Korsbæk")
        self.havneby = Side(land, Authority("Havneby Kommune", "22222222", 14, 10, 5, plain=True), "SAPA",
                            "OS2sync, Havneby")
        self.sides = (self.korsbaek, self.havneby)
        self.readers = []

    def reader(self, kind, name, system, cvr):
        party = Party(self.land, kind, name, system, cvr)
        self.readers.append(party)
        return party

    def close(self):
        for s in (*self.sides, *self.readers):
            s.close()

    def classes(self):
        for uuid, label in LABELS.items():
            assert self.klasse(uuid, label, label, None) == "20"

    def klasse(self, uuid, key, title, above, facet=None, begin=None):
        """A class of Korsbæk's own; called as the administration would."""
        begin = begin or midnight(-30).isoformat(timespec="milliseconds")
        ns = "http://stoettesystemerne.dk/klassifikation/klasse/6/"
        relations = orgdata.relation("Facet", facet, begin) if facet else ""
        relations += orgdata.relation("OverordnetKlasse", above, begin) if above else ""
        state = (f"<PubliceretStatus>{orgdata.virkning(begin)}<sd:ErPubliceretIndikator>true"
                 "</sd:ErPubliceretIndikator></PubliceretStatus>")
        body = (f'<ImportInput xmlns="{ns}" xmlns:sd="{orgdata.SD}"><Klasse><sd:UUIDIdentifikator>{uuid}'
                "</sd:UUIDIdentifikator><Registrering>"
                + orgdata.lists(orgdata.egenskab(key, "TitelTekst", title, begin), state, relations)
                + "</Registrering></Klasse></ImportInput>")
        return self.admin("klasse", "importer", body)

    def admin(self, service, operation, body):
        """StatusKode of a call on Korsbæk's behalf to a service of Klassifikation."""
        t = self.korsbaek.truth
        t.token = t.token or t.system.token("http://stoettesystemerne.dk/service/organisation/3", t.cvr)
        answer = t.system.call(t.token, f"http://kombit.dk/sts/klassifikation/{service}/{operation}",
                               f"/{service}/6", body)
        return answer[0][0].text

    def end_day(self):
        """Remember what was believed when the day was over."""
        for s in self.sides:
            s.days.append((local_now().date(), local_now(), copy.deepcopy(s.authority.picture(local_now().date()))))

    def begin(self):
        """No day may end by itself: where it is late, it is the next already."""
        self.start_after(datetime.timedelta(hours=2 if local_now().hour >= 23 else 0))

    def next_day(self):
        """Midnight: the server comes up again on the next day, and so do all clients."""
        self.end_day()
        self.close()
        assert self.land.stop("serve") == 0, "the server must end cleanly"
        self.start_after(datetime.timedelta(days=1))

    def start_after(self, time):
        wss.SHIFT += time
        self.land.options["clock_shift"] = int(wss.SHIFT.total_seconds())
        self.land.write_config()
        self.land.start_server()

