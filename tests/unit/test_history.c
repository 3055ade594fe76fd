/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Merging: the worked cases of the contract, the observations E1–E9, and O6–O8 of the
 * resolutions. Day 2 is May, day 9 is "today", the first of September.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "organisation/types.h"
#include "registry/history.h"
#include "tests/unit/oio_text.h"

struct merge_case {
	const char *name, *stored, *sent, *want;
};

static const struct merge_case cases[] = {
	/* the worked table */
	{"move", "Overordnet:A[2,inf)", "Overordnet:B[9,inf)",
	 "Overordnet:A[2,9) Overordnet:B[9,inf)"},
	{"end", "Overordnet:A[2,inf)", "Overordnet:A[2,9)", "Overordnet:A[2,9)"},
	{"pointer corrected", "Tilhoerer:A[2,inf)", "Tilhoerer:B[2,inf)", "Tilhoerer:B[2,inf)"},
	{"rename", "E:X[2,inf)", "E:Y[9,inf)", "E:X[2,9) E:Y[9,inf)"},
	{"rename twice in a day", "E:X[9,inf)", "E:Y[9,inf)", "E:Y[9,inf)"},
	{"deactivate", "G:Aktiv[2,inf)", "G:Aktiv[2,9) G:Inaktiv[9,inf)",
	 "G:Aktiv[2,9) G:Inaktiv[9,inf)"},
	{"created and closed in a day", "G:Aktiv[9,inf)", "G:Aktiv[9,9) G:Inaktiv[9,inf)",
	 "G:Inaktiv[9,inf)"},
	{"end one address", "Adresser:P/r/t#1[2,inf) Adresser:Q/r/t#2[2,inf)",
	 "Adresser:P/r/t#1[2,9)", "Adresser:P/r/t#1[2,9) Adresser:Q/r/t#2[2,inf)"},
	{"position moved", "TilknyttedeBrugere:U[1,inf)", "TilknyttedeBrugere:U[10,inf)",
	 "TilknyttedeBrugere:U[10,inf)"},
	{"employed again", "TilknyttedeBrugere:U[1,3)", "TilknyttedeBrugere:U[10,inf)",
	 "TilknyttedeBrugere:U[1,3) TilknyttedeBrugere:U[10,inf)"},
	{"an open end overrides later plans", "E:X[2,12) E:Z[12,inf)", "E:Y[9,inf)",
	 "E:X[2,9) E:Y[9,inf)"},

	/* E1: the view of now sent back keeps what it does not show */
	{"E1 view sent back", "E:X[2,12) E:Z[12,inf) Overordnet:A[2,4) Overordnet:B[4,inf)",
	 "E:X[2,12) Overordnet:B[4,inf)",
	 "E:X[2,12) E:Z[12,inf) Overordnet:A[2,4) Overordnet:B[4,inf)"},
	/* E2: same element, same start, new end, of any cardinality */
	{"E2 end a state", "G:Aktiv[2,inf)", "G:Aktiv[2,9)", "G:Aktiv[2,9)"},
	{"E2 end of many", "Ansatte:P[2,inf)", "Ansatte:P[2,9)", "Ansatte:P[2,9)"},
	{"E2 end an Egenskab", "E:X[2,inf)", "E:X[2,9)", "E:X[2,9)"},
	{"E3 exactly one current name", "E:X[2,5) E:Y[5,inf)", "E:Z[9,inf)",
	 "E:X[2,5) E:Y[5,9) E:Z[9,inf)"},
	{"E4 old parent not sent", "Overordnet:A[-inf,inf)", "Overordnet:B[9,inf)",
	 "Overordnet:A[-inf,9) Overordnet:B[9,inf)"},
	{"E5 old and new state in one", "G:Aktiv[2,inf)", "G:Aktiv[2,9) G:Inaktiv[9,inf)",
	 "G:Aktiv[2,9) G:Inaktiv[9,inf)"},
	{"E6 pointer, same time", "Tilhoerer:A[2,9)", "Tilhoerer:B[2,9)", "Tilhoerer:B[2,9)"},
	{"E7 not mentioned stays", "Ansatte:P[2,inf) Ansatte:R[2,inf)", "Ansatte:P[2,inf)",
	 "Ansatte:P[2,inf) Ansatte:R[2,inf)"},
	{"E8 later start", "Ansatte:P[2,inf)", "Ansatte:P[5,inf)", "Ansatte:P[5,inf)"},
	{"E8 earlier start", "Ansatte:P[5,inf)", "Ansatte:P[2,inf)", "Ansatte:P[2,inf)"},
	{"E8 other end", "Ansatte:P[2,5)", "Ansatte:P[2,8)", "Ansatte:P[2,8)"},
	{"E9 the whole record", "E:X[2,inf)", "E:[9,inf)", "E:X[2,9) E:[9,inf)"},

	/* what is not mentioned at all */
	{"nothing sent", "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf)", "",
	 "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf)"},
	{"nothing stored", "", "E:X[2,inf) Overordnet:A[2,inf)",
	 "E:X[2,inf) Overordnet:A[2,inf)"},
	{"other kinds untouched", "E:X[2,inf) Tilhoerer:A[2,inf)", "Overordnet:B[9,inf)",
	 "E:X[2,inf) Overordnet:B[9,inf) Tilhoerer:A[2,inf)"},

	/* cutting */
	{"in the middle", "Overordnet:A[2,inf)", "Overordnet:B[5,7)",
	 "Overordnet:A[2,5) Overordnet:B[5,7) Overordnet:A[7,inf)"},
	{"over several", "Overordnet:A[2,4) Overordnet:B[4,6) Overordnet:C[6,8)",
	 "Overordnet:D[3,7)", "Overordnet:A[2,3) Overordnet:D[3,7) Overordnet:C[7,8)"},
	{"retroactive", "Overordnet:A[5,inf)", "Overordnet:B[2,5)",
	 "Overordnet:B[2,5) Overordnet:A[5,inf)"},
	{"from the beginning", "Overordnet:A[-inf,5)", "Overordnet:B[-inf,inf)",
	 "Overordnet:B[-inf,inf)"},

	/* O6: empty intervals and overlaps */
	{"O6 empty removes its start", "Overordnet:A[2,inf)", "Overordnet:A[2,2)", ""},
	{"O6 empty elsewhere does nothing", "Overordnet:A[2,inf)", "Overordnet:A[5,5)",
	 "Overordnet:A[2,inf)"},
	{"O6 empty of another value does nothing", "Overordnet:A[2,inf)", "Overordnet:B[2,2)",
	 "Overordnet:A[2,inf)"},
	{"O6 empty removes, of many", "Ansatte:P[2,inf)", "Ansatte:P[2,2)", ""},
	{"O6 empty elsewhere, of many", "Ansatte:P[2,inf)", "Ansatte:P[5,5)",
	 "Ansatte:P[2,inf)"},
	{"O6 overlap in one message, later wins", "", "Overordnet:A[2,9) Overordnet:B[5,12)",
	 "Overordnet:A[2,5) Overordnet:B[5,12)"},
	{"O6 overlap of one identity", "", "Ansatte:P[2,9) Ansatte:P[5,12)",
	 "Ansatte:P[2,5) Ansatte:P[5,12)"},
	{"O6 later inside the first", "", "Ansatte:P[2,9) Ansatte:P[4,6)",
	 "Ansatte:P[2,4) Ansatte:P[4,6) Ansatte:P[6,9)"},
	{"O6 empty within the message", "", "Ansatte:P[2,9) Ansatte:P[2,2)", "Ansatte:P[2,9)"},

	/* O7: exact duplicates, the first stays, whatever the Indeks */
	{"O7 duplicates", "", "Adresser:P/r/t#1[2,9) Adresser:P/r/t#2[2,9)",
	 "Adresser:P/r/t#1[2,9)"},
	{"O7 another role is another", "", "Adresser:P/r/t#1[2,9) Adresser:P/s/t#1[2,9)",
	 "Adresser:P/r/t#1[2,9) Adresser:P/s/t#1[2,9)"},
	{"O7 another type is another", "", "Adresser:P/r/t#1[2,9) Adresser:P/r/u#1[2,9)",
	 "Adresser:P/r/t#1[2,9) Adresser:P/r/u#1[2,9)"},
	{"O7 three in one message", "", "Ansatte:P[2,9) Ansatte:P[2,9) Ansatte:P[2,9)",
	 "Ansatte:P[2,9)"},

	/* O8: neighbours with the same value stay two */
	{"O8 neighbours stored", "Overordnet:A[2,5)", "Overordnet:A[5,9)",
	 "Overordnet:A[2,5) Overordnet:A[5,9)"},
	{"O8 neighbours sent", "", "Ansatte:P[2,5) Ansatte:P[5,9)",
	 "Ansatte:P[2,5) Ansatte:P[5,9)"},
	{"O8 neighbours of many", "Ansatte:P[2,5)", "Ansatte:P[5,9)",
	 "Ansatte:P[2,5) Ansatte:P[5,9)"},

	/* a URN that holds a UUID is that UUID; the form sent is kept */
	{"URN form equals UUID form", "Enhedstype:A[2,inf)", "Enhedstype:Q=@A[2,9)",
	 "Enhedstype:Q=@A[2,9)"},
	{"of many too", "Ansatte:Q=@A[2,inf)", "Ansatte:A[2,9)", "Ansatte:A[2,9)"},
	{"another URN is another", "Enhedstype:Q=x[2,inf)", "Enhedstype:Q=y[2,9)",
	 "Enhedstype:Q=y[2,9) Enhedstype:Q=x[9,inf)"},

	/* Indeks rides along */
	{"new Indeks", "Adresser:P/r/t#1[2,inf)", "Adresser:P/r/t#7[2,inf)",
	 "Adresser:P/r/t#7[2,inf)"},

	/* LokalUdvidelse is replaced whole */
	{"extension kept", "+A:one", "", " +A:one"},
	{"extension replaced", "+A:one +R:two", "+A:three", " +A:three +R:two"},

	/* O1: order of answers */
	{"order", "",
	 "Adresser:B/r/t#2[2,9) Adresser:A/r/t#2[2,9) Adresser:C/r/t#1[2,9) "
	 "Adresser:D/r/t#9[1,9)",
	 "Adresser:D/r/t#9[1,9) Adresser:C/r/t#1[2,9) Adresser:A/r/t#2[2,9) "
	 "Adresser:B/r/t#2[2,9)"},
};

