/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose data: authorities apart, the shared registry, the one relation an authority may write
 * in it, fields that only some may see, and the forgetting of a person.
 */
#include <setjmp.h>
#include <sqlite3.h>
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

#define U1 "a0000000-0000-4000-8000-000000000001"
#define U2 "a0000000-0000-4000-8000-000000000002"
#define FIRM "f0000000-0000-4000-8000-000000000001"
#define TOP "c0000000-0000-4000-8000-000000000001"

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"};
static const struct as other = {.cvr = HAVNEBY, .role = "rediger"};
static const struct as operator= {.cvr = WORLD_OPERATOR, .role = "rediger"};
static const struct as nobody = {.cvr = KORSBAEK};
static const struct as stray = {.cvr = KORSBAEK, .role = "rediger", .scope = HAVNEBY};
static const struct as guest = {.cvr = KORSBAEK, .role = "udstil", .scope = HAVNEBY};
static const struct as guest_eraser = {
	.cvr = KORSBAEK, .role = "rediger", .limits = {"anonymiser"}, .scope = HAVNEBY};
static const struct as sees_all = {
	.cvr = KORSBAEK, .role = "rediger", .limits = {"secpr-nummer", "senavn"}};
static const struct as sees_names = {.cvr = KORSBAEK, .role = "udstil", .limits = {"senavn"}};
static const struct as eraser = {.cvr = KORSBAEK, .role = "rediger", .limits = {"anonymiser"}};

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

static const char *
on_uuid(const char *op, const char *uuid)
{
	return fmt("<%sInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator></%sInput>", op,
		   uuid, op);
}

/* An object of any kind with a key and some more. */
static const char *
import_of(const char *kind, const char *uuid, const char *texts, const char *relations)
{
	return fmt("<ImportInput{T}><%s><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		   "<Registrering><AttributListe><Egenskab><s:BrugervendtNoegleTekst>k"
		   "</s:BrugervendtNoegleTekst>%s</Egenskab></AttributListe><TilstandListe/>"
		   "<RelationListe>%s</RelationListe></Registrering></%s></ImportInput>",
		   kind, uuid, texts, relations, kind);
}

static const char *
relation(const char *name, const char *uuid)
{
	return fmt("<s:%s><s:ReferenceID><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		   "</s:ReferenceID></s:%s>",
		   name, uuid, name);
}

static const char *
ret_of(const char *uuid, const char *lists)
{
	return fmt("<RetInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>%s</RetInput>",
		   uuid, lists);
}

/* ---- authorities ---- */

static void
test_apart(void **state)
{
	static const char *const ops[] = {"Ret", "Passiver", "Slet", "Laes", "List"};
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, "bruger",
		     import_of("Bruger", U1, "<s:BrugerNavn>ours</s:BrugerNavn>", ""), 20);
	/* another's object does not exist, whatever one asks */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		world_expect(w, &other, "bruger", on_uuid(ops[i], U1), 44);
	/* and the same UUID is another object there */
	world_expect(w, &other, "bruger",
		     import_of("Bruger", U1, "<s:BrugerNavn>theirs</s:BrugerNavn>", ""), 20);
	world_call(w, &reader, "bruger", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">ours<") && !said_has(&s, ">theirs<"));
	said_end(&s);
	world_expect(w, &other, "bruger", on_uuid("Slet", U1), 20);
	world_expect(w, &reader, "bruger", on_uuid("Laes", U1), 20);
	/* the operator's own objects of kinds that are not shared are its own */
	world_expect(w, &operator, "bruger", on_uuid("Laes", U1), 44);
}

static void
test_roles(void **state)
{
	static const char *const writes[] = {"Ret", "Passiver", "Slet"};
	static const char *const reads[] = {"Laes", "List"};
	static const struct as *const without[] = {&nobody, &stray};
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, "bruger", import_of("Bruger", U1, "", ""), 20);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++)
		world_expect(w, &reader, "bruger", on_uuid(writes[i], U1), 41);
	world_expect(w, &reader, "bruger", import_of("Bruger", U2, "", ""), 41);
	for (size_t k = 0; k < ARRAY_LEN(without); k++) {
		for (size_t i = 0; i < ARRAY_LEN(writes); i++)
			world_expect(w, without[k], "bruger", on_uuid(writes[i], U1), 41);
		for (size_t i = 0; i < ARRAY_LEN(reads); i++)
			world_expect(w, without[k], "bruger", on_uuid(reads[i], U1), 41);
		/* the other searches where he has a right, and there is nothing */
		world_expect(w, without[k], "bruger", "<SoegInput{T}/>", k == 0 ? 41 : 44);
		world_expect(w, without[k], "organisationsystem",
			     "<FremsoegObjekthierarkiInput{T}/>", 41);
	}
	/* the decision comes before the input is looked at, and says what is missing */
	world_call(w, &reader, "bruger", "<SletInput{T}><x/></SletInput>", &s);
	assert_true(s.status == 41 &&
		    str_eq_c(s.text, "Ikke autoriseret: ingen rolle giver ret til at skrive"));
	said_end(&s);
}

