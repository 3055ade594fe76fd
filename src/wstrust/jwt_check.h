/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The check of a REST call: the access token in its Authorization header, and that the caller
 * holds it. For services of ours that speak REST, and for who receives a token. There is no
 * such thing as an unverified struct jwt.
 * Source: token-service contract 6.3, 6.5; RFC 7515, 7519, 8705; RFC 8725 (best practice).
 */
#ifndef WSTRUST_JWT_CHECK_H
#define WSTRUST_JWT_CHECK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "saml/privilege.h"
#include "wstrust/token.h"

struct jwt_policy {
	struct str issuer; /* byte for byte */
	/* the keys it may sign with: the token's kid selects among them */
	struct cert *const *certs;
	size_t cert_count;
	const struct str *audiences; /* identifiers of this service */
	size_t audience_count;
	/* DER of the certificate that TLS proved; absent: nobody holds the token */
	struct str tls_cert;
	bool rs256_ok; /* besides PS256 */
	int min_assurance;
};

struct jwt {
	struct str id, subject, audience, cvr;
	struct str actor; /* who acts for the subject; absent: the subject itself */
	int assurance;
	struct privilege_list privileges;
	instant ends;
};

/*
 * The token of an Authorization header: scheme Holder-of-key or Bearer, in any case.
 * Errors: JWT_MISSING.
 */
MUST_USE bool jwt_from_header(struct str authorization, struct str *token, struct err *e);

/*
 * Checks in order: three parts of base64url; the header, its algorithm, kid and typ, no crit;
 * the signature by that key; then the claims: iss, aud, nbf and exp with LIMIT_JWT_SKEW_S, cnf
 * against the certificate, spec_ver, jti, cvr, level, privileges. Whatever is absent is a
 * refusal, but for act, acr (then the level is that of systems) and priv (then there are none).
 *
 * Errors: JWT_INVALID, JWT_EXPIRED, JWT_AUDIENCE, JWT_HOLDER. All are told alike.
 */
MUST_USE bool jwt_verify(const struct jwt_policy *p, struct str compact, instant now,
			 struct arena *a, struct jwt *out, struct err *e);
/*
 * What the token claims as its issuer, believed by nobody: for a receiver that was told a key
 * and no name. Absent if it is unreadable.
 */
struct str jwt_claimed_issuer(struct str compact, struct arena *a);
/*
 * A verified JWT as what it proves, for who reads tokens of either kind; without an assertion
 * and without a certificate of its own. In the arena.
 */
struct token *jwt_token(const struct jwt *t, struct arena *a);

#endif
