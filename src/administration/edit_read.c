/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From "EnhedNavn=Borgerservice" to content: names are those of the schema; a text changes the
 * record that holds then, whose other texts stay. Refuses names that the kind does not have,
 * and references that name nothing it can tell.
 */
#include "administration/edit.h"

#include <string.h>
#include "klassifikation/types_6.h"
#include "organisation/wellknown.h"
#include "registry/append.h"

struct settings {
	struct editing *x;
	const struct oio_type *t;
	const struct folded *now;
	struct oio_content *begins, *ends;
	struct oio_slot *slots; /* of the new Egenskab; NULL: none yet */
};

static struct virkning
period(const struct settings *s)
{
	return (struct virkning){.fra = s->x->f->fra, .til = s->x->f->til};
}

static struct oio_item *
add(const struct settings *s, struct oio_content *to, enum oio_part part, size_t field)
{
	struct oio_item *i = &to->items[to->count];

	*i = (struct oio_item){
		.v = period(s), .part = part, .field = field, .seq = to->count++};
	return i;
}

/* ---- texts ---- */

/* The record that holds on the day, to be changed; empty if there is none. */
static struct oio_slot *
slots_of(struct settings *s)
{
	struct oio_range row = oio_part_range(s->t, OIO_ATTRIBUT);
	struct oio_slot *slots;

	if (s->slots)
		return s->slots;
	s->slots = slots = ARENA_NEW_N(s->x->f->a, row.end, struct oio_slot);
	for (size_t i = 0; i < s->now->content.count; i++) {
		const struct oio_item *it = &s->now->content.items[i];

		if (it->part == OIO_ATTRIBUT && it->v.fra <= s->x->day && s->x->day < it->v.til)
			memcpy(slots, it->u.egenskab, row.end * sizeof(*slots));
	}
	add(s, s->begins, OIO_ATTRIBUT, 0)->u.egenskab = slots;
	return slots;
}

static bool
set_text(struct settings *s, size_t field, struct str value, struct err *e)
{
	struct oio_slot *slot = &slots_of(s)[field];
	struct str *texts;

	switch (s->t->fields[field].value) {
	case OIO_TEXT:
		*slot = (struct oio_slot){.tag = value.len > 0 ? OIO_TEXT : 0, .u.text = value};
		return true;
	case OIO_TEXTS:
		texts = ARENA_NEW_N(s->x->f->a, 1, struct str);
		texts[0] = value;
		*slot = (struct oio_slot){
			.tag = value.len > 0 ? OIO_TEXTS : 0, .count = 1, .u.texts = texts};
		return true;
	default:
		return editing_refuse(s->x, e, "%s kan ikke rettes her",
				      s->t->fields[field].name);
	}
}

/* ---- states ---- */

static bool
set_state(struct settings *s, size_t field, struct str value, struct err *e)
{
	const struct oio_field *f = &s->t->fields[field];
	struct oio_item *i;
	bool is_validity = f->value == OIO_GYLDIGHED;
	bool yes = str_eq_c(value, is_validity ? "Aktiv" : "true");

	if (!yes && !str_eq_c(value, is_validity ? "Inaktiv" : "false"))
		return editing_refuse(s->x, e, "%s skal være %s; »" STR_FMT "« er ingen af dem",
				      f->name,
				      is_validity ? "Aktiv eller Inaktiv" : "true eller false",
				      STR_ARG(value));
	i = add(s, s->begins, OIO_TILSTAND, field);
	i->u.tilstand =
		(struct oio_slot){.tag = f->value, .flag = yes, .flag_given = !is_validity};
	return true;
}

/* ---- relations ---- */

static bool
find_klasse(struct settings *s, struct str key, struct uuid *out, bool *found, struct err *e)
{
	const struct desk *d = s->x->f->desk;
	struct arena *a = s->x->f->a;
	struct object_test test;
	const struct object_criterion criterion = {OBJECT_ALL_IN_ONE, &test, 1};
	struct object_query q = {.kind = type_klasse_6.id,
				 .owners = {d->cvr, d->operator_cvr},
				 .owner_count = str_is_set(d->operator_cvr) ? 2 : 1,
				 .criteria = &criterion,
				 .criterion_count = 1,
				 .states = 1u << LIV_OPSTAAET | 1u << LIV_IMPORTERET,
				 .limit = 1};
	struct object_rows rows;

	if (str_is_set(d->operator_cvr) && str_eq(d->operator_cvr, d->cvr))
		q.owner_count = 1;
	append_test_text(&type_klasse_6, 0, key, a, &test);
	test.from = s->x->day;
	test.to = s->x->day + 1;
	if (!objects_find(tx_reading(s->x->tx), &q, a, &rows, e))
		return false;
	*found = rows.count > 0;
	if (*found)
		*out = rows.at[0].uuid;
	return true;
}

