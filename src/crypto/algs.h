/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which algorithms are accepted: one dated policy, read as tables. What is not in a table is
 * refused; SHA-1, MD5, DSA and every HMAC are in none.
 * Source: token-service contract 5.6; context-handler contract 2.11.
 */
#ifndef CRYPTO_ALGS_H
#define CRYPTO_ALGS_H

#include "base/str.h"

enum hash_alg { HASH_SHA256 = 1, HASH_SHA384, HASH_SHA512 };
enum key_kind { KEY_RSA = 1, KEY_RSA_PSS, KEY_EC };

#define HASH_MAX_BYTES 64

struct alg_digest {
	struct str uri;
	enum hash_alg hash;
	size_t bytes;
};

struct alg_signature {
	struct str uri;
	enum hash_alg hash;
	enum key_kind kind; /* RSA = PKCS#1 v1.5, RSA_PSS = MGF1 with the same hash */
};

/* NULL: refused. */
const struct alg_digest *alg_digest_find(struct str uri);
const struct alg_signature *alg_signature_find(struct str uri);
/* What we sign with: rsa-sha256 / ecdsa-sha256 by kind of key, digest sha256. */
const struct alg_signature *alg_signature_for(enum key_kind kind);
const struct alg_digest *alg_digest_default(void);
/* RSASSA-PSS with SHA-256: PS256 of JSON Web Algorithms. */
const struct alg_signature *alg_signature_ps256(void);

#endif
