/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lawful erasure of a person: in every registration the rows that name the person are dropped
 * or replaced, notes are dropped, and a new registration says that it was done. History keeps
 * its shape: the same registrations at the same times. The store records the erasure.
 *
 * A CPR number is looked for in all registrations, not only the current ones, among the
 * caller's own persons. It never goes to a log or a record.
 * Source: contract of Organisation, 3.5; invariant I9.
 */
#include "registry/change.h"

#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "registry/pack.h"
#include "xml/names.h"

#define NEUTRAL STR("Anonymiseret")

struct target {
	struct work *w;
	const struct anonymise *x;
	const struct uuid *whom;
	size_t count;
	struct uuid uuid; /* of the one at work */
};

/* ---- the content ---- */

static void
erase_slots(const struct oio_type *t, struct oio_item *i, struct arena *a)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	struct oio_slot *slots = ARENA_NEW_N(a, row.end, struct oio_slot);
	size_t k;

	memcpy(slots, i->u.egenskab, row.end * sizeof(*slots));
	for (k = row.first; k < row.end; k++) {
		if (t->fields[k].erase == OIO_DROP)
			slots[k] = (struct oio_slot){.tag = 0};
		else if (t->fields[k].erase == OIO_REPLACE && slots[k].tag == OIO_TEXT)
			slots[k].u.text = NEUTRAL;
	}
	i->u.egenskab = slots;
}

static void
erase_registrering(const struct oio_type *t, struct registrering *r, struct arena *a)
{
	size_t i;

	r->note = STR_NONE;
	r->bruger = (struct oio_ref){.form = REF_NONE};
	for (i = 0; i < r->content.count; i++) {
		r->content.items[i].v.note = STR_NONE;
		if (r->content.items[i].part == OIO_ATTRIBUT)
			erase_slots(t, &r->content.items[i], a);
	}
}

static bool
rewrite(const struct object_row *old, struct arena *a, struct str *content, void *arg,
	struct err *e)
{
	const struct target *g = arg;
	struct object_new n;
	struct stored s;

	if (!stored_unpack(g->x->type, old, a, &s, e))
		return false;
	erase_registrering(g->x->type, &s.reg, a);
	record_user(g->w, &s.reg);
	stored_pack(g->x->type, &s.reg, s.sent_at, a, &n);
	*content = n.content;
	return true;
}

/* ---- the job ---- */

static bool
append_notice(struct tx *tx, struct target *g, struct err *e)
{
	struct work *w = g->w;
	struct object_key k = {w->c->caller->cvr, g->x->type->id, g->uuid};
	instant now = time_floor_ms(clock_now());
	struct object_row row;
	struct object_new n;
	struct stored last;
	bool found;

	if (!objects_latest(tx_reading(tx), &k, w->c->a, &row, &found, e))
		return false;
	if (!found)
		return FAIL(e, INTERNAL, "an object is gone within its transaction");
	if (!stored_unpack(g->x->type, &row, w->c->a, &last, e))
		return false;
	last.reg.note = NEUTRAL;
	record_user(w, &last.reg);
	stored_pack(g->x->type, &last.reg, INSTANT_MIN, w->c->a, &n);
	n.key = k;
	n.at = row.at >= now ? row.at + MS(1) : now;
	return objects_append(tx, &n, e) && record_event(tx, w, &k, n.at, e);
}

static bool
erase_one(struct tx *tx, struct target *g, bool with_claims, struct err *e)
{
	const struct caller *who = g->w->c->caller;
	struct object_erasure x = {
		.key = {who->cvr, g->x->type->id, g->uuid},
		.reason = STR("anonymiser"),
		.actor = str_is_set(who->system) ? who->system : who->subject,
		.at = clock_now(),
	};
	struct caller quiet = *who;
	struct registry_call c = *g->w->c;
	struct work w = *g->w;
	size_t count;

	if (!objects_rewrite(tx, &x, rewrite, g, &count, e))
		return false;
	if (count == 0)
		return FAIL(e, RETUR_NOT_FOUND, "%s", g->x->type->key);
	if (!with_claims)
		quiet.claim_count = 0;
	c.caller = &quiet;
	w.c = &c;
	return append_notice(tx, g, e) && record_call(tx, &w, g->uuid, "ok", e);
}

