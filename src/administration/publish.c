/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one job of a publication. What can be worked out before is: content, values to search by,
 * digests. In the job: is each object still what the plan was made from, and the rows.
 *
 * The commit time is after every registration that is followed, so that an object's history
 * stays in order. It lies ahead of the clock until the commit is done: what was known as of a
 * moment that has passed never changes, and moments pass while the job runs. What was not done
 * in time is undone, and tried again with more of it.
 */
#include "administration/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "administration/load.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "registry/append.h"

#define PROGRESS_EVERY 1000
#define COUNTS_BYTES 1024
/*
 * How far ahead. An object took some 40 us of a core (docs/decisions/0024); machines have other
 * work. Up to SMALL take the milliseconds that a system's registration takes, and are dated
 * like it.
 */
#define SMALL 100
#define AHEAD MS(500)
#define AHEAD_OBJECT ((instant)250)
#define TRIES 3 /* each has twice the time of the one before */
/* The part of it that is left for the commit itself. */
#define COMMIT_PART 4

/* ---- the hash ---- */

static void
hash_number(struct digest *h, int64_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
	digest_add(h, str_of(bytes, sizeof(bytes)));
}

static void
hash_text(struct digest *h, struct str s)
{
	hash_number(h, (int64_t)s.len);
	digest_add(h, s);
}

static struct digest *
hash_begin(const struct publication_row *row)
{
	struct digest *h = digest_new(HASH_SHA256);

	digest_add(h, STR("sluse publication 1\n"));
	hash_text(h, row->cvr);
	hash_number(h, row->number);
	hash_number(h, row->at);
	hash_number(h, row->virkning);
	hash_text(h, row->actor);
	hash_text(h, row->source);
	hash_text(h, row->title);
	hash_number(h, row->draft);
	hash_number(h, row->undone);
	hash_number(h, row->undone_to);
	hash_number(h, row->objects);
	hash_number(h, row->stream);
	hash_text(h, row->counts);
	return h;
}

static void
hash_object(struct digest *h, const struct publication_object_row *o)
{
	hash_number(h, o->kind);
	digest_add(h, str_of(o->uuid.b, sizeof(o->uuid.b)));
	hash_text(h, o->owner);
	hash_number(h, o->changes);
	hash_number(h, o->before);
	hash_number(h, o->after);
	digest_add(h, str_of(o->digest, sizeof(o->digest)));
}

/* ---- the job ---- */

struct publishing {
	const struct desk *desk;
	const struct plan *p;
	const struct publish_options *o;
	struct publication_row row;
	char counts[COUNTS_BYTES];
	instant ahead; /* 0: it is small */
	uint64_t held_us, cpu_us;
};

static bool
in_time(const struct publishing *x, struct err *e)
{
	if (x->ahead == 0 || clock_now() + x->ahead / COMMIT_PART < x->row.at)
		return true;
	return FAIL(e, DRAFT_LATE, "%" PRId64 " objects in %" PRId64 " ms", x->row.objects,
		    x->ahead / MS(1));
}

/* Is every object what it was? *at: a moment after all of them, and of the commit. */
static bool
check_marks(struct tx *tx, const struct publishing *x, instant *at, struct err *e)
{
	struct object_mark mark;

	*at = time_floor_ms(clock_now() + x->ahead);
	for (size_t i = 0; i < x->p->count; i++) {
		const struct plan_object *o = &x->p->objects[i];

		if (o->is_left)
			continue;
		if (!objects_mark(tx_reading(tx), &o->key, &mark, e))
			return false;
		if (mark.id != o->before.id)
			return FAIL(e, DRAFT_STALE, "%s", o->type->key);
		if (mark.at >= *at)
			*at = mark.at + MS(1);
	}
	return true;
}

/* Is the draft what it was? What came in since would be published by nobody, and swept. */
static bool
check_draft(struct tx *tx, const struct publishing *x, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct draft_row row;

	if (!draft_get(tx_reading(tx), x->desk, x->p->draft, a, &row, e) ||
	    !drafts_count(tx_reading(tx), x->p->draft, &row.edits, e))
		return false;
	if (row.changed == x->p->draft_changed && row.edits == x->p->draft_edits)
		return true;
	return FAIL(e, DRAFT_STALE, "kladde %" PRId64, x->p->draft);
}

static bool
append_one(struct tx *tx, const struct publishing *x, const struct plan_object *o,
	   struct digest *h, struct err *e)
{
	const struct append_event event = {o->type, o->operation, x->row.at, STR_NONE};
	struct publication_object_row row = {.kind = o->key.kind,
					     .uuid = o->key.uuid,
					     .owner = o->key.cvr,
					     .changes = o->changes,
					     .before = o->before.id};
	struct object_new n = o->packed;

