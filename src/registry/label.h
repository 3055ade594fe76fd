/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Label of Rolle and Type in answers: the BrugervendtNoegle of the Klasse that the UUID names.
 * Source: contract of Organisation, 1.6.
 */
#ifndef REGISTRY_LABEL_H
#define REGISTRY_LABEL_H

#include "registry/codec.h"
#include "registry/internal.h"

/* What was found lately. Shared by all calls; owns its lock. */
struct labels;

struct labels *labels_new(void);
void labels_free(struct labels *l);
/* After the commit of a change: forgets what was found if labels come from that kind. */
void labels_changed(const struct registry *r, const struct oio_type *t);

/* One call's look-ups, in the snapshot it reads. */
struct label_source {
	const struct registry_call *call;
	struct reading *reading;
};

/* state: a struct label_source. Absent: no such Klasse, or nothing in force now. */
struct str label_find(void *state, struct uuid klasse, struct arena *a);

#endif
