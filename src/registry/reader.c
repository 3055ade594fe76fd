/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simple types and the order of elements. Refuses: an element out of place, doubled,
 * unknown or missing; text where elements belong and the reverse; foreign attributes; values
 * outside their type. Repairs nothing but a missing time zone.
 * Source: contract of Organisation, 1.4 and 1.5; XML Schema part 2.
 */
#include "registry/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/limits.h"
#include "xml/names.h"

#define REFUSAL_BYTES 512
#define EXCERPT_BYTES 100

bool
reader_tell(struct reader *r, enum err_code code, struct err *e, const char *fmt, ...)
{
	char text[REFUSAL_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text)) {
		n = sizeof(text) - 1;
		/* not in the middle of a character */
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	r->text = arena_dup(r->a, str_of(text, (size_t)n));
	return FAIL(e, code, "%s", r->type ? r->type->key : "request");
}

size_t
reader_chars(struct str s)
{
	size_t chars = 0, i;

	for (i = 0; i < s.len; i++)
		chars += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return chars;
}

struct str
reader_excerpt(struct reader *r, struct str s)
{
	size_t n = EXCERPT_BYTES;

	if (s.len <= n)
		return s;
	while (n > 0 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return arena_printf(r->a, STR_FMT "…", STR_ARG(str_of(s.ptr, n)));
}

/* The name of an element's parent, for texts. */
static struct str
place(const struct xml_node *n)
{
	const struct xml_node *up = xml_parent(n);

	return up ? xml_local(up) : STR("?");
}

static bool
check_attributes(struct reader *r, const struct xml_node *n, struct err *e)
{
	static const char *const tolerated[] = {"type", "schemaLocation",
						"noNamespaceSchemaLocation"};
	unsigned count = xml_attr_count(n);
	size_t i;

	if (count == 0)
		return true;
	for (i = 0; i < ARRAY_LEN(tolerated); i++)
		count -= str_is_set(xml_attr(n, NS_XSI, tolerated[i], r->a));
	if (count > 0)
		return reader_refuse(r, RETUR_INPUT, e,
				     "Elementet " STR_FMT " i " STR_FMT
				     " har en attribut, der ikke er tilladt",
				     STR_ARG(xml_local(n)), STR_ARG(place(n)));
	return true;
}

bool
reader_open(struct reader *r, const struct xml_node *n, struct cursor *c, struct err *e)
{
	if (!check_attributes(r, n, e))
		return false;
	if (xml_has_text(n))
		return reader_refuse(r, RETUR_INPUT, e,
				     "Elementet " STR_FMT " må ikke indeholde tekst",
				     STR_ARG(xml_local(n)));
	*c = (struct cursor){n, xml_first(n)};
	return true;
}

struct xml_node *
cursor_take(struct cursor *c, struct str ns, const char *local)
{
	struct xml_node *n = c->at;

	if (!n || !xml_is(n, ns, local))
		return NULL;
	c->at = xml_next(n);
	return n;
}

bool
reader_need(struct reader *r, struct cursor *c, struct str ns, const char *local,
	    struct xml_node **out, struct err *e)
{
	struct str parent = xml_local(c->parent);

	*out = cursor_take(c, ns, local);
	if (*out)
		return true;
	if (!c->at)
		return reader_refuse(r, RETUR_INPUT, e, "Elementet %s mangler i " STR_FMT,
				     local, STR_ARG(parent));
	if (xml_is_local(c->at, local))
		return reader_refuse(
			r, RETUR_INPUT, e,
			"Elementet %s i " STR_FMT " er i et forkert namespace '" STR_FMT "'",
			local, STR_ARG(parent), STR_ARG(reader_excerpt(r, xml_ns(c->at))));
	return reader_refuse(r, RETUR_INPUT, e,
			     "Elementet %s mangler i " STR_FMT " før " STR_FMT, local,
			     STR_ARG(parent), STR_ARG(reader_excerpt(r, xml_local(c->at))));
}

bool
reader_close(struct reader *r, const struct cursor *c, struct err *e)
{
	if (!c->at)
		return true;
	return reader_refuse(
		r, RETUR_INPUT, e,
		"Elementet " STR_FMT " er ukendt, gentaget eller står forkert i " STR_FMT
		" (namespace '" STR_FMT "')",
		STR_ARG(reader_excerpt(r, xml_local(c->at))), STR_ARG(xml_local(c->parent)),
		STR_ARG(reader_excerpt(r, xml_ns(c->at))));
}

bool
reader_text(struct reader *r, const struct xml_node *n, size_t max_chars, struct str *out,
	    struct err *e)
{
	size_t chars;

	if (!check_attributes(r, n, e))
		return false;
	if (xml_first(n))
		return reader_refuse(r, RETUR_INPUT, e,
				     "Elementet " STR_FMT " må kun indeholde tekst",
				     STR_ARG(xml_local(n)));
	*out = xml_text(n, r->a);
	/* fewer bytes are fewer characters */
	if (max_chars == 0 || out->len <= max_chars)
		return true;
	chars = reader_chars(*out);
	if (chars <= max_chars)
		return true;
	return reader_refuse(r, RETUR_INPUT, e,
			     STR_FMT " i " STR_FMT " er for lang: %zu tegn, højst %zu",
			     STR_ARG(xml_local(n)), STR_ARG(place(n)), chars, max_chars);
}

static bool
bad_value(struct reader *r, const struct xml_node *n, struct str value, const char *rule,
	  struct err *e)
{
	return reader_refuse(r, RETUR_INPUT, e,
			     STR_FMT " i " STR_FMT " har værdien '" STR_FMT
				     "', men skal være %s",
			     STR_ARG(xml_local(n)), STR_ARG(place(n)),
			     STR_ARG(reader_excerpt(r, value)), rule);
}

bool
reader_uuid(struct reader *r, const struct xml_node *n, struct uuid *out, struct err *e)
{
	struct str text;

	if (!reader_text(r, n, 0, &text, e))
		return false;
	if (!uuid_parse(text, out))
		return bad_value(r, n, text, "en UUID", e);
	return true;
}

bool
reader_integer(struct reader *r, const struct xml_node *n, int64_t min, int64_t max,
	       int64_t *out, struct err *e)
{
	struct str text;

	if (!reader_text(r, n, 0, &text, e))
		return false;
	if (!str_to_i64(str_trim(text), min, max, out))
		return reader_refuse(r, RETUR_INPUT, e,
				     STR_FMT " har værdien '" STR_FMT
					     "', men skal være et heltal fra %lld til %lld",
				     STR_ARG(xml_local(n)), STR_ARG(reader_excerpt(r, text)),
				     (long long)min, (long long)max);
	return true;
}

bool
reader_boolean(struct reader *r, const struct xml_node *n, bool *out, struct err *e)
{
	struct str text, word;

	if (!reader_text(r, n, 0, &text, e))
		return false;
	word = str_trim(text);
	*out = str_eq_c(word, "true") || str_eq_c(word, "1");
	if (!*out && !str_eq_c(word, "false") && !str_eq_c(word, "0"))
		return bad_value(r, n, text, "true eller false", e);
	return true;
}

bool
reader_datetime(struct reader *r, const struct xml_node *n, instant *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct str text;

	if (!reader_text(r, n, 0, &text, e))
		return false;
	if (!time_parse(str_trim(text), ZONE_LOCAL, out, &why))
		return bad_value(r, n, text, "et tidspunkt som 2024-05-02T00:00:00+02:00", e);
	*out = time_floor_ms(*out);
	return true;
}

bool
reader_tidspunkt(struct reader *r, const struct xml_node *n, instant open, instant *out,
		 struct err *e)
{
	struct xml_node *child;
	struct cursor c;
	bool is_open;

	if (!reader_open(r, n, &c, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "GraenseIndikator");
	if (child) {
		if (!reader_boolean(r, child, &is_open, e))
			return false;
		if (!is_open)
			return bad_value(r, child, xml_text(child, r->a), "true", e);
		*out = open;
		return reader_close(r, &c, e);
	}
	return reader_need(r, &c, NS_SAGDOK, "TidsstempelDatoTid", &child, e) &&
	       reader_datetime(r, child, out, e) && reader_close(r, &c, e);
}

bool
reader_name(struct reader *r, const struct xml_node *n, const char *const *names, size_t count,
	    size_t *out, struct err *e)
{
	struct str text, list = STR("");
	size_t i;

	if (!reader_text(r, n, 0, &text, e))
		return false;
	for (i = 1; i < count; i++) {
		if (str_eq_c(text, names[i])) {
			*out = i;
			return true;
		}
	}
	for (i = 1; i < count; i++)
		list = arena_printf(r->a, STR_FMT "%s%s", STR_ARG(list), i > 1 ? ", " : "",
				    names[i]);
	return bad_value(r, n, text,
			 arena_dup_c(r->a, arena_printf(r->a, "en af " STR_FMT, STR_ARG(list))),
			 e);
}

bool
reader_unik_id(struct reader *r, const struct xml_node *n, struct str *label,
	       struct oio_ref *out, struct err *e)
{
	struct xml_node *child;
	struct cursor c;
	struct uuid u;
	struct str urn;

	if (!reader_open(r, n, &c, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "URNIdentifikator");
	if (child) {
		if (!reader_text(r, child, LIMIT_URN_CHARS, &urn, e))
			return false;
		*out = ref_of_urn(urn);
	} else {
		if (!reader_need(r, &c, NS_SAGDOK, "UUIDIdentifikator", &child, e) ||
		    !reader_uuid(r, child, &u, e))
			return false;
		*out = ref_of_uuid(u);
	}
	child = label ? cursor_take(&c, NS_SAGDOK, "Label") : NULL;
	if (child && !reader_text(r, child, LIMIT_LABEL_CHARS, label, e))
		return false;
	return reader_close(r, &c, e);
}
