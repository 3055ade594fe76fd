/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking a picture: the authority's own objects of all kinds of Organisation, the shared ones
 * of the operator, and of the classes those that are named, with what is above them. An object
 * of the authority hides the operator's of the same UUID, as it does in calls.
 * Source: contract of Organisation, 3.9.
 */
#include "administration/picture_parts.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "klassifikation/types_6.h"
#include "registry/pack.h"
#include "store/objects.h"

/* classes above classes; a subject plan has three levels */
#define CLASS_ROUNDS 10

const struct oio_type *
picture_type(size_t kind)
{
	return kind < ORGANISATION_TYPE_COUNT ? organisation_types[kind] : &type_klasse_6;
}

size_t
picture_kind_of(const struct oio_type *t)
{
	for (size_t k = 0; k < PICTURE_KINDS; k++)
		if (picture_type(k) == t)
			return k;
	return KIND_NONE;
}

/* ---- one object ---- */

static bool
holds(const struct picture *p, const struct oio_item *i)
{
	return i->v.fra <= p->question.virkning && p->question.virkning < i->v.til;
}

static bool
is_live(enum livscyklus l)
{
	return l == LIV_OPSTAAET || l == LIV_IMPORTERET;
}

/* What holds at the moment; shares the array if that is everything. */
void
taking_settle(struct picture *p, struct picture_object *o)
{
	bool has_record = false, is_inactive = false;
	size_t i, n = 0;

	for (i = 0; i < o->whole.count; i++)
		n += holds(p, &o->whole.items[i]);
	o->now = o->whole;
	if (n < o->whole.count) {
		o->now.items = ARENA_NEW_N(p->a, n + 1, struct oio_item);
		o->now.count = 0;
		for (i = 0; i < o->whole.count; i++)
			if (holds(p, &o->whole.items[i]))
				o->now.items[o->now.count++] = o->whole.items[i];
	}
	for (i = 0; i < o->now.count; i++) {
		const struct oio_item *it = &o->now.items[i];

		has_record |= it->part == OIO_ATTRIBUT;
		is_inactive |= it->part == OIO_TILSTAND &&
			       it->u.tilstand.tag == OIO_GYLDIGHED && !it->u.tilstand.flag;
	}
	o->is_active = is_live(o->livscyklus) && has_record && !is_inactive;
}

struct picture_object *
taking_grow(struct taking *t)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 1024;
		t->at = mem_resize(t->at, t->room * sizeof(*t->at));
	}
	return &t->at[t->count++];
}

static bool
add(struct taking *t, const struct object_row *row, struct err *e)
{
	struct picture *p = t->p;
	struct picture_object *o = taking_grow(t);
	struct registrering reg = {.at = row->at};
	instant sent_at;

	if (row->state <= LIV_NONE || row->state >= LIV_COUNT)
		return FAIL(e, STORE_DAMAGED, "%s: life cycle %d", t->type->key, row->state);
	if (!unpack_registrering(t->type, arena_dup(p->a, row->content), p->a, &reg, &sent_at,
				 e))
		return false;
	*o = (struct picture_object){.type = t->type,
				     .uuid = row->uuid,
				     .owner = t->is_shared ? p->question.operator_cvr
							   : p->question.cvr,
				     .registration = row->id,
				     .registered = row->at,
				     .user = reg.bruger,
				     .livscyklus = (enum livscyklus)row->state,
				     .is_shared = t->is_shared,
				     .whole = reg.content};
	taking_settle(p, o);
	return true;
}

/* ---- the kinds of Organisation ---- */

static int
cmp_uuid(const void *key, const void *object)
{
	return uuid_cmp(*(const struct uuid *)key,
			((const struct picture_object *)object)->uuid);
}

static bool
is_own(const struct taking *t, struct uuid u)
{
	return t->own_end > t->own_first &&
	       bsearch(&u, t->at + t->own_first, t->own_end - t->own_first, sizeof(*t->at),
		       cmp_uuid) != NULL;
}

