/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known: versions of JSON documents that are only ever added, and the number that
 * changes with each of them. The store does not look into the documents.
 */
#include "store/internal.h"

#define KNOWN_COLUMNS "type, id, json, version, at, actor"

static void
row_read(const struct stmt *st, struct known_row *row)
{
	*row = (struct known_row){
		.type = stmt_str(st, 0),
		.id = stmt_str(st, 1),
		.json = stmt_str(st, 2),
		.version = stmt_int(st, 3),
		.at = stmt_int(st, 4),
		.actor = stmt_str(st, 5),
	};
}

static bool
rows_each(struct stmt *st, known_fn *fn, void *arg, struct err *e)
{
	struct known_row row;
	bool has_row;

	for (;;) {
		if (!stmt_step(st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		row_read(st, &row);
		if (!fn(&row, arg, e))
			return false;
	}
}

bool
store_known_put(struct tx *tx, const struct known_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	/*
	 * A version is never older than the one before it, though the clock may have been set
	 * back: a question about the past must meet them in order.
	 */
	if (!stmt_open(tx->conn,
		       "INSERT INTO known (type, id, json, version, at, actor)"
		       " SELECT ?1, ?2, ?3, coalesce(max(version), 0) + 1,"
		       " max(?4, coalesce(max(at), ?4)), ?5"
		       " FROM known WHERE type = ?1 AND id = ?2",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, row->type);
	stmt_bind_str(&st, 2, row->id);
	stmt_bind_str(&st, 3, row->json);
	stmt_bind_int(&st, 4, row->at);
	stmt_bind_str(&st, 5, row->actor);
	return stmt_run(&st, e) &&
	       conn_exec(tx->conn, "UPDATE meta SET value = value + 1 WHERE key = 'generation'",
			 e);
}

bool
store_known_each(struct reading *r, instant at, known_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn,
		       "SELECT " KNOWN_COLUMNS " FROM known AS k WHERE json IS NOT NULL"
		       " AND version = (SELECT max(version) FROM known AS v"
		       " WHERE v.type = k.type AND v.id = k.id AND v.at <= ?1)"
		       " ORDER BY type, id",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, at);
	return rows_each(&st, fn, arg, e);
}

bool
store_known_newest(struct reading *r, known_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	return stmt_open(r->conn,
			 "SELECT " KNOWN_COLUMNS " FROM known AS k"
			 " WHERE version = (SELECT max(version) FROM known AS v"
			 " WHERE v.type = k.type AND v.id = k.id) ORDER BY type, id",
			 &st, e) &&
	       rows_each(&st, fn, arg, e);
}

bool
store_known_history(struct reading *r, struct str type, struct str id, known_fn *fn, void *arg,
		    struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn,
		       "SELECT " KNOWN_COLUMNS " FROM known WHERE type = ?1 AND id = ?2"
		       " ORDER BY version",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, type);
	stmt_bind_str(&st, 2, id);
	return rows_each(&st, fn, arg, e);
}

bool
store_known_generation(struct store *s, int64_t *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	return store_read(s, &r, e) && reading_generation(r, out, e);
}

bool
reading_generation(struct reading *r, int64_t *out, struct err *e)
{
	return conn_int(r->conn, "SELECT value FROM meta WHERE key = 'generation'", out, e);
}