static void
test_merge(void **state)
{
	struct oio_content stored, sent, got;
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct merge_case *c = &cases[i];
		struct str text;

		oio_from_text(c->stored, a, &stored);
		oio_from_text(c->sent, a, &sent);
		object_sort(&stored);
		history_merge(&type_organisationenhed, &stored, &sent, a, &got);
		text = oio_to_text(&got, a);
		if (!str_eq_c(text, c->want))
			fail_msg("%s:\n got  " STR_FMT "\n want %s", c->name, STR_ARG(text),
				 c->want);
	}
	arena_free(a);
}

/* Sending the result again, whole, changes nothing: retries are harmless. */
static void
test_again(void **state)
{
	struct oio_content stored, sent, once, twice;
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		oio_from_text(cases[i].stored, a, &stored);
		oio_from_text(cases[i].sent, a, &sent);
		object_sort(&stored);
		history_merge(&type_organisationenhed, &stored, &sent, a, &once);
		history_merge(&type_organisationenhed, &once, &once, a, &twice);
		if (!str_eq(oio_to_text(&once, a), oio_to_text(&twice, a)))
			fail_msg("%s: " STR_FMT " became " STR_FMT, cases[i].name,
				 STR_ARG(oio_to_text(&once, a)),
				 STR_ARG(oio_to_text(&twice, a)));
	}
	arena_free(a);
}

