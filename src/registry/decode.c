/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From XML to an object, led by the kind's table. Refuses whatever the table does not have, in
 * another order, too often, too long or of another form. LokalUdvidelse is kept as canonical
 * XML; it may not hold elements of SOAP, WS-Security or the service's own objects, because an
 * answer with it inside would not be in canonical form.
 * Source: contract of Organisation, 1.2–1.6, 2.3; XML Schema part 1, sequences.
 */
#include "registry/codec.h"

#include <string.h>
#include "base/limits.h"
#include "xml/names.h"

struct builder {
	struct oio_item *items;
	size_t count, room;
};

static bool
builder_add(struct reader *r, struct builder *b, struct oio_item **out, struct err *e)
{
	struct oio_item *grown;

	if (b->count == LIMIT_OBJECT_ITEMS)
		return reader_refuse(r, RETUR_INPUT, e, "Objektet har flere end %d elementer",
				     LIMIT_OBJECT_ITEMS);
	if (b->count == b->room) {
		b->room = b->room ? b->room * 2 : 16;
		grown = ARENA_NEW_N(r->a, b->room, struct oio_item);
		if (b->count > 0)
			memcpy(grown, b->items, b->count * sizeof(*grown));
		b->items = grown;
	}
	*out = &b->items[b->count];
	(*out)->seq = b->count++;
	return true;
}

