/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite store: the conformance cases, and what only a file on disk can suffer. */
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

#define T0 SECONDS(1780000000)

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

struct write {
	char id[32];
	size_t size;
};

static bool
job_write(struct tx *tx, void *arg, struct err *e)
{
	static const char filler[64 * 1024];
	const struct write *w = arg;
	struct known_row row = {.type = STR("t"),
				.id = str_from(w->id),
				.json = str_of(filler, w->size),
				.at = T0,
				.actor = STR("x")};

	return store_known_put(tx, &row, e);
}

static bool
count_row(const struct known_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(int *)arg;
	return true;
}

static int
count_known(struct store *s)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	int count = 0;

	assert_true(store_read(s, &r, &e));
	assert_true(store_known_each(r, INSTANT_MAX, count_row, &count, &e));
	return count;
}

/* ---- durability: a process that dies keeps what it acknowledged ---- */

struct acker {
	struct store *s;
	int fd, number;
};

static void *
acker_main(void *arg)
{
	struct acker *a = arg;

	for (int i = 0;; i++) {
		struct write w = {.size = 200};
		struct err e = ERR_INIT;

		snprintf(w.id, sizeof(w.id), "%d-%d", a->number, i);
		if (!store_write(a->s, job_write, &w, &e))
			_exit(3);
		/* whole records: less than PIPE_BUF is written in one piece */
		if (write(a->fd, w.id, sizeof(w.id)) != sizeof(w.id))
			_exit(4);
	}
	return NULL;
}

static void
child_write_for_ever(const struct store_options *o, int fd)
{
	struct acker ackers[4];
	pthread_t thread;
	struct err e = ERR_INIT;
	struct store *s;

	if (!store_open(o, &s, &e))
		_exit(2);
	for (int i = 0; i < 4; i++) {
		ackers[i] = (struct acker){s, fd, i};
		pthread_create(&thread, NULL, acker_main, &ackers[i]);
	}
	pause();
	_exit(5);
}

static bool
find_row(const struct known_row *row, void *arg, struct err *e)
{
	const char *id = *(const char **)arg;

	(void)e;
	if (str_eq_c(row->id, id))
		*(const char **)arg = NULL;
	return true;
}

struct acked {
	char id[20000][32];
	size_t count;
};

/* Reads what was acknowledged, at most `want` in all. */
static void
read_acks(struct acked *a, int fd, size_t want)
{
	ssize_t n;

	while (a->count < want &&
	       (n = read(fd, a->id[a->count], (want - a->count) * sizeof(a->id[0]))) > 0) {
		assert_int_equal((size_t)n % sizeof(a->id[0]), 0);
		a->count += (size_t)n / sizeof(a->id[0]);
	}
}

static void
assert_all_there(struct store *s, const struct acked *a)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	for (size_t i = 0; i < a->count; i++) {
		const char *id = a->id[i];

		assert_true(store_known_history(r, STR("t"), str_from(id), find_row, &id, &e));
		if (id)
			fail_msg("%s was acknowledged and is lost", id);
	}
}

/* In odd rounds anywhere in the making of the file, in even ones after some writes. */
static void
one_round(const struct store_options *o, int round, unsigned *seed, struct acked *acked)
{
	struct err e = ERR_INIT;
	struct store *s;
	int fds[2], status;
	pid_t child;

	acked->count = 0;
	store_remove(o);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0)
		child_write_for_ever(o, fds[1]);
	close(fds[1]);
	if (round % 2 == 1)
		usleep((unsigned)rand_r(seed) % 20000);
	else
		read_acks(acked, fds[0], 1 + (size_t)rand_r(seed) % 200);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	read_acks(acked, fds[0], ARRAY_LEN(acked->id));
	close(fds[0]);
	if (store_open(o, &s, &e)) {
		assert_all_there(s, acked);
		store_close(s);
		return;
	}
	/* it died before the file had its first page: then nothing was written */
	assert_int_equal(e.code, STORE_DAMAGED);
	assert_int_equal(acked->count, 0);
}

static void
nothing_acknowledged_is_lost(void **state)
{
	struct store_options o = store_fresh_options("kill");
	struct acked *acked = MEM_NEW(struct acked);
	unsigned seed = (unsigned)getpid();
	size_t total = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		one_round(&o, round, &seed, acked);
		total += acked->count;
	}
	store_remove(&o);
	mem_free(acked);
	print_message("# %zu acknowledged writes in 20 rounds\n", total);
	assert_true(total >= 10);
}

