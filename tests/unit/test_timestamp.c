/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timestamps, to the microsecond at every edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "wstrust/timestamp.h"
#include "xml/names.h"
#include "xml/parse.h"

#define WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define TS(inside) "<u:Timestamp xmlns:u='" WSU "'>" inside "</u:Timestamp>"
#define CREATED(t) "<u:Created>" t "</u:Created>"
#define EXPIRES(t) "<u:Expires>" t "</u:Expires>"
/* five minutes, ten, fifteen */
#define FIVE CREATED("2026-05-27T12:00:00Z") EXPIRES("2026-05-27T12:05:00Z")
#define FIFTEEN CREATED("2026-05-27T12:00:00Z") EXPIRES("2026-05-27T12:15:00Z")

static const struct xml_limits limits = {1u << 20, 100, 10000, true};

static const struct {
	const char *name, *text;
	int64_t after_us; /* noon */
	enum err_code want;
} cases[] = {
	{"now", TS(FIVE), 0, ERR_NONE},
	{"expires first", TS(EXPIRES("2026-05-27T12:05:00Z") CREATED("2026-05-27T12:00:00Z")),
	 0, ERR_NONE},
	{"fractions and offsets",
	 TS(CREATED("2026-05-27T14:00:00.123456789+02:00") EXPIRES("2026-05-27T12:05:00.5Z")),
	 0, ERR_NONE},
	{"white space",
	 TS(CREATED("\n 2026-05-27T12:00:00Z\n") EXPIRES(" 2026-05-27T12:05:00Z ")), 0,
	 ERR_NONE},
	{"five minutes ahead", TS(FIVE), -SECONDS(300), ERR_NONE},
	{"more than five minutes ahead", TS(FIVE), -SECONDS(300) - 1, MESSAGE_EXPIRED},
	{"just not over", TS(FIVE), SECONDS(600) - 1, ERR_NONE},
	{"over", TS(FIVE), SECONDS(600), MESSAGE_EXPIRED},
	{"a quarter of an hour", TS(FIFTEEN), 0, ERR_NONE},
	{"longer", TS(CREATED("2026-05-27T12:00:00Z") EXPIRES("2026-05-27T12:15:00.000001Z")),
	 0, MESSAGE_EXPIRED},
	{"ends as it begins",
	 TS(CREATED("2026-05-27T12:00:00Z") EXPIRES("2026-05-27T12:00:00Z")), 0,
	 MESSAGE_EXPIRED},
	{"ends before it begins",
	 TS(CREATED("2026-05-27T12:00:00Z") EXPIRES("2026-05-27T11:59:59Z")), 0,
	 MESSAGE_EXPIRED},
	{"no Created", TS(EXPIRES("2026-05-27T12:05:00Z")), 0, TIMESTAMP_MALFORMED},
	{"no Expires", TS(CREATED("2026-05-27T12:00:00Z")), 0, TIMESTAMP_MALFORMED},
	{"neither", TS(""), 0, TIMESTAMP_MALFORMED},
	{"two Created", TS(CREATED("2026-05-27T12:00:00Z") FIVE), 0, TIMESTAMP_MALFORMED},
	{"two Expires", TS(FIVE EXPIRES("2026-05-27T12:05:00Z")), 0, TIMESTAMP_MALFORMED},
	{"Created without zone",
	 TS(CREATED("2026-05-27T12:00:00") EXPIRES("2026-05-27T12:05:00Z")), 0,
	 TIMESTAMP_MALFORMED},
	{"Expires unreadable", TS(CREATED("2026-05-27T12:00:00Z") EXPIRES("never")), 0,
	 TIMESTAMP_MALFORMED},
	{"element in Created",
	 TS("<u:Created>2026-05-27T12:00:00Z<x/></u:Created>" EXPIRES("2026-05-27T12:05:00Z")),
	 0, TIMESTAMP_MALFORMED},
	{"Created in no namespace",
	 TS("<Created>2026-05-27T12:00:00Z</Created>" EXPIRES("2026-05-27T12:05:00Z")), 0,
	 TIMESTAMP_MALFORMED},
};

static instant
noon(void)
{
	struct err e = ERR_INIT;
	instant t;

	assert_true(time_parse(STR("2026-05-27T12:00:00Z"), ZONE_REQUIRED, &t, &e));
	return t;
}

static void
edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		struct xml_doc *doc = NULL;
		struct timestamp t;
		struct err e = ERR_INIT;
		bool ok;

		assert_true(xml_parse(str_from(cases[i].text), &limits, &doc, &e));
		ok = timestamp_check(xml_root(doc), noon() + cases[i].after_us, a, &t, &e);
		if (ok != (cases[i].want == ERR_NONE) || e.code != cases[i].want)
			fail_msg("%s: %s (%s)", cases[i].name,
				 ok ? "taken" : err_row(e.code)->name, e.detail);
		xml_doc_free(doc);
		arena_free(a);
	}
}

static void
what_we_write_we_take(void **state)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT(4096);
	struct xml_doc *doc = NULL;
	struct timestamp t;
	struct err e = ERR_INIT;

	(void)state;
	timestamp_write(xml_out_new(a, &b), STR("t1"), noon() + MS(125));
	assert_true(str_eq_c(buf_str(&b),
			     "<u:Timestamp xmlns:u=\"" WSU "\" u:Id=\"t1\">"
			     "<u:Created>2026-05-27T12:00:00.125Z</u:Created>"
			     "<u:Expires>2026-05-27T12:05:00.125Z</u:Expires></u:Timestamp>"));
	assert_true(xml_parse(buf_str(&b), &limits, &doc, &e));
	assert_true(timestamp_check(xml_root(doc), noon(), a, &t, &e));
	assert_int_equal(t.expires - t.created, SECONDS(LIMIT_OWN_TIMESTAMP_S));
	xml_doc_free(doc);
	buf_release(&b);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(what_we_write_we_take),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
