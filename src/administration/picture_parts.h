/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the picture share. */
#ifndef ADMINISTRATION_PICTURE_PARTS_H
#define ADMINISTRATION_PICTURE_PARTS_H

#include "administration/picture.h"
#include "organisation/types.h"

/* those of Organisation, and Klasse */
#define PICTURE_KINDS (ORGANISATION_TYPE_COUNT + 1)
/* above the rows of any kind */
#define PICTURE_ROWS 64
#define KIND_NONE ((size_t)-1)
#define KIND_ANY ((size_t)-2) /* any of those that act */

struct picture_range {
	size_t first, end, deleted;
};

struct picture_tree {
	const struct picture_object **organisations, **roots, **children;
	size_t organisation_count, root_count;
	size_t *children_of;                   /* by number: first of children; one more */
	const struct picture_object **parents; /* by number */
	const struct picture_object **leaders;
	unsigned *depths;
};

struct picture {
	struct arena *a;
	struct picture_question question;
	struct picture_object *objects;
	size_t count;
	struct picture_range kinds[PICTURE_KINDS];
	size_t targets[PICTURE_KINDS][PICTURE_ROWS]; /* kind that a relation names */
	struct picture_link *links;                  /* by what they name */
	size_t *links_of;                            /* by number: first of links; one more */
	struct picture_tree tree;
};

/* A picture being taken: objects by kind, own ones first, each of them by UUID. */
struct taking {
	struct picture *p;
	struct reading *r;
	const struct oio_type *type;
	bool is_shared;
	struct picture_object *at; /* on the heap while it grows */
	size_t count, room;
	size_t own_first, own_end; /* own objects of the kind at work */
};

const struct oio_type *picture_type(size_t kind);
/* KIND_NONE: not a kind of pictures */
size_t picture_kind_of(const struct oio_type *t);
struct picture_object *taking_grow(struct taking *t);
/* What holds of o->whole, and whether that is active. */
void taking_settle(struct picture *p, struct picture_object *o);
/* The edits of the draft on top of what was taken; what they delete is marked LIV_SLETTET. */
MUST_USE bool taking_draft(struct taking *t, struct err *e);
/* Objects are there and in order; fills in what is derived from them. */
void picture_link_all(struct picture *p);
void picture_tree_make(struct picture *p);

#endif
