# SPDX-License-Identifier: GPL-3.0-or-later
"""For what was accepted, what is not: unknown, another authority's, without the role, out of order; and
what each client makes of it."""

import datetime

import pytest
from wcf import Kitos as KitosSigner

import dotnet
from base import ClientFault
from dkmunicipal import DkMunicipal
from dotnet import KINDS, Element
from fkk import Fkk
from itk import Itk, ItkApi
from itkdev import ItkDev
from kitos import Kitos
from lamotech import Lamotech
from os2mo_fkk import Os2moFkk
from os2sync import BRUGER, ENHED, FUNKTION, Os2Sync, guid
from story import Unexpected
from wsccore import OS2sync as Signer

KORSBAEK, HAVNEBY = "11111111", "22222222"


def code_of(action, *arguments, **more):
    with pytest.raises(Unexpected) as caught:
        action(*arguments, **more)
    return caught.value.code


@pytest.fixture(scope="module")
def side(world):
    return world.korsbaek


@pytest.fixture(scope="module")
def unit(side):
    return next(u for u in list(side.authority.units.values())[50:] if u.is_open)


def unchanged(side):
    """What the registry holds is what was believed when the last day ended."""
    side.compare(None, None, side.days[-1][2], "unchanged")


# --- OS2sync ---

def test_unknown(side):
    o, row, nobody = side.os2sync, side.party.row, guid()
    row.check(o.laes(ENHED, nobody) is None, "44 is: not there")
    row.same(o.list(BRUGER, [nobody, guid()]), {}, "nothing listed")
    row.same(o.functions("46c73630-f7ad-4000-9624-c06131cde671", unit=nobody), {}, "nothing found")
    row.same(o.soeg(BRUGER, o.template(BRUGER, Tilhoerer=nobody)), [], "no users found")
    row.same(code_of(o.ret, ENHED, nobody, o.fresh(ENHED, "k", "x")), 44, "ret of nothing")
    row.same(code_of(o.passiver, ENHED, nobody), 44, "passiver of nothing")
    o.slet_address(nobody)
    row.same(o.ignored, [("adresse", "slet", nobody)], "an address that is not there is as good as deleted")
    o.ignored.clear()
    unchanged(side)


def test_there_already(side, unit):
    o, row = side.os2sync, side.party.row
    user = next(u for u in side.authority.users.values() if u.is_here)
    o.importer(ENHED, unit.uuid, o.fresh(ENHED, "k", "Overskrevet"))
    o.importer(BRUGER, user.uuid, o.fresh(BRUGER, "k", "overskrevet"))
    row.same([i[0] for i in o.ignored], [ENHED, BRUGER], "49 is: there already")
    o.ignored.clear()
    function, person = next(iter(o.made[FUNKTION])), next(iter(o.made["person"]))
    row.same(code_of(o.importer, FUNKTION, function, o.fresh(FUNKTION, "k", "Overskrevet")), 49, "a function twice")
    row.same(code_of(o.importer, "person", person, o.fresh("person", "k", "Overskrevet")), 49, "a person twice")
    unchanged(side)


def test_out_of_order(side, unit):
    o, row = side.os2sync, side.party.row
    late = o.fresh(ENHED, "k", "I morgen")
    late.at += datetime.timedelta(minutes=15)
    row.same(code_of(o.importer, ENHED, guid(), late), 45, "a registration of the future")
    reg = o.laes(ENHED, unit.uuid)
    v = reg.relation("Overordnet").virkning
    v.til = v.fra - datetime.timedelta(days=1)
    row.same(code_of(o.ret, ENHED, unit.uuid, reg), 47, "an end before the beginning")
    unchanged(side)


def test_its_own_parent(side):
    """Neither as a change nor as an import: the repair fails as the change did."""
    o, row, uuid = side.os2sync, side.party.row, guid()
    reg = o.fresh(ENHED, "k", "Sig selv")
    o.importer(ENHED, uuid, reg)
    o.relate(reg, "Overordnet", uuid)
    row.same(code_of(o.ret, ENHED, uuid, reg), 40, "a unit above itself")
    row.check(o.laes(ENHED, uuid) is None, "and is passive then")
    o.ret(ENHED, uuid, o.fresh(ENHED, "k", "Igen"))
    row.same(o.ignored, [(ENHED, "ret", uuid)], "49 of what is passive is swallowed")
    o.ignored.clear()
    o.repaired.clear()
    unchanged(side)


