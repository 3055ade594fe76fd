/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a failure, and the sanity of every row of the table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/str.h"

static void
first_error_wins(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(e.code, ERR_NONE);
	assert_false(FAIL(&e, BAD_VALUE, "row %d", 3));
	assert_false(FAIL(&e, INTERNAL, "later"));
	assert_int_equal(e.code, BAD_VALUE);
	assert_string_equal(e.where, "first_error_wins");
	assert_string_equal(e.detail, "row 3");
	err_clear(&e);
	assert_int_equal(e.code, ERR_NONE);
	assert_null(e.where);
	assert_string_equal(e.detail, "");
	assert_false(FAIL(&e, INTERNAL, "now"));
	assert_int_equal(e.code, INTERNAL);
}

static void
long_detail_is_cut(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_false(FAIL(&e, BAD_VALUE, "%1000d", 1));
	assert_int_equal(strlen(e.detail), sizeof(e.detail) - 1);
}

static bool
is_code_of(enum err_voice voice, struct str code)
{
	int64_t number;

	switch (voice) {
	case VOICE_HTTP:
		return str_to_i64(code, 300, 599, &number);
	case VOICE_RETUR:
		/* 20 would say that all went well */
		return str_to_i64(code, 21, 99, &number);
	case VOICE_BUSINESS:
		return str_to_i64(code, 1, 99999, &number);
	case VOICE_CLI:
		/* 130: interrupted, as of SIGINT */
		return str_to_i64(code, 1, 125, &number) || str_eq_c(code, "130");
	case VOICE_PAGE:
		return str_has_prefix(code, STR("CH-"));
	default:
		return code.len > 0 && !str_has_char(code, ' ');
	}
}

static void
rows_make_sense(void **state)
{
	(void)state;
	for (int i = ERR_NONE + 1; i < ERR_COUNT; i++) {
		const struct err_row *row = err_row((enum err_code)i);
		struct str text = str_from(row->text);

		/* A StandardRetur is an answer; all else is a refusal. */
		if (row->voice == VOICE_RETUR ? row->http != 200
					      : row->http < 300 || row->http > 599)
			fail_msg("%s: HTTP status %d", row->name, row->http);
		if (!is_code_of(row->voice, str_from(row->code)))
			fail_msg("%s: code %s", row->name, row->code);
		/* A client is told one line, without formats to fill in. */
		if (text.len == 0 || str_has_char(text, '\n') || str_has_char(text, '%'))
			fail_msg("%s: text", row->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_error_wins),
		cmocka_unit_test(long_detail_is_cut),
		cmocka_unit_test(rows_make_sense),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
