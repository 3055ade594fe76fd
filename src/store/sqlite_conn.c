/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections to SQLite: how they are set up, their kept statements, and the one place where
 * the engine's results become errors of ours. Durability rests on WAL with synchronous=FULL:
 * a commit returns when its frames are on disk. Erased rows are overwritten (secure_delete).
 * Values are always bound, never written into SQL.
 */
#include "store/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"

/* Kept small: an application's SQL, nothing that lives in the file, may run. */
static const char setup_common[] = "PRAGMA foreign_keys=ON;"
				   "PRAGMA temp_store=MEMORY;"
				   "PRAGMA trusted_schema=OFF;"
				   "PRAGMA cell_size_check=ON;";
static const char setup_write[] = "PRAGMA page_size=" STORE_PAGE_TEXT ";"
				  "PRAGMA journal_mode=WAL;"
				  "PRAGMA synchronous=FULL;"
				  "PRAGMA secure_delete=ON;"
				  "PRAGMA cache_size=-8192;"
				  "PRAGMA wal_autocheckpoint=4000;"
				  "PRAGMA journal_size_limit=67108864;";
static const char setup_read[] = "PRAGMA query_only=ON;"
				 "PRAGMA cache_size=-12288;";

static pthread_once_t engine_once = PTHREAD_ONCE_INIT;
static int engine_rc;

static void
engine_start(void)
{
	/* the counters are one lock that all connections share at each allocation */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	engine_rc = sqlite3_initialize();
}

static enum err_code
code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_NOMEM:
	case SQLITE_NOLFS:
	case SQLITE_PROTOCOL:
	case SQLITE_INTERRUPT:
		return STORE_UNAVAILABLE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return STORE_DAMAGED;
	default:
		return INTERNAL;
	}
}

bool
conn_fail(struct conn *c, int rc, const char *where, struct err *e)
{
	return err_fail(e, code_of(rc), where, "%s (%d)",
			c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc), rc);
}

static bool
conn_setup(struct conn *c, enum conn_mode mode, unsigned busy_ms, struct err *e)
{
	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, (int)busy_ms);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	if (!conn_script(c, setup_common, e))
		return false;
	return conn_script(c, mode == CONN_READ ? setup_read : setup_write, e);
}

bool
conn_open(struct conn *c, const char *path, enum conn_mode mode, unsigned busy_ms,
	  struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX;
	int rc;

	memset(c, 0, sizeof(*c));
	pthread_once(&engine_once, engine_start);
	if (engine_rc != SQLITE_OK)
		return conn_fail(c, engine_rc, __func__, e);
	flags |= mode == CONN_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	rc = sqlite3_open_v2(path, &c->db, flags, NULL);
	if (rc != SQLITE_OK)
		conn_fail(c, rc, __func__, e);
	if (rc == SQLITE_OK && conn_setup(c, mode, busy_ms, e))
		return true;
	conn_close(c);
	return false;
}

void
conn_close(struct conn *c)
{
	for (size_t i = 0; i < CONN_STATEMENTS; i++)
		sqlite3_finalize(c->slots[i].raw);
	/* a statement still out would keep the connection: that is a mistake of ours */
	BUG_ON(sqlite3_close(c->db) != SQLITE_OK);
	memset(c, 0, sizeof(*c));
}

bool
conn_cache(struct conn *c, unsigned megabytes, struct err *e)
{
	char sql[60];

	if (megabytes == 0)
		return true;
	snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%u", megabytes * 1024);
	return conn_script(c, sql, e);
}

bool
conn_script(struct conn *c, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || conn_fail(c, rc, __func__, e);
}

bool
conn_exec(struct conn *c, const char *sql, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	return stmt_open(c, sql, &st, e) && stmt_run(&st, e);
}

bool
conn_int(struct conn *c, const char *sql, int64_t *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(c, sql, &st, e) || !stmt_step(&st, &has_row, e))
		return false;
	if (!has_row)
		return FAIL(e, STORE_DAMAGED, "a row that is always there is missing");
	*out = stmt_int(&st, 0);
	return true;
}

bool
conn_is_idle(const struct conn *c)
{
	return sqlite3_get_autocommit(c->db) != 0;
}

int64_t
conn_changes(const struct conn *c)
{
	return sqlite3_changes64(c->db);
}

