/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KlassifikationListeHent over what the object services stored: which criteria give what, at
 * what time, to whom; the same by SOAP and as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/listehent_world.h"

static const struct as without = {.cvr = KORSBAEK};
static const struct as limited = {.cvr = KORSBAEK, .role = "udstil", .limits = {"kle"}};
static const struct as of_havneby = {.cvr = KORSBAEK, .role = "udstil", .scope = HAVNEBY};

/* Objects in the order in which they might come. */
static const struct {
	char sign;
	const char *key;
} objects[] = {
	{'P', "PLAN"},     {'e', "EMNER"}, {'7', "27"},    {'8', "28"},       {'9', "29"},
	{'0', "30"},       {'5', "85"},    {'1', "85.11"}, {'6', "85.11.06"}, {'t', "85.11.98"},
	{'l', "85.11.99"}, {'k', "KODER"}, {'K', "K"},     {'O', "EGEN"},
};

/* Which of the objects are told of, as signs; a head is a key with a title behind it. */
static void
told_of(const struct said *s, bool is_xml, char *out)
{
	static const char *const kinds[] = {"Klassifikation", "Facet", "Klasse"};

	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		const char *key = objects[i].key;
		bool is_there = false;

		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			is_there |= said_has(
				s, is_xml ? fmt("<%sBrugervendtNøgle>%s</%sBrugervendtNøgle>"
						"<%sTitel>",
						kinds[k], key, kinds[k], kinds[k])
					  : fmt("\"%sBrugervendtNoegle\":\"%s\",\"%sTitel\"",
						kinds[k], key, kinds[k]));
		if (is_there)
			*out++ = objects[i].sign;
	}
	*out = '\0';
}

static void
expect(const char *name, const struct as *as, const struct asked *q, const char *want)
{
	char by_soap[40], by_rest[40];
	struct said x, j;

	ask(as, q, &x, &j);
	if (!j.ok)
		fail_msg("%s: %s: " STR_FMT, name, err_row(j.e.code)->name, STR_ARG(j.text));
	told_of(&x, true, by_soap);
	told_of(&j, false, by_rest);
	if (strcmp(by_soap, want) != 0 || strcmp(by_rest, want) != 0)
		fail_msg("%s: \"%s\" by SOAP, \"%s\" by REST, not \"%s\":\n" STR_FMT
			 "\n" STR_FMT,
			 name, by_soap, by_rest, want, STR_ARG(x.xml), STR_ARG(j.xml));
	if (!want[0] && (x.verdict != RETUR_NOT_FOUND || j.verdict != RETUR_NOT_FOUND ||
			 !said_has(&x, "<kx:AdvisId>44</kx:AdvisId>") ||
			 !said_has(&j, "{\"HovedoplysningerSvarREST\":[{\"SvarReaktion\":{"
				       "\"Advis\":{\"AdvisId\":\"44\"")))
		fail_msg("%s: not told that there is nothing: " STR_FMT, name, STR_ARG(j.xml));
	if (want[0] &&
	    (x.verdict != ERR_NONE || j.verdict != ERR_NONE ||
	     !said_has(&j, "\"HovedoplysningerSvarREST\":[]}") || said_has(&x, "SvarReaktion")))
		fail_msg("%s: verdict", name);
	said_end(&x);
	said_end(&j);
}

/* --- who sees what --- */

static void
test_who_sees_what(void **state)
{
	static const struct {
		const char *name;
		const struct as *as;
		struct asked q;
		const char *want;
	} rows[] = {
		{"everybody: the operator's", &lw_operator, BY("Klassifikation", PLAN),
		 "Pe7516kK"},
		{"its own classes besides", &lw_korsbaek, BY("Klassifikation", PLAN),
		 "Pe7516lkK"},
		{"and another its own", &lw_havneby, BY("Klassifikation", PLAN), "Pe7516tkK"},
		{"only the common ones", &lw_korsbaek, {KEY1("PLAN"), SHARED}, "Pe7516kK"},
		{"its own plan", &lw_korsbaek, BY("Klassifikation", OWN_PLAN), "O"},
		{"not another's", &lw_havneby, BY("Klassifikation", OWN_PLAN), ""},
		{"nor the operator", &lw_operator, BY("Klassifikation", OWN_PLAN), ""},
		{"not by its key", &lw_havneby, {KEY1("EGEN"), NOW}, ""},
		{"not with a wildcard", &lw_havneby, {KEY1("E*"), NOW}, ""},
		{"by UUID: its own", &lw_korsbaek, BY("Klasse", LOCAL), "Pel"},
		{"by UUID: another's", &lw_korsbaek, BY("Klasse", THEIRS), ""},
		{"by key: another's", &lw_korsbaek, {KEYC("PLAN", "85.11.98"), NOW}, ""},
		{"everything there is",
		 &lw_korsbaek,
		 {KEY1("*"), ALL},
		 "Pe78905"
		 "16lkKO"},
		{"everything there is, to another",
		 &lw_havneby,
		 {KEY1("*"), ALL},
		 "Pe78905"
		 "16tkK"},
		{"of the first owner that one may read", &of_havneby, {KEY1("*"), ALL}, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].name, rows[i].as, &rows[i].q, rows[i].want);
}

