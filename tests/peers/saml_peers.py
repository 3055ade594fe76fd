# SPDX-License-Identifier: GPL-3.0-or-later
"""Software of others at both ends of the bridge, started in folders of their own: SimpleSAMLphp as
a municipality's IdP, mod_auth_mellon in Apache as a user-facing system. Both over plain HTTP on
loopback, which the bridge bears in development only."""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import landscape  # noqa: E402

SSP = pathlib.Path("/usr/share/simplesamlphp")
MELLON = pathlib.Path("/usr/lib/apache2/modules/mod_auth_mellon.so")
APACHE = shutil.which("apache2") or "/usr/sbin/apache2"

USER_NAME = ("C=DK,O=11111111,CN=Agnete Opdigtet,"
             "Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11")
ROLES = ('<?xml version="1.0" encoding="UTF-8"?><bpp:PrivilegeList '
         'xmlns:bpp="http://itst.dk/oiosaml/basic_privilege_profile"><PrivilegeGroup '
         'Scope="urn:dk:gov:saml:cvrNumberIdentifier:11111111"><Privilege>'
         'http://korsbaek.example/roles/jobrole/sagsbehandler/1</Privilege><Constraint '
         'Name="http://korsbaek.example/kle/1/parametric">25.*</Constraint></PrivilegeGroup>'
         '</bpp:PrivilegeList>')

CONFIG = """<?php
$config = [
    'baseurlpath' => '{base}/', 'certdir' => '{folder}/cert/', 'loggingdir' => '{folder}/log/',
    'datadir' => '{folder}/data/', 'tempdir' => '{folder}/tmp/', 'metadatadir' => '{folder}/metadata/',
    'secretsalt' => 'a salt for tests', 'auth.adminpassword' => 'tests', 'timezone' => 'UTC',
    'logging.handler' => 'file', 'logging.level' => \\SimpleSAML\\Logger::DEBUG,
    'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'saml' => true, 'core' => true],
    'session.cookie.name' => 'SSP', 'session.cookie.secure' => false,
    'session.phpsession.cookiename' => 'SSPphp', 'session.phpsession.savepath' => '{folder}/data',
    'store.type' => 'phpsession', 'language.default' => 'en',
    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '{folder}/hub.xml']],
];
"""

SOURCES = """<?php
$config = ['example' => ['exampleauth:UserPass', 'agnete:hemmelig' => [
    'subjectName' => ['{name}'],
    'https://data.gov.dk/model/core/specVersion' => ['OIO-SAML-3.0'],
    'https://data.gov.dk/concept/core/nsis/loa' => ['{loa}'],
    'https://data.gov.dk/model/core/eid/professional/cvr' => ['11111111'],
    'https://data.gov.dk/model/core/eid/email' => ['agnete@korsbaek.example'],
    'https://data.gov.dk/model/core/eid/privilegesIntermediate' => ['{roles}'],
]]];
"""

HOSTED = """<?php
$metadata['{entity}'] = [
    'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'example',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    'validate.authnrequest' => true, 'redirect.validate' => true,
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
    'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'subjectName',
        'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName'],
        4 => ['class' => 'core:AttributeLimit', 'default' => false] + [{limit}]],
    {options}
];
"""


REMOTE = """<?php
$metadata['{entity}'] = [
    'AssertionConsumerService' => '{acs}', 'certData' => '{certificate}',
    {options}
];
"""


