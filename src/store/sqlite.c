/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The embedded store: one writing connection, a pool of reading ones.
 *
 * One thread at a time leads: it has the writing connection, and whatever waits then is one
 * batch: one transaction, a savepoint a job, one commit and so one fsync for all of them; what
 * arrives before the commit joins. Nobody waits for company: while a commit is under way the
 * next batch gathers by itself. A job that fails is rolled back alone; when the commit fails,
 * or the engine gave the transaction up, every job of the batch has failed.
 *
 * A lone write changes no thread: who comes when nobody leads does. While there is company the
 * writer thread leads instead: until it wakes, those who were told of the last commit come with
 * their next jobs, and one commit in two would be for the fastest alone.
 *
 * After lawful erasure the journal, which holds the pages as they were, is emptied.
 */
#include "store/internal.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

/* Bounds how long the first job of a batch waits for the last one. */
#define BATCH_JOBS_MAX 256
/*
 * Another process (`sluse apply`) holds the write lock for the length of one commit, a request
 * its reading for its own: who waits longer waits for something broken.
 */
#define BUSY_DEFAULT_MS 10000
#define BUSY_MAX_MS 600000
/* How long one try to empty the journal may take, and how long until the next one. */
#define SCRUB_BUSY_MS 250
#define SCRUB_AGAIN_MS 1000
#define READERS_DEFAULT 4
#define READERS_MAX 256

struct job {
	store_job *run;
	void *arg;
	struct err err;
	bool is_ok;
	bool has_run;
	bool is_done;
	pthread_cond_t done;
	struct job *next;
};

struct store {
	char *path;
	unsigned busy_ms, writer_busy_ms;

	pthread_mutex_t lock; /* the queue, who leads, is_stopping, stats, is_done of a job */
	pthread_cond_t work;  /* for the writer thread */
	struct job *first, **last;
	bool is_led;
	pthread_t leader;
	bool has_company; /* the last batch was of several */
	bool is_stopping;
	struct store_stats stats;

	struct conn writer; /* touched by who leads alone */
	bool must_scrub;    /* likewise: the journal may hold what was erased */
	bool has_writer;
	pthread_t thread;

	pthread_mutex_t pool_lock;
	pthread_cond_t pool_changed;
	struct reading *free;
	size_t free_count;
	struct reading *readings;
	struct conn *conns;
	size_t reader_count;
};

/* ---- the writer ---- */

/*
 * Each job can be undone alone: the first of a batch by rolling back the whole transaction, in
 * which nothing else is yet, and each later one by its savepoint, which costs something.
 */
static bool
job_begin(struct conn *c, bool is_first, struct err *e)
{
	return is_first || conn_exec(c, "SAVEPOINT job", e);
}

static void
job_undo(struct conn *c, bool is_first)
{
	struct err ignored = ERR_INIT;

	if (conn_is_idle(c))
		return;
	if (!is_first && conn_exec(c, "ROLLBACK TO job", &ignored) &&
	    conn_exec(c, "RELEASE job", &ignored))
		return;
	/* It cannot be undone alone: then nothing of this batch may stay. */
	err_clear(&ignored);
	if (!conn_exec(c, "ROLLBACK", &ignored))
		BUG_ON(!conn_is_idle(c));
	if (is_first && !conn_exec(c, "BEGIN IMMEDIATE", &ignored))
		BUG_ON(!conn_is_idle(c));
}

static void
job_do(struct store *s, struct job *j, bool is_first)
{
	struct conn *c = &s->writer;
	struct tx tx = {.conn = c, .reading = {.conn = c}};

	j->has_run = true;
	if (!job_begin(c, is_first, &j->err))
		return;
	j->is_ok = j->run(&tx, j->arg, &j->err);
	BUG_ON(!j->is_ok && j->err.code == ERR_NONE);
	if (j->is_ok && !is_first && !conn_exec(c, "RELEASE job", &j->err))
		j->is_ok = false;
	if (!j->is_ok)
		job_undo(c, is_first);
	else
		s->must_scrub |= tx.has_erased;
}

