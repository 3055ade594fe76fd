/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editing by hand: fields by name, what is refused and with which words, closing with what
 * hangs on it, leaders, addresses, and new hierarchies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/found.h"
#include "base/clock.h"
#include "organisation/wellknown.h"
#include "tests/unit/desk_world.h"
#include "tests/unit/oio_text.h"

#define UNIT (&type_organisationenhed)
#define FUNKTION (&type_organisationfunktion)

static struct world w;
static struct arena *a;
static struct desk d;
static struct edit_frame f;

static int
start(void **state)
{
	(void)state;
	world_open(&w);
	a = arena_new();
	d = world_desk(&w, KORSBAEK);
	f = (struct edit_frame){.desk = &d,
				.draft = desk_draft(&d, "Rettelser"),
				.fra = DAYS(20),
				.til = INSTANT_MAX,
				.a = a};
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

static struct str
as_text(char letter)
{
	char text[UUID_TEXT_LEN + 1];

	return arena_dup(a, uuid_format(oio_letter(letter), text));
}

static struct str
line(char letter)
{
	return desk_drafted(&d, f.draft, letter, 20, a);
}

/* One setting of unit 'u', which is "E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)". */
static const struct {
	const char *name, *value; /* @x: the UUID of that letter */
	bool is_end;
	const char *want; /* the unit; or, with a leading '!', a part of the refusal */
} rows[] = {
	{"EnhedNavn", "To", false,
	 "Importeret E:Et[2,20) E:To[20,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)"},
	{"EnhedNavn", "", false,
	 "Importeret E:Et[2,20) E:[20,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)"},
	{"Overordnet", "@q", false,
	 "Importeret E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,20) Overordnet:q[20,inf)"},
	{"Overordnet", "", false, "Importeret E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,20)"},
	{"Gyldighed", "Inaktiv", false,
	 "Importeret E:Et[2,inf) G:Aktiv[2,20) G:Inaktiv[20,inf) Overordnet:p[2,inf)"},
	{"TilknyttedeItSystemer", "@s", false,
	 "Importeret E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf) "
	 "TilknyttedeItSystemer:s[20,inf)"},
	{"Overordnet", "@p", true, "Importeret E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,20)"},
	{"Overordnet", "@u", false, "!Overordnet må ikke pege på objektet selv"},
	{"Overordnet", "Borgerservice", false, "!hverken en UUID"},
	{"Gyldighed", "Måske", false, "!skal være Aktiv eller Inaktiv"},
	{"BrugervendtNoegleTekst", "", false, "!BrugervendtNoegleTekst skal være udfyldt"},
	{"BrugervendtNoegleTekst",
	 "1234567890123456789012345678901234567890123456789012345678901", false,
	 "!BrugervendtNoegleTekst"},
	{"Titel", "To", false, "!har intet felt Titel"},
	{"EnhedNavn", "To", true, "!EnhedNavn er ingen relation"},
	{"Adresser", "@x", false, "!skriv rollen efter en skråstreg"},
	{"Adresser", "@x/nej", false, "!kendt rolle"},
	{"Enhedstype", "ukendt", false, "!nøglen til en klasse"},
};

static void
set_one(size_t i)
{
	struct edit_setting set = {.name = str_from(rows[i].name),
				   .value = str_from(rows[i].value),
				   .is_end = rows[i].is_end};
	struct err e = ERR_INIT;
	size_t at;

	if (rows[i].value[0] == '@')
		set.value = arena_printf(a, STR_FMT "%s", STR_ARG(as_text(rows[i].value[1])),
					 rows[i].value + 2);
	if (edit_set(&f, UNIT, oio_letter('u'), false, &set, 1, &e)) {
		if (!str_eq_c(line('u'), rows[i].want))
			fail_msg("%zu: " STR_FMT, i, STR_ARG(line('u')));
	} else if (rows[i].want[0] != '!' || e.code != DRAFT_INVALID ||
		   !str_find(f.text, str_from(rows[i].want + 1), &at)) {
		fail_msg("%zu: refused: " STR_FMT, i, STR_ARG(f.text));
	}
}

static void
fields_by_name(void **state)
{
	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		f.draft = desk_draft(&d, "En");
		set_one(i);
	}
}

static void
new_unit(void **state)
{
	const struct edit_setting sets[] = {{STR("EnhedNavn"), STR("Ny"), false},
					    {STR("Overordnet"), as_text('p'), false}};
	struct err e = ERR_INIT;
	size_t at;

	(void)state;
	assert_true(edit_set(&f, UNIT, oio_letter('n'), true, sets, 2, &e));
	assert_string_equal(line('n').ptr,
			    "Importeret E:Ny[20,inf) G:Aktiv[20,inf) Overordnet:p[20,inf)");
	assert_false(edit_set(&f, UNIT, oio_letter('n'), true, sets, 2, &e));
	assert_true(str_find(f.text, STR("findes allerede"), &at));
	err_clear(&e);
	/* what a field was before in the same draft stays */
	f.fra = DAYS(25);
	assert_true(edit_set(&f, UNIT, oio_letter('n'), false, sets + 1, 1, &e));
	assert_true(edit_set(&f, UNIT, oio_letter('x'), false, sets, 1, &e) == false);
	assert_true(str_find(f.text, STR("findes ikke"), &at));
}

