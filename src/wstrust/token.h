/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A token that a caller presented, and what it proves. There is no such thing as an unverified
 * struct token.
 * Source: token-service contract 5.5 (8–12, 20, 24).
 */
#ifndef WSTRUST_TOKEN_H
#define WSTRUST_TOKEN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "saml/assertion.h"
#include "saml/privilege_memory.h"
#include "trust/trust.h"
#include "xml/node.h"

struct token_policy {
	/* the token service: its entity id and the certificates it may sign with */
	struct str issuer;
	struct cert *const *issuer_certs;
	size_t issuer_cert_count;
	/* what was found true of the same bytes before; NULL: nothing. See decision 0020 */
	struct proven *proven;
	struct privilege_memory *lists;
	const struct str *audiences; /* identifiers of this service */
	size_t audience_count;
	int min_assurance;
	/*
	 * Of a token handed in on behalf of somebody: which of its holders has to be there if
	 * it names several, DER; absent: the first. Recipient must be there too.
	 */
	struct str holder;
	bool needs_recipient;
	/* one without any holder may confirm by bearer */
	bool bearer_ok;
	/* where a holder's certificate may be found ready parsed; NULL: nowhere */
	const struct trust_snapshot *known;
};

struct token {
	const struct assertion *assertion;
	struct str id, subject, audience;
	struct cert *holder; /* owned; NULL: bearer, where the policy allows it */
	bool is_on_behalf;   /* the holder is another than the subject */
	instant ends;        /* of its conditions and its confirmation, the earlier */
	struct privilege_memory *lists; /* of the policy */

	/* its claims: absent until token_read_claims() */
	struct str cvr;
	int assurance;
	struct privilege_list privileges;
};

/*
 * node  the assertion element in a tree as parsed; borrowed.
 * now   the moment to judge by, UTC.
 * a     *out lives here, but for the holder's certificate: token_free().
 *
 * Checks in order: its structure; one signature, over this very element, by a configured
 * certificate of the token service; the issuer; time and audience; a holder-of-key
 * confirmation that holds now, for us, with one certificate (5.5, 8 to 12).
 *
 * Errors: ASSERTION_MALFORMED, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_AUDIENCE.
 */
MUST_USE bool token_prove(const struct token_policy *p, struct xml_node *node, instant now,
			  struct arena *a, struct token **out, struct err *e);
/*
 * What a proven token says: CVR, level of assurance, privileges (5.5-24). In a call this is
 * asked last, when the message is known to be the holder's. Errors: TOKEN_INVALID.
 */
MUST_USE bool token_read_claims(struct token *t, int min_assurance, struct arena *a,
				struct err *e);
/* Both at once, for a token that no message is bound to. */
MUST_USE bool token_verify(const struct token_policy *p, struct xml_node *node, instant now,
			   struct arena *a, struct token **out, struct err *e);
void token_free(struct token *t);
void token_freep(struct token **t);

/*
 * A certificate from its DER: the registered one if it is known, else parsed. The reference is
 * the caller's. Errors: CERT_MALFORMED.
 */
MUST_USE bool known_cert(const struct trust_snapshot *known, struct str der, struct cert **out,
			 struct err *e);

#endif
