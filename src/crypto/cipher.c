/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-GCM and AES-CBC as XML Encryption lays them out. Nothing of a text that fails its check
 * is handed on: it is wiped, and every failure is the same one. Source: XML
 * Encryption 1.1, 5.2.
 */
#include "crypto/cipher.h"

#include <limits.h>
#include <openssl/err.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/internal.h"
#include "crypto/random.h"

#define GCM_IV_BYTES 12
#define GCM_TAG_BYTES 16
#define CBC_BLOCK_BYTES 16

static void
ctx_freep(EVP_CIPHER_CTX **p)
{
	EVP_CIPHER_CTX_free(*p);
}

static bool
refuse(struct err *e)
{
	ERR_clear_error();
	return FAIL(e, DECRYPT_FAILED, "cannot be decrypted");
}

/* Runs one cipher over one text: decrypting (0) or encrypting (1). out has room for it. */
static EVP_CIPHER_CTX *
run(const EVP_CIPHER *cipher, struct str key, const uint8_t *iv, int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	BUG_ON(ctx == NULL);
	BUG_ON(EVP_CipherInit_ex2(ctx, cipher, (const unsigned char *)key.ptr, iv, encrypt,
				  NULL) != 1);
	BUG_ON(EVP_CIPHER_CTX_set_padding(ctx, 0) != 1);
	return ctx;
}

bool
aead_open(struct str key, struct str sealed, struct arena *a, struct str *out, struct err *e)
{
	AUTO(ctx_freep) EVP_CIPHER_CTX *ctx = NULL;
	const EVP_CIPHER *cipher = ossl_gcm(key.len);
	const uint8_t *in = (const uint8_t *)sealed.ptr;
	uint8_t tag[GCM_TAG_BYTES];
	uint8_t *plain;
	size_t len;
	int got = 0, rest = 0;

	if (cipher == NULL || sealed.len < GCM_IV_BYTES + GCM_TAG_BYTES || sealed.len > INT_MAX)
		return refuse(e);
	len = sealed.len - GCM_IV_BYTES - GCM_TAG_BYTES;
	plain = arena_alloc(a, len + 1);
	memcpy(tag, in + GCM_IV_BYTES + len, sizeof(tag));
	ctx = run(cipher, key, in, 0);
	if (EVP_CipherUpdate(ctx, plain, &got, in + GCM_IV_BYTES, (int)len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1 ||
	    EVP_CipherFinal_ex(ctx, plain + got, &rest) != 1) {
		mem_wipe(plain, len);
		return refuse(e);
	}
	*out = str_of(plain, len);
	return true;
}

struct str
aead_seal(struct str key, struct str plain, struct arena *a)
{
	AUTO(ctx_freep) EVP_CIPHER_CTX *ctx = NULL;
	uint8_t *sealed = arena_alloc(a, GCM_IV_BYTES + plain.len + GCM_TAG_BYTES);
	uint8_t *text = sealed + GCM_IV_BYTES;
	int got = 0, rest = 0;

	BUG_ON(ossl_gcm(key.len) == NULL || plain.len > INT_MAX);
	random_bytes(sealed, GCM_IV_BYTES);
	ctx = run(ossl_gcm(key.len), key, sealed, 1);
	BUG_ON(EVP_CipherUpdate(ctx, text, &got, (const unsigned char *)plain.ptr,
				(int)plain.len) != 1);
	BUG_ON(EVP_CipherFinal_ex(ctx, text + got, &rest) != 1);
	BUG_ON((size_t)got != plain.len || rest != 0);
	BUG_ON(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES,
				   text + plain.len) != 1);
	return str_of(sealed, GCM_IV_BYTES + plain.len + GCM_TAG_BYTES);
}

bool
cbc_open(struct str key, struct str sealed, struct arena *a, struct str *out, struct err *e)
{
	AUTO(ctx_freep) EVP_CIPHER_CTX *ctx = NULL;
	const EVP_CIPHER *cipher = ossl_cbc(key.len);
	const uint8_t *in = (const uint8_t *)sealed.ptr;
	uint8_t *plain;
	size_t len;
	int got = 0;

	if (cipher == NULL || sealed.len < 2 * CBC_BLOCK_BYTES ||
	    sealed.len % CBC_BLOCK_BYTES != 0 || sealed.len > INT_MAX)
		return refuse(e);
	len = sealed.len - CBC_BLOCK_BYTES;
	plain = arena_alloc(a, len + 1);
	ctx = run(cipher, key, in, 0);
	if (EVP_CipherUpdate(ctx, plain, &got, in + CBC_BLOCK_BYTES, (int)len) != 1 ||
	    (size_t)got != len || plain[len - 1] == 0 || plain[len - 1] > CBC_BLOCK_BYTES) {
		mem_wipe(plain, len);
		return refuse(e);
	}
	/* [xmlenc-core 5.2.1] the last byte counts the padding, itself included */
	*out = str_of(plain, len - plain[len - 1]);
	return true;
}

struct str
cbc_seal(struct str key, struct str plain, struct arena *a)
{
	AUTO(ctx_freep) EVP_CIPHER_CTX *ctx = NULL;
	size_t pad = CBC_BLOCK_BYTES - plain.len % CBC_BLOCK_BYTES;
	size_t len = plain.len + pad;
	uint8_t *sealed = arena_alloc(a, CBC_BLOCK_BYTES + len);
	uint8_t *padded = arena_alloc(a, len);
	int got = 0;

	BUG_ON(ossl_cbc(key.len) == NULL || plain.len > INT_MAX - CBC_BLOCK_BYTES);
	random_bytes(sealed, CBC_BLOCK_BYTES);
	if (plain.len > 0)
		memcpy(padded, plain.ptr, plain.len);
	padded[len - 1] = (uint8_t)pad;
	ctx = run(ossl_cbc(key.len), key, sealed, 1);
	BUG_ON(EVP_CipherUpdate(ctx, sealed + CBC_BLOCK_BYTES, &got, padded, (int)len) != 1);
	BUG_ON((size_t)got != len);
	mem_wipe(padded, len);
	return str_of(sealed, CBC_BLOCK_BYTES + len);
}
