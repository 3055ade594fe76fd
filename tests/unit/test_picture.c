/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An authority's organisation at a moment: what is in it, who names whom, and the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/draft.h"
#include "administration/picture.h"
#include "base/clock.h"
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "tests/unit/organisation_world.h"

#define UNIT (&type_organisationenhed)

static struct picture *
take(struct place_world *w, const char *day)
{
	struct picture_question q = {.cvr = STR(PLACE_CVR),
				     .operator_cvr = STR(PLACE_OPERATOR),
				     .virkning = day ? place_day(day) : clock_now(),
				     .registrering = INSTANT_MAX};
	struct picture *p = NULL;
	struct err e = ERR_INIT;

	if (!picture_take(w->store, &q, &p, &e))
		fail_msg("picture: %s", e.detail);
	return p;
}

static const struct picture_object *
unit(const struct picture *p, char letter)
{
	const struct picture_object *o = picture_find(p, UNIT, place_uuid(letter));

	assert_non_null(o);
	return o;
}

static void
test_whole(void **state)
{
	static const struct {
		const struct oio_type *type;
		size_t count;
	} kinds[] = {{&type_organisation, 1},
		     {&type_organisationenhed, 3},
		     {&type_organisationfunktion, 5},
		     {&type_bruger, 2},
		     {&type_itsystem, 1},
		     {&type_interessefaellesskab, 0},
		     {&type_person, 2},
		     {&type_adresse, 3},
		     {&type_myndighed, 1},
		     {&type_virksomhed, 1},
		     {&type_klasse_6, 2},
		     {&type_facet_6, 0}};
	struct place_world w;
	struct picture *p;
	size_t count, all = 0;

	(void)state;
	place_open(&w);
	place_sound(&w);
	p = take(&w, NULL);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		picture_kind(p, kinds[i].type, &count);
		assert_int_equal(count, kinds[i].count);
		all += count;
	}
	picture_all(p, &count);
	assert_int_equal(count, all);
	for (size_t i = 0; i < count; i++) {
		const struct picture_object *o = &picture_all(p, &count)[i];

		assert_int_equal(o->number, i);
		assert_true(o->is_active);
		assert_int_equal(o->is_shared, str_eq_c(o->owner, PLACE_OPERATOR));
		assert_ptr_equal(picture_find(p, o->type, o->uuid), o);
	}
	assert_null(picture_find(p, UNIT, place_uuid('z')));
	picture_free(p);
	place_close(&w);
}

/* Another authority's objects are never in it, nor are deleted ones; own ones hide shared ones.
 */
static void
test_whose(void **state)
{
	struct place_world w;
	struct picture *p;
	const struct picture_object *o;
	size_t count;

	(void)state;
	place_open(&w);
	place_sound(&w);
	snprintf(w.owner, sizeof(w.owner), "22222222");
	place_put(&w, "OrganisationEnhed", 'X', "n:Havneby");
	place_put(&w, "ItSystem", 'Y', "n:Fremmed");
	snprintf(w.owner, sizeof(w.owner), PLACE_OPERATOR);
	place_put(&w, "OrganisationEnhed", 'Z', "n:Driften");
	snprintf(w.owner, sizeof(w.owner), PLACE_CVR);
	place_put(&w, "ItSystem", 'I', "n:Eget");
	place_put(&w, "OrganisationEnhed", 'W', "n:Væk Slettet");
	place_put(&w, "OrganisationEnhed", 'N', "n:Passiv Passiv");
	p = take(&w, NULL);
	assert_null(picture_find(p, UNIT, place_uuid('X')));
	assert_null(picture_find(p, &type_itsystem, place_uuid('Y')));
	assert_null(picture_find(p, UNIT, place_uuid('Z')));
	assert_null(picture_find(p, UNIT, place_uuid('W')));
	assert_int_equal(picture_deleted(p, UNIT), 1);
	assert_int_equal(picture_deleted(p, &type_bruger), 0);
	assert_false(unit(p, 'N')->is_active);
	o = picture_kind(p, &type_itsystem, &count);
	assert_int_equal(count, 1);
	assert_false(o->is_shared);
	assert_true(str_eq_c(picture_name(o), "Eget"));
	picture_free(p);
	place_close(&w);
}

