# SPDX-License-Identifier: GPL-3.0-or-later
"""magenta-aps/os2mo-fkk, re-created: asks what has changed since the last time, then reads the whole
history of each class. It is written for version 7 of Klassifikation; here it speaks to the version
that the Organisation package ships, whose objects call their id ObjektType.
Source: contract of Organisation, 1.4, 3.3, 3.6, 4; that of Klassifikation, 5.
"""

import datetime

from roles import KLE
from wss import now

SD = "urn:oio:sagdok:3.0.0"
NS = "http://stoettesystemerne.dk/klassifikation/klasse/6/"
UTC = datetime.timezone.utc
PAGE = 500
FIRST, LAST = datetime.datetime.min.replace(tzinfo=UTC), datetime.datetime.max.replace(tzinfo=UTC)


def stamp(when):
    """In UTC, with milliseconds; the year with all its zeroes."""
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def text(element, path):
    found = element.find(path)
    assert found is not None and found.text is not None, f"no {path}"
    return found.text.strip()


def tidspunkt(element, limit):
    indicator = element.find("{*}GraenseIndikator")
    if indicator is None:
        return datetime.datetime.fromisoformat(text(element, "{*}TidsstempelDatoTid"))
    assert indicator.text == "true"
    return limit


def virkning(element):
    v = element.find("{*}Virkning")
    return tidspunkt(v.find("{*}FraTidspunkt"), FIRST), tidspunkt(v.find("{*}TilTidspunkt"), LAST)


class Fkk:
    def __init__(self, party, page=PAGE):
        self.party, self.row, self.page = party, party.row, page
        self.last_run, self.classes = FIRST, {}

    def call(self, operation, body):
        """20, or None for 44; all else is a LookupError."""
        output = self.party.call("klasse", operation, body)
        code = int(text(output, "{*}StandardRetur/{*}StatusKode"))
        if code == 44:
            return None
        if code != 20:
            raise LookupError(f"{code} {text(output, '{*}StandardRetur/{*}FejlbeskedTekst')}")
        return output

    def search(self, since, first):
        output = self.call("soeg", f"""<SoegInput xmlns="{NS}" xmlns:urn="{SD}">
              <urn:FoersteResultatReference>{first}</urn:FoersteResultatReference>
              <urn:MaksimalAntalKvantitet>{self.page}</urn:MaksimalAntalKvantitet>
              <urn:SoegRegistrering xmlns="{SD}">
                <urn:FraTidspunkt>
                  <urn:TidsstempelDatoTid>{stamp(since)}</urn:TidsstempelDatoTid>
                </urn:FraTidspunkt>
              </urn:SoegRegistrering>
              <AttributListe/>
              <TilstandListe/>
              <RelationListe>
                <urn:Facet>
                  <urn:ReferenceID>
                    <urn:UUIDIdentifikator>{KLE}</urn:UUIDIdentifikator>
                  </urn:ReferenceID>
                </urn:Facet>
              </RelationListe>
            </SoegInput>""")
        return {e.text for e in output.iterfind("{*}IdListe/{*}UUIDIdentifikator")} if output is not None else set()

    def changed(self, since):
        out, first = set(), 0
        while True:
            page = self.search(since, first)
            if not page:
                return out
            self.row.check(not page & out, "a class comes on one page", page & out)
            out |= page
            first += self.page

    def read(self, uuid):
        """(names, published, parents) with all their times, or None."""
        output = self.call("laes", f"""<LaesInput xmlns="{NS}" xmlns:urn="{SD}">
              <urn:UUIDIdentifikator>{uuid}</urn:UUIDIdentifikator>
              <urn:VirkningFraFilter>
                <urn:GraenseIndikator>true</urn:GraenseIndikator>
              </urn:VirkningFraFilter>
              <urn:VirkningTilFilter>
                <urn:GraenseIndikator>true</urn:GraenseIndikator>
              </urn:VirkningTilFilter>
            </LaesInput>""")
        if output is None:
            return None
        self.row.check(text(output, "{*}FiltreretOejebliksbillede/{*}ObjektType/{*}UUIDIdentifikator") == uuid,
                       "the class that was asked for", uuid)
        reg = output.find("{*}FiltreretOejebliksbillede/{*}Registrering")
        return (
            [(virkning(e), text(e, "{*}BrugervendtNoegleTekst"), text(e, "{*}TitelTekst"))
             for e in reg.findall("{*}AttributListe/{*}Egenskab")],
            [(virkning(e), {"true": True, "false": False}[text(e, "{*}ErPubliceretIndikator")])
             for e in reg.findall("{*}TilstandListe/{*}PubliceretStatus")],
            [(virkning(e), text(e, "{*}ReferenceID/{*}UUIDIdentifikator"))
             for e in reg.findall("{*}RelationListe/{*}OverordnetKlasse")])

    def run(self):
        """One round: the classes that changed, which are read anew."""
        at, found = now(), self.changed(self.last_run)
        for uuid in found:
            self.classes[uuid] = self.read(uuid)
        self.last_run = at
        return found
