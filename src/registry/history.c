/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Merging timelines. Works on spans (an interval and the item it came from), so that cutting
 * an interval copies no values; items are made at the end. Refuses nothing: what may not be
 * sent is refused before.
 * Source: contract of Organisation, 3.4 with its worked cases.
 */
#include "registry/history.h"

#include <stdlib.h>
#include <string.h>

struct span {
	instant fra, til;
	const struct oio_item *item;
	size_t seq;
};

struct spans {
	struct arena *a;
	struct span *at;
	size_t count, room;
};

static void
spans_add(struct spans *s, instant fra, instant til, const struct oio_item *item)
{
	struct span *grown;

	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		grown = ARENA_NEW_N(s->a, s->room, struct span);
		if (s->count > 0)
			memcpy(grown, s->at, s->count * sizeof(*grown));
		s->at = grown;
	}
	s->at[s->count] = (struct span){fra, til, item, s->count};
	s->count++;
}

/* Puts [fra, til) of e into the timeline: what was there before gives way. */
static void
spans_overlay(struct spans *s, const struct span *e)
{
	struct spans next = {.a = s->a};
	size_t i;

	if (e->fra >= e->til)
		return;
	for (i = 0; i < s->count; i++)
		if (s->at[i].fra < e->til && s->at[i].til > e->fra)
			break;
	if (i == s->count) {
		spans_add(s, e->fra, e->til, e->item);
		return;
	}
	for (i = 0; i < s->count; i++) {
		const struct span *old = &s->at[i];

		if (old->fra >= e->til || old->til <= e->fra) {
			spans_add(&next, old->fra, old->til, old->item);
			continue;
		}
		if (old->fra < e->fra)
			spans_add(&next, old->fra, e->fra, old->item);
		if (old->til > e->til)
			spans_add(&next, e->til, old->til, old->item);
	}
	spans_add(&next, e->fra, e->til, e->item);
	*s = next;
}

/* The elements of one row, in the order of the content. */
static struct spans
spans_of(const struct oio_content *c, enum oio_part part, size_t field, struct arena *a)
{
	struct spans s = {.a = a};
	size_t i;

	for (i = 0; c && i < c->count; i++)
		if (c->items[i].part == part && c->items[i].field == field)
			spans_add(&s, c->items[i].v.fra, c->items[i].v.til, &c->items[i]);
	return s;
}

static void
merge_single(const struct oio_type *t, const struct spans *stored, const struct spans *sent,
	     struct spans *out)
{
	struct spans line = {.a = out->a};
	size_t i, j;

	for (i = 0; i < stored->count; i++) {
		const struct span *s = &stored->at[i];

		for (j = 0; j < sent->count; j++)
			if (sent->at[j].fra == s->fra &&
			    item_same(t, sent->at[j].item, s->item))
				break;
		if (j == sent->count)
			spans_add(&line, s->fra, s->til, s->item);
	}
	for (j = 0; j < sent->count; j++)
		spans_overlay(&line, &sent->at[j]);
	for (i = 0; i < line.count; i++)
		spans_add(out, line.at[i].fra, line.at[i].til, line.at[i].item);
}

static int
identity_cmp(const struct oio_item *a, const struct oio_item *b)
{
	int d = ref_cmp(&a->u.relation.ref, &b->u.relation.ref);

	if (d == 0)
		d = ref_cmp(&a->u.relation.rolle.ref, &b->u.relation.rolle.ref);
	if (d == 0)
		d = ref_cmp(&a->u.relation.type.ref, &b->u.relation.type.ref);
	return d;
}

static int
span_cmp(const void *pa, const void *pb)
{
	const struct span *a = pa, *b = pb;
	int d = identity_cmp(a->item, b->item);

	if (d == 0)
		d = a->seq < b->seq ? -1 : a->seq > b->seq;
	return d;
}

static size_t
identity_end(const struct spans *s, size_t from)
{
	size_t i = from;

	while (i < s->count && identity_cmp(s->at[from].item, s->at[i].item) == 0)
		i++;
	return i;
}

/* One identity: what is sent replaces the stored it overlaps or begins with. */
static void
merge_identity(const struct span *stored, size_t stored_count, const struct span *sent,
	       size_t sent_count, struct spans *out)
{
	struct spans line = {.a = out->a};
	size_t i, j;

	for (i = 0; i < stored_count; i++) {
		for (j = 0; j < sent_count; j++)
			if (sent[j].fra == stored[i].fra ||
			    (sent[j].fra < stored[i].til && sent[j].til > stored[i].fra &&
			     sent[j].fra < sent[j].til))
				break;
		if (j == sent_count)
			spans_add(out, stored[i].fra, stored[i].til, stored[i].item);
	}
	for (j = 0; j < sent_count; j++) {
		/* [O7] an exact duplicate: the first stays */
		for (i = 0; i < j; i++)
			if (sent[i].fra == sent[j].fra && sent[i].til == sent[j].til)
				break;
		if (i == j)
			spans_overlay(&line, &sent[j]);
	}
	for (i = 0; i < line.count; i++)
		spans_add(out, line.at[i].fra, line.at[i].til, line.at[i].item);
}

