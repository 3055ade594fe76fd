/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editing by hand in a draft: fields by the names of the schema, closing with all that hangs on
 * it, leaders, addresses. What cannot be is refused when it is said, in Danish and exactly:
 * the engine's own reader and rules judge it, on the object as the draft has it by then.
 * Source: contract of Organisation, 2.3, 5 ("Vedligehold") and 6.
 */
#ifndef ADMINISTRATION_EDIT_H
#define ADMINISTRATION_EDIT_H

#include "administration/draft.h"

struct edit_setting {
	struct str name; /* EnhedNavn, Gyldighed, Overordnet, Adresser, … */
	/*
	 * A text; Aktiv, Inaktiv; of a relation a UUID, a URN, the key of a Klasse (a KLE
	 * number), the name of a well-known one; with a role UUID/ROLLE or UUID/ROLLE/TYPE.
	 * Empty: no such text, or the relation ends.
	 */
	struct str value;
	bool is_end; /* of a relation with many: that one ends, instead of begins */
};

/* How an edit is to hold. */
struct edit_frame {
	const struct desk *desk;
	int64_t draft;
	instant fra; /* EDIT_DAY: the day of the publication */
	instant til; /* INSTANT_MAX: no end */
	struct arena *a;
	struct str text; /* set when something was refused */
};

/*
 * Of all functions: in one job; *text of the frame says what was refused. Errors:
 * DRAFT_UNKNOWN, DRAFT_STATE, DRAFT_INVALID (see text), STORE_*.
 */

/*
 * Sets fields. is_new: the object begins; then what everybody has is put in unless it is said:
 * Gyldighed Aktiv, and its name as BrugervendtNoegleTekst.
 */
MUST_USE bool edit_set(struct edit_frame *f, const struct oio_type *t, struct uuid uuid,
		       bool is_new, const struct edit_setting *settings, size_t count,
		       struct err *e);
/*
 * Closes an object, and ends the relations by which others name it. A unit with units below it
 * is refused unless these are to go too; functions of what goes, and of nothing else, go along.
 * *count: objects closed.
 */
MUST_USE bool edit_close(struct edit_frame *f, const struct oio_type *t, struct uuid uuid,
			 bool with_below, size_t *count, struct err *e);
/* The user leads the unit from then on, whoever did before. */
MUST_USE bool edit_leader(struct edit_frame *f, struct uuid unit, struct uuid user,
			  struct err *e);
/* A text in a role (email, telefon, …) in place of what was there; empty: none any more. */
MUST_USE bool edit_address(struct edit_frame *f, const struct oio_type *t, struct uuid uuid,
			   struct str role, struct str text, struct err *e);
/* The draft forgets what it has of the object. *count: edits. */
MUST_USE bool edit_undo(struct edit_frame *f, const struct oio_type *t, struct uuid uuid,
			int64_t *count, struct err *e);

/* ---- for the files of editing ---- */

struct editing {
	struct edit_frame *f;
	struct tx *tx;
	instant day; /* the day, or today where that is not known yet */
};

/* The object as the draft has it; refuses when an edit of it is refused. */
MUST_USE bool editing_look(struct editing *x, const struct oio_type *t, struct uuid uuid,
			   struct folded *out, struct err *e);
/* Checks an edit on what is there by then, and puts it. */
MUST_USE bool editing_put(struct editing *x, struct edit *edit, struct err *e);
/* What the settings say, as content of RET or IMPORTER, and what ends. */
MUST_USE bool editing_read(struct editing *x, const struct oio_type *t,
			   const struct folded *now, const struct edit_setting *settings,
			   size_t count, struct oio_content *begins, struct oio_content *ends,
			   struct err *e);
/* Sets the frame's text; always false. */
bool editing_tell(struct editing *x, struct err *e, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define editing_refuse(x, e, ...) err_false(editing_tell((x), (e), __VA_ARGS__))
/* Runs as a job; the frame goes with it. */
typedef bool editing_fn(struct editing *x, void *arg, struct err *e);
MUST_USE bool editing_run(struct edit_frame *f, editing_fn *fn, void *arg, struct err *e);

#endif
