/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: the only room that knows SQL. Narrow, so that a second implementation can pass the
 * same conformance test; nothing above knows a dialect.
 *
 * Writes: a job runs on the writer inside a transaction. Jobs that wait at the same moment
 * share one commit (fsync); each runs in a savepoint of its own, so that one that fails undoes
 * only itself. store_write returns when the job's effect is on disk.
 * Reads: a consistent snapshot on a connection of a pool; never blocked by the writer.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/once.h"
#include "base/str.h"
#include "base/time.h"

struct store;
struct tx;      /* a writing transaction, valid inside a job */
struct reading; /* a snapshot */

struct store_options {
	const char *path;
	bool create;      /* make the file if it is not there */
	bool read_only;   /* command line look-ups */
	unsigned readers; /* connections in the pool; 0: a few */
	/* how long to wait for another process's lock or a free reading; 0: ten seconds */
	unsigned busy_ms;
	/* … for the lock of another process that writes; 0: as busy_ms */
	unsigned writer_busy_ms;
	/* memory for pages that one large job touches; 0: enough for small ones */
	unsigned cache_mb;
};

/* Opens, migrates forward (never deletes domain data), starts the writer thread.
 * Errors: STORE_UNAVAILABLE, STORE_BUSY, STORE_NEWER (the file is of a newer version),
 * STORE_OLDER (to be read only, and of an older one), STORE_DAMAGED. */
MUST_USE bool store_open(const struct store_options *o, struct store **out, struct err *e);
void store_close(struct store *s); /* waits for running jobs */
void store_closep(struct store **s);

typedef bool store_job(struct tx *tx, void *arg, struct err *e);

/*
 * Errors: the job's own; STORE_UNAVAILABLE (full disk, I/O), STORE_BUSY. On false nothing
 * was changed.
 */
MUST_USE bool store_write(struct store *s, store_job *job, void *arg, struct err *e);
struct reading *tx_reading(struct tx *tx); /* sees the transaction's own changes */

/* Since the store was opened. Fewer commits than jobs: they shared. */
struct store_stats {
	uint64_t jobs, failed, commits;
};
void store_stats_get(struct store *s, struct store_stats *out);

MUST_USE bool store_read(struct store *s, struct reading **out, struct err *e);
void store_read_end(struct reading *r);
void store_read_endp(struct reading **r);

/* --- what is known (trust/): append-only versions of JSON documents --- */

struct known_row {
	struct str type; /* "myndighed", "system", … */
	struct str id;
	struct str json; /* canonical JSON; absent: removed */
	int64_t version; /* 1, 2, … per (type, id) */
	instant at;      /* when it became known */
	struct str actor;
};

/* version is assigned */
MUST_USE bool store_known_put(struct tx *tx, const struct known_row *row, struct err *e);
typedef bool known_fn(const struct known_row *row, void *arg, struct err *e);
/* What was known at `at` (INSTANT_MAX: now), removed ones left out, ordered by type, id. */
MUST_USE bool store_known_each(struct reading *r, instant at, known_fn *fn, void *arg,
			       struct err *e);
/* The newest version of every document, of removed ones too (json absent). */
MUST_USE bool store_known_newest(struct reading *r, known_fn *fn, void *arg, struct err *e);
/* All versions of one document, oldest first. */
MUST_USE bool store_known_history(struct reading *r, struct str type, struct str id,
				  known_fn *fn, void *arg, struct err *e);
/* Changes whenever anything known changed, by this process or another one. Cheap. */
MUST_USE bool store_known_generation(struct store *s, int64_t *out, struct err *e);
/* … as of this snapshot */
MUST_USE bool reading_generation(struct reading *r, int64_t *out, struct err *e);

/* --- audit: append-only, a chain of hashes (store/audit.h) --- */

struct audit_row {
	int64_t id; /* assigned */
	instant at;
	/* "token.issue", "organisationenhed.importer", "known.put", "login" */
	struct str action;
	struct str result;  /* "ok" or the name of the error row */
	struct str actor;   /* it-system id, user key or "cli:<user>" */
	struct str cvr;     /* for whom; absent if not known */
	struct str service; /* entity id or name of the service asked; absent: none was */
	struct str object;  /* what: type and id, no personal data */
	struct str request_id;
	struct str detail; /* JSON object without personal data, or absent */
	struct str hash;   /* assigned: 32 bytes, store/audit.h */
};

