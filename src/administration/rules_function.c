/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of functions and of the tasks (KLE) that units and functions have.
 * Source: administration contract 4.7.5 (O8–O12, O22); contract of Organisation, 6.
 */
#include "administration/rules_parts.h"

#include <stdlib.h>
#include <string.h>
#include "klassifikation/types_6.h"

static const struct picture_object *
next_function(const struct rules_run *r, size_t *at)
{
	return rules_next(r, &type_organisationfunktion, at);
}

/* ---- what a function is made of ---- */

enum need { ANY, NONE, ONE, SOME };

struct shape {
	enum wellknown type;
	enum need units, users, systems;
};

/* paying units and contact places have rules of their own */
static const struct shape shapes[] = {
	{KLASSE_FUNKTION_ENHEDSROLLE, ONE, ANY, NONE},
	{KLASSE_FUNKTION_LEDERROLLE, SOME, SOME, ANY},
	/* systemrolle: known by the name of its class */
	{WELLKNOWN_COUNT, SOME, NONE, SOME},
};

static void
check_need(struct rules_run *r, const struct picture_object *o, size_t row, enum need need)
{
	size_t n = rules_items(o, row);
	const char *name = rules_name(r, o), *field = o->type->fields[row].name;

	if (need == NONE && n > 0)
		rules_tell(r, o, row, "Funktionen %s må ikke have %s",
			   "The function %s must not have %s", name, field);
	if (need == ONE && n != 1)
		rules_tell(r, o, row, "Funktionen %s skal have præcis én %s og har %zu",
			   "The function %s must have exactly one %s and has %zu", name, field,
			   n);
	if (need == SOME && n == 0)
		rules_tell(r, o, row, "Funktionen %s skal have %s",
			   "The function %s must have %s", name, field);
}

void
rule_function_kind(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = next_function(r, &at)) != NULL) {
		const struct shape *s = NULL;

		if (!picture_first(o, FUNKTION_TYPE)) {
			rules_tell(r, o, FUNKTION_TYPE, "Funktionen %s har ingen type",
				   "The function %s has no type", rules_name(r, o));
			continue;
		}
		for (size_t i = 0; !s && i < ARRAY_LEN(shapes); i++)
			if (shapes[i].type == WELLKNOWN_COUNT
				    ? rules_is_system_role(r, o)
				    : picture_is_function(o, shapes[i].type))
				s = &shapes[i];
		if (!s)
			continue;
		check_need(r, o, FUNKTION_ENHEDER, s->units);
		check_need(r, o, FUNKTION_BRUGERE, s->users);
		check_need(r, o, FUNKTION_ITSYSTEMER, s->systems);
	}
}

void
rule_function_home(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = next_function(r, &at)) != NULL)
		check_need(r, o, FUNKTION_ORGANISATIONER, ONE);
}

void
rule_function_key(struct rules_run *r)
{
	struct rules_named *list;
	size_t count =
		rules_by_text(r, &type_organisationfunktion, 0, FUNKTION_ORGANISATIONER, &list);

	for (size_t i = 1; i < count; i++)
		if (str_eq(list[i].key, list[i - 1].key) &&
		    uuid_eq(list[i].group, list[i - 1].group))
			rules_tell(r, list[i].object, 0,
				   "Funktionen %s har samme nøgle, %s, som %s",
				   "The function %s has the same key, %s, as %s",
				   rules_name(r, list[i].object),
				   rules_text(r, picture_text(list[i].object, 0)),
				   rules_name(r, list[i - 1].object));
}

/* ---- paying units and contact places ---- */

void
rule_paying(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = next_function(r, &at)) != NULL)
		if (picture_is_function(o, KLASSE_FUNKTION_UDBETALENDE_ENHED))
			check_need(r, o, FUNKTION_ENHEDER, ONE);
}

static bool
has_role(const struct picture_object *unit, enum wellknown role)
{
	const struct oio_item *it;
	size_t at = 0;

	while ((it = picture_item(unit, ENHED_ADRESSER, &at)) != NULL)
		if (it->u.relation.rolle.ref.is_uuid &&
		    wellknown_is(it->u.relation.rolle.ref.uuid, role))
			return true;
	return false;
}

