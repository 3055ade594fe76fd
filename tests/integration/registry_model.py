# SPDX-License-Identifier: GPL-3.0-or-later
"""A slow model of the registry, for objects of one kind, to compare with.

Written the other way round than the engine: a timeline is not a list of intervals but one cell a
day, painted over and read off again as runs. Days are 1..DAYS; cell 0 is all time before, the last
cell all time after, so an interval that begins in cell 0 has no beginning, and one that reaches
past the last cell has no end. Source: contract of Organisation, 1.3, 3.3, 3.4, 3.6 and 3.7; the
resolutions O1-O16.
"""

import itertools

DAYS = 30
NEVER, FOREVER = 0, DAYS + 1



class Kind:
    """What the model knows of an object kind: its elements in schema order, "*" where many may hold
    at one time. E is the Egenskab, G the state. typed: the relation that is also sent as a URN.
    hides: the hierarchy leaves out what is Inaktiv."""

    def __init__(self, name, elements, typed=None, hides=True):
        self.name, self.typed, self.hides = name, typed, hides
        self.elements = [e.rstrip("*") for e in elements.split()]
        self.many = {e.rstrip("*"): e.endswith("*") for e in elements.split()}

    def order(self, item):
        indeks = item.meta[1] if item.kind == "Adresser" else ""
        return (self.elements.index(item.kind), item.fra, indeks, item.value, item.til)


KINDS = {k.name: k for k in (
    Kind("OrganisationEnhed", "E G Adresser* Ansatte* Enhedstype Overordnet Tilhoerer TilknyttedeBrugere*",
         "Enhedstype"),
    Kind("Organisation", "E G Adresser* Branche Overordnet TilknyttedeEnheder* Virksomhed", "Branche"),
    Kind("OrganisationFunktion", "E G Adresser* Funktionstype TilknyttedeBrugere* TilknyttedeEnheder*",
         "Funktionstype"),
    Kind("Bruger", "E G Adresser* BrugerTyper* Tilhoerer TilknyttedePersoner*"),
    Kind("ItSystem", "E G Adresser* SystemTyper* Tilhoerer* TilknyttedeBrugere*"),
    Kind("Interessefaellesskab", "E G Adresser* Branche Overordnet Tilhoerer TilknyttedePersoner*", "Branche"),
    Kind("Adresse", "E"),
    Kind("Virksomhed", "E"),
    Kind("Klasse", "E G Ansvarlig Erstatter* Facet OverordnetKlasse Redaktoerer*", "Facet", hides=False),
    Kind("Facet", "E G Ejer FacetTilhoerer Redaktoerer*", "FacetTilhoerer", hides=False),
    Kind("Klassifikation", "E G Ansvarlig Ejer", hides=False),
)}


class Item:
    """kind; value (what identity and equality look at); meta (what rides along); [fra, til)."""

    __slots__ = ("kind", "value", "meta", "fra", "til")

    def __init__(self, kind, value, meta, fra, til):
        self.kind, self.value, self.meta, self.fra, self.til = kind, value, meta, fra, til

    def key(self):
        return (self.kind, self.value, self.meta, self.fra, self.til)

    def __repr__(self):
        return f"{self.kind}:{self.value}{self.meta}[{self.fra},{self.til})"


def paint(cells, item):
    for day in range(item.fra, item.til):
        cells[day] = item


def runs(cells):
    """Cells back to items; two items that touch stay two, the halves of a cut item are two."""
    out, day = [], 0
    while day <= DAYS:
        item, start = cells[day], day
        while day <= DAYS and cells[day] is item:
            day += 1
        if item is not None:
            out.append(Item(item.kind, item.value, item.meta, start, day))
    return out


def blank():
    return [None] * (DAYS + 1)


def merge_single(stored, sent):
    cells = blank()
    for old in stored:
        if not any(new.value == old.value and new.fra == old.fra for new in sent):
            paint(cells, old)
    for new in sent:
        paint(cells, new)
    return runs(cells)


def merge_identity(stored, sent):
    kept = blank()
    for old in stored:
        days = set(range(old.fra, old.til))
        if not any(new.fra == old.fra or days & set(range(new.fra, new.til)) for new in sent):
            paint(kept, old)
    fresh, seen = blank(), set()
    for new in sent:
        if (new.fra, new.til) not in seen:
            paint(fresh, new)
        seen.add((new.fra, new.til))
    return runs(kept) + runs(fresh)


def merge(shape, stored, sent):
    """Content after ret; stored empty: after importer."""
    out = []
    for kind, many in shape.many.items():
        old = [i for i in stored if i.kind == kind]
        new = [i for i in sent if i.kind == kind]
        if not new:
            out += old
        elif not many:
            out += merge_single(old, new)
        else:
            for value in sorted({i.value for i in old + new}):
                mine = [i for i in new if i.value == value]
                same = [i for i in old if i.value == value]
                out += merge_identity(same, mine) if mine else same
    return sorted(out, key=shape.order)


class Registration:
    def __init__(self, at, state, note, content):
        self.at, self.state, self.note, self.content = at, state, note, content


LIVE = ("Opstaaet", "Importeret")
EPS = 1e-9


