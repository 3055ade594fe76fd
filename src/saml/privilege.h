/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO Basic Privilege Profile: read liberally, written strictly.
 * Source: token-service contract 2.5; context-handler contract 4.
 */
#ifndef SAML_PRIVILEGE_H
#define SAML_PRIVILEGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/caller.h"
#include "base/err.h"

struct privilege_list {
	const struct privilege *groups;
	size_t count;
	size_t ignored; /* groups with a scope that is not a CVR */
};

struct privilege_limits {
	size_t bytes;	     /* decoded */
	unsigned groups;
	unsigned constraints; /* per group */
};

/*
 * text: base64 (white space tolerated), or raw XML that begins with '<'. Groups whose scope is
 * not a CVR are left out and counted. An empty Constraint text is a missing value: the
 * constraint is kept with an empty value, for the caller to judge. Errors:
 * PRIVILEGES_MALFORMED.
 */
MUST_USE bool privilege_read(struct str text, const struct privilege_limits *limits,
			     struct arena *a, struct privilege_list *out, struct err *e);
/*
 * One group for each element, exactly as given; ns is "itst" or "digst"; XML with
 * declaration, not base64.
 */
void privilege_write(const struct privilege *groups, size_t count, bool digst, struct buf *out);

#endif
