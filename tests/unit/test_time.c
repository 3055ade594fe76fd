/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xs:dateTime and Danish local time. Wanted instants are given as text in UTC, and some as
 * numbers, so that a reader and a writer that err alike are found out. The clock changes are
 * those of the IANA tz database (Europe/Copenhagen).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/time.h"

static const struct {
	const char *text;
	instant want;
} numbers[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:00.000001Z", 1},
	{"1969-12-31T23:59:59.999999Z", -1},
	{"2000-02-29T00:00:00Z", INT64_C(951782400000000)},
	{"2001-09-09T01:46:40Z", INT64_C(1000000000000000)},
	{"2038-01-19T03:14:08Z", INT64_C(2147483648000000)},
	{"1901-12-13T20:45:52Z", INT64_C(-2147483648000000)},
	{"0001-01-01T00:00:00Z", INT64_C(-62135596800000000)},
	{"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999)},
	{"0001-01-01T00:00:00+14:00", INT64_C(-62135647200000000)},
	{"9999-12-31T23:59:59.999999-14:00", INT64_C(253402351199999999)},
};

static void
known_instants(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct err e = ERR_INIT;
		instant got;

		if (!time_parse(str_from(numbers[i].text), ZONE_REQUIRED, &got, &e) ||
		    got != numbers[i].want)
			fail_msg("%s: %s", numbers[i].text, e.detail);
	}
}

