/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adding registrations outside a call, for an authority's own work: the same bytes, values,
 * listings and events as the operations of registry.h leave.
 */
#ifndef REGISTRY_APPEND_H
#define REGISTRY_APPEND_H

#include "registry/object.h"
#include "store/objects.h"

/* Everything of *out but key and at. The content must be sorted. */
void append_pack(const struct oio_type *t, const struct registrering *reg, struct arena *a,
		 struct object_new *out);
/* A stored row's content, life cycle and time. Errors: STORE_DAMAGED. */
MUST_USE bool append_unpack(const struct oio_type *t, const struct object_row *row,
			    struct arena *a, struct registrering *out, struct err *e);

struct append_event {
	const struct oio_type *type;
	const char *operation;
	instant at;
	struct str payload; /* absent: found by key and time */
};
MUST_USE bool append_event(struct tx *tx, const struct append_event *x,
			   const struct object_key *k, struct err *e);

/* What holds at a moment, of every kind of item, whatever a caller may see. */
void append_view(const struct oio_type *t, const struct oio_content *c, instant at,
		 struct arena *a, struct oio_content *out);

/*
 * Tests for objects_find: the text of a row, whole and in any case; the object that a relation
 * names. The time is set to always.
 */
void append_test_text(const struct oio_type *t, size_t row, struct str text, struct arena *a,
		      struct object_test *out);
void append_test_ref(const struct oio_type *t, size_t row, struct uuid to, struct arena *a,
		     struct object_test *out);

/*
 * *field: the one relation of a shared object that this authority may write because the object
 * stands for it; t->count: none.
 */
MUST_USE bool append_delegated(struct reading *r, const struct oio_type *t,
			       const struct object_row *row, struct str cvr, instant now,
			       size_t *field, struct err *e);

#endif
