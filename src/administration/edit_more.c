/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people do in one step and the model holds in several objects: who leads a unit, and an
 * address in its role.
 * Source: contract of Organisation, 2.8 and 6 ("Patterns").
 */
#include "administration/edit.h"

#include <string.h>
#include "organisation/wellknown.h"
#include "registry/append.h"

static size_t
row_of(const struct oio_type *t, const char *name)
{
	size_t field;

	BUG_ON(!oio_field_by_name(t, name, &field));
	return field;
}

/* Does the object say so on the day or later? */
static const struct oio_item *
says(const struct editing *x, const struct folded *f, size_t field, struct uuid u)
{
	for (size_t i = 0; i < f->content.count; i++) {
		const struct oio_item *it = &f->content.items[i];

		if (it->part == OIO_RELATION && it->field == field && it->v.til > x->day &&
		    it->u.relation.ref.is_uuid && uuid_eq(it->u.relation.ref.uuid, u))
			return it;
	}
	return NULL;
}

static struct oio_item
relation(const struct editing *x, const struct oio_type *t, const char *name, struct uuid to)
{
	return (struct oio_item){.v = {.fra = x->f->fra, .til = x->f->til},
				 .part = OIO_RELATION,
				 .field = row_of(t, name),
				 .u.relation.ref = ref_of_uuid(to)};
}

/* ---- leaders ---- */

struct leading {
	struct editing *x;
	struct uuid unit, user;
	struct uuid functions[16]; /* that tie a leader to the unit */
	size_t count;
};

/* Is it one that leads the unit? Then it is noted, once. */
static bool
consider(struct leading *l, struct uuid u, struct err *e)
{
	const struct oio_type *t = &type_organisationfunktion;
	struct folded f;

	for (size_t i = 0; i < l->count; i++)
		if (uuid_eq(l->functions[i], u))
			return true;
	if (!editing_look(l->x, t, u, &f, e))
		return false;
	if (f.livscyklus != LIV_OPSTAAET && f.livscyklus != LIV_IMPORTERET)
		return true;
	if (l->count < ARRAY_LEN(l->functions) &&
	    says(l->x, &f, row_of(t, "TilknyttedeEnheder"), l->unit) &&
	    says(l->x, &f, row_of(t, "Funktionstype"),
		 wellknown[KLASSE_FUNKTION_LEDERROLLE].uuid))
		l->functions[l->count++] = u;
	return true;
}

static bool
consider_drafted(const struct draft_edit_row *row, void *arg, struct err *e)
{
	return row->kind != type_organisationfunktion.id || consider(arg, row->uuid, e);
}

static bool
find_functions(struct leading *l, struct err *e)
{
	const struct oio_type *t = &type_organisationfunktion;
	const struct desk *d = l->x->f->desk;
	struct object_test test;
	const struct object_criterion criterion = {OBJECT_ALL_IN_ONE, &test, 1};
	const struct object_query q = {.kind = t->id,
				       .owners = {d->cvr},
				       .owner_count = 1,
				       .criteria = &criterion,
				       .criterion_count = 1,
				       .states = 1u << LIV_OPSTAAET | 1u << LIV_IMPORTERET,
				       .limit = INT64_MAX};
	struct object_rows rows;

	append_test_ref(t, row_of(t, "TilknyttedeEnheder"), l->unit, l->x->f->a, &test);
	test.from = l->x->day;
	test.to = INSTANT_MAX;
	if (!objects_find(tx_reading(l->x->tx), &q, l->x->f->a, &rows, e))
		return false;
	for (size_t i = 0; i < rows.count; i++)
		if (!consider(l, rows.at[i].uuid, e))
			return false;
	return drafts_edits(tx_reading(l->x->tx), l->x->f->draft, NULL, consider_drafted, l, e);
}

