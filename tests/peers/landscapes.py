# SPDX-License-Identifier: GPL-3.0-or-later
"""A landscape of its own for a peer; the integration tests know how to make one."""

import contextlib
import importlib.util
import pathlib

_spec = importlib.util.spec_from_file_location(
    "integration_conftest", pathlib.Path(__file__).resolve().parent.parent / "integration" / "conftest.py")
_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_made)
BUILD = _made.BUILD


@contextlib.contextmanager
def prepared(name):
    """Ready to be served."""
    with _made.new_landscape(name) as made:
        made.prepare()
        yield made


@contextlib.contextmanager
def served(name):
    with prepared(name) as made:
        made.start_server()
        yield made
        assert made.stop("serve") == 0, "the server must end cleanly"
