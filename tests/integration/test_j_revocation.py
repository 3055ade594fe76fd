# SPDX-License-Identifier: GPL-3.0-or-later
"""What authorities say of certificates: fetched, believed or not, kept, and what follows for a call.
The authority is the openssl command behind a small web server (authority.py)."""

import http.server
import json
import shutil
import threading
import time

import pytest
from authority import Authority
from conftest import BINARY, BUILD
from landscape import Landscape


@pytest.fixture(scope="module")
def master():
    """A PKI whose certificates name this authority."""
    authority = Authority()
    folder = BUILD / "integration" / "revocation-master"
    shutil.rmtree(folder, ignore_errors=True)
    made = Landscape(folder, BINARY, leaf_bits=2048)
    made.pki_url = authority.url
    made.make_pki()
    authority.pki = made.pki
    yield authority, made
    authority.close()


@pytest.fixture()
def land(request, master):
    authority, made = master
    folder = BUILD / "integration" / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(made.pki, folder / "pki")
    authority.reset()
    authority.publish("root")
    authority.publish("issuing")
    with Landscape(folder, BINARY, leaf_bits=2048) as it:
        it.authority = authority
        it.pki_url = authority.url
        it.serve_with = lambda trust: serve(it, trust)
        yield it


def serve(land, trust="fetch = \"crl\";", interval="1s"):
    hosts = f"localhost:{land.authority.port}"
    land.options["trust"] = f'fetch_hosts = "{hosts}"; fetch_interval = "{interval}"; {trust}'
    land.prepare()
    land.start_server()


def token(land, system):
    done = land.token(system, "11111111", out=land.folder / f"try-{system}.xml", check=False)[1]
    if done.returncode == 0:
        return "token"
    # the fault that the contract wants for it, and no other
    assert "fault 5607" in done.stderr and "expired, revoked or not issued" in done.stderr, done.stderr
    return "refused"


def within(seconds, wanted, ask):
    end = time.monotonic() + seconds
    while ask() != wanted:
        assert time.monotonic() < end, f"not {wanted!r} within {seconds} s"
        time.sleep(0.1)


def stays(seconds, wanted, ask):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert ask() == wanted
        time.sleep(0.2)


def metric(land, line):
    for row in land.operations("/metrics")[1].splitlines():
        if row.startswith(line):
            return float(row.split()[-1])
    raise AssertionError(f"no {line}")


def log(land):
    return (land.folder / "serve.log").read_text()


def state_of(land, system):
    rows = [json.loads(x) for x in land.sluse("--json", "cert", "list").stdout.splitlines()]
    return [c["state"] for c in rows if c["owner"] == system and c["use"] == "anvender"][0]


def is_fresh(land):
    return '"name":"revocation","ok":true' in land.operations("/readyz")[1]


# --- lists ---

def test_a_list_revokes(land):
    land.serve_with('fetch = "crl";')
    assert token(land, "KY") == "token"
    assert is_fresh(land)
    assert metric(land, 'sluse_revocation_sources{kind="crl",state="fresh"}') == 2
    assert metric(land, 'sluse_crl_next_update_timestamp_seconds{issuer="Sluse DEV OCES udstedende-CA 1"}') \
        > time.time()
    land.authority.publish("issuing", "systems/KY")
    within(8, "refused", lambda: token(land, "KY"))
    assert token(land, "KSD") == "token"
    within(4, "tilbagekaldt", lambda: state_of(land, "KY"))
    assert state_of(land, "KSD") == "aktiv"
    assert "event=certificate.revoked system=KY" in log(land)
    # a restart while the authority is down remembers both
    assert land.stop("serve") == 0
    land.authority.is_down = True
    land.start_server()
    assert token(land, "KY") == "refused"
    assert token(land, "KSD") == "token"


def test_a_token_of_before_with_the_guard(land):
    """guard.revocation: services ask too, so that a token does not outlive its holder's certificate."""
    land.serve_with('fetch = "crl";')
    land.stop("serve")
    with open(land.config, "a", encoding="utf-8") as f:
        f.write("guard: { revocation = true; };\n")
    land.start_server()
    path, _ = land.token("KY", "11111111")
    call = lambda: land.call("KY", path, "OrganisationEnhed", "list", '<ListInput xmlns="urn:x"/>',  # noqa: E731
                             check=False).stderr
    assert "FailedAuthentication" not in call()
    land.authority.publish("issuing", "systems/KY")
    within(8, True, lambda: "FailedAuthentication" in call())
    # a later list that does not name it
    land.authority.publish("issuing", life=3)
    within(8, False, lambda: "FailedAuthentication" in call())


def test_the_authority_above_is_revoked(land):
    land.serve_with('fetch = "crl";')
    assert token(land, "KSD") == "token"
    land.authority.publish("root", "ca/issuing")
    within(8, "refused", lambda: token(land, "KSD"))


def test_down_from_the_start_is_closed(land):
    land.authority.is_down = True
    land.serve_with('fetch = "crl";')
    assert token(land, "KY") == "refused"
    assert not is_fresh(land)
    assert "revocation.failed" in log(land)
    land.authority.is_down = False
    within(8, "token", lambda: token(land, "KY"))
    assert is_fresh(land)
    assert "revocation.recovered" in log(land)


