/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the edits of a draft make of an object: pure, no store, no clock. The rules of merging
 * and of the life cycle are those of the operations that clients call.
 * Source: contract of Organisation, 1.3, 3.4 and 6.
 */
#ifndef ADMINISTRATION_FOLD_H
#define ADMINISTRATION_FOLD_H

#include "registry/object.h"

/*
 * In an edit: the day of the publication, which is not known yet. No date that a message can
 * hold, and not an open end.
 */
#define EDIT_DAY MS(INSTANT_MIN / 1000)

enum edit_op {
	EDIT_IMPORTER = 1, /* content as of importer: the object begins, or begins afresh */
	EDIT_RET,          /* content as of ret */
	EDIT_AFSLUT,  /* what the content names ends on `day`: relations by identity, states */
	EDIT_NEDLAEG, /* on `day`: Gyldighed Inaktiv, relations end; Egenskab too without one */
	EDIT_PASSIVER,
	EDIT_SLET,
	EDIT_OP_COUNT
};
extern const char *const edit_op_name[EDIT_OP_COUNT];

struct edit {
	const struct oio_type *type;
	struct uuid uuid;
	enum edit_op op;
	instant day; /* AFSLUT, NEDLAEG; EDIT_DAY: that of the publication */
	/* IMPORTER, RET, AFSLUT; its times may be EDIT_DAY */
	struct oio_content content;
	/*
	 * The object's latest registration that the edit was made on, 0: there was none;
	 * EDIT_BASE_NOW: what is there when the edit is put into the draft.
	 */
	int64_t base;
};
#define EDIT_BASE_NOW (-1)

/* An object on its way: LIV_NONE is not there. */
struct folded {
	enum livscyklus livscyklus;
	struct oio_content content; /* sorted */
};

struct fold_rules {
	instant day;    /* of the publication: start of its Virkning */
	instant now;    /* for validate.h */
	bool needs_key; /* BrugervendtNoegleTekst must be filled */
};

/*
 * One edit, on what *io is. Memory in a; io borrows from the edit. Errors: RETUR_LIFECYCLE,
 * RETUR_NOT_FOUND, RETUR_INPUT, RETUR_PERIOD, with *text in Danish for people: field, value,
 * rule.
 */
MUST_USE bool fold_edit(const struct edit *d, const struct fold_rules *rules, struct arena *a,
			struct folded *io, struct str *text, struct err *e);

/* The same life cycle and the same bytes once stored? */
bool folded_same(const struct oio_type *t, const struct folded *x, const struct folded *y);

#endif
