/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing one object. Jobs run one at a time, so each sees what the one before did; there is
 * no lost update. The life cycle decides what may follow what.
 *
 * Refuses: an object that is live (import), not there, passive or deleted (the rest), another
 * authority's, a result too large. A ret that changes nothing leaves no registration.
 * Source: contract of Organisation, 1.3, 3.2, 3.4 and 3.5; O4, O5, O15 and O16 of the
 * resolutions.
 */
#include "registry/change.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "registry/delegate.h"
#include "registry/history.h"
#include "registry/label.h"
#include "registry/pack.h"
#include "registry/validate.h"

static bool
refuse_lifecycle(struct change *ch, const struct object_row *row, const char *what,
		 struct err *e)
{
	char text[UUID_TEXT_LEN + 1];

	return reader_refuse(&ch->w->reader, RETUR_LIFECYCLE, e,
			     "%s " STR_FMT " er %s og kan ikke %s", ch->w->c->type->name,
			     STR_ARG(uuid_format(ch->uuid, text)), livscyklus_name[row->state],
			     what);
}

/* [organisation 1.3] which operation may follow which life cycle */
static bool
check_lifecycle(struct change *ch, const struct object_row *row, struct err *e)
{
	bool is_live = row->state == LIV_OPSTAAET || row->state == LIV_IMPORTERET;
	char text[UUID_TEXT_LEN + 1];

	switch (ch->kind) {
	case CHANGE_IMPORT:
	case CHANGE_OPRET:
		if (!is_live)
			return true;
		return reader_refuse(&ch->w->reader, RETUR_LIFECYCLE, e,
				     "%s " STR_FMT " findes allerede", ch->w->c->type->name,
				     STR_ARG(uuid_format(ch->uuid, text)));
	case CHANGE_RET:
		return is_live || refuse_lifecycle(ch, row, "rettes", e);
	case CHANGE_PASSIVER:
		return is_live || refuse_lifecycle(ch, row, "passiveres", e);
	case CHANGE_SLET:
		return row->state != LIV_SLETTET || refuse_lifecycle(ch, row, "slettes", e);
	}
	return false;
}

/* ---- what is registered ---- */

static bool
append(struct tx *tx, struct change *ch, struct object_new *n, struct err *e)
{
	return objects_append(tx, n, e) && record_event(tx, ch->w, &n->key, n->at, e);
}

/* [resolutions O15] after the last one, on a millisecond of its own */
static instant
next_at(const struct object_row *last)
{
	instant now = time_floor_ms(clock_now());

	return last && last->at >= now ? last->at + MS(1) : now;
}

static bool
record(struct tx *tx, struct change *ch, struct err *e)
{
	struct work w = *ch->w;
	struct caller who = *w.c->caller;
	struct registry_call c = *w.c;

	if (ch->without_claims) {
		who.claim_count = 0;
		c.caller = &who;
		w.c = &c;
	}
	return record_call(tx, &w, ch->uuid, "ok", e);
}

static bool
apply_import(struct tx *tx, struct change *ch, const struct object_row *last, struct err *e)
{
	struct str owner = last ? last->cvr : ch->w->c->caller->cvr;
	instant at = next_at(last);
	size_t i;

	for (i = 0; i < ch->count; i++) {
		ch->packed[i].key = (struct object_key){owner, ch->w->c->type->id, ch->uuid};
		ch->packed[i].at = at + MS((instant)i);
		if (!append(tx, ch, &ch->packed[i], e))
			return false;
	}
	return true;
}

/* What follows the last registration. */
static bool
append_next(struct tx *tx, struct change *ch, const struct object_row *last,
	    struct registrering *next, struct err *e)
{
	struct object_new n;

	record_user(ch->w, next);
	stored_pack(ch->w->c->type, next, INSTANT_MIN, ch->w->c->a, &n);
	n.key = (struct object_key){last->cvr, ch->w->c->type->id, ch->uuid};
	n.at = next_at(last);
	return append(tx, ch, &n, e);
}