def test_stale_is_closed_after_the_grace(land):
    land.authority.publish("issuing", life=5)
    land.serve_with('fetch = "crl"; crl_grace = "6s";')
    assert token(land, "KY") == "token"
    land.authority.is_down = True
    within(8, False, lambda: is_fresh(land))
    assert token(land, "KY") == "token", "within the grace"
    within(10, "refused", lambda: token(land, "KY"))
    land.authority.is_down = False
    stays(3, "refused", lambda: token(land, "KY"))  # it is up and serves the old list
    land.authority.publish("issuing")
    within(8, "token", lambda: token(land, "KY"))


def test_what_is_no_list_of_the_authority(land):
    """Another's signature, an older list, a page, too much, a redirection: nothing changes."""
    path = "/oces/issuing/1/crl/issuing.crl"
    land.authority.publish("issuing", "systems/SAPA")
    land.serve_with('fetch = "crl";')
    assert token(land, "SAPA") == "refused"
    good = land.authority.lists["issuing"]

    land.authority.publish("issuing", "systems/KY", signer="stranger")
    stays(2.5, "token", lambda: token(land, "KY"))
    land.authority.publish("issuing", age=7200)  # an older one, still in its time, without SAPA
    stays(2.5, "refused", lambda: token(land, "SAPA"))
    assert metric(land, 'sluse_revocation_fetches_total{result="refused"}') > 1
    assert "older than the one that is held" in log(land) or "not signed by" in log(land)

    before = metric(land, 'sluse_revocation_fetches_total{result="refused"}')
    land.authority.override[path] = (200, {}, b"<html>Captive portal</html>")
    within(8, True, lambda: metric(land, 'sluse_revocation_fetches_total{result="refused"}') > before)
    before = metric(land, 'sluse_revocation_fetches_total{result="failed"}')
    land.authority.override[path] = (302, {"Location": "/elsewhere"}, b"")
    within(8, True, lambda: metric(land, 'sluse_revocation_fetches_total{result="failed"}') > before)
    assert "/elsewhere" not in land.authority.hits
    before = metric(land, 'sluse_revocation_fetches_total{result="failed"}')
    land.authority.override[path] = (200, {}, b"0" * (17 * 1024 * 1024))
    within(20, True, lambda: metric(land, 'sluse_revocation_fetches_total{result="failed"}') > before)
    assert token(land, "SAPA") == "refused" and token(land, "KY") == "token"

    land.authority.override.clear()
    land.authority.lists["issuing"] = good
    assert token(land, "KY") == "token"


ISSUING = "/oces/issuing/1/crl/issuing.crl"


def refused_lists(land):
    return metric(land, 'sluse_revocation_fetches_total{result="refused"}')


def swapped(land, body):
    """Another list in place of the issuing authority's, and asked for since."""
    before = refused_lists(land)
    land.authority.override[ISSUING] = (200, {}, body)
    within(8, True, lambda: refused_lists(land) > before)


@pytest.mark.parametrize("trust", ["", " crl_required = false;"])
def test_a_genuine_list_of_another_authority(land, trust):
    """Later, and by an authority of ours: it does not take the place of the one that is held."""
    land.authority.publish("issuing", "systems/KY", age=7200)
    land.serve_with('fetch = "crl";' + trust)
    assert [token(land, s) for s in ("KY", "KSD")] == ["refused", "token"]
    swapped(land, land.authority.lists["root"])
    stays(1.5, ["refused", "token"], lambda: [token(land, s) for s in ("KY", "KSD")])
    assert "a list of another authority" in log(land)
    assert land.stop("serve") == 0
    land.start_server()  # from the store
    within(8, True, lambda: refused_lists(land) > 0)
    assert [token(land, s) for s in ("KY", "KSD")] == ["refused", "token"]
    # its own authority may
    land.authority.publish("issuing")
    land.authority.override.clear()
    within(8, "token", lambda: token(land, "KY"))


def test_a_list_of_the_authority_about_others(land):
    """Divided lists: one about authorities alone is later, of the same key, and replaces none about others."""
    land.authority.publish("issuing", "systems/KY", age=7200, life=10)
    land.serve_with('fetch = "crl"; crl_required = false;')
    assert token(land, "KY") == "refused"
    whole = land.authority.lists["issuing"]
    land.authority.publish("issuing", only="onlyCA", life=18)
    divided, land.authority.lists["issuing"] = land.authority.lists["issuing"], whole
    swapped(land, divided)
    assert "a list about other certificates" in log(land)
    assert [token(land, s) for s in ("KY", "KSD")] == ["refused", "token"]
    # when the whole one has ended it is taken, beside that one: what was revoked stays so
    within(15, True, lambda: "event=revocation.recovered" in log(land))
    assert [token(land, s) for s in ("KY", "KSD")] == ["refused", "token"]
    assert land.stop("serve") == 0
    land.start_server()
    assert [token(land, s) for s in ("KY", "KSD")] == ["refused", "token"]
    # an authority that divides them from now on is heard when that one has ended too
    land.authority.publish("issuing", only="onlyuser")
    land.authority.override.clear()
    within(20, "token", lambda: token(land, "KY"))


