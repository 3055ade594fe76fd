/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an object to XML: the table's order and namespaces, both ends of every Virkning, open
 * ends as GraenseIndikator, times in milliseconds with Danish offset. Refuses nothing; what is
 * not to be shown has been taken out before (view.h).
 * Source: contract of Organisation, R2, R4 and 1.4.
 */
#include "registry/codec.h"

#include <string.h>
#include "xml/names.h"

static const char *
prefix_of(const struct encoder *x, struct str ns)
{
	if (str_eq(ns, NS_SAGDOK))
		return PREFIX_SD;
	if (str_eq(ns, x->type->ns))
		return PREFIX_OBJECT;
	return str_eq(ns, NS_STS) ? PREFIX_STS : PREFIX_FAELLES;
}

static void
open_object(struct encoder *x, const char *local)
{
	xml_out_open(x->out, PREFIX_OBJECT, x->type->ns, local);
}

static void
open_sd(struct encoder *x, const char *local)
{
	xml_out_open(x->out, PREFIX_SD, NS_SAGDOK, local);
}

static void
leaf_sd(struct encoder *x, const char *local, struct str text)
{
	xml_out_leaf(x->out, PREFIX_SD, NS_SAGDOK, local, text);
}

static void
leaf_sd_if(struct encoder *x, const char *local, struct str text)
{
	if (str_is_set(text))
		leaf_sd(x, local, text);
}

/* Most times of an object are the same one. */
static struct str
time_text(struct encoder *x, instant t)
{
	if (x->last_len == 0 || x->last_at != t) {
		x->last_len = time_format_local(t, x->last_text).len;
		x->last_at = t;
	}
	return str_of(x->last_text, x->last_len);
}

static void
encode_tidspunkt(struct encoder *x, const char *local, instant t, instant open)
{
	open_sd(x, local);
	if (t == open)
		leaf_sd(x, "GraenseIndikator", STR("true"));
	else
		leaf_sd(x, "TidsstempelDatoTid", time_text(x, t));
	xml_out_close(x->out);
}

static void
encode_ref_body(struct encoder *x, const struct oio_ref *r)
{
	char text[UUID_TEXT_LEN + 1];

	if (r->form == REF_UUID)
		leaf_sd(x, "UUIDIdentifikator", uuid_format(r->uuid, text));
	else
		leaf_sd(x, "URNIdentifikator", r->urn);
}

static void
encode_ref(struct encoder *x, const char *local, const struct oio_ref *r)
{
	if (!ref_is_set(r))
		return;
	open_sd(x, local);
	encode_ref_body(x, r);
	xml_out_close(x->out);
}

static void
encode_role(struct encoder *x, const char *local, const struct oio_role *r)
{
	struct str label = r->label, resolved;

	if (!ref_is_set(&r->ref))
		return;
	open_sd(x, local);
	encode_ref_body(x, &r->ref);
	if (x->label && r->ref.is_uuid) {
		resolved = x->label(x->label_state, r->ref.uuid, x->a);
		if (str_is_set(resolved))
			label = resolved;
	}
	leaf_sd_if(x, "Label", label);
	xml_out_close(x->out);
}

static void
encode_virkning(struct encoder *x, const struct virkning *v)
{
	open_sd(x, "Virkning");
	encode_tidspunkt(x, "FraTidspunkt", v->fra, INSTANT_MIN);
	encode_tidspunkt(x, "TilTidspunkt", v->til, INSTANT_MAX);
	encode_ref(x, "AktoerRef", &v->aktoer);
	if (v->aktoer_type != AKTOER_NONE)
		leaf_sd(x, "AktoerTypeKode", str_from(aktoer_type_name[v->aktoer_type]));
	leaf_sd_if(x, "NoteTekst", v->note);
	xml_out_close(x->out);
}

