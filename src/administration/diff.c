/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two states side by side. An object is its values: each text of its Egenskab, its state, each
 * relation with role. Values that both have are left out; of what is left, a row that holds one
 * value becomes one line with both, others a line each. Times, Indeks and labels are no
 * difference, and CPR numbers are never told.
 */
#include "administration/diff.h"

#include <stdlib.h>
#include <string.h>
#include "administration/rules.h"
#include "base/buf.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"
#include "registry/pack.h"

const char *const diff_change_name[DIFF_CHANGE_COUNT] = {
	"oprettet", "fjernet", "omdoebt", "flyttet", "nedlagt", "genaabnet", "aendret"};

/* ---- sides ---- */

static struct diff_object *
side_grow(struct diff_side *s, struct arena *a)
{
	struct diff_object *grown;

	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		grown = ARENA_NEW_N(a, s->room, struct diff_object);
		if (s->count > 0)
			memcpy(grown, s->at, s->count * sizeof(*grown));
		s->at = grown;
	}
	return &s->at[s->count++];
}

void
diff_add_picture(struct diff_side *s, const struct picture *p, struct arena *a)
{
	size_t count;
	const struct picture_object *o = picture_all(p, &count);

	for (size_t i = 0; i < count; i++)
		if (!o[i].is_shared && o[i].now.count > 0 && o[i].livscyklus != LIV_PASSIVERET)
			*side_grow(s, a) = (struct diff_object){o[i].type, o[i].uuid, o[i].now};
}

bool
diff_add_object(struct diff_side *s, const struct oio_type *t, struct uuid uuid,
		const struct oio_content *whole, instant at, struct arena *a, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	struct oio_item *items = ARENA_NEW_N(a, whole->count + 1, struct oio_item);
	struct registrering now = {.content = {.items = items}}, copy;
	instant sent_at;

	for (size_t i = 0; i < whole->count; i++)
		if (virkning_overlaps(&whole->items[i].v, at, at + 1))
			items[now.content.count++] = whole->items[i];
	if (now.content.count == 0)
		return true;
	pack_registrering(t, &now, INSTANT_MIN, &b);
	if (!unpack_registrering(t, arena_dup(a, buf_str(&b)), a, &copy, &sent_at, e))
		return false;
	*side_grow(s, a) = (struct diff_object){t, uuid, copy.content};
	return true;
}

/* ---- values ---- */

struct value {
	size_t field;
	struct str text;
};

struct values {
	struct value *at;
	size_t count;
};

static struct str
ref_text(const struct oio_ref *ref, struct arena *a)
{
	char text[UUID_TEXT_LEN + 1];

	if (ref->is_uuid)
		return arena_dup(a, uuid_format(ref->uuid, text));
	return str_is_set(ref->urn) ? ref->urn : STR("");
}

/* A role is told by the name that columns have for it, else by its UUID. */
static struct str
relation_text(const struct oio_item *it, struct arena *a)
{
	const struct oio_ref *role = &it->u.relation.rolle.ref;
	struct str to = ref_text(&it->u.relation.ref, a);
	enum wellknown which;

	if (!ref_is_set(role))
		return to;
	if (role->is_uuid && wellknown_find(role->uuid, &which))
		return arena_printf(a, STR_FMT " (%s)", STR_ARG(to), wellknown[which].name);
	return arena_printf(a, STR_FMT " (" STR_FMT ")", STR_ARG(to),
			    STR_ARG(ref_text(role, a)));
}

static void
add_value(struct values *v, size_t field, struct str text)
{
	v->at[v->count++] = (struct value){field, text};
}

static void
add_record(struct values *v, const struct oio_type *t, const struct oio_item *it,
	   struct arena *a)
{
	struct oio_range rows = oio_part_range(t, OIO_ATTRIBUT);

	for (size_t i = rows.first; i < rows.end; i++) {
		const struct oio_slot *slot = &it->u.egenskab[i];
		AUTO(buf_release) struct buf b = BUF_INIT(1UL << 24);

		if (slot->tag == OIO_TEXT && str_is_set(slot->u.text))
			add_value(v, i, slot->u.text);
		if (slot->tag != OIO_TEXTS || slot->count == 0)
			continue;
		for (size_t k = 0; k < slot->count; k++)
			buf_printf(&b, "%s" STR_FMT, k ? "\n" : "", STR_ARG(slot->u.texts[k]));
		add_value(v, i, arena_dup(a, buf_str(&b)));
	}
}

static int
cmp_values(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return str_cmp(x->text, y->text);
}

static void
values_of(const struct diff_object *o, struct arena *a, struct values *out)
{
	*out = (struct values){.at = NULL};
	if (!o)
		return;
	out->at = ARENA_NEW_N(a, o->now.count * OIO_ATTRIBUTES_MAX + 1, struct value);
	for (size_t i = 0; i < o->now.count; i++) {
		const struct oio_item *it = &o->now.items[i];

		if (it->part == OIO_ATTRIBUT)
			add_record(out, o->type, it, a);
		else if (it->part == OIO_RELATION)
			add_value(out, it->field, relation_text(it, a));
		else if (it->u.tilstand.tag == OIO_GYLDIGHED)
			add_value(out, it->field,
				  it->u.tilstand.flag ? STR("Aktiv") : STR("Inaktiv"));
	}
	qsort(out->at, out->count, sizeof(*out->at), cmp_values);
}

