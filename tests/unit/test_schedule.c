/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an import is due: fields as of cron, weekdays, and the two nights when clocks change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/schedule.h"

static instant
at(const char *text)
{
	struct err e = ERR_INIT;
	instant t = 0;

	if (text[0] == '\0')
		return INSTANT_MIN;
	if (!time_parse(str_from(text), ZONE_LOCAL, &t, &e))
		fail_msg("%s", text);
	return t;
}

static void
test_parse(void **state)
{
	static const char *const good[] = {
		"* * * * *",     "0 5 * * 1-5",  "*/15 * * * *", "0,30 6-18/2 1 1,7 *",
		"59 23 31 12 7", " 0  5 * * 0 ", "5/10 * * * *",
	};
	static const char *const bad[] = {
		"",           "* * * *",       "* * * * * *",
		"60 * * * *", "* 24 * * *",    "* * 0 * *",
		"* * 32 * *", "* * * 13 *",    "* * * * 8",
		"a * * * *",  "5-3 * * * *",   "*/0 * * * *",
		"1, * * * *", "-1 * * * *",    "+1 * * * *",
		"@daily",     "1-2-3 * * * *",
	};
	struct schedule s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!schedule_parse(str_from(good[i]), &s))
			fail_msg("'%s' is one", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (schedule_parse(str_from(bad[i]), &s))
			fail_msg("'%s' is none", bad[i]);
}

static void
test_due(void **state)
{
	static const struct {
		const char *name, *plan, *last, *now;
		bool want;
	} rows[] = {
		{"never run", "0 5 * * *", "", "2026-11-25T01:00:00", true},
		{"ran at its time", "0 5 * * *", "2026-11-25T05:00:10", "2026-11-25T23:00:00",
		 false},
		{"a minute before", "0 5 * * *", "2026-11-24T05:00:00", "2026-11-25T04:59:59",
		 false},
		{"its minute", "0 5 * * *", "2026-11-24T05:00:00", "2026-11-25T05:00:00", true},
		{"late", "0 5 * * *", "2026-11-24T05:00:00", "2026-11-25T09:12:00", true},
		{"missed days are one", "0 5 * * *", "2026-11-20T05:00:00",
		 "2026-11-25T05:00:00", true},
		{"not at weekends", "0 5 * * 1-5", "2026-11-27T05:00:00", "2026-11-29T12:00:00",
		 false},
		{"on Monday", "0 5 * * 1-5", "2026-11-27T05:00:00", "2026-11-30T05:00:00",
		 true},
		{"the first or a Monday", "0 5 1 * 1", "2026-11-30T05:00:00",
		 "2026-12-01T05:00:00", true},
		{"only leap years", "0 0 29 2 *", "2024-02-29T00:00:00", "2027-12-31T00:00:00",
		 false},
		{"skipped when clocks go forward", "30 2 * * *", "2026-03-28T02:30:00",
		 "2026-03-29T03:00:00", true},
		{"skipped, and run", "30 2 * * *", "2026-03-29T03:00:00", "2026-03-29T23:00:00",
		 false},
		{"the first of two", "30 2 * * *", "2026-10-24T02:30:00",
		 "2026-10-25T02:30:00+02:00", true},
		{"the second of two", "30 2 * * *", "2026-10-25T02:30:00+02:00",
		 "2026-10-25T02:30:00+01:00", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct schedule s;

		assert_true(schedule_parse(str_from(rows[i].plan), &s));
		if (schedule_is_due(&s, at(rows[i].last), at(rows[i].now)) != rows[i].want)
			fail_msg("%s", rows[i].name);
	}
}

static void
test_next(void **state)
{
	static const struct {
		const char *plan, *now, *want;
	} rows[] = {
		{"0 5 * * *", "2026-11-25T01:00:00", "2026-11-25 05:00"},
		{"0 5 * * *", "2026-11-25T05:00:00", "2026-11-26 05:00"},
		{"*/15 8-9 * * *", "2026-12-31T09:50:00", "2027-01-01 08:00"},
		{"0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29 00:00"},
		{"0 0 31 2 *", "2026-01-01T00:00:00", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct schedule s;
		char got[17];

		assert_true(schedule_parse(str_from(rows[i].plan), &s));
		schedule_next(&s, at(rows[i].now), got);
		assert_string_equal(got, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
