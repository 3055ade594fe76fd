/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what is stored and what is wanted from a date on to the edit between them: a message of
 * `ret` that says what differs and nothing else. Pure: no store, no clock.
 * Source: contract of Organisation, 3.4 and 5 ("Periodevis import"); administration contract
 * 4.7.3 and 4.7.4.
 */
#ifndef ADMINISTRATION_COMPARE_H
#define ADMINISTRATION_COMPARE_H

#include "registry/object.h"

/* Whose an item is to change. A row that holds one value at a time has one answer for all. */
enum compare_scope {
	COMPARE_OURS,
	COMPARE_SILENT, /* the source says nothing about such items: they stay */
	COMPARE_OTHERS, /* another owner's: they stay, and a difference is told */
};

typedef enum compare_scope compare_scope_fn(const struct oio_item *i, void *arg);
/* An item of another owner that the source would have otherwise; once a timeline. */
typedef void compare_ignored_fn(const struct oio_item *i, void *arg);

struct compare_question {
	const struct oio_type *type;
	const struct oio_content *stored; /* sorted */
	const struct oio_content *wanted; /* what holds; what it says of earlier days is left */
	instant from;
	compare_scope_fn *scope;        /* NULL: everything is ours */
	compare_ignored_fn *on_ignored; /* NULL: nobody is told */
	void *arg;                      /* of both */
};

/*
 * history_merge of the answer on `stored` gives exactly `wanted` from the date on, and leaves
 * what holds before the date as it was. What vanished ends at the date; what was planned for
 * later and is not wanted goes. Indeks and labels alone are no difference, as for `ret`.
 *
 * false: nothing differs, and out holds nothing. out borrows from both contents.
 */
bool compare_contents(const struct compare_question *q, struct arena *a,
		      struct oio_content *out);

#endif
