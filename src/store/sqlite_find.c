/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searching registry objects in SQLite. The statement is built of fixed pieces and parameters;
 * nothing that was sent becomes part of its text. It starts from the criterion with the fewest
 * values, found by counting up to a bound, or, where none is selective, walks the objects of
 * the owner in order. A page of what is listed, without criteria, is a walk of one index.
 */
#include "store/objects.h"

#include <string.h>
#include "base/buf.h"
#include "store/internal.h"

/*
 * A criterion with fewer values than this leads the search; one with fewer than the first bound
 * leads at once, so that the others need not be counted far.
 */
static const int64_t selective[] = {20, 2000};
#define SQL_BYTES (1024 * 1024)

struct bind {
	bool is_int;
	int64_t number;
	struct str bytes;
};

struct query {
	struct buf sql;
	struct arena *a;
	struct bind *binds;
	size_t count, room;
};

static void
bind_add(struct query *q, struct bind b)
{
	struct bind *grown;

	if (q->count == q->room) {
		q->room = q->room ? q->room * 2 : 64;
		grown = ARENA_NEW_N(q->a, q->room, struct bind);
		if (q->count > 0)
			memcpy(grown, q->binds, q->count * sizeof(*grown));
		q->binds = grown;
	}
	q->binds[q->count++] = b;
}

static void
say(struct query *q, const char *sql)
{
	buf_add_c(&q->sql, sql);
}

static void
say_int(struct query *q, const char *sql, int64_t number)
{
	say(q, sql);
	bind_add(q, (struct bind){.is_int = true, .number = number});
}

static void
say_bytes(struct query *q, const char *sql, struct str bytes)
{
	say(q, sql);
	bind_add(q, (struct bind){.bytes = bytes});
}

static bool
open_query(struct reading *r, struct query *q, struct stmt *st, struct err *e)
{
	size_t i;

	buf_add_char(&q->sql, '\0');
	if (q->sql.over)
		return FAIL(e, INTERNAL, "the search is too long for a statement");
	if (!stmt_open(r->conn, q->sql.ptr, st, e))
		return false;
	for (i = 0; i < q->count; i++) {
		if (q->binds[i].is_int)
			stmt_bind_int(st, (int)i + 1, q->binds[i].number);
		else
			stmt_bind_blob(st, (int)i + 1, q->binds[i].bytes);
	}
	return true;
}

/* The first bytes after all that begin with the prefix; absent: there are none. */
static struct str
prefix_end(struct arena *a, struct str prefix)
{
	char *end = arena_dup_c(a, prefix);
	size_t n = prefix.len;

	while (n > 0 && (unsigned char)end[n - 1] == 0xff)
		n--;
	if (n == 0)
		return STR_NONE;
	end[n - 1] = (char)((unsigned char)end[n - 1] + 1);
	return str_of(end, n);
}

/* alias.value against one test */
static void
say_value(struct query *q, const char *alias, const struct object_test *t)
{
	struct str end;

	if (!t->is_prefix) {
		say(q, alias);
		say_bytes(q, ".value = ?", t->value);
		return;
	}
	say(q, alias);
	say_bytes(q, ".value >= ?", t->value);
	end = prefix_end(q->a, t->value);
	if (!str_is_set(end))
		return;
	say(q, " AND ");
	say(q, alias);
	say_bytes(q, ".value < ?", end);
}

static void
say_test(struct query *q, const char *alias, const struct object_test *t)
{
	say(q, "(");
	say(q, alias);
	say_int(q, ".field = ?", t->field);
	say(q, " AND ");
	say_value(q, alias, t);
	say(q, " AND ");
	say(q, alias);
	say_int(q, ".start < ?", t->to);
	say(q, " AND ");
	say(q, alias);
	say_int(q, ".stop > ?", t->from);
	say(q, ")");
}

/* Every test is exact, of the same field and window: one list of values. */
static bool
is_plain_list(const struct object_criterion *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->tests[i].is_prefix || c->tests[i].field != c->tests[0].field ||
		    c->tests[i].from != c->tests[0].from || c->tests[i].to != c->tests[0].to)
			return false;
	return c->rule == OBJECT_ANY_OF;
}

static void
say_list(struct query *q, const char *alias, const struct object_criterion *c)
{
	size_t i;

	say(q, alias);
	say_int(q, ".field = ?", c->tests[0].field);
	say(q, " AND ");
	say(q, alias);
	for (i = 0; i < c->count; i++)
		say_bytes(q, i ? ", ?" : ".value IN (?", c->tests[i].value);
	say(q, ") AND ");
	say(q, alias);
	say_int(q, ".start < ?", c->tests[0].to);
	say(q, " AND ");
	say(q, alias);
	say_int(q, ".stop > ?", c->tests[0].from);
}

static void
say_any(struct query *q, const struct object_criterion *c)
{
	size_t i;

	say(q, " AND EXISTS (SELECT 1 FROM object_value i WHERE i.object = o.id AND ");
	if (is_plain_list(c)) {
		say_list(q, "i", c);
	} else {
		say(q, "(");
		for (i = 0; i < c->count; i++) {
			say(q, i ? " OR " : "");
			say_test(q, "i", &c->tests[i]);
		}
		say(q, ")");
	}
	say(q, ")");
}

