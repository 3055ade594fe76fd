/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects between XML and memory: what is accepted, in which forms; what is answered, to the
 * byte; and for every rule a message that breaks only it, with the sentence the client gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/limits.h"
#include "organisation/types.h"
#include "klassifikation/types_6.h"
#include "registry/codec.h"
#include "registry/validate.h"
#include "xml/names.h"
#include "xml/parse.h"

#define UNIT "4f1d0c6a-90ab-4d57-8a55-6a1c7b0e9d21"
#define TOP "a0000000-0000-4000-8000-00000000000a"
#define ORG "0b9f5a3e-2c41-4e0b-9f7d-1d2e3f4a5b6c"

/* 2024-09-10T08:00:00Z */
#define NOW SECONDS(1725955200)

#define V1                                                                                     \
	"<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00"          \
	"</s:TidsstempelDatoTid></s:FraTidspunkt></s:Virkning>"

/* A unit as a public client sends it: no ends, prefixes of its own. */
static const char unit[] =
	"<u:OrganisationEnhed xmlns:u=\"http://stoettesystemerne.dk/organisation/"
	"organisationenhed/6/\" xmlns:s=\"urn:oio:sagdok:3.0.0\" "
	"xmlns:g=\"http://stoettesystemerne.dk/organisation/6/\" "
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
	"<s:UUIDIdentifikator>" UNIT "</s:UUIDIdentifikator>"
	"<u:Registrering>"
	"<s:NoteTekst>Indlæst</s:NoteTekst>"
	"<s:Tidspunkt>2024-05-02T09:14:07.512+02:00</s:Tidspunkt>"
	"<s:LivscyklusKode>Importeret</s:LivscyklusKode>"
	"<s:BrugerRef><s:UUIDIdentifikator>" ORG "</s:UUIDIdentifikator></s:BrugerRef>"
	"<u:AttributListe><u:Egenskab>"
	"<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00"
	"</s:TidsstempelDatoTid></s:FraTidspunkt><s:TilTidspunkt><s:GraenseIndikator>true"
	"</s:GraenseIndikator></s:TilTidspunkt><s:AktoerRef><s:UUIDIdentifikator>" ORG
	"</s:UUIDIdentifikator></s:AktoerRef><s:AktoerTypeKode>Organisation"
	"</s:AktoerTypeKode><s:NoteTekst>start</s:NoteTekst></s:Virkning>"
	"<s:BrugervendtNoegleTekst>Borgerservice</s:BrugervendtNoegleTekst>"
	"<s:EnhedNavn>Borgerservice &amp; Bibliotek</s:EnhedNavn>"
	"</u:Egenskab></u:AttributListe>"
	"<u:TilstandListe><g:Gyldighed>" V1
	"<g:GyldighedStatusKode>Aktiv</g:GyldighedStatusKode></g:Gyldighed></u:TilstandListe>"
	"<u:RelationListe>"
	"<s:Adresser>" V1
	"<s:ReferenceID><s:UUIDIdentifikator>2d8f6a10-5d2b-4b0e-8a55-0d4f6a7b8c9d"
	"</s:UUIDIdentifikator></s:ReferenceID>"
	"<s:Rolle><s:UUIDIdentifikator>2b670843-ce42-411a-8fb5-311dfdd5caf0"
	"</s:UUIDIdentifikator><s:Label>Postadresse</s:Label></s:Rolle>"
	"<s:Type><s:UUIDIdentifikator>9b33c0a0-a566-4ec0-8200-325cb1e5bb9a"
	"</s:UUIDIdentifikator></s:Type><s:Indeks>1</s:Indeks></s:Adresser>"
	"<s:Enhedstype>" V1 "<s:ReferenceID><s:URNIdentifikator>"
	"16BF18C3-ed6f-44b0-b7a1-35f94984e519</s:URNIdentifikator></s:ReferenceID>"
	"</s:Enhedstype>"
	"<s:Overordnet>" V1 "<s:ReferenceID><s:UUIDIdentifikator>" TOP
	"</s:UUIDIdentifikator></s:ReferenceID></s:Overordnet>"
	"<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>" ORG
	"</s:UUIDIdentifikator></s:ReferenceID></s:Tilhoerer>"
	"</u:RelationListe></u:Registrering></u:OrganisationEnhed>";

