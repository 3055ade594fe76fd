/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of organisations and units. A unit's Overordnet is judged here alone, so that one fault
 * is told once.
 * Source: administration contract 4.7.5 (O1–O6, O17, O19); contract of Organisation, 6.
 */
#include "administration/rules_parts.h"

#include <string.h>
#include "base/limits.h"
#include "registry/fold.h"
#include "registry/reader.h"

/* ---- organisations ---- */

static bool
belongs_to(const struct picture_object *unit, const struct picture_object *home)
{
	return picture_has(unit, ENHED_TILHOERER, home->uuid);
}

void
rule_one_root(struct rules_run *r)
{
	size_t homes, roots, i, k, n;
	const struct picture_object *const *home = picture_organisations(r->p, &homes);
	const struct picture_object *const *root = picture_roots(r->p, &roots);

	for (i = 0; i < homes; i++) {
		for (n = 0, k = 0; k < roots; k++)
			n += belongs_to(root[k], home[i]);
		if (n == 0)
			rules_tell(r, home[i], RULE_NO_FIELD,
				   "Organisationen %s har ingen øverste enhed",
				   "The organisation %s has no top unit",
				   rules_name(r, home[i]));
		for (k = 0; n > 1 && k < roots; k++)
			if (belongs_to(root[k], home[i]) &&
			    !picture_has(home[i], ORGANISATION_OVERORDNET, root[k]->uuid))
				rules_tell(r, root[k], ENHED_OVERORDNET,
					   "Enheden %s er en af %zu uden overordnet i %s",
					   "The unit %s is one of %zu without a parent in %s",
					   rules_name(r, root[k]), n, rules_name(r, home[i]));
	}
}

void
rule_unit_home(struct rules_run *r)
{
	size_t at = 0, homes, i;
	const struct picture_object *const *home = picture_organisations(r->p, &homes);
	const struct picture_object *o, *parent;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL) {
		const struct oio_item *mine = picture_first(o, ENHED_TILHOERER), *theirs;
		const struct picture_object *to = picture_named(r->p, o, ENHED_TILHOERER);

		parent = picture_parent(r->p, o);
		theirs = parent ? picture_first(parent, ENHED_TILHOERER) : NULL;
		for (i = 0; i < homes && home[i] != to; i++)
			;
		if (!mine)
			rules_tell(r, o, ENHED_TILHOERER,
				   "Enheden %s hører ikke til nogen organisation",
				   "The unit %s belongs to no organisation", rules_name(r, o));
		else if (to && to->is_active && i == homes)
			rules_tell(r, o, ENHED_TILHOERER,
				   "Enheden %s hører til %s, som ikke er myndighedens",
				   "The unit %s belongs to %s, which is not the authority's",
				   rules_name(r, o), rules_name(r, to));
		else if (theirs && !ref_eq(&mine->u.relation.ref, &theirs->u.relation.ref))
			rules_tell(r, o, ENHED_TILHOERER,
				   "Enheden %s hører til en anden organisation end %s over den",
				   "The unit %s belongs to another organisation than %s above",
				   rules_name(r, o), rules_name(r, parent));
	}
}

static void
check_home_root(struct rules_run *r, const struct picture_object *home)
{
	const struct oio_item *it = picture_first(home, ORGANISATION_OVERORDNET);
	const struct picture_object *unit = it ? picture_target(r->p, home->type, it) : NULL;
	const char *name = rules_name(r, home);
	size_t roots;

	(void)picture_roots(r->p, &roots);
	if (!it)
		rules_tell(r, home, ORGANISATION_OVERORDNET,
			   "Organisationen %s peger ikke på nogen øverste enhed",
			   "The organisation %s names no top unit", name);
	else if (!unit || !unit->is_active)
		rules_tell(r, home, ORGANISATION_OVERORDNET,
			   "Organisationen %s peger på en enhed, der ikke er der",
			   "The organisation %s names a unit that is not there", name);
	else if (picture_first(unit, ENHED_OVERORDNET))
		rules_tell(r, home, ORGANISATION_OVERORDNET,
			   "Organisationen %s peger på %s, som ikke er øverst",
			   "The organisation %s names %s, which is not on top", name,
			   rules_name(r, unit));
	else if (picture_first(unit, ENHED_TILHOERER) && !belongs_to(unit, home))
		rules_tell(r, home, ORGANISATION_OVERORDNET,
			   "Organisationen %s peger på %s, som hører til en anden",
			   "The organisation %s names %s, which belongs to another", name,
			   rules_name(r, unit));
}

void
rule_home_root(struct rules_run *r)
{
	size_t homes, units;
	const struct picture_object *const *home = picture_organisations(r->p, &homes);

	(void)picture_kind(r->p, &type_organisationenhed, &units);
	for (size_t i = 0; i < homes; i++)
		check_home_root(r, home[i]);
	if (homes == 0 && units > 0)
		rules_tell(r, NULL, RULE_NO_FIELD,
			   "Myndigheden har %zu enheder, men ingen organisation",
			   "The authority has %zu units but no organisation", units);
}

