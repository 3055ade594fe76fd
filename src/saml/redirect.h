/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two browser bindings: HTTP-Redirect (deflated, signed over the query as sent) and the
 * form field of HTTP-POST.
 * Source: SAML bindings 3.4, 3.5; context-handler contract 2.11.
 */
#ifndef SAML_REDIRECT_H
#define SAML_REDIRECT_H

#include "base/buf.h"
#include "crypto/signer.h"
#include "saml/query.h"

struct binding_message {
	bool is_post, is_response; /* SAMLResponse rather than SAMLRequest */
	struct str xml;
	struct str relay_state; /* absent if not sent or empty */
	/* Redirect: what the query was signed with; the signature is not checked yet */
	bool is_signed;
	struct str signed_octets, signature;
	const struct alg_signature *alg;
};

/*
 * The query of a GET: one SAMLRequest or SAMLResponse, inflated to at most
 * LIMIT_SAML_MESSAGE_BYTES. Errors: SAML_REQUEST (pairs, a signature that is incomplete or made
 * with an algorithm that is not accepted), SAML_MESSAGE (what it holds).
 */
MUST_USE bool redirect_read(struct str query, struct arena *a, struct binding_message *out,
			    struct err *e);
/* One of the certificates signed it. Errors: SAML_SIGNATURE. */
MUST_USE bool redirect_verify(const struct binding_message *m, struct cert *const *certs,
			      size_t cert_count, struct err *e);
/* The form of a POST. Errors: SAML_MESSAGE; SAML_REQUEST (RelayState of a request). */
MUST_USE bool post_read(struct str form, struct arena *a, struct binding_message *out,
			struct err *e);

struct redirect_order {
	struct str location;
	bool is_response;
	struct str xml;
	struct str relay_state; /* absent or empty: not sent */
	const struct signer *signer;
};

/* The whole URL. Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool redirect_write(const struct redirect_order *o, struct arena *a, struct buf *out,
			     struct err *e);

#endif
