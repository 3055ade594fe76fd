/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document as written by a person, made into the one form that is kept. Walks the tables of
 * types.c: a field that no table names is a problem (and the nearest name is told), so is a
 * value outside its bounds or of another type. Reports everything it finds, not only the first.
 * Nothing is filled in: what was not said is not kept.
 */
#include "trust/internal.h"

#include <string.h>
#include "base/encoding.h"
#include "base/limits.h"

#define LIST_MAX 10000
#define PATH_BYTES_MAX 1024

struct walk {
	struct findings *f;
	struct str place, root;
	const struct doc_type *type;
	struct buf path; /* "anvender.certifikater[0]" */
};

static json_t *value_of(struct walk *w, const struct field *field, const json_t *in);

static void PRINTF_LIKE(4, 0)
report(struct buf *to, struct str place, const char *sign, const char *fmt, va_list ap)
{
	buf_add(to, place);
	buf_add_c(to, sign);
	buf_vprintf(to, fmt, ap);
	buf_add_char(to, '\n');
}

void
finding_problem(struct findings *f, struct str place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(f->problems, place, ": ", fmt, ap);
	va_end(ap);
	f->count++;
}

void
finding_warn(struct findings *f, struct str place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(f->warnings, place, ": warning: ", fmt, ap);
	va_end(ap);
}

static json_t *
refuse(struct walk *w, const char *what)
{
	finding_problem(w->f, w->place, STR_FMT ": %s", STR_ARG(buf_str(&w->path)), what);
	return NULL;
}

/* ---- scalars ---- */

static json_t *
choice_value(struct walk *w, const char *const *choices, struct str s)
{
	AUTO(buf_release) struct buf all = BUF_INIT(1024);

	for (const char *const *c = choices; c && *c; c++) {
		if (str_eq_c(s, *c))
			return json_string(*c);
		buf_printf(&all, "%s%s", c == choices ? "" : ", ", *c);
	}
	finding_problem(w->f, w->place, STR_FMT ": not one of " STR_FMT,
			STR_ARG(buf_str(&w->path)), STR_ARG(buf_str(&all)));
	return NULL;
}

/* A moment, or a date: 00:00 that day in Denmark. Kept in UTC. */
static json_t *
time_value(struct walk *w, struct str s)
{
	char out[TIME_TEXT_MAX];
	struct err e = ERR_INIT;
	struct str text = s;
	instant t;

	if (s.len == 10)
		text = arena_printf(w->f->arena, STR_FMT "T00:00:00", STR_ARG(s));
	if (!time_parse(text, ZONE_LOCAL, &t, &e))
		return refuse(w, "not a time (2026-01-31T12:00:00+01:00) or date (2026-01-31)");
	text = time_format_utc(t, out);
	return json_stringn(text.ptr, text.len);
}

static json_t *
string_value(struct walk *w, const struct field *field, const json_t *in)
{
	struct str s = json_element_text(in);
	const char *problem;

	if (!str_is_set(s))
		return refuse(w, "must be a text in quotes");
	if (field->kind == FIELD_CHOICE)
		return choice_value(w, field->choices, s);
	if (field->kind == FIELD_STATE)
		return choice_value(w, w->type->states, s);
	if (field->kind == FIELD_TIME)
		return time_value(w, s);
	problem = form_problem(field, s);
	return problem ? refuse(w, problem) : json_stringn(s.ptr, s.len);
}

/* ---- certificates and metadata ---- */

struct str
pem_of_cert(struct arena *a, const struct cert *c)
{
	AUTO(buf_release) struct buf b = BUF_INIT(64 * 1024);
	struct str text = cert_base64(c);

	buf_add_c(&b, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < text.len; i += 64) {
		struct str line = str_skip(text, i);

		buf_add(&b, str_of(line.ptr, line.len < 64 ? line.len : 64));
		buf_add_char(&b, '\n');
	}
	buf_add_c(&b, "-----END CERTIFICATE-----\n");
	return arena_dup(a, buf_str(&b));
}

static bool
file_content(struct walk *w, struct str name, size_t max_bytes, struct str *out)
{
	struct arena *a = w->f->arena;
	struct err e = ERR_INIT;
	struct str path = name;

	if (!str_has_prefix(name, STR("/")) && w->root.len > 0)
		path = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(w->root), STR_ARG(name));
	if (read_file(arena_dup_c(a, path), max_bytes, a, out, &e))
		return true;
	finding_problem(w->f, w->place, STR_FMT ".fil: %s", STR_ARG(buf_str(&w->path)),
			e.detail);
	return false;
}

