/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fysiskslet: an object, what is below it, and what is tied to nothing else are removed for
 * good, history included, in one transaction; earlier events of it have nothing left to tell.
 * The store records each erasure, the audit trail who asked, and an event says that the object
 * is gone.
 *
 * Refuses: an installation that has not switched it on, an object that was never of the home
 * named, one with too much below it. Only the caller's own authority's objects are looked at.
 * Source: contract of Organisation, 2.6 and 3.5.
 */
#include "registry/internal.h"

#include "base/clock.h"
#include "base/limits.h"

/* Objects of one kind, with a call of its own for their records. */
struct going {
	struct registry_call c;
	struct work w;
	struct uuid *at;
	size_t count, room;
};

struct purging {
	struct work *w;
	const struct purge *x;
	struct uuid home, uuid;
	struct going main, follower, named;
	bool has_claims; /* the message's replay keys are recorded */
};

#define STATE(s) (1u << (s))
#define KEPT_STATES (STATE(LIV_OPSTAAET) | STATE(LIV_IMPORTERET) | STATE(LIV_PASSIVERET))

static size_t
field_of(const struct oio_type *t, const char *name)
{
	size_t field;

	BUG_ON(!oio_field_by_name(t, name, &field));
	return field;
}

/* ---- sets ---- */

static void
going_init(struct going *g, const struct work *w, const struct oio_type *t)
{
	*g = (struct going){.c = *w->c, .w = *w};
	g->c.type = t;
	g->w.c = &g->c;
	g->w.reader.type = t;
}

static bool
going_has(const struct going *g, struct uuid u)
{
	for (size_t i = 0; i < g->count; i++)
		if (uuid_eq(g->at[i], u))
			return true;
	return false;
}

static bool
going_add(struct purging *p, struct going *g, struct uuid u, struct err *e)
{
	struct uuid *grown;

	if (going_has(g, u))
		return true;
	if (g->count == LIMIT_PURGE_OBJECTS)
		return reader_refuse(&p->w->reader, RETUR_INPUT, e,
				     "Der er mere end %d objekter, der skal slettes",
				     LIMIT_PURGE_OBJECTS);
	if (g->count == g->room) {
		g->room = g->room ? g->room * 2 : 16;
		grown = ARENA_NEW_N(p->w->c->a, g->room, struct uuid);
		for (size_t i = 0; i < g->count; i++)
			grown[i] = g->at[i];
		g->at = grown;
	}
	g->at[g->count++] = u;
	return true;
}

/* ---- what the store holds ---- */

static struct object_key
key_of(const struct purging *p, const struct oio_type *t, struct uuid u)
{
	return (struct object_key){p->w->c->caller->cvr, t->id, u};
}

/* Own objects of a kind that name `target` at some moment of [from, to). */
static bool
find_naming(struct purging *p, struct reading *r, const struct purge_relation *by,
	    struct uuid target, int64_t limit, instant to, struct object_rows *out,
	    struct err *e)
{
	struct oio_ref ref = {.form = REF_UUID, .is_uuid = true, .uuid = target};
	instant now = p->w->c->now;
	struct object_test test = {
		.field = index_field(by->type, field_of(by->type, by->name)),
		.value = index_ref(&ref, p->w->c->a),
		.from = now,
		.to = to,
	};
	struct object_criterion all = {OBJECT_ANY_OF, &test, 1};
	struct object_query q = {.kind = by->type->id,
				 .owners = {p->w->c->caller->cvr},
				 .owner_count = 1,
				 .criteria = &all,
				 .criterion_count = 1,
				 .states = KEPT_STATES,
				 .limit = limit};

	return objects_find(r, &q, p->w->c->a, out, e);
}

/* The last registration, unpacked; *found: there is one. */
static bool
last_of(struct purging *p, struct reading *r, const struct oio_type *t, struct uuid u,
	struct stored *out, bool *found, struct err *e)
{
	struct object_key k = key_of(p, t, u);
	struct object_row row;

	return objects_latest(r, &k, p->w->c->a, &row, found, e) &&
	       (!*found || stored_unpack(t, &row, p->w->c->a, out, e));
}

static bool
names(const struct oio_content *c, size_t field, struct uuid u)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].part == OIO_RELATION && c->items[i].field == field &&
		    c->items[i].u.relation.ref.is_uuid &&
		    uuid_eq(c->items[i].u.relation.ref.uuid, u))
			return true;
	return false;
}