/* What is read, and what the writer makes of it in UTC. */
static const char *const readable[][2] = {
	{"2026-05-27T12:15:30Z", "2026-05-27T12:15:30.000Z"},
	{"2026-05-27T12:15:30+00:00", "2026-05-27T12:15:30.000Z"},
	{"2026-05-27T12:15:30-00:00", "2026-05-27T12:15:30.000Z"},
	{"2026-05-27T12:15:30+02:00", "2026-05-27T10:15:30.000Z"},
	{"2026-05-27T12:15:30-02:30", "2026-05-27T14:45:30.000Z"},
	{"2026-05-27T12:15:30+14:00", "2026-05-26T22:15:30.000Z"},
	{"2026-05-27T12:15:30-14:00", "2026-05-28T02:15:30.000Z"},
	{"2026-05-27T12:15:30+13:59", "2026-05-26T22:16:30.000Z"},
	{"2026-05-27T12:15:30.1Z", "2026-05-27T12:15:30.100Z"},
	{"2026-05-27T12:15:30.12Z", "2026-05-27T12:15:30.120Z"},
	{"2026-05-27T12:15:30.123Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.1234Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.12345Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.123456Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.1239999Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.12345678Z", "2026-05-27T12:15:30.123Z"},
	{"2026-05-27T12:15:30.999999999Z", "2026-05-27T12:15:30.999Z"},
	{"2026-05-27T12:15:30.999999999+01:00", "2026-05-27T11:15:30.999Z"},
	/* Before 1970 the cut still goes towards the past. */
	{"1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"},
	{"1969-12-31T23:59:59.0001Z", "1969-12-31T23:59:59.000Z"},
	{"2026-12-31T24:00:00Z", "2027-01-01T00:00:00.000Z"},
	{"2024-02-28T24:00:00.000Z", "2024-02-29T00:00:00.000Z"},
	{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"},
	{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
	{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
	{"0004-02-29T00:00:00Z", "0004-02-29T00:00:00.000Z"},
	{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
	{"9999-12-30T24:00:00Z", "9999-12-31T00:00:00.000Z"},
	/* UTC has no four-digit year here: what is written is the same instant all the same. */
	{"0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00.000+14:00"},
	{"0001-01-01T00:00:00+01:00", "0001-01-01T13:00:00.000+14:00"},
	{"9999-12-31T23:59:59.999-14:00", "9999-12-31T23:59:59.999-14:00"},
	{"9999-12-31T23:00:00-01:00", "9999-12-31T10:00:00.000-14:00"},
};

static void
read_and_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
		struct str text = str_from(readable[i][0]);
		struct err e = ERR_INIT;
		char out[TIME_TEXT_MAX];
		instant got, again;

		if (!time_parse(text, ZONE_REQUIRED, &got, &e))
			fail_msg("%s: %s", readable[i][0], e.detail);
		if (!str_eq_c(time_format_utc(got, out), readable[i][1]))
			fail_msg("%s: written as %s", readable[i][0], out);
		assert_int_equal(out[strlen(readable[i][1])], '\0');
		/* An explicit zone is obeyed under the other rule too. */
		assert_true(time_parse(text, ZONE_LOCAL, &again, &e));
		assert_int_equal(again, got);
	}
}

/* Refused by either rule. */
static const struct {
	const char *name;
	struct str text;
} malformed[] = {
	{"absent", {NULL, 0}},
	{"empty", STR_INIT("")},
	{"date alone", STR_INIT("2026-05-27")},
	{"no seconds", STR_INIT("2026-05-27T12:15Z")},
	{"blank before", STR_INIT(" 2026-05-27T12:15:30Z")},
	{"blank after", STR_INIT("2026-05-27T12:15:30Z ")},
	{"line end after", STR_INIT("2026-05-27T12:15:30Z\n")},
	{"NUL after", STR_INIT("2026-05-27T12:15:30Z\0")},
	{"blank for T", STR_INIT("2026-05-27 12:15:30Z")},
	{"lower case t", STR_INIT("2026-05-27t12:15:30Z")},
	{"lower case z", STR_INIT("2026-05-27T12:15:30z")},
	{"basic format", STR_INIT("20260527T121530Z")},
	{"slashes", STR_INIT("2026/05/27T12:15:30Z")},
	{"year 0", STR_INIT("0000-01-01T00:00:00Z")},
	{"negative year", STR_INIT("-2026-05-27T12:15:30Z")},
	{"signed year", STR_INIT("+2026-05-27T12:15:30Z")},
	{"three-digit year", STR_INIT("926-05-27T12:15:30Z")},
	{"five-digit year", STR_INIT("12026-05-27T12:15:30Z")},
	{"month 0", STR_INIT("2026-00-27T12:15:30Z")},
	{"month 13", STR_INIT("2026-13-27T12:15:30Z")},
	{"day 0", STR_INIT("2026-05-00T12:15:30Z")},
	{"day 32", STR_INIT("2026-05-32T12:15:30Z")},
	{"31 April", STR_INIT("2026-04-31T12:15:30Z")},
	{"29 February, no leap year", STR_INIT("2026-02-29T12:15:30Z")},
	{"29 February 1900", STR_INIT("1900-02-29T12:15:30Z")},
	{"30 February, leap year", STR_INIT("2024-02-30T12:15:30Z")},
	{"hour 25", STR_INIT("2026-05-27T25:00:00Z")},
	{"minute 60", STR_INIT("2026-05-27T12:60:30Z")},
	{"second 60", STR_INIT("2026-05-27T12:15:60Z")},
	{"leap second", STR_INIT("2016-12-31T23:59:60Z")},
	{"24 with minutes", STR_INIT("2026-05-27T24:01:00Z")},
	{"24 with seconds", STR_INIT("2026-05-27T24:00:01Z")},
	{"24 with a fraction", STR_INIT("2026-05-27T24:00:00.000001Z")},
	{"past the last year", STR_INIT("9999-12-31T24:00:00Z")},
	{"letters", STR_INIT("2026-05-27T12:15:3OZ")},
	{"blank in a number", STR_INIT("2026- 5-27T12:15:30Z")},
	{"sign in a number", STR_INIT("2026-+5-27T12:15:30Z")},
	{"dot without digits", STR_INIT("2026-05-27T12:15:30.Z")},
	{"comma", STR_INIT("2026-05-27T12:15:30,5Z")},
	{"ten fraction digits", STR_INIT("2026-05-27T12:15:30.1234567890Z")},
	{"two dots", STR_INIT("2026-05-27T12:15:30.1.2Z")},
	{"two zones", STR_INIT("2026-05-27T12:15:30ZZ")},
	{"zone and offset", STR_INIT("2026-05-27T12:15:30Z+01:00")},
	{"offset without colon", STR_INIT("2026-05-27T12:15:30+0100")},
	{"offset of hours", STR_INIT("2026-05-27T12:15:30+01")},
	{"offset without sign", STR_INIT("2026-05-27T12:15:3001:00")},
	{"offset 14:01", STR_INIT("2026-05-27T12:15:30+14:01")},
	{"offset -14:01", STR_INIT("2026-05-27T12:15:30-14:01")},
	{"offset minutes 60", STR_INIT("2026-05-27T12:15:30+01:60")},
	{"offset with seconds", STR_INIT("2026-05-27T12:15:30+01:00:00")},
	{"offset of letters", STR_INIT("2026-05-27T12:15:30+ab:00")},
	{"zone name", STR_INIT("2026-05-27T12:15:30CET")},
};

static void
refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		for (int rule = ZONE_REQUIRED; rule <= ZONE_LOCAL; rule++) {
			struct err e = ERR_INIT;
			instant got = 4711;

			if (time_parse(malformed[i].text, (enum time_zone_rule)rule, &got,
				       &e) ||
			    e.code != TIME_MALFORMED || got != 4711)
				fail_msg("%s", malformed[i].name);
		}
	}
}

