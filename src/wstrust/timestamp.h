/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wsu:Timestamp of a message: how long it may be believed.
 * Source: WS-Security 1.0, 10; token-service contract 5.7.
 */
#ifndef WSTRUST_TIMESTAMP_H
#define WSTRUST_TIMESTAMP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "xml/node.h"
#include "xml/write.h"

struct timestamp {
	instant created, expires;
};

/*
 * Read it, and judge it by `now`: Created at most LIMIT_CLOCK_SKEW_S ahead, Expires after
 * Created by at most LIMIT_TIMESTAMP_LIFE_S and not more than LIMIT_CLOCK_SKEW_S ago.
 * Errors: TIMESTAMP_MALFORMED (either is absent, doubled or unreadable), MESSAGE_EXPIRED.
 */
MUST_USE bool timestamp_check(const struct xml_node *n, instant now, struct arena *a,
			      struct timestamp *out, struct err *e);
/* Writes one as an apex: created now, for LIMIT_OWN_TIMESTAMP_S. */
void timestamp_write(struct xml_out *o, struct str id, instant now);

#endif
