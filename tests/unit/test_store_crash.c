/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite store when its process dies and when its disk is full. */
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
		struct store_probe w = {.size = 200};
		struct err e = ERR_INIT;

		snprintf(w.id, sizeof(w.id), "%d-%d", a->number, i);
		if (!store_write(a->s, store_probe_write, &w, &e))
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
	struct store_probe small = {"small", 10}, large = {"large", 64 * 1024};
	struct err e = ERR_INIT;
	struct store *s;
	int n, before;

	signal(SIGXFSZ, SIG_IGN);
	if (!store_open(o, &s, &e) || !store_write(s, store_probe_write, &small, &e))
		_exit(2);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (n = 0; n < 100; n++) {
		snprintf(large.id, sizeof(large.id), "large-%d", n);
		if (!store_write(s, store_probe_write, &large, &e))
			break;
	}
	before = store_probe_count(s);
	if (n == 100 || e.code != STORE_UNAVAILABLE || before != n + 1)
		_exit(3);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	err_clear(&e);
	if (!store_write(s, store_probe_write, &large, &e) ||
	    store_probe_count(s) != before + 1)
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
	assert_true(store_probe_count(s) > 2);
	store_close(s);
	store_remove(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost),
		cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests_name("store_crash", tests, NULL, NULL);
}
