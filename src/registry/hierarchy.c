/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fremsoegobjekthierarki: everything that an authority has, kind by kind, a page of each. All
 * lists come of one snapshot of the store, and are always there, if empty. A filter holds its
 * own kind only.
 *
 * Left out: what has no Egenskab in the time asked for, and what is not Aktiv, unless the
 * installation wants the latter shown.
 * Source: contract of Organisation, 2.5 and 3.7; O11 of the resolutions.
 */
#include "registry/label.h"
#include "registry/search.h"

#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "xml/names.h"

/* One list: a call and a search of its own for the kind. */
struct listed {
	const struct hierarchy_row *row;
	struct registry_call c;
	struct work w;
	struct search s;
	struct object_rows rows;
};

struct uuids {
	struct uuid *at;
	size_t count;
};

/* ---- input ---- */

static void
listed_init(struct listed *l, const struct work *w, const struct hierarchy_row *row,
	    const struct search *base)
{
	l->row = row;
	l->c = *w->c;
	l->c.type = row->type;
	l->w = *w;
	l->w.c = &l->c;
	l->w.reader.type = row->type;
	l->s = *base;
}

static bool
read_filter(struct work *w, struct cursor *cur, struct listed *l, struct err *e)
{
	struct xml_node *n = cursor_take(cur, w->c->ns, l->row->filter);
	struct oio_item *item;

	if (!n)
		return true;
	item = ARENA_NEW(w->c->a, struct oio_item);
	if (!decode_egenskab(&l->w.reader, n, item, e))
		return false;
	l->s.template = (struct oio_content){.items = item, .count = 1};
	return true;
}

static bool
read_input(struct work *w, const struct hierarchy *h, struct listed *all, struct err *e)
{
	struct search base;
	struct cursor cur;
	size_t i;

	if (!reader_open(&w->reader, w->c->input, &cur, e) ||
	    !search_read_base(w, &cur, LIMIT_HIERARCHY_DEFAULT, LIMIT_HIERARCHY_PAGE, &base, e))
		return false;
	for (i = 0; i < h->count; i++) {
		listed_init(&all[i], w, &h->rows[i], &base);
		if (!read_filter(w, &cur, &all[i], e) ||
		    !search_prepare(&all[i].w, &all[i].s, e)) {
			w->reader.text = all[i].w.reader.text;
			return false;
		}
	}
	return reader_close(&w->reader, &cur, e);
}

/* ---- which shared objects ---- */

static struct str
operator_of(const struct work *w)
{
	struct str cvr = w->c->registry->options.operator_cvr;

	return str_eq(cvr, w->c->caller->cvr) ? STR_NONE : cvr;
}

/* Shared objects of a kind with one of the values, live and holding now. */
static bool
find_shared(struct work *w, struct reading *r, const struct oio_type *t, size_t row,
	    const struct str *values, size_t count, struct object_rows *out, struct err *e)
{
	struct object_test *tests = ARENA_NEW_N(w->c->a, count + 1, struct object_test);
	struct object_criterion c = {OBJECT_ANY_OF, tests, count};
	struct search none = {.limit = LIMIT_HIERARCHY_PAGE};
	struct object_query q;
	size_t i;

	*out = (struct object_rows){.at = NULL};
	if (count == 0)
		return true;
	for (i = 0; i < count; i++)
		tests[i] = (struct object_test){.field = index_field(t, row),
						.value = values[i],
						.from = w->c->now,
						.to = w->c->now + 1};
	search_query(w, &none, &q);
	q.kind = t->id;
	q.owners[0] = operator_of(w);
	q.owner_count = 1;
	q.criteria = &c;
	q.criterion_count = 1;
	return objects_find(r, &q, w->c->a, out, e);
}