#define OUT_FRA                                                                                \
	"<ns2:FraTidspunkt><ns2:TidsstempelDatoTid>2024-05-02T00:00:00.000+02:00"              \
	"</ns2:TidsstempelDatoTid></ns2:FraTidspunkt>"
#define OUT_TIL                                                                                \
	"<ns2:TilTidspunkt><ns2:GraenseIndikator>true</ns2:GraenseIndikator>"                  \
	"</ns2:TilTidspunkt>"
#define SD " xmlns:ns2=\"urn:oio:sagdok:3.0.0\""
#define OUT_V "<ns2:Virkning>" OUT_FRA OUT_TIL "</ns2:Virkning>"
#define OUT_V_SD "<ns2:Virkning" SD ">" OUT_FRA OUT_TIL "</ns2:Virkning>"

/* The same as an answer: both ends, order, our prefixes, canonical. */
static const char answer[] =
	"<ns3:Wrap xmlns:ns3=\"http://stoettesystemerne.dk/organisation/organisationenhed/6/\">"
	"<ns3:ObjektType><ns2:UUIDIdentifikator" SD ">" UNIT "</ns2:UUIDIdentifikator>"
	"</ns3:ObjektType><ns3:Registrering>"
	"<ns2:NoteTekst" SD ">Indlæst</ns2:NoteTekst>"
	"<ns2:Tidspunkt" SD ">2024-09-10T10:00:00.000+02:00</ns2:Tidspunkt>"
	"<ns2:LivscyklusKode" SD ">Importeret</ns2:LivscyklusKode>"
	"<ns2:BrugerRef" SD "><ns2:UUIDIdentifikator>" ORG
	"</ns2:UUIDIdentifikator></ns2:BrugerRef>"
	"<ns3:AttributListe><ns3:Egenskab>"
	"<ns2:Virkning" SD ">" OUT_FRA OUT_TIL "<ns2:AktoerRef><ns2:UUIDIdentifikator>" ORG
	"</ns2:UUIDIdentifikator></ns2:AktoerRef><ns2:AktoerTypeKode>Organisation"
	"</ns2:AktoerTypeKode><ns2:NoteTekst>start</ns2:NoteTekst></ns2:Virkning>"
	"<ns2:BrugervendtNoegleTekst" SD ">Borgerservice</ns2:BrugervendtNoegleTekst>"
	"<ns2:EnhedNavn" SD ">Borgerservice &amp; Bibliotek</ns2:EnhedNavn>"
	"</ns3:Egenskab></ns3:AttributListe>"
	"<ns3:TilstandListe>"
	"<ns4:Gyldighed xmlns:ns4=\"http://stoettesystemerne.dk/organisation/6/\">" OUT_V_SD
	"<ns4:GyldighedStatusKode>Aktiv</ns4:GyldighedStatusKode></ns4:Gyldighed>"
	"</ns3:TilstandListe><ns3:RelationListe>"
	"<ns2:Adresser" SD ">" OUT_V
	"<ns2:ReferenceID><ns2:UUIDIdentifikator>2d8f6a10-5d2b-4b0e-8a55-0d4f6a7b8c9d"
	"</ns2:UUIDIdentifikator></ns2:ReferenceID>"
	"<ns2:Rolle><ns2:UUIDIdentifikator>2b670843-ce42-411a-8fb5-311dfdd5caf0"
	"</ns2:UUIDIdentifikator><ns2:Label>Postadresse</ns2:Label></ns2:Rolle>"
	"<ns2:Type><ns2:UUIDIdentifikator>9b33c0a0-a566-4ec0-8200-325cb1e5bb9a"
	"</ns2:UUIDIdentifikator></ns2:Type><ns2:Indeks>1</ns2:Indeks></ns2:Adresser>"
	"<ns2:Enhedstype" SD ">" OUT_V "<ns2:ReferenceID><ns2:URNIdentifikator>"
	"16BF18C3-ed6f-44b0-b7a1-35f94984e519</ns2:URNIdentifikator></ns2:ReferenceID>"
	"</ns2:Enhedstype>"
	"<ns2:Overordnet" SD ">" OUT_V "<ns2:ReferenceID><ns2:UUIDIdentifikator>" TOP
	"</ns2:UUIDIdentifikator></ns2:ReferenceID></ns2:Overordnet>"
	"<ns2:Tilhoerer" SD "><ns2:Virkning><ns2:FraTidspunkt><ns2:TidsstempelDatoTid>"
	"2024-09-10T00:00:00.000+02:00</ns2:TidsstempelDatoTid></ns2:FraTidspunkt>" OUT_TIL
	"</ns2:Virkning><ns2:ReferenceID><ns2:UUIDIdentifikator>" ORG
	"</ns2:UUIDIdentifikator></ns2:ReferenceID></ns2:Tilhoerer>"
	"</ns3:RelationListe></ns3:Registrering></ns3:Wrap>";

