# SPDX-License-Identifier: GPL-3.0-or-later
"""The first day: OS2sync loads two authorities from nothing; then everybody reads them."""

from os2sync_read import FullRead


def test_alive(world):
    for side in world.sides:
        side.party.row.check(side.os2sync.is_alive(), "the service is alive")


def test_set_up(world):
    for side in world.sides:
        side.prepare()
    world.classes()


def test_load(world):
    for side in world.sides:
        for unit in side.authority.units.values():
            side.os2sync.update_unit(unit)
        for user in side.authority.users.values():
            side.os2sync.update_user(user)
        assert not side.os2sync.ignored and not side.os2sync.repaired
        # contact places and paying units that came after those who use them
        for unit in side.authority.units.values():
            if unit.payout or unit.contacts:
                side.os2sync.update_unit(unit)
        side.compare(None, None, side.authority.picture(None), "after the load")


def test_full_read(world):
    for side in world.sides:
        read = FullRead(side.os2sync)
        got = read.run(side.os2sync.soeg("bruger", side.os2sync.template("bruger", Tilhoerer=side.authority.id)))
        want = side.authority.picture(None)
        for part in want:
            side.party.row.same(got[part], want[part], f"full read: {part}")
        assert read.pages == 2
