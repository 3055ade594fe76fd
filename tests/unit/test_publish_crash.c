/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A publication whose process is killed at any moment has done everything or nothing, and
 * readers beside it see the one or the other, never a part.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "registry/append.h"
#include "tests/unit/desk_world.h"
#include "tests/unit/oio_text.h"

#define UNITS 1500
#define ROUNDS 15
#define TYPE (&type_organisationenhed)

static struct world w;
static struct desk d;

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
	struct uuid u = {{0xab}};

	u.b[14] = (uint8_t)(n >> 8);
	u.b[15] = (uint8_t)n;
	return u;
}

struct filling {
	int64_t draft;
	struct edit *edits;
};

static bool
fill_job(struct tx *tx, void *arg, struct err *e)
{
	struct filling *f = arg;

	return draft_put(tx, &d, f->draft, DRAFT_INDLAES, f->edits, UNITS, e);
}

/* A draft that makes all units, or moves them below the unit of that letter. */
static int64_t
fill(enum edit_op op, char parent)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct filling f = {desk_draft(&d, "Mange"), ARENA_NEW_N(a, UNITS, struct edit)};
	struct err e = ERR_INIT;
	char text[100];

	snprintf(text, sizeof(text), "%sOverordnet:%c[dag,inf)",
		 op == EDIT_IMPORTER ? "E:Enhed[dag,inf) G:Aktiv[dag,inf) " : "", parent);
	for (unsigned i = 0; i < UNITS; i++) {
		f.edits[i] = (struct edit){
			.type = TYPE, .uuid = numbered(i), .op = op, .base = EDIT_BASE_NOW};
		if (i == 0)
			oio_from_text(text, a, &f.edits[i].content);
		else
			f.edits[i].content = f.edits[0].content;
	}
	if (!store_write(d.store, fill_job, &f, &e))
		fail_msg("%s", e.detail);
	return f.draft;
}

struct seen {
	unsigned below[256], all; /* by the letter of the parent; units */
	int64_t publications;
};

static bool
count_publication(const struct publication_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(int64_t *)arg;
	return true;
}

/* What one reader sees in one snapshot. */
static struct seen
look(struct store *s)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct seen seen = {.all = 0};
	struct err e = ERR_INIT;
	struct object_row row;
	struct registrering reg;
	struct plan_view view;
	bool found;

	if (!store_read(s, &r, &e))
		fail_msg("%s", e.detail);
	for (unsigned i = 0; i < UNITS; i++) {
		struct object_key k = {d.cvr, TYPE->id, numbered(i)};
		struct folded f;

		if (!objects_latest(r, &k, a, &row, &found, &e))
			fail_msg("%s", e.detail);
		if (!found)
			continue;
		if (!append_unpack(TYPE, &row, a, &reg, &e))
			fail_msg("%s", e.detail);
		f = (struct folded){reg.livscyklus, reg.content};
		plan_look(TYPE, &f, w.now, a, &view);
		seen.below[view.parent.b[0]]++;
		seen.all++;
	}
	if (!publications_each(r, d.cvr, 0, count_publication, &seen.publications, &e))
		fail_msg("%s", e.detail);
	return seen;
}

static void
publish_and_die(int64_t draft)
{
	struct store_options so = {.path = w.path, .readers = 2};
	const struct publish_options none = {.rules = NULL};
	struct err e = ERR_INIT;
	struct receipt got;

	if (!store_open(&so, &d.store, &e))
		_exit(2);
	if (desk_publish(&d, draft, w.now / DAYS(1), &none, &got) != ERR_NONE)
		_exit(3);
	_exit(0);
}

/* One round: a child publishes and is killed. */
static void
one_round(int64_t draft, unsigned *seed)
{
	struct registry_options ro;
	int status;
	pid_t child;

	world_options(&w, &ro);
	registry_closep(&w.registry);
	store_closep(&w.store);
	child = fork();
	if (child == 0)
		publish_and_die(draft);
	*seed = *seed * 1103515245 + 12345;
	usleep(2000 + (*seed >> 8) % 400000);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	world_reopen(&w, &ro);
	d = world_desk(&w, KORSBAEK);
}

static void
killed(void **state)
{
	unsigned seed = (unsigned)getpid(), done = 0, none = 0;
	unsigned char now = 0, next = 'p'; /* below whom all units are */
	int64_t draft = fill(EDIT_IMPORTER, 'p');
	struct seen seen;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		one_round(draft, &seed);
		seen = look(w.store);
		if (seen.publications == (int64_t)done) {
			assert_int_equal(seen.below[now], now ? UNITS : 0);
			assert_int_equal(seen.all, now ? UNITS : 0);
			none++;
			continue;
		}
		done++;
		assert_int_equal(seen.publications, done);
		assert_int_equal(seen.below[next], UNITS);
		now = next;
		next = now == 'p' ? 'q' : 'p';
		draft = fill(EDIT_RET, (char)next);
	}
	print_message("# killed with nothing done %u times, with all of it %u times\n", none,
		      done);
	assert_int_equal(none + done, ROUNDS);
}

struct watcher {
	struct store *s;
	bool is_done; /* atomic, as looks */
	unsigned looks, torn, before, after;
};

static void *
watch(void *arg)
{
	struct watcher *x = arg;

	while (!__atomic_load_n(&x->is_done, __ATOMIC_ACQUIRE)) {
		struct seen seen = look(x->s);

		__atomic_add_fetch(&x->looks, 1, __ATOMIC_RELEASE);
		x->before += seen.below['p'] == UNITS;
		x->after += seen.below['q'] == UNITS;
		x->torn += seen.below['p'] != UNITS && seen.below['q'] != UNITS;
	}
	return NULL;
}

static void
never_half_moved(void **state)
{
	struct watcher x = {.s = w.store};
	struct receipt got;
	pthread_t thread;

	(void)state;
	assert_int_equal(
		desk_publish(&d, fill(EDIT_IMPORTER, 'p'), w.now / DAYS(1), NULL, &got),
		ERR_NONE);
	pthread_create(&thread, NULL, watch, &x);
	while (__atomic_load_n(&x.looks, __ATOMIC_ACQUIRE) == 0)
		usleep(1000);
	assert_int_equal(desk_publish(&d, fill(EDIT_RET, 'q'), w.now / DAYS(1), NULL, &got),
			 ERR_NONE);
	__atomic_store_n(&x.is_done, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	assert_int_equal(x.torn, 0);
	assert_true(x.before > 0);
	assert_int_equal(look(w.store).below['q'], UNITS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed, start, stop),
		cmocka_unit_test_setup_teardown(never_half_moved, start, stop),
	};

	return cmocka_run_group_tests_name("publish_crash", tests, NULL, NULL);
}