struct work {
	struct arena *a;
	struct xml_doc *doc;
	struct reader r;
	struct uuid uuid;
	struct registrering *regs;
	size_t count;
	struct err e;
};

static void
work_end(struct work *w)
{
	xml_doc_free(w->doc);
	arena_free(w->a);
}

static bool
work_read(struct work *w, const struct oio_type *t, struct str xml, bool validate)
{
	static const struct xml_limits limits = {.bytes = LIMIT_SERVICE_BODY_BYTES,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = LIMIT_SERVICE_NODES,
						 .comments_ok = true};

	*w = (struct work){.a = arena_new()};
	w->r = (struct reader){.type = t, .a = w->a, .now = NOW};
	if (!xml_parse(xml, &limits, &w->doc, &w->e))
		fail_msg("not XML: %s", w->e.detail);
	if (!decode_object(&w->r, xml_root(w->doc), &w->uuid, &w->regs, &w->count, &w->e))
		return false;
	return !validate ||
	       (validate_tidspunkt(&w->r, w->regs[0].at, &w->e) &&
		validate_content(&w->r, &w->regs[0].content, &w->uuid, true, &w->e));
}

/* text with the first `find` replaced; absent if it is not there */
static struct str
replaced(struct arena *a, struct str text, const char *find, const char *with)
{
	size_t at;

	if (!str_find(text, str_from(find), &at))
		return STR_NONE;
	return arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(str_of(text.ptr, at)), with,
			    STR_ARG(str_skip(text, at + strlen(find))));
}

static struct str
written(struct work *w)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	struct xml_out *o = xml_out_new(w->a, &b);
	struct encoder x = {.out = o, .a = w->a, .type = w->r.type};

	object_sort(&w->regs[0].content);
	w->regs[0].at = NOW;
	xml_out_apex(o, PREFIX_OBJECT, w->r.type->ns, "Wrap");
	encode_snapshot(&x, w->uuid, w->regs, w->count);
	xml_out_close(o);
	return arena_dup(w->a, buf_str(&b));
}

static void
test_round(void **state)
{
	struct work w;
	struct str got;

	(void)state;
	if (!work_read(&w, &type_organisationenhed, str_from(unit), true))
		fail_msg(STR_FMT, STR_ARG(w.r.text));
	assert_int_equal(w.count, 1);
	assert_int_equal(w.regs[0].livscyklus, LIV_IMPORTERET);
	got = written(&w);
	if (!str_eq_c(got, answer))
		fail_msg("got\n" STR_FMT "\nwant\n%s", STR_ARG(got), answer);
	work_end(&w);
}

