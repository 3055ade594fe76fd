/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publication: all or nothing, what stands in its way, what it leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/desk_world.h"
#include "tests/unit/oio_text.h"

static struct world w;
static struct arena *a;
static struct desk d;
static struct receipt got;

static int
start(void **state)
{
	(void)state;
	world_open(&w);
	a = arena_new();
	d = world_desk(&w, KORSBAEK);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_freep(&a);
	world_close(&w);
	return 0;
}

#define UNIT(name) "E:" name "[dag,inf) G:Aktiv[dag,inf)"

static int64_t
two_units(void)
{
	int64_t id = desk_draft(&d, "To enheder");

	desk_edit(&d, id, 'a', EDIT_IMPORTER, 0, UNIT("Top"));
	desk_edit(&d, id, 'b', EDIT_IMPORTER, 0, UNIT("Under") " Overordnet:a[dag,inf)");
	return id;
}

struct events {
	int count;
	instant at;
	char types[200];
};

static bool
take_event(const struct event_row *row, void *arg, struct err *e)
{
	struct events *x = arg;
	size_t len = strlen(x->types);

	(void)e;
	snprintf(x->types + len, sizeof(x->types) - len, STR_FMT " ", STR_ARG(row->type));
	x->at = row->at;
	x->count++;
	return true;
}

static struct events
events(void)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct events x = {.count = 0};
	struct err e = ERR_INIT;

	assert_true(store_read(w.store, &r, &e));
	assert_true(store_event_each(r, 0, 0, take_event, &x, &e));
	return x;
}

static struct publication_row
published(int64_t number, struct publication_check *check)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct publication_row row;
	struct err e = ERR_INIT;

	assert_true(store_read(w.store, &r, &e));
	if (!publication_get(r, &d, number, a, &row, &e) ||
	    !publication_verify(r, &row, check, &e))
		fail_msg("%s", e.detail);
	return row;
}

static struct draft_row
draft_now(int64_t id)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct draft_row row;
	struct err e = ERR_INIT;

	assert_true(store_read(w.store, &r, &e));
	assert_true(draft_get(r, &d, id, a, &row, &e));
	assert_true(drafts_count(r, id, &row.edits, &e));
	return row;
}

static void
all_at_once(void **state)
{
	struct publication_check check;
	struct publication_row row;
	int64_t id = two_units();
	struct draft_row draft;
	struct events x;

	(void)state;
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), ERR_NONE);
	assert_int_equal(got.number, 1);
	assert_int_equal(got.objects, 2);
	assert_string_equal(desk_unit(&d, 'a', a).ptr,
			    "Importeret E:Top[20,inf) G:Aktiv[20,inf)");
	assert_string_equal(desk_unit(&d, 'b', a).ptr,
			    "Importeret E:Under[20,inf) G:Aktiv[20,inf) Overordnet:a[20,inf)");
	x = events();
	assert_int_equal(x.count, 2);
	assert_int_equal(x.at, got.at);
	assert_string_equal(x.types, "organisationenhed.importer organisationenhed.importer ");
	draft = draft_now(id);
	assert_int_equal(draft.state, DRAFT_PUBLICERET);
	assert_int_equal(draft.publication, 1);
	assert_int_equal(draft.edits, 0);
	row = published(1, &check);
	assert_true(check.is_whole);
	assert_int_equal(check.altered + check.erased, 0);
	assert_int_equal(row.objects, 2);
	assert_int_equal(row.at, got.at);
	assert_int_equal(row.virkning, DAYS(20));
	assert_true(str_eq_c(row.counts,
			     "{\"created\":2,\"renamed\":0,\"moved\":0,\"closed\":0,"
			     "\"root\":0,\"changed\":0,\"kle\":0}"));
	assert_int_equal(desk_audited(&d, "publikation.publicer"), 1);
	/* it is over: nothing more can be done with it */
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), DRAFT_STATE);
}

