# SPDX-License-Identifier: GPL-3.0-or-later
"""A running landscape for the tests: the real binary, over TLS, on ports that the kernel gave."""

import os
import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import landscape  # noqa: E402

BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
BINARY = pathlib.Path(os.environ.get("SLUSE_BIN", BUILD / "sluse"))


def new_landscape(name, **options):
    """An empty one, but for the PKI, which all share a copy of."""
    folder = BUILD / "integration" / name
    shutil.rmtree(folder, ignore_errors=True)
    master = landscape.Landscape(BUILD / "integration" / "master", BINARY, leaf_bits=2048)
    master.make_pki()
    folder.mkdir(parents=True)
    shutil.copytree(master.pki, folder / "pki")
    return landscape.Landscape(folder, BINARY, leaf_bits=2048, **options)


@pytest.fixture(scope="session")
def land():
    """The demo landscape, served for the whole run. Tests must not break it for others."""
    with new_landscape("shared") as made:
        made.prepare()
        made.start()
        yield made
        assert made.stop("serve") == 0, "the server must end cleanly"


@pytest.fixture()
def own_land(request):
    """A landscape for one test alone: it may stop and spoil it. Not started."""
    with new_landscape(request.node.name) as made:
        made.prepare()
        yield made
