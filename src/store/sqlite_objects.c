/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Registry objects in SQLite: adding registrations, reading them by key, erasing by law.
 * registration is append-only: triggers let a row be changed or removed only while its object
 * is named in `erasing`, which nobody but the two functions at the end does, in a transaction
 * that also leaves a row in `erasure`. Refuses a registration that is not after the last one.
 */
#include "store/objects.h"

#include <string.h>
#include "store/internal.h"

int64_t
objects_cvr(struct str cvr)
{
	int64_t n;

	/* No authority: a number that no row has, so nothing is found. */
	return str_is_digits(cvr, 8) && str_to_i64(cvr, 0, 99999999, &n) ? n : -1;
}

void
objects_bind_key(struct stmt *st, const struct object_key *k)
{
	stmt_bind_int(st, 1, objects_cvr(k->cvr));
	stmt_bind_int(st, 2, k->kind);
	stmt_bind_blob(st, 3, str_of(k->uuid.b, sizeof(k->uuid.b)));
}

/* ---- adding ---- */

struct place {
	int64_t object; /* 0: not there */
	instant at;
};

static bool
find_place(struct conn *c, const struct object_key *k, struct place *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*out = (struct place){.object = 0};
	if (!stmt_open(c,
		       "SELECT id, at FROM object WHERE cvr = ?1 AND kind = ?2 AND uuid = ?3",
		       &st, e))
		return false;
	objects_bind_key(&st, k);
	if (!stmt_step(&st, &has_row, e))
		return false;
	if (has_row)
		*out = (struct place){stmt_int(&st, 0), stmt_int(&st, 1)};
	return true;
}

static bool
make_object(struct conn *c, const struct object_new *n, int64_t *id, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (objects_cvr(n->key.cvr) < 0)
		return FAIL(e, INTERNAL, "an object of no authority");
	if (!stmt_open(c,
		       "INSERT INTO object (cvr, kind, uuid, at, state, latest)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, 0)",
		       &st, e))
		return false;
	objects_bind_key(&st, &n->key);
	stmt_bind_int(&st, 4, n->at);
	stmt_bind_int(&st, 5, n->state);
	if (!stmt_run(&st, e))
		return false;
	*id = conn_last_id(c);
	return true;
}

static bool
add_registration(struct conn *c, const struct object_new *n, int64_t object, int64_t *id,
		 struct err *e)
{
	AUTO(stmt_release) struct stmt add = STMT_INIT;
	AUTO(stmt_release) struct stmt set = STMT_INIT;

	if (!stmt_open(c,
		       "INSERT INTO registration (object, at, state, user, content)"
		       " VALUES (?1, ?2, ?3, ?4, ?5)",
		       &add, e))
		return false;
	stmt_bind_int(&add, 1, object);
	stmt_bind_int(&add, 2, n->at);
	stmt_bind_int(&add, 3, n->state);
	stmt_bind_blob(&add, 4, n->user);
	stmt_bind_blob(&add, 5, n->content);
	if (!stmt_run(&add, e))
		return false;
	*id = conn_last_id(c);
	if (!stmt_open(c, "UPDATE object SET at = ?2, state = ?3, latest = ?4 WHERE id = ?1",
		       &set, e))
		return false;
	stmt_bind_int(&set, 1, object);
	stmt_bind_int(&set, 2, n->at);
	stmt_bind_int(&set, 3, n->state);
	stmt_bind_int(&set, 4, *id);
	return stmt_run(&set, e);
}

bool
objects_append(struct tx *tx, struct object_new *n, struct err *e)
{
	struct conn *c = tx->conn;
	struct place p;
	bool is_new;

	if (!find_place(c, &n->key, &p, e))
		return false;
	is_new = p.object == 0;
	if (is_new) {
		if (!make_object(c, n, &p.object, e))
			return false;
	} else if (n->at <= p.at) {
		return FAIL(e, INTERNAL, "a registration that is not the last");
	}
	return add_registration(c, n, p.object, &n->id, e) &&
	       values_replace(c, n, p.object, is_new, e);
}

