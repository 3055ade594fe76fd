# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail as an operator meets it: sealed, verified, tampered with, pruned; and why."""

import datetime
import hashlib
import json
import sqlite3
import struct

import landscape
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding


def change(land, *statements):
    """As somebody does who may write to the file."""
    db = sqlite3.connect(land.folder / "sluse.db")
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    for _, text in triggers:
        db.execute(text)
    db.commit()
    db.close()


def verify(land, *flags):
    done = land.sluse("--json", "audit", "verify", *flags, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [x["problem"] for x in lines[:-1]], lines[-1]


@pytest.fixture()
def sealed(own_land):
    """A stopped installation with some tokens issued and refused, and its heads outside."""
    heads = own_land.folder / "heads"
    own_land.config.write_text(own_land.config.read_text() +
                               f'\naudit: {{ heads = "{heads}"; seal_interval = "1s"; }};\n')
    own_land.start_server()
    for _ in range(3):
        own_land.token("KY", "11111111")
    own_land.token("KY", "44444444", check=False)
    own_land.post(landscape.STS_PATH, b"<x/>")
    assert own_land.stop("serve") == 0
    return own_land


def test_verify(sealed):
    heads = sealed.folder / "heads"
    code, found, report = verify(sealed, "--heads", heads)
    assert (code, found) == (0, [])
    assert verify(sealed) == (code, found, report)  # those of the configuration
    assert report["unsealed"] == 0 and report["heads"] >= 1 and report["seals"] == report["heads"]
    # each outcome has its record; of what nobody was proven to have sent there is a sum
    assert len(sealed.audit("--action", "token.issue", "--result", "ok", "--system", "KY")) == 3
    assert sealed.audit("--service", landscape.ORGANISATION, "--cvr", "11111111")
    assert [x["result"] for x in sealed.audit("--cvr", "44444444", "--action", "token.*")] == ["USERCONTEXT_UNKNOWN"]
    assert sealed.audit("--actor", "unproven")[0]["detail"]["count"] == 1
    # the log is another place to keep heads
    line = json.loads(heads.read_text().splitlines()[-1])
    assert f"event=audit.sealed chain={line['chain']} id={line['id']} hash={line['hash']}" in \
        (sealed.folder / "serve.log").read_text()
    assert verify(sealed, "--head", f"{line['id']}:{line['hash']}")[0] == 0
    assert verify(sealed, "--head", f"{line['id']}:{'0' * 64}")[:2] == (11, ["head-differs"])
    # by certificate, without the configuration's keys
    sts = sealed.pki / "platform" / "adgangsstyring" / "cert.pem"
    assert verify(sealed, "--cert", sts)[0] == 0
    assert verify(sealed, "--cert", sealed.pki / "systems" / "KY" / "cert.pem")[:2] == (11, ["key-unknown"])


def test_repeats_are_counted(own_land):
    """A client in a loop: one record in full, one with the count, and the chain holds."""
    own_land.config.write_text(own_land.config.read_text() + '\naudit: { seal_interval = "1h"; };\n')
    own_land.start_server()
    for cvr in ("44444444",) * 6 + ("55555555",):
        own_land.token("KY", cvr, out=own_land.folder / "none.xml", check=False)
    own_land.token("KY", "11111111", service="urn:no:such", out=own_land.folder / "none.xml", check=False)
    assert own_land.stop("serve") == 0
    rows = own_land.audit("--cvr", "44444444", "--action", "token.issue")
    whole = [x for x in rows if "count" not in x["detail"]]
    counted = rows[-1]["detail"]
    # the server's first interval ends as soon as it runs: there may be one record more
    assert len(whole) in (1, 2) and all(x["detail"]["message_id"] for x in whole)
    assert len(whole) + sum(x["detail"].get("count", 0) for x in rows) == 6
    assert counted == {"count": counted["count"], "first": whole[-1]["request"], "applies_to": landscape.ORGANISATION,
                       "since": counted["since"], "until": counted["until"]}
    assert counted["since"] <= counted["until"] <= rows[-1]["at"]
    assert len(own_land.audit("--cvr", "55555555", "--action", "token.issue")) == 1
    shown = own_land.sluse("audit", "--result", "USERCONTEXT_UNKNOWN").stdout.splitlines()
    assert sum(line.endswith(f" ({counted['count']} times)") for line in shown) >= 1
    assert own_land.sluse("audit", "--result", "STS_APPLIES_TO_UNKNOWN").stdout.rstrip().endswith(" urn:no:such")
    assert own_land.audit("--result", "STS_APPLIES_TO_UNKNOWN")[0]["detail"]["applies_to"] == "urn:no:such"
    assert verify(own_land)[:2] == (0, [])


@pytest.mark.parametrize("what, statement, problem", [
    ("alter", "UPDATE audit SET actor = 'nobody' WHERE id = 5", "altered"),
    ("drop", "DELETE FROM audit WHERE id = 5", "missing"),
    ("reorder", "UPDATE audit SET id = CASE id WHEN 5 THEN -6 WHEN 6 THEN -5 END WHERE id IN (5, 6)", "altered"),
    ("cut off", "DELETE FROM audit WHERE id > 6", "cut-off"),
])
def test_tampering_is_found(sealed, what, statement, problem):
    change(sealed, statement, "UPDATE audit SET id = -id WHERE id < 0")
    code, found, _ = verify(sealed)
    assert code == 11 and problem in found, what


def test_foreign_code_is_found(sealed):
    change(sealed, "CREATE TRIGGER x BEFORE INSERT ON audit WHEN NEW.actor = 'KY' BEGIN SELECT RAISE(IGNORE); END")
    assert verify(sealed)[:2] == (11, ["foreign-code"])
    sealed.start_server()
    # what cannot be recorded is not done
    assert sealed.token("KY", "11111111", out=sealed.folder / "none.xml", check=False)[1].returncode != 0
    sealed.stop("serve")
    assert "event=audit.broken" in (sealed.folder / "serve.log").read_text()


def test_end_is_kept_outside(sealed):
    last = sealed.audit("--action", "known.*")[-1]["id"]
    change(sealed, f"DELETE FROM audit WHERE id > {last}", "DELETE FROM audit_seal",
           f"UPDATE sqlite_sequence SET seq = {last} WHERE name = 'audit'")
    assert verify(sealed, "--heads", "/dev/null")[0] in (0, 10)
    for flags in ((), ("--heads", sealed.folder / "heads")):
        code, found, _ = verify(sealed, *flags)
        assert code == 11 and set(found) == {"head-differs"}
    # that it is gone is no proof that nothing is
    (sealed.folder / "heads").unlink()
    assert sealed.sluse("audit", "verify", check=False).returncode not in (0, 10)


def part(value):
    return b"\xff" * 4 if value is None else struct.pack(">I", len(value)) + value


def chained_anew(land, key=None):
    """The whole trail rewritten by the documented rules (src/store/audit.h), without this program; with a
    key it is sealed anew too, at the places and times of before."""
    db = sqlite3.connect(land.folder / "sluse.db")
    chain = db.execute("SELECT chain FROM audit_chain").fetchone()[0]
    seals = db.execute("SELECT id, at, cert, algorithm FROM audit_seal WHERE kind = 1").fetchall()
    rows = db.execute("SELECT id, at, action, result, replace(actor, 'KY', 'nobody'), cvr, service, object,"
                      " request_id, detail FROM audit ORDER BY id").fetchall()
    db.close()
    before = hashlib.sha256(b"sluse audit chain 1\n" + chain).digest()
    statements, found = ["DELETE FROM audit_seal"], {}
    for number, at, *columns in rows:
        text = b"sluse audit 1\n" + part(before) + struct.pack(">qq", number, at)
        text += b"".join(part(c if c is None else c.encode()) for c in columns)
        before = found[number] = hashlib.sha256(text).digest()
        statements.append(f"UPDATE audit SET actor = replace(actor, 'KY', 'nobody'), hash = x'{before.hex()}'"
                          f" WHERE id = {number}")
    for number, at, cert, algorithm in seals if key else ():
        payload = b"sluse audit seal 1\n\x01" + chain + struct.pack(">q", number) + found[number]
        signed = key.sign(payload + struct.pack(">q", at), padding.PKCS1v15(), hashes.SHA256())
        statements.append(f"INSERT INTO audit_seal (kind, id, chain, hash, at, cert, algorithm, signature) VALUES (1,"
                          f" {number}, x'{chain.hex()}', x'{found[number].hex()}', {at}, x'{cert.hex()}',"
                          f" '{algorithm}', x'{signed.hex()}')")
    change(land, *statements)


@pytest.mark.parametrize("has_key", [False, True])
def test_the_whole_trail_is_rewritten(sealed, has_key):
    """By who has the database, and by who has the signing key too: what was kept outside tells."""
    kept = sealed.folder / "kept"
    kept.write_text(sealed.sluse("audit", "heads").stdout)
    assert verify(sealed, "--heads", kept)[:2] == (0, [])
    assert verify(sealed, "--heads", sealed.folder / "serve.log")[:2] == (0, [])
    key = (sealed.pki / "platform" / "adgangsstyring" / "key.pem").read_bytes()
    chained_anew(sealed, serialization.load_pem_private_key(key, None) if has_key else None)
    assert len(sealed.audit("--system", "nobody")) == 4 and not sealed.audit("--system", "KY")
    # nothing in the file speaks of it: with the key it is as good as the old one
    code, found, _ = verify(sealed, "--heads", "/dev/null")
    assert code in ((0,) if has_key else (0, 10)), found
    assert not {"altered", "seal-differs", "seal-forged"} & set(found)
    for outside in (kept, sealed.folder / "serve.log", sealed.folder / "heads"):
        code, found, report = verify(sealed, "--heads", outside)
        assert code == 11 and set(found) == {"head-differs"} and report["heads"] >= 1


def test_heads(sealed):
    lines = sealed.sluse("audit", "heads").stdout.splitlines()
    # the same as the server wrote, one for each seal
    assert lines == (sealed.folder / "heads").read_text().splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert sealed.sluse("audit", "heads", "--after", str(last["id"])).stdout == ""
    assert sealed.sluse("audit", "heads", "--after", str(last["id"] - 1)).stdout.splitlines() == lines[-1:]
    assert sealed.sluse("audit", "heads", "--since", "1d").stdout.splitlines() == lines
    assert sealed.sluse("audit", "heads", "--since", "2100-01-01").stdout == ""
    assert sealed.sluse("audit", "heads", "--since", first["sealed"]).stdout.splitlines() == lines
    # by others' certificates it is nobody's seal, and said so
    done = sealed.sluse("audit", "heads", "--cert", sealed.pki / "systems" / "KY" / "cert.pem", check=False)
    assert done.returncode == 10 and done.stdout.splitlines() == lines and "not known here" in done.stderr
    # one that its key has not signed is not handed out
    change(sealed, f"UPDATE audit_seal SET hash = zeroblob(32) WHERE id = {last['id']}")
    done = sealed.sluse("audit", "heads", check=False)
    assert done.returncode == 11 and done.stdout.splitlines() == lines[:-1] and "is forged" in done.stderr
    for wrong in (["--since", "yesterday"], ["--after", "-1"], ["more"], ["--nothing"]):
        assert sealed.sluse("audit", "heads", *wrong, check=False).returncode == 2


def test_what_is_known_has_its_records(sealed):
    change(sealed, "DROP TRIGGER known_keep_i", "INSERT INTO known (type, id, version, json, at, actor)"
           " SELECT type, id, version + 1, json, at, actor FROM known WHERE type = 'system' AND id = 'KY'")
    code, found, _ = verify(sealed)
    assert code == 11 and "known-unrecorded" in found


def test_server_says_what_it_finds(sealed):
    change(sealed, "UPDATE audit SET actor = 'nobody' WHERE id = (SELECT max(id) FROM audit)",
           "UPDATE audit SET hash = zeroblob(32) WHERE id = (SELECT max(id) FROM audit)")
    sealed.start_server()
    assert sealed.token("KY", "11111111")[1].returncode == 0
    sealed.stop("serve")
    assert "event=audit.broken" in (sealed.folder / "serve.log").read_text()
    assert verify(sealed)[0] == 11
    # the operator looks into it, and begins anew, which stays visible
    assert sealed.sluse("audit", "prune", "--before", "2100-01-01", check=False).returncode == 11
    sealed.sluse("audit", "prune", "--before", "2100-01-01", "--despite-findings")
    assert verify(sealed)[0] == 0
    assert [x["result"] for x in sealed.audit("--action", "audit.prune")] == ["AUDIT_BROKEN"]


def test_prune(sealed):
    before = verify(sealed)[2]["records"]
    sealed.start_server()
    done = json.loads(sealed.sluse("--json", "audit", "prune", "--before", "2100-01-01").stdout)
    assert done["start"] >= before
    sealed.token("KY", "11111111")
    sealed.stop("serve")
    code, found, report = verify(sealed, "--heads", sealed.folder / "heads")
    assert (code, found) == (0, [])
    assert report["first"] == done["start"] + 1 and report["unsealed"] == 0
    # those of what is gone have nothing left to be compared with
    outside = len((sealed.folder / "heads").read_text().splitlines())
    assert report["heads"] + report["heads_older"] == outside
    assert "audit.broken" not in (sealed.folder / "serve.log").read_text()
    # what was known before has no records any more
    assert not sealed.audit("--action", "known.*")
    change(sealed, "DROP TRIGGER known_keep_u", "UPDATE known SET json = replace(json, 'KY', 'ky')"
           " WHERE type = 'system' AND id = 'KY'")
    assert "known-differs" in verify(sealed)[1]
    # one that the installation's key has not signed
    change(sealed, "DELETE FROM audit WHERE id = (SELECT min(id) FROM audit)",
           "UPDATE audit_seal SET id = id + 1 WHERE kind = 2")
    assert "start-unproven" in verify(sealed)[1]


def test_export(sealed):
    out = sealed.folder / "records.jsonl"
    sealed.sluse("audit", "export", "--action", "token.*", "-o", out)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {x["action"] for x in rows} == {"token.issue"} and all(len(x["hash"]) == 64 for x in rows)
    assert sealed.sluse("audit", "export", "-o", out, check=False).returncode == 1  # it is there
    assert len(sealed.audit("--after", rows[0]["id"], "--limit", "2")) == 2


def why(land, *question):
    done = land.sluse("--json", "audit", "why", *question, check=False)
    return done.returncode, json.loads(done.stdout)


def test_why(land):
    code, said = why(land, "KY", landscape.ORGANISATION, "11111111")
    assert code == 0 and said["granted"] and "refusal" not in said
    assert [x["accepted"] for x in said["certificates"]] == [True]
    assert "holds" in [x["ground"] for x in said["grounds"]]
    assert {x["data_owner"] for x in said["privileges"]} == {"11111111"}
    assert {x["right"]: x["granted"] for x in said["access"]}["write"]
    # what it says is what the token service does
    assert land.token("KY", "11111111")[1].returncode == 0
    code, said = why(land, "KSD", landscape.ORGANISATION, "11111111")
    assert code == 0 and not {x["right"]: x["granted"] for x in said["access"]}["write"]


@pytest.mark.parametrize("system, service, cvr, error", [
    ("KY", landscape.ORGANISATION, "44444444", "USERCONTEXT_UNKNOWN"),
    ("KY", "http://nowhere.example/service/1", "11111111", "STS_APPLIES_TO_UNKNOWN"),
    ("nobody", landscape.ORGANISATION, "11111111", "STS_CERT_UNKNOWN"),
])
def test_why_not(land, system, service, cvr, error):
    code, said = why(land, system, service, cvr)
    assert code == 5 and not said["granted"] and said["refusal"]["error"] == error
    text = land.sluse("audit", "why", system, service, cvr, check=False).stdout
    assert text.startswith("no: ") and error in text
    if system == "KY":
        done = land.token(system, cvr, service=service, out=land.folder / "none.xml", check=False)[1]
        assert done.returncode == 5
        assert land.audit("--cvr", cvr, "--result", error) and done.stderr


def test_why_then(own_land):
    """What was known then decides, not what is known now."""
    known = json.loads(own_land.sluse("export").stdout)
    for a in known["aftaler"]:
        if a["anvendersystem"] == "KY":
            a["tilstand"] = "suspenderet"
    changed = own_land.folder / "changed.json"
    changed.write_text(json.dumps(known))
    last = datetime.datetime.fromisoformat(own_land.audit()[-1]["at"].replace("Z", "+00:00"))
    at = (last + datetime.timedelta(milliseconds=1)).isoformat()  # what is shown is cut off
    own_land.sluse("apply", changed)
    question = ("KY", landscape.ORGANISATION, "11111111")
    code, said = why(own_land, *question)
    assert code == 5 and said["refusal"]["error"] == "SERVICE_AGREEMENT_SUSPENDED"
    assert "suspended" in [x["ground"] for x in said["grounds"]]
    code, said = why(own_land, *question, "--at", at)
    assert "holds" in [x["ground"] for x in said["grounds"]]
    code, said = why(own_land, *question, "--at", "2001-01-01")
    assert code == 5 and said["refusal"]["error"] == "STS_CERT_UNKNOWN"