static void
test_moments(void **state)
{
	struct place_world w;
	struct picture_question q = {.cvr = STR(PLACE_CVR),
				     .operator_cvr = STR(PLACE_OPERATOR)};
	struct picture *p;
	struct err e = ERR_INIT;

	(void)state;
	place_open(&w);
	place_sound(&w);
	q.registrering = w.now - 1;
	place_put(&w, "OrganisationEnhed", 'B',
		  "n:Børn[2020-01-01,2030-01-01) n:Familie[2030-01-01,inf) Tilhoerer:O "
		  "Overordnet:A[2020-01-01,2030-01-01) Overordnet:C[2030-01-01,inf) "
		  "Aktiv[2020-01-01,2040-01-01) Inaktiv[2040-01-01,inf)");
	p = take(&w, NULL);
	assert_true(str_eq_c(picture_name(unit(p, 'B')), "Børn"));
	assert_ptr_equal(picture_parent(p, unit(p, 'B')), unit(p, 'A'));
	assert_true(unit(p, 'B')->whole.count > unit(p, 'B')->now.count);
	picture_free(p);
	p = take(&w, "2030-01-01");
	assert_true(str_eq_c(picture_name(unit(p, 'B')), "Familie"));
	assert_ptr_equal(picture_parent(p, unit(p, 'B')), unit(p, 'C'));
	assert_int_equal(picture_depth(p, unit(p, 'B')), 3);
	picture_free(p);
	p = take(&w, "2040-01-01");
	assert_false(unit(p, 'B')->is_active);
	assert_int_equal(picture_depth(p, unit(p, 'B')), 0);
	picture_free(p);
	/* before anything held, and as was known before the change */
	p = take(&w, "2019-12-31");
	assert_false(unit(p, 'A')->is_active);
	picture_free(p);
	q.virkning = clock_now();
	assert_true(picture_take(w.store, &q, &p, &e));
	assert_true(str_eq_c(picture_name(unit(p, 'B')), "Børn og unge"));
	assert_non_null(picture_find(p, &type_klasse_6, place_uuid('K')));
	picture_free(p);
	q.registrering = w.now - DAYS(30);
	assert_true(picture_take(w.store, &q, &p, &e));
	assert_null(picture_find(p, UNIT, place_uuid('A')));
	picture_free(p);
	q.cvr = STR("1111111");
	assert_false(picture_take(w.store, &q, &p, &e));
	assert_int_equal(e.code, BAD_VALUE);
	place_close(&w);
}

static void
test_links(void **state)
{
	struct place_world w;
	struct picture *p;
	const struct picture_link *links;
	const struct picture_object *ida;
	size_t count, at = 0;

	(void)state;
	place_open(&w);
	place_sound(&w);
	p = take(&w, NULL);
	ida = picture_find(p, &type_bruger, place_uuid('D'));
	links = picture_naming(p, ida, &count);
	assert_int_equal(count, 1);
	assert_ptr_equal(links[0].from,
			 picture_find(p, &type_organisationfunktion, place_uuid('F')));
	assert_int_equal(links[0].item->field, FUNKTION_BRUGERE);
	/* two units below it, two posts, a contact place and the organisation */
	picture_naming(p, unit(p, 'A'), &count);
	assert_int_equal(count, 6);
	picture_naming(p, picture_find(p, &type_klasse_6, place_uuid('K')), &count);
	assert_int_equal(count, 1);
	assert_true(picture_has(ida, BRUGER_PERSONER, place_uuid('R')));
	assert_false(picture_has(ida, BRUGER_PERSONER, place_uuid('T')));
	assert_ptr_equal(picture_named(p, ida, BRUGER_PERSONER),
			 picture_find(p, &type_person, place_uuid('R')));
	assert_non_null(picture_item(ida, BRUGER_ADRESSER, &at));
	assert_null(picture_item(ida, BRUGER_ADRESSER, &at));
	picture_free(p);
	place_close(&w);
}

