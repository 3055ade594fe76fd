/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drafts in the store. An edit is kept as the bytes of a registration; its days that are not
 * known yet are kept as such. Refuses: another authority's draft, as if it were not there, and
 * what the state of a draft does not allow.
 */
#include "administration/draft.h"

#include <inttypes.h>
#include <stdio.h>
#include "administration/load.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "registry/append.h"
#include "registry/pack.h"

/* Edits that one job removes: it holds the writer for some milliseconds. */
#define CLEAN_EDITS 5000

/* ---- states ---- */

const char *const draft_state_name[DRAFT_STATE_COUNT] = {
	"",         "kladde",     "indlaest",  "valideret", "klar",
	"planlagt", "publiceret", "historisk", "forkastet",
};

const char *const draft_event_name[DRAFT_EVENT_COUNT] = {
	"redigere", "indlæse", "validere", "godkende", "publicere", "forkaste",
};

/* [administration 3.14]; 0: not allowed. What is published is never a draft again. */
static const enum draft_state next[DRAFT_STATE_COUNT][DRAFT_EVENT_COUNT] = {
	[DRAFT_KLADDE] = {DRAFT_KLADDE, DRAFT_INDLAEST, DRAFT_VALIDERET, DRAFT_NONE, DRAFT_NONE,
			  DRAFT_FORKASTET},
	[DRAFT_INDLAEST] = {DRAFT_KLADDE, DRAFT_INDLAEST, DRAFT_VALIDERET, DRAFT_NONE,
			    DRAFT_NONE, DRAFT_FORKASTET},
	[DRAFT_VALIDERET] = {DRAFT_KLADDE, DRAFT_INDLAEST, DRAFT_VALIDERET, DRAFT_KLAR,
			     DRAFT_NONE, DRAFT_FORKASTET},
	[DRAFT_KLAR] = {DRAFT_KLADDE, DRAFT_INDLAEST, DRAFT_VALIDERET, DRAFT_KLAR,
			DRAFT_PUBLICERET, DRAFT_FORKASTET},
};

enum draft_state
draft_next(enum draft_state now, enum draft_event event)
{
	BUG_ON(now >= DRAFT_STATE_COUNT || event >= DRAFT_EVENT_COUNT);
	return next[now][event];
}

/* ---- records ---- */

bool
desk_audit(struct tx *tx, const struct desk *d, const char *action, struct str object,
	   struct str detail, struct err *e)
{
	const struct audit_row row = {
		.at = clock_now(),
		.action = str_from(action),
		.result = STR("ok"),
		.actor = d->actor,
		.cvr = d->cvr,
		.object = object,
		.detail = detail,
	};

	return store_audit_add(tx, &row, e);
}

static bool
record_draft(struct tx *tx, const struct desk *d, const char *action, int64_t id, struct err *e)
{
	char object[40];

	snprintf(object, sizeof(object), "kladde/%" PRId64, id);
	return desk_audit(tx, d, action, str_from(object), STR_NONE, e);
}

/* ---- drafts ---- */

bool
draft_create_in(struct tx *tx, const struct desk *d, struct str title, struct str source,
		int64_t *id, struct err *e)
{
	const struct draft_row row = {
		.cvr = d->cvr,
		.title = title,
		.source = str_is_set(source) ? source : STR("manuel"),
		.actor = d->actor,
		.made = clock_now(),
		.state = DRAFT_KLADDE,
	};

	return drafts_create(tx, &row, id, e) && record_draft(tx, d, "kladde.opret", *id, e);
}

struct creation {
	const struct desk *desk;
	struct str title, source;
	int64_t id;
};

static bool
create_job(struct tx *tx, void *arg, struct err *e)
{
	struct creation *c = arg;

	return draft_create_in(tx, c->desk, c->title, c->source, &c->id, e);
}

bool
draft_create(const struct desk *d, struct str title, struct str source, int64_t *id,
	     struct err *e)
{
	struct creation c = {d, title, source, 0};

	if (!store_write(d->store, create_job, &c, e))
		return false;
	*id = c.id;
	return true;
}

bool
draft_get(struct reading *r, const struct desk *d, int64_t id, struct arena *a,
	  struct draft_row *out, struct err *e)
{
	bool found;

	if (!drafts_get(r, id, a, out, &found, e))
		return false;
	if (!found || !str_eq(out->cvr, d->cvr))
		return FAIL(e, DRAFT_UNKNOWN, "kladde %" PRId64, id);
	return true;
}