/* One change each that must still be accepted. */
static const struct {
	const char *name, *find, *with;
} accepted[] = {
	{"upper-case UUID", "4f1d0c6a-90ab", "4F1D0C6A-90AB"},
	{"no zone", "2024-05-02T00:00:00+02:00", "2024-05-02T00:00:00"},
	{"fraction of seven digits", "2024-05-02T00:00:00+02:00",
	 "2024-05-02T00:00:00.1234567+02:00"},
	{"time with white space", "2024-05-02T00:00:00+02:00", " 2024-05-02T00:00:00Z\n"},
	{"GraenseIndikator 1", ">true<", ">1<"},
	{"start open", "<s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00</s:TidsstempelDatoTid>",
	 "<s:GraenseIndikator>true</s:GraenseIndikator>"},
	{"xsi:type on an element", "<s:ReferenceID>",
	 "<s:ReferenceID xsi:type=\"s:UnikIdType\">"},
	{"a comment", "<u:TilstandListe>", "<u:TilstandListe><!-- x -->"},
	{"empty interval",
	 "<s:TilTidspunkt><s:GraenseIndikator>true</s:GraenseIndikator></s:TilTidspunkt>",
	 "<s:TilTidspunkt><s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00"
	 "</s:TidsstempelDatoTid></s:TilTidspunkt>"},
	{"no Tidspunkt", "<s:Tidspunkt>2024-05-02T09:14:07.512+02:00</s:Tidspunkt>", ""},
	{"Tidspunkt within the skew", "2024-05-02T09:14:07.512+02:00",
	 "2024-09-10T10:00:04+02:00"},
	{"no life cycle", "<s:LivscyklusKode>Importeret</s:LivscyklusKode>", ""},
	{"no BrugerRef",
	 "<s:BrugerRef><s:UUIDIdentifikator>" ORG "</s:UUIDIdentifikator></s:BrugerRef>", ""},
	{"name left out", "<s:EnhedNavn>Borgerservice &amp; Bibliotek</s:EnhedNavn>", ""},
	{"name empty", "Borgerservice &amp; Bibliotek", ""},
	{"key of 50 characters of two bytes", ">Borgerservice<",
	 ">ææææææææææææææææææææææææææææææææææææææææææææææææææ<"},
	{"address twice", "</s:Adresser>",
	 "</s:Adresser><s:Adresser><s:ReferenceID><s:UUIDIdentifikator>"
	 "2d8f6a10-5d2b-4b0e-8a55-0d4f6a7b8c9d</s:UUIDIdentifikator></s:ReferenceID><s:Rolle>"
	 "<s:URNIdentifikator>r</s:URNIdentifikator></s:Rolle><s:Type><s:URNIdentifikator>t"
	 "</s:URNIdentifikator></s:Type><s:Indeks></s:Indeks></s:Adresser>"},
	{"extension", "</u:AttributListe>",
	 "<s:LokalUdvidelse><x xmlns=\"urn:x\" a=\"1\"/></s:LokalUdvidelse></u:AttributListe>"},
	{"parent is another", TOP, "a0000000-0000-4000-8000-00000000000b"},
};

static void
test_accepted(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		struct str xml =
			replaced(a, str_from(unit), accepted[i].find, accepted[i].with);
		struct work w;

		if (!str_is_set(xml))
			fail_msg("%s: nothing to change", accepted[i].name);
		if (!work_read(&w, &type_organisationenhed, xml, true))
			fail_msg("%s: " STR_FMT, accepted[i].name, STR_ARG(w.r.text));
		work_end(&w);
	}
	arena_free(a);
}

