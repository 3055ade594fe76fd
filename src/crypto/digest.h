/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests, HMAC, comparison in constant time. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"
#include "crypto/algs.h"

struct digest; /* a running one */

struct digest *digest_new(enum hash_alg hash);
void digest_free(struct digest *d);
void digest_freep(struct digest **d);
void digest_add(struct digest *d, struct str bytes);
size_t digest_final(struct digest *d, uint8_t out[HASH_MAX_BYTES]); /* returns its length */

size_t digest_of(enum hash_alg hash, struct str bytes, uint8_t out[HASH_MAX_BYTES]);
void digest_sha256(struct str bytes, uint8_t out[32]);
void digest_hmac_sha256(struct str key, struct str bytes, uint8_t out[32]);
const char *crypto_library(void);              /* version of what does it */
bool crypto_equal(struct str a, struct str b); /* constant time for equal lengths */

#endif
