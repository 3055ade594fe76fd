# SPDX-License-Identifier: GPL-3.0-or-later
"""The second day: names, places, leaders, addresses, people who come, change and go."""

import datetime

import pytest

import orgdata
from invented import Position
from os2sync_read import Shaky
from story import local_now


@pytest.fixture(scope="module")
def side(world):
    return world.korsbaek


def plain_units(a):
    """Units that are nobody's paying unit or contact place, and not near the top."""
    used = {u.payout for u in a.units.values()} | {c for u in a.units.values() for c in u.contacts}
    return [u for u in list(a.units.values())[20:] if u.uuid not in used and not u.contact_for]


def leaders(a):
    return {u.manager for u in a.units.values()}


def leaf(a, units):
    return next(u for u in units if len(a.below(u.uuid)) == 1 and u.is_open)


def test_day_two(world):
    world.next_day()
    for s in world.sides:
        s.compare(None, None, s.days[-1][2], "in the morning")


def test_nothing_changed(side):
    """The same again is not even sent."""
    a, before = side.authority, {}
    for unit in list(a.units.values())[:12]:
        before[unit.uuid] = len(side.truth.registrations("organisationenhed", unit.uuid))
        side.os2sync.update_unit(unit)
    for uuid, count in before.items():
        side.party.row.same(len(side.truth.registrations("organisationenhed", uuid)), count, "registrations of a unit")


def test_units(side):
    a, o = side.authority, side.os2sync
    free = plain_units(a)
    for i, u in enumerate(free[:6]):
        u.name = u.key = f"Omdøbt & <nyt> {i}"
    for u in free[:6]:
        o.update_unit(u)
    free[0].name = "Omdøbt igen samme dag"  # twice on one day: one name holds, from this day
    o.update_unit(free[0])
    for u, above in ((free[6], free[40]), (free[7], a.root), (free[8], free[41])):
        if above.uuid not in a.below(u.uuid):
            u.parent = above.uuid
            o.update_unit(u)
    free[9].addresses["email"] = "ny@korsbaek.example"
    free[10].addresses.pop("phone")
    free[11].addresses["hours"] = "Man-fre 9-15"
    free[12].tasks = set(a.kle[10:13])
    free[13].tasks = set()
    free[14].payout, free[15].payout = None, list(a.units.values())[3].uuid
    free[16].contacts = {list(a.units.values())[4].uuid}
    free[17].kind = "team" if free[17].kind == "department" else "department"
    free[18].systems = {a.systems[0], a.systems[1]}
    for u in free[9:19]:
        o.update_unit(u)
    asked = list(a.units.values())[4]
    asked.contact_for = set(a.kle[1:4])
    o.update_unit(asked)


def test_leaders(side):
    a, o = side.authority, side.os2sync
    led = [u for u in plain_units(a) if u.manager]
    led[0].manager = list(a.users)[50]
    led[1].manager = None
    unled = next(u for u in plain_units(a) if not u.manager)
    unled.manager = list(a.users)[51]
    for u in (led[0], led[1], unled):
        o.update_unit(u)


def test_people(side):
    a, o = side.authority, side.os2sync
    today = local_now().date()
    users = [u for u in a.users.values() if u.uuid not in leaders(a)]
    new = a.add_user(len(a.users))
    users[0].name = "Nygift O'Fantasi-Ærø"
    users[1].cpr = None
    users[2].addresses["email"] = "andet@korsbaek.example"
    users[3].addresses.pop("location", None)
    users[3].addresses["landline"] = "+45 11 11 1111"
    users[4].positions = [Position(plain_units(a)[30].uuid, "Konsulent & rådgiver")]
    users[5].positions.append(Position(plain_units(a)[31].uuid, "Vikar", today + datetime.timedelta(days=1),
                                       today + datetime.timedelta(days=30)))
    users[6].positions = [Position(users[6].positions[0].unit, "Projekt", today, today + datetime.timedelta(days=1))]
    users[7].is_robot = not users[7].is_robot
    for u in (new, *users[:8]):
        o.update_user(u)
    for u in users[8:11]:
        o.remove_user(u)
        u.is_here = False


def test_a_unit_closes(side):
    """Its people are elsewhere by then."""
    a, o = side.authority, side.os2sync
    closing = leaf(a, plain_units(a)[45:])
    for user in [u for u in a.users.values() if u.is_here and closing.uuid in {p.unit for p in u.positions}]:
        user.positions = [p for p in user.positions if p.unit != closing.uuid] or [
            Position(closing.parent, "Sagsbehandler")]
        o.update_user(user)
    if closing.manager:
        closing.manager = None
        o.update_unit(closing)
    o.close_unit(closing)
    closing.is_open, side.closed = False, closing


def test_the_other_authority(world):
    a, o = world.havneby.authority, world.havneby.os2sync
    unit, user = list(a.units.values())[5], next(iter(a.users.values()))
    unit.name, user.name = "Havnekontoret", "Øjvind Omdøbt"
    o.update_unit(unit)
    o.update_user(user)
    o.update_user(a.add_user(len(a.users)))


def test_in_the_evening(world):
    for s in world.sides:
        want = s.authority.picture(local_now().date())
        s.compare(None, None, want, "after the changes")
        users = s.os2sync.soeg("bruger", s.os2sync.template("bruger", Tilhoerer=s.authority.id))
        s.party.row.same(set(users), set(want["users"]), "users that are found")
        read = Shaky(s.os2sync, page=50)
        got = read.run(users)
        s.party.row.check(read.failed > 0 or s is world.havneby, "connections that were lost, and groups tried again")
        for part in want:
            s.party.row.same(got[part], want[part], f"full read: {part}")
        assert not s.os2sync.ignored and not s.os2sync.repaired


def test_readers(world):
    readers = world.all_readers
    readers.kitos_reads()
    readers.lamotech_syncs()
    readers.itk_looks_up()
    readers.itk_dumps()


def test_fkk(world):
    readers = world.all_readers
    begin = local_now().date().isoformat() + "T00:00:00"
    changed = set(list(readers.kle)[5:9])
    for uuid in changed:
        readers.kle[uuid] = (readers.kle[uuid][0], "Ændret & nyt")
        ns = "http://stoettesystemerne.dk/klassifikation/klasse/6/"
        body = (f'<RetInput xmlns="{ns}" {orgdata.prefixes()}><sd:UUIDIdentifikator>{uuid}</sd:UUIDIdentifikator>'
                + orgdata.lists(orgdata.egenskab(readers.kle[uuid][0], "TitelTekst", "Ændret & nyt", begin))
                + "</RetInput>")
        assert world.admin("klasse", "ret", body) == "20"
    readers.fkk_runs(changed)
    for uuid in changed:
        names = readers.fkk.classes[uuid][0]
        readers.fkk.row.check(len(names) == 2 and names[0][0][1] == names[1][0][0], "the old name ends as the new begins",
                              names)