class Registry:
    """Objects of one kind of one authority."""

    def __init__(self, kind):
        self.kind, self.objects = kind, {}

    def latest(self, uuid):
        return self.objects[uuid][-1] if uuid in self.objects else None

    def add(self, uuid, now_ms, state, note, content):
        history = self.objects.setdefault(uuid, [])
        at = max(now_ms, history[-1].at + 1) if history else now_ms
        history.append(Registration(at, state, note, content))

    # ---- writing: the StatusKode ----

    def importer(self, uuid, now_ms, note, sent):
        last = self.latest(uuid)
        if any(i.fra > i.til for i in sent):
            return 47
        if last and last.state in LIVE:
            return 49
        self.add(uuid, now_ms, "Importeret", note, merge(self.kind, [], sent))
        return 20

    def ret(self, uuid, now_ms, note, sent):
        last = self.latest(uuid)
        if any(i.fra > i.til for i in sent):
            return 47
        if not last:
            return 44
        if last.state not in LIVE:
            return 49
        content = merge(self.kind, last.content, sent)
        if [i.key() for i in content] != [i.key() for i in last.content]:
            self.add(uuid, now_ms, last.state, note, content)
        return 20

    def end(self, uuid, now_ms, state):
        last = self.latest(uuid)
        if not last:
            return 44
        if last.state == "Slettet" or (last.state == "Passiveret" and state == "Passiveret"):
            return 49
        self.add(uuid, now_ms, state, None, last.content if state == "Passiveret" else [])
        return 20

    # ---- reading ----

    @staticmethod
    def valid_window(fra, til, now):
        """Of filters that may be None, in days; now is half past a day. None: refused."""
        if fra is None and til is None:
            return now, now + EPS
        start = now if fra is None else fra
        if til is None:
            return (NEVER, now + EPS) if start == NEVER else (start, start + EPS)
        if start == til:
            return start, start + EPS
        return (start, til) if start < til else None

    @staticmethod
    def overlaps(item, window):
        fra = float("-inf") if item.fra == NEVER else item.fra
        til = float("inf") if item.til == FOREVER else item.til
        return fra < (float("inf") if window[1] == FOREVER else window[1]) and \
            til > (float("-inf") if window[0] == NEVER else window[0])

    def view(self, content, window, now):
        """What is shown: of a max-1 relation one period."""
        seen = [i for i in content if self.overlaps(i, window)]
        out = []
        for kind, group in itertools.groupby(seen, key=lambda i: i.kind):
            group = list(group)
            if not self.kind.many[kind] and kind not in ("E", "G") and len(group) > 1:
                current = [i for i in group if i.fra <= now < i.til or i.fra <= now and i.til == FOREVER]
                later = [i for i in group if i.fra > now]
                group = [current[0] if current else later[0] if later else group[-1]]
            out += group
        return out

    def laes(self, uuid, now, valid=(None, None), made=(None, None), may_write=True):
        """Registrations as shown, or a StatusKode."""
        if None not in valid and valid[0] > valid[1] or None not in made and made[0] > made[1]:
            return 47
        window = self.valid_window(*valid, now)
        if window is None:
            return 47
        last = self.latest(uuid)
        is_history = made != (None, None)
        if not last or (last.state == "Slettet" and not (is_history and may_write)):
            return 44
        if not is_history:
            found = [last]
        else:
            start = float("-inf") if made[0] is None else made[0]
            end = float("inf") if made[1] is None else made[1]
            if start == end:
                end = start + 0.001
            history = self.objects[uuid]
            ends = [r.at for r in history[1:]] + [float("inf")]
            found = [r for r, after in zip(history, ends) if r.at < end and after > start]
        if not found:
            return 44
        return [(r.at, r.state, r.note, self.view(r.content, window, now)) for r in found]

    # ---- searching ----

    def meets(self, content, criterion, soeg, note, now):
        kind, test, own = criterion
        window = own if own != (None, None) else soeg
        if window == (None, None):
            window = (now, now + EPS)
        else:
            fra = NEVER if window[0] is None else window[0]
            til = FOREVER if window[1] is None else window[1]
            window = (fra, til) if fra != til else (fra, fra + EPS)
        return any(i.kind == kind and test(i) and note in (None, i.meta[0]) and self.overlaps(i, window)
                   for i in content)

    def soeg(self, now, criteria, soeg=(None, None), note=None, state=None, offset=0, limit=1000):
        out = []
        for uuid in sorted(self.objects):
            last = self.latest(uuid)
            if last.state not in LIVE if state is None else last.state != state:
                continue
            met = True
            # several elements of one max-n relation: any of them
            for kind in {c[0] for c in criteria}:
                mine = [self.meets(last.content, c, soeg, note, now) for c in criteria if c[0] == kind]
                met = met and (any(mine) if self.kind.many[kind] else all(mine))
            if met:
                out.append(uuid)
        return out[offset:offset + limit]

    def hierarchy(self, now, prefix=None, offset=0, limit=500):
        window = (now, now + EPS)
        out = []
        for uuid in sorted(self.objects):
            last = self.latest(uuid)
            seen = [i for i in last.content if self.overlaps(i, window)]
            names = [i for i in seen if i.kind == "E"]
            if last.state not in LIVE or not names:
                continue
            if self.kind.hides and any(i.kind == "G" and i.value == "Inaktiv" for i in seen):
                continue
            if prefix is not None and not any(n.value[1].lower().startswith(prefix.lower()) for n in names):
                continue
            out.append((uuid, [(last.at, last.state, last.note, self.view(last.content, window, now))]))
        return out[offset:offset + limit]