/* One change each that must be refused, and what the client is told. */
static const struct {
	const char *name, *find, *with;
	enum err_code code;
	const char *text;
} refused[] = {
	{"UUID missing", "<s:UUIDIdentifikator>" UNIT "</s:UUIDIdentifikator>", "", RETUR_INPUT,
	 "Elementet UUIDIdentifikator mangler i OrganisationEnhed før Registrering"},
	{"UUID malformed", UNIT, "4f1d0c6a", RETUR_INPUT,
	 "UUIDIdentifikator i OrganisationEnhed har værdien '4f1d0c6a', men skal være en UUID"},
	{"UUID in braces", UNIT, "{" UNIT "}", RETUR_INPUT, "skal være en UUID"},
	{"UUID empty", UNIT, "", RETUR_INPUT, "skal være en UUID"},
	{"UUID twice", "<u:Registrering>",
	 "<s:UUIDIdentifikator>" UNIT "</s:UUIDIdentifikator><u:Registrering>", RETUR_INPUT,
	 "Registrering mangler i OrganisationEnhed før UUIDIdentifikator"},
	{"unknown element", "<s:EnhedNavn>", "<s:Enhednavn/><s:EnhedNavn>", RETUR_INPUT,
	 "Elementet Enhednavn er ukendt, gentaget eller står forkert i Egenskab"},
	{"element of another kind", "<s:EnhedNavn>", "<s:BrugerNavn/><s:EnhedNavn>",
	 RETUR_INPUT, "Elementet BrugerNavn er ukendt"},
	{"element twice", "<s:EnhedNavn>", "<s:EnhedNavn>a</s:EnhedNavn><s:EnhedNavn>",
	 RETUR_INPUT, "Elementet EnhedNavn er ukendt, gentaget"},
	{"element in the wrong namespace",
	 "<s:BrugervendtNoegleTekst>Borgerservice"
	 "</s:BrugervendtNoegleTekst>",
	 "<u:BrugervendtNoegleTekst>Borgerservice</u:BrugervendtNoegleTekst>", RETUR_INPUT,
	 "BrugervendtNoegleTekst er ukendt, gentaget eller står forkert i Egenskab (namespace "
	 "'http://stoettesystemerne.dk/organisation/organisationenhed/6/')"},
	{"two parents", "</s:Overordnet>",
	 "</s:Overordnet><s:Overordnet><s:ReferenceID><s:UUIDIdentifikator>" ORG
	 "</s:UUIDIdentifikator></s:ReferenceID></s:Overordnet>",
	 RETUR_INPUT, "Overordnet må højst forekomme én gang"},
	{"relation out of order", "<s:Adresser>",
	 "<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>" ORG
	 "</s:UUIDIdentifikator></s:ReferenceID></s:Tilhoerer><s:Adresser>",
	 RETUR_INPUT,
	 "Elementet Adresser er ukendt, gentaget eller står forkert i RelationListe"},
	{"key too long", ">Borgerservice<",
	 ">æææææææææææææææææææææææææææææææææææææææææææææææææææ<", RETUR_INPUT,
	 "BrugervendtNoegleTekst i Egenskab er for lang: 51 tegn, højst 50"},
	{"key missing", "<s:BrugervendtNoegleTekst>Borgerservice</s:BrugervendtNoegleTekst>",
	 "", RETUR_INPUT, "BrugervendtNoegleTekst skal være udfyldt i Egenskab"},
	{"key blank", ">Borgerservice<", ">  <", RETUR_INPUT, "skal være udfyldt"},
	{"text among elements", "<u:TilstandListe>", "<u:TilstandListe>x", RETUR_INPUT,
	 "TilstandListe må ikke indeholde tekst"},
	{"element among text", ">Borgerservice<", "><s:x/><", RETUR_INPUT,
	 "BrugervendtNoegleTekst må kun indeholde tekst"},
	{"attribute", "<u:Egenskab>", "<u:Egenskab id=\"1\">", RETUR_INPUT,
	 "Egenskab i AttributListe har en attribut, der ikke er tilladt"},
	{"nil", "<s:EnhedNavn>Borgerservice &amp; Bibliotek</s:EnhedNavn>",
	 "<s:EnhedNavn xsi:nil=\"true\"/>", RETUR_INPUT, "attribut, der ikke er tilladt"},
	{"date only", "2024-05-02T00:00:00+02:00", "2024-05-02", RETUR_INPUT,
	 "TidsstempelDatoTid i FraTidspunkt har værdien '2024-05-02', men skal være et "
	 "tidspunkt som"},
	{"31 April", "2024-05-02T00:00:00+02:00", "2024-04-31T00:00:00+02:00", RETUR_INPUT,
	 "et tidspunkt"},
	{"bound that is false", ">true<", ">false<", RETUR_INPUT,
	 "GraenseIndikator i TilTidspunkt har værdien 'false', men skal være true"},
	{"bound that is no boolean", ">true<", ">ja<", RETUR_INPUT, "true eller false"},
	{"empty time", "<s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00</s:TidsstempelDatoTid>",
	 "", RETUR_INPUT, "TidsstempelDatoTid mangler i FraTidspunkt"},
	{"both forms of time", "<s:GraenseIndikator>true</s:GraenseIndikator>",
	 "<s:GraenseIndikator>true</s:GraenseIndikator><s:TidsstempelDatoTid>"
	 "2024-05-02T00:00:00</s:TidsstempelDatoTid>",
	 RETUR_INPUT, "TidsstempelDatoTid er ukendt, gentaget"},
	{"actor kind", ">Organisation<", ">Myndighed<", RETUR_INPUT,
	 "men skal være en af Organisation, OrganisationEnhed, OrganisationFunktion, Bruger, "
	 "ItSystem, Interessefaellesskab"},
	{"state", ">Aktiv<", ">aktiv<", RETUR_INPUT,
	 "GyldighedStatusKode i Gyldighed har værdien 'aktiv', men skal være en af Aktiv, "
	 "Inaktiv"},
	{"state missing", "<g:GyldighedStatusKode>Aktiv</g:GyldighedStatusKode>", "",
	 RETUR_INPUT, "GyldighedStatusKode mangler i Gyldighed"},
	{"life cycle", ">Importeret<", ">Rettet<", RETUR_INPUT,
	 "en af Opstaaet, Importeret, Passiveret, Slettet"},
	{"role missing",
	 "<s:Rolle><s:UUIDIdentifikator>2b670843-ce42-411a-8fb5-311dfdd5caf0"
	 "</s:UUIDIdentifikator><s:Label>Postadresse</s:Label></s:Rolle>",
	 "", RETUR_INPUT, "Elementet Rolle mangler i Adresser før Type"},
	{"Indeks missing", "<s:Indeks>1</s:Indeks>", "", RETUR_INPUT,
	 "Elementet Indeks mangler i Adresser"},
	{"target missing",
	 "<s:ReferenceID><s:UUIDIdentifikator>" TOP "</s:UUIDIdentifikator></s:ReferenceID>",
	 "", RETUR_INPUT, "ReferenceID mangler i Overordnet"},
	{"target empty", "<s:UUIDIdentifikator>" TOP "</s:UUIDIdentifikator>", "", RETUR_INPUT,
	 "UUIDIdentifikator mangler i ReferenceID"},
	{"label outside roles", TOP "</s:UUIDIdentifikator>",
	 TOP "</s:UUIDIdentifikator><s:Label>x</s:Label>", RETUR_INPUT,
	 "Label er ukendt, gentaget eller står forkert i ReferenceID"},
	{"its own parent", TOP, UNIT, RETUR_INPUT, "Overordnet må ikke pege på objektet selv"},
	{"ends before it begins",
	 "<s:TilTidspunkt><s:GraenseIndikator>true</s:GraenseIndikator></s:TilTidspunkt>",
	 "<s:TilTidspunkt><s:TidsstempelDatoTid>2024-05-01T23:59:59+02:00"
	 "</s:TidsstempelDatoTid></s:TilTidspunkt>",
	 RETUR_PERIOD, "Virkning i Egenskab slutter før den begynder"},
	{"from the future", "2024-05-02T09:14:07.512+02:00", "2024-09-10T10:00:06+02:00",
	 RETUR_CLOCK, "Registreringens Tidspunkt ligger 6 sekunder efter serverens tid"},
	{"Registrering as a bound", "2024-05-02T09:14:07.512+02:00",
	 "<s:TidsstempelDatoTid>2024-05-02T09:14:07.512+02:00</s:TidsstempelDatoTid>",
	 RETUR_INPUT, "Tidspunkt må kun indeholde tekst"},
	{"extension before the rest", "<u:AttributListe>",
	 "<u:AttributListe><s:LokalUdvidelse/>", RETUR_INPUT,
	 "Egenskab er ukendt, gentaget eller står forkert i AttributListe"},
	{"extension with SOAP in it", "</u:AttributListe>",
	 "<s:LokalUdvidelse><x:Body xmlns:x=\"http://www.w3.org/2003/05/soap-envelope\"/>"
	 "</s:LokalUdvidelse></u:AttributListe>",
	 RETUR_INPUT, "LokalUdvidelse må ikke bruge namespace"},
	{"extension with our own objects", "</u:AttributListe>",
	 "<s:LokalUdvidelse><u:Egenskab/></s:LokalUdvidelse></u:AttributListe>", RETUR_INPUT,
	 "LokalUdvidelse må ikke bruge namespace"},
};

