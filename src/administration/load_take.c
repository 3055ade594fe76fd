/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One object of a source: found in the store or not, compared, tried as an edit, and put into
 * the batch. Refuses, with a note and without stopping the load: what is kept in the shared
 * registry for all, and what the rules of the operations refuse.
 *
 * Texts that the source has no column for are carried over into a new Egenskab; a CPR number
 * that it does not say is too, so that it is never lost by silence.
 */
#include "administration/load_internal.h"

#include <string.h>

#include "administration/compare.h"
#include "base/clock.h"
#include "organisation/types.h"
#include "registry/append.h"
#include "registry/pack.h"

static const struct uuid nil;

bool
load_read_begin(struct load *l, struct err *e)
{
	return l->reading || store_read(l->o->desk->store, &l->reading, e);
}

void
load_read_end(struct load *l)
{
	if (l->reading)
		store_read_end(l->reading);
	l->reading = NULL;
}

/* ---- the batch ---- */

/* What the end of a load makes of its draft, in the job that ends it. */
static bool
end_reading(struct tx *tx, const struct load *l, struct err *e)
{
	if (l->run.state != LOAD_STAGED && l->run.state != LOAD_UNCHANGED)
		return true;
	/* from here on it may be published */
	if (!draft_progress_set(tx, l->run.draft, STR_NONE, e))
		return false;
	return l->run.state == LOAD_STAGED ||
	       draft_move(tx, l->o->desk, l->run.draft, DRAFT_FORKAST, e);
}

static bool
flush_job(struct tx *tx, void *arg, struct err *e)
{
	struct load *l = arg;
	const struct batch *b = &l->batch;

	if (b->edit_count > 0 &&
	    !draft_put(tx, l->o->desk, l->run.draft, DRAFT_INDLAES, b->edits, b->edit_count, e))
		return false;
	for (size_t i = 0; i < b->note_count; i++)
		if (!imports_note(tx, l->run.id, &b->notes[i], e))
			return false;
	for (size_t i = 0; i < b->delivered_count; i++)
		if (!imports_deliver(tx, &b->delivered[i], e))
			return false;
	for (size_t i = 0; i < b->match_count; i++)
		if (!imports_match(tx, l->run.id, &b->matches[i], e))
			return false;
	return imports_set(tx, &l->run, e) && end_reading(tx, l, e);
}

bool
load_flush(struct load *l, int64_t position, struct err *e)
{
	struct batch *b = &l->batch;

	load_read_end(l);
	l->run.position = position;
	load_write_facts(l);
	if (!store_write(l->o->desk->store, flush_job, l, e))
		return false;
	arena_reset(b->a);
	*b = (struct batch){.a = b->a};
	l->run.facts = STR_NONE;
	return true;
}

/* The content outlives the object: as bytes in the batch. */
static void
keep(struct load *l, const struct oio_type *t, const struct oio_content *c,
     struct oio_content *out, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	struct registrering reg = {.content = *c}, back;
	instant sent_at;

	pack_registrering(t, &reg, INSTANT_MIN, &b);
	BUG_ON(b.over || !unpack_registrering(t, arena_dup(l->batch.a, buf_str(&b)), l->batch.a,
					      &back, &sent_at, e));
	*out = back.content;
}

bool
load_put(struct load *l, const struct oio_type *t, struct uuid uuid, enum edit_op op,
	 const struct oio_content *content, int64_t base, struct err *e)
{
	struct batch *b = &l->batch;
	struct edit *edit;

	b->edits = BATCH_GROW(b->a, b->edits, b->edit_count, b->edit_room);
	edit = &b->edits[b->edit_count++];
	*edit = (struct edit){.type = t, .uuid = uuid, .op = op, .day = l->from, .base = base};
	if (content)
		keep(l, t, content, &edit->content, e);
	return true;
}

