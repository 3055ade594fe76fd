/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Publication: all registrations of a plan with one commit time in one transaction, or none,
 * numbered by authority and told by a receipt. A way back is published the same way; nothing is
 * ever removed. What the plan was worked out from must still be so.
 * Source: contract of administration, 3.14, 4.7.6 and 4.7.7; of Organisation, 5.
 */
#ifndef ADMINISTRATION_PUBLISH_H
#define ADMINISTRATION_PUBLISH_H

#include "administration/plan.h"

struct publish_findings {
	size_t errors, warnings;
};
/* What the rules say of the authority's organisation as it would be. */
typedef bool publish_rules_fn(const struct desk *d, const struct plan *p,
			      struct publish_findings *out, void *arg, struct err *e);

struct rules_finding;
/* Who is told of each finding that counts, and of the day on which it is so. */
struct publish_rules_told {
	void (*fn)(const struct rules_finding *f, instant day, void *arg);
	void *arg;
};
/*
 * The rules of rules.h, with the draft on top, on the day that it has effect from and on later
 * days on which something of it begins or ends (plan.days); what they would find without the
 * draft too does not count, and what is found on several days counts once. arg: a struct
 * publish_rules_told, or NULL.
 */
publish_rules_fn publish_by_rules;

struct publish_options {
	bool accept_changed;     /* a draft: what others changed since is overwritten */
	bool accept_warnings;    /* findings of the rules that are no errors */
	publish_rules_fn *rules; /* NULL: none */
	void *rules_arg;
	plan_progress_fn *progress;
	void *arg;
};

struct receipt {
	int64_t number; /* 0: there was nothing to publish, and nothing was */
	instant at; /* of many objects: may be yet to come, by seconds */
	instant virkning;
	size_t objects;
	uint8_t hash[PUBLICATION_HASH_BYTES];
	struct publish_findings findings;
	uint64_t held_us; /* how long nobody else could write */
	uint64_t cpu_us;  /* … of that at work */
};

/*
 * Of a draft's plan: its edits go afterwards. A publication that was killed has done everything
 * or nothing.
 * Errors: DRAFT_INVALID (a refusal, an error of the rules, a warning that was not accepted),
 * DRAFT_CONFLICT (others changed objects since, not accepted), DRAFT_STALE (they did so since
 * the plan was made: make it anew), DRAFT_LATE (the commit time passed before the commit, time
 * and again: the machine is too slow), DRAFT_STATE, STORE_*.
 */
MUST_USE bool publish(const struct desk *d, const struct plan *p,
		      const struct publish_options *o, struct receipt *out, struct err *e);

/* ---- what was published ---- */

/* [administration 3.14] planlagt, publiceret or historisk. newest: the authority's last. */
enum draft_state publication_state(const struct publication_row *row, int64_t newest,
				   instant now);

struct publication_check {
	bool is_whole;  /* the list and all that is said of it are as they were written */
	size_t erased;  /* registrations that lawful erasure has rewritten or removed since */
	size_t altered; /* … that are not what was published, without an erasure */
};
/* row: as read; errors: STORE_*. */
MUST_USE bool publication_verify(struct reading *r, const struct publication_row *row,
				 struct publication_check *out, struct err *e);

/* Errors: DRAFT_UNKNOWN. Texts in the arena. */
MUST_USE bool publication_get(struct reading *r, const struct desk *d, int64_t number,
			      struct arena *a, struct publication_row *out, struct err *e);

#endif
