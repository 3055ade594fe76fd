/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who names an object, for two questions of a load: whose relations end when what a source has
 * no more ends, and which groups of attributes an address belongs to. What the source says
 * itself of a relation is settled by the comparison, and left alone here.
 * Source: contract of Organisation, 6 ("Deactivation"); administration contract 4.7.4.
 */
#include "administration/load_internal.h"

#include <string.h>

#include "registry/append.h"

#define PAGE 1000

/* ---- what ends with it ---- */

/* May a relation of the row name an object of that kind that goes? */
static bool
names_missing(const struct oio_type *t, const struct oio_item *i, const struct places *missing,
	      instant from)
{
	const char *target;

	if (i->part != OIO_RELATION || i->v.til <= from || !i->u.relation.ref.is_uuid)
		return false;
	target = t->fields[i->field].target;
	for (size_t k = 0; k < ORGANISATION_TYPE_COUNT; k++)
		if ((strcmp(organisation_types[k]->name, target) == 0 ||
		     strcmp(target, "Aktoer") == 0) &&
		    places_get(missing, organisation_types[k]->id, i->u.relation.ref.uuid))
			return true;
	return false;
}

static bool
end_of(struct load *l, const struct oio_type *t, const struct object_row *row,
       const struct places *missing, struct err *e)
{
	bool is_said = places_get(l->delivered, t->id, row->uuid) != NULL;
	struct oio_content ends = {.count = 0};
	struct registrering reg;

	arena_reset(l->one);
	if (places_get(missing, t->id, row->uuid))
		return true;
	if (!append_unpack(t, row, l->one, &reg, e))
		return false;
	ends.items = ARENA_NEW_N(l->one, reg.content.count + 1, struct oio_item);
	for (size_t i = 0; i < reg.content.count; i++) {
		const struct oio_item *it = &reg.content.items[i];

		if (!names_missing(t, it, missing, l->from) ||
		    (is_said && (l->is_whole ||
				 load_is_spoken(l, t->id, it->field, load_rolle_of(t, it)))))
			continue;
		ends.items[ends.count++] = *it;
	}
	return ends.count == 0 || load_put(l, t, row->uuid, EDIT_AFSLUT, &ends, row->id, e);
}

static bool
end_of_kind(struct load *l, const struct oio_type *t, const struct places *missing,
	    struct err *e)
{
	AUTO(arena_freep) struct arena *page = arena_new();
	struct object_query q = {.kind = t->id,
				 .owners = {l->o->desk->cvr},
				 .owner_count = 1,
				 .states = 1U << LIV_OPSTAAET | 1U << LIV_IMPORTERET,
				 .with_content = true,
				 .limit = PAGE};
	struct object_rows rows;
	struct uuid last;

	do {
		arena_reset(page);
		rows = (struct object_rows){.count = 0};
		if (!objects_find(l->reading, &q, page, &rows, e))
			return false;
		for (size_t i = 0; i < rows.count; i++)
			if (!end_of(l, t, &rows.at[i], missing, e))
				return false;
		if (rows.count > 0)
			last = rows.at[rows.count - 1].uuid;
		q.after = &last;
	} while (rows.count == PAGE);
	return true;
}

bool
load_end_naming(struct load *l, const struct places *missing, struct err *e)
{
	for (size_t i = 0; i < DESK_TYPE_COUNT; i++) {
		struct oio_range rows = oio_part_range(desk_type(i), OIO_RELATION);

		if (rows.first < rows.end && !end_of_kind(l, desk_type(i), missing, e))
			return false;
	}
	return true;
}

/* ---- whose an address is ---- */

static bool
add_groups(struct load *l, const struct oio_type *t, size_t row, struct uuid address,
	   owner_set *groups, struct err *e)
{
	struct object_test test;
	const struct object_criterion criterion = {OBJECT_ALL_IN_ONE, &test, 1};
	const struct object_query q = {.kind = t->id,
				       .owners = {l->o->desk->cvr},
				       .owner_count = 1,
				       .criteria = &criterion,
				       .criterion_count = 1,
				       .states = 1U << LIV_OPSTAAET | 1U << LIV_IMPORTERET,
				       .with_content = true,
				       .limit = PAGE};
	struct object_rows rows = {.count = 0};
	struct registrering reg;

	append_test_ref(t, row, address, l->one, &test);
	test.from = l->from;
	if (!objects_find(l->reading, &q, l->one, &rows, e))
		return false;
	for (size_t i = 0; i < rows.count; i++) {
		if (!append_unpack(t, &rows.at[i], l->one, &reg, e))
			return false;
		for (size_t j = 0; j < reg.content.count; j++) {
			const struct oio_item *it = &reg.content.items[j];

			if (it->part == OIO_RELATION && it->field == row &&
			    it->v.til > l->from && it->u.relation.ref.is_uuid &&
			    uuid_eq(it->u.relation.ref.uuid, address))
				*groups |= ownership_of(t, &reg.content, it);
		}
	}
	return true;
}

bool
load_address_groups(struct load *l, struct uuid address, owner_set *groups, struct err *e)
{
	*groups = 0;
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++) {
		const struct oio_type *t = organisation_types[i];
		size_t row;

		if (oio_field_by_name(t, "Adresser", &row) &&
		    !add_groups(l, t, row, address, groups, e))
			return false;
	}
	return true;
}