bool
draft_move(struct tx *tx, const struct desk *d, int64_t id, enum draft_event event,
	   struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct draft_row row;
	enum draft_state to;

	if (!draft_get(tx_reading(tx), d, id, a, &row, e))
		return false;
	if (row.state <= DRAFT_NONE || row.state >= DRAFT_STATE_COUNT)
		return FAIL(e, STORE_DAMAGED, "state %d of a draft", row.state);
	to = draft_next((enum draft_state)row.state, event);
	if (to == DRAFT_NONE)
		return FAIL(e, DRAFT_STATE, "kladde %" PRId64 " er %s og kan ikke %ss", id,
			    draft_state_name[row.state], draft_event_name[event]);
	row.state = (int)to;
	row.changed = clock_now();
	return drafts_set(tx, &row, e);
}

/* ---- edits ---- */

bool
draft_find(struct reading *r, const struct desk *d, const struct oio_type *t, struct uuid uuid,
	   struct arena *a, struct drafted_place *out, struct err *e)
{
	struct drafted_place shared = {.key = {d->operator_cvr, t->id, uuid}};

	*out = (struct drafted_place){.key = {d->cvr, t->id, uuid}};
	if (!objects_latest(r, &out->key, a, &out->row, &out->found, e))
		return false;
	if ((out->found && out->row.state != LIV_SLETTET) || !t->is_shared ||
	    !str_is_set(d->operator_cvr) || str_eq(d->operator_cvr, d->cvr))
		return true;
	if (!objects_latest(r, &shared.key, a, &shared.row, &shared.found, e))
		return false;
	if (shared.found && shared.row.state != LIV_SLETTET)
		*out = shared;
	return true;
}

static bool
base_of(struct reading *r, const struct desk *d, const struct edit *edit, int64_t *out,
	struct err *e)
{
	struct object_key k = {d->cvr, edit->type->id, edit->uuid};
	struct object_mark mark;

	if (!objects_mark(r, &k, &mark, e))
		return false;
	if (mark.id == 0 && edit->type->is_shared && str_is_set(d->operator_cvr)) {
		k.cvr = d->operator_cvr;
		if (!objects_mark(r, &k, &mark, e))
			return false;
	}
	*out = mark.id;
	return true;
}

static bool
put_one(struct tx *tx, const struct desk *d, int64_t id, const struct edit *edit, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	const struct registrering reg = {.content = edit->content};
	struct draft_edit_row row = {.kind = edit->type->id,
				     .uuid = edit->uuid,
				     .op = (int)edit->op,
				     .base = edit->base,
				     .day = edit->day};

	if (edit->content.count > 0 || edit->op == EDIT_IMPORTER || edit->op == EDIT_RET) {
		pack_registrering(edit->type, &reg, INSTANT_MIN, &b);
		BUG_ON(b.over);
		row.content = buf_str(&b);
	}
	if (edit->base == EDIT_BASE_NOW && !base_of(tx_reading(tx), d, edit, &row.base, e))
		return false;
	return drafts_add(tx, id, &row, e);
}

bool
draft_put(struct tx *tx, const struct desk *d, int64_t id, enum draft_event event,
	  const struct edit *edits, size_t count, struct err *e)
{
	if (!draft_move(tx, d, id, event, e))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!put_one(tx, d, id, &edits[i], e))
			return false;
	return true;
}

struct each {
	struct arena *a;
	draft_each_fn *fn;
	void *arg;
};

static bool
each_edit(const struct draft_edit_row *row, void *arg, struct err *e)
{
	struct each *x = arg;
	struct edit edit = {.type = desk_kind(row->kind),
			    .uuid = row->uuid,
			    .op = (enum edit_op)row->op,
			    .day = row->day,
			    .base = row->base};
	struct registrering reg;
	instant sent_at;

	if (!edit.type || row->op <= 0 || row->op >= EDIT_OP_COUNT)
		return FAIL(e, STORE_DAMAGED, "an edit of kind %u, %d", row->kind, row->op);
	if (str_is_set(row->content)) {
		if (!unpack_registrering(edit.type, arena_dup(x->a, row->content), x->a, &reg,
					 &sent_at, e))
			return false;
		edit.content = reg.content;
	}
	return x->fn(&edit, row->seq, x->arg, e);
}

