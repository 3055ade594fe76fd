/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What municipalities have today: directories as LDIF, registrations of OS2sync, and tables of
 * their own by a mapping. What comes of each, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "administration/mapping.h"
#include "base/encoding.h"
#include "tests/unit/source_world.h"

#define U(n) "0000000" n "-0000-4000-8000-000000000000"
/* bytes of U("1") and so on, as Active Directory writes them */
#define GUID(c) c "AAAAAAAAQIAAAAAAAAAAAA=="

static bool
has(struct buf *b, const char *what)
{
	size_t at;

	return str_find(buf_str(b), str_from(what), &at);
}

static unsigned
count_of(struct buf *b, const char *what)
{
	struct str rest = buf_str(b);
	unsigned count = 0;
	size_t at;

	for (; str_find(rest, str_from(what), &at); count++)
		rest = str_skip(rest, at + 1);
	return count;
}

/* ---- LDIF ---- */

#define TOP_DN "OU=Top,DC=korsbaek,DC=dk"
#define TOP                                                                                    \
	"# export\nversion: 1\n\ndn: " TOP_DN                                                  \
	"\nobjectClass: top\nobjectClass: organizationalUnit\n"                                \
	"ou: Top\nobjectGUID:: AQAAAAAAAECAAAAAAAAAAA==\n\n"
#define SKOLE                                                                                  \
	"dn: OU=Skole\\, Øst, ou=Top,DC=korsbaek, DC=dk\nobjectClass: organizationalUnit\n"   \
	"displayName:: U2tvbGUgw5hzdA==\nobjectGUID:: AgAAAAAAAECAAAAAAAAAAA==\n"              \
	"mail: skole@\n example.dk\n\n"
#define ADA                                                                                    \
	"dn: CN=Ada Bo,OU=Top,DC=Korsbaek,DC=dk\nobjectClass: user\nobjectClass: person\n"     \
	"sAMAccountName: adab\ndisplayName: Ada Bo\ntitle: Direktør\n"                        \
	"userAccountControl: 512\nobjectGUID:: AwAAAAAAAECAAAAAAAAAAA==\n\n"
#define BO                                                                                     \
	"dn: CN=Bo Cy,CN=x,OU=Skole\\, Øst,OU=Top,DC=korsbaek,DC=dk\nobjectClass: user\n"     \
	"sAMAccountName: bocy\ncn: Bo Cy\nmanager: CN=Ada Bo," TOP_DN                          \
	"\nmobile: 12345678\nobjectGUID:: BAAAAAAAAECAAAAAAAAAAA==\n\n"

static void
read_ldif(struct source_world *w, const char *text)
{
	source_world_write(w, "ad.ldif", str_from(text));
	source_world_read(w, "ad.ldif", 0);
}

static void
a_directory(void **state)
{
	struct source_world w;

	(void)state;
	source_world_make(&w);
	read_ldif(&w, TOP SKOLE ADA BO "dn: CN=pc,OU=Top\nobjectClass: user\n"
				       "objectClass: computer\n");
	assert_int_equal(w.refusals.len, 0);
	assert_int_equal(w.code, ERR_NONE);
	assert_int_equal(w.info.records, 5);
	assert_true(has(&w.objects, "1 OrganisationEnhed " U("1")));
	assert_true(has(&w.objects,
			"2 OrganisationEnhed " U("2") " BrugervendtNoegleTekst="
						      "Skole Øst EnhedNavn=Skole Øst"));
	assert_true(has(&w.objects, "Overordnet=" U("1") "[~2026-01-01,)"));
	assert_true(has(&w.objects, "AdresseTekst=skole@example.dk"));
	assert_true(has(&w.objects, "3 Bruger " U("3") " BrugervendtNoegleTekst=adab"));
	assert_true(has(&w.objects, "FunktionNavn=Direktør"));
	/* Bo stands in a container of the school; nobody says what he does */
	assert_true(has(&w.objects, "FunktionNavn=Medarbejder"));
	assert_true(has(&w.objects, "TilknyttedeEnheder=" U("2") "[~2026-01-01,)"));
	assert_true(has(&w.objects, "AdresseTekst=12345678"));
	/* Ada is somebody's manager, so she leads the top */
	assert_int_equal(
		count_of(&w.objects, "Funktionstype=46c73630-f7ad-4000-9624-c06131cde671"), 1);
	source_world_read(&w, "ad.ldif", 3);
	assert_true(str_has_prefix(buf_str(&w.objects), STR("4 ")));
	source_world_remove(&w);
}

