/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hard rules. Looks only at what is sent, never at what is stored: old data that a client
 * merely echoes must not stop it.
 * Source: contract of Organisation, 6 (hard rules).
 */
#include "registry/validate.h"

#include "base/limits.h"
#include "registry/history.h"

static const char *
item_name(const struct reader *r, const struct oio_item *i)
{
	return i->part == OIO_ATTRIBUT ? "Egenskab" : r->type->fields[i->field].name;
}

static bool
check_relation(struct reader *r, const struct oio_item *i, const struct uuid *uuid,
	       struct err *e)
{
	const struct oio_field *f = &r->type->fields[i->field];
	const struct oio_ref *ref = &i->u.relation.ref;

	if (!ref_is_set(ref))
		return reader_refuse(r, RETUR_INPUT, e, "ReferenceID mangler i %s", f->name);
	if (f->is_parent && uuid && ref->is_uuid && uuid_eq(ref->uuid, *uuid))
		return reader_refuse(r, RETUR_INPUT, e, "%s må ikke pege på objektet selv",
				     f->name);
	return true;
}

bool
validate_content(struct reader *r, const struct oio_content *c, const struct uuid *uuid,
		 bool needs_key, struct err *e)
{
	size_t k;

	for (k = 0; k < c->count; k++) {
		const struct oio_item *i = &c->items[k];

		if (i->v.fra > i->v.til)
			return reader_refuse(r, RETUR_PERIOD, e,
					     "Virkning i %s slutter før den begynder",
					     item_name(r, i));
		if (i->part == OIO_RELATION && !check_relation(r, i, uuid, e))
			return false;
		/* row 0 of every kind is BrugervendtNoegleTekst; test_types holds them to it */
		if (needs_key && r->type->needs_key && i->part == OIO_ATTRIBUT &&
		    str_is_empty(str_trim(egenskab_text(r->type, i, 0))))
			return reader_refuse(r, RETUR_INPUT, e,
					     "%s skal være udfyldt i Egenskab",
					     r->type->fields[0].name);
	}
	return validate_size(r, c, e);
}

bool
validate_tidspunkt(struct reader *r, instant at, struct err *e)
{
	if (at <= instant_add(r->now, SECONDS(LIMIT_REGISTRATION_SKEW_S)))
		return true;
	return reader_refuse(
		r, RETUR_CLOCK, e,
		"Registreringens Tidspunkt ligger %lld sekunder efter serverens tid",
		(long long)instant_diff_s(at, r->now));
}

struct size {
	size_t texts, bytes;
};

static void
add_text(struct size *n, struct str text)
{
	n->texts++;
	n->bytes += text.len;
}

static void
add_slots(const struct oio_type *t, const struct oio_item *i, struct size *n)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t k, w;

	for (k = row.first; k < row.end; k++) {
		const struct oio_slot *s = &i->u.egenskab[k];

		if (s->tag == OIO_TEXT)
			add_text(n, s->u.text);
		for (w = 0; s->tag == OIO_TEXTS && w < s->count; w++)
			add_text(n, s->u.texts[w]);
		for (w = 0; s->tag == OIO_SOEGEORD && w < s->count; w++) {
			add_text(n, s->u.words[w].identifikator);
			add_text(n, s->u.words[w].beskrivelse);
			add_text(n, s->u.words[w].kategori);
		}
	}
}

static struct size
size_of(const struct oio_type *t, const struct oio_content *c)
{
	struct size n = {0, 0};
	size_t k;

	for (k = 0; k < c->count; k++) {
		const struct oio_item *i = &c->items[k];

		n.bytes += i->v.note.len + i->v.aktoer.urn.len;
		if (i->part == OIO_ATTRIBUT)
			add_slots(t, i, &n);
		if (i->part != OIO_RELATION)
			continue;
		n.bytes += i->u.relation.ref.urn.len + i->u.relation.indeks.len +
			   i->u.relation.rolle.ref.urn.len + i->u.relation.rolle.label.len +
			   i->u.relation.type.ref.urn.len + i->u.relation.type.label.len;
	}
	return n;
}

bool
validate_size(struct reader *r, const struct oio_content *c, struct err *e)
{
	struct size n = size_of(r->type, c);
	size_t longest;

	if (c->count > LIMIT_OBJECT_ITEMS || n.texts > LIMIT_OBJECT_ITEMS)
		return reader_refuse(r, RETUR_INPUT, e, "Objektet har flere end %d elementer",
				     LIMIT_OBJECT_ITEMS);
	if (n.bytes > LIMIT_OBJECT_BYTES)
		return reader_refuse(r, RETUR_INPUT, e,
				     "Objektets tekster fylder mere end %lu byte",
				     LIMIT_OBJECT_BYTES);
	/* a timeline is not longer than the whole */
	if (c->count <= LIMIT_TIMELINE_PERIODS)
		return true;
	longest = history_longest(r->type, c, r->a);
	if (longest <= LIMIT_TIMELINE_PERIODS)
		return true;
	return reader_refuse(r, RETUR_INPUT, e,
			     "En tidslinje har %zu perioder; højst %d er tilladt", longest,
			     LIMIT_TIMELINE_PERIODS);
}