static void
every_byte_counts(void **state)
{
	static const char good[] = "2026-05-27T12:15:30.123Z";
	struct err e = ERR_INIT;
	instant got;

	(void)state;
	/* No beginning of it is enough, and no byte may be something else. */
	for (size_t len = 0; len < sizeof(good) - 1; len++)
		assert_false(time_parse(str_of(good, len), ZONE_REQUIRED, &got, &e));
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		char text[sizeof(good)];

		memcpy(text, good, sizeof(good));
		for (int c = 0; c < 256; c++) {
			if (c >= '0' && c <= '9')
				continue;
			text[i] = (char)c;
			if (text[i] != good[i] &&
			    time_parse(str_of(text, sizeof(good) - 1), ZONE_REQUIRED, &got, &e))
				fail_msg("byte %zu as %d", i, c);
		}
	}
}

/* Local time, without a zone in the text: what it is in UTC. */
static const char *const local[][2] = {
	{"2026-01-15T12:00:00", "2026-01-15T11:00:00.000Z"},
	{"2026-07-15T12:00:00.5", "2026-07-15T10:00:00.500Z"},
	{"2026-07-15T24:00:00", "2026-07-15T22:00:00.000Z"},
	/* Spring: 02:00 to 03:00 does not exist and is read as an hour later. */
	{"2024-03-31T01:59:59.999", "2024-03-31T00:59:59.999Z"},
	{"2024-03-31T02:00:00", "2024-03-31T01:00:00.000Z"},
	{"2024-03-31T02:30:00", "2024-03-31T01:30:00.000Z"},
	{"2024-03-31T02:59:59.999", "2024-03-31T01:59:59.999Z"},
	{"2024-03-31T03:00:00", "2024-03-31T01:00:00.000Z"},
	/* Autumn: 02:00 to 03:00 comes twice; the first is meant. */
	{"2024-10-27T01:59:59.999", "2024-10-26T23:59:59.999Z"},
	{"2024-10-27T02:00:00", "2024-10-27T00:00:00.000Z"},
	{"2024-10-27T02:59:59.999", "2024-10-27T00:59:59.999Z"},
	{"2024-10-27T03:00:00", "2024-10-27T02:00:00.000Z"},
	{"0001-01-01T01:00:00", "0001-01-01T00:00:00.000Z"},
	{"9999-12-31T23:59:59", "9999-12-31T22:59:59.000Z"},
	{"1890-06-01T12:00:00", "1890-06-01T11:00:00.000Z"},
	{"1960-07-01T12:00:00", "1960-07-01T11:00:00.000Z"},
	{"1941-01-01T12:00:00", "1941-01-01T10:00:00.000Z"},
};

