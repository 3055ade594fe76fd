/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of loads and imports in SQLite. Working papers of the operator: nothing here is history
 * of an object, which is where registrations are.
 */
#include "store/imports.h"

#include <stdio.h>
#include <string.h>
#include "store/internal.h"

static bool
uuid_of(const struct stmt *st, int column, struct uuid *out, struct err *e)
{
	struct str bytes = stmt_str(st, column);

	if (bytes.len != sizeof(out->b))
		return FAIL(e, STORE_DAMAGED, "a uuid of %zu bytes", bytes.len);
	memcpy(out->b, bytes.ptr, sizeof(out->b));
	return true;
}

static void
bind_uuid(struct stmt *st, int at, const struct uuid *u)
{
	stmt_bind_blob(st, at, str_of(u->b, sizeof(u->b)));
}

/* ---- runs ---- */

bool
imports_begin(struct tx *tx, const struct import_run *run, int64_t *id, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO import_run (cvr, source, actor, began, ended, state, draft,"
		       " publication, digest, bytes, position, facts)"
		       " VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 0, ?7, ?8, 0, ?9)",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, run->cvr);
	stmt_bind_str(&st, 2, run->source);
	stmt_bind_str(&st, 3, run->actor);
	stmt_bind_int(&st, 4, run->began);
	stmt_bind_int(&st, 5, run->state);
	stmt_bind_int(&st, 6, run->draft);
	stmt_bind_str(&st, 7, run->digest);
	stmt_bind_int(&st, 8, run->bytes);
	stmt_bind_str(&st, 9, run->facts);
	if (!stmt_run(&st, e))
		return false;
	*id = conn_last_id(tx->conn);
	return true;
}

bool
imports_set(struct tx *tx, const struct import_run *run, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "UPDATE import_run SET ended = ?2, state = ?3, draft = ?4,"
		       " publication = ?5, position = ?6, facts = ?7 WHERE id = ?1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run->id);
	stmt_bind_int(&st, 2, run->ended);
	stmt_bind_int(&st, 3, run->state);
	stmt_bind_int(&st, 4, run->draft);
	stmt_bind_int(&st, 5, run->publication);
	stmt_bind_int(&st, 6, run->position);
	stmt_bind_str(&st, 7, run->facts);
	if (!stmt_run(&st, e))
		return false;
	return conn_changes(tx->conn) == 1 ||
	       FAIL(e, INTERNAL, "no run %lld", (long long)run->id);
}

bool
imports_end_of(struct tx *tx, const struct import_run *run, unsigned states, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "UPDATE import_run SET state = ?2, publication = ?3, ended = ?4"
		       " WHERE draft = ?1 AND draft <> 0 AND (1 << state) & ?5",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run->draft);
	stmt_bind_int(&st, 2, run->state);
	stmt_bind_int(&st, 3, run->publication);
	stmt_bind_int(&st, 4, run->ended);
	stmt_bind_int(&st, 5, states);
	return stmt_run(&st, e);
}

static void
run_read(const struct stmt *st, struct import_run *out)
{
	*out = (struct import_run){
		.id = stmt_int(st, 0),
		.cvr = stmt_str(st, 1),
		.source = stmt_str(st, 2),
		.actor = stmt_str(st, 3),
		.began = stmt_int(st, 4),
		.ended = stmt_int(st, 5),
		.state = (int)stmt_int(st, 6),
		.draft = stmt_int(st, 7),
		.publication = stmt_int(st, 8),
		.digest = stmt_str(st, 9),
		.bytes = stmt_int(st, 10),
		.position = stmt_int(st, 11),
		.facts = stmt_str(st, 12),
	};
}

bool
imports_each(struct reading *r, const struct import_filter *f, import_run_fn *fn, void *arg,
	     struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct import_run run;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT id, cvr, source, actor, began, ended, state, draft, publication,"
		       " digest, bytes, position, facts FROM import_run"
		       " WHERE (?1 IS NULL OR cvr = ?1) AND (?2 IS NULL OR source = ?2)"
		       " AND (?3 = 0 OR id = ?3) AND (?4 = 0 OR (1 << state) & ?4)"
		       " AND (?6 = 0 OR id = (SELECT max(id) FROM import_run n"
		       "  WHERE n.cvr = import_run.cvr AND n.source = import_run.source"
		       "  AND (?4 = 0 OR (1 << n.state) & ?4)))"
		       " ORDER BY id DESC LIMIT ?5",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, f->cvr);
	stmt_bind_str(&st, 2, f->source);
	stmt_bind_int(&st, 3, f->id);
	stmt_bind_int(&st, 4, f->states);
	stmt_bind_int(&st, 5, f->limit > 0 ? f->limit : -1);
	stmt_bind_int(&st, 6, f->newest);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		run_read(&st, &run);
		if (!fn(&run, arg, e))
			return false;
	}
}

