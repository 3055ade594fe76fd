/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance cases of store.h, fourth part: walks over all registrations of a kind. */
#include "tests/unit/store_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "store/objects.h"

#define A STR_INIT("11111111")

static bool
add(struct tx *tx, void *arg, struct err *e)
{
	return objects_append(tx, arg, e);
}

static void
put(struct store *s, struct str cvr, unsigned kind, char letter, instant at)
{
	struct object_new n = {.key = {.cvr = cvr, .kind = kind},
			       .at = at,
			       .state = 1,
			       .content = STR("content")};
	struct err e = ERR_INIT;

	memset(n.key.uuid.b, letter, sizeof(n.key.uuid.b));
	assert_true(store_write(s, add, &n, &e));
}

static bool
note_row(const struct object_row *row, void *arg, struct err *e)
{
	char *to = arg;
	size_t n = strlen(to);

	(void)e;
	assert_true(str_eq_c(row->cvr, "11111111"));
	snprintf(to + n, 99 - n, "%c%d%s ", row->uuid.b[0], (int)row->at,
		 str_is_set(row->content) ? "+" : "");
	return true;
}

static const struct {
	struct object_scan scan;
	const char *want;
} scans[] = {
	{{A, 3, INSTANT_MAX, false, true}, "a10+ b20+ c40+ "},
	{{A, 3, INSTANT_MAX, false, false}, "a10 b20 c40 "},
	{{A, 3, 40, false, true}, "a10+ b20+ c40+ "},
	{{A, 3, 39, false, false}, "a10 b20 c30 "},
	{{A, 3, 9, false, true}, ""},
	{{A, 3, 9, true, false}, "a10 b20 c30 c40 "},
	{{A, 3, 9, true, true}, "a10+ b20+ c30+ c40+ "},
	{{A, 4, INSTANT_MAX, false, false}, "d10 "},
	{{STR_INIT("no CVR"), 3, INSTANT_MAX, false, false}, ""},
};

static void
scan_kinds(struct store **s, const struct store_options *options)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	(void)options;
	put(*s, STR("11111111"), 3, 'c', 30);
	put(*s, STR("11111111"), 3, 'c', 40);
	put(*s, STR("11111111"), 3, 'b', 20);
	put(*s, STR("11111111"), 3, 'a', 10);
	put(*s, STR("11111111"), 4, 'd', 10);
	put(*s, STR("22222222"), 3, 'e', 10);
	assert_true(store_read(*s, &r, &e));
	for (size_t i = 0; i < ARRAY_LEN(scans); i++) {
		char got[100] = "";

		assert_true(objects_scan(r, &scans[i].scan, note_row, got, &e));
		assert_string_equal(got, scans[i].want);
	}
}

static bool
stop(const struct object_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)arg;
	return FAIL(e, INTERNAL, "enough");
}

/* What the walker says ends it. */
static void
scan_stops(struct store **s, const struct store_options *options)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	(void)options;
	put(*s, STR("11111111"), 3, 'c', 30);
	assert_true(store_read(*s, &r, &e));
	assert_false(objects_scan(r, &scans[0].scan, stop, NULL, &e));
	assert_int_equal(e.code, INTERNAL);
}

const struct store_case store_scan_cases[] = {
	{"scan_kinds", scan_kinds},
	{"scan_stops", scan_stops},
};
const size_t store_scan_case_count = ARRAY_LEN(store_scan_cases);
