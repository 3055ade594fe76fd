/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stored form, version 1: integers as LEB128 (signed ones zigzag), a text as length + 1
 * and bytes (0: absent), times in milliseconds. A Virkning equal to the one before is one byte.
 * Refuses, as damage: a version or an id that no table has, a length past the end, bytes left
 * over.
 */
#include "registry/pack.h"

#include <string.h>
#include "base/limits.h"

#define VERSION_1 1
#define VIRKNING_SAME 0x80u /* as the item before */
#define VIRKNING_FRA_OPEN 0x01u
#define VIRKNING_TIL_OPEN 0x02u
#define VIRKNING_AKTOER 0x04u
#define VIRKNING_NOTE 0x08u
#define VIRKNING_TYPE_SHIFT 4 /* three bits */

/* ---- writing ---- */

static void
put_uint(struct buf *b, uint64_t v)
{
	while (v >= 0x80) {
		buf_add_char(b, (char)(v | 0x80));
		v >>= 7;
	}
	buf_add_char(b, (char)v);
}

static void
put_instant(struct buf *b, instant t)
{
	int64_t ms = t / 1000;

	/* INSTANT_MIN and INSTANT_MAX are told by flags, never here */
	put_uint(b, ((uint64_t)ms << 1) ^ (uint64_t)(ms >> 63));
}

static void
put_str(struct buf *b, struct str s)
{
	put_uint(b, str_is_set(s) ? (uint64_t)s.len + 1 : 0);
	buf_add(b, s);
}

static void
put_ref(struct buf *b, const struct oio_ref *r)
{
	buf_add_char(b, (char)r->form);
	if (r->form == REF_UUID)
		buf_add_bytes(b, r->uuid.b, sizeof(r->uuid.b));
	else if (r->form == REF_URN)
		put_str(b, r->urn);
}

static bool
virkning_eq(const struct virkning *a, const struct virkning *b)
{
	return a->fra == b->fra && a->til == b->til && a->aktoer.form == b->aktoer.form &&
	       ref_eq(&a->aktoer, &b->aktoer) && str_eq(a->aktoer.urn, b->aktoer.urn) &&
	       a->aktoer_type == b->aktoer_type && str_eq(a->note, b->note);
}

static void
put_virkning(struct buf *b, const struct virkning *v, const struct virkning *before)
{
	unsigned flags = (unsigned)v->aktoer_type << VIRKNING_TYPE_SHIFT;

	if (before && virkning_eq(v, before)) {
		buf_add_char(b, (char)VIRKNING_SAME);
		return;
	}
	flags |= v->fra == INSTANT_MIN ? VIRKNING_FRA_OPEN : 0;
	flags |= v->til == INSTANT_MAX ? VIRKNING_TIL_OPEN : 0;
	flags |= ref_is_set(&v->aktoer) ? VIRKNING_AKTOER : 0;
	flags |= str_is_set(v->note) ? VIRKNING_NOTE : 0;
	buf_add_char(b, (char)flags);
	if (!(flags & VIRKNING_FRA_OPEN))
		put_instant(b, v->fra);
	if (!(flags & VIRKNING_TIL_OPEN))
		put_instant(b, v->til);
	if (flags & VIRKNING_AKTOER)
		put_ref(b, &v->aktoer);
	if (flags & VIRKNING_NOTE)
		put_str(b, v->note);
}

static void
put_slot(struct buf *b, const struct oio_slot *s)
{
	size_t i;

	switch (s->tag) {
	case OIO_TEXT:
		put_str(b, s->u.text);
		break;
	case OIO_TEXTS:
		put_uint(b, s->count);
		for (i = 0; i < s->count; i++)
			put_str(b, s->u.texts[i]);
		break;
	case OIO_SOEGEORD:
		put_uint(b, s->count);
		for (i = 0; i < s->count; i++) {
			put_str(b, s->u.words[i].identifikator);
			put_str(b, s->u.words[i].beskrivelse);
			put_str(b, s->u.words[i].kategori);
		}
		break;
	case OIO_GYLDIGHED:
	case OIO_PUBLICERET:
		buf_add_char(b, (char)((s->flag ? 1 : 0) | (s->flag_given ? 2 : 0)));
		break;
	case OIO_REF:
	case OIO_ROLE_REF:
		break;
	}
}

static void
put_egenskab(const struct oio_type *t, const struct oio_item *i, struct buf *b)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t k;

	for (k = row.first; k < row.end; k++) {
		if (i->u.egenskab[k].tag == 0)
			continue;
		put_uint(b, t->fields[k].id);
		put_slot(b, &i->u.egenskab[k]);
	}
	put_uint(b, 0);
}