/* What has not failed by itself fails with the batch. */
static void
batch_fail(struct job *batch, const struct err *e)
{
	for (struct job *j = batch; j; j = j->next) {
		if (!j->is_ok && j->has_run)
			continue;
		j->is_ok = false;
		j->err = *e;
	}
}

/* Under the lock. The rest of a long queue stays for the next round. */
static struct job *
queue_take(struct store *s, int most)
{
	struct job *taken = s->first, **end = &s->first;

	while (most > 0 && *end) {
		end = &(*end)->next;
		most--;
	}
	if (end == &s->first)
		return NULL;
	s->first = *end;
	*end = NULL;
	if (!s->first)
		s->last = &s->first;
	return taken;
}

/* What came while the batch ran goes into the same commit: it waits for one anyway. */
static struct job *
latecomers(struct store *s, int already)
{
	struct job *more;

	pthread_mutex_lock(&s->lock);
	more = queue_take(s, BATCH_JOBS_MAX - already);
	pthread_mutex_unlock(&s->lock);
	return more;
}

/* true: something was committed. The batch may grow. */
static bool
batch_do(struct store *s, struct job *batch)
{
	struct err e = ERR_INIT, ignored = ERR_INIT;
	struct conn *c = &s->writer;
	bool any = false;
	int count = 0;

	if (!conn_exec(c, "BEGIN IMMEDIATE", &e)) {
		batch_fail(batch, &e);
		return false;
	}
	for (struct job *j = batch; j && !conn_is_idle(c); j = j->next) {
		job_do(s, j, !any);
		any |= j->is_ok;
		count++;
		if (!j->next)
			j->next = latecomers(s, count);
	}
	if (conn_is_idle(c)) {
		FAIL(&e, STORE_UNAVAILABLE, "the engine gave up the transaction");
		batch_fail(batch, &e);
		return false;
	}
	if (any && conn_exec(c, "COMMIT", &e))
		return true;
	if (any)
		batch_fail(batch, &e);
	if (!conn_is_idle(c) && !conn_exec(c, "ROLLBACK", &ignored))
		BUG_ON(!conn_is_idle(c));
	return false;
}

/*
 * What was erased is overwritten in the file, but its pages stand in the journal until that is
 * taken in and cut off, which waits for readings that began before. It is tried for a moment
 * only: nobody else can write meanwhile.
 */
static void
scrub(struct store *s)
{
	struct err ignored = ERR_INIT;
	int64_t is_busy = 1;

	sqlite3_busy_timeout(s->writer.db, SCRUB_BUSY_MS);
	if (conn_int(&s->writer, "PRAGMA wal_checkpoint(TRUNCATE)", &is_busy, &ignored))
		s->must_scrub = is_busy != 0;
	sqlite3_busy_timeout(s->writer.db, (int)s->writer_busy_ms);
}

/* Under the lock, and nobody leads: the lock is let go of while one does. */
static void
lead(struct store *s)
{
	s->is_led = true;
	s->leader = pthread_self();
	pthread_mutex_unlock(&s->lock);
}

/* Takes the lock again. What is left to do is the writer thread's. */
static void
follow(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	s->is_led = false;
	if (s->first || s->is_stopping || s->must_scrub)
		pthread_cond_signal(&s->work);
}

/*
 * Under the lock: waits for a job that nobody does, or for the next try to scrub. must_scrub is
 * who leads's; follow() wakes this one if there is anything left to do.
 */
static void
await_work(struct store *s)
{
	uint64_t end_us = clock_monotonic_us() + SCRUB_AGAIN_MS * 1000ull;
	struct timespec end = {.tv_sec = (long)(end_us / 1000000),
			       .tv_nsec = (long)(end_us % 1000000) * 1000};

	if (s->is_led || !s->must_scrub) {
		pthread_cond_wait(&s->work, &s->lock);
		return;
	}
	if (pthread_cond_timedwait(&s->work, &s->lock, &end) != ETIMEDOUT || s->is_led)
		return;
	lead(s);
	scrub(s);
	follow(s);
}

