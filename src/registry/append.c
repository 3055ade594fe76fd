/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's own parts, for those who add registrations without a call. Decides nothing about
 * who may.
 */
#include "registry/append.h"

#include "registry/delegate.h"

void
append_pack(const struct oio_type *t, const struct registrering *reg, struct arena *a,
	    struct object_new *out)
{
	stored_pack(t, reg, INSTANT_MIN, a, out);
}

bool
append_unpack(const struct oio_type *t, const struct object_row *row, struct arena *a,
	      struct registrering *out, struct err *e)
{
	struct stored s;

	if (!stored_unpack(t, row, a, &s, e))
		return false;
	*out = s.reg;
	return true;
}

void
append_view(const struct oio_type *t, const struct oio_content *c, instant at, struct arena *a,
	    struct oio_content *out)
{
	const struct window w = {at, at + 1, at};

	view_content(t, c, &w, ~0u, a, out);
}

void
append_test_text(const struct oio_type *t, size_t row, struct str text, struct arena *a,
		 struct object_test *out)
{
	*out = (struct object_test){.field = index_field(t, row),
				    .value = index_text(text, a),
				    .from = INSTANT_MIN,
				    .to = INSTANT_MAX};
}

void
append_test_ref(const struct oio_type *t, size_t row, struct uuid to, struct arena *a,
		struct object_test *out)
{
	const struct oio_ref ref = ref_of_uuid(to);

	*out = (struct object_test){.field = index_field(t, row),
				    .value = index_ref(&ref, a),
				    .from = INSTANT_MIN,
				    .to = INSTANT_MAX};
}

bool
append_delegated(struct reading *r, const struct oio_type *t, const struct object_row *row,
		 struct str cvr, instant now, size_t *field, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct caller who = {.cvr = cvr};
	struct registry rules = {.options = {.operator_cvr = row->cvr}};
	struct registry_call c = {
		.registry = &rules, .type = t, .caller = &who, .a = a, .now = now};
	const struct work w = {.c = &c, .scratch = a};
	bool yes;

	*field = t->count;
	if (!delegate_stands_for(&w, r, row, &yes, e))
		return false;
	if (yes)
		*field = t->delegate->field;
	return true;
}
