/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drafts (kladder): edits of an authority's objects that nobody sees before they are published
 * together. Kept in the store, so that several may work on one, over days.
 * Source: contract of administration, 3.14 and 4.7; of Organisation, 5.
 */
#ifndef ADMINISTRATION_DRAFT_H
#define ADMINISTRATION_DRAFT_H

#include "administration/desk.h"
#include "administration/fold.h"
#include "store/drafts.h"

/* [administration 3.14] the states of a data set; the numbers are in the store. */
enum draft_state {
	DRAFT_NONE, /* no such draft */
	DRAFT_KLADDE,
	DRAFT_INDLAEST,
	DRAFT_VALIDERET,
	DRAFT_KLAR,
	DRAFT_PLANLAGT, /* published, and its day is yet to come: told, not stored */
	DRAFT_PUBLICERET,
	DRAFT_HISTORISK, /* published, and something was after it: told, not stored */
	DRAFT_FORKASTET,
	DRAFT_STATE_COUNT
};
extern const char *const draft_state_name[DRAFT_STATE_COUNT]; /* kladde, indlaest, … */

enum draft_event {
	DRAFT_REDIGER, /* by hand */
	DRAFT_INDLAES, /* from a source */
	DRAFT_VALIDER,
	DRAFT_GODKEND, /* no errors, and warnings were acknowledged */
	DRAFT_PUBLICER,
	DRAFT_FORKAST,
	DRAFT_EVENT_COUNT
};
extern const char *const draft_event_name[DRAFT_EVENT_COUNT];
/* DRAFT_NONE: the state does not allow it. */
enum draft_state draft_next(enum draft_state now, enum draft_event event);

/* title and source for people; source absent: "manuel". Writes an audit record. */
MUST_USE bool draft_create(const struct desk *d, struct str title, struct str source,
			   int64_t *id, struct err *e);
/* The same inside a job. */
MUST_USE bool draft_create_in(struct tx *tx, const struct desk *d, struct str title,
			      struct str source, int64_t *id, struct err *e);
/* Of this authority. Errors: DRAFT_UNKNOWN. */
MUST_USE bool draft_get(struct reading *r, const struct desk *d, int64_t id, struct arena *a,
			struct draft_row *out, struct err *e);
/* Errors: DRAFT_UNKNOWN, DRAFT_STATE. */
MUST_USE bool draft_move(struct tx *tx, const struct desk *d, int64_t id,
			 enum draft_event event, struct err *e);
/*
 * Adds edits behind those that are there, in this job; event: DRAFT_REDIGER or DRAFT_INDLAES.
 * Nothing is folded or checked here but that the draft may be edited.
 * Errors: DRAFT_UNKNOWN, DRAFT_STATE.
 */
MUST_USE bool draft_put(struct tx *tx, const struct desk *d, int64_t id, enum draft_event event,
			const struct edit *edits, size_t count, struct err *e);
/* Without edits afterwards; writes an audit record. Errors: DRAFT_UNKNOWN, DRAFT_STATE. */
MUST_USE bool draft_discard(const struct desk *d, int64_t id, struct err *e);
/*
 * What ended drafts of the authority still hold goes, in small jobs: after a publication, and
 * again where a kill left something.
 */
MUST_USE bool draft_sweep(const struct desk *d, struct err *e);

/* Opaque bytes of a load, committed with the edits of the same job. */
MUST_USE bool draft_progress_set(struct tx *tx, int64_t id, struct str bytes, struct err *e);
MUST_USE bool draft_progress_get(struct reading *r, int64_t id, struct arena *a,
				 struct str *out, struct err *e);

/*
 * Every edit in order of kind, uuid, and when it was put. The edit's content lives in `a` (of
 * the caller; reset it between objects, not between edits of one).
 */
typedef bool draft_each_fn(const struct edit *edit, int64_t seq, void *arg, struct err *e);
MUST_USE bool draft_each(struct reading *r, int64_t id, const struct draft_place *only,
			 struct arena *a, draft_each_fn *fn, void *arg, struct err *e);

/*
 * The object that a UUID names for this authority: its own, or else, of a shared kind, the
 * operator's. *found false: key is the authority's own.
 */
struct drafted_place {
	struct object_key key;
	bool found;
	struct object_row row; /* if found */
};
MUST_USE bool draft_find(struct reading *r, const struct desk *d, const struct oio_type *t,
			 struct uuid uuid, struct arena *a, struct drafted_place *out,
			 struct err *e);
/*
 * What an object is with the draft on top (0: no draft): *before as stored, *after folded.
 * *text is set when an edit is refused; then *after is as it was before that edit.
 */
struct drafted {
	struct drafted_place place;
	struct folded before, after;
	int64_t base; /* of its first edit; EDIT_BASE_NOW: it has none */
	size_t edits;
	struct str refused; /* why an edit of it cannot be; absent: all can */
};
MUST_USE bool draft_object(struct reading *r, const struct desk *d, int64_t draft,
			   const struct draft_place *place, const struct fold_rules *rules,
			   struct arena *a, struct drafted *out, struct err *e);

/* An audit record of what was done at this desk; detail: a JSON object, or absent. */
MUST_USE bool desk_audit(struct tx *tx, const struct desk *d, const char *action,
			 struct str object, struct str detail, struct err *e);

#endif