	n.key = o->key;
	n.at = x->row.at;
	if (!objects_append(tx, &n, e) || !append_event(tx, &event, &o->key, e))
		return false;
	row.after = n.id;
	memcpy(row.digest, o->digest, sizeof(row.digest));
	hash_object(h, &row);
	return publications_add_object(tx, x->row.id, &row, e);
}

static bool
append_all(struct tx *tx, struct publishing *x, struct err *e)
{
	AUTO(digest_freep) struct digest *h = hash_begin(&x->row);
	uint8_t hash[HASH_MAX_BYTES];
	size_t done = 0;

	for (size_t i = 0; i < x->p->count; i++) {
		if (x->p->objects[i].is_left)
			continue;
		if (!append_one(tx, x, &x->p->objects[i], h, e))
			return false;
		if (++done % PROGRESS_EVERY != 0)
			continue;
		if (!in_time(x, e))
			return false;
		if (x->o->progress)
			x->o->progress("publicér", done, (size_t)x->row.objects, x->o->arg);
	}
	digest_final(h, hash);
	memcpy(x->row.hash, hash, sizeof(x->row.hash));
	return publications_add(tx, &x->row, e);
}

static bool
record(struct tx *tx, const struct publishing *x, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct publication_row *row = &x->row;
	struct str hash = hex_encode(a, str_of(row->hash, sizeof(row->hash)));

	return desk_audit(tx, x->desk,
			  row->draft ? "publikation.publicer" : "publikation.tilbagerul",
			  arena_printf(a, "publikation/%" PRId64, row->number),
			  arena_printf(a,
				       "{\"draft\":%" PRId64 ",\"hash\":\"" STR_FMT
				       "\",\"objects\":%" PRId64 ",\"undone\":%" PRId64 "}",
				       row->draft, STR_ARG(hash), row->objects, row->undone),
			  e);
}

/* A draft goes the whole way: what was asked of it on the way has been, before the job. */
static bool
end_draft(struct tx *tx, const struct publishing *x, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const enum draft_event way[] = {DRAFT_VALIDER, DRAFT_GODKEND, DRAFT_PUBLICER};
	struct draft_row row;
	struct str progress;

	if (!drafts_progress_get(tx_reading(tx), x->p->draft, a, &progress, e))
		return false;
	if (str_is_set(progress))
		return FAIL(e, DRAFT_STATE, "indlæsningen i kladde %" PRId64 " er ikke færdig",
			    x->p->draft);
	for (size_t i = 0; i < ARRAY_LEN(way); i++)
		if (!draft_move(tx, x->desk, x->p->draft, way[i], e))
			return false;
	if (!draft_get(tx_reading(tx), x->desk, x->p->draft, a, &row, e))
		return false;
	row.publication = x->row.number;
	return drafts_set(tx, &row, e) &&
	       load_draft_ended(tx, row.id, LOAD_PUBLISHED, row.publication, e);
}

static bool
publish_job(struct tx *tx, void *arg, struct err *e)
{
	struct publishing *x = arg;
	uint64_t begun = clock_monotonic_us(), cpu = clock_thread_cpu_us();

	if (!check_marks(tx, x, &x->row.at, e) ||
	    !publications_next(tx_reading(tx), x->desk->cvr, &x->row, e) ||
	    (x->p->draft && (!check_draft(tx, x, e) || !end_draft(tx, x, e))) ||
	    !append_all(tx, x, e) || !record(tx, x, e) || !in_time(x, e))
		return false;
	x->held_us = clock_monotonic_us() - begun;
	x->cpu_us = clock_thread_cpu_us() - cpu;
	return true;
}

static bool
publish_in_time(struct publishing *x, struct err *e)
{
	x->ahead = x->row.objects > SMALL ? AHEAD + x->row.objects * AHEAD_OBJECT : 0;
	for (int i = 1; !store_write(x->desk->store, publish_job, x, e); i++) {
		if (e->code != DRAFT_LATE || i == TRIES)
			return false;
		*e = (struct err)ERR_INIT;
		x->ahead *= 2;
	}
	return true;
}

/* ---- before it ---- */

static struct str
counts_json(const struct plan *p, char out[COUNTS_BYTES])
{
	size_t len = 0;

	for (size_t i = 0; i < PLAN_CHANGE_COUNT; i++)
		len += (size_t)snprintf(out + len, COUNTS_BYTES - len, "%s\"%s\":%zu",
					i ? "," : "{", plan_change_name[i], p->changes[i]);
	len += (size_t)snprintf(out + len, COUNTS_BYTES - len, ",\"kle\":%zu}", p->marks_lost);
	return str_of(out, len);
}