def test_passive_function(side):
    o, row = side.os2sync, side.party.row
    uuid = o.import_function("46c73630-f7ad-4000-9624-c06131cde671", "Leder", guid())
    o.passiver(FUNKTION, uuid)
    row.same(code_of(o.ret, FUNKTION, uuid, o.fresh(FUNKTION, "k", "x"), is_end=True), 49, "49 when it is to end")
    row.same(code_of(o.passiver, FUNKTION, uuid), 49, "passive already")
    unchanged(side)


def test_of_another_authority(world, side):
    """As if it were not there; and what has the same UUID in two authorities is two objects."""
    o, row = side.os2sync, side.party.row
    theirs, ours = world.havneby.authority, world.havneby.os2sync
    unit, user = next(u for u in theirs.units.values() if u.parent), next(iter(theirs.users.values()))
    address = next(iter(ours.made["adresse"]))
    row.check(o.laes(ENHED, unit.uuid) is None and o.laes("adresse", address) is None, "44 for another's object")
    row.same(o.list(BRUGER, [user.uuid]), {}, "not listed")
    row.same(o.soeg(ENHED, o.template(ENHED, Tilhoerer=theirs.id)), [], "not found")
    row.same(code_of(o.ret, ENHED, unit.uuid, o.fresh(ENHED, "k", "Kapret")), 44, "not changed")
    row.same(code_of(o.passiver, BRUGER, user.uuid), 44, "not passivated")
    row.check(unit.uuid not in {u for u, _ in o.hierarchy(0, 1000)[0]}, "not in the hierarchy")
    o.slet_address(address)
    row.same(o.ignored, [("adresse", "slet", address)], "not deleted")
    o.ignored.clear()
    o.importer("adresse", address, o.fresh("adresse", "k", "Vores, med samme UUID"))  # as with DAR
    row.same(o.ignored, [], "another object by the same UUID")
    row.same(o.laes("adresse", address).egenskab[0].values["AdresseTekst"], "Vores, med samme UUID", "our own")
    unchanged(world.havneby)
    unchanged(side)


def test_without_the_role(world, side, unit):
    """KSD may read, but no names of persons and no numbers; what it writes is 41."""
    reader = Os2Sync(world.reader(Signer, "OS2sync, may only read", "KSD", KORSBAEK), side.authority.id)
    row = reader.row
    reg = reader.laes(ENHED, unit.uuid)
    row.check(reg is not None, "it reads")
    reader.set_name(reg, "k", "Ikke tilladt")
    row.same(code_of(reader.ret, ENHED, unit.uuid, reg), 41, "ret")
    row.same(code_of(reader.importer, ENHED, guid(), reader.fresh(ENHED, "k", "x")), 41, "importer")
    row.same(code_of(reader.passiver, ENHED, unit.uuid), 41, "passiver")
    row.same(code_of(reader.slet_address, next(iter(side.os2sync.made["adresse"]))), 41, "slet")
    user = next(u for u in side.authority.users.values() if u.is_here and u.cpr)
    person = reader.laes("person", reader.laes(BRUGER, user.uuid).targets("TilknyttedePersoner")[0])
    row.same(set(person.egenskab[0].values), {"BrugervendtNoegleTekst"}, "a person without name and number")
    unchanged(side)


def test_no_agreement(world):
    with pytest.raises(ClientFault, match="Usercontext doesn't exist"):
        world.reader(Signer, "OS2sync, may only read", "KSD", HAVNEBY).call(BRUGER, "laes", dotnet.text(
            dotnet.put_laes(KINDS[BRUGER], guid())))


def test_white_space_alone(side):
    """WscCore drops such text before it verifies: the service does not write it."""
    o, row, uuid = side.os2sync, side.party.row, guid()
    o.importer("adresse", uuid, o.fresh("adresse", "k", "   "))
    row.check(o.laes("adresse", uuid) is not None, "an answer whose digest holds without white space")
    o.importer("adresse", other := guid(), o.fresh("adresse", "k", "  for og bag  "))
    row.same(o.laes("adresse", other).egenskab[0].values["AdresseTekst"], "  for og bag  ", "white space around text")


# --- those who read ---