/* ---- reading ---- */

struct object_row *
objects_row_add(struct object_rows *rows, struct arena *a)
{
	struct object_row *grown;

	if (rows->count == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 16;
		grown = ARENA_NEW_N(a, rows->room, struct object_row);
		if (rows->count > 0)
			memcpy(grown, rows->at, rows->count * sizeof(*grown));
		rows->at = grown;
	}
	return &rows->at[rows->count++];
}

/* 8 digits; a long page has thousands of them. */
static struct str
cvr_text(int64_t n, struct arena *a)
{
	char *out = ARENA_NEW_N(a, 8, char);

	for (size_t i = 8; i > 0; i--, n /= 10)
		out[i - 1] = (char)('0' + n % 10);
	return str_of(out, 8);
}

/* Columns id, cvr, uuid, at, state, content of the current row; content may be left out. */
bool
objects_row_take(const struct stmt *st, struct arena *a, bool with_content,
		 struct object_row *out, struct err *e)
{
	struct str uuid = stmt_str(st, 2);

	*out = (struct object_row){.id = stmt_int(st, 0),
				   .cvr = cvr_text(stmt_int(st, 1), a),
				   .at = stmt_int(st, 3),
				   .state = (int)stmt_int(st, 4)};
	if (uuid.len != sizeof(out->uuid.b))
		return FAIL(e, STORE_DAMAGED, "a uuid of %zu bytes", uuid.len);
	memcpy(out->uuid.b, uuid.ptr, sizeof(out->uuid.b));
	if (with_content)
		out->content = arena_dup(a, stmt_str(st, 5));
	return true;
}

bool
objects_latest(struct reading *r, const struct object_key *k, struct arena *a,
	       struct object_row *out, bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	*found = false;
	if (!stmt_open(r->conn,
		       "SELECT r.id, o.cvr, o.uuid, r.at, r.state, r.content FROM object o"
		       " JOIN registration r ON r.id = o.latest"
		       " WHERE o.cvr = ?1 AND o.kind = ?2 AND o.uuid = ?3",
		       &st, e))
		return false;
	objects_bind_key(&st, k);
	if (!stmt_step(&st, found, e))
		return false;
	return !*found || objects_row_take(&st, a, true, out, e);
}

bool
objects_mark(struct reading *r, const struct object_key *k, struct object_mark *out,
	     struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*out = (struct object_mark){.id = 0};
	if (!stmt_open(
		    r->conn,
		    "SELECT latest, at FROM object WHERE cvr = ?1 AND kind = ?2 AND uuid = ?3",
		    &st, e))
		return false;
	objects_bind_key(&st, k);
	if (!stmt_step(&st, &has_row, e))
		return false;
	if (has_row)
		*out = (struct object_mark){stmt_int(&st, 0), stmt_int(&st, 1)};
	return true;
}

bool
objects_registration(struct reading *r, const struct object_key *k, int64_t id, struct arena *a,
		     struct object_row *out, bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	*found = false;
	if (!stmt_open(
		    r->conn,
		    "SELECT r.id, o.cvr, o.uuid, r.at, r.state, r.content FROM registration r"
		    " JOIN object o ON o.id = r.object"
		    " WHERE r.id = ?4 AND o.cvr = ?1 AND o.kind = ?2 AND o.uuid = ?3",
		    &st, e))
		return false;
	objects_bind_key(&st, k);
	stmt_bind_int(&st, 4, id);
	if (!stmt_step(&st, found, e))
		return false;
	return !*found || objects_row_take(&st, a, true, out, e);
}

bool
objects_is_erased(struct reading *r, const struct object_key *k, bool *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn,
		       "SELECT 1 FROM erasure WHERE cvr = ?1 AND kind = ?2 AND uuid = ?3", &st,
		       e))
		return false;
	objects_bind_key(&st, k);
	return stmt_step(&st, out, e);
}

