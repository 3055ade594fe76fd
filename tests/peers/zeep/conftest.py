# SPDX-License-Identifier: GPL-3.0-or-later
"""One landscape for all tests of this peer; the integration tests know how to make it."""

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
    with landscapes.new_landscape("zeep") as made:
        made.prepare()
        made.start_server()
        yield made
        assert made.stop("serve") == 0, "the server must end cleanly"