static bool
read_virkning(struct reader *r, const struct xml_node *n, struct virkning *v, struct err *e)
{
	struct xml_node *child;
	struct cursor c;
	size_t kind;

	if (!reader_open(r, n, &c, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "FraTidspunkt");
	if (child && !reader_tidspunkt(r, child, INSTANT_MIN, &v->fra, e))
		return false;
	v->fra_given = child != NULL;
	child = cursor_take(&c, NS_SAGDOK, "TilTidspunkt");
	if (child && !reader_tidspunkt(r, child, INSTANT_MAX, &v->til, e))
		return false;
	v->til_given = child != NULL;
	child = cursor_take(&c, NS_SAGDOK, "AktoerRef");
	if (child && !reader_unik_id(r, child, NULL, &v->aktoer, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "AktoerTypeKode");
	if (child) {
		if (!reader_name(r, child, aktoer_type_name, AKTOER_COUNT, &kind, e))
			return false;
		v->aktoer_type = (enum aktoer_type)kind;
	}
	child = cursor_take(&c, NS_SAGDOK, "NoteTekst");
	if (child && !reader_text(r, child, LIMIT_NOTE_CHARS, &v->note, e))
		return false;
	return reader_close(r, &c, e);
}

bool
decode_virkning(struct reader *r, const struct xml_node *n, struct virkning *out, struct err *e)
{
	*out = (struct virkning){.fra = INSTANT_MIN, .til = INSTANT_MAX};
	if (n && !read_virkning(r, n, out, e))
		return false;
	/* [O2] a missing start is today in Organisation, no start in Klassifikation */
	if (!out->fra_given && !r->is_template && !(r->type && r->type->from_is_open))
		out->fra = time_local_midnight(r->now);
	return true;
}

static const char *
pattern_rule(enum oio_pattern pattern, struct str s)
{
	int64_t n;

	switch (pattern) {
	case OIO_DIGITS_8:
		return str_is_digits(s, 8) ? NULL : "8 cifre";
	case OIO_DIGITS_10:
		return str_is_digits(s, 10) ? NULL : "10 cifre";
	case OIO_DIGITS_3_OR_4:
		return str_is_digits(s, 3) || str_is_digits(s, 4) ? NULL : "3 eller 4 cifre";
	case OIO_1_TO_100:
		if (s.len > 0 && s.ptr[0] >= '1' && s.ptr[0] <= '9' &&
		    str_to_i64(s, 1, 100, &n))
			return NULL;
		return "et tal fra 1 til 100";
	case OIO_ANY:
		break;
	}
	return NULL;
}

static bool
read_text(struct reader *r, const struct oio_field *f, const struct xml_node *n,
	  struct str *out, struct err *e)
{
	const char *rule;

	if (!reader_text(r, n, f->max_chars, out, e))
		return false;
	rule = pattern_rule(f->pattern, *out);
	if (!rule)
		return true;
	/* What only some may see is not repeated, not even to its sender. */
	if (f->see)
		return reader_refuse(r, RETUR_INPUT, e, "%s skal være %s", f->name, rule);
	return reader_refuse(r, RETUR_INPUT, e,
			     "%s har værdien '" STR_FMT "', men skal være %s", f->name,
			     STR_ARG(reader_excerpt(r, *out)), rule);
}

static bool
read_soegeord(struct reader *r, const struct xml_node *n, struct oio_soegeord *out,
	      struct err *e)
{
	static const struct {
		const char *name;
		size_t max_chars;
	} parts[] = {
		{"SoegeordIdentifikator", 50},
		{"BeskrivelseTekst", 10000},
		{"SoegeordKategoriTekst", 1024},
	};
	struct str *const to[] = {&out->identifikator, &out->beskrivelse, &out->kategori};
	struct xml_node *child;
	struct cursor c;
	size_t i;

	if (!reader_open(r, n, &c, e))
		return false;
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		child = cursor_take(&c, NS_SAGDOK, parts[i].name);
		if (child && !reader_text(r, child, parts[i].max_chars, to[i], e))
			return false;
	}
	return reader_close(r, &c, e);
}

/* An attribute that may repeat: all its elements, which stand together. */
static bool
read_repeated(struct reader *r, const struct oio_field *f, struct cursor *c,
	      struct oio_slot *out, struct err *e)
{
	struct oio_soegeord *words = NULL;
	struct str *texts = NULL;
	struct xml_node *n = c->at;
	size_t count = 0, i;

	for (; n && xml_is(n, f->ns, f->name); n = xml_next(n))
		count++;
	if (count == 0)
		return true;
	if (count > LIMIT_REPEATED_TEXTS)
		return reader_refuse(r, RETUR_INPUT, e, "%s forekommer flere end %d gange",
				     f->name, LIMIT_REPEATED_TEXTS);
	*out = (struct oio_slot){.tag = f->value, .count = count};
	if (f->value == OIO_SOEGEORD)
		out->u.words = words = ARENA_NEW_N(r->a, count, struct oio_soegeord);
	else
		out->u.texts = texts = ARENA_NEW_N(r->a, count, struct str);
	for (i = 0; i < count; i++) {
		n = cursor_take(c, f->ns, f->name);
		if (words ? !read_soegeord(r, n, &words[i], e)
			  : !read_text(r, f, n, &texts[i], e))
			return false;
	}
	return true;
}

bool
decode_egenskab(struct reader *r, const struct xml_node *n, struct oio_item *out, struct err *e)
{
	struct oio_range row = oio_part_range(r->type, OIO_ATTRIBUT);
	struct oio_slot *slots = ARENA_NEW_N(r->a, row.end, struct oio_slot);
	struct xml_node *child;
	struct cursor c;
	size_t i;

	*out = (struct oio_item){.part = OIO_ATTRIBUT, .seq = out->seq, .u.egenskab = slots};
	if (!reader_open(r, n, &c, e) ||
	    !decode_virkning(r, cursor_take(&c, NS_SAGDOK, "Virkning"), &out->v, e))
		return false;
	for (i = row.first; i < row.end; i++) {
		const struct oio_field *f = &r->type->fields[i];

		if (f->max == OIO_MANY) {
			if (!read_repeated(r, f, &c, &slots[i], e))
				return false;
			continue;
		}
		child = cursor_take(&c, f->ns, f->name);
		if (!child)
			continue;
		slots[i].tag = f->value;
		if (!read_text(r, f, child, &slots[i].u.text, e))
			return false;
	}
	return reader_close(r, &c, e);
}

static bool
decode_tilstand(struct reader *r, const struct xml_node *n, struct oio_item *out, struct err *e)
{
	static const char *const status[] = {"", "Aktiv", "Inaktiv"};
	const struct oio_field *f = &r->type->fields[out->field];
	struct oio_slot *slot = &out->u.tilstand;
	struct xml_node *child;
	struct cursor c;
	size_t which;

	if (!reader_open(r, n, &c, e) ||
	    !decode_virkning(r, cursor_take(&c, NS_SAGDOK, "Virkning"), &out->v, e))
		return false;
	*slot = (struct oio_slot){.tag = f->value};
	if (f->value == OIO_GYLDIGHED) {
		if (!reader_need(r, &c, NS_ORGFAELLES, "GyldighedStatusKode", &child, e) ||
		    !reader_name(r, child, status, ARRAY_LEN(status), &which, e))
			return false;
		slot->flag = which == 1;
		return reader_close(r, &c, e);
	}
	child = cursor_take(&c, NS_SAGDOK, "ErPubliceretIndikator");
	slot->flag_given = child != NULL;
	if (child && !reader_boolean(r, child, &slot->flag, e))
		return false;
	return reader_close(r, &c, e);
}

static bool
read_roles(struct reader *r, struct cursor *c, struct oio_item *out, struct err *e)
{
	struct oio_role *const roles[] = {&out->u.relation.rolle, &out->u.relation.type};
	static const char *const names[] = {"Rolle", "Type"};
	struct xml_node *child;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		child = cursor_take(c, NS_SAGDOK, names[i]);
		if (!child && !r->is_template &&
		    !reader_need(r, c, NS_SAGDOK, names[i], &child, e))
			return false;
		if (child && !reader_unik_id(r, child, &roles[i]->label, &roles[i]->ref, e))
			return false;
	}
	child = cursor_take(c, NS_SAGDOK, "Indeks");
	if (!child && !r->is_template && !reader_need(r, c, NS_SAGDOK, "Indeks", &child, e))
		return false;
	return !child || reader_text(r, child, LIMIT_INDEKS_CHARS, &out->u.relation.indeks, e);
}

