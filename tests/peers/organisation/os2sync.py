# SPDX-License-Identifier: GPL-3.0-or-later
"""OS2sync, re-created: the one that writes. It reads an object, changes what it read and sends the
whole back; what is over it ends at midnight; which codes it lives with depends on the object.

Source: contract of Organisation, 1.3-1.7, 3.2-3.6, 7.
"""

import datetime
import uuid as uuids

import dotnet
from dotnet import KINDS, SD, Element, Registration, Virkning, put_lists, put_object, uuid_ref, x
from roles import (ADDRESS_TYPE, CONTACT, MANAGER, PAYOUT, POSITION, ROBOT, TASK_ROLE, TASK_TYPE, UNIT_ADDRESS,
                   UNIT_TYPE, USER_ADDRESS)
from story import Unexpected, local_now

ENHED, FUNKTION, BRUGER = "organisationenhed", "organisationfunktion", "bruger"
# what it takes for "is there already", and the rest it throws
THERE_ALREADY = (ENHED, BRUGER, "adresse")
NAME = {ENHED: "EnhedNavn", FUNKTION: "FunktionNavn", BRUGER: "BrugerNavn", "adresse": "AdresseTekst",
        "person": "NavnTekst"}


def guid():
    return str(uuids.uuid4())


class Stubs:
    """The calls, one each, and what it makes of their codes."""

    def __init__(self, party, organisation):
        self.party, self.row, self.organisation = party, party.row, organisation
        self.ignored, self.repaired = [], []

    # --- times ---

    def timestamp(self):
        """Five minutes ago: it does not trust its clock."""
        return local_now() - datetime.timedelta(minutes=5)

    def today(self):
        day = self.timestamp().date()
        return datetime.datetime(day.year, day.month, day.day, tzinfo=dotnet.COPENHAGEN)

    def virkning(self, fra=None, til=None):
        return Virkning(fra or self.today(), til, uuid_ref(self.organisation), "Organisation")

    def end(self, virkning):
        """Today at 00:00, but never before it began; True if that changes something."""
        end = self.today()
        if virkning.fra is not True and virkning.fra > end:
            end = virkning.fra
        if virkning.til is True or virkning.til > end:
            virkning.til = end
            return True
        return False

    # --- calls ---

    def call(self, service, operation, tree, element=None):
        output = self.party.call(service, operation, dotnet.text(tree), element)
        code, said = dotnet.retur(output)
        return output, code, said

    def importer(self, service, uuid, reg):
        k = KINDS[service]
        _, code, said = self.call(service, "importer", x(k.ns, "ImportInput", put_object(uuid, reg)), "ImportOutput")
        if code == 49 and service in THERE_ALREADY:
            self.ignored.append((service, "importer", uuid))
        elif code != 20:
            raise Unexpected(code, said)

    def ret(self, service, uuid, reg, is_end=False):
        """After 40 an object is passivated and imported anew, a function that is to end stays so."""
        k = KINDS[service]
        _, code, said = self.call(service, "ret", x(k.ns, "RetInput", x(SD, "UUIDIdentifikator", uuid),
                                                    *put_lists(reg)))
        if code == 20:
            return
        if code == 49 and service != "organisation" and not (is_end and service == FUNKTION):
            self.ignored.append((service, "ret", uuid))
        elif code == 40 and service != "organisation":
            self.repaired.append((service, uuid))
            self.passiver(service, uuid)
            if not is_end:
                self.importer(service, uuid, self.again(reg))
        else:
            raise Unexpected(code, said)

    def again(self, reg):
        """The whole object for an import: what holds, without what it dropped to please the validator."""
        whole = self.registration(reg.kind.service)
        whole.egenskab, whole.gyldighed = reg.egenskab, [g for g in reg.gyldighed if g.virkning._til in (None, True)]
        whole.relations = {name: [e for e in items if e.virkning._til in (None, True) and (
            name not in reg.kind.dynamic or e.role is not None)] for name, items in reg.relations.items()}
        return whole

    def simple(self, service, operation, uuid):
        k = KINDS[service]
        _, code, said = self.call(service, operation, x(k.ns, f"{operation.capitalize()}Input",
                                                        x(SD, "UUIDIdentifikator", uuid)))
        return code, said

    def passiver(self, service, uuid):
        code, said = self.simple(service, "passiver", uuid)
        if code != 20:
            raise Unexpected(code, said)

    def slet_address(self, uuid):
        code, said = self.simple("adresse", "slet", uuid)
        if code in (44, 49):
            self.ignored.append(("adresse", "slet", uuid))
        elif code != 20:
            raise Unexpected(code, said)

    def is_alive(self):
        return self.simple(BRUGER, "laes", guid())[0] in (20, 44)

    def latest(self, registrations, what):
        """One is expected, else the last by its time; what is passive counts for nothing."""
        self.row.check(len(registrations) == 1, f"one registration in {what}", len(registrations))
        reg = max(registrations, key=lambda r: r.at)
        return None if reg.code in ("Slettet", "Passiveret") else reg

    def laes(self, service, uuid):
        """Anything but 20 is: not there."""
        k = KINDS[service]
        output, code, _ = self.call(service, "laes", dotnet.put_laes(k, uuid))
        if code != 20:
            return None
        (shown,) = [e for e in output if e.tag == f"{{{k.ns}}}FiltreretOejebliksbillede"]
        found, registrations = dotnet.snapshot(k, shown)
        self.row.check(found == uuid, "laes answers for what was asked", found)
        return self.latest(registrations, "laes")

    def list(self, service, ids, future=False):
        """uuid -> registration, of those that are there; by the hundred."""
        k, out = KINDS[service], {}
        ids = list(dict.fromkeys(ids))
        for at in range(0, len(ids), 100):
            filters = ()
            if future:
                filters = (dotnet.put_time("VirkningFraFilter", local_now()), dotnet.put_time("VirkningTilFilter", True))
            output, code, _ = self.call(service, "list", x(
                k.ns, "ListInput", *(x(SD, "UUIDIdentifikator", i) for i in ids[at:at + 100]), *filters))
            if code != 20:
                continue
            for e in output[1:]:
                found, registrations = dotnet.snapshot(k, e)
                reg = self.latest(registrations, "list")
                if reg:
                    out[found] = reg
        return out

    def soeg(self, service, template, first=None, most=None, window=None):
        """20 or 44, all else is thrown."""
        output, code, said = self.call(service, "soeg", dotnet.put_soeg(template, first, most, window))
        if code not in (20, 44):
            raise Unexpected(code, said)
        return [e.text for e in output.iter(f"{{{SD}}}UUIDIdentifikator")] if code == 20 else []

    def template(self, service, **relations):
        """What is active, and has these relations."""
        reg = Registration(KINDS[service])
        reg.gyldighed = [Element(None, code="Aktiv")]
        for name, target in relations.items():
            reg.relations[name] = [Element(None, ref=uuid_ref(target))] if target else []
        return reg

    def functions(self, kind, user=None, unit=None, system=None, future=False):
        """uuid -> function. It looks whether each hit is one: a service before did not."""
        wanted = {"TilknyttedeBrugere": user, "TilknyttedeEnheder": unit, "TilknyttedeItSystemer": system}
        template = self.template(FUNKTION, Funktionstype=kind, TilknyttedeOrganisationer=self.organisation, **wanted)
        hits = self.soeg(FUNKTION, template, window=Virkning(local_now(), True))
        found = self.list(FUNKTION, hits, future) if hits else {}
        for uuid, reg in found.items():
            for name, target in wanted.items():
                self.row.check(target is None or target in reg.targets(name) or not future,
                               f"a function that was found has its {name}", uuid)
        return {u: r for u, r in found.items()
                if all(t is None or t in r.targets(n) for n, t in wanted.items())}

    def hierarchy(self, first, most):
        """(units, were there any): only 20 will do."""
        ns = "http://stoettesystemerne.dk/organisation/organisationsystem/6/"
        output, code, said = self.call("organisationsystem", "fremsoegobjekthierarki", x(
            ns, "FremsoegObjekthierarkiInput", x(SD, "FoersteResultatReference", str(first)),
            x(SD, "MaksimalAntalKvantitet", str(most))), "FremsoegObjekthierarkiOutput")
        if code != 20:
            raise Unexpected(code, said)
        lists = {name: dotnet.need(output.find(f"{{{ns}}}{name}")) for name in (
            "OrganisationEnheder", "Interessefaellesskaber", "ItSystemer", "Organisationer", "OrganisationFunktioner")}
        units = []
        for e in lists["OrganisationEnheder"]:
            uuid, registrations = dotnet.snapshot(KINDS[ENHED], e)
            self.row.check(len(registrations) == 1, "one registration in the hierarchy", uuid)
            belongs = registrations[0].relation("Tilhoerer")
            self.row.check(belongs is not None and belongs.uuid == self.organisation,
                           "a unit of the hierarchy belongs to the organisation", uuid)
            units.append((uuid, registrations[0]))
        return units, len(lists["OrganisationEnheder"]) > 0

    # --- making and changing registrations ---

    def registration(self, service):
        """An empty one, made now."""
        reg = Registration(KINDS[service])
        reg.at, reg.code, reg.user = self.timestamp(), "Importeret", uuid_ref(self.organisation)
        return reg

    def fresh(self, service, key, name, **more):
        """With a name, and active where that can be said."""
        reg = self.registration(service)
        reg.egenskab = [Element(self.virkning(), {"BrugervendtNoegleTekst": key, NAME[service]: name, **more})]
        if reg.kind.has_state:
            reg.gyldighed = [Element(self.virkning(), code="Aktiv")]
        return reg

    def relate(self, reg, name, target, virkning=None):
        reg.relations[name].append(Element(virkning or self.virkning(), ref=uuid_ref(target)))

    def address(self, reg, target, role, index):
        reg.relations["Adresser"].append(Element(
            self.virkning(), ref=uuid_ref(target), role=uuid_ref(role),
            kind=uuid_ref(ADDRESS_TYPE[reg.kind.service]), index=str(index)))

    def task(self, reg, target):
        """Its indexes may well be the same."""
        reg.relations["Opgaver"].append(Element(self.virkning(), ref=uuid_ref(target), role=uuid_ref(TASK_ROLE),
                                                kind=uuid_ref(TASK_TYPE), index="1"))

    def now_holding(self, elements):
        return next((e for e in elements if e.virkning.til is True or e.virkning.til > local_now()), None)

    def set_state(self, reg, code):
        state = self.now_holding(reg.gyldighed)
        if state is not None and state.code == code:
            return False
        if state is not None:
            self.end(state.virkning)
        reg.gyldighed.append(Element(self.virkning(), code=code))
        return True

    def set_name(self, reg, key, name, **more):
        """One new Egenskab in place of what was read."""
        values = {"BrugervendtNoegleTekst": key, NAME[reg.kind.service]: name, **more}
        holds = self.now_holding(reg.egenskab)
        if holds is not None and holds.values == values:
            return False
        reg.egenskab = [Element(self.virkning(), values)]
        return True

    def set_one(self, reg, name, target):
        """A relation of which there is one: pointed elsewhere, ended, or made."""
        e = reg.relation(name)
        if e is not None and e.virkning.til is not True and e.virkning.til <= local_now():
            reg.relations[name], e = [], None
        if e is None:
            if target:
                self.relate(reg, name, target)
            return bool(target)
        if target is None:
            return self.end(e.virkning)
        if e.uuid == target:
            return False
        e.ref, e.virkning = uuid_ref(target), self.virkning()
        return True

    def set_many(self, reg, name, targets, add=None):
        """What is not wanted is ended, what is not there is added."""
        changed = False
        for e in reg.relations[name]:
            if e.uuid not in targets:
                changed = self.end(e.virkning) or changed
        there = {e.uuid for e in reg.relations[name] if e.virkning.til is True or e.virkning.til > local_now()}
        for target in sorted(set(targets) - there):
            (add or (lambda t: self.relate(reg, name, t)))(target)
            changed = True
        return changed