/* Is it, or was it ever, of the home that was named? A deleted object only was. */
static bool
check_home(struct purging *p, struct reading *r, struct err *e)
{
	const struct oio_type *t = p->x->main.type;
	struct object_key k = key_of(p, t, p->uuid);
	struct object_rows rows;
	struct stored s;

	if (!objects_history(r, &k, INSTANT_MIN, INSTANT_MAX, p->w->c->a, &rows, e))
		return false;
	if (rows.count == 0)
		return FAIL(e, RETUR_NOT_FOUND, "%s", t->key);
	for (size_t i = 0; i < rows.count; i++) {
		if (!stored_unpack(t, &rows.at[i], p->w->c->a, &s, e))
			return false;
		if (names(&s.reg.content, field_of(t, p->x->home), p->home))
			return true;
	}
	return reader_refuse(&p->w->reader, RETUR_INPUT, e, "%s hører ikke til %s",
			     p->x->by_uuid, p->x->by_home);
}

/* ---- what goes ---- */

/* Each object's children of now follow it, and theirs. */
static bool
gather_below(struct purging *p, struct reading *r, struct err *e)
{
	struct object_rows rows;

	if (!going_add(p, &p->main, p->uuid, e))
		return false;
	for (size_t i = 0; i < p->main.count; i++) {
		if (!find_naming(p, r, &p->x->main, p->main.at[i], LIMIT_PURGE_OBJECTS + 1,
				 p->w->c->now + 1, &rows, e))
			return false;
		for (size_t k = 0; k < rows.count; k++)
			if (!going_add(p, &p->main, rows.at[k].uuid, e))
				return false;
	}
	return true;
}

/* All that it names by the relation, now or later, goes. */
static bool
is_tied_to_them_alone(const struct purging *p, const struct oio_content *c, size_t field)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct oio_item *it = &c->items[i];

		if (it->part != OIO_RELATION || it->field != field || it->v.til <= p->w->c->now)
			continue;
		if (!it->u.relation.ref.is_uuid ||
		    !going_has(&p->main, it->u.relation.ref.uuid))
			return false;
	}
	return true;
}

static bool
gather_followers(struct purging *p, struct reading *r, struct err *e)
{
	const struct purge_relation *by = &p->x->follower;
	struct object_rows rows;
	struct stored s;
	bool found;

	for (size_t i = 0; i < p->main.count; i++) {
		if (!find_naming(p, r, by, p->main.at[i], LIMIT_PURGE_OBJECTS + 1, INSTANT_MAX,
				 &rows, e))
			return false;
		for (size_t k = 0; k < rows.count; k++) {
			if (!last_of(p, r, by->type, rows.at[k].uuid, &s, &found, e))
				return false;
			if (found &&
			    is_tied_to_them_alone(p, &s.reg.content,
						  field_of(by->type, by->name)) &&
			    !going_add(p, &p->follower, rows.at[k].uuid, e))
				return false;
		}
	}
	return true;
}

/* Does anything that stays name it, now or later? */
static bool
is_named_elsewhere(struct purging *p, struct reading *r, struct uuid u, bool *yes,
		   struct err *e)
{
	struct object_rows rows;

	*yes = false;
	for (size_t i = 0; i < p->x->naming_count && !*yes; i++) {
		const struct purge_relation *by = &p->x->naming[i];
		const struct going *leaving = by->type == p->main.c.type       ? &p->main
					      : by->type == p->follower.c.type ? &p->follower
									       : NULL;
		int64_t most = leaving ? (int64_t)leaving->count : 0;

		if (!find_naming(p, r, by, u, most + 1, INSTANT_MAX, &rows, e))
			return false;
		for (size_t k = 0; k < rows.count; k++)
			*yes |= !leaving || !going_has(leaving, rows.at[k].uuid);
	}
	return true;
}

/* What the objects of a set name, and nothing that stays. */
static bool
gather_named(struct purging *p, struct reading *r, const struct going *by, size_t field,
	     struct err *e)
{
	struct stored s, own;
	bool found, elsewhere;