# --- answers ---

OCSP = 'fetch = "ocsp"; crls = "pki/ca/root/crl.pem";'


def test_a_responder_revokes(land):
    land.serve_with(OCSP)
    assert token(land, "KY") == "token"
    assert metric(land, 'sluse_revocation_sources{kind="ocsp",state="fresh"}') >= 4
    land.authority.revoked["systems/KY"] = True
    within(10, "refused", lambda: token(land, "KY"))
    within(4, True, lambda: "certificate.revoked" in log(land))
    assert token(land, "KSD") == "token"
    assert land.stop("serve") == 0
    land.authority.is_down = True
    land.start_server()
    assert token(land, "KY") == "refused" and token(land, "KSD") == "token"


def test_the_responder_is_down(land):
    land.authority.is_down = True
    land.serve_with(OCSP)
    assert token(land, "KY") == "refused"
    land.authority.is_down = False
    within(10, "token", lambda: token(land, "KY"))


def test_stale_answers_are_closed_after_the_grace(land):
    land.serve_with(OCSP + ' crl_grace = "0s";')
    assert token(land, "KY") == "token"
    land.stop("serve")
    land.authority.is_down = True
    land.options["clock_shift"] = 3000  # of the hour that an answer lives
    land.write_config()
    land.start_server()
    assert token(land, "KY") == "token"
    land.stop("serve")
    land.options["clock_shift"] = 3700
    land.write_config()
    land.start_server()
    assert token(land, "KY") == "refused"
    assert not is_fresh(land)


@pytest.mark.parametrize("signer", ["systems/KSD", "ca/root", "ca/tls"])
def test_an_answer_by_another_signer(land, signer):
    land.authority.responder = signer
    land.serve_with(OCSP)
    assert token(land, "KY") == "refused"
    assert "not signed by the issuer's responder" in log(land)
    land.authority.responder = "ca/ocsp"
    within(10, "token", lambda: token(land, "KY"))
    land.authority.responder = signer  # who says "revoked" is as little believed
    land.authority.revoked["systems/KY"] = True
    stays(3, "token", lambda: token(land, "KY"))


def test_a_certificate_that_the_responder_does_not_know(land):
    land.authority.unknown.add("systems/KY")
    land.serve_with(OCSP)
    assert token(land, "KY") == "refused" and token(land, "KSD") == "token"


def test_both_and_a_reload(land):
    """Either says revoked: revoked; and a reload forgets neither."""
    land.authority.publish("issuing", "systems/SAPA")
    land.authority.revoked["systems/KY"] = True
    serve(land, 'fetch = "both"; crls = "pki/ca/root/crl.pem";', interval="1h")
    assert [token(land, s) for s in ("KY", "SAPA", "KSD")] == ["refused", "refused", "token"]
    land.authority.is_down = True
    for _ in range(3):
        land.processes["serve"].send_signal(1)
        time.sleep(0.3)
        assert [token(land, s) for s in ("KY", "SAPA", "KSD")] == ["refused", "refused", "token"]
    assert log(land).count("event=reloaded") == 3


def test_check_says_when_nothing_can_be_known(land):
    for trust, code in (('fetch = "none";', 10), ('fetch = "none"; crl_required = false;', 0),
                        ('fetch = "none"; crls = "pki/crls.pem";', 0), ('fetch = "crl";', 0)):
        land.options["trust"] = trust
        land.write_config()
        done = land.sluse("check", check=False)
        assert done.returncode == code and ("will be refused" in done.stderr) == (code == 10), done


# --- where it may ask ---

def test_only_where_it_may(land):
    """Without a list of hosts no address of this machine or network is asked."""
    land.options["trust"] = 'fetch = "both"; fetch_interval = "1s";'
    land.prepare()
    land.start_server()
    assert token(land, "KY") == "refused"
    time.sleep(1.5)
    assert land.authority.hits == []
    assert "FETCH_FORBIDDEN" in log(land)


def test_a_responder_that_never_ends(land):
    """One that drips: calls do not wait for it, and a stop does not either."""
    stop = threading.Event()

    class Drip(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            while not stop.wait(0.2):
                try:
                    self.wfile.write(b"0")
                except OSError:
                    return

        do_POST = do_GET

        def log_message(self, *_):
            pass

    land.serve_with('fetch = "crl";')
    assert token(land, "KY") == "token"
    port = land.authority.port
    land.authority.server.RequestHandlerClass, kept = Drip, land.authority.server.RequestHandlerClass
    try:
        time.sleep(1.5)
        begin = time.monotonic()
        assert token(land, "KY") == "token"
        assert time.monotonic() - begin < 2
        begin = time.monotonic()
        assert land.stop("serve") == 0
        assert time.monotonic() - begin < 5
    finally:
        stop.set()
        land.authority.server.RequestHandlerClass = kept
    assert port
