# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for tests/wsdl/run: one that must be accepted, then its twins with one change each.

All data is invented. A twin row is (what is wrong, text to replace, replacement); a twin that
must be accepted as well has True as its fourth item.
"""
from collections import namedtuple

Sample = namedtuple('Sample', 'package schema published name message valid')
SAMPLES = []
NAMESPACES = {
    'sd': 'urn:oio:sagdok:3.0.0',
    'sts': 'urn:oio:sts:6',
    'o': 'http://stoettesystemerne.dk/organisation/6/',
    'org': 'http://stoettesystemerne.dk/organisation/organisation/6/',
    'enhed': 'http://stoettesystemerne.dk/organisation/organisationenhed/6/',
    'os': 'http://stoettesystemerne.dk/organisation/organisationsystem/6/',
    'oa': 'http://stoettesystemerne.dk/organisation/organisationadministration/6/',
    'person': 'http://stoettesystemerne.dk/organisation/person/6/',
    'adresse': 'http://stoettesystemerne.dk/organisation/adresse/6/',
    'klasse': 'http://stoettesystemerne.dk/klassifikation/klasse/6/',
    'h': 'http://kombit.dk/xml/schemas/RequestHeader/1/',
}
DECLARED = ''.join(' xmlns:%s="%s"' % n for n in NAMESPACES.items())
ID = '<sd:UUIDIdentifikator>11111111-2222-4333-8444-%012d</sd:UUIDIdentifikator>'
REF = '<sd:ReferenceID>' + ID + '</sd:ReferenceID>'
FROM = ('<sd:Virkning><sd:FraTidspunkt><sd:TidsstempelDatoTid>2026-01-01T00:00:00+01:00'
        '</sd:TidsstempelDatoTid></sd:FraTidspunkt><sd:TilTidspunkt><sd:GraenseIndikator>true'
        '</sd:GraenseIndikator></sd:TilTidspunkt></sd:Virkning>')
OK = '<sd:StandardRetur><sd:StatusKode>20</sd:StatusKode></sd:StandardRetur>'


def put(package, schema, published, name, message, twins):
    """Add a message and its twins. A replacement holds everywhere; one that changes nothing is
    a mistake in this file."""
    message = message.replace('>', DECLARED + '>', 1)
    SAMPLES.append(Sample(package, schema, published, name, message, True))
    for what, old, new, *valid in twins:
        assert old in message, (name, what)
        twin = message.replace(old, new)
        SAMPLES.append(Sample(package, schema, published, '%s, %s' % (name, what), twin,
                              bool(valid)))


def organisation(schema, published, name, message, *twins):
    put('organisation-6', schema, 'xsd/6.0.STS-0/' + published, name, message, twins)


RELATIONS = (
    '<sd:Adresser>' + FROM + REF % 1 + '<sd:Rolle>' + ID % 2 + '<sd:Label>Post</sd:Label>'
    '</sd:Rolle><sd:Type>' + ID % 3 + '</sd:Type><sd:Indeks>1</sd:Indeks></sd:Adresser>'
    '<sd:Enhedstype>' + FROM + '<sd:ReferenceID><sd:URNIdentifikator>urn:x'
    '</sd:URNIdentifikator></sd:ReferenceID></sd:Enhedstype>'
    '<sd:Overordnet>' + FROM + REF % 4 + '</sd:Overordnet>'
    '<sd:Tilhoerer>' + FROM + REF % 5 + '</sd:Tilhoerer>'
    '<sd:TilknyttedeFunktioner>' + REF % 6 + '</sd:TilknyttedeFunktioner>'
    '<sd:TilknyttedeFunktioner>' + REF % 7 + '</sd:TilknyttedeFunktioner>')

REGISTRERING = (
    '<enhed:Registrering><sd:Tidspunkt>2026-01-02T03:04:05.678Z</sd:Tidspunkt>'
    '<sd:LivscyklusKode>Importeret</sd:LivscyklusKode>'
    '<enhed:AttributListe><enhed:Egenskab>' + FROM +
    '<sd:BrugervendtNoegleTekst>skole-1</sd:BrugervendtNoegleTekst>'
    '<sd:EnhedNavn>Byskolen</sd:EnhedNavn></enhed:Egenskab></enhed:AttributListe>'
    '<enhed:TilstandListe><o:Gyldighed>' + FROM +
    '<o:GyldighedStatusKode>Aktiv</o:GyldighedStatusKode></o:Gyldighed></enhed:TilstandListe>'
    '<enhed:RelationListe>' + RELATIONS + '</enhed:RelationListe></enhed:Registrering>')

UNIT = '<enhed:OrganisationEnhed>' + ID % 9 + REGISTRERING + '</enhed:OrganisationEnhed>'

organisation(
    'organisationenhed.xsd', 'OrganisationEnhedOperationer.xsd', 'import of a unit',
    '<enhed:ImportInput>' + UNIT + '</enhed:ImportInput>',
    ('UUID in upper case', '11111111-2222-4333-8444', 'ABCDEF11-2222-4333-8444', True),
    ('UUID too short', '11111111-', '1111111-'),
    ('two registreringer', REGISTRERING, REGISTRERING * 2, True),
    ('no registrering', REGISTRERING, ''),
    ('two units', UNIT, UNIT * 2),
    ('relations out of order', '<sd:Overordnet>' + FROM + REF % 4 + '</sd:Overordnet>'
     '<sd:Tilhoerer>' + FROM + REF % 5 + '</sd:Tilhoerer>', '<sd:Tilhoerer>' + FROM + REF % 5 +
     '</sd:Tilhoerer><sd:Overordnet>' + FROM + REF % 4 + '</sd:Overordnet>'),
    ('two Overordnet', '<sd:Tilhoerer>' + FROM + REF % 5 + '</sd:Tilhoerer>',
     '<sd:Overordnet>' + REF % 5 + '</sd:Overordnet>'),
    ('relation of another kind', '<sd:Enhedstype>', '<sd:Funktionstype/><sd:Enhedstype>'),
    ('no relation list', '<enhed:RelationListe>' + RELATIONS + '</enhed:RelationListe>', ''),
    ('empty relation list', RELATIONS, '', True),
    ('address without role',
     '<sd:Rolle>' + ID % 2 + '<sd:Label>Post</sd:Label></sd:Rolle>', ''),
    ('address without index', '<sd:Indeks>1</sd:Indeks>', ''),
    ('neither true nor a moment', '>true<', '>false<'),
    ('a life cycle code of another package', '>Importeret<', '>Rettet<'),
    ('an unknown state', '>Aktiv<', '>Nedlagt<'),
    ('user key of 51 characters', '>skole-1<', '>%s<' % ('x' * 51)),
    ('user key of 50 characters', '>skole-1<', '>%s<' % ('x' * 50), True),
    ('element of another namespace', 'sd:EnhedNavn>Byskolen</sd:EnhedNavn',
     'enhed:EnhedNavn>Byskolen</enhed:EnhedNavn'),
    ('extension of our own without a schema', '</enhed:AttributListe>',
     '<sd:LokalUdvidelse><x xmlns="urn:x"/></sd:LokalUdvidelse></enhed:AttributListe>'),
    ('virkning without an end', '<sd:TilTidspunkt><sd:GraenseIndikator>true'
     '</sd:GraenseIndikator></sd:TilTidspunkt>', '', True),
    ('a note on the import', '<enhed:OrganisationEnhed>',
     '<sd:NoteTekst>x</sd:NoteTekst><enhed:OrganisationEnhed>'))

organisation(
    'organisationenhed.xsd', 'OrganisationEnhedOperationer.xsd', 'change of a unit',
    '<enhed:RetInput>' + ID % 9 + '<sd:NoteTekst>ny leder</sd:NoteTekst>'
    '<enhed:TilstandListe/></enhed:RetInput>',
    ('no list at all', '<enhed:TilstandListe/>', '', True),
    ('lists out of order', '<enhed:TilstandListe/>',
     '<enhed:TilstandListe/><enhed:AttributListe/>'),
    ('no UUID', ID % 9, ''))

organisation(
    'organisationenhed.xsd', 'OrganisationEnhedOperationer.xsd', 'list of units',
    '<enhed:ListOutput>' + OK + '<enhed:FiltreretOejebliksbillede><enhed:ObjektType>' + ID % 9 +
    '</enhed:ObjektType>' + REGISTRERING + '</enhed:FiltreretOejebliksbillede>'
    '</enhed:ListOutput>',
    ('nothing found', '<sd:StatusKode>20', '<sd:StatusKode>44', True),
    ('no status', OK, ''),
    ('status in words', '>20<', '>OK<'),
    ('the object as it is written', 'enhed:ObjektType>', 'enhed:ObjektID>'))

organisation(
    'organisationenhed.xsd', 'OrganisationEnhedOperationer.xsd', 'search for units',
    '<enhed:SoegInput><sd:MaksimalAntalKvantitet>10</sd:MaksimalAntalKvantitet>'
    '<enhed:AttributListe/><enhed:TilstandListe/><enhed:RelationListe><sd:Tilhoerer>' +
    REF % 5 + '</sd:Tilhoerer></enhed:RelationListe></enhed:SoegInput>',
    ('a template too few', '<enhed:TilstandListe/>', ''),
    ('first after largest', '<enhed:AttributListe/>',
     '<sd:FoersteResultatReference>0</sd:FoersteResultatReference><enhed:AttributListe/>'))

organisation(
    'organisationenhed.xsd', 'OrganisationEnhedOperationer.xsd', 'search without hits',
    '<enhed:SoegOutput>' + OK + '<sd:IdListe/></enhed:SoegOutput>',
    ('one hit', '<sd:IdListe/>', '<sd:IdListe>' + ID % 9 + '</sd:IdListe>', True),
    ('two lists', '<sd:IdListe/>', '<sd:IdListe/><sd:IdListe/>'))

organisation(
    'adresse.xsd', 'AdresseOperationer.xsd', 'address without lists',
    '<adresse:OpretInput><sd:NoteTekst>x</sd:NoteTekst></adresse:OpretInput>',
    ('states it does not have', '</sd:NoteTekst>',
     '</sd:NoteTekst><adresse:TilstandListe><o:Gyldighed/></adresse:TilstandListe>'))

organisation(
    'person.xsd', 'PersonOperationer.xsd', 'person',
    '<person:OpretInput><person:AttributListe><person:Egenskab>'
    '<sts:CPR-NummerTekst>0000000000</sts:CPR-NummerTekst><person:NavnTekst>%s'
    '</person:NavnTekst></person:Egenskab></person:AttributListe><person:TilstandListe/>'
    '<person:RelationListe/></person:OpretInput>' % ('n' * 100),
    ('name of 101 characters', 'nnn<', 'nnnn<'),
    ('name of the shared kind', 'person:NavnTekst>%s</person:NavnTekst' % ('n' * 100),
     'sts:NavnTekst>x</sts:NavnTekst'),
    ('CPR number with a hyphen', '>0000000000<', '>000000-0000<'),
    ('no states', '<person:TilstandListe/>', ''))

SIX = ('Organisationer', 'OrganisationEnheder', 'OrganisationFunktioner', 'Brugere',
       'Interessefaellesskaber', 'ItSystemer')
SNAPSHOT = ('<os:FiltreretOejebliksbillede><enhed:ObjektType>' + ID % 9 +
            '</enhed:ObjektType>' + REGISTRERING + '</os:FiltreretOejebliksbillede>')
organisation(
    'organisationsystem.xsd', 'OrganisationSystemOperationer.xsd', 'hierarchy',
    '<os:FremsoegObjekthierarkiOutput>' + OK + ''.join(
        '<os:%s>%s</os:%s>' % (n, SNAPSHOT if n == 'OrganisationEnheder' else '', n)
        for n in SIX) + '</os:FremsoegObjekthierarkiOutput>',
    ('a list too few', '<os:Brugere></os:Brugere>', ''),
    ('lists out of order', '<os:Brugere></os:Brugere><os:Interessefaellesskaber>'
     '</os:Interessefaellesskaber>', '<os:Interessefaellesskaber></os:Interessefaellesskaber>'
     '<os:Brugere></os:Brugere>'),
    ('snapshot named by its kind', SNAPSHOT, SNAPSHOT.replace('os:Filt', 'enhed:Filt')),
    ('content named by the service', 'enhed:ObjektType>', 'os:ObjektType>'),
    ('two snapshots', SNAPSHOT, SNAPSHOT * 2, True))

organisation(
    'organisationsystem.xsd', 'OrganisationSystemOperationer.xsd', 'search of the hierarchy',
    '<os:FremsoegObjekthierarkiInput>'
    '<sd:FoersteResultatReference>0</sd:FoersteResultatReference>'
    '<sd:MaksimalAntalKvantitet>500</sd:MaksimalAntalKvantitet>'
    '<os:OrganisationEnhedSoegEgenskab><sd:EnhedNavn>By*</sd:EnhedNavn>'
    '</os:OrganisationEnhedSoegEgenskab>'
    '</os:FremsoegObjekthierarkiInput>',
    ('attribute of another kind', 'sd:EnhedNavn>By*</sd:EnhedNavn',
     'sd:BrugerNavn>B</sd:BrugerNavn'))

organisation(
    'organisationsystem.xsd', 'OrganisationSystemOperationer.xsd', 'import of a hierarchy',
    '<os:ImporterOrganisationSystemInput><org:Organisation>' + ID % 5 +
    '<org:Registrering><org:AttributListe/><org:TilstandListe/><org:RelationListe>'
    '<sd:Overordnet>' + REF % 9 + '</sd:Overordnet>'
    '<sd:Virksomhed>' + REF % 8 + '</sd:Virksomhed>'
    '</org:RelationListe></org:Registrering></org:Organisation><os:OrganisationEnhederInput>' +
    UNIT + '</os:OrganisationEnhederInput></os:ImporterOrganisationSystemInput>',
    ('no units', UNIT, '', True),
    ('no list of units', '<os:OrganisationEnhederInput>' + UNIT +
     '</os:OrganisationEnhederInput>', ''))

UNIQUE = ('<sd:UnikRetur><sd:StatusKode>20</sd:StatusKode><sd:Type>Organisation</sd:Type>' +
          ID % 5 + '</sd:UnikRetur>')
organisation(
    'organisationsystem.xsd', 'OrganisationSystemOperationer.xsd', 'answer to an import',
    '<os:ImporterOrganisationSystemOutput>' + UNIQUE * 2 +
    '</os:ImporterOrganisationSystemOutput>',
    ('one answer for all', UNIQUE * 2, OK, True),
    ('both kinds of answer', UNIQUE * 2, UNIQUE + OK),
    ('an answer for nobody', ID % 5, ''))

organisation(
    'organisationsystem.xsd', 'OrganisationSystemOperationer.xsd', 'anonymiser',
    '<os:AnonymiserInput><os:PersonCPR>0000000000</os:PersonCPR></os:AnonymiserInput>',
    ('by UUID', 'os:PersonCPR>0000000000</os:PersonCPR',
     'os:PersonUUID>11111111-2222-4333-8444-555555555555</os:PersonUUID', True),
    ('twice', '<os:PersonCPR>',
     '<os:PersonUUID>11111111-2222-4333-8444-555555555555</os:PersonUUID><os:PersonCPR>'),
    ('nobody', '<os:PersonCPR>0000000000</os:PersonCPR>', ''))

organisation(
    'organisationadministration.xsd', 'OrganisationAdministrationOperationer.xsd', 'fysiskslet',
    '<oa:FysiskSletInput><oa:OrganisationUUID>11111111-2222-4333-8444-555555555555'
    '</oa:OrganisationUUID><oa:OrganisationEnhedUUID>11111111-2222-4333-8444-555555555556'
    '</oa:OrganisationEnhedUUID></oa:FysiskSletInput>',
    ('no unit', '<oa:OrganisationEnhedUUID>11111111-2222-4333-8444-555555555556'
     '</oa:OrganisationEnhedUUID>', ''))

organisation(
    'klasse.xsd', 'KlasseOperationer.xsd', 'class',
    '<klasse:OpretInput><klasse:AttributListe><klasse:Egenskab><sd:TitelTekst>Skole'
    '</sd:TitelTekst><klasse:Soegeord><sd:SoegeordIdentifikator>s</sd:SoegeordIdentifikator>'
    '</klasse:Soegeord></klasse:Egenskab></klasse:AttributListe><klasse:TilstandListe>'
    '<klasse:PubliceretStatus><sd:ErPubliceretIndikator>true</sd:ErPubliceretIndikator>'
    '</klasse:PubliceretStatus></klasse:TilstandListe><klasse:RelationListe><sd:Facet>' +
    REF % 1 + '</sd:Facet></klasse:RelationListe></klasse:OpretInput>',
    ('state of an actor', '<klasse:TilstandListe>', '<klasse:TilstandListe><o:Gyldighed/>'),
    ('two facets', '</sd:Facet>', '</sd:Facet><sd:Facet/>'))

put('organisation-6', 'requestheader.xsd', 'xsd/common/RequestHeader.xsd', 'request header',
    '<h:RequestHeader><h:TransactionUUID>a</h:TransactionUUID></h:RequestHeader>',
    [('empty', '>a<', '><'),
     ('missing', '<h:TransactionUUID>a</h:TransactionUUID>', '')])
