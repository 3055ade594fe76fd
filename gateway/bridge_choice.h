/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which IdP, for one visit: the session it may have, the choice it may remember. */
#ifndef GATEWAY_BRIDGE_CHOICE_H
#define GATEWAY_BRIDGE_CHOICE_H

#include "gateway/bridge_state.h"
#include "gateway/web.h"
#include "saml/discovery.h"

struct choice {
	const struct peer_system *system; /* in */
	struct discovery_answer found;
	bool is_step_up; /* the session's IdP is asked again, for more */
	/* DISCOVERY_SESSION: */
	struct session session;
	struct login login; /* judged */
};

/* Errors: those of discovery_choose, STORE_*. */
MUST_USE bool choice_make(struct visit *v, const struct pending *p, struct choice *ch,
			  struct err *e);
/* The candidates alone: what the user may choose among. */
MUST_USE bool choice_list(struct visit *v, const struct pending *p,
			  struct discovery_answer *out, struct err *e);
/* " https://a https://b": where the choice may lead to. */
struct str choice_origins(struct visit *v, const struct discovery_answer *d);
void choice_remember(struct visit *v, struct str entity_id);

#endif