static enum wellknown_group
role_group(const struct oio_type *t)
{
	return t == &type_bruger                 ? WELLKNOWN_BRUGER_ROLLE
	       : t == &type_organisationfunktion ? WELLKNOWN_FUNKTION_ROLLE
						 : WELLKNOWN_ENHED_ROLLE;
}

/* Names of classes that stand for a relation's values; false: none. */
static bool
named_klasse(const struct settings *s, const char *relation, struct str name, struct uuid *out)
{
	static const struct {
		const char *relation;
		enum wellknown_group group;
	} groups[] = {
		{"Funktionstype", WELLKNOWN_FUNKTIONSTYPE},
		{"Enhedstype", WELLKNOWN_ENHEDSTYPE},
		{"BrugerTyper", WELLKNOWN_BRUGERTYPE},
	};
	enum wellknown which;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if (strcmp(groups[i].relation, relation) == 0 &&
		    wellknown_find_name(groups[i].group, name, &which)) {
			*out = wellknown[which].uuid;
			return true;
		}
	return false;
}

static bool
read_ref(struct settings *s, size_t field, struct str value, struct oio_ref *out, struct err *e)
{
	const struct oio_field *f = &s->t->fields[field];
	bool found = false;
	struct uuid u;

	if (uuid_parse(value, &u) || named_klasse(s, f->name, value, &u)) {
		*out = ref_of_uuid(u);
		return true;
	}
	if (str_has_prefix(value, STR("urn:"))) {
		*out = ref_of_urn(value);
		return true;
	}
	if (strcmp(f->target, "Klasse") == 0 && !find_klasse(s, value, &u, &found, e))
		return false;
	if (!found)
		return editing_refuse(s->x, e,
				      "%s: »" STR_FMT "« er hverken en UUID, en URN eller "
				      "nøglen til en klasse",
				      f->name, STR_ARG(value));
	*out = ref_of_uuid(u);
	return true;
}

static bool
read_role(struct settings *s, size_t field, struct str text, struct oio_ref *out, struct err *e)
{
	enum wellknown which;
	struct uuid u;

	if (wellknown_find_name(role_group(s->t), text, &which))
		u = wellknown[which].uuid;
	else if (!uuid_parse(text, &u))
		return editing_refuse(s->x, e,
				      "%s: »" STR_FMT "« er hverken en UUID eller en "
				      "kendt rolle",
				      s->t->fields[field].name, STR_ARG(text));
	*out = ref_of_uuid(u);
	return true;
}

/* What a role and type are when nothing is said. */
static void
usual_roles(const struct settings *s, size_t field, struct oio_item *i)
{
	bool is_task = strcmp(s->t->fields[field].name, "Opgaver") == 0;
	enum wellknown type = is_task                              ? KLASSE_OPGAVE_TYPE_KLASSE
			      : s->t == &type_bruger               ? KLASSE_TYPE_BRUGER
			      : s->t == &type_organisationfunktion ? KLASSE_TYPE_FUNKTION
								   : KLASSE_TYPE_ENHED;

	if (is_task)
		i->u.relation.rolle.ref = ref_of_uuid(wellknown[KLASSE_OPGAVE_ANSVARLIG].uuid);
	i->u.relation.type.ref = ref_of_uuid(wellknown[type].uuid);
	i->u.relation.indeks = STR("1");
}

/* UUID/ROLLE/TYPE */
static bool
read_relation(struct settings *s, size_t field, struct str value, struct oio_item *i,
	      struct err *e)
{
	struct str head, rest, role, type;

	if (s->t->fields[field].value != OIO_ROLE_REF)
		return read_ref(s, field, value, &i->u.relation.ref, e);
	str_cut(value, '/', &head, &rest);
	str_cut(rest, '/', &role, &type);
	usual_roles(s, field, i);
	if (!read_ref(s, field, head, &i->u.relation.ref, e) ||
	    (!str_is_empty(role) && !read_role(s, field, role, &i->u.relation.rolle.ref, e)) ||
	    (!str_is_empty(type) && !read_role(s, field, type, &i->u.relation.type.ref, e)))
		return false;
	return ref_is_set(&i->u.relation.rolle.ref) ||
	       editing_refuse(s->x, e, "%s: skriv rollen efter en skråstreg: UUID/email",
			      s->t->fields[field].name);
}

