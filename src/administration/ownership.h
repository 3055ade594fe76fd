/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who owns which group of attributes, so that two that write do not fight: a source, or the
 * module itself. What a source that does not own a group says of it is told and ignored.
 * Source: administration contract 4.7.4.
 */
#ifndef ADMINISTRATION_OWNERSHIP_H
#define ADMINISTRATION_OWNERSHIP_H

#include "registry/object.h"

enum owner_group {
	GROUP_STRUKTUR,
	GROUP_NAVNE,
	GROUP_LEDER,
	GROUP_BRUGERE,
	GROUP_KONTAKTADRESSER,
	GROUP_AABNINGSTIDER,
	GROUP_NUMRE, /* EAN, P-number, SOR and the other numbers of a unit */
	GROUP_OPGAVER,
	GROUP_HENVENDELSESSTEDER,
	GROUP_UDBETALENDE_ENHEDER,
	GROUP_COUNT
};

extern const char *const owner_group_name[GROUP_COUNT];
bool owner_group_named(struct str name, enum owner_group *out);

/* bit 1 << group of what the writer at work owns */
typedef unsigned owner_set;
#define OWNER_ALL ((owner_set)(1U << GROUP_COUNT) - 1)

/*
 * The groups that an item of an object belongs to; all of them must be the writer's. 0: of
 * none, anybody may write it. content: of the object, which says what kind of function it is.
 */
owner_set ownership_of(const struct oio_type *t, const struct oio_content *content,
		       const struct oio_item *i);

#endif
