# SPDX-License-Identifier: GPL-3.0-or-later
"""One landscape for all tests of this peer."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import landscapes  # noqa: E402


@pytest.fixture(scope="session")
def land():
    with landscapes.served("php") as made:
        yield made
