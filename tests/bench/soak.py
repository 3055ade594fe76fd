#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server under mixed load for a long time, while its keys are rolled and it is reloaded: no call may
fail, and memory must stay flat. One line a minute, and one at the end, `bench soak: key=value…`.

Fagsystemer get tokens, import, change, read and search; users log in through the bridge at /hvem.
Every 20 s the server is told to reload; every 2 minutes the keys of the token service, the services
and the bridge are replaced: published, signing from an announced moment, then the old one put away.

Usage: tests/bench/soak.py FOLDER [MINUTES]    30 minutes unless told
Exit: 0 no call failed and memory grew by less than a tenth after the first quarter; 1 otherwise.
"""

import datetime
import pathlib
import signal
import subprocess
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
for place in ("tools", "tests/peers", "tests/peers/zeep", "tests/bench"):
    sys.path.insert(0, str(ROOT / place))
import fagsystem  # noqa: E402
import landscape  # noqa: E402
import load  # noqa: E402
import orgdata  # noqa: E402
import wss  # noqa: E402
from browser import Browser  # noqa: E402

ACTION = "http://kombit.dk/sts/organisation/organisationenhed/"
PATH = "/organisation/organisationenhed/6"
CALLS_A_TOKEN = 40
PAUSE_S = 0.1
RELOAD_S, ROLL_S, LEAD_S = 20, 120, 5
BEGAN = "2024-01-01T00:00:00+01:00"
# what signs, and what takes turns with it
KEYS = {"sts": ("platform/adgangsstyring", "spare/platform/adgangsstyring"),
        "service": ("platform/organisation", "spare/platform/organisation"),
        "hub": ("saml/hub", "spare/saml/hub")}


class Counts:
    """What was done, and every failure, from many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.done = {}
        self.failed = []

    def add(self, what):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def fail(self, what):
        with self.lock:
            self.failed.append(what)
            if len(self.failed) <= 5:
                print(f"{what}: {traceback.format_exc()}", file=sys.stderr, flush=True)

    def total(self):
        with self.lock:
            return sum(self.done.values()), len(self.failed)


class AnyOf:
    """A client that knows all certificates of a peer: it judges an answer by the one that holds."""

    def __init__(self, certs):
        self.certs = certs

    def judge(self, check):
        for cert in self.certs[:-1]:
            try:
                return check(cert)
            except wss.Refused:
                continue
        return check(self.certs[-1])


class Client(fagsystem.Fagsystem):
    def __init__(self, land, system):
        super().__init__(land, system)
        self.sts = AnyOf([wss.Cert(land.pki / p / "cert.pem") for p in KEYS["sts"]])
        self.services = AnyOf([wss.Cert(land.pki / p / "cert.pem") for p in KEYS["service"]])

    def token(self, applies_to, cvr, version=wss.S12):
        message, message_id = self.rst(applies_to, cvr, version)
        status, answer = self.wire.post(self.sts_path, message, version)
        if status != 200:
            raise fagsystem.fault_of(answer)
        collection = self.sts.judge(lambda cert: wss.check_sts_answer(answer, cert, message_id))
        (assertion,) = collection.iter(wss.q(wss.SAML, "Assertion"))
        self.sts.judge(lambda cert: wss.check_assertion(assertion, cert))
        return fagsystem.Token(assertion)

    def judge(self, status, answer, message_id, framework=False):
        if status != 200:
            raise fagsystem.fault_of(answer)
        return self.services.judge(
            lambda cert: wss.check_service_answer(answer, cert, message_id, framework))


def work(ky, number, counts, is_over):
    """One fagsystem: a token, then calls with it, over one kept connection."""
    token, left, n = None, 0, 0
    while not is_over.wait(PAUSE_S):
        n += 1
        unit = orgdata.made_uuid("soak", number, n % 500)
        what = "token"
        try:
            if left == 0:
                token, left = ky.token(landscape.ORGANISATION, "11111111"), CALLS_A_TOKEN
                counts.add(what)
            left -= 1
            what = "laes"
            if n <= 500:
                what = "importer"
                body = orgdata.importer_unit(unit, f"Enhed {n}", orgdata.made_uuid("o"), None, BEGAN)
            elif n % 4 == 0:
                what = "ret"
                body = orgdata.ret_unit(unit, attributes=orgdata.egenskab(
                    f"E{n}", "EnhedNavn", f"Enhed {n}", BEGAN))
            else:
                body = orgdata.laes("OrganisationEnhed", unit)
            ky.call(token, ACTION + what, PATH, body)
            counts.add(what)
        except Exception:  # noqa: BLE001  whatever it is, it is a failed call
            counts.fail(what)