static void
deliver(struct load *l, const struct oio_type *t, struct uuid uuid)
{
	struct batch *b = &l->batch;

	if (l->o->is_trial)
		return;
	b->delivered = BATCH_GROW(b->a, b->delivered, b->delivered_count, b->delivered_room);
	b->delivered[b->delivered_count++] = (struct import_object){.cvr = l->o->desk->cvr,
								    .source = l->run.source,
								    .kind = t->id,
								    .uuid = uuid,
								    .run = l->run.id};
}

/* ---- what is stored ---- */

struct found {
	struct drafted_place place;
	struct registrering reg; /* if it is live */
	bool is_live;
};

static bool
look_up(struct load *l, const struct oio_type *t, struct uuid uuid, struct found *out,
	struct err *e)
{
	*out = (struct found){.is_live = false};
	if (!load_read_begin(l, e) ||
	    !draft_find(l->reading, l->o->desk, t, uuid, l->one, &out->place, e))
		return false;
	if (!out->place.found)
		return true;
	out->is_live =
		out->place.row.state != LIV_PASSIVERET && out->place.row.state != LIV_SLETTET;
	return append_unpack(t, &out->place.row, l->one, &out->reg, e);
}

/* Inactive, or of a kind without states and without an Egenskab on the day. */
static bool
is_active_on(const struct oio_type *t, const struct oio_content *c, instant day)
{
	struct oio_range states = oio_part_range(t, OIO_TILSTAND);
	bool has_state = states.first < states.end;

	for (size_t i = 0; i < c->count; i++) {
		const struct oio_item *it = &c->items[i];

		if (!virkning_overlaps(&it->v, day, INSTANT_MAX))
			continue;
		if (!has_state && it->part == OIO_ATTRIBUT)
			return true;
		if (has_state && it->part == OIO_TILSTAND && it->u.tilstand.flag)
			return true;
	}
	return false;
}

bool
load_is_active(struct load *l, const struct oio_type *t, struct uuid uuid, bool *out,
	       struct err *e)
{
	struct found f;

	*out = false;
	arena_reset(l->one);
	if (!look_up(l, t, uuid, &f, e))
		return false;
	*out = f.is_live && str_eq(f.place.key.cvr, l->o->desk->cvr) &&
	       is_active_on(t, &f.reg.content, l->from);
	return true;
}

/* ---- comparing ---- */

struct taking {
	struct load *l;
	const struct source_object *o;
	const struct oio_content *wanted;
	bool is_others_place; /* kept in the shared registry by somebody else */
};

struct uuid
load_rolle_of(const struct oio_type *t, const struct oio_item *i)
{
	return i->part == OIO_RELATION && t->fields[i->field].value == OIO_ROLE_REF &&
			       i->u.relation.rolle.ref.is_uuid
		       ? i->u.relation.rolle.ref.uuid
		       : nil;
}

static enum compare_scope
scope(const struct oio_item *i, void *arg)
{
	const struct taking *t = arg;
	const struct load *l = t->l;
	const struct oio_type *type = t->o->type;
	owner_set groups = ownership_of(type, t->wanted, i);

	if (t->is_others_place)
		return type == &type_organisation && i->part == OIO_RELATION &&
				       i->field == ORGANISATION_OVERORDNET
			       ? COMPARE_OURS
			       : COMPARE_OTHERS;
	if ((groups & l->o->owns) != groups)
		return COMPARE_OTHERS;
	if (l->is_whole || i->part == OIO_ATTRIBUT ||
	    load_is_spoken(l, type->id, i->field, load_rolle_of(type, i)))
		return COMPARE_OURS;
	return COMPARE_SILENT;
}

static const char *
row_name(const struct oio_type *t, const struct oio_item *i)
{
	return i->part == OIO_ATTRIBUT ? "Egenskab" : t->fields[i->field].name;
}

