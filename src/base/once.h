/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Seen before?" in one atomic step. Holds keys until their time; never evicts a live entry:
 * when full it refuses. Owns its lock. Restored from the store at start (once_restore).
 * Source: contract of the token service, replay rules.
 */
#ifndef BASE_ONCE_H
#define BASE_ONCE_H

#include <stdint.h>
#include "base/err.h"
#include "base/time.h"

#define ONCE_KEY_LEN 32

struct once_key {
	uint8_t b[ONCE_KEY_LEN];
};

struct once;

struct once *once_new(size_t max_entries);
void once_free(struct once *o);
/* Claims all keys or none. Errors: MESSAGE_REPLAYED, REPLAY_STORE_FULL. */
MUST_USE bool once_claim(struct once *o, const struct once_key *keys, size_t count,
			 instant until, instant now, struct err *e);
/*
 * The same for one of several owners, none of whom may hold more than what is left for others.
 * Keys that were restored are nobody's. Errors: CALLS_LIMITED (its share) too.
 */
MUST_USE bool once_claim_for(struct once *o, const struct once_key *owner,
			     const struct once_key *keys, size_t count, instant until,
			     instant now, struct err *e);
/* Gives a claim back when its effect could not be made durable. */
void once_forget(struct once *o, const struct once_key *keys, size_t count);
/* At start, for each key that the store kept. REPLAY_STORE_FULL: do not start with fewer. */
MUST_USE bool once_restore(struct once *o, const struct once_key *key, instant until,
			   struct err *e);
size_t once_count(struct once *o); /* expired ones that are not cleared away yet count too */

#endif
