/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AuthnRequest, sent: by the bridge to an IdP, by the built-in system to the bridge.
 * Source: context-handler contract 2.3.
 */
#ifndef SAML_AUTHN_H
#define SAML_AUTHN_H

#include "base/buf.h"
#include "saml/hub.h"
#include "saml/level.h"
#include "saml/metadata.h"

struct authn_order {
	struct str issuer, acs;
	const struct signer *signer;
	const struct saml_peer *to; /* SSO endpoints: Redirect if it has one, else POST */
	struct str id;              /* authn_new_id() */
	struct str relay_state;
	bool force_authn, is_passive, is_fresh; /* is_fresh: again, at a higher level */
	/* by the profile of an IdP; absent, 0: nothing is asked for */
	const struct str *class_refs;
	size_t class_ref_count;
	bool is_exact;
	struct str requester; /* Scoping/RequesterID; absent: no Scoping */
	instant now;
};

struct authn_message {
	bool is_post;
	struct str url;     /* the whole URL, or where to post */
	struct str message; /* POST: base64 of the signed message */
};

struct str authn_new_id(struct arena *a);
/* What the profile of this IdP is asked for, from what is needed. */
size_t authn_class_refs(const struct trust_idp *idp, const struct level_need *need,
			bool system_is_old_scale, struct arena *a, const struct str **out,
			bool *is_exact);
/* Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE, INTERNAL. */
MUST_USE bool authn_write(const struct authn_order *o, struct arena *a,
			  struct authn_message *out, struct err *e);

#endif
