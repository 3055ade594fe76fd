# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who read: what each is to find, on any day."""

import datetime

import orgdata
from dkmunicipal import DkMunicipal
from itkdev import ItkDev
from os2mo_fkk import Os2moFkk
from wcf import Kitos as KitosSigner

from fkk import Fkk
from itk import Itk, ItkApi, Unhandled
from kitos import Kitos
from lamotech import Lamotech
from roles import KLE, POSITION
from story import local_now, midnight
from wss import now

KORSBAEK, HAVNEBY = "11111111", "22222222"


class Readers:
    """KSD may read Korsbæk, without names of persons; KY may all there, SAPA all in Havneby."""

    def __init__(self, world):
        self.world = world
        self.kitos_party = world.reader(KitosSigner, "KITOS", "KSD", KORSBAEK)
        self.lamotech = Lamotech(world.reader(DkMunicipal, "lamotech dkmunicipalorganisation", "KSD", KORSBAEK))
        self.small = Lamotech(world.reader(DkMunicipal, "lamotech dkmunicipalorganisation", "SAPA", HAVNEBY), page=5)
        self.itk = Itk(world.reader(ItkDev, "itk-dev serviceplatformen", "KY", KORSBAEK))
        self.nightly = {KORSBAEK: ItkApi(world.reader(ItkDev, "itk-dev organisation_api", "KY", KORSBAEK)),
                        HAVNEBY: ItkApi(world.reader(ItkDev, "itk-dev organisation_api", "SAPA", HAVNEBY))}
        self.fkk = Fkk(world.reader(Os2moFkk, "os2mo-fkk", "KSD", KORSBAEK), page=40)
        self.kle = {}

    @property
    def authority(self):
        return self.world.korsbaek.authority

    def kitos_reads(self):
        a = self.authority
        want = {u.uuid: (u.name, u.key, u.parent) for u in a.units.values() if u.is_open}
        for page, excludes in ((500, True), (1000, False), (len(want), True), (7, True)):
            kitos = Kitos(self.kitos_party, page, excludes)
            kitos.row.check(kitos.organisation(a.cvr) == (a.id, a.root.uuid), "the organisation of the CVR number")
            kitos.row.same(kitos.tree(a.cvr), want, f"the tree, {page} a page")
            # a page that is just full is not the last
            kitos.row.check(kitos.pages == len(want) // page + 1, "pages until a short one", kitos.pages)
            kitos.row.check((kitos.others == 0) == excludes, "EXCLUDE! leaves two lists empty", kitos.others)

    def lamotech_syncs(self, expected=None):
        for client, side in ((self.lamotech, self.world.korsbaek), (self.small, self.world.havneby)):
            before = {u: tuple(f) for u, f in client.folders.items()}
            done = client.sync()
            want = {u.uuid: [u.name, u.parent or "", True] for u in side.authority.units.values() if u.is_open}
            client.row.same({u: f for u, f in client.folders.items() if f[2]}, want, "folders in use")
            client.row.check(done[0] == len([u for u in want if u not in before])
                             and done[2] == len([u for u, f in before.items() if f[2] and u not in want]),
                             "folders made and put away", done)
            again = client.sync()
            client.row.check(again == (0, 0, 0), "nothing to do a second time", again)

    def itk_looks_up(self):
        a, itk = self.authority, self.itk
        day, row = local_now().date(), self.itk.row
        for user in [u for u in a.users.values() if u.is_here][::7]:
            row.check(itk.person_name(user.uuid) == user.name, "name of a person", user.name)
            row.check(itk.user_name(user.uuid) == user.user_id, "user id", user.user_id)
            for label, name in (("Email_bruger", "email"), ("Mobiltelefon_bruger", "phone"),
                                ("Lokation_bruger", "location")):
                row.same(itk.address(user.uuid, label), user.addresses.get(name, ""), f"address by label {label}")
            row.check(user.uuid in itk.find_users(name=user.user_id.upper()), "a user by name", user.user_id)
            row.check(len(itk.find_persons(user.name.replace("&", "&amp;"))) >= 1, "persons by name", user.name)
            posts = {}
            for f in itk.functions(user=user.uuid, kind=POSITION):
                posts[f] = itk.unit_of(f)
            row.same(set(posts.values()), {p.unit for p in user.positions if p.holds(day)}, "units of a user")
            for f, unit in posts.items():
                self.itk_looks_at(unit)
                row.same(set(itk.managers(f)), self.managers_of(unit), "leaders above a post")
        for unit in list(a.units.values())[1::9]:
            for f in itk.functions(unit=unit.uuid, kind="46c73630-f7ad-4000-9624-c06131cde671"):
                row.same(set(itk.managers(f)), self.managers_of(a.units[unit.uuid].parent), "leaders above a leader")

    def itk_looks_at(self, uuid):
        unit, row = self.authority.units[uuid], self.itk.row
        name, above, _ = self.itk.unit_by_hand(uuid)
        row.same((name, above), (unit.name, unit.parent), "a unit read by hand")
        row.same(self.itk.post_address(uuid), unit.addresses.get("post", ""), "post address")
        top = unit
        while top.parent and self.authority.units[top.parent].parent:
            top = self.authority.units[top.parent]
        row.same(self.itk.magistrat(uuid), top.name, "the unit below the root")

    def managers_of(self, uuid):
        while uuid:
            unit = self.authority.units[uuid]
            if unit.manager:
                return {unit.manager}
            uuid = unit.parent
        return set()

    def itk_dumps(self):
        """By night: every type; those who were taught less than is there stop with what they say."""
        for cvr, nightly in self.nightly.items():
            side = self.world.korsbaek if cvr == KORSBAEK else self.world.havneby
            a, row, got = side.authority, nightly.row, {}
            for service in ("person", "adresse", "bruger", "organisationenhed", "organisationfunktion"):
                page = 1000 if cvr == KORSBAEK else 3
                try:
                    got[service], pages = nightly.dump(service, page)
                except Unhandled as e:
                    row.check(not a.plain and str(e) in (
                        "bruger BrugerTyper", "organisationenhed TilknyttedeFunktioner",
                        "organisationenhed TilknyttedeItSystemer", "organisationfunktion TilknyttedeOpgaver"),
                        "a relation that it was not taught", e)
                    continue
                row.check(pages == -(-len(got[service]) // page) + 1, "one page more than there are", pages)
            self.compare_dump(a, got, row)

    def compare_dump(self, a, got, row):
        here = {u.uuid: u for u in a.users.values() if u.is_here}
        if "bruger" in got:
            row.same({u: v["BrugerNavn"] for u, (v, _) in got["bruger"].items()},
                     {u.uuid: u.user_id for u in here.values()}, "dumped users")
            texts = {u: frozenset(got["adresse"][at][0]["AdresseTekst"] for at in r.get("Adresser", ()))
                     for u, (_, r) in got["bruger"].items()}
            row.same(texts, {u.uuid: frozenset(u.addresses.values()) for u in here.values()}, "dumped addresses")
            names = {u: got["person"][next(iter(r["TilknyttedePersoner"]))][0]["NavnTekst"]
                     for u, (_, r) in got["bruger"].items()}
            row.same(names, {u.uuid: u.name for u in here.values()}, "dumped persons")
        if "organisationenhed" in got:
            row.same({u: (v["EnhedNavn"], next(iter(r.get("Overordnet", ())), None))
                      for u, (v, r) in got["organisationenhed"].items()},
                     {u.uuid: (u.name, u.parent) for u in a.units.values() if u.is_open}, "dumped units")

    # --- classes, which the administration makes ---

    def kle_begins(self):
        begin = midnight(-400).isoformat(timespec="milliseconds")
        for i, uuid in enumerate(self.authority.kle):
            self.kle[uuid] = (f"{i:02d}.00", f"Emne {i} & <mere>")
        for i in range(70):
            uuid = self.authority.uuid("kle", "more", i)
            self.kle[uuid] = (f"99.{i:02d}", f"Emne ø{i}")
        above = next(iter(self.kle))
        for uuid, (key, title) in self.kle.items():
            code = self.world.klasse(uuid, key, title, above if uuid != above else None, KLE, begin)
            assert code == "20"

    def fkk_runs(self, want_changed):
        found = self.fkk.run()
        self.fkk.row.same(found, want_changed, "classes that changed")
        for uuid in found:
            names = self.fkk.classes[uuid][0]
            current = [(k, t) for (fra, til), k, t in names if fra <= now() < til]
            self.fkk.row.same(current, [self.kle[uuid]], "the name that holds")
        again = self.fkk.changed(self.fkk.last_run + datetime.timedelta(seconds=1))
        self.fkk.row.check(not again, "nothing changed since", again)