/*
 * By agreement with another data owner: the group's scope is that owner's CVR. His objects are
 * read, found and changed, by role; what one makes oneself is never his.
 */
static void
test_other_data_owner(void **state)
{
	struct world *w = *state;
	const char *const changed = fmt(
		"<RetInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator><AttributListe>"
		"<Egenskab><s:BrugervendtNoegleTekst>new</s:BrugervendtNoegleTekst></Egenskab>"
		"</AttributListe></RetInput>");
	struct said s;

	world_expect(w, &other, "bruger", import_of("Bruger", U1, "", ""), 20);
	world_expect(w, &writer, "bruger", on_uuid("Laes", U1), 44);
	world_expect(w, &guest, "bruger", on_uuid("Laes", U1), 20);
	world_expect(w, &guest, "bruger", on_uuid("List", U1), 20);
	world_call(w, &guest, "bruger", "<SoegInput{T}/>", &s);
	assert_true(s.status == 20 && said_has(&s, U1));
	said_end(&s);
	/* seen, but not to be written by that role: 41; without the scope not seen: 44 */
	world_expect(w, &guest, "bruger", changed, 41);
	world_expect(w, &writer, "bruger", changed, 44);
	world_expect(w, &stray, "bruger", changed, 20);
	world_call(w, &other, "bruger", on_uuid("Laes", U1), &s);
	assert_true(s.status == 20 && said_has(&s, ">new<"));
	said_end(&s);
	world_expect(w, &stray, "bruger", import_of("Bruger", U2, "", ""), 41);
	world_expect(w, &stray, "bruger", on_uuid("Slet", U1), 20);
	/* deleted: its past is for those who may write it */
	world_expect(w, &guest, "bruger", on_uuid("Laes", U1), 44);
	/* and what one has oneself stays apart, by the same UUID */
	world_expect(w, &writer, "bruger", import_of("Bruger", U1, "", ""), 20);
	world_expect(w, &writer, "bruger", on_uuid("Laes", U1), 20);
	world_expect(w, &other, "bruger", on_uuid("Laes", U1), 44);
	/* what cannot be undone is done by the owner's own */
	world_expect(w, &guest_eraser, "organisationsystem",
		     "<AnonymiserInput{T}><PersonUUID>" U1 "</PersonUUID></AnonymiserInput>",
		     41);
}

/* ---- the shared registry ---- */

static void
test_shared(void **state)
{
	struct world *w = *state;
	const char *firm = import_of("Virksomhed", FIRM,
				     "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst>", "");
	struct said s;

	world_expect(w, &operator, "virksomhed", firm, 20);
	world_expect(w, &reader, "virksomhed", on_uuid("Laes", FIRM), 20);
	world_expect(w, &other, "virksomhed", on_uuid("List", FIRM), 20);
	/* seen, but not one's own to write: 41, not 44 */
	world_expect(w, &writer, "virksomhed", on_uuid("Ret", FIRM), 41);
	world_expect(w, &writer, "virksomhed", on_uuid("Passiver", FIRM), 41);
	world_expect(w, &writer, "virksomhed", on_uuid("Slet", FIRM), 41);
	world_expect(w, &writer, "virksomhed", firm, 41);
	/* one's own, private */
	world_expect(w, &writer, "virksomhed",
		     import_of("Virksomhed", U1,
			       "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst>", ""),
		     20);
	world_expect(w, &other, "virksomhed", on_uuid("Laes", U1), 44);
	world_expect(w, &operator, "virksomhed", on_uuid("Laes", U1), 44);
	/* the search finds both, for the other only the shared one */
	world_call(w, &reader, "virksomhed",
		   "<SoegInput{T}><AttributListe><Egenskab><t:CVR-NummerTekst>" KORSBAEK
		   "</t:CVR-NummerTekst></Egenskab></AttributListe><TilstandListe/>"
		   "<RelationListe/></SoegInput>",
		   &s);
	assert_true(said_has(&s, FIRM) && said_has(&s, U1));
	said_end(&s);
	world_call(w, &other, "virksomhed", "<SoegInput{T}/>", &s);
	assert_true(said_has(&s, FIRM) && !said_has(&s, U1));
	said_end(&s);
	/* what the operator deleted is gone for all, and in nobody's way */
	world_expect(w, &operator, "virksomhed", on_uuid("Slet", FIRM), 20);
	world_expect(w, &reader, "virksomhed", on_uuid("Laes", FIRM), 44);
	world_expect(w, &writer, "virksomhed", firm, 20);
	world_expect(w, &other, "virksomhed", on_uuid("Laes", FIRM), 44);
}

