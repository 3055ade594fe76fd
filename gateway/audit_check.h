/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the audit trail as it was written? Walks the chain once, holding one record and a few
 * seals at a time, and compares it with the seals in the database and with heads that were kept
 * outside it. Tells what it finds as it goes; changes nothing.
 */
#ifndef GATEWAY_AUDIT_CHECK_H
#define GATEWAY_AUDIT_CHECK_H

#include <stdio.h>
#include "gateway/audit_seal.h"

enum audit_problem {
	/* somebody was here */
	AUDIT_ALTERED,        /* a record does not fit itself and the one before it */
	AUDIT_MISSING,        /* records are not there */
	AUDIT_CUT_OFF,        /* there were records behind the last one */
	AUDIT_SEAL_DIFFERS,   /* a seal is over another record than the one that is there */
	AUDIT_SEAL_FORGED,    /* a seal was not signed by the key that it names */
	AUDIT_SEAL_FOREIGN,   /* a seal of another chain */
	AUDIT_START_UNPROVEN, /* older records are gone and no known key says they may be */
	AUDIT_HEAD_DIFFERS,   /* as SEAL_DIFFERS, of a head from outside */
	AUDIT_HEAD_FORGED,
	AUDIT_HEAD_FOREIGN,
	AUDIT_HEAD_SET_BACK, /* a later head is over an earlier record: the file was set back */
	AUDIT_FOREIGN_CODE,  /* triggers or views that are not ours */
	AUDIT_KNOWN_UNRECORDED, /* a document was changed, and no record says so */
	AUDIT_KNOWN_DIFFERS,    /* … one of those whose records were pruned */
	AUDIT_KEY_UNKNOWN,      /* there are seals, and not one by a key that is known */
	/* not proof of anything */
	AUDIT_UNSEALED,    /* records that nobody sealed though there was time */
	AUDIT_SEALED_LATE, /* … or only long after: nobody vouches for the time between */
	AUDIT_PROBLEM_COUNT
};

struct audit_problem_row {
	const char *name, *text;
	bool is_warning;
};
extern const struct audit_problem_row audit_problem_rows[AUDIT_PROBLEM_COUNT];

struct audit_finding {
	enum audit_problem problem;
	int64_t from, to; /* ids of records */
	struct str what;  /* a document, type/id; absent: it is about records */
};

struct audit_report {
	int64_t records, first, last;
	int64_t seals, seals_unknown; /* in the database; of those: by keys not known here */
	int64_t heads, heads_older;   /* from outside; of those: of records that were pruned */
	struct audit_head sealed; /* the last record that a known key vouches for; id 0: none */
	instant sealed_at;
	int64_t unsealed;    /* records behind it */
	bool is_half_pruned; /* records before the start are still there */
	size_t broken, warnings;
};

struct audit_check {
	const struct audit_keys *keys;
	FILE *heads;                   /* lines as audit_seal_write(); NULL: none */
	const struct audit_head *head; /* one more, that somebody remembers; NULL: none */
	instant now;
	void (*tell)(const struct audit_finding *f, void *arg);
	void (*progress)(int64_t records, void *arg); /* now and then; may be NULL */
	void *arg;
};

/* true: it was walked to the end, and *out says what was found. Errors: the store's; BAD_VALUE
 * (a line of the heads cannot be read). */
MUST_USE bool audit_check(struct reading *r, const struct audit_check *c,
			  struct audit_report *out, struct err *e);

#endif
