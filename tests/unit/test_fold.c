/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an edit makes of a unit: one row a case, contents as lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/fold.h"
#include "organisation/types.h"
#include "registry/pack.h"
#include "tests/unit/oio_text.h"

/* The publication's day is 20. */
static const struct row {
	const char *name;
	enum livscyklus before;
	const char *stored;
	enum edit_op op;
	instant day; /* in days; EDIT_DAY */
	const char *sent;
	enum livscyklus after;
	const char *want; /* content; or a part of the refusal, where after is LIV_NONE */
} rows[] = {
	{"begins", LIV_NONE, "", EDIT_IMPORTER, 0, "E:A[dag,inf) Overordnet:p[dag,inf)",
	 LIV_IMPORTERET, "E:A[20,inf) Overordnet:p[20,inf)"},
	{"begins afresh", LIV_PASSIVERET, "E:A[2,inf) Tilhoerer:o[2,inf)", EDIT_IMPORTER, 0,
	 "E:B[3,inf)", LIV_IMPORTERET, "E:B[3,inf)"},
	{"begins afresh after slet", LIV_SLETTET, "", EDIT_IMPORTER, 0, "E:B[3,inf)",
	 LIV_IMPORTERET, "E:B[3,inf)"},
	{"is there already", LIV_IMPORTERET, "E:A[2,inf)", EDIT_IMPORTER, 0, "E:B[3,inf)",
	 LIV_NONE, "OrganisationEnhed findes allerede"},
	{"ends before it begins", LIV_NONE, "", EDIT_IMPORTER, 0, "E:A[30,20)", LIV_NONE,
	 "Virkning i Egenskab slutter"},
	{"renamed on the day", LIV_IMPORTERET, "E:A[2,inf)", EDIT_RET, 0, "E:B[dag,inf)",
	 LIV_IMPORTERET, "E:A[2,20) E:B[20,inf)"},
	{"renamed until the day", LIV_IMPORTERET, "E:A[2,inf)", EDIT_RET, 0, "E:B[10,dag)",
	 LIV_IMPORTERET, "E:A[2,10) E:B[10,20) E:A[20,inf)"},
	{"life cycle stays", LIV_OPSTAAET, "E:A[2,inf)", EDIT_RET, 0, "E:B[2,inf)",
	 LIV_OPSTAAET, "E:B[2,inf)"},
	{"moved", LIV_IMPORTERET, "Overordnet:p[2,inf)", EDIT_RET, 0, "Overordnet:q[25,inf)",
	 LIV_IMPORTERET, "Overordnet:p[2,25) Overordnet:q[25,inf)"},
	{"its own parent", LIV_IMPORTERET, "E:A[2,inf)", EDIT_RET, 0, "Overordnet:u[dag,inf)",
	 LIV_NONE, "Overordnet må ikke pege på objektet selv"},
	{"not there", LIV_NONE, "", EDIT_RET, 0, "E:B[2,inf)", LIV_NONE,
	 "findes ikke og kan ikke rettes"},
	{"passive", LIV_PASSIVERET, "E:A[2,inf)", EDIT_RET, 0, "E:B[2,inf)", LIV_NONE,
	 "er Passiveret og kan ikke rettes"},
	{"one of many ends", LIV_IMPORTERET, "Adresser:P/r/t#1[2,inf) Adresser:Q/r/t#1[2,inf)",
	 EDIT_AFSLUT, EDIT_DAY, "Adresser:P/r/t#9[0,inf)", LIV_IMPORTERET,
	 "Adresser:P/r/t#1[2,20) Adresser:Q/r/t#1[2,inf)"},
	{"what is yet to come ends too", LIV_IMPORTERET, "Adresser:P/r/t#1[30,inf)",
	 EDIT_AFSLUT, 25, "Adresser:P/r/t#1[0,inf)", LIV_IMPORTERET, ""},
	{"another role stays", LIV_IMPORTERET, "Adresser:P/r/t#1[2,inf)", EDIT_AFSLUT, EDIT_DAY,
	 "Adresser:P/s/t#1[0,inf)", LIV_IMPORTERET, "Adresser:P/r/t#1[2,inf)"},
	{"another parent stays", LIV_IMPORTERET, "Overordnet:p[2,inf)", EDIT_AFSLUT, 25,
	 "Overordnet:q[0,inf)", LIV_IMPORTERET, "Overordnet:p[2,inf)"},
	{"has ended already", LIV_IMPORTERET, "Overordnet:p[2,9)", EDIT_AFSLUT, EDIT_DAY,
	 "Overordnet:p[0,inf)", LIV_IMPORTERET, "Overordnet:p[2,9)"},
	{"closed", LIV_IMPORTERET,
	 "E:A[2,inf) G:Aktiv[2,inf) Overordnet:p[2,inf) Tilhoerer:o[2,9)", EDIT_NEDLAEG,
	 EDIT_DAY, NULL, LIV_IMPORTERET,
	 "E:A[2,inf) G:Aktiv[2,20) G:Inaktiv[20,inf) Overordnet:p[2,20) Tilhoerer:o[2,9)"},
	{"closed on the day it began", LIV_IMPORTERET,
	 "E:A[20,inf) G:Aktiv[20,inf) Overordnet:p[20,inf)", EDIT_NEDLAEG, EDIT_DAY, NULL,
	 LIV_IMPORTERET, "E:A[20,inf) G:Inaktiv[20,inf)"},
	{"closed, not there", LIV_NONE, "", EDIT_NEDLAEG, EDIT_DAY, NULL, LIV_NONE,
	 "findes ikke og kan ikke nedlægges"},
	{"passivated", LIV_IMPORTERET, "E:A[2,inf)", EDIT_PASSIVER, 0, NULL, LIV_PASSIVERET,
	 "E:A[2,inf)"},
	{"passivated twice", LIV_PASSIVERET, "E:A[2,inf)", EDIT_PASSIVER, 0, NULL, LIV_NONE,
	 "kan ikke passiveres"},
	{"deleted", LIV_PASSIVERET, "E:A[2,inf)", EDIT_SLET, 0, NULL, LIV_SLETTET, ""},
	{"deleted twice", LIV_SLETTET, "", EDIT_SLET, 0, NULL, LIV_NONE, "kan ikke slettes"},
};

