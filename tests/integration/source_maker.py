#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invented authority of any size, as each format that a source may have.

    source_maker.py FORMAT WHERE [--units N] [--users N] [--seed N] [--cvr CVR]
                    [--organisation UUID]

FORMAT: csv (WHERE is a folder), jsonl, xml, ldif, os2sync (WHERE is a file). The same arguments
give the same bytes. Names are made of syllables: nobody is called so. With 15,000 units and
10,000 users there are some 120,000 objects.
"""
import argparse
import base64
import csv
import hashlib
import io
import json
import pathlib
import random
import uuid
from xml.sax.saxutils import escape

CVR = "11111111"
ORGANISATION = "0f9c2a6e-7b1d-4c38-9a52-6d0e8b4f1a23"
DAY = "2024-01-01"
SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "y", "æ", "ø", "å")]

UNIT_COLUMNS = ("uuid navn overordnet_uuid type leder_uuid udbetalende_enhed_uuid telefon fastnet email "
                "email_bemaerkning lokation postadresse postadresse2 postretur henvendelsessted "
                "aabningstid_telefon aabningstid_henvendelse ean url pnr sor los_id los_kaldenavn dtr_id foa "
                "opgaver itsystemer gyldig_fra gyldig_til").split()
USER_COLUMNS = ("uuid brugernavn person_uuid person_navn person_cpr email telefon fastnet lokation racf_id "
                "fmk_id robot status gyldig_fra gyldig_til").split()
POST_COLUMNS = "bruger_uuid enhed_uuid stilling type gyldig_fra gyldig_til".split()
FUNCTION_COLUMNS = "uuid type navn enhed_uuid for_enheder opgaver itsystem_uuid".split()
TITLES = ["Sagsbehandler", "Pædagog", "Konsulent", "Tekniker", "Assistent", "Koordinator"]

# Rolle of the addresses, Type of who has them.
ROLES = {"enhed": {"telefon": "8dcfa714-5ed3-4000-b551-2ba520e7d8ad",
                   "email": "2b670843-ce42-411a-8fb5-311dfdd5caf0",
                   "postadresse": "80b610c6-314b-485a-a014-a9a1d7070bc4"},
         "bruger": {"email": "5d13e891-162a-456b-abf2-fd9b864df96d",
                    "telefon": "5ef6be2d-59f4-4652-a680-585929924ba9",
                    "lokation": "ad04ac80-e24a-45a5-9dd9-8537a916ac74"}}
POINTS = {"enhed": "9b33c0a0-a566-4ec0-8200-325cb1e5bb9a", "bruger": "71a08d28-3af7-4bb4-9964-bc2b76b93d64"}
POST = "02e61900-33e0-407f-a2a7-22f70221f003"
LEADER = "46c73630-f7ad-4000-9624-c06131cde671"


class Authority:
    """Rows of the four tables, in memory."""

    def __init__(self, units=40, users=60, seed=1, cvr=CVR, organisation=ORGANISATION):
        self.random = random.Random(seed)
        self.cvr, self.organisation = cvr, organisation
        self.units = [self.unit(n) for n in range(units)]
        self.users = [self.user(n) for n in range(users)]
        self.posts, self.functions = [], []
        self.place()

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def word(self, least=2, most=3):
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(least, most))).capitalize()

    def unit(self, n):
        return {"uuid": self.uuid(), "navn": f"{self.word()} {n}", "type": "AFDELING" if n % 3 else "TEAM",
                "email": f"enhed{n}@eksempel.dk", "telefon": f"{10000000 + n}",
                "postadresse": f"{self.word()}vej {n % 99 + 1}", "gyldig_fra": DAY}

    def user(self, n):
        return {"uuid": self.uuid(), "brugernavn": f"b{n:06d}", "person_uuid": self.uuid(),
                "person_navn": f"{self.word(1, 2)} {self.word()}", "email": f"b{n:06d}@eksempel.dk",
                "telefon": f"{20000000 + n}", "robot": "nej", "status": "Aktiv", "gyldig_fra": DAY}

    def place(self):
        """Who stands where: a tree of eight children a unit, a leader in every second."""
        for n, unit in enumerate(self.units):
            if n > 0:
                unit["overordnet_uuid"] = self.units[(n - 1) // 8]["uuid"]
            if n % 2 == 0 and self.users:
                unit["leder_uuid"] = self.users[n % len(self.users)]["uuid"]
        for n, user in enumerate(self.users):
            for turn in range(1 + (n % 5 == 0)):
                unit = self.units[(n * 7 + turn * 3) % len(self.units)]
                self.posts.append({"bruger_uuid": user["uuid"], "enhed_uuid": unit["uuid"],
                                   "stilling": TITLES[(n + turn) % len(TITLES)], "type": "ENHEDSROLLE",
                                   "gyldig_fra": DAY})
        for n in range(min(20, len(self.units) // 4)):
            served = ",".join(u["uuid"] for u in self.units[n * 4 + 1:n * 4 + 4])
            kind = ("UDBETALENDE_ENHED", "HENVENDELSESSTED")[n % 2]
            self.functions.append({"uuid": self.uuid(), "type": kind, "navn": f"{self.word()} {n}",
                                   "enhed_uuid": self.units[n * 4]["uuid"], "for_enheder": served,
                                   "opgaver": self.uuid() if n % 2 else ""})

    # ---- as OIO objects ----

    def derived(self, *parts):
        return str(uuid.UUID(bytes=hashlib.sha256("|".join((self.cvr,) + parts).encode()).digest()[:16], version=4))

    def addresses(self, whose, row):
        """The relations, and the objects that they name."""
        relations, objects = [], []
        for column, role in ROLES[whose].items():
            if not row.get(column):
                continue
            name = self.derived("adresse", column, row["uuid"])
            objects.append(obj("Adresse", name, {"BrugervendtNoegleTekst": name, "AdresseTekst": row[column]}))
            relations.append(dict(ref(name), Rolle=key(role), Type=key(POINTS[whose]), Indeks="1"))
        return relations, objects

    def function(self, name, label, kind, users, units):
        return obj("OrganisationFunktion", name, {"BrugervendtNoegleTekst": name, "FunktionNavn": label}, True,
                   {"Funktionstype": [ref(kind)], "TilknyttedeBrugere": [ref(u) for u in users],
                    "TilknyttedeEnheder": [ref(u) for u in units],
                    "TilknyttedeOrganisationer": [ref(self.organisation)]})

    def objects(self):
        """All but contact places and paying units, as the JSON of one line each."""
        for unit in self.units:
            relations, found = self.addresses("enhed", unit)
            yield from found
            above = [ref(unit["overordnet_uuid"])] if "overordnet_uuid" in unit else []
            yield obj("OrganisationEnhed", unit["uuid"], {"BrugervendtNoegleTekst": unit["navn"],
                      "EnhedNavn": unit["navn"]}, True, {"Adresser": relations, "Overordnet": above,
                                                         "Tilhoerer": [ref(self.organisation)]})
            if "leder_uuid" in unit:
                yield self.function(self.derived("leder", unit["uuid"]), "Leder", LEADER, [unit["leder_uuid"]],
                                    [unit["uuid"]])
        for user in self.users:
            relations, found = self.addresses("bruger", user)
            yield from found
            yield obj("Person", user["person_uuid"], {"BrugervendtNoegleTekst": user["person_uuid"],
                                                      "NavnTekst": user["person_navn"]})
            yield obj("Bruger", user["uuid"], {"BrugervendtNoegleTekst": user["brugernavn"],
                      "BrugerNavn": user["brugernavn"]}, True,
                      {"Adresser": relations, "Tilhoerer": [ref(self.organisation)],
                       "TilknyttedePersoner": [ref(user["person_uuid"])]})
        for post in self.posts:
            name = self.derived("post", post["bruger_uuid"], post["enhed_uuid"], post["stilling"])
            yield self.function(name, post["stilling"], POST, [post["bruger_uuid"]], [post["enhed_uuid"]])


def key(name):
    return {"UUIDIdentifikator": name}


def since():
    return {"FraTidspunkt": {"TidsstempelDatoTid": f"{DAY}T00:00:00.000+01:00"},
            "TilTidspunkt": {"GraenseIndikator": True}}


def ref(name):
    return {"Virkning": since(), "ReferenceID": key(name)}


def obj(kind, name, texts, has_state=False, relations=None):
    states = {"Gyldighed": [{"Virkning": since(), "GyldighedStatusKode": "Aktiv"}]} if has_state else {}
    relations = {k: v for k, v in (relations or {}).items() if v}
    return {kind: {"UUIDIdentifikator": name, "Registrering": {
        "LivscyklusKode": "Importeret", "AttributListe": {"Egenskab": [{"Virkning": since(), **texts}]},
        "TilstandListe": states, "RelationListe": relations}}}


# ---- XML ----

SD, STS, COMMON = "urn:oio:sagdok:3.0.0", "urn:oio:sts:6", "http://stoettesystemerne.dk/organisation/6/"
OTHER = {"AdresseTekst": "t", "Gyldighed": "o", "GyldighedStatusKode": "o"}
OWN = {"Registrering", "AttributListe", "TilstandListe", "RelationListe", "Egenskab", "NavnTekst"}


def element(name, value):
    prefix = OTHER.get(name, "" if name in OWN else "s")
    tag = f"{prefix}:{name}" if prefix else name
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, dict):
        inner = "".join(element(k, v) for k, v in value.items())
    else:
        inner = "true" if value is True else escape(value)
    return f"<{tag}>{inner}</{tag}>"


def to_xml(objects, out):
    out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<indlaesning>\n")
    for one in objects:
        (kind, value), = one.items()
        ns = f"http://stoettesystemerne.dk/organisation/{kind.lower()}/6/"
        inner = "".join(element(k, v) for k, v in value.items())
        out.write(f'<ImportInput xmlns="{ns}" xmlns:s="{SD}" xmlns:t="{STS}" xmlns:o="{COMMON}">'
                  f"<{kind}>{inner}</{kind}></ImportInput>\n")
    out.write("</indlaesning>\n")


# ---- LDIF and OS2sync ----

def ldif_value(name, text):
    plain = text.isascii() and not text.startswith((" ", ":", "<"))
    return f"{name}: {text}\n" if plain else f"{name}:: {base64.b64encode(text.encode()).decode()}\n"


def to_ldif(authority, out):
    base, names, above = "DC=eksempel,DC=dk", {}, {}
    for unit in authority.units:
        parent = names.get(unit.get("overordnet_uuid"), base)
        names[unit["uuid"]] = f"OU={unit['navn']},{parent}"
        guid = base64.b64encode(uuid.UUID(unit["uuid"]).bytes_le).decode()
        out.write(ldif_value("dn", names[unit["uuid"]]) + "objectClass: top\nobjectClass: organizationalUnit\n"
                  + ldif_value("ou", unit["navn"]) + f"objectGUID:: {guid}\nmail: {unit['email']}\n\n")
    for post in authority.posts:
        above.setdefault(post["bruger_uuid"], post)
    for user in authority.users:
        post = above[user["uuid"]]
        guid = base64.b64encode(uuid.UUID(user["uuid"]).bytes_le).decode()
        out.write(ldif_value("dn", f"CN={user['brugernavn']},{names[post['enhed_uuid']]}")
                  + "objectClass: person\nobjectClass: user\nuserAccountControl: 512\n"
                  + f"sAMAccountName: {user['brugernavn']}\n" + ldif_value("displayName", user["person_navn"])
                  + ldif_value("title", post["stilling"]) + f"mail: {user['email']}\nobjectGUID:: {guid}\n\n")


def to_os2sync(authority, out):
    posts = {}
    for post in authority.posts:
        posts.setdefault(post["bruger_uuid"], []).append(
            {"name": post["stilling"], "orgUnitUuid": post["enhed_uuid"], "startDate": DAY})
    units = [{"uuid": u["uuid"], "name": u["navn"], "parentOrgUnitUuid": u.get("overordnet_uuid"),
              "managerUuid": u.get("leder_uuid"), "email": u["email"], "phoneNumber": u["telefon"],
              "type": "TEAM" if u["type"] == "TEAM" else "DEPARTMENT"} for u in authority.units]
    users = [{"uuid": u["uuid"], "userId": u["brugernavn"], "email": u["email"],
              "person": {"name": u["person_navn"], "uuid": u["person_uuid"]},
              "positions": posts.get(u["uuid"], [])} for u in authority.users]
    json.dump({"orgUnits": units, "users": users}, out, ensure_ascii=False)


# ---- tables ----

def table(columns, rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def to_tables(authority, folder, mode="fuld"):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, columns, rows in (("enheder.csv", UNIT_COLUMNS, authority.units),
                                ("brugere.csv", USER_COLUMNS, authority.users),
                                ("tilknytninger.csv", POST_COLUMNS, authority.posts),
                                ("funktioner.csv", FUNCTION_COLUMNS, authority.functions)):
        text = table(columns, rows)
        (folder / name).write_bytes(text)
        files[name] = {"rows": len(rows), "sha256": hashlib.sha256(text).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps({
        "version": 1, "cvr": authority.cvr, "source": "Opfundet register",
        "extracted_at": f"{DAY}T06:00:00Z", "mode": mode, "files": files}))


def make(kind, where, **sizes):
    authority = Authority(**sizes)
    if kind == "csv":
        to_tables(authority, where)
        return authority
    with open(where, "w", encoding="utf-8", newline="") as out:
        if kind == "jsonl":
            for one in authority.objects():
                out.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")
        elif kind == "xml":
            to_xml(authority.objects(), out)
        elif kind == "ldif":
            to_ldif(authority, out)
        else:
            to_os2sync(authority, out)
    return authority


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("format", choices=["csv", "jsonl", "xml", "ldif", "os2sync"])
    arguments.add_argument("where")
    arguments.add_argument("--units", type=int, default=40)
    arguments.add_argument("--users", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--cvr", default=CVR)
    arguments.add_argument("--organisation", default=ORGANISATION)
    a = arguments.parse_args()
    make(a.format, a.where, units=a.units, users=a.users, seed=a.seed, cvr=a.cvr, organisation=a.organisation)
