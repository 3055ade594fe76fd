/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way back: of one publication, what each of its objects was before it; to a moment, what
 * each of the authority's objects was known to be then. What others changed since is a
 * conflict, and stays as it is unless told otherwise. What was erased by law does not come
 * back: its history says only what is left of it.
 * Source: contract of administration, 4.7.7; of Organisation, 5.
 */
#include "administration/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "administration/publish.h"
#include "base/clock.h"
#include "base/mem.h"
#include "registry/append.h"

#define PROGRESS_EVERY 1000

struct ids {
	int64_t *at;
	size_t count, room;
};

struct keys {
	struct object_key *at;
	size_t count, room;
};

struct going_back {
	const struct desk *desk;
	const struct way_back *w;
	const struct plan_options *o;
	struct plan *p;
	struct reading *r;
	struct arena *a; /* for one object */
	instant now;
	struct ids published; /* registrations made by publications since the moment, sorted */
	struct keys shared;   /* the operator's, that these touched */
	size_t done, total;
};

static bool
is_live(enum livscyklus l)
{
	return l == LIV_OPSTAAET || l == LIV_IMPORTERET;
}

/* ---- what an object goes back to ---- */

/* The same thing said, and said alike: metadata may differ in time only. */
static bool
goes_on(const struct oio_type *t, const struct oio_item *x, const struct oio_item *y)
{
	return x->part == y->part && x->field == y->field && item_same(t, x, y) &&
	       ref_eq(&x->v.aktoer, &y->v.aktoer) && x->v.aktoer_type == y->v.aktoer_type &&
	       str_eq(x->v.note, y->v.note) &&
	       (x->part != OIO_RELATION || str_eq(x->u.relation.indeks, y->u.relation.indeks));
}

/* Adds what of the item lies in [fra, til); an item that goes on from another is one. */
static void
add_clipped(const struct oio_type *t, const struct oio_item *i, instant fra, instant til,
	    struct oio_content *out)
{
	struct oio_item it = *i;

	if (it.v.fra < fra)
		it.v.fra = fra;
	if (it.v.til > til)
		it.v.til = til;
	if (it.v.fra >= it.v.til)
		return;
	for (size_t k = 0; k < out->count; k++)
		if (out->items[k].v.til == it.v.fra && goes_on(t, &out->items[k], &it)) {
			out->items[k].v.til = it.v.til;
			return;
		}
	it.seq = out->count;
	out->items[out->count++] = it;
}

static bool
is_of(const struct oio_item *i, size_t field, const struct oio_type *t)
{
	return field == t->count || (i->part != OIO_ATTRIBUT && i->field == field);
}

/* `now` until the day, `then` from it on; of one field, or of all (field t->count). */
static void
splice(const struct oio_type *t, const struct oio_content *now, const struct oio_content *then,
       instant day, size_t field, struct arena *a, struct oio_content *out)
{
	size_t i;

	*out = field == t->count ? *then : *now;
	out->items = ARENA_NEW_N(a, now->count + then->count + 1, struct oio_item);
	out->count = 0;
	for (i = 0; i < now->count; i++)
		add_clipped(t, &now->items[i], INSTANT_MIN,
			    is_of(&now->items[i], field, t) ? day : INSTANT_MAX, out);
	for (i = 0; i < then->count; i++)
		if (is_of(&then->items[i], field, t))
			add_clipped(t, &then->items[i], day, INSTANT_MAX, out);
	object_sort(out);
}

static bool
close_on(const struct oio_type *t, instant day, struct arena *a, struct folded *io,
	 struct err *e)
{
	const struct fold_rules rules = {.day = day, .now = day};
	const struct edit end = {.type = t, .op = EDIT_NEDLAEG, .day = day};
	struct str text;

	return fold_edit(&end, &rules, a, io, &text, e);
}

/* field: the only one that may go back; t->count: all of it. */
static bool
restore(const struct going_back *g, const struct oio_type *t, const struct folded *now,
	const struct folded *then, size_t field, struct folded *out, struct err *e)
{
	static const struct oio_content nothing;

	*out = *now;
	if (field < t->count) {
		splice(t, &now->content, &then->content,
		       g->w->is_never ? INSTANT_MIN : g->p->day, field, g->a, &out->content);
		return true;
	}
	if (g->w->is_never) {
		if (then->livscyklus != LIV_NONE)
			*out = *then;
		else if (is_live(now->livscyklus))
			out->livscyklus = LIV_PASSIVERET;
		return true;
	}
	if (is_live(then->livscyklus)) {
		out->livscyklus = is_live(now->livscyklus) ? now->livscyklus : then->livscyklus;
		splice(t, is_live(now->livscyklus) ? &now->content : &nothing, &then->content,
		       g->p->day, t->count, g->a, &out->content);
		return true;
	}
	return !is_live(now->livscyklus) || close_on(t, g->p->day, g->a, out, e);
}

