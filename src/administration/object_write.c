/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO objects as lines of JSON, to the byte: members in the order of the schema, every Virkning
 * with both its ends, local time. Leaves out what is empty.
 * Source: contract of administration, 4.7.3; of Organisation, R4 and 1.4.
 */
#include "administration/object_json.h"
#include "base/json.h"

static void
put_unik_id(json_t *to, const char *name, const struct oio_ref *ref, struct str label)
{
	char text[UUID_TEXT_LEN + 1];
	json_t *v;

	if (!ref_is_set(ref))
		return;
	v = json_object();
	if (ref->form == REF_URN)
		json_put_text(v, "URNIdentifikator", ref->urn);
	else
		json_put_text(v, "UUIDIdentifikator", uuid_format(ref->uuid, text));
	json_put_text(v, "Label", label);
	(void)json_object_set_new(to, name, v);
}

static void
put_tidspunkt(json_t *to, const char *name, instant t)
{
	char text[TIME_TEXT_MAX];
	json_t *v = json_object();

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		(void)json_object_set_new(v, "GraenseIndikator", json_true());
	else
		json_put_text(v, "TidsstempelDatoTid", time_format_local(t, text));
	(void)json_object_set_new(to, name, v);
}

static void
put_virkning(json_t *to, const struct virkning *v)
{
	json_t *out = json_object();

	put_tidspunkt(out, "FraTidspunkt", v->fra);
	put_tidspunkt(out, "TilTidspunkt", v->til);
	put_unik_id(out, "AktoerRef", &v->aktoer, STR_NONE);
	if (v->aktoer_type != AKTOER_NONE)
		json_put_text(out, "AktoerTypeKode",
			      str_from(aktoer_type_name[v->aktoer_type]));
	json_put_text(out, "NoteTekst", v->note);
	(void)json_object_set_new(to, "Virkning", out);
}

static void
put_slot(json_t *to, const struct oio_field *f, const struct oio_slot *s)
{
	json_t *array;

	if (s->tag == OIO_TEXT)
		json_put_text(to, f->name, s->u.text);
	if (s->tag != OIO_TEXTS)
		return;
	array = json_array();
	for (size_t i = 0; i < s->count; i++)
		(void)json_array_append_new(array,
					    json_stringn(s->u.texts[i].ptr, s->u.texts[i].len));
	(void)json_object_set_new(to, f->name, array);
}

static json_t *
item_of(const struct oio_type *t, const struct oio_item *i)
{
	struct oio_range range = oio_part_range(t, OIO_ATTRIBUT);
	json_t *out = json_object();

	put_virkning(out, &i->v);
	switch (i->part) {
	case OIO_ATTRIBUT:
		for (size_t f = range.first; f < range.end; f++)
			put_slot(out, &t->fields[f], &i->u.egenskab[f]);
		break;
	case OIO_TILSTAND:
		json_put_text(out, "GyldighedStatusKode",
			      i->u.tilstand.flag ? STR("Aktiv") : STR("Inaktiv"));
		break;
	case OIO_RELATION:
		put_unik_id(out, "ReferenceID", &i->u.relation.ref, STR_NONE);
		put_unik_id(out, "Rolle", &i->u.relation.rolle.ref, i->u.relation.rolle.label);
		put_unik_id(out, "Type", &i->u.relation.type.ref, i->u.relation.type.label);
		json_put_text(out, "Indeks", i->u.relation.indeks);
		break;
	}
	return out;
}

static json_t *
list_of(const struct oio_type *t, const struct oio_content *c, enum oio_part part)
{
	static const enum oio_list lists[] = {[OIO_ATTRIBUT] = LIST_ATTRIBUT,
					      [OIO_TILSTAND] = LIST_TILSTAND,
					      [OIO_RELATION] = LIST_RELATION};
	json_t *out = json_object(), *array;

	for (size_t i = 0; i < c->count; i++) {
		const struct oio_item *item = &c->items[i];
		const char *name =
			part == OIO_ATTRIBUT ? "Egenskab" : t->fields[item->field].name;

		if (item->part != part)
			continue;
		array = json_object_get(out, name);
		if (!array) {
			array = json_array();
			(void)json_object_set_new(out, name, array);
		}
		(void)json_array_append_new(array, item_of(t, item));
	}
	json_put_text(out, "LokalUdvidelse", c->extension[lists[part]]);
	return out;
}

void
object_json_write(const struct oio_type *t, struct uuid uuid, const struct registrering *r,
		  struct buf *out)
{
	json_t *v = json_object(), *object = json_object(), *reg = json_object();
	char text[UUID_TEXT_LEN + 1];

	json_put_text(reg, "NoteTekst", r->note);
	if (r->livscyklus != LIV_NONE)
		json_put_text(reg, "LivscyklusKode", str_from(livscyklus_name[r->livscyklus]));
	put_unik_id(reg, "BrugerRef", &r->bruger, STR_NONE);
	(void)json_object_set_new(reg, "AttributListe", list_of(t, &r->content, OIO_ATTRIBUT));
	(void)json_object_set_new(reg, "TilstandListe", list_of(t, &r->content, OIO_TILSTAND));
	(void)json_object_set_new(reg, "RelationListe", list_of(t, &r->content, OIO_RELATION));
	json_put_text(object, "UUIDIdentifikator", uuid_format(uuid, text));
	(void)json_object_set_new(object, "Registrering", reg);
	(void)json_object_set_new(v, t->name, object);
	json_add_to(v, out);
	buf_add_char(out, '\n');
	json_decref(v);
}
