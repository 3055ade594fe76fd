# SPDX-License-Identifier: GPL-3.0-or-later
"""One landscape and one unchanged server for all clients."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import landscapes  # noqa: E402


@pytest.fixture(scope="session")
def land():
    with landscapes.served("clients") as made:
        yield made


def pytest_terminal_summary(terminalreporter):
    """The matrix, as one report."""
    import matrix
    if matrix.REPORT:
        terminalreporter.write_line(matrix.report())
