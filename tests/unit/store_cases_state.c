/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance cases of store.h, second part: audit, events, replay keys, state. */
#include "tests/unit/store_cases.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/clock.h"

#define T0 SECONDS(1780000000)

/* ---- audit and events ---- */

static bool
job_audit(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_add(tx, arg, e);
}

static void
audit(struct store *s, struct audit_row row)
{
	struct err e = ERR_INIT;

	assert_true(store_write(s, job_audit, &row, &e));
}

static bool
print_audit(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%" PRId64 ",", row->id);
	return true;
}

static void
audit_four(struct store *s)
{
	audit(s, (struct audit_row){.at = T0,
				    .action = STR("token.issue"),
				    .result = STR("ok"),
				    .actor = STR("ky"),
				    .cvr = STR("11111111"),
				    .service = STR("urn:organisation"),
				    .request_id = STR("r1")});
	audit(s, (struct audit_row){.at = T0 + 1,
				    .action = STR("token.issue"),
				    .result = STR("SIGNATURE_WRONG"),
				    .actor = STR("ksd"),
				    .request_id = STR("r2")});
	audit(s, (struct audit_row){.at = T0 + 2,
				    .action = STR("known.put"),
				    .result = STR("ok"),
				    .actor = STR("cli:root"),
				    .object = STR("system/ky"),
				    .detail = STR("{\"n\":1}")});
	audit(s, (struct audit_row){.at = T0 + 3,
				    .action = STR("login"),
				    .result = STR("ok"),
				    .actor = STR("user"),
				    .cvr = STR("11111111")});
}

static void
audit_filters(struct store **s, const struct store_options *o)
{
#define ANY .from = INSTANT_MIN, .to = INSTANT_MAX
	static const struct {
		const char *name;
		struct audit_filter filter;
		const char *want;
	} rows[] = {
		{"all", {ANY}, "1,2,3,4,"},
		{"action", {ANY, .action = STR_INIT("token.issue")}, "1,2,"},
		{"action by prefix", {ANY, .action = STR_INIT("known.*")}, "3,"},
		{"every action", {ANY, .action = STR_INIT("*")}, "1,2,3,4,"},
		{"a prefix is no pattern", {ANY, .action = STR_INIT("%*")}, ""},
		{"action that is only a prefix", {ANY, .action = STR_INIT("token")}, ""},
		{"actor", {ANY, .actor = STR_INIT("ky")}, "1,"},
		{"cvr", {ANY, .cvr = STR_INIT("11111111")}, "1,4,"},
		{"service", {ANY, .service = STR_INIT("urn:organisation")}, "1,"},
		{"object", {ANY, .object = STR_INIT("system/ky")}, "3,"},
		{"request", {ANY, .request_id = STR_INIT("r2")}, "2,"},
		{"result", {ANY, .result = STR_INIT("SIGNATURE_WRONG")}, "2,"},
		{"two at once",
		 {ANY, .cvr = STR_INIT("11111111"), .action = STR_INIT("token.*")},
		 "1,"},
		{"from is inside", {.from = T0 + 2, .to = INSTANT_MAX}, "3,4,"},
		{"to is outside", {.from = INSTANT_MIN, .to = T0 + 2}, "1,2,"},
		{"after", {ANY, .after_id = 2}, "3,4,"},
		{"limit", {ANY, .limit = 2}, "1,2,"},
		{"page", {ANY, .after_id = 1, .limit = 2}, "2,3,"},
		{"empty is a value", {ANY, .actor = STR_INIT("")}, ""},
	};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	(void)o;
	audit_four(*s);
	assert_true(store_read(*s, &r, &e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);

		assert_true(store_audit_each(r, &rows[i].filter, print_audit, &b, &e));
		buf_add_char(&b, '\0');
		if (strcmp(b.ptr, rows[i].want) != 0)
			fail_msg("%s: %s instead of %s", rows[i].name, b.ptr, rows[i].want);
	}
}

