/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running the rules, and what their checks share. A check only reads the picture and tells.
 * Source: administration contract 4.7.5; contract of Organisation, 6.
 */
#include "administration/rules_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "klassifikation/types_6.h"
#include "registry/fold.h"

#define SENTENCE_BYTES 4096

const char *const rule_severity_name[RULE_SEVERITY_COUNT] = {"fejl", "advarsel", "oplysning"};
const char *const rule_severity_name_en[RULE_SEVERITY_COUNT] = {"error", "warning", "note"};
const char rule_severity_letter[RULE_SEVERITY_COUNT] = {'E', 'W', 'I'};

const struct rule *
rule_named(struct str id)
{
	for (size_t i = 0; i < rule_count; i++)
		if (str_eq_c(id, rules[i].id))
			return &rules[i];
	return NULL;
}

/* ---- texts ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of what looks like a CPR number at the start: ten digits, or six, a sign and four. */
static size_t
cpr_length(struct str s)
{
	size_t digits = 0, i = 0;

	while (i < s.len && digits < 10) {
		if (digits == 6 && (s.ptr[i] == '-' || s.ptr[i] == ' ') && i == 6)
			i++;
		if (i >= s.len || !is_digit(s.ptr[i]))
			return 0;
		digits++;
		i++;
	}
	return digits == 10 && (i == s.len || !is_digit(s.ptr[i])) ? i : 0;
}

/* A UUID may hold ten digits by chance, and is shown as it is. */
static bool
is_uuid(struct str s)
{
	struct uuid u;

	return s.len >= UUID_TEXT_LEN && s.ptr[8] == '-' &&
	       (s.len == UUID_TEXT_LEN || !is_digit(s.ptr[UUID_TEXT_LEN])) &&
	       uuid_parse(str_of(s.ptr, UUID_TEXT_LEN), &u);
}

struct str
rules_shown(struct arena *a, struct str text)
{
	char *out = arena_dup_c(a, text);

	for (size_t i = 0; i < text.len; i++) {
		size_t len = cpr_length(str_skip(text, i));

		if (i > 0 && is_digit(text.ptr[i - 1]))
			continue;
		if (is_uuid(str_skip(text, i))) {
			i += UUID_TEXT_LEN - 1;
			continue;
		}
		if (len > 0)
			memset(out + i, '*', len);
	}
	return str_of(out, text.len);
}

const char *
rules_text(struct rules_run *r, struct str text)
{
	struct str shown = rules_shown(r->a, str_is_set(text) ? text : STR(""));

	return arena_dup_c(r->a, shown);
}

const char *
rules_name(struct rules_run *r, const struct picture_object *o)
{
	return rules_text(r, picture_name(o));
}

void
rules_tell(struct rules_run *r, const struct picture_object *o, size_t field, const char *da,
	   const char *en, ...)
{
	AUTO(buf_release) struct buf b = BUF_INIT(SENTENCE_BYTES);
	struct rules_report *out = r->out;
	struct rules_finding *grown;
	va_list ap;

	va_start(ap, en);
	buf_vprintf(&b, r->q->language == RULE_ENGLISH ? en : da, ap);
	va_end(ap);
	if (out->count == out->room) {
		out->room = out->room ? out->room * 2 : 64;
		grown = ARENA_NEW_N(r->a, out->room, struct rules_finding);
		if (out->count > 0)
			memcpy(grown, out->findings, out->count * sizeof(*grown));
		out->findings = grown;
	}
	out->findings[out->count++] = (struct rules_finding){
		r->rule, o, field == RULE_NO_FIELD ? NULL : o->type->fields[field].name,
		arena_dup(r->a, buf_str(&b))};
	out->by_severity[r->rule->severity]++;
}

/* ---- objects ---- */

const struct picture_object *
rules_next(const struct rules_run *r, const struct oio_type *t, size_t *at)
{
	size_t count;
	const struct picture_object *list = picture_kind(r->p, t, &count);

	while (*at < count) {
		const struct picture_object *o = &list[(*at)++];

		if (!o->is_shared && o->is_active)
			return o;
	}
	return NULL;
}

size_t
rules_items(const struct picture_object *o, size_t field)
{
	size_t at = 0, n = 0;

	while (picture_item(o, field, &at))
		n++;
	return n;
}

/* No UUID is known for it: the class says so by its key. */
bool
rules_is_system_role(const struct rules_run *r, const struct picture_object *o)
{
	const struct picture_object *k = picture_named(r->p, o, FUNKTION_TYPE);
	struct str key;
	size_t at;

	if (!k)
		return false;
	key = fold_text(picture_name(k), r->a);
	return str_find(key, STR("systemrolle"), &at);
}

