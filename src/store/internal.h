/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the SQLite store share: connections, statements, the schema's steps.
 *
 * A statement is used like this; what it borrows (bound text) must live until it is released:
 *
 *	AUTO(stmt_release) struct stmt st = STMT_INIT;
 *
 *	if (!stmt_open(tx->conn, "INSERT INTO t (a, b) VALUES (?1, ?2)", &st, e))
 *		return false;
 *	stmt_bind_str(&st, 1, a);
 *	stmt_bind_int(&st, 2, b);
 *	return stmt_run(&st, e);
 *
 * Binding never fails by itself: what went wrong there is told by the next step.
 */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store.h"

#define STORE_PAGE_BYTES 4096
#define STORE_PAGE_TEXT "4096"

/* Kept prepared, by a hash of their text; two texts in one place displace each other. */
#define CONN_STATEMENTS 512

struct stmt_slot {
	sqlite3_stmt *raw;
	bool is_busy;
};

/* One connection. Used by one thread at a time. */
struct conn {
	sqlite3 *db;
	struct stmt_slot slots[CONN_STATEMENTS];
};

struct reading {
	struct conn *conn;
	struct store *store;  /* whose pool it goes back to; NULL inside a transaction */
	struct reading *next; /* in the pool */
};

struct tx {
	struct conn *conn;
	struct reading reading;
	bool has_erased; /* the journal is emptied once this is committed */
};

struct stmt {
	struct conn *conn;
	sqlite3_stmt *raw;
	struct stmt_slot *slot; /* NULL: not kept, finalised on release */
	int bind_rc;
};

#define STMT_INIT                                                                              \
	{                                                                                      \
		.conn = NULL                                                                   \
	}

/* Is the file there, ours alone, and not torn? *is_new: it was made. */
MUST_USE bool store_file_prepare(const struct store_options *o, bool *is_new, struct err *e);

enum conn_mode { CONN_CREATE, CONN_WRITE, CONN_READ };

/* Errors: STORE_UNAVAILABLE, STORE_DAMAGED, STORE_BUSY. */
MUST_USE bool conn_open(struct conn *c, const char *path, enum conn_mode mode, unsigned busy_ms,
			struct err *e);
void conn_close(struct conn *c);
/* How much memory its pages may take; 0: what it has. */
MUST_USE bool conn_cache(struct conn *c, unsigned megabytes, struct err *e);
/* One or more statements without parameters or rows; prepared each time. For set-up. */
MUST_USE bool conn_script(struct conn *c, const char *sql, struct err *e);
/* One kept statement without parameters or rows. */
MUST_USE bool conn_exec(struct conn *c, const char *sql, struct err *e);
/* First column of the first row; false without a row too (STORE_DAMAGED). */
MUST_USE bool conn_int(struct conn *c, const char *sql, int64_t *out, struct err *e);
/* No transaction is open: the engine may have rolled one back by itself. */
bool conn_is_idle(const struct conn *c);
/* Rows that the last INSERT, UPDATE or DELETE touched. */
int64_t conn_changes(const struct conn *c);
int64_t conn_last_id(const struct conn *c);
/*
 * The engine's result as an error of ours; always false. Full disk, I/O, permissions:
 * STORE_UNAVAILABLE; locks: STORE_BUSY; file format: STORE_DAMAGED; the rest is our own
 * mistake: INTERNAL. The engine's words go to the log only, and never hold bound values.
 */
bool conn_fail(struct conn *c, int rc, const char *where, struct err *e);

/* sql may be built at run time; its text decides which kept statement is used. */
MUST_USE bool stmt_open(struct conn *c, const char *sql, struct stmt *out, struct err *e);
void stmt_release(struct stmt *s); /* for AUTO; harmless when not open */
void stmt_reset(struct stmt *s);   /* to run it again with other values */
void stmt_bind_int(struct stmt *s, int at, int64_t value);
void stmt_bind_str(struct stmt *s, int at, struct str text);   /* absent: NULL */
void stmt_bind_blob(struct stmt *s, int at, struct str bytes); /* absent: NULL */
MUST_USE bool stmt_step(struct stmt *s, bool *has_row, struct err *e);
MUST_USE bool stmt_run(struct stmt *s, struct err *e); /* steps to the end, rows ignored */
int64_t stmt_int(const struct stmt *s, int column);
bool stmt_is_null(const struct stmt *s, int column);
/* Borrowed until the next step; NULL is absent. For text and blobs alike. */
struct str stmt_str(const struct stmt *s, int column);

/* ---- audit: sqlite_audit.c and sqlite_chain.c ---- */

#define AUDIT_COLUMNS                                                                          \
	"id, at, action, result, actor, cvr, service, object, request_id, detail, hash"
void audit_row_read(const struct stmt *st, struct audit_row *row);
/* Begins the chain, and takes in the records of an older file. */
MUST_USE bool audit_chain_begin(struct conn *c, struct err *e);

/* ---- registry objects: sqlite_objects.c for sqlite_find.c ---- */

struct object_row;
struct object_rows;

struct object_key;
struct object_new;

/* Values and listings of the latest registration, n->id (sqlite_values.c). */
MUST_USE bool values_replace(struct conn *c, const struct object_new *n, int64_t object,
			     bool is_new, struct err *e);
MUST_USE bool values_drop(struct conn *c, const struct object_key *k, int64_t object,
			  struct err *e);
/* cvr, kind and uuid as parameters 1 to 3. */
void objects_bind_key(struct stmt *st, const struct object_key *k);
/* As stored; -1 for what is no CVR. */
int64_t objects_cvr(struct str cvr);
struct object_row *objects_row_add(struct object_rows *rows, struct arena *a);
/* From columns id, cvr, uuid, at, state and, if wanted, content. */
MUST_USE bool objects_row_take(const struct stmt *st, struct arena *a, bool with_content,
			       struct object_row *out, struct err *e);

/*
 * The schema grows by steps that are never edited after a release: a file at version n gets
 * the steps above n, all in one transaction. Steps never drop domain data.
 */
struct schema_step {
	int version;
	const char *sql;
	bool (*then)(struct conn *c, struct err *e); /* what SQL cannot say; or NULL */
};

/* The newest version that this program knows. */
int schema_version(void);
/* Errors: STORE_NEWER, STORE_OLDER (in CONN_READ), STORE_DAMAGED (not a file of ours). */
MUST_USE bool schema_prepare(struct conn *c, enum conn_mode mode, struct err *e);

#endif
