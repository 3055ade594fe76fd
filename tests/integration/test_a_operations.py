# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, health, metrics, reloading, stopping; what is answered before there is a message."""

import http.client
import json
import re
import signal
import socket
import ssl
import tempfile
import threading

import landscape
import pytest


def test_health(land):
    assert land.operations("/healthz") == (200, "ok\n")
    status, text = land.operations("/readyz")
    assert status == 200 and json.loads(text)["ready"] is True


def test_metrics_name_no_secret(land):
    status, text = land.operations("/metrics")
    assert status == 200
    assert "sluse_build_info{version=" in text
    assert 'sluse_certificate_expiry_timestamp_seconds{use="sts-signing"}' in text
    assert "sluse_audit_intact 1\n" in text
    assert 'sluse_http_limited_total{reason="connections"} 0\n' in text


def test_the_service_manager_is_told(own_land, monkeypatch):
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(f"{folder}/notify")
        s.settimeout(30)

        def until(last):
            heard = []
            while not heard or not heard[-1].startswith(last):
                heard.append(s.recv(4096).decode())
            return [h for h in heard if not h.startswith("WATCHDOG")]

        monkeypatch.setenv("NOTIFY_SOCKET", f"{folder}/notify")
        own_land.start_server()
        assert until("READY=1") == ["STATUS=serving", "READY=1"]
        own_land.processes["serve"].send_signal(signal.SIGHUP)
        assert until("READY=1")[1:] == ["STATUS=serving, reloaded", "READY=1"]
        whole = own_land.config.read_text()
        own_land.config.write_text(whole + "nothing = 1;\n")
        own_land.processes["serve"].send_signal(signal.SIGHUP)
        assert until("READY=1")[1:] == [
            "STATUS=serving as before: the reload failed, see the log", "READY=1"]
        own_land.config.write_text(whole)
        assert own_land.stop("serve") == 0
        assert until("STATUS=stopping") == ["STOPPING=1", "STATUS=stopping: running calls finish"]


def test_operations_unknown_path(land):
    assert land.operations("/nothing")[0] == 404


def raw(land, method, path, body=None, headers=None, listener="system"):
    c = http.client.HTTPSConnection("localhost", land.ports[listener], timeout=30, context=land.tls())
    try:
        c.request(method, path, body=body, headers=headers or {})
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read().decode()
    finally:
        c.close()


def test_unknown_path(land):
    status, _, text = raw(land, "POST", "/nothing/here", b"x")
    assert status == 404 and "(ref: " in text


def test_wrong_method(land):
    status, headers, _ = raw(land, "PUT", landscape.STS_PATH, b"x")
    assert status == 405 and headers["Allow"] == "POST, GET"


def test_sts_path_ignores_case_and_slash(land):
    for path in (landscape.STS_PATH.upper().replace("/RUNTIME", "/Runtime"), landscape.STS_PATH + "/"):
        status, _, text = raw(land, "POST", path, b"<x/>",
                              {"Content-Type": "application/soap+xml; charset=utf-8"})
        assert status == 500 and "VersionMismatch" in text


def test_no_body(land):
    assert raw(land, "POST", landscape.STS_PATH, b"",
               {"Content-Type": "application/soap+xml"})[0] == 400


def test_wrong_media_type(land):
    assert raw(land, "POST", landscape.STS_PATH, b"{}", {"Content-Type": "application/json"})[0] == 415


def test_body_too_large(land):
    status, _, _ = raw(land, "POST", landscape.STS_PATH, b"x" * (256 * 1024 + 1),
                       {"Content-Type": "application/soap+xml; charset=utf-8"})
    assert status == 413


def announced(land, length):
    """What comes of a message to a service that says how long it will be, and no more."""
    with socket.create_connection(("localhost", land.ports["system"]), timeout=30) as plain, \
            land.tls().wrap_socket(plain, server_hostname="localhost") as s:
        s.sendall(b"POST /organisation/organisationenhed/6 HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Type: text/xml\r\nExpect: 100-continue\r\n"
                  b"Content-Length: %d\r\n\r\n" % length)
        said = b""
        while not said.startswith(b"HTTP/1.1 100 ") and (part := s.recv(4096)):
            said += part
        return said.decode()


