/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new hierarchy, in a draft: what the operator puts into the shared registry for an
 * authority, and the authority's top unit. The UUIDs may be chosen: systems are set up with
 * that of the Organisation by hand.
 * Source: contract of Organisation, 5 ("Opret organisation") and 2.3.
 */
#ifndef ADMINISTRATION_FOUND_H
#define ADMINISTRATION_FOUND_H

#include "administration/edit.h"

struct founding {
	struct str cvr; /* of the authority that it is for */
	struct str name;
	struct str code;                                 /* MyndighedsKode; absent: none */
	struct uuid organisation, virksomhed, myndighed; /* nil: made, and told back */
};
/* Organisation, Virksomhed and Myndighed. The desk is the operator's. */
MUST_USE bool found_shared(struct edit_frame *f, struct founding *what, struct err *e);

struct founding_unit {
	struct str name;
	struct uuid organisation; /* that it belongs to; it becomes its top unit */
	struct uuid unit;         /* nil: made, and told back */
};
MUST_USE bool found_root(struct edit_frame *f, struct founding_unit *what, struct err *e);

#endif