static bool
may_publish(const struct desk *d, const struct plan *p, const struct publish_options *o,
	    struct publish_findings *found, struct err *e)
{
	if (p->refusal_count > 0)
		return FAIL(e, DRAFT_INVALID, "%zu afvist", p->refusal_count);
	if (p->draft && p->conflicts > 0 && !o->accept_changed)
		return FAIL(e, DRAFT_CONFLICT, "%zu ændret", p->conflicts);
	if (!o->rules)
		return true;
	if (!o->rules(d, p, found, o->rules_arg, e))
		return false;
	if (found->errors > 0)
		return FAIL(e, DRAFT_INVALID, "%zu fejl", found->errors);
	if (found->warnings > 0 && !o->accept_warnings)
		return FAIL(e, DRAFT_INVALID, "%zu advarsler er ikke accepteret",
			    found->warnings);
	return true;
}

bool
publish(const struct desk *d, const struct plan *p, const struct publish_options *o,
	struct receipt *out, struct err *e)
{
	struct publishing x = {.desk = d, .p = p, .o = o};
	struct err later = ERR_INIT;

	*out = (struct receipt){.virkning = p->day};
	if (!may_publish(d, p, o, &out->findings, e))
		return false;
	if (p->count == p->left)
		return true;
	x.row = (struct publication_row){
		.cvr = d->cvr,
		.virkning = p->day,
		.actor = d->actor,
		.source = p->source,
		.title = p->title,
		.draft = p->draft,
		.undone = p->undone,
		.undone_to = p->undone_to,
		.objects = (int64_t)(p->count - p->left),
		.stream = p->stream,
		.counts = counts_json(p, x.counts),
	};
	if (!publish_in_time(&x, e))
		return false;
	out->number = x.row.number;
	out->at = x.row.at;
	out->objects = (size_t)x.row.objects;
	memcpy(out->hash, x.row.hash, sizeof(out->hash));
	out->held_us = x.held_us;
	out->cpu_us = x.cpu_us;
	/* it is published; what could not be swept is swept next time */
	if (p->draft && !draft_sweep(d, &later))
		LOG_ERR(LOG_LEVEL_WARNING, "draft.sweep", &later, {"cvr", d->cvr});
	return true;
}

/* ---- what was published ---- */

enum draft_state
publication_state(const struct publication_row *row, int64_t newest, instant now)
{
	if (row->number != newest)
		return DRAFT_HISTORISK;
	return row->virkning > now ? DRAFT_PLANLAGT : DRAFT_PUBLICERET;
}

struct verifying {
	struct reading *r;
	struct digest *h;
	struct arena *a;
	struct publication_check *out;
};

static bool
verify_object(const struct publication_object_row *o, void *arg, struct err *e)
{
	struct verifying *v = arg;
	struct object_key k = {o->owner, o->kind, o->uuid};
	uint8_t digest[32];
	struct object_row row;
	bool found, is_erased;

	hash_object(v->h, o);
	arena_reset(v->a);
	if (!objects_registration(v->r, &k, o->after, v->a, &row, &found, e))
		return false;
	if (found)
		digest_sha256(row.content, digest);
	if (found && memcmp(digest, o->digest, sizeof(digest)) == 0)
		return true;
	if (!objects_is_erased(v->r, &k, &is_erased, e))
		return false;
	if (is_erased)
		v->out->erased++;
	else
		v->out->altered++;
	return true;
}

bool
publication_verify(struct reading *r, const struct publication_row *row,
		   struct publication_check *out, struct err *e)
{
	AUTO(digest_freep) struct digest *h = hash_begin(row);
	AUTO(arena_freep) struct arena *a = arena_new();
	struct verifying v = {r, h, a, out};
	uint8_t hash[HASH_MAX_BYTES];

	*out = (struct publication_check){.is_whole = false};
	if (!publications_objects(r, row->id, verify_object, &v, e))
		return false;
	digest_final(h, hash);
	out->is_whole = memcmp(hash, row->hash, sizeof(row->hash)) == 0;
	return true;
}

struct getting {
	struct arena *a;
	struct publication_row *out;
	bool found;
};

static bool
take_publication(const struct publication_row *row, void *arg, struct err *e)
{
	struct getting *g = arg;

	(void)e;
	*g->out = *row;
	g->out->cvr = arena_dup(g->a, row->cvr);
	g->out->actor = arena_dup(g->a, row->actor);
	g->out->source = arena_dup(g->a, row->source);
	g->out->title = arena_dup(g->a, row->title);
	g->out->counts = arena_dup(g->a, row->counts);
	g->found = true;
	return true;
}

bool
publication_get(struct reading *r, const struct desk *d, int64_t number, struct arena *a,
		struct publication_row *out, struct err *e)
{
	struct getting g = {a, out, false};

	if (number < 1 || !publications_each(r, d->cvr, number, take_publication, &g, e))
		return e->code == ERR_NONE
			       ? FAIL(e, DRAFT_UNKNOWN, "publikation %" PRId64, number)
			       : false;
	return g.found || FAIL(e, DRAFT_UNKNOWN, "publikation %" PRId64, number);
}