/* ---- one object ---- */

struct step {
	struct object_key key;
	struct folded then, made; /* made: by the publication that is undone; or not there */
	bool is_changed;          /* by others, since */
};

static bool
take_row(const struct going_back *g, const struct oio_type *t, const struct object_row *row,
	 struct folded *out, struct err *e)
{
	struct registrering reg;

	if (!append_unpack(t, row, g->a, &reg, e))
		return false;
	*out = (struct folded){reg.livscyklus, reg.content};
	return true;
}

/* Nothing is left of it but the record of its erasure: then there is no way back for it. */
static bool
go_back(struct going_back *g, const struct step *s, struct err *e)
{
	const struct oio_type *t = desk_kind(s->key.kind);
	struct drafted_place place = {.key = s->key};
	struct folded now, after;
	struct plan_object *o;
	size_t field = t->count;

	if (!objects_latest(g->r, &s->key, g->a, &place.row, &place.found, e))
		return false;
	if (!place.found)
		return true;
	if (!take_row(g, t, &place.row, &now, e))
		return false;
	if (!str_eq(s->key.cvr, g->desk->cvr)) {
		if (!append_delegated(g->r, t, &place.row, g->desk->cvr, g->now, &field, e))
			return false;
		if (field == t->count) {
			plan_refuse(g->p, t, s->key.uuid,
				    STR("Ikke autoriseret: objektet hører til det fælles "
					"register"));
			return true;
		}
	}
	if (!restore(g, t, &now, &s->then, field, &after, e) ||
	    !plan_add(g->p, &place, &now, &after, &o, e))
		return false;
	if (!o || !s->is_changed)
		return true;
	o->is_conflict = true;
	plan_look(t, &s->made, g->p->day, g->p->a, &o->base);
	g->p->conflicts++;
	if (g->w->with_changed)
		return true;
	o->is_left = true;
	g->p->left++;
	for (unsigned i = 0; i < PLAN_CHANGE_COUNT; i++)
		g->p->changes[i] -= o->changes >> i & 1;
	return true;
}

static void
told(struct going_back *g)
{
	if (g->o->progress && ++g->done % PROGRESS_EVERY == 0)
		g->o->progress("plan", g->done, g->total, g->o->arg);
}

/* ---- one publication ---- */

static bool
registration(struct going_back *g, const struct object_key *k, int64_t id, struct folded *out,
	     struct err *e)
{
	struct object_row row;
	bool found = false;

	*out = (struct folded){.livscyklus = LIV_NONE};
	if (id != 0 && !objects_registration(g->r, k, id, g->a, &row, &found, e))
		return false;
	return !found || take_row(g, desk_kind(k->kind), &row, out, e);
}

static bool
undo_object(const struct publication_object_row *row, void *arg, struct err *e)
{
	struct going_back *g = arg;
	struct step s = {.key = {row->owner, row->kind, row->uuid}};
	struct object_mark mark;

	told(g);
	arena_reset(g->a);
	if (!desk_kind(row->kind))
		return FAIL(e, STORE_DAMAGED, "kind %u", row->kind);
	if (!registration(g, &s.key, row->before, &s.then, e) ||
	    !registration(g, &s.key, row->after, &s.made, e) ||
	    !objects_mark(g->r, &s.key, &mark, e))
		return false;
	s.is_changed = mark.id != row->after;
	return go_back(g, &s, e);
}

static bool
undo_publication(struct going_back *g, struct err *e)
{
	struct publication_row row;

	if (!publication_get(g->r, g->desk, g->w->number, g->p->a, &row, e))
		return false;
	g->p->undone = row.number;
	g->p->title =
		arena_printf(g->p->a, "Tilbagerulning af publikation %" PRId64, row.number);
	g->total = (size_t)row.objects;
	return publications_objects(g->r, row.id, undo_object, g, e);
}

/* ---- a moment ---- */