static void
on_ignored(const struct oio_item *i, void *arg)
{
	struct taking *t = arg;
	char uuid[UUID_TEXT_LEN + 1];

	t->l->out->counts[COUNT_IGNORED]++;
	load_note(t->l, NOTE_IGNORED, t->o->file, t->o->line, str_from(row_name(t->o->type, i)),
		  arena_printf(t->l->one, "%s %s: ejes af en anden og er ladt, som det var",
			       t->o->type->name, uuid_format(t->o->uuid, uuid).ptr));
}

void
load_note_spoken(struct load *l, const struct oio_type *t, const struct oio_content *c)
{
	struct oio_range attributes = oio_part_range(t, OIO_ATTRIBUT);

	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].part != OIO_ATTRIBUT) {
			load_add_spoken(l, t->id, c->items[i].field,
					load_rolle_of(t, &c->items[i]));
			continue;
		}
		for (size_t row = attributes.first; row < attributes.end; row++)
			if (c->items[i].u.egenskab[row].tag != 0)
				load_add_spoken(l, t->id, row, nil);
	}
}

/* The Egenskab that is stored for a moment, or the last one. */
static const struct oio_slot *
record_at(const struct oio_content *c, instant at)
{
	const struct oio_slot *found = NULL;

	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].part != OIO_ATTRIBUT)
			continue;
		if (!found || virkning_overlaps(&c->items[i].v, at, at + 1))
			found = c->items[i].u.egenskab;
	}
	return found;
}

static void
carry_over(struct load *l, const struct oio_type *t, const struct oio_content *stored,
	   struct oio_content *wanted)
{
	struct oio_range rows = oio_part_range(t, OIO_ATTRIBUT);

	for (size_t i = 0; i < wanted->count; i++) {
		struct oio_item *it = &wanted->items[i];
		const struct oio_slot *old;
		struct oio_slot *slots;

		if (it->part != OIO_ATTRIBUT)
			continue;
		old = record_at(stored, it->v.fra > l->from ? it->v.fra : l->from);
		if (!old)
			continue;
		slots = ARENA_NEW_N(l->one, rows.end, struct oio_slot);
		memcpy(slots, it->u.egenskab, rows.end * sizeof(*slots));
		for (size_t row = rows.first; row < rows.end; row++)
			if (slots[row].tag == 0 &&
			    (t->fields[row].see != 0 ||
			     (!l->is_whole && !load_is_spoken(l, t->id, row, nil))))
				slots[row] = old[row];
		it->u.egenskab = slots;
	}
}

/* ---- taking ---- */

/* A record stands or falls together: what came of it goes, and nothing more comes. */
static void
refuse(struct taking *t, struct str column, struct str text)
{
	struct load *l = t->l;
	int64_t refused = l->out->counts[COUNT_REFUSED];

	memcpy(l->out->counts, l->mark.counts, sizeof(l->out->counts));
	l->out->counts[COUNT_REFUSED] = refused + 1;
	l->batch.edit_count = l->mark.edit_count;
	l->batch.delivered_count = l->mark.delivered_count;
	l->mark.is_refused = true;
	load_note(t->l, NOTE_REFUSED, t->o->file, t->o->line, column, text);
}

/* Would the operations take it? If so it is put, and counted. */
static bool
try_edit(struct taking *t, const struct found *f, enum edit_op op,
	 const struct oio_content *content, enum load_count count, struct err *e)
{
	struct load *l = t->l;
	const struct fold_rules rules = {
		.day = l->from, .now = clock_now(), .needs_key = !l->o->desk->key_is_optional};
	const struct edit edit = {.type = t->o->type,
				  .uuid = t->o->uuid,
				  .op = op,
				  .day = l->from,
				  .content = content ? *content : (struct oio_content){0}};
	struct folded io = {.livscyklus = LIV_NONE};
	struct err why = ERR_INIT;
	struct str text = STR_NONE;

	if (f->place.found)
		io = (struct folded){f->reg.livscyklus, f->reg.content};
	if (!fold_edit(&edit, &rules, l->one, &io, &text, &why)) {
		if (!str_is_set(text))
			text = str_from(err_row(why.code)->text);
		refuse(t, STR_NONE, text);
		return true;
	}
	l->out->counts[count]++;
	return load_put(l, edit.type, edit.uuid, op, content,
			f->place.found ? f->place.row.id : 0, e);
}