static void
test_tree(void **state)
{
	struct place_world w;
	struct picture *p;
	const struct picture_object *const *list, *at;
	size_t count;

	(void)state;
	place_open(&w);
	place_sound(&w);
	place_put(&w, "OrganisationEnhed", 'a', "n:Åben_skole Tilhoerer:O Overordnet:A");
	place_put(&w, "OrganisationEnhed", 'b', "n:Ældre Tilhoerer:O Overordnet:B");
	place_put(&w, "OrganisationEnhed", 'c', "n:Ring_1 Tilhoerer:O Overordnet:d");
	place_put(&w, "OrganisationEnhed", 'd', "n:Ring_2 Tilhoerer:O Overordnet:c");
	place_put(&w, "OrganisationEnhed", 'e', "n:Løs Tilhoerer:O Overordnet:z");
	p = take(&w, NULL);
	list = picture_roots(p, &count);
	assert_int_equal(count, 1);
	assert_ptr_equal(list[0], unit(p, 'A'));
	list = picture_children(p, unit(p, 'A'), &count);
	assert_int_equal(count, 3);
	assert_ptr_equal(list[0], unit(p, 'B'));
	assert_ptr_equal(list[1], unit(p, 'C'));
	assert_ptr_equal(list[2], unit(p, 'a'));
	assert_int_equal(picture_depth(p, unit(p, 'b')), 3);
	assert_int_equal(picture_depth(p, unit(p, 'c')), 0);
	assert_int_equal(picture_depth(p, unit(p, 'e')), 0);
	assert_null(picture_leader(p, unit(p, 'b')));
	assert_ptr_equal(picture_leader_above(p, unit(p, 'b'), &at),
			 picture_find(p, &type_bruger, place_uuid('E')));
	assert_ptr_equal(at, unit(p, 'B'));
	assert_null(picture_leader(p, unit(p, 'a')));
	assert_non_null(picture_leader_above(p, unit(p, 'a'), &at));
	assert_ptr_equal(at, unit(p, 'A'));
	assert_null(picture_leader_above(p, unit(p, 'c'), &at));
	list = picture_organisations(p, &count);
	assert_int_equal(count, 1);
	assert_true(uuid_eq(list[0]->uuid, place_uuid('O')));
	picture_free(p);
	place_close(&w);
}

/* Whose organisation one of the shared registry is. */
static void
test_organisations(void **state)
{
	struct place_world w;
	struct picture *p;
	const struct picture_object *const *list;
	size_t count;

	(void)state;
	place_open(&w);
	snprintf(w.owner, sizeof(w.owner), PLACE_OPERATOR);
	place_put(&w, "Virksomhed", 'H', "n:Havneby CVR-NummerTekst=22222222");
	place_put(&w, "Organisation", 'h', "n:Havneby Virksomhed:H");
	place_put(&w, "Organisation", 'o', "n:Uden_virksomhed");
	place_put(&w, "Organisation", 'n', "n:Af_ingen_navngivet");
	snprintf(w.owner, sizeof(w.owner), PLACE_CVR);
	place_put(&w, "OrganisationEnhed", 'A', "n:A Tilhoerer:o");
	place_put(&w, "OrganisationEnhed", 'B', "n:B Tilhoerer:h");
	place_put(&w, "Organisation", 's', "n:Selvejende");
	p = take(&w, NULL);
	list = picture_organisations(p, &count);
	assert_int_equal(count, 2);
	assert_true(uuid_eq(list[0]->uuid, place_uuid('o')));
	assert_true(uuid_eq(list[1]->uuid, place_uuid('s')));
	picture_free(p);
	place_close(&w);
}

/* ---- with a draft on top ---- */

struct drafting {
	const struct desk *desk;
	int64_t id;
	struct edit edits[6];
	size_t count;
};

