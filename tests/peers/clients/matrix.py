# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the matrix of clients, and the report of what was proven of each."""

from cxf import Bfo, Cxf
from dkmunicipal import DkMunicipal
from gosts import GoSts, StsUtility
from itkdev import ItkDev, Mynde
from os2mo_fkk import Os2moFkk
from rest import ItkDevRest, JwtUsers, PythonServiceplatformen, Rimi
from wcf import Document, KosdyNet, Kitos, Safewhere
from wsccore import Net6, OS2sync, Randers

CLIENTS = (OS2sync, Net6, Randers, Kitos, KosdyNet, Cxf, Bfo, ItkDev, ItkDevRest, Mynde, DkMunicipal,
           Os2moFkk, PythonServiceplatformen, Rimi, StsUtility, GoSts, Safewhere, Document, JwtUsers)
COLUMNS = ("token", "call", "answer", "fault", "changed", "wrong key")
REPORT = {}


def note(client, column, said="ok"):
    REPORT.setdefault(client.row, {})[column] = said


def report():
    lines = [f"{'client':30}" + "".join(f"{c:>16}" for c in COLUMNS)]
    for client in CLIENTS:
        cells = REPORT.get(client.row, {})
        lines.append(f"{client.row:30}" + "".join(f"{cells.get(c, '?'):>16}" for c in COLUMNS))
    return "\n".join(lines)