static void
undone(void **state)
{
	const struct edit_setting set = {STR("EnhedNavn"), STR("To"), false};
	struct err e = ERR_INIT;
	int64_t n;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	assert_true(edit_set(&f, UNIT, oio_letter('u'), false, &set, 1, &e));
	assert_true(edit_undo(&f, UNIT, oio_letter('u'), &n, &e));
	assert_int_equal(n, 1);
	assert_string_equal(line('u').ptr, "Importeret E:Et[2,inf)");
}

/* ---- closing ---- */

static void
tree(void)
{
	desk_soap(&d, 'a', LIV_IMPORTERET, "E:Top[2,inf) G:Aktiv[2,inf)");
	desk_soap(&d, 'b', LIV_IMPORTERET,
		  "E:Mellem[2,inf) G:Aktiv[2,inf) Overordnet:a[2,inf)");
	desk_soap(&d, 'c', LIV_IMPORTERET,
		  "E:Nederst[2,inf) G:Aktiv[2,inf) Overordnet:b[2,inf)");
	desk_soap(&d, 'e', LIV_IMPORTERET,
		  "E:Søster[2,inf) G:Aktiv[2,inf) Overordnet:a[2,inf) "
		  "TilknyttedeEnheder:b[2,inf)");
}

static void
closed_with_what_is_below(void **state)
{
	struct err e = ERR_INIT;
	size_t count, at;

	(void)state;
	tree();
	assert_false(edit_close(&f, UNIT, oio_letter('b'), false, &count, &e));
	assert_true(str_find(f.text, STR("1 enheder under sig"), &at));
	err_clear(&e);
	assert_true(edit_close(&f, UNIT, oio_letter('b'), true, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(line('b').ptr, "Importeret E:Mellem[2,inf) G:Aktiv[2,20) "
					   "G:Inaktiv[20,inf) Overordnet:a[2,20)");
	assert_string_equal(line('c').ptr, "Importeret E:Nederst[2,inf) G:Aktiv[2,20) "
					   "G:Inaktiv[20,inf) Overordnet:b[2,20)");
	/* what stays names it no more */
	assert_string_equal(line('e').ptr, "Importeret E:Søster[2,inf) G:Aktiv[2,inf) "
					   "Overordnet:a[2,inf) TilknyttedeEnheder:b[2,20)");
}

/* What the draft itself moved away, or under it, counts. */
static void
closed_as_drafted(void **state)
{
	const struct edit_setting away = {STR("Overordnet"), as_text('a'), false};
	const struct edit_setting below = {STR("Overordnet"), as_text('b'), false};
	struct err e = ERR_INIT;
	size_t count;

	(void)state;
	tree();
	assert_true(edit_set(&f, UNIT, oio_letter('c'), false, &away, 1, &e));
	assert_true(edit_set(&f, UNIT, oio_letter('e'), false, &below, 1, &e));
	assert_true(edit_close(&f, UNIT, oio_letter('b'), true, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(line('c').ptr, "Importeret E:Nederst[2,inf) G:Aktiv[2,inf) "
					   "Overordnet:b[2,20) Overordnet:a[20,inf)");
}

/* ---- leaders ---- */

struct found {
	struct uuid uuids[4];
	size_t count;
};

static bool
note_function(const struct draft_edit_row *row, void *arg, struct err *e)
{
	struct found *x = arg;

	(void)e;
	if (row->kind != FUNKTION->id ||
	    (x->count && uuid_eq(x->uuids[x->count - 1], row->uuid)))
		return true;
	assert_true(x->count < 4);
	x->uuids[x->count++] = row->uuid;
	return true;
}

/* Users that the function ties, with the day each begins and ends: "x20- y2-20". */
static struct str
users(struct uuid function)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	const struct draft_place place = {FUNKTION->id, function};
	const struct fold_rules rules = {.day = DAYS(20), .now = clock_now()};
	struct str out = STR("");
	struct drafted it;
	struct err e = ERR_INIT;

	assert_true(store_read(w.store, &r, &e));
	assert_true(draft_object(r, &d, f.draft, &place, &rules, a, &it, &e));
	for (size_t i = 0; i < it.after.content.count; i++) {
		const struct oio_item *x = &it.after.content.items[i];

		if (x->part == OIO_RELATION &&
		    strcmp(FUNKTION->fields[x->field].name, "TilknyttedeBrugere") == 0)
			out = arena_printf(
				a, STR_FMT "%c%lld-%lld ", STR_ARG(out),
				x->u.relation.ref.uuid.b[0], (long long)(x->v.fra / DAYS(1)),
				x->v.til == INSTANT_MAX ? 0 : (long long)(x->v.til / DAYS(1)));
	}
	return out;
}

static void
leaders(void **state)
{
	const struct edit_setting name[] = {
		{STR("BrugerNavn"), STR("anna"), false},
	};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct found functions = {.count = 0};
	struct err e = ERR_INIT;
	size_t at;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf) G:Aktiv[2,inf) Tilhoerer:o[2,inf)");
	assert_false(edit_leader(&f, oio_letter('u'), oio_letter('x'), &e));
	assert_true(str_find(f.text, STR("Bruger findes ikke"), &at));
	err_clear(&e);
	assert_true(edit_set(&f, &type_bruger, oio_letter('x'), true, name, 1, &e));
	assert_true(edit_set(&f, &type_bruger, oio_letter('y'), true, name, 1, &e));
	assert_true(edit_leader(&f, oio_letter('u'), oio_letter('x'), &e));
	f.fra = DAYS(30);
	assert_true(edit_leader(&f, oio_letter('u'), oio_letter('y'), &e));
	/* twice is once */
	assert_true(edit_leader(&f, oio_letter('u'), oio_letter('y'), &e));
	assert_true(store_read(w.store, &r, &e));
	assert_true(drafts_edits(r, f.draft, NULL, note_function, &functions, &e));
	assert_int_equal(functions.count, 1);
	assert_string_equal(users(functions.uuids[0]).ptr, "x20-30 y30-0 ");
}

/* ---- addresses ---- */

static void
addresses(void **state)
{
	struct err e = ERR_INIT;
	size_t at;
	struct str was;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	assert_true(edit_address(&f, UNIT, oio_letter('u'), STR("email"), STR("post@x.example"),
				 &e));
	was = line('u');
	assert_true(str_find(was, STR("Adresser:"), &at));
	assert_true(
		edit_address(&f, UNIT, oio_letter('u'), STR("telefon"), STR("12345678"), &e));
	/* another text in the same role takes its place; on the same day it is as if never */
	assert_true(
		edit_address(&f, UNIT, oio_letter('u'), STR("email"), STR("ny@x.example"), &e));
	assert_true(edit_address(&f, UNIT, oio_letter('u'), STR("telefon"), STR(""), &e));
	assert_false(str_eq(line('u'), was));
	assert_int_equal(line('u').len, was.len);
	assert_false(edit_address(&f, UNIT, oio_letter('u'), STR("racf"), STR("x"), &e));
	assert_true(str_find(f.text, STR("ingen adresserolle"), &at));
	err_clear(&e);
	assert_false(
		edit_address(&f, &type_person, oio_letter('u'), STR("email"), STR("x"), &e));
}

/* ---- new hierarchies ---- */

static void
hierarchies(void **state)
{
	struct founding what = {
		.cvr = STR(KORSBAEK), .name = STR("Korsbæk"), .code = STR("999")};
	struct founding_unit unit = {.name = STR("Korsbæk Kommune")};
	struct desk operator_desk = world_desk(&w, WORLD_OPERATOR);
	struct receipt got;
	struct err e = ERR_INIT;
	size_t at;

	(void)state;
	assert_false(found_shared(&f, &what, &e));
	assert_true(str_find(f.text, STR("operatørens"), &at));
	err_clear(&e);
	f.desk = &operator_desk;
	f.draft = desk_draft(&operator_desk, "Ny");
	f.fra = EDIT_DAY;
	assert_true(
		uuid_parse(STR("0a000000-0000-4000-8000-0000000000f1"), &what.organisation));
	assert_true(found_shared(&f, &what, &e));
	assert_int_equal(desk_publish(&operator_desk, f.draft, w.now / DAYS(1), NULL, &got),
			 ERR_NONE);
	assert_int_equal(got.objects, 3);
	f.desk = &d;
	f.draft = desk_draft(&d, "Rod");
	unit.organisation = what.organisation;
	assert_true(found_root(&f, &unit, &e));
	assert_int_equal(desk_publish(&d, f.draft, w.now / DAYS(1), NULL, &got), ERR_NONE);
	assert_int_equal(got.objects, 2);
	/* a wrong code is refused by the schema's own pattern */
	what = (struct founding){
		.cvr = STR(HAVNEBY), .name = STR("Havneby"), .code = STR("12")};
	f.desk = &operator_desk;
	f.draft = desk_draft(&operator_desk, "Forkert");
	assert_false(found_shared(&f, &what, &e));
	assert_true(str_find(f.text, STR("MyndighedsKode"), &at));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(fields_by_name),
		CASE(new_unit),
		CASE(undone),
		CASE(closed_with_what_is_below),
		CASE(closed_as_drafted),
		CASE(leaders),
		CASE(addresses),
		CASE(hierarchies),
	};

	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
