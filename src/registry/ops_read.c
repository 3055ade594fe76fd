/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * laes and list. Without filters: the last registration, as far as it holds now. An object that
 * is another authority's, unknown or deleted is not there; who may write can still read the
 * registrations of a deleted one by asking for a time of registration.
 * Source: contract of Organisation, 3.3 and R5–R7.
 */
#include "registry/label.h"

#include <stdlib.h>
#include "base/limits.h"
#include "xml/names.h"

struct read_filters {
	struct filter virkning, registrering;
	bool is_history; /* a registration filter was given */
	struct window valid, made;
};

/* One object as it is shown. */
struct snapshot {
	struct uuid uuid;
	struct registrering *regs;
	size_t count; /* 0: not there */
};

static bool
read_filters(struct work *w, struct cursor *c, struct read_filters *f, struct err *e)
{
	*f = (struct read_filters){.is_history = false};
	if (!input_filter(w, c, "VirkningFraFilter", "VirkningTilFilter", &f->virkning, e) ||
	    !input_filter(w, c, "RegistreringFraFilter", "RegistreringTilFilter",
			  &f->registrering, e) ||
	    !reader_close(&w->reader, c, e))
		return false;
	f->is_history = f->registrering.has_fra || f->registrering.has_til;
	f->valid = window_of_virkning(&f->virkning, w->c->now);
	f->made = window_of_registrering(&f->registrering, w->c->now);
	/* a missing start is now */
	if (f->valid.fra > f->valid.til)
		return reader_refuse(&w->reader, RETUR_PERIOD, e,
				     "VirkningTilFilter ligger før nu, og VirkningFraFilter "
				     "mangler");
	return true;
}

/* Which registrations are shown; rows->count 0: none. */
static bool
find_rows(struct work *w, struct reading *r, const struct read_filters *f, struct uuid uuid,
	  struct object_rows *rows, struct err *e)
{
	struct object_row *latest = ARENA_NEW(w->scratch, struct object_row);
	bool found;

	*rows = (struct object_rows){.at = latest};
	if (!stored_find_any(w, r, uuid, latest, &found, e))
		return false;
	if (!found)
		return true;
	if (latest->state == LIV_SLETTET &&
	    !(f->is_history && (work_rights_over(w, latest->cvr) & ACCESS_WRITE)))
		return true;
	if (!f->is_history) {
		rows->count = 1;
		return true;
	}
	return objects_history(r, &(struct object_key){latest->cvr, w->c->type->id, uuid},
			       f->made.fra, f->made.til, w->scratch, rows, e);
}

static bool
read_snapshot(struct work *w, struct reading *r, const struct read_filters *f, struct uuid uuid,
	      struct snapshot *out, struct err *e)
{
	const struct oio_type *t = w->c->type;
	struct object_rows rows;
	struct stored s;
	size_t i;

	*out = (struct snapshot){.uuid = uuid};
	if (!find_rows(w, r, f, uuid, &rows, e))
		return false;
	out->regs = ARENA_NEW_N(w->scratch, rows.count + 1, struct registrering);
	for (i = 0; i < rows.count; i++) {
		/* The decision is made for the very row that is shown. */
		struct access_object object = {.owner = rows.at[i].cvr,
					       .is_shared = t->is_shared};

		if (!work_may(w, ACCESS_READ, &object, e) ||
		    !stored_unpack(t, &rows.at[i], w->scratch, &s, e))
			return false;
		out->regs[i] = s.reg;
		view_content(t, &s.reg.content, &f->valid, w->access.rights, w->scratch,
			     &out->regs[i].content);
	}
	out->count = rows.count;
	return true;
}

static void
write_snapshot(struct encoder *x, const struct snapshot *s)
{
	xml_out_open(x->out, PREFIX_OBJECT, x->type->ns, "FiltreretOejebliksbillede");
	encode_snapshot(x, s->uuid, s->regs, s->count);
	xml_out_close(x->out);
}

/* ---- laes ---- */