bool
draft_each(struct reading *r, int64_t id, const struct draft_place *only, struct arena *a,
	   draft_each_fn *fn, void *arg, struct err *e)
{
	struct each x = {a, fn, arg};

	return drafts_edits(r, id, only, each_edit, &x, e);
}

/* ---- one object with the draft on top ---- */

struct folding {
	const struct fold_rules *rules;
	struct arena *a;
	struct drafted *out;
};

static bool
fold_next(const struct edit *edit, int64_t seq, void *arg, struct err *e)
{
	struct folding *f = arg;
	struct folded next_one = f->out->after;
	struct err why = ERR_INIT;

	(void)seq;
	if (f->out->edits++ == 0)
		f->out->base = edit->base;
	if (str_is_set(f->out->refused))
		return true;
	if (fold_edit(edit, f->rules, f->a, &next_one, &f->out->refused, &why)) {
		f->out->after = next_one;
		return true;
	}
	if (str_is_set(f->out->refused))
		return true;
	*e = why;
	return false;
}

bool
draft_object(struct reading *r, const struct desk *d, int64_t draft,
	     const struct draft_place *place, const struct fold_rules *rules, struct arena *a,
	     struct drafted *out, struct err *e)
{
	const struct oio_type *t = desk_kind(place->kind);
	struct folding f = {rules, a, out};
	struct registrering reg;

	if (!t)
		return FAIL(e, INTERNAL, "kind %u", place->kind);
	*out = (struct drafted){.base = EDIT_BASE_NOW};
	if (!draft_find(r, d, t, place->uuid, a, &out->place, e))
		return false;
	if (out->place.found) {
		if (!append_unpack(t, &out->place.row, a, &reg, e))
			return false;
		out->before = (struct folded){reg.livscyklus, reg.content};
	}
	out->after = out->before;
	return draft == 0 || draft_each(r, draft, place, a, fold_next, &f, e);
}

/* ---- the end of a draft ---- */

struct ending {
	const struct desk *desk;
	int64_t id, removed;
};

static bool
discard_job(struct tx *tx, void *arg, struct err *e)
{
	struct ending *x = arg;

	return draft_move(tx, x->desk, x->id, DRAFT_FORKAST, e) &&
	       drafts_progress_set(tx, x->id, STR_NONE, e) &&
	       load_draft_ended(tx, x->id, LOAD_DISCARDED, 0, e) &&
	       record_draft(tx, x->desk, "kladde.kasser", x->id, e);
}

static bool
clean_job(struct tx *tx, void *arg, struct err *e)
{
	struct ending *x = arg;

	return drafts_clear(tx, x->id, CLEAN_EDITS, &x->removed, e);
}

static bool
clean(const struct desk *d, int64_t id, struct err *e)
{
	struct ending x = {d, id, 1};

	while (x.removed > 0)
		if (!store_write(d->store, clean_job, &x, e))
			return false;
	return true;
}

struct ended {
	int64_t *at;
	size_t count, room;
};

static bool
note_ended(const struct draft_row *row, void *arg, struct err *e)
{
	struct ended *x = arg;

	(void)e;
	if (row->edits == 0 ||
	    (row->state != DRAFT_PUBLICERET && row->state != DRAFT_FORKASTET))
		return true;
	if (x->count == x->room) {
		x->room = x->room ? x->room * 2 : 8;
		x->at = mem_resize(x->at, x->room * sizeof(*x->at));
	}
	x->at[x->count++] = row->id;
	return true;
}

static bool
find_ended(const struct desk *d, struct ended *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	return store_read(d->store, &r, e) && drafts_each(r, d->cvr, note_ended, out, e);
}

bool
draft_sweep(const struct desk *d, struct err *e)
{
	struct ended x = {.at = NULL};
	bool ok = find_ended(d, &x, e);

	for (size_t i = 0; ok && i < x.count; i++)
		ok = clean(d, x.at[i], e);
	mem_free(x.at);
	return ok;
}

bool
draft_discard(const struct desk *d, int64_t id, struct err *e)
{
	struct ending x = {d, id, 0};

	return store_write(d->store, discard_job, &x, e) && draft_sweep(d, e);
}

bool
draft_progress_set(struct tx *tx, int64_t id, struct str bytes, struct err *e)
{
	return drafts_progress_set(tx, id, bytes, e);
}

bool
draft_progress_get(struct reading *r, int64_t id, struct arena *a, struct str *out,
		   struct err *e)
{
	return drafts_progress_get(r, id, a, out, e);
}
