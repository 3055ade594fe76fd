/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An authority's own work on its organisation: whose it is, by whom, in which store. Beneath
 * commands and pages; above the registry. Who may work here is for those above to have decided:
 * the commands are the operator's, on the machine itself.
 */
#ifndef ADMINISTRATION_DESK_H
#define ADMINISTRATION_DESK_H

#include "organisation/types.h"
#include "registry/object.h"
#include "store/store.h"

struct desk {
	struct store *store;
	struct str cvr;          /* the authority, 8 digits */
	struct str operator_cvr; /* whose objects of shared kinds all may read; absent: none */
	struct str actor;        /* "cli:<user>" */
	bool key_is_optional;    /* BrugervendtNoegleTekst may be left out */
	struct uuid (*make_uuid)(void);
};

#define DESK_TYPE_COUNT (ORGANISATION_TYPE_COUNT + 3)
/* All kinds, those of Organisation first. */
const struct oio_type *desk_type(size_t i);
/* By its number in the store; NULL: there is none. */
const struct oio_type *desk_kind(unsigned kind);
/* organisationenhed, or in short enhed, funktion, …; NULL: there is none. */
const struct oio_type *desk_type_named(struct str name);
/* The short name. */
const char *desk_type_short(const struct oio_type *t);

#endif