static void
read_local(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(local); i++) {
		struct str text = str_from(local[i][0]);
		struct err e = ERR_INIT;
		char out[TIME_TEXT_MAX];
		instant got;

		assert_false(time_parse(text, ZONE_REQUIRED, &got, &e));
		assert_int_equal(e.code, TIME_MALFORMED);
		err_clear(&e);
		if (!time_parse(text, ZONE_LOCAL, &got, &e))
			fail_msg("%s: %s", local[i][0], e.detail);
		if (!str_eq_c(time_format_utc(got, out), local[i][1]))
			fail_msg("%s: is %s", local[i][0], out);
	}
}

/* The first second of a new offset in UTC, the local time of it, and of the second before. */
static const struct {
	const char *utc, *before, *after;
} changes[] = {
	{"1916-05-14T22:00:00Z", "1916-05-14T22:59:59.000+01:00",
	 "1916-05-15T00:00:00.000+02:00"},
	{"1916-09-30T21:00:00Z", "1916-09-30T22:59:59.000+02:00",
	 "1916-09-30T22:00:00.000+01:00"},
	{"1940-05-14T23:00:00Z", "1940-05-14T23:59:59.000+01:00",
	 "1940-05-15T01:00:00.000+02:00"},
	{"1942-11-02T01:00:00Z", "1942-11-02T02:59:59.000+02:00",
	 "1942-11-02T02:00:00.000+01:00"},
	{"1943-03-29T01:00:00Z", "1943-03-29T01:59:59.000+01:00",
	 "1943-03-29T03:00:00.000+02:00"},
	{"1943-10-04T01:00:00Z", "1943-10-04T02:59:59.000+02:00",
	 "1943-10-04T02:00:00.000+01:00"},
	{"1944-04-03T01:00:00Z", "1944-04-03T01:59:59.000+01:00",
	 "1944-04-03T03:00:00.000+02:00"},
	{"1944-10-02T01:00:00Z", "1944-10-02T02:59:59.000+02:00",
	 "1944-10-02T02:00:00.000+01:00"},
	{"1945-04-02T01:00:00Z", "1945-04-02T01:59:59.000+01:00",
	 "1945-04-02T03:00:00.000+02:00"},
	{"1945-08-15T01:00:00Z", "1945-08-15T02:59:59.000+02:00",
	 "1945-08-15T02:00:00.000+01:00"},
	{"1946-05-01T01:00:00Z", "1946-05-01T01:59:59.000+01:00",
	 "1946-05-01T03:00:00.000+02:00"},
	{"1946-09-01T01:00:00Z", "1946-09-01T02:59:59.000+02:00",
	 "1946-09-01T02:00:00.000+01:00"},
	{"1947-05-04T01:00:00Z", "1947-05-04T01:59:59.000+01:00",
	 "1947-05-04T03:00:00.000+02:00"},
	{"1947-08-10T01:00:00Z", "1947-08-10T02:59:59.000+02:00",
	 "1947-08-10T02:00:00.000+01:00"},
	{"1948-05-09T01:00:00Z", "1948-05-09T01:59:59.000+01:00",
	 "1948-05-09T03:00:00.000+02:00"},
	{"1948-08-08T01:00:00Z", "1948-08-08T02:59:59.000+02:00",
	 "1948-08-08T02:00:00.000+01:00"},
	{"1980-04-06T01:00:00Z", "1980-04-06T01:59:59.000+01:00",
	 "1980-04-06T03:00:00.000+02:00"},
	{"1980-09-28T01:00:00Z", "1980-09-28T02:59:59.000+02:00",
	 "1980-09-28T02:00:00.000+01:00"},
	{"1981-03-29T01:00:00Z", "1981-03-29T01:59:59.000+01:00",
	 "1981-03-29T03:00:00.000+02:00"},
	{"1995-09-24T01:00:00Z", "1995-09-24T02:59:59.000+02:00",
	 "1995-09-24T02:00:00.000+01:00"},
	{"1996-03-31T01:00:00Z", "1996-03-31T01:59:59.000+01:00",
	 "1996-03-31T03:00:00.000+02:00"},
	{"1996-10-27T01:00:00Z", "1996-10-27T02:59:59.000+02:00",
	 "1996-10-27T02:00:00.000+01:00"},
	{"2024-03-31T01:00:00Z", "2024-03-31T01:59:59.000+01:00",
	 "2024-03-31T03:00:00.000+02:00"},
	{"2024-10-27T01:00:00Z", "2024-10-27T02:59:59.000+02:00",
	 "2024-10-27T02:00:00.000+01:00"},
	{"2026-03-29T01:00:00Z", "2026-03-29T01:59:59.000+01:00",
	 "2026-03-29T03:00:00.000+02:00"},
	{"2026-10-25T01:00:00Z", "2026-10-25T02:59:59.000+02:00",
	 "2026-10-25T02:00:00.000+01:00"},
	{"2189-10-25T01:00:00Z", "2189-10-25T02:59:59.000+02:00",
	 "2189-10-25T02:00:00.000+01:00"},
};

