/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding one's way in a picture: objects by UUID, what a relation names, and who names an
 * object. Only what holds at the moment counts. Nothing here refuses.
 */
#include "administration/picture_parts.h"

#include <stdlib.h>
#include <string.h>

#include "organisation/types.h"

const struct picture_question *
picture_of(const struct picture *p)
{
	return &p->question;
}

const struct picture_object *
picture_all(const struct picture *p, size_t *count)
{
	*count = p->count;
	return p->objects;
}

const struct picture_object *
picture_kind(const struct picture *p, const struct oio_type *t, size_t *count)
{
	size_t k = picture_kind_of(t);

	*count = 0;
	if (k == KIND_NONE)
		return NULL;
	*count = p->kinds[k].end - p->kinds[k].first;
	return p->objects + p->kinds[k].first;
}

size_t
picture_deleted(const struct picture *p, const struct oio_type *t)
{
	size_t k = picture_kind_of(t);

	return k == KIND_NONE ? 0 : p->kinds[k].deleted;
}

static const struct picture_object *
find_in(const struct picture *p, size_t kind, struct uuid u)
{
	size_t low = p->kinds[kind].first, high = p->kinds[kind].end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = uuid_cmp(u, p->objects[mid].uuid);

		if (c == 0)
			return &p->objects[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct picture_object *
picture_find(const struct picture *p, const struct oio_type *t, struct uuid u)
{
	size_t k = picture_kind_of(t);

	return k == KIND_NONE ? NULL : find_in(p, k, u);
}

const struct picture_object *
picture_target(const struct picture *p, const struct oio_type *t, const struct oio_item *item)
{
	size_t k = picture_kind_of(t), to;
	const struct picture_object *o = NULL;

	if (k == KIND_NONE || item->part != OIO_RELATION || !item->u.relation.ref.is_uuid)
		return NULL;
	to = p->targets[k][item->field];
	if (to == KIND_NONE)
		return NULL;
	if (to != KIND_ANY)
		return find_in(p, to, item->u.relation.ref.uuid);
	for (k = 0; !o && k < ORGANISATION_TYPE_COUNT; k++)
		o = find_in(p, k, item->u.relation.ref.uuid);
	return o;
}

const struct oio_item *
picture_item(const struct picture_object *o, size_t field, size_t *at)
{
	while (*at < o->now.count) {
		const struct oio_item *it = &o->now.items[(*at)++];

		if (it->part != OIO_ATTRIBUT && it->field == field)
			return it;
	}
	return NULL;
}

const struct oio_item *
picture_first(const struct picture_object *o, size_t field)
{
	size_t at = 0;

	return picture_item(o, field, &at);
}

const struct picture_object *
picture_named(const struct picture *p, const struct picture_object *o, size_t field)
{
	const struct oio_item *it = picture_first(o, field);

	return it ? picture_target(p, o->type, it) : NULL;
}

bool
picture_has(const struct picture_object *o, size_t field, struct uuid u)
{
	const struct oio_item *it;
	size_t at = 0;

	while ((it = picture_item(o, field, &at)) != NULL)
		if (it->u.relation.ref.is_uuid && uuid_eq(it->u.relation.ref.uuid, u))
			return true;
	return false;
}

const struct picture_object *
picture_first_active(const struct picture *p, const struct picture_object *o, size_t field)
{
	const struct oio_item *it;
	const struct picture_object *to;
	size_t at = 0;

	while ((it = picture_item(o, field, &at)) != NULL) {
		to = picture_target(p, o->type, it);
		if (to && to->is_active)
			return to;
	}
	return NULL;
}

bool
picture_is_function(const struct picture_object *o, enum wellknown type)
{
	return o->type == &type_organisationfunktion &&
	       picture_has(o, FUNKTION_TYPE, wellknown[type].uuid);
}

size_t
picture_posts(const struct picture *p, const struct picture_object *user)
{
	size_t count, n = 0;
	const struct picture_link *link = picture_naming(p, user, &count);

	for (size_t i = 0; i < count; i++)
		n += link[i].item->field == FUNKTION_BRUGERE && link[i].from->is_active &&
		     picture_is_function(link[i].from, KLASSE_FUNKTION_ENHEDSROLLE);
	return n;
}

const struct picture_link *
picture_naming(const struct picture *p, const struct picture_object *o, size_t *count)
{
	*count = p->links_of[o->number + 1] - p->links_of[o->number];
	return p->links + p->links_of[o->number];
}

struct str
picture_text(const struct picture_object *o, size_t field)
{
	if (o->now.count == 0 || o->now.items[0].part != OIO_ATTRIBUT)
		return STR_NONE;
	return egenskab_text(o->type, &o->now.items[0], field);
}

/* The row of the name; 0 is the key, which every kind has. */
static size_t
name_row(const struct oio_type *t)
{
	if (t == &type_person)
		return PERSON_NAVN;
	if (t == &type_myndighed)
		return MYNDIGHED_NAVN;
	if (t == &type_virksomhed)
		return VIRKSOMHED_NAVN;
	return t->fields[1].value == OIO_TEXT ? 1 : 0;
}

struct str
picture_name(const struct picture_object *o)
{
	struct str name = picture_text(o, name_row(o->type));

	if (str_is_empty(name))
		name = picture_text(o, 0);
	return str_is_set(name) ? name : STR("");
}

/* ---- making them ---- */

static size_t
kind_named(const char *target)
{
	if (strcmp(target, "Aktoer") == 0)
		return KIND_ANY;
	for (size_t k = 0; k < PICTURE_KINDS; k++)
		if (strcmp(picture_type(k)->name, target) == 0)
			return k;
	return KIND_NONE;
}

static void
find_targets(struct picture *p)
{
	for (size_t k = 0; k < PICTURE_KINDS; k++) {
		const struct oio_type *t = picture_type(k);

		BUG_ON(t->count > PICTURE_ROWS);
		for (size_t i = 0; i < t->count; i++)
			p->targets[k][i] = t->fields[i].part == OIO_RELATION
						   ? kind_named(t->fields[i].target)
						   : KIND_NONE;
	}
}

/* Each link that leads to an object; with `place`, where it goes; else counts into it. */
static void
each_link(struct picture *p, size_t *place)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct picture_object *o = &p->objects[i];

		for (size_t k = 0; k < o->now.count; k++) {
			const struct picture_object *to =
				picture_target(p, o->type, &o->now.items[k]);

			if (to && place)
				p->links[place[to->number]++] =
					(struct picture_link){o, &o->now.items[k], to->number};
			else if (to)
				p->links_of[to->number + 1]++;
		}
	}
}

void
picture_link_all(struct picture *p)
{
	size_t *place = ARENA_NEW_N(p->a, p->count + 1, size_t);

	find_targets(p);
	p->links_of = ARENA_NEW_N(p->a, p->count + 1, size_t);
	each_link(p, NULL);
	for (size_t i = 0; i < p->count; i++) {
		p->links_of[i + 1] += p->links_of[i];
		place[i] = p->links_of[i];
	}
	p->links = ARENA_NEW_N(p->a, p->links_of[p->count] + 1, struct picture_link);
	each_link(p, place);
}