/* NULL where there are none: no arithmetic on a null pointer. */
static const struct span *
spans_from(const struct spans *s, size_t i)
{
	return s->count > 0 ? s->at + i : NULL;
}

static void
merge_many(struct spans *stored, struct spans *sent, struct spans *out)
{
	size_t i = 0, j = 0, end, sent_end;
	int d;

	if (stored->count > 1)
		qsort(stored->at, stored->count, sizeof(*stored->at), span_cmp);
	if (sent->count > 1)
		qsort(sent->at, sent->count, sizeof(*sent->at), span_cmp);
	while (i < stored->count || j < sent->count) {
		if (i == stored->count)
			d = 1;
		else if (j == sent->count)
			d = -1;
		else
			d = identity_cmp(stored->at[i].item, sent->at[j].item);
		end = d <= 0 ? identity_end(stored, i) : i;
		sent_end = d >= 0 ? identity_end(sent, j) : j;
		merge_identity(spans_from(stored, i), end - i, spans_from(sent, j),
			       sent_end - j, out);
		i = end;
		j = sent_end;
	}
}

static void
merge_row(const struct oio_type *t, const struct oio_content *stored,
	  const struct oio_content *sent, const struct oio_field *row, struct spans *out)
{
	size_t field = row->part == OIO_ATTRIBUT ? 0 : (size_t)(row - t->fields);
	struct spans before = spans_of(stored, row->part, field, out->a);
	struct spans after = spans_of(sent, row->part, field, out->a);

	if (row->part == OIO_RELATION && row->max == OIO_MANY)
		merge_many(&before, &after, out);
	else
		merge_single(t, &before, &after, out);
}

void
history_merge(const struct oio_type *t, const struct oio_content *stored,
	      const struct oio_content *sent, struct arena *a, struct oio_content *out)
{
	struct oio_range attributes = oio_part_range(t, OIO_ATTRIBUT);
	struct spans all = {.a = a};
	size_t i;

	merge_row(t, stored, sent, &t->fields[attributes.first], &all);
	for (i = attributes.end; i < t->count; i++)
		merge_row(t, stored, sent, &t->fields[i], &all);
	*out = (struct oio_content){.items = ARENA_NEW_N(a, all.count + 1, struct oio_item),
				    .count = all.count};
	for (i = 0; i < all.count; i++) {
		out->items[i] = *all.at[i].item;
		out->items[i].v.fra = all.at[i].fra;
		out->items[i].v.til = all.at[i].til;
		out->items[i].seq = i;
	}
	for (i = 0; i < LIST_COUNT; i++) {
		out->extension[i] = sent->extension[i];
		if (!str_is_set(out->extension[i]) && stored)
			out->extension[i] = stored->extension[i];
	}
	object_sort(out);
}

/* The next item that is not of the row left out. */
static const struct oio_item *
next_of(const struct oio_content *c, size_t *i, size_t except)
{
	while (*i < c->count && c->items[*i].part != OIO_ATTRIBUT &&
	       c->items[*i].field == except)
		(*i)++;
	return *i < c->count ? &c->items[(*i)++] : NULL;
}

bool
history_same(const struct oio_type *t, const struct oio_content *a, const struct oio_content *b,
	     size_t except)
{
	const struct oio_item *x, *y;
	size_t i = 0, j = 0;

	for (;;) {
		x = next_of(a, &i, except);
		y = next_of(b, &j, except);
		if (!x || !y)
			break;
		if (x->v.fra != y->v.fra || x->v.til != y->v.til || !item_same(t, x, y))
			return false;
	}
	for (i = 0; i < LIST_COUNT; i++)
		if (!str_eq(a->extension[i], b->extension[i]))
			return false;
	return !x && !y;
}

size_t
history_longest(const struct oio_type *t, const struct oio_content *c, struct arena *a)
{
	struct oio_range attributes = oio_part_range(t, OIO_ATTRIBUT);
	size_t longest = 0, i, j, end;

	for (i = 0; i < t->count; i++) {
		const struct oio_field *row = &t->fields[i];
		struct spans s;

		if (i > attributes.first && i < attributes.end)
			continue;
		s = spans_of(c, row->part, row->part == OIO_ATTRIBUT ? 0 : i, a);
		if (row->part != OIO_RELATION || row->max != OIO_MANY) {
			longest = s.count > longest ? s.count : longest;
			continue;
		}
		if (s.count > 1)
			qsort(s.at, s.count, sizeof(*s.at), span_cmp);
		for (j = 0; j < s.count; j = end) {
			end = identity_end(&s, j);
			longest = end - j > longest ? end - j : longest;
		}
	}
	return longest;
}