static void
test_refused(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct str xml = replaced(a, str_from(unit), refused[i].find, refused[i].with);
		struct work w;
		size_t at;

		if (!str_is_set(xml))
			fail_msg("%s: nothing to change", refused[i].name);
		if (work_read(&w, &type_organisationenhed, xml, true))
			fail_msg("%s: accepted", refused[i].name);
		assert_int_equal(w.e.code, refused[i].code);
		if (!str_find(w.r.text, str_from(refused[i].text), &at))
			fail_msg("%s:\n got  " STR_FMT "\n want %s", refused[i].name,
				 STR_ARG(w.r.text), refused[i].text);
		/* what was sent does not go to the log */
		assert_string_equal(w.e.detail, "organisationenhed");
		work_end(&w);
	}
	arena_free(a);
}

#define PERSON_NS "http://stoettesystemerne.dk/organisation/person/6/"
#define PERSON(egenskab)                                                                       \
	"<p:Person xmlns:p=\"" PERSON_NS "\" xmlns:s=\"urn:oio:sagdok:3.0.0\" "                \
	"xmlns:t=\"urn:oio:sts:6\"><s:UUIDIdentifikator>" UNIT "</s:UUIDIdentifikator>"        \
	"<p:Registrering><p:AttributListe><p:Egenskab><s:BrugervendtNoegleTekst>b"             \
	"</s:BrugervendtNoegleTekst>" egenskab                                                 \
	"</p:Egenskab></p:AttributListe><p:TilstandListe/><p:RelationListe/></p:Registrering>" \
	"</p:Person>"