/* Exactly one of the named fields is there, and nothing that is not allowed beside it. */
static const char *
one_source(struct walk *w, const json_t *in, const char *const *sources,
	   const char *const *others)
{
	const char *found = NULL, *key;
	json_t *copy;
	void *it;

	if (!json_is_object(in)) {
		refuse(w, "must be a group, such as { fil = \"...\" }");
		return NULL;
	}
	copy = json_copy((json_t *)(uintptr_t)in);
	for (; *sources; sources++) {
		if (!json_object_get(in, *sources))
			continue;
		if (found) {
			refuse(w, "says the same twice");
			json_decref(copy);
			return NULL;
		}
		found = *sources;
		json_object_del(copy, found);
	}
	for (; *others; others++)
		json_object_del(copy, *others);
	it = json_object_iter(copy);
	key = it ? json_object_iter_key(it) : NULL;
	if (key)
		finding_problem(w->f, w->place, STR_FMT ": unknown field '%.100s'",
				STR_ARG(buf_str(&w->path)), key);
	else if (!found)
		refuse(w, "names no file and holds no content");
	json_decref(copy);
	return key ? NULL : found;
}

static json_t *
cert_value(struct walk *w, const json_t *in)
{
	static const char *const sources[] = {"fil", "pem", NULL};
	static const char *const others[] = {"spaerret", "noter", NULL};
	static const struct field noter = {"noter", FIELD_TEXT, .max = 1000};
	AUTO(cert_freep) struct cert *cert = NULL;
	const char *source = one_source(w, in, sources, others);
	const json_t *blocked = json_object_get(in, "spaerret");
	const json_t *remark = json_object_get(in, "noter");
	struct err e = ERR_INIT;
	struct str bytes, pem;
	json_t *out, *text = NULL;

	if (!source)
		return NULL;
	bytes = json_text(in, source);
	if (!str_is_set(bytes))
		return refuse(w, "must be a text in quotes");
	if (strcmp(source, "fil") == 0 && !file_content(w, bytes, 64 * 1024, &bytes))
		return NULL;
	if (!cert_parse(bytes, &cert, &e)) {
		finding_problem(w->f, w->place, STR_FMT ": not a certificate (%s)",
				STR_ARG(buf_str(&w->path)), e.detail);
		return NULL;
	}
	if (blocked && !json_is_boolean(blocked))
		return refuse(w, "spaerret is true or false");
	if (remark && !(text = value_of(w, &noter, remark)))
		return NULL;
	pem = pem_of_cert(w->f->arena, cert);
	out = json_object();
	json_object_set_new(out, "pem", json_stringn(pem.ptr, pem.len));
	if (blocked && json_is_true(blocked))
		json_object_set_new(out, "spaerret", json_true());
	if (text)
		json_object_set_new(out, "noter", text);
	return out;
}

