/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: any header and any payload, signed with a key as a JWS would be. */
#ifndef TESTS_JWT_FORGE_H
#define TESTS_JWT_FORGE_H

#include "base/arena.h"
#include "crypto/signer.h"

/* alg NULL: no signature, an empty third part */
struct str jwt_forge(struct str header, struct str payload, const struct signer *by,
		     const struct alg_signature *alg, struct arena *a);
/* Part 0, 1 or 2 of a compact token; decoded. */
struct str jwt_part(struct str compact, int which, struct arena *a);

#endif