class SimpleSAMLphp:
    """One IdP with one user, agnete/hemmelig."""

    def __init__(self, folder, pki):
        self.folder = pathlib.Path(folder).resolve()
        self.pki = pki
        self.port = landscape.free_ports()["idp"]
        self.base = f"http://127.0.0.1:{self.port}"
        self.entity = f"{self.base}/idp"
        self.process = None

    def configure(self, options="", loa="Substantial", hub=None):
        """hub: options of the bridge, in place of what its own XML metadata says."""
        source = SOURCES.format(name=USER_NAME, loa=loa, roles=base64.b64encode(ROLES.encode()).decode())
        names = [line.split("'")[1] for line in source.splitlines() if "data.gov.dk" in line]
        (self.folder / "authsources.php").write_text(source)
        (self.folder / "config.php").write_text(CONFIG.format(folder=self.folder, base=self.base))
        (self.folder / "metadata" / "saml20-idp-hosted.php").write_text(HOSTED.format(
            entity=self.entity, options=options, limit=", ".join(f"'{n}'" for n in names)))
        remote = self.folder / "metadata" / "saml20-sp-remote.php"
        if hub is None:
            remote.write_text("<?php\n")
            return
        xml = (self.folder / "hub.xml").read_text()
        remote.write_text(REMOTE.format(
            entity=landscape.HUB, options=hub,
            acs=re.search(r'<md:AssertionConsumerService [^>]*Location="([^"]*)"', xml).group(1),
            certificate=re.search("<ds:X509Certificate>([^<]*)<", xml).group(1)))

    def start(self, hub_metadata):
        for name in ("cert", "log", "data", "tmp", "metadata"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(self.pki / "saml" / "idp" / "key.pem", self.folder / "cert" / "idp.key")
        shutil.copy(self.pki / "saml" / "idp" / "cert.pem", self.folder / "cert" / "idp.crt")
        (self.folder / "hub.xml").write_text(hub_metadata)
        self.configure()
        with open(self.folder / "php.log", "ab") as log:
            self.process = subprocess.Popen(
                ["php", "-d", "opcache.enable=0", "-S", f"127.0.0.1:{self.port}", "-t", SSP / "www"],
                env={"SIMPLESAMLPHP_CONFIG_DIR": str(self.folder), "PATH": "/usr/bin:/bin"},
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        return self.fetch("/saml2/idp/metadata.php")

    def fetch(self, path):
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(self.base + path, timeout=30) as r:
                    return r.read().decode()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=10)


APACHE_CONF = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
LogLevel warn auth_mellon:debug
Mutex posixsem
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule auth_mellon_module {modules}/mod_auth_mellon.so
StartServers 1
DocumentRoot {folder}/www
<Location />
    MellonEnable auth
    AuthType Mellon
    Require valid-user
    MellonEndpointPath /mellon
    MellonSecureCookie Off
    MellonSPMetadataFile {folder}/sp.xml
    MellonSPPrivateKeyFile {folder}/sp.key
    MellonSPCertFile {folder}/sp.crt
    MellonIdPMetadataFile {folder}/hub.xml
    MellonSignatureMethod rsa-sha256
    MellonUser NAME_ID
    Header always set X-Name "%{{MELLON_NAME_ID}}e"
    Header always set X-Cvr "expr=%{{reqenv:MELLON_https://data.gov.dk/model/core/eid/professional/cvr}}"
    MellonSetEnv CVR https://data.gov.dk/model/core/eid/professional/cvr
    MellonSetEnv LOA https://data.gov.dk/concept/core/nsis/loa
    MellonSetEnv ROLES https://data.gov.dk/model/core/eid/privilegesIntermediate
    Header always set X-Cvr "%{{MELLON_CVR}}e"
    Header always set X-Loa "%{{MELLON_LOA}}e"
    Header always set X-Roles "%{{MELLON_ROLES}}e"
    {options}
</Location>
"""

SP_METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
  xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity}"><md:SPSSODescriptor
  AuthnRequestsSigned="true" WantAssertionsSigned="true"
  protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>
  </ds:KeyInfo></md:KeyDescriptor><md:SingleLogoutService Location="{base}/mellon/logout"
  Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/><md:AssertionConsumerService
  index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
  Location="{base}/mellon/postResponse"/></md:SPSSODescriptor></md:EntityDescriptor>
"""


class Mellon:
    """Apache with one protected page; what it learnt of the user is in the answer's headers.

    As root Apache gives up its rights, and its children must still reach what it reads: a clone
    below /root is closed to them, so everything lies in a folder of its own under /tmp. What it
    logged is left in `folder`.
    """

    def __init__(self, folder, pki):
        self.kept = pathlib.Path(folder).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluse-mellon-"))
        self.pki = pki
        self.port = landscape.free_ports()["browser"]
        self.base = f"http://127.0.0.1:{self.port}"
        self.entity = f"{self.base}/mellon/metadata"
        self.process = None

    def prepare(self):
        (self.folder / "www").mkdir(parents=True, exist_ok=True)
        (self.folder / "www" / "index.html").write_text("<p>indenfor</p>\n")
        source = self.pki / "systems" / "SAPA"
        shutil.copy(source / "key.pem", self.folder / "sp.key")
        shutil.copy(source / "cert.pem", self.folder / "sp.crt")
        pem = (source / "cert.pem").read_text()
        body = pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
        metadata = SP_METADATA.format(entity=self.entity, base=self.base, certificate="".join(body.split()))
        (self.folder / "sp.xml").write_text(metadata)
        return metadata

    def start(self, hub_metadata, options=""):
        (self.folder / "hub.xml").write_text(hub_metadata)
        user = ""
        if os.getuid() == 0:
            user = "User www-data\nGroup www-data"
            subprocess.run(["chown", "-R", "www-data:", self.folder], check=True)
        (self.folder / "apache.conf").write_text(APACHE_CONF.format(
            folder=self.folder, port=self.port, modules=MELLON.parent, user=user, options=options))
        with open(self.folder / "apache.log", "ab") as log:
            self.process = subprocess.Popen(
                [APACHE, "-f", self.folder / "apache.conf", "-DFOREGROUND"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.base}/mellon/metadata", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        said = "".join(log.read_text() for log in self.folder.glob("*.log"))
        raise landscape.Failed("apache did not come up:\n" + said[-4000:])

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)
        self.kept.mkdir(parents=True, exist_ok=True)
        for log in self.folder.glob("*.log"):
            shutil.copy(log, self.kept)
        shutil.rmtree(self.folder)


KNOWN = """
myndigheder = ( {{ cvr = "11111111"; navn = "Korsbæk Kommune"; rolledomaene = "korsbaek.example"; }} );
leverandoerer = ( {{ cvr = "33333333"; navn = "Opdigtet Leverandør A/S"; }} );
systemer = (
  {{ id = "hvem"; navn = "Hvem"; ejer = "33333333"; brugervendt = {{ entityId = "https://hvem.sluse.example";
    oiosamlProfil = "OIOSAML3"; nsisNiveau = "Substantial"; metadata = {{ fil = "hvem-metadata.xml"; }}; }}; }}
  {system} );
dataafgraensningstyper = ( {{ id = "http://sts.kombit.dk/constraints/KLE/1"; navn = "KLE"; type = "TEXT"; }} );
brugersystemroller = (
  {{ id = "http://hvem.example/roles/usersystemrole/laes/1"; navn = "Læs"; system = "hvem";
    dataafgraensningstyper = ( {{ type = "http://sts.kombit.dk/constraints/KLE/1"; }} ); }} {role} );
jobfunktionsroller = ( {{ id = "http://korsbaek.example/roles/jobrole/sagsbehandler/1";
  navn = "Sagsbehandler"; ejer = "11111111"; linjer = (
  {{ brugersystemrolle = "http://hvem.example/roles/usersystemrole/laes/1"; dataafgraensninger = (
    {{ type = "http://sts.kombit.dk/constraints/KLE/1";
      dynamisk = "http://korsbaek.example/kle/1/parametric"; }} ); }} {line} ); }} );
idps = ( {{ id = "{idp}"; navn = "Korsbæk"; oiosamlProfil = "{profile}"; nsisNiveau = "Substantial";
  kenderRoller = true; kontekster = [ "11111111" ]; metadata = {{ fil = "ssp.xml"; }}; }} );
"""


def new_landscape(name):
    build = pathlib.Path(os.environ.get("SLUSE_BUILD", ROOT / "build" / "release"))
    binary = pathlib.Path(os.environ.get("SLUSE_BIN", build / "sluse"))
    folder = build / "peers" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    land = landscape.Landscape(folder, binary, leaf_bits=2048)
    land.write_config()
    land.make_pki()
    land.sluse("idp", "--hvem-metadata", land.folder / "hvem-metadata.xml")
    return land


def know(land, idp, system="", role="", line="", profile="OIOSAML3"):
    text = KNOWN.format(idp=idp, system=system, role=role, line=line, profile=profile)
    (land.folder / "peers.conf").write_text(text)
    land.apply(land.folder / "peers.conf")
    time.sleep(0.6)  # a running server sees it within two ticks of 0.2 s


class Count:
    """What a program of the suite says at its end."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, holds, note=""):
        print(("ok " if holds else "NOT OK ") + name + ("" if holds else f": {note}"))
        self.passed += bool(holds)
        self.failed += not holds

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        sys.exit(1 if self.failed else 0)


def schema_fault(xml, schema):
    """What xmllint finds in a document by SAML's own schema; "" if it is valid. Needs no network:
    SimpleSAMLphp brings the schemas, but for that of XML Encryption 1.1."""
    text = xml.decode() if isinstance(xml, bytes) else xml
    text = re.sub(r"<xenc11:MGF [^>]*></xenc11:MGF>", "", text)
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", SSP / "schemas" / f"saml-schema-{schema}-2.0.xsd", "-"],
        input=text.encode(), capture_output=True, check=False)
    return "" if done.returncode == 0 else done.stderr.decode()[:800]


def asked(url):
    """The message in a Redirect's URL."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    return zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)


def log_in(browser, page):
    """Through SimpleSAMLphp's form and back through the bridge."""
    page = browser.submit(page, username="agnete", password="hemmelig")
    return browser.carry(page)
