/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often systems may be refused: by certificate once a message has proven its sender, until
 * then by the certificate of the TLS connection if it is a known system's, else by address.
 */
#ifndef GATEWAY_REFUSALS_H
#define GATEWAY_REFUSALS_H

#include "gateway/app.h"

/* Of a peer that has proven nothing yet: has it been refused too often? */
bool refusals_are_many(struct app *app, const struct trust_snapshot *known,
		       struct http_call *c);
void refusals_add(struct app *app, const struct trust_snapshot *known, struct http_call *c);
/* The same of a sender that is proven. */
bool refusals_are_many_of(struct app *app, const struct cert *sender, instant now);
void refusals_add_of(struct app *app, const struct cert *sender, instant now);

#endif
