/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Digests over OpenSSL's EVP. None of these can fail for a reason that a peer could bring
 * about, so a failure is a broken invariant.
 */
#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "base/mem.h"
#include "crypto/internal.h"

struct digest {
	EVP_MD_CTX *ctx;
};

struct digest *
digest_new(enum hash_alg hash)
{
	struct digest *d = MEM_NEW(struct digest);

	d->ctx = EVP_MD_CTX_new();
	BUG_ON(d->ctx == NULL);
	BUG_ON(EVP_DigestInit_ex2(d->ctx, ossl_md(hash), NULL) != 1);
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	mem_free(d);
}

void
digest_freep(struct digest **d)
{
	digest_free(*d);
	*d = NULL;
}

void
digest_add(struct digest *d, struct str bytes)
{
	BUG_ON(EVP_DigestUpdate(d->ctx, bytes.ptr, bytes.len) != 1);
}

size_t
digest_final(struct digest *d, uint8_t out[HASH_MAX_BYTES])
{
	unsigned len = 0;

	BUG_ON(EVP_DigestFinal_ex(d->ctx, out, &len) != 1);
	return len;
}

size_t
digest_of(enum hash_alg hash, struct str bytes, uint8_t out[HASH_MAX_BYTES])
{
	unsigned len = 0;

	BUG_ON(EVP_Digest(bytes.ptr, bytes.len, out, &len, ossl_md(hash), NULL) != 1);
	return len;
}

void
digest_sha256(struct str bytes, uint8_t out[32])
{
	BUG_ON(EVP_Digest(bytes.ptr, bytes.len, out, NULL, ossl_md(HASH_SHA256), NULL) != 1);
}

void
digest_hmac_sha256(struct str key, struct str bytes, uint8_t out[32])
{
	size_t len = 0;

	/* a key that is NULL would mean "the key of last time" to OpenSSL */
	BUG_ON(key.ptr == NULL);
	BUG_ON(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key.ptr, key.len,
			 (const unsigned char *)bytes.ptr, bytes.len, out, 32, &len) == NULL);
	BUG_ON(len != 32);
}

bool
crypto_equal(struct str a, struct str b)
{
	if (a.ptr == NULL || b.ptr == NULL || a.len != b.len)
		return false;
	return CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}
