/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a publication would change, worked out before anything is: each object as it would be
 * registered, ready to be appended, with what kind of change that is and what stands in its
 * way. Of a draft, or of a way back. Takes no lock; publish.h finds out whether it still fits.
 * Source: contract of administration, 4.7.6 and 4.7.7; of Organisation, 5.
 */
#ifndef ADMINISTRATION_PLAN_H
#define ADMINISTRATION_PLAN_H

#include "administration/draft.h"

/*
 * BrugerRef of what is registered here: systems need one to be there (docs/decisions/0023). Who
 * it was is in the audit trail, and is nobody's business who reads an organisation.
 */
#define PLAN_USER STR("urn:sluse:organisation")

enum plan_change {
	PLAN_OPRETTET,
	PLAN_OMDOEBT,
	PLAN_FLYTTET, /* another Overordnet */
	PLAN_NEDLAGT,
	PLAN_ROD, /* an Organisation has another top unit */
	PLAN_AENDRET,
	PLAN_CHANGE_COUNT
};
extern const char *const plan_change_name[PLAN_CHANGE_COUNT]; /* created, renamed, … */
extern const char *const plan_change_word[PLAN_CHANGE_COUNT]; /* oprettet, omdøbt, … */

/*
 * An object at one moment, for people; not for records: a name may be a person's. What may be a
 * CPR number is not in it.
 */
struct plan_view {
	bool is_there; /* live, and active then if the kind has Gyldighed */
	struct str name;
	struct uuid parent; /* nil: none */
};

struct plan_object {
	const struct oio_type *type;
	struct object_key key;
	unsigned changes;      /* bits 1 << enum plan_change */
	const char *operation; /* as the event says: importer, ret, passiver, slet */
	struct object_mark before;
	struct plan_view was, becomes;
	struct object_new packed;
	uint8_t digest[PUBLICATION_HASH_BYTES]; /* of packed.content */
	/*
	 * Changed since, by others: what it was when the draft began, or before the publication
	 * that is undone. In a draft it is overwritten with that accepted; on a way back it is
	 * left as it is unless told otherwise (is_left).
	 */
	bool is_conflict, is_left;
	struct plan_view base;
};

/* What cannot be, and why, in Danish: field, value, rule. */
struct plan_refusal {
	const struct oio_type *type;
	struct uuid uuid;
	struct str text;
};

/* Something outside the organisation that names what is closed. */
struct plan_consequence {
	struct str type, id; /* of what is known: "jobfunktionsrolle", … */
	const struct oio_type *named_type;
	struct uuid named;
};

struct plan {
	struct arena *a;
	int64_t draft; /* 0: a way back */
	/* the draft as it was: when it was changed last, and its edits */
	instant draft_changed;
	int64_t draft_edits;
	int64_t undone;    /* number of the publication that is undone; 0: none */
	instant undone_to; /* or the moment; INSTANT_MIN: none */
	instant day;       /* start of its Virkning */
	struct str title, source;
	struct plan_object *objects; /* in order of kind, uuid */
	size_t count, room;
	size_t changes[PLAN_CHANGE_COUNT];
	size_t unchanged, conflicts, left;
	size_t marks_lost; /* KLE marks that end */
	struct plan_refusal *refusals;
	size_t refusal_count, refusal_room;
	struct plan_consequence *consequences;
	size_t consequence_count, consequence_room;
	int64_t stream; /* the last event that was there */
	/* after `day`: when something of it begins or ends; in order, each once */
	instant *days;
	size_t day_count, day_room;
};

/* Called now and then, from any thread. */
typedef void plan_progress_fn(const char *what, size_t done, size_t total, void *arg);

struct plan_options {
	instant day; /* INSTANT_MIN: today */
	plan_progress_fn *progress;
	void *arg;
};

/* Errors: DRAFT_UNKNOWN, DRAFT_STATE (it has ended), STORE_*. */
MUST_USE bool plan_draft(const struct desk *d, int64_t draft, const struct plan_options *o,
			 struct plan **out, struct err *e);

struct way_back {
	int64_t number;    /* undo this publication … */
	instant to;        /* … or go back to what was known then; number 0 */
	bool is_never;     /* as if it had never been; else from `day` on */
	bool with_changed; /* what others changed since goes back too */
};
/* Errors: DRAFT_UNKNOWN (no such publication), BAD_VALUE (the moment is yet to come). */
MUST_USE bool plan_back(const struct desk *d, const struct way_back *w,
			const struct plan_options *o, struct plan **out, struct err *e);

void plan_free(struct plan *p);
void plan_freep(struct plan **p);

/* ---- for the files of the plan ---- */

struct plan *plan_new(instant day);
/* What an object is at a moment. */
void plan_look(const struct oio_type *t, const struct folded *f, instant at, struct arena *a,
	       struct plan_view *out);
/*
 * Adds the object unless both are the same (then *out is NULL), and counts it. place
 * says whose it is.
 */
MUST_USE bool plan_add(struct plan *p, const struct drafted_place *place,
		       const struct folded *before, const struct folded *after,
		       struct plan_object **out, struct err *e);
void plan_refuse(struct plan *p, const struct oio_type *t, struct uuid uuid, struct str text);
/* What is known and names what is closed. */
MUST_USE bool plan_consequences(struct plan *p, struct reading *r, struct err *e);

#endif