static void
test_delegated(void **state)
{
	struct world *w = *state;
	const char *name = "<AttributListe><Egenskab><s:BrugervendtNoegleTekst>k"
			   "</s:BrugervendtNoegleTekst><s:OrganisationNavn>x"
			   "</s:OrganisationNavn></Egenskab></AttributListe>";
	const char *top = fmt("<RelationListe>%s</RelationListe>", relation("Overordnet", TOP));
	struct said s;

	world_expect(w, &operator, "virksomhed",
		     import_of("Virksomhed", FIRM,
			       "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst>", ""),
		     20);
	world_expect(w, &operator, "organisation",
		     import_of("Organisation", U1, "", relation("Virksomhed", FIRM)), 20);
	/* its top unit the municipality may set; nothing else, and nobody else may */
	world_expect(w, &other, "organisation", ret_of(U1, top), 41);
	world_expect(w, &reader, "organisation", ret_of(U1, top), 41);
	world_expect(w, &writer, "organisation", ret_of(U1, name), 41);
	world_expect(w, &writer, "organisation",
		     ret_of(U1, fmt("%s<TilstandListe/>%s", name, top)), 41);
	world_expect(w, &writer, "organisation", on_uuid("Passiver", U1), 41);
	world_expect(w, &writer, "organisation", on_uuid("Slet", U1), 41);
	world_expect(w, &writer, "organisation", ret_of(U1, top), 20);
	world_call(w, &other, "organisation", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, TOP));
	said_end(&s);
	/* sending the rest along as it is does no harm */
	world_expect(w, &writer, "organisation",
		     ret_of(U1, fmt("<RelationListe>%s%s</RelationListe>",
				    relation("Overordnet", U2), relation("Virksomhed", FIRM))),
		     20);
	/* pointing it at one's own firm instead takes the operator */
	world_expect(w, &writer, "organisation",
		     ret_of(U1, fmt("<RelationListe>%s</RelationListe>",
				    relation("Virksomhed", U2))),
		     41);
	/* a firm that is deleted stands for nobody */
	world_expect(w, &operator, "virksomhed", on_uuid("Slet", FIRM), 20);
	world_expect(w, &writer, "organisation", ret_of(U1, top), 41);
}

/* An authority cannot make itself the owner of a shared organisation with a firm of its own. */
static void
test_delegated_forged(void **state)
{
	struct world *w = *state;

	world_expect(w, &operator, "organisation",
		     import_of("Organisation", U1, "", relation("Virksomhed", FIRM)), 20);
	world_expect(w, &writer, "virksomhed",
		     import_of("Virksomhed", FIRM,
			       "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst>", ""),
		     20);
	world_expect(w, &writer, "organisation",
		     ret_of(U1, fmt("<RelationListe>%s</RelationListe>",
				    relation("Overordnet", TOP))),
		     41);
}

/* ---- fields that only some may see ---- */

#define CPR "0101010000"
#define PERSON_TEXTS                                                                           \
	"<t:CPR-NummerTekst>" CPR "</t:CPR-NummerTekst><NavnTekst>Ane Prøve</NavnTekst>"