/* Those of the operator's objects that stand for the caller's authority. */
static bool
shared_standing_for(struct work *w, struct reading *r, struct uuids *out, struct err *e)
{
	const struct oio_delegate *d = w->c->type->delegate;
	struct str cvr = index_text(w->c->caller->cvr, w->c->a);
	struct object_rows via, rows;
	struct str *refs;
	size_t i;

	if (!d)
		return true;
	if (!find_shared(w, r, d->via_type, d->cvr, &cvr, 1, &via, e))
		return false;
	if (via.count > OBJECT_TESTS_MAX)
		via.count = OBJECT_TESTS_MAX;
	refs = ARENA_NEW_N(w->c->a, via.count + 1, struct str);
	for (i = 0; i < via.count; i++)
		refs[i] = index_ref(&(struct oio_ref){.form = REF_UUID,
						      .is_uuid = true,
						      .uuid = via.at[i].uuid},
				    w->c->a);
	if (!find_shared(w, r, w->c->type, d->via, refs, via.count, &rows, e))
		return false;
	out->at = ARENA_NEW_N(w->c->a, rows.count + 1, struct uuid);
	for (i = 0; i < rows.count; i++)
		out->at[out->count++] = rows.at[i].uuid;
	return true;
}

/* Whatever the authority's own objects name now. */
static bool
shared_referenced(struct work *w, const struct hierarchy *h, struct reading *r,
		  struct uuids *out, struct err *e)
{
	struct object_texts values;
	size_t i, k, field;

	for (i = 0; i < h->reference_count; i++) {
		const struct hierarchy_reference *ref = &h->references[i];
		struct uuid *grown;

		if (ref->target != w->c->type)
			continue;
		BUG_ON(!oio_field_by_name(ref->type, ref->relation, &field));
		if (!objects_values(r, w->c->caller->cvr, index_field(ref->type, field),
				    w->c->now, w->c->now + 1, w->c->a, &values, e))
			return false;
		grown = ARENA_NEW_N(w->c->a, out->count + values.count + 1, struct uuid);
		if (out->count > 0)
			memcpy(grown, out->at, out->count * sizeof(*grown));
		out->at = grown;
		for (k = 0; k < values.count; k++)
			if (index_is_uuid(values.at[k], &out->at[out->count]))
				out->count++;
	}
	return true;
}

/* ---- pages ---- */

static int
row_cmp(const void *pa, const void *pb)
{
	const struct object_row *a = pa, *b = pb;

	return uuid_cmp(a->uuid, b->uuid);
}

static bool
has_row(const struct object_rows *rows, struct uuid u)
{
	struct object_row key = {.uuid = u};

	return rows->count > 0 &&
	       bsearch(&key, rows->at, rows->count, sizeof(key), row_cmp) != NULL;
}

/* The listed ones of some shared objects, one by one; what is the authority's own is not. */
static bool
find_named(struct listed *l, struct reading *r, const struct uuids *named,
	   const struct object_query *base, struct object_rows *all, struct err *e)
{
	struct str owner = operator_of(&l->w);
	struct object_rows found;
	size_t i, own = all->count, room = own + named->count;
	struct object_row *rows = ARENA_NEW_N(l->c.a, room + 1, struct object_row);
	struct object_rows mine = *all, more = {.at = rows, .count = own};

	if (own > 0)
		memcpy(rows, all->at, own * sizeof(*rows));
	for (i = 0; i < named->count; i++) {
		struct object_query q = *base;

		if (has_row(&mine, named->at[i]))
			continue;
		q.owners[0] = owner;
		q.owner_count = 1;
		q.uuid = &named->at[i];
		q.offset = 0;
		q.limit = 1;
		if (!objects_find(r, &q, l->c.a, &found, e))
			return false;
		if (found.count > 0 && !has_row(&more, named->at[i]))
			rows[more.count++] = found.at[0];
	}
	if (more.count > 1)
		qsort(rows, more.count, sizeof(*rows), row_cmp);
	*all = more;
	return true;
}

/* Own objects and some shared ones together: few enough to be laid side by side. */
static bool
find_mixed(struct listed *l, struct reading *r, const struct uuids *named,
	   const struct object_query *base, struct err *e)
{
	struct object_query q = *base;
	struct object_rows *rows = &l->rows;
	size_t skip = (size_t)base->offset, most = (size_t)base->limit;

	q.limit = (int64_t)(skip + most);
	q.offset = 0;
	if (!search_run_own(&l->w, &l->s, r, &q, rows, e) ||
	    !find_named(l, r, named, base, rows, e))
		return false;
	if (skip > rows->count)
		skip = rows->count;
	rows->at += skip;
	rows->count -= skip;
	if (rows->count > most)
		rows->count = most;
	return true;
}

