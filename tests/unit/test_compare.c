/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The edit between what is stored and what is wanted: worked cases, and the property that it
 * is for: merged as `ret` merges it, it gives what is wanted from the date on, and what was
 * before stays. Judged moment by moment, by a reading of contents that shares nothing with the
 * code under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/compare.h"
#include "base/buf.h"
#include "organisation/types.h"
#include "registry/history.h"
#include "tests/unit/oio_text.h"

#define FROM DAYS(9)

struct compare_case {
	const char *name, *stored, *wanted, *want; /* the message, in its own order */
};

static const struct compare_case cases[] = {
	{"identical", "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf)",
	 "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf)", ""},
	{"the same from the date on", "E:X[2,inf) Overordnet:A[3,inf)",
	 "E:X[9,inf) Overordnet:A[9,inf)", ""},
	{"earlier days are not ours to correct", "Overordnet:A[5,inf)", "Overordnet:A[2,inf)",
	 ""},
	{"neighbours that say one thing", "E:X[2,12) E:X[12,inf)", "E:X[2,inf)", ""},
	{"what is over stays over", "E:Y[1,2) E:X[2,inf) Ansatte:P[2,4)", "E:X[2,inf)", ""},
	{"Indeks alone", "Adresser:P/r/t#1[2,inf)", "Adresser:P/r/t#2[2,inf)", ""},
	{"new name", "E:X[2,inf)", "E:Y[2,inf)", "E:X[2,9) E:Y[9,inf)"},
	{"new name on its first day", "E:X[9,inf)", "E:Y[9,inf)", "E:Y[9,inf)"},
	{"planned name is not wanted", "E:X[2,12) E:Z[12,inf)", "E:X[2,inf)", "E:X[2,inf)"},
	{"other plan", "E:X[2,12) E:Z[12,inf)", "E:X[2,14) E:Z[14,inf)",
	 "E:X[2,14) E:Z[14,inf)"},
	{"moved", "Overordnet:A[2,inf)", "Overordnet:B[9,inf)",
	 "Overordnet:A[2,9) Overordnet:B[9,inf)"},
	{"vanished", "Overordnet:A[2,inf)", "", "Overordnet:A[2,9)"},
	{"vanished that had not begun", "Overordnet:A[12,inf)", "", "Overordnet:A[12,12)"},
	{"away and back", "Overordnet:A[2,inf)", "Overordnet:A[12,inf)",
	 "Overordnet:A[2,9) Overordnet:A[12,inf)"},
	{"state", "G:Aktiv[2,inf)", "G:Inaktiv[9,inf)", "G:Aktiv[2,9) G:Inaktiv[9,inf)"},
	{"only what differs", "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf) Ansatte:P[2,inf)",
	 "E:X[2,inf) G:Aktiv[2,inf) Overordnet:A[2,inf) Ansatte:P[2,inf) Ansatte:R[9,inf)",
	 "Ansatte:R[9,inf)"},
	{"one of many vanished", "Ansatte:P[2,inf) Ansatte:R[2,inf)", "Ansatte:R[2,inf)",
	 "Ansatte:P[2,9)"},
	{"other end", "Ansatte:P[2,inf)", "Ansatte:P[2,20)", "Ansatte:P[2,20)"},
	{"employed again", "Ansatte:P[2,4)", "Ansatte:P[9,inf)", "Ansatte:P[9,inf)"},
	{"later start", "Ansatte:P[12,inf)", "Ansatte:P[15,inf)",
	 "Ansatte:P[15,inf) Ansatte:P[12,12)"},
	{"another role of the same address", "Adresser:P/r/t#1[2,inf)",
	 "Adresser:P/s/t#1[9,inf)", "Adresser:P/r/t#1[2,9) Adresser:P/s/t#1[9,inf)"},
	{"a period that is over is not wanted", "", "Ansatte:P[2,5)", ""},
	{"nothing at all", "", "", ""},
	{"extension", "+A:one", "+A:two", " +A:two"},
	{"extension not mentioned", "+A:one", "", ""},
};

static void
test_cases(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct compare_case *c = &cases[i];
		struct oio_content stored, wanted, got;
		struct compare_question q = {
			.type = &type_organisationenhed,
			.stored = &stored,
			.wanted = &wanted,
			.from = FROM,
		};
		struct str text;
		bool differs;

		oio_from_text(c->stored, a, &stored);
		oio_from_text(c->wanted, a, &wanted);
		object_sort(&stored);
		differs = compare_contents(&q, a, &got);
		text = oio_to_text(&got, a);
		if (!str_eq_c(text, c->want) || differs != (c->want[0] != '\0'))
			fail_msg("%s:\n got  " STR_FMT "\n want %s", c->name, STR_ARG(text),
				 c->want);
	}
	arena_free(a);
}

/* ---- ownership ---- */

struct others {
	const char *rows; /* names of others' rows */
	size_t told;
};

static enum compare_scope
scope(const struct oio_item *i, void *arg)
{
	const struct others *o = arg;
	const char *name =
		i->part == OIO_ATTRIBUT ? "E" : type_organisationenhed.fields[i->field].name;

	if (strcmp(name, "TilknyttedeItSystemer") == 0)
		return COMPARE_SILENT;
	return strstr(o->rows, name) ? COMPARE_OTHERS : COMPARE_OURS;
}

static void
ignored(const struct oio_item *i, void *arg)
{
	struct others *o = arg;

	(void)i;
	o->told++;
}