/* One record with all values: the first leads, the others stand in the same record. */
static void
say_record(struct query *q, const struct object_criterion *c)
{
	size_t i;

	say(q, " AND EXISTS (SELECT 1 FROM object_value i WHERE i.object = o.id AND ");
	say_test(q, "i", &c->tests[0]);
	for (i = 1; i < c->count; i++) {
		say(q, " AND EXISTS (SELECT 1 FROM object_value j WHERE j.object = o.id"
		       " AND j.record = i.record AND ");
		say_test(q, "j", &c->tests[i]);
		say(q, ")");
	}
	say(q, ")");
}

static void
say_owners(struct query *q, const char *column, const struct object_query *in)
{
	size_t i;

	say(q, column);
	for (i = 0; i < in->owner_count; i++)
		say_int(q, i ? ", ?" : " IN (?", objects_cvr(in->owners[i]));
	say(q, ")");
}

static void
say_made(struct query *q, const struct object_query *in)
{
	say(q, " AND EXISTS (SELECT 1 FROM registration m WHERE m.object = o.id");
	say_int(q, " AND m.at >= ?", in->made_from);
	say_int(q, " AND m.at < ?", in->made_to);
	if (in->made_state)
		say_int(q, " AND m.state = ?", in->made_state);
	if (str_is_set(in->made_user))
		say_bytes(q, " AND m.user = ?", in->made_user);
	say(q, ")");
}

static void
say_listed(struct query *q, const struct object_query *in)
{
	say(q, " AND EXISTS (SELECT 1 FROM object_listed l WHERE l.cvr = o.cvr"
	       " AND l.kind = o.kind AND l.uuid = o.uuid");
	say_int(q, " AND l.start < ?", in->listed_to);
	say_int(q, " AND l.stop > ?", in->listed_from);
	say(q, in->only_active ? " AND l.active = 1)" : ")");
}

static void
say_conditions(struct query *q, const struct object_query *in)
{
	size_t i;

	say_owners(q, " WHERE o.cvr", in);
	say_int(q, " AND o.kind = ?", in->kind);
	if (in->uuid)
		say_bytes(q, " AND o.uuid = ?", str_of(in->uuid->b, sizeof(in->uuid->b)));
	if (in->after)
		say_bytes(q, " AND o.uuid > ?", str_of(in->after->b, sizeof(in->after->b)));
	say_int(q, " AND (? >> o.state) & 1", in->states);
	if (in->owner_count > 1) {
		say_int(q, " AND NOT (o.cvr = ?", objects_cvr(in->owners[1]));
		say_int(q, " AND EXISTS (SELECT 1 FROM object p WHERE p.cvr = ?",
			objects_cvr(in->owners[0]));
		say_int(q,
			" AND p.kind = o.kind AND p.uuid = o.uuid"
			" AND (? >> p.state) & 1))",
			in->hiding_states);
	}
	for (i = 0; i < in->criterion_count; i++) {
		if (in->criteria[i].rule == OBJECT_ANY_OF)
			say_any(q, &in->criteria[i]);
		else
			say_record(q, &in->criteria[i]);
	}
	if (in->is_made)
		say_made(q, in);
	if (in->is_listed)
		say_listed(q, in);
}

/* ---- what leads ---- */

static void
say_values_of(struct query *q, const struct object_query *in, const struct object_test *t)
{
	say_int(q, "SELECT 1 FROM object_value c WHERE c.field = ?", t->field);
	say(q, " AND ");
	say_value(q, "c", t);
	say_owners(q, " AND c.cvr", in);
}

/*
 * How many values one test has for the owners, up to the bound. Whether there are that many is
 * asked first: to step over them takes half the time of counting them.
 */
static bool
count_test(struct reading *r, const struct object_query *in, const struct object_test *t,
	   int64_t bound, int64_t *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	AUTO(stmt_release) struct stmt at_bound = STMT_INIT;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct query q = {.sql = BUF_INIT(SQL_BYTES), .a = a};
	bool has_row, ok;

	say_values_of(&q, in, t);
	say_int(&q, " LIMIT 1 OFFSET ?", bound - 1);
	ok = open_query(r, &q, &at_bound, e) && stmt_step(&at_bound, &has_row, e);
	buf_release(&q.sql);
	if (!ok)
		return false;
	*out = bound;
	if (has_row)
		return true;
	q = (struct query){.sql = BUF_INIT(SQL_BYTES), .a = a};
	say(&q, "SELECT count(*) FROM (");
	say_values_of(&q, in, t);
	say(&q, ")");
	ok = open_query(r, &q, &st, e);
	buf_release(&q.sql);
	if (!ok || !stmt_step(&st, &has_row, e))
		return false;
	*out = has_row ? stmt_int(&st, 0) : 0;
	return true;
}

