/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * name=value pairs. Refuses a name that occurs twice: two readers of one message must not see
 * different values.
 * Source: context-handler contract 2.11.
 */
#include "saml/query.h"

#include "base/encoding.h"

static bool
add_pair(struct query *q, struct str raw, struct arena *a, struct err *e)
{
	struct query_pair *p;
	struct str name, value;

	if (q->count == LIMIT_FORM_PAIRS)
		return FAIL(e, BAD_VALUE, "more than %d pairs", LIMIT_FORM_PAIRS);
	p = &q->pairs[q->count];
	if (!str_cut(raw, '=', &name, &value))
		value = STR("");
	if (!percent_decode(name, true, a, &p->name, e) ||
	    !percent_decode(value, true, a, &p->value, e))
		return false;
	if (!utf8_is_valid(p->name) || !utf8_is_valid(p->value))
		return FAIL(e, ENCODING_MALFORMED, "a pair is not UTF-8");
	for (size_t i = 0; i < q->count; i++)
		if (str_eq(q->pairs[i].name, p->name))
			return FAIL(e, BAD_VALUE, "a name occurs twice");
	p->raw = raw;
	q->count++;
	return true;
}

bool
query_parse(struct str text, struct arena *a, struct query *out, struct err *e)
{
	struct str part, rest = text;
	bool more = !str_is_empty(text);

	out->count = 0;
	while (more) {
		more = str_cut(rest, '&', &part, &rest);
		if (part.len > 0 && !add_pair(out, part, a, e))
			return false;
	}
	return true;
}

const struct query_pair *
query_get(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->count; i++)
		if (str_eq_c(q->pairs[i].name, name))
			return &q->pairs[i];
	return NULL;
}

struct str
query_value(const struct query *q, const char *name)
{
	const struct query_pair *p = query_get(q, name);

	return p ? p->value : STR_NONE;
}