static bool
check_audit(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	assert_true(str_eq_c(row->action, "known.put"));
	assert_true(str_eq_c(row->result, "ok"));
	assert_true(str_eq_c(row->actor, "cli:root"));
	assert_true(str_eq_c(row->service, "urn:organisation"));
	assert_true(str_eq_c(row->object, "system/ky"));
	assert_int_equal(row->hash.len, 32);
	assert_true(str_eq_c(row->detail, "{\"n\":1}"));
	assert_false(str_is_set(row->cvr));
	assert_false(str_is_set(row->request_id));
	assert_int_equal(row->at, T0);
	*(bool *)arg = true;
	return true;
}

static void
audit_keeps_every_column(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_filter all = {ANY};
	struct err e = ERR_INIT;
	bool seen = false;

	audit(*s, (struct audit_row){.at = T0,
				     .action = STR("known.put"),
				     .result = STR("ok"),
				     .actor = STR("cli:root"),
				     .service = STR("urn:organisation"),
				     .object = STR("system/ky"),
				     .detail = STR("{\"n\":1}")});
	store_reopen(s, o);
	assert_true(store_read(*s, &r, &e));
	assert_true(store_audit_each(r, &all, check_audit, &seen, &e));
	assert_true(seen);
}

static bool
job_event(struct tx *tx, void *arg, struct err *e)
{
	return store_event_add(tx, STR("organisation.bruger"), str_from(arg),
			       STR("\0\1payload"), T0, e);
}

static bool
print_event(const struct event_row *row, void *arg, struct err *e)
{
	(void)e;
	assert_true(str_eq_c(row->type, "organisation.bruger"));
	assert_true(str_eq(row->payload, STR("\0\1payload")));
	buf_printf(arg, "%" PRId64 "=" STR_FMT ",", row->id, STR_ARG(row->key));
	return true;
}

static void
events_in_order(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	char a[] = "a", bb[] = "b", c[] = "c";
	struct err e = ERR_INIT;

	(void)o;
	assert_true(store_write(*s, job_event, a, &e));
	assert_true(store_write(*s, job_event, bb, &e));
	assert_true(store_write(*s, job_event, c, &e));
	assert_true(store_read(*s, &r, &e));
	assert_true(store_event_each(r, 0, 2, print_event, &b, &e));
	assert_true(store_event_each(r, 2, 0, print_event, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, "1=a,2=b,3=c,");
}

/* ---- replay ---- */

struct replay {
	struct once_key key;
	instant until;
};

static bool
job_replay(struct tx *tx, void *arg, struct err *e)
{
	const struct replay *p = arg;

	return store_replay_add(tx, &p->key, p->until, e);
}

static bool
job_purge(struct tx *tx, void *arg, struct err *e)
{
	instant now = *(instant *)arg;

	for (unsigned part = 0; part < STORE_REPLAY_PARTS; part++)
		if (!store_replay_purge(tx, now, part, e))
			return false;
	return store_state_purge(tx, now, e);
}

static size_t
replay_count(struct store *s, instant now)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct once *once = once_new(100);
	struct err e = ERR_INIT;
	size_t count;

	assert_true(store_read(s, &r, &e));
	assert_true(store_replay_load(r, now, once, &e));
	count = once_count(once);
	once_free(once);
	return count;
}

