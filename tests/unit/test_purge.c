/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fysiskslet: what goes along and what stays, who may, and that nothing of it is left but the
 * records that say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sqlite3.h>
#include <cmocka.h>
#include "tests/unit/registry_world.h"

#define ID(x) "a0000000-0000-4000-8000-0000000000" x
#define ORG ID("01")
#define OTHER_ORG ID("02")
#define ROOT ID("10")
#define A ID("11")
#define BELOW ID("12")
#define DEEPER ID("13")
#define BESIDE ID("14")
#define LEFT ID("15") /* was below A */
#define F_TIED ID("21")
#define F_BOTH ID("22")
#define F_LATER ID("23") /* to A now, to BESIDE later */
#define F_ENDED ID("24") /* was to BESIDE, is to DEEPER */
#define D_OWN ID("31")
#define D_SHARED ID("32")
#define D_FUNCTION ID("33")
#define D_USER ID("34")
#define USER ID("41")

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil", .limits = {"fysiskslet"}};
static const struct as purger = {.cvr = KORSBAEK, .role = "rediger", .limits = {"fysiskslet"}};
static const struct as next_door = {
	.cvr = HAVNEBY, .role = "rediger", .limits = {"fysiskslet"}};
static const struct as other_scope = {
	.cvr = KORSBAEK, .role = "rediger", .limits = {"fysiskslet"}, .scope = HAVNEBY};

#define REF(name, virkning, target)                                                            \
	"<s:" name ">" virkning "<s:ReferenceID><s:UUIDIdentifikator>" target                  \
	"</s:UUIDIdentifikator></s:ReferenceID></s:" name ">"
#define ROLE "a0000000-0000-4000-8000-000000000091"
#define ADDRESS(target)                                                                        \
	"<s:Adresser><s:ReferenceID><s:UUIDIdentifikator>" target                              \
	"</s:UUIDIdentifikator></s:ReferenceID><s:Rolle><s:UUIDIdentifikator>" ROLE            \
	"</s:UUIDIdentifikator></s:Rolle><s:Type><s:UUIDIdentifikator>" ROLE                   \
	"</s:UUIDIdentifikator></s:Type><s:Indeks>1</s:Indeks></s:Adresser>"
#define TIME(name, t)                                                                          \
	"<s:" name "><s:TidsstempelDatoTid>" t "T00:00:00</s:TidsstempelDatoTid></s:" name ">"
#define SINCE TIME("FraTidspunkt", "2024-01-01")
#define UNTIL "<s:Virkning>" SINCE TIME("TilTidspunkt", "2024-09-01") "</s:Virkning>"
#define FROM "<s:Virkning>" TIME("FraTidspunkt", "2025-01-01") "</s:Virkning>"
#define BEFORE "<s:Virkning>" SINCE TIME("TilTidspunkt", "2025-01-01") "</s:Virkning>"
#define OF_ORG REF("Tilhoerer", "", ORG)

static const struct {
	const char *service, *kind, *uuid, *relations;
} objects[] = {
	{"organisationenhed", "OrganisationEnhed", ROOT, OF_ORG},
	{"organisationenhed", "OrganisationEnhed", A,
	 ADDRESS(D_OWN) ADDRESS(D_SHARED) REF("Overordnet", "", ROOT) OF_ORG},
	{"organisationenhed", "OrganisationEnhed", BELOW, REF("Overordnet", "", A) OF_ORG},
	{"organisationenhed", "OrganisationEnhed", DEEPER, REF("Overordnet", "", BELOW) OF_ORG},
	{"organisationenhed", "OrganisationEnhed", BESIDE,
	 ADDRESS(D_SHARED) REF("Overordnet", "", ROOT) OF_ORG},
	{"organisationenhed", "OrganisationEnhed", LEFT, REF("Overordnet", UNTIL, A) OF_ORG},
	{"organisationfunktion", "OrganisationFunktion", F_TIED,
	 ADDRESS(D_FUNCTION) ADDRESS(D_USER) REF("TilknyttedeEnheder", "", A)},
	{"organisationfunktion", "OrganisationFunktion", F_BOTH,
	 REF("TilknyttedeEnheder", "", A) REF("TilknyttedeEnheder", "", BESIDE)},
	{"organisationfunktion", "OrganisationFunktion", F_LATER,
	 REF("TilknyttedeEnheder", BEFORE, A) REF("TilknyttedeEnheder", FROM, BESIDE)},
	{"organisationfunktion", "OrganisationFunktion", F_ENDED,
	 REF("TilknyttedeEnheder", UNTIL, BESIDE) REF("TilknyttedeEnheder", "", DEEPER)},
	{"bruger", "Bruger", USER, ADDRESS(D_USER)},
	{"adresse", "Adresse", D_OWN, ""},
	{"adresse", "Adresse", D_SHARED, ""},
	{"adresse", "Adresse", D_FUNCTION, ""},
	{"adresse", "Adresse", D_USER, ""},
};