static bool
decode_relation(struct reader *r, const struct xml_node *n, struct oio_item *out, struct err *e)
{
	struct xml_node *child;
	struct cursor c;

	if (!reader_open(r, n, &c, e) ||
	    !decode_virkning(r, cursor_take(&c, NS_SAGDOK, "Virkning"), &out->v, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "ReferenceID");
	if (child && !reader_unik_id(r, child, NULL, &out->u.relation.ref, e))
		return false;
	if (r->type->fields[out->field].value == OIO_ROLE_REF && !read_roles(r, &c, out, e))
		return false;
	return reader_close(r, &c, e);
}

static bool
read_extension(struct reader *r, const struct xml_node *n, struct str *out, struct err *e)
{
	const struct str refused[] = {NS_SOAP11,     NS_SOAP12, NS_WSSE,    NS_WSU,
				      NS_ORG_SYSTEM, NS_DS,     r->type->ns};
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_EXTENSION_BYTES);
	size_t i, at;

	xml_node_write(n, &b);
	if (b.over)
		return reader_refuse(r, RETUR_INPUT, e, "LokalUdvidelse er større end %lu byte",
				     LIMIT_EXTENSION_BYTES);
	for (i = 0; i < ARRAY_LEN(refused); i++) {
		struct str uri = arena_printf(r->a, "=\"" STR_FMT "\"", STR_ARG(refused[i]));

		if (str_find(buf_str(&b), uri, &at))
			return reader_refuse(r, RETUR_INPUT, e,
					     "LokalUdvidelse må ikke bruge namespace '" STR_FMT
					     "'",
					     STR_ARG(refused[i]));
	}
	*out = arena_dup(r->a, buf_str(&b));
	return true;
}

/* Everything of one row that stands at the cursor. */
static bool
read_row(struct reader *r, struct cursor *c, size_t field, struct builder *b, struct err *e)
{
	const struct oio_field *f = &r->type->fields[field];
	struct oio_item *item;
	struct xml_node *n;
	size_t count = 0;

	while ((n = cursor_take(c, f->ns, f->name))) {
		if (++count > 1 && f->part == OIO_RELATION && f->max == OIO_ONE &&
		    !r->type->single_repeats)
			return reader_refuse(r, RETUR_INPUT, e, "%s må højst forekomme én gang",
					     f->name);
		if (!builder_add(r, b, &item, e))
			return false;
		item->part = f->part;
		item->field = field;
		if (f->part == OIO_TILSTAND ? !decode_tilstand(r, n, item, e)
					    : !decode_relation(r, n, item, e))
			return false;
	}
	return true;
}