static void
disabled_and_flat(void **state)
{
	struct source_world w;

	(void)state;
	source_world_make(&w);
	read_ldif(
		&w, TOP
		"dn: CN=c,CN=Users,DC=d\nobjectClass: person\nuid: c\ncn: C\n"
		"department: TOP\nentryUUID: " U(
			"5") "\n\n"
			     "dn: CN=d,OU=Top,DC=korsbaek,DC=dk\nobjectClass: person\nuid: d\n"
			     "cn: D\nuserAccountControl: 514\nentryUUID: {" U("6") "}\n");
	assert_int_equal(w.refusals.len, 0);
	assert_true(has(&w.objects, "2 Bruger " U("5") " Bru"));
	assert_true(has(&w.objects, "TilknyttedeEnheder=" U("1") "[~2026-01-01,)"));
	assert_true(has(&w.objects, "3 Bruger " U("6") " ophørt"));
	assert_int_equal(count_of(&w.objects, "OrganisationFunktion"), 1);
	source_world_remove(&w);
}

static const struct {
	const char *name, *text, *refusals;
} ldif_refused[] = {
	{"no name", "objectClass: user\n", "! ad.ldif:1 : posten begynder ikke med dn\n"},
	{"no line", "dn: x\nobjectClass user\n", "! ad.ldif:2 : linjen er ikke en attribut\n"},
	{"a change", "dn: x\nchangetype: delete\n",
	 "! ad.ldif:2 : ændringsposter (changetype) læses ikke\n"},
	{"another file", "dn: x\ncn:< file:///etc/passwd\n",
	 "! ad.ldif:2 : en værdi i en anden fil (:<) læses ikke\n"},
	{"not base64", "dn: x\ncn:: %%\n", "! ad.ldif:2 : værdien er ikke base64\n"},
	{"no UUID", "dn: x\nobjectClass: user\nuid: a\ncn: A\n",
	 "! ad.ldif:1 objectGUID: posten har ingen gyldig UUID\n"},
	{"a UUID of other length",
	 "dn: x\nobjectClass: user\nuid: a\ncn: A\nobjectGUID:: AAAA\n",
	 "! ad.ldif:1 objectGUID: posten har ingen gyldig UUID\n"},
	{"nobody, and no user name", "dn: x\nobjectClass: user\nentryUUID: " U("1") "\n",
	 "! ad.ldif:1 userPrincipalName: værdien mangler\n! ad.ldif:1 cn: værdien mangler\n"},
	{"text that is not UTF-8",
	 "dn: x\nobjectClass: user\nentryUUID: " U("1") "\nuid: a\ncn:: 5g==\n",
	 "! ad.ldif:1 cn: teksten er ikke UTF-8\n"},
	{"the same twice",
	 "dn: x\nobjectClass: user\nentryUUID: " U(
		 "1") "\nuid: a\ncn: A\n\n"
		      "dn: y\nobjectClass: user\nentryUUID: " U("1") "\nuid: a\ncn: A\n",
	 "! ad.ldif:7 uuid: samme uuid som i post nummer 1\n"},
};

static void
refused_entries(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ldif_refused); i++) {
		source_world_make(&w);
		read_ldif(&w, ldif_refused[i].text);
		if (!str_eq_c(buf_str(&w.refusals), ldif_refused[i].refusals))
			fail_msg("%s: " STR_FMT, ldif_refused[i].name,
				 STR_ARG(buf_str(&w.refusals)));
		source_world_remove(&w);
	}
}

/* ---- OS2sync ---- */

#define USER(more)                                                                             \
	"{\"Uuid\":\"" U("5") "\",\"userId\":\"ab\",\"person\":{\"name\":\"Ada Bo\"}" more "}"

