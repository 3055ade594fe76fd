/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The class that a number of KLE names: the Klasse with that BrugervendtNoegle, in the shared
 * registry or the authority's own. All are read once, when the first number is met.
 * Source: contract of Organisation, 1.6; administration contract 4.7.3 (opgaver).
 */
#include "administration/load_internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "registry/append.h"

struct klasse {
	struct str key;
	struct uuid uuid;
};

struct klasser {
	struct arena *a;
	struct klasse *at;
	size_t count, room;
};

void
load_klasser_free(struct klasser *k)
{
	if (!k)
		return;
	arena_free(k->a);
	mem_free(k);
}

static int
by_key(const void *pa, const void *pb)
{
	const struct klasse *a = pa, *b = pb;

	return str_cmp(a->key, b->key);
}

static bool
add_rows(struct klasser *k, const struct oio_type *t, const struct object_rows *rows,
	 struct arena *page, struct err *e)
{
	struct registrering reg;

	for (size_t i = 0; i < rows->count; i++) {
		if (!append_unpack(t, &rows->at[i], page, &reg, e))
			return false;
		for (size_t j = 0; j < reg.content.count; j++) {
			struct str key;

			if (reg.content.items[j].part != OIO_ATTRIBUT)
				continue;
			key = egenskab_text(t, &reg.content.items[j], 0);
			if (str_is_empty(key))
				continue;
			k->at = BATCH_GROW(k->a, k->at, k->count, k->room);
			k->at[k->count++] =
				(struct klasse){arena_dup(k->a, key), rows->at[i].uuid};
		}
	}
	return true;
}

static bool
read_all(struct load *l, struct klasser *k, struct err *e)
{
	const struct oio_type *t = desk_type_named(STR("klasse"));
	const struct desk *d = l->o->desk;
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *page = arena_new();
	struct object_query q = {
		.kind = t->id,
		.owners = {d->cvr, d->operator_cvr},
		.owner_count =
			str_is_set(d->operator_cvr) && !str_eq(d->operator_cvr, d->cvr) ? 2 : 1,
		.states = 1U << LIV_OPSTAAET | 1U << LIV_IMPORTERET,
		.with_content = true,
		.limit = 1000};
	struct object_rows rows;
	struct uuid last;

	if (!store_read(d->store, &r, e))
		return false;
	do {
		arena_reset(page);
		rows = (struct object_rows){.count = 0};
		if (!objects_find(r, &q, page, &rows, e) || !add_rows(k, t, &rows, page, e))
			return false;
		if (rows.count > 0)
			last = rows.at[rows.count - 1].uuid;
		q.after = &last;
	} while (rows.count == (size_t)q.limit);
	if (k->count > 1)
		qsort(k->at, k->count, sizeof(*k->at), by_key);
	return true;
}

bool
load_klasse(struct str number, void *arg, struct uuid *out)
{
	struct load *l = arg;
	const struct klasse wanted = {.key = number}, *found;
	struct err e = ERR_INIT;

	if (!l->klasser) {
		l->klasser = MEM_NEW(struct klasser);
		l->klasser->a = arena_new();
		/* what could not be read is not found: the line is refused, and says so */
		if (!read_all(l, l->klasser, &e))
			return false;
	}
	if (l->klasser->count == 0)
		return false;
	found = bsearch(&wanted, l->klasser->at, l->klasser->count, sizeof(*found), by_key);
	if (found)
		*out = found->uuid;
	return found != NULL;
}