/* Other users of the function end; the user begins unless it is there. */
static bool
take_over(struct leading *l, struct uuid function, struct err *e)
{
	const struct oio_type *t = &type_organisationfunktion;
	size_t users = row_of(t, "TilknyttedeBrugere");
	struct oio_item begins = relation(l->x, t, "TilknyttedeBrugere", l->user);
	struct edit edit = {.type = t, .uuid = function, .op = EDIT_AFSLUT};
	struct folded f;

	if (!editing_look(l->x, t, function, &f, e))
		return false;
	edit.content.items = ARENA_NEW_N(l->x->f->a, f.content.count + 1, struct oio_item);
	for (size_t i = 0; i < f.content.count; i++) {
		const struct oio_item *it = &f.content.items[i];

		if (it->part == OIO_RELATION && it->field == users && it->v.til > l->x->day &&
		    !(it->u.relation.ref.is_uuid && uuid_eq(it->u.relation.ref.uuid, l->user)))
			edit.content.items[edit.content.count++] = *it;
	}
	if (edit.content.count > 0 && !editing_put(l->x, &edit, e))
		return false;
	if (says(l->x, &f, users, l->user))
		return true;
	edit.op = EDIT_RET;
	edit.content = (struct oio_content){.items = &begins, .count = 1};
	return editing_put(l->x, &edit, e);
}

static bool
make_function(struct leading *l, const struct folded *unit, struct err *e)
{
	const struct oio_type *t = &type_organisationfunktion;
	struct arena *a = l->x->f->a;
	struct oio_item *items = ARENA_NEW_N(a, 6, struct oio_item);
	struct oio_slot *slots = ARENA_NEW_N(a, t->count, struct oio_slot);
	struct edit edit = {.type = t, .uuid = l->x->f->desk->make_uuid(), .op = EDIT_IMPORTER};
	size_t n = 0, home = row_of(&type_organisationenhed, "Tilhoerer");
	char text[UUID_TEXT_LEN + 1];

	slots[0] =
		(struct oio_slot){.tag = OIO_TEXT,
				  .u.text = arena_printf(a, "Leder " STR_FMT,
							 STR_ARG(uuid_format(l->unit, text)))};
	slots[1] = (struct oio_slot){.tag = OIO_TEXT, .u.text = STR("Leder")};
	items[n++] = (struct oio_item){.v = {.fra = l->x->f->fra, .til = l->x->f->til},
				       .part = OIO_ATTRIBUT,
				       .u.egenskab = slots};
	items[n++] = (struct oio_item){.v = {.fra = l->x->f->fra, .til = l->x->f->til},
				       .part = OIO_TILSTAND,
				       .field = row_of(t, "Gyldighed"),
				       .u.tilstand = {.tag = OIO_GYLDIGHED, .flag = true}};
	items[n++] =
		relation(l->x, t, "Funktionstype", wellknown[KLASSE_FUNKTION_LEDERROLLE].uuid);
	items[n++] = relation(l->x, t, "TilknyttedeEnheder", l->unit);
	items[n++] = relation(l->x, t, "TilknyttedeBrugere", l->user);
	for (size_t i = 0; i < unit->content.count && n < 6; i++) {
		const struct oio_item *it = &unit->content.items[i];

		if (it->part == OIO_RELATION && it->field == home && it->v.til > l->x->day &&
		    it->u.relation.ref.is_uuid)
			items[n++] = relation(l->x, t, "TilknyttedeOrganisationer",
					      it->u.relation.ref.uuid);
	}
	edit.content = (struct oio_content){.items = items, .count = n};
	object_sort(&edit.content);
	return editing_put(l->x, &edit, e);
}

static bool
lead(struct editing *x, void *arg, struct err *e)
{
	struct leading *l = arg;
	struct folded unit, user;

	l->x = x;
	if (!editing_look(x, &type_organisationenhed, l->unit, &unit, e) ||
	    !editing_look(x, &type_bruger, l->user, &user, e))
		return false;
	if (unit.livscyklus == LIV_NONE)
		return editing_refuse(x, e, "OrganisationEnhed findes ikke");
	if (user.livscyklus == LIV_NONE)
		return editing_refuse(x, e, "Bruger findes ikke");
	if (!find_functions(l, e))
		return false;
	if (l->count == 0)
		return make_function(l, &unit, e);
	/* one leads; other functions that said somebody did are closed */
	for (size_t i = 1; i < l->count; i++) {
		struct edit edit = {.type = &type_organisationfunktion,
				    .uuid = l->functions[i],
				    .op = EDIT_NEDLAEG};

		if (!editing_put(x, &edit, e))
			return false;
	}
	return take_over(l, l->functions[0], e);
}

bool
edit_leader(struct edit_frame *f, struct uuid unit, struct uuid user, struct err *e)
{
	struct leading l = {.unit = unit, .user = user};

	return editing_run(f, lead, &l, e);
}