#define POSITION                                                                               \
	"\"positions\":[{\"name\":\"Chef\",\"orgUnitUuid\":\"" U("1")                          \
	"\",\"startDate\":\"2024-01-01T00:00:00\"}]"

static void
registrations(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf{ \"orgUnits\": [\n{\"uuid\":\"" U("1") "\",\"shortKey\":\"k\","
		"\"name\":\"Top } \\\" {\",\"type\":\"DEPARTMENT\",\"timestamp\":\"x\","
		"\"LOSShortName\":\"T\",\"parentOrgUnitUuid\":null,\"payoutUnitUuid\":\"" U("2")
		"\",\"contactForTasks\":[\"" U("8") "\",\"" U("9") "\"]} ],\"users\":["
		USER(",\"isRobot\":false," POSITION) "]}\n";
	struct source_world w;

	(void)state;
	source_world_make(&w);
	source_world_write(&w, "os2sync.json", str_from(text));
	source_world_read(&w, "os2sync.json", 0);
	if (w.refusals.len > 0 || w.code != ERR_NONE)
		fail_msg(STR_FMT, STR_ARG(buf_str(&w.refusals)));
	assert_int_equal(w.info.records, 2);
	assert_true(has(&w.objects, "BrugervendtNoegleTekst=k EnhedNavn=Top } \" {["));
	assert_true(has(&w.objects, "Enhedstype=16bf18c3-ed6f-44b0-b7a1-35f94984e519"));
	assert_true(has(&w.objects, "47a33082-4687-4a68-b82f-5bf6f9d8ee13"));
	assert_true(has(&w.objects, "FunktionNavn=Udbetalende enhed"));
	assert_true(has(&w.objects, "FunktionNavn=Henvendelsessted"));
	assert_true(has(&w.objects, "TilknyttedeOpgaver=" U("9")));
	assert_true(has(&w.objects, "2 Bruger " U("5")));
	assert_true(has(&w.objects, "FunktionNavn=Chef[2024-01-01,)"));
	source_world_read(&w, "os2sync.json", 1);
	assert_true(str_has_prefix(buf_str(&w.objects), STR("2 Person")));

	source_world_write(&w, "os2sync.json",
			   STR("[{\"uuid\":\"" U("1") "\",\"name\":\"A\"}," USER("") "]"));
	source_world_read(&w, "os2sync.json", 0);
	assert_int_equal(count_of(&w.objects, "\n"), 3);
	source_world_remove(&w);
}

static const struct {
	const char *name, *text, *refusals;
	enum err_code code;
} json_refused[] = {
	{"an unknown member", "[" USER(",\"farve\":1") "]",
	 "! x.json:1 farve: feltet kendes ikke\n", 0},
	{"a member twice", "[" USER(",\"UUID\":\"" U("5") "\"") "]",
	 "! x.json:1 UUID: feltet er der to gange\n", 0},
	{"a number", "[" USER(",\"email\":1") "]",
	 "! x.json:1 email: feltet har ikke den ventede form\n", 0},
	{"a post without a unit takes its user along",
	 "[" USER(",\"positions\":[{\"name\":\"x\"}]") "]",
	 "! x.json:1 positions[0].orgUnitUuid: værdien mangler\n", 0},
	{"not JSON", "[{\"uuid\":}]", "! x.json:1 : registreringen er ikke et JSON-objekt\n",
	 0},
	{"another list", "{\"x\":[{}]}",
	 "! x.json:1 x: listen er hverken orgUnits eller users\n", SOURCE_INVALID},
	{"no list", "{\"users\":{}}", "! x.json:1 : der skulle stå en liste\n", SOURCE_INVALID},
	{"numbers", "[\n1]", "! x.json:2 : der skulle stå et objekt\n", SOURCE_INVALID},
	{"a comma too many", "[{},]", "! x.json:1 : der skulle stå et objekt\n",
	 SOURCE_INVALID},
	{"no comma", "[{}{}]", "! x.json:1 : der skulle stå et komma\n", SOURCE_INVALID},
	{"it breaks off", "[{\"}", "! x.json:1 : et objekt slutter ikke\n", SOURCE_INVALID},
	{"more of it", "[] []", "! x.json:1 : der står mere efter det, der skulle læses\n",
	 SOURCE_INVALID},
};

static void
refused_registrations(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(json_refused); i++) {
		source_world_make(&w);
		w.options.format = SOURCE_OS2SYNC;
		source_world_write(&w, "x.json", str_from(json_refused[i].text));
		source_world_read(&w, "x.json", 0);
		if (!str_eq_c(buf_str(&w.refusals), json_refused[i].refusals) ||
		    w.code != json_refused[i].code || w.told > 0)
			fail_msg("%s: " STR_FMT, json_refused[i].name,
				 STR_ARG(buf_str(&w.refusals)));
		source_world_remove(&w);
	}
}