static struct str
content_bytes(const struct oio_type *t, const struct oio_content *c, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	struct registrering only = {.content = *c};

	pack_registrering(t, &only, INSTANT_MIN, &b);
	BUG_ON(b.over);
	return arena_dup(a, buf_str(&b));
}

/*
 * [organisation 3.4] What the caller cannot read it cannot mean to erase by leaving it out: the
 * value that is stored at the start of the record is carried over.
 */
static void
keep_hidden(const struct work *w, const struct oio_content *stored, struct oio_content *sent)
{
	const struct oio_type *t = w->c->type;
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t i, k, s;

	for (i = 0; i < sent->count; i++) {
		const struct oio_item *from = NULL;
		struct oio_slot *slots;

		if (sent->items[i].part != OIO_ATTRIBUT)
			continue;
		/* sorted: the last record that begins no later, or else the first */
		for (s = 0; s < stored->count && stored->items[s].part == OIO_ATTRIBUT; s++)
			if (!from || stored->items[s].v.fra <= sent->items[i].v.fra)
				from = &stored->items[s];
		if (!from)
			continue;
		slots = ARENA_NEW_N(w->c->a, row.end, struct oio_slot);
		memcpy(slots, sent->items[i].u.egenskab, row.end * sizeof(*slots));
		for (k = row.first; k < row.end; k++)
			if ((t->fields[k].see & w->access.rights) != t->fields[k].see &&
			    slots[k].tag == 0)
				slots[k] = from->u.egenskab[k];
		sent->items[i].u.egenskab = slots;
	}
}

static bool
apply_ret(struct tx *tx, struct change *ch, const struct object_row *last, struct err *e)
{
	struct work *w = ch->w;
	const struct oio_type *t = w->c->type;
	struct registrering *sent = &ch->regs[0], next = *sent;
	struct stored old;

	if (!stored_unpack(t, last, w->c->a, &old, e))
		return false;
	keep_hidden(w, &old.reg.content, &sent->content);
	history_merge(t, &old.reg.content, &sent->content, w->c->a, &next.content);
	if (w->access.is_by_delegation &&
	    !delegate_limit(w, &old.reg.content, &sent->content, &next.content, e))
		return false;
	if (!validate_size(&w->reader, &next.content, e))
		return false;
	if (str_eq(content_bytes(t, &old.reg.content, w->c->a),
		   content_bytes(t, &next.content, w->c->a)))
		return true;
	next.livscyklus = old.reg.livscyklus;
	return append_next(tx, ch, last, &next, e);
}

static bool
apply_end(struct tx *tx, struct change *ch, const struct object_row *last, struct err *e)
{
	struct work *w = ch->w;
	struct registrering next = ch->regs[0];
	struct stored old;

	next.livscyklus = ch->kind == CHANGE_SLET ? LIV_SLETTET : LIV_PASSIVERET;
	next.content = (struct oio_content){.items = NULL};
	if (ch->kind == CHANGE_PASSIVER) {
		if (!stored_unpack(w->c->type, last, w->c->a, &old, e))
			return false;
		next.content = old.reg.content;
	}
	return append_next(tx, ch, last, &next, e);
}

/* ---- the job ---- */

/* May this caller change this object? An object that is not there is a matter of the kind. */
static bool
may_change(struct change *ch, struct reading *r, const struct object_row *row, struct err *e)
{
	struct work *w = ch->w;
	struct access_object object = {.owner = row->cvr, .is_shared = w->c->type->is_shared};

	if (ch->kind == CHANGE_RET && !str_eq(row->cvr, w->c->caller->cvr) &&
	    !delegate_stands_for(w, r, row, &object.is_delegated, e))
		return false;
	return work_may(w, ACCESS_WRITE, &object, e);
}

