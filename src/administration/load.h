/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A load: what a source says, compared with what is stored, becomes the edits of a draft.
 * Nothing of it is seen by others before the draft is published. It is read in batches, each of
 * which commits its edits together with how far it came, so that a load that was killed goes on
 * where it was; and it is the same whether it was or not. Who may is for those above to decide.
 * Source: contract of Organisation, 5; administration contract 4.7.2–4.7.4.
 */
#ifndef ADMINISTRATION_LOAD_H
#define ADMINISTRATION_LOAD_H

#include "administration/draft.h"
#include "administration/ownership.h"
#include "administration/source.h"
#include "store/imports.h"

/* Numbers are in the store. */
enum load_state {
	LOAD_READING = 1,
	LOAD_STOPPED,   /* read, but it would remove too much: waits to be accepted */
	LOAD_STAGED,    /* the draft holds all of it */
	LOAD_UNCHANGED, /* there was nothing to change; the draft is gone */
	LOAD_PUBLISHED,
	LOAD_TRIED, /* a trial */
	LOAD_FAILED,
	LOAD_DISCARDED,
	LOAD_STATE_COUNT
};
extern const char *const load_state_name[LOAD_STATE_COUNT]; /* indlaeser, standset, … */

enum load_count {
	COUNT_RECORDS,
	COUNT_OBJECTS,
	COUNT_CREATED,
	COUNT_CHANGED,
	COUNT_SAME,
	COUNT_ENDED,    /* that the source says are no more */
	COUNT_REFUSED,  /* lines */
	COUNT_IGNORED,  /* values that another owns */
	COUNT_MATCHED,  /* objects found by their key, or by an accepted proposal */
	COUNT_PROPOSED, /* proposals that were not accepted */
	COUNT_MISSING,  /* of this source, and not in it any more: ended */
	COUNT_OWNED,    /* live objects of this source before */
	LOAD_COUNTS
};
extern const char *const load_count_name[LOAD_COUNTS];

enum load_note_kind { NOTE_REFUSED = 1, NOTE_IGNORED, NOTE_MATCH, NOTE_PROPOSAL, NOTE_MISSING };
extern const char *const load_note_name[NOTE_MISSING + 1]; /* afvist, ignoreret, … */

struct load_progress {
	uint64_t bytes, total_bytes, records, total_records; /* total_records 0: not known */
};
/* false: stop, as if killed. */
typedef bool load_progress_fn(const struct load_progress *p, void *arg);

enum load_extent { EXTENT_AS_SAID, EXTENT_DELTA, EXTENT_FULL };

enum load_begin {
	BEGIN_EITHER,   /* goes on with an unfinished load of the same bytes, or begins */
	BEGIN_CONTINUE, /* goes on, or fails */
	BEGIN_AFRESH,   /* discards an unfinished one */
	BEGIN_REPLACE,  /* as EITHER, but discards an unfinished one of other bytes */
};

struct load_order {
	const struct desk *desk;
	const char *path;
	struct source_options source; /* klasse is set by the load */
	struct str mapping_digest;    /* of what source.mapping was read from; or absent */
	struct str name;              /* of the source; absent: as it calls itself */
	owner_set owns;
	enum load_extent extent;
	enum load_begin begin;
	bool is_trial;         /* discard it with load_discard() after a look */
	bool accept_proposals; /* matches by name and parent */
	bool accept_removals;
	unsigned most_removed_percent; /* of the source's objects; only counts from … */
	int64_t least_removed;         /* … so many */
	load_progress_fn *progress;
	void *arg;
};

struct load_outcome {
	int64_t run; /* 0: it came to none */
	int64_t draft;
	enum load_state state;
	bool was_continued, is_trial;
	struct str source;
	int64_t counts[LOAD_COUNTS];
};

/*
 * Ends in LOAD_STAGED, LOAD_STOPPED (a trial too), LOAD_UNCHANGED or LOAD_TRIED. On false *out
 * says how far it came, with its run for the report if run is not 0. Errors: those of source.h;
 * LOAD_OTHER_SOURCE (an unfinished load began with other bytes), LOAD_NOTHING_LEFT (nothing to
 * go on with), LOAD_INTERRUPTED; those of the store.
 */
MUST_USE bool load_run(const struct load_order *o, struct arena *a, struct load_outcome *out,
		       struct err *e);

/* In the job that ends a draft: what became of the load that filled it, if one did. */
MUST_USE bool load_draft_ended(struct tx *tx, int64_t draft, enum load_state state,
			       int64_t publication, struct err *e);
/* Notes what became of a staged load. */
MUST_USE bool load_end(const struct desk *d, int64_t run, enum load_state state,
		       int64_t publication, struct err *e);
/* The draft goes; of a trial the run stays LOAD_TRIED, of another it is LOAD_DISCARDED. */
MUST_USE bool load_discard(const struct desk *d, const struct load_outcome *o, struct err *e);

/* An import that came to nothing is a run too, with a note of why. */
MUST_USE bool load_record_failure(const struct desk *d, struct str source, struct str text,
				  struct str detail, int64_t *run, struct err *e);

/*
 * The Organisation that the authority's units belong to, if there is only one.
 * Errors: LOAD_ORGANISATION.
 */
MUST_USE bool load_organisation(const struct desk *d, struct uuid *out, struct err *e);

/* The counts of a run's facts. */
void load_counts_of(struct str facts, int64_t counts[LOAD_COUNTS]);

#endif