/* Everything of the row that holds on the day or later. */
static void
end_row(struct settings *s, size_t field)
{
	for (size_t i = 0; i < s->now->content.count; i++) {
		const struct oio_item *it = &s->now->content.items[i];

		if (it->part == OIO_RELATION && it->field == field && it->v.til > s->x->day)
			s->ends->items[s->ends->count++] = *it;
	}
}

static bool
set_relation(struct settings *s, size_t field, const struct edit_setting *set, struct err *e)
{
	struct oio_item *i;

	if (set->value.len == 0) {
		end_row(s, field);
		return true;
	}
	i = add(s, set->is_end ? s->ends : s->begins, OIO_RELATION, field);
	return read_relation(s, field, set->value, i, e);
}

/* ---- all of them ---- */

static bool
set_one(struct settings *s, const struct edit_setting *set, struct err *e)
{
	char name[64];
	size_t field;

	if (set->name.len >= sizeof(name))
		return editing_refuse(s->x, e, "%s har intet felt af det navn", s->t->name);
	memcpy(name, set->name.ptr, set->name.len);
	name[set->name.len] = '\0';
	if (!oio_field_by_name(s->t, name, &field))
		return editing_refuse(s->x, e, "%s har intet felt %s", s->t->name, name);
	if (set->is_end && s->t->fields[field].part != OIO_RELATION)
		return editing_refuse(s->x, e, "%s er ingen relation", name);
	switch (s->t->fields[field].part) {
	case OIO_ATTRIBUT:
		return set_text(s, field, set->value, e);
	case OIO_TILSTAND:
		return set_state(s, field, set->value, e);
	case OIO_RELATION:
		return set_relation(s, field, set, e);
	}
	return false;
}

static struct str
cut_to_chars(struct str s, size_t chars)
{
	size_t len = 0;

	for (size_t n = 0; len < s.len; len++)
		if (((unsigned char)s.ptr[len] & 0xc0) != 0x80 && n++ == chars)
			break;
	return str_of(s.ptr, len);
}

/* [organisation 2.3] the key is the name, as far as there is room */
static void
usual_key(struct settings *s)
{
	struct oio_range row = oio_part_range(s->t, OIO_ATTRIBUT);

	if (!s->t->needs_key || !s->slots || s->slots[0].tag != 0)
		return;
	for (size_t i = row.first + 1; i < row.end; i++)
		if (s->slots[i].tag == OIO_TEXT &&
		    str_has_suffix(str_from(s->t->fields[i].name), STR("Navn"))) {
			s->slots[0] = (struct oio_slot){
				.tag = OIO_TEXT,
				.u.text = cut_to_chars(s->slots[i].u.text,
						       s->t->fields[0].max_chars)};
			return;
		}
}

static void
usual_state(struct settings *s)
{
	struct oio_range rows = oio_part_range(s->t, OIO_TILSTAND);

	if (rows.first == rows.end || s->t->fields[rows.first].value != OIO_GYLDIGHED)
		return;
	for (size_t i = 0; i < s->begins->count; i++)
		if (s->begins->items[i].part == OIO_TILSTAND)
			return;
	add(s, s->begins, OIO_TILSTAND, rows.first)->u.tilstand =
		(struct oio_slot){.tag = OIO_GYLDIGHED, .flag = true};
}

bool
editing_read(struct editing *x, const struct oio_type *t, const struct folded *now,
	     const struct edit_setting *settings, size_t count, struct oio_content *begins,
	     struct oio_content *ends, struct err *e)
{
	struct settings s = {.x = x, .t = t, .now = now, .begins = begins, .ends = ends};

	*begins =
		(struct oio_content){.items = ARENA_NEW_N(x->f->a, count + 2, struct oio_item)};
	*ends = (struct oio_content){
		.items = ARENA_NEW_N(x->f->a, count + now->content.count + 1, struct oio_item)};
	for (size_t i = 0; i < count; i++)
		if (!set_one(&s, &settings[i], e))
			return false;
	if (now->livscyklus == LIV_NONE) {
		usual_key(&s);
		usual_state(&s);
	}
	object_sort(begins);
	object_sort(ends);
	return true;
}