static bool
read_list(struct reader *r, const struct xml_node *n, enum oio_part part, struct builder *b,
	  struct str *extension, struct err *e)
{
	struct oio_range row = oio_part_range(r->type, part);
	struct oio_item *item;
	struct xml_node *child;
	struct cursor c;
	size_t i;

	if (!reader_open(r, n, &c, e))
		return false;
	if (part == OIO_ATTRIBUT) {
		while ((child = cursor_take(&c, r->type->ns, "Egenskab")))
			if (!builder_add(r, b, &item, e) || !decode_egenskab(r, child, item, e))
				return false;
	} else {
		for (i = row.first; i < row.end; i++)
			if (!read_row(r, &c, i, b, e))
				return false;
	}
	if (r->type->has_extension) {
		child = cursor_take(&c, NS_SAGDOK, "LokalUdvidelse");
		if (child && !read_extension(r, child, extension, e))
			return false;
	}
	return reader_close(r, &c, e);
}

bool
decode_lists(struct reader *r, struct cursor *c, enum decode_lists rule,
	     struct oio_content *out, struct err *e)
{
	static const char *const names[LIST_COUNT] = {"AttributListe", "TilstandListe",
						      "RelationListe"};
	static const enum oio_part parts[LIST_COUNT] = {OIO_ATTRIBUT, OIO_TILSTAND,
							OIO_RELATION};
	struct builder b = {NULL, 0, 0};
	struct xml_node *n;
	size_t i;

	*out = (struct oio_content){.items = NULL};
	for (i = 0; i < LIST_COUNT; i++) {
		n = cursor_take(c, r->type->ns, names[i]);
		if (!n && rule == LISTS_REQUIRED &&
		    !reader_need(r, c, r->type->ns, names[i], &n, e))
			return false;
		if (n && !read_list(r, n, parts[i], &b, &out->extension[i], e))
			return false;
	}
	out->items = b.items;
	out->count = b.count;
	return true;
}

static bool
decode_registrering(struct reader *r, const struct xml_node *n, struct registrering *out,
		    struct err *e)
{
	struct xml_node *child;
	struct cursor c;
	size_t code;

	*out = (struct registrering){.at = INSTANT_MIN};
	if (!reader_open(r, n, &c, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "NoteTekst");
	if (child && !reader_text(r, child, LIMIT_NOTE_CHARS, &out->note, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "Tidspunkt");
	if (child && !reader_datetime(r, child, &out->at, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "LivscyklusKode");
	if (child) {
		if (!reader_name(r, child, livscyklus_name, LIV_COUNT, &code, e))
			return false;
		out->livscyklus = (enum livscyklus)code;
	}
	child = cursor_take(&c, NS_SAGDOK, "BrugerRef");
	if (child && !reader_unik_id(r, child, NULL, &out->bruger, e))
		return false;
	return decode_lists(r, &c, LISTS_REQUIRED, &out->content, e) && reader_close(r, &c, e);
}

bool
decode_object(struct reader *r, const struct xml_node *n, struct uuid *uuid,
	      struct registrering **out, size_t *count, struct err *e)
{
	const struct xml_node *walk;
	struct xml_node *child;
	struct cursor c;
	size_t i;

	if (!reader_open(r, n, &c, e) ||
	    !reader_need(r, &c, NS_SAGDOK, "UUIDIdentifikator", &child, e) ||
	    !reader_uuid(r, child, uuid, e))
		return false;
	*count = 0;
	for (walk = c.at; walk && xml_is(walk, r->type->ns, "Registrering");
	     walk = xml_next(walk))
		++*count;
	if (*count > LIMIT_IMPORT_REGISTRATIONS)
		return reader_refuse(r, RETUR_INPUT, e,
				     "Objektet har flere end %d Registrering",
				     LIMIT_IMPORT_REGISTRATIONS);
	if (*count == 0 && !reader_need(r, &c, r->type->ns, "Registrering", &child, e))
		return false;
	*out = ARENA_NEW_N(r->a, *count, struct registrering);
	for (i = 0; i < *count; i++) {
		child = cursor_take(&c, r->type->ns, "Registrering");
		if (!decode_registrering(r, child, &(*out)[i], e))
			return false;
	}
	return reader_close(r, &c, e);
}
