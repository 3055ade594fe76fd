/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closing an object with all that hangs on it: what goes is found first, the units below and
 * the functions that belong to nothing else; then each is closed, and what stays names none of
 * them any more. Looked at is what the draft makes of everything.
 * Source: contract of Organisation, 6 ("Deactivation"); of administration, 3.0.4.
 */
#include "administration/edit.h"

#include <string.h>
#include "base/mem.h"
#include "registry/append.h"

#define LISTED_MAX 5

struct going {
	struct draft_place *at;
	size_t count, room;
};

struct closing {
	struct editing *x;
	bool with_below;
	struct going going;
	struct going others; /* what names them, once */
};

static bool
has(const struct going *g, unsigned kind, struct uuid u)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->at[i].kind == kind && uuid_eq(g->at[i].uuid, u))
			return true;
	return false;
}

static void
go(struct going *g, unsigned kind, struct uuid u)
{
	if (has(g, kind, u))
		return;
	if (g->count == g->room) {
		g->room = g->room ? g->room * 2 : 64;
		g->at = mem_resize(g->at, g->room * sizeof(*g->at));
	}
	g->at[g->count++] = (struct draft_place){kind, u};
}

/* May a relation of that row name an object of the kind? */
static bool
may_name(const struct oio_type *from, size_t row, const struct oio_type *to)
{
	const struct oio_field *f = &from->fields[row];

	return f->part == OIO_RELATION &&
	       (strcmp(f->target, to->name) == 0 || strcmp(f->target, "Aktoer") == 0);
}

/* Stored objects of the authority that name it on the day or later. */
static bool
stored_namers(struct closing *c, const struct draft_place *to, struct err *e)
{
	const struct desk *d = c->x->f->desk;
	const struct oio_type *target = desk_kind(to->kind);
	struct object_rows rows;

	for (size_t t = 0; t < DESK_TYPE_COUNT; t++)
		for (size_t row = 0; row < desk_type(t)->count; row++) {
			struct object_test test;
			const struct object_criterion criterion = {OBJECT_ALL_IN_ONE, &test, 1};
			const struct object_query q = {.kind = desk_type(t)->id,
						       .owners = {d->cvr},
						       .owner_count = 1,
						       .criteria = &criterion,
						       .criterion_count = 1,
						       .states = 1u << LIV_OPSTAAET |
								 1u << LIV_IMPORTERET,
						       .limit = INT64_MAX};

			if (!may_name(desk_type(t), row, target))
				continue;
			append_test_ref(desk_type(t), row, to->uuid, c->x->f->a, &test);
			test.from = c->x->day;
			test.to = INSTANT_MAX;
			if (!objects_find(tx_reading(c->x->tx), &q, c->x->f->a, &rows, e))
				return false;
			for (size_t i = 0; i < rows.count; i++)
				go(&c->others, desk_type(t)->id, rows.at[i].uuid);
		}
	return true;
}

static bool
note_drafted(const struct draft_edit_row *row, void *arg, struct err *e)
{
	struct closing *c = arg;
	const struct going *g = &c->others;

	(void)e;
	/* in order: only the last one can be the same */
	if (g->count > 0 && g->at[g->count - 1].kind == row->kind &&
	    uuid_eq(g->at[g->count - 1].uuid, row->uuid))
		return true;
	go(&c->others, row->kind, row->uuid);
	return true;
}

/* The items of an object by which it names what goes, on the day or later. */
static bool
names_going(const struct closing *c, const struct oio_type *t, const struct oio_item *i)
{
	if (i->part != OIO_RELATION || i->v.til <= c->x->day || !i->u.relation.ref.is_uuid)
		return false;
	for (size_t k = 0; k < c->going.count; k++)
		if (uuid_eq(c->going.at[k].uuid, i->u.relation.ref.uuid) &&
		    may_name(t, i->field, desk_kind(c->going.at[k].kind)))
			return true;
	return false;
}

/* ---- what goes along ---- */

static bool
is_active_then(const struct closing *c, const struct oio_type *t, const struct folded *f)
{
	struct oio_range rows = oio_part_range(t, OIO_TILSTAND);
	instant at = c->x->day;

	for (size_t i = 0; rows.first < rows.end && i < f->content.count; i++)
		if (f->content.items[i].part == OIO_TILSTAND &&
		    virkning_overlaps(&f->content.items[i].v, at, INSTANT_MAX) &&
		    f->content.items[i].u.tilstand.flag)
			return true;
	return rows.first == rows.end;
}

