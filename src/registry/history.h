/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `ret` makes of what is stored and what was sent. Pure: no store, no clock.
 * Source: contract of Organisation, 3.4; O6–O8 of the resolutions.
 */
#ifndef REGISTRY_HISTORY_H
#define REGISTRY_HISTORY_H

#include "registry/object.h"

/*
 * A kind that the message does not mention is carried over. A single-valued kind is a timeline:
 * each element sent takes its place in it, the later wins; a stored element with the same value
 * and the same FraTidspunkt as one sent is replaced by it. A relation with many values is one
 * timeline for each (ReferenceID, Rolle, Type): elements sent replace the stored ones they
 * overlap or begin with; what is not mentioned stays.
 *
 * stored may be NULL: nothing. out is sorted, holds no empty interval, and borrows from both.
 */
void history_merge(const struct oio_type *t, const struct oio_content *stored,
		   const struct oio_content *sent, struct arena *a, struct oio_content *out);

/*
 * The same values at the same times, but for one row (pass t->count to except none)? Metadata
 * of a Virkning, Indeks and labels do not count. Both sorted.
 */
bool history_same(const struct oio_type *t, const struct oio_content *a,
		  const struct oio_content *b, size_t except);

/* Most periods that one timeline of the object has. */
size_t history_longest(const struct oio_type *t, const struct oio_content *c, struct arena *a);

#endif
