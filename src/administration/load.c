/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The course of a load: look at the source, go on with an unfinished load or begin one, find
 * what is called differently, take every object, end what a full source has no more. Where it
 * is, is in the store after every batch. Refuses to go on with other bytes than it began with.
 * Source: contract of Organisation, 5 ("Initielt dataload", "Periodevis import").
 */
#include "administration/load_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/digest.h"

/* The progress is told, and a wish to stop heard, every so many records. */
#define TELL_RECORDS 256

#define UNFINISHED (1U << LOAD_READING | 1U << LOAD_STOPPED | 1U << LOAD_STAGED)

/* ---- jobs ---- */

static bool
record_run(struct tx *tx, const struct load *l, const char *action, struct err *e)
{
	char object[40];

	snprintf(object, sizeof(object), "koersel/%" PRId64, l->run.id);
	return desk_audit(tx, l->o->desk, action, str_from(object), STR_NONE, e);
}

static bool
begin_job(struct tx *tx, void *arg, struct err *e)
{
	struct load *l = arg;
	struct str title =
		arena_printf(l->one, "%s fra %.*s", l->o->is_trial ? "Prøve" : "Indlæsning",
			     STR_ARG(l->run.source));

	return draft_create_in(tx, l->o->desk, title, l->run.source, &l->run.draft, e) &&
	       imports_begin(tx, &l->run, &l->run.id, e) &&
	       draft_progress_set(tx, l->run.draft, STR("indlaeser"), e) &&
	       record_run(tx, l, "organisation.indlaes", e);
}

struct ending {
	const struct desk *desk;
	int64_t run;
	enum load_state state;
	int64_t publication;
	struct arena *a;
	struct import_run found;
};

static bool
keep_run(const struct import_run *run, void *arg, struct err *e)
{
	struct ending *x = arg;

	(void)e;
	x->found = *run;
	x->found.cvr = arena_dup(x->a, run->cvr);
	x->found.source = arena_dup(x->a, run->source);
	x->found.digest = arena_dup(x->a, run->digest);
	x->found.facts = arena_dup(x->a, run->facts);
	x->found.actor = arena_dup(x->a, run->actor);
	return true;
}

static bool
end_job(struct tx *tx, void *arg, struct err *e)
{
	struct ending *x = arg;
	const struct import_filter f = {.id = x->run, .cvr = x->desk->cvr};

	x->found.id = 0;
	if (!imports_each(tx_reading(tx), &f, keep_run, x, e))
		return false;
	if (x->found.id == 0)
		return FAIL(e, INTERNAL, "no run %" PRId64, x->run);
	x->found.state = (int)x->state;
	x->found.publication = x->publication;
	x->found.ended = clock_now();
	return imports_set(tx, &x->found, e);
}

bool
load_end(const struct desk *d, int64_t run, enum load_state state, int64_t publication,
	 struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct ending x = {d, run, state, publication, a, {.id = 0}};

	return store_write(d->store, end_job, &x, e);
}

bool
load_draft_ended(struct tx *tx, int64_t draft, enum load_state state, int64_t publication,
		 struct err *e)
{
	const struct import_run run = {.draft = draft,
				       .state = (int)state,
				       .publication = publication,
				       .ended = clock_now()};

	return imports_end_of(tx, &run, UNFINISHED, e);
}

/* A draft that is gone, or published, is none to discard. */
static bool
discard_draft(const struct desk *d, int64_t draft, struct err *e)
{
	struct err why = ERR_INIT;

	if (draft == 0 || draft_discard(d, draft, &why) || why.code == DRAFT_UNKNOWN ||
	    why.code == DRAFT_STATE)
		return true;
	*e = why;
	return false;
}

bool
load_discard(const struct desk *d, const struct load_outcome *o, struct err *e)
{
	enum load_state state = o->is_trial ? LOAD_TRIED : LOAD_DISCARDED;

	return discard_draft(d, o->draft, e) && load_end(d, o->run, state, 0, e);
}

/* ---- which load ---- */

static bool
find_unfinished(struct load *l, unsigned states, struct ending *x, struct err *e)
{
	const struct import_filter f = {
		.cvr = l->o->desk->cvr, .source = l->run.source, .states = states, .limit = 1};

	*x = (struct ending){.desk = l->o->desk, .a = l->a};
	return load_read_begin(l, e) && imports_each(l->reading, &f, keep_run, x, e);
}

