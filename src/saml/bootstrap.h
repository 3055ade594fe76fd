/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bootstrap token: what a system shows the token service to act for the user who is logged in
 * to it. Made out to the token service, held by the certificates that the system calls with.
 * Source: token-service contract 3; context-handler contract 3.2; OIO Bootstrap Token Profile
 * 1.1.
 */
#ifndef SAML_BOOTSTRAP_H
#define SAML_BOOTSTRAP_H

#include "saml/hub.h"
#include "saml/nameid.h"
#include "trust/trust.h"

struct bootstrap_order {
	const struct saml_hub *hub;
	const struct trust_system *system;
	const struct nameid *name; /* as the system knows the user */
	struct str cvr;
	int level; /* old scale */
	instant now;
	instant session_end; /* INSTANT_MAX: not stated */
};

/*
 * The assertion, signed, in the arena; absent where there is none to give: the token service
 * takes none, the system did not ask for one or has no certificate that is good now, the
 * session is over. Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE.
 */
MUST_USE bool bootstrap_write(const struct bootstrap_order *o, struct arena *a, struct str *xml,
			      struct str *id, struct err *e);

#endif