	for (size_t i = 0; i < by->count; i++) {
		if (!last_of(p, r, by->c.type, by->at[i], &s, &found, e))
			return false;
		for (size_t k = 0; found && k < s.reg.content.count; k++) {
			const struct oio_item *it = &s.reg.content.items[k];
			struct uuid u = it->u.relation.ref.uuid;
			bool is_there;

			if (it->part != OIO_RELATION || it->field != field ||
			    !it->u.relation.ref.is_uuid || going_has(&p->named, u))
				continue;
			if (!last_of(p, r, p->x->named, u, &own, &is_there, e) ||
			    (is_there && !is_named_elsewhere(p, r, u, &elsewhere, e)))
				return false;
			if (is_there && !elsewhere && !going_add(p, &p->named, u, e))
				return false;
		}
	}
	return true;
}

/* ---- the job ---- */

static bool
purge_one(struct tx *tx, struct purging *p, struct going *g, struct uuid u, struct err *e)
{
	const struct caller *who = p->w->c->caller;
	instant now = time_floor_ms(clock_now());
	struct caller quiet = *who;
	struct object_erasure x = {
		.key = key_of(p, g->c.type, u),
		.reason = str_from(p->w->c->operation),
		.actor = str_is_set(who->system) ? who->system : who->subject,
		.at = now,
	};
	size_t count;

	if (p->has_claims)
		quiet.claim_count = 0;
	p->has_claims = true;
	g->c.caller = &quiet;
	return objects_purge(tx, &x, &count, e) && record_gone(tx, &g->w, &x.key, now, e) &&
	       record_call(tx, &g->w, u, "ok", e);
}

static bool
purge_all(struct tx *tx, struct purging *p, struct going *g, struct err *e)
{
	for (size_t i = 0; i < g->count; i++)
		if (!purge_one(tx, p, g, g->at[i], e))
			return false;
	return true;
}

static bool
purge_job(struct tx *tx, void *arg, struct err *e)
{
	struct purging *p = arg;
	const struct purge *x = p->x;
	struct reading *r = tx_reading(tx);

	going_init(&p->main, p->w, x->main.type);
	going_init(&p->follower, p->w, x->follower.type);
	going_init(&p->named, p->w, x->named);
	if (!check_home(p, r, e) || !gather_below(p, r, e) || !gather_followers(p, r, e))
		return false;
	for (size_t i = 0; i < x->naming_count; i++) {
		const struct purge_relation *by = &x->naming[i];
		size_t field = field_of(by->type, by->name);

		if ((by->type == x->main.type && !gather_named(p, r, &p->main, field, e)) ||
		    (by->type == x->follower.type &&
		     !gather_named(p, r, &p->follower, field, e)))
			return false;
	}
	return purge_all(tx, p, &p->main, e) && purge_all(tx, p, &p->follower, e) &&
	       purge_all(tx, p, &p->named, e);
}

static bool
purge(struct work *w, const struct purge *x, struct err *e)
{
	struct purging p = {.w = w, .x = x};
	struct xml_node *home, *uuid;
	struct cursor cur;

	if (!work_may(w, ACCESS_WRITE | ACCESS_PURGE, NULL, e))
		return false;
	if (!w->c->registry->options.may_purge)
		return reader_refuse(&w->reader, RETUR_DENIED, e,
				     "Fysisk sletning er slået fra i denne installation");
	if (!reader_open(&w->reader, w->c->input, &cur, e) ||
	    !reader_need(&w->reader, &cur, w->c->ns, x->by_home, &home, e) ||
	    !reader_uuid(&w->reader, home, &p.home, e) ||
	    !reader_need(&w->reader, &cur, w->c->ns, x->by_uuid, &uuid, e) ||
	    !reader_uuid(&w->reader, uuid, &p.uuid, e) || !reader_close(&w->reader, &cur, e) ||
	    !store_write(w->c->registry->store, purge_job, &p, e))
		return false;
	w->c->is_recorded = true;
	answer_begin_ok(w->c);
	answer_end(w->c);
	return true;
}

bool
registry_purge(struct registry_call *c, const struct purge *x, struct err *e)
{
	struct registry_call own = *c;
	struct work w;
	bool ok;

	own.type = x->main.type;
	work_init(&w, &own);
	ok = purge(&w, x, e) || answer_refuse(&w, e);
	c->is_recorded = own.is_recorded;
	c->verdict = own.verdict;
	return ok;
}
