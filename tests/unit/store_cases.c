/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conformance cases of store.h, first part: what is known, transactions. Nothing here knows
 * which implementation it tests.
 */
#include "tests/unit/store_cases.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buf.h"

#define T0 SECONDS(1780000000)

struct store_options
store_fresh_options(const char *name)
{
	static char paths[2][256]; /* two may be open at a time */
	static unsigned next;
	char *path = paths[next++ % ARRAY_LEN(paths)];
	const char *build = getenv("SLUSE_BUILD");
	struct store_options o = {.path = path, .create = true, .readers = 3};

	mkdir("build", 0777);
	snprintf(path, sizeof(paths[0]), "%s/store-%s-%ld.db", build ? build : "build", name,
		 (long)getpid());
	store_remove(&o);
	return o;
}

void
store_remove(const struct store_options *o)
{
	char path[300];

	unlink(o->path);
	snprintf(path, sizeof(path), "%s-wal", o->path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", o->path);
	unlink(path);
}

void
store_reopen(struct store **s, const struct store_options *o)
{
	struct err e = ERR_INIT;

	store_closep(s);
	if (!store_open(o, s, &e))
		fail_msg("reopen: %s", e.detail);
}

/* ---- probes ---- */

bool
store_probe_write(struct tx *tx, void *arg, struct err *e)
{
	static const char filler[64 * 1024];
	const struct store_probe *w = arg;
	struct known_row row = {.type = STR("t"),
				.id = str_from(w->id),
				.json = str_of(filler, w->size),
				.at = T0,
				.actor = STR("x")};

	return store_known_put(tx, &row, e);
}

static bool
probe_row(const struct known_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(int *)arg;
	return true;
}

int
store_probe_count(struct store *s)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	int count = 0;

	assert_true(store_read(s, &r, &e));
	assert_true(store_known_each(r, INSTANT_MAX, probe_row, &count, &e));
	return count;
}

void
store_probe_file(const struct store_options *o)
{
	struct store_probe w = {.size = 3000};
	struct err e = ERR_INIT;
	struct store *s;

	assert_true(store_open(o, &s, &e));
	for (int i = 0; i < 40; i++) {
		snprintf(w.id, sizeof(w.id), "%d", i);
		assert_true(store_write(s, store_probe_write, &w, &e));
	}
	store_close(s);
}

/* ---- known ---- */

struct put {
	const char *type, *id, *json;
	instant at;
	bool fails; /* after having written */
};

static bool
job_put(struct tx *tx, void *arg, struct err *e)
{
	const struct put *p = arg;
	struct known_row row = {.type = str_from(p->type),
				.id = str_from(p->id),
				.json = str_from(p->json),
				.at = p->at,
				.actor = STR("cli:test")};

	if (!store_known_put(tx, &row, e))
		return false;
	return !p->fails || FAIL(e, APPLY_INVALID, "the job changed its mind");
}

static void
put(struct store *s, const char *type, const char *id, const char *json, instant at)
{
	struct put p = {type, id, json, at, false};
	struct err e = ERR_INIT;

	if (!store_write(s, job_put, &p, &e))
		fail_msg("put: %s", e.detail);
}

static bool
print_known(const struct known_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, STR_FMT "/" STR_FMT "#%" PRId64 "=" STR_FMT "\n", STR_ARG(row->type),
		   STR_ARG(row->id), row->version,
		   STR_ARG(str_is_set(row->json) ? row->json : STR("-")));
	return true;
}

static void
assert_known(struct store *s, instant at, const char *want)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	assert_true(store_known_each(r, at, print_known, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, want);
}

