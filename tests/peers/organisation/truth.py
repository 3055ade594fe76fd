# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry as somebody else reads it, who shares no line with the clients' readers: everything
of a kind, as known at a moment and as it holds at a moment."""

from fagsystem import Fagsystem

import dotnet
from roles import ORGANISATION

SD = "{urn:oio:sagdok:3.0.0}"
NAMES = {"organisationenhed": "EnhedNavn", "bruger": "BrugerNavn", "organisationfunktion": "FunktionNavn",
         "adresse": "AdresseTekst", "person": "NavnTekst", "organisation": "OrganisationNavn"}


class Truth:
    def __init__(self, land, system, cvr):
        self.system = Fagsystem(land, system)
        self.cvr, self.token = cvr, None

    def close(self):
        self.system.wire.close()
        self.token = None

    def call(self, service, operation, inside):
        self.token = self.token or self.system.token(ORGANISATION, self.cvr)
        ns = f"http://stoettesystemerne.dk/organisation/{service}/6/"
        name = operation.capitalize().replace("Importer", "Import") + "Input"
        body = f'<{name} xmlns="{ns}" xmlns:s="urn:oio:sagdok:3.0.0">{inside}</{name}>'
        return self.system.call(self.token, f"http://kombit.dk/sts/organisation/{service}/{operation}",
                                f"/organisation/{service}/6", body)

    @staticmethod
    def filters(valid, known):
        out = ""
        for name, when in (("VirkningFra", valid), ("VirkningTil", valid), ("RegistreringFra", known),
                           ("RegistreringTil", known)):
            if when is not None:
                out += (f"<s:{name}Filter><s:TidsstempelDatoTid>{when.isoformat()}</s:TidsstempelDatoTid>"
                        f"</s:{name}Filter>")
        return out

    def read(self, service, uuids, valid=None, known=None):
        """uuid -> view(), of those that live."""
        uuids, out = sorted(uuids), {}
        for at in range(0, len(uuids), 1000):
            inside = "".join(f"<s:UUIDIdentifikator>{u}</s:UUIDIdentifikator>" for u in uuids[at:at + 1000])
            answer = self.call(service, "list", inside + self.filters(valid, known))
            for e in answer[1:]:
                uuid = e[0].findtext(f"{SD}UUIDIdentifikator")
                regs = [n for n in e if n.tag.endswith("}Registrering")]
                assert len(regs) == 1, f"{len(regs)} registrations of {uuid}"
                if regs[0].findtext(f"{SD}LivscyklusKode") in ("Opstaaet", "Importeret"):
                    out[uuid] = view(service, regs[0])
        return out

    def registrations(self, service, uuid):
        """Every registration of an object as it stands, oldest first."""
        open_ends = "".join(f"<s:{n}Filter><s:GraenseIndikator>true</s:GraenseIndikator></s:{n}Filter>" for n in
                            ("VirkningFra", "VirkningTil", "RegistreringFra", "RegistreringTil"))
        answer = self.call(service, "laes", f"<s:UUIDIdentifikator>{uuid}</s:UUIDIdentifikator>{open_ends}")
        return [dotnet.Registration.read(dotnet.KINDS[service], n)
                for n in answer.iter() if n.tag.endswith("}Registrering")]


def view(service, reg):
    """What an object says at one moment: plain values, no times."""
    out = {"state": None}
    for e in reg.iter():
        local = e.tag.rpartition("}")[2]
        if local in (NAMES[service], "CPR-NummerTekst", "BrugervendtNoegleTekst"):
            out[local] = e.text or ""
        elif local == "GyldighedStatusKode":
            out["state"] = e.text
        elif e.find(f"{SD}ReferenceID") is not None:
            target = e.find(f"{SD}ReferenceID")[0].text
            role = e.find(f"{SD}Rolle")
            out.setdefault(local, set()).add(target if role is None else (role[0].text, target))
    return out
