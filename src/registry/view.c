/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filtering by valid time and by right. Intervals are shown whole, never clipped to the window.
 * Source: contract of Organisation, 3.3.
 */
#include "registry/view.h"

#include <string.h>

static instant
after(instant t)
{
	return instant_add(t, 1);
}

struct window
window_of_virkning(const struct filter *f, instant now)
{
	struct window w = {now, after(now), now};

	if (f->has_fra)
		w.fra = f->fra;
	if (f->has_til)
		w.til = f->til;
	if ((f->has_fra && !f->has_til) || w.fra == w.til)
		w.til = w.fra == INSTANT_MIN ? after(now) : after(w.fra);
	return w;
}

struct window
window_of_registrering(const struct filter *f, instant now)
{
	struct window w = {INSTANT_MIN, INSTANT_MAX, now};

	if (f->has_fra)
		w.fra = f->fra;
	if (f->has_til)
		w.til = f->til;
	if (w.fra == w.til)
		w.til = after(w.fra);
	return w;
}

/* The record without the rows that the caller may not see. */
static const struct oio_slot *
seen_slots(const struct oio_type *t, const struct oio_slot *all, unsigned rights,
	   struct arena *a)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	struct oio_slot *seen = NULL;
	size_t i;

	for (i = row.first; i < row.end; i++) {
		if ((t->fields[i].see & rights) == t->fields[i].see || all[i].tag == 0)
			continue;
		if (!seen) {
			seen = ARENA_NEW_N(a, row.end, struct oio_slot);
			memcpy(seen, all, row.end * sizeof(*seen));
		}
		seen[i] = (struct oio_slot){.tag = 0};
	}
	return seen ? seen : all;
}

/*
 * Which of the periods first..end-1 of a max-1 relation stands for it: the one that holds now,
 * else the next one, else the last. All of them overlap the window; they are in order.
 */
static size_t
choose(const struct oio_item *items, size_t first, size_t end, instant now)
{
	size_t i;

	for (i = first; i < end; i++)
		if (virkning_overlaps(&items[i].v, now, after(now)))
			return i;
	for (i = first; i < end; i++)
		if (items[i].v.fra > now)
			return i;
	return end - 1;
}

/* Keeps one period of each max-1 relation. */
static void
single_out(const struct oio_type *t, struct oio_content *c, instant now)
{
	size_t from = 0, to = 0, end, keep;

	while (from < c->count) {
		const struct oio_item *i = &c->items[from];

		end = from + 1;
		if (i->part == OIO_RELATION && t->fields[i->field].max == OIO_ONE) {
			while (end < c->count && c->items[end].part == i->part &&
			       c->items[end].field == i->field)
				end++;
		}
		keep = end - from > 1 ? choose(c->items, from, end, now) : from;
		c->items[to++] = c->items[keep];
		from = end;
	}
	c->count = to;
}

void
view_content(const struct oio_type *t, const struct oio_content *c, const struct window *w,
	     unsigned rights, struct arena *a, struct oio_content *out)
{
	size_t i;

	*out = *c;
	out->items = ARENA_NEW_N(a, c->count + 1, struct oio_item);
	out->count = 0;
	for (i = 0; i < c->count; i++) {
		struct oio_item *to = &out->items[out->count];

		if (!virkning_overlaps(&c->items[i].v, w->fra, w->til))
			continue;
		*to = c->items[i];
		if (to->part == OIO_ATTRIBUT)
			to->u.egenskab = seen_slots(t, to->u.egenskab, rights, a);
		out->count++;
	}
	if (!t->single_repeats)
		single_out(t, out, w->now);
}

void
view_seen(const struct oio_type *t, const struct oio_content *c, unsigned rights,
	  struct arena *a, struct oio_content *out)
{
	*out = *c;
	out->items = ARENA_NEW_N(a, c->count + 1, struct oio_item);
	for (size_t i = 0; i < c->count; i++) {
		out->items[i] = c->items[i];
		if (c->items[i].part == OIO_ATTRIBUT)
			out->items[i].u.egenskab =
				seen_slots(t, c->items[i].u.egenskab, rights, a);
	}
}
