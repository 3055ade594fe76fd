/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO objects between JSON and memory, led by the kind's table. From JSON they go by way of
 * XML, so that one decoder judges both. Refuses members that the schema does not have, and
 * characters that XML cannot carry.
 * Source: contract of Organisation, 1.2–1.6 and 2.3; RFC 8259.
 */
#include "administration/object_json.h"

#include <string.h>

#include "base/json.h"
#include "organisation/types.h"
#include "xml/names.h"
#include "xml/write.h"

struct to_xml {
	const struct oio_type *t;
	struct xml_out *o;
	struct object_fault *f;
};

static bool
fault(struct to_xml *x, const char *field, const char *reason)
{
	x->f->reason = reason;
	(void)snprintf(x->f->field, sizeof(x->f->field), "%s", field);
	return false;
}

const struct oio_type *
object_json_type(const json_t *v)
{
	if (json_object_size(v) != 1)
		return NULL;
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		if (json_object_get(v, organisation_types[i]->name))
			return organisation_types[i];
	return NULL;
}

/* ---- to XML ---- */

/* An object that holds only members of the list. */
static bool
only(struct to_xml *x, const char *where, json_t *v, const char *const *names)
{
	const char *key;
	json_t *member;

	if (!json_is_object(v))
		return fault(x, where, "feltet er ikke et objekt");
	json_object_foreach(v, key, member)
	{
		size_t i;

		for (i = 0; names[i] && strcmp(names[i], key) != 0; i++)
			;
		if (!names[i])
			return fault(x, key, "feltet kendes ikke");
	}
	return true;
}

static bool
is_text(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 && !strchr("\t\n\r", s.ptr[i]))
			return false;
	return true;
}

/* Nothing if it is not there. */
static bool
leaf(struct to_xml *x, struct str ns, const char *name, const json_t *v)
{
	struct str s;

	if (!v)
		return true;
	if (json_is_boolean(v)) {
		xml_out_leaf(x->o, "", ns, name, json_is_true(v) ? STR("true") : STR("false"));
		return true;
	}
	if (!json_is_string(v))
		return fault(x, name, "feltet er ikke en tekst");
	s = str_of(json_string_value(v), json_string_length(v));
	if (!is_text(s))
		return fault(x, name, "teksten indeholder et kontroltegn");
	xml_out_leaf(x->o, "", ns, name, s);
	return true;
}

static bool
sd_leaf(struct to_xml *x, json_t *in, const char *name)
{
	return leaf(x, NS_SAGDOK, name, json_object_get(in, name));
}

/* UnikId; with a label where the schema has one. */
static bool
unik_id(struct to_xml *x, json_t *in, const char *name, bool labelled)
{
	static const char *const names[] = {"UUIDIdentifikator", "URNIdentifikator", NULL};
	static const char *const more[] = {"UUIDIdentifikator", "URNIdentifikator", "Label",
					   NULL};
	json_t *v = json_object_get(in, name);

	if (!v)
		return true;
	if (!only(x, name, v, labelled ? more : names))
		return false;
	xml_out_open(x->o, "", NS_SAGDOK, name);
	if (!sd_leaf(x, v, "UUIDIdentifikator") || !sd_leaf(x, v, "URNIdentifikator") ||
	    !sd_leaf(x, v, "Label"))
		return false;
	xml_out_close(x->o);
	return true;
}

static bool
tidspunkt(struct to_xml *x, json_t *in, const char *name)
{
	static const char *const names[] = {"TidsstempelDatoTid", "GraenseIndikator", NULL};
	json_t *v = json_object_get(in, name);

	if (!v)
		return true;
	if (!only(x, name, v, names))
		return false;
	xml_out_open(x->o, "", NS_SAGDOK, name);
	if (!sd_leaf(x, v, names[0]) || !sd_leaf(x, v, names[1]))
		return false;
	xml_out_close(x->o);
	return true;
}

static bool
virkning(struct to_xml *x, json_t *in)
{
	static const char *const names[] = {"FraTidspunkt",   "TilTidspunkt", "AktoerRef",
					    "AktoerTypeKode", "NoteTekst",    NULL};
	json_t *v = json_object_get(in, "Virkning");

	if (!v)
		return true;
	if (!only(x, "Virkning", v, names))
		return false;
	xml_out_open(x->o, "", NS_SAGDOK, "Virkning");
	if (!tidspunkt(x, v, "FraTidspunkt") || !tidspunkt(x, v, "TilTidspunkt") ||
	    !unik_id(x, v, "AktoerRef", false) || !sd_leaf(x, v, "AktoerTypeKode") ||
	    !sd_leaf(x, v, "NoteTekst"))
		return false;
	xml_out_close(x->o);
	return true;
}

/* An item of any kind: what it may hold, in order. */
static bool
egenskab(struct to_xml *x, const struct oio_field *unused, json_t *v)
{
	struct oio_range range = oio_part_range(x->t, OIO_ATTRIBUT);
	const char *names[OIO_ATTRIBUTES_MAX + 2] = {"Virkning"};

	(void)unused;
	for (size_t i = range.first; i < range.end; i++)
		names[1 + i - range.first] = x->t->fields[i].name;
	if (!only(x, "Egenskab", v, names))
		return false;
	xml_out_open(x->o, "", x->t->ns, "Egenskab");
	if (!virkning(x, v))
		return false;
	for (size_t i = range.first; i < range.end; i++) {
		const struct oio_field *f = &x->t->fields[i];
		json_t *value = json_object_get(v, f->name), *one;
		size_t n;

		if (!json_is_array(value)) {
			if (!leaf(x, f->ns, f->name, value))
				return false;
			continue;
		}
		json_array_foreach(value, n,
				   one) if (!leaf(x, f->ns, f->name, one)) return false;
	}
	xml_out_close(x->o);
	return true;
}