void
rule_home_firm(struct rules_run *r)
{
	size_t homes;
	const struct picture_object *const *home = picture_organisations(r->p, &homes);

	for (size_t i = 0; i < homes; i++) {
		if (!picture_first(home[i], ORGANISATION_VIRKSOMHED))
			rules_tell(r, home[i], ORGANISATION_VIRKSOMHED,
				   "Organisationen %s har ingen virksomhed",
				   "The organisation %s has no Virksomhed",
				   rules_name(r, home[i]));
		if (home[i]->is_shared && !picture_first(home[i], ORGANISATION_MYNDIGHED))
			rules_tell(r, home[i], ORGANISATION_MYNDIGHED,
				   "Organisationen %s har ingen myndighed",
				   "The organisation %s has no Myndighed",
				   rules_name(r, home[i]));
	}
}

/* ---- the tree ---- */

/* Units on the way round, 0: not in a circle. */
static size_t
circle(const struct rules_run *r, const struct picture_object *o)
{
	const struct picture_object *at = picture_parent(r->p, o);
	size_t steps = 1, most;

	(void)picture_kind(r->p, &type_organisationenhed, &most);
	while (at && at != o && steps <= most) {
		at = picture_parent(r->p, at);
		steps++;
	}
	return at == o ? steps : 0;
}

static void
check_parent(struct rules_run *r, const struct picture_object *o)
{
	const struct picture_object *to = picture_named(r->p, o, ENHED_OVERORDNET);
	const char *name = rules_name(r, o);
	size_t round;

	if (!to)
		rules_tell(r, o, ENHED_OVERORDNET, "Enheden over %s findes ikke",
			   "The unit above %s is not there", name);
	else if (to == o)
		rules_tell(r, o, ENHED_OVERORDNET, "Enheden %s er sin egen overordnede",
			   "The unit %s is above itself", name);
	else if (!to->is_active)
		rules_tell(r, o, ENHED_OVERORDNET, "Enheden over %s, %s, er ikke aktiv",
			   "The unit above %s, %s, is not active", name, rules_name(r, to));
	else if (picture_depth(r->p, o) == 0 && (round = circle(r, o)) > 0)
		rules_tell(r, o, ENHED_OVERORDNET,
			   "Enheden %s er i en ring af %zu: over den er %s",
			   "The unit %s is in a circle of %zu: above it is %s", name, round,
			   rules_name(r, to));
	/* units below a unit that is told of are not told of again */
}

void
rule_tree(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		if (picture_first(o, ENHED_OVERORDNET))
			check_parent(r, o);
}

/* ---- names and keys ---- */

void
rule_unit_name(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		if (str_is_empty(str_trim(picture_text(o, ENHED_NAVN))))
			rules_tell(r, o, ENHED_NAVN, "Enheden har intet navn (nøgle: %s)",
				   "The unit has no name (key: %s)",
				   rules_text(r, picture_text(o, 0)));
}

/* The name is longer than a key may be, and the key is its beginning. */
static bool
is_cut(const struct picture_object *o)
{
	struct str name = picture_text(o, ENHED_NAVN), key = picture_text(o, 0);

	return !str_is_empty(key) && key.len < name.len && str_has_prefix(name, key) &&
	       reader_chars(name) > o->type->fields[0].max_chars;
}

void
rule_unit_key_cut(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		if (is_cut(o))
			rules_tell(r, o, 0, "Nøglen til %s er navnets første del",
				   "The key of %s is the first part of the name",
				   rules_name(r, o));
}

void
rule_unit_key(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL) {
		struct str key = picture_text(o, 0), name = picture_text(o, ENHED_NAVN);

		if (!str_is_empty(key) && !str_is_empty(name) && !str_eq(key, name) &&
		    !is_cut(o))
			rules_tell(r, o, 0, "Nøglen til %s er %s", "The key of %s is %s",
				   rules_name(r, o), rules_text(r, key));
	}
}

void
rule_unit_leader(struct rules_run *r)
{
	const struct picture_object *o, *who, *from = NULL;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL) {
		if (picture_leader(r->p, o))
			continue;
		who = picture_leader_above(r->p, o, &from);
		if (who)
			rules_tell(r, o, RULE_NO_FIELD,
				   "Enheden %s har ingen leder; %s i %s er det ovenfra",
				   "The unit %s has no leader; %s of %s is it from above",
				   rules_name(r, o), rules_name(r, who), rules_name(r, from));
		else
			rules_tell(r, o, RULE_NO_FIELD,
				   "Enheden %s har ingen leder, og der er ingen over den",
				   "The unit %s has no leader, and there is none above it",
				   rules_name(r, o));
	}
}

void
rule_unit_type(struct rules_run *r)
{
	const struct picture_object *o;
	bool is_used = false;
	size_t at = 0;

	/* where no unit has one, nobody reads them */
	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		is_used |= picture_first(o, ENHED_TYPE) != NULL;
	at = 0;
	while (is_used && (o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		if (!picture_has(o, ENHED_TYPE, wellknown[KLASSE_ENHEDSTYPE_AFDELING].uuid) &&
		    !picture_has(o, ENHED_TYPE, wellknown[KLASSE_ENHEDSTYPE_TEAM].uuid))
			rules_tell(
				r, o, ENHED_TYPE, "Enheden %s er hverken Afdeling eller Team",
				"The unit %s is neither Afdeling nor Team", rules_name(r, o));
}
