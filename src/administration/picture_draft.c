/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture with a draft on top: the edits of each object folded on what was taken, by the
 * rules of publication. Edits of classes are not in it: a picture holds classes that are named.
 * Source: administration contract 3.14 and 4.7.
 */
#include "administration/picture_parts.h"

#include <string.h>
#include "administration/draft.h"

struct run {
	size_t first, end;
};

struct overlay {
	struct taking *t;
	struct fold_rules rules;
	struct run runs[PICTURE_KINDS][2]; /* what was there before the draft: own, shared */
	/* the object at work; kind KIND_NONE: none yet */
	size_t kind;
	struct uuid uuid;
	struct picture_object *object; /* NULL: not there yet */
	struct folded folded;
	bool is_edited;
};

/* Where own and shared objects of each kind begin and end. */
static void
find_runs(struct overlay *o)
{
	const struct picture_object *at = o->t->at;

	for (size_t i = 0; i < o->t->count; i++) {
		struct run *run = &o->runs[picture_kind_of(at[i].type)][at[i].is_shared];

		run->first = run->end ? run->first : i;
		run->end = i + 1;
	}
}

static struct picture_object *
find_in(const struct overlay *o, const struct run *run)
{
	size_t low = run->first, high = run->end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = uuid_cmp(o->uuid, o->t->at[mid].uuid);

		if (c == 0)
			return &o->t->at[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static struct picture_object *
find(const struct overlay *o)
{
	struct picture_object *own = find_in(o, &o->runs[o->kind][false]);

	return own ? own : find_in(o, &o->runs[o->kind][true]);
}

/* Puts the object at work back where it belongs. */
static void
finish(struct overlay *o)
{
	struct picture *p = o->t->p;
	struct picture_object *to = o->object;

	if (o->kind == KIND_NONE || !o->is_edited || o->folded.livscyklus == LIV_NONE)
		return;
	if (!to) {
		to = taking_grow(o->t);
		*to = (struct picture_object){.type = picture_type(o->kind),
					      .uuid = o->uuid,
					      .owner = p->question.cvr};
	}
	to->is_drafted = true;
	to->livscyklus = o->folded.livscyklus;
	to->whole = o->folded.content;
	taking_settle(p, to);
}

static void
begin(struct overlay *o, size_t kind, struct uuid uuid)
{
	o->kind = kind;
	o->uuid = uuid;
	o->is_edited = false;
	o->folded = (struct folded){.livscyklus = LIV_NONE};
	o->object = find(o);
	if (o->object)
		o->folded = (struct folded){o->object->livscyklus, o->object->whole};
}

static bool
take_edit(const struct edit *edit, int64_t seq, void *arg, struct err *e)
{
	struct overlay *o = arg;
	size_t kind = picture_kind_of(edit->type);
	struct err refused = ERR_INIT;
	struct str text;

	(void)seq;
	(void)e;
	if (kind >= ORGANISATION_TYPE_COUNT)
		return true;
	if (kind != o->kind || !uuid_eq(edit->uuid, o->uuid)) {
		finish(o);
		begin(o, kind, edit->uuid);
	}
	if (fold_edit(edit, &o->rules, o->t->p->a, &o->folded, &text, &refused))
		o->is_edited = true;
	return true;
}

bool
taking_draft(struct taking *t, struct err *e)
{
	const struct picture_question *q = &t->p->question;
	const struct desk desk = {.cvr = q->cvr, .operator_cvr = q->operator_cvr};
	struct overlay o = {.t = t,
			    .kind = KIND_NONE,
			    .rules = {.day = q->day ? q->day : time_local_midnight(q->virkning),
				      .now = q->virkning,
				      .needs_key = q->needs_key}};
	struct draft_row row;

	find_runs(&o);
	if (!draft_get(t->r, &desk, q->draft, t->p->a, &row, e) ||
	    !draft_each(t->r, q->draft, NULL, t->p->a, take_edit, &o, e))
		return false;
	finish(&o);
	return true;
}