static void
test_hidden(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, "person", import_of("Person", U1, PERSON_TEXTS, ""), 20);
	world_call(w, &reader, "person", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">k<") && !said_has(&s, CPR) && !said_has(&s, "Ane"));
	said_end(&s);
	world_call(w, &sees_names, "person", on_uuid("Laes", U1), &s);
	assert_true(!said_has(&s, CPR) && said_has(&s, ">Ane Prøve<"));
	said_end(&s);
	world_call(w, &sees_all, "person", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">" CPR "<") && said_has(&s, ">Ane Prøve<"));
	said_end(&s);
	/* a search by what one may not see would tell it */
	world_expect(w, &writer, "person",
		     "<SoegInput{T}><AttributListe><Egenskab><t:CPR-NummerTekst>" CPR
		     "</t:CPR-NummerTekst></Egenskab></AttributListe></SoegInput>",
		     41);
	world_expect(w, &sees_all, "person",
		     "<SoegInput{T}><AttributListe><Egenskab><t:CPR-NummerTekst>" CPR
		     "</t:CPR-NummerTekst></Egenskab></AttributListe></SoegInput>",
		     20);
}

/* What a caller cannot read it does not erase by leaving it out; who reads it may. */
static void
test_hidden_is_kept(void **state)
{
	struct world *w = *state;
	const char *without =
		ret_of(U1, "<AttributListe><Egenskab><s:BrugervendtNoegleTekst>k2"
			   "</s:BrugervendtNoegleTekst></Egenskab></AttributListe>");
	struct said s;

	world_expect(w, &writer, "person", import_of("Person", U1, PERSON_TEXTS, ""), 20);
	world_expect(w, &writer, "person", without, 20);
	world_call(w, &sees_all, "person", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">k2<") && said_has(&s, CPR) && said_has(&s, "Ane"));
	said_end(&s);
	world_expect(w, &sees_all, "person", without, 20);
	world_call(w, &sees_all, "person", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">k2<") && !said_has(&s, CPR) && !said_has(&s, "Ane"));
	said_end(&s);
}

/* ---- anonymiser ---- */

#define SYSTEM "organisationsystem"
#define BY_UUID(u) "<AnonymiserInput{T}><PersonUUID>" u "</PersonUUID></AnonymiserInput>"
#define BY_CPR(c) "<AnonymiserInput{T}><PersonCPR>" c "</PersonCPR></AnonymiserInput>"

/* A needle in the file, its journal and all. */
static bool
file_holds(const struct world *w, const char *needle)
{
	static char bytes[4 * 1024 * 1024];
	char path[320];
	bool found = false;

	for (int i = 0; i < 2; i++) {
		size_t n, at;
		FILE *f;

		snprintf(path, sizeof(path), "%s%s", w->path, i ? "-wal" : "");
		f = fopen(path, "rb");
		if (!f)
			continue;
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		found |= str_find(str_of(bytes, n), str_from(needle), &at);
	}
	return found;
}

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

static const char history[] =
	"<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator><s:VirkningFraFilter>"
	"<s:GraenseIndikator>true</s:GraenseIndikator></s:VirkningFraFilter>"
	"<s:VirkningTilFilter><s:GraenseIndikator>true</s:GraenseIndikator>"
	"</s:VirkningTilFilter><s:RegistreringFraFilter><s:GraenseIndikator>true"
	"</s:GraenseIndikator></s:RegistreringFraFilter></LaesInput>";