/* Lists and rows of other kinds; whole messages. */
static const struct {
	const char *name;
	const struct oio_type *type;
	const char *xml;
	const char *text; /* NULL: accepted */
} whole[] = {
	{"person", &type_person,
	 PERSON("<t:CPR-NummerTekst>0101010000</t:CPR-NummerTekst><p:NavnTekst>A</"
		"p:NavnTekst>"),
	 NULL},
	{"a person's name is in its own namespace", &type_person,
	 PERSON("<t:NavnTekst>A</t:NavnTekst>"), "Elementet NavnTekst er ukendt"},
	{"what is hidden is not repeated", &type_person,
	 PERSON("<t:CPR-NummerTekst>010101-0000</t:CPR-NummerTekst>"),
	 "CPR-NummerTekst skal være 10 cifre"},
	{"list missing", &type_adresse,
	 "<p:Adresse xmlns:p=\"http://stoettesystemerne.dk/organisation/adresse/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><p:Registrering><p:AttributListe/><p:RelationListe/>"
	 "</p:Registrering></p:Adresse>",
	 "Elementet TilstandListe mangler i Registrering før RelationListe"},
	{"list in the wrong namespace", &type_adresse,
	 "<p:Adresse xmlns:p=\"http://stoettesystemerne.dk/organisation/adresse/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><p:Registrering><s:AttributListe/><p:TilstandListe/>"
	 "<p:RelationListe/></p:Registrering></p:Adresse>",
	 "Elementet AttributListe i Registrering er i et forkert namespace "
	 "'urn:oio:sagdok:3.0.0'"},
	{"no Registrering", &type_adresse,
	 "<p:Adresse xmlns:p=\"http://stoettesystemerne.dk/organisation/adresse/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator></p:Adresse>",
	 "Elementet Registrering mangler i Adresse"},
	{"no extension where the kind has none", &type_adresse,
	 "<p:Adresse xmlns:p=\"http://stoettesystemerne.dk/organisation/adresse/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><p:Registrering><p:AttributListe><s:LokalUdvidelse/>"
	 "</p:AttributListe><p:TilstandListe/><p:RelationListe/></p:Registrering></p:Adresse>",
	 "Elementet LokalUdvidelse er ukendt"},
	{"several rows of an it-system", &type_itsystem,
	 "<p:ItSystem xmlns:p=\"http://stoettesystemerne.dk/organisation/itsystem/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><p:Registrering><p:AttributListe><p:Egenskab>"
	 "<s:BrugervendtNoegleTekst>b</s:BrugervendtNoegleTekst>"
	 "<s:KonfigurationReference>1</s:KonfigurationReference>"
	 "<s:KonfigurationReference>2</s:KonfigurationReference></p:Egenskab>"
	 "</p:AttributListe><p:TilstandListe/><p:RelationListe>"
	 "<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator></s:ReferenceID></s:Tilhoerer>"
	 "<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>" TOP
	 "</s:UUIDIdentifikator></s:ReferenceID></s:Tilhoerer>"
	 "</p:RelationListe></p:Registrering></p:ItSystem>",
	 NULL},
	{"Klasse", &type_klasse_6,
	 "<k:Klasse xmlns:k=\"http://stoettesystemerne.dk/klassifikation/klasse/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><k:Registrering><k:AttributListe><k:Egenskab>"
	 "<s:BrugervendtNoegleTekst>00.01</s:BrugervendtNoegleTekst>"
	 "<s:TitelTekst>T</s:TitelTekst><k:Soegeord><s:SoegeordIdentifikator>o"
	 "</s:SoegeordIdentifikator></k:Soegeord><k:Soegeord/></k:Egenskab></k:AttributListe>"
	 "<k:TilstandListe><k:PubliceretStatus><s:ErPubliceretIndikator>0"
	 "</s:ErPubliceretIndikator></k:PubliceretStatus><k:PubliceretStatus/>"
	 "</k:TilstandListe><k:RelationListe/></k:Registrering></k:Klasse>",
	 NULL},
	{"Facet plan 101", &type_facet_6,
	 "<k:Facet xmlns:k=\"http://stoettesystemerne.dk/klassifikation/facet/6/\" "
	 "xmlns:s=\"urn:oio:sagdok:3.0.0\"><s:UUIDIdentifikator>" UNIT
	 "</s:UUIDIdentifikator><k:Registrering><k:AttributListe><k:Egenskab>"
	 "<s:PlanIdentifikator>101</s:PlanIdentifikator></k:Egenskab></k:AttributListe>"
	 "<k:TilstandListe/><k:RelationListe/></k:Registrering></k:Facet>",
	 "PlanIdentifikator har værdien '101', men skal være et tal fra 1 til 100"},
};

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		struct work w;
		bool ok = work_read(&w, whole[i].type, str_from(whole[i].xml), true);
		size_t at;

		if (ok != !whole[i].text)
			fail_msg("%s: " STR_FMT, whole[i].name, STR_ARG(w.r.text));
		if (!ok && !str_find(w.r.text, str_from(whole[i].text), &at))
			fail_msg("%s:\n got  " STR_FMT "\n want %s", whole[i].name,
				 STR_ARG(w.r.text), whole[i].text);
		/* what is accepted can be written */
		assert_true(!ok || written(&w).len > 0);
		work_end(&w);
	}
}

