/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fremsoegobjekthierarki and the import of an organisation with its units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "registry/object.h"
#include "tests/unit/registry_world.h"

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"};
static const struct as other = {.cvr = HAVNEBY, .role = "rediger"};
static const struct as operator= {.cvr = WORLD_OPERATOR, .role = "rediger"};

#define SYSTEM "organisationsystem"
#define OS "http://stoettesystemerne.dk/organisation/organisationsystem/6/"

static int
setup(void **state)
{
	static struct world w;

	world_open(&w);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

struct object {
	const char *kind, *service, *name_element;
	unsigned number; /* last digits of the UUID */
	const char *name, *states, *relations;
};

static const char *
uuid_of(unsigned number)
{
	return fmt("aa000000-0000-4000-8000-%012u", number);
}

static const char *
relation(const char *name, unsigned number)
{
	return fmt("<s:%s><s:ReferenceID><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		   "</s:ReferenceID></s:%s>",
		   name, uuid_of(number), name);
}

static void
put(struct world *w, const struct as *as, struct object o)
{
	world_expect(w, as, o.service,
		     fmt("<ImportInput{T}><%s><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
			 "<Registrering><AttributListe><Egenskab><s:BrugervendtNoegleTekst>k"
			 "</s:BrugervendtNoegleTekst><s:%s>%s</s:%s></Egenskab></AttributListe>"
			 "<TilstandListe>%s</TilstandListe><RelationListe>%s</RelationListe>"
			 "</Registrering></%s></ImportInput>",
			 o.kind, uuid_of(o.number), o.name_element, o.name, o.name_element,
			 o.states ? o.states : "", o.relations ? o.relations : "", o.kind),
		     20);
}

#define UNIT(n, name, ...)                                                                     \
	{                                                                                      \
		"OrganisationEnhed", "organisationenhed", "EnhedNavn", n, name, __VA_ARGS__    \
	}
#define USER(n, name, ...)                                                                     \
	{                                                                                      \
		"Bruger", "bruger", "BrugerNavn", n, name, __VA_ARGS__                         \
	}
#define SYS(n, name, ...)                                                                      \
	{                                                                                      \
		"ItSystem", "itsystem", "ItSystemNavn", n, name, __VA_ARGS__                   \
	}
#define ORG(n, name, ...)                                                                      \
	{                                                                                      \
		"Organisation", "organisation", "OrganisationNavn", n, name, __VA_ARGS__       \
	}
#define INACTIVE                                                                               \
	"<g:Gyldighed><g:GyldighedStatusKode>Inaktiv</g:GyldighedStatusKode></g:Gyldighed>"

/* The last three digits of what each list holds: "o:1 e:2,3 f: b:4 i: s:" */
static const char *
lists(const struct said *s)
{
	static char out[2000];
	static const char *const names[] = {"Organisationer",         "OrganisationEnheder",
					    "OrganisationFunktioner", "Brugere",
					    "Interessefaellesskaber", "ItSystemer"};
	struct xml_node *list = xml_next(xml_first(xml_root(s->doc)));
	size_t at = 0;

	for (size_t i = 0; i < 6; i++, list = xml_next(list)) {
		const char *sep = "";

		/* all six, always, in this order */
		assert_non_null(list);
		assert_true(xml_is(list, STR(OS), names[i]));
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%c:", i ? " " : "",
				       "oefbis"[i]);
		for (struct xml_node *n = xml_first(list); n; n = xml_next(n)) {
			struct str text = xml_text(xml_first(xml_first(n)), s->a);

			assert_true(xml_is(n, STR(OS), "FiltreretOejebliksbillede"));
			/* the children are in the object's namespace */
			assert_false(str_eq(xml_ns(xml_first(n)), STR(OS)));
			at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%d", sep,
					       atoi(text.ptr + 33));
			sep = ",";
		}
	}
	assert_null(list);
	return out;
}

static void
expect(struct world *w, const struct as *as, const char *body, const char *want)
{
	struct said s;

	world_call(
		w, as, SYSTEM,
		fmt("<FremsoegObjekthierarkiInput{T}>%s</FremsoegObjekthierarkiInput>", body),
		&s);
	if (!s.ok || s.status != 20)
		fail_msg("%s: %d " STR_FMT, body, s.status, STR_ARG(s.text));
	if (strcmp(lists(&s), want) != 0)
		fail_msg("%s:\n got  %s\n want %s", body, lists(&s), want);
	said_end(&s);
}

