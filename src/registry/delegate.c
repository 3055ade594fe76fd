/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom a shared object stands for: the object that its relation `via` names now must be a
 * shared one too, and bear the caller's CVR now. Anything missing on the way is a no.
 * Source: contract of Organisation, 3.9.
 */
#include "registry/delegate.h"

#include "registry/history.h"

static struct oio_content
now_only(const struct work *w, const struct oio_type *t, const struct oio_content *c)
{
	struct window now = {w->c->now, w->c->now + 1, w->c->now};
	struct oio_content out;

	view_content(t, c, &now, ~0u, w->c->a, &out);
	return out;
}

/* The object behind the relation, or found = false. */
static bool
find_via(const struct work *w, struct reading *r, const struct object_row *row,
	 struct stored *out, bool *found, struct err *e)
{
	const struct oio_delegate *d = w->c->type->delegate;
	struct object_row via;
	struct stored self;
	struct oio_content now;
	size_t i;

	*found = false;
	if (!stored_unpack(w->c->type, row, w->c->a, &self, e))
		return false;
	now = now_only(w, w->c->type, &self.reg.content);
	for (i = 0; i < now.count; i++) {
		const struct oio_item *it = &now.items[i];
		struct object_key k = {row->cvr, d->via_type->id, it->u.relation.ref.uuid};

		if (it->part != OIO_RELATION || it->field != d->via ||
		    !it->u.relation.ref.is_uuid)
			continue;
		if (!objects_latest(r, &k, w->c->a, &via, found, e))
			return false;
		break;
	}
	return !*found || stored_unpack(d->via_type, &via, w->c->a, out, e);
}

bool
delegate_stands_for(const struct work *w, struct reading *r, const struct object_row *row,
		    bool *yes, struct err *e)
{
	const struct oio_delegate *d = w->c->type->delegate;
	struct oio_content now;
	struct stored via;
	bool found;
	size_t i;

	*yes = false;
	if (!d || !work_is_shared(w, row->cvr) || row->state == LIV_SLETTET)
		return true;
	if (!find_via(w, r, row, &via, &found, e))
		return false;
	if (!found || via.reg.livscyklus == LIV_SLETTET || via.reg.livscyklus == LIV_PASSIVERET)
		return true;
	now = now_only(w, d->via_type, &via.reg.content);
	for (i = 0; i < now.count; i++)
		if (now.items[i].part == OIO_ATTRIBUT &&
		    str_eq(egenskab_text(d->via_type, &now.items[i], d->cvr),
			   w->c->caller->cvr))
			*yes = true;
	return true;
}

bool
delegate_limit(struct work *w, const struct oio_content *stored, struct oio_content *sent,
	       struct oio_content *merged, struct err *e)
{
	const struct oio_type *t = w->c->type;
	size_t field = t->delegate->field, i, kept = 0;

	if (!history_same(t, stored, merged, field))
		return reader_refuse(
			&w->reader, RETUR_DENIED, e,
			"Ikke autoriseret: i det fælles register kan kun %s rettes",
			t->fields[field].name);
	for (i = 0; i < sent->count; i++)
		if (sent->items[i].part == OIO_RELATION && sent->items[i].field == field)
			sent->items[kept++] = sent->items[i];
	*sent = (struct oio_content){.items = sent->items, .count = kept};
	history_merge(t, stored, sent, w->c->a, merged);
	return true;
}