/* ---- addresses ---- */

struct addressing {
	const struct oio_type *type;
	struct uuid uuid;
	struct str role, text;
};

static bool
find_role(struct editing *x, const struct addressing *d, struct uuid *role,
	  enum wellknown *type, struct err *e)
{
	static const struct {
		const struct oio_type *type;
		enum wellknown_group group;
		enum wellknown klasse;
	} kinds[] = {
		{&type_organisationenhed, WELLKNOWN_ENHED_ROLLE, KLASSE_TYPE_ENHED},
		{&type_bruger, WELLKNOWN_BRUGER_ROLLE, KLASSE_TYPE_BRUGER},
		{&type_organisationfunktion, WELLKNOWN_FUNKTION_ROLLE, KLASSE_TYPE_FUNKTION},
	};
	enum wellknown which;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].type != d->type)
			continue;
		*type = kinds[i].klasse;
		if (uuid_parse(d->role, role))
			return true;
		if (!wellknown_find_name(kinds[i].group, d->role, &which))
			return editing_refuse(x, e,
					      "»" STR_FMT "« er ingen adresserolle for %s",
					      STR_ARG(d->role), d->type->name);
		*role = wellknown[which].uuid;
		return true;
	}
	return editing_refuse(x, e, "%s har ingen adresser her", d->type->name);
}

static bool
make_address(struct editing *x, struct str text, struct uuid *out, struct err *e)
{
	struct oio_slot *slots = ARENA_NEW_N(x->f->a, type_adresse.count, struct oio_slot);
	struct oio_item item = {.v = {.fra = x->f->fra, .til = x->f->til},
				.part = OIO_ATTRIBUT,
				.u.egenskab = slots};
	struct edit edit = {.type = &type_adresse,
			    .uuid = x->f->desk->make_uuid(),
			    .op = EDIT_IMPORTER,
			    .content = {.items = &item, .count = 1}};
	size_t len = text.len < type_adresse.fields[0].max_chars
			     ? text.len
			     : type_adresse.fields[0].max_chars;

	/* whole characters: a byte that goes on a character is none to end before */
	while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	slots[0] = (struct oio_slot){.tag = OIO_TEXT, .u.text = str_of(text.ptr, len)};
	slots[row_of(&type_adresse, "AdresseTekst")] =
		(struct oio_slot){.tag = OIO_TEXT, .u.text = text};
	*out = edit.uuid;
	return editing_put(x, &edit, e);
}

static bool
address(struct editing *x, void *arg, struct err *e)
{
	const struct addressing *d = arg;
	struct edit edit = {.type = d->type, .uuid = d->uuid, .op = EDIT_AFSLUT};
	struct oio_item begins;
	enum wellknown type;
	struct uuid role, to;
	struct folded f;
	size_t field;

	if (!find_role(x, d, &role, &type, e) || !editing_look(x, d->type, d->uuid, &f, e))
		return false;
	field = row_of(d->type, "Adresser");
	edit.content.items = ARENA_NEW_N(x->f->a, f.content.count + 1, struct oio_item);
	for (size_t i = 0; i < f.content.count; i++) {
		const struct oio_item *it = &f.content.items[i];
		const struct oio_ref *r = &it->u.relation.rolle.ref;

		if (it->part == OIO_RELATION && it->field == field && it->v.til > x->day &&
		    r->is_uuid && uuid_eq(r->uuid, role))
			edit.content.items[edit.content.count++] = *it;
	}
	if (edit.content.count > 0 && !editing_put(x, &edit, e))
		return false;
	if (str_is_empty(str_trim(d->text)))
		return true;
	if (!make_address(x, d->text, &to, e))
		return false;
	begins = relation(x, d->type, "Adresser", to);
	begins.u.relation.rolle.ref = ref_of_uuid(role);
	begins.u.relation.type.ref = ref_of_uuid(wellknown[type].uuid);
	begins.u.relation.indeks = STR("1");
	edit.op = EDIT_RET;
	edit.content = (struct oio_content){.items = &begins, .count = 1};
	return editing_put(x, &edit, e);
}

bool
edit_address(struct edit_frame *f, const struct oio_type *t, struct uuid uuid, struct str role,
	     struct str text, struct err *e)
{
	struct addressing d = {t, uuid, role, text};

	return editing_run(f, address, &d, e);
}
