/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of all kinds of objects: relations that lead somewhere and to something active, fields
 * that must not be filled, times, lengths.
 * Source: administration contract 4.7.5 (O7, O13, O14, O20, O21); contract of Organisation, 2.3
 * and 6.
 */
#include "administration/rules_parts.h"

#include <string.h>
#include "klassifikation/types_6.h"
#include "registry/fold.h"
#include "registry/reader.h"

typedef void object_check_fn(struct rules_run *r, const struct picture_object *o);

static void
each_own(struct rules_run *r, object_check_fn *fn)
{
	const struct picture_object *o;
	size_t k, at;

	for (k = 0; k < ORGANISATION_TYPE_COUNT; k++)
		for (at = 0; (o = rules_next(r, organisation_types[k], &at)) != NULL;)
			fn(r, o);
}

/* ---- fields that must not be filled ---- */

static const struct {
	const struct oio_type *type;
	const char *names[16];
} never[] = {
	{&type_organisation,
	 {"Adresser", "Ansatte", "Branche", "Organisationstype", "Myndighedstype",
	  "TilknyttedeOpgaver", "Produktionsenhed", "Skatteenhed", "TilknyttedeBrugere",
	  "TilknyttedeEnheder", "TilknyttedeFunktioner", "TilknyttedeInteressefaellesskaber",
	  "TilknyttedePersoner", "Virksomhedstype"}},
	{&type_organisationenhed,
	 {"Ansatte", "Branche", "Produktionsenhed", "Skatteenhed", "TilknyttedeBrugere",
	  "TilknyttedeEnheder", "TilknyttedeInteressefaellesskaber",
	  "TilknyttedeOrganisationer", "TilknyttedePersoner", "TilknyttedeItSystemer"}},
	{&type_organisationfunktion,
	 {"TilknyttedeInteressefaellesskaber", "TilknyttedePersoner"}},
	{&type_bruger,
	 {"BrugerTypeTekst", "BrugerTyper", "TilknyttedeOpgaver", "TilknyttedeEnheder",
	  "TilknyttedeFunktioner", "TilknyttedeInteressefaellesskaber",
	  "TilknyttedeOrganisationer", "TilknyttedeItSystemer"}},
	{&type_myndighed, {"BrugervendtNoegleTekst"}},
};

static void
check_never(struct rules_run *r, const struct picture_object *o, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		const char *name = rules_name(r, o);
		size_t row, n;

		BUG_ON(!oio_field_by_name(o->type, names[i], &row));
		n = o->type->fields[row].part == OIO_ATTRIBUT
			    ? !str_is_empty(picture_text(o, row))
			    : rules_items(o, row);
		if (n > 0)
			rules_tell(r, o, row, "%s har %zu %s, som ikke må udfyldes",
				   "%s has %zu %s, which must not be filled in", name, n,
				   names[i]);
	}
}

void
rule_never(struct rules_run *r)
{
	const struct picture_object *o;

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		for (size_t at = 0; (o = rules_next(r, never[i].type, &at)) != NULL;)
			check_never(r, o, never[i].names);
}

/* ---- times ---- */

static const char *
item_field(const struct picture_object *o, const struct oio_item *it, size_t *row)
{
	*row = it->part == OIO_ATTRIBUT ? RULE_NO_FIELD : it->field;
	return it->part == OIO_ATTRIBUT ? "Egenskab" : o->type->fields[it->field].name;
}

static void
check_open_start(struct rules_run *r, const struct picture_object *o)
{
	size_t row;

	for (size_t i = 0; i < o->whole.count; i++) {
		const struct oio_item *it = &o->whole.items[i];
		const char *field = item_field(o, it, &row);

		if (it->v.fra != INSTANT_MIN)
			continue;
		rules_tell(r, o, row, "%s: %s har ingen begyndelse", "%s: %s has no beginning",
			   rules_name(r, o), field);
		return; /* one an object */
	}
}

void
rule_open_start(struct rules_run *r)
{
	each_own(r, check_open_start);
}

static bool
is_midnight(instant t)
{
	return t == INSTANT_MIN || t == INSTANT_MAX || time_local_midnight(t) == t;
}

static void
check_midnight(struct rules_run *r, const struct picture_object *o)
{
	size_t row, first = 0, n = 0;
	const char *field = NULL;

	for (size_t i = 0; i < o->whole.count; i++) {
		const struct oio_item *it = &o->whole.items[i];

		if (is_midnight(it->v.fra) && is_midnight(it->v.til))
			continue;
		if (n++ == 0) {
			field = item_field(o, it, &row);
			first = row;
		}
	}
	if (n > 0)
		rules_tell(r, o, first, "%s: %zu tider med klokkeslæt, den første på %s",
			   "%s: %zu times of day, the first on %s", rules_name(r, o), n, field);
}

void
rule_midnight(struct rules_run *r)
{
	each_own(r, check_midnight);
}

/* ---- relations ---- */

/* Judged by rules of their own: what is above, and the tasks. */
static bool
is_elsewhere(const struct picture_object *o, const struct oio_item *it)
{
	return (o->type == &type_organisationenhed &&
		(it->field == ENHED_OVERORDNET || it->field == ENHED_OPGAVER)) ||
	       (o->type == &type_organisation && it->field == ORGANISATION_OVERORDNET) ||
	       (o->type == &type_organisationfunktion && it->field == FUNKTION_OPGAVER);
}

