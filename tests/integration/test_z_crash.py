# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty times the server is killed in the middle of its work. What it had acknowledged is there when
it comes up again, with its history and its records; what it had not is there whole or not at all;
a message that it had accepted is not accepted again."""

import http.client
import json
import random
import signal
import sqlite3
import sys
import threading
import time

import landscape
import orgdata
from lxml import etree

sys.path.insert(0, str(landscape.ROOT / "tests" / "peers" / "zeep"))
import fagsystem  # noqa: E402

ROUNDS = 50
CLIENTS = 4
PATH = "/organisation/organisationenhed/6"
ACTION = "http://kombit.dk/sts/organisation/organisationenhed/"
SD = "{urn:oio:sagdok:3.0.0}"
T = f"{{{orgdata.ns('OrganisationEnhed')}}}"
BEGIN = "2024-01-01T00:00:00+01:00"


def code(answer):
    return answer.findtext(f"{SD}StandardRetur/{SD}StatusKode")


class Client(threading.Thread):
    """Imports a unit, renames it, and so on until the server is gone."""

    def __init__(self, land, number, token, count):
        super().__init__()
        self.ky = fagsystem.Fagsystem(land, "KY", source=f"127.0.0.{number + 2}")
        self.token, self.name = token, f"{count}-{number}"
        self.acknowledged = {}  # unit -> names in order
        self.doubtful = {}      # unit -> the name that was not answered for
        self.last = None        # an accepted message
        self.wrong = None

    def send(self, operation, unit, name, body):
        message, message_id = self.ky.message(self.token, ACTION + operation, PATH, body)
        self.doubtful[unit] = name
        status, answer = self.ky.wire.post(PATH, message)
        answer = self.ky.judge(status, answer, message_id)
        if code(answer) != "20":
            raise AssertionError(etree.tostring(answer))
        del self.doubtful[unit]
        self.acknowledged.setdefault(unit, []).append(name)
        self.last = message

    def run(self):
        n = 0
        try:
            while True:
                n += 1
                name = f"{self.name}-{n}"
                unit = orgdata.made_uuid(name)
                self.send("importer", unit, name, orgdata.importer_unit(
                    unit, name, orgdata.made_uuid("o"), None, BEGIN))
                self.send("ret", unit, name + "*", orgdata.ret_unit(
                    unit, attributes=orgdata.egenskab(name + "*", "EnhedNavn", name + "*", BEGIN)))
        except (OSError, http.client.HTTPException):
            pass  # killed
        except BaseException as why:  # noqa: BLE001 - told by the main thread
            self.wrong = why


def history(ky, token, unit):
    """Names of a unit, registration by registration; None if it is not there."""
    message = orgdata.laes("OrganisationEnhed", unit, RegistreringFra=None, RegistreringTil=None)
    answer = ky.call(token, ACTION + "laes", PATH, message)
    if code(answer) == "44":
        return None
    assert code(answer) == "20", etree.tostring(answer)
    rows = list(answer.iter(T + "Registrering"))
    moments = [r.findtext(SD + "Tidspunkt") for r in rows]
    assert moments == sorted(set(moments))
    assert [r.findtext(SD + "LivscyklusKode") for r in rows] == ["Importeret"] * len(rows)
    return [next(r.iter(SD + "EnhedNavn")).text for r in rows]


def check_unit(ky, token, unit, acknowledged, doubtful):
    found = history(ky, token, unit)
    allowed = [acknowledged or None]
    if doubtful:
        allowed.append([*(acknowledged or []), doubtful])
    assert found in allowed, (unit, found, allowed)
    return found or []


def test_killed_at_any_moment(own_land):
    land, rng = own_land, random.Random(2)
    land.start_server()
    ky = fagsystem.Fagsystem(land, "KY")
    token = ky.token(landscape.ORGANISATION, "11111111")
    there, accepted, lost_answers = {}, 0, 0
    for count in range(ROUNDS):
        clients = [Client(land, n, token, count) for n in range(CLIENTS)]
        for c in clients:
            c.start()
        time.sleep(0.05 + rng.random() * 0.15)
        assert land.stop("serve", how=signal.SIGKILL) == -signal.SIGKILL
        for c in clients:
            c.join()
            assert c.wrong is None, repr(c.wrong)
        with sqlite3.connect(f"file:{land.folder / 'sluse.db'}?mode=ro", uri=True) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        land.start_server()
        ky.wire.close()
        for c in clients:
            accepted += sum(len(names) for names in c.acknowledged.values())
            for unit in {*c.acknowledged, *c.doubtful}:
                there[unit] = check_unit(ky, token, unit, c.acknowledged.get(unit), c.doubtful.get(unit))
                lost_answers += len(there[unit]) > len(c.acknowledged.get(unit, ()))
            if c.last:
                status, answer = ky.wire.post(PATH, c.last)
                assert status == 500 and b":DuplicateMessageID<" in answer, answer
    assert accepted > ROUNDS, "the server was killed before it did anything"

    # all rounds once more, and what the records say: one for each change, none for what is not there
    everything = ky.call(token, ACTION + "list", PATH, orgdata.laes("OrganisationEnhed", "").replace(
        "LaesInput", "ListInput").replace(
        "<sd:UUIDIdentifikator></sd:UUIDIdentifikator>",
        "".join(f"<sd:UUIDIdentifikator>{unit}</sd:UUIDIdentifikator>" for unit in there)))
    assert {one.findtext(f"{T}ObjektType/{SD}UUIDIdentifikator"): next(one.iter(SD + "EnhedNavn")).text
            for one in everything.iter(T + "FiltreretOejebliksbillede")} == {
                unit: names[-1] for unit, names in there.items() if names}
    recorded = {}
    for row in map(json.loads, land.sluse("--json", "audit", "--action", "organisationenhed.*",
                                          "--limit", "1000000").stdout.splitlines()):
        if row["action"] in ("organisationenhed.importer", "organisationenhed.ret"):
            assert row["result"] == "ok", row
            unit = row["object"].removeprefix("organisationenhed/")
            recorded[unit] = recorded.get(unit, 0) + 1
    assert recorded == {unit: len(names) for unit, names in there.items() if names}
    print(f"{accepted} writes acknowledged in {ROUNDS} lives; {lost_answers} more were done unanswered")
    assert land.stop("serve") == 0