static void
test_who_sees_nothing(void **state)
{
	static const struct asked q = BY("Klassifikation", PLAN);
	static const struct as *const nobody[] = {&without, &limited};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nobody); i++) {
		struct said x, j;

		ask(nobody[i], &q, &x, &j);
		assert_int_equal(x.verdict, RETUR_DENIED);
		assert_true(said_has(
			&x, "<kx:FejlId>41</kx:FejlId><kx:FejlTekst>Ikke autoriseret"));
		assert_false(said_has(&x, "KlassifikationListe>"));
		assert_false(j.ok);
		assert_int_equal(j.e.code, RETUR_DENIED);
		said_end(&x);
		said_end(&j);
	}
}

/* --- criteria --- */

static void
test_criteria(void **state)
{
	static const struct {
		const char *name;
		struct asked q;
		const char *want;
	} rows[] = {
		{"facet", BY("Facet", KODER), "PkK"},
		{"unknown facet", BY("Facet", PLAN), ""},
		{"class and what is below it", BY("Klasse", K8511), "Pe16l"},
		{"a leaf", BY("Klasse", K851106), "Pe6"},
		{"unknown class", BY("Klasse", EMNER), ""},
		{"a class that is not published", BY("Klasse", UNPUBLISHED), ""},
		{"key", {KEY1("PLAN"), NOW}, "Pe7516lkK"},
		{"key in other letters", {KEY1("plan"), NOW}, "Pe7516lkK"},
		{"an unknown key", {KEY1("PLA"), NOW}, ""},
		{"keys of a facet", {KEY2("PLAN", "KODER"), NOW}, "PkK"},
		{"of a facet elsewhere", {KEY2("EGEN", "KODER"), NOW}, ""},
		{"keys of a class", {KEY3("PLAN", "EMNER", "85.11.06"), NOW}, "Pe6"},
		{"of a class elsewhere", {KEY3("PLAN", "KODER", "85.11.06"), NOW}, ""},
		{"class in any facet", {KEYC("PLAN", "K"), NOW}, "PkK"},
		{"wildcard", {KEY3("PLAN", "EMNER", "85.11.*"), NOW}, "Pe6l"},
		{"wildcard that fits one with those below it",
		 {KEYC("PLAN", "8*"), NOW},
		 "Pe516l"},
		{"a plan without facets", {KEY1("EGEN"), NOW}, "O"},
	};
	static const struct asked several = {
		KEYS_X(KX("Klassifikation", "EGEN")) KEYS_X(KX("Klassifikation", "PLAN") KX(
			"Klasse",
			"27")) "<IdentifikationKriterie><KlasseIdentifikation>" K851106
			       "</KlasseIdentifikation></IdentifikationKriterie>"
			       "<IdentifikationKriterie><KlasseIdentifikation>" K851106
			       "</KlasseIdentifikation></IdentifikationKriterie>",
		KEYS_J(KJ("Klassifikation", "EGEN")) "," KEYS_J(
			KJ("Klassifikation", "PLAN") "," KJ(
				"Klasse", "27")) ",{\"IdentifikationKriterie\":"
						 "{\"KlasseIdentifikation\":\"" K851106
						 "\"}},{\"IdentifikationKriterie\":"
						 "{\"KlasseIdentifikation\":\"" K851106 "\"}}",
		NOW};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].name, &lw_korsbaek, &rows[i].q, rows[i].want);
	expect("several are one union, each once", &lw_korsbaek, &several, "Pe76O");
}