def test_kitos(world, side):
    kitos = Kitos(world.reader(KitosSigner, "KITOS", "KSD", KORSBAEK))
    with pytest.raises(Unexpected) as caught:
        kitos.call("organisation", "laes", dotnet.put_laes(KINDS["organisation"], world.havneby.authority.id))
    kitos.row.same(caught.value.code, "NotFound", "44")
    company = dotnet.Registration(KINDS["virksomhed"])
    company.egenskab = [Element(None, {"CVR-NummerTekst": HAVNEBY})]
    kitos.row.same(code_of(kitos.search, company, 2), "NotFound", "a company of another authority")
    kitos.row.same(code_of(kitos.search, company, 5001), "BadInput", "40: too many wanted")
    kitos.row.same(code_of(Kitos(kitos.party, 5001).hierarchy, 0), "BadInput", "40 of the hierarchy")
    kitos.row.same(kitos.hierarchy(100000), [], "past the end there is nothing")
    with pytest.raises(ClientFault, match="no service agreement"):
        Kitos(world.reader(KitosSigner, "KITOS", "KSD", HAVNEBY)).organisation(HAVNEBY)
    # it does believe in two roots, and asks the organisation which it is
    o = side.os2sync
    second = o.fresh(ENHED, "k", "En rod til")
    o.relate(second, "Tilhoerer", side.authority.id)
    o.importer(ENHED, uuid := guid(), second)
    tree = kitos.tree(KORSBAEK)
    kitos.row.check(uuid not in tree and side.authority.root.uuid in tree, "the root is the organisation's")
    o.passiver(ENHED, uuid)
    kitos.row.same(set(kitos.tree(KORSBAEK)), set(tree), "a passive unit is not in the tree")


def test_lamotech(world):
    client = Lamotech(world.reader(DkMunicipal, "lamotech dkmunicipalorganisation", "KSD", KORSBAEK))
    text = client.fetch(0)
    client.row.check(text.count("<ns6:FiltreretOejebliksbillede>") > 100, "units in the text that was cut out")
    with pytest.raises(ClientFault, match="^5015: "):
        Lamotech(world.reader(DkMunicipal, "lamotech dkmunicipalorganisation", "KSD", HAVNEBY)).sync()
    # a cut that lost its declarations is an empty organisation: nothing is put away then
    client.sync()
    client.fetch = lambda first: text.replace(' xmlns:ns6="', ' xmlns:lost="')
    client.row.same(client.sync(), (0, 0, 0), "nothing read, nothing done")
    client.row.check(all(f[2] for f in client.folders.values()), "all folders in use still")


def test_itk(world, side):
    itk = Itk(world.reader(ItkDev, "itk-dev serviceplatformen", "KY", KORSBAEK))
    itk.row.check(itk.laes(BRUGER, guid()) is None, "an unknown user has no registration")
    with pytest.raises(dotnet.NullReference):
        itk.person_name(next(iter(world.havneby.authority.users)))
    itk.row.same(itk.functions(user=guid()), [], "44 with an empty list")
    itk.row.same(itk.find_users(name="findes ikke"), {}, "no such user")
    some = [u for u in side.authority.users.values() if u.is_here][:3]
    persons = [side.os2sync.laes(BRUGER, u.uuid).targets("TilknyttedePersoner")[0] for u in some]
    itk.row.same(set(itk.find_users(persons=persons)), {u.uuid for u in some}, "several persons: any of them")
    with pytest.raises(ClientFault, match="SAMLTokenException"):
        Itk(world.reader(ItkDev, "itk-dev serviceplatformen", "KY", HAVNEBY)).user_name(guid())
    nightly = ItkApi(world.reader(ItkDev, "itk-dev organisation_api", "SAPA", HAVNEBY))
    nightly.row.same(nightly.soeg("person", "", 100000, 1000), [], "past the end: 44 and an empty list")
    nightly.row.same(nightly.list("person", [next(iter(side.os2sync.made["person"]))]), {}, "another authority's")


def test_fkk(world):
    fkk = Fkk(world.reader(Os2moFkk, "os2mo-fkk", "KSD", KORSBAEK))
    fkk.row.check(fkk.read(guid()) is None, "44 is None")
    fkk.row.same(fkk.search(fkk.last_run, 100000), set(), "past the end")
    with pytest.raises(LookupError, match="^40 "):
        Fkk(fkk.party, 5001).search(fkk.last_run, 0)
    with pytest.raises(ClientFault, match="^HTTP 500"):
        Fkk(world.reader(Os2moFkk, "os2mo-fkk", "KSD", HAVNEBY)).read(guid())
    other = Fkk(world.reader(Os2moFkk, "os2mo-fkk", "SAPA", HAVNEBY))
    fkk.row.same(other.changed(other.last_run), set(), "another authority's classes")


