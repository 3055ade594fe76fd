/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds that are worked on, by number and by name. */
#include "administration/desk.h"

#include "klassifikation/types_6.h"

static const struct oio_type *const more[] = {&type_klassifikation_6, &type_facet_6,
					      &type_klasse_6};

static const struct {
	const struct oio_type *type;
	const char *name;
} shorts[] = {
	{&type_organisationenhed, "enhed"},
	{&type_organisationfunktion, "funktion"},
	{&type_interessefaellesskab, "faellesskab"},
};

const struct oio_type *
desk_type(size_t i)
{
	BUG_ON(i >= DESK_TYPE_COUNT);
	return i < ORGANISATION_TYPE_COUNT ? organisation_types[i]
					   : more[i - ORGANISATION_TYPE_COUNT];
}

const struct oio_type *
desk_kind(unsigned kind)
{
	for (size_t i = 0; i < DESK_TYPE_COUNT; i++)
		if (desk_type(i)->id == kind)
			return desk_type(i);
	return NULL;
}

const struct oio_type *
desk_type_named(struct str name)
{
	for (size_t i = 0; i < DESK_TYPE_COUNT; i++)
		if (str_eq_c(name, desk_type(i)->key))
			return desk_type(i);
	for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
		if (str_eq_c(name, shorts[i].name))
			return shorts[i].type;
	return NULL;
}

const char *
desk_type_short(const struct oio_type *t)
{
	for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
		if (shorts[i].type == t)
			return shorts[i].name;
	return t->key;
}
