/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between two states of an organisation: two moments, two exports, or an export
 * and what is here. Object by object and value by value, as people read it; what is written
 * for machines to repeat is compare.h.
 * Source: administration contract 4.7.7.
 */
#ifndef ADMINISTRATION_DIFF_H
#define ADMINISTRATION_DIFF_H

#include "administration/picture.h"

struct diff_object {
	const struct oio_type *type;
	struct uuid uuid;
	struct oio_content now; /* what holds at the moment of its side */
};

/* One of the two. In the arena of whoever fills it. */
struct diff_side {
	struct diff_object *at;
	size_t count, room;
};

/* Own objects that are live; what they are at the moment of the picture. */
void diff_add_picture(struct diff_side *s, const struct picture *p, struct arena *a);
/*
 * An object with all its periods, which is copied; what holds at the moment counts. Nothing
 * held: left out. Errors: STORE_DAMAGED.
 */
MUST_USE bool diff_add_object(struct diff_side *s, const struct oio_type *t, struct uuid uuid,
			      const struct oio_content *whole, instant at, struct arena *a,
			      struct err *e);

enum diff_change {
	DIFF_CREATED,
	DIFF_REMOVED,
	DIFF_RENAMED, /* a unit */
	DIFF_MOVED,   /* a unit */
	DIFF_CLOSED,  /* Aktiv to Inaktiv */
	DIFF_OPENED,
	DIFF_CHANGED,
	DIFF_CHANGE_COUNT
};
extern const char *const diff_change_name[DIFF_CHANGE_COUNT]; /* oprettet, fjernet, omdoebt … */

struct diff_row {
	enum diff_change change;
	const struct oio_type *type;
	struct uuid uuid;
	struct str name;          /* after, or before */
	const char *field;        /* NULL: the whole object */
	struct str before, after; /* absent: there was nothing; holds no CPR number */
};

typedef bool diff_fn(const struct diff_row *row, void *arg, struct err *e);
/* Rows in order of kind, UUID, field. Sorts both sides. Errors: those of fn. */
MUST_USE bool diff_each(struct diff_side *before, struct diff_side *after, diff_fn *fn,
			void *arg, struct err *e);

#endif