static bool
may_lead(const struct object_criterion *c)
{
	return c->rule == OBJECT_ALL_IN_ONE || c->count == 1 || is_plain_list(c);
}

/* The criterion with the fewest values below the bound, if there is one. */
static bool
find_lead(struct reading *r, const struct object_query *in, int64_t bound, size_t *lead,
	  struct err *e)
{
	int64_t best = bound, sum, n;
	size_t i, k;

	for (i = 0; i < in->criterion_count; i++) {
		const struct object_criterion *c = &in->criteria[i];
		size_t counted = c->rule == OBJECT_ALL_IN_ONE ? 1 : c->count;

		if (!may_lead(c))
			continue;
		for (k = 0, sum = 0; k < counted && sum < best; k++) {
			if (!count_test(r, in, &c->tests[k], best, &n, e))
				return false;
			sum += n;
		}
		if (sum < best) {
			best = sum;
			*lead = i;
		}
	}
	return true;
}

/* *lead is criterion_count if none is selective. */
static bool
choose_lead(struct reading *r, const struct object_query *in, size_t *lead, struct err *e)
{
	size_t i;

	*lead = in->criterion_count;
	for (i = 0; i < ARRAY_LEN(selective) && *lead == in->criterion_count; i++)
		if (!find_lead(r, in, selective[i], lead, e))
			return false;
	return true;
}

static void
say_lead(struct query *q, const struct object_query *in, size_t lead)
{
	const struct object_criterion *c;

	if (lead == in->criterion_count) {
		say(q, " FROM object o");
		return;
	}
	c = &in->criteria[lead];
	say(q, " FROM (SELECT DISTINCT d.object FROM object_value d WHERE ");
	if (c->rule == OBJECT_ANY_OF && c->count > 1)
		say_list(q, "d", c);
	else
		say_test(q, "d", &c->tests[0]);
	say_owners(q, " AND d.cvr", in);
	say(q, ") f CROSS JOIN object o ON o.id = f.object");
}

static void
say_page(struct query *q, const struct object_query *in)
{
	say_int(q, " LIMIT ?", in->limit);
	say_int(q, " OFFSET ?", in->offset);
}

/* A page of one owner's listed objects: a walk along object_listed, in its order. */
static void
say_walk(struct query *q, const struct object_query *in)
{
	say(q, "SELECT l.registration AS latest, l.cvr, l.uuid, 0 AS at, 0 AS state"
	       " FROM object_listed l");
	say_int(q, " WHERE l.cvr = ?", objects_cvr(in->owners[0]));
	say_int(q, " AND l.kind = ?", in->kind);
	if (in->after)
		say_bytes(q, " AND l.uuid > ?", str_of(in->after->b, sizeof(in->after->b)));
	say_int(q, " AND l.start < ?", in->listed_to);
	say_int(q, " AND l.stop > ?", in->listed_from);
	say(q, in->only_active ? " AND l.active = 1" : "");
	say(q, " GROUP BY l.cvr, l.kind, l.uuid ORDER BY l.uuid");
	say_page(q, in);
}

static bool
say_find(struct reading *r, struct query *q, const struct object_query *in, struct err *e)
{
	size_t lead;

	if (in->with_content)
		say(q, "SELECT r.id, f.cvr, f.uuid, r.at, r.state, r.content FROM (");
	if (in->is_listed && in->owner_count == 1 && in->criterion_count == 0 && !in->is_made &&
	    !in->uuid) {
		say_walk(q, in);
	} else {
		if (!choose_lead(r, in, &lead, e))
			return false;
		say(q, "SELECT o.latest AS latest, o.cvr, o.uuid, o.at, o.state");
		say_lead(q, in, lead);
		say_conditions(q, in);
		say(q, " ORDER BY o.uuid");
		say_page(q, in);
	}
	if (in->with_content)
		say(q, ") f CROSS JOIN registration r ON r.id = f.latest ORDER BY f.uuid");
	return true;
}

static bool
find(struct reading *r, struct query *q, const struct object_query *in, struct object_rows *out,
     struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!say_find(r, q, in, e) || !open_query(r, q, &st, e))
		return false;
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		if (!objects_row_take(&st, q->a, in->with_content, objects_row_add(out, q->a),
				      e))
			return false;
	}
}

bool
objects_find(struct reading *r, const struct object_query *in, struct arena *a,
	     struct object_rows *out, struct err *e)
{
	struct query q = {.sql = BUF_INIT(SQL_BYTES), .a = a};
	size_t i;
	bool ok;

	BUG_ON(in->owner_count < 1 || in->owner_count > OBJECT_OWNERS_MAX);
	BUG_ON(in->criterion_count > OBJECT_CRITERIA_MAX);
	for (i = 0; i < in->criterion_count; i++)
		BUG_ON(in->criteria[i].count < 1 || in->criteria[i].count > OBJECT_TESTS_MAX);
	*out = (struct object_rows){.at = NULL};
	ok = find(r, &q, in, out, e);
	buf_release(&q.sql);
	return ok;
}
