/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON Web Tokens of the token service, and the key set that resource servers check them with.
 * Source: token-service contract 6.3; RFC 7515, 7517, 7518 (PS256), 7519, 8705, 8693 4.1 (act).
 */
#ifndef WSTRUST_JWT_H
#define WSTRUST_JWT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/caller.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "crypto/signer.h"

struct jwt_order {
	struct str issuer;
	struct str subject;
	struct str audience; /* registered spelling */
	struct str cvr;
	/* who acts, where the subject is another: a name as certificates have it; else absent
	 */
	struct str actor;
	int assurance; /* written where it is not that of systems */
	const struct cert *holder;
	const struct privilege *privileges;
	size_t privilege_count;
	instant from, until; /* whole seconds are written, the earlier ones */
	const struct signer *signer;
};

struct jwt_issued {
	struct str id;   /* jti */
	struct str text; /* compact form, in the arena */
	int64_t life_s;
};

/* The level of a token that does not say. */
#define JWT_LEVEL_OF_SYSTEMS 3

/* Errors: STS_CONFIGURATION (privileges past their limit, no RSA key), KEY_UNUSABLE. */
MUST_USE bool jwt_write(const struct jwt_order *o, struct arena *a, struct jwt_issued *out,
			struct err *e);
/* kid and x5t of a certificate: base64url of its SHA-1. */
struct str jwt_key_id(const struct cert *c, struct arena *a);
/* The JWK set of these certificates; those that are not RSA sign no JWT and are left out. */
void jwks_write(struct cert *const *certs, size_t count, struct arena *a, struct buf *out);

#endif
