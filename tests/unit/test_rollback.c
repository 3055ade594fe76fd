/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way back: of a publication and to a moment, from a day on and as if it had never been;
 * and by chance: whatever was done, afterwards everything is as it was known to be.
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

static void
later(instant by)
{
	w.now += by;
	clock_freeze(w.now);
}

static int64_t
publish_edit(char letter, enum edit_op op, instant day, const char *text)
{
	int64_t id = desk_draft(&d, "Ændring");

	later(MINUTES(1));
	desk_edit(&d, id, letter, op, EDIT_DAY, text);
	assert_int_equal(desk_publish(&d, id, day, NULL, &got), ERR_NONE);
	return got.number;
}

#define STORED "E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)"

/* One publication on day 20 of a unit that was STORED; undone on day 30. */
static const struct {
	const char *name;
	enum edit_op op;
	const char *text;
	bool is_never;
	const char *want;
} rows[] = {
	{"renamed, from a day on", EDIT_RET, "E:To[dag,inf)", false,
	 "Importeret E:Et[2,20) E:To[20,30) E:Et[30,inf) G:Aktiv[2,inf) Overordnet:p[2,inf)"},
	{"renamed, never", EDIT_RET, "E:To[dag,inf)", true, "Importeret " STORED},
	{"moved, from a day on", EDIT_RET, "Overordnet:q[dag,inf)", false,
	 "Importeret E:Et[2,inf) G:Aktiv[2,inf) Overordnet:p[2,20) Overordnet:q[20,30) "
	 "Overordnet:p[30,inf)"},
	{"to be renamed, from a day on", EDIT_RET, "E:To[40,inf)", false, "Importeret " STORED},
	{"closed, from a day on", EDIT_NEDLAEG, NULL, false,
	 "Importeret E:Et[2,inf) G:Aktiv[2,20) G:Inaktiv[20,30) G:Aktiv[30,inf) "
	 "Overordnet:p[2,20) Overordnet:p[30,inf)"},
	{"closed, never", EDIT_NEDLAEG, NULL, true, "Importeret " STORED},
	{"passive, from a day on", EDIT_PASSIVER, NULL, false,
	 "Importeret E:Et[30,inf) G:Aktiv[30,inf) Overordnet:p[30,inf)"},
	{"passive, never", EDIT_PASSIVER, NULL, true, "Importeret " STORED},
	{"deleted, never", EDIT_SLET, NULL, true, "Importeret " STORED},
};

static void
one_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct way_back back = {.is_never = rows[i].is_never};
		char letter = (char)('a' + (int)i);
		struct str was;

		desk_soap(&d, letter, LIV_IMPORTERET, STORED);
		back.number = publish_edit(letter, rows[i].op, 20, rows[i].text);
		was = desk_unit(&d, letter, a);
		later(MINUTES(1));
		assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
		if (!str_eq_c(desk_unit(&d, letter, a), rows[i].want))
			fail_msg("%s: " STR_FMT, rows[i].name,
				 STR_ARG(desk_unit(&d, letter, a)));
		/* and the way back can be gone back, too */
		back = (struct way_back){.number = got.number, .is_never = true};
		later(MINUTES(1));
		assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
		if (!str_eq(desk_unit(&d, letter, a), was))
			fail_msg("%s, back again: " STR_FMT, rows[i].name,
				 STR_ARG(desk_unit(&d, letter, a)));
	}
	assert_int_equal(desk_audited(&d, "publikation.tilbagerul"), 2 * ARRAY_LEN(rows));
}

/* What was to happen and now will not is told as the change that it is. */
static void
of_what_is_to_come(void **state)
{
	AUTO(plan_freep) struct plan *p = NULL;
	const struct plan_options po = {.day = DAYS(30)};
	struct way_back back = {.number = 1};
	struct err e = ERR_INIT;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, STORED);
	publish_edit('u', EDIT_RET, 20, "Overordnet:q[40,inf)");
	assert_true(plan_back(&d, &back, &po, &p, &e));
	assert_int_equal(p->count, 1);
	assert_int_equal(p->objects[0].changes, 1u << PLAN_FLYTTET);
	assert_int_equal(p->day_count, 1);
	assert_int_equal(p->days[0], DAYS(40));
}