/* A unit below one that goes; or a function all of whose units go. */
static bool
goes_along(const struct closing *c, const struct oio_type *t, const struct folded *f)
{
	const char *relation = t == &type_organisationenhed      ? "Overordnet"
			       : t == &type_organisationfunktion ? "TilknyttedeEnheder"
								 : NULL;
	bool any = false;
	size_t field;

	if (!relation || !oio_field_by_name(t, relation, &field) || !is_active_then(c, t, f))
		return false;
	for (size_t i = 0; i < f->content.count; i++) {
		const struct oio_item *it = &f->content.items[i];

		if (it->part != OIO_RELATION || it->field != field || it->v.til <= c->x->day)
			continue;
		if (!names_going(c, t, it))
			return false;
		any = true;
	}
	return any;
}

/* One round: true in *more if something was added to what goes. */
static bool
widen(struct closing *c, size_t from, bool *more, struct err *e)
{
	size_t before = c->going.count;

	for (size_t i = from; i < before; i++)
		if (!stored_namers(c, &c->going.at[i], e))
			return false;
	for (size_t i = 0; i < c->others.count; i++) {
		const struct draft_place *o = &c->others.at[i];
		const struct oio_type *t = desk_kind(o->kind);
		struct folded f;

		if (has(&c->going, o->kind, o->uuid))
			continue;
		if (!editing_look(c->x, t, o->uuid, &f, e))
			return false;
		if (goes_along(c, t, &f))
			go(&c->going, o->kind, o->uuid);
	}
	*more = c->going.count > before;
	return true;
}

static bool
refuse_below(struct closing *c, struct err *e)
{
	size_t units = 0;
	struct str list = STR("");
	char text[UUID_TEXT_LEN + 1];

	for (size_t i = 1; i < c->going.count; i++) {
		if (c->going.at[i].kind != type_organisationenhed.id)
			continue;
		if (units++ < LISTED_MAX)
			list = arena_printf(c->x->f->a, STR_FMT "%s" STR_FMT, STR_ARG(list),
					    units > 1 ? ", " : "",
					    STR_ARG(uuid_format(c->going.at[i].uuid, text)));
	}
	if (units == 0 || c->with_below)
		return true;
	return editing_refuse(c->x, e,
			      "Enheden har %zu enheder under sig, som også skal "
			      "nedlægges eller flyttes først: " STR_FMT "%s",
			      units, STR_ARG(list), units > LISTED_MAX ? " …" : "");
}

/* ---- doing it ---- */

static bool
let_go(struct closing *c, const struct draft_place *o, struct err *e)
{
	const struct oio_type *t = desk_kind(o->kind);
	struct edit edit = {.type = t, .uuid = o->uuid, .op = EDIT_AFSLUT};
	struct folded f;

	if (!editing_look(c->x, t, o->uuid, &f, e))
		return false;
	if (f.livscyklus != LIV_OPSTAAET && f.livscyklus != LIV_IMPORTERET)
		return true;
	edit.content.items = ARENA_NEW_N(c->x->f->a, f.content.count + 1, struct oio_item);
	for (size_t i = 0; i < f.content.count; i++)
		if (names_going(c, t, &f.content.items[i]))
			edit.content.items[edit.content.count++] = f.content.items[i];
	return edit.content.count == 0 || editing_put(c->x, &edit, e);
}

static bool
close_all(struct closing *c, struct err *e)
{
	for (size_t i = 0; i < c->others.count; i++)
		if (!has(&c->going, c->others.at[i].kind, c->others.at[i].uuid) &&
		    !let_go(c, &c->others.at[i], e))
			return false;
	for (size_t i = 0; i < c->going.count; i++) {
		struct edit edit = {.type = desk_kind(c->going.at[i].kind),
				    .uuid = c->going.at[i].uuid,
				    .op = EDIT_NEDLAEG};

		if (!editing_put(c->x, &edit, e))
			return false;
	}
	return true;
}

static bool
run(struct editing *x, void *arg, struct err *e)
{
	struct closing *c = arg;
	bool more = true;
	size_t done = 0;

	c->x = x;
	if (!drafts_edits(tx_reading(x->tx), x->f->draft, NULL, note_drafted, c, e))
		return false;
	while (more) {
		size_t from = done;

		done = c->going.count;
		if (!widen(c, from, &more, e))
			return false;
	}
	return refuse_below(c, e) && close_all(c, e);
}

bool
edit_close(struct edit_frame *f, const struct oio_type *t, struct uuid uuid, bool with_below,
	   size_t *count, struct err *e)
{
	struct closing c = {.with_below = with_below};
	bool ok;

	go(&c.going, t->id, uuid);
	ok = editing_run(f, run, &c, e);
	*count = c.going.count;
	mem_free(c.going.at);
	mem_free(c.others.at);
	return ok;
}
