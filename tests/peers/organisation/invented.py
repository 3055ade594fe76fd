# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority that does not exist: its units, people, posts, and how they are reached."""

import random

import orgdata

AREAS = ("Børn & Unge", "Social <og> Sundhed", "Teknik \"Miljø\"", "Kultur og Fritid", "Borgerservice", "Økonomi",
         "Arbejdsmarked", "Ældre på Ærø", "Jura og HR")
KINDS = ("Afdeling", "Team", "Kontor", "Center", "Sekretariat")
FIRST = ("Agnete", "Bjørn", "Cecilie", "Dagny", "Åge", "Erling", "Frøydis", "Gudrun", "Øjvind", "Ingeborg", "Jesper")
LAST = ("Opdigtet", "Påfund", "Ærøsen", "d'Angleterre", "Nørre-Åby", "Sønderskov", "O'Fantasi")
TITLES = ("Sagsbehandler", "Pædagog", "Leder", "IT-medarbejder", "Konsulent & rådgiver", "Elev")


class Unit:
    def __init__(self, uuid, name, parent):
        self.uuid, self.name, self.key, self.parent = uuid, name, name, parent
        self.kind, self.manager, self.payout = "department", None, None
        self.contacts, self.contact_for, self.tasks, self.systems = set(), set(), set(), set()
        self.addresses = {}
        self.is_open = True


class User:
    def __init__(self, uuid, user_id, name, cpr):
        self.uuid, self.user_id, self.key, self.name, self.cpr = uuid, user_id, user_id, name, cpr
        self.positions, self.addresses = [], {}
        self.is_robot, self.is_here = False, True


class Position:
    """start, stop: dates; without a start it holds from the day it is said."""

    def __init__(self, unit, title, start=None, stop=None):
        self.unit, self.title, self.start, self.stop = unit, title, start, stop

    def holds(self, day):
        return (self.start is None or self.start <= day) and (self.stop is None or day < self.stop)


class Authority:
    """A tree of units, three or four levels deep, and people in it."""

    def __init__(self, name, cvr, units, users, seed, plain=False):
        self.name, self.cvr, self.plain = name, cvr, plain
        self.random = random.Random(seed)
        self.id, self.virksomhed = self.uuid("organisation"), self.uuid("virksomhed")
        self.kle = [self.uuid("kle", i) for i in range(30)]
        self.systems = [self.uuid("itsystem", i) for i in range(5)]
        self.units, self.users = {}, {}
        self.root = self.add_unit(name, None)
        areas = [self.add_unit(a, self.root) for a in AREAS[:max(2, units // 10)]]
        for i in range(len(self.units), units):
            above = self.random.choice(areas if i < units // 2 else list(self.units.values())[1:])
            self.add_unit(f"{KINDS[i % len(KINDS)]} {i}, {above.name[:40]}", above)
        for i in range(users):
            self.add_user(i)
        self.appoint()

    def uuid(self, *parts):
        return orgdata.made_uuid("peers", self.cvr, *parts)

    def add_unit(self, name, above):
        i = len(self.units)
        u = Unit(self.uuid("enhed", i), name, above.uuid if above else None)
        u.key = name[:50]
        u.kind = "team" if name.startswith("Team") else "department"
        u.addresses = {"email": f"enhed{i}@korsbaek.example", "phone": f"+45 00 00 {i:04d}",
                       "post": f"Strandvejen {i}, 9999 Korsbæk", "location": f"Hus {i % 7}, etage {i % 4}"}
        if i % 3 == 0:
            u.addresses["los"] = f"LOS{i}"
        if not self.plain:
            u.tasks = set(self.random.sample(self.kle, i % 3))
            u.systems = set(self.random.sample(self.systems, 1)) if i % 10 == 0 else set()
        self.units[u.uuid] = u
        return u

    def add_user(self, i):
        name = f"{self.random.choice(FIRST)} {self.random.choice(LAST)}"
        u = User(self.uuid("bruger", i), f"az{i:05d}", name, f"{i % 28 + 1:02d}0199{i:04d}")
        u.addresses = {"email": f"{u.user_id}@korsbaek.example", "phone": f"+45 99 00 {i:04d}"}
        if i % 2:
            u.addresses["location"] = f"Rum {i} ø"
        if i % 5 == 0:
            u.addresses["racf"] = f"RACF{i}"
        u.is_robot = not self.plain and i % 40 == 39
        where = self.random.sample(list(self.units), 2 if i % 8 == 0 else 1)
        u.positions = [Position(w, self.random.choice(TITLES)) for w in where]
        self.users[u.uuid] = u
        return u

    def appoint(self):
        """Leaders of two units in three; who pays for whom; who is asked about what."""
        people, units = list(self.users), list(self.units.values())
        for i, u in enumerate(units):
            if i % 3:
                u.manager = people[i % len(people)]
        if self.plain:
            return
        paying, asked = units[3], units[4]
        asked.contact_for = set(self.kle[:2])
        for u in units[5::6]:
            u.payout = paying.uuid
        for u in units[7::8]:
            u.contacts = {asked.uuid}

    def below(self, uuid):
        """A unit and all under it."""
        out, todo = set(), [uuid]
        while todo:
            at = todo.pop()
            out.add(at)
            todo += [u.uuid for u in self.units.values() if u.parent == at]
        return out

    # --- what is believed of the registry, on a day ---

    def picture(self, day):
        """Plain values by unit, by user, and the leaders; of what is not closed."""
        here = {u.uuid: u for u in self.users.values() if u.is_here}
        is_open = {u.uuid: u for u in self.units.values() if u.is_open}
        return {
            "units": {u.uuid: (u.name, u.key, u.parent, u.kind, frozenset(u.addresses.items()),
                               frozenset(u.tasks), frozenset(u.systems), u.payout, frozenset(u.contacts))
                      for u in is_open.values()},
            "users": {u.uuid: (u.user_id, u.key, u.name, u.cpr, frozenset(u.addresses.items()), u.is_robot,
                               frozenset((p.unit, p.title) for p in u.positions if p.holds(day)))
                      for u in here.values()},
            "managers": {u.uuid: u.manager for u in is_open.values() if u.manager},
        }