static bool
tilstand(struct to_xml *x, const struct oio_field *f, json_t *v)
{
	static const char *const names[] = {"Virkning", "GyldighedStatusKode", NULL};

	if (!only(x, f->name, v, names))
		return false;
	xml_out_open(x->o, "", f->ns, f->name);
	if (!virkning(x, v) || !leaf(x, f->ns, names[1], json_object_get(v, names[1])))
		return false;
	xml_out_close(x->o);
	return true;
}

static bool
relation(struct to_xml *x, const struct oio_field *f, json_t *v)
{
	static const char *const plain[] = {"Virkning", "ReferenceID", NULL};
	static const char *const roles[] = {"Virkning", "ReferenceID", "Rolle",
					    "Type",     "Indeks",      NULL};

	if (!only(x, f->name, v, f->value == OIO_ROLE_REF ? roles : plain))
		return false;
	xml_out_open(x->o, "", f->ns, f->name);
	if (!virkning(x, v) || !unik_id(x, v, "ReferenceID", true) ||
	    !unik_id(x, v, "Rolle", true) || !unik_id(x, v, "Type", true) ||
	    !sd_leaf(x, v, "Indeks"))
		return false;
	xml_out_close(x->o);
	return true;
}

typedef bool item_fn(struct to_xml *x, const struct oio_field *f, json_t *v);

/* One, or an array of them. */
static bool
each(struct to_xml *x, const struct oio_field *f, json_t *v, item_fn *fn)
{
	json_t *one;
	size_t n;

	if (!v)
		return true;
	if (!json_is_array(v))
		return fn(x, f, v);
	json_array_foreach(v, n, one) if (!fn(x, f, one)) return false;
	return true;
}

/* Canonical XML of its own, as it was. */
static bool
extension(struct to_xml *x, json_t *list)
{
	struct str s = json_get_text(list, "LokalUdvidelse");

	if (!json_object_get(list, "LokalUdvidelse"))
		return true;
	if (!x->t->has_extension || !str_has_prefix(s, STR("<")) || !is_text(s))
		return fault(x, "LokalUdvidelse", "feltet er ikke XML");
	xml_out_raw(x->o, s);
	return true;
}

static bool
list(struct to_xml *x, json_t *in, const char *name, enum oio_part part)
{
	static item_fn *const items[] = {[OIO_TILSTAND] = tilstand, [OIO_RELATION] = relation};
	struct oio_range range = oio_part_range(x->t, part);
	const char *names[40] = {NULL};
	json_t *v = json_object_get(in, name);
	size_t count = 0;

	if (!v && !x->t->may_lack_lists)
		return fault(x, name, "feltet mangler");
	if (part == OIO_ATTRIBUT)
		names[count++] = "Egenskab";
	for (size_t i = range.first; part != OIO_ATTRIBUT && i < range.end; i++)
		names[count++] = x->t->fields[i].name;
	names[count++] = "LokalUdvidelse";
	BUG_ON(count >= ARRAY_LEN(names));
	if (v && !only(x, name, v, names))
		return false;
	xml_out_open(x->o, "", x->t->ns, name);
	if (part == OIO_ATTRIBUT && !each(x, NULL, json_object_get(v, "Egenskab"), egenskab))
		return false;
	for (size_t i = range.first; part != OIO_ATTRIBUT && i < range.end; i++)
		if (!each(x, &x->t->fields[i], json_object_get(v, x->t->fields[i].name),
			  items[part]))
			return false;
	if (!extension(x, v))
		return false;
	xml_out_close(x->o);
	return true;
}

static bool
registrering(struct to_xml *x, const struct oio_field *unused, json_t *v)
{
	static const char *const names[] = {
		"NoteTekst",     "Tidspunkt",     "LivscyklusKode", "BrugerRef",
		"AttributListe", "TilstandListe", "RelationListe",  NULL};

	(void)unused;
	if (!only(x, "Registrering", v, names))
		return false;
	xml_out_open(x->o, "", x->t->ns, "Registrering");
	if (!sd_leaf(x, v, names[0]) || !sd_leaf(x, v, names[1]) || !sd_leaf(x, v, names[2]) ||
	    !unik_id(x, v, names[3], false) || !list(x, v, names[4], OIO_ATTRIBUT) ||
	    !list(x, v, names[5], OIO_TILSTAND) || !list(x, v, names[6], OIO_RELATION))
		return false;
	xml_out_close(x->o);
	return true;
}

bool
object_json_to_xml(const struct oio_type *t, const json_t *v, struct arena *a, struct buf *xml,
		   struct object_fault *f)
{
	static const char *const names[] = {"UUIDIdentifikator", "Registrering", NULL};
	struct to_xml x = {t, xml_out_new(a, xml), f};
	json_t *object = json_object_get(v, t->name);

	f->reason = NULL;
	f->field[0] = '\0';
	if (!only(&x, t->name, object, names))
		return false;
	xml_out_open(x.o, "", t->ns, t->name);
	if (!sd_leaf(&x, object, names[0]) ||
	    !each(&x, NULL, json_object_get(object, names[1]), registrering))
		return false;
	xml_out_close(x.o);
	return !xml->over || fault(&x, "", "objektet er for stort");
}
