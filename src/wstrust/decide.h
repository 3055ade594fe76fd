/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May this it-system have a token, for what, and with which roles? Two steps: who signed (is
 * the certificate registered and good), and what the agreement gives. The numbers and texts
 * that public clients match on are those of the contract.
 * Source: token-service contract 1.6 (13–22), 2.5, 4.1; administration contract 3.6.6.
 */
#ifndef WSTRUST_DECIDE_H
#define WSTRUST_DECIDE_H

#include "base/arena.h"
#include "base/err.h"
#include "trust/trust.h"
#include "wstrust/on_behalf.h"
#include "wstrust/rst.h"
#include "wstrust/token.h"

struct decide_question {
	const struct trust_snapshot *known;
	struct anchors *anchors;
	const struct cert *signer;                /* proven */
	const struct on_behalf_policy *on_behalf; /* NULL: switched off */
	instant now;
};

struct decision {
	const struct trust_system *system; /* who asks, and will hold the token */
	const struct trust_service *service;
	struct str audience; /* registered spelling */
	struct str cvr;
	struct represented behalf;
	const struct privilege *privileges; /* one group an assignment, in their order */
	size_t privilege_count;
	/* the fault's text where it holds a value; absent: that of the row */
	struct str reason;
};

/*
 * Who asks. Errors: STS_CERT_UNKNOWN (not registered, or blocked, or its system is),
 * STS_CERT_REFUSED (anchors_check() says no).
 */
MUST_USE bool decide_signer(const struct decide_question *q, struct arena *a,
			    struct decision *out, struct err *e);
/*
 * In order: CVR claim; AppliesTo; UseKey; OnBehalfOf; context; agreement; roles. `out` is as
 * decide_signer() left it. Errors: STS_CLAIM_MISSING, STS_APPLIES_TO_UNKNOWN, RST_MALFORMED,
 * RST_UNSUPPORTED (OnBehalfOf is switched off), those of on_behalf_read() and
 * decide_agreement().
 */
MUST_USE bool decide_request(const struct decide_question *q, const struct rst *rst,
			     struct arena *a, struct decision *out, struct err *e);
/*
 * Does the agreement hold, of who asks or of the system that it stands for? Fills the
 * privileges. Errors: USERCONTEXT_UNKNOWN, SERVICE_AGREEMENT_NOT_FOUND,
 * SERVICE_AGREEMENT_SUSPENDED, SERVICE_AGREEMENT_EXPIRED, SERVICE_AGREEMENT_ROLE_MISSING.
 */
MUST_USE bool decide_agreement(const struct trust_snapshot *known, instant now, struct arena *a,
			       struct decision *d, struct err *e);
/*
 * Does what a verified token was issued on still hold? Of a token on behalf of another all of
 * it has to be given still, by the holder's own agreement or that of a system that it may
 * represent. Any other is narrowed to what the holder's agreements still give; some of it has
 * to be left. holder NULL (not registered any more): it runs out with its token. Errors: those
 * of decide_agreement().
 */
MUST_USE bool decide_still_holds(const struct trust_snapshot *known, struct token *t,
				 const struct trust_system *holder, instant now,
				 struct arena *a, struct err *e);

#endif
