/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparing and ordering what an object says. No time is changed here and nothing is dropped.
 * Source: contract of Organisation, 1.5 and 3.4; order by O1 of the resolutions.
 */
#include "registry/object.h"

#include <stdlib.h>
#include <string.h>

const char *const livscyklus_name[LIV_COUNT] = {
	[LIV_NONE] = "",
	[LIV_OPSTAAET] = "Opstaaet",
	[LIV_IMPORTERET] = "Importeret",
	[LIV_PASSIVERET] = "Passiveret",
	[LIV_SLETTET] = "Slettet",
};

const char *const aktoer_type_name[AKTOER_COUNT] = {
	[AKTOER_NONE] = "",
	[AKTOER_ORGANISATION] = "Organisation",
	[AKTOER_ORGANISATIONENHED] = "OrganisationEnhed",
	[AKTOER_ORGANISATIONFUNKTION] = "OrganisationFunktion",
	[AKTOER_BRUGER] = "Bruger",
	[AKTOER_ITSYSTEM] = "ItSystem",
	[AKTOER_INTERESSEFAELLESSKAB] = "Interessefaellesskab",
};

struct oio_ref
ref_of_uuid(struct uuid u)
{
	return (struct oio_ref){.form = REF_UUID, .is_uuid = true, .uuid = u};
}

struct oio_ref
ref_of_urn(struct str urn)
{
	struct oio_ref r = {.form = REF_URN, .urn = urn};

	r.is_uuid = uuid_parse(urn, &r.uuid);
	return r;
}

bool
ref_is_set(const struct oio_ref *r)
{
	return r->form != REF_NONE;
}

int
ref_cmp(const struct oio_ref *a, const struct oio_ref *b)
{
	if (ref_is_set(a) != ref_is_set(b))
		return ref_is_set(a) ? 1 : -1;
	if (!ref_is_set(a))
		return 0;
	if (a->is_uuid != b->is_uuid)
		return a->is_uuid ? -1 : 1;
	return a->is_uuid ? uuid_cmp(a->uuid, b->uuid) : str_cmp(a->urn, b->urn);
}

bool
ref_eq(const struct oio_ref *a, const struct oio_ref *b)
{
	return ref_cmp(a, b) == 0;
}

struct str
egenskab_text(const struct oio_type *t, const struct oio_item *i, size_t field)
{
	const struct oio_slot *s;

	BUG_ON(i->part != OIO_ATTRIBUT || field >= t->count);
	BUG_ON(t->fields[field].value != OIO_TEXT);
	s = &i->u.egenskab[field];
	return s->tag == OIO_TEXT ? s->u.text : STR_NONE;
}

bool
slot_eq(const struct oio_slot *a, const struct oio_slot *b)
{
	size_t i;

	if (a->tag != b->tag || a->count != b->count)
		return false;
	switch (a->tag) {
	case OIO_TEXT:
		return str_eq(a->u.text, b->u.text);
	case OIO_TEXTS:
		for (i = 0; i < a->count; i++)
			if (!str_eq(a->u.texts[i], b->u.texts[i]))
				return false;
		return true;
	case OIO_SOEGEORD:
		for (i = 0; i < a->count; i++)
			if (!str_eq(a->u.words[i].identifikator, b->u.words[i].identifikator) ||
			    !str_eq(a->u.words[i].beskrivelse, b->u.words[i].beskrivelse) ||
			    !str_eq(a->u.words[i].kategori, b->u.words[i].kategori))
				return false;
		return true;
	case OIO_GYLDIGHED:
	case OIO_PUBLICERET:
		return a->flag == b->flag && a->flag_given == b->flag_given;
	case OIO_REF:
	case OIO_ROLE_REF:
		break;
	}
	return true;
}

bool
item_same(const struct oio_type *t, const struct oio_item *a, const struct oio_item *b)
{
	struct oio_range r;
	size_t i;

	if (a->part != b->part || a->field != b->field)
		return false;
	switch (a->part) {
	case OIO_ATTRIBUT:
		r = oio_part_range(t, OIO_ATTRIBUT);
		for (i = r.first; i < r.end; i++)
			if (!slot_eq(&a->u.egenskab[i], &b->u.egenskab[i]))
				return false;
		return true;
	case OIO_TILSTAND:
		return slot_eq(&a->u.tilstand, &b->u.tilstand);
	case OIO_RELATION:
		break;
	}
	return ref_eq(&a->u.relation.ref, &b->u.relation.ref) &&
	       ref_eq(&a->u.relation.rolle.ref, &b->u.relation.rolle.ref) &&
	       ref_eq(&a->u.relation.type.ref, &b->u.relation.type.ref);
}

static int
instant_cmp(instant a, instant b)
{
	return a < b ? -1 : a > b;
}

static int
relation_cmp(const struct oio_item *a, const struct oio_item *b)
{
	int d = str_cmp(a->u.relation.indeks, b->u.relation.indeks);

	if (d == 0)
		d = ref_cmp(&a->u.relation.ref, &b->u.relation.ref);
	if (d == 0)
		d = ref_cmp(&a->u.relation.rolle.ref, &b->u.relation.rolle.ref);
	if (d == 0)
		d = ref_cmp(&a->u.relation.type.ref, &b->u.relation.type.ref);
	return d;
}

static int
item_cmp(const void *pa, const void *pb)
{
	const struct oio_item *a = pa, *b = pb;
	int d;

	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	d = instant_cmp(a->v.fra, b->v.fra);
	if (d == 0 && a->part == OIO_RELATION)
		d = relation_cmp(a, b);
	if (d == 0)
		d = instant_cmp(a->v.til, b->v.til);
	if (d == 0)
		d = a->seq < b->seq ? -1 : a->seq > b->seq;
	return d;
}

void
object_sort(struct oio_content *c)
{
	size_t i;

	if (c->count > 1)
		qsort(c->items, c->count, sizeof(*c->items), item_cmp);
	for (i = 0; i < c->count; i++)
		c->items[i].seq = i;
}

bool
virkning_overlaps(const struct virkning *v, instant fra, instant til)
{
	return v->fra < til && v->til > fra;
}
