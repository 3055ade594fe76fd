/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking the audit trail. Believes nothing of what stands in the database but what a known key
 * has signed: the beginning of a pruned chain, and its seals. A chain of hashes alone can be
 * computed anew by whoever may write; so what no seal covers is told.
 */
#include "gateway/audit_check.h"

#include <string.h>

#include "gateway/audit_known.h"

#define SEALS_AT_A_TIME 16
#define LINE_BYTES 8192
/* Between two seals at most, and then some. */
#define UNSEALED_AFTER MINUTES(10)
#define PROGRESS_EVERY 500000

const struct audit_problem_row audit_problem_rows[AUDIT_PROBLEM_COUNT] = {
	[AUDIT_ALTERED] = {"altered", "the record is not what was written, or not in its place",
			   false},
	[AUDIT_MISSING] = {"missing", "records are missing", false},
	[AUDIT_CUT_OFF] = {"cut-off", "records at the end are missing", false},
	[AUDIT_SEAL_DIFFERS] = {"seal-differs", "the seal is over another record", false},
	[AUDIT_SEAL_FORGED] = {"seal-forged", "the seal's signature is false", false},
	[AUDIT_SEAL_FOREIGN] = {"seal-foreign", "the seal is of another audit trail", false},
	[AUDIT_START_UNPROVEN] =
		{"start-unproven",
		 "older records are gone and no known key says that they were pruned", false},
	[AUDIT_HEAD_DIFFERS] = {"head-differs", "the head is over another record", false},
	[AUDIT_HEAD_FORGED] = {"head-forged", "the head's signature is false", false},
	[AUDIT_HEAD_FOREIGN] = {"head-foreign", "the head is of another audit trail", false},
	[AUDIT_HEAD_SET_BACK] =
		{"set-back", "later heads are of earlier records: the database was set back",
		 false},
	[AUDIT_FOREIGN_CODE] =
		{"foreign-code",
		 "the database has triggers or views that are not Sluse's, or lacks some",
		 false},
	[AUDIT_KNOWN_UNRECORDED] = {"known-unrecorded",
				    "what is known is not what its records say", false},
	[AUDIT_KNOWN_DIFFERS] =
		{"known-differs",
		 "what is known from before the trail was pruned is not what it was then",
		 false},
	[AUDIT_KEY_UNKNOWN] = {"key-unknown", "no seal is by a key that is known here", false},
	[AUDIT_UNSEALED] = {"unsealed", "nobody has sealed these records", true},
	[AUDIT_SEALED_LATE] = {"sealed-late",
			       "no known key sealed these records until long after", true},
};

/* Seals in the order of their records, a few at a time. */
struct source {
	bool is_outside;
	struct audit_seal at[SEALS_AT_A_TIME];
	size_t count, next;
	bool is_ended;
	int64_t last_id;
};

struct walk {
	struct reading *r;
	const struct audit_check *c;
	struct audit_report *report;
	struct audit_start start;
	struct source seals, heads;
	struct audit_known known;
	struct arena *a;
	int64_t id;              /* of the record before */
	instant oldest_unsealed; /* time of a record */
	bool head_is_met;
};

static void
tell(struct walk *w, enum audit_problem problem, int64_t from, int64_t to)
{
	struct audit_finding f = {.problem = problem, .from = from, .to = to};

	if (audit_problem_rows[problem].is_warning)
		w->report->warnings++;
	else
		w->report->broken++;
	w->c->tell(&f, w->c->arg);
}

/* ---- the next seal, from the database or from outside ---- */

static bool
next_line(struct walk *w, struct source *s, struct err *e)
{
	char line[LINE_BYTES];
	bool is_rest = false, was_rest;

	while (fgets(line, sizeof(line), w->c->heads)) {
		/* behind a cut begins what a peer chose */
		was_rest = is_rest;
		is_rest = !strchr(line, '\n');
		/* a line of the log that is about something else */
		if (was_rest || !audit_seal_is_line(str_from(line)))
			continue;
		arena_reset(w->a);
		s->count = 1;
		return audit_seal_read(str_trim(str_from(line)), w->a, &s->at[0], e);
	}
	s->is_ended = true;
	return !ferror(w->c->heads) || FAIL(e, BAD_VALUE, "the heads cannot be read");
}

static bool
refill(struct walk *w, struct source *s, struct err *e)
{
	s->count = s->next = 0;
	if (s->is_outside)
		return next_line(w, s, e);
	if (!store_audit_seals(w->r, SEAL_HEAD, s->last_id, s->at, SEALS_AT_A_TIME, &s->count,
			       e))
		return false;
	s->is_ended = s->count == 0;
	return true;
}

