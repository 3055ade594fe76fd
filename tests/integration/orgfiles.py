# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of an invented authority's organisation, of any size, as a source hands them over."""

import csv
import hashlib
import io
import json
import random
import uuid

CVR = "11111111"
OPERATOR = "44444444"
NAMESPACE = uuid.UUID("5b1ce2a0-5f4e-4c93-8a44-0f5f7c1d2e30")
ORGANISATION = str(uuid.uuid5(NAMESPACE, "organisation"))
UNIT_COLUMNS = ("uuid", "navn", "overordnet_uuid", "type", "leder_uuid", "telefon", "email", "ean",
                "lokation", "gyldig_fra")
USER_COLUMNS = ("uuid", "brugernavn", "person_uuid", "person_navn", "email", "telefon", "gyldig_fra")
POST_COLUMNS = ("bruger_uuid", "enhed_uuid", "stilling", "gyldig_fra")
TABLES = ("enheder.csv", "brugere.csv", "tilknytninger.csv")


def made(*parts):
    return str(uuid.uuid5(NAMESPACE, "/".join(str(p) for p in parts)))


def ean(number):
    digits = f"57980{number:07d}"
    check = -sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10
    return digits + str(check)


def found(organisation):
    """The authority's Organisation, in the shared registry, and its top unit; `organisation` runs the
    subcommand of that name: a CVR, then its arguments."""
    organisation(OPERATOR, "opret", "organisation", "--for", CVR, "--navn", "Korsbæk Kommune",
                 "--organisation", ORGANISATION, "--virksomhed", made("virksomhed"),
                 "--myndighed", made("myndighed"), "--publicer")
    organisation(CVR, "opret", "rod", "--organisation", ORGANISATION, "--navn", "Enhed 0",
                 "--enhed", made("unit", 0), "--publicer")


class Organisation:
    """Rows as lists of dicts: change them, then write."""

    def __init__(self, units, users, begin="2024-01-01", source="apos"):
        self.source, self.mode, self.cvr = source, "fuld", CVR
        self.units = [dict(zip(UNIT_COLUMNS, (
            made("unit", n), f"Enhed {n}", made("unit", (n - 1) // 8) if n else "",
            "AFDELING" if n % 3 else "", made("user", n % users) if users and n % 3 == 0 else "",
            f"+45 7010 {n % 10000:04d}", f"enhed{n}@korsbaek.example", ean(n), f"Hus {n % 40}", begin)))
            for n in range(units)]
        self.users = [dict(zip(USER_COLUMNS, (
            made("user", n), f"bruger{n}", made("person", n), f"Person {n}",
            f"bruger{n}@korsbaek.example", f"+45 2010 {n % 10000:04d}", begin))) for n in range(users)]
        self.posts = [dict(zip(POST_COLUMNS, (
            made("user", n), made("unit", n % units), "Sagsbehandler", begin))) for n in range(users)]

    def shuffle(self, seed):
        """Children before their parents, posts before their users: no order is promised."""
        rng = random.Random(seed)
        for rows in (self.units, self.users, self.posts):
            rng.shuffle(rows)
        return self

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for name, columns, rows in zip(TABLES, (UNIT_COLUMNS, USER_COLUMNS, POST_COLUMNS),
                                       (self.units, self.users, self.posts)):
            text = io.StringIO()
            table = csv.DictWriter(text, columns, delimiter=";", lineterminator="\r\n")
            table.writeheader()
            table.writerows(rows)
            data = text.getvalue().encode()
            (folder / name).write_bytes(data)
            files[name] = {"rows": len(rows), "sha256": hashlib.sha256(data).hexdigest()}
        (folder / "manifest.json").write_text(json.dumps({
            "version": 1, "cvr": self.cvr, "source": self.source,
            "extracted_at": "2026-11-24T22:00:00", "mode": self.mode, "files": files}))
        return folder
