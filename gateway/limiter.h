/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much one peer may ask for: a bucket of tokens for each name, filled at a steady rate.
 * Names share a fixed number of buckets, so nothing grows. Owns its lock. A name that is an
 * IPv6 address stands for its first 64 bits: what lies behind them one subscriber may number as
 * he likes.
 */
#ifndef GATEWAY_LIMITER_H
#define GATEWAY_LIMITER_H

#include <stdbool.h>
#include "base/str.h"
#include "base/time.h"

struct limiter;

struct limit {
	unsigned burst;      /* at once */
	unsigned per_second; /* lasting */
};

#define LIMITER_NAME_BYTES 48

/*
 * The bytes that count of a name: of an IPv6 address its first 64 bits; an IPv4 address has one
 * spelling. In the room, or the name itself.
 */
struct str limiter_subscriber(struct str name, char room[LIMITER_NAME_BYTES]);

struct limiter *limiter_new(void);
void limiter_free(struct limiter *l);
/* Is there one left of this kind for this name? Takes none. */
bool limiter_has(struct limiter *l, const char *kind, struct str name,
		 const struct limit *limit, instant now);
/* One more of this kind for this name? */
bool limiter_take(struct limiter *l, const char *kind, struct str name,
		  const struct limit *limit, instant now);

#endif