/* ---- a full disk ---- */

static void
child_fill_disk(const struct store_options *o)
{
	struct rlimit limit = {.rlim_cur = 600 * 1024, .rlim_max = RLIM_INFINITY};
	struct write small = {"small", 10}, large = {"large", 64 * 1024};
	struct err e = ERR_INIT;
	struct store *s;
	int n, before;

	signal(SIGXFSZ, SIG_IGN);
	if (!store_open(o, &s, &e) || !store_write(s, job_write, &small, &e))
		_exit(2);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (n = 0; n < 100; n++) {
		snprintf(large.id, sizeof(large.id), "large-%d", n);
		if (!store_write(s, job_write, &large, &e))
			break;
	}
	before = count_known(s);
	if (n == 100 || e.code != STORE_UNAVAILABLE || before != n + 1)
		_exit(3);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	err_clear(&e);
	if (!store_write(s, job_write, &large, &e) || count_known(s) != before + 1)
		_exit(4);
	store_close(s);
	_exit(0);
}

static void
full_disk(void **state)
{
	struct store_options o = store_fresh_options("full");
	struct err e = ERR_INIT;
	struct store *s;
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		child_fill_disk(&o);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(store_open(&o, &s, &e));
	assert_true(count_known(s) > 2);
	store_close(s);
	store_remove(&o);
}

/* ---- files that are refused ---- */

