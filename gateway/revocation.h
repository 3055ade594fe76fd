/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps what authorities say about certificates fresh, in a thread of its own: lists at the
 * addresses that certificates name, and, if wanted, a responder's answer on each certificate
 * that is known. What was fetched lies in the store too, so that a restart need not wait for
 * anybody. No call ever waits for a fetch.
 * Source: token-service contract 7.3; administration contract 10.5.
 */
#ifndef GATEWAY_REVOCATION_H
#define GATEWAY_REVOCATION_H

#include "gateway/app.h"

struct revocation;

/* Reads what is stored and gives it to the platform in force. Errors: STORE_*. */
MUST_USE bool revocation_open(struct app *app, struct revocation **out, struct err *e);
/* Starts the thread, and waits a while for its first round where something is missing. */
void revocation_start(struct revocation *r);
void revocation_close(struct revocation *r); /* ends the thread */
/* Before a new platform is put in force: so that nothing is forgotten by a reload. */
void revocation_teach(struct revocation *r, const struct platform *p);

/* Was this one revoked when a server last looked? For lists. */
MUST_USE bool revocation_was_noted(struct store *store, const struct cert *c, instant now,
				   bool *out, struct err *e);

/* Prometheus text. */
void revocation_metrics(struct revocation *r, const struct platform *p, struct buf *out);
/* One line for people; true: everything is in its time. r may be NULL. */
bool revocation_is_fresh(struct revocation *r, const struct platform *p, instant now,
			 struct buf *note);

#endif