/* ---- going on ---- */

#define LINE(n)                                                                                \
	"{\"Adresse\":{\"UUIDIdentifikator\":\"" U(n)                                          \
	"\",\"Registrering\":{\"AttributListe\":{\"Egenskab\":{" \
	"\"BrugervendtNoegleTekst\":\"k\"}}}}}\n"

static const struct {
	const char *file, *text;
} samples[] = {
	{"ad.ldif", TOP SKOLE "dn: x\nfejl\n\n" ADA BO},
	{"x.json", "[" USER("") ",{},{\"uuid\":\"" U("1") "\",\"name\":\"A\"}]"},
	{"x.jsonl", LINE("1") "\n{}\n" LINE("2")},
};

/* After every record exactly what follows is told, refusals too. */
static void
going_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		AUTO(buf_release) struct buf objects = BUF_INIT(1u << 20);
		AUTO(buf_release) struct buf refusals = BUF_INIT(1u << 20);
		struct source_world w;
		uint64_t records;

		source_world_make(&w);
		source_world_write(&w, samples[i].file, str_from(samples[i].text));
		source_world_read(&w, samples[i].file, 0);
		assert_int_equal(w.code, ERR_NONE);
		assert_true(w.refusals.len > 0 && w.told >= 2);
		records = w.info.records;
		buf_add(&objects, buf_str(&w.objects));
		buf_add(&refusals, buf_str(&w.refusals));
		for (uint64_t after = 1; after <= records; after++) {
			source_world_read(&w, samples[i].file, after);
			assert_true(str_has_suffix(buf_str(&objects), buf_str(&w.objects)));
			assert_true(str_has_suffix(buf_str(&refusals), buf_str(&w.refusals)));
			assert_true(w.objects.len < objects.len);
			assert_int_equal(w.last_record, after < records ? records : 0);
		}
		assert_int_equal(w.objects.len + w.refusals.len, 0);
		source_world_remove(&w);
	}
}

/* ---- limits ---- */

/* What stands before and behind so many times an x, and what of the second record is told. */
static const struct {
	const char *file, *before, *behind, *refusals;
	unsigned count;
} sizes[] = {
	{"x.json", "[{\"x\":\"", "\"}," USER("") "]",
	 "! x.json:1 : registreringen er for lang\n", 300000},
	{"x.jsonl", "{\"x\":\"", "\"}\n" LINE("1"), "! x.jsonl:1 : linjen er for lang\n",
	 4200000},
	{"x.ldif", "dn: x\nphoto: ", "\n\n" ADA, "! x.ldif:2 : posten er for stor\n", 4200000},
	{"x.ldif", "dn: x\nphoto: \n ", "\n x\n\n" ADA, "! x.ldif:2 : posten er for stor\n",
	 4194298},
};

static void
limits_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_release) struct buf text = BUF_INIT(1u << 23);
		struct source_world w;

		source_world_make(&w);
		buf_add_c(&text, sizes[i].before);
		for (unsigned n = 0; n < sizes[i].count; n++)
			buf_add_char(&text, 'x');
		buf_add_c(&text, sizes[i].behind);
		source_world_write(&w, sizes[i].file, buf_str(&text));
		source_world_read(&w, sizes[i].file, 0);
		if (!str_eq_c(buf_str(&w.refusals), sizes[i].refusals) || w.told == 0)
			fail_msg("%zu: " STR_FMT, i, STR_ARG(buf_str(&w.refusals)));
		source_world_remove(&w);
	}
}

