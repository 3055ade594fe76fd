/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a refused token request asked for is told the operator, in the record and in the log
 * line, and is nothing but words there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/log.h"
#include "store/audit.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "tests/unit/soap_world.h"

static struct soap_world world;

static struct buf logged = BUF_INIT(1 << 20);

static void
hear(struct str line)
{
	buf_add(&logged, line);
	buf_add_char(&logged, '\n');
}

static bool
was_logged(const char *what)
{
	size_t at;

	return str_find(buf_str(&logged), str_from(what), &at);
}

static bool
keep_detail(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	*(struct str *)arg = arena_dup(world.g.a, row->detail);
	return true;
}

/* Of the newest record of that outcome. */
static struct str
detail_of(const char *action, const char *result)
{
	const struct audit_filter f = {.from = INSTANT_MIN,
				       .to = INSTANT_MAX,
				       .action = str_from(action),
				       .result = str_from(result)};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct str detail = STR("");

	assert_true(store_read(world.app.store, &r, &e));
	assert_true(store_audit_each(r, &f, keep_detail, &detail, &e));
	return detail;
}

/* The operator sees what was asked for, however the request is refused: cut, and escaped. */
static void
what_was_asked_for(void **state)
{
	struct arena *a = world.g.a;
	char *many = memset(ARENA_NEW_N(a, 2000, char), 'x', 1999);
	const struct {
		const char *asked, *find, *with, *row, *recorded;
	} rows[] = {
		{"urn:no:such", NULL, NULL, "STS_APPLIES_TO_UNKNOWN", "urn:no:such"},
		{"urn:a&quot;,&quot;b&#10;event=x", NULL, NULL, "STS_APPLIES_TO_UNKNOWN",
		 "urn:a\\\",\\\"b\\nevent=x"},
		{"urn:early", "/PublicKey<", "/Bearer<", "RST_UNSUPPORTED", "urn:early"},
		{"urn:context", ">11111111<", ">22222222<", "STS_APPLIES_TO_UNKNOWN",
		 "urn:context"},
		{GW_AUDIENCE, ">11111111<", ">22222222<", "USERCONTEXT_UNKNOWN", GW_AUDIENCE},
		{"urn:of/010170-1234", NULL, NULL, "STS_APPLIES_TO_UNKNOWN", "(withheld)"},
		{many, NULL, NULL, "RST_MALFORMED",
		 arena_dup_c(a, str_of(many, AUDIT_ASKED_BYTES))},
	};

	(void)state;
	log_set_sink(hear);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text =
			mutate(a, gw_request(&world.g), GW_AUDIENCE, rows[i].asked), detail;
		struct str want = arena_printf(a, "\"applies_to\":\"%s\"", rows[i].recorded);
		size_t at;

		if (rows[i].find)
			text = mutate(a, text, rows[i].find, rows[i].with);
		buf_clear(&logged);
		sw_post(&world, false, resign(text, 0, "systems/KY", a));
		detail = detail_of("token.issue", rows[i].row);
		if (!str_find(detail, want, &at))
			fail_msg("%s: %.*s", rows[i].asked, STR_ARG(detail));
		if (!was_logged("applies_to=") || was_logged("\nevent=x"))
			fail_msg("%s: %.*s", rows[i].asked, STR_ARG(buf_str(&logged)));
	}
	log_set_sink(NULL);
	buf_release(&logged);
}

/* Nobody registered: no record, but the log line has it. Nobody at all: not even that. */
static void
what_a_stranger_asked_for(void **state)
{
	struct client_request r = {.to = STR("https://echo:8443/x"),
				   .applies_to = STR("urn:wanted"),
				   .cvr = STR("11111111"),
				   .life_s = 7200};
	struct signer *stranger = pki_signer("odd/stranger");
	struct arena *a = world.g.a;
	struct client_token t;

	(void)state;
	log_set_sink(hear);
	assert_int_equal(sw_token(&world, &r, stranger, &t), 500);
	assert_true(was_logged("err=STS_CERT_UNKNOWN"));
	assert_true(was_logged("applies_to=urn:wanted"));
	buf_clear(&logged);
	sw_post(&world, false, mutate(a, gw_request(&world.g), GW_AUDIENCE, "urn:wanted"));
	assert_true(was_logged("err=DIGEST_WRONG"));
	assert_false(was_logged("urn:wanted"));
	log_set_sink(NULL);
	buf_release(&logged);
	signer_free(stranger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_for),
		cmocka_unit_test(what_a_stranger_asked_for),
	};
	int failed;

	sw_begin(&world, "asked");
	failed = cmocka_run_group_tests_name("asked", tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