static void
test_same(void **state)
{
	const struct oio_type *t = &type_organisationenhed;
	struct oio_content x, y;
	struct arena *a = arena_new();
	size_t overordnet;

	(void)state;
	assert_true(oio_field_by_name(t, "Overordnet", &overordnet));
	oio_from_text("E:X[2,inf) Overordnet:A[2,inf) Tilhoerer:B[2,inf)", a, &x);
	oio_from_text("E:X[2,inf) Overordnet:C[2,9) Overordnet:D[9,inf) Tilhoerer:B[2,inf)", a,
		      &y);
	assert_true(history_same(t, &x, &x, t->count));
	assert_false(history_same(t, &x, &y, t->count));
	assert_true(history_same(t, &x, &y, overordnet));
	oio_from_text("E:X[2,9) Overordnet:A[2,inf) Tilhoerer:B[2,inf)", a, &y);
	assert_false(history_same(t, &x, &y, overordnet));
	oio_from_text("E:X[2,inf) Overordnet:A[2,inf)", a, &y);
	assert_false(history_same(t, &x, &y, overordnet));
	oio_from_text("E:X[2,inf) Overordnet:A[2,inf) Tilhoerer:B[2,inf) +A:x", a, &y);
	assert_false(history_same(t, &x, &y, overordnet));
	arena_free(a);
}

static void
test_longest(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} rows[] = {
		{"", 0},
		{"E:X[2,3) E:Y[3,4) E:Z[4,5)", 3},
		{"Ansatte:P[1,2) Ansatte:R[1,2) Ansatte:P[3,4)", 2},
		{"G:Aktiv[1,2) Overordnet:A[1,2)", 1},
	};
	struct oio_content c;
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		oio_from_text(rows[i].text, a, &c);
		assert_int_equal(history_longest(&type_organisationenhed, &c, a), rows[i].want);
	}
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
