/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much of the server one address holds: open connections, and bytes that were received or
 * wait to be sent. No address may hold more than what is left for all others: so one alone gets
 * half, of n each its part, and a newcomer always finds room, without a figure that would be
 * too small for a municipality behind one address and too large for a stranger. A little is
 * everybody's in any case. Owns its lock. Names as in limiter.h: an IPv6 address stands for its
 * first 64 bits.
 */
#ifndef GATEWAY_SHARE_H
#define GATEWAY_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct shares;
struct share; /* of one address; lives as long as somebody holds it */

/* Everybody may have so many connections, and that part of the bytes. */
#define SHARE_FEW_CONNECTIONS 8
#define SHARE_FEW_BYTES_PART 512

struct shares *shares_new(size_t max_connections, size_t max_bytes);
void shares_free(struct shares *s);

struct share *share_hold(struct shares *s, struct str address);
struct share *share_again(struct shares *s, struct share *of); /* one more holder */
void share_drop(struct shares *s, struct share *of);           /* NULL is fine */

/* One more connection? true: it counts until share_disconnect(). */
bool share_connect(struct shares *s, struct share *of);
void share_disconnect(struct shares *s, struct share *of);
/* So many bytes more? true: they count until share_give(). */
bool share_take(struct shares *s, struct share *of, size_t bytes);
/* They are there already: they count, whatever is left. */
void share_add(struct shares *s, struct share *of, size_t bytes);
void share_give(struct shares *s, struct share *of, size_t bytes);
size_t shares_bytes(struct shares *s);

#endif
