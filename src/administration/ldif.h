/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries of an LDIF file, one at a time.
 * Source: RFC 2849.
 */
#ifndef ADMINISTRATION_LDIF_H
#define ADMINISTRATION_LDIF_H

#include "administration/source_internal.h"

struct ldif_value {
	struct str name;  /* without options */
	struct str value; /* bytes; decoded */
};

struct ldif_entry {
	size_t line; /* where it begins */
	struct str dn;
	struct ldif_value *values;
	size_t count;
	const char *fault; /* Danish; NULL: none */
	size_t fault_line;
};

struct ldif {
	struct lines lines;
	struct buf line; /* unfolded */
	bool has_next;   /* a line was read that belongs to what follows */
	struct buf next;
	size_t next_line;
	bool is_next_too_long; /* nothing of it is in next */
	bool is_end;
};

MUST_USE bool ldif_open(struct ldif *l, const char *path, struct err *e);
void ldif_close(struct ldif *l);
/* Everything lives in the arena. */
MUST_USE bool ldif_next(struct ldif *l, struct arena *a, struct ldif_entry *out, bool *is_end,
			struct err *e);
/* The first value of that attribute, whatever its case; absent: none. */
struct str ldif_get(const struct ldif_entry *entry, const char *name);
bool ldif_has(const struct ldif_entry *entry, const char *name, struct str value);

#endif
