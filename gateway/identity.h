/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one part of this installation signs with: the token service, the services, the bridge.
 * A key is replaced with overlap: the next one is published from the moment it is configured,
 * signs from a moment that is announced, and the one before stays believed. Immutable once
 * loaded; a platform holds one of each.
 * Source: token-service contract 7.4; administration contract 4.9.
 */
#ifndef GATEWAY_IDENTITY_H
#define GATEWAY_IDENTITY_H

#include "base/time.h"
#include "crypto/certs.h"
#include "crypto/signer.h"
#include "gateway/options.h"

#define IDENTITY_MAX_CERTS 6

enum identity_name {
	IDENTITY_STS,     /* tokens, RSTRs, business faults of the token service, JWTs */
	IDENTITY_SERVICE, /* answers of the services */
	IDENTITY_HUB,     /* SAML messages of the bridge */
	IDENTITY_COUNT
};

struct identity {
	struct signer *current; /* NULL: not configured, not served */
	struct signer *next;    /* NULL: no successor */
	instant next_from;      /* it signs from then on; INSTANT_MAX: no date yet */
	/*
	 * All whose signatures hold: current, next, then those of the past. What is published
	 * (metadata, JWKS) and what tokens are checked with is this list.
	 */
	struct cert *certs[IDENTITY_MAX_CERTS];
	size_t cert_count;
};

/* A key of ours as the configuration names it; password OPT_COUNT: it can have none. */
struct signer_source key_source(const struct config *c, enum setting cert, enum setting key,
				enum setting password);

/* Errors: those of the files; CONFIG_INVALID (the successor is no successor). */
MUST_USE bool identity_load(const struct config *c, enum identity_name name,
			    struct identity *out, struct err *e);
void identity_release(struct identity *id);
/* What it signs with at that moment; NULL if it is not configured. */
const struct signer *identity_signer(const struct identity *id, instant now);
const char *identity_use(enum identity_name name); /* "sts-signing", … for lists and metrics */

#endif
