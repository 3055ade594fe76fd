# SPDX-License-Identifier: GPL-3.0-or-later
"""What was believed on each of the days is still there to be read: as it was known then, and, where
nobody corrected the past, as it is known now."""

import datetime

from dotnet import COPENHAGEN


def noon(day):
    return datetime.datetime.combine(day, datetime.time(12), COPENHAGEN)


def test_as_it_was_known(world):
    world.end_day()
    for s in world.sides:
        assert len(s.days) == 3
        for day, over, picture in s.days:
            s.compare(noon(day), over, picture, f"{day} as known at its end")


def without(picture, uuids):
    """Addresses that are no longer used have been deleted, and what was imported anew began anew."""
    return {part: {u: v[:4] + v[5:] if part != "managers" else v for u, v in rows.items() if u not in uuids}
            for part, rows in picture.items()}


def test_as_it_is_known_now(world):
    for s in world.sides:
        anew = getattr(s, "imported_anew", set())
        last = s.days[-1][1]
        for day, _, picture in s.days:
            got, want = s.picture(noon(day), None), picture
            for part in ("units", "users"):
                s.party.row.same(without(got, anew)[part], without(want, anew)[part],
                                 f"{day} as known now: {part}")
        s.compare(noon(s.days[-1][0]), last, s.days[-1][2], "the last day as known at its end")


def test_registrations_only_grow(world):
    """Each object's registrations in their order, a millisecond or more apart, each saying by whom."""
    for s in world.sides:
        row = s.party.row
        for service, uuids in (("organisationenhed", s.authority.units), ("bruger", s.authority.users)):
            for uuid in list(uuids)[::5]:
                regs = s.truth.registrations(service, uuid)
                times = [r.at for r in regs]
                row.check(times == sorted(set(times)) and regs, "registrations in order", times)
                row.check(all(r.user is not None for r in regs), "each says who registered", uuid)
