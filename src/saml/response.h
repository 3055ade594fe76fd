/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Response, verified: what a service provider must check before it reads a word. Used for the
 * answers of IdPs, and by the built-in system for the answers of the bridge.
 * Source: context-handler contract 2.4 (4–16), 7.4; SAML core 2, 3.2; SAML profiles 4.1.4.
 */
#ifndef SAML_RESPONSE_H
#define SAML_RESPONSE_H

#include "crypto/signer.h"
#include "saml/assertion.h"
#include "saml/message.h"
#include "saml/nameid.h"

struct response_question {
	struct str issuer;         /* who was asked */
	struct cert *const *certs; /* from its metadata */
	size_t cert_count;
	struct str acs;              /* our own address, as we told it */
	struct str request_id;       /* of the request that was sent */
	const struct str *audiences; /* our name, and its other spellings */
	size_t audience_count;
	const struct signer *decrypter; /* NULL: nothing encrypted is accepted */
	instant now, skew;
};

struct response_facts {
	/* read from octets that a signature covers, and from nothing else */
	const struct assertion *assertion;
	struct str octets; /* canonical form of that assertion */
	struct nameid name;
	const struct cert *signed_by; /* one of those asked about; NULL where reopened */
};

/*
 * m   a MESSAGE_RESPONSE whose InResponseTo led to the request: the caller has checked that
 * t   holds the trees that the facts point into: release it after the facts
 *
 * Checks in the contract's order, and the first that fails names the error:
 * SAML_MESSAGE, SAML_SIGNATURE, SAML_REFUSED, SAML_DENIED, SAML_PASSIVE, SAML_LEVEL (the IdP's
 * own refusals), DECRYPT_FAILED, SAML_STALE, SAML_CONDITIONS.
 */
MUST_USE bool response_verify(const struct response_question *q, const struct message *m,
			      struct message_trees *t, struct arena *a,
			      struct response_facts *out, struct err *e);

/* Reads again an assertion that was verified before, from its octets. No check of time. */
MUST_USE bool response_reopen(struct str octets, const struct signer *decrypter,
			      struct message_trees *t, struct arena *a,
			      struct response_facts *out, struct err *e);

#endif
