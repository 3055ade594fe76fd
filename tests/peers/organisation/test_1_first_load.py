# SPDX-License-Identifier: GPL-3.0-or-later
"""The first day: OS2sync loads two authorities from nothing; then everybody reads them."""

import concurrent.futures

from os2sync_read import FullRead

WORKERS = 4


def in_parallel(action, items):
    """As its workers do; each object is the work of one."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(action, items))


def test_alive(world):
    for side in world.sides:
        side.party.row.check(side.os2sync.is_alive(), "the service is alive")


def test_set_up(world):
    for side in world.sides:
        side.prepare()
    world.classes()


def test_load(world):
    for side in world.sides:
        a, o = side.authority, side.os2sync
        # paying units and contact places come first, and are made once
        uses = [u for u in a.units.values() if u.payout or u.contacts]
        in_parallel(o.update_unit, [u for u in a.units.values() if u not in uses])
        for unit in uses:
            o.update_unit(unit)
        in_parallel(o.update_user, a.users.values())
        assert not o.ignored and not o.repaired
        side.compare(None, None, side.authority.picture(None), "after the load")


def test_full_read(world):
    for side in world.sides:
        read = FullRead(side.os2sync)
        got = read.run(side.os2sync.soeg("bruger", side.os2sync.template("bruger", Tilhoerer=side.authority.id)))
        want = side.authority.picture(None)
        for part in want:
            side.party.row.same(got[part], want[part], f"full read: {part}")
        assert read.pages == 2