#define PAGE(from, most)                                                                       \
	"<s:FoersteResultatReference>" #from "</s:FoersteResultatReference>"                   \
	"<s:MaksimalAntalKvantitet>" #most "</s:MaksimalAntalKvantitet>"

static void
test_lists_and_pages(void **state)
{
	struct world *w = *state;
	struct registry_options o;

	expect(w, &reader, "", "o: e: f: b: i: s:");
	put(w, &writer, (struct object)ORG(1, "Korsbæk", NULL, NULL));
	for (unsigned i = 1; i <= 3; i++)
		put(w, &writer, (struct object)UNIT(i, "Enhed", NULL, NULL));
	put(w, &writer, (struct object)UNIT(4, "Lukket", INACTIVE, NULL));
	put(w, &writer, (struct object)USER(1, "ane", NULL, NULL));
	put(w, &writer, (struct object)USER(2, "bo", NULL, NULL));
	put(w, &writer, (struct object)SYS(9, "KY", NULL, NULL));
	put(w, &other, (struct object)UNIT(8, "Havnen", NULL, NULL));
	expect(w, &reader, "", "o:1 e:1,2,3 f: b:1,2 i: s:9");
	expect(w, &other, "", "o: e:8 f: b: i: s:");
	/* each list is paged for itself */
	expect(w, &reader, PAGE(0, 2), "o:1 e:1,2 f: b:1,2 i: s:9");
	expect(w, &reader, PAGE(2, 2), "o: e:3 f: b: i: s:");
	expect(w, &reader, PAGE(4, 2), "o: e: f: b: i: s:");
	/* a filter holds its own kind */
	expect(w, &reader,
	       "<BrugerSoegEgenskab><s:BrugerNavn>EXCLUDE!</s:BrugerNavn></BrugerSoegEgenskab>",
	       "o:1 e:1,2,3 f: b: i: s:9");
	expect(w, &reader,
	       "<BrugerSoegEgenskab><s:BrugerNavn>A*</s:BrugerNavn></BrugerSoegEgenskab>",
	       "o:1 e:1,2,3 f: b:1 i: s:9");
	expect(w, &reader,
	       PAGE(1, 1) "<OrganisationEnhedSoegEgenskab><s:EnhedNavn>enhed</s:EnhedNavn>"
			  "</OrganisationEnhedSoegEgenskab>",
	       "o: e:2 f: b:2 i: s:");
	/* the installation may show what is not active */
	world_options(w, &o);
	o.hierarchy_has_inactive = true;
	world_reopen(w, &o);
	expect(w, &reader, "", "o:1 e:1,2,3,4 f: b:1,2 i: s:9");
}

#define OPEN "<s:GraenseIndikator>true</s:GraenseIndikator>"

/* til NULL: open */
static const char *
virkning(const char *fra, const char *til)
{
	return fmt("<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>%sT00:00:00"
		   "</s:TidsstempelDatoTid></s:FraTidspunkt><s:TilTidspunkt>%s</s:TilTidspunkt>"
		   "</s:Virkning>",
		   fra,
		   til ? fmt("<s:TidsstempelDatoTid>%sT00:00:00</s:TidsstempelDatoTid>", til)
		       : OPEN);
}

static const char *
gyldighed(const char *fra, const char *til, const char *value)
{
	return fmt("<g:Gyldighed>%s<g:GyldighedStatusKode>%s</g:GyldighedStatusKode>"
		   "</g:Gyldighed>",
		   virkning(fra, til), value);
}

static const char *
egenskab(const char *fra, const char *til, const char *key)
{
	return fmt("<Egenskab>%s<s:BrugervendtNoegleTekst>%s</s:BrugervendtNoegleTekst>"
		   "</Egenskab>",
		   virkning(fra, til), key);
}