static bool
put_edits(struct tx *tx, void *arg, struct err *e)
{
	struct drafting *d = arg;

	return draft_put(tx, d->desk, d->id, DRAFT_REDIGER, d->edits, d->count, e);
}

static void
add_edit(struct drafting *d, const struct oio_type *t, char letter, enum edit_op op,
	 const char *line, struct arena *a)
{
	struct edit *edit = &d->edits[d->count++];
	enum livscyklus ignored;

	*edit = (struct edit){.type = t,
			      .uuid = place_uuid(letter),
			      .op = op,
			      .day = EDIT_DAY,
			      .base = EDIT_BASE_NOW};
	if (line)
		place_content(t, line, a, &edit->content, &ignored);
}

static void
test_draft(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct place_world w;
	struct desk desk = {.cvr = STR(PLACE_CVR),
			    .operator_cvr = STR(PLACE_OPERATOR),
			    .actor = STR("cli:test")};
	struct drafting d = {.desk = &desk};
	struct picture_question q = {.cvr = desk.cvr,
				     .operator_cvr = desk.operator_cvr,
				     .registrering = INSTANT_MAX};
	struct picture *p;
	struct err e = ERR_INIT;
	size_t before, after;

	(void)state;
	place_open(&w);
	place_sound(&w);
	desk.store = w.store;
	q.virkning = clock_now();
	assert_true(draft_create(&desk, STR("t"), STR_NONE, &d.id, &e));
	add_edit(&d, UNIT, 'B', EDIT_RET, "Tilstandsloes Overordnet:C[2024-09-01,inf)", a);
	add_edit(&d, UNIT, 'x', EDIT_IMPORTER, "n:Ny Tilhoerer:O Overordnet:B", a);
	add_edit(&d, &type_organisation, 'O', EDIT_RET,
		 "Tilstandsloes Overordnet:x[2024-09-01,inf)", a);
	add_edit(&d, &type_adresse, 'Q', EDIT_SLET, NULL, a);
	add_edit(&d, &type_person, 'T', EDIT_PASSIVER, NULL, a);
	add_edit(&d, &type_person, 'y', EDIT_PASSIVER, NULL, a); /* cannot be */
	if (!store_write(w.store, put_edits, &d, &e))
		fail_msg("draft: %s", e.detail);
	p = take(&w, NULL);
	picture_all(p, &before);
	assert_ptr_equal(picture_parent(p, unit(p, 'B')), unit(p, 'A'));
	assert_false(unit(p, 'B')->is_drafted);
	picture_free(p);
	q.draft = d.id;
	if (!picture_take(w.store, &q, &p, &e))
		fail_msg("picture: %s", e.detail);
	picture_all(p, &after);
	assert_int_equal(after, before); /* one more, one less */
	assert_ptr_equal(picture_parent(p, unit(p, 'B')), unit(p, 'C'));
	assert_ptr_equal(picture_parent(p, unit(p, 'x')), unit(p, 'B'));
	assert_int_equal(picture_depth(p, unit(p, 'x')), 4);
	assert_true(unit(p, 'B')->is_drafted && unit(p, 'x')->is_drafted);
	assert_int_equal(unit(p, 'x')->registration, 0);
	assert_false(unit(p, 'C')->is_drafted);
	assert_null(picture_find(p, &type_adresse, place_uuid('Q')));
	assert_null(picture_find(p, &type_person, place_uuid('y')));
	assert_false(picture_find(p, &type_person, place_uuid('T'))->is_active);
	assert_ptr_equal(picture_named(p, picture_find(p, &type_organisation, place_uuid('O')),
				       ORGANISATION_OVERORDNET),
			 unit(p, 'x'));
	picture_free(p);
	/* another authority's draft is not there */
	q.cvr = STR("22222222");
	assert_false(picture_take(w.store, &q, &p, &e));
	assert_int_equal(e.code, DRAFT_UNKNOWN);
	place_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_whose),
		cmocka_unit_test(test_moments), cmocka_unit_test(test_links),
		cmocka_unit_test(test_tree),    cmocka_unit_test(test_organisations),
		cmocka_unit_test(test_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
