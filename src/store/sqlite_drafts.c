/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drafts and publications in SQLite. Edits of a draft are working papers: they may hold what is
 * personal, and go when the draft is published or discarded, overwritten as all that goes.
 * Publications are append-only by triggers.
 */
#include "store/drafts.h"

#include <string.h>
#include "store/internal.h"

static struct str
cvr_of(const struct stmt *st, int column, char out[9])
{
	int64_t n = stmt_int(st, column);

	for (size_t i = 8; i > 0; i--, n /= 10)
		out[i - 1] = (char)('0' + n % 10);
	out[8] = '\0';
	return str_of(out, 8);
}

static bool
uuid_of(const struct stmt *st, int column, struct uuid *out, struct err *e)
{
	struct str bytes = stmt_str(st, column);

	if (bytes.len != sizeof(out->b))
		return FAIL(e, STORE_DAMAGED, "a uuid of %zu bytes", bytes.len);
	memcpy(out->b, bytes.ptr, sizeof(out->b));
	return true;
}

/* ---- drafts ---- */

bool
drafts_create(struct tx *tx, const struct draft_row *row, int64_t *id, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (objects_cvr(row->cvr) < 0)
		return FAIL(e, INTERNAL, "a draft of no authority");
	if (!stmt_open(tx->conn,
		       "INSERT INTO draft (cvr, title, source, actor, made, changed, state,"
		       " publication) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 0)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(row->cvr));
	stmt_bind_str(&st, 2, row->title);
	stmt_bind_str(&st, 3, row->source);
	stmt_bind_str(&st, 4, row->actor);
	stmt_bind_int(&st, 5, row->made);
	stmt_bind_int(&st, 6, row->state);
	if (!stmt_run(&st, e))
		return false;
	*id = conn_last_id(tx->conn);
	return true;
}

#define DRAFT_SELECT "SELECT id, cvr, title, source, actor, made, changed, state, publication,"
#define DRAFT_COUNT " (SELECT count(*) FROM draft_edit e WHERE e.draft = d.id)"

static void
draft_read(const struct stmt *st, char cvr[9], struct draft_row *out)
{
	*out = (struct draft_row){
		.id = stmt_int(st, 0),
		.cvr = cvr_of(st, 1, cvr),
		.title = stmt_str(st, 2),
		.source = stmt_str(st, 3),
		.actor = stmt_str(st, 4),
		.made = stmt_int(st, 5),
		.changed = stmt_int(st, 6),
		.state = (int)stmt_int(st, 7),
		.publication = stmt_int(st, 8),
		.edits = stmt_int(st, 9),
	};
}

bool
drafts_get(struct reading *r, int64_t id, struct arena *a, struct draft_row *out, bool *found,
	   struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	char cvr[9];

	if (!stmt_open(r->conn, DRAFT_SELECT " 0 FROM draft WHERE id = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, id);
	if (!stmt_step(&st, found, e))
		return false;
	if (!*found)
		return true;
	draft_read(&st, cvr, out);
	out->cvr = arena_dup(a, out->cvr);
	out->title = arena_dup(a, out->title);
	out->source = arena_dup(a, out->source);
	out->actor = arena_dup(a, out->actor);
	return true;
}

bool
drafts_count(struct reading *r, int64_t draft, int64_t *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn, "SELECT count(*) FROM draft_edit WHERE draft = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	if (!stmt_step(&st, &has_row, e))
		return false;
	*out = stmt_int(&st, 0);
	return true;
}

bool
drafts_each(struct reading *r, struct str owner, draft_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct draft_row row;
	char cvr[9];
	bool has_row;

	if (!stmt_open(r->conn,
		       DRAFT_SELECT DRAFT_COUNT " FROM draft d WHERE cvr = ?1 ORDER BY id", &st,
		       e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(owner));
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		draft_read(&st, cvr, &row);
		if (!fn(&row, arg, e))
			return false;
	}
}

bool
drafts_set(struct tx *tx, const struct draft_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "UPDATE draft SET state = ?2, changed = ?3, publication = ?4"
		       " WHERE id = ?1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, row->id);
	stmt_bind_int(&st, 2, row->state);
	stmt_bind_int(&st, 3, row->changed);
	stmt_bind_int(&st, 4, row->publication);
	return stmt_run(&st, e);
}

bool
drafts_add(struct tx *tx, int64_t draft, const struct draft_edit_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO draft_edit (draft, kind, uuid, seq, op, base, day, content)"
		       " VALUES (?1, ?2, ?3, 1 + ifnull((SELECT max(seq) FROM draft_edit"
		       "  WHERE draft = ?1 AND kind = ?2 AND uuid = ?3), 0), ?4, ?5, ?6, ?7)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	stmt_bind_int(&st, 2, row->kind);
	stmt_bind_blob(&st, 3, str_of(row->uuid.b, sizeof(row->uuid.b)));
	stmt_bind_int(&st, 4, row->op);
	stmt_bind_int(&st, 5, row->base);
	stmt_bind_int(&st, 6, row->day);
	stmt_bind_blob(&st, 7, row->content);
	return stmt_run(&st, e);
}

bool
drafts_edits(struct reading *r, int64_t draft, const struct draft_place *only,
	     draft_edit_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct draft_edit_row row;
	bool has_row;

	if (!stmt_open(r->conn,
		       only ? "SELECT kind, uuid, seq, op, base, day, content FROM draft_edit"
			      " WHERE draft = ?1 AND kind = ?2 AND uuid = ?3 ORDER BY seq"
			    : "SELECT kind, uuid, seq, op, base, day, content FROM draft_edit"
			      " WHERE draft = ?1 ORDER BY kind, uuid, seq",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	if (only) {
		stmt_bind_int(&st, 2, only->kind);
		stmt_bind_blob(&st, 3, str_of(only->uuid.b, sizeof(only->uuid.b)));
	}
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		row = (struct draft_edit_row){.kind = (unsigned)stmt_int(&st, 0),
					      .seq = stmt_int(&st, 2),
					      .op = (int)stmt_int(&st, 3),
					      .base = stmt_int(&st, 4),
					      .day = stmt_int(&st, 5),
					      .content = stmt_str(&st, 6)};
		if (!uuid_of(&st, 1, &row.uuid, e) || !fn(&row, arg, e))
			return false;
	}
}

bool
drafts_clear(struct tx *tx, int64_t draft, int64_t most, int64_t *removed, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "DELETE FROM draft_edit WHERE draft = ?1 AND (kind, uuid, seq) IN"
		       " (SELECT kind, uuid, seq FROM draft_edit WHERE draft = ?1 LIMIT ?2)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	stmt_bind_int(&st, 2, most);
	if (!stmt_run(&st, e))
		return false;
	*removed = conn_changes(tx->conn);
	/* the journal is emptied once, at the end */
	tx->has_erased |= *removed > 0 && *removed < most;
	return true;
}

bool
drafts_drop(struct tx *tx, int64_t draft, const struct draft_place *place, int64_t *removed,
	    struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "DELETE FROM draft_edit WHERE draft = ?1 AND kind = ?2 AND uuid = ?3",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	stmt_bind_int(&st, 2, place->kind);
	stmt_bind_blob(&st, 3, str_of(place->uuid.b, sizeof(place->uuid.b)));
	if (!stmt_run(&st, e))
		return false;
	*removed = conn_changes(tx->conn);
	return true;
}

bool
drafts_progress_get(struct reading *r, int64_t draft, struct arena *a, struct str *out,
		    struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn, "SELECT progress FROM draft WHERE id = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	if (!stmt_step(&st, &has_row, e))
		return false;
	*out = has_row ? arena_dup(a, stmt_str(&st, 0)) : STR_NONE;
	return true;
}

bool
drafts_progress_set(struct tx *tx, int64_t draft, struct str bytes, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn, "UPDATE draft SET progress = ?2 WHERE id = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, draft);
	stmt_bind_blob(&st, 2, bytes);
	return stmt_run(&st, e);
}

/* ---- publications ---- */

bool
publications_next(struct reading *r, struct str cvr, struct publication_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT (SELECT 1 + ifnull(max(id), 0) FROM publication),"
		       " (SELECT 1 + ifnull(max(number), 0) FROM publication WHERE cvr = ?1)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(cvr));
	if (!stmt_step(&st, &has_row, e))
		return false;
	row->id = stmt_int(&st, 0);
	row->number = stmt_int(&st, 1);
	return true;
}

bool
publications_add(struct tx *tx, const struct publication_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO publication (cvr, number, at, virkning, actor, source,"
		       " title, draft, undone, undone_to, objects, stream, counts, hash, id)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		       " ?15)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(row->cvr));
	stmt_bind_int(&st, 2, row->number);
	stmt_bind_int(&st, 3, row->at);
	stmt_bind_int(&st, 4, row->virkning);
	stmt_bind_str(&st, 5, row->actor);
	stmt_bind_str(&st, 6, row->source);
	stmt_bind_str(&st, 7, row->title);
	stmt_bind_int(&st, 8, row->draft);
	stmt_bind_int(&st, 9, row->undone);
	stmt_bind_int(&st, 10, row->undone_to);
	stmt_bind_int(&st, 11, row->objects);
	stmt_bind_int(&st, 12, row->stream);
	stmt_bind_str(&st, 13, row->counts);
	stmt_bind_blob(&st, 14, str_of(row->hash, sizeof(row->hash)));
	stmt_bind_int(&st, 15, row->id);
	return stmt_run(&st, e);
}

bool
publications_add_object(struct tx *tx, int64_t publication,
			const struct publication_object_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO publication_object (publication, kind, uuid, owner,"
		       " changes, before, after, digest)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, publication);
	stmt_bind_int(&st, 2, row->kind);
	stmt_bind_blob(&st, 3, str_of(row->uuid.b, sizeof(row->uuid.b)));
	stmt_bind_int(&st, 4, objects_cvr(row->owner));
	stmt_bind_int(&st, 5, row->changes);
	stmt_bind_int(&st, 6, row->before);
	stmt_bind_int(&st, 7, row->after);
	stmt_bind_blob(&st, 8, str_of(row->digest, sizeof(row->digest)));
	return stmt_run(&st, e);
}

static bool
hash_of(const struct stmt *st, int column, uint8_t out[PUBLICATION_HASH_BYTES], struct err *e)
{
	struct str bytes = stmt_str(st, column);

	if (bytes.len != PUBLICATION_HASH_BYTES)
		return FAIL(e, STORE_DAMAGED, "a hash of %zu bytes", bytes.len);
	memcpy(out, bytes.ptr, bytes.len);
	return true;
}

bool
publications_each(struct reading *r, struct str owner, int64_t number, publication_fn *fn,
		  void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct publication_row row;
	char cvr[9];
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT id, cvr, number, at, virkning, actor, source, title, draft,"
		       " undone, undone_to, objects, stream, counts, hash FROM publication"
		       " WHERE cvr = ?1 AND (?2 = 0 OR number = ?2) ORDER BY number",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(owner));
	stmt_bind_int(&st, 2, number);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		row = (struct publication_row){.id = stmt_int(&st, 0),
					       .cvr = cvr_of(&st, 1, cvr),
					       .number = stmt_int(&st, 2),
					       .at = stmt_int(&st, 3),
					       .virkning = stmt_int(&st, 4),
					       .actor = stmt_str(&st, 5),
					       .source = stmt_str(&st, 6),
					       .title = stmt_str(&st, 7),
					       .draft = stmt_int(&st, 8),
					       .undone = stmt_int(&st, 9),
					       .undone_to = stmt_int(&st, 10),
					       .objects = stmt_int(&st, 11),
					       .stream = stmt_int(&st, 12),
					       .counts = stmt_str(&st, 13)};
		if (!hash_of(&st, 14, row.hash, e) || !fn(&row, arg, e))
			return false;
	}
}

bool
publications_objects(struct reading *r, int64_t publication, publication_object_fn *fn,
		     void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct publication_object_row row;
	char cvr[9];
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT kind, uuid, owner, changes, before, after, digest"
		       " FROM publication_object WHERE publication = ?1"
		       " ORDER BY kind, uuid, owner",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, publication);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		row = (struct publication_object_row){.kind = (unsigned)stmt_int(&st, 0),
						      .owner = cvr_of(&st, 2, cvr),
						      .changes = (unsigned)stmt_int(&st, 3),
						      .before = stmt_int(&st, 4),
						      .after = stmt_int(&st, 5)};
		if (!uuid_of(&st, 1, &row.uuid, e) || !hash_of(&st, 6, row.digest, e) ||
		    !fn(&row, arg, e))
			return false;
	}
}