/* What hides an object comes and goes with time, without anything being written. */
static void
test_time(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *day, *want;
	} rows[] = {
		{"2023-12-31", ""},                      /* no Egenskab yet */
		{"2024-01-01", "1"}, {"2024-02-15", ""}, /* inactive in February */
		{"2024-03-01", "1"}, {"2024-09-10", "1"},
		{"2024-11-30", "1"}, /* the name changes in between: still one object */
		{"2024-12-01", ""},  /* no Egenskab any more */
	};

	world_expect(w, &writer, "organisationenhed",
		     fmt("<ImportInput{T}><OrganisationEnhed><s:UUIDIdentifikator>%s"
			 "</s:UUIDIdentifikator><Registrering><AttributListe>%s%s"
			 "</AttributListe><TilstandListe>%s%s%s</TilstandListe><RelationListe/>"
			 "</Registrering></OrganisationEnhed></ImportInput>",
			 uuid_of(1), egenskab("2024-01-01", "2024-10-01", "k"),
			 egenskab("2024-10-01", "2024-12-01", "k2"),
			 gyldighed("2024-01-01", "2024-02-01", "Aktiv"),
			 gyldighed("2024-02-01", "2024-03-01", "Inaktiv"),
			 gyldighed("2024-03-01", NULL, "Aktiv")),
		     20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = ERR_INIT;

		assert_true(time_parse(str_from(fmt("%sT12:00:00", rows[i].day)), ZONE_LOCAL,
				       &w->now, &e));
		expect(w, &reader, "", fmt("o: e:%s f: b: i: s:", rows[i].want));
		/* the same by SoegVirkning, at whatever time it is asked */
		w->now = WORLD_NOW;
		expect(w, &reader,
		       fmt("<s:SoegVirkning><s:FraTidspunkt><s:TidsstempelDatoTid>%sT12:00:00"
			   "</s:TidsstempelDatoTid></s:FraTidspunkt><s:TilTidspunkt>"
			   "<s:TidsstempelDatoTid>%sT12:00:00</s:TidsstempelDatoTid>"
			   "</s:TilTidspunkt></s:SoegVirkning>",
			   rows[i].day, rows[i].day),
		       fmt("o: e:%s f: b: i: s:", rows[i].want));
	}
	/* once, however many of its intervals the window meets */
	expect(w, &reader,
	       "<s:SoegVirkning><s:FraTidspunkt>" OPEN "</s:FraTidspunkt></s:SoegVirkning>",
	       "o: e:1 f: b: i: s:");
}

static void
test_shared(void **state)
{
	struct world *w = *state;

	world_expect(w, &operator, "virksomhed",
		     fmt("<ImportInput{T}><Virksomhed><s:UUIDIdentifikator>%s"
			 "</s:UUIDIdentifikator><Registrering><AttributListe><Egenskab>"
			 "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst></Egenskab>"
			 "</AttributListe><TilstandListe/><RelationListe/></Registrering>"
			 "</Virksomhed></ImportInput>",
			 uuid_of(50)),
		     20);
	put(w, &operator,(struct object) ORG(1, "Korsbæk", NULL, relation("Virksomhed", 50)));
	put(w, &operator,(struct object) ORG(2, "Staten", NULL, NULL));
	put(w, &operator,(struct object) SYS(21, "KY", NULL, NULL));
	put(w, &operator,(struct object) SYS(23, "KSD", NULL, NULL));
	put(w, &operator,(struct object) SYS(24, "SAPA", INACTIVE, NULL));
	put(w, &writer, (struct object)SYS(22, "eget", NULL, NULL));
	/* its own organisation; its own systems and those that its objects name */
	expect(w, &reader, "", "o:1 e: f: b: i: s:22");
	put(w, &writer,
	    (struct object)USER(3, "ane", NULL,
				fmt("%s%s%s", relation("TilknyttedeItSystemer", 21),
				    relation("TilknyttedeItSystemer", 24),
				    relation("TilknyttedeItSystemer", 77))));
	put(w, &writer,
	    (struct object)UNIT(4, "Et", NULL, relation("TilknyttedeItSystemer", 21)));
	expect(w, &reader, "", "o:1 e:4 f: b:3 i: s:21,22");
	expect(w, &reader, PAGE(1, 1), "o: e: f: b: i: s:22");
	expect(w, &reader, PAGE(2, 1), "o: e: f: b: i: s:");
	expect(w, &reader,
	       "<ItSystemSoegEgenskab><s:ItSystemNavn>ky</s:ItSystemNavn></"
	       "ItSystemSoegEgenskab>",
	       "o:1 e:4 f: b:3 i: s:21");
	expect(w, &other, "", "o: e: f: b: i: s:");
	/* a page far away, of what has to be tested, takes no room */
	expect(w, &reader,
	       PAGE(2147483647, 5000) "<s:SoegVirkning><s:NoteTekst>x</s:NoteTekst>"
				      "</s:SoegVirkning><ItSystemSoegEgenskab><s:ItSystemNavn>"
				      "ky</s:ItSystemNavn></ItSystemSoegEgenskab>",
	       "o: e: f: b: i: s:");
	/* the operator sees its own */
	expect(w, &operator, "", "o:1,2 e: f: b: i: s:21,23");
}