/* A trial that was killed leaves a draft that nobody wants. */
static bool
clear_trial(struct load *l, struct err *e)
{
	struct ending x;
	struct load_outcome o;

	if (!find_unfinished(l, 1U << LOAD_TRIED, &x, e))
		return false;
	if (x.found.id == 0 || x.found.ended != 0)
		return true;
	load_read_end(l);
	o = (struct load_outcome){.run = x.found.id, .draft = x.found.draft, .is_trial = true};
	return load_discard(l->o->desk, &o, e);
}

/* What became of the draft of a run that is not ended. */
static bool
draft_of(struct load *l, const struct import_run *run, struct draft_row *out, struct err *e)
{
	struct err why = ERR_INIT;

	if (draft_get(l->reading, l->o->desk, run->draft, l->a, out, &why))
		return true;
	if (why.code != DRAFT_UNKNOWN) {
		*e = why;
		return false;
	}
	*out = (struct draft_row){.state = DRAFT_FORKASTET};
	return true;
}

static bool
refuse_other(const struct load *l, const struct import_run *run, struct err *e)
{
	return FAIL(e, LOAD_OTHER_SOURCE,
		    "kørsel %" PRId64 " (kladde %" PRId64 ") begyndte med %" PRId64
		    " bytes, SHA-256 %.16s…; nu er det %" PRIu64 " bytes, %.16s…",
		    run->id, run->draft, run->bytes, run->digest.ptr, l->info->bytes,
		    l->digest.ptr);
}

/* *go_on: this run is gone on with. */
static bool
choose(struct load *l, const struct import_run *run, bool *go_on, struct err *e)
{
	bool is_other =
		!str_eq(run->digest, l->digest) || run->bytes != (int64_t)l->info->bytes;
	struct draft_row draft;
	struct load_outcome old = {.run = run->id, .draft = run->draft};

	*go_on = false;
	if (!draft_of(l, run, &draft, e))
		return false;
	load_read_end(l);
	if (draft.state == DRAFT_FORKASTET || l->o->begin == BEGIN_AFRESH ||
	    (is_other && l->o->begin == BEGIN_REPLACE))
		return load_discard(l->o->desk, &old, e);
	if (is_other)
		return refuse_other(l, run, e);
	*go_on = true;
	return true;
}

static bool
begin(struct load *l, struct err *e)
{
	l->run = (struct import_run){
		.cvr = l->o->desk->cvr,
		.source = l->run.source,
		.actor = l->o->desk->actor,
		.began = clock_now(),
		.state = l->o->is_trial ? LOAD_TRIED : LOAD_READING,
		.digest = l->digest,
		.bytes = (int64_t)l->info->bytes,
	};
	load_write_facts(l);
	return store_write(l->o->desk->store, begin_job, l, e);
}

/* Rows that the source filled in earlier runs are its own still. */
static bool
take_spoken(const struct import_run *run, void *arg, struct err *e)
{
	struct load *l = arg;
	struct load_outcome kept = *l->out;
	instant from = l->from;
	bool is_full = l->is_full, is_prepared = l->is_prepared, ok;
	int64_t notes = l->notes;

	ok = load_read_facts(l, run->facts, e);
	*l->out = kept;
	l->from = from;
	l->is_full = is_full;
	l->is_prepared = is_prepared;
	l->notes = notes;
	return ok;
}

static bool
begin_or_go_on(struct load *l, struct err *e)
{
	const struct import_filter last = {.cvr = l->o->desk->cvr,
					   .source = l->run.source,
					   .states = 1U << LOAD_PUBLISHED |
						     1U << LOAD_UNCHANGED | 1U << LOAD_STAGED,
					   .limit = 1};
	bool go_on = false;
	struct ending x;

	if (!clear_trial(l, e))
		return false;
	if (!l->o->is_trial) {
		if (!find_unfinished(l, UNFINISHED, &x, e) ||
		    (x.found.id != 0 && !choose(l, &x.found, &go_on, e)))
			return false;
		if (!go_on && l->o->begin == BEGIN_CONTINUE)
			return FAIL(e, LOAD_NOTHING_LEFT, "%.*s", STR_ARG(l->run.source));
	}
	if (go_on) {
		l->run = x.found;
		l->out->was_continued = true;
		return load_read_facts(l, x.found.facts, e);
	}
	if (!load_read_begin(l, e) || !imports_each(l->reading, &last, take_spoken, l, e))
		return false;
	load_read_end(l);
	return begin(l, e);
}

