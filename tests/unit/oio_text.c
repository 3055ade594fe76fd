/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-line notation of contents. A mistake in a line ends the test program. */
#include "tests/unit/oio_text.h"

#include <string.h>
#include "administration/fold.h"
#include "base/buf.h"
#include "organisation/types.h"

#define TYPE (&type_organisationenhed)
#define ITEMS_MAX 2000

struct uuid
oio_letter(char letter)
{
	struct uuid u;

	memset(u.b, letter, sizeof(u.b));
	return u;
}

static instant
day(struct str s)
{
	int64_t n;

	if (str_eq_c(s, "inf"))
		return INSTANT_MAX;
	if (str_eq_c(s, "-inf"))
		return INSTANT_MIN;
	if (str_eq_c(s, "dag"))
		return EDIT_DAY;
	BUG_ON(!str_to_i64(s, -100000, 100000, &n));
	return DAYS(n);
}

static struct oio_ref
ref(struct str s, struct arena *a)
{
	char text[UUID_TEXT_LEN + 1];

	if (s.len == 0)
		return (struct oio_ref){.form = REF_NONE};
	if (str_has_prefix(s, STR("Q=@")))
		return ref_of_urn(arena_dup(a, uuid_format(oio_letter(s.ptr[3]), text)));
	if (str_has_prefix(s, STR("Q=")))
		return ref_of_urn(arena_dup(a, str_skip(s, 2)));
	BUG_ON(s.len != 1);
	return ref_of_uuid(oio_letter(s.ptr[0]));
}

static void
relation(struct str value, struct arena *a, struct oio_item *i)
{
	struct str rest, indeks, head;

	str_cut(value, '#', &value, &indeks);
	i->u.relation.indeks = indeks;
	str_cut(value, '/', &head, &rest);
	i->u.relation.ref = ref(head, a);
	if (!str_is_set(rest))
		return;
	str_cut(rest, '/', &head, &rest);
	i->u.relation.rolle.ref = ref(head, a);
	i->u.relation.type.ref = ref(rest, a);
}

static void
item(struct str kind, struct str value, struct arena *a, struct oio_item *i)
{
	char name[64];

	if (str_eq_c(kind, "E")) {
		struct oio_slot *s = ARENA_NEW_N(a, 2, struct oio_slot);

		s[0] = (struct oio_slot){.tag = OIO_TEXT, .u.text = STR("k")};
		s[1] = (struct oio_slot){.tag = OIO_TEXT, .u.text = value};
		i->part = OIO_ATTRIBUT;
		i->u.egenskab = s;
		return;
	}
	if (str_eq_c(kind, "G")) {
		i->part = OIO_TILSTAND;
		BUG_ON(!oio_field_by_name(TYPE, "Gyldighed", &i->field));
		i->u.tilstand = (struct oio_slot){.tag = OIO_GYLDIGHED,
						  .flag = str_eq_c(value, "Aktiv")};
		return;
	}
	i->part = OIO_RELATION;
	BUG_ON(kind.len >= sizeof(name));
	memcpy(name, kind.ptr, kind.len);
	name[kind.len] = '\0';
	BUG_ON(!oio_field_by_name(TYPE, name, &i->field));
	relation(value, a, i);
}

static void
extension(struct str word, struct oio_content *out)
{
	static const char lists[] = "ATR";
	size_t at = (size_t)(strchr(lists, word.ptr[1]) - lists);

	BUG_ON(at >= LIST_COUNT || word.ptr[2] != ':');
	out->extension[at] = str_skip(word, 3);
}

void
oio_from_text(const char *text, struct arena *a, struct oio_content *out)
{
	struct str rest = arena_dup(a, str_from(text)), word, kind, value, times, fra, til;

	*out = (struct oio_content){.items = ARENA_NEW_N(a, ITEMS_MAX, struct oio_item)};
	while (str_is_set(rest) && rest.len > 0) {
		struct oio_item *i = &out->items[out->count];

		str_cut(rest, ' ', &word, &rest);
		if (word.ptr[0] == '+') {
			extension(word, out);
			continue;
		}
		BUG_ON(out->count == ITEMS_MAX || !str_cut(word, ':', &kind, &value));
		BUG_ON(!str_cut(value, '[', &value, &times) || times.len < 4);
		times.len--;
		BUG_ON(!str_cut(times, ',', &fra, &til));
		item(kind, value, a, i);
		i->v = (struct virkning){.fra = day(fra), .til = day(til)};
		i->seq = out->count++;
	}
}

static void
add_ref(struct buf *b, const struct oio_ref *r)
{
	if (r->form == REF_URN && r->is_uuid)
		buf_printf(b, "Q=@%c", r->uuid.b[0]);
	else if (r->form == REF_URN)
		buf_printf(b, "Q=" STR_FMT, STR_ARG(r->urn));
	else if (r->form == REF_UUID)
		buf_add_char(b, (char)r->uuid.b[0]);
}

static void
add_day(struct buf *b, instant t)
{
	if (t == INSTANT_MAX)
		buf_add_c(b, "inf");
	else if (t == INSTANT_MIN)
		buf_add_c(b, "-inf");
	else if (t == EDIT_DAY)
		buf_add_c(b, "dag");
	else
		buf_printf(b, "%lld", (long long)(t / DAYS(1)));
}

static void
add_item(struct buf *b, const struct oio_item *i)
{
	switch (i->part) {
	case OIO_ATTRIBUT:
		buf_printf(b, "E:" STR_FMT, STR_ARG(egenskab_text(TYPE, i, 1)));
		break;
	case OIO_TILSTAND:
		buf_printf(b, "G:%s", i->u.tilstand.flag ? "Aktiv" : "Inaktiv");
		break;
	case OIO_RELATION:
		buf_printf(b, "%s:", TYPE->fields[i->field].name);
		add_ref(b, &i->u.relation.ref);
		if (ref_is_set(&i->u.relation.rolle.ref)) {
			buf_add_char(b, '/');
			add_ref(b, &i->u.relation.rolle.ref);
			buf_add_char(b, '/');
			add_ref(b, &i->u.relation.type.ref);
		}
		if (str_is_set(i->u.relation.indeks))
			buf_printf(b, "#" STR_FMT, STR_ARG(i->u.relation.indeks));
		break;
	}
	buf_add_char(b, '[');
	add_day(b, i->v.fra);
	buf_add_char(b, ',');
	add_day(b, i->v.til);
	buf_add_char(b, ')');
}

struct str
oio_to_text(const struct oio_content *c, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	static const char lists[] = "ATR";

	for (size_t i = 0; i < c->count; i++) {
		if (i > 0)
			buf_add_char(&b, ' ');
		add_item(&b, &c->items[i]);
	}
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (str_is_set(c->extension[i]))
			buf_printf(&b, " +%c:" STR_FMT, lists[i], STR_ARG(c->extension[i]));
	return arena_dup(a, str_is_set(buf_str(&b)) ? buf_str(&b) : STR(""));
}
