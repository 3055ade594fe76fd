# SPDX-License-Identifier: GPL-3.0-or-later
"""The object tables in C and the XSDs in wsdl/ say the same: every element of a kind has a row,
in order, with its namespace, cardinality, length and pattern, and every row has an element; every
operation of a service is in its WSDL, and the reverse."""

import os
import pathlib
import re
import subprocess

import pytest
from lxml import etree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
WSDL = ROOT / "wsdl" / "organisation-6"
XS = "{http://www.w3.org/2001/XMLSchema}"
SD = "urn:oio:sagdok:3.0.0"
# operations whose name would only say the service's again
SHORT = {"hent": "KlassifikationListeHent"}
FAELLES = "http://stoettesystemerne.dk/organisation/6/"
PATTERNS = {
    "[0-9]{8}": "8-digits", "[0-9]{10}": "10-digits", "[0-9]{3}|[0-9]{4}": "3-or-4-digits",
    "[0-9]{3,4}": "3-or-4-digits", r"(100)|[1-9]\d?": "1-to-100", r"100|[1-9]\d?": "1-to-100",
    "100|[1-9][0-9]?": "1-to-100", "[1-9][0-9]?|100": "1-to-100", r"[1-9]\d?|100": "1-to-100",
}


class Schemas:
    """Global elements and types of all files of the package, by expanded name."""

    def __init__(self, folder):
        self.elements, self.types = {}, {}
        files = sorted(folder.glob("*.xsd"))
        assert files, "no XSD to look at"
        for file in files:
            root = etree.parse(str(file)).getroot()
            ns = root.get("targetNamespace")
            for child in root:
                if child.tag == XS + "element":
                    self.elements[ns, child.get("name")] = (child, ns)
                elif child.tag in (XS + "complexType", XS + "simpleType"):
                    self.types[ns, child.get("name")] = (child, ns)

    @staticmethod
    def qname(node, text):
        prefix, _, local = text.rpartition(":")
        return node.nsmap[prefix or None], local

    def type_of(self, node, ns):
        """The type of an element: a global one, or the one inside it."""
        if node.get("type"):
            return self.types.get(self.qname(node, node.get("type")), (None, None))
        inline = node.find(XS + "complexType")
        return (inline if inline is not None else node.find(XS + "simpleType")), ns

    def particles(self, kind, ns):
        """Elements of a complex type in order, base types first: (ns, name, min, max, node, ns of node)."""
        out = []
        for extension in kind.iter(XS + "extension"):
            base = self.types.get(self.qname(extension, extension.get("base")))
            if base is not None:
                out += self.particles(*base)
        for node in kind.iter(XS + "element"):
            low, high = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
            if node.get("ref"):
                name = self.qname(node, node.get("ref"))
                found = self.elements[name]
                out.append((*name, low, high, *found))
            else:
                out.append((ns, node.get("name"), low, high, node, ns))
        return out

    def element_particles(self, ns, name):
        return self.particles(*self.type_of(*self.elements[ns, name]))

    def simple(self, node, ns):
        """(maxLength, pattern) of a text element."""
        kind, _ = self.type_of(node, ns)
        if kind is None:
            return 0, "-"
        length = kind.find(".//" + XS + "maxLength")
        pattern = [p.get("value") for p in kind.iter(XS + "pattern")]
        return (int(length.get("value")) if length is not None else 0,
                PATTERNS["|".join(pattern)] if pattern else "-")


def dump():
    return subprocess.run([BUILD / "tests" / "golden" / "golden_organisation_types"], check=True,
                          capture_output=True, text=True).stdout


