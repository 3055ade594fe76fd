/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a call of a system ends, whatever its messages look like: against whom a refusal counts,
 * and what the audit trail is told of who sent it.
 * Source: design, 6; token-service contract 1.6, 5.5, 6.5.
 */
#ifndef GATEWAY_OUTCOME_H
#define GATEWAY_OUTCOME_H

#include "gateway/app.h"
#include "gateway/metrics.h"
#include "store/audit.h"

struct outcome {
	struct app *app;
	const struct trust_snapshot *known;
	struct http_call *c;
	enum metric_what what;
	const char *action; /* "call": in the record of what nobody is proven to have sent */
	const struct cert *sender; /* proven; NULL: nobody yet */
};

/* Past the limit of its address: neither written nor logged, but counted. */
void outcome_turn_away(const struct outcome *o);
/* One refusal more, of the sender if it is proven; else it gets no record of its own. */
void outcome_count_refusal(const struct outcome *o, enum err_code why);

/* The detail of a record, with its sender in it; the caller puts more. */
struct record_detail {
	struct {
		const char *name;
		struct str value;
	} at[10];
	size_t count;
};
void record_detail_begin(struct record_detail *d, const struct cert *sender);
/* Absent: nothing is put. The value is borrowed. */
void record_detail_put(struct record_detail *d, const char *name, struct str value);
/* Its text, by name; absent if it would be too long. */
struct str record_detail_text(struct record_detail *d, struct arena *a);
/*
 * Writes the record of an outcome, on disk when it returns. A refusal like those before it is
 * counted instead (repeats.h, where `asked` is explained).
 */
MUST_USE bool record_write(struct app *app, const struct audit_row *row, bool is_refusal,
			   struct str asked, struct err *e);
/* organisationenhed.laes */
struct str record_action(const char *service, const char *operation, struct arena *a);
/* The it-system, or what its token calls it when its certificate has left the register. */
struct str record_actor(const struct caller *c);

#endif
