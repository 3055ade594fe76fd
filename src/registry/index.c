/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a registration the store is to find it by: one value a text, state or relation, with
 * the time it holds for, and the intervals in which the object is listed. Texts are folded and
 * cut; the search checks again what was cut.
 * Source: contract of Organisation, 3.6 and 3.7; O11 of the resolutions.
 */
#include "registry/internal.h"

#include <string.h>
#include "registry/fold.h"

unsigned
index_field(const struct oio_type *t, size_t row)
{
	return t->id << 8 | t->fields[row].id;
}

struct str
index_text(struct str text, struct arena *a)
{
	struct str folded = fold_text(text, a);

	if (folded.len > INDEX_VALUE_BYTES)
		folded.len = INDEX_VALUE_BYTES;
	return folded;
}

struct str
index_ref(const struct oio_ref *ref, struct arena *a)
{
	char *out;

	if (!ref->is_uuid)
		return arena_printf(a, "t" STR_FMT, STR_ARG(ref->urn));
	out = arena_alloc(a, 1 + sizeof(ref->uuid.b));
	out[0] = 'u';
	memcpy(out + 1, ref->uuid.b, sizeof(ref->uuid.b));
	return str_of(out, 1 + sizeof(ref->uuid.b));
}

bool
index_is_uuid(struct str value, struct uuid *out)
{
	if (value.len != 1 + sizeof(out->b) || value.ptr[0] != 'u')
		return false;
	memcpy(out->b, value.ptr + 1, sizeof(out->b));
	return true;
}

struct str
index_flag(const struct oio_slot *s)
{
	if (s->tag == OIO_PUBLICERET && !s->flag_given)
		return STR("-");
	return s->flag ? STR("1") : STR("0");
}

struct values {
	struct arena *a;
	struct object_value *at;
	size_t count, room;
};

static void
add(struct values *v, const struct oio_type *t, size_t row, const struct oio_item *i,
    struct str value)
{
	struct object_value *grown;

	if (v->count == v->room) {
		v->room = v->room ? v->room * 2 : 16;
		grown = ARENA_NEW_N(v->a, v->room, struct object_value);
		if (v->count > 0)
			memcpy(grown, v->at, v->count * sizeof(*grown));
		v->at = grown;
	}
	v->at[v->count++] = (struct object_value){.field = index_field(t, row),
						  .record = (unsigned)i->seq,
						  .value = value,
						  .from = i->v.fra,
						  .to = i->v.til};
}

static void
add_egenskab(struct values *v, const struct oio_type *t, const struct oio_item *i)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t k, n;

	for (k = row.first; k < row.end; k++) {
		const struct oio_slot *s = &i->u.egenskab[k];

		if (s->tag == OIO_TEXT)
			add(v, t, k, i, index_text(s->u.text, v->a));
		for (n = 0; s->tag == OIO_TEXTS && n < s->count; n++)
			add(v, t, k, i, index_text(s->u.texts[n], v->a));
		for (n = 0; s->tag == OIO_SOEGEORD && n < s->count; n++)
			if (str_is_set(s->u.words[n].identifikator))
				add(v, t, k, i, index_text(s->u.words[n].identifikator, v->a));
	}
}

void
index_values(const struct oio_type *t, const struct oio_content *c, struct arena *a,
	     struct object_new *out)
{
	struct values v = {.a = a};
	size_t i;

	for (i = 0; i < c->count; i++) {
		const struct oio_item *item = &c->items[i];

		switch (item->part) {
		case OIO_ATTRIBUT:
			add_egenskab(&v, t, item);
			break;
		case OIO_TILSTAND:
			add(&v, t, item->field, item, index_flag(&item->u.tilstand));
			break;
		case OIO_RELATION:
			add(&v, t, item->field, item, index_ref(&item->u.relation.ref, a));
			break;
		}
	}
	out->values = v.at;
	out->value_count = v.count;
}

/* ---- listings ---- */

struct listings {
	struct object_listing *at;
	size_t count;
};

/* Adds an interval; one that continues the last is put to it. */
static void
list(struct listings *l, instant from, instant to, bool is_active)
{
	struct object_listing *last = l->count > 0 ? &l->at[l->count - 1] : NULL;

	if (from >= to)
		return;
	if (last && last->to == from && last->is_active == is_active) {
		last->to = to;
		return;
	}
	l->at[l->count++] = (struct object_listing){from, to, is_active};
}

static bool
is_inactive(const struct oio_item *i)
{
	return i->part == OIO_TILSTAND && i->u.tilstand.tag == OIO_GYLDIGHED &&
	       !i->u.tilstand.flag;
}

/* Items are sorted: records first, then states, each in order of time and disjoint. */
void
index_listings(const struct oio_content *c, struct arena *a, struct object_new *out)
{
	/* two for each meeting of a record and a state, of which there are fewer than items */
	struct listings l = {.at = ARENA_NEW_N(a, 3 * c->count + 1, struct object_listing)};
	size_t i, k, state = 0;

	while (state < c->count && c->items[state].part != OIO_TILSTAND)
		state++;
	for (i = 0; i < c->count && c->items[i].part == OIO_ATTRIBUT; i++) {
		const struct virkning *v = &c->items[i].v;
		instant at = v->fra;

		for (k = state; k < c->count && c->items[k].part == OIO_TILSTAND; k++) {
			const struct virkning *s = &c->items[k].v;

			if (!is_inactive(&c->items[k]) || s->til <= at || s->fra >= v->til)
				continue;
			list(&l, at, s->fra, true);
			at = s->fra > at ? s->fra : at;
			list(&l, at, s->til < v->til ? s->til : v->til, false);
			at = s->til < v->til ? s->til : v->til;
		}
		list(&l, at, v->til, true);
	}
	out->listings = l.at;
	out->listing_count = l.count;
}