static bool
take_row(const struct object_row *row, void *arg, struct err *e)
{
	struct taking *t = arg;

	if (row->state == LIV_SLETTET) {
		t->p->kinds[picture_kind_of(t->type)].deleted += !t->is_shared;
		return true;
	}
	if (t->is_shared && is_own(t, row->uuid))
		return true;
	return add(t, row, e);
}

static bool
take_kind(struct taking *t, struct err *e)
{
	const struct picture_question *q = &t->p->question;
	struct object_scan scan = {.owner = q->cvr,
				   .kind = t->type->id,
				   .at = q->registrering,
				   .with_content = true};

	t->is_shared = false;
	t->own_first = t->count;
	if (!objects_scan(t->r, &scan, take_row, t, e))
		return false;
	t->own_end = t->count;
	if (!t->type->is_shared || !str_is_set(q->operator_cvr) ||
	    str_eq(q->operator_cvr, q->cvr))
		return true;
	t->is_shared = true;
	scan.owner = q->operator_cvr;
	return objects_scan(t->r, &scan, take_row, t, e);
}

/* ---- classes ---- */

struct uuids {
	struct uuid *at;
	size_t count, room;
};

static void
uuids_add(struct uuids *l, const struct oio_ref *ref)
{
	if (!ref->is_uuid)
		return;
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 256;
		l->at = mem_resize(l->at, l->room * sizeof(*l->at));
	}
	l->at[l->count++] = ref->uuid;
}

static int
cmp_uuids(const void *a, const void *b)
{
	return uuid_cmp(*(const struct uuid *)a, *(const struct uuid *)b);
}

/* Classes that objects from `first` on name at any time. */
static void
classes_of(const struct taking *t, size_t first, struct uuids *out)
{
	size_t i, k, kept = 0;

	for (i = first; i < t->count; i++) {
		const struct picture_object *o = &t->at[i];

		for (k = 0; k < o->whole.count; k++) {
			const struct oio_item *it = &o->whole.items[k];

			if (it->part != OIO_RELATION)
				continue;
			if (strcmp(o->type->fields[it->field].target, "Klasse") == 0)
				uuids_add(out, &it->u.relation.ref);
			uuids_add(out, &it->u.relation.rolle.ref);
			uuids_add(out, &it->u.relation.type.ref);
		}
	}
	if (out->count == 0)
		return;
	qsort(out->at, out->count, sizeof(*out->at), cmp_uuids);
	for (i = 0; i < out->count; i++)
		if (kept == 0 || !uuid_eq(out->at[i], out->at[kept - 1]))
			out->at[kept++] = out->at[i];
	out->count = kept;
}

/* The registration in force at the moment of knowledge. */
static bool
find_row(struct taking *t, struct str owner, struct uuid u, struct arena *a,
	 struct object_row *out, bool *found, struct err *e)
{
	struct object_key k = {owner, t->type->id, u};
	instant at = t->p->question.registrering;
	struct object_rows rows;

	if (at == INSTANT_MAX)
		return objects_latest(t->r, &k, a, out, found, e);
	if (!objects_history(t->r, &k, at, at + 1, a, &rows, e))
		return false;
	*found = rows.count > 0 && rows.at[0].at <= at;
	if (*found)
		*out = rows.at[0];
	return true;
}

static bool
take_class(struct taking *t, struct uuid u, struct arena *scratch, struct err *e)
{
	const struct picture_question *q = &t->p->question;
	struct object_row row;
	bool found;

	arena_reset(scratch);
	t->is_shared = false;
	if (!find_row(t, q->cvr, u, scratch, &row, &found, e))
		return false;
	if ((!found || row.state == LIV_SLETTET) && str_is_set(q->operator_cvr) &&
	    !str_eq(q->operator_cvr, q->cvr)) {
		t->is_shared = true;
		if (!find_row(t, q->operator_cvr, u, scratch, &row, &found, e))
			return false;
	}
	return !found || row.state == LIV_SLETTET || add(t, &row, e);
}

