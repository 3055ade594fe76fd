/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refusals that repeat one another: the first is recorded as it is, the others are counted,
 * exactly, whatever their sender does to make them look different, over a crash too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "gateway/metrics.h"
#include "gateway/repeats.h"
#include "tests/unit/mutate.h"
#include "tests/unit/resign.h"
#include "tests/unit/soap_world.h"

static struct soap_world world;

struct refusal {
	const char *actor, *action, *result, *cvr, *asked;
	bool is_undone;
};

static bool
add_job(struct tx *tx, void *arg, struct err *e)
{
	const struct refusal *x = arg;
	const struct audit_row row = {
		.at = world.g.now,
		.actor = str_from(x->actor),
		.action = str_from(x->action),
		.result = str_from(x->result),
		.cvr = x->cvr ? str_from(x->cvr) : STR_NONE,
		.request_id = STR("r-first"),
		.detail = STR("{\"message_id\":\"m\"}"),
	};

	return repeats_add(tx, &row, x->asked ? str_from(x->asked) : STR_NONE, e) &&
	       (!x->is_undone || FAIL(e, STORE_BUSY, "undone"));
}

static void
refuse(const struct refusal *x)
{
	struct err e = ERR_INIT;

	if (store_write(world.app.store, add_job, (void *)(uintptr_t)x, &e) == x->is_undone)
		fail_msg("%s %s", err_row(e.code)->name, e.detail);
}

static void
flush(void)
{
	struct err e = ERR_INIT;

	assert_true(repeats_flush(world.app.store, world.g.now, &e));
}

struct seen {
	unsigned records; /* as they are */
	unsigned sums;
	int64_t counted; /* by them */
	struct str last; /* detail */
	struct str cvr;  /* of the last sum; absent: none */
};

static bool
see(const struct audit_row *row, void *arg, struct err *e)
{
	AUTO(json_decrefp) json_t *o = json_read_object(row->detail);
	int64_t count = json_integer_value(json_object_get(o, "count"));
	struct seen *s = arg;

	(void)e;
	assert_non_null(o);
	s->records += count == 0;
	s->sums += count > 0;
	s->counted += count;
	s->last = arena_dup(world.g.a, row->detail);
	if (count > 0)
		s->cvr = str_is_set(row->cvr) ? arena_dup(world.g.a, row->cvr) : STR_NONE;
	return true;
}

static struct seen
seen(const char *actor, const char *result)
{
	const struct audit_filter f = {.from = INSTANT_MIN,
				       .to = INSTANT_MAX,
				       .actor = str_from(actor),
				       .result = str_from(result)};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct seen s = {0};
	struct err e = ERR_INIT;

	assert_true(store_read(world.app.store, &r, &e));
	assert_true(store_audit_each(r, &f, see, &s, &e));
	return s;
}

static void
expect(const char *actor, unsigned records, unsigned sums, int64_t counted)
{
	struct seen s = seen(actor, "NO");

	if (s.records != records || s.sums != sums || s.counted != counted)
		fail_msg("%s: %u records, %u sums, %lld counted", actor, s.records, s.sums,
			 (long long)s.counted);
}

static void
equal_ones(void **state)
{
	const struct refusal x = {"equal", "token.issue", "NO", "11111111", "urn:a", false};
	size_t at;

	(void)state;
	refuse(&x);
	expect("equal", 1, 0, 0);
	for (int i = 0; i < 4; i++) {
		world.g.now += SECONDS(1);
		refuse(&x);
	}
	expect("equal", 1, 0, 0);
	flush();
	expect("equal", 1, 1, 4);
	assert_true(str_has_prefix(seen("equal", "NO").last,
				   STR("{\"count\":4,\"applies_to\":\"urn:a\","
				       "\"first\":\"r-first\",\"since\":\"")));
	assert_true(str_find(seen("equal", "NO").last, STR("\",\"until\":\""), &at));
	assert_true(str_eq_c(seen("equal", "NO").cvr, "11111111"));
	/* nothing more to write; the next one is the first again */
	flush();
	expect("equal", 1, 1, 4);
	refuse(&x);
	expect("equal", 2, 1, 4);
	flush();
	expect("equal", 2, 1, 4);
}

/* Another word anywhere: another kind, whose first one is recorded. No two words make one. */
static void
different_ones(void **state)
{
	static const struct refusal kinds[] = {
		{"different", "token.issue", "NO", NULL, NULL, false},
		{"different", "token.issue", "NO", "11111111", NULL, false},
		{"different", "token.issue", "NO", "22222222", NULL, false},
		{"different", "token.issue", "NO", NULL, "11111111", false},
		{"different", "token.issue", "NO", NULL, "urn:a", false},
		{"different", "token.issue", "NO", NULL, "urn:b", false},
		{"different", "token.issu", "NO", "e", "urn:b", false},
		{"different", "other.laes", "NO", NULL, NULL, false},
	};
	const struct refusal elsewhere = {"different", "token.issue", "YES", NULL, NULL, false};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(kinds); i++)
		refuse(&kinds[i % ARRAY_LEN(kinds)]);
	refuse(&elsewhere);
	expect("different", ARRAY_LEN(kinds), 0, 0);
	assert_int_equal(seen("different", "YES").records, 1);
	flush();
	expect("different", ARRAY_LEN(kinds), ARRAY_LEN(kinds), ARRAY_LEN(kinds));
}