static void
check_inactive(struct rules_run *r, const struct picture_object *o)
{
	for (size_t i = 0; i < o->now.count; i++) {
		const struct oio_item *it = &o->now.items[i];
		const struct picture_object *to = picture_target(r->p, o->type, it);

		if (!to || to->is_active || to->type == &type_klasse_6 || is_elsewhere(o, it))
			continue;
		rules_tell(r, o, it->field, "%s henviser til %s %s, som ikke er aktiv",
			   "%s refers to the %s %s, which is not active", rules_name(r, o),
			   to->type->name, rules_name(r, to));
	}
}

void
rule_inactive(struct rules_run *r)
{
	each_own(r, check_inactive);
}

bool
rules_has_class(const struct rules_run *r, struct uuid u)
{
	return picture_find(r->p, &type_klasse_6, u) != NULL;
}

static bool
is_resolved(const struct rules_run *r, const struct picture_object *o,
	    const struct oio_item *it)
{
	enum wellknown which;

	return picture_target(r->p, o->type, it) || rules_is_dar(it) ||
	       (it->u.relation.ref.is_uuid && wellknown_find(it->u.relation.ref.uuid, &which));
}

static void
check_resolves(struct rules_run *r, const struct picture_object *o)
{
	for (size_t i = 0; i < o->now.count; i++) {
		const struct oio_item *it = &o->now.items[i];

		if (it->part != OIO_RELATION || is_elsewhere(o, it) || is_resolved(r, o, it))
			continue;
		rules_tell(r, o, it->field, "%s henviser til en %s, som ikke findes",
			   "%s refers to a %s that is not there", rules_name(r, o),
			   o->type->fields[it->field].target);
	}
}

void
rule_resolves(struct rules_run *r)
{
	each_own(r, check_resolves);
}

/* ---- objects that should not be ---- */

void
rule_communities(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_interessefaellesskab, &at)) != NULL)
		rules_tell(r, o, RULE_NO_FIELD, "Interessefællesskabet %s bruges",
			   "The interest community %s is in use", rules_name(r, o));
}

/* The CVR number that an object stands for, or absent. */
static struct str
cvr_of(const struct rules_run *r, const struct picture_object *o)
{
	const struct picture_object *firm = o;

	if (o->type == &type_organisation)
		firm = picture_named(r->p, o, ORGANISATION_VIRKSOMHED);
	if (firm && firm->type == &type_virksomhed)
		return picture_text(firm, VIRKSOMHED_CVR);
	return o->type == &type_myndighed ? picture_text(o, MYNDIGHED_CVR) : STR_NONE;
}

static bool
is_copy(struct rules_run *r, const struct picture_object *mine,
	const struct picture_object *shared)
{
	struct str cvr = cvr_of(r, mine), name = picture_name(mine);

	if (!str_is_empty(cvr) && str_eq(cvr, cvr_of(r, shared)))
		return true;
	return name.len > 0 &&
	       str_eq(fold_text(name, r->a), fold_text(picture_name(shared), r->a));
}

static void
check_copied(struct rules_run *r, const struct picture_object *o)
{
	size_t count;
	const struct picture_object *list = picture_kind(r->p, o->type, &count);

	if (!o->type->is_shared)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!list[i].is_shared || !list[i].is_active || !is_copy(r, o, &list[i]))
			continue;
		rules_tell(r, o, RULE_NO_FIELD, "%s %s findes i det fælles register",
			   "%s %s is in the shared registry", o->type->name, rules_name(r, o));
		return;
	}
}

void
rule_copied(struct rules_run *r)
{
	each_own(r, check_copied);
}

/* ---- what the services enforce ---- */

static bool
fits(const struct oio_field *f, struct str s)
{
	if (f->max_chars > 0 && reader_chars(s) > f->max_chars)
		return false;
	switch (f->pattern) {
	case OIO_DIGITS_8:
		return str_is_digits(s, 8);
	case OIO_DIGITS_10:
		return str_is_digits(s, 10);
	case OIO_DIGITS_3_OR_4:
		return str_is_digits(s, 3) || str_is_digits(s, 4);
	default:
		return true;
	}
}

static void
check_limits(struct rules_run *r, const struct picture_object *o)
{
	struct oio_range rows = oio_part_range(o->type, OIO_ATTRIBUT);

	for (size_t i = rows.first; i < rows.end; i++) {
		struct str s =
			o->type->fields[i].value == OIO_TEXT ? picture_text(o, i) : STR_NONE;

		/* the text itself may be a CPR number written wrongly */
		if (str_is_set(s) && !fits(&o->type->fields[i], s))
			rules_tell(r, o, i, "%s %s har en for lang eller forkert %s",
				   "%s %s has a %s that is too long or wrong", o->type->name,
				   rules_name(r, o), o->type->fields[i].name);
	}
}

void
rule_limits(struct rules_run *r)
{
	each_own(r, check_limits);
}

static void
check_keys(struct rules_run *r, const struct picture_object *o)
{
	if (o->type->needs_key && str_is_empty(str_trim(picture_text(o, 0))))
		rules_tell(r, o, 0, "%s %s har ingen BrugervendtNoegleTekst",
			   "%s %s has no BrugervendtNoegleTekst", o->type->name,
			   rules_name(r, o));
}

void
rule_keys(struct rules_run *r)
{
	each_own(r, check_keys);
}
