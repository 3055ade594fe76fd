# SPDX-License-Identifier: GPL-3.0-or-later
"""lamotech/dkmunicipalorganisation, re-created: cuts the output element out of the answer as text and
parses that again; makes a folder a unit. Source: contract of Organisation, R3, R14, 3.7.
"""

import re
import time

from lxml import etree

SYSTEM = "http://stoettesystemerne.dk/organisation/organisationsystem/6/"
NS = {"ns2": "urn:oio:sagdok:3.0.0", "ns5": "http://stoettesystemerne.dk/organisation/organisationenhed/6/",
      "ns6": SYSTEM}
PAGE, SECONDS = 500, 30


class Lamotech:
    def __init__(self, party, page=PAGE):
        self.party, self.row, self.page = party, party.row, page
        self.folders = {}  # uuid -> [name, parent, is in use]
        self.pages, self.slowest = 0, 0.0

    def fetch(self, first):
        """The output as text: what stands around it is lost, and what it declared with it."""
        begin = time.monotonic()
        self.party.call("organisationsystem", "fremsoegobjekthierarki", f"""<FremsoegObjekthierarkiInput xmlns="{SYSTEM}">
<FoersteResultatReference xmlns="{NS['ns2']}">{first}</FoersteResultatReference>
<MaksimalAntalKvantitet xmlns="{NS['ns2']}">{self.page}</MaksimalAntalKvantitet>
</FremsoegObjekthierarkiInput>""", "FremsoegObjekthierarkiOutput")
        self.slowest = max(self.slowest, time.monotonic() - begin)
        self.row.check(self.slowest < SECONDS, "an answer before the client gives up", self.slowest)
        self.pages += 1
        _, _, answer = self.party.client().wire.last
        return re.search(r"<(\w+:)?FremsoegObjekthierarkiOutput[ >].*</(\w+:)?FremsoegObjekthierarkiOutput>",
                         answer.decode(), re.S).group(0)

    def units(self):
        """(uuid, name, parent or ""), until a page has none."""
        first = 0
        while True:
            doc = etree.fromstring(self.fetch(first), etree.XMLParser(recover=True))
            nodes = doc.xpath("//ns6:OrganisationEnheder//ns6:FiltreretOejebliksbillede", namespaces=NS)
            if not nodes:
                return
            for n in nodes:
                def at(path, n=n):
                    return n.xpath(f"string({path})", namespaces=NS)
                yield (at("ns5:ObjektType/ns2:UUIDIdentifikator"),
                       at("ns5:Registrering/ns5:AttributListe/ns5:Egenskab/ns2:EnhedNavn"),
                       at("ns5:Registrering/ns5:RelationListe/ns2:Overordnet/ns2:ReferenceID/ns2:UUIDIdentifikator"))
            first += self.page

    def sync(self):
        """Folders follow the units: (created, updated, put away). No units at all: nothing is done."""
        fetched = list(self.units())
        created = updated = away = 0
        for uuid, name, parent in fetched:
            self.row.check(uuid and name, "a unit has an id and a name", (uuid, name))
            if uuid not in self.folders:
                created += 1
            elif self.folders[uuid][:2] != [name, parent]:
                updated += 1
            self.folders[uuid] = [name, parent, True]
        seen = {u for u, _, _ in fetched}
        for uuid, folder in self.folders.items():
            if fetched and folder[2] and uuid not in seen:
                folder[2], away = False, away + 1
        return created, updated, away
