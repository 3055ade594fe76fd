/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which group an item belongs to. What an address is for is said by its Rolle, what a function
 * is by its Funktionstype. A unit's relation to functions is of contact places and of paying
 * units alike: the item does not say which, so both groups must be the writer's.
 * Source: administration contract 4.7.4; contract of Organisation, 2.8 and 6.
 */
#include "administration/ownership.h"

#include <string.h>

#include "organisation/types.h"
#include "organisation/wellknown.h"

#define BIT(group) ((owner_set)1U << (group))

const char *const owner_group_name[GROUP_COUNT] = {
	[GROUP_STRUKTUR] = "struktur",
	[GROUP_NAVNE] = "navne",
	[GROUP_LEDER] = "leder",
	[GROUP_BRUGERE] = "brugere",
	[GROUP_KONTAKTADRESSER] = "kontaktadresser",
	[GROUP_AABNINGSTIDER] = "aabningstider",
	[GROUP_NUMRE] = "numre",
	[GROUP_OPGAVER] = "opgaver",
	[GROUP_HENVENDELSESSTEDER] = "henvendelsessteder",
	[GROUP_UDBETALENDE_ENHEDER] = "udbetalende_enheder",
};

bool
owner_group_named(struct str name, enum owner_group *out)
{
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		if (!str_eq_c(name, owner_group_name[i]))
			continue;
		*out = (enum owner_group)i;
		return true;
	}
	return false;
}

static owner_set
of_address(const struct oio_item *i)
{
	enum wellknown role;

	if (!i->u.relation.rolle.ref.is_uuid ||
	    !wellknown_find(i->u.relation.rolle.ref.uuid, &role))
		return BIT(GROUP_KONTAKTADRESSER);
	switch (role) {
	case KLASSE_ENHED_AABNINGSTID_TELEFON:
	case KLASSE_ENHED_AABNINGSTID_HENVENDELSE:
		return BIT(GROUP_AABNINGSTIDER);
	case KLASSE_ENHED_EAN:
	case KLASSE_ENHED_PNR:
	case KLASSE_ENHED_SOR:
	case KLASSE_ENHED_LOS_ID:
	case KLASSE_ENHED_DTR_ID:
	case KLASSE_ENHED_FOA:
		return BIT(GROUP_NUMRE);
	default:
		return BIT(GROUP_KONTAKTADRESSER);
	}
}

static owner_set
of_unit(const struct oio_item *i)
{
	static const struct {
		const char *name;
		owner_set groups;
	} rows[] = {
		{"Opgaver", BIT(GROUP_OPGAVER)},
		{"Produktionsenhed", BIT(GROUP_NUMRE)},
		{"Skatteenhed", BIT(GROUP_NUMRE)},
		{"TilknyttedeBrugere", BIT(GROUP_BRUGERE)},
		{"TilknyttedeFunktioner",
		 BIT(GROUP_HENVENDELSESSTEDER) | BIT(GROUP_UDBETALENDE_ENHEDER)},
	};
	const char *name;

	if (i->part == OIO_ATTRIBUT)
		return BIT(GROUP_NAVNE);
	if (i->part == OIO_TILSTAND)
		return BIT(GROUP_STRUKTUR);
	name = type_organisationenhed.fields[i->field].name;
	if (strcmp(name, "Adresser") == 0)
		return of_address(i);
	for (size_t j = 0; j < ARRAY_LEN(rows); j++)
		if (strcmp(name, rows[j].name) == 0)
			return rows[j].groups;
	return BIT(GROUP_STRUKTUR);
}

static owner_set
of_function(const struct oio_content *c)
{
	const struct oio_type *t = &type_organisationfunktion;
	enum wellknown kind;
	size_t row;

	BUG_ON(!oio_field_by_name(t, "Funktionstype", &row));
	for (size_t i = 0; i < c->count; i++) {
		const struct oio_ref *ref = &c->items[i].u.relation.ref;

		if (c->items[i].part != OIO_RELATION || c->items[i].field != row ||
		    !ref->is_uuid || !wellknown_find(ref->uuid, &kind))
			continue;
		if (kind == KLASSE_FUNKTION_LEDERROLLE)
			return BIT(GROUP_LEDER);
		if (kind == KLASSE_FUNKTION_HENVENDELSESSTED)
			return BIT(GROUP_HENVENDELSESSTEDER);
		if (kind == KLASSE_FUNKTION_UDBETALENDE_ENHED)
			return BIT(GROUP_UDBETALENDE_ENHEDER);
		if (kind == KLASSE_FUNKTION_ENHEDSROLLE || kind == KLASSE_FUNKTION_ANSAETTELSE)
			return BIT(GROUP_BRUGERE);
	}
	return BIT(GROUP_STRUKTUR);
}

owner_set
ownership_of(const struct oio_type *t, const struct oio_content *content,
	     const struct oio_item *i)
{
	if (t == &type_organisationenhed)
		return of_unit(i);
	if (t == &type_organisationfunktion)
		return of_function(content);
	if (t == &type_bruger || t == &type_person)
		return BIT(GROUP_BRUGERE);
	if (t == &type_organisation)
		return BIT(GROUP_STRUKTUR);
	return 0;
}
