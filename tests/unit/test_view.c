/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a read shows: by valid time, by right, one period of a max-1 relation. Now is day 9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "organisation/types.h"
#include "registry/access.h"
#include "registry/view.h"
#include "tests/unit/oio_text.h"

#define NOW DAYS(9)
#define NONE -1000

/* fra, til in days; NONE: not given; -inf and inf as INSTANT_MIN and INSTANT_MAX */
#define OPEN_FRA -2000
#define OPEN_TIL 2000

struct view_case {
	const char *name, *stored;
	int fra, til;
	const char *want;
};

static const struct view_case cases[] = {
	{"now", "E:X[2,9) E:Y[9,12) E:Z[12,inf)", NONE, NONE, "E:Y[9,12)"},
	{"the end is not part of it", "Ansatte:P[2,9)", NONE, NONE, ""},
	{"the start is", "Ansatte:P[9,10)", NONE, NONE, "Ansatte:P[9,10)"},
	{"open ends", "Ansatte:P[-inf,inf)", NONE, NONE, "Ansatte:P[-inf,inf)"},
	{"nothing holds now", "E:X[2,5) Overordnet:A[2,5)", NONE, NONE, ""},
	{"now and later", "Ansatte:P[2,9) Ansatte:Q[5,12) Ansatte:R[11,inf)", 9, OPEN_TIL,
	 "Ansatte:Q[5,12) Ansatte:R[11,inf)"},
	{"only an end: from now", "Ansatte:P[2,9) Ansatte:Q[5,10) Ansatte:R[12,inf)", NONE, 12,
	 "Ansatte:Q[5,10)"},
	{"only a start: that instant", "Ansatte:P[2,5) Ansatte:Q[5,7) Ansatte:R[6,inf)", 5,
	 NONE, "Ansatte:Q[5,7)"},
	{"equal ends: that instant", "Ansatte:P[2,5) Ansatte:Q[5,7)", 5, 5, "Ansatte:Q[5,7)"},
	{"everything", "E:X[2,9) E:Y[9,inf)", OPEN_FRA, OPEN_TIL, "E:X[2,9) E:Y[9,inf)"},
	{"open start alone: up to now", "Ansatte:P[2,5) Ansatte:Q[5,inf) Ansatte:R[12,inf)",
	 OPEN_FRA, NONE, "Ansatte:P[2,5) Ansatte:Q[5,inf)"},
	{"not clipped", "Ansatte:P[1,20)", 5, 6, "Ansatte:P[1,20)"},
	{"sorted by start", "Ansatte:Q[5,inf) Ansatte:P[2,inf)", OPEN_FRA, OPEN_TIL,
	 "Ansatte:P[2,inf) Ansatte:Q[5,inf)"},

	/* a max-1 relation is shown once */
	{"max 1: the one now", "Overordnet:A[2,5) Overordnet:B[5,12) Overordnet:C[12,inf)",
	 OPEN_FRA, OPEN_TIL, "Overordnet:B[5,12)"},
	{"max 1: else the next", "Overordnet:A[2,5) Overordnet:C[12,14) Overordnet:D[14,inf)",
	 OPEN_FRA, OPEN_TIL, "Overordnet:C[12,14)"},
	{"max 1: else the last", "Overordnet:A[2,3) Overordnet:B[3,5)", OPEN_FRA, OPEN_TIL,
	 "Overordnet:B[3,5)"},
	{"max 1: only what overlaps is chosen from",
	 "Overordnet:A[2,5) Overordnet:B[5,8) Overordnet:C[8,inf)", 3, 7, "Overordnet:B[5,8)"},
	{"max 1: each kind by itself", "Overordnet:A[2,5) Tilhoerer:B[2,5) Tilhoerer:C[5,inf)",
	 OPEN_FRA, OPEN_TIL, "Overordnet:A[2,5) Tilhoerer:C[5,inf)"},
	{"states and records may repeat", "G:Aktiv[2,9) G:Inaktiv[9,inf) E:X[2,9) E:Y[9,inf)",
	 OPEN_FRA, OPEN_TIL, "E:X[2,9) E:Y[9,inf) G:Aktiv[2,9) G:Inaktiv[9,inf)"},
	{"extension is shown", "E:X[2,5) +A:x +R:y", NONE, NONE, " +A:x +R:y"},
};

