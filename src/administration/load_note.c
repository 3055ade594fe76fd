/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a load remembers of itself: counts, notes for the report, and the rows that the source
 * has ever filled. A row that it never filled is none of its business: what stands there stays.
 */
#include "administration/load_internal.h"

#include <string.h>

#include "base/json.h"

const char *const load_state_name[LOAD_STATE_COUNT] = {
	[LOAD_READING] = "indlaeser",    [LOAD_STOPPED] = "standset",
	[LOAD_STAGED] = "indlaest",      [LOAD_UNCHANGED] = "uaendret",
	[LOAD_PUBLISHED] = "publiceret", [LOAD_TRIED] = "proevet",
	[LOAD_FAILED] = "fejlet",        [LOAD_DISCARDED] = "forkastet",
};

const char *const load_count_name[LOAD_COUNTS] = {
	[COUNT_RECORDS] = "records",   [COUNT_OBJECTS] = "objects", [COUNT_CREATED] = "created",
	[COUNT_CHANGED] = "changed",   [COUNT_SAME] = "same",       [COUNT_ENDED] = "ended",
	[COUNT_REFUSED] = "refused",   [COUNT_IGNORED] = "ignored", [COUNT_MATCHED] = "matched",
	[COUNT_PROPOSED] = "proposed", [COUNT_MISSING] = "missing", [COUNT_OWNED] = "owned",
};

const char *const load_note_name[NOTE_MISSING + 1] = {
	"", "afvist", "ignoreret", "genfundet", "forslag", "mangler",
};

void *
load_grow(struct arena *a, const void *old, size_t used, size_t bytes)
{
	void *grown = arena_alloc(a, bytes);

	if (used > 0)
		memcpy(grown, old, used);
	return grown;
}

void
load_note(struct load *l, enum load_note_kind kind, struct str file, size_t line,
	  struct str column, struct str text)
{
	struct batch *b = &l->batch;

	if (++l->notes > NOTES_MAX)
		return;
	b->notes = BATCH_GROW(b->a, b->notes, b->note_count, b->note_room);
	b->notes[b->note_count++] = (struct import_note){
		.kind = (int)kind,
		.file = str_is_set(file) ? arena_dup(b->a, file) : STR(""),
		.line = (int64_t)line,
		.column = arena_dup(b->a, column),
		.text = arena_dup(b->a, text),
	};
}

bool
load_is_spoken(const struct load *l, unsigned kind, size_t field, struct uuid rolle)
{
	for (size_t i = 0; i < l->spoken_count; i++)
		if (l->spoken[i].kind == kind && l->spoken[i].field == field &&
		    uuid_eq(l->spoken[i].rolle, rolle))
			return true;
	return false;
}

/* Past the limit nothing is added: then such values stay when they vanish from the source. */
void
load_add_spoken(struct load *l, unsigned kind, size_t field, struct uuid rolle)
{
	if (!load_is_spoken(l, kind, field, rolle) && l->spoken_count < SPOKEN_MAX)
		l->spoken[l->spoken_count++] = (struct spoken){kind, (unsigned)field, rolle};
}

/* ---- facts ---- */

void
load_write_facts(struct load *l)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	json_t *facts = json_object(), *counts = json_object(), *spoken = json_array();
	char uuid[UUID_TEXT_LEN + 1];

	for (size_t i = 0; i < LOAD_COUNTS; i++)
		json_object_set_new(counts, load_count_name[i],
				    json_integer(l->out->counts[i]));
	for (size_t i = 0; i < l->spoken_count; i++)
		json_array_append_new(spoken,
				      json_pack("[i, i, s]", (int)l->spoken[i].kind,
						(int)l->spoken[i].field,
						uuid_format(l->spoken[i].rolle, uuid).ptr));
	json_object_set_new(facts, "counts", counts);
	json_object_set_new(facts, "spoken", spoken);
	json_object_set_new(facts, "from", json_integer(l->from));
	json_object_set_new(facts, "full", json_boolean(l->is_full));
	json_object_set_new(facts, "prepared", json_boolean(l->is_prepared));
	json_object_set_new(facts, "notes", json_integer(l->notes));
	json_object_set_new(facts, "format", json_string(source_format_name[l->info->format]));
	json_put_text(facts, "extracted", l->info->extracted_at);
	json_put_text(facts, "encoding", l->info->encoding);
	json_add_sorted(facts, &b);
	json_decref(facts);
	l->run.facts = arena_dup(l->batch.a, buf_str(&b));
}

static void
read_counts(const json_t *facts, int64_t counts[LOAD_COUNTS])
{
	const json_t *o = json_object_get(facts, "counts");

	for (size_t i = 0; i < LOAD_COUNTS; i++)
		counts[i] = json_integer_value(json_object_get(o, load_count_name[i]));
}

void
load_counts_of(struct str facts, int64_t counts[LOAD_COUNTS])
{
	json_t *o = json_read_object(facts);

	read_counts(o, counts);
	json_decref(o);
}

static bool
read_spoken(struct load *l, const json_t *facts)
{
	const json_t *spoken = json_object_get(facts, "spoken"), *row;
	struct uuid rolle;
	size_t i;

	json_array_foreach(spoken, i, row)
	{
		json_int_t kind = json_integer_value(json_array_get(row, 0));
		json_int_t field = json_integer_value(json_array_get(row, 1));

		if (kind <= 0 || kind > 1000 || field < 0 || field > 1000 ||
		    !uuid_parse(str_from(json_string_value(json_array_get(row, 2))), &rolle))
			return false;
		load_add_spoken(l, (unsigned)kind, (size_t)field, rolle);
	}
	return true;
}

/* Of the run that is gone on with. */
bool
load_read_facts(struct load *l, struct str facts, struct err *e)
{
	json_t *o = json_read_object(facts);
	bool ok = o != NULL && json_is_integer(json_object_get(o, "from"));

	if (ok) {
		read_counts(o, l->out->counts);
		l->from = json_integer_value(json_object_get(o, "from"));
		l->is_full = json_is_true(json_object_get(o, "full"));
		l->is_prepared = json_is_true(json_object_get(o, "prepared"));
		l->notes = json_integer_value(json_object_get(o, "notes"));
		ok = read_spoken(l, o);
	}
	json_decref(o);
	return ok || FAIL(e, STORE_DAMAGED, "the facts of a run");
}
