/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking up rows of a kind's table, and judging a table: order, ids, room. Knows no kind.
 */
#include "registry/type.h"

#include <string.h>

struct oio_range
oio_part_range(const struct oio_type *t, enum oio_part part)
{
	struct oio_range r = {0, 0};

	while (r.first < t->count && t->fields[r.first].part < part)
		r.first++;
	r.end = r.first;
	while (r.end < t->count && t->fields[r.end].part == part)
		r.end++;
	return r;
}

bool
oio_field_by_id(const struct oio_type *t, unsigned id, size_t *field)
{
	size_t i;

	/* Ids begin as row numbers plus one and stay so until a table grows. */
	if (id > 0 && id <= t->count && t->fields[id - 1].id == id) {
		*field = id - 1;
		return true;
	}
	for (i = 0; i < t->count; i++) {
		if (t->fields[i].id == id) {
			*field = i;
			return true;
		}
	}
	return false;
}

bool
oio_field_by_name(const struct oio_type *t, const char *name, size_t *field)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (strcmp(t->fields[i].name, name) == 0) {
			*field = i;
			return true;
		}
	}
	return false;
}

static const char *
row_fault(const struct oio_field *f)
{
	static const enum oio_part part_of[] = {
		[OIO_TEXT] = OIO_ATTRIBUT,       [OIO_TEXTS] = OIO_ATTRIBUT,
		[OIO_SOEGEORD] = OIO_ATTRIBUT,   [OIO_GYLDIGHED] = OIO_TILSTAND,
		[OIO_PUBLICERET] = OIO_TILSTAND, [OIO_REF] = OIO_RELATION,
		[OIO_ROLE_REF] = OIO_RELATION,
	};
	bool repeats = f->value == OIO_TEXTS || f->value == OIO_SOEGEORD;

	if (f->id == 0 || f->id > 255)
		return "id outside 1-255";
	if (f->value < OIO_TEXT || f->value > OIO_ROLE_REF || part_of[f->value] != f->part)
		return "value does not belong in its part";
	if (f->part == OIO_ATTRIBUT && repeats != (f->max == OIO_MANY))
		return "max does not fit the value";
	if (f->part == OIO_TILSTAND && f->max != OIO_ONE)
		return "a state holds one value at a time";
	if ((f->value == OIO_TEXT || f->value == OIO_TEXTS) && f->max_chars == 0 &&
	    f->pattern == OIO_ANY)
		return "text without a limit";
	return NULL;
}

const char *
oio_type_fault(const struct oio_type *t)
{
	struct oio_range attributes = oio_part_range(t, OIO_ATTRIBUT);
	const char *fault;
	size_t i, j;

	if (t->id == 0 || t->id > 255)
		return "id outside 1-255";
	if (attributes.first != 0 || attributes.end == 0 || attributes.end > OIO_ATTRIBUTES_MAX)
		return "number of attributes";
	for (i = 0; i < t->count; i++) {
		fault = row_fault(&t->fields[i]);
		if (fault)
			return fault;
		if (i > 0 && t->fields[i].part < t->fields[i - 1].part)
			return "parts out of order";
		for (j = 0; j < i; j++) {
			if (t->fields[i].id == t->fields[j].id)
				return "an id twice";
			if (strcmp(t->fields[i].name, t->fields[j].name) == 0 &&
			    str_eq(t->fields[i].ns, t->fields[j].ns))
				return "a name twice";
		}
	}
	return NULL;
}
