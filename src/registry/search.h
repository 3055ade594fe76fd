/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A search template as criteria for the store, and as a test of one object's content. The store
 * finds by values; what a value cannot say (roles, metadata of a Virkning, the end of a long
 * text) is tested on the content of what was found.
 * Source: contract of Organisation, 3.6; O10 of the resolutions.
 */
#ifndef REGISTRY_SEARCH_H
#define REGISTRY_SEARCH_H

#include "registry/internal.h"

struct search {
	struct oio_content template;
	/* SoegVirkning; absent: fra_given and til_given false, and no metadata */
	struct virkning soeg_virkning;
	/* SoegRegistrering */
	bool has_registrering;
	struct filter made;
	enum livscyklus livscyklus; /* LIV_NONE: not given */
	struct oio_ref bruger;
	int64_t offset, limit;
	/* made by search_prepare */
	struct object_criterion *criteria;
	size_t criterion_count;
	bool is_tested; /* search_matches decides */
};

/*
 * FoersteResultatReference, MaksimalAntalKvantitet, SoegRegistrering, SoegVirkning from the
 * cursor on. limit: default and largest page. Errors: RETUR_INPUT, RETUR_PERIOD.
 */
MUST_USE bool search_read_base(struct work *w, struct cursor *c, int64_t page, int64_t most,
			       struct search *out, struct err *e);
/*
 * Criteria out of the template. Errors: RETUR_INPUT (too many), RETUR_PERIOD, RETUR_DENIED (a
 * field that the caller may not see).
 */
MUST_USE bool search_prepare(struct work *w, struct search *s, struct err *e);
/* Everything but kind and owners. Live objects only, unless LivscyklusKode says otherwise. */
void search_query(const struct work *w, const struct search *s, struct object_query *out);
/* Does the content hold all that the template asks for? */
bool search_matches(const struct work *w, const struct search *s, const struct oio_content *c);
/* The window that an element of the template asks for. */
struct window search_window(const struct work *w, const struct search *s,
			    const struct virkning *v);

/*
 * Runs the query for a kind among the caller's own objects and, of a shared kind, the
 * operator's. *out in order of UUID.
 */
MUST_USE bool search_run(struct work *w, const struct search *s, struct reading *r,
			 struct object_query *q, struct object_rows *out, struct err *e);
/* As search_run, among the caller's own alone. */
MUST_USE bool search_run_own(struct work *w, const struct search *s, struct reading *r,
			     struct object_query *q, struct object_rows *out, struct err *e);

#endif
