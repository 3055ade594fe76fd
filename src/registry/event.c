/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events are written with the change, and into words when they are read. A registration never
 * changes, so an event that names it says the same whenever it is read; written out it is four
 * times the registration, and to write it takes the writer twice as long. What the law had
 * erased no event says any more, without anybody looking for it.
 *
 * The whole of a registration is told, past and future; of a max-1 relation the period that
 * stood for it when it was made. Left out is what only some may see: whoever hears of it is not
 * known here.
 * Source: contract of Organisation, 2.7; invariant I4.
 */
#include "registry/event.h"

#include "base/buf.h"
#include "base/limits.h"

struct str
event_write(const struct oio_type *t, struct uuid uuid, const struct registrering *r,
	    struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES);
	struct encoder x = {.out = xml_out_new(a, &b), .a = a, .type = t};
	struct window always = {INSTANT_MIN, INSTANT_MAX, r->at};
	struct registrering shown = *r;

	view_content(t, &r->content, &always, 0, a, &shown.content);
	encode_besked(&x, uuid, &shown);
	return b.over ? STR_NONE : arena_dup(a, buf_str(&b));
}

/* organisationenhed.ret */
static const struct oio_type *
kind_of(const struct oio_type *const *types, size_t count, struct str type)
{
	size_t dot;

	if (!str_find(type, STR("."), &dot))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (str_eq_c(str_of(type.ptr, dot), types[i]->key))
			return types[i];
	return NULL;
}

/* 11111111/<uuid> */
static bool
read_key(const struct event_row *row, struct object_key *out)
{
	size_t slash;

	if (!str_find(row->key, STR("/"), &slash))
		return false;
	out->cvr = str_of(row->key.ptr, slash);
	return uuid_parse(str_skip(row->key, slash + 1), &out->uuid);
}

bool
registry_event(struct reading *r, const struct event_row *row,
	       const struct oio_type *const *types, size_t count, struct arena *a,
	       struct str *out, struct err *e)
{
	const struct oio_type *t = kind_of(types, count, row->type);
	struct object_rows found;
	struct object_key k;
	struct stored s;

	*out = STR_NONE;
	if (str_is_set(row->payload)) {
		*out = row->payload;
		return true;
	}
	if (!t || !read_key(row, &k))
		return FAIL(e, STORE_DAMAGED, "an event of type " STR_FMT, STR_ARG(row->type));
	k.kind = t->id;
	if (!objects_history(r, &k, row->at, row->at + 1, a, &found, e))
		return false;
	if (found.count == 0 || found.at[0].at != row->at)
		return true;
	if (!stored_unpack(t, &found.at[0], a, &s, e))
		return false;
	*out = event_write(t, k.uuid, &s.reg, a);
	return str_is_set(*out) || FAIL(e, INTERNAL, "an event that is too large");
}