/* ---- mappings ---- */

static const char mapping[] =
	"{\"version\":1,\"manifest\":{\"mode\":\"fuld\",\"source\":\"Løn\"},"
	"\"klasser\":{\"SYSTEMROLLE\":\"" U(
		"7") "\"},"
		     "\"tables\":{\"brugere\":{\"file\":\"ansatte.csv\",\"dates\":\"DD.MM."
		     "YYYY\","
		     "\"empty\":[\"-\"],\"trim\":true,"
		     "\"columns\":{\"Nr\":\"uuid\",\"Navn\":\"person_navn\",\"Login\":"
		     "\"brugernavn\","
		     "\"Fra\":\"gyldig_fra\",\"Stat\":\"status\",\"Trin\":null,\"Mail\":"
		     "\"email\"},"
		     "\"values\":{\"status\":{\"A\":\"Aktiv\",\"F\":\"Inaktiv\"}},"
		     "\"keys\":{\"uuid\":\"ansat\"}},"
		     "\"tilknytninger\":{\"columns\":{\"Nr\":\"bruger_uuid\"},"
		     "\"constants\":{\"stilling\":\"Ansat\"},\"keys\":{\"bruger_uuid\":"
		     "\"ansat\"}}}}";

static void
tables_of_their_own(void **state)
{
	AUTO(mapping_freep) struct source_mapping *m = NULL;
	AUTO(buf_release) struct buf shown = BUF_INIT(65536);
	struct mapping_fault f;
	struct source_world w;
	char text[UUID_TEXT_LEN + 1];

	(void)state;
	m = mapping_parse(str_from(mapping), &f);
	if (!m)
		fail_msg("%s: %s", f.where, f.reason);
	source_world_make(&w);
	w.options.mapping = m;
	source_world_write(
		&w, "ansatte.csv",
		STR("Nr;Navn;Login;Fra;Stat;Trin;Mail\n17; Ada Bo ;ab;01.02.2024;A;5;-"
		    "\n18;B;b;2024-02-01;X;;\n"));
	source_world_write(&w, "tilknytninger.csv", STR("Nr;enhed_uuid\n17;" U("1") "\n"));
	source_world_read(&w, NULL, 0);
	assert_int_equal(w.code, ERR_NONE);
	assert_true(str_eq_c(buf_str(&w.refusals),
			     "! ansatte.csv:3 Stat: værdien er ikke en af de tilladte\n"));
	assert_int_equal(w.info.extent, SOURCE_FULL);
	assert_true(str_eq_c(w.info.name, "Løn"));
	assert_true(has(&w.objects, "NavnTekst=Ada Bo[2024-02-01,)"));
	assert_false(has(&w.objects, "Adresse "));
	(void)uuid_format(source_uuid(STR(WORLD_CVR), STR("noegle:ansat:17"), (struct uuid){0}),
			  text);
	assert_int_equal(count_of(&w.objects, text), 2);
	mapping_show(m, &shown);
	assert_true(has(&shown, "brugere fra ansatte.csv\n"));
	assert_true(has(&shown, "  uuid                     fra \"Nr\", skal være der, nøgle "
				"\"ansat\"\n"));
	assert_true(has(&shown, "  (bruges ikke)            \"Trin\"\n"));
	source_world_remove(&w);
}