MUST_USE bool store_audit_add(struct tx *tx, const struct audit_row *row, struct err *e);
struct audit_filter {
	instant from, to; /* INSTANT_MIN/MAX: open */
	/* absent: any; action may end in '*' */
	struct str action, actor, cvr, service, object, request_id, result;
	int64_t after_id;
	int64_t limit; /* 0: no limit */
};
typedef bool audit_fn(const struct audit_row *row, void *arg, struct err *e);
MUST_USE bool store_audit_each(struct reading *r, const struct audit_filter *f, audit_fn *fn,
			       void *arg, struct err *e);

/* --- replay keys --- */

/* Errors: MESSAGE_REPLAYED (another node, or an earlier run, has it and it has not ended). */
MUST_USE bool store_replay_add(struct tx *tx, const struct once_key *key, instant until,
			       struct err *e);
MUST_USE bool store_replay_load(struct reading *r, instant now, struct once *into,
				struct err *e);
/*
 * Removes what has ended from one of the parts, 0 to STORE_REPLAY_PARTS - 1: in turn, so that
 * no writer waits for a look through all of them.
 */
#define STORE_REPLAY_PARTS 16
MUST_USE bool store_replay_purge(struct tx *tx, instant now, unsigned part, struct err *e);

/* --- state with an end (pending logins, sessions): bucket + key -> value --- */

MUST_USE bool store_state_put(struct tx *tx, const char *bucket, struct str key,
			      struct str value, instant until, struct err *e);
/* found: *value set, in the arena; not found or ended: *value absent, still true. */
MUST_USE bool store_state_get(struct reading *r, const char *bucket, struct str key,
			      instant now, struct arena *a, struct str *value, struct err *e);
/* As get, and removes it: of two takers only one gets it. */
MUST_USE bool store_state_take(struct tx *tx, const char *bucket, struct str key, instant now,
			       struct arena *a, struct str *value, struct err *e);
MUST_USE bool store_state_drop(struct tx *tx, const char *bucket, struct str key,
			       struct err *e);
/* What is there gets another value and keeps its end. *found: it was there. */
MUST_USE bool store_state_set(struct tx *tx, const char *bucket, struct str key, instant now,
			      struct str value, bool *found, struct err *e);
/* What is there gets another end and keeps its value. */
MUST_USE bool store_state_extend(struct tx *tx, const char *bucket, struct str key, instant now,
				 instant until, bool *found, struct err *e);
/* Those of a bucket that are there at `now`, ordered by key. */
typedef bool state_fn(struct str key, struct str value, void *arg, struct err *e);
MUST_USE bool store_state_each(struct reading *r, const char *bucket, instant now, state_fn *fn,
			       void *arg, struct err *e);
/* All of a bucket goes. */
MUST_USE bool store_state_clear(struct tx *tx, const char *bucket, struct err *e);
MUST_USE bool store_state_purge(struct tx *tx, instant now, struct err *e);

/* --- events: one row a committed registration, for later distribution --- */

/* payload absent: what it tells is found by key and time. */
MUST_USE bool store_event_add(struct tx *tx, struct str type, struct str key,
			      struct str payload, instant at, struct err *e);
struct event_row {
	int64_t id; /* rises in the order of the commits */
	struct str type, key, payload;
	instant at;
};
typedef bool event_fn(const struct event_row *row, void *arg, struct err *e);
/* After that id, in order; limit 0: no limit. */
MUST_USE bool store_event_each(struct reading *r, int64_t after_id, int64_t limit, event_fn *fn,
			       void *arg, struct err *e);

/* The id of the last one; 0: there is none. */
MUST_USE bool store_event_last(struct reading *r, int64_t *out, struct err *e);

const char *store_library(void); /* version of the embedded engine */

/* Registry objects: store/objects.h. */

#endif
