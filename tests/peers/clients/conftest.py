# SPDX-License-Identifier: GPL-3.0-or-later
"""One landscape and one unchanged server for all clients; the integration tests make it."""

import importlib.util
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
spec = importlib.util.spec_from_file_location(
    "landscapes", HERE.parent.parent / "integration" / "conftest.py")
landscapes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(landscapes)


@pytest.fixture(scope="session")
def land():
    with landscapes.new_landscape("clients") as made:
        made.prepare()
        made.start_server()
        yield made
        assert made.stop("serve") == 0, "the server must end cleanly"


def pytest_terminal_summary(terminalreporter):
    """The matrix, as one report."""
    import matrix
    if matrix.REPORT:
        terminalreporter.write_line(matrix.report())