static void
test_owners(void **state)
{
	static const struct {
		const char *name, *others, *stored, *wanted, *want;
		size_t told;
	} rows[] = {
		{"another's name", "E", "E:X[2,inf) Overordnet:A[2,inf)",
		 "E:Y[2,inf) Overordnet:B[9,inf)", "Overordnet:A[2,9) Overordnet:B[9,inf)", 1},
		{"another's, and the same", "E", "E:X[2,inf)", "E:X[2,inf)", "", 0},
		{"another's, not mentioned", "Overordnet", "Overordnet:A[2,inf)", "", "", 0},
		{"ours", "", "E:X[2,inf)", "E:Y[9,inf)", "E:X[2,9) E:Y[9,inf)", 0},
		{"the source does not speak of it", "", "TilknyttedeItSystemer:A[2,inf)", "",
		 "", 0},
		{"two rows of another's", "E Overordnet", "E:X[2,inf) Overordnet:A[2,inf)",
		 "E:Y[2,inf) Overordnet:B[9,inf)", "", 2},
	};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct others o = {.rows = rows[i].others};
		struct oio_content stored, wanted, got;
		struct compare_question q = {
			.type = &type_organisationenhed,
			.stored = &stored,
			.wanted = &wanted,
			.from = FROM,
			.scope = scope,
			.on_ignored = ignored,
			.arg = &o,
		};
		struct str text;

		oio_from_text(rows[i].stored, a, &stored);
		oio_from_text(rows[i].wanted, a, &wanted);
		object_sort(&stored);
		(void)compare_contents(&q, a, &got);
		text = oio_to_text(&got, a);
		if (!str_eq_c(text, rows[i].want) || o.told != rows[i].told)
			fail_msg("%s: " STR_FMT ", told %zu", rows[i].name, STR_ARG(text),
				 o.told);
	}
	arena_free(a);
}

/* ---- the property ---- */

#define DAYS_MAX 20

/* xorshift: the same sequence everywhere. */
static uint64_t random_state;

static unsigned
roll(unsigned sides)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % sides;
}

static void
add_period(struct buf *b, unsigned *day)
{
	unsigned start = *day + roll(4), end = start + 1 + roll(6);

	if (start == 0 && roll(4) == 0)
		buf_add_c(b, "[-inf,");
	else
		buf_printf(b, "[%u,", start);
	if (roll(3) == 0)
		end = DAYS_MAX + 1;
	if (end > DAYS_MAX)
		buf_add_c(b, "inf) ");
	else
		buf_printf(b, "%u) ", end);
	*day = end;
}

static void
add_line(struct buf *b, const char *const *values, unsigned count)
{
	unsigned day = 0;

	while (day < DAYS_MAX && roll(5) > 0) {
		buf_add_c(b, values[roll(count)]);
		add_period(b, &day);
	}
}

/* A random content: names, states, parents, and three identities of a relation with many. */
static struct str
random_content(struct arena *a)
{
	static const char *const names[] = {"E:X", "E:Y"};
	static const char *const states[] = {"G:Aktiv", "G:Inaktiv"};
	static const char *const parents[] = {"Overordnet:A", "Overordnet:B", "Overordnet:C"};
	static const char *const p[] = {"Adresser:P/r/t#1"}, *const q[] = {"Adresser:P/s/t#1"},
				 *const r[] = {"Ansatte:R"};
	AUTO(buf_release) struct buf b = BUF_INIT(65536);

	add_line(&b, names, 2);
	add_line(&b, states, 2);
	add_line(&b, parents, 3);
	add_line(&b, p, 1);
	add_line(&b, q, 1);
	add_line(&b, r, 1);
	if (b.len == 0)
		return STR("");
	buf_truncate(&b, b.len - 1);
	return arena_dup(a, buf_str(&b));
}

/* What a content says at a moment: its items without their times, sorted as text. */
static struct str
said_at(const struct oio_content *c, instant at, struct arena *a)
{
	struct oio_content now = {.items = ARENA_NEW_N(a, c->count + 1, struct oio_item)};

	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].v.fra > at || c->items[i].v.til <= at)
			continue;
		now.items[now.count] = c->items[i];
		now.items[now.count].v = (struct virkning){.fra = 0, .til = INSTANT_MAX};
		now.count++;
	}
	object_sort(&now);
	return oio_to_text(&now, a);
}

static void
check_round(unsigned round, struct arena *a)
{
	struct str stored_text = random_content(a), wanted_text = random_content(a);
	struct oio_content stored, wanted, edit, got, again;
	struct compare_question q = {
		.type = &type_organisationenhed,
		.stored = &stored,
		.wanted = &wanted,
		.from = FROM,
	};
	bool differs;

	oio_from_text(stored_text.ptr, a, &stored);
	oio_from_text(wanted_text.ptr, a, &wanted);
	object_sort(&stored);
	object_sort(&wanted);
	differs = compare_contents(&q, a, &edit);
	history_merge(q.type, &stored, &edit, a, &got);
	for (instant half = -1; half <= 2 * (DAYS_MAX + 2); half++) {
		instant at = half * (DAYS(1) / 2);
		struct str want = said_at(at < FROM ? &stored : &wanted, at, a);

		if (!str_eq(said_at(&got, at, a), want))
			fail_msg("round %u, half day %d\n stored %s\n wanted %s\n edit   %s\n "
				 "got    %s",
				 round, (int)half, stored_text.ptr, wanted_text.ptr,
				 oio_to_text(&edit, a).ptr, oio_to_text(&got, a).ptr);
	}
	if (!differs && !history_same(q.type, &stored, &got, q.type->count))
		fail_msg("round %u: an edit that says nothing changed something", round);
	q.stored = &got;
	if (compare_contents(&q, a, &again))
		fail_msg("round %u: not settled: %s", round, oio_to_text(&again, a).ptr);
}

static void
test_property(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	random_state = 20261125;
	for (unsigned round = 0; round < 6000; round++) {
		check_round(round, a);
		arena_reset(a);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
