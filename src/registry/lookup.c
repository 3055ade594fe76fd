/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One snapshot, read object by object. Each is asked about at access.h; what it says no to is
 * not there, and so is whatever right a field of it needs. Source: contract of
 * Organisation, 3.6.
 */
#include "registry/lookup.h"

#include <string.h>
#include "base/limits.h"
#include "registry/search.h"

#define BATCH 500

struct lookup {
	struct registry_call call;
	struct work w;
	struct reading *reading;
	size_t count; /* objects handed out */
};

bool
lookup_open(struct registry_call *c, struct lookup **out, struct str *reason, struct err *e)
{
	struct lookup *l = ARENA_NEW(c->a, struct lookup);

	l->call = *c;
	work_init(&l->w, &l->call);
	if (!work_may_any(&l->w, ACCESS_READ, e)) {
		*reason = l->w.reader.text;
		return false;
	}
	if (!store_read(c->registry->store, &l->reading, e))
		return false;
	*out = l;
	return true;
}

void
lookup_close(struct lookup *l)
{
	if (l)
		store_read_end(l->reading);
}

void
lookup_closep(struct lookup **l)
{
	lookup_close(*l);
	*l = NULL;
}

static bool
is_live(const struct object_row *row)
{
	return row->state == LIV_OPSTAAET || row->state == LIV_IMPORTERET;
}

/* NULL in *out: the caller may not see it. */
static bool
take(struct lookup *l, const struct object_row *row, struct lookup_object **out, struct err *e)
{
	const struct oio_type *t = l->call.type;
	struct arena *a = l->call.a;
	unsigned rights = work_rights_over(&l->w, row->cvr);
	struct stored s;

	*out = NULL;
	if (!is_live(row) || !(rights & ACCESS_READ))
		return true;
	if (++l->count > LIMIT_LOOKUP_OBJECTS)
		return FAIL(e, ANSWER_TOO_LARGE, "objects of kind %s", t->key);
	if (!stored_unpack(t, row, a, &s, e))
		return false;
	*out = ARENA_NEW(a, struct lookup_object);
	(*out)->type = t;
	(*out)->owner = arena_dup(a, row->cvr);
	(*out)->is_shared = work_is_shared(&l->w, row->cvr);
	(*out)->uuid = row->uuid;
	(*out)->at = row->at;
	view_seen(t, &s.reg.content, rights, a, &(*out)->content);
	return true;
}

bool
lookup_one(struct lookup *l, const struct oio_type *t, struct uuid uuid,
	   struct lookup_object **out, struct err *e)
{
	struct object_row row;
	bool found;

	*out = NULL;
	l->call.type = t;
	return stored_find_any(&l->w, l->reading, uuid, &row, &found, e) &&
	       (!found || take(l, &row, out, e));
}

static void
add(struct lookup_list *list, struct lookup_object *o, struct arena *a)
{
	struct lookup_object **grown;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		grown = ARENA_NEW_N(a, list->room, struct lookup_object *);
		if (list->count > 0)
			memcpy(grown, list->at, list->count * sizeof(*grown));
		list->at = grown;
	}
	list->at[list->count++] = o;
}

bool
lookup_all(struct lookup *l, const struct oio_type *t, size_t relation,
	   const struct uuid *target, struct lookup_list *out, struct err *e)
{
	struct object_test test = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	const struct object_criterion by_target = {OBJECT_ANY_OF, &test, 1};
	const struct search all = {.limit = BATCH};
	struct object_query q;
	struct object_rows rows;
	struct lookup_object *o;
	struct oio_ref ref;
	struct uuid last;

	l->call.type = t;
	search_query(&l->w, &all, &q);
	q.with_content = true;
	if (target) {
		ref = ref_of_uuid(*target);
		test.field = index_field(t, relation);
		test.value = index_ref(&ref, l->call.a);
		q.criteria = &by_target;
		q.criterion_count = 1;
	}
	do {
		if (!search_run(&l->w, &all, l->reading, &q, &rows, e))
			return false;
		for (size_t i = 0; i < rows.count; i++) {
			if (!take(l, &rows.at[i], &o, e))
				return false;
			if (o)
				add(out, o, l->call.a);
		}
		if (rows.count > 0)
			last = rows.at[rows.count - 1].uuid;
		q.after = &last;
	} while (rows.count == BATCH);
	return true;
}

struct str
registry_authority_name(const struct registry *r, struct str cvr, struct arena *a)
{
	const struct registry_options *o = &r->options;
	struct str name =
		o->authority_name ? o->authority_name(o->authority_arg, cvr, a) : STR_NONE;

	return str_is_empty(name) ? cvr : name;
}

bool
registry_new_uuid(const struct registry *r, struct uuid *out, struct err *e)
{
	return r->options.make_uuid(out, e);
}