bool
objects_since(struct reading *r, struct str owner, instant since, object_place_fn *fn,
	      void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct object_key k = {.cvr = owner};
	struct str uuid;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT kind, uuid FROM object WHERE cvr = ?1 AND at > ?2"
		       " ORDER BY kind, uuid",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(owner));
	stmt_bind_int(&st, 2, since);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		k.kind = (unsigned)stmt_int(&st, 0);
		uuid = stmt_str(&st, 1);
		if (uuid.len != sizeof(k.uuid.b))
			return FAIL(e, STORE_DAMAGED, "a uuid of %zu bytes", uuid.len);
		memcpy(k.uuid.b, uuid.ptr, sizeof(k.uuid.b));
		if (!fn(&k, arg, e))
			return false;
	}
}

bool
objects_history(struct reading *r, const struct object_key *k, instant from, instant to,
		struct arena *a, struct object_rows *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*out = (struct object_rows){.at = NULL};
	if (!stmt_open(r->conn,
		       "SELECT r.id, o.cvr, o.uuid, r.at, r.state, r.content FROM object o"
		       " JOIN registration r ON r.object = o.id"
		       " WHERE o.cvr = ?1 AND o.kind = ?2 AND o.uuid = ?3 AND r.at < ?5"
		       " AND r.at >= ifnull((SELECT max(p.at) FROM registration p"
		       "  WHERE p.object = o.id AND p.at <= ?4), ?4)"
		       " ORDER BY r.at",
		       &st, e))
		return false;
	objects_bind_key(&st, k);
	stmt_bind_int(&st, 4, from);
	stmt_bind_int(&st, 5, to);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		if (!objects_row_take(&st, a, true, objects_row_add(out, a), e))
			return false;
	}
}

static bool
text_add(struct object_texts *t, struct arena *a, struct str text)
{
	struct str *grown;

	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 16;
		grown = ARENA_NEW_N(a, t->room, struct str);
		if (t->count > 0)
			memcpy(grown, t->at, t->count * sizeof(*grown));
		t->at = grown;
	}
	t->at[t->count++] = arena_dup(a, text);
	return true;
}

bool
objects_values(struct reading *r, struct str owner, unsigned field, instant from, instant to,
	       struct arena *a, struct object_texts *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*out = (struct object_texts){.at = NULL};
	if (!stmt_open(r->conn,
		       "SELECT DISTINCT value FROM object_value WHERE field = ?1 AND cvr = ?2"
		       " AND start < ?4 AND stop > ?3 ORDER BY value",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, field);
	stmt_bind_int(&st, 2, objects_cvr(owner));
	stmt_bind_int(&st, 3, from);
	stmt_bind_int(&st, 4, to);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		text_add(out, a, stmt_str(&st, 0));
	}
}

/* Columns of objects_row_take, or without content. */
static const char *
scan_text(const struct object_scan *q)
{
#define HEAD "SELECT r.id, o.cvr, o.uuid, r.at, r.state"
#define FROM " FROM object o JOIN registration r ON "
#define WHERE " WHERE o.cvr = ?1 AND o.kind = ?2 "
#define EVERY "r.object = o.id" WHERE "ORDER BY o.uuid, r.at"
#define LAST "r.id = o.latest" WHERE "ORDER BY o.uuid"
#define AT                                                                                     \
	"r.id = (SELECT p.id FROM registration p WHERE p.object = o.id AND p.at <= ?3"         \
	" ORDER BY p.at DESC LIMIT 1)" WHERE "ORDER BY o.uuid"
	if (q->is_every)
		return q->with_content ? HEAD ", r.content" FROM EVERY : HEAD FROM EVERY;
	if (q->at == INSTANT_MAX)
		return q->with_content ? HEAD ", r.content" FROM LAST : HEAD FROM LAST;
	return q->with_content ? HEAD ", r.content" FROM AT : HEAD FROM AT;
#undef HEAD
#undef FROM
#undef WHERE
#undef EVERY
#undef LAST
#undef AT
}

