# SPDX-License-Identifier: GPL-3.0-or-later
"""The third day: the authority is reorganised, and what was closed and who had left come back."""

import pytest

import dotnet
from invented import Position
from os2sync_read import FullRead
from story import local_now


@pytest.fixture(scope="module")
def side(world):
    return world.korsbaek


def test_day_three(world):
    world.next_day()
    for s in world.sides:  # a post began by itself, another ended
        s.compare(None, None, s.authority.picture(local_now().date()), "in the morning")


def test_areas_change_places(side):
    """Above and below are exchanged: on the way there, two units are each above the other."""
    a, o = side.authority, side.os2sync
    is_open = [u for u in a.units.values() if u.is_open and u.parent]
    upper, lower = next((u, v) for u in is_open for v in is_open if v.parent == u.uuid and len(a.below(v.uuid)) > 1)
    lower.parent, upper.parent = upper.parent, lower.uuid
    o.update_unit(upper)
    stored = o.laes("organisationenhed", lower.uuid)
    side.party.row.same((stored.relation("Overordnet").uuid, o.laes("organisationenhed", upper.uuid).relation(
        "Overordnet").uuid), (upper.uuid, lower.uuid), "a circle for a moment")
    o.update_unit(lower)


def test_two_units_become_one(side):
    """Everybody of the one moves to the other; then it is closed, its leader's post with it."""
    a, o = side.authority, side.os2sync
    gone, stays = [u for u in a.units.values() if u.is_open and len(a.below(u.uuid)) == 1 and not u.contact_for
                   and u.uuid not in {x.payout for x in a.units.values()}][:2]
    moving = [u for u in a.users.values() if u.is_here and gone.uuid in {p.unit for p in u.positions}]
    for user in moving:
        for p in user.positions:
            p.unit = stays.uuid if p.unit == gone.uuid else p.unit
        o.update_user(user)
    if gone.manager:
        gone.manager = None
        o.update_unit(gone)
    o.close_unit(gone)
    gone.is_open = False


def test_the_top_is_renamed(side):
    root = side.authority.root
    root.name = root.key = "Ny Korsbæk Kommune"
    side.os2sync.update_unit(root)


def test_back_again(side):
    """A closed unit opens in another place; a user who left is employed anew."""
    a, o = side.authority, side.os2sync
    closed = side.closed
    closed.is_open, closed.parent, closed.name = True, a.root.uuid, "Genåbnet"
    o.update_unit(closed)
    back = next(u for u in a.users.values() if not u.is_here)
    back.is_here, back.positions = True, [Position(closed.uuid, "Genansat")]
    o.update_user(back)


def test_forty(side):
    """Refused for what it sent, OS2sync passivates the object and imports it whole; a function that is
    to end stays passive."""
    a, o, row = side.authority, side.os2sync, side.party.row
    unit = next(u for u in list(a.units.values())[30:] if u.is_open and len(u.addresses) == 4)
    reg = o.laes("organisationenhed", unit.uuid)
    o.set_name(reg, unit.key, "Repareret")
    broken = dotnet.Element(o.virkning(), ref=dotnet.uuid_ref(a.id))  # without a role: an old defect
    reg.relations["Adresser"].append(broken)
    o.ret("organisationenhed", unit.uuid, reg)
    unit.name = "Repareret"
    row.same(o.repaired, [("organisationenhed", unit.uuid)], "what was repaired")
    codes = [r.code for r in side.truth.registrations("organisationenhed", unit.uuid)]
    row.same(codes[-2:], ["Passiveret", "Importeret"], "life cycle of a repair")

    led = next(u for u in a.units.values() if u.is_open and u.manager)
    (uuid, reg), = o.functions("46c73630-f7ad-4000-9624-c06131cde671", unit=led.uuid).items()
    o.set_state(reg, "Inaktiv")
    reg.relations["Adresser"].append(broken)
    o.ret("organisationfunktion", uuid, reg, is_end=True)
    row.same(o.list("organisationfunktion", [uuid]), {}, "a function passivated is gone")
    led.manager = None
    o.repaired.clear()
    side.imported_anew = {unit.uuid}


def test_in_the_evening(world):
    for s in world.sides:
        want = s.authority.picture(local_now().date())
        s.compare(None, None, want, "after the reorganisation")
        users = s.os2sync.soeg("bruger", s.os2sync.template("bruger", Tilhoerer=s.authority.id), 0, 1000)
        got = FullRead(s.os2sync).run(users)
        for part in want:
            s.party.row.same(got[part], want[part], f"full read: {part}")
        assert not s.os2sync.ignored


def test_readers(world):
    readers = world.all_readers
    readers.kitos_reads()
    readers.lamotech_syncs()
    readers.itk_looks_up()
    readers.itk_dumps()
    readers.fkk_runs(set())
