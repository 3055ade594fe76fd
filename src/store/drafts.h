/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drafts and publications of an authority's own work on its objects. A draft is an ordered list
 * of edits by object, read by nobody but those who work on it. A publication is append-only: it
 * says which registrations were made together. What the bytes and numbers mean is
 * administration's affair.
 */
#ifndef STORE_DRAFTS_H
#define STORE_DRAFTS_H

#include "store/objects.h"

struct draft_row {
	int64_t id;
	struct str cvr, title, source, actor;
	instant made, changed;
	int state;
	int64_t publication; /* its number; 0: not published */
	int64_t edits;       /* by drafts_each only: they have to be counted */
};

struct draft_edit_row {
	unsigned kind;
	struct uuid uuid;
	int64_t seq; /* assigned: 1, 2, … for each object */
	int op;
	int64_t base; /* the object's latest registration when the edit was made; 0: none */
	instant day;
	struct str content; /* may be absent */
};

/* *id is assigned. */
MUST_USE bool drafts_create(struct tx *tx, const struct draft_row *row, int64_t *id,
			    struct err *e);
MUST_USE bool drafts_get(struct reading *r, int64_t id, struct arena *a, struct draft_row *out,
			 bool *found, struct err *e);
/* How many edits it has. Goes through all of them. */
MUST_USE bool drafts_count(struct reading *r, int64_t draft, int64_t *out, struct err *e);
typedef bool draft_fn(const struct draft_row *row, void *arg, struct err *e);
/* Those of the authority, oldest first. */
MUST_USE bool drafts_each(struct reading *r, struct str cvr, draft_fn *fn, void *arg,
			  struct err *e);
/* Sets state, changed, publication. */
MUST_USE bool drafts_set(struct tx *tx, const struct draft_row *row, struct err *e);

MUST_USE bool drafts_add(struct tx *tx, int64_t draft, const struct draft_edit_row *row,
			 struct err *e);
typedef bool draft_edit_fn(const struct draft_edit_row *row, void *arg, struct err *e);
struct draft_place {
	unsigned kind;
	struct uuid uuid;
};
/* In order of kind, uuid, seq. only: of this object alone; NULL: all. */
MUST_USE bool drafts_edits(struct reading *r, int64_t draft, const struct draft_place *only,
			   draft_edit_fn *fn, void *arg, struct err *e);
/* Up to `most` edits go. *removed 0: none was left. */
MUST_USE bool drafts_clear(struct tx *tx, int64_t draft, int64_t most, int64_t *removed,
			   struct err *e);
/* All edits of one object go. */
MUST_USE bool drafts_drop(struct tx *tx, int64_t draft, const struct draft_place *place,
			  int64_t *removed, struct err *e);

/* Opaque bytes of a load: how far it has come. Absent: nothing is there. */
MUST_USE bool drafts_progress_get(struct reading *r, int64_t draft, struct arena *a,
				  struct str *out, struct err *e);
MUST_USE bool drafts_progress_set(struct tx *tx, int64_t draft, struct str bytes,
				  struct err *e);

/* ---- publications ---- */

#define PUBLICATION_HASH_BYTES 32

struct publication_row {
	int64_t id;
	int64_t number; /* 1, 2, … of the authority */
	struct str cvr;
	instant at;       /* of all its registrations */
	instant virkning; /* from when it has effect */
	struct str actor, source, title;
	int64_t draft;     /* 0: none */
	int64_t undone;    /* a rollback: what it went back to, a number; else 0 */
	instant undone_to; /* a rollback: the moment; else INSTANT_MIN */
	int64_t objects;   /* how many */
	int64_t stream;    /* the last event that it was checked against */
	struct str counts; /* JSON */
	uint8_t hash[PUBLICATION_HASH_BYTES];
};

struct publication_object_row {
	unsigned kind;
	struct uuid uuid;
	struct str owner;
	unsigned changes;
	int64_t before, after;                  /* registrations; before 0: there was none */
	uint8_t digest[PUBLICATION_HASH_BYTES]; /* of the content after */
};

/* Sets id and number of the authority's next one. */
MUST_USE bool publications_next(struct reading *r, struct str cvr, struct publication_row *row,
				struct err *e);
MUST_USE bool publications_add_object(struct tx *tx, int64_t publication,
				      const struct publication_object_row *row, struct err *e);
/* With the id and number of publications_next, in the same job. */
MUST_USE bool publications_add(struct tx *tx, const struct publication_row *row, struct err *e);
typedef bool publication_fn(const struct publication_row *row, void *arg, struct err *e);
/* Oldest first. number 0: all. */
MUST_USE bool publications_each(struct reading *r, struct str cvr, int64_t number,
				publication_fn *fn, void *arg, struct err *e);
typedef bool publication_object_fn(const struct publication_object_row *row, void *arg,
				   struct err *e);
/* In order of kind, uuid, owner. */
MUST_USE bool publications_objects(struct reading *r, int64_t publication,
				   publication_object_fn *fn, void *arg, struct err *e);

#endif
