/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signature values that were found to be a key's, kept so that the same one is not computed
 * anew: a token comes with every call for eight hours. What is kept is arithmetic and nothing
 * else, as true tomorrow as it is today: this value is this key's signature, by this algorithm,
 * of this digest. Whether the key is to be believed, what the digest is of, and all that has a
 * time is not asked here and never kept.
 * Threats and reasons: docs/decisions/0020.
 */
#ifndef CRYPTO_PROVEN_H
#define CRYPTO_PROVEN_H

#include <stdint.h>
#include "crypto/certs.h"

struct proven;

struct proven_claim {
	const struct cert *key;
	const struct alg_signature *alg; /* NULL: refused, as by cert_verify() */
	struct str digest;
	struct str value;
};

struct proven *proven_new(void);
void proven_free(struct proven *p);
/*
 * The answer of cert_verify() to the same question. Only what that accepted is kept; what it
 * refused is computed and refused again. p may be NULL: nothing is kept.
 * Errors: SIGNATURE_WRONG, ALGORITHM_REFUSED.
 */
MUST_USE bool proven_verify(struct proven *p, const struct proven_claim *c, struct err *e);
/* How often an answer was there already. */
uint64_t proven_hits(const struct proven *p);

#endif