static void
test_times(void **state)
{
	static const struct {
		const char *name;
		struct asked q;
		const char *want;
	} rows[] = {
		{"now", {KEY2("PLAN", "EMNER"), NOW}, "Pe7516l"},
		{"now, said",
		 {KEY2("PLAN", "EMNER"), "<KunAktuelle>true</KunAktuelle>",
		  "\"KunAktuelle\":true"},
		 "Pe7516l"},
		{"all", {KEY2("PLAN", "EMNER"), ALL}, "Pe7890516l"},
		{"in a year",
		 {KEY2("PLAN", "EMNER"), ALL_IN("2011-01-01", "2012-01-01")},
		 "Pe7951l"},
		{"in a later one",
		 {KEY2("PLAN", "EMNER"), ALL_IN("2027-01-01", "2028-01-01")},
		 "Pe70516l"},
		{"the end is not in it",
		 {KEY2("PLAN", "EMNER"), ALL_IN("2015-01-01", "2016-01-01")},
		 "Pe7516l"},
		{"before there was a facet",
		 {KEY2("PLAN", "EMNER"), ALL_IN("1999-01-01", "2000-01-01")},
		 ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].name, &lw_korsbaek, &rows[i].q, rows[i].want);
}

/* --- what is told --- */

static const char *const told_xml[] = {
	"<KlassifikationIdentifikation>" PLAN "</KlassifikationIdentifikation>",
	"<KlassifikationBeskrivelse>Opdigtet &amp; kort</KlassifikationBeskrivelse>"
	"<KlassifikationEjer>99999999</"
	"KlassifikationEjer><KlassifikationEjerCVRNummer>99999999"
	"</"
	"KlassifikationEjerCVRNummer><KlassifikationSidstÆndretTidspunkt>2024-09-10T10:"
	"00:00.",
	"<FacetPubliceretFraDato>2001-02-03</"
	"FacetPubliceretFraDato><FacetSidstÆndretTidspunkt>",
	"<KlasseTitel>Seks</KlasseTitel><KlasseBeskrivelse></KlasseBeskrivelse>"
	"<KlasseÆndringsnotat>Nyt</KlasseÆndringsnotat>",
	"<KlassePubliceretListe><KlassePubliceret><KlassePubliceretFraDato>2012-01-01"
	"</KlassePubliceretFraDato><KlassePubliceretTilDato>2031-01-01</"
	"KlassePubliceretTilDato>"
	"</KlassePubliceret></KlassePubliceretListe><KlasseSøgeordListe><KlasseSøgeord>"
	"<SøgeordTitel>ord</SøgeordTitel></"
	"KlasseSøgeord><KlasseSøgeord><SøgeordTitel>tekst",
	"<ForældreKlasse><KlasseIdentifikation>" K8511 "</KlasseIdentifikation>"
	"<KlasseBrugervendtNøgle>85.11</KlasseBrugervendtNøgle></ForældreKlasse>",
	"<KlasseIdentifiktionValg><KlasseIdenitifkationStruktur><"
	"KlasseIdentifikation>" KODE_K,
	"<KlasseIdentifiktionValg><KlasseUrnReference>urn:oio:x:1</KlasseUrnReference>",
	"<kx:TransaktionsId>t-1</"
	"kx:TransaktionsId><kx:TransaktionsTid>2024-09-10T10:00:00<",
};

static const char *const told_json[] = {
	"{\"KlassifikationListeHent_O\":{\"KlassifikationListe\":[{"
	"\"KlassifikationStruktur\":{"
	"\"KlassifikationIdentifikation\":\"" PLAN "\"",
	"\"KlassifikationSidstAEndretTidspunkt\":\"2024-09-10T10:00:00.",
	"\"KlasseAEndringsnotat\":\"Nyt\"",
	"\"KlassePubliceretListe\":[{\"KlassePubliceret\":{\"KlassePubliceretFraDato\":"
	"\"2012-01-01\",\"KlassePubliceretTilDato\":\"2031-01-01\"}}]",
	"\"KlasseSoegeordListe\":[{\"KlasseSoegeord\":{\"SoegeordTitel\":\"ord\"}},",
	"\"ForaeldreKlasse\":{\"KlasseIdentifikation\":\"" K8511 "\"",
	"\"FacetBrugervendtNoegle\":\"KODER\",\"KlassifikationIdentifikation\":\"" PLAN "\"",
	"\"KlasseUrnReference\":\"urn:oio:x:1\"",
};