static void
test_passive_and_deleted(void **state)
{
	struct world *w = *state;

	put(w, &writer, (struct object)UNIT(1, "Et", NULL, NULL));
	put(w, &writer, (struct object)UNIT(2, "To", NULL, NULL));
	world_expect(w, &writer, "organisationenhed",
		     fmt("<PassiverInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
			 "</PassiverInput>",
			 uuid_of(1)),
		     20);
	world_expect(w, &writer, "organisationenhed",
		     fmt("<SletInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
			 "</SletInput>",
			 uuid_of(2)),
		     20);
	expect(w, &reader, "", "o: e: f: b: i: s:");
	put(w, &writer, (struct object)UNIT(1, "Et", NULL, NULL));
	expect(w, &reader, "", "o: e:1 f: b: i: s:");
}

static void
test_refused(void **state)
{
	static const struct {
		const char *body;
		int status;
	} rows[] = {
		{PAGE(0, 5001), 40},
		{PAGE(0, 5000), 20},
		{PAGE(-1, 5), 40},
		{"<BrugerSoegEgenskab/><OrganisationEnhedSoegEgenskab/>", 40},
		{"<BrugerSoegEgenskab><s:EnhedNavn>x</s:EnhedNavn></BrugerSoegEgenskab>", 40},
		{"<PersonSoegEgenskab/>", 40},
		{"<BrugerSoegEgenskab/>", 20},
	};

	static const struct as nobody = {.cvr = KORSBAEK};
	struct said s;

	for (size_t i = 0; i <= ARRAY_LEN(rows); i++) {
		bool last = i == ARRAY_LEN(rows);

		world_call(*state, last ? &nobody : &reader, SYSTEM,
			   fmt("<FremsoegObjekthierarkiInput{T}>%s"
			       "</FremsoegObjekthierarkiInput>",
			       last ? "" : rows[i].body),
			   &s);
		assert_int_equal(s.status, last ? 41 : rows[i].status);
		/* the schema wants the lists in a refusal too */
		assert_string_equal(lists(&s), "o: e: f: b: i: s:");
		said_end(&s);
	}
}

/* ---- import ---- */

#define NS_O "http://stoettesystemerne.dk/organisation/organisation/6/"
#define NS_E "http://stoettesystemerne.dk/organisation/organisationenhed/6/"

static const char *
object(const char *kind, const char *ns, unsigned number, const char *egenskab,
       const char *head)
{
	return fmt(
		"<%s xmlns=\"%s\"><s:UUIDIdentifikator>%s</s:UUIDIdentifikator><Registrering>"
		"%s<AttributListe>%s</AttributListe><TilstandListe/><RelationListe/>"
		"</Registrering></%s>",
		kind, ns, uuid_of(number), head, egenskab, kind);
}

#define KEY "<Egenskab><s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst></Egenskab>"

static void
check_retur(struct xml_node *n, int code, const char *type, unsigned number, struct arena *a)
{
	static const char *const names[] = {"StatusKode", "FejlbeskedTekst", "Type",
					    "UUIDIdentifikator"};
	const char *want[] = {fmt("%d", code), NULL, type, uuid_of(number)};

	assert_true(xml_is(n, STR("urn:oio:sagdok:3.0.0"), "UnikRetur"));
	n = xml_first(n);
	for (size_t i = 0; i < 4; i++, n = xml_next(n)) {
		assert_true(xml_is(n, STR("urn:oio:sagdok:3.0.0"), names[i]));
		if (want[i] && !str_eq_c(xml_text(n, a), want[i]))
			fail_msg("%u: %s: " STR_FMT, number, names[i], STR_ARG(xml_text(n, a)));
	}
	assert_null(n);
}

