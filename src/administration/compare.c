/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The difference of two timelines, row by row: of a row with one value at a time the whole row
 * is one timeline, of a relation with many each (ReferenceID, Rolle, Type) is one. A timeline
 * is aimed at: what was before the date, then what is wanted. Of the aim is sent what is not
 * stored like that already; what is stored and not aimed at is sent with its start and no
 * length, which is how `ret` removes it. Refuses nothing.
 * Source: contract of Organisation, 3.4 (E2, E8); O6 of the resolutions.
 */
#include "administration/compare.h"

#include <stdlib.h>
#include <string.h>

#include "registry/history.h"

struct piece {
	instant fra, til;
	const struct oio_item *item;
};

struct pieces {
	struct piece *at;
	size_t count;
};

/* The comparison at work: room for pieces, made once, and the message so far. */
struct state {
	const struct compare_question *q;
	struct oio_content *out;
	struct pieces stored, wanted, aim;
};

static int
identity_cmp(const struct oio_item *a, const struct oio_item *b)
{
	int d = ref_cmp(&a->u.relation.ref, &b->u.relation.ref);

	if (d == 0)
		d = ref_cmp(&a->u.relation.rolle.ref, &b->u.relation.rolle.ref);
	return d != 0 ? d : ref_cmp(&a->u.relation.type.ref, &b->u.relation.type.ref);
}

static int
by_time(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;

	return a->fra < b->fra ? -1 : a->fra > b->fra;
}

static int
by_identity(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;
	int d = identity_cmp(a->item, b->item);

	return d != 0 ? d : by_time(pa, pb);
}

static bool
is_same(const struct state *s, const struct piece *a, const struct piece *b)
{
	return item_same(s->q->type, a->item, b->item);
}

/* Adds a piece; one that goes on where the last ended, with the same value, is one with it. */
static void
add(const struct state *s, struct pieces *to, struct piece p)
{
	struct piece *last = to->count > 0 ? &to->at[to->count - 1] : NULL;

	if (p.fra >= p.til)
		return;
	if (last && last->til == p.fra && is_same(s, last, &p))
		last->til = p.til;
	else
		to->at[to->count++] = p;
}

static bool
holds_exactly(const struct state *s, const struct pieces *in, const struct piece *p)
{
	for (size_t i = 0; i < in->count; i++)
		if (in->at[i].fra == p->fra && in->at[i].til == p->til &&
		    is_same(s, &in->at[i], p))
			return true;
	return false;
}

static void
send(struct state *s, const struct piece *p, instant til)
{
	struct oio_item *i = &s->out->items[s->out->count];

	*i = *p->item;
	i->v.fra = p->fra;
	i->v.til = til;
	i->v.fra_given = p->fra != INSTANT_MIN;
	i->v.til_given = til != INSTANT_MAX;
	i->seq = s->out->count++;
}

/* From the date on, is it said already? */
static bool
is_said(const struct state *s, const struct pieces *stored, const struct pieces *wanted,
	struct pieces *room)
{
	room->count = 0;
	for (size_t i = 0; i < stored->count; i++) {
		struct piece p = stored->at[i];

		p.fra = p.fra < s->q->from ? s->q->from : p.fra;
		add(s, room, p);
	}
	if (room->count != wanted->count)
		return false;
	for (size_t i = 0; i < wanted->count; i++)
		if (!holds_exactly(s, room, &wanted->at[i]))
			return false;
	return true;
}

/* What is to be stored afterwards. What ended before the date keeps the form it has. */
static void
take_aim(struct state *s, const struct pieces *stored, const struct pieces *wanted)
{
	const struct piece *cut = NULL;
	size_t next = 0;

	s->aim.count = 0;
	for (size_t i = 0; i < stored->count; i++) {
		struct piece p = stored->at[i];

		if (p.fra >= s->q->from)
			continue;
		if (p.til > s->q->from) {
			p.til = s->q->from;
			cut = &stored->at[i];
		}
		s->aim.at[s->aim.count++] = p;
	}
	if (cut && wanted->count > 0 && wanted->at[0].fra == s->q->from &&
	    is_same(s, cut, &wanted->at[0]))
		s->aim.at[s->aim.count - 1].til = wanted->at[next++].til;
	for (; next < wanted->count; next++)
		s->aim.at[s->aim.count++] = wanted->at[next];
}

/* Does what is aimed at remove a stored piece, by its start and value or by covering it? */
static bool
is_replaced(const struct state *s, const struct piece *old)
{
	instant reached = old->fra;

	for (size_t i = 0; i < s->aim.count; i++) {
		const struct piece *p = &s->aim.at[i];

		if (p->fra == old->fra && is_same(s, p, old))
			return true;
		if (p->fra <= reached && p->til > reached)
			reached = p->til;
	}
	return reached >= old->til;
}

/* One timeline: stored and wanted in order of time, the latter without what is before. */
static bool
compare_line(struct state *s, const struct pieces *stored, const struct pieces *wanted)
{
	size_t before = s->out->count;

	if (is_said(s, stored, wanted, &s->aim))
		return false;
	take_aim(s, stored, wanted);
	for (size_t i = 0; i < s->aim.count; i++)
		if (!holds_exactly(s, stored, &s->aim.at[i]))
			send(s, &s->aim.at[i], s->aim.at[i].til);
	for (size_t i = 0; i < stored->count; i++) {
		const struct piece *old = &stored->at[i];

		if (!is_replaced(s, old))
			send(s, old, old->fra);
	}
	return s->out->count > before;
}