static void
encode_slot(struct encoder *x, const struct oio_field *f, const struct oio_slot *s)
{
	const char *prefix = prefix_of(x, f->ns);
	size_t i;

	switch (s->tag) {
	case OIO_TEXT:
		xml_out_leaf(x->out, prefix, f->ns, f->name, s->u.text);
		break;
	case OIO_TEXTS:
		for (i = 0; i < s->count; i++)
			xml_out_leaf(x->out, prefix, f->ns, f->name, s->u.texts[i]);
		break;
	case OIO_SOEGEORD:
		for (i = 0; i < s->count; i++) {
			xml_out_open(x->out, prefix, f->ns, f->name);
			leaf_sd_if(x, "SoegeordIdentifikator", s->u.words[i].identifikator);
			leaf_sd_if(x, "BeskrivelseTekst", s->u.words[i].beskrivelse);
			leaf_sd_if(x, "SoegeordKategoriTekst", s->u.words[i].kategori);
			xml_out_close(x->out);
		}
		break;
	case OIO_GYLDIGHED:
		xml_out_leaf(x->out, PREFIX_FAELLES, NS_ORGFAELLES, "GyldighedStatusKode",
			     s->flag ? STR("Aktiv") : STR("Inaktiv"));
		break;
	case OIO_PUBLICERET:
		if (s->flag_given)
			leaf_sd(x, "ErPubliceretIndikator",
				s->flag ? STR("true") : STR("false"));
		break;
	case OIO_REF:
	case OIO_ROLE_REF:
		break;
	}
}

static void
encode_item(struct encoder *x, const struct oio_item *i)
{
	struct oio_range row = oio_part_range(x->type, OIO_ATTRIBUT);
	const struct oio_field *f = &x->type->fields[i->field];
	size_t k;

	if (i->part == OIO_ATTRIBUT)
		open_object(x, "Egenskab");
	else
		xml_out_open(x->out, prefix_of(x, f->ns), f->ns, f->name);
	encode_virkning(x, &i->v);
	switch (i->part) {
	case OIO_ATTRIBUT:
		for (k = row.first; k < row.end; k++)
			encode_slot(x, &x->type->fields[k], &i->u.egenskab[k]);
		break;
	case OIO_TILSTAND:
		encode_slot(x, f, &i->u.tilstand);
		break;
	case OIO_RELATION:
		encode_ref(x, "ReferenceID", &i->u.relation.ref);
		if (f->value == OIO_ROLE_REF) {
			encode_role(x, "Rolle", &i->u.relation.rolle);
			encode_role(x, "Type", &i->u.relation.type);
			leaf_sd_if(x, "Indeks", i->u.relation.indeks);
		}
		break;
	}
	xml_out_close(x->out);
}

void
encode_registrering(struct encoder *x, const struct registrering *r)
{
	static const char *const names[LIST_COUNT] = {"AttributListe", "TilstandListe",
						      "RelationListe"};
	static const enum oio_part parts[LIST_COUNT] = {OIO_ATTRIBUT, OIO_TILSTAND,
							OIO_RELATION};
	size_t i = 0, list;

	open_object(x, "Registrering");
	leaf_sd_if(x, "NoteTekst", r->note);
	leaf_sd(x, "Tidspunkt", time_text(x, r->at));
	if (r->livscyklus != LIV_NONE)
		leaf_sd(x, "LivscyklusKode", str_from(livscyklus_name[r->livscyklus]));
	encode_ref(x, "BrugerRef", &r->bruger);
	for (list = 0; list < LIST_COUNT; list++) {
		open_object(x, names[list]);
		for (; i < r->content.count && r->content.items[i].part == parts[list]; i++)
			encode_item(x, &r->content.items[i]);
		if (str_is_set(r->content.extension[list]))
			xml_out_raw(x->out, r->content.extension[list]);
		xml_out_close(x->out);
	}
	xml_out_close(x->out);
}

void
encode_snapshot(struct encoder *x, struct uuid uuid, const struct registrering *r, size_t count)
{
	char text[UUID_TEXT_LEN + 1];
	size_t i;

	open_object(x, "ObjektType");
	leaf_sd(x, "UUIDIdentifikator", uuid_format(uuid, text));
	xml_out_close(x->out);
	for (i = 0; i < count; i++)
		encode_registrering(x, &r[i]);
}

void
encode_besked(struct encoder *x, struct uuid uuid, const struct registrering *r)
{
	struct oio_ref self = {.form = REF_UUID, .is_uuid = true, .uuid = uuid};

	xml_out_apex(x->out, PREFIX_OBJECT, x->type->ns, "RegistreringBesked");
	if (x->type->event_has_id)
		open_object(x, "ObjektID");
	encode_ref_body(x, &self);
	if (x->type->event_has_id)
		xml_out_close(x->out);
	encode_registrering(x, r);
	xml_out_close(x->out);
}
