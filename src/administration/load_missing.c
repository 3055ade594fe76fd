/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a full source does not name any more: objects that it delivered before, live on the day,
 * and delivered by no other source. They are proposed to end, never deleted. Too many of them
 * stop the load until somebody accepts it; a source that was not read whole ends nothing.
 * Source: administration contract 4.7.3 ("Mode fuld").
 */
#include "administration/load_internal.h"

struct gathering {
	struct load *l;
	struct import_object *at;
	size_t count, room;
};

static bool
gather(const struct import_object *o, void *arg, struct err *e)
{
	struct gathering *g = arg;

	(void)e;
	g->at = BATCH_GROW(g->l->a, g->at, g->count, g->room);
	g->at[g->count++] = *o;
	return true;
}

static bool
is_missing(struct load *l, const struct import_object *o, bool *out, struct err *e)
{
	const struct oio_type *t = desk_kind(o->kind);
	bool is_others;

	*out = false;
	if (!t)
		return true;
	if (places_get(l->delivered, o->kind, o->uuid)) {
		l->out->counts[COUNT_OWNED]++;
		return true;
	}
	if (!load_is_active(l, t, o->uuid, out, e) || !*out)
		return *out || e->code == ERR_NONE;
	l->out->counts[COUNT_OWNED]++;
	if (!imports_is_others(l->reading, o, &is_others, e))
		return false;
	*out = !is_others;
	return true;
}

static bool
is_too_many(const struct load *l)
{
	int64_t missing = l->out->counts[COUNT_MISSING], owned = l->out->counts[COUNT_OWNED];

	return !l->o->accept_removals && missing > 0 && missing >= l->o->least_removed &&
	       missing * 100 > owned * (int64_t)l->o->most_removed_percent;
}

static void
note_missing(struct load *l, const struct import_object *o)
{
	char uuid[UUID_TEXT_LEN + 1];

	load_note(l, NOTE_MISSING, STR_NONE, 0, STR_NONE,
		  arena_printf(l->one, "%s %s findes ikke længere i kilden",
			       desk_kind(o->kind)->name, uuid_format(o->uuid, uuid).ptr));
}

bool
load_missing(struct load *l, struct err *e)
{
	AUTO(places_freep) struct places *set = places_new();
	struct gathering g = {.l = l};
	size_t missing = 0;
	bool is;

	l->out->counts[COUNT_OWNED] = l->out->counts[COUNT_MISSING] = 0;
	if (!l->is_full)
		return true;
	if (l->out->counts[COUNT_REFUSED] > 0) {
		load_note(l, NOTE_MISSING, STR_NONE, 0, STR_NONE,
			  STR("der er afviste linjer: intet, som mangler i kilden, foreslås "
			      "nedlagt"));
		return true;
	}
	if (!load_read_begin(l, e) ||
	    !imports_delivered(l->reading, l->o->desk->cvr, l->run.source, gather, &g, e))
		return false;
	for (size_t i = 0; i < g.count; i++) {
		if (!is_missing(l, &g.at[i], &is, e))
			return false;
		if (is)
			g.at[missing++] = g.at[i];
	}
	/* those that this run begins were none of its objects before */
	l->out->counts[COUNT_OWNED] -= l->out->counts[COUNT_CREATED];
	l->out->counts[COUNT_MISSING] = (int64_t)missing;
	if (is_too_many(l)) {
		l->is_stopped = true;
		return true;
	}
	/* all of them in one job with the end of the load: none is put twice */
	for (size_t i = 0; i < missing; i++) {
		note_missing(l, &g.at[i]);
		(void)places_add(set, g.at[i].kind, g.at[i].uuid, g.at[i].uuid);
		if (!load_put(l, desk_kind(g.at[i].kind), g.at[i].uuid, EDIT_NEDLAEG, NULL,
			      EDIT_BASE_NOW, e))
			return false;
	}
	return missing == 0 || load_end_naming(l, set, e);
}