/* The items of one row that are of one scope. */
static void
collect(const struct state *s, const struct oio_content *c, const struct oio_field *row,
	enum compare_scope scope, struct pieces *out)
{
	size_t field = row->part == OIO_ATTRIBUT ? 0 : (size_t)(row - s->q->type->fields);
	const struct compare_question *q = s->q;

	out->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct oio_item *it = &c->items[i];

		if (it->part == row->part && it->field == field &&
		    (q->scope ? q->scope(it, q->arg) : COMPARE_OURS) == scope)
			out->at[out->count++] = (struct piece){it->v.fra, it->v.til, it};
	}
}

/* Leaves the days before the date, and joins what follows without a gap. */
static void
clip(const struct state *s, struct pieces *p, size_t from, size_t end, struct pieces *out)
{
	*out = (struct pieces){.at = p->at + from};
	for (size_t i = from; i < end; i++) {
		struct piece one = p->at[i];

		one.fra = one.fra < s->q->from ? s->q->from : one.fra;
		add(s, out, one);
	}
}

static size_t
identity_end(const struct pieces *p, size_t from)
{
	size_t i = from;

	while (i < p->count && identity_cmp(p->at[from].item, p->at[i].item) == 0)
		i++;
	return i;
}

static void
sort(struct pieces *p, int (*cmp)(const void *, const void *))
{
	if (p->count > 1)
		qsort(p->at, p->count, sizeof(*p->at), cmp);
}

static bool
compare_many(struct state *s)
{
	size_t i = 0, j = 0, end, wanted_end;
	bool differs = false;
	int d;

	sort(&s->stored, by_identity);
	sort(&s->wanted, by_identity);
	while (i < s->stored.count || j < s->wanted.count) {
		struct pieces stored, wanted;

		if (i == s->stored.count)
			d = 1;
		else if (j == s->wanted.count)
			d = -1;
		else
			d = identity_cmp(s->stored.at[i].item, s->wanted.at[j].item);
		end = d <= 0 ? identity_end(&s->stored, i) : i;
		wanted_end = d >= 0 ? identity_end(&s->wanted, j) : j;
		stored = (struct pieces){s->stored.at + i, end - i};
		clip(s, &s->wanted, j, wanted_end, &wanted);
		differs |= compare_line(s, &stored, &wanted);
		i = end;
		j = wanted_end;
	}
	return differs;
}

static bool
compare_row(struct state *s, const struct oio_content *wanted, const struct oio_field *row,
	    enum compare_scope scope)
{
	struct pieces clipped;

	collect(s, s->q->stored, row, scope, &s->stored);
	collect(s, wanted, row, scope, &s->wanted);
	if (row->part == OIO_RELATION && row->max == OIO_MANY)
		return compare_many(s);
	sort(&s->stored, by_time);
	sort(&s->wanted, by_time);
	clip(s, &s->wanted, 0, s->wanted.count, &clipped);
	return compare_line(s, &s->stored, &clipped);
}

/* Ours goes into the message; of others' the first difference is told and taken back. */
static void
compare_both(struct state *s, const struct oio_content *wanted, const struct oio_field *row)
{
	size_t before;

	(void)compare_row(s, wanted, row, COMPARE_OURS);
	if (!s->q->scope || !s->q->on_ignored)
		return;
	before = s->out->count;
	/* silence about another's item is no wish to end it */
	collect(s, wanted, row, COMPARE_OTHERS, &s->wanted);
	if (s->wanted.count > 0 && compare_row(s, wanted, row, COMPARE_OTHERS))
		s->q->on_ignored(&s->out->items[before], s->q->arg);
	s->out->count = before;
}

bool
compare_contents(const struct compare_question *q, struct arena *a, struct oio_content *out)
{
	struct oio_range attributes = oio_part_range(q->type, OIO_ATTRIBUT);
	struct state s = {.q = q, .out = out};
	struct oio_content wanted;
	bool differs;
	size_t room;

	/* overlaps within what is wanted are settled as `ret` settles them: the later wins */
	history_merge(q->type, NULL, q->wanted, a, &wanted);
	room = q->stored->count + wanted.count + 1;
	*out = (struct oio_content){.items = ARENA_NEW_N(a, 2 * room, struct oio_item)};
	s.stored.at = ARENA_NEW_N(a, room, struct piece);
	s.wanted.at = ARENA_NEW_N(a, room, struct piece);
	s.aim.at = ARENA_NEW_N(a, room, struct piece);
	compare_both(&s, &wanted, &q->type->fields[attributes.first]);
	for (size_t i = attributes.end; i < q->type->count; i++)
		compare_both(&s, &wanted, &q->type->fields[i]);
	differs = out->count > 0;
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (!str_is_set(wanted.extension[i]) ||
		    str_eq(wanted.extension[i], q->stored->extension[i]))
			continue;
		out->extension[i] = wanted.extension[i];
		differs = true;
	}
	return differs;
}
