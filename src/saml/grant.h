/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a system is told of an accepted login: roles mapped to that system, the attributes of
 * its profile and nothing else, in a signed Response.
 * Source: context-handler contract 2.5, 3, 5.
 */
#ifndef SAML_GRANT_H
#define SAML_GRANT_H

#include "saml/hub.h"
#include "saml/login.h"
#include "saml/respond.h"
#include "saml/rolemap.h"

struct grant_question {
	const struct saml_hub *hub;
	const struct trust_snapshot *known;
	const struct trust_system *system;
	const struct login *login; /* judged */
	struct str request_id, acs;
	instant now;
};

struct grant {
	struct str xml;
	struct str assertion_id, session_index;
	struct str bootstrap_id; /* of the bootstrap token in it; absent: none */
	struct nameid name; /* as sent */
	struct rolemap_answer roles;
};

/* Errors: those of rolemap_apply, SAML_NO_ROLE, KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool grant_make(const struct grant_question *q, struct arena *a, struct grant *out,
			 struct err *e);

#endif
