/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a registry object can be found by, in SQLite: values and listings of its latest
 * registration. Most of a registration says what the one before it said; such values are left
 * where they are, as each costs a place in two trees to remove and two to add.
 */
#include "store/objects.h"

#include "store/internal.h"

/* Above this everything is written anew: looking for each among all would cost more. */
#define COMPARED_MAX 64

/* kept: which of them are there already; NULL: none. */
static bool
add_values(struct conn *c, const struct object_new *n, int64_t object, const bool *kept,
	   struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	size_t i;

	if (!stmt_open(c,
		       "INSERT OR IGNORE INTO object_value"
		       " (object, field, value, record, start, stop, cvr)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		       &st, e))
		return false;
	for (i = 0; i < n->value_count; i++) {
		const struct object_value *v = &n->values[i];

		if (kept && kept[i])
			continue;
		stmt_bind_int(&st, 1, object);
		stmt_bind_int(&st, 2, v->field);
		stmt_bind_blob(&st, 3, v->value);
		stmt_bind_int(&st, 4, v->record);
		stmt_bind_int(&st, 5, v->from);
		stmt_bind_int(&st, 6, v->to);
		stmt_bind_int(&st, 7, objects_cvr(n->key.cvr));
		if (!stmt_run(&st, e))
			return false;
		stmt_reset(&st);
	}
	return true;
}

/* ---- values that stay ---- */

struct stale {
	int64_t field, record, from;
	struct str value;
};

struct comparing {
	const struct object_new *n;
	bool kept[COMPARED_MAX];
	size_t hint; /* they come in much the same order */
	struct arena *a;
	struct stale stale[COMPARED_MAX];
	size_t stale_count;
};

static bool
is_kept(struct comparing *x, const struct stmt *st)
{
	size_t count = x->n->value_count;

	for (size_t k = 0; k < count; k++) {
		size_t i = (x->hint + k) % count;
		const struct object_value *v = &x->n->values[i];

		if (x->kept[i] || stmt_int(st, 0) != v->field || stmt_int(st, 2) != v->record ||
		    stmt_int(st, 3) != v->from || stmt_int(st, 4) != v->to ||
		    !str_eq(stmt_str(st, 1), v->value))
			continue;
		x->kept[i] = true;
		x->hint = i + 1;
		return true;
	}
	return false;
}

/* *fits false: there are too many to compare. */
static bool
compare(struct conn *c, struct comparing *x, int64_t object, bool *fits, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*fits = true;
	if (!stmt_open(c,
		       "SELECT field, value, record, start, stop FROM object_value"
		       " WHERE object = ?1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, object);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		if (is_kept(x, &st))
			continue;
		if (x->stale_count == COMPARED_MAX) {
			*fits = false;
			return true;
		}
		if (!x->a)
			x->a = arena_new();
		x->stale[x->stale_count++] =
			(struct stale){stmt_int(&st, 0), stmt_int(&st, 2), stmt_int(&st, 3),
				       arena_dup(x->a, stmt_str(&st, 1))};
	}
}

static bool
drop_stale(struct conn *c, const struct comparing *x, int64_t object, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c,
		       "DELETE FROM object_value WHERE object = ?1 AND field = ?2"
		       " AND value = ?3 AND record = ?4 AND start = ?5",
		       &st, e))
		return false;
	for (size_t i = 0; i < x->stale_count; i++) {
		const struct stale *s = &x->stale[i];

		stmt_bind_int(&st, 1, object);
		stmt_bind_int(&st, 2, s->field);
		stmt_bind_blob(&st, 3, s->value);
		stmt_bind_int(&st, 4, s->record);
		stmt_bind_int(&st, 5, s->from);
		if (!stmt_run(&st, e))
			return false;
		stmt_reset(&st);
	}
	return true;
}

static bool
drop_values(struct conn *c, int64_t object, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c, "DELETE FROM object_value WHERE object = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, object);
	return stmt_run(&st, e);
}

static bool
change_values(struct conn *c, const struct object_new *n, int64_t object, struct err *e)
{
	struct comparing x = {.n = n};
	bool fits = false, ok = true;

	if (n->value_count > 0 && n->value_count <= COMPARED_MAX)
		ok = compare(c, &x, object, &fits, e);
	if (ok && fits)
		ok = drop_stale(c, &x, object, e) && add_values(c, n, object, x.kept, e);
	else if (ok)
		ok = drop_values(c, object, e) && add_values(c, n, object, NULL, e);
	arena_free(x.a);
	return ok;
}

static bool
add_listings(struct conn *c, const struct object_new *n, int64_t registration, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	size_t i;

	if (!stmt_open(c,
		       "INSERT INTO object_listed"
		       " (cvr, kind, uuid, start, stop, active, registration)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		       &st, e))
		return false;
	for (i = 0; i < n->listing_count; i++) {
		objects_bind_key(&st, &n->key);
		stmt_bind_int(&st, 4, n->listings[i].from);
		stmt_bind_int(&st, 5, n->listings[i].to);
		stmt_bind_int(&st, 6, n->listings[i].is_active);
		stmt_bind_int(&st, 7, registration);
		if (!stmt_run(&st, e))
			return false;
		stmt_reset(&st);
	}
	return true;
}

static bool
drop_listings(struct conn *c, const struct object_key *k, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c,
		       "DELETE FROM object_listed WHERE cvr = ?1 AND kind = ?2 AND uuid = ?3",
		       &st, e))
		return false;
	objects_bind_key(&st, k);
	return stmt_run(&st, e);
}

bool
values_drop(struct conn *c, const struct object_key *k, int64_t object, struct err *e)
{
	return drop_values(c, object, e) && drop_listings(c, k, e);
}

bool
values_replace(struct conn *c, const struct object_new *n, int64_t object, bool is_new,
	       struct err *e)
{
	if (is_new)
		return add_values(c, n, object, NULL, e) && add_listings(c, n, n->id, e);
	return change_values(c, n, object, e) && drop_listings(c, &n->key, e) &&
	       add_listings(c, n, n->id, e);
}
