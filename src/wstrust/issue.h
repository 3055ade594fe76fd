/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The issued token, byte for byte, and the response that carries it. Clients cut the assertion
 * out and paste it elsewhere: it declares what it uses and is canonical as it stands.
 * Source: token-service contract 1.7, 2.
 */
#ifndef WSTRUST_ISSUE_H
#define WSTRUST_ISSUE_H

#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "crypto/signer.h"
#include "wstrust/rst.h"
#include "xml/write.h"

struct issue_order {
	struct str issuer;   /* entity id of the token service */
	struct str audience; /* registered spelling */
	struct str cvr;
	int assurance;
	const struct cert *holder; /* confirmation key; subject too, unless that is given */
	/* on behalf of: who, and in which form of name; absent: of itself */
	struct str subject, subject_format;
	const struct privilege *privileges;
	size_t privilege_count;
	instant from, until;
	const struct signer *signer;
};

struct issued {
	struct str id;
	struct str xml; /* in the arena */
	instant from, until;
};

/*
 * When a token asked for at `now` ends: as asked if that is at least LIMIT_TOKEN_LEAST_LIFE_S
 * and at most LIMIT_TOKEN_LIFE_S ahead, else after `life_s`; never after the certificate.
 */
instant issue_until(const struct rst *rst, const struct cert *holder, int64_t life_s,
		    instant now);
/* Errors: STS_CONFIGURATION (privileges past their limit), KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool issue_assertion(const struct issue_order *o, struct arena *a, struct issued *out,
			      struct err *e);
/* Writes the RequestSecurityTokenResponseCollection. */
void issue_response_write(const struct rst *rst, const struct issued *t, struct xml_out *o);

#endif