static int
by_number(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

static bool
is_published(const struct going_back *g, int64_t id)
{
	return g->published.count > 0 &&
	       bsearch(&id, g->published.at, g->published.count, sizeof(id), by_number);
}

static bool
note_object(const struct publication_object_row *row, void *arg, struct err *e)
{
	struct going_back *g = arg;
	struct ids *ids = &g->published;
	struct keys *keys = &g->shared;

	(void)e;
	if (ids->count == ids->room) {
		ids->room = ids->room ? ids->room * 2 : 256;
		ids->at = mem_resize(ids->at, ids->room * sizeof(*ids->at));
	}
	ids->at[ids->count++] = row->after;
	if (str_eq(row->owner, g->desk->cvr))
		return true;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->at[i].kind == row->kind && uuid_eq(keys->at[i].uuid, row->uuid))
			return true;
	if (keys->count == keys->room) {
		keys->room = keys->room ? keys->room * 2 : 16;
		keys->at = mem_resize(keys->at, keys->room * sizeof(*keys->at));
	}
	keys->at[keys->count++] =
		(struct object_key){arena_dup(g->p->a, row->owner), row->kind, row->uuid};
	return true;
}

static bool
note_publication(const struct publication_row *row, void *arg, struct err *e)
{
	struct going_back *g = arg;

	return row->at <= g->w->to || publications_objects(g->r, row->id, note_object, g, e);
}

static bool
step_to(const struct object_key *k, void *arg, struct err *e)
{
	struct going_back *g = arg;
	struct step s = {.key = *k};
	struct object_rows rows;

	told(g);
	arena_reset(g->a);
	if (!desk_kind(k->kind))
		return true; /* of a kind that is no part of an organisation */
	if (!objects_history(g->r, k, g->w->to, INSTANT_MAX, g->a, &rows, e))
		return false;
	for (size_t i = 0; i < rows.count; i++) {
		if (rows.at[i].at > g->w->to)
			s.is_changed |= !is_published(g, rows.at[i].id);
		else if (!take_row(g, desk_kind(k->kind), &rows.at[i], &s.then, e))
			return false;
	}
	s.made = s.then;
	return go_back(g, &s, e);
}

static bool
back_to_moment(struct going_back *g, struct err *e)
{
	char text[TIME_TEXT_MAX];

	if (g->w->to > g->now)
		return FAIL(e, BAD_VALUE, "the moment is yet to come");
	g->p->undone_to = g->w->to;
	g->p->title = arena_printf(g->p->a, "Tilbagerulning til " STR_FMT,
				   STR_ARG(time_format_local(g->w->to, text)));
	if (!publications_each(g->r, g->desk->cvr, 0, note_publication, g, e))
		return false;
	if (g->published.count > 1)
		qsort(g->published.at, g->published.count, sizeof(int64_t), by_number);
	if (!objects_since(g->r, g->desk->cvr, g->w->to, step_to, g, e))
		return false;
	for (size_t i = 0; i < g->shared.count; i++)
		if (!step_to(&g->shared.at[i], g, e))
			return false;
	return true;
}

static int
by_place(const void *pa, const void *pb)
{
	const struct plan_object *a = pa, *b = pb;

	if (a->key.kind != b->key.kind)
		return a->key.kind < b->key.kind ? -1 : 1;
	if (!uuid_eq(a->key.uuid, b->key.uuid))
		return uuid_cmp(a->key.uuid, b->key.uuid);
	return str_cmp(a->key.cvr, b->key.cvr);
}

bool
plan_back(const struct desk *d, const struct way_back *w, const struct plan_options *o,
	  struct plan **out, struct err *e)
{
	AUTO(plan_freep) struct plan *p = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	struct going_back g = {.desk = d, .w = w, .o = o, .a = a, .now = clock_now()};
	bool ok;

	g.p = p = plan_new(o->day == INSTANT_MIN ? time_local_midnight(g.now) : o->day);
	p->source = STR("tilbagerulning");
	if (!store_read(d->store, &r, e))
		return false;
	g.r = r;
	ok = store_event_last(r, &p->stream, e) &&
	     (w->number > 0 ? undo_publication(&g, e) : back_to_moment(&g, e));
	mem_free(g.published.at);
	mem_free(g.shared.at);
	if (!ok)
		return false;
	if (p->count > 1)
		qsort(p->objects, p->count, sizeof(*p->objects), by_place);
	if (!plan_consequences(p, r, e))
		return false;
	*out = p;
	p = NULL;
	return true;
}
