# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole organisation at size, loaded in one run: 15,000 units with addresses and managers, 10,000 users with
persons, addresses and positions, some 130,000 objects. One line a step: how many objects a second, how much
memory the process had at most, how large the database is then.

organisation.py FOLDER [UNITS USERS]
"""

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tools")]
import landscape  # noqa: E402
import orgfiles  # noqa: E402


def command(binary, db, cvr, *arguments):
    return [str(binary), "--config", str(db.parent / "sluse.conf"), "--db", str(db), "--json", "--quiet",
            "organisation", *map(str, arguments), "--cvr", cvr]


def measure(name, binary, db, *arguments):
    """Runs a subcommand in a process of its own, and says what it took."""
    out = db.parent / "out.json"
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        with open(out, "wb") as f:
            os.dup2(f.fileno(), 1)
        os.execv(binary, command(binary, db, orgfiles.CVR, *arguments))
    _, status, used = os.wait4(pid, 0)
    took = time.monotonic() - begun
    if status != 0:
        raise SystemExit(f"{name}: status {status}")
    said = json.loads(out.read_text())
    objects = said.get("counts", {}).get("objects")
    return said, objects, took, used, sum(f.stat().st_size for f in db.parent.glob("sluse.db*"))


def line(name, objects, took, used, size):
    cpu = used.ru_utime + used.ru_stime
    print(f"bench {name}: cpu_us={cpu * 1e6 / objects:.1f} per_s={objects / took:.0f} objects={objects} "
          f"seconds={took:.1f} rss_mb={used.ru_maxrss / 1024:.0f} db_mb={size / 1e6:.0f}", flush=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    units, users = (int(n) for n in sys.argv[2:4]) if len(sys.argv) > 3 else (15000, 10000)
    binary, db = landscape.build_dir() / "sluse", folder / "sluse.db"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("sluse.db*"):
        old.unlink()
    source = orgfiles.Organisation(units, users).shuffle(1).write(folder / "apos")
    (folder / "sluse.conf").write_text(f'registry: {{ operator = "{orgfiles.OPERATOR}"; }};\n')
    orgfiles.found(lambda cvr, *arguments: subprocess.run(
        command(binary, db, cvr, *arguments), check=True, stdout=subprocess.DEVNULL))
    load = ("indlaes", source)
    said, objects, *rest = measure("organisation_load", binary, db, *load)
    line("organisation_load", objects, *rest)
    said, _, *rest = measure("organisation_publish", binary, db, *load, "--publicer", "--accepter-advarsler")
    assert said["state"] == "publiceret", said
    line("organisation_publish", objects, *rest)
    said, again, *rest = measure("organisation_again", binary, db, *load)
    assert said["state"] == "uaendret", said
    line("organisation_again", again, *rest)


if __name__ == "__main__":
    main()