static void
replay_survives_restart(struct store **s, const struct store_options *o)
{
	struct replay a = {{{1}}, T0 + 100}, b = {{{2}}, T0 + 200};
	struct once *once = once_new(100);
	struct err e = ERR_INIT;
	struct reading *r;
	instant now = T0 + 150;

	clock_freeze(T0);
	assert_true(store_write(*s, job_replay, &a, &e));
	assert_true(store_write(*s, job_replay, &b, &e));
	assert_false(store_write(*s, job_replay, &a, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	err_clear(&e);
	store_reopen(s, o);
	assert_int_equal(replay_count(*s, T0), 2);
	assert_true(store_read(*s, &r, &e));
	assert_true(store_replay_load(r, T0, once, &e));
	store_read_end(r);
	assert_false(once_claim(once, &b.key, 1, T0 + 200, T0 + 1, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	err_clear(&e);
	once_free(once);
	/* an ended one is not loaded, may be claimed anew, and can be purged */
	assert_int_equal(replay_count(*s, T0 + 101), 1);
	assert_true(store_write(*s, job_purge, &now, &e));
	assert_int_equal(replay_count(*s, T0), 1);
	clock_freeze(T0 + 201);
	b.until = T0 + 300;
	assert_true(store_write(*s, job_replay, &b, &e));
	assert_int_equal(replay_count(*s, T0 + 201), 1);
	clock_thaw();
}

struct part {
	instant now;
	unsigned part;
};

static bool
job_purge_part(struct tx *tx, void *arg, struct err *e)
{
	const struct part *p = arg;

	return store_replay_purge(tx, p->now, p->part, e);
}

/* Each key is in one part; what holds on is in none. */
static void
replay_is_purged_in_parts(struct store **s, const struct store_options *o)
{
	static const uint8_t first[] = {0x00, 0x0f, 0x10, 0x7f, 0x80, 0xef, 0xf0, 0xff};
	static const size_t left[STORE_REPLAY_PARTS] = {14, 13, 13, 13, 13, 13, 13, 12,
							11, 11, 11, 11, 11, 11, 10, 8};
	struct part p = {T0 + 150, 0};
	struct err e = ERR_INIT;

	(void)o;
	clock_freeze(T0);
	for (size_t i = 0; i < 2 * ARRAY_LEN(first); i++) {
		struct replay r = {{{0}}, i % 2 == 0 ? T0 + 149 : T0 + 150};

		r.key.b[0] = first[i / 2];
		r.key.b[ONCE_KEY_LEN - 1] = (uint8_t)i;
		assert_true(store_write(*s, job_replay, &r, &e));
	}
	for (; p.part < STORE_REPLAY_PARTS; p.part++) {
		assert_true(store_write(*s, job_purge_part, &p, &e));
		assert_int_equal(replay_count(*s, T0), left[p.part]);
	}
	clock_thaw();
}

/* ---- state ---- */

struct state {
	const char *bucket;
	struct str key, value;
	instant until, now;
	struct arena *arena;
	bool found;
};

static bool
job_state_put(struct tx *tx, void *arg, struct err *e)
{
	const struct state *p = arg;

	return store_state_put(tx, p->bucket, p->key, p->value, p->until, e);
}

static bool
job_state_take(struct tx *tx, void *arg, struct err *e)
{
	struct state *p = arg;

	return store_state_take(tx, p->bucket, p->key, p->now, p->arena, &p->value, e);
}

static bool
job_state_drop(struct tx *tx, void *arg, struct err *e)
{
	const struct state *p = arg;

	return store_state_drop(tx, p->bucket, p->key, e);
}

static bool
job_state_set(struct tx *tx, void *arg, struct err *e)
{
	struct state *p = arg;

	return store_state_set(tx, p->bucket, p->key, p->now, p->value, &p->found, e);
}

static bool
job_state_extend(struct tx *tx, void *arg, struct err *e)
{
	struct state *p = arg;

	return store_state_extend(tx, p->bucket, p->key, p->now, p->until, &p->found, e);
}

static struct str
state_get(struct store *s, const char *bucket, struct str key, instant now, struct arena *a)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct str value;

	assert_true(store_read(s, &r, &e));
	assert_true(store_state_get(r, bucket, key, now, a, &value, &e));
	return value;
}

static void
state_has_an_end(struct store **s, const struct store_options *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct state p = {"login", STR("k\0ey"), STR("v\0alue"), T0 + 10, T0, a, false};
	struct err e = ERR_INIT;
	instant now = T0 + 10;

	assert_true(store_write(*s, job_state_put, &p, &e));
	store_reopen(s, o);
	assert_true(str_eq(state_get(*s, "login", p.key, T0 + 9, a), STR("v\0alue")));
	assert_false(str_is_set(state_get(*s, "login", p.key, T0 + 10, a)));
	assert_false(str_is_set(state_get(*s, "session", p.key, T0, a)));
	assert_false(str_is_set(state_get(*s, "login", STR("k"), T0, a)));
	/* put again replaces value and end; an empty value is there */
	p.value = STR("");
	p.until = T0 + 20;
	assert_true(store_write(*s, job_state_put, &p, &e));
	assert_true(str_eq(state_get(*s, "login", p.key, T0 + 19, a), STR("")));
	assert_true(store_write(*s, job_purge, &now, &e));
	assert_true(str_is_set(state_get(*s, "login", p.key, T0, a)));
	now = T0 + 20;
	assert_true(store_write(*s, job_purge, &now, &e));
	assert_false(str_is_set(state_get(*s, "login", p.key, T0, a)));
}

static void
state_take_and_drop(struct store **s, const struct store_options *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct state p = {"login", STR("k"), STR("v"), T0 + 10, T0, a, false};
	struct err e = ERR_INIT;

	(void)o;
	assert_true(store_write(*s, job_state_put, &p, &e));
	assert_true(store_write(*s, job_state_take, &p, &e));
	assert_true(str_eq(p.value, STR("v")));
	assert_true(store_write(*s, job_state_take, &p, &e));
	assert_false(str_is_set(p.value));
	/* past its end it is not given, but gone all the same */
	p.value = STR("v");
	assert_true(store_write(*s, job_state_put, &p, &e));
	p.now = T0 + 10;
	assert_true(store_write(*s, job_state_take, &p, &e));
	assert_false(str_is_set(p.value));
	assert_false(str_is_set(state_get(*s, "login", p.key, T0, a)));
	p.value = STR("v");
	assert_true(store_write(*s, job_state_put, &p, &e));
	assert_true(store_write(*s, job_state_drop, &p, &e));
	assert_false(str_is_set(state_get(*s, "login", p.key, T0, a)));
	assert_true(store_write(*s, job_state_drop, &p, &e));
}

/* Each changes one half of what is there, and nothing that is not. */
static bool
job_state_clear(struct tx *tx, void *arg, struct err *e)
{
	return store_state_clear(tx, arg, e);
}

static bool
join(struct str key, struct str value, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, STR_FMT "=" STR_FMT ";", STR_ARG(key), STR_ARG(value));
	return true;
}

static bool
fail_at_b(struct str key, struct str value, void *arg, struct err *e)
{
	(void)value, (void)arg;
	return !str_eq(key, STR("b")) || FAIL(e, BAD_VALUE, "b");
}

static void
expect_all(struct store *s, const char *bucket, instant now, const char *want)
{
	AUTO(buf_release) struct buf all = BUF_INIT(1024);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	assert_true(store_state_each(r, bucket, now, join, &all, &e));
	if (!str_eq_c(buf_str(&all), want))
		fail_msg("%s: %.*s", bucket, STR_ARG(buf_str(&all)));
}

static void
state_each_and_clear(struct store **s, const struct store_options *o)
{
	static const struct {
		const char *bucket;
		struct str key, value;
		instant until;
	} rows[] = {
		{"one", STR_INIT("b"), STR_INIT("2"), INSTANT_MAX},
		{"one", STR_INIT("a"), STR_INIT("1"), INSTANT_MAX},
		{"one", STR_INIT("c"), STR_INIT("3"), T0 + 10},
		{"other", STR_INIT("a"), STR_INIT("x"), INSTANT_MAX},
	};
	char one[] = "one";
	struct err e = ERR_INIT;
	struct reading *r;

	(void)o;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct state p = {.bucket = rows[i].bucket,
				  .key = rows[i].key,
				  .value = rows[i].value,
				  .until = rows[i].until};

		assert_true(store_write(*s, job_state_put, &p, &e));
	}
	expect_all(*s, "one", T0 + 9, "a=1;b=2;c=3;");
	expect_all(*s, "one", T0 + 10, "a=1;b=2;");
	expect_all(*s, "none", T0, "");
	assert_true(store_read(*s, &r, &e));
	assert_false(store_state_each(r, "one", T0, fail_at_b, NULL, &e));
	assert_int_equal(e.code, BAD_VALUE);
	store_read_end(r);
	err_clear(&e);
	assert_true(store_write(*s, job_state_clear, one, &e));
	expect_all(*s, "one", T0, "");
	expect_all(*s, "other", T0, "a=x;");
}

static void
state_set_and_extend(struct store **s, const struct store_options *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct state p = {"login", STR("k"), STR("v"), T0 + 10, T0, a, true};
	struct err e = ERR_INIT;

	(void)o;
	assert_true(store_write(*s, job_state_set, &p, &e));
	assert_false(p.found);
	assert_true(store_write(*s, job_state_extend, &p, &e));
	assert_false(p.found);
	assert_false(str_is_set(state_get(*s, "login", p.key, T0, a)));
	assert_true(store_write(*s, job_state_put, &p, &e));
	p.value = STR("w");
	p.until = T0 + 99;
	assert_true(store_write(*s, job_state_set, &p, &e));
	assert_true(p.found);
	assert_true(str_eq(state_get(*s, "login", p.key, T0 + 9, a), STR("w")));
	assert_false(str_is_set(state_get(*s, "login", p.key, T0 + 10, a)));
	p.value = STR("x");
	assert_true(store_write(*s, job_state_extend, &p, &e));
	assert_true(p.found);
	assert_true(str_eq(state_get(*s, "login", p.key, T0 + 98, a), STR("w")));
	/* past its end it is neither changed nor brought back */
	p.now = p.until;
	p.until = T0 + 200;
	assert_true(store_write(*s, job_state_extend, &p, &e));
	assert_false(p.found);
	assert_true(store_write(*s, job_state_set, &p, &e));
	assert_false(p.found);
	assert_false(str_is_set(state_get(*s, "login", p.key, T0 + 99, a)));
}

struct taker {
	struct store *s;
	pthread_barrier_t *start;
	bool won;
};

static void *
taker_main(void *arg)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct taker *t = arg;
	struct state p = {"login", STR("k"), STR_NONE, 0, T0, a, false};
	struct err e = ERR_INIT;

	pthread_barrier_wait(t->start);
	t->won = store_write(t->s, job_state_take, &p, &e) && str_is_set(p.value);
	return NULL;
}