static bool
has_class(const struct taking *t, size_t first, struct uuid u)
{
	for (size_t i = first; i < t->count; i++)
		if (uuid_eq(t->at[i].uuid, u))
			return true;
	return false;
}

/* Round by round: the classes that those of the round before name, such as the ones above. */
static bool
take_classes(struct taking *t, struct err *e)
{
	AUTO(arena_freep) struct arena *scratch = arena_new();
	size_t classes = t->count, from = 0, end, round, i;
	bool ok = true;

	t->type = &type_klasse_6;
	for (round = 0; ok && round < CLASS_ROUNDS && from < t->count; round++) {
		struct uuids named = {.at = NULL};

		end = t->count;
		classes_of(t, from, &named);
		for (i = 0; ok && i < named.count; i++)
			if (round == 0 || !has_class(t, classes, named.at[i]))
				ok = take_class(t, named.at[i], scratch, e);
		mem_free(named.at);
		from = end;
	}
	return ok;
}

/* ---- the whole ---- */

static int
cmp_objects(const void *a, const void *b)
{
	const struct picture_object *x = a, *y = b;
	size_t i = picture_kind_of(x->type), k = picture_kind_of(y->type);

	return i != k ? (i < k ? -1 : 1) : uuid_cmp(x->uuid, y->uuid);
}

static void
settle(struct taking *t)
{
	struct picture *p = t->p;
	size_t i, k;

	for (i = 0, k = 0; i < t->count; i++)
		if (t->at[i].livscyklus != LIV_SLETTET)
			t->at[k++] = t->at[i];
	p->count = t->count = k;
	if (t->count > 0)
		qsort(t->at, t->count, sizeof(*t->at), cmp_objects);
	p->objects = t->at;
	t->at = NULL;
	for (i = 0; i < p->count; i++) {
		struct picture_range *range;

		p->objects[i].number = i;
		range = &p->kinds[picture_kind_of(p->objects[i].type)];
		range->first = range->end ? range->first : i;
		range->end = i + 1;
	}
	/* empty ranges begin and end at 0 */
	for (k = 0; k < PICTURE_KINDS; k++)
		BUG_ON(p->kinds[k].first > p->kinds[k].end);
}

bool
picture_take_of(struct reading *r, const struct picture_question *q, struct picture **out,
		struct err *e)
{
	AUTO(picture_freep) struct picture *p = MEM_NEW(struct picture);
	struct taking t = {.p = p, .r = r};
	bool ok = true;

	p->a = arena_new();
	if (!str_is_digits(q->cvr, 8))
		return FAIL(e, BAD_VALUE, "the authority's CVR is not 8 digits");
	p->question = *q;
	p->question.cvr = arena_dup(p->a, q->cvr);
	p->question.operator_cvr = arena_dup(p->a, q->operator_cvr);
	for (size_t k = 0; ok && k < ORGANISATION_TYPE_COUNT; k++) {
		t.type = organisation_types[k];
		ok = take_kind(&t, e);
	}
	ok = ok && (q->draft == 0 || taking_draft(&t, e)) && take_classes(&t, e);
	if (ok) {
		settle(&t);
		picture_link_all(p);
		picture_tree_make(p);
		*out = p;
		p = NULL;
	}
	mem_free(t.at);
	return ok;
}

bool
picture_take(struct store *s, const struct picture_question *q, struct picture **out,
	     struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	return store_read(s, &r, e) && picture_take_of(r, q, out, e);
}

void
picture_free(struct picture *p)
{
	if (!p)
		return;
	mem_free(p->objects);
	arena_free(p->a);
	mem_free(p);
}

void
picture_freep(struct picture **p)
{
	picture_free(*p);
	*p = NULL;
}