static instant
day(int n)
{
	if (n == OPEN_FRA)
		return INSTANT_MIN;
	return n == OPEN_TIL ? INSTANT_MAX : DAYS(n);
}

static void
test_virkning(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct view_case *c = &cases[i];
		struct filter f = {c->fra != NONE, c->til != NONE, day(c->fra), day(c->til)};
		struct window w = window_of_virkning(&f, NOW);
		struct oio_content stored, got;
		struct str text;

		oio_from_text(c->stored, a, &stored);
		object_sort(&stored);
		view_content(&type_organisationenhed, &stored, &w, 0, a, &got);
		text = oio_to_text(&got, a);
		if (!str_eq_c(text, c->want))
			fail_msg("%s:\n got  " STR_FMT "\n want %s", c->name, STR_ARG(text),
				 c->want);
	}
	arena_free(a);
}

static void
test_registrering_window(void **state)
{
	struct filter f = {.has_fra = false};
	struct window w = window_of_registrering(&f, NOW);

	(void)state;
	assert_true(w.fra == INSTANT_MIN && w.til == INSTANT_MAX);
	f = (struct filter){true, false, DAYS(3), 0};
	w = window_of_registrering(&f, NOW);
	assert_true(w.fra == DAYS(3) && w.til == INSTANT_MAX);
	f = (struct filter){false, true, 0, DAYS(3)};
	w = window_of_registrering(&f, NOW);
	assert_true(w.fra == INSTANT_MIN && w.til == DAYS(3));
	f = (struct filter){true, true, DAYS(3), DAYS(3)};
	w = window_of_registrering(&f, NOW);
	assert_true(w.fra == DAYS(3) && w.til == DAYS(3) + 1);
}

/* Klassifikation 7 shows every period of a max-1 relation. */
static void
test_repeating_kind(void **state)
{
	struct oio_type t = type_organisationenhed;
	struct window w = {INSTANT_MIN, INSTANT_MAX, NOW};
	struct oio_content stored, got;
	struct arena *a = arena_new();

	(void)state;
	t.single_repeats = true;
	oio_from_text("Overordnet:A[2,5) Overordnet:B[5,12)", a, &stored);
	view_content(&t, &stored, &w, 0, a, &got);
	assert_int_equal(got.count, 2);
	arena_free(a);
}

static void
test_rights(void **state)
{
	static const struct {
		unsigned rights;
		bool cpr, name;
	} rows[] = {
		{ACCESS_READ, false, false},
		{ACCESS_READ | ACCESS_WRITE, false, false},
		{ACCESS_READ | ACCESS_SEE_CPR, true, false},
		{ACCESS_READ | ACCESS_SEE_NAME, false, true},
		{ACCESS_READ | ACCESS_SEE_CPR | ACCESS_SEE_NAME, true, true},
	};
	struct oio_slot slots[] = {
		{.tag = OIO_TEXT, .u.text = STR("p1")},
		{.tag = OIO_TEXT, .u.text = STR("0101010000")},
		{.tag = OIO_TEXT, .u.text = STR("Navn")},
	};
	struct oio_item item = {.part = OIO_ATTRIBUT,
				.v = {.fra = INSTANT_MIN, .til = INSTANT_MAX},
				.u.egenskab = slots};
	struct oio_content stored = {.items = &item, .count = 1}, got;
	struct window w = {NOW, NOW + 1, NOW};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		view_content(&type_person, &stored, &w, rows[i].rights, a, &got);
		assert_int_equal(got.count, 1);
		assert_int_equal(str_is_set(egenskab_text(&type_person, got.items, 0)), true);
		assert_int_equal(str_is_set(egenskab_text(&type_person, got.items, 1)),
				 rows[i].cpr);
		assert_int_equal(str_is_set(egenskab_text(&type_person, got.items, 2)),
				 rows[i].name);
	}
	/* what is stored is untouched */
	assert_true(str_is_set(egenskab_text(&type_person, &item, 1)));
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virkning),
		cmocka_unit_test(test_registrering_window),
		cmocka_unit_test(test_repeating_kind),
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