class Os2Sync(Stubs):
    """What it does with a unit or a user that was handed to it. `made`: what it gave UUIDs to."""

    def __init__(self, party, organisation):
        super().__init__(party, organisation)
        self.made = {FUNKTION: set(), "adresse": set(), "person": set()}

    def new(self, service):
        uuid = guid()
        self.made[service].add(uuid)
        return uuid

    # --- addresses ---

    def import_address(self, text):
        uuid = self.new("adresse")
        self.importer("adresse", uuid, self.fresh("adresse", guid()[:8], text))
        return uuid

    def update_addresses(self, reg, wanted, roles):
        """Reads each address that it wants; ends what it does not want, and deletes that object."""
        changed, gone = False, []
        names = {r: n for n, r in roles.items()}
        there = {}
        for e in reg.relations["Adresser"]:
            name = names.get(e.role[1])
            if name in wanted and name not in there:
                there[name] = e.uuid
            elif self.end(e.virkning):
                changed = True
                gone.append(e.uuid)
        for name, text in wanted.items():
            at = there.get(name)
            stored = self.laes("adresse", at) if at else None
            if stored is not None:
                if self.set_name(stored, stored.egenskab[0].values["BrugervendtNoegleTekst"], text):
                    self.ret("adresse", at, stored)
            elif at:
                self.importer("adresse", at, self.fresh("adresse", guid()[:8], text))
            else:
                self.address(reg, self.import_address(text), roles[name], len(reg.relations["Adresser"]) + 1)
                changed = True
        return changed, gone

    # --- functions ---

    def import_function(self, kind, name, unit, user=None, tasks=(), virkning=None):
        reg = self.fresh(FUNKTION, guid()[:8], name)
        self.relate(reg, "Funktionstype", kind)
        self.relate(reg, "TilknyttedeOrganisationer", self.organisation)
        self.relate(reg, "TilknyttedeEnheder", unit, virkning)
        if user:
            self.relate(reg, "TilknyttedeBrugere", user, virkning)
        for t in sorted(tasks):
            self.relate(reg, "TilknyttedeOpgaver", t)
        uuid = self.new(FUNKTION)
        self.importer(FUNKTION, uuid, reg)
        return uuid

    def end_function(self, uuid, future=False):
        reg = self.list(FUNKTION, [uuid], future).get(uuid)
        if reg is None:
            return
        for name in ("TilknyttedeBrugere", "TilknyttedeEnheder", "TilknyttedeOpgaver"):
            for e in reg.relations[name]:
                self.end(e.virkning)
        self.set_state(reg, "Inaktiv")
        self.ret(FUNKTION, uuid, reg, is_end=True)

    def update_manager(self, unit):
        roles = self.functions(MANAGER, unit=unit.uuid)
        self.row.check(len(roles) <= 1, "a unit has one leader", unit.uuid)
        for uuid, reg in roles.items():
            if unit.manager in reg.targets("TilknyttedeBrugere"):
                return
            if unit.manager is None:
                self.end_function(uuid)
                return
            reg = self.list(FUNKTION, [uuid])[uuid]  # once more, to change it
            self.set_many(reg, "TilknyttedeBrugere", {unit.manager})
            self.ret(FUNKTION, uuid, reg)
            return
        if unit.manager:
            self.import_function(MANAGER, "Leder", unit.uuid, unit.manager)

    def function_of(self, kind, unit):
        return next(iter(self.functions(kind, unit=unit)), None)

    def used_functions(self, unit):
        """The paying unit's and those of contact places, made if need be."""
        out = set()
        if unit.payout:
            out.add(self.function_of(PAYOUT, unit.payout)
                    or self.import_function(PAYOUT, "Udbetalende enhed", unit.payout))
        for contact in unit.contacts:
            found = self.function_of(CONTACT, contact)
            if found:
                out.add(found)
        return out

    def update_contact(self, unit):
        found = self.functions(CONTACT, unit=unit.uuid)
        if not unit.contact_for:
            for uuid in found:
                self.end_function(uuid)
        elif not found:
            self.import_function(CONTACT, "Henvendelsessted", unit.uuid, tasks=unit.contact_for)
        for uuid, reg in found.items():
            if unit.contact_for and self.set_many(reg, "TilknyttedeOpgaver", unit.contact_for):
                self.ret(FUNKTION, uuid, reg)

    # --- units ---

    def create_unit(self, unit):
        addresses = [(UNIT_ADDRESS[name], self.import_address(text)) for name, text in unit.addresses.items()]
        if unit.manager:
            self.update_manager(unit)
        functions = self.used_functions(unit)
        reg = self.fresh(ENHED, unit.key, unit.name)
        reg.note = "STSOrgSync" if unit.parent is None else None
        self.set_type(reg, unit)
        for i, (role, target) in enumerate(addresses):
            self.address(reg, target, role, i + 1)
        self.relate(reg, "Tilhoerer", self.organisation)
        if unit.parent:
            self.relate(reg, "Overordnet", unit.parent)
        for target in sorted(unit.tasks):
            self.task(reg, target)
        for name, targets in (("TilknyttedeFunktioner", functions), ("TilknyttedeItSystemer", unit.systems)):
            for target in sorted(targets):
                self.relate(reg, name, target)
        self.importer(ENHED, unit.uuid, reg)
        self.update_organisation(unit)
        self.update_contact(unit)

    def set_type(self, reg, unit):
        """It names the class in an URN, by a slip."""
        want, e = UNIT_TYPE[unit.kind], reg.relation("Enhedstype")
        if e is not None and e.uuid == want:
            return False
        reg.relations["Enhedstype"] = [Element(self.virkning(), ref=("URNIdentifikator", want, None))]
        return True

    def update_organisation(self, unit):
        """The top unit is named in the Organisation; if that fails, so be it."""
        if unit.parent is not None:
            return
        reg = self.laes("organisation", self.organisation)
        if reg is not None and self.set_one(reg, "Overordnet", unit.uuid):
            try:
                self.ret("organisation", self.organisation, reg)
            except Unexpected:
                self.ignored.append(("organisation", "ret", self.organisation))

    def update_unit(self, unit):
        reg = self.laes(ENHED, unit.uuid)
        if reg is None:
            self.create_unit(unit)
            return
        changed, gone = self.update_addresses(reg, unit.addresses, UNIT_ADDRESS)
        there = reg.targets("TilknyttedeFunktioner")
        if there:
            self.list(FUNKTION, there)
        functions = self.used_functions(unit)
        self.update_manager(unit)
        changed |= self.set_state(reg, "Aktiv")
        changed |= self.set_name(reg, unit.key, unit.name)
        changed |= self.set_one(reg, "Tilhoerer", self.organisation)
        changed |= self.set_one(reg, "Overordnet", unit.parent)
        changed |= self.set_many(reg, "Opgaver", unit.tasks, lambda t: self.task(reg, t))
        changed |= self.set_many(reg, "TilknyttedeFunktioner", functions)
        changed |= self.set_many(reg, "TilknyttedeItSystemer", unit.systems)
        changed |= self.set_type(reg, unit)
        if changed:
            self.ret(ENHED, unit.uuid, reg)
        for address in gone:
            self.slet_address(address)
        self.update_contact(unit)
        self.update_organisation(unit)

    def close_unit(self, unit):
        """Cut loose: from above, from functions and tasks; it keeps its name and addresses."""
        reg = self.laes(ENHED, unit.uuid)
        if reg is None:
            return
        for name in ("Overordnet", "TilknyttedeFunktioner", "Opgaver"):
            for e in reg.relations[name]:
                self.end(e.virkning)
        self.set_state(reg, "Inaktiv")
        self.ret(ENHED, unit.uuid, reg, is_end=True)
        for uuid in self.functions(CONTACT, unit=unit.uuid):
            self.end_function(uuid)

    # --- users ---

    def create_user(self, user):
        addresses = [(USER_ADDRESS[name], self.import_address(text)) for name, text in user.addresses.items()]
        person = self.new("person")
        self.importer("person", person, self.person_of(user))
        self.update_positions(user)
        reg = self.fresh(BRUGER, user.key, user.user_id)
        for i, (role, target) in enumerate(addresses):
            self.address(reg, target, role, i + 1)
        if user.is_robot:
            self.relate(reg, "BrugerTyper", ROBOT)
        self.relate(reg, "Tilhoerer", self.organisation)
        self.relate(reg, "TilknyttedePersoner", person)
        self.importer(BRUGER, user.uuid, reg)

    def person_of(self, user):
        more = {"CPR-NummerTekst": user.cpr} if user.cpr else {}
        return self.fresh("person", guid()[:8], user.name, **more)

    def update_person(self, user, uuid):
        reg = self.laes("person", uuid)
        if reg is None:
            self.importer("person", uuid, self.person_of(user))
            return
        more = {"CPR-NummerTekst": user.cpr} if user.cpr else {}
        if self.set_name(reg, reg.egenskab[0].values["BrugervendtNoegleTekst"], user.name, **more):
            self.ret("person", uuid, reg)

    def dates_differ(self, position, virkning):
        if position.start is None:
            return False
        til = None if virkning.til is True else virkning.til.date()
        return virkning.fra.date() != position.start or til != position.stop

    def update_positions(self, user):
        there = self.functions(POSITION, user=user.uuid, future=True)
        kept = []
        for uuid, reg in there.items():
            self.row.check(len(reg.relations["TilknyttedeEnheder"]) == 1, "a post is in one unit", uuid)
            unit, name = reg.relations["TilknyttedeEnheder"][0], self.now_holding(reg.egenskab).values["FunktionNavn"]
            for p in user.positions:
                if (p.unit, p.title) == (unit.uuid, name) and not self.dates_differ(p, unit.virkning):
                    kept.append(p)
                    break
            else:
                self.end_function(uuid, future=True)
        for p in user.positions:
            if p not in kept:
                when = None
                if p.start:  # dates, without a zone
                    at = datetime.time()
                    when = self.virkning(datetime.datetime.combine(p.start, at),
                                         datetime.datetime.combine(p.stop, at) if p.stop else None)
                self.import_function(POSITION, p.title, p.unit, user.uuid, virkning=when)

    def update_user(self, user):
        reg = self.laes(BRUGER, user.uuid)
        if reg is None:
            self.create_user(user)
            return
        changed, gone = self.update_addresses(reg, user.addresses, USER_ADDRESS)
        self.update_positions(user)
        person = next(iter(reg.targets("TilknyttedePersoner")), None)
        if person is None:
            person = self.new("person")
            self.relate(reg, "TilknyttedePersoner", person)
            changed = True
        self.update_person(user, person)
        changed |= self.set_state(reg, "Aktiv")
        changed |= self.set_name(reg, user.key, user.user_id)
        changed |= self.set_one(reg, "Tilhoerer", self.organisation)
        changed |= self.set_many(reg, "BrugerTyper", {ROBOT} if user.is_robot else set())
        if changed:
            self.ret(BRUGER, user.uuid, reg)
        for address in gone:
            self.slet_address(address)

    def remove_user(self, user):
        for uuid in self.functions(POSITION, user=user.uuid, future=True):
            self.end_function(uuid, future=True)
        reg = self.laes(BRUGER, user.uuid)
        if reg is not None:
            self.end(reg.relation("Tilhoerer").virkning)
            self.set_state(reg, "Inaktiv")
            self.ret(BRUGER, user.uuid, reg, is_end=True)
