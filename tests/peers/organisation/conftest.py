# SPDX-License-Identifier: GPL-3.0-or-later
"""One landscape, one server, and the authorities in it; the stories run in the order of their files."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(p) for p in (HERE, HERE.parent, HERE.parent / "clients", HERE.parent / "zeep")]
import landscapes  # noqa: E402


@pytest.fixture(scope="session")
def world():
    import wss
    from world import World, apply_policy
    with landscapes.prepared("organisation") as land:
        apply_policy(land)
        made = World(land)
        made.begin()
        yield made
        made.close()
        wss.SHIFT *= 0
        assert land.stop("serve") == 0, "the server must end cleanly"


def pytest_terminal_summary(terminalreporter):
    import story
    if story.ROWS:
        terminalreporter.write_line(story.table())
