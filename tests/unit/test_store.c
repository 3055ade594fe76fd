/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite store: the conformance cases, other processes, and taking turns. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/mem.h"
#include "tests/unit/store_cases.h"

static void
run_case(void **state)
{
	const struct store_case *c = *state;
	struct store_options o = store_fresh_options("case");
	struct err e = ERR_INIT;
	struct store *s = NULL;

	if (!store_open(&o, &s, &e))
		fail_msg("open: %s", e.detail);
	c->run(&s, &o);
	store_closep(&s);
	store_remove(&o);
}

/* ---- two processes, and a reader ---- */

static void
busy(void **state)
{
	struct store_options o = store_fresh_options("busy");
	struct store_probe w = {"x", 10};
	struct err e = ERR_INIT;
	struct reading *first, *second;
	struct store *s;
	sqlite3 *db;

	(void)state;
	o.busy_ms = 20;
	o.readers = 1;
	assert_true(store_open(&o, &s, &e));
	assert_int_equal(sqlite3_open(o.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(store_write(s, store_probe_write, &w, &e));
	assert_int_equal(e.code, STORE_BUSY);
	err_clear(&e);
	/* reading goes on, and so does writing once the other is done */
	assert_int_equal(store_probe_count(s), 0);
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_true(store_write(s, store_probe_write, &w, &e));
	assert_true(store_read(s, &first, &e));
	assert_false(store_read(s, &second, &e));
	assert_int_equal(e.code, STORE_BUSY);
	err_clear(&e);
	store_read_end(first);
	assert_int_equal(store_probe_count(s), 1);
	store_close(s);
	store_remove(&o);
}

static void
another_process_writes(void **state)
{
	struct store_options o = store_fresh_options("two"), reader = o;
	struct store_probe w = {"mine", 10};
	struct err e = ERR_INIT;
	struct store *s, *look;
	int64_t before, after;
	int status;
	pid_t child;

	(void)state;
	assert_true(store_open(&o, &s, &e));
	assert_true(store_write(s, store_probe_write, &w, &e));
	assert_true(store_known_generation(s, &before, &e));
	store_close(s);
	child = fork();
	if (child == 0) {
		struct store_probe theirs = {.size = 100};

		if (!store_open(&o, &s, &e))
			_exit(2);
		for (int i = 0; i < 100; i++) {
			snprintf(theirs.id, sizeof(theirs.id), "theirs-%d", i);
			if (!store_write(s, store_probe_write, &theirs, &e))
				_exit(3);
		}
		store_close(s);
		_exit(0);
	}
	assert_true(store_open(&o, &s, &e));
	for (int i = 0; i < 100; i++) {
		snprintf(w.id, sizeof(w.id), "mine-%d", i);
		assert_true(store_write(s, store_probe_write, &w, &e));
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(store_probe_count(s), 201);
	assert_true(store_known_generation(s, &after, &e));
	assert_int_equal(after, before + 200);
	reader.read_only = true;
	assert_true(store_open(&reader, &look, &e));
	assert_int_equal(store_probe_count(look), 201);
	assert_false(store_write(look, store_probe_write, &w, &e));
	assert_int_equal(e.code, STORE_UNAVAILABLE);
	store_close(look);
	store_close(s);
	store_remove(&o);
}

static void *
reader_main(void *arg)
{
	struct store *s = arg;

	for (int i = 0; i < 200; i++)
		if (store_probe_count(s) != 40)
			return s;
	return NULL;
}

/* More threads than connections: they take turns. */
static void
pool_is_shared(void **state)
{
	struct store_options o = store_fresh_options("pool");
	pthread_t threads[8];
	struct err e = ERR_INIT;
	struct store *s;

	(void)state;
	store_probe_file(&o);
	assert_true(store_open(&o, &s, &e));
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, reader_main, s);
	for (int i = 0; i < 8; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	store_close(s);
	store_remove(&o);
}

static size_t
add_cases(const struct store_case *cases, size_t count, struct CMUnitTest *to)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (struct CMUnitTest){.name = cases[i].name,
					    .test_func = run_case,
					    .initial_state = (void *)(uintptr_t)&cases[i]};
	return count;
}

int
main(void)
{
	const struct CMUnitTest own[] = {
		cmocka_unit_test(busy),
		cmocka_unit_test(another_process_writes),
		cmocka_unit_test(pool_is_shared),
	};
	struct CMUnitTest tests[64];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		tests[count++] = own[i];
	count += add_cases(store_cases, store_case_count, tests + count);
	count += add_cases(store_state_cases, store_state_case_count, tests + count);
	count += add_cases(store_object_cases, store_object_case_count, tests + count);
	count += add_cases(store_scan_cases, store_scan_case_count, tests + count);
	count += add_cases(store_draft_cases, store_draft_case_count, tests + count);
	count += add_cases(store_import_cases, store_import_case_count, tests + count);
	return _cmocka_run_group_tests("store", tests, count, NULL, NULL);
}