static bool
take_new(struct taking *t, const struct found *f, struct err *e)
{
	struct load *l = t->l;
	const struct oio_content *c = t->wanted;
	owner_set groups = 0;

	if (t->o->is_ended) {
		l->out->counts[COUNT_SAME]++;
		return true;
	}
	/* whoever may begin an object says all of it for the first time */
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].part == OIO_TILSTAND)
			groups |= ownership_of(t->o->type, c, &c->items[i]);
	if ((groups & l->o->owns) != groups) {
		on_ignored(&c->items[0], t);
		return true;
	}
	return try_edit(t, f, EDIT_IMPORTER, c, COUNT_CREATED, e);
}

static bool
take_known(struct taking *t, struct found *f, struct err *e)
{
	struct load *l = t->l;
	struct oio_content wanted = {
		.items = ARENA_NEW_N(l->one, t->wanted->count + 1, struct oio_item),
		.count = t->wanted->count};
	struct oio_content edit;
	struct compare_question q = {.type = t->o->type,
				     .stored = &f->reg.content,
				     .wanted = &wanted,
				     .from = l->from,
				     .scope = scope,
				     .on_ignored = on_ignored,
				     .arg = t};

	if (wanted.count > 0)
		memcpy(wanted.items, t->wanted->items, wanted.count * sizeof(*wanted.items));
	memcpy(wanted.extension, t->wanted->extension, sizeof(wanted.extension));
	t->is_others_place = !str_eq(f->place.key.cvr, l->o->desk->cvr);
	carry_over(l, t->o->type, &f->reg.content, &wanted);
	if (!compare_contents(&q, l->one, &edit)) {
		l->out->counts[COUNT_SAME]++;
		return true;
	}
	if (t->o->type == &type_adresse && l->o->owns != OWNER_ALL) {
		owner_set groups;

		if (!load_address_groups(l, t->o->uuid, &groups, e))
			return false;
		if ((groups & l->o->owns) != groups) {
			on_ignored(&edit.items[0], t);
			return true;
		}
	}
	if (t->o->is_ended && !t->is_others_place && l->o->owns == OWNER_ALL)
		return try_edit(t, f, EDIT_NEDLAEG, NULL, COUNT_ENDED, e);
	return try_edit(t, f, EDIT_RET, &edit, t->o->is_ended ? COUNT_ENDED : COUNT_CHANGED, e);
}

static void
set_mark(struct load *l, uint64_t record)
{
	l->mark.record = record;
	l->mark.is_refused = false;
	l->mark.edit_count = l->batch.edit_count;
	l->mark.delivered_count = l->batch.delivered_count;
	memcpy(l->mark.counts, l->out->counts, sizeof(l->mark.counts));
}

bool
load_take(struct load *l, const struct source_object *o, struct err *e)
{
	struct source_object ours = *o;
	struct taking t = {.l = l, .o = &ours, .wanted = &ours.content};
	struct found f;

	arena_reset(l->one);
	if (l->mark.record != o->record)
		set_mark(l, o->record);
	if (l->mark.is_refused)
		return true;
	l->out->counts[COUNT_OBJECTS]++;
	ours.uuid = load_ours(l, o->type, o->uuid);
	load_rename(l, o->type, &ours.content);
	load_note_spoken(l, o->type, &ours.content);
	if (!look_up(l, o->type, ours.uuid, &f, e))
		return false;
	if (!ours.is_ended)
		deliver(l, o->type, ours.uuid);
	return f.is_live ? take_known(&t, &f, e) : take_new(&t, &f, e);
}
