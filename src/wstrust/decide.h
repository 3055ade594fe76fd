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
#include "wstrust/rst.h"

struct decision {
	const struct trust_system *system;
	const struct trust_service *service;
	struct str audience; /* registered spelling */
	struct str cvr;
	const struct privilege *privileges; /* one group an assignment, in their order */
	size_t privilege_count;
	/* the fault's text where it holds a value; absent: that of the row */
	struct str reason;
};

/*
 * Errors: STS_CERT_UNKNOWN (not registered, or blocked, or its system is),
 * STS_CERT_REFUSED (anchors_check() says no).
 */
MUST_USE bool decide_signer(const struct trust_snapshot *known, struct anchors *anchors,
			    const struct cert *signer, instant now, struct arena *a,
			    struct decision *out, struct err *e);
/*
 * In order: CVR claim; AppliesTo; UseKey; OnBehalfOf; context; agreement; roles. `out` is as
 * decide_signer() left it. Errors: STS_CLAIM_MISSING, STS_APPLIES_TO_UNKNOWN, RST_MALFORMED,
 * RST_UNSUPPORTED, and those of decide_agreement().
 */
MUST_USE bool decide_request(const struct trust_snapshot *known, const struct rst *rst,
			     const struct cert *signer, instant now, struct arena *a,
			     struct decision *out, struct err *e);
/*
 * Does the agreement hold? Fills the privileges. Errors: USERCONTEXT_UNKNOWN,
 * SERVICE_AGREEMENT_NOT_FOUND, SERVICE_AGREEMENT_SUSPENDED, SERVICE_AGREEMENT_EXPIRED,
 * SERVICE_AGREEMENT_ROLE_MISSING.
 */
MUST_USE bool decide_agreement(const struct trust_snapshot *known, instant now, struct arena *a,
			       struct decision *d, struct err *e);

#endif