static const char *const goes[] = {A, BELOW, DEEPER, F_TIED, F_ENDED, D_OWN, D_FUNCTION};

static bool
is_going(const char *uuid)
{
	for (size_t i = 0; i < ARRAY_LEN(goes); i++)
		if (strcmp(goes[i], uuid) == 0)
			return true;
	return false;
}

static void
import_object(struct world *w, const struct as *as, size_t i)
{
	world_expect(
		w, as, objects[i].service,
		fmt("<ImportInput{T}><%s><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		    "<Registrering><s:NoteTekst>husk %s</s:NoteTekst><AttributListe><Egenskab>"
		    "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst></Egenskab>"
		    "</AttributListe><TilstandListe/><RelationListe>%s</RelationListe>"
		    "</Registrering></%s></ImportInput>",
		    objects[i].kind, objects[i].uuid, objects[i].uuid, objects[i].relations,
		    objects[i].kind),
		20);
}

static const char *
laes(const char *uuid)
{
	return fmt("<LaesInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		   "<s:RegistreringFraFilter><s:GraenseIndikator>true</s:GraenseIndikator>"
		   "</s:RegistreringFraFilter></LaesInput>",
		   uuid);
}

#define PURGE(org, unit)                                                                       \
	"<FysiskSletInput{T}><OrganisationUUID>" org "</OrganisationUUID>"                     \
	"<OrganisationEnhedUUID>" unit "</OrganisationEnhedUUID></FysiskSletInput>"
#define ADMIN "organisationadministration"

struct counting {
	struct reading *reading;
	size_t count;
};

static int64_t
count_rows(const struct world *w, const char *sql)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static int
setup(void **state)
{
	static struct world w;

	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		import_object(&w, &writer, i);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

static void
expect_there(struct world *w, bool purged)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		struct said s;

		world_call(w, &writer, objects[i].service, laes(objects[i].uuid), &s);
		if (s.status != (purged && is_going(objects[i].uuid) ? 44 : 20))
			fail_msg("%s %s: %d", objects[i].kind, objects[i].uuid, s.status);
		said_end(&s);
	}
}

static bool
count_told(const struct event_row *row, void *arg, struct err *e)
{
	struct counting *c = arg;
	struct str text;

	assert_true(world_event(c->reading, row, &text, e));
	c->count += str_is_set(text);
	return true;
}

/* Events that still have something to tell. */
static size_t
told_events(struct world *w)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct counting c = {.count = 0};

	assert_true(store_read(w->store, &r, &e));
	c.reading = r;
	assert_true(store_event_each(r, 0, 0, count_told, &c, &e));
	return c.count;
}

