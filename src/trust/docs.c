/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents in memory: lists of them by kind and id, what a document says in which field, and
 * reading all that is known out of the store. Nothing here judges; a field that is not there,
 * or is of another type, is absent.
 */
#include "trust/internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

void
docs_release(struct docs *d)
{
	for (size_t i = 0; i < d->count; i++)
		json_decref(d->at[i].json);
	mem_free(d->at);
	*d = (struct docs){0};
}

void
docs_add(struct docs *d, const struct doc *doc)
{
	if (d->count == d->room) {
		d->room = d->room ? d->room * 2 : 64;
		d->at = mem_resize(d->at, d->room * sizeof(*d->at));
	}
	d->at[d->count++] = *doc;
}

static int
doc_cmp(const void *a, const void *b)
{
	const struct doc *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_cmp(x->id, y->id);
}

void
docs_sort(struct docs *d)
{
	if (d->count > 1)
		qsort(d->at, d->count, sizeof(*d->at), doc_cmp);
}

const struct doc *
docs_find(const struct docs *d, enum doc_kind kind, struct str id)
{
	struct doc wanted = {.kind = kind, .id = id};

	if (d->count == 0 || !str_is_set(id))
		return NULL;
	return bsearch(&wanted, d->at, d->count, sizeof(*d->at), doc_cmp);
}

const struct doc *
docs_of(const struct docs *d, enum doc_kind kind, size_t *count)
{
	size_t from = 0, to;

	while (from < d->count && d->at[from].kind < kind)
		from++;
	for (to = from; to < d->count && d->at[to].kind == kind; to++)
		;
	*count = to - from;
	return d->at ? d->at + from : NULL;
}

/* ---- fields ---- */

struct str
json_element_text(const json_t *element)
{
	if (!json_is_string(element))
		return STR_NONE;
	return str_of(json_string_value(element), json_string_length(element));
}

struct str
json_text(const json_t *o, const char *name)
{
	return json_element_text(json_object_get(o, name));
}

bool
json_flag(const json_t *o, const char *name, bool otherwise)
{
	const json_t *v = json_object_get(o, name);

	return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

int
json_number(const json_t *o, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(o, name));

	return n >= 0 && n <= 1000000 ? (int)n : 0;
}

/* Without a state an object is in the first one of its type, which is the one in force. */
bool
json_is_state(const json_t *o, const char *const *states)
{
	struct str state = json_text(o, "tilstand");

	if (!str_is_set(state))
		return !json_object_get(o, "tilstand");
	for (; *states; states++)
		if (str_eq_c(state, *states))
			return true;
	return false;
}

/* Times were checked when the document was applied; one that cannot be read opens nothing. */
static instant
time_field(const json_t *o, const char *name, instant otherwise, instant broken)
{
	struct str text = json_text(o, name);
	struct err ignored = ERR_INIT;
	instant t;

	if (!json_object_get(o, name))
		return otherwise;
	return time_parse(text, ZONE_REQUIRED, &t, &ignored) ? t : broken;
}

struct validity
json_validity(const json_t *o)
{
	return (struct validity){
		.from = time_field(o, "gyldigFra", INSTANT_MIN, INSTANT_MAX),
		.to = time_field(o, "gyldigTil", INSTANT_MAX, INSTANT_MIN),
	};
}

size_t
json_count(const json_t *o, const char *name)
{
	return json_array_size(json_object_get(o, name));
}

const json_t *
json_item(const json_t *o, const char *name, size_t i)
{
	return json_array_get(json_object_get(o, name), i);
}

struct str
json_text_at(const json_t *o, const char *name, size_t i)
{
	return json_element_text(json_item(o, name, i));
}

static int
write_piece(const char *bytes, size_t len, void *arg)
{
	buf_add_bytes(arg, bytes, len);
	return 0;
}

void
json_write(const json_t *v, size_t flags, struct buf *out)
{
	/* the buffer tells whether all of it fitted */
	BUG_ON(json_dump_callback(v, write_piece, out, flags) != 0);
}

/* ---- what is known ---- */

struct load {
	struct arena *arena;
	struct docs *docs;
};

static bool
load_row(const struct known_row *row, void *arg, struct err *e)
{
	struct load *load = arg;
	struct doc doc = {.is_given = false};
	json_error_t at;

	if (!doc_kind_of(row->type, &doc.kind))
		return true;
	doc.json = json_loadb(row->json.ptr, row->json.len, JSON_REJECT_DUPLICATES, &at);
	if (!json_is_object(doc.json)) {
		json_decref(doc.json);
		return FAIL(e, KNOWN_MALFORMED, STR_FMT " " STR_FMT " is no JSON object",
			    STR_ARG(row->type), STR_ARG(row->id));
	}
	doc.id = arena_dup(load->arena, row->id);
	doc.place = arena_printf(load->arena, "known: " STR_FMT " " STR_FMT, STR_ARG(row->type),
				 STR_ARG(row->id));
	docs_add(load->docs, &doc);
	return true;
}

bool
docs_load(struct reading *r, instant at, struct arena *a, struct docs *out, struct err *e)
{
	struct load load = {a, out};

	if (!store_known_each(r, at, load_row, &load, e))
		return false;
	docs_sort(out);
	return true;
}