static void
a_directory_of_its_own(void **state)
{
	static const char own[] =
		"{\"version\":1,\"ldif\":{\"uuid\":\"guid\",\"units\":[\"afdeling\"],"
		"\"users\":[\"ansat\"],\"attributes\":{\"brugere\":{\"brugernavn\":\"login\","
		"\"person_navn\":\"navn\"}}}}";
	AUTO(mapping_freep) struct source_mapping *m = NULL;
	struct mapping_fault f;
	struct source_world w;

	(void)state;
	m = mapping_parse(str_from(own), &f);
	assert_non_null(m);
	source_world_make(&w);
	w.options.mapping = m;
	read_ldif(&w,
		  "dn: a=1\nobjectClass: afdeling\nou: A\nguid: " U(
			  "1") "\n\n"
			       "dn: b=2,a=1\nobjectClass: ansat\nlogin: b\nnavn: B\nguid: " U(
				       "2") "\n\ndn: c\nobjectClass: person\n");
	assert_int_equal(w.refusals.len, 0);
	assert_true(has(&w.objects, "BrugerNavn=b["));
	assert_int_equal(w.told, 4);
	source_world_remove(&w);
}

static const struct {
	const char *text, *where, *reason;
} mappings_refused[] = {
	{"[]", "", "kortlægningen er ikke et JSON-objekt"},
	{"{}", "version", "kortlægningens version er ikke 1"},
	{"{\"version\":1,\"x\":1}", "x", "feltet kendes ikke"},
	{"{\"version\":1,\"tables\":{\"sager\":{}}}", "sager", "feltet kendes ikke"},
	{"{\"version\":1,\"tables\":{\"enheder\":{\"columns\":{\"a\":\"navn2\"}}}}", "a",
	 "kolonnen kortlægges til en, der ikke findes"},
	{"{\"version\":1,\"tables\":{\"enheder\":{\"columns\":{\"a\":\"navn\",\"b\":\"navn\"}}}"
	 "}",
	 "b", "to kolonner kortlægges til den samme"},
	{"{\"version\":1,\"tables\":{\"enheder\":{\"keys\":{\"navn\":\"x\"}}}}", "navn",
	 "kolonnen holder ikke UUID'er"},
	{"{\"version\":1,\"tables\":{\"enheder\":{\"file\":\"../x\"}}}", "file",
	 "filnavnet indeholder en sti"},
	{"{\"version\":1,\"tables\":{\"enheder\":{\"dates\":\"YY\"}}}", "dates",
	 "mønstret har ikke YYYY, MM og DD"},
	{"{\"version\":1,\"manifest\":{\"mode\":\"alt\"}}", "mode",
	 "omfanget er hverken fuld eller delta"},
	{"{\"version\":1,\"klasser\":{\"A\":\"x\"}}", "A", "klassen er ikke en UUID"},
	{"{\"version\":1,\"ldif\":{\"attributes\":{\"brugere\":{\"x\":\"y\"}}}}", "x",
	 "kolonnen findes ikke, eller navnet er ikke en tekst"},
	{"{\"version\":1,\"ldif\":{\"units\":\"x\"}}", "units", "feltet er ikke en liste"},
};

static void
refused_mappings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mappings_refused); i++) {
		struct mapping_fault f;

		if (mapping_parse(str_from(mappings_refused[i].text), &f) ||
		    strcmp(f.where, mappings_refused[i].where) != 0 ||
		    strcmp(f.reason, mappings_refused[i].reason) != 0)
			fail_msg("%s: %s: %s", mappings_refused[i].text, f.where, f.reason);
	}
}

static void
names_of_formats(void **state)
{
	enum source_format f = SOURCE_DETECT;

	(void)state;
	for (int i = SOURCE_DETECT + 1; i < SOURCE_FORMAT_COUNT; i++) {
		assert_true(source_format_named(str_from(source_format_name[i]), &f));
		assert_int_equal(f, i);
	}
	f = SOURCE_CSV;
	assert_false(source_format_named(STR("detect"), &f));
	assert_false(source_format_named(STR("CSV"), &f));
	assert_false(source_format_named(STR(""), &f));
	assert_false(source_format_named(STR_NONE, &f));
	assert_int_equal(f, SOURCE_CSV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_formats),
		cmocka_unit_test(a_directory),
		cmocka_unit_test(disabled_and_flat),
		cmocka_unit_test(refused_entries),
		cmocka_unit_test(registrations),
		cmocka_unit_test(refused_registrations),
		cmocka_unit_test(going_on),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(tables_of_their_own),
		cmocka_unit_test(a_directory_of_its_own),
		cmocka_unit_test(refused_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
