/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which Organisation the units of a source belong to, when nobody says: the one that the
 * authority has itself, or else the one of the shared registry that stands for it. Refuses to
 * choose between several.
 * Source: contract of Organisation, 3.9.
 */
#include "administration/load.h"

#include "base/clock.h"
#include "registry/append.h"

static bool
look(struct reading *r, const struct desk *d, struct str owner, struct arena *a, size_t *count,
     struct uuid *out, struct err *e)
{
	const struct oio_type *t = &type_organisation;
	const struct object_query q = {.kind = t->id,
				       .owners = {owner},
				       .owner_count = 1,
				       .states = 1U << LIV_OPSTAAET | 1U << LIV_IMPORTERET,
				       .with_content = true,
				       .limit = 10000};
	struct object_rows rows = {.count = 0};
	size_t field;

	if (!objects_find(r, &q, a, &rows, e))
		return false;
	for (size_t i = 0; i < rows.count; i++) {
		if (!str_eq(owner, d->cvr)) {
			if (!append_delegated(r, t, &rows.at[i], d->cvr, clock_now(), &field,
					      e))
				return false;
			if (field == t->count)
				continue;
		}
		*out = rows.at[i].uuid;
		(*count)++;
	}
	return true;
}

bool
load_organisation(const struct desk *d, struct uuid *out, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	size_t count = 0;

	if (!store_read(d->store, &r, e) || !look(r, d, d->cvr, a, &count, out, e))
		return false;
	if (count == 0 && str_is_set(d->operator_cvr) &&
	    !look(r, d, d->operator_cvr, a, &count, out, e))
		return false;
	return count == 1 || FAIL(e, LOAD_ORGANISATION, "der er %zu", count);
}