int64_t
conn_last_id(const struct conn *c)
{
	return sqlite3_last_insert_rowid(c->db);
}

/* FNV-1a: short texts of our own, nobody outside chooses them. */
static size_t
slot_of(const char *sql, size_t *len)
{
	uint64_t h = 14695981039346656037u;
	const char *p;

	for (p = sql; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	*len = (size_t)(p - sql);
	return (size_t)(h ^ h >> 32) % CONN_STATEMENTS;
}

bool
stmt_open(struct conn *c, const char *sql, struct stmt *out, struct err *e)
{
	size_t len;
	struct stmt_slot *slot = &c->slots[slot_of(sql, &len)];
	unsigned flags;
	int rc;

	*out = (struct stmt){.conn = c};
	/* in use further up, by the same text or by one that hashes alike */
	if (!slot->is_busy)
		out->slot = slot;
	if (out->slot && slot->raw && strcmp(sqlite3_sql(slot->raw), sql) == 0) {
		slot->is_busy = true;
		out->raw = slot->raw;
		return true;
	}
	flags = out->slot ? SQLITE_PREPARE_PERSISTENT : 0;
	rc = sqlite3_prepare_v3(c->db, sql, (int)len + 1, flags, &out->raw, NULL);
	if (rc != SQLITE_OK) {
		out->slot = NULL;
		return conn_fail(c, rc, __func__, e);
	}
	if (out->slot) {
		sqlite3_finalize(slot->raw);
		slot->raw = out->raw;
		slot->is_busy = true;
	}
	return true;
}

void
stmt_release(struct stmt *s)
{
	if (!s->raw)
		return;
	if (s->slot) {
		sqlite3_reset(s->raw);
		sqlite3_clear_bindings(s->raw);
		s->slot->is_busy = false;
	} else {
		sqlite3_finalize(s->raw);
	}
	*s = (struct stmt)STMT_INIT;
}

void
stmt_reset(struct stmt *s)
{
	sqlite3_reset(s->raw);
	s->bind_rc = SQLITE_OK;
}

static void
bind_result(struct stmt *s, int rc)
{
	if (s->bind_rc == SQLITE_OK)
		s->bind_rc = rc;
}

void
stmt_bind_int(struct stmt *s, int at, int64_t value)
{
	bind_result(s, sqlite3_bind_int64(s->raw, at, value));
}

void
stmt_bind_str(struct stmt *s, int at, struct str text)
{
	int rc = str_is_set(text) ? sqlite3_bind_text64(s->raw, at, text.ptr, text.len,
							SQLITE_STATIC, SQLITE_UTF8)
				  : sqlite3_bind_null(s->raw, at);

	bind_result(s, rc);
}

void
stmt_bind_blob(struct stmt *s, int at, struct str bytes)
{
	int rc = str_is_set(bytes) ? sqlite3_bind_blob64(s->raw, at, bytes.ptr, bytes.len,
							 SQLITE_STATIC)
				   : sqlite3_bind_null(s->raw, at);

	bind_result(s, rc);
}

bool
stmt_step(struct stmt *s, bool *has_row, struct err *e)
{
	int rc;

	if (s->bind_rc != SQLITE_OK)
		return conn_fail(s->conn, s->bind_rc, __func__, e);
	rc = sqlite3_step(s->raw);
	*has_row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return true;
	conn_fail(s->conn, rc, __func__, e);
	sqlite3_reset(s->raw);
	return false;
}

bool
stmt_run(struct stmt *s, struct err *e)
{
	bool has_row = true;

	while (has_row)
		if (!stmt_step(s, &has_row, e))
			return false;
	return true;
}

int64_t
stmt_int(const struct stmt *s, int column)
{
	return sqlite3_column_int64(s->raw, column);
}

bool
stmt_is_null(const struct stmt *s, int column)
{
	return sqlite3_column_type(s->raw, column) == SQLITE_NULL;
}

struct str
stmt_str(const struct stmt *s, int column)
{
	const void *p;

	if (stmt_is_null(s, column))
		return STR_NONE;
	p = sqlite3_column_blob(s->raw, column);
	/* an empty blob has no address */
	return str_of(p ? p : "", (size_t)sqlite3_column_bytes(s->raw, column));
}

const char *
store_library(void)
{
	return sqlite3_libversion();
}