/* ---- rows ---- */

struct diffing {
	struct arena *a; /* of one object */
	diff_fn *fn;
	void *arg;
	struct diff_row row;
};

static enum diff_change
change_of(const struct diff_row *row, const struct oio_type *t, size_t field)
{
	const struct oio_field *f = &t->fields[field];

	if (f->value == OIO_GYLDIGHED)
		return str_eq_c(row->after, "Inaktiv") ? DIFF_CLOSED
		       : str_eq_c(row->after, "Aktiv") ? DIFF_OPENED
						       : DIFF_CHANGED;
	if (t != &type_organisationenhed)
		return DIFF_CHANGED;
	return field == ENHED_NAVN         ? DIFF_RENAMED
	       : field == ENHED_OVERORDNET ? DIFF_MOVED
					   : DIFF_CHANGED;
}

static bool
tell(struct diffing *d, size_t field, const struct value *before, const struct value *after,
     struct err *e)
{
	struct diff_row *row = &d->row;

	row->field = row->type->fields[field].name;
	row->before = before ? rules_shown(d->a, before->text) : STR_NONE;
	row->after = after ? rules_shown(d->a, after->text) : STR_NONE;
	if (row->change != DIFF_CREATED && row->change != DIFF_REMOVED)
		row->change = change_of(row, row->type, field);
	return d->fn(row, d->arg, e);
}

/* Takes what both have out of both. */
static void
drop_common(struct values *x, struct values *y)
{
	size_t i = 0, k = 0, nx = 0, ny = 0;

	while (i < x->count && k < y->count) {
		int c = cmp_values(&x->at[i], &y->at[k]);

		if (c < 0) {
			x->at[nx++] = x->at[i++];
		} else if (c > 0) {
			y->at[ny++] = y->at[k++];
		} else {
			i++;
			k++;
		}
	}
	while (i < x->count)
		x->at[nx++] = x->at[i++];
	while (k < y->count)
		y->at[ny++] = y->at[k++];
	x->count = nx;
	y->count = ny;
}

static bool
tell_values(struct diffing *d, struct values *x, struct values *y, struct err *e)
{
	size_t i = 0, k = 0;

	drop_common(x, y);
	while (i < x->count || k < y->count) {
		size_t fx = i < x->count ? x->at[i].field : SIZE_MAX;
		size_t fy = k < y->count ? y->at[k].field : SIZE_MAX;
		size_t field = fx < fy ? fx : fy;
		/* a row that holds one value goes from it to the other */
		bool is_one = fx == fy && d->row.type->fields[field].max == OIO_ONE;
		const struct value *before = fx == field ? &x->at[i++] : NULL;
		const struct value *after =
			fy == field && (is_one || !before) ? &y->at[k++] : NULL;

		if (!tell(d, field, before, after, e))
			return false;
	}
	return true;
}

static struct str
name_of(const struct diff_object *o, struct arena *a)
{
	const struct picture_object as = {.type = o->type, .uuid = o->uuid, .now = o->now};

	return rules_shown(a, picture_name(&as));
}

static bool
tell_object(struct diffing *d, const struct diff_object *x, const struct diff_object *y,
	    struct err *e)
{
	const struct diff_object *o = y ? y : x;
	struct values before, after;

	d->row = (struct diff_row){.type = o->type, .uuid = o->uuid, .name = name_of(o, d->a)};
	if (!x || !y) {
		d->row.change = x ? DIFF_REMOVED : DIFF_CREATED;
		if (!d->fn(&d->row, d->arg, e))
			return false;
	} else {
		d->row.change = DIFF_CHANGED;
	}
	values_of(x, d->a, &before);
	values_of(y, d->a, &after);
	return tell_values(d, &before, &after, e);
}

static int
cmp_objects(const void *a, const void *b)
{
	const struct diff_object *x = a, *y = b;

	if (x->type != y->type)
		return x->type->id < y->type->id ? -1 : 1;
	return uuid_cmp(x->uuid, y->uuid);
}

bool
diff_each(struct diff_side *before, struct diff_side *after, diff_fn *fn, void *arg,
	  struct err *e)
{
	AUTO(arena_freep) struct arena *scratch = arena_new();
	struct diffing d = {.a = scratch, .fn = fn, .arg = arg};
	size_t i = 0, k = 0;

	if (before->count > 0)
		qsort(before->at, before->count, sizeof(*before->at), cmp_objects);
	if (after->count > 0)
		qsort(after->at, after->count, sizeof(*after->at), cmp_objects);
	while (i < before->count || k < after->count) {
		int c = i == before->count  ? 1
			: k == after->count ? -1
					    : cmp_objects(&before->at[i], &after->at[k]);

		if (!tell_object(&d, c <= 0 ? &before->at[i] : NULL,
				 c >= 0 ? &after->at[k] : NULL, e))
			return false;
		i += c <= 0;
		k += c >= 0;
		arena_reset(scratch);
	}
	return true;
}