static void
test_what_is_told(void **state)
{
	static const struct asked q = BY("Klasse", K851106);
	static const struct asked head = BY("Klasse", K85);
	struct said x, j;

	(void)state;
	ask(&lw_korsbaek, &q, &x, &j);
	for (size_t i = 0; i < ARRAY_LEN(told_xml); i++)
		if (!said_has(&x, told_xml[i]))
			fail_msg("no %s in " STR_FMT, told_xml[i], STR_ARG(x.xml));
	for (size_t i = 0; i < ARRAY_LEN(told_json); i++)
		if (!said_has(&j, told_json[i]))
			fail_msg("no %s in " STR_FMT, told_json[i], STR_ARG(j.xml));
	/* a mapping to what is not published is not told */
	assert_false(said_has(&x, UNPUBLISHED));
	assert_false(said_has(&j, UNPUBLISHED));
	said_end(&x);
	said_end(&j);
	ask(&lw_korsbaek, &head, &x, &j);
	/* without limits: an empty list, and nothing above it */
	assert_true(said_has(
		&x, "<KlassePubliceretListe></KlassePubliceretListe></KlasseStruktur>"));
	assert_true(said_has(&j, "\"KlassePubliceretListe\":[]}"));
	said_end(&x);
	said_end(&j);
}

static struct str
name_of(void *arg, struct str cvr, struct arena *a)
{
	(void)arg;
	(void)a;
	return str_eq_c(cvr, WORLD_OPERATOR) ? STR("Fællesskabet") : STR_NONE;
}

static void
test_owners_have_names(void **state)
{
	static const struct asked q = {KEY1("PLAN"), NOW};
	struct registry_options o;
	struct said x, j;

	(void)state;
	world_options(&w, &o);
	o.authority_name = name_of;
	world_reopen(&w, &o);
	ask(&lw_korsbaek, &q, &x, &j);
	assert_true(said_has(&x, "<KlassifikationEjer>Fællesskabet</KlassifikationEjer>"));
	assert_true(said_has(&j, "\"KlasseEjer\":\"" KORSBAEK "\""));
	said_end(&x);
	said_end(&j);
	world_options(&w, &o);
	world_reopen(&w, &o);
}

/* --- circles, deletions --- */

static void
test_odd_trees(void **state)
{
	static const struct asked above = BY("Klasse", "c3000000-0000-4000-8000-000000000001");
	static const struct asked own = {KEYC("PLAN", "r*"), NOW};
	struct said x, j;

	(void)state;
	/* each above the other, made in two steps */
	klasse(&lw_havneby_writes, "c3000000-0000-4000-8000-000000000001", "r1", PUBLISHED, "",
	       REF("Facet", EMNER)
		       REF("OverordnetKlasse", "c3000000-0000-4000-8000-000000000002"));
	klasse(&lw_havneby_writes, "c3000000-0000-4000-8000-000000000002", "r2", PUBLISHED, "",
	       REF("Facet", EMNER)
		       REF("OverordnetKlasse", "c3000000-0000-4000-8000-000000000001"));
	ask(&lw_havneby, &above, &x, &j);
	assert_true(said_has(&j, "\"r1\"") && said_has(&j, "\"r2\""));
	said_end(&x);
	said_end(&j);
	world_expect(&w, &lw_havneby_writes, "klasse",
		     "<SletInput{T}><s:UUIDIdentifikator>c3000000-0000-4000-8000-000000000001"
		     "</s:UUIDIdentifikator></SletInput>",
		     20);
	ask(&lw_havneby, &own, &x, &j);
	assert_false(said_has(&j, "\"r1\""));
	assert_true(said_has(&j, "\"r2\""));
	said_end(&x);
	said_end(&j);
	world_expect(&w, &lw_havneby_writes, "klasse",
		     "<SletInput{T}><s:UUIDIdentifikator>c3000000-0000-4000-8000-000000000002"
		     "</s:UUIDIdentifikator></SletInput>",
		     20);
}

/* --- whoever owns what --- */

#define MANY 90

struct drawn {
	char uuid[UUID_TEXT_LEN + 1];
	unsigned owner;    /* 0 the operator, 1 Korsbæk, 2 Havneby */
	bool is_published; /* now */
	unsigned parent;   /* place of another one */
};

static unsigned
draw(unsigned *state, unsigned below)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % below;
}

static void
draw_all(struct drawn *all)
{
	static const struct as writers[] = {{.cvr = WORLD_OPERATOR, .role = "rediger"},
					    {.cvr = KORSBAEK, .role = "rediger"},
					    {.cvr = HAVNEBY, .role = "rediger"}};
	unsigned seed = 7;

	for (unsigned i = 0; i < MANY; i++) {
		struct drawn *d = &all[i];
		bool is_past = draw(&seed, 4) == 0;

		d->owner = draw(&seed, 3);
		d->is_published = !is_past && draw(&seed, 3) > 0;
		d->parent = draw(&seed, i + 1);
		snprintf(d->uuid, sizeof(d->uuid), "d1000000-0000-4000-8000-%012u", i);
		klasse(&writers[d->owner], d->uuid, fmt("q%03u", i),
		       is_past ? PUBLISHED_IN("2010-01-01T00:00:00Z", "2011-01-01T00:00:00Z")
			       : (d->is_published ? PUBLISHED : NOT_PUBLISHED),
		       TITEL("x"),
		       d->parent == i ? fmt(REF("Facet", KODER))
				      : fmt(REF("Facet", KODER) REF("Mapninger", "%s")
						    REF("OverordnetKlasse", "%s"),
					    all[d->parent].uuid, all[d->parent].uuid));
	}
}

