/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has an end: replay keys, pending logins, sessions. A value past its end is not there,
 * whether or not it was purged. Take is one statement in the writer, so two takers never both
 * get a value.
 */
#include "store/internal.h"

#include <string.h>
#include "base/clock.h"

bool
store_replay_add(struct tx *tx, const struct once_key *key, instant until, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO replay (key, until) VALUES (?1, ?2)"
		       " ON CONFLICT (key) DO UPDATE SET until = excluded.until"
		       " WHERE until < ?3",
		       &st, e))
		return false;
	stmt_bind_blob(&st, 1, str_of(key->b, sizeof(key->b)));
	stmt_bind_int(&st, 2, until);
	stmt_bind_int(&st, 3, clock_now());
	if (!stmt_run(&st, e))
		return false;
	if (conn_changes(tx->conn) == 0)
		return FAIL(e, MESSAGE_REPLAYED, "the key is in the store");
	return true;
}

bool
store_replay_load(struct reading *r, instant now, struct once *into, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct once_key key;
	struct str bytes;
	bool has_row;

	if (!stmt_open(r->conn, "SELECT key, until FROM replay WHERE until >= ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, now);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		bytes = stmt_str(&st, 0);
		if (bytes.len != sizeof(key.b))
			return FAIL(e, STORE_DAMAGED, "a replay key of %zu bytes", bytes.len);
		memcpy(key.b, bytes.ptr, sizeof(key.b));
		if (!once_restore(into, &key, stmt_int(&st, 1), e))
			return false;
	}
}

/* Keys are digests: their first byte spreads them evenly, and the table is in their order. */
bool
store_replay_purge(struct tx *tx, instant now, unsigned part, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	const unsigned step = 256 / STORE_REPLAY_PARTS;
	const uint8_t from = (uint8_t)(part * step), to = (uint8_t)((part + 1) * step);
	bool is_last = part == STORE_REPLAY_PARTS - 1;

	BUG_ON(part >= STORE_REPLAY_PARTS);
	if (!stmt_open(tx->conn,
		       is_last ? "DELETE FROM replay WHERE until < ?1 AND key >= ?2"
			       : "DELETE FROM replay WHERE until < ?1 AND key >= ?2"
				 " AND key < ?3",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, now);
	stmt_bind_blob(&st, 2, str_of(&from, 1));
	if (!is_last)
		stmt_bind_blob(&st, 3, str_of(&to, 1));
	return stmt_run(&st, e);
}

bool
store_state_purge(struct tx *tx, instant now, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn, "DELETE FROM state WHERE until <= ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, now);
	return stmt_run(&st, e);
}

bool
store_state_put(struct tx *tx, const char *bucket, struct str key, struct str value,
		instant until, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO state (bucket, key, value, until) VALUES (?1, ?2, ?3, ?4)"
		       " ON CONFLICT (bucket, key) DO UPDATE"
		       " SET value = excluded.value, until = excluded.until",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	stmt_bind_blob(&st, 2, key);
	stmt_bind_blob(&st, 3, value);
	stmt_bind_int(&st, 4, until);
	return stmt_run(&st, e);
}

/* Columns value, until: the value if it is still there at `now`. */
static bool
value_read(struct stmt *st, instant now, struct arena *a, struct str *value, struct err *e)
{
	bool has_row;

	*value = STR_NONE;
	if (!stmt_step(st, &has_row, e))
		return false;
	if (has_row && now < stmt_int(st, 1))
		*value = arena_dup(a, stmt_str(st, 0));
	return true;
}

bool
store_state_get(struct reading *r, const char *bucket, struct str key, instant now,
		struct arena *a, struct str *value, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn, "SELECT value, until FROM state WHERE bucket = ?1 AND key = ?2",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	stmt_bind_blob(&st, 2, key);
	return value_read(&st, now, a, value, e);
}

bool
store_state_take(struct tx *tx, const char *bucket, struct str key, instant now,
		 struct arena *a, struct str *value, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "DELETE FROM state WHERE bucket = ?1 AND key = ?2"
		       " RETURNING value, until",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	stmt_bind_blob(&st, 2, key);
	if (!value_read(&st, now, a, value, e))
		return false;
	return !str_is_set(*value) || stmt_run(&st, e);
}

bool
store_state_drop(struct tx *tx, const char *bucket, struct str key, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn, "DELETE FROM state WHERE bucket = ?1 AND key = ?2", &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	stmt_bind_blob(&st, 2, key);
	return stmt_run(&st, e);
}

/* Opens a change of what is there at `now`; its new value is bound as 4. */
static bool
change_open(struct tx *tx, const char *sql, const char *bucket, struct str key, instant now,
	    struct stmt *st, struct err *e)
{
	if (!stmt_open(tx->conn, sql, st, e))
		return false;
	stmt_bind_str(st, 1, str_from(bucket));
	stmt_bind_blob(st, 2, key);
	stmt_bind_int(st, 3, now);
	return true;
}

static bool
change_run(struct tx *tx, struct stmt *st, bool *found, struct err *e)
{
	if (!stmt_run(st, e))
		return false;
	*found = conn_changes(tx->conn) > 0;
	return true;
}

bool
store_state_set(struct tx *tx, const char *bucket, struct str key, instant now,
		struct str value, bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!change_open(tx,
			 "UPDATE state SET value = ?4"
			 " WHERE bucket = ?1 AND key = ?2 AND until > ?3",
			 bucket, key, now, &st, e))
		return false;
	stmt_bind_blob(&st, 4, value);
	return change_run(tx, &st, found, e);
}

bool
store_state_extend(struct tx *tx, const char *bucket, struct str key, instant now,
		   instant until, bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!change_open(tx,
			 "UPDATE state SET until = ?4"
			 " WHERE bucket = ?1 AND key = ?2 AND until > ?3",
			 bucket, key, now, &st, e))
		return false;
	stmt_bind_int(&st, 4, until);
	return change_run(tx, &st, found, e);
}

bool
store_state_each(struct reading *r, const char *bucket, instant now, state_fn *fn, void *arg,
		 struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT key, value FROM state WHERE bucket = ?1 AND until > ?2"
		       " ORDER BY key",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	stmt_bind_int(&st, 2, now);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		if (!fn(stmt_str(&st, 0), stmt_str(&st, 1), arg, e))
			return false;
	}
}

bool
store_state_clear(struct tx *tx, const char *bucket, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn, "DELETE FROM state WHERE bucket = ?1", &st, e))
		return false;
	stmt_bind_str(&st, 1, str_from(bucket));
	return stmt_run(&st, e);
}