static void
put_relation(const struct oio_type *t, const struct oio_item *i, struct buf *b)
{
	put_ref(b, &i->u.relation.ref);
	if (t->fields[i->field].value != OIO_ROLE_REF)
		return;
	put_ref(b, &i->u.relation.rolle.ref);
	put_str(b, i->u.relation.rolle.label);
	put_ref(b, &i->u.relation.type.ref);
	put_str(b, i->u.relation.type.label);
	put_str(b, i->u.relation.indeks);
}

void
pack_registrering(const struct oio_type *t, const struct registrering *r, instant sent_at,
		  struct buf *out)
{
	const struct oio_item *before = NULL;
	size_t k;

	buf_add_char(out, VERSION_1);
	put_str(out, r->note);
	put_ref(out, &r->bruger);
	put_uint(out, sent_at != INSTANT_MIN);
	if (sent_at != INSTANT_MIN)
		put_instant(out, sent_at);
	for (k = 0; k < LIST_COUNT; k++)
		put_str(out, r->content.extension[k]);
	put_uint(out, r->content.count);
	for (k = 0; k < r->content.count; k++) {
		const struct oio_item *i = &r->content.items[k];

		/* a whole Egenskab goes by 0, the others by their row */
		put_uint(out, i->part == OIO_ATTRIBUT ? 0 : t->fields[i->field].id);
		put_virkning(out, &i->v, before ? &before->v : NULL);
		if (i->part == OIO_ATTRIBUT)
			put_egenskab(t, i, out);
		else if (i->part == OIO_TILSTAND)
			put_slot(out, &i->u.tilstand);
		else
			put_relation(t, i, out);
		before = i;
	}
}

/* ---- reading: at the first fault `bad` is set, and everything after reads as zero ---- */

struct input {
	struct str rest;
	bool bad;
	struct arena *a;
};

static unsigned
get_byte(struct input *in)
{
	unsigned char c;

	if (in->rest.len == 0) {
		in->bad = true;
		return 0;
	}
	c = (unsigned char)in->rest.ptr[0];
	in->rest = str_skip(in->rest, 1);
	return c;
}

static uint64_t
get_uint(struct input *in)
{
	uint64_t v = 0;
	unsigned c, shift;

	for (shift = 0; shift < 64; shift += 7) {
		c = get_byte(in);
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return v;
	}
	in->bad = true;
	return 0;
}

/* A count of things that take at least one byte each. */
static size_t
get_count(struct input *in, size_t max)
{
	uint64_t v = get_uint(in);

	if (v > max || v > in->rest.len) {
		in->bad = true;
		return 0;
	}
	return (size_t)v;
}

static instant
get_instant(struct input *in)
{
	uint64_t v = get_uint(in);
	int64_t ms = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);

	if (ms > INSTANT_MAX / 1000 || ms < INSTANT_MIN / 1000) {
		in->bad = true;
		return 0;
	}
	return ms * 1000;
}

static struct str
get_str(struct input *in)
{
	uint64_t v = get_uint(in);
	struct str s;

	if (v == 0)
		return STR_NONE;
	if (v - 1 > in->rest.len) {
		in->bad = true;
		return STR_NONE;
	}
	s = str_of(in->rest.ptr, (size_t)(v - 1));
	in->rest = str_skip(in->rest, s.len);
	return s;
}

static struct oio_ref
get_ref(struct input *in)
{
	unsigned form = get_byte(in);
	struct uuid u;

	if (form == REF_URN)
		return ref_of_urn(get_str(in));
	if (form == REF_UUID && in->rest.len >= sizeof(u.b)) {
		memcpy(u.b, in->rest.ptr, sizeof(u.b));
		in->rest = str_skip(in->rest, sizeof(u.b));
		return ref_of_uuid(u);
	}
	in->bad |= form != REF_NONE;
	return (struct oio_ref){.form = REF_NONE};
}

static void
get_virkning(struct input *in, const struct virkning *before, struct virkning *v)
{
	unsigned flags = get_byte(in), kind = (flags >> VIRKNING_TYPE_SHIFT) & 7;

	*v = (struct virkning){.fra = INSTANT_MIN, .til = INSTANT_MAX};
	if (flags & VIRKNING_SAME) {
		in->bad |= !before;
		if (before)
			*v = *before;
		return;
	}
	if (!(flags & VIRKNING_FRA_OPEN))
		v->fra = get_instant(in);
	if (!(flags & VIRKNING_TIL_OPEN))
		v->til = get_instant(in);
	v->fra_given = v->til_given = true;
	if (flags & VIRKNING_AKTOER)
		v->aktoer = get_ref(in);
	if (flags & VIRKNING_NOTE)
		v->note = get_str(in);
	in->bad |= kind >= AKTOER_COUNT;
	v->aktoer_type = kind < AKTOER_COUNT ? (enum aktoer_type)kind : AKTOER_NONE;
}