static void
test_what_goes(void **state)
{
	struct as once = purger;
	struct world *w = *state;
	struct said s;

	once.claim = 3;
	world_call(w, &once, ADMIN, PURGE(ORG, A), &s);
	assert_true(s.status == 20 && s.is_recorded);
	said_end(&s);
	expect_there(w, true);
	assert_int_equal(count_rows(w, "SELECT count(*) FROM erasure WHERE reason ="
				       " 'fysiskslet'"),
			 ARRAY_LEN(goes));
	assert_int_equal(count_rows(w, "SELECT count(*) FROM audit WHERE action ="
				       " 'organisationadministration.fysiskslet'"),
			 ARRAY_LEN(goes));
	/* of what is gone one event each, which says so and nothing else */
	assert_int_equal(
		count_rows(w, "SELECT count(*) FROM event WHERE type LIKE"
			      " '%.fysiskslet' AND CAST(payload AS TEXT) LIKE '%>Slettet<%'"),
		ARRAY_LEN(goes));
	assert_int_equal(told_events(w), ARRAY_LEN(objects));
	/* not twice, and the same message not at all */
	world_expect(w, &purger, ADMIN, PURGE(ORG, A), 44);
	world_call(w, &once, ADMIN, PURGE(ORG, ROOT), &s);
	assert_true(!s.ok && s.e.code == MESSAGE_REPLAYED);
	said_end(&s);
	/* the UUID may be used afresh */
	import_object(w, &writer, 1);
	world_expect(w, &writer, objects[1].service, laes(A), 20);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *name;
		const struct as *as;
		const char *body;
		int status;
	} rows[] = {
		{"without the limit", &writer, PURGE(ORG, A), 41},
		{"without the role", &reader, PURGE(ORG, A), 41},
		{"another scope's limit", &other_scope, PURGE(ORG, A), 41},
		{"another authority's", &next_door, PURGE(ORG, A), 44},
		{"another organisation's", &purger, PURGE(OTHER_ORG, A), 40},
		{"no unit", &purger, PURGE(ORG, ORG), 44},
		{"not a unit", &purger, PURGE(ORG, USER), 44},
		{"one element", &purger,
		 "<FysiskSletInput{T}><OrganisationUUID>" ORG
		 "</OrganisationUUID></FysiskSletInput>",
		 40},
		{"the other order", &purger,
		 "<FysiskSletInput{T}><OrganisationEnhedUUID>" A "</OrganisationEnhedUUID>"
		 "<OrganisationUUID>" ORG "</OrganisationUUID></FysiskSletInput>",
		 40},
		{"no uuid", &purger, PURGE("x", A), 40},
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct said s;

		world_call(w, rows[i].as, ADMIN, rows[i].body, &s);
		if (!s.ok || s.status != rows[i].status)
			fail_msg("%s: %d " STR_FMT, rows[i].name, s.status, STR_ARG(s.text));
		said_end(&s);
	}
	expect_there(w, false);
	assert_int_equal(count_rows(w, "SELECT count(*) FROM erasure"), 0);
}

static void
test_switched_off(void **state)
{
	struct world *w = *state;
	struct registry_options o;

	world_options(w, &o);
	o.may_purge = false;
	world_reopen(w, &o);
	world_expect(w, &purger, ADMIN, PURGE(ORG, A), 41);
	expect_there(w, false);
}

/* A deleted unit has no content left, but its history says whose it was. */
static void
test_deleted(void **state)
{
	struct world *w = *state;

	world_expect(w, &writer, "organisationenhed",
		     "<SletInput{T}><s:UUIDIdentifikator>" A
		     "</s:UUIDIdentifikator></SletInput>",
		     20);
	world_expect(w, &purger, ADMIN, PURGE(OTHER_ORG, A), 40);
	world_expect(w, &purger, ADMIN, PURGE(ORG, A), 20);
	world_expect(w, &writer, "organisationenhed", laes(A), 44);
}

/* Units above one another in a ring all go. */
static void
test_ring(void **state)
{
	struct world *w = *state;

	world_expect(w, &writer, "organisationenhed",
		     "<RetInput{T}><s:UUIDIdentifikator>" ROOT
		     "</s:UUIDIdentifikator><RelationListe>" REF(
			     "Overordnet", "", DEEPER) "</RelationListe></RetInput>",
		     20);
	world_expect(w, &purger, ADMIN, PURGE(ORG, BELOW), 20);
	world_expect(w, &writer, "organisationenhed", laes(ROOT), 44);
	world_expect(w, &writer, "organisationenhed", laes(BESIDE), 44);
	world_expect(w, &writer, "organisationenhed", laes(LEFT), 20);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_what_goes), CASE(test_refused), CASE(test_switched_off),
		CASE(test_deleted),   CASE(test_ring),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
