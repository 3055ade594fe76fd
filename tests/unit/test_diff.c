/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two states of one object each, as lines, and the rows of what differs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/diff.h"
#include "base/buf.h"
#include "organisation/types.h"
#include "tests/unit/organisation_world.h"

#define A "41414141-4141-4141-4141-414141414141"
#define B "42424242-4242-4242-4242-424242424242"

static const struct {
	const char *name;
	const struct oio_type *type;
	const char *before, *after; /* NULL: not there */
	const char *want;
} cases[] = {
	{"nothing", &type_organisationenhed, "n:X Overordnet:A", "n:X Overordnet:A", ""},
	{"times alone are none", &type_organisationenhed, "n:X Overordnet:A",
	 "n:X Overordnet:A[2021-01-01,inf)", ""},
	{"made", &type_adresse, NULL, "k:k n:X",
	 "oprettet - |; oprettet BrugervendtNoegleTekst |k; oprettet AdresseTekst |X; "},
	{"gone", &type_adresse, "k:k n:X", NULL,
	 "fjernet - |; fjernet BrugervendtNoegleTekst k|; fjernet AdresseTekst X|; "},
	{"not yet there", &type_adresse, NULL, "k:k n:X[2030-01-01,inf)",
	 "oprettet - |; oprettet BrugervendtNoegleTekst |k; "},
	{"renamed", &type_organisationenhed, "k:k n:X", "k:k n:Y", "omdoebt EnhedNavn X|Y; "},
	{"moved", &type_organisationenhed, "n:X Overordnet:A", "n:X Overordnet:B",
	 "flyttet Overordnet " A "|" B "; "},
	{"put below one", &type_organisationenhed, "n:X", "n:X Overordnet:B",
	 "flyttet Overordnet |" B "; "},
	{"closed", &type_organisationenhed, "n:X", "n:X Inaktiv",
	 "nedlagt Gyldighed Aktiv|Inaktiv; "},
	{"opened again", &type_bruger, "n:X Inaktiv", "n:X",
	 "genaabnet Gyldighed Inaktiv|Aktiv; "},
	{"one of many", &type_bruger, "n:X TilknyttedePersoner:A",
	 "n:X TilknyttedePersoner:A TilknyttedePersoner:B",
	 "aendret TilknyttedePersoner |" B "; "},
	{"another of many", &type_bruger, "n:X TilknyttedePersoner:A",
	 "n:X TilknyttedePersoner:B",
	 "aendret TilknyttedePersoner " A "|; aendret TilknyttedePersoner |" B "; "},
	{"another role", &type_bruger, "n:X Adresser:A/email", "n:X Adresser:A/telefon",
	 "aendret Adresser " A " (email)|; aendret Adresser |" A " (telefon); "},
	{"no CPR number", &type_person, "k:k n:X CPR-NummerTekst=0102031234",
	 "k:k n:X CPR-NummerTekst=0102031235",
	 "aendret CPR-NummerTekst **********|**********; "},
};

static bool
on_row(const struct diff_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%s %s " STR_FMT "|" STR_FMT "; ", diff_change_name[row->change],
		   row->field ? row->field : "-", STR_ARG(row->before), STR_ARG(row->after));
	return true;
}

static void
add(struct diff_side *side, const struct oio_type *t, char letter, const char *line,
    struct arena *a)
{
	struct oio_content content;
	enum livscyklus ignored;
	struct err e = ERR_INIT;

	if (!line)
		return;
	place_content(t, line, a, &content, &ignored);
	assert_true(diff_add_object(side, t, place_uuid(letter), &content,
				    place_day("2024-09-10"), a, &e));
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena_freep) struct arena *a = arena_new();
		AUTO(buf_release) struct buf got = BUF_INIT(65536);
		struct diff_side before = {.at = NULL}, after = {.at = NULL};
		struct err e = ERR_INIT;

		add(&before, cases[i].type, 'x', cases[i].before, a);
		add(&after, cases[i].type, 'x', cases[i].after, a);
		assert_true(diff_each(&before, &after, on_row, &got, &e));
		if (!str_eq_c(buf_str(&got), cases[i].want) &&
		    !(got.len == 0 && cases[i].want[0] == '\0'))
			fail_msg("%s: wanted '%s', got '" STR_FMT "'", cases[i].name,
				 cases[i].want, STR_ARG(buf_str(&got)));
	}
}

static bool
on_order(const struct diff_row *row, void *arg, struct err *e)
{
	(void)e;
	if (!row->field)
		buf_printf(arg, "%s %c; ", row->type->key, row->uuid.b[0]);
	return true;
}

static bool
stop(const struct diff_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)arg;
	return FAIL(e, INTERNAL, "enough");
}

/* By kind and UUID, whatever the order they came in; a caller that has enough ends it. */
static void
test_order(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf got = BUF_INIT(65536);
	struct diff_side before = {.at = NULL}, after = {.at = NULL};
	struct err e = ERR_INIT;

	(void)state;
	add(&after, &type_adresse, 'b', "k:k n:X", a);
	add(&before, &type_adresse, 'a', "k:k n:X", a);
	add(&after, &type_organisationenhed, 'z', "n:X", a);
	add(&after, &type_organisationenhed, 'c', "n:X", a);
	assert_true(diff_each(&before, &after, on_order, &got, &e));
	assert_true(
		str_eq_c(buf_str(&got),
			 "organisationenhed c; organisationenhed z; adresse a; adresse b; "));
	assert_false(diff_each(&before, &after, stop, NULL, &e));
	assert_int_equal(e.code, INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
