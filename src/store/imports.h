/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads and imports of organisations: the runs, what each refused, which objects a source has
 * delivered, and which of its objects are those of the store under another UUID. What the
 * numbers mean is administration's affair.
 */
#ifndef STORE_IMPORTS_H
#define STORE_IMPORTS_H

#include "base/uuid.h"
#include "store/store.h"

struct import_run {
	int64_t id; /* assigned */
	struct str cvr, source, actor;
	instant began, ended; /* ended 0: not yet */
	int state;
	int64_t draft, publication; /* 0: none */
	struct str digest;          /* SHA-256 of what is read, hex */
	int64_t bytes;              /* … and its size */
	int64_t position;           /* the last record that has been taken */
	struct str facts;           /* JSON */
};

MUST_USE bool imports_begin(struct tx *tx, const struct import_run *run, int64_t *id,
			    struct err *e);
/* Sets ended, state, draft, publication, position and facts. */
MUST_USE bool imports_set(struct tx *tx, const struct import_run *run, struct err *e);
/* Sets state, publication and ended of the runs of its draft that are in one of the states. */
MUST_USE bool imports_end_of(struct tx *tx, const struct import_run *run, unsigned states,
			     struct err *e);
typedef bool import_run_fn(const struct import_run *run, void *arg, struct err *e);
struct import_filter {
	struct str cvr, source; /* absent: any */
	int64_t id;             /* 0: any */
	unsigned states;        /* bit 1 << state; 0: any */
	bool newest;            /* only the newest of each authority and source */
	int64_t limit;          /* 0: none */
};
/* Newest first. */
MUST_USE bool imports_each(struct reading *r, const struct import_filter *f, import_run_fn *fn,
			   void *arg, struct err *e);

/* What was refused or noted of a line. Holds no CPR number. */
struct import_note {
	int kind;
	struct str file;
	int64_t line;
	struct str column; /* may be absent */
	struct str text;
};
MUST_USE bool imports_note(struct tx *tx, int64_t run, const struct import_note *note,
			   struct err *e);
typedef bool import_note_fn(const struct import_note *note, void *arg, struct err *e);
/* In the order in which they were added. */
MUST_USE bool imports_notes(struct reading *r, int64_t run, import_note_fn *fn, void *arg,
			    struct err *e);

struct import_object {
	struct str cvr, source;
	unsigned kind;
	struct uuid uuid; /* as it is in the store */
	int64_t run;      /* the last that delivered it */
};
MUST_USE bool imports_deliver(struct tx *tx, const struct import_object *o, struct err *e);
typedef bool import_object_fn(const struct import_object *o, void *arg, struct err *e);
/* What the source has ever delivered, by kind and UUID. */
MUST_USE bool imports_delivered(struct reading *r, struct str cvr, struct str source,
				import_object_fn *fn, void *arg, struct err *e);

/* Does another source deliver the object? */
MUST_USE bool imports_is_others(struct reading *r, const struct import_object *o, bool *out,
				struct err *e);

struct import_match {
	unsigned kind;
	struct uuid theirs, ours;
	int how;
	struct str text; /* what was compared, for people */
};
MUST_USE bool imports_match(struct tx *tx, int64_t run, const struct import_match *m,
			    struct err *e);
typedef bool import_match_fn(const struct import_match *m, void *arg, struct err *e);
MUST_USE bool imports_matches(struct reading *r, int64_t run, import_match_fn *fn, void *arg,
			      struct err *e);

#endif