/* Each row is one change of the unit "E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)". */
static const struct {
	const char *name;
	enum edit_op op;
	const char *text;
	unsigned changes;
} kinds[] = {
	{"renamed", EDIT_RET, "E:To[dag,inf)", 1u << PLAN_OMDOEBT},
	{"moved", EDIT_RET, "Overordnet:q[dag,inf)", 1u << PLAN_FLYTTET},
	{"renamed and moved, later", EDIT_RET, "E:To[30,inf) Overordnet:q[40,inf)",
	 1u << PLAN_OMDOEBT | 1u << PLAN_FLYTTET},
	{"closed", EDIT_NEDLAEG, NULL, 1u << PLAN_NEDLAGT},
	{"passive", EDIT_PASSIVER, NULL, 1u << PLAN_NEDLAGT},
	{"another address", EDIT_RET, "Adresser:P/r/t#1[dag,inf)", 1u << PLAN_AENDRET},
	{"renamed, and an address", EDIT_RET, "E:To[dag,inf) Adresser:P/r/t#1[dag,inf)",
	 1u << PLAN_OMDOEBT | 1u << PLAN_AENDRET},
	{"nothing", EDIT_RET, "E:Et[2,inf)", 0},
};

static void
kinds_of_change(void **state)
{
	const struct plan_options po = {.day = DAYS(20)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct plan *p = NULL;
		struct err e = ERR_INIT;
		int64_t id;

		desk_soap(&d, 'u', LIV_IMPORTERET,
			  "E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)");
		id = desk_draft(&d, kinds[i].name);
		desk_edit(&d, id, 'u', kinds[i].op, EDIT_DAY, kinds[i].text);
		assert_true(plan_draft(&d, id, &po, &p, &e));
		assert_int_equal(p->count + p->unchanged, 1);
		if (p->count && p->objects[0].changes != kinds[i].changes)
			fail_msg("%s: %x", kinds[i].name, p->objects[0].changes);
		assert_int_equal(p->count, kinds[i].changes != 0);
		plan_free(p);
	}
}

/* A name that may hold a CPR number is not shown with it. */
static void
shown_without_cpr(void **state)
{
	const struct plan_options po = {.day = DAYS(20)};
	AUTO(plan_freep) struct plan *p = NULL;
	struct err e = ERR_INIT;
	int64_t id = desk_draft(&d, "Sag");

	(void)state;
	desk_edit(&d, id, 'u', EDIT_IMPORTER, 0, UNIT("Sag_010203-1234"));
	assert_true(plan_draft(&d, id, &po, &p, &e));
	assert_true(str_has_prefix(p->objects[0].becomes.name, STR("Sag_*")));
}

/* Nothing to do is no publication, and no failure. */
static void
nothing_to_publish(void **state)
{
	int64_t id;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	id = desk_draft(&d, "Intet");
	desk_edit(&d, id, 'u', EDIT_RET, 0, "E:Et[2,inf)");
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), ERR_NONE);
	assert_int_equal(got.number, 0);
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
}

static void
changed_by_others(void **state)
{
	const struct publish_options accept = {.accept_changed = true};
	int64_t id;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	id = desk_draft(&d, "Omdøb");
	desk_edit(&d, id, 'u', EDIT_RET, 0, "E:To[dag,inf)");
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Tre[2,inf) Overordnet:p[2,inf)");
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), DRAFT_CONFLICT);
	assert_string_equal(desk_unit(&d, 'u', a).ptr,
			    "Importeret E:Tre[2,inf) Overordnet:p[2,inf)");
	assert_int_equal(desk_publish(&d, id, 20, &accept, &got), ERR_NONE);
	/* merged with what is there, not put in its place */
	assert_string_equal(desk_unit(&d, 'u', a).ptr,
			    "Importeret E:Tre[2,20) E:To[20,inf) Overordnet:p[2,inf)");
}

