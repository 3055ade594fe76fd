/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New hierarchies as edits by field. The CVR number stands in both places where clients look
 * for it: BrugervendtNoegleTekst and CVR-NummerTekst.
 * Source: contract of Organisation, 2.3 (Virksomhed) and 5.
 */
#include "administration/found.h"

static void
settle(const struct edit_frame *f, struct uuid *u)
{
	if (uuid_is_nil(*u))
		*u = f->desk->make_uuid();
}

static struct str
text_of(const struct edit_frame *f, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];

	return arena_dup(f->a, uuid_format(u, text));
}

static bool
refuse(struct edit_frame *f, const char *why, struct err *e)
{
	f->text = str_from(why);
	return FAIL(e, DRAFT_INVALID, "a new hierarchy");
}

bool
found_shared(struct edit_frame *f, struct founding *what, struct err *e)
{
	const struct edit_setting myndighed[] = {
		{STR("CVR-NummerTekst"), what->cvr, false},
		{STR("NavnTekst"), what->name, false},
		{STR("MyndighedsKode"), what->code, false},
	};
	const struct edit_setting virksomhed[] = {
		{STR("BrugervendtNoegleTekst"), what->cvr, false},
		{STR("CVR-NummerTekst"), what->cvr, false},
		{STR("NavnTekst"), what->name, false},
	};
	struct edit_setting organisation[] = {
		{STR("OrganisationNavn"), what->name, false},
		{STR("Virksomhed"), STR_NONE, false},
		{STR("Myndighed"), STR_NONE, false},
	};

	if (!str_is_set(f->desk->operator_cvr) || !str_eq(f->desk->operator_cvr, f->desk->cvr))
		return refuse(f, "Det fælles register er operatørens (registry.operator)", e);
	if (!str_is_digits(what->cvr, 8))
		return refuse(f, "CVR-nummeret skal være otte cifre", e);
	settle(f, &what->organisation);
	settle(f, &what->virksomhed);
	settle(f, &what->myndighed);
	organisation[1].value = text_of(f, what->virksomhed);
	organisation[2].value = text_of(f, what->myndighed);
	return edit_set(f, &type_myndighed, what->myndighed, true, myndighed,
			str_is_empty(what->code) ? 2 : 3, e) &&
	       edit_set(f, &type_virksomhed, what->virksomhed, true, virksomhed,
			ARRAY_LEN(virksomhed), e) &&
	       edit_set(f, &type_organisation, what->organisation, true, organisation,
			ARRAY_LEN(organisation), e);
}

bool
found_root(struct edit_frame *f, struct founding_unit *what, struct err *e)
{
	struct edit_setting unit[] = {
		{STR("EnhedNavn"), what->name, false},
		{STR("Tilhoerer"), text_of(f, what->organisation), false},
	};
	struct edit_setting top = {STR("Overordnet"), STR_NONE, false};

	settle(f, &what->unit);
	top.value = text_of(f, what->unit);
	return edit_set(f, &type_organisationenhed, what->unit, true, unit, ARRAY_LEN(unit),
			e) &&
	       edit_set(f, &type_organisation, what->organisation, false, &top, 1, e);
}