bool
change_apply(struct tx *tx, struct change *ch, struct err *e)
{
	struct reading *r = tx_reading(tx);
	struct object_row row;
	bool found, is_import = ch->kind == CHANGE_IMPORT || ch->kind == CHANGE_OPRET;

	/* what is made belongs to the caller's authority, whatever others have by that UUID */
	if (is_import ? !stored_find(ch->w, r, ch->uuid, &row, &found, e)
		      : !stored_find_any(ch->w, r, ch->uuid, &row, &found, e))
		return false;
	/* What others deleted in the shared registry does not stand in the way of one's own. */
	if (is_import && found && row.state == LIV_SLETTET &&
	    !str_eq(row.cvr, ch->w->c->caller->cvr))
		found = false;
	if (!found && !is_import) {
		ch->w->reader.text = STR_NONE;
		return FAIL(e, RETUR_NOT_FOUND, "%s", ch->w->c->type->key);
	}
	if (found && (!may_change(ch, r, &row, e) || !check_lifecycle(ch, &row, e)))
		return false;
	switch (ch->kind) {
	case CHANGE_IMPORT:
	case CHANGE_OPRET:
		if (!apply_import(tx, ch, found ? &row : NULL, e))
			return false;
		break;
	case CHANGE_RET:
		if (!apply_ret(tx, ch, &row, e))
			return false;
		break;
	case CHANGE_PASSIVER:
	case CHANGE_SLET:
		if (!apply_end(tx, ch, &row, e))
			return false;
		break;
	}
	return record(tx, ch, e);
}

static bool
change_job(struct tx *tx, void *arg, struct err *e)
{
	return change_apply(tx, arg, e);
}

bool
change_run(struct change *ch, struct err *e)
{
	if (!store_write(ch->w->c->registry->store, change_job, ch, e))
		return false;
	ch->w->c->is_recorded = true;
	labels_changed(ch->w->c->registry, ch->w->c->type);
	return true;
}

/* ---- before the job ---- */

void
change_prepare(struct change *ch)
{
	struct arena *a = ch->w->c->a;
	size_t i;

	ch->packed = ARENA_NEW_N(a, ch->count, struct object_new);
	for (i = 0; i < ch->count; i++) {
		instant sent_at = ch->regs[i].at;

		ch->regs[i].livscyklus =
			ch->kind == CHANGE_OPRET ? LIV_OPSTAAET : LIV_IMPORTERET;
		record_user(ch->w, &ch->regs[i]);
		stored_pack(ch->w->c->type, &ch->regs[i], sent_at, a, &ch->packed[i]);
	}
}

struct ordered {
	struct registrering reg;
	size_t place;
};

static int
by_tidspunkt(const void *pa, const void *pb)
{
	const struct ordered *a = pa, *b = pb;

	if (a->reg.at != b->reg.at)
		return a->reg.at < b->reg.at ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

bool
change_read_import(struct change *ch, struct err *e)
{
	struct work *w = ch->w;
	bool needs_key = !w->c->registry->options.key_is_optional;
	struct ordered *o = ARENA_NEW_N(w->c->a, ch->count, struct ordered);
	const struct oio_content *before = NULL;
	const struct uuid *self = ch->kind == CHANGE_OPRET ? NULL : &ch->uuid;
	struct oio_content merged;
	size_t i;

	for (i = 0; i < ch->count; i++) {
		o[i] = (struct ordered){ch->regs[i], i};
		if (!validate_tidspunkt(&w->reader, ch->regs[i].at, e) ||
		    !validate_content(&w->reader, &ch->regs[i].content, self, needs_key, e))
			return false;
	}
	qsort(o, ch->count, sizeof(*o), by_tidspunkt);
	for (i = 0; i < ch->count; i++) {
		ch->regs[i] = o[i].reg;
		history_merge(w->c->type, before, &ch->regs[i].content, w->c->a, &merged);
		ch->regs[i].content = merged;
		before = &ch->regs[i].content;
		if (!validate_size(&w->reader, before, e))
			return false;
	}
	return true;
}