static void
made_by_others(void **state)
{
	int64_t id = two_units();

	(void)state;
	desk_soap(&d, 'a', LIV_IMPORTERET, "E:Deres[2,inf)");
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), DRAFT_INVALID);
	assert_false(str_is_set(desk_unit(&d, 'b', a)));
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
}

/* Between plan and job. */
static void
changed_in_between(void **state)
{
	const struct plan_options po = {.day = DAYS(20)};
	const struct publish_options o = {.accept_changed = true};
	AUTO(plan_freep) struct plan *p = NULL;
	struct err e = ERR_INIT;
	int64_t id = two_units();

	(void)state;
	assert_true(plan_draft(&d, id, &po, &p, &e));
	desk_soap(&d, 'b', LIV_IMPORTERET, "E:Deres[2,inf)");
	assert_false(publish(&d, p, &o, &got, &e));
	assert_int_equal(e.code, DRAFT_STALE);
	assert_false(str_is_set(desk_unit(&d, 'a', a)));
	assert_int_equal(events().count, 0);
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
	assert_int_equal(desk_audited(&d, "publikation.publicer"), 0);
}

/* Between plan and job somebody works on the draft itself: nothing of it is lost. */
static void
edited_in_between(void **state)
{
	const struct plan_options po = {.day = DAYS(20)};
	const struct publish_options o = {.accept_changed = true};
	AUTO(plan_freep) struct plan *p = NULL;
	struct err e = ERR_INIT;
	int64_t id = two_units();

	(void)state;
	assert_true(plan_draft(&d, id, &po, &p, &e));
	desk_edit(&d, id, 'c', EDIT_IMPORTER, 0, UNIT("Sent"));
	assert_false(publish(&d, p, &o, &got, &e));
	assert_int_equal(e.code, DRAFT_STALE);
	assert_int_equal(draft_now(id).edits, 3);
	assert_int_equal(events().count, 0);
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), ERR_NONE);
	assert_true(str_is_set(desk_unit(&d, 'c', a)));
}

static bool
some_rules(const struct desk *desk, const struct plan *p, struct publish_findings *out,
	   void *arg, struct err *e)
{
	(void)desk;
	(void)e;
	*out = *(struct publish_findings *)arg;
	out->warnings += p->count > 100;
	return true;
}

static void
rules(void **state)
{
	struct publish_findings found = {.errors = 1, .warnings = 1};
	struct publish_options o = {
		.rules = some_rules, .rules_arg = &found, .accept_warnings = true};
	int64_t id = two_units();

	(void)state;
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), DRAFT_INVALID);
	found.errors = 0;
	o.accept_warnings = false;
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), DRAFT_INVALID);
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
	o.accept_warnings = true;
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), ERR_NONE);
	assert_int_equal(got.findings.warnings, 1);
}

/* The rules themselves: what a draft brings stands in its way, what was there before does not.
 */
static void
real_rules(void **state)
{
	const struct publish_options o = {.rules = publish_by_rules, .accept_warnings = true};
	int64_t id = desk_draft(&d, "En enhed uden organisation");

	(void)state;
	desk_edit(&d, id, 'a', EDIT_IMPORTER, 0, UNIT("Top"));
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), DRAFT_INVALID);
	assert_true(got.findings.errors > 0);
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
	desk_soap(&d, 'b', LIV_IMPORTERET, "E:Top[2,inf) G:Aktiv[2,inf)");
	id = desk_draft(&d, "Et andet navn");
	desk_edit(&d, id, 'b', EDIT_RET, 0, "E:Toppen[dag,inf)");
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), ERR_NONE);
	assert_int_equal(got.findings.errors, 0);
}

static size_t told_count;

static void
count_told(const struct rules_finding *f, instant day, void *arg)
{
	(void)f;
	(void)arg;
	assert_int_equal(day, DAYS(40));
	told_count++;
}

