# SPDX-License-Identifier: GPL-3.0-or-later
"""A client in its story: what it calls and what it checks is counted, for the table at the end."""

import datetime
import threading
import zoneinfo

import wss
from roles import ORGANISATION

COPENHAGEN = zoneinfo.ZoneInfo("Europe/Copenhagen")
ROWS = {}


def local_now():
    """What a client's clock says, in the municipality."""
    return wss.now().astimezone(COPENHAGEN)


def midnight(days=0):
    """00:00 local of today, or of some days from now."""
    day = local_now().date() + datetime.timedelta(days=days)
    return datetime.datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN)


class Unexpected(Exception):
    """What a client throws for an answer that it does not know what to do with; `code` as told."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


class Row:
    """A line of the table."""

    def __init__(self, name):
        self.name, self.calls, self.checks, self.failed = name, 0, 0, None
        self.lock = threading.Lock()

    def called(self):
        with self.lock:
            self.calls += 1

    def check(self, ok, what, detail=""):
        with self.lock:
            self.checks += 1
            if not ok and self.failed is None:
                self.failed = what
        assert ok, f"{self.name}: {what}: {str(detail)[:2000]}"

    def same(self, got, want, what):
        """Equal; says where not."""
        if isinstance(got, dict) and isinstance(want, dict):
            odd = {k: (got.get(k), want.get(k)) for k in {*got, *want} if got.get(k) != want.get(k)}
            self.check(got == want, what, f"{len(odd)} differ, got/want: {list(odd.items())[:4]}")
        else:
            self.check(got == want, what, f"got {got}, want {want}")


def row(name):
    return ROWS.setdefault(name, Row(name))


class Party:
    """A client of one authority. Each thread has a connection of its own, all have one token."""

    def __init__(self, land, kind, name, system, cvr):
        self.land, self.kind, self.row, self.system, self.cvr = land, kind, row(name), system, cvr
        self.local, self.lock, self.made, self.token = threading.local(), threading.Lock(), [], None

    def client(self):
        if not hasattr(self.local, "client"):
            self.local.client = self.kind(self.land, self.system)
            with self.lock:
                self.made.append(self.local.client)
        return self.local.client

    def call(self, service, operation, body, element=None):
        """The output element of an answer that satisfied the client's own checks."""
        client = self.client()
        with self.lock:
            if self.token is None:
                self.token = client.token(ORGANISATION, self.cvr)
        client.aim(service, operation, element)
        self.row.called()
        output = client.ask(self.token, body)
        want = f"{{{client.namespace}}}{client.element}"
        self.row.check(output.tag == want, f"{service}.{operation}: an answer of its own", output.tag)
        return output

    def close(self):
        for c in self.made:
            c.close()
        self.local, self.made, self.token = threading.local(), [], None


def table():
    lines = [f"{'client':34}{'calls':>8}{'checks':>9}  result"]
    for r in ROWS.values():
        lines.append(f"{r.name:34}{r.calls:8}{r.checks:9}  {'FAILED: ' + r.failed if r.failed else 'ok'}")
    return "\n".join(lines)