/* All who were named, or nobody: one call is one change, with its records (I4). */
static bool
erase_job(struct tx *tx, void *arg, struct err *e)
{
	struct target *g = arg;

	for (size_t i = 0; i < g->count; i++) {
		g->uuid = g->whom[i];
		if (!erase_one(tx, g, i == 0, e))
			return false;
	}
	return true;
}

/* ---- whom ---- */

struct hunt {
	const struct anonymise *x;
	struct str text;
	struct arena *a, *scratch;
	struct uuid *found;
	size_t count, room;
};

static bool
has_text(const struct hunt *h, const struct oio_content *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->items[i].part == OIO_ATTRIBUT &&
		    str_eq(egenskab_text(h->x->type, &c->items[i], h->x->field), h->text))
			return true;
	return false;
}

static bool
hunt_row(const struct object_row *row, void *arg, struct err *e)
{
	struct hunt *h = arg;
	struct uuid *grown;
	struct stored s;

	arena_reset(h->scratch);
	if (!stored_unpack(h->x->type, row, h->scratch, &s, e))
		return false;
	if (!has_text(h, &s.reg.content) ||
	    (h->count > 0 && uuid_eq(h->found[h->count - 1], row->uuid)))
		return true;
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : 4;
		grown = ARENA_NEW_N(h->a, h->room, struct uuid);
		if (h->count > 0)
			memcpy(grown, h->found, h->count * sizeof(*grown));
		h->found = grown;
	}
	h->found[h->count++] = row->uuid;
	return true;
}

static bool
find_by_text(struct work *w, struct hunt *h, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *scratch = arena_new();

	h->a = w->c->a;
	h->scratch = scratch;
	return store_read(w->c->registry->store, &r, e) &&
	       objects_each(r, w->c->caller->cvr, h->x->type->id, hunt_row, h, e);
}

static bool
read_whom(struct work *w, const struct anonymise *x, struct hunt *h, struct err *e)
{
	struct xml_node *n;
	struct cursor cur;

	*h = (struct hunt){.x = x, .found = ARENA_NEW_N(w->c->a, 1, struct uuid)};
	if (!reader_open(&w->reader, w->c->input, &cur, e))
		return false;
	n = cursor_take(&cur, w->c->ns, x->by_text);
	if (n) {
		if (!reader_text(&w->reader, n, 0, &h->text, e))
			return false;
		if (!str_is_digits(h->text, 10))
			return reader_refuse(&w->reader, RETUR_INPUT, e,
					     "%s skal være 10 cifre", x->by_text);
		return reader_close(&w->reader, &cur, e) && find_by_text(w, h, e);
	}
	h->count = 1;
	return reader_need(&w->reader, &cur, w->c->ns, x->by_uuid, &n, e) &&
	       reader_uuid(&w->reader, n, &h->found[0], e) && reader_close(&w->reader, &cur, e);
}

static bool
anonymise(struct work *w, const struct anonymise *x, struct err *e)
{
	struct target g = {.w = w, .x = x};
	struct hunt h;

	if (!work_may(w, ACCESS_WRITE | ACCESS_ANONYMISE, NULL, e) || !read_whom(w, x, &h, e))
		return false;
	if (h.count == 0)
		return FAIL(e, RETUR_NOT_FOUND, "%s", x->type->key);
	g.whom = h.found;
	g.count = h.count;
	if (!store_write(w->c->registry->store, erase_job, &g, e))
		return false;
	w->c->is_recorded = true;
	answer_begin_ok(w->c);
	answer_end(w->c);
	return true;
}

bool
registry_anonymise(struct registry_call *c, const struct anonymise *x, struct err *e)
{
	/* records and events are of the person, the answer is of the service */
	struct registry_call own = *c;
	struct work w;
	bool ok;

	own.type = x->type;
	work_init(&w, &own);
	ok = anonymise(&w, x, e) || answer_refuse(&w, e);
	c->is_recorded = own.is_recorded;
	c->verdict = own.verdict;
	return ok;
}