static void
test_anonymiser(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, "person", import_of("Person", U1, PERSON_TEXTS, ""), 20);
	world_expect(w, &sees_all, "person",
		     ret_of(U1, "<s:NoteTekst>fortroligt</s:NoteTekst><AttributListe><Egenskab>"
				"<s:BrugervendtNoegleTekst>ane</s:BrugervendtNoegleTekst>"
				"<NavnTekst>Ane Gift</NavnTekst></Egenskab></AttributListe>"),
		     20);
	world_expect(w, &writer, "person",
		     import_of("Person", U2, "<NavnTekst>Bo</NavnTekst>", ""), 20);
	/* role and dataafgrænsning are both needed */
	world_expect(w, &writer, SYSTEM, BY_UUID(U1), 41);
	world_expect(w, &reader, SYSTEM, BY_UUID(U1), 41);
	world_expect(w, &eraser, SYSTEM, BY_UUID(TOP), 44);
	world_expect(w, &eraser, SYSTEM, BY_CPR("0202020000"), 44);
	world_expect(w, &eraser, SYSTEM, BY_CPR("020202"), 40);
	world_expect(w, &eraser, SYSTEM, "<AnonymiserInput{T}/>", 40);
	assert_true(file_holds(w, CPR) && file_holds(w, "fortroligt"));
	/* by a number that only history holds */
	world_call(w, &eraser, SYSTEM, BY_CPR(CPR), &s);
	assert_true(s.status == 20 && s.is_recorded);
	said_end(&s);
	world_call(w, &sees_all, "person", history, &s);
	assert_int_equal(s.status, 20);
	assert_true(!said_has(&s, CPR) && !said_has(&s, "Ane") && !said_has(&s, "ane") &&
		    !said_has(&s, "fortroligt"));
	assert_true(said_has(&s, ">Anonymiseret<"));
	assert_true(said_has(&s, "<ns2:URNIdentifikator>system-1</ns2:URNIdentifikator>"));
	/* the same registrations, and one that says so */
	assert_true(said_has(&s, "10:00:00.000+02:00<") &&
		    said_has(&s, "10:00:00.001+02:00<") && said_has(&s, "10:00:00.002+02:00<"));
	said_end(&s);
	world_expect(w, &sees_all, "person",
		     "<SoegInput{T}><AttributListe><Egenskab><NavnTekst>ane*</NavnTekst>"
		     "</Egenskab></AttributListe></SoegInput>",
		     44);
	/* the other is untouched */
	world_call(w, &sees_all, "person", on_uuid("Laes", U2), &s);
	assert_true(said_has(&s, ">Bo<"));
	said_end(&s);
	assert_int_equal(count_rows(w, "SELECT count(*) FROM erasure"), 1);
	assert_int_equal(count_rows(w, "SELECT count(*) FROM audit WHERE action ="
				       " 'organisationsystem.anonymiser' AND object ="
				       " 'person/" U1 "'"),
			 1);
	/* no trace in the file, its journal and the events, at once */
	assert_false(file_holds(w, CPR) || file_holds(w, "Ane Gift") ||
		     file_holds(w, "fortroligt"));
	assert_true(file_holds(w, "Anonymiseret"));
}

static void
run_sql(const struct world *w, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, 5000), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Two with one number: what goes wrong with the second leaves the first as it was. */
static void
test_anonymiser_whole(void **state)
{
	static const char rows[] = "SELECT count(*) FROM erasure";
	static const char records[] = "SELECT count(*) FROM audit WHERE action ="
				      " 'organisationsystem.anonymiser' AND result = 'ok'";
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, "person", import_of("Person", U1, PERSON_TEXTS, ""), 20);
	world_expect(w, &writer, "person", import_of("Person", U2, PERSON_TEXTS, ""), 20);
	run_sql(w, "CREATE TRIGGER once BEFORE INSERT ON erasure WHEN (SELECT count(*) FROM"
		   " erasure) = 1 BEGIN SELECT RAISE(ABORT, 'as asked'); END");
	world_call(w, &eraser, SYSTEM, BY_CPR(CPR), &s);
	assert_false(s.ok && s.status == 20);
	assert_false(s.is_recorded);
	said_end(&s);
	assert_int_equal(count_rows(w, rows), 0);
	assert_int_equal(count_rows(w, records), 0);
	world_call(w, &sees_all, "person", on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, CPR));
	said_end(&s);
	run_sql(w, "DROP TRIGGER once");
	world_expect(w, &eraser, SYSTEM, BY_CPR(CPR), 20);
	assert_int_equal(count_rows(w, rows), 2);
	assert_int_equal(count_rows(w, records), 2);
}

/* Another authority's person is not there to be forgotten. */
static void
test_anonymiser_other(void **state)
{
	struct world *w = *state;
	struct as theirs = {.cvr = HAVNEBY, .role = "rediger", .limits = {"anonymiser"}};

	world_expect(w, &writer, "person", import_of("Person", U1, PERSON_TEXTS, ""), 20);
	world_expect(w, &theirs, SYSTEM, BY_UUID(U1), 44);
	world_expect(w, &theirs, SYSTEM, BY_CPR(CPR), 44);
	assert_int_equal(count_rows(w, "SELECT count(*) FROM erasure"), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_apart),
		CASE(test_roles),
		CASE(test_other_data_owner),
		CASE(test_shared),
		CASE(test_delegated),
		CASE(test_delegated_forged),
		CASE(test_hidden),
		CASE(test_hidden_is_kept),
		CASE(test_anonymiser),
		CASE(test_anonymiser_whole),
		CASE(test_anonymiser_other),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