static void
clock_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct err e = ERR_INIT;
		char out[TIME_TEXT_MAX];
		instant at, back;

		assert_true(time_parse(str_from(changes[i].utc), ZONE_REQUIRED, &at, &e));
		if (!str_eq_c(time_format_local(at, out), changes[i].after))
			fail_msg("%s: is %s", changes[i].utc, out);
		assert_true(time_parse(str_from(out), ZONE_REQUIRED, &back, &e));
		assert_int_equal(back, at);
		if (!str_eq_c(time_format_local(at - SECONDS(1), out), changes[i].before))
			fail_msg("%s: the second before is %s", changes[i].utc, out);
	}
}

static void
local_ends_of_the_calendar(void **state)
{
	char out[TIME_TEXT_MAX];

	(void)state;
	/* 9999-12-31T23:30:00Z is another year in Copenhagen. */
	time_format_local(INT64_C(253402299000000000), out);
	assert_string_equal(out, "9999-12-31T09:30:00.000-14:00");
	time_format_local(INT64_C(-62135596800000000), out);
	assert_string_equal(out, "0001-01-01T01:00:00.000+01:00");
	/* What no dateTime can say is the nearest that one can. */
	time_format_utc(INSTANT_MAX - 1, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999-14:00");
	time_format_local(INSTANT_MIN + 1, out);
	assert_string_equal(out, "0001-01-01T00:00:00.000+14:00");
}

static const char *const midnights[][2] = {
	{"2026-01-15T12:00:00Z", "2026-01-14T23:00:00.000Z"},
	{"2026-01-14T23:00:00Z", "2026-01-14T23:00:00.000Z"},
	{"2026-01-14T22:59:59.999999Z", "2026-01-13T23:00:00.000Z"},
	{"2026-07-14T22:30:00Z", "2026-07-14T22:00:00.000Z"},
	{"2026-07-14T21:59:59Z", "2026-07-13T22:00:00.000Z"},
	/* The days of the changes have 23 and 25 hours. */
	{"2024-03-31T12:00:00Z", "2024-03-30T23:00:00.000Z"},
	{"2024-03-31T21:59:59Z", "2024-03-30T23:00:00.000Z"},
	{"2024-03-31T22:00:00Z", "2024-03-31T22:00:00.000Z"},
	{"2024-10-27T22:59:59Z", "2024-10-26T22:00:00.000Z"},
	{"2024-10-27T23:00:00Z", "2024-10-27T23:00:00.000Z"},
	/* This day began at 01:00. */
	{"1940-05-15T12:00:00Z", "1940-05-14T23:00:00.000Z"},
	{"1969-12-31T23:30:00Z", "1969-12-31T23:00:00.000Z"},
};

static void
local_midnight(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(midnights); i++) {
		struct err e = ERR_INIT;
		char out[TIME_TEXT_MAX];
		instant t;

		assert_true(time_parse(str_from(midnights[i][0]), ZONE_REQUIRED, &t, &e));
		if (!str_eq_c(time_format_utc(time_local_midnight(t), out), midnights[i][1]))
			fail_msg("%s: %s", midnights[i][0], out);
	}
	assert_int_equal(time_local_midnight(INSTANT_MIN), INSTANT_MIN);
	assert_int_equal(time_local_midnight(INSTANT_MAX), INSTANT_MAX);
	assert_int_equal(time_local_midnight(INSTANT_MIN + 1), INSTANT_MIN);
}