/* An edit with a day of its own is judged on that day too; what is found again counts once. */
static void
rules_of_later_days(void **state)
{
	struct publish_rules_told told = {count_told, NULL};
	const struct publish_options o = {
		.rules = publish_by_rules, .rules_arg = &told, .accept_warnings = true};
	size_t errors;
	int64_t id;

	(void)state;
	desk_soap(&d, 'a', LIV_IMPORTERET, "E:Top[2,inf) G:Aktiv[2,inf)");
	desk_soap(&d, 'b', LIV_IMPORTERET, "E:Under[2,inf) G:Aktiv[2,inf) Overordnet:a[2,inf)");
	id = desk_draft(&d, "En ring, men først senere");
	desk_edit(&d, id, 'a', EDIT_RET, 0, "Overordnet:b[40,50)");
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), DRAFT_INVALID);
	errors = got.findings.errors;
	assert_true(errors > 0);
	assert_int_equal(told_count, errors + got.findings.warnings);
	assert_int_equal(draft_now(id).state, DRAFT_KLADDE);
	/* for ever, and on two days: no more is found */
	id = desk_draft(&d, "En ring, og et nyt navn endnu senere");
	desk_edit(&d, id, 'a', EDIT_RET, 0, "E:Toppen[60,inf) Overordnet:b[40,inf)");
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), DRAFT_INVALID);
	assert_int_equal(got.findings.errors, errors);
	/* what is well on its day is published */
	id = desk_draft(&d, "Et nyt navn senere");
	desk_edit(&d, id, 'a', EDIT_RET, 0, "E:Toppen[60,inf)");
	assert_int_equal(desk_publish(&d, id, 20, &o, &got), ERR_NONE);
	assert_int_equal(got.findings.errors, 0);
}

/* A commit time is after that of every registration that it follows. */
static void
time_rises(void **state)
{
	int64_t id;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:To[2,inf)");
	id = desk_draft(&d, "Igen");
	desk_edit(&d, id, 'u', EDIT_RET, 0, "E:Tre[dag,inf)");
	desk_edit(&d, id, 'v', EDIT_IMPORTER, 0, UNIT("Ny"));
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), ERR_NONE);
	assert_true(got.at > clock_now());
	assert_int_equal(events().at, got.at);
}

/* ---- shared objects ---- */

static const struct as operator_as = {.cvr = WORLD_OPERATOR, .role = "rediger"};

static void
shared(const char *service, const char *uuid, const char *egenskab, const char *state_list,
       const char *relation)
{
	world_expect(&w, &operator_as, service,
		     fmt("<ImportInput{T}><%s><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
			 "<Registrering><AttributListe><Egenskab>%s</Egenskab></AttributListe>"
			 "<TilstandListe>%s</TilstandListe><RelationListe>%s</RelationListe>"
			 "</Registrering></%s></ImportInput>",
			 strcmp(service, "organisation") ? "Virksomhed" : "Organisation", uuid,
			 egenskab, state_list, relation,
			 strcmp(service, "organisation") ? "Virksomhed" : "Organisation"),
		     20);
}

#define ORG "0a000000-0000-4000-8000-000000000001"
#define VIRKSOMHED "0a000000-0000-4000-8000-000000000002"

struct putting {
	int64_t draft;
	struct edit edit;
};

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	struct putting *p = arg;

	return draft_put(tx, &d, p->draft, DRAFT_REDIGER, &p->edit, 1, e);
}

static enum err_code
change_shared(struct oio_item item)
{
	struct putting p = {desk_draft(&d, "Fælles"),
			    {.type = &type_organisation,
			     .op = EDIT_RET,
			     .content = {.items = &item, .count = 1},
			     .base = EDIT_BASE_NOW}};
	struct err e = ERR_INIT;

	item.v = (struct virkning){.fra = EDIT_DAY, .til = INSTANT_MAX};
	assert_true(uuid_parse(STR(ORG), &p.edit.uuid));
	assert_true(store_write(w.store, put_job, &p, &e));
	return desk_publish(&d, p.draft, w.now / DAYS(1), NULL, &got);
}

/* [organisation 3.9] of its own Organisation an authority writes Overordnet, and nothing else
 */