static void
test_import(void **state)
{
	struct world *w = *state;
	struct said s;
	struct xml_node *n;

	put(w, &writer, (struct object)UNIT(2, "Et", NULL, NULL));
	world_call(
		w, &writer, SYSTEM,
		fmt("<ImporterOrganisationSystemInput{T}>%s<OrganisationEnhederInput>%s%s%s%s"
		    "</OrganisationEnhederInput></ImporterOrganisationSystemInput>",
		    object("Organisation", NS_O, 1, KEY, ""),
		    object("OrganisationEnhed", NS_E, 2, KEY, ""),
		    object("OrganisationEnhed", NS_E, 3, "<Egenskab/>", ""),
		    object("OrganisationEnhed", NS_E, 4, KEY,
			   "<s:Tidspunkt>2030-01-01T00:00:00</s:Tidspunkt>"),
		    object("OrganisationEnhed", NS_E, 5, KEY, "")),
		&s);
	assert_true(s.ok && s.status == 0 && s.is_recorded && s.verdict == ERR_NONE);
	n = xml_first(xml_root(s.doc));
	check_retur(n, 20, "Organisation", 1, s.a);
	check_retur(n = xml_next(n), 49, "OrganisationEnhed", 2, s.a);
	check_retur(n = xml_next(n), 40, "OrganisationEnhed", 3, s.a);
	check_retur(n = xml_next(n), 45, "OrganisationEnhed", 4, s.a);
	check_retur(n = xml_next(n), 20, "OrganisationEnhed", 5, s.a);
	assert_null(xml_next(n));
	said_end(&s);
	expect(w, &reader, "", "o:1 e:2,5 f: b: i: s:");
	/* again: everything is there, and nothing to record */
	world_call(w, &writer, SYSTEM,
		   fmt("<ImporterOrganisationSystemInput{T}>%s<OrganisationEnhederInput/>"
		       "</ImporterOrganisationSystemInput>",
		       object("Organisation", NS_O, 1, KEY, "")),
		   &s);
	assert_true(s.ok && !s.is_recorded && s.verdict == RETUR_LIFECYCLE);
	said_end(&s);
}

/* What does not fit the schema, or is not allowed, is refused whole. */
static void
test_import_refused(void **state)
{
	struct world *w = *state;
	const char *good = object("Organisation", NS_O, 1, KEY, "");
	const char *bad = object("OrganisationEnhed", NS_E, 2, "<x/>", "");

#define IMPORT(inner)                                                                          \
	fmt("<ImporterOrganisationSystemInput{T}>%s</ImporterOrganisationSystemInput>", inner)
	world_expect(w, &reader, SYSTEM, IMPORT(good), 41);
	world_expect(w, &writer, SYSTEM, IMPORT(""), 40);
	world_expect(w, &writer, SYSTEM, IMPORT(good), 40);
	world_expect(w, &writer, SYSTEM,
		     IMPORT(fmt("%s<OrganisationEnhederInput>%s</OrganisationEnhederInput>",
				good, bad)),
		     40);
	world_expect(w, &writer, SYSTEM,
		     IMPORT(fmt("%s<OrganisationEnhederInput>%s</OrganisationEnhederInput>",
				good, good)),
		     40);
	expect(w, &reader, "", "o: e: f: b: i: s:");
}

/* More objects than one job takes, and one claim for them all. */
static void
test_import_many(void **state)
{
	struct world *w = *state;
	struct as once = {.cvr = KORSBAEK, .role = "rediger", .claim = 5};
	size_t room = 1024 * 1024, at;
	char *body = malloc(room);
	struct said s;

	assert_non_null(body);
	at = (size_t)snprintf(body, room,
			      "<ImporterOrganisationSystemInput{T}>%s"
			      "<OrganisationEnhederInput>",
			      object("Organisation", NS_O, 1, KEY, ""));
	for (unsigned i = 100; i < 550; i++)
		at += (size_t)snprintf(body + at, room - at, "%s",
				       object("OrganisationEnhed", NS_E, i, KEY, ""));
	snprintf(body + at, room - at,
		 "</OrganisationEnhederInput></ImporterOrganisationSystemInput>");
	world_call(w, &once, SYSTEM, body, &s);
	assert_true(s.ok && s.is_recorded);
	assert_int_equal(xml_count(xml_root(s.doc), STR("urn:oio:sagdok:3.0.0"), "UnikRetur"),
			 451);
	said_end(&s);
	world_call(
		w, &once, "organisationenhed",
		fmt("<SletInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator></SletInput>",
		    uuid_of(100)),
		&s);
	assert_true(!s.ok && s.e.code == MESSAGE_REPLAYED);
	said_end(&s);
	free(body);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_lists_and_pages),     CASE(test_time),        CASE(test_shared),
		CASE(test_passive_and_deleted), CASE(test_refused),     CASE(test_import),
		CASE(test_import_refused),      CASE(test_import_many),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