void
rule_paying_los(struct rules_run *r)
{
	const struct picture_object *o, *unit;
	const struct oio_item *it;
	size_t at = 0, k;

	while ((o = next_function(r, &at)) != NULL) {
		if (!picture_is_function(o, KLASSE_FUNKTION_UDBETALENDE_ENHED))
			continue;
		for (k = 0; (it = picture_item(o, FUNKTION_ENHEDER, &k)) != NULL;) {
			unit = picture_target(r->p, o->type, it);
			if (unit && unit->is_active &&
			    !has_role(unit, KLASSE_ENHED_LOS_KALDENAVN))
				rules_tell(r, unit, ENHED_ADRESSER,
					   "Den udbetalende enhed %s har intet LOS-kaldenavn",
					   "The paying unit %s has no LOS short name",
					   rules_name(r, unit));
		}
	}
}

void
rule_contact(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = next_function(r, &at)) != NULL) {
		if (!picture_is_function(o, KLASSE_FUNKTION_HENVENDELSESSTED))
			continue;
		check_need(r, o, FUNKTION_ENHEDER, ONE);
		check_need(r, o, FUNKTION_OPGAVER, SOME);
	}
}

/* A task that both functions have, or NULL. */
static const struct oio_item *
common_task(const struct picture_object *x, const struct picture_object *y)
{
	const struct oio_item *it;
	size_t at = 0;

	while ((it = picture_item(x, FUNKTION_OPGAVER, &at)) != NULL)
		if (it->u.relation.ref.is_uuid &&
		    picture_has(y, FUNKTION_OPGAVER, it->u.relation.ref.uuid))
			return it;
	return NULL;
}

static const struct picture_object *
next_contact(const struct rules_run *r, const struct picture_object *unit, size_t *at)
{
	const struct picture_object *to;
	const struct oio_item *it;

	while ((it = picture_item(unit, ENHED_FUNKTIONER, at)) != NULL) {
		to = picture_target(r->p, unit->type, it);
		if (to && to->is_active &&
		    picture_is_function(to, KLASSE_FUNKTION_HENVENDELSESSTED))
			return to;
	}
	return NULL;
}

void
rule_contact_twice(struct rules_run *r)
{
	const struct picture_object *unit, *x, *y;
	size_t at = 0, i, k;

	while ((unit = rules_next(r, &type_organisationenhed, &at)) != NULL)
		for (i = 0; (x = next_contact(r, unit, &i)) != NULL;)
			for (k = i; (y = next_contact(r, unit, &k)) != NULL;) {
				const struct oio_item *task = common_task(x, y);
				const struct picture_object *class =
					task ? picture_target(r->p, x->type, task) : NULL;

				if (task)
					rules_tell(r, unit, ENHED_FUNKTIONER,
						   "Enheden %s har både %s og %s for %s",
						   "The unit %s has both %s and %s for %s",
						   rules_name(r, unit), rules_name(r, x),
						   rules_name(r, y),
						   class ? rules_name(r, class) : "KLE");
			}
}

/* ---- tasks ---- */

static bool
is_published(const struct picture_object *class)
{
	for (size_t i = 0; i < class->now.count; i++)
		if (class->now.items[i].part == OIO_TILSTAND &&
		    class->now.items[i].u.tilstand.flag_given &&
		    !class->now.items[i].u.tilstand.flag)
			return false;
	return true;
}

/* Facets of KLE share the first bytes; a class without a facet is not judged. */
static bool
is_of_kle(const struct picture_object *class)
{
	const uint8_t *kle = wellknown[KLASSE_FACET_KLE_EMNEPLAN].uuid.b;
	const struct oio_item *it;
	size_t row, at = 0;

	BUG_ON(!oio_field_by_name(class->type, "Facet", &row));
	it = picture_item(class, row, &at);
	return !it ||
	       (it->u.relation.ref.is_uuid && memcmp(it->u.relation.ref.uuid.b, kle, 6) == 0);
}

