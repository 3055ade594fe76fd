/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * On behalf of whom is a token asked for, and may the asker? Either it names another it-system
 * by its certificate (a platform that calls for others), or it hands in a token of a user or a
 * system. A token handed in gives its subject's name and level, never a right.
 * Source: token-service contract 3; OIO WS-Trust 1.1; OIO Bootstrap Token Profile 1.1.
 */
#ifndef WSTRUST_ON_BEHALF_H
#define WSTRUST_ON_BEHALF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "trust/trust.h"
#include "wstrust/rst.h"

/* Whose tokens are taken: the token service's own, and the bridge's. */
struct on_behalf_issuer {
	struct str entity_id; /* absent: there is none */
	struct cert *const *certs;
	size_t cert_count;
};

struct on_behalf_policy {
	struct on_behalf_issuer sts, hub;
};

struct on_behalf_question {
	const struct on_behalf_policy *policy;
	const struct trust_snapshot *known;
	struct anchors *anchors;
	const struct trust_system *asker;
	const struct cert *signer; /* the asker's, proven */
	const struct trust_service *service;
	struct str cvr; /* asked for */
	instant now;
};

/* On behalf of whom; subject absent: of nobody. */
struct represented {
	struct str subject, subject_format;
	const struct trust_system *system; /* whose agreements count; NULL: the asker's */
	int assurance;                     /* 0: that of a system */
	instant until;                     /* no token outlives it */
	struct str token_id;               /* of the one handed in; absent: none */
	struct str cert_thumbprint;        /* of a certificate that is refused: for the fault */
};

/*
 * What the request names, verified and allowed. A certificate: the asker may impersonate; it is
 * registered, not blocked, good; the asker may represent that system. A token: it stands alone;
 * its issuer is the token service or the bridge, and signed it; it holds now; its audience is
 * the token service, or the service asked for, or a service that the asker offers and is
 * allowed to go on from; in the first two cases its holder is the asker; its CVR is the one
 * asked for.
 *
 * Errors: STS_BEHALF_DENIED (no right), STS_BEHALF_TOKEN (a bad token), RST_MALFORMED,
 * STS_BEHALF_UNKNOWN, STS_BEHALF_REFUSED.
 */
MUST_USE bool on_behalf_read(const struct on_behalf_question *q, const struct rst *rst,
			     struct arena *a, struct represented *out, struct err *e);

#endif