def kinds():
    out = []
    for line in dump().splitlines():
        m = re.match(r"kind \d+ (\S+) key=\S+ ns=(\S+)(.*)", line)
        if m:
            out.append({"name": m[1], "ns": m[2], "flags": m[3].split(), "rows": []})
            continue
        m = re.match(r"  \d+ (attribut|tilstand|relation) (\S+) (\S+) (\S+) max=(\S) chars=(\d+) "
                     r"pattern=(\S+) see=\S+ erase=\S+ target=(\S+)", line)
        if m:
            out[-1]["rows"].append(dict(zip(("part", "value", "ns", "name", "max", "chars", "pattern",
                                             "target"), m.groups())))
    return out


def services():
    out = {}
    for line in dump().splitlines():
        m = re.match(r"service (\S+) \S+ ns=(\S+) wsdl=(\S+)", line)
        if m:
            out[m[1]] = current = {"ns": m[2], "wsdl": m[3], "ops": {}}
        m = re.match(r"  op (\S+) (\S+) (\S+) (\S+) (\S+)", line)
        if m:
            current["ops"][m[1]] = m.groups()[1:4]
    return out


SCHEMAS = Schemas(WSDL)
KINDS = kinds()


def test_something_was_dumped():
    assert len(KINDS) == 13
    assert sum(len(k["rows"]) for k in KINDS) > 150
    assert len(services()) == 17


def rows_of(kind, part):
    return [r for r in kind["rows"] if r["part"] == part]


def without(particles, *names):
    return [p for p in particles if p[:2] not in names]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k["name"])
def test_attributes(kind):
    particles = SCHEMAS.element_particles(kind["ns"], "Egenskab")
    assert particles[0][:4] == (SD, "Virkning", "0", "1")
    got = []
    for ns, name, low, high, node, home in particles[1:]:
        assert low == "0"
        chars, pattern = SCHEMAS.simple(node, home)
        got.append((ns, name, "n" if high == "unbounded" else high, str(chars), pattern))
    want = [(r["ns"], r["name"], r["max"], r["chars"], r["pattern"]) for r in rows_of(kind, "attribut")]
    assert got == want


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k["name"])
def test_states(kind):
    extension = (SD, "LokalUdvidelse")
    particles = SCHEMAS.element_particles(kind["ns"], "TilstandListe")
    assert ("extension" in kind["flags"]) == any(p[:2] == extension for p in particles)
    particles = without(particles, extension)
    rows = rows_of(kind, "tilstand")
    assert [p[:2] for p in particles] == [(r["ns"], r["name"]) for r in rows]
    for (_, _, low, high, node, home), row in zip(particles, rows):
        assert (low, high) == ("0", "unbounded")
        inner = SCHEMAS.particles(*SCHEMAS.type_of(node, home))
        value = {"gyldighed": (FAELLES, "GyldighedStatusKode", "1", "1"),
                 "publiceret": (SD, "ErPubliceretIndikator", "0", "1")}[row["value"]]
        assert [p[:4] for p in inner] == [(SD, "Virkning", "0", "1"), value]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k["name"])