def test_largest_message_of_a_service(land):
    assert announced(land, 10 * 1024 * 1024).startswith("HTTP/1.1 100 ")
    said = announced(land, 10 * 1024 * 1024 + 1)
    assert said.startswith("HTTP/1.1 413 ") and "<" not in said
    ref = re.search(r"The message is too large. \(ref: ([0-9a-f]{16})\)", said).group(1)
    assert f"req={ref} " in (land.folder / "serve.log").read_text()


def test_contract_files(land):
    path = "/organisation/organisationenhed/6"
    status, text = land.get(path + "?wsdl")
    base = f"https://localhost:{land.ports['system']}"
    assert status == 200
    assert f'location="{base}{path}"' in text
    assert f'schemaLocation="{base}{path}?xsd=' in text
    status, text = land.get(path + "?xsd=sagdok.xsd")
    assert status == 200 and 'targetNamespace="urn:oio:sagdok:3.0.0"' in text


def test_contract_files_refused(land):
    path = "/organisation/organisationenhed/6"
    for query in ("?xsd=../README.md", "?xsd=nothing.xsd", "?xsd=%2e%2e/README.md", "?xsd="):
        assert land.get(path + query)[0] == 404
    assert land.get(path)[0] == 405


MEX = "/runtime/services/kombittrust/mex"


@pytest.mark.parametrize("path", [landscape.STS_PATH, landscape.STS_PATH + "/", MEX, MEX.upper()])
def test_contract_of_the_token_service(land, path):
    """With this installation's address, and the certificate it signs with."""
    status, text = land.get(path + "?wsdl")
    pem = (land.pki / "platform" / "adgangsstyring" / "cert.pem").read_text()
    cert = "".join(line for line in pem.splitlines() if "CERTIFICATE" not in line)
    assert status == 200
    assert text.count(f'location="{land.sts_url}"') == 2
    assert text.count(f"<X509Certificate>{cert}</X509Certificate>") == 2
    assert "localhost:8443" not in text and "StsCertificateOf" not in text


def test_contract_of_the_token_service_refused(land):
    assert land.get(MEX)[0] == 404
    assert land.get(MEX + "?xsd=nothing.xsd")[0] == 404
    assert land.get(MEX + "/x?wsdl")[0] == 404
    assert land.get(landscape.STS_PATH)[0] == 405
    status, headers, _ = raw(land, "POST", MEX, b"<x/>", {"Content-Type": "application/soap+xml"})
    assert status == 405 and headers["Allow"] == "GET"


def test_client_certificate_is_asked_for_but_not_needed(land):
    seen = []
    context = land.tls("KY")
    with socket.create_connection(("127.0.0.1", land.ports["system"])) as s:
        with context.wrap_socket(s, server_hostname="localhost") as t:
            seen.append(t.version())
    assert seen[0] in ("TLSv1.2", "TLSv1.3")
    assert land.get("/x")[0] == 404


def test_old_tls_refused(land):
    context = land.tls()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", land.ports["system"])) as s:
            context.wrap_socket(s, server_hostname="localhost")
    except (ssl.SSLError, OSError):
        return
    raise AssertionError("TLS 1.1 was accepted")


def test_reload_drops_no_connection(own_land):
    own_land.start_server()
    c = http.client.HTTPSConnection("localhost", own_land.ports["system"], timeout=30,
                                    context=own_land.tls())
    c.request("GET", "/before")
    assert c.getresponse().read() and c.sock is not None
    log = own_land.folder / "serve.log"
    own_land.processes["serve"].send_signal(signal.SIGHUP)
    own_land._await("serve", lambda: "event=reloaded" in log.read_text())
    c.request("GET", "/after")
    assert c.getresponse().status == 404
    c.close()
    assert own_land.token("KY", "11111111")[1].returncode == 0
    assert own_land.stop("serve") == 0