static void
script(const struct store_options *o, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(o->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
make_file(const struct store_options *o)
{
	struct write w = {.size = 3000};
	struct err e = ERR_INIT;
	struct store *s;

	assert_true(store_open(o, &s, &e));
	for (int i = 0; i < 40; i++) {
		snprintf(w.id, sizeof(w.id), "%d", i);
		assert_true(store_write(s, job_write, &w, &e));
	}
	store_close(s);
}

static void
assert_refused(const struct store_options *o, enum err_code want, const char *name)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;

	if (store_open(o, &s, &e)) {
		store_close(s);
		fail_msg("%s was opened", name);
	}
	if (e.code != want)
		fail_msg("%s: %s (%s)", name, err_row(e.code)->name, e.detail);
}

static void
damaged_files(void **state)
{
	struct store_options o = store_fresh_options("damaged");
	static const struct {
		const char *name;
		off_t keep; /* of the size, per cent; -1: overwrite instead */
		off_t at;
	} rows[] = {
		{"empty", 0, 0},
		{"cut in half", 50, 0},
		{"last page torn", 99, 0},
		{"first bytes", -1, 0},
		{"page of the schema", -1, 100},
		{"a page in the middle", -1, 20 * 4096},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char junk[512];
		struct stat st;
		int fd;

		store_remove(&o);
		make_file(&o);
		assert_int_equal(stat(o.path, &st), 0);
		assert_true(st.st_size > 30 * 4096);
		memset(junk, 0xa5, sizeof(junk));
		fd = open(o.path, O_WRONLY);
		if (rows[i].keep >= 0)
			assert_int_equal(ftruncate(fd, st.st_size * rows[i].keep / 100), 0);
		else
			assert_int_equal(pwrite(fd, junk, sizeof(junk), rows[i].at),
					 sizeof(junk));
		close(fd);
		assert_refused(&o, STORE_DAMAGED, rows[i].name);
	}
	store_remove(&o);
}

static void
foreign_and_newer_files(void **state)
{
	struct store_options o = store_fresh_options("newer"), no_create = o, reader = o;
	struct err e = ERR_INIT;
	struct store *s;

	(void)state;
	no_create.create = false;
	reader.read_only = true;
	assert_refused(&no_create, STORE_UNAVAILABLE, "a file that is not there");
	assert_refused(&reader, STORE_UNAVAILABLE, "a file that is not there, to read");
	make_file(&o);
	script(&o, "PRAGMA user_version=9999");
	assert_refused(&o, STORE_NEWER, "a newer file");
	assert_refused(&reader, STORE_NEWER, "a newer file, to read");
	store_remove(&o);
	script(&o, "CREATE TABLE other (a)");
	assert_refused(&o, STORE_DAMAGED, "a foreign database");
	store_remove(&o);
	/* as a crash right after the making of the file leaves it */
	script(&o, "PRAGMA journal_mode=WAL");
	assert_refused(&no_create, STORE_DAMAGED, "a file without tables");
	assert_true(store_open(&o, &s, &e));
	store_close(s);
	store_remove(&o);
	o.path = "build";
	assert_refused(&o, STORE_UNAVAILABLE, "a folder");
	o.path = "build/no/such/folder/x.db";
	assert_refused(&o, STORE_UNAVAILABLE, "a folder that is not there");
}

static void
file_is_private(void **state)
{
	struct store_options o = store_fresh_options("mode");
	struct err e = ERR_INIT;
	struct store *s;
	struct stat st;
	char path[300];

	(void)state;
	umask(0);
	assert_true(store_open(&o, &s, &e));
	assert_int_equal(stat(o.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s-wal", o.path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	umask(022);
	store_close(s);
	store_remove(&o);
}

/* ---- what the file itself refuses ---- */

static void
history_cannot_be_changed(void **state)
{
	static const char *const tries[] = {
		"UPDATE known SET json = 'x'",
		"DELETE FROM known",
		"INSERT OR REPLACE INTO known SELECT * FROM known",
		"UPDATE audit SET actor = 'x'",
		"DELETE FROM audit",
		"UPDATE registration SET content = x'00'",
		"UPDATE registration SET at = 1",
		"DELETE FROM registration",
		"INSERT OR REPLACE INTO registration SELECT * FROM registration",
		/* to erase one object opens no other */
		"INSERT INTO erasing VALUES (9); DELETE FROM registration WHERE object = 1",
		"UPDATE erasure SET reason = 'x'",
		"DELETE FROM erasure",
	};
	struct store_options o = store_fresh_options("keep");
	sqlite3 *db;

	(void)state;
	make_file(&o);
	script(&o, "INSERT INTO audit (at, action, result, actor) VALUES (1, 'a', 'ok', 'x');"
		   "INSERT INTO registration (object, at, state, content)"
		   " VALUES (1, 1, 1, x'01');"
		   "INSERT INTO erasure (cvr, kind, uuid, at, reason, actor)"
		   " VALUES (11111111, 1, x'01', 1, 'anonymiser', 'x');");
	assert_int_equal(sqlite3_open(o.path, &db), SQLITE_OK);
	/* REPLACE deletes without asking the triggers, unless they are told to be recursive */
	sqlite3_exec(db, "PRAGMA recursive_triggers=ON", NULL, NULL, NULL);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (sqlite3_exec(db, tries[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
			fail_msg("done: %s", tries[i]);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	store_remove(&o);
}

/* ---- two processes, and a reader ---- */

static void
another_process_writes(void **state)
{
	struct store_options o = store_fresh_options("two"), reader = o;
	struct write w = {"mine", 10};
	struct err e = ERR_INIT;
	struct store *s, *look;
	int64_t before, after;
	int status;
	pid_t child;

	(void)state;
	assert_true(store_open(&o, &s, &e));
	assert_true(store_write(s, job_write, &w, &e));
	assert_true(store_known_generation(s, &before, &e));
	store_close(s);
	child = fork();
	if (child == 0) {
		struct write theirs = {.size = 100};

		if (!store_open(&o, &s, &e))
			_exit(2);
		for (int i = 0; i < 100; i++) {
			snprintf(theirs.id, sizeof(theirs.id), "theirs-%d", i);
			if (!store_write(s, job_write, &theirs, &e))
				_exit(3);
		}
		store_close(s);
		_exit(0);
	}
	assert_true(store_open(&o, &s, &e));
	for (int i = 0; i < 100; i++) {
		snprintf(w.id, sizeof(w.id), "mine-%d", i);
		assert_true(store_write(s, job_write, &w, &e));
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(count_known(s), 201);
	assert_true(store_known_generation(s, &after, &e));
	assert_int_equal(after, before + 200);
	reader.read_only = true;
	assert_true(store_open(&reader, &look, &e));
	assert_int_equal(count_known(look), 201);
	assert_false(store_write(look, job_write, &w, &e));
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
		if (count_known(s) != 40)
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
	make_file(&o);
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
		cmocka_unit_test(nothing_acknowledged_is_lost),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(foreign_and_newer_files),
		cmocka_unit_test(file_is_private),
		cmocka_unit_test(history_cannot_be_changed),
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
	return _cmocka_run_group_tests("store", tests, count, NULL, NULL);
}
