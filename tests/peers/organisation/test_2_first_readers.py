# SPDX-License-Identifier: GPL-3.0-or-later
"""The first day, in the evening: everybody reads what OS2sync has loaded."""

import pytest

from readers import Readers


@pytest.fixture(scope="session")
def readers(world):
    if not hasattr(world, "all_readers"):
        world.all_readers = Readers(world)
    return world.all_readers


def test_kitos(readers):
    readers.kitos_reads()


def test_lamotech(readers):
    readers.lamotech_syncs()


def test_itk(readers):
    readers.itk_looks_up()


def test_itk_api(readers):
    readers.itk_dumps()


def test_fkk(readers):
    readers.kle_begins()
    readers.fkk_runs(set(readers.kle))