static void
own_top_unit(void **state)
{
	struct oio_item top = {.part = OIO_RELATION,
			       .field = ORGANISATION_OVERORDNET,
			       .u.relation.ref = ref_of_uuid(oio_letter('t'))};
	struct oio_item company = top;
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct drafted_place place;
	struct uuid u;

	(void)state;
	shared("virksomhed", VIRKSOMHED,
	       "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst>"
	       "<t:CVR-NummerTekst>" KORSBAEK "</t:CVR-NummerTekst>",
	       "", "");
	shared("organisation", ORG,
	       "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst>"
	       "<s:OrganisationNavn>Korsbæk</s:OrganisationNavn>",
	       "",
	       "<s:Virksomhed><s:ReferenceID><s:UUIDIdentifikator>" VIRKSOMHED
	       "</s:UUIDIdentifikator></s:ReferenceID></s:Virksomhed>");
	assert_int_equal(change_shared(top), ERR_NONE);
	assert_int_equal(got.objects, 1);
	assert_true(uuid_parse(STR(ORG), &u));
	assert_true(store_read(w.store, &r, &e));
	assert_true(draft_find(r, &d, &type_organisation, u, a, &place, &e));
	assert_true(str_eq_c(place.key.cvr, WORLD_OPERATOR));
	store_read_endp(&r);
	company.field = ORGANISATION_VIRKSOMHED;
	assert_int_equal(change_shared(company), DRAFT_INVALID);
	/* nor is it another authority's */
	d = world_desk(&w, HAVNEBY);
	assert_int_equal(change_shared(top), DRAFT_INVALID);
}

/* ---- what stays ---- */

static bool
vandal_job(struct tx *tx, void *arg, struct err *e)
{
	const struct object_erasure x = {
		.key = {STR(KORSBAEK), type_organisationenhed.id, oio_letter('a')},
		.reason = STR("fysiskslet"),
		.actor = STR("test"),
		.at = w.now};
	size_t count;

	(void)arg;
	return objects_purge(tx, &x, &count, e);
}

/* Lawful erasure is told apart from falsification. */
static void
erased_since(void **state)
{
	struct publication_check check;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(desk_publish(&d, two_units(), 20, NULL, &got), ERR_NONE);
	assert_true(store_write(w.store, vandal_job, NULL, &e));
	published(1, &check);
	assert_true(check.is_whole);
	assert_int_equal(check.erased, 1);
	assert_int_equal(check.altered, 0);
}

static void
states_of_publications(void **state)
{
	struct publication_row row = {.number = 3, .virkning = 100};

	(void)state;
	assert_int_equal(publication_state(&row, 4, 200), DRAFT_HISTORISK);
	assert_int_equal(publication_state(&row, 3, 200), DRAFT_PUBLICERET);
	assert_int_equal(publication_state(&row, 3, 100), DRAFT_PUBLICERET);
	assert_int_equal(publication_state(&row, 3, 99), DRAFT_PLANLAGT);
}

static void
unknown(void **state)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct desk other = world_desk(&w, HAVNEBY);
	struct publication_row row;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(desk_publish(&d, two_units(), 20, NULL, &got), ERR_NONE);
	assert_true(store_read(w.store, &r, &e));
	assert_false(publication_get(r, &other, 1, a, &row, &e));
	assert_int_equal(e.code, DRAFT_UNKNOWN);
	assert_int_equal(desk_publish(&other, 1, 20, NULL, &got), DRAFT_UNKNOWN);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_at_once),
		CASE(kinds_of_change),
		CASE(shown_without_cpr),
		CASE(nothing_to_publish),
		CASE(changed_by_others),
		CASE(made_by_others),
		CASE(changed_in_between),
		CASE(edited_in_between),
		CASE(rules),
		CASE(real_rules),
		CASE(rules_of_later_days),
		CASE(time_rises),
		CASE(own_top_unit),
		CASE(erased_since),
		CASE(states_of_publications),
		CASE(unknown),
	};

	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