/* Told of are exactly those that it may see; of no other so much as the UUID. */
static void
check_drawn(const struct drawn *all, unsigned caller, const struct asked *q, bool is_all,
	    bool only_shared)
{
	const struct as *const callers[] = {&lw_operator, &lw_korsbaek, &lw_havneby};
	struct said x, j;

	ask(callers[caller], q, &x, &j);
	for (unsigned i = 0; i < MANY; i++) {
		const struct drawn *d = &all[i];
		bool may_see = d->owner == 0 || d->owner == caller;
		bool is_shown = may_see && (d->is_published || is_all);
		bool is_told = is_shown && (!only_shared || d->owner == 0);
		const char *as_x = fmt("<KlasseStruktur><KlasseIdentifikation>%s<", d->uuid);
		const char *as_j =
			fmt("\"KlasseStruktur\":{\"KlasseIdentifikation\":\"%s\"", d->uuid);

		if (said_has(&x, as_x) != is_told || said_has(&j, as_j) != is_told)
			fail_msg("caller %u, %s of %u: %s", caller, d->uuid, d->owner,
				 is_told ? "missing" : "told");
		/* as a parent or a mapping neither */
		if (!is_shown && (said_has(&x, d->uuid) || said_has(&j, d->uuid)))
			fail_msg("caller %u hears of %s", caller, d->uuid);
	}
	said_end(&x);
	said_end(&j);
}

static void
test_whoever_owns_what(void **state)
{
	static const struct {
		struct asked q;
		bool is_all, only_shared;
	} rows[] = {
		{{KEY2("PLAN", "KODER"), NOW}, false, false},
		{{KEY2("PLAN", "KODER"), ALL}, true, false},
		{{KEY2("PLAN", "KODER"), SHARED}, false, true},
		{{KEYC("PLAN", "q*"), NOW}, false, false},
		{{KEYC("PLAN", "q*"), ALL}, true, false},
	};
	static struct drawn all[MANY];

	(void)state;
	draw_all(all);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (unsigned caller = 0; caller < 3; caller++)
			check_drawn(all, caller, &rows[i].q, rows[i].is_all,
				    rows[i].only_shared);
}

/* Memory of a call that asks for as many keys as that, none of which is there. */
static size_t
used_for(unsigned count)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	struct said s;
	size_t used;

	buf_add_c(&b, "{\"KlassifikationKriterieListe\":[");
	for (unsigned i = 0; i < count; i++)
		buf_printf(&b,
			   "%s" KEYS_J(KJ("Klassifikation", "PLAN*") "," KJ(
				   "Facet", "*") "," KJ("Klasse", "none-%u")),
			   i ? "," : "", i);
	buf_add_c(&b, "],\"KunAktuelle\":false}");
	buf_add_char(&b, '\0');
	world_rest(&w, &lw_korsbaek, b.ptr, &s);
	assert_true(s.ok);
	assert_int_equal(s.verdict, RETUR_NOT_FOUND);
	used = arena_used(s.a);
	said_end(&s);
	return used;
}

/* What a criterion costs must not grow with what is stored: one call could take all memory. */
static void
test_many_criteria(void **state)
{
	const unsigned few = 10, many = 500;
	size_t each = (used_for(many) - used_for(few)) / (many - few);

	(void)state;
	if (each > 512)
		fail_msg("%zu bytes for each criterion", each);
}

static int
begin(void **state)
{
	(void)state;
	lw_open();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	lw_close();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_sees_what),
		cmocka_unit_test(test_who_sees_nothing),
		cmocka_unit_test(test_criteria),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_what_is_told),
		cmocka_unit_test(test_owners_have_names),
		cmocka_unit_test(test_odd_trees),
		/* leaves many more behind */
		cmocka_unit_test(test_whoever_owns_what),
		cmocka_unit_test(test_many_criteria),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, begin, end);
	xml_cleanup();
	return failed;
}