/* ---- reading ---- */

static bool
on_object(const struct source_object *o, void *arg, struct err *e)
{
	struct load *l = arg;
	struct uuid ours = load_ours(l, o->type, o->uuid);

	if (!o->is_ended)
		(void)places_add(l->delivered, o->type->id, ours, ours);
	return o->record <= (uint64_t)l->run.position || load_take(l, o, e);
}

static bool
on_refusal(const struct source_refusal *r, void *arg, struct err *e)
{
	struct load *l = arg;

	(void)e;
	if (r->record != 0 && r->record <= (uint64_t)l->run.position)
		return true;
	l->out->counts[COUNT_REFUSED]++;
	load_note(l, NOTE_REFUSED, r->file, r->line, r->column, r->reason);
	return true;
}

static bool
tell_progress(struct load *l, struct err *e)
{
	struct load_progress p = {.total_bytes = l->info->bytes,
				  .total_records = l->info->records};

	source_progress(l->source, &p.bytes, &p.records);
	if (!l->o->progress || l->o->progress(&p, l->o->arg))
		return true;
	return FAIL(e, LOAD_INTERRUPTED, "after record %" PRId64, l->run.position);
}

static bool
on_record(uint64_t record, void *arg, struct err *e)
{
	struct load *l = arg;

	if (record <= (uint64_t)l->run.position)
		return true;
	l->out->counts[COUNT_RECORDS]++;
	if (record % TELL_RECORDS == 0 && !tell_progress(l, e))
		return false;
	if (l->batch.edit_count < BATCH_EDITS && l->batch.delivered_count < 4 * BATCH_EDITS &&
	    arena_used(l->batch.a) < BATCH_BYTES)
		return true;
	return load_flush(l, (int64_t)record, e);
}

static bool
read_all(struct load *l, struct err *e)
{
	const struct source_handlers h = {on_object, on_refusal, on_record, l};
	uint64_t bytes, records;

	if (!source_read(l->source, 0, &h, e))
		return false;
	source_progress(l->source, &bytes, &records);
	/* what a full source has no more is put in the job that ends the load */
	if (l->run.state == LOAD_STOPPED)
		l->run.state = LOAD_READING;
	if (!load_flush(l, (int64_t)records, e) || !load_missing(l, e))
		return false;
	load_read_end(l);
	if (l->run.state == LOAD_READING)
		l->run.state = l->is_stopped ? LOAD_STOPPED : LOAD_STAGED;
	return tell_progress(l, e);
}

static bool
is_unchanged(const struct load *l)
{
	const int64_t *c = l->out->counts;

	return c[COUNT_CREATED] + c[COUNT_CHANGED] + c[COUNT_ENDED] + c[COUNT_MISSING] == 0;
}

static bool
finish(struct load *l, struct err *e)
{
	if (l->run.state == LOAD_STAGED && is_unchanged(l)) {
		l->run.state = LOAD_UNCHANGED;
		l->run.ended = clock_now();
	}
	return load_flush(l, l->run.position, e);
}

/* ---- failures ---- */

struct failure {
	struct import_run run;
	struct import_note *notes;
	size_t count;
};

static bool
failure_job(struct tx *tx, void *arg, struct err *e)
{
	struct failure *x = arg;

	if (!imports_begin(tx, &x->run, &x->run.id, e))
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (!imports_note(tx, x->run.id, &x->notes[i], e))
			return false;
	x->run.ended = x->run.began;
	return imports_set(tx, &x->run, e);
}

/* Source, state and notes are given. */
static bool
record_failed(const struct desk *d, struct failure *x, struct err *e)
{
	x->run.cvr = d->cvr;
	x->run.actor = d->actor;
	x->run.began = clock_now();
	x->run.digest = STR("");
	x->run.facts = STR("{}");
	return store_write(d->store, failure_job, x, e);
}

