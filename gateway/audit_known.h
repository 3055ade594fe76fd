/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does every version of every document that is known have its record in the audit trail? Who
 * can write to the database could give a system another certificate without one. Where records
 * were pruned, the record of the pruning vouches for what was known then.
 */
#ifndef GATEWAY_AUDIT_KNOWN_H
#define GATEWAY_AUDIT_KNOWN_H

#include "base/buf.h"
#include "store/store.h"

/* What the trail says of it all. */
struct audit_known {
	bool is_pruned;    /* the oldest records are gone */
	instant first_at;  /* of the first that is left */
	int64_t pruned_by; /* the record of that pruning; 0: none that has a digest */
	uint8_t digest[32];
};

/* The detail of a record of pruning: one digest over type, id, version and digest of the newest
 * version of each document. */
MUST_USE bool audit_known_write(struct reading *r, struct buf *out, struct err *e);
/* Takes it from a record, if it is the one of the pruning up to `start`. The first counts: it
 * was written together with that start. */
void audit_known_read(const struct audit_row *row, int64_t start, struct audit_known *known);

/* A document whose records do not tell of it; last: the id of the last one, 0: it has none. */
typedef bool audit_known_fn(const struct known_row *row, int64_t last, void *arg,
			    struct err *e);

/*
 * Of a pruned trail, a version without a record is believed if it is not younger than the first
 * record that is left. Records from before they had a digest are believed.
 * *is_same false: what was known at the pruning was not this.
 */
MUST_USE bool audit_known_check(struct reading *r, const struct audit_known *known,
				audit_known_fn *fn, void *arg, bool *is_same, struct err *e);

#endif