/* ---- notes ---- */

bool
imports_note(struct tx *tx, int64_t run, const struct import_note *note, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO import_note (run, kind, file, line, field, text)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run);
	stmt_bind_int(&st, 2, note->kind);
	stmt_bind_str(&st, 3, note->file);
	stmt_bind_int(&st, 4, note->line);
	stmt_bind_str(&st, 5, note->column);
	stmt_bind_str(&st, 6, note->text);
	return stmt_run(&st, e);
}

bool
imports_notes(struct reading *r, int64_t run, import_note_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct import_note note;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT kind, file, line, field, text FROM import_note WHERE run = ?1"
		       " ORDER BY id",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		note = (struct import_note){.kind = (int)stmt_int(&st, 0),
					    .file = stmt_str(&st, 1),
					    .line = stmt_int(&st, 2),
					    .column = stmt_str(&st, 3),
					    .text = stmt_str(&st, 4)};
		if (!fn(&note, arg, e))
			return false;
	}
}

/* ---- delivered objects ---- */

bool
imports_deliver(struct tx *tx, const struct import_object *o, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO import_object (cvr, source, kind, uuid, run)"
		       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (cvr, source, kind, uuid)"
		       " DO UPDATE SET run = excluded.run",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, o->cvr);
	stmt_bind_str(&st, 2, o->source);
	stmt_bind_int(&st, 3, o->kind);
	bind_uuid(&st, 4, &o->uuid);
	stmt_bind_int(&st, 5, o->run);
	return stmt_run(&st, e);
}

bool
imports_delivered(struct reading *r, struct str cvr, struct str source, import_object_fn *fn,
		  void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct import_object o = {.cvr = cvr, .source = source};
	bool has_row;

	if (!stmt_open(
		    r->conn,
		    "SELECT kind, uuid, run FROM import_object WHERE cvr = ?1 AND source = ?2"
		    " ORDER BY kind, uuid",
		    &st, e))
		return false;
	stmt_bind_str(&st, 1, cvr);
	stmt_bind_str(&st, 2, source);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		o.kind = (unsigned)stmt_int(&st, 0);
		o.run = stmt_int(&st, 2);
		if (!uuid_of(&st, 1, &o.uuid, e) || !fn(&o, arg, e))
			return false;
	}
}

bool
imports_is_others(struct reading *r, const struct import_object *o, bool *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn,
		       "SELECT 1 FROM (SELECT DISTINCT source FROM import_run WHERE cvr = ?1) s"
		       " JOIN import_object o ON o.cvr = ?1 AND o.source = s.source"
		       " AND o.kind = ?3 AND o.uuid = ?4 WHERE s.source <> ?2 LIMIT 1",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, o->cvr);
	stmt_bind_str(&st, 2, o->source);
	stmt_bind_int(&st, 3, o->kind);
	bind_uuid(&st, 4, &o->uuid);
	return stmt_step(&st, out, e);
}

/* ---- matches ---- */

bool
imports_match(struct tx *tx, int64_t run, const struct import_match *m, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO import_match (run, kind, theirs, ours, how, text)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run);
	stmt_bind_int(&st, 2, m->kind);
	bind_uuid(&st, 3, &m->theirs);
	bind_uuid(&st, 4, &m->ours);
	stmt_bind_int(&st, 5, m->how);
	stmt_bind_str(&st, 6, m->text);
	return stmt_run(&st, e);
}

bool
imports_matches(struct reading *r, int64_t run, import_match_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct import_match m;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT kind, theirs, ours, how, text FROM import_match WHERE run = ?1"
		       " ORDER BY kind, theirs",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, run);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		m = (struct import_match){.kind = (unsigned)stmt_int(&st, 0),
					  .how = (int)stmt_int(&st, 3),
					  .text = stmt_str(&st, 4)};
		if (!uuid_of(&st, 1, &m.theirs, e) || !uuid_of(&st, 2, &m.ours, e) ||
		    !fn(&m, arg, e))
			return false;
	}
}