/* Under the lock. A job lives on its caller's stack: gone once it is done. */
static void
batch_wake(struct store *s, struct job *batch)
{
	struct job *next;

	for (struct job *j = batch; j; j = next) {
		next = j->next;
		s->stats.jobs++;
		s->stats.failed += !j->is_ok;
		j->is_done = true;
		pthread_cond_signal(&j->done);
	}
}

/* Under the lock: what waits is done and told, by this thread. */
static void
lead_batch(struct store *s)
{
	struct job *batch = queue_take(s, BATCH_JOBS_MAX);
	bool committed;

	lead(s);
	committed = batch_do(s, batch);
	if (s->must_scrub)
		scrub(s);
	follow(s);
	s->has_company = batch->next != NULL;
	s->stats.commits += committed;
	batch_wake(s, batch);
}

static void *
writer_main(void *arg)
{
	struct store *s = arg;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (s->is_led || (!s->first && !s->is_stopping))
			await_work(s);
		if (!s->first)
			break;
		lead_batch(s);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

bool
store_write(struct store *s, store_job *run, void *arg, struct err *e)
{
	struct job j = {.run = run, .arg = arg};

	if (!s->has_writer)
		return FAIL(e, STORE_UNAVAILABLE, "the store was opened for reading only");
	pthread_cond_init(&j.done, NULL);
	pthread_mutex_lock(&s->lock);
	BUG_ON(s->is_stopping);
	/* a job that waits for another job would wait for ever */
	BUG_ON(s->is_led && pthread_equal(pthread_self(), s->leader));
	*s->last = &j;
	s->last = &j.next;
	if (!s->is_led && !s->has_company)
		lead_batch(s);
	else if (!s->is_led)
		pthread_cond_signal(&s->work);
	while (!j.is_done)
		pthread_cond_wait(&j.done, &s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_destroy(&j.done);
	if (!j.is_ok && e->code == ERR_NONE)
		*e = j.err;
	return j.is_ok;
}

struct reading *
tx_reading(struct tx *tx)
{
	return &tx->reading;
}

void
store_stats_get(struct store *s, struct store_stats *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->stats;
	pthread_mutex_unlock(&s->lock);
}

/* ---- the readers ---- */

static struct reading *
pool_take(struct store *s)
{
	uint64_t end_us = clock_monotonic_us() + s->busy_ms * 1000ull;
	struct timespec end = {.tv_sec = (long)(end_us / 1000000),
			       .tv_nsec = (long)(end_us % 1000000) * 1000};
	struct reading *r;
	int rc = 0;

	pthread_mutex_lock(&s->pool_lock);
	while (!s->free && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&s->pool_changed, &s->pool_lock, &end);
	r = s->free;
	if (r) {
		s->free = r->next;
		s->free_count--;
		r->next = NULL;
	}
	pthread_mutex_unlock(&s->pool_lock);
	return r;
}

static void
pool_return(struct reading *r)
{
	struct store *s = r->store;

	pthread_mutex_lock(&s->pool_lock);
	r->next = s->free;
	s->free = r;
	s->free_count++;
	/* a closing store waits here too */
	pthread_cond_broadcast(&s->pool_changed);
	pthread_mutex_unlock(&s->pool_lock);
}

bool
store_read(struct store *s, struct reading **out, struct err *e)
{
	struct reading *r = pool_take(s);
	int64_t version;

	if (!r)
		return FAIL(e, STORE_BUSY, "no reading connection became free");
	if (conn_exec(r->conn, "BEGIN", e)) {
		/*
		 * BEGIN alone waits with the snapshot until something is read; this stands in
		 * the file's header, which is read to begin with
		 */
		if (conn_int(r->conn, "PRAGMA user_version", &version, e)) {
			*out = r;
			return true;
		}
	}
	store_read_end(r);
	return false;
}

void
store_read_end(struct reading *r)
{
	struct err ignored = ERR_INIT;

	if (!r)
		return;
	BUG_ON(!r->store); /* that of a transaction ends with it */
	if (!conn_is_idle(r->conn) && !conn_exec(r->conn, "ROLLBACK", &ignored))
		BUG_ON(!conn_is_idle(r->conn));
	pool_return(r);
}

void
store_read_endp(struct reading **r)
{
	store_read_end(*r);
	*r = NULL;
}

/* ---- open and close ---- */

static bool
readers_open(struct store *s, unsigned wanted, struct err *e)
{
	size_t count = wanted ? wanted : READERS_DEFAULT;

	if (count > READERS_MAX)
		count = READERS_MAX;
	s->readings = MEM_NEW_N(count, struct reading);
	s->conns = MEM_NEW_N(count, struct conn);
	for (size_t i = 0; i < count; i++) {
		if (!conn_open(&s->conns[i], s->path, CONN_READ, s->busy_ms, e))
			return false;
		s->reader_count++;
		s->readings[i] =
			(struct reading){.conn = &s->conns[i], .store = s, .next = s->free};
		s->free = &s->readings[i];
		s->free_count++;
	}
	return true;
}

static bool
store_start(struct store *s, const struct store_options *o, struct err *e)
{
	enum conn_mode mode = CONN_WRITE;
	bool is_new;
	int rc;

	if (!store_file_prepare(o, &is_new, e))
		return false;
	if (!o->read_only) {
		/* a crash between making the file and its first table leaves no table */
		if (is_new || o->create)
			mode = CONN_CREATE;
		if (!conn_open(&s->writer, s->path, mode, s->writer_busy_ms, e) ||
		    !schema_prepare(&s->writer, mode, e) ||
		    !conn_cache(&s->writer, o->cache_mb, e))
			return false;
	}
	if (!readers_open(s, o->readers, e))
		return false;
	if (o->read_only)
		return schema_prepare(&s->conns[0], CONN_READ, e);
	rc = pthread_create(&s->thread, NULL, writer_main, s);
	if (rc != 0)
		return FAIL(e, STORE_UNAVAILABLE, "writer: %s", strerror(rc));
	s->has_writer = true;
	pthread_setname_np(s->thread, "store-writer");
	return true;
}

static unsigned
busy_of(unsigned ms, unsigned fallback)
{
	ms = ms ? ms : fallback;
	return ms < BUSY_MAX_MS ? ms : BUSY_MAX_MS;
}

bool
store_open(const struct store_options *o, struct store **out, struct err *e)
{
	struct store *s = MEM_NEW(struct store);
	pthread_condattr_t attr;

	s->path = mem_dup_c(str_from(o->path));
	s->busy_ms = busy_of(o->busy_ms, BUSY_DEFAULT_MS);
	s->writer_busy_ms = busy_of(o->writer_busy_ms, s->busy_ms);
	s->last = &s->first;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->pool_lock, NULL);
	pthread_cond_init(&s->work, &attr);
	pthread_cond_init(&s->pool_changed, &attr);
	pthread_condattr_destroy(&attr);
	if (store_start(s, o, e)) {
		*out = s;
		return true;
	}
	store_close(s);
	return false;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	if (s->has_writer) {
		pthread_mutex_lock(&s->lock);
		s->is_stopping = true;
		pthread_cond_signal(&s->work);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->thread, NULL);
	}
	pthread_mutex_lock(&s->pool_lock);
	while (s->free_count < s->reader_count)
		pthread_cond_wait(&s->pool_changed, &s->pool_lock);
	pthread_mutex_unlock(&s->pool_lock);
	for (size_t i = 0; i < s->reader_count; i++)
		conn_close(&s->conns[i]);
	conn_close(&s->writer);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->pool_lock);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->pool_changed);
	mem_free(s->readings);
	mem_free(s->conns);
	mem_free(s->path);
	mem_free(s);
}

void
store_closep(struct store **s)
{
	store_close(*s);
	*s = NULL;
}
