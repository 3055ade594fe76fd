/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a registration is shown: what holds at the times asked for, and what the caller may
 * see.
 * Source: contract of Organisation, 3.3; O1, O3 and O9 of the resolutions.
 */
#ifndef REGISTRY_VIEW_H
#define REGISTRY_VIEW_H

#include "registry/object.h"

/* [fra, til) of valid time, and the moment that decides between periods of a max-1 relation. */
struct window {
	instant fra, til, now;
};

/* A filter as sent; each end may be missing. */
struct filter {
	bool has_fra, has_til;
	instant fra, til;
};

/*
 * Valid time: no filter is now; a missing start is now, a missing end the instant after the
 * start (after now if the start is open); equal ends mean that instant.
 */
struct window window_of_virkning(const struct filter *f, instant now);
/* Registration time: a missing end is open; equal ends mean that instant. */
struct window window_of_registrering(const struct filter *f, instant now);

/*
 * c is sorted; so is out, which borrows. rights: of the caller (access.h); a row that needs one
 * that is not there is left out.
 */
void view_content(const struct oio_type *t, const struct oio_content *c, const struct window *w,
		  unsigned rights, struct arena *a, struct oio_content *out);
/* All of c, in the same order, without the rows that need another right. */
void view_seen(const struct oio_type *t, const struct oio_content *c, unsigned rights,
	       struct arena *a, struct oio_content *out);

#endif