static void
known_versions(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	put(*s, "system", "ky", "{\"a\":1}", T0);
	put(*s, "myndighed", "11111111", "{}", T0 + 1);
	put(*s, "system", "ky", "{\"a\":2}", T0 + 10);
	put(*s, "system", "ky", NULL, T0 + 20);
	put(*s, "system", "ky", "{\"a\":3}", T0 + 30);
	assert_known(*s, T0 - 1, "");
	assert_known(*s, T0, "system/ky#1={\"a\":1}\n");
	assert_known(*s, T0 + 9, "myndighed/11111111#1={}\nsystem/ky#1={\"a\":1}\n");
	assert_known(*s, T0 + 10, "myndighed/11111111#1={}\nsystem/ky#2={\"a\":2}\n");
	assert_known(*s, T0 + 20, "myndighed/11111111#1={}\n");
	store_reopen(s, o);
	assert_known(*s, INSTANT_MAX, "myndighed/11111111#1={}\nsystem/ky#4={\"a\":3}\n");
	assert_true(store_read(*s, &r, &e));
	assert_true(store_known_history(r, STR("system"), STR("ky"), print_known, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, "system/ky#1={\"a\":1}\nsystem/ky#2={\"a\":2}\n"
				   "system/ky#3=-\nsystem/ky#4={\"a\":3}\n");
}

/* A clock that was set back must not hide or reorder what came later. */
static void
known_clock_back(struct store **s, const struct store_options *o)
{
	(void)o;
	put(*s, "system", "ky", "1", T0 + 100);
	put(*s, "system", "ky", "2", T0 + 50);
	assert_known(*s, T0 + 99, "");
	assert_known(*s, T0 + 100, "system/ky#2=2\n");
}

static void
known_generation(struct store **s, const struct store_options *o)
{
	struct put failing = {"system", "x", "{}", T0, true};
	struct err e = ERR_INIT;
	int64_t a, b, c;

	assert_true(store_known_generation(*s, &a, &e));
	put(*s, "system", "ky", "{}", T0);
	assert_true(store_known_generation(*s, &b, &e));
	assert_int_not_equal(a, b);
	assert_false(store_write(*s, job_put, &failing, &e));
	err_clear(&e);
	assert_true(store_known_generation(*s, &c, &e));
	assert_int_equal(b, c);
	store_reopen(s, o);
	assert_true(store_known_generation(*s, &c, &e));
	assert_int_equal(b, c);
}

static bool
stop_here(const struct known_row *row, void *arg, struct err *e)
{
	(void)arg;
	return FAIL(e, KNOWN_MALFORMED, "at " STR_FMT, STR_ARG(row->id));
}

static void
callback_stops(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	(void)o;
	put(*s, "system", "ky", "{}", T0);
	assert_true(store_read(*s, &r, &e));
	assert_false(store_known_each(r, INSTANT_MAX, stop_here, NULL, &e));
	assert_int_equal(e.code, KNOWN_MALFORMED);
}

/* ---- transactions ---- */

static void
job_error_is_returned(struct store **s, const struct store_options *o)
{
	struct put p = {"system", "ky", "{}", T0, true};
	struct err e = ERR_INIT;

	(void)o;
	assert_false(store_write(*s, job_put, &p, &e));
	assert_int_equal(e.code, APPLY_INVALID);
	assert_known(*s, INSTANT_MAX, "");
	/* and the writer goes on */
	put(*s, "system", "ky", "{}", T0);
	assert_known(*s, INSTANT_MAX, "system/ky#1={}\n");
}

static bool
job_sees_own(struct tx *tx, void *arg, struct err *e)
{
	struct put p = {"system", "own", "7", T0, false};

	return job_put(tx, &p, e) &&
	       store_known_each(tx_reading(tx), INSTANT_MAX, print_known, arg, e);
}

static void
job_sees_its_own_changes(struct store **s, const struct store_options *o)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)o;
	assert_true(store_write(*s, job_sees_own, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, "system/own#1=7\n");
}

static void
reading_is_a_snapshot(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)o;
	put(*s, "system", "old", "1", T0);
	assert_true(store_read(*s, &r, &e));
	put(*s, "system", "new", "1", T0);
	assert_true(store_known_each(r, INSTANT_MAX, print_known, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, "system/old#1=1\n");
	assert_known(*s, INSTANT_MAX, "system/new#1=1\nsystem/old#1=1\n");
}

#define CROWD_THREADS 16
#define CROWD_JOBS 40

struct crowd {
	struct store *s;
	pthread_barrier_t *start;
	int number;
	int failed_as_wished, written;
};

static void *
crowd_main(void *arg)
{
	struct crowd *c = arg;
	char id[32];

	pthread_barrier_wait(c->start);
	for (int i = 0; i < CROWD_JOBS; i++) {
		struct put p = {"system", id, "{}", T0, i % 5 == 4};
		struct err e = ERR_INIT;

		snprintf(id, sizeof(id), "%02d-%03d%s", c->number, i, p.fails ? "-no" : "");
		if (store_write(c->s, job_put, &p, &e))
			c->written++;
		else if (p.fails && e.code == APPLY_INVALID)
			c->failed_as_wished++;
	}
	return NULL;
}

static bool
count_known(const struct known_row *row, void *arg, struct err *e)
{
	(void)e;
	assert_false(str_has_suffix(row->id, STR("-no")));
	++*(int *)arg;
	return true;
}

static void
writers_share_a_commit(struct store **s, const struct store_options *o)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	pthread_barrier_t start;
	pthread_t threads[CROWD_THREADS];
	struct crowd crowds[CROWD_THREADS];
	struct store_stats stats;
	struct err e = ERR_INIT;
	int there = 0;

	(void)o;
	pthread_barrier_init(&start, NULL, CROWD_THREADS);
	for (int i = 0; i < CROWD_THREADS; i++) {
		crowds[i] = (struct crowd){.s = *s, .start = &start, .number = i};
		pthread_create(&threads[i], NULL, crowd_main, &crowds[i]);
	}
	for (int i = 0; i < CROWD_THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(crowds[i].failed_as_wished, CROWD_JOBS / 5);
		assert_int_equal(crowds[i].written, CROWD_JOBS - CROWD_JOBS / 5);
	}
	pthread_barrier_destroy(&start);
	assert_true(store_read(*s, &r, &e));
	assert_true(store_known_each(r, INSTANT_MAX, count_known, &there, &e));
	assert_int_equal(there, CROWD_THREADS * (CROWD_JOBS - CROWD_JOBS / 5));
	store_stats_get(*s, &stats);
	assert_int_equal(stats.jobs, CROWD_THREADS * CROWD_JOBS);
	assert_int_equal(stats.failed, CROWD_THREADS * CROWD_JOBS / 5);
	print_message("# %d jobs, %d commits\n", (int)stats.jobs, (int)stats.commits);
	assert_true(stats.commits * 2 < stats.jobs);
}

const struct store_case store_cases[] = {
	{"known: versions, as of, history", known_versions},
	{"known: a clock set back", known_clock_back},
	{"known: generation", known_generation},
	{"a callback's failure is the answer", callback_stops},
	{"a job's failure undoes it and is returned", job_error_is_returned},
	{"a job sees its own changes", job_sees_its_own_changes},
	{"a reading is a snapshot", reading_is_a_snapshot},
	{"16 writers share commits, failing ones fail alone", writers_share_a_commit},
};
const size_t store_case_count = sizeof(store_cases) / sizeof(store_cases[0]);
