/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AuthnRequest from a system: read, verified, and what it asks for.
 * Source: context-handler contract 2.2; SAML core 3.4; SAML profiles 4.1.4.1.
 */
#ifndef SAML_REQUEST_H
#define SAML_REQUEST_H

#include "saml/level.h"
#include "saml/message.h"
#include "saml/metadata.h"
#include "saml/redirect.h"

struct request_question {
	struct str here; /* the address that it was sent to */
	instant skew;
	const struct saml_peer *peer; /* the system that the Issuer names */
	instant now;
};

struct authn_request {
	struct str id, issuer;
	struct str acs; /* the registered location that the answer goes to */
	struct str relay_state;
	bool force_authn, is_passive;
	struct level_request level;
	struct str name_format; /* of NameIDPolicy; absent: none */
	struct str protocol_binding;
	const struct str *idp_list;
	size_t idp_list_count;
	bool has_idp_list;
	bool forbids_proxy; /* ProxyCount 0 */
};

/*
 * Verify and read. After success the answer's address is certain, and what is wrong with the
 * request from then on may be told there: see request_check.
 *
 * b   the message as its binding carried it
 * m   b->xml parsed: a MESSAGE_AUTHN_REQUEST whose Issuer is q->peer
 *
 * Checks in order: signature, Destination, IssueInstant, ID, assertion consumer service.
 * Errors: SAML_REQUEST; SAML_MESSAGE.
 */
MUST_USE bool request_verify(const struct request_question *q, const struct binding_message *b,
			     const struct message *m, struct message_trees *t, struct arena *a,
			     struct authn_request *out, struct err *e);

/*
 * May it be granted at all? Errors, for the system: SAML_REQUEST_UNSUPPORTED,
 * SAML_PROXY_COUNT, SAML_PASSIVE, SAML_NAMEID_POLICY, SAML_LEVEL. On success *need is filled.
 */
MUST_USE bool request_check(const struct authn_request *r, const struct trust_system *system,
			    struct level_need *need, struct err *e);

#endif
