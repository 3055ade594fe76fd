/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which IdP logs the user in: chosen here where it can be, else by the user on a page.
 * Source: context-handler contract 1.6; resolutions C3.
 */
#ifndef SAML_DISCOVERY_H
#define SAML_DISCOVERY_H

#include "base/arena.h"
#include "base/err.h"
#include "saml/level.h"

struct discovery_question {
	/* every IdP that is registered with usable metadata */
	const struct trust_idp *const *idps;
	size_t idp_count;
	const struct level_need *need;
	/* Scoping/IDPList; absent: any */
	const struct str *idp_list;
	size_t idp_list_count;
	bool has_idp_list;
	struct str session_idp; /* IdP of a login that may be used again; absent: none */
	bool force_authn, is_passive;
	struct str client_address;
	struct str remembered; /* entity id that the user wanted remembered; absent: none */
	instant now;
};

enum discovery_way {
	DISCOVERY_SESSION = 1, /* a login of this browser will do */
	DISCOVERY_ONLY,        /* there is but one */
	DISCOVERY_ADDRESS,     /* the client's address tells */
	DISCOVERY_REMEMBERED,
	DISCOVERY_ASK, /* the user chooses among the candidates */
};

struct discovery_answer {
	enum discovery_way way;
	const struct trust_idp *chosen;      /* NULL: DISCOVERY_ASK */
	const struct trust_idp **candidates; /* in Danish order of their names */
	size_t candidate_count;
};

/* Is it one that can be used at all: active, serving someone, in its period of validity? */
bool discovery_is_usable(const struct trust_idp *idp, instant now);
/*
 * Errors: SAML_IDP_UNSUPPORTED (the list names no usable one), SAML_LEVEL (those that are
 * usable and named cannot reach the level), SAML_NO_IDP (there is none), SAML_PASSIVE.
 */
MUST_USE bool discovery_choose(const struct discovery_question *q, struct arena *a,
			       struct discovery_answer *out, struct err *e);
/* Danish order: æ, ø, å after z, aa as å, case ignored. */
int discovery_collate(struct str a, struct str b);

#endif