/* NULL: there is no further one. */
static bool
peek(struct walk *w, struct source *s, const struct audit_seal **out, struct err *e)
{
	*out = NULL;
	if (s->is_ended)
		return true;
	if (s->next == s->count && !refill(w, s, e))
		return false;
	if (!s->is_ended)
		*out = &s->at[s->next];
	return true;
}

/*
 * A seal that comes long after its records says that they were so then, not that they had been
 * so: what was sealed at its time could have been chained anew, without its seals, and given to
 * the server to sign. The seal's own time is signed.
 */
static void
vouch(struct walk *w, const struct audit_seal *seal)
{
	if (seal->head.id < w->report->sealed.id)
		return;
	if (w->report->unsealed > 0 && w->oldest_unsealed < seal->at - UNSEALED_AFTER)
		tell(w, AUDIT_SEALED_LATE, seal->head.id - w->report->unsealed + 1,
		     seal->head.id);
	w->report->sealed = seal->head;
	w->report->sealed_at = seal->at;
	w->oldest_unsealed = INSTANT_MAX;
	w->report->unsealed = 0;
}

/* hash: of the record with that id; NULL: there is none. */
static void
meet(struct walk *w, struct source *s, const struct audit_seal *seal, const uint8_t *hash)
{
	enum seal_verdict verdict = audit_seal_judge(seal, w->c->keys);
	int64_t id = seal->head.id;

	if (s->is_outside)
		w->report->heads++;
	else
		w->report->seals++;
	if (memcmp(seal->chain, w->start.chain, sizeof(seal->chain)) != 0) {
		tell(w, s->is_outside ? AUDIT_HEAD_FOREIGN : AUDIT_SEAL_FOREIGN, id, id);
	} else if (verdict == SEAL_FALSE) {
		tell(w, s->is_outside ? AUDIT_HEAD_FORGED : AUDIT_SEAL_FORGED, id, id);
	} else if (!hash || memcmp(hash, seal->head.hash, sizeof(seal->head.hash)) != 0) {
		tell(w, s->is_outside ? AUDIT_HEAD_DIFFERS : AUDIT_SEAL_DIFFERS, id, id);
	} else if (verdict == SEAL_GOOD) {
		vouch(w, seal);
	}
	if (verdict == SEAL_UNKNOWN && !s->is_outside)
		w->report->seals_unknown++;
}

/* All seals up to a record; the last of them may be over it. */
static bool
meet_up_to(struct walk *w, struct source *s, int64_t id, const uint8_t *hash, struct err *e)
{
	const struct audit_seal *seal;

	for (;;) {
		if (!peek(w, s, &seal, e))
			return false;
		if (!seal || seal->head.id > id)
			return true;
		if (s->is_outside && seal->head.id < s->last_id)
			tell(w, AUDIT_HEAD_SET_BACK, s->last_id, seal->head.id);
		else if (seal->head.id < w->start.head.id)
			w->report->heads_older += s->is_outside;
		else
			meet(w, s, seal, seal->head.id == id ? hash : NULL);
		s->last_id = seal->head.id;
		s->next++;
	}
}

static void
meet_remembered(struct walk *w, int64_t id, const uint8_t *hash)
{
	const struct audit_head *h = w->c->head;

	if (!h || w->head_is_met || h->id > id)
		return;
	w->head_is_met = true;
	w->report->heads++;
	if (h->id < w->start.head.id)
		w->report->heads_older++;
	else if (h->id != id || memcmp(h->hash, hash, sizeof(h->hash)) != 0)
		tell(w, AUDIT_HEAD_DIFFERS, h->id, h->id);
}

/* ---- records ---- */

static bool
on_record(const struct audit_row *row, const uint8_t want[AUDIT_HASH_BYTES], void *arg,
	  struct err *e)
{
	struct walk *w = arg;
	struct audit_report *report = w->report;
	bool fits = row->hash.len == AUDIT_HASH_BYTES &&
		    memcmp(row->hash.ptr, want, AUDIT_HASH_BYTES) == 0;

