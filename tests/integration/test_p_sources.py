# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of an invented authority in every format: all of it is read, however much it is, and
what is read one object at a time takes no more memory for ten times as much."""

import os
import pathlib
import subprocess

import pytest

import source_maker

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
NAMES = {"csv": "register", "jsonl": "x.jsonl", "xml": "x.xml", "ldif": "x.ldif", "os2sync": "x.json"}
SAME = ("OrganisationEnhed", "Bruger")


def read(kind, where):
    done = subprocess.run([BUILD / "tests" / "drive" / "source_drive", "detect", where, source_maker.CVR,
                           source_maker.ORGANISATION], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return {name: int(n) for name, n in (line.split("\t") for line in done.stdout.splitlines())}


@pytest.mark.parametrize("kind", NAMES)
def test_all_of_it(kind, tmp_path):
    where = tmp_path / NAMES[kind]
    authority = source_maker.make(kind, where, units=300, users=400)
    found = read(kind, where)
    assert found["refused"] == 0
    assert found["OrganisationEnhed"] == 300 and found["Bruger"] == 400
    assert found["Person"] == 400
    leaders = sum("leder_uuid" in u for u in authority.units)
    wanted = {"csv": len(authority.posts) + leaders + len(authority.functions),
              "jsonl": len(authority.posts) + leaders, "xml": len(authority.posts) + leaders,
              "ldif": 400, "os2sync": len(authority.posts) + leaders}
    assert found["OrganisationFunktion"] == wanted[kind]
    assert found["full"] == (kind == "csv")


@pytest.mark.parametrize("kind", NAMES)
def test_the_same_bytes(kind, tmp_path):
    for turn in ("a", "b"):
        (tmp_path / turn).mkdir()
        source_maker.make(kind, tmp_path / turn / NAMES[kind], units=30, users=30, seed=7)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("kind", NAMES)
def test_memory(kind, tmp_path):
    peaks = []
    for size in (200, 2000):
        where = tmp_path / f"{size}-{NAMES[kind]}"
        source_maker.make(kind, where, units=size, users=size)
        peaks.append(read(kind, where)["peak_kib"])
    # the short entries by which the same object twice is found
    assert peaks[1] - peaks[0] < 4096, peaks
