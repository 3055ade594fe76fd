/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Importing an organisation with its units, or a classification with its facets and classes, in
 * one message. Every object is read before any is stored; then each stands or falls alone.
 * Jobs hold a bounded number of objects, so that others get their turn at the writer.
 * Source: contract of Organisation, 2.5, 2.6 and 3.8.
 */
#include "registry/change.h"

#include "registry/label.h"
#include "xml/names.h"

#define OBJECTS_A_JOB 200

struct one {
	struct registry_call c; /* of the object's kind */
	struct work w;
	struct change ch;
	enum err_code code; /* ERR_NONE: imported */
};

struct batch {
	struct one *at;
	size_t count, first;
	bool *has_claims; /* claims were recorded in an earlier job, or by an earlier object */
};

static void
one_init(struct one *o, const struct work *w, const struct oio_type *t)
{
	o->c = *w->c;
	o->c.type = t;
	o->w = *w;
	o->w.c = &o->c;
	o->w.reader.type = t;
	o->ch = (struct change){.w = &o->w, .kind = CHANGE_IMPORT};
}

static bool
read_one(struct work *w, struct one *o, const struct xml_node *n, const struct oio_type *t,
	 struct err *e)
{
	one_init(o, w, t);
	if (decode_object(&o->w.reader, n, &o->ch.uuid, &o->ch.regs, &o->ch.count, e))
		return true;
	w->reader.text = o->w.reader.text;
	return false;
}

static size_t
count_objects(const struct work *w)
{
	const struct xml_node *n, *inner;
	size_t count = 0;

	for (n = xml_first(w->c->input); n; n = xml_next(n)) {
		count++;
		for (inner = xml_first(n); inner; inner = xml_next(inner))
			count++;
	}
	return count;
}

/* One part of the message; adds to *all. */
static bool
read_part(struct work *w, struct cursor *cur, const struct import_part *part, struct one *all,
	  size_t *count, struct err *e)
{
	struct cursor inner;
	struct xml_node *n;

	if (!part->wrapper)
		return reader_need(&w->reader, cur, part->type->ns, part->type->name, &n, e) &&
		       read_one(w, &all[(*count)++], n, part->type, e);
	if (!reader_need(&w->reader, cur, w->c->ns, part->wrapper, &n, e) ||
	    !reader_open(&w->reader, n, &inner, e))
		return false;
	while ((n = cursor_take(&inner, part->type->ns, part->type->name)))
		if (!read_one(w, &all[(*count)++], n, part->type, e))
			return false;
	return reader_close(&w->reader, &inner, e);
}

/* A refusal of one object is its own; anything else ends the call. */
static bool
is_own_refusal(struct one *o, struct err *e)
{
	if (err_row(e->code)->voice != VOICE_RETUR)
		return false;
	o->code = e->code;
	err_clear(e);
	return true;
}

static bool
import_job(struct tx *tx, void *arg, struct err *e)
{
	struct batch *b = arg;
	bool had_claims = *b->has_claims;
	size_t i;

	for (i = b->first; i < b->count && i < b->first + OBJECTS_A_JOB; i++) {
		struct one *o = &b->at[i];

		if (o->code != ERR_NONE)
			continue;
		o->ch.without_claims = had_claims;
		if (change_apply(tx, &o->ch, e))
			had_claims = true;
		else if (!is_own_refusal(o, e))
			return false;
	}
	*b->has_claims = had_claims;
	return true;
}

static bool
import_batches(struct work *w, struct one *all, size_t count, struct err *e)
{
	bool has_claims = false;
	struct batch b = {.at = all, .count = count, .has_claims = &has_claims};

	for (b.first = 0; b.first < count; b.first += OBJECTS_A_JOB) {
		if (!store_write(w->c->registry->store, import_job, &b, e))
			return false;
		/* what was stored was recorded with it, whatever becomes of the rest */
		w->c->is_recorded = has_claims;
	}
	for (size_t i = 0; i < count; i++)
		labels_changed(w->c->registry, all[i].c.type);
	return true;
}

static void
write_answer(struct work *w, const struct one *all, size_t count)
{
	struct registry_call *c = w->c;
	char text[UUID_TEXT_LEN + 1];
	size_t i;

	c->verdict = all[0].code;
	xml_out_apex(c->out, PREFIX_SYSTEM, c->ns, c->output);
	for (i = 0; i < count; i++) {
		const struct one *o = &all[i];
		bool ok = o->code == ERR_NONE;
		const struct err_row *row = ok ? NULL : err_row(o->code);
		struct str why = ok ? STR("OK") : o->w.reader.text;

		if (ok)
			c->verdict = ERR_NONE;
		if (str_is_empty(why))
			why = str_from(row->text);
		xml_out_open(c->out, PREFIX_SD, NS_SAGDOK, "UnikRetur");
		xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "StatusKode",
			     ok ? STR("20") : str_from(row->code));
		xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "FejlbeskedTekst", why);
		xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "Type", str_from(o->c.type->name));
		xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "UUIDIdentifikator",
			     uuid_format(o->ch.uuid, text));
		xml_out_close(c->out);
	}
	xml_out_close(c->out);
}

static bool
import_all(struct work *w, const struct import_part *parts, size_t part_count, struct err *e)
{
	struct one *all = ARENA_NEW_N(w->c->a, count_objects(w) + 1, struct one);
	struct cursor cur;
	size_t i, count = 0;

	if (!work_may(w, ACCESS_WRITE, NULL, e) ||
	    !reader_open(&w->reader, w->c->input, &cur, e))
		return false;
	for (i = 0; i < part_count; i++)
		if (!read_part(w, &cur, &parts[i], all, &count, e))
			return false;
	if (!reader_close(&w->reader, &cur, e))
		return false;
	for (i = 0; i < count; i++) {
		if (change_read_import(&all[i].ch, e))
			change_prepare(&all[i].ch);
		else if (!is_own_refusal(&all[i], e))
			return false;
	}
	if (!import_batches(w, all, count, e))
		return false;
	write_answer(w, all, count);
	return true;
}

bool
registry_import_all(struct registry_call *c, const struct import_part *parts, size_t count,
		    struct err *e)
{
	struct work w;

	work_init(&w, c);
	return import_all(&w, parts, count, e) || answer_refuse(&w, e);
}