static json_t *
metadata_value(struct walk *w, const json_t *in)
{
	static const char *const sources[] = {"fil", "xml", NULL};
	static const char *const others[] = {NULL};
	const char *source = one_source(w, in, sources, others);
	struct str text;
	json_t *out;

	if (!source)
		return NULL;
	text = json_text(in, source);
	if (!str_is_set(text))
		return refuse(w, "must be a text in quotes");
	if (strcmp(source, "fil") == 0 && !file_content(w, text, LIMIT_METADATA_BYTES, &text))
		return NULL;
	if (str_has_prefix(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	if (text.len > LIMIT_METADATA_BYTES || !utf8_is_valid(text))
		return refuse(w, "too large, or not in UTF-8");
	if (!str_has_prefix(str_trim(text), STR("<")))
		return refuse(w, "not XML");
	out = json_object();
	json_object_set_new(out, "xml", json_stringn(text.ptr, text.len));
	return out;
}

/* ---- groups ---- */

/* Edits that lead from one name to the other: inserted, dropped and exchanged letters. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b), before, kept;

	if (n >= ARRAY_LEN(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = before + (*a != b[j - 1]);

			kept = row[j];
			row[j] = change;
			if (kept + 1 < row[j])
				row[j] = kept + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			before = kept;
		}
	}
	return row[n];
}

static void
nearest(const struct field *fields, const char *name, const char **best, size_t *least)
{
	for (; fields && fields->name; fields++) {
		size_t d = distance(name, fields->name);

		if (d < *least) {
			*least = d;
			*best = fields->name;
		}
	}
}

static void
unknown_field(struct walk *w, const struct field *fields, const struct field *more,
	      const char *name)
{
	/* further away it is another word */
	size_t least = strlen(name) / 2 + 1;
	const char *best = NULL;

	if (strlen(name) < 64) {
		nearest(fields, name, &best, &least);
		nearest(more, name, &best, &least);
	}
	if (best)
		finding_problem(w->f, w->place,
				STR_FMT "unknown field '%.100s'; did you mean '%s'?",
				STR_ARG(buf_str(&w->path)), name, best);
	else
		finding_problem(w->f, w->place, STR_FMT "unknown field '%.100s'",
				STR_ARG(buf_str(&w->path)), name);
}

static json_t *
list_value_of(struct walk *w, const struct field *field, const json_t *in)
{
	struct field one = *field;
	size_t at = w->path.len, count = json_array_size(in), before = w->f->count;
	json_t *out, *v;

	one.flags = 0;
	if (!json_is_array(in))
		return refuse(w, "must be a list");
	if (count > LIST_MAX)
		return refuse(w, "too many elements");
	if (count == 0 && field->flags & FIELD_REQUIRED)
		return refuse(w, "must not be empty");
	out = json_array();
	for (size_t i = 0; i < count; i++) {
		buf_printf(&w->path, "[%zu]", i);
		v = value_of(w, &one, json_array_get(in, i));
		if (v)
			json_array_append_new(out, v);
		buf_truncate(&w->path, at);
	}
	if (w->f->count == before)
		return out;
	json_decref(out);
	return NULL;
}

static void
add_field(struct walk *w, const struct field *field, const json_t *in, json_t *out)
{
	const json_t *given = json_object_get(in, field->name);
	size_t at = w->path.len;
	json_t *v;

	if (field->kind == FIELD_STATE && !w->type->states)
		return;
	buf_printf(&w->path, "%s%s", at > 0 ? "." : "", field->name);
	if (given) {
		v = value_of(w, field, given);
		if (v)
			json_object_set_new(out, field->name, v);
	} else if (field->flags & FIELD_REQUIRED) {
		refuse(w, "is missing");
	}
	buf_truncate(&w->path, at);
}

/* more: fields that are allowed besides; a name in both is that of the first table */
static json_t *
group_value(struct walk *w, const struct field *fields, const struct field *more,
	    const json_t *in)
{
	size_t before = w->f->count, at = w->path.len;
	const struct field *known, *own = fields;
	json_t *out;

	if (!json_is_object(in))
		return refuse(w, "must be a group in braces");
	out = json_object();
	for (void *it = json_object_iter((json_t *)(uintptr_t)in); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)in, it)) {
		const char *name = json_object_iter_key(it);

		known = doc_field(fields, name);
		if (!known && more)
			known = doc_field(more, name);
		if (known && (known->kind != FIELD_STATE || w->type->states))
			continue;
		if (at > 0)
			buf_add_c(&w->path, ": ");
		unknown_field(w, fields, more, name);
		buf_truncate(&w->path, at);
	}
	for (; fields->name; fields++)
		add_field(w, fields, in, out);
	for (; more && more->name; more++)
		if (!doc_field(own, more->name))
			add_field(w, more, in, out);
	if (w->f->count == before)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *
value_of(struct walk *w, const struct field *field, const json_t *in)
{
	if (field->flags & FIELD_MANY)
		return list_value_of(w, field, in);
	switch (field->kind) {
	case FIELD_GROUP:
		return group_value(w, field->fields, NULL, in);
	case FIELD_CERT:
		return cert_value(w, in);
	case FIELD_METADATA:
		return metadata_value(w, in);
	case FIELD_BOOL:
		return json_is_boolean(in) ? json_boolean(json_is_true(in))
					   : refuse(w, "must be true or false");
	case FIELD_INT:
		if (!json_is_integer(in) || json_integer_value(in) < 1 ||
		    json_integer_value(in) > field->max)
			return refuse(w, "not a number in range");
		return json_integer(json_integer_value(in));
	default:
		return string_value(w, field, in);
	}
}

json_t *
normal_document(struct findings *f, enum doc_kind kind, const json_t *in, struct str place,
		struct str root)
{
	struct walk w = {.f = f, .place = place, .root = root, .type = &doc_types[kind]};
	json_t *out;

	buf_init(&w.path, PATH_BYTES_MAX);
	out = group_value(&w, w.type->fields, doc_envelope, in);
	buf_release(&w.path);
	return out;
}
