/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a publication was: what was known as of a moment that has passed is the same after the
 * commit as before it, also of moments within the job; one that would be too late is undone and
 * tried again, so and so often.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/desk_world.h"
#include "tests/unit/oio_text.h"

#define UNITS 2001
#define MOMENTS 32
#define TYPE (&type_organisationenhed)

static struct world w;
static struct desk d;
static struct receipt got;

static int
start(void **state)
{
	(void)state;
	world_open(&w);
	d = world_desk(&w, KORSBAEK);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

static struct uuid
numbered(unsigned n)
{
	struct uuid u = {{'u'}};

	if (n > 0) {
		u.b[14] = (uint8_t)(n >> 8);
		u.b[15] = (uint8_t)n;
		return u;
	}
	return oio_letter('u'); /* desk_soap and desk_unit reach the first */
}

struct filling {
	int64_t draft;
	size_t count;
	struct edit *edits;
};

static bool
fill_job(struct tx *tx, void *arg, struct err *e)
{
	struct filling *f = arg;

	return draft_put(tx, &d, f->draft, DRAFT_INDLAES, f->edits, f->count, e);
}

/* A draft that makes so many units. */
static int64_t
fill(size_t count)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct filling f = {desk_draft(&d, "Mange"), count, ARENA_NEW_N(a, count, struct edit)};
	struct err e = ERR_INIT;

	for (unsigned i = 0; i < count; i++) {
		f.edits[i] = (struct edit){.type = TYPE,
					   .uuid = numbered(i),
					   .op = EDIT_IMPORTER,
					   .base = EDIT_BASE_NOW};
		oio_from_text("E:Enhed[dag,inf) G:Aktiv[dag,inf)", a, &f.edits[i].content);
	}
	if (!store_write(d.store, fill_job, &f, &e))
		fail_msg("%s", e.detail);
	return f.draft;
}

/* How many of the units were known as of that moment. */
static unsigned
known(instant at)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err e = ERR_INIT;
	unsigned count = 0;

	if (!store_read(w.store, &r, &e))
		fail_msg("%s", e.detail);
	for (unsigned i = 0; i < UNITS; i++) {
		struct object_key k = {d.cvr, TYPE->id, numbered(i)};
		struct object_rows rows;

		if (!objects_history(r, &k, at, at + 1, a, &rows, &e))
			fail_msg("%s", e.detail);
		count += rows.count > 0;
	}
	return count;
}

/* A job that takes its time: the clock goes on with each thousand objects. */
struct slow {
	instant step[8]; /* each time; the last one stays */
	unsigned calls;
	struct {
		instant at;
		unsigned known;
	} seen[MOMENTS];
};

static void
pass_time(const char *what, size_t done, size_t total, void *arg)
{
	struct slow *s = arg;
	size_t i = s->calls < ARRAY_LEN(s->step) ? s->calls : ARRAY_LEN(s->step) - 1;

	(void)what;
	(void)done;
	(void)total;
	clock_freeze(clock_now() + s->step[i]);
	assert_true(s->calls < MOMENTS);
	s->seen[s->calls].at = clock_now();
	s->seen[s->calls++].known = known(clock_now());
}

static enum err_code
publish_slowly(struct slow *s, int64_t draft, struct err *e)
{
	const struct publish_options o = {.progress = pass_time, .arg = s};
	const struct plan_options po = {.day = w.now};
	AUTO(plan_freep) struct plan *p = NULL;

	if (!plan_draft(&d, draft, &po, &p, e))
		fail_msg("%s", e->detail);
	return publish(&d, p, &o, &got, e) ? ERR_NONE : e->code;
}

/* As of moments that had passed when it was committed: what they said then they say now. */
static void
expect_unchanged(const struct slow *s)
{
	for (unsigned i = 0; i < s->calls; i++) {
		assert_int_equal(s->seen[i].known, 0);
		assert_int_equal(known(s->seen[i].at), 0);
	}
	assert_int_equal(known(clock_now()), 0);
	assert_int_equal(known(got.at - 1), 0);
	assert_int_equal(known(got.at), UNITS);
}

static void
moments_within(void **state)
{
	struct slow s = {.step = {MS(100), MS(300)}};
	struct err e = ERR_INIT;
	instant begun = clock_now();

	(void)state;
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	assert_int_equal(s.calls, 2);
	assert_int_equal(clock_now(), begun + MS(400));
	assert_true(got.at > clock_now());
	assert_true(got.at < begun + SECONDS(2));
	expect_unchanged(&s);
}

#define FIRST "75757575-7575-7575-7575-757575757575"
#define UUID(u) "<s:UUIDIdentifikator>" u "</s:UUIDIdentifikator>"

static instant
latest_of_first(void)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct object_key k = {d.cvr, TYPE->id, numbered(0)};
	struct object_mark mark;
	struct err e = ERR_INIT;

	assert_true(store_read(w.store, &r, &e));
	assert_true(objects_mark(r, &k, &mark, &e));
	return mark.at;
}