bool
load_record_failure(const struct desk *d, struct str source, struct str text, struct str detail,
		    int64_t *run, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct import_note note = {.kind = NOTE_REFUSED,
				   .file = STR(""),
				   .text = arena_printf(a, STR_FMT " (" STR_FMT ")",
							STR_ARG(text), STR_ARG(detail))};
	struct failure x = {{.source = source, .state = LOAD_FAILED}, &note, 1};

	if (!record_failed(d, &x, e))
		return false;
	*run = x.run.id;
	return true;
}

/* What is wrong with a file is in the batch: it goes into a run of its own. */
static void
note_failure(struct load *l, struct str source)
{
	struct failure x = {
		{.source = source, .state = l->o->is_trial ? LOAD_TRIED : LOAD_FAILED},
		l->batch.notes,
		l->batch.note_count};
	struct err ignored = ERR_INIT;

	if (x.count > 0 && record_failed(l->o->desk, &x, &ignored))
		l->out->run = x.run.id;
}

/* ---- the whole ---- */

/* Of the source, with the mapping and the leave to take CPR numbers, if there are. */
static struct str
digest_of_load(const struct load *l)
{
	uint8_t digest[32];

	if (!str_is_set(l->o->mapping_digest) && !l->o->source.may_cpr)
		return arena_dup(l->a, l->info->digest);
	digest_sha256(arena_printf(l->a, STR_FMT "/" STR_FMT "%s", STR_ARG(l->info->digest),
				   STR_ARG(l->o->mapping_digest),
				   l->o->source.may_cpr ? "/cpr" : ""),
		      digest);
	return hex_encode(l->a, str_of(digest, sizeof(digest)));
}

static bool
open_source(struct load *l, struct err *e)
{
	struct source_options options = l->o->source;
	const struct source_handlers h = {.refusal = on_refusal, .arg = l};

	options.from = l->from;
	options.klasse = load_klasse;
	options.klasse_arg = l;
	source_close(l->source);
	l->source = NULL;
	if (!source_open(l->o->path, &options, &l->source, e))
		return false;
	if (!source_check(l->source, &h, e))
		return false;
	l->info = source_info(l->source);
	l->digest = digest_of_load(l);
	l->is_whole = l->info->format == SOURCE_JSONL || l->info->format == SOURCE_OIO;
	return true;
}

static bool
run(struct load *l, struct err *e)
{
	instant from = l->from;
	struct str path = str_from(l->o->path);

	if (!open_source(l, e)) {
		l->run.state = LOAD_FAILED;
		l->run.source = str_is_set(l->o->name) ? l->o->name : path;
		note_failure(l, l->run.source);
		return false;
	}
	l->run.source = arena_dup(l->a, str_is_set(l->o->name) ? l->o->name : l->info->name);
	l->is_full = l->o->extent == EXTENT_FULL ||
		     (l->o->extent == EXTENT_AS_SAID && l->info->extent == SOURCE_FULL);
	if (!begin_or_go_on(l, e))
		return false;
	l->out->run = l->run.id;
	l->out->draft = l->run.draft;
	if (l->run.state == LOAD_STAGED)
		return true;
	/* days that nobody said are those of the run's first day */
	if (l->from != from && !open_source(l, e))
		return false;
	return load_match(l, e) && read_all(l, e) && finish(l, e);
}

bool
load_run(const struct load_order *o, struct arena *a, struct load_outcome *out, struct err *e)
{
	struct load *l = ARENA_NEW(a, struct load);
	bool ok;

	*out = (struct load_outcome){.run = 0};
	l->o = o;
	l->out = out;
	l->a = a;
	l->one = arena_new();
	l->batch.a = arena_new();
	l->from = o->source.from;
	l->delivered = places_new();
	l->matched = places_new();
	ok = run(l, e);
	load_read_end(l);
	out->state = l->is_stopped ? LOAD_STOPPED : (enum load_state)l->run.state;
	out->is_trial = o->is_trial;
	out->source = l->run.source;
	source_close(l->source);
	load_klasser_free(l->klasser);
	places_free(l->delivered);
	places_free(l->matched);
	arena_free(l->batch.a);
	arena_free(l->one);
	return ok;
}