static void
get_slot(struct input *in, enum oio_value tag, struct oio_slot *s)
{
	struct oio_soegeord *words;
	struct str *texts;
	unsigned flags;
	size_t i;

	*s = (struct oio_slot){.tag = tag};
	switch (tag) {
	case OIO_TEXT:
		s->u.text = get_str(in);
		break;
	case OIO_TEXTS:
		s->count = get_count(in, LIMIT_REPEATED_TEXTS);
		s->u.texts = texts = ARENA_NEW_N(in->a, s->count + 1, struct str);
		for (i = 0; i < s->count; i++)
			texts[i] = get_str(in);
		break;
	case OIO_SOEGEORD:
		s->count = get_count(in, LIMIT_REPEATED_TEXTS);
		s->u.words = words = ARENA_NEW_N(in->a, s->count + 1, struct oio_soegeord);
		for (i = 0; i < s->count; i++) {
			words[i].identifikator = get_str(in);
			words[i].beskrivelse = get_str(in);
			words[i].kategori = get_str(in);
		}
		break;
	case OIO_GYLDIGHED:
	case OIO_PUBLICERET:
		flags = get_byte(in);
		s->flag = flags & 1;
		s->flag_given = flags & 2;
		break;
	case OIO_REF:
	case OIO_ROLE_REF:
		break;
	}
}

static void
get_egenskab(const struct oio_type *t, struct input *in, struct oio_item *i)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	struct oio_slot *slots = ARENA_NEW_N(in->a, row.end, struct oio_slot);
	uint64_t id;
	size_t field;

	i->part = OIO_ATTRIBUT;
	i->u.egenskab = slots;
	while (!in->bad && (id = get_uint(in)) != 0) {
		if (id > 255 || !oio_field_by_id(t, (unsigned)id, &field) || field >= row.end) {
			in->bad = true;
			return;
		}
		get_slot(in, t->fields[field].value, &slots[field]);
	}
}

static void
get_item(const struct oio_type *t, struct input *in, const struct oio_item *before,
	 struct oio_item *i)
{
	uint64_t id = get_uint(in);
	const struct oio_field *f;

	get_virkning(in, before ? &before->v : NULL, &i->v);
	if (id == 0) {
		get_egenskab(t, in, i);
		return;
	}
	if (id > 255 || !oio_field_by_id(t, (unsigned)id, &i->field) ||
	    t->fields[i->field].part == OIO_ATTRIBUT) {
		in->bad = true;
		return;
	}
	f = &t->fields[i->field];
	i->part = f->part;
	if (f->part == OIO_TILSTAND) {
		get_slot(in, f->value, &i->u.tilstand);
		return;
	}
	i->u.relation.ref = get_ref(in);
	if (f->value != OIO_ROLE_REF)
		return;
	i->u.relation.rolle.ref = get_ref(in);
	i->u.relation.rolle.label = get_str(in);
	i->u.relation.type.ref = get_ref(in);
	i->u.relation.type.label = get_str(in);
	i->u.relation.indeks = get_str(in);
}

bool
unpack_registrering(const struct oio_type *t, struct str bytes, struct arena *a,
		    struct registrering *out, instant *sent_at, struct err *e)
{
	struct input in = {bytes, false, a};
	struct oio_content *c = &out->content;
	size_t k;

	if (get_byte(&in) != VERSION_1)
		return FAIL(e, STORE_DAMAGED, "%s: form of a registration", t->key);
	out->note = get_str(&in);
	out->bruger = get_ref(&in);
	*sent_at = get_uint(&in) ? get_instant(&in) : INSTANT_MIN;
	for (k = 0; k < LIST_COUNT; k++)
		c->extension[k] = get_str(&in);
	c->count = get_count(&in, SIZE_MAX);
	c->items = ARENA_NEW_N(a, c->count + 1, struct oio_item);
	for (k = 0; k < c->count && !in.bad; k++) {
		get_item(t, &in, k > 0 ? &c->items[k - 1] : NULL, &c->items[k]);
		c->items[k].seq = k;
	}
	if (in.bad || in.rest.len > 0)
		return FAIL(e, STORE_DAMAGED, "%s: a registration cannot be read", t->key);
	return true;
}
