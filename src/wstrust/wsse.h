/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WS-Security of a message: what is signed, by whom, and that it was not seen before. One
 * verifier for the token service and for every service; the policy tells them apart. After it,
 * only the nodes it returns are used: they are what was verified.
 * Source: token-service contract 1.6 (5–12), 5.4, 5.5 (5–21), 5.6, 5.7.
 */
#ifndef WSTRUST_WSSE_H
#define WSTRUST_WSSE_H

#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"
#include "base/once.h"
#include "crypto/certs.h"
#include "soap/envelope.h"
#include "trust/trust.h"
#include "wstrust/timestamp.h"
#include "wstrust/token.h"

struct wsse_policy {
	bool is_service; /* false: the token service */
	/* registered certificates; a blocked one is refused. Never NULL */
	const struct trust_snapshot *known;
	/* DER of the TLS client certificate, for telling who misused a token; absent if none */
	struct str tls_cert;

	/* services only */
	struct token_policy token;
	/* a signed SecurityTokenReference alone does not bind the token (5.5-19 c) */
	bool binding_is_strict;
	/* revocation of the holder's certificate is checked against these; NULL: it is not */
	struct anchors *revocation;
};

struct wsse {
	struct envelope env;
	struct timestamp time;
	struct cert *signer; /* whose key signed the message; owned */
	struct token *token; /* services only; owned; its claims are not read yet */
	struct once_key claims[2];
	instant claims_until;
	bool is_service;
};

/*
 * The token service's order: addressing; Action; Security and its children; Timestamp; key by
 * KeyInfo; signature; coverage. A service's order: Security and its children; addressing;
 * Timestamp; token; shape of the signature; key reference; signature by the token's holder;
 * coverage; binding of the token; the holder's certificate. Left to the caller, in this order:
 * wsse_claim(), To, Action, token_read_claims().
 *
 * out->env must have been read by envelope_read(). On failure *out is only good for
 * wsse_release() and for addressing a fault.
 *
 * Errors, both: WSA_MISSING, WSA_CARDINALITY, WSA_INVALID, WSA_ANONYMOUS_ONLY,
 * FRAMEWORK_VERSION, SECURITY_STRUCTURE, TIMESTAMP_MALFORMED, MESSAGE_EXPIRED,
 * SIGNATURE_STRUCTURE, KEY_REF_UNAVAILABLE, ALGORITHM_REFUSED, SIGNATURE_WRONG, DIGEST_WRONG,
 * REFERENCE_UNRESOLVED, MESSAGE_NOT_COVERED, CERT_WEAK_KEY. Token service:
 * WSA_ACTION_UNSUPPORTED, TOKEN_TYPE_UNSUPPORTED. Services: TOKEN_TYPE_UNSUPPORTED, those of
 * token_prove(), HOLDER_WRONG, TOKEN_NOT_BOUND, CERT_EXPIRED, CERT_NOT_YET_VALID,
 * CERT_BLOCKED, those of anchors_check().
 */
MUST_USE bool wsse_verify(const struct wsse_policy *p, instant now, struct arena *a,
			  struct wsse *out, struct err *e);
void wsse_release(struct wsse *w);

/*
 * Claims the message: by its MessageID and signer, and by its SignatureValue. Only for one that
 * passed everything else. Errors: MESSAGE_REPLAYED (token service), WSA_DUPLICATE
 * (service), REPLAY_STORE_FULL, CALLS_LIMITED (this signer has as many as are left for others).
 */
MUST_USE bool wsse_claim(const struct wsse *w, struct once *once, instant now, struct err *e);
void wsse_unclaim(const struct wsse *w, struct once *once);

/* Who called a service: token_caller() of what the message was proven to be. */
struct caller *wsse_caller(const struct wsse *w, const struct trust_snapshot *known,
			   struct str request_id, struct arena *a,
			   const struct trust_system **system);

#endif