static bool
laes(struct work *w, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct read_filters f;
	struct snapshot s;
	struct label_source from;
	struct encoder x;
	struct xml_node *n;
	struct cursor c;
	struct uuid uuid;

	if (!work_may_any(w, ACCESS_READ, e) || !reader_open(&w->reader, w->c->input, &c, e) ||
	    !reader_need(&w->reader, &c, NS_SAGDOK, "UUIDIdentifikator", &n, e) ||
	    !reader_uuid(&w->reader, n, &uuid, e) || !read_filters(w, &c, &f, e) ||
	    !store_read(w->c->registry->store, &r, e) || !read_snapshot(w, r, &f, uuid, &s, e))
		return false;
	if (s.count == 0)
		return FAIL(e, RETUR_NOT_FOUND, "%s", w->c->type->key);
	answer_encoder(w->c, r, &from, &x);
	answer_begin_ok(w->c);
	write_snapshot(&x, &s);
	answer_end(w->c);
	return true;
}

bool
registry_laes(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return laes(&w, e) || answer_refuse(&w, e);
}

/* ---- list ---- */

struct wanted {
	struct uuid uuid;
	size_t place;
	bool is_again; /* asked for before */
};

static int
by_uuid(const void *pa, const void *pb)
{
	const struct wanted *a = pa, *b = pb;
	int d = uuid_cmp(a->uuid, b->uuid);

	if (d == 0)
		d = a->place < b->place ? -1 : a->place > b->place;
	return d;
}

static int
by_place(const void *pa, const void *pb)
{
	const struct wanted *a = pa, *b = pb;

	return a->place < b->place ? -1 : a->place > b->place;
}

/* The UUIDs asked for, in order; those that come again are marked. */
static bool
read_wanted(struct work *w, struct cursor *c, struct wanted **out, size_t *count, struct err *e)
{
	const struct xml_node *walk;
	struct xml_node *n;
	struct wanted *all = NULL;
	size_t i;

	*count = 0;
	for (walk = c->at; walk && xml_is(walk, NS_SAGDOK, "UUIDIdentifikator");
	     walk = xml_next(walk))
		++*count;
	if (*count == 0)
		return reader_need(&w->reader, c, NS_SAGDOK, "UUIDIdentifikator", &n, e);
	if (*count > LIMIT_LIST_OBJECTS)
		return reader_refuse(
			&w->reader, RETUR_INPUT, e,
			"Der er %zu UUIDIdentifikator; højst %d kan hentes ad gangen", *count,
			LIMIT_LIST_OBJECTS);
	*out = all = ARENA_NEW_N(w->c->a, *count, struct wanted);
	for (i = 0; i < *count; i++) {
		n = cursor_take(c, NS_SAGDOK, "UUIDIdentifikator");
		all[i].place = i;
		if (!reader_uuid(&w->reader, n, &all[i].uuid, e))
			return false;
	}
	qsort(all, *count, sizeof(*all), by_uuid);
	for (i = 1; i < *count; i++)
		all[i].is_again = uuid_eq(all[i].uuid, all[i - 1].uuid);
	qsort(all, *count, sizeof(*all), by_place);
	return true;
}

static bool
list_found(struct work *w, struct reading *r, const struct read_filters *f,
	   const struct wanted *all, size_t count, struct err *e)
{
	struct snapshot s;
	struct label_source from;
	struct encoder x;
	bool any = false;
	size_t i;

	answer_encoder(w->c, r, &from, &x);
	for (i = 0; i < count; i++) {
		if (all[i].is_again)
			continue;
		arena_reset(w->scratch);
		if (!read_snapshot(w, r, f, all[i].uuid, &s, e))
			return false;
		if (s.count == 0)
			continue;
		if (!any)
			answer_begin_ok(w->c);
		any = true;
		write_snapshot(&x, &s);
	}
	if (!any)
		return FAIL(e, RETUR_NOT_FOUND, "%s", w->c->type->key);
	answer_end(w->c);
	return true;
}

static bool
list(struct work *w, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *scratch = NULL;
	struct read_filters f;
	struct wanted *all = NULL;
	struct cursor c;
	size_t count;

	if (!work_may_any(w, ACCESS_READ, e) || !reader_open(&w->reader, w->c->input, &c, e) ||
	    !read_wanted(w, &c, &all, &count, e) || !read_filters(w, &c, &f, e) ||
	    !store_read(w->c->registry->store, &r, e))
		return false;
	w->scratch = scratch = arena_new();
	return list_found(w, r, &f, all, count, e);
}

bool
registry_list(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return list(&w, e) || answer_refuse(&w, e);
}