/* What did not exist is closed from a day on, or passive as if it had never been. */
static void
did_not_exist(void **state)
{
	struct way_back back = {.number = 1};

	(void)state;
	publish_edit('u', EDIT_IMPORTER, 20, "E:Ny[dag,inf) G:Aktiv[dag,inf)");
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'u', a).ptr,
			    "Importeret E:Ny[20,inf) G:Aktiv[20,30) G:Inaktiv[30,inf)");
	later(MINUTES(1));
	publish_edit('v', EDIT_IMPORTER, 20, "E:Ny[dag,inf) G:Aktiv[dag,inf)");
	back = (struct way_back){.number = got.number, .is_never = true};
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'v', a).ptr,
			    "Passiveret E:Ny[20,inf) G:Aktiv[20,inf)");
	back.number = got.number;
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'v', a).ptr,
			    "Importeret E:Ny[20,inf) G:Aktiv[20,inf)");
}

static void
changed_since(void **state)
{
	struct way_back back = {.is_never = true};
	const struct plan_options po = {.day = DAYS(30)};
	struct plan *p = NULL;
	struct err e = ERR_INIT;
	int64_t id;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	desk_soap(&d, 'v', LIV_IMPORTERET, "E:Urørt[2,inf)");
	id = desk_draft(&d, "To");
	later(MINUTES(1));
	desk_edit(&d, id, 'u', EDIT_RET, 0, "E:To[2,inf)");
	desk_edit(&d, id, 'v', EDIT_RET, 0, "E:Rørt[2,inf)");
	assert_int_equal(desk_publish(&d, id, 20, NULL, &got), ERR_NONE);
	later(MINUTES(1));
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Tre[2,inf)");
	back.number = got.number;
	/* the three values: as published, now, and what it would go back to */
	assert_true(plan_back(&d, &back, &po, &p, &e));
	assert_int_equal(p->count, 2);
	assert_int_equal(p->conflicts, 1);
	assert_int_equal(p->left, 1);
	assert_true(p->objects[0].is_conflict && p->objects[0].is_left);
	plan_freep(&p);
	/* the newest stays */
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_int_equal(got.objects, 1);
	assert_string_equal(desk_unit(&d, 'u', a).ptr, "Importeret E:Tre[2,inf)");
	assert_string_equal(desk_unit(&d, 'v', a).ptr, "Importeret E:Urørt[2,inf)");
	/* unless told otherwise */
	back.with_changed = true;
	later(MINUTES(1));
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'u', a).ptr, "Importeret E:Et[2,inf)");
}

static void
three_values(void **state)
{
	struct way_back back = {.is_never = true};
	const struct plan_options po = {.day = DAYS(30)};
	AUTO(plan_freep) struct plan *p = NULL;
	struct err e = ERR_INIT;

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, STORED);
	back.number = publish_edit('u', EDIT_RET, 20, "E:To[dag,inf)");
	later(MINUTES(1));
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Tre[2,inf) G:Aktiv[2,inf)");
	assert_true(plan_back(&d, &back, &po, &p, &e));
	assert_true(str_eq_c(p->objects[0].base.name, "To"));
	assert_true(str_eq_c(p->objects[0].was.name, "Tre"));
	assert_true(str_eq_c(p->objects[0].becomes.name, "Et"));
}

static void
to_a_moment(void **state)
{
	struct way_back back = {.is_never = true};

	(void)state;
	desk_soap(&d, 'u', LIV_IMPORTERET, "E:Et[2,inf)");
	back.to = w.now;
	publish_edit('u', EDIT_RET, 20, "E:To[2,inf)");
	publish_edit('u', EDIT_RET, 20, "E:Tre[2,inf)");
	publish_edit('v', EDIT_IMPORTER, 20, "E:Ny[2,inf)");
	later(MINUTES(1));
	desk_soap(&d, 'x', LIV_IMPORTERET, "E:Systemets[2,inf)");
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'u', a).ptr, "Importeret E:Et[2,inf)");
	assert_string_equal(desk_unit(&d, 'v', a).ptr, "Passiveret E:Ny[2,inf)");
	/* a system made it: that stays, unless told otherwise */
	assert_string_equal(desk_unit(&d, 'x', a).ptr, "Importeret E:Systemets[2,inf)");
	later(MINUTES(1));
	back.with_changed = true;
	assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
	assert_string_equal(desk_unit(&d, 'x', a).ptr, "Passiveret E:Systemets[2,inf)");
	back.to = w.now + MINUTES(1);
	assert_int_equal(desk_back(&d, &back, 30, &got), BAD_VALUE);
}

static void
unknown(void **state)
{
	struct desk other = world_desk(&w, HAVNEBY);
	struct way_back back = {.number = 1};

	(void)state;
	publish_edit('u', EDIT_IMPORTER, 20, "E:Ny[dag,inf)");
	assert_int_equal(desk_back(&other, &back, 30, &got), DRAFT_UNKNOWN);
	back.number = 2;
	assert_int_equal(desk_back(&d, &back, 30, &got), DRAFT_UNKNOWN);
}

/* ---- by chance ---- */