static void
one(const struct row *row, struct arena *a)
{
	const struct fold_rules rules = {.day = DAYS(20), .now = DAYS(20), .needs_key = true};
	struct folded io = {.livscyklus = row->before};
	struct edit d = {.type = &type_organisationenhed,
			 .uuid = oio_letter('u'),
			 .op = row->op,
			 .day = row->day == EDIT_DAY ? EDIT_DAY : DAYS(row->day)};
	struct err e = ERR_INIT;
	struct str text, got;
	size_t at;

	oio_from_text(row->stored, a, &io.content);
	object_sort(&io.content);
	if (row->sent)
		oio_from_text(row->sent, a, &d.content);
	if (fold_edit(&d, &rules, a, &io, &text, &e)) {
		got = oio_to_text(&io.content, a);
		if (row->after != io.livscyklus || !str_eq_c(got, row->want))
			fail_msg("%s: %s " STR_FMT, row->name, livscyklus_name[io.livscyklus],
				 STR_ARG(got));
		return;
	}
	if (row->after != LIV_NONE || !str_find(text, str_from(row->want), &at))
		fail_msg("%s: refused: " STR_FMT, row->name, STR_ARG(text));
}

static void
edits(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		one(&rows[i], a);
	arena_free(a);
}

/* A kind without Gyldighed is no longer listed: its Egenskab ends. */
static void
closed_without_state(void **state)
{
	const struct fold_rules rules = {.day = DAYS(20), .now = DAYS(20)};
	struct oio_slot slots[2] = {{.tag = OIO_TEXT, .u.text = STR("k")}};
	struct oio_item item = {.v = {.fra = DAYS(2), .til = INSTANT_MAX},
				.part = OIO_ATTRIBUT,
				.u.egenskab = slots};
	struct folded io = {LIV_IMPORTERET, {.items = &item, .count = 1}};
	struct edit d = {.type = &type_adresse, .op = EDIT_NEDLAEG, .day = EDIT_DAY};
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct str text;

	(void)state;
	assert_true(fold_edit(&d, &rules, a, &io, &text, &e));
	assert_int_equal(io.content.count, 1);
	assert_int_equal(io.content.items[0].v.til, DAYS(20));
	arena_free(a);
}

/* A day that is not known survives the store, and is no moment that a message can name. */
static void
unknown_day_is_kept(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	struct arena *a = arena_new();
	struct registrering in = {.note = STR_NONE}, out;
	struct err e = ERR_INIT;
	instant sent_at, t;

	(void)state;
	oio_from_text("E:A[dag,inf) Overordnet:p[-inf,dag)", a, &in.content);
	pack_registrering(&type_organisationenhed, &in, INSTANT_MIN, &b);
	assert_true(unpack_registrering(&type_organisationenhed, buf_str(&b), a, &out, &sent_at,
					&e));
	assert_string_equal(oio_to_text(&out.content, a).ptr,
			    "E:A[dag,inf) Overordnet:p[-inf,dag)");
	assert_true(time_parse(STR("0001-01-01T00:00:00Z"), ZONE_REQUIRED, &t, &e));
	assert_true(t > EDIT_DAY && EDIT_DAY > INSTANT_MIN);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits),
		cmocka_unit_test(closed_without_state),
		cmocka_unit_test(unknown_day_is_kept),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