static void
check_tasks(struct rules_run *r, const struct picture_object *o, size_t row)
{
	const struct picture_object *class;
	const struct oio_item *it;
	const char *name = rules_name(r, o);
	size_t at = 0;

	while ((it = picture_item(o, row, &at)) != NULL) {
		class = picture_target(r->p, o->type, it);
		if (!class)
			rules_tell(r, o, row, "%s har en opgave, hvis klasse ikke findes",
				   "%s has a task whose class is not there", name);
		else if (!class->is_active)
			rules_tell(r, o, row, "%s har opgaven %s, som er udløbet",
				   "%s has the task %s, which has expired", name,
				   rules_name(r, class));
		else if (!is_published(class))
			rules_tell(r, o, row, "%s har opgaven %s, som ikke er publiceret",
				   "%s has the task %s, which is not published", name,
				   rules_name(r, class));
		else if (!is_of_kle(class))
			rules_tell(r, o, row, "%s har opgaven %s, som ikke er KLE",
				   "%s has the task %s, which is not of KLE", name,
				   rules_name(r, class));
	}
}

static void
each_with_tasks(struct rules_run *r,
		void (*fn)(struct rules_run *r, const struct picture_object *o, size_t row))
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL)
		fn(r, o, ENHED_OPGAVER);
	at = 0;
	while ((o = next_function(r, &at)) != NULL)
		fn(r, o, FUNKTION_OPGAVER);
}

void
rule_tasks(struct rules_run *r)
{
	each_with_tasks(r, check_tasks);
}

/* classes above classes; a subject plan has three levels */
#define LEVELS 10

static void
check_tasks_twice(struct rules_run *r, const struct picture_object *o, size_t row)
{
	const struct picture_object *class, *above;
	const struct oio_item *it;
	size_t at = 0, up, n;

	BUG_ON(!oio_field_by_name(&type_klasse_6, "OverordnetKlasse", &up));
	while ((it = picture_item(o, row, &at)) != NULL) {
		class = picture_target(r->p, o->type, it);
		above = class ? picture_named(r->p, class, up) : NULL;
		for (n = 0; above && n < LEVELS; n++) {
			if (picture_has(o, row, above->uuid)) {
				rules_tell(r, o, row, "%s har både %s og %s, som dækker den",
					   "%s has both %s and %s, which covers it",
					   rules_name(r, o), rules_name(r, class),
					   rules_name(r, above));
				break;
			}
			above = picture_named(r->p, above, up);
		}
	}
}

void
rule_tasks_twice(struct rules_run *r)
{
	each_with_tasks(r, check_tasks_twice);
}

/* ---- units that others rely on ---- */

static int
cmp_uuids(const void *a, const void *b)
{
	return uuid_cmp(*(const struct uuid *)a, *(const struct uuid *)b);
}

/* Contact places and paying units that the unit serves or uses, in a picture. */
static size_t
relied_on(const struct picture *p, const struct picture_object *unit)
{
	size_t count, n = 0;
	const struct picture_link *link = picture_naming(p, unit, &count);

	for (size_t i = 0; i < count; i++)
		n += link[i].from->is_active &&
		     (picture_is_function(link[i].from, KLASSE_FUNKTION_HENVENDELSESSTED) ||
		      picture_is_function(link[i].from, KLASSE_FUNKTION_UDBETALENDE_ENHED));
	return n;
}

void
rule_used(struct rules_run *r)
{
	const struct picture *from = r->q->before ? r->q->before : r->p;
	size_t count, functions;
	const struct picture_object *unit = picture_kind(from, &type_organisationenhed, &count);
	const struct picture_object *now;
	bool is_limit;

	for (size_t i = 0; i < count; i++) {
		now = picture_find(r->p, unit[i].type, unit[i].uuid);
		if ((now && now->is_active) || (r->q->before && !unit[i].is_active))
			continue;
		is_limit = r->q->used_count > 0 &&
			   bsearch(&unit[i].uuid, r->q->used, r->q->used_count,
				   sizeof(*r->q->used), cmp_uuids);
		functions = r->q->before ? relied_on(from, &unit[i]) : 0;
		if (is_limit)
			rules_tell(r, now ? now : &unit[i], RULE_NO_FIELD,
				   "Enheden %s er ikke aktiv, men jobfunktionsroller er "
				   "afgrænset til den",
				   "The unit %s is not active, but job roles are limited to it",
				   rules_name(r, &unit[i]));
		if (functions > 0)
			rules_tell(r, now ? now : &unit[i], RULE_NO_FIELD,
				   "Enheden %s forsvinder, men %zu henvendelsessteder og "
				   "udbetalinger bruger den",
				   "The unit %s disappears, but %zu contact places and paying "
				   "units use it",
				   rules_name(r, &unit[i]), functions);
	}
}