static bool
find_list(struct listed *l, const struct hierarchy *h, struct reading *r, struct err *e)
{
	struct window win = search_window(&l->w, &l->s, &(struct virkning){.fra = 0});
	struct uuids named = {.at = NULL};
	struct object_query q;

	search_query(&l->w, &l->s, &q);
	q.kind = l->row->type->id;
	q.with_content = true;
	q.is_listed = true;
	q.only_active = !l->c.registry->options.hierarchy_has_inactive;
	q.listed_from = win.fra;
	q.listed_to = win.til;
	if (str_is_set(operator_of(&l->w))) {
		if (l->row->shared == HIERARCHY_ALL)
			return search_run(&l->w, &l->s, r, &q, &l->rows, e);
		if (l->row->shared == HIERARCHY_STANDS_FOR &&
		    !shared_standing_for(&l->w, r, &named, e))
			return false;
		if (l->row->shared == HIERARCHY_REFERENCED &&
		    !shared_referenced(&l->w, h, r, &named, e))
			return false;
	}
	if (named.count > 0)
		return find_mixed(l, r, &named, &q, e);
	return search_run_own(&l->w, &l->s, r, &q, &l->rows, e);
}

/* ---- output ---- */

static bool
write_list(struct listed *l, struct reading *r, struct arena *scratch, struct err *e)
{
	struct window win = search_window(&l->w, &l->s, &(struct virkning){.fra = 0});
	struct registry_call *c = &l->c;
	struct label_source from;
	struct encoder x;
	struct stored s;
	size_t i;

	answer_encoder(c, r, &from, &x);
	xml_out_open(c->out, PREFIX_SYSTEM, c->ns, l->row->list);
	for (i = 0; i < l->rows.count; i++) {
		struct access_object object = {.owner = l->rows.at[i].cvr,
					       .is_shared = c->type->is_shared};
		struct oio_content seen;

		arena_reset(scratch);
		if (!work_may(&l->w, ACCESS_READ, &object, e) ||
		    !stored_unpack(c->type, &l->rows.at[i], scratch, &s, e))
			return false;
		view_content(c->type, &s.reg.content, &win, l->w.access.rights, scratch, &seen);
		s.reg.content = seen;
		xml_out_open(c->out, PREFIX_SYSTEM, c->ns, "FiltreretOejebliksbillede");
		encode_snapshot(&x, l->rows.at[i].uuid, &s.reg, 1);
		xml_out_close(c->out);
	}
	xml_out_close(c->out);
	return true;
}

static bool
hierarchy(struct work *w, const struct hierarchy *h, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *scratch = arena_new();
	struct listed *all = ARENA_NEW_N(w->c->a, h->count, struct listed);
	size_t i;

	if (!work_may(w, ACCESS_READ, NULL, e) || !read_input(w, h, all, e) ||
	    !store_read(w->c->registry->store, &r, e))
		return false;
	for (i = 0; i < h->count; i++)
		if (!find_list(&all[i], h, r, e))
			return false;
	answer_begin_ok(w->c);
	for (i = 0; i < h->count; i++)
		if (!write_list(&all[i], r, scratch, e))
			return false;
	answer_end(w->c);
	return true;
}

/* [organisation R9] with all its lists, as the schema has it, also when it is refused */
static bool
refuse(struct work *w, const struct hierarchy *h, struct err *e)
{
	size_t i;

	if (!answer_begin_refusal(w, e))
		return false;
	for (i = 0; i < h->count; i++) {
		xml_out_open(w->c->out, PREFIX_SYSTEM, w->c->ns, h->rows[i].list);
		xml_out_close(w->c->out);
	}
	answer_end(w->c);
	return true;
}

bool
registry_hierarchy(struct registry_call *c, const struct hierarchy *h, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return hierarchy(&w, h, e) || refuse(&w, h, e);
}