/* A sender that never asks for the same twice gets no more records, and is counted. */
static void
ever_another_one(void **state)
{
	const struct refusal other = {"another", "token.issue", "NO", "11111111", NULL, false};
	enum { ALL = 100 };

	(void)state;
	for (int i = 0; i < ALL; i++) {
		char cvr[9];
		struct refusal x = {"ever", "token.issue", "NO", cvr, NULL, false};

		snprintf(cvr, sizeof(cvr), "%08d", i);
		refuse(&x);
	}
	expect("ever", REPEATS_KINDS + 1, 0, 0);
	/* nobody else feels it */
	refuse(&other);
	expect("another", 1, 0, 0);
	flush();
	expect("ever", REPEATS_KINDS + 1, 1, ALL - REPEATS_KINDS - 1);
	/* it is a sum of several contexts, and names none */
	assert_false(str_is_set(seen("ever", "NO").cvr));
	/* and in the next interval it may be told apart again */
	refuse(&(struct refusal){"ever", "token.issue", "NO", "00000099", NULL, false});
	expect("ever", REPEATS_KINDS + 2, 1, ALL - REPEATS_KINDS - 1);
}

static void
over_a_crash(void **state)
{
	const struct refusal x = {"crash", "call", "NO", NULL, NULL, false};
	struct refusal undone = x;
	struct store_options o = world.g.w.options;
	struct err e = ERR_INIT;

	(void)state;
	undone.is_undone = true;
	refuse(&undone);
	expect("crash", 0, 0, 0);
	for (int i = 0; i < 7; i++)
		refuse(&x);
	refuse(&undone);
	/* nothing was flushed; who opens the store next does it */
	store_close(world.app.store);
	assert_true(store_open(&o, &world.app.store, &e));
	world.g.w.store = world.app.store;
	expect("crash", 1, 0, 0);
	flush();
	expect("crash", 1, 1, 6);
}

static bool
damage_job(struct tx *tx, void *arg, struct err *e)
{
	(void)arg;
	return store_state_put(tx, "refusals", STR("k"), STR("{"), INSTANT_MAX, e);
}

static bool
repair_job(struct tx *tx, void *arg, struct err *e)
{
	(void)arg;
	return store_state_drop(tx, "refusals", STR("k"), e);
}

/* What cannot be read is told, and costs nothing that can. */
static void
damaged(void **state)
{
	const struct refusal x = {"damaged", "call", "NO", NULL, NULL, false};
	struct err e = ERR_INIT;

	(void)state;
	refuse(&x);
	refuse(&x);
	assert_true(store_write(world.app.store, damage_job, NULL, &e));
	assert_false(repeats_flush(world.app.store, world.g.now, &e));
	assert_int_equal(e.code, STORE_DAMAGED);
	expect("damaged", 1, 0, 0);
	err_clear(&e);
	assert_true(store_write(world.app.store, repair_job, NULL, &e));
	flush();
	expect("damaged", 1, 1, 1);
}

static unsigned long
metric(void)
{
	AUTO(buf_release) struct buf text = BUF_INIT(1 << 20);
	static const struct str name =
		STR_INIT("sluse_tokens_refused_total{reason=\"STS_APPLIES_TO_UNKNOWN\"} ");
	size_t at;
	int64_t n = 0;
	struct str line, rest;

	metrics_write(&text);
	if (!str_find(buf_str(&text), name, &at))
		return 0;
	(void)str_cut(str_skip(buf_str(&text), at + name.len), '\n', &line, &rest);
	assert_true(str_to_i64(line, 0, INT64_MAX, &n));
	return (unsigned long)n;
}

/* Whole messages: recorded or counted, each is claimed for good and each is in the metrics. */
static void
whole_messages(void **state)
{
	enum { ALL = 12 };
	unsigned long before = metric();
	struct arena *a = world.g.a;
	struct str text = STR("");
	struct seen s;

	(void)state;
	for (int i = 0; i < ALL; i++) {
		text = mutate(a, gw_request(&world.g), GW_AUDIENCE, "urn:nowhere");
		text = resign(text, 0, "systems/KY", a);
		sw_post(&world, false, text);
		sw_fault(&world, "unknown", "5002", "no connection 'urn:nowhere' found");
	}
	assert_int_equal(metric(), before + ALL);
	s = seen("KY", "STS_APPLIES_TO_UNKNOWN");
	assert_int_equal(s.records, 1);
	sw_interval(&world);
	s = seen("KY", "STS_APPLIES_TO_UNKNOWN");
	assert_int_equal(s.records, 1);
	assert_int_equal(s.sums, 1);
	assert_int_equal(s.counted, ALL - 1);
	/* the last one had no record: sent again, after a restart, it is a replay */
	sw_restart(&world);
	sw_post(&world, false, text);
	sw_fault(&world, "again", "InvalidSecurity", "received before");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ones),       cmocka_unit_test(different_ones),
		cmocka_unit_test(ever_another_one), cmocka_unit_test(over_a_crash),
		cmocka_unit_test(damaged),          cmocka_unit_test(whole_messages),
	};
	int failed;

	sw_begin(&world, "repeats");
	failed = cmocka_run_group_tests_name("repeats", tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
