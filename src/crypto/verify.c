/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a certificate's public key is used for: checking a signature over a digest, wrapping a
 * content key. The algorithm comes from algs.c and must fit the key; a signature has exactly
 * the length that the key gives it. Source: XML Signature 1.1, 6.4 (RSA, ECDSA as r||s); RFC
 * 9231, 2.3; XML Encryption 1.1, 5.5.
 */
#include "crypto/certs.h"

#include <openssl/ec.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/cipher.h"
#include "crypto/internal.h"

#define EC_HALF_MOST_BYTES 48
#define EC_DER_MOST_BYTES (2 * EC_HALF_MOST_BYTES + 16)

static bool
fits_key(const struct alg_signature *alg, const struct cert *c)
{
	enum key_kind needs = alg->kind == KEY_EC ? KEY_EC : KEY_RSA;

	return cert_key_kind(c) == needs;
}

/* r||s as XML writes it, into the DER that OpenSSL reads. */
static bool
ecdsa_to_der(struct str pair, uint8_t *der, size_t *len)
{
	const unsigned char *p = (const unsigned char *)pair.ptr;
	int half = (int)(pair.len / 2);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p, half, NULL);
	BIGNUM *s = BN_bin2bn(p + half, half, NULL);
	unsigned char *end = der;
	int got;

	BUG_ON(sig == NULL || r == NULL || s == NULL);
	BUG_ON(ECDSA_SIG_set0(sig, r, s) != 1);
	got = i2d_ECDSA_SIG(sig, NULL);
	if (got > 0 && got <= EC_DER_MOST_BYTES)
		got = i2d_ECDSA_SIG(sig, &end);
	else
		got = 0;
	ECDSA_SIG_free(sig);
	*len = (size_t)got;
	return got > 0;
}

static size_t
signature_bytes(const struct cert *c)
{
	size_t key_bytes = ((size_t)cert_key_bits(c) + 7) / 8;

	return cert_key_kind(c) == KEY_EC ? 2 * key_bytes : key_bytes;
}

static bool
params_set(EVP_PKEY_CTX *ctx, const struct alg_signature *alg)
{
	const EVP_MD *md = ossl_md(alg->hash);

	if (alg->kind != KEY_EC) {
		int padding =
			alg->kind == KEY_RSA_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;

		if (EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1)
			return false;
	}
	if (EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return false;
	/* [rfc9231 2.3.10] the salt is as long as the digest, MGF1 uses the same hash */
	return alg->kind != KEY_RSA_PSS ||
	       (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

EVP_PKEY_CTX *
sig_ctx_new(EVP_PKEY *key, const struct alg_signature *alg, bool is_signing)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool done = ctx != NULL &&
		    (is_signing ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx)) == 1;

	if (done && params_set(ctx, alg))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

EVP_PKEY_CTX *
sig_ctx_get(const EVP_PKEY_CTX *ready, EVP_PKEY *key, const struct alg_signature *alg,
	    bool is_signing)
{
	if (ready != NULL && alg == alg_signature_for(alg->kind) && alg->kind != KEY_RSA_PSS)
		return EVP_PKEY_CTX_dup(ready);
	return sig_ctx_new(key, alg, is_signing);
}

bool
cert_check_issued(const struct cert *c, struct err *e)
{
	const X509_ALGOR *alg = NULL;

	X509_get0_signature(NULL, &alg, cert_x509(c));
	return cert_is_self_signed(c) || sigalg_is_sound(alg) ||
	       FAIL(e, CERT_WEAK_KEY, "its issuer signed it with SHA-1 or older");
}

bool
cert_verify(const struct cert *c, const struct alg_signature *alg, struct str digest,
	    struct str signature, struct err *e)
{
	AUTO(ossl_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	uint8_t der[EC_DER_MOST_BYTES];
	size_t der_len = 0;

	ERR_clear_error();
	if (alg == NULL || !fits_key(alg, c))
		return FAIL(e, ALGORITHM_REFUSED, "the algorithm does not fit the key");
	if (!cert_check_key(c, e)) {
		err_clear(e);
		return FAIL(e, ALGORITHM_REFUSED, "the key is too weak");
	}
	if (digest.len != hash_bytes(alg->hash))
		return FAIL(e, SIGNATURE_WRONG, "a digest of %zu bytes", digest.len);
	if (signature.len != signature_bytes(c))
		return FAIL(e, SIGNATURE_WRONG, "a signature of %zu bytes", signature.len);
	if (alg->kind == KEY_EC) {
		if (!ecdsa_to_der(signature, der, &der_len))
			return FAIL_OSSL(e, SIGNATURE_WRONG, "not a pair of numbers");
		signature = str_of(der, der_len);
	}
	ctx = sig_ctx_get(cert_verifier(c), cert_public(c), alg, false);
	if (ctx == NULL)
		return FAIL_OSSL(e, ALGORITHM_REFUSED, "cannot verify with this key");
	if (EVP_PKEY_verify(ctx, (const unsigned char *)signature.ptr, signature.len,
			    (const unsigned char *)digest.ptr, digest.len) != 1)
		return FAIL_OSSL(e, SIGNATURE_WRONG, "the value is not the key's");
	return true;
}

static bool
read_number(const struct cert *c, const char *name, struct arena *a, struct str *out)
{
	BIGNUM *n = NULL;
	unsigned char *bytes;
	int len;

	if (EVP_PKEY_get_bn_param(cert_public(c), name, &n) != 1)
		return false;
	len = BN_num_bytes(n);
	bytes = arena_alloc(a, (size_t)len + 1);
	*out = str_of(bytes, (size_t)BN_bn2bin(n, bytes));
	BN_free(n);
	return true;
}

bool
cert_rsa_numbers(const struct cert *c, struct arena *a, struct str *modulus,
		 struct str *exponent)
{
	return cert_key_kind(c) == KEY_RSA &&
	       read_number(c, OSSL_PKEY_PARAM_RSA_N, a, modulus) &&
	       read_number(c, OSSL_PKEY_PARAM_RSA_E, a, exponent);
}

bool
oaep_params_set(EVP_PKEY_CTX *ctx, enum oaep_kind kind)
{
	const EVP_MD *outer = kind == OAEP_SHA1_MGF_SHA1 ? EVP_sha1() : ossl_md(HASH_SHA256);
	const EVP_MD *mgf = kind == OAEP_SHA256_MGF_SHA256 ? ossl_md(HASH_SHA256) : EVP_sha1();

	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(ctx, outer) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf) == 1;
}

bool
cert_wrap(const struct cert *c, enum oaep_kind kind, struct str key, struct arena *a,
	  struct str *out, struct err *e)
{
	AUTO(ossl_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	size_t len = signature_bytes(c);
	unsigned char *wrapped;

	ERR_clear_error();
	if (cert_key_kind(c) != KEY_RSA)
		return FAIL(e, ALGORITHM_REFUSED, "a key is wrapped for RSA alone");
	if (!cert_check_key(c, e)) {
		err_clear(e);
		return FAIL(e, ALGORITHM_REFUSED, "the key is too weak");
	}
	wrapped = arena_alloc(a, len);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, cert_public(c), NULL);
	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 || !oaep_params_set(ctx, kind) ||
	    EVP_PKEY_encrypt(ctx, wrapped, &len, (const unsigned char *)key.ptr, key.len) != 1)
		return FAIL_OSSL(e, ALGORITHM_REFUSED, "cannot wrap for this key");
	*out = str_of(wrapped, len);
	return true;
}
