/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does every document that is known have the record of its last change in the audit trail? Who
 * can write to the database could give a system another certificate without one.
 */
#ifndef GATEWAY_AUDIT_KNOWN_H
#define GATEWAY_AUDIT_KNOWN_H

#include "store/store.h"

/* A document that has not; last: the id of its last record, 0: it has none. */
typedef bool audit_known_fn(const struct known_row *row, int64_t last, void *arg,
			    struct err *e);

/*
 * is_pruned: the oldest records are gone, so one without any is not told, nor are records
 * counted. Records from before they had a digest are believed.
 */
MUST_USE bool audit_known_check(struct reading *r, bool is_pruned, audit_known_fn *fn,
				void *arg, struct err *e);

#endif
