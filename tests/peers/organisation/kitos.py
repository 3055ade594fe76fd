# SPDX-License-Identifier: GPL-3.0-or-later
"""KITOS, re-created: finds the organisation by the CVR number, then its tree of units, page by page;
it stops at the first page that is not full. Source: contract of Organisation, 1.7, 1.9, 3.6, 3.7.
"""

import dotnet
from dotnet import KINDS, SD, Element, Registration, uuid_ref, x
from story import Unexpected

SYSTEM = "http://stoettesystemerne.dk/organisation/organisationsystem/6/"
ERRORS = {44: "NotFound", 40: "BadInput"}
EXCLUDE = "EXCLUDE!"


class Kitos:
    def __init__(self, party, page=500, excludes=True):
        self.party, self.row, self.page, self.excludes = party, party.row, page, excludes
        self.pages = self.others = 0

    def call(self, service, operation, tree, element=None):
        """20, or an error that it has a name for, or Unknown."""
        output = self.party.call(service, operation, dotnet.text(tree), element)
        code, said = dotnet.retur(output)
        if code != 20:
            raise Unexpected(ERRORS.get(code, "Unknown"), said)
        return output

    def search(self, template, most):
        output = self.call(template.kind.service, "soeg", dotnet.put_soeg(template, 0, most))
        return [e.text for e in output.iter(f"{{{SD}}}UUIDIdentifikator")]

    def organisation(self, cvr):
        """(uuid, its top unit)"""
        company = Registration(KINDS["virksomhed"])
        company.egenskab = [Element(None, {"CVR-NummerTekst": cvr})]
        companies = self.search(company, 2)
        self.row.check(len(companies) == 1, "one company has the CVR number", companies)
        organisation = Registration(KINDS["organisation"])
        organisation.relations["Virksomhed"] = [Element(None, ref=uuid_ref(companies[0]))]
        found = self.search(organisation, 2)
        self.row.check(len(found) == 1, "one organisation is that company", found)
        k = KINDS["organisation"]
        output = self.call("organisation", "laes", dotnet.put_laes(k, found[0]))
        _, registrations = dotnet.snapshot(k, output[1])
        return found[0], registrations[0].relation("Overordnet").uuid

    def hierarchy(self, first):
        excluded = (x(SYSTEM, "OrganisationFunktionSoegEgenskab", x(SD, "FunktionNavn", EXCLUDE)),
                    x(SYSTEM, "BrugerSoegEgenskab", x(SD, "BrugerNavn", EXCLUDE))) if self.excludes else ()
        output = self.call("organisationsystem", "fremsoegobjekthierarki", x(
            SYSTEM, "FremsoegObjekthierarkiInput", x(SD, "FoersteResultatReference", str(first)),
            x(SD, "MaksimalAntalKvantitet", str(self.page)), *excluded), "FremsoegObjekthierarkiOutput")
        self.pages += 1
        for name in ("OrganisationFunktioner", "Brugere"):
            self.others += len(dotnet.need(output.find(f"{{{SYSTEM}}}{name}")))
        return [dotnet.snapshot(KINDS["organisationenhed"], e)
                for e in dotnet.need(output.find(f"{{{SYSTEM}}}OrganisationEnheder"))]

    def tree(self, cvr):
        """uuid -> (name, key, parent) of all that hangs below the root."""
        units, first = {}, 0
        while True:
            page = self.hierarchy(first)
            first += len(page)
            for uuid, registrations in page:
                self.row.check(uuid not in units, "a unit comes once", uuid)  # else its dictionary throws
                units[uuid] = max(registrations, key=lambda r: r.at)
            if len(page) != self.page:
                break
        roots = [u for u, r in units.items() if r.relation("Overordnet") is None]
        if len(roots) > 1:
            roots = [u for u in roots if u == self.organisation(cvr)[1]]
        self.row.check(len(roots) == 1, "one root", roots)
        below = {}
        for uuid, reg in units.items():
            if reg.relation("Overordnet") is not None:
                below.setdefault(reg.relation("Overordnet").uuid, []).append(uuid)
        out, todo = {}, roots
        while todo:
            uuid = todo.pop()
            names = [e.values for e in units[uuid].egenskab if e.values.get("EnhedNavn")]
            self.row.check(len(names) == 1, "a unit has one name", uuid)
            above = units[uuid].relation("Overordnet")
            out[uuid] = (names[0]["EnhedNavn"], names[0]["BrugervendtNoegleTekst"], above.uuid if above else None)
            todo = todo + below.get(uuid, [])
        return out