bool
objects_scan(struct reading *r, const struct object_scan *q, object_fn *fn, void *arg,
	     struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct object_row row;
	bool has_row;

	if (!stmt_open(r->conn, scan_text(q), &st, e))
		return false;
	stmt_bind_int(&st, 1, objects_cvr(q->owner));
	stmt_bind_int(&st, 2, q->kind);
	if (!q->is_every && q->at != INSTANT_MAX)
		stmt_bind_int(&st, 3, q->at);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		if (!objects_row_take(&st, a, q->with_content, &row, e) || !fn(&row, arg, e))
			return false;
		arena_reset(a);
	}
}

bool
objects_each(struct reading *r, struct str owner, unsigned kind, object_fn *fn, void *arg,
	     struct err *e)
{
	const struct object_scan q = {
		.owner = owner, .kind = kind, .is_every = true, .with_content = true};

	return objects_scan(r, &q, fn, arg, e);
}

/* ---- lawful erasure ---- */

/* What is erased does not come back by a draft. */
static bool
drop_drafted(struct conn *c, const struct object_key *k, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c,
		       "DELETE FROM draft_edit WHERE kind = ?2 AND uuid = ?3"
		       " AND draft IN (SELECT id FROM draft WHERE cvr = ?1)",
		       &st, e))
		return false;
	objects_bind_key(&st, k);
	return stmt_run(&st, e);
}

static bool
run_for(struct conn *c, const char *sql, int64_t object, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c, sql, &st, e))
		return false;
	stmt_bind_int(&st, 1, object);
	return stmt_run(&st, e);
}

static bool
record_erasure(struct conn *c, const struct object_erasure *x, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c,
		       "INSERT INTO erasure (cvr, kind, uuid, at, reason, actor)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		       &st, e))
		return false;
	objects_bind_key(&st, &x->key);
	stmt_bind_int(&st, 4, x->at);
	stmt_bind_str(&st, 5, x->reason);
	stmt_bind_str(&st, 6, x->actor);
	return stmt_run(&st, e);
}

static bool
rewrite_one(struct conn *c, const struct object_row *row, struct str content, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c, "UPDATE registration SET content = ?2, user = NULL WHERE id = ?1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, row->id);
	stmt_bind_blob(&st, 2, content);
	return stmt_run(&st, e);
}

bool
objects_rewrite(struct tx *tx, const struct object_erasure *x, object_rewrite_fn *fn, void *arg,
		size_t *count, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct conn *c = tx->conn;
	struct object_rows rows;
	struct str content;
	struct place p;
	size_t i;

	*count = 0;
	if (!find_place(c, &x->key, &p, e))
		return false;
	if (p.object == 0)
		return true;
	if (!objects_history(&tx->reading, &x->key, INSTANT_MIN, INSTANT_MAX, a, &rows, e) ||
	    !record_erasure(c, x, e) ||
	    !run_for(c, "INSERT INTO erasing (object) VALUES (?1)", p.object, e))
		return false;
	for (i = 0; i < rows.count; i++)
		if (!fn(&rows.at[i], a, &content, arg, e) ||
		    !rewrite_one(c, &rows.at[i], content, e))
			return false;
	*count = rows.count;
	tx->has_erased = true;
	return drop_drafted(c, &x->key, e) && values_drop(c, &x->key, p.object, e) &&
	       run_for(c, "DELETE FROM erasing WHERE object = ?1", p.object, e);
}

bool
objects_purge(struct tx *tx, const struct object_erasure *x, size_t *count, struct err *e)
{
	struct conn *c = tx->conn;
	struct place p;

	*count = 0;
	if (!find_place(c, &x->key, &p, e))
		return false;
	if (p.object == 0)
		return true;
	if (!record_erasure(c, x, e) ||
	    !run_for(c, "INSERT INTO erasing (object) VALUES (?1)", p.object, e) ||
	    !run_for(c, "DELETE FROM registration WHERE object = ?1", p.object, e))
		return false;
	*count = (size_t)conn_changes(c);
	tx->has_erased = true;
	return drop_drafted(c, &x->key, e) && values_drop(c, &x->key, p.object, e) &&
	       run_for(c, "DELETE FROM object WHERE id = ?1", p.object, e) &&
	       run_for(c, "DELETE FROM erasing WHERE object = ?1", p.object, e);
}