static void
state_take_has_one_winner(struct store **s, const struct store_options *o)
{
	enum { TAKERS = 8, ROUNDS = 10 };
	struct state p = {"login", STR("k"), STR("v"), T0 + 10, T0, NULL, false};
	struct taker takers[TAKERS];
	pthread_t threads[TAKERS];
	pthread_barrier_t start;
	struct err e = ERR_INIT;

	(void)o;
	pthread_barrier_init(&start, NULL, TAKERS);
	for (int round = 0; round < ROUNDS; round++) {
		int winners = 0;

		assert_true(store_write(*s, job_state_put, &p, &e));
		for (int i = 0; i < TAKERS; i++) {
			takers[i] = (struct taker){*s, &start, false};
			pthread_create(&threads[i], NULL, taker_main, &takers[i]);
		}
		for (int i = 0; i < TAKERS; i++) {
			pthread_join(threads[i], NULL);
			winners += takers[i].won;
		}
		assert_int_equal(winners, 1);
	}
	pthread_barrier_destroy(&start);
}

const struct store_case store_state_cases[] = {
	{"audit: filters", audit_filters},
	{"audit: every column", audit_keeps_every_column},
	{"events in order", events_in_order},
	{"replay keys survive a restart", replay_survives_restart},
	{"replay keys are purged in parts", replay_is_purged_in_parts},
	{"state ends", state_has_an_end},
	{"state: take and drop", state_take_and_drop},
	{"state: set and extend", state_set_and_extend},
	{"state: each and clear", state_each_and_clear},
	{"state: eight takers, one winner", state_take_has_one_winner},
};
const size_t store_state_case_count = sizeof(store_state_cases) / sizeof(store_state_cases[0]);
