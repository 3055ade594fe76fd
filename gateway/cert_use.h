/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a certificate was last used to prove who sent a message: what an operator needs to know
 * before an old one is taken away. Exact to an hour, so that it costs a call a look into memory
 * and the disk one write an hour for each certificate, by the ticking thread.
 * Source: administration contract 3.4 (sidstBrugt), 4.9; token-service contract 7.4.
 */
#ifndef GATEWAY_CERT_USE_H
#define GATEWAY_CERT_USE_H

#include "crypto/certs.h"
#include "store/store.h"

#define CERT_USE_STEP HOURS(1)

struct cert_uses; /* thread-safe */

struct cert_uses *cert_uses_new(void);
void cert_uses_free(struct cert_uses *u);
/*
 * Only for certificates of somebody known: the room is fixed, and what does not fit is
 * forgotten.
 */
void cert_uses_note(struct cert_uses *u, const struct cert *c, instant now);
/* Writes what is new since the last time, if anything is; from one thread at a time. */
MUST_USE bool cert_uses_flush(struct cert_uses *u, struct store *s, struct err *e);
/* INSTANT_MIN: never, as far as is known. */
MUST_USE bool cert_use_last(struct reading *r, const struct cert *c, instant now, instant *out,
			    struct err *e);

#endif