static int
cmp_named(const void *a, const void *b)
{
	const struct rules_named *x = a, *y = b;
	int c = uuid_cmp(x->group, y->group);

	if (c == 0)
		c = str_cmp(x->key, y->key);
	return c != 0 ? c : uuid_cmp(x->object->uuid, y->object->uuid);
}

size_t
rules_by_text(struct rules_run *r, const struct oio_type *t, size_t text_row, size_t group_row,
	      struct rules_named **out)
{
	const struct picture_object *o;
	size_t count, at = 0, n = 0;

	(void)picture_kind(r->p, t, &count);
	*out = ARENA_NEW_N(r->a, count + 1, struct rules_named);
	while ((o = rules_next(r, t, &at)) != NULL) {
		struct str key = str_trim(picture_text(o, text_row));
		const struct oio_item *group =
			group_row == RULE_NO_FIELD ? NULL : picture_first(o, group_row);

		if (str_is_empty(key))
			continue;
		(*out)[n] = (struct rules_named){o, fold_text(key, r->a), {{0}}};
		if (group && group->u.relation.ref.is_uuid)
			(*out)[n].group = group->u.relation.ref.uuid;
		n++;
	}
	qsort(*out, n, sizeof(**out), cmp_named);
	return n;
}

/* ---- all of them ---- */

static int
cmp_findings(const void *a, const void *b)
{
	const struct rules_finding *x = a, *y = b;
	int c;

	if (x->rule->severity != y->rule->severity)
		return x->rule->severity < y->rule->severity ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (!x->object || !y->object)
		return x->object ? 1 : y->object ? -1 : str_cmp(x->what, y->what);
	c = str_cmp(picture_name(x->object), picture_name(y->object));
	if (c == 0)
		c = uuid_cmp(x->object->uuid, y->object->uuid);
	return c != 0 ? c : str_cmp(x->what, y->what);
}

void
rules_check(const struct picture *p, const struct rules_question *q, struct arena *a,
	    struct rules_report *out)
{
	struct rules_run r = {.p = p, .q = q, .a = a, .out = out};

	*out = (struct rules_report){.findings = NULL};
	for (size_t i = 0; i < rule_count; i++) {
		if (q->only && q->only != &rules[i])
			continue;
		r.rule = &rules[i];
		rules[i].check(&r);
	}
	if (out->count > 0)
		qsort(out->findings, out->count, sizeof(*out->findings), cmp_findings);
}

/* ---- what roles are limited to ---- */

struct used {
	struct str cvr;
	struct arena *a;
	struct uuid *at;
	size_t count, room;
};

static void
add_used(struct used *u, struct str text)
{
	struct uuid uuid, *grown;

	if (!uuid_parse(text, &uuid))
		return;
	if (u->count == u->room) {
		u->room = u->room ? u->room * 2 : 64;
		grown = ARENA_NEW_N(u->a, u->room, struct uuid);
		if (u->count > 0)
			memcpy(grown, u->at, u->count * sizeof(*grown));
		u->at = grown;
	}
	u->at[u->count++] = uuid;
}

/* linjer[].dataafgraensninger[].vaerdier[] of a jobfunktionsrolle */
static void
add_values(struct used *u, const json_t *role)
{
	const json_t *line, *limit, *value;
	size_t i, j, k;

	json_array_foreach(json_object_get(role, "linjer"), i, line)
		json_array_foreach(json_object_get(line, "dataafgraensninger"), j, limit)
			json_array_foreach(json_object_get(limit, "vaerdier"), k, value)
	{
		if (json_is_string(value))
			add_used(u,
				 str_of(json_string_value(value), json_string_length(value)));
	}
}

static bool
take_known(const struct known_row *row, void *arg, struct err *e)
{
	struct used *u = arg;
	json_t *o;

	(void)e;
	if (!str_eq_c(row->type, "jobfunktionsrolle"))
		return true;
	o = json_read_object(row->json);
	if (str_eq(json_get_text(o, "ejer"), u->cvr))
		add_values(u, o);
	json_decref(o);
	return true;
}

static int
cmp_uuids(const void *a, const void *b)
{
	return uuid_cmp(*(const struct uuid *)a, *(const struct uuid *)b);
}

bool
rules_used(struct reading *r, struct str cvr, struct arena *a, const struct uuid **out,
	   size_t *count, struct err *e)
{
	struct used u = {.cvr = cvr, .a = a};

	if (!store_known_each(r, INSTANT_MAX, take_known, &u, e))
		return false;
	if (u.count > 0)
		qsort(u.at, u.count, sizeof(*u.at), cmp_uuids);
	*out = u.at;
	*count = u.count;
	return true;
}