def test_relations(kind):
    extension = (SD, "LokalUdvidelse")
    particles = SCHEMAS.element_particles(kind["ns"], "RelationListe")
    assert ("extension" in kind["flags"]) == any(p[:2] == extension for p in particles)
    if "extension" in kind["flags"]:
        assert particles[-1][:4] == (*extension, "0", "1")
    particles = without(particles, extension)
    rows = rows_of(kind, "relation")
    assert [(p[0], p[1], "n" if p[3] == "unbounded" else p[3]) for p in particles] == \
        [(r["ns"], r["name"], r["max"]) for r in rows]
    for (_, _, low, _, node, home), row in zip(particles, rows):
        inner = [p[:4] for p in SCHEMAS.particles(*SCHEMAS.type_of(node, home))]
        want = [(SD, "Virkning", "0", "1"), (SD, "ReferenceID", "0", "1")]
        if row["value"] == "role-ref":
            want += [(SD, "Rolle", "1", "1"), (SD, "Type", "1", "1"), (SD, "Indeks", "1", "1")]
        assert low == "0" and inner == want


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k["name"])
def test_frame(kind):
    """Registrering, the lists, and which requests may leave the lists out."""
    ns = kind["ns"]
    lists = [(ns, "AttributListe"), (ns, "TilstandListe"), (ns, "RelationListe")]
    registrering = SCHEMAS.element_particles(ns, "Registrering")
    assert [p[:4] for p in registrering] == \
        [(SD, "NoteTekst", "0", "1"), (SD, "Tidspunkt", "0", "1"), (SD, "LivscyklusKode", "0", "1"),
         (SD, "BrugerRef", "0", "1")] + [(*name, "1", "1") for name in lists]
    egenskab = SCHEMAS.element_particles(ns, "AttributListe")
    assert egenskab[0][:4] == (ns, "Egenskab", "0", "unbounded")
    opret = SCHEMAS.element_particles(ns, "OpretInput")
    low = "0" if "may-lack-lists" in kind["flags"] else "1"
    assert [p[:4] for p in opret] == [(SD, "NoteTekst", "0", "1")] + [(*name, low, "1") for name in lists]
    ret = SCHEMAS.element_particles(ns, "RetInput")
    assert [p[:4] for p in ret] == [(SD, "UUIDIdentifikator", "1", "1"), (SD, "NoteTekst", "0", "1")] + \
        [(*name, "0", "1") for name in lists]


@pytest.mark.parametrize("name,service", services().items(), ids=services().keys())
def test_operations(name, service):
    """Every operation of the WSDL is a row, with its elements and its action; and the reverse."""
    tree = etree.parse(str(ROOT / "wsdl" / service["wsdl"]))
    wsdl = {"w": "http://schemas.xmlsoap.org/wsdl/", "s": "http://schemas.xmlsoap.org/wsdl/soap12/"}
    messages = {}
    for message in tree.iterfind("w:message", wsdl):
        for part in message.iterfind("w:part", wsdl):
            ns, local = Schemas.qname(part, part.get("element"))
            if ns == service["ns"]:
                messages[message.get("name")] = local
    got = {}
    for op in tree.iterfind("w:portType/w:operation", wsdl):
        binding = tree.find(f"w:binding/w:operation[@name='{op.get('name')}']", wsdl)
        got[op.get("name")] = (
            messages[Schemas.qname(op, op.find("w:input", wsdl).get("message"))[1]],
            messages[Schemas.qname(op, op.find("w:output", wsdl).get("message"))[1]],
            binding.find("s:operation", wsdl).get("soapAction"))
    assert got == {SHORT.get(n, n): op for n, op in service["ops"].items()}


def test_every_service_of_the_package_is_there():
    served = {pathlib.Path(s["wsdl"]).stem for s in services().values() if s["wsdl"].startswith(WSDL.name)}
    assert {f.stem for f in WSDL.glob("*.wsdl")} == served


HIERARCHIES = [
    ("src/organisation/handlers.c", "http://stoettesystemerne.dk/organisation/organisationsystem/6/", 6),
    ("src/klassifikation/service_6.c", "http://stoettesystemerne.dk/klassifikation/klassifikationsystem/6/", 3),
]


@pytest.mark.parametrize("file,ns,count", HIERARCHIES)
def test_hierarchy_elements(file, ns, count):
    """The elements of fremsoegobjekthierarki are those that the handler names, in order."""
    rows = re.findall(r'\{&type_(\w+),\s*"(\w+SoegEgenskab)",\s*"(\w+)",', (ROOT / file).read_text())
    filters = [p[1] for p in SCHEMAS.element_particles(ns, "FremsoegObjekthierarkiInput") if p[0] == ns]
    lists = [p[1] for p in SCHEMAS.element_particles(ns, "FremsoegObjekthierarkiOutput") if p[0] == ns]
    assert len(rows) == count
    assert [r[1] for r in rows] == filters
    assert [r[2] for r in rows] == lists