#define LETTERS 6
#define STEPS 60

static unsigned
chance(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

/* All units, a line each. What is passive counts as what never was, when it was not there. */
static struct str
everything(void)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);

	for (char c = 'a'; c < 'a' + LETTERS; c++) {
		struct str one = desk_unit(&d, c, a);

		buf_printf(&b, "%c " STR_FMT "\n", c, STR_ARG(one));
	}
	return arena_dup(a, buf_str(&b));
}

static void
some_edit(unsigned *seed, int64_t draft)
{
	static const char *const texts[] = {
		"E:Et[dag,inf)",         "E:To[dag,40)",
		"Overordnet:p[dag,inf)", "Overordnet:q[5,inf) Tilhoerer:o[2,inf)",
		"G:Aktiv[dag,inf)",      "Adresser:P/r/t#1[dag,inf)",
		"G:Inaktiv[30,dag)",
	};
	char letter = (char)('a' + (int)chance(seed, LETTERS));
	enum edit_op op = EDIT_RET;
	struct str now = desk_unit(&d, letter, a);
	bool is_live = str_is_set(now) && (str_has_prefix(now, STR("Importeret")) ||
					   str_has_prefix(now, STR("Opstaaet")));
	const char *text = texts[chance(seed, ARRAY_LEN(texts))];

	if (!is_live)
		op = EDIT_IMPORTER;
	else if (chance(seed, 5) == 0)
		op = (enum edit_op)(EDIT_AFSLUT + chance(seed, 4));
	desk_edit(&d, draft, letter, op, EDIT_DAY,
		  op == EDIT_IMPORTER || op == EDIT_RET || op == EDIT_AFSLUT ? text : NULL);
}

static void
some_step(unsigned *seed)
{
	const struct publish_options o = {.accept_changed = true};
	enum err_code code;
	int64_t id;

	if (chance(seed, 4) == 0) {
		desk_soap(&d, (char)('a' + (int)chance(seed, LETTERS)), LIV_IMPORTERET,
			  chance(seed, 2) ? "E:Soap[3,inf) G:Aktiv[3,inf)"
					  : "E:Anden[3,inf) Overordnet:p[3,9)");
		return;
	}
	id = desk_draft(&d, "Tilfældig");
	some_edit(seed, id);
	code = desk_publish(&d, id, 20 + (instant)chance(seed, 5), &o, &got);
	/* two edits of one unit may not fit */
	assert_true(code == ERR_NONE || code == DRAFT_INVALID);
}

/* What is passive now and was not there then is as good as not there. */
static void
assert_as_then(struct str then, struct str now, unsigned seed)
{
	struct str x, y, rest_x = then, rest_y = now;

	while (str_is_set(rest_x) && rest_x.len > 0) {
		str_cut(rest_x, '\n', &x, &rest_x);
		str_cut(rest_y, '\n', &y, &rest_y);
		if (x.len == 2 && str_has_prefix(str_skip(y, 2), STR("Passiveret")))
			continue;
		if (x.len == 2 && str_has_prefix(str_skip(y, 2), STR("Slettet")))
			continue;
		if (!str_eq(x, y))
			fail_msg("seed %u\n then " STR_FMT "\n now  " STR_FMT, seed, STR_ARG(x),
				 STR_ARG(y));
	}
}

static void
by_chance(void **state)
{
	unsigned rounds = 20;

	(void)state;
	for (unsigned seed = 1; seed <= rounds; seed++) {
		unsigned s = seed;
		struct str was[STEPS], before_back;
		instant at[STEPS];
		struct way_back back = {.is_never = true, .with_changed = true};
		unsigned n = 10 + chance(&s, STEPS - 10), to;

		for (unsigned i = 0; i < n; i++) {
			later(MINUTES(1));
			some_step(&s);
			later(MINUTES(1));
			at[i] = w.now;
			was[i] = everything();
		}
		to = chance(&s, n);
		back.to = at[to];
		before_back = everything();
		later(MINUTES(1));
		assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
		assert_as_then(was[to], everything(), seed);
		if (got.number == 0)
			continue;
		/* and forward again: just as it was */
		back = (struct way_back){.number = got.number, .is_never = true};
		later(MINUTES(1));
		assert_int_equal(desk_back(&d, &back, 30, &got), ERR_NONE);
		assert_string_equal(everything().ptr, before_back.ptr);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(one_back),     CASE(did_not_exist),      CASE(changed_since),
		CASE(three_values), CASE(to_a_moment),        CASE(unknown),
		CASE(by_chance),    CASE(of_what_is_to_come),
	};

	return cmocka_run_group_tests_name("rollback", tests, NULL, NULL);
}
