# SPDX-License-Identifier: GPL-3.0-or-later
"""OS2sync's full read: the hierarchy by pages, then units by seven and users by fifty, some groups at
a time, each tried three times. Source: contract of Organisation, 7.
"""

import concurrent.futures
import http.client
import socket

from os2sync import BRUGER, ENHED, FUNKTION
from roles import CONTACT, MANAGER, PAYOUT, POSITION, ROBOT, UNIT_ADDRESS, UNIT_TYPE, USER_ADDRESS

PAGE, MOST_PAGES, UNITS, USERS, TRIES = 500, 20, 7, 50, 3


class FullRead:
    def __init__(self, os2sync, page=PAGE):
        self.os2sync, self.row, self.page, self.roles = os2sync, os2sync.row, page, []
        self.pages = self.failed = 0

    def run(self, user_uuids):
        """A picture as the authority has it (invented.Authority.picture)."""
        units = self.in_groups(self.hierarchy(), UNITS, 4, self.read_units)
        users = self.in_groups(list(user_uuids), USERS, 6, self.read_users)
        return {"units": {k: v[0] for k, v in units.items()}, "users": users,
                "managers": {k: v[1] for k, v in units.items() if v[1]}}

    def hierarchy(self):
        out, first = [], 0
        for _ in range(MOST_PAGES):
            self.pages += 1
            units, more = self.os2sync.hierarchy(first, self.page)
            first += self.page
            if not more:
                return out
            out += units
        raise AssertionError("the hierarchy does not end")

    def in_groups(self, items, size, at_once, read):
        groups = [items[i:i + size] for i in range(0, len(items), size)]
        out = {}
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for part in pool.map(lambda g: self.tries(read, g), groups):
                out.update(part)
        return out

    def tries(self, read, group):
        for left in reversed(range(TRIES)):
            try:
                return read(group)
            except (OSError, http.client.HTTPException):
                self.failed += 1
                if left == 0:
                    raise

    def addresses_of(self, regs, roles):
        """uuid -> its addresses, all read in one call."""
        names = {r: n for n, r in roles.items()}
        wanted = {u: [(names.get(e.role[1]), e.uuid) for e in reg.relations["Adresser"]] for u, reg in regs}
        found = self.os2sync.list("adresse", [a for pairs in wanted.values() for _, a in pairs])
        for u, pairs in wanted.items():
            for name, a in pairs:
                self.row.check(name is not None, "the role of an address is known", u)
                self.row.check(a in found, "an address that is named is there", a)
        return {u: frozenset((n, found[a].egenskab[0].values["AdresseTekst"]) for n, a in pairs)
                for u, pairs in wanted.items()}

    def read_units(self, group):
        o, out = self.os2sync, {}
        addresses = self.addresses_of(group, UNIT_ADDRESS)
        kinds = {v: k for k, v in UNIT_TYPE.items()}
        for uuid, reg in group:
            self.row.check(reg.code in ("Importeret", "Opstaaet"), "a unit of the hierarchy lives", reg.code)
            name = o.now_holding(reg.egenskab)
            self.row.check(name is not None and o.now_holding(reg.gyldighed).code == "Aktiv", "it is active", uuid)
            above, kind = reg.relation("Overordnet"), reg.relation("Enhedstype")
            o.functions(CONTACT, unit=uuid)
            payout, contacts = None, set()
            for used in reg.targets("TilknyttedeFunktioner"):
                f = o.list(FUNKTION, [used]).get(used)
                self.row.check(f is not None, "a function that is used is there", used)
                unit = f.targets("TilknyttedeEnheder")[0]
                if f.relation("Funktionstype").uuid == PAYOUT:
                    self.row.check(o.laes(ENHED, unit) is not None, "the paying unit is there", unit)
                    payout = unit
                elif f.relation("Funktionstype").uuid == CONTACT:
                    contacts.add(unit)
            managers = list(o.functions(MANAGER, unit=uuid).values())
            manager = managers[0].targets("TilknyttedeBrugere")[0] if managers else None
            self.roles += o.functions(POSITION, unit=uuid).values()
            out[uuid] = ((name.values["EnhedNavn"], name.values["BrugervendtNoegleTekst"],
                          above.uuid if above else None, kinds[kind.uuid], addresses[uuid],
                          frozenset(reg.targets("Opgaver")), frozenset(reg.targets("TilknyttedeItSystemer")),
                          payout, frozenset(contacts)), manager)
        return out

    def read_users(self, group):
        o, out = self.os2sync, {}
        regs = list(o.list(BRUGER, group).items())
        addresses = self.addresses_of(regs, USER_ADDRESS)
        persons = o.list("person", [r.targets("TilknyttedePersoner")[0] for _, r in regs])
        for uuid, reg in regs:
            if o.now_holding(reg.gyldighed).code != "Aktiv":
                continue
            name = o.now_holding(reg.egenskab).values
            person = persons[reg.targets("TilknyttedePersoner")[0]].egenskab[0].values
            posts = frozenset((r.targets("TilknyttedeEnheder")[0], o.now_holding(r.egenskab).values["FunktionNavn"])
                              for r in self.roles if uuid in r.targets("TilknyttedeBrugere"))
            out[uuid] = (name["BrugerNavn"], name["BrugervendtNoegleTekst"], person.get("NavnTekst"),
                         person.get("CPR-NummerTekst"), addresses[uuid], ROBOT in reg.targets("BrugerTyper"), posts)
        return out


class Shaky(FullRead):
    """On a bad line: each third group loses its connection once."""

    def tries(self, read, group):
        self.turn = getattr(self, "turn", 0) + 1
        wire = self.os2sync.party.client().wire
        if self.turn % 3 == 0 and wire.connection is not None and wire.connection.sock is not None:
            wire.connection.sock.shutdown(socket.SHUT_RDWR)
        return super().tries(read, group)