/* A missing start is no start at all in Klassifikation, today in Organisation. */
static void
test_missing_start(void **state)
{
	struct work w;

	(void)state;
	assert_true(work_read(&w, &type_klasse_6, str_from(whole[8].xml), true));
	assert_true(w.regs[0].content.items[0].v.fra == INSTANT_MIN);
	assert_false(w.regs[0].content.items[1].u.tilstand.flag);
	assert_true(w.regs[0].content.items[1].u.tilstand.flag_given);
	assert_false(w.regs[0].content.items[2].u.tilstand.flag_given);
	work_end(&w);
	assert_true(work_read(&w, &type_itsystem, str_from(whole[7].xml), true));
	assert_true(w.regs[0].content.items[0].v.fra == time_local_midnight(NOW));
	assert_true(w.regs[0].content.items[0].v.til == INSTANT_MAX);
	work_end(&w);
}

static struct str
label(void *state, struct uuid klasse, struct arena *a)
{
	(void)state;
	(void)a;
	return klasse.b[0] == 0x9b ? STR("Klasse") : STR_NONE;
}

/* Labels come from the classification; what was sent stays where it knows none. */
static void
test_labels(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	struct encoder x = {.label = label};
	struct work w;
	size_t at;

	(void)state;
	assert_true(work_read(&w, &type_organisationenhed, str_from(unit), true));
	x.out = xml_out_new(w.a, &b);
	x.a = w.a;
	x.type = w.r.type;
	xml_out_apex(x.out, PREFIX_OBJECT, x.type->ns, "Wrap");
	encode_registrering(&x, &w.regs[0]);
	xml_out_close(x.out);
	assert_true(str_find(buf_str(&b), STR("<ns2:Label>Postadresse</ns2:Label></ns2:Rolle>"),
			     &at));
	assert_true(
		str_find(buf_str(&b), STR("<ns2:Label>Klasse</ns2:Label></ns2:Type>"), &at));
	work_end(&w);
}

/* What is sent in LokalUdvidelse comes back as it was, in canonical form. */
static void
test_extension(void **state)
{
	struct arena *a = arena_new();
	struct str xml = replaced(a, str_from(unit), "</u:RelationListe>",
				  "<s:LokalUdvidelse><x xmlns=\"urn:x\" b=\"2\" a='1'/>"
				  "</s:LokalUdvidelse></u:RelationListe>");
	struct work w;
	size_t at;

	(void)state;
	assert_true(work_read(&w, &type_organisationenhed, xml, true));
	assert_true(str_find(written(&w),
			     STR("<s:LokalUdvidelse xmlns:s=\"urn:oio:sagdok:3.0.0\">"
				 "<x xmlns=\"urn:x\" a=\"1\" b=\"2\"></x></s:LokalUdvidelse>"
				 "</ns3:RelationListe>"),
			     &at));
	work_end(&w);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),         cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),       cmocka_unit_test(test_whole),
		cmocka_unit_test(test_missing_start), cmocka_unit_test(test_labels),
		cmocka_unit_test(test_extension),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