def log_in(land, counts, is_over):
    while not is_over.wait(1.0):
        try:
            browser = Browser(land.tls())
            page = browser.get(f"https://localhost:{land.ports['browser']}/hvem")
            page = browser.submit(page, button=("user", "agnete"))
            page = browser.carry(browser.submit(page))
            wss.need(page.status == 200 and "jobrole/sagsbehandler/1" in page.text, page.text)
            counts.add("login")
        except Exception:  # noqa: BLE001
            counts.fail("login")


class Operator:
    """Reloads, and rolls every key of the configuration in turn."""

    def __init__(self, land):
        self.land = land
        self.original = land.config.read_text()
        self.turn = 0
        self.rolls = self.reloads = 0

    def reload(self, text=None):
        if text is not None:
            whole = self.land.config.with_suffix(".new")
            whole.write_text(text)
            whole.replace(self.land.config)
        self.land.processes["serve"].send_signal(signal.SIGHUP)
        self.reloads += 1

    def text(self, turn, more):
        """The configuration in which the keys of that turn sign; more: further lines of a group."""
        out = self.original
        for name, paths in KEYS.items():
            a, b = paths[turn % 2], paths[1 - turn % 2]
            for kind in ("cert", "key"):
                out = out.replace(f'{kind} = "pki/{paths[0]}/{kind}.pem";', f'{kind} = "pki/{a}/{kind}.pem";')
            head = f"{name}: {{"
            wss.need(head in out, f"no group {name}")
            out = out.replace(head, head + " " + more(name, b))
        return out

    @staticmethod
    def announce(_, b):
        return f'next_cert = "pki/{b}/cert.pem"; next_key = "pki/{b}/key.pem";'

    def roll(self):
        """Publish the successor, let it sign from a moment on, put the old one away."""
        begin = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=LEAD_S)
        when = begin.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.reload(self.text(self.turn, lambda name, b: (
            self.announce(name, b) + f' next_from = "{when}";')))
        yield ROLL_S / 2
        self.turn += 1
        self.rolls += 1
        # tokens of the old key run on
        self.reload(self.text(self.turn, lambda name, b: (
            f'trusted = "pki/{b}/cert.pem";' if name == "sts" else "")))
        yield ROLL_S / 2

    def run(self, is_over):
        steps = iter(())
        due = time.monotonic() + RELOAD_S
        while not is_over.wait(RELOAD_S):
            self.reload()
            if time.monotonic() < due:
                continue
            try:
                due = time.monotonic() + next(steps)
            except StopIteration:
                steps = self.roll()
                due = time.monotonic() + next(steps)


def run(land, operator, minutes):
    pid = land.processes["serve"].pid
    counts, is_over = Counts(), threading.Event()
    workers = [threading.Thread(target=work, args=(Client(land, "KY"), i, counts, is_over))
               for i in range(2)]
    workers.append(threading.Thread(target=log_in, args=(land, counts, is_over)))
    workers.append(threading.Thread(target=operator.run, args=(is_over,)))
    memory = []
    for w in workers:
        w.start()
    try:
        for minute in range(minutes):
            time.sleep(60)
            memory.append(load.memory_mb(pid))
            done, failed = counts.total()
            load.say("minute", n=minute + 1, calls=done, failed=failed, rss_mb=memory[-1],
                     **load.memory_parts_mb(pid), rolls=operator.rolls)
    finally:
        is_over.set()
        for w in workers:
            w.join()
    early, late = memory[len(memory) // 4], max(memory[-3:])
    print("bench soak:", " ".join(f"{k}={v}" for k, v in {
        **counts.done, "failed": len(counts.failed), "reloads": operator.reloads,
        "rolls": operator.rolls, "rss_mb_first": memory[0], "rss_mb_quarter": early,
        "rss_mb_last": memory[-1], "cpu_s": int(load.cpu_s(pid))}.items()))
    return 0 if not counts.failed and late <= early * 1.1 + 1 else 1


def main(folder, minutes):
    land = landscape.Landscape(folder, landscape.build_dir() / "sluse", leaf_bits=2048,
                               log_level="warning")
    for old in land.folder.glob("sluse.db*"):
        old.unlink()
    if land.config.exists():
        land.config.unlink()
    land.prepare()
    spare = land.pki / "spare"  # a second key for everything
    if not spare.exists():
        subprocess.run(["bash", ROOT / "certs" / "dev-pki", "--leaf-bits", "2048", spare],
                       check=True, capture_output=True)
    with land:
        land.start_server()
        operator = Operator(land)
        operator.reload(operator.text(0, operator.announce))
        land.start_idp()  # it reads the bridge's certificates once
        return run(land, operator, minutes)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30))