def test_reload_with_a_mistake_keeps_what_was(own_land):
    own_land.start_server()
    good = own_land.config.read_text()
    own_land.config.write_text(good.replace('environment', 'enviroment'))
    own_land.processes["serve"].send_signal(signal.SIGHUP)
    log = own_land.folder / "serve.log"
    own_land._await("serve", lambda: "event=reload.failed" in log.read_text())
    assert "did you mean 'environment'" in log.read_text()
    own_land.config.write_text(good)
    assert own_land.token("KY", "11111111")[1].returncode == 0


def test_start_refuses_mistakes(own_land):
    text = own_land.config.read_text()
    for change, said in ((('sts: {', 'sts: { lifetime = "5";'), "must be a duration"),
                         (('pki/anchors.pem', 'pki/nothing.pem'), "nothing.pem"),
                         (('clock_shift = 0', 'clock_shift = "soon"'), "must be a whole number"),
                         (('"development"', '"production"'), "")):
        own_land.config.write_text(text.replace(*change))
        done = own_land.sluse("check", check=False)
        if change[1] == '"production"':
            continue
        assert done.returncode != 0 and said in done.stderr, (change, done)
    own_land.config.write_text(text.replace("clock_shift = 0", "clock_shift = 10")
                               .replace('"development"', '"production"'))
    done = own_land.sluse("check", check=False)
    assert done.returncode == 6 and "development" in done.stderr


def test_a_change_is_seen_while_running(own_land):
    own_land.start_server()
    assert own_land.token("ESDH", "11111111", check=False)[1].returncode == 5
    more = own_land.folder / "more.json"
    everything = json.loads(own_land.sluse("export").stdout)
    agreement = next(a for a in everything["aftaler"] if "KY" in json.dumps(a))
    text = json.dumps({"aftaler": [{**agreement, "id": "esdh-korsbaek", "anvendersystem": "ESDH"}]})
    more.write_text(text)
    own_land.sluse("apply", more)
    own_land._await("serve", lambda: own_land.token("ESDH", "11111111", check=False)[1].returncode == 0,
                    seconds=10)


def test_apply_takes_every_file_or_none(own_land):
    """Files beyond the first 256 were left out silently, and --prune removed what they say."""
    before = own_land.sluse("export").stdout
    one = own_land.folder / "one"
    one.mkdir()
    files = []
    for n in range(257):
        files.append(one / f"{n:03}.conf")
        files[-1].write_text(f'leverandoerer = ( {{ cvr = "{50000000 + n}"; navn = "V{n}"; }} );')
    done = own_land.sluse("apply", "--prune", *files, check=False)
    assert done.returncode == 2 and "256" in done.stderr
    assert own_land.sluse("export").stdout == before
    assert "256 new" in own_land.sluse("apply", *files[:256]).stdout


def test_apply_refuses_the_metadata_of_others(own_land):
    """X77: what the bridge would refuse, or what shares a key with another, does not become known."""
    text = ('idps = ( { id = "https://idp.havneby.example"; navn = "H"; oiosamlProfil = "OIOSAML3";'
            ' metadata = { fil = "copy.xml"; }; } );')
    known = (own_land.folder / "idp-metadata.xml").read_text()
    copy = own_land.folder / "copy.xml"
    more = own_land.folder / "more.conf"
    more.write_text(text)
    copy.write_text(known.replace("https://idp.korsbaek.example", "https://idp.havneby.example"))
    done = own_land.sluse("apply", more, check=False)
    assert done.returncode == 6 and "3 signature" in done.stderr, done.stderr
    unsigned = re.sub(r"<Signature.*</Signature>", "", copy.read_text(), flags=re.S)
    copy.write_text(unsigned)
    done = own_land.sluse("apply", more, check=False)
    assert done.returncode == 6, done.stderr
    assert "has the key of https://idp.korsbaek.example" in done.stderr


def test_calls_during_stop_finish(own_land):
    """Tokens asked for while the server stops: each is whole or refused to connect, none is cut."""
    own_land.start_server()
    results = []

    def ask(n):
        results.append(own_land.token("KY", "11111111", out=own_land.folder / f"t{n}.xml", check=False)[1])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    code = own_land.stop("serve")
    for t in threads:
        t.join()
    assert code == 0
    for r in results:
        assert r.returncode in (0, 7), r.stderr
