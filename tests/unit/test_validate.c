/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hard rules that need many elements; the others are cases of test_codec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/limits.h"
#include "organisation/types.h"
#include "registry/validate.h"

static const struct {
	const char *name;
	size_t count;
	bool is_same; /* all of one identity */
	const char *text;
} rows[] = {
	{"as long as may be", LIMIT_TIMELINE_PERIODS, true, NULL},
	{"one timeline too long", LIMIT_TIMELINE_PERIODS + 1, true,
	 "En tidslinje har 1001 perioder; højst 1000 er tilladt"},
	{"as many as may be", LIMIT_OBJECT_ITEMS, false, NULL},
	{"one too many", LIMIT_OBJECT_ITEMS + 1, false,
	 "Objektet har flere end 20000 elementer"},
};

static void
test_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new();
		struct reader r = {.type = &type_organisationenhed, .a = a};
		struct oio_content c = {.items = ARENA_NEW_N(a, rows[i].count, struct oio_item),
					.count = rows[i].count};
		struct err e = ERR_INIT;
		size_t field;
		bool ok;

		assert_true(oio_field_by_name(r.type, "Ansatte", &field));
		for (size_t k = 0; k < c.count; k++) {
			struct uuid u = {{0}};

			memcpy(u.b, &k, rows[i].is_same ? 0 : sizeof(k));
			c.items[k] = (struct oio_item){.part = OIO_RELATION,
						       .field = field,
						       .v = {.fra = (instant)k * 1000,
							     .til = (instant)k * 1000 + 1000}};
			c.items[k].u.relation.ref = ref_of_uuid(u);
		}
		ok = validate_content(&r, &c, NULL, true, &e);
		if (ok != !rows[i].text)
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(r.text));
		if (!ok) {
			assert_int_equal(e.code, RETUR_INPUT);
			assert_true(str_eq_c(r.text, rows[i].text));
		}
		arena_free(a);
	}
}

/* Long texts in many periods; many texts in one. */
static void
test_texts(void **state)
{
	static const struct {
		size_t records, texts, length;
		const char *text;
	} sizes[] = {
		{500, 8, 1000, NULL},
		{500, 9, 1000, "Objektets tekster fylder mere end 4194304 byte"},
		{20, 1000, 10, NULL},
		{21, 1000, 10, "Objektet har flere end 20000 elementer"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct arena *a = arena_new();
		struct reader r = {.type = &type_itsystem, .a = a};
		struct str *texts = ARENA_NEW_N(a, sizes[i].texts, struct str);
		struct oio_slot slots[4] = {{.tag = 0}};
		struct oio_content c = {
			.items = ARENA_NEW_N(a, sizes[i].records, struct oio_item),
			.count = sizes[i].records};
		struct err e = ERR_INIT;
		bool ok;

		for (size_t k = 0; k < sizes[i].texts; k++)
			texts[k] = str_of(arena_alloc(a, sizes[i].length), sizes[i].length);
		slots[3] = (struct oio_slot){
			.tag = OIO_TEXTS, .count = sizes[i].texts, .u.texts = texts};
		for (size_t k = 0; k < c.count; k++)
			c.items[k] = (struct oio_item){.part = OIO_ATTRIBUT,
						       .v = {.fra = (instant)k * 1000,
							     .til = (instant)k * 1000 + 1000},
						       .u.egenskab = slots};
		ok = validate_content(&r, &c, NULL, false, &e);
		if (ok != !sizes[i].text)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(r.text));
		if (!ok)
			assert_true(str_eq_c(r.text, sizes[i].text));
		arena_free(a);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
