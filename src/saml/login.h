/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A login at an IdP, accepted: who it is, for which authority, how strongly, with which
 * jobfunktionsroller.
 * Source: context-handler contract 2.4, 2.6, 3.3, 5.2.
 */
#ifndef SAML_LOGIN_H
#define SAML_LOGIN_H

#include "saml/hub.h"
#include "saml/level.h"
#include "saml/metadata.h"
#include "saml/privilege.h"
#include "saml/response.h"

struct login_question {
	const struct saml_hub *hub;
	const struct trust_idp *idp;  /* the one that was chosen */
	const struct saml_peer *peer; /* its metadata */
	struct str request_id;        /* of our request to it */
	bool force_authn;
	instant requested_at;
	instant now;
};

struct login {
	struct response_facts facts;
	const struct trust_idp *idp;
	struct str cvr, user_key;
	struct nameid_parts parts; /* all absent where the name is persistent */
	struct level level;
	struct privilege_list privileges;
	instant authn_instant; /* the IdP's, or when it was accepted */
	instant session_end;   /* INSTANT_MAX: the IdP did not say */
};

/*
 * Steps 4 to 17 of the contract, then freshness (ForceAuthn). Replay is the caller's: in the
 * transaction that stores the login. Errors: those of response_verify, SAML_ATTRIBUTES,
 * PRIVILEGES_MALFORMED, SAML_ROLES_UNREACHABLE.
 */
MUST_USE bool login_accept(const struct login_question *q, const struct message *m,
			   struct message_trees *t, struct arena *a, struct login *out,
			   struct err *e);
/* A login accepted before, from its octets. */
MUST_USE bool login_reopen(const struct login_question *q, struct str octets,
			   struct message_trees *t, struct arena *a, struct login *out,
			   struct err *e);
/*
 * Step 19: authority and level; fills in cvr and user_key.
 * Errors: SAML_LEVEL, SAML_AUTHORITY, SAML_ATTRIBUTES.
 */
MUST_USE bool login_judge(struct login *l, const struct level_need *need, struct arena *a,
			  struct err *e);

#endif