/* Who does not ask about a time of registration sees it at once, and writes on from it. */
static void
seen_at_once(void **state)
{
	static const struct {
		const char *service, *body;
	} asks[] = {
		{"organisationenhed", "<LaesInput{T}>" UUID(FIRST) "</LaesInput>"},
		{"organisationenhed", "<ListInput{T}>" UUID(FIRST) "</ListInput>"},
		{"organisationenhed",
		 "<SoegInput{T}><AttributListe><Egenskab><s:EnhedNavn>Enhed</s:EnhedNavn>"
		 "</Egenskab></AttributListe></SoegInput>"},
		{"organisationsystem",
		 "<FremsoegObjekthierarkiInput{T}><s:MaksimalAntalKvantitet>9"
		 "</s:MaksimalAntalKvantitet></FremsoegObjekthierarkiInput>"},
	};
	static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"},
			       writer = {.cvr = KORSBAEK, .role = "rediger"};
	struct slow s = {.calls = 0};
	struct err e = ERR_INIT;
	struct said said;

	(void)state;
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	assert_true(got.at > clock_now());
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		world_call(&w, &reader, asks[i].service, asks[i].body, &said);
		if (!said.ok || said.status != 20 || !said_has(&said, ">75"))
			fail_msg("%s: %d " STR_FMT, asks[i].body, said.status,
				 STR_ARG(said.text));
		said_end(&said);
	}
	assert_int_equal(latest_of_first(), got.at);
	world_expect(&w, &writer, "organisationenhed",
		     "<RetInput{T}>" UUID(
			     FIRST) "<AttributListe><Egenskab>"
				    "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst>"
				    "<s:EnhedNavn>Ny</s:EnhedNavn></Egenskab></AttributListe></"
				    "RetInput>",
		     20);
	assert_int_equal(latest_of_first(), got.at + MS(1));
}

/* Late at the end, and late on the way: undone, and done with more time. */
static void
late_once(void **state)
{
	static const struct {
		instant step[8];
		unsigned calls;
	} rows[] = {
		{{0, SECONDS(2), 0}, 4},
		/* the second thousand is not begun for nothing */
		{{SECONDS(2), 0}, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct slow s = {.calls = 0};
		struct err e = ERR_INIT;

		if (i > 0) {
			stop(state);
			start(state);
		}
		memcpy(s.step, rows[i].step, sizeof(s.step));
		assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
		assert_int_equal(e.code, ERR_NONE);
		assert_int_equal(s.calls, rows[i].calls);
		assert_int_equal(got.number, 1);
		assert_int_equal(got.objects, UNITS);
		assert_int_equal(desk_audited(&d, "publikation.publicer"), 1);
		expect_unchanged(&s);
	}
}

/* What would be committed a moment after the clock has come too near is not. */
static void
time_for_the_commit(void **state)
{
	struct slow s = {.calls = 0};
	struct err e = ERR_INIT;
	instant begun = clock_now(), first;

	(void)state;
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	first = got.at - begun;
	stop(state);
	start(state);
	s = (struct slow){.step = {0, first - first / 8, 0}};
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	assert_int_equal(s.calls, 4);
	stop(state);
	start(state);
	s = (struct slow){.step = {0, first / 2, 0}};
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	assert_int_equal(s.calls, 2);
}

static void
always_late(void **state)
{
	struct slow s = {.step = {HOURS(1), HOURS(1), HOURS(1), HOURS(1)}}, idle = {.calls = 0};
	struct err e = ERR_INIT;
	int64_t draft = fill(UNITS);

	(void)state;
	assert_int_equal(publish_slowly(&s, draft, &e), DRAFT_LATE);
	assert_int_equal(s.calls, 3);
	assert_string_equal(e.detail, "2001 objects in 4001 ms");
	assert_int_equal(known(INSTANT_MAX - 1), 0);
	assert_int_equal(desk_audited(&d, "publikation.publicer"), 0);
	/* the draft is as it was */
	assert_int_equal(publish_slowly(&idle, draft, &e), ERR_NONE);
	assert_int_equal(known(got.at), UNITS);
}

/* A way back takes as long, and keeps to the same. */
static void
way_back(void **state)
{
	const struct plan_options po = {.day = w.now};
	struct slow s = {.calls = 0}, slow = {.step = {0, SECONDS(2), 0}};
	const struct publish_options o = {.progress = pass_time, .arg = &slow};
	AUTO(plan_freep) struct plan *p = NULL;
	struct err e = ERR_INIT;
	instant published;

	(void)state;
	assert_int_equal(publish_slowly(&s, fill(UNITS), &e), ERR_NONE);
	published = got.at;
	clock_freeze(published + SECONDS(1));
	assert_true(
		plan_back(&d, &(struct way_back){.number = 1, .is_never = true}, &po, &p, &e));
	assert_true(publish(&d, p, &o, &got, &e));
	assert_int_equal(slow.calls, 4);
	assert_true(got.at > clock_now());
	assert_int_equal(known(published - 1), 0);
	for (unsigned i = 0; i < slow.calls; i++)
		assert_int_equal(slow.seen[i].known, UNITS);
}

/* Few objects are dated as a system's registration is. */
static void
few(void **state)
{
	(void)state;
	assert_int_equal(desk_publish(&d, fill(100), w.now / DAYS(1), NULL, &got), ERR_NONE);
	assert_int_equal(got.at, time_floor_ms(clock_now()));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(moments_within),
		CASE(seen_at_once),
		CASE(late_once),
		CASE(time_for_the_commit),
		CASE(always_late),
		CASE(way_back),
		CASE(few),
	};

	return cmocka_run_group_tests_name("publish_time", tests, NULL, NULL);
}