static void
every_day_round_trips(void **state)
{
	instant t = INT64_C(-62135596800000000);
	struct err e = ERR_INIT;
	char out[TIME_TEXT_MAX];
	instant back;

	(void)state;
	/* 3,652,059 days from 0001-01-01 to 9999-12-31: every 7th, at a moving time of day. */
	for (; t < INT64_C(253402300800000000); t += DAYS(7) + SECONDS(61) + MS(7)) {
		struct str text = time_format_utc(t, out);

		if (!time_parse(text, ZONE_REQUIRED, &back, &e) || back != t)
			fail_msg("%s", out);
	}
}

static void
arithmetic(void **state)
{
	(void)state;
	assert_int_equal(instant_add(5, -7), -2);
	assert_int_equal(instant_add(INSTANT_MAX - 5, 5), INSTANT_MAX);
	assert_int_equal(instant_add(INSTANT_MAX - 5, 6), INSTANT_MAX);
	assert_int_equal(instant_add(INSTANT_MIN + 5, -6), INSTANT_MIN);
	/* An open end stays one. */
	assert_int_equal(instant_add(INSTANT_MAX, -DAYS(1)), INSTANT_MAX);
	assert_int_equal(instant_add(INSTANT_MIN, DAYS(1)), INSTANT_MIN);

	assert_int_equal(instant_diff_s(SECONDS(10), SECONDS(3)), 7);
	assert_int_equal(instant_diff_s(SECONDS(3), SECONDS(10)), -7);
	assert_int_equal(instant_diff_s(SECONDS(10), SECONDS(3) + 1), 6);
	assert_int_equal(instant_diff_s(SECONDS(3) + 1, SECONDS(10)), -6);
	assert_int_equal(instant_diff_s(INSTANT_MAX, INSTANT_MIN), INT64_C(18446744073709));

	assert_int_equal(time_floor_ms(1999), 1000);
	assert_int_equal(time_floor_ms(2000), 2000);
	assert_int_equal(time_floor_ms(-1), -1000);
	assert_int_equal(time_floor_ms(-1000), -1000);
	assert_int_equal(time_floor_ms(INSTANT_MAX), INSTANT_MAX);
	assert_int_equal(time_floor_ms(INSTANT_MIN), INSTANT_MIN);
	assert_int_equal(time_floor_ms(INSTANT_MIN + 1), INSTANT_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_instants),
		cmocka_unit_test(read_and_write),
		cmocka_unit_test(refuse),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(read_local),
		cmocka_unit_test(clock_changes),
		cmocka_unit_test(local_ends_of_the_calendar),
		cmocka_unit_test(local_midnight),
		cmocka_unit_test(every_day_round_trips),
		cmocka_unit_test(arithmetic),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
