/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the token service's interfaces share, whatever their messages look like. */
#ifndef GATEWAY_TOKENS_H
#define GATEWAY_TOKENS_H

#include "gateway/app.h"
#include "wstrust/decide.h"
#include "wstrust/issue.h"

/* What is asked of decide_*(), for a proven certificate. In the arena of the call. */
struct decide_question token_question(const struct platform *p,
				      const struct trust_snapshot *known,
				      const struct cert *signer, const struct http_call *c);
/* The token that a decision gives, at this moment. */
struct issue_order token_order(const struct platform *p, const struct decision *d,
			       const struct rst *rst, const struct cert *holder, instant now);

/* Who issues JWTs. */
struct str token_jwt_issuer(const struct platform *p);

#endif
