# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a peer that are written for pytest; tests/run-check reads the last line."""

import importlib.util
import pathlib
import shutil
import sys


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.skipped += 1
        elif report.failed:
            self.failed += 1
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report):
        self.failed += report.failed


def main(run, modules=(), commands=()):
    """Ends the program. 77: something of the peer is not installed."""
    folder = pathlib.Path(run).resolve().parent
    missing = [m for m in ("pytest", "lxml", "cryptography", *modules) if not importlib.util.find_spec(m)]
    missing += [c for c in commands if not shutil.which(c)]
    if missing:
        print(f"{folder.name}: not installed: {', '.join(missing)}")
        sys.exit(77)
    import pytest
    count = Count()
    code = pytest.main(["-q", "-p", "no:cacheprovider", "-rfEs", "--tb=short", *sys.argv[1:], str(folder)],
                       plugins=[count])
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    sys.exit(1 if code else 0)