	if (!fits && row->id != w->id + 1)
		tell(w, AUDIT_MISSING, w->id + 1, row->id - 1);
	else if (!fits)
		tell(w, AUDIT_ALTERED, row->id, row->id);
	w->id = row->id;
	if (report->records++ == 0) {
		report->first = row->id;
		w->known.first_at = row->at;
	}
	audit_known_read(row, w->start.head.id, &w->known);
	report->last = row->id;
	report->unsealed++;
	if (row->at < w->oldest_unsealed)
		w->oldest_unsealed = row->at;
	if (w->c->progress && report->records % PROGRESS_EVERY == 0)
		w->c->progress(report->records, w->c->arg);
	/* what somebody is to have sealed is what the record is, not what it says it is */
	meet_remembered(w, row->id, want);
	return meet_up_to(w, &w->seals, row->id, want, e) &&
	       meet_up_to(w, &w->heads, row->id, want, e);
}

static bool
check_start(struct walk *w, struct err *e)
{
	struct audit_seal *seal = &w->start.seal;

	if (!store_audit_start(w->r, &w->start, e))
		return false;
	w->id = w->start.head.id;
	w->seals.last_id = w->id - 1;
	w->known.is_pruned = w->start.is_pruned;
	w->known.first_at = seal->at;
	if (w->start.is_pruned) {
		if (memcmp(seal->chain, w->start.chain, sizeof(seal->chain)) != 0 ||
		    audit_seal_judge(seal, w->c->keys) != SEAL_GOOD)
			tell(w, AUDIT_START_UNPROVEN, w->id, w->id);
		else
			vouch(w, seal);
	}
	meet_remembered(w, w->id, w->start.head.hash);
	return meet_up_to(w, &w->seals, w->id, w->start.head.hash, e) &&
	       meet_up_to(w, &w->heads, w->id, w->start.head.hash, e);
}

static bool
on_document(const struct known_row *row, int64_t last, void *arg, struct err *e)
{
	struct walk *w = arg;
	struct audit_finding f = {.problem = AUDIT_KNOWN_UNRECORDED, .from = last, .to = last};

	(void)e;
	arena_reset(w->a);
	f.what = arena_printf(w->a, STR_FMT "/" STR_FMT, STR_ARG(row->type), STR_ARG(row->id));
	w->report->broken++;
	w->c->tell(&f, w->c->arg);
	return true;
}

static bool
check_end(struct walk *w, struct err *e)
{
	struct audit_report *report = w->report;
	int64_t given;
	bool is_ours, is_same;

	if (!store_audit_given(w->r, &given, e) || !store_code_is_ours(w->r, &is_ours, e))
		return false;
	if (!is_ours)
		tell(w, AUDIT_FOREIGN_CODE, w->id, w->id);
	if (!audit_known_check(w->r, &w->known, on_document, w, &is_same, e))
		return false;
	if (!is_same)
		tell(w, AUDIT_KNOWN_DIFFERS, w->known.pruned_by, w->known.pruned_by);
	if (given > w->id)
		tell(w, AUDIT_CUT_OFF, w->id + 1, given);
	/* seals of what is not there */
	meet_remembered(w, INT64_MAX, NULL);
	if (!meet_up_to(w, &w->seals, INT64_MAX, NULL, e) ||
	    !meet_up_to(w, &w->heads, INT64_MAX, NULL, e))
		return false;
	if (report->seals > 0 && report->sealed.id == 0)
		tell(w, AUDIT_KEY_UNKNOWN, report->first, report->last);
	else if (report->unsealed > 0 && w->oldest_unsealed < w->c->now - UNSEALED_AFTER)
		tell(w, AUDIT_UNSEALED, report->last - report->unsealed + 1, report->last);
	return true;
}

static bool
see_first(const struct audit_row *row, void *arg, struct err *e)
{
	struct walk *w = arg;

	(void)e;
	w->report->is_half_pruned = row->id <= w->start.head.id;
	return true;
}

bool
audit_check(struct reading *r, const struct audit_check *c, struct audit_report *out,
	    struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct walk *w = ARENA_NEW(a, struct walk);
	AUTO(arena_freep) struct arena *lines = arena_new();
	const struct audit_filter first = {
		.from = INSTANT_MIN, .to = INSTANT_MAX, .after_id = INT64_MIN, .limit = 1};

	memset(out, 0, sizeof(*out));
	w->r = r;
	w->c = c;
	w->report = out;
	w->a = lines;
	w->heads.is_outside = true;
	w->heads.is_ended = !c->heads;
	w->oldest_unsealed = INSTANT_MAX;
	return check_start(w, e) && store_audit_each(r, &first, see_first, w, e) &&
	       store_audit_walk(r, &w->start.head, 0, on_record, w, e) && check_end(w, e);
}
