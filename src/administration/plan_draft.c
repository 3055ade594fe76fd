/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan of a draft: every drafted object folded on what is stored now. Of a shared object
 * only what the authority may write by standing behind it may change; else it is refused.
 * Source: contract of Organisation, 3.9 and 5.
 */
#include "administration/plan.h"

#include <inttypes.h>
#include "base/clock.h"
#include "registry/append.h"
#include "registry/history.h"

#define PROGRESS_EVERY 1000

struct planning {
	const struct desk *desk;
	const struct plan_options *o;
	struct plan *p;
	struct reading *r;
	struct fold_rules rules;
	struct arena *a; /* for one object */
	struct draft_place last;
	bool has_last;
	size_t done, total;
};

/* NULL, or why this authority may not change it so. */
static bool
check_owner(struct planning *x, const struct drafted *it, struct str *refused, struct err *e)
{
	const struct oio_type *t = desk_kind(it->place.key.kind);
	size_t field;

	*refused = STR_NONE;
	if (str_eq(it->place.key.cvr, x->desk->cvr))
		return true;
	if (!append_delegated(x->r, t, &it->place.row, x->desk->cvr, x->rules.now, &field, e))
		return false;
	if (field < t->count && it->after.livscyklus == it->before.livscyklus &&
	    history_same(t, &it->before.content, &it->after.content, field))
		return true;
	*refused = field < t->count
			   ? arena_printf(x->a,
					  "Ikke autoriseret: i det fælles register kan kun %s "
					  "rettes",
					  t->fields[field].name)
			   : STR("Ikke autoriseret: objektet hører til det fælles register");
	return true;
}

static bool
note_conflict(struct planning *x, const struct drafted *it, struct plan_object *o,
	      struct err *e)
{
	const struct oio_type *t = o->type;
	struct registrering reg;
	struct folded base;
	struct object_row row;
	bool found = false;

	if (it->base == EDIT_BASE_NOW || it->base == o->before.id)
		return true;
	o->is_conflict = true;
	x->p->conflicts++;
	if (it->base == 0)
		return true;
	if (!objects_registration(x->r, &o->key, it->base, x->a, &row, &found, e))
		return false;
	if (!found)
		return true;
	if (!append_unpack(t, &row, x->a, &reg, e))
		return false;
	base = (struct folded){reg.livscyklus, reg.content};
	plan_look(t, &base, x->p->day, x->p->a, &o->base);
	return true;
}

static bool
plan_one(struct planning *x, const struct draft_place *place, struct err *e)
{
	const struct oio_type *t = desk_kind(place->kind);
	struct plan_object *o;
	struct str refused;
	struct drafted it;

	if (!draft_object(x->r, x->desk, x->p->draft, place, &x->rules, x->a, &it, e) ||
	    !check_owner(x, &it, &refused, e))
		return false;
	if (!str_is_set(refused))
		refused = it.refused;
	if (str_is_set(refused)) {
		plan_refuse(x->p, t, place->uuid, refused);
		return true;
	}
	if (!plan_add(x->p, &it.place, &it.before, &it.after, &o, e))
		return false;
	return !o || note_conflict(x, &it, o, e);
}

static bool
next_edit(const struct draft_edit_row *row, void *arg, struct err *e)
{
	struct planning *x = arg;

	x->done++;
	if (x->o->progress && x->done % PROGRESS_EVERY == 0)
		x->o->progress("plan", x->done, x->total, x->o->arg);
	if (!desk_kind(row->kind))
		return FAIL(e, STORE_DAMAGED, "an edit of kind %u", row->kind);
	if (x->has_last && x->last.kind == row->kind && uuid_eq(x->last.uuid, row->uuid))
		return true;
	x->last = (struct draft_place){row->kind, row->uuid};
	x->has_last = true;
	arena_reset(x->a);
	return plan_one(x, &x->last, e);
}

static bool
plan_all(struct planning *x, struct err *e)
{
	struct draft_row row;

	if (!draft_get(x->r, x->desk, x->p->draft, x->p->a, &row, e))
		return false;
	if (draft_next((enum draft_state)row.state, DRAFT_VALIDER) == DRAFT_NONE)
		return FAIL(e, DRAFT_STATE, "kladde %" PRId64 " er %s", row.id,
			    draft_state_name[row.state]);
	x->p->title = row.title;
	x->p->source = row.source;
	if (!drafts_count(x->r, row.id, &row.edits, e))
		return false;
	x->total = (size_t)row.edits;
	x->p->draft_changed = row.changed;
	x->p->draft_edits = row.edits;
	return store_event_last(x->r, &x->p->stream, e) &&
	       drafts_edits(x->r, x->p->draft, NULL, next_edit, x, e) &&
	       plan_consequences(x->p, x->r, e);
}

bool
plan_draft(const struct desk *d, int64_t draft, const struct plan_options *o, struct plan **out,
	   struct err *e)
{
	AUTO(plan_freep) struct plan *p = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	instant now = clock_now();
	struct planning x;

	p = plan_new(o->day == INSTANT_MIN ? time_local_midnight(now) : o->day);
	p->draft = draft;
	if (!store_read(d->store, &r, e))
		return false;
	x = (struct planning){
		.desk = d,
		.o = o,
		.p = p,
		.r = r,
		.a = a,
		.rules = {.day = p->day, .now = now, .needs_key = !d->key_is_optional},
	};
	if (!plan_all(&x, e))
		return false;
	*out = p;
	p = NULL;
	return true;
}
